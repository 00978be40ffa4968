//! Tests of the aggregate.

use super::*;
use content::{Method, Point};
use cqrs_es::test::TestFramework;
use uuid::Uuid;

const TRANSCRIPT: TranscriptId = TranscriptId(Uuid::from_u128(7));
const REQUEST: RequestId = RequestId(Uuid::from_u128(8));

fn message(n: u128) -> MessageId {
    MessageId(Uuid::from_u128(100 + n))
}

fn point(id: &str, text: &str) -> Point {
    Point { id: id.to_owned(), text: text.to_owned(), turns: vec![1], quotes: vec![] }
}

/// A summary with one decision.
fn decided(text: &str) -> Content {
    let mut content = Content::empty(Method::Extractive);
    content.decisions = vec![point("d1", text)];
    content
}

fn created(text: &str) -> SummaryEvent {
    SummaryEvent::Created(SummaryCreated {
        transcript_id: TRANSCRIPT,
        content: decided(text).into(),
    })
}

fn revised(version: u32, content: Content, cause: Cause) -> SummaryEvent {
    let (transcript_id, content) = (TRANSCRIPT, content.into());
    SummaryEvent::Revised(SummaryRevised { transcript_id, version, content, cause })
}

fn edited(version: u32, text: &str) -> SummaryEvent {
    revised(version, decided(text), Cause::Edited)
}

fn requested() -> SummaryEvent {
    SummaryEvent::Requested(request())
}

fn request() -> SummaryRequested {
    SummaryRequested {
        transcript_id: TRANSCRIPT,
        request_id: REQUEST,
        prompt: None,
        language: None,
        instructions: None,
    }
}

fn sent(n: u128) -> SummaryEvent {
    SummaryEvent::MessageSent(MessageSent {
        transcript_id: TRANSCRIPT,
        message_id: message(n),
        text: "Shorter.".to_owned().into(),
        base_version: 1,
    })
}

fn started(n: u128) -> SummaryEvent {
    let (transcript_id, message_id) = (TRANSCRIPT, message(n));
    SummaryEvent::MessageStarted(MessageStarted { transcript_id, message_id })
}

fn cancelled(n: u128) -> SummaryEvent {
    let (transcript_id, message_id) = (TRANSCRIPT, message(n));
    SummaryEvent::MessageCancelled(MessageCancelled { transcript_id, message_id })
}

fn answered(n: u128, version: Option<u32>) -> SummaryEvent {
    SummaryEvent::MessageAnswered(MessageAnswered {
        transcript_id: TRANSCRIPT,
        message_id: message(n),
        text: "Done.".to_owned().into(),
        version,
    })
}

fn change(text: &str) -> Vec<Edit> {
    let edit = serde_json::json!({"edit": "change", "id": "d1", "text": text});
    vec![serde_json::from_value(edit).unwrap()]
}

fn write(text: &str) -> SummaryCommand {
    SummaryCommand::Write {
        transcript_id: TRANSCRIPT,
        content: Box::new(decided(text)),
        request: None,
    }
}

fn given(events: Vec<SummaryEvent>) -> cqrs_es::test::AggregateTestExecutor<Summary> {
    TestFramework::<Summary>::with(()).given(events)
}

#[test]
fn the_second_writing_is_version_two() {
    given(vec![]).when(write("a")).then_expect_events(vec![created("a")]);
    given(vec![created("a")]).when(write("b")).then_expect_events(vec![revised(
        2,
        decided("b"),
        Cause::default(),
    )]);
}

#[test]
fn a_version_and_the_request_to_replace_it_are_one() {
    let write = || SummaryCommand::Write {
        transcript_id: TRANSCRIPT,
        content: Box::new(decided("a")),
        request: Some(REQUEST),
    };
    given(vec![]).when(write()).then_expect_events(vec![created("a"), requested()]);
    let kept = SummaryEvent::Kept(SummaryKept { transcript_id: TRANSCRIPT, version: 2 });
    given(vec![created("a"), edited(2, "b")]).when(write()).then_expect_events(vec![kept]);
}

#[test]
fn what_a_person_decided_is_not_written_over() {
    let kept = SummaryEvent::Kept(SummaryKept { transcript_id: TRANSCRIPT, version: 2 });
    given(vec![created("a"), edited(2, "b")]).when(write("c")).then_expect_events(vec![kept]);
    // Neither by a model that began before.
    let finish =
        SummaryCommand::Finish { request_id: REQUEST, content: Box::new(decided("model")) };
    given(vec![created("a"), requested(), edited(2, "b")])
        .when(finish.clone())
        .then_expect_error(SummaryError::ChangedWhileWriting);
    // Control: one that was asked after that.
    given(vec![created("a"), edited(2, "b"), requested()]).when(finish).then_expect_events(vec![
        revised(3, decided("model"), Cause::Written { request_id: Some(REQUEST) }),
    ]);
}

#[test]
fn a_request_ends_once() {
    let finish =
        || SummaryCommand::Finish { request_id: REQUEST, content: Box::new(decided("model")) };
    let done = revised(2, decided("model"), Cause::Written { request_id: Some(REQUEST) });
    given(vec![created("a"), requested(), done])
        .when(finish())
        .then_expect_error(SummaryError::RequestEnded);
    let newer = SummaryRequested { request_id: RequestId(Uuid::from_u128(9)), ..request() };
    given(vec![created("a"), requested(), SummaryEvent::Requested(newer)])
        .when(finish())
        .then_expect_error(SummaryError::RequestEnded);
    given(vec![])
        .when(SummaryCommand::Request(request()))
        .then_expect_error(SummaryError::NotFound);
}

#[test]
fn edits_are_made_on_the_version_that_was_seen() {
    let edit = |base_version| SummaryCommand::Edit { base_version, edits: change("c") };
    given(vec![created("a")]).when(edit(1)).then_expect_events(vec![edited(2, "c")]);
    given(vec![created("a"), edited(2, "b")])
        .when(edit(1))
        .then_expect_error(SummaryError::Changed { newest: 2 });
}

#[test]
fn versions_are_undone_and_redone_and_restored() {
    let all = || vec![created("a"), edited(2, "b"), edited(3, "c")];
    let undone = revised(4, decided("b"), Cause::Undone { of: 2 });
    given(all())
        .when(SummaryCommand::Undo { base_version: 3 })
        .then_expect_events(vec![undone.clone()]);
    let once = || [all(), vec![undone.clone()]].concat();
    let twice = revised(5, decided("a"), Cause::Undone { of: 1 });
    given(once())
        .when(SummaryCommand::Undo { base_version: 4 })
        .then_expect_events(vec![twice.clone()]);
    given([once(), vec![twice.clone()]].concat())
        .when(SummaryCommand::Undo { base_version: 5 })
        .then_expect_error(SummaryError::NothingToUndo);
    let redone = revised(6, decided("b"), Cause::Redone { of: 2 });
    given([once(), vec![twice.clone()]].concat())
        .when(SummaryCommand::Redo { base_version: 5 })
        .then_expect_events(vec![redone.clone()]);
    given([once(), vec![twice.clone(), redone]].concat())
        .when(SummaryCommand::Redo { base_version: 6 })
        .then_expect_events(vec![revised(7, decided("c"), Cause::Redone { of: 3 })]);
    // What is written after an undo ends the line; what was on it can be restored.
    let other = [once(), vec![edited(5, "d")]].concat();
    given(other.clone())
        .when(SummaryCommand::Redo { base_version: 5 })
        .then_expect_error(SummaryError::NothingToRedo);
    given(other.clone())
        .when(SummaryCommand::Undo { base_version: 5 })
        .then_expect_events(vec![revised(6, decided("b"), Cause::Undone { of: 2 })]);
    given(other.clone())
        .when(SummaryCommand::Restore { base_version: 5, version: 3 })
        .then_expect_events(vec![revised(6, decided("c"), Cause::Restored { of: 3 })]);
    given(other)
        .when(SummaryCommand::Restore { base_version: 5, version: 9 })
        .then_expect_error(SummaryError::NoVersion(9));
}

#[test]
fn an_answer_and_its_version_are_one() {
    let answer =
        |edits| SummaryCommand::Answer { message_id: message(1), text: "Done.".to_owned(), edits };
    let running = || vec![created("a"), sent(1), started(1)];
    let cause = Cause::Message { message_id: message(1) };
    given(running())
        .when(answer(change("b")))
        .then_expect_events(vec![revised(2, decided("b"), cause), answered(1, Some(2))]);
    given(running()).when(answer(vec![])).then_expect_events(vec![answered(1, None)]);
    // A change that changes nothing is no version.
    given(running()).when(answer(change("a"))).then_expect_events(vec![answered(1, None)]);
    // On what somebody else wrote meanwhile.
    let cause = Cause::Message { message_id: message(1) };
    given([running(), vec![edited(2, "x")]].concat())
        .when(answer(change("b")))
        .then_expect_events(vec![revised(3, decided("b"), cause), answered(1, Some(3))]);
}

#[test]
fn a_cancelled_message_leaves_nothing() {
    let answer = SummaryCommand::Answer {
        message_id: message(1),
        text: "Done.".to_owned(),
        edits: change("b"),
    };
    given(vec![created("a"), sent(1), started(1), cancelled(1)])
        .when(answer)
        .then_expect_error(SummaryError::MessageEnded(MessageState::Cancelled));
    given(vec![created("a"), sent(1), started(1), answered(1, None)])
        .when(SummaryCommand::Cancel { message_id: message(1) })
        .then_expect_error(SummaryError::MessageEnded(MessageState::Complete));
    given(vec![created("a")])
        .when(SummaryCommand::Cancel { message_id: message(1) })
        .then_expect_error(SummaryError::NoMessage);
}

#[test]
fn messages_wait_for_each_other() {
    let start = |n| SummaryCommand::Start { message_id: message(n) };
    let two = || vec![created("a"), sent(1), sent(2)];
    given(two()).when(start(2)).then_expect_error(SummaryError::NotItsTurn);
    given(two()).when(start(1)).then_expect_events(vec![started(1)]);
    given([two(), vec![started(1), cancelled(1)]].concat())
        .when(start(2))
        .then_expect_events(vec![started(2)]);
    let mut full = vec![created("a")];
    full.extend((0..WAITING_MAX as u128).map(sent));
    given(full)
        .when(SummaryCommand::Send {
            message_id: message(99),
            text: "More.".to_owned(),
            base_version: None,
        })
        .then_expect_error(SummaryError::TooManyMessages);
}

#[test]
fn approving_twice_is_one_approval() {
    let approve = SummaryCommand::Approve { base_version: 1 };
    let approved =
        SummaryEvent::Approved(SummaryApproved { transcript_id: TRANSCRIPT, version: 1 });
    given(vec![created("a")]).when(approve.clone()).then_expect_events(vec![approved.clone()]);
    given(vec![created("a"), approved]).when(approve.clone()).then_expect_events(vec![]);
    given(vec![created("a"), edited(2, "b")])
        .when(approve)
        .then_expect_error(SummaryError::Changed { newest: 2 });
}

#[test]
fn nothing_is_written_after_the_erasure() {
    given(vec![])
        .when(SummaryCommand::Erase)
        .then_expect_events(vec![SummaryEvent::Erased(SummaryErased {})]);
    let erased = || vec![SummaryEvent::Erased(SummaryErased {})];
    given(erased()).when(write("a")).then_expect_error(SummaryError::Erased);
    given(erased()).when(SummaryCommand::Erase).then_expect_events(vec![]);
}
