use super::*;
use crate::ids::SummaryId;
use cqrs_es::test::TestFramework;
use uuid::Uuid;

const CLIENT: ClientId = ClientId(Uuid::from_u128(1));

fn session(n: u128) -> TranscriptId {
    TranscriptId(Uuid::from_u128(n))
}

fn approved(n: u128) -> NoteCause {
    NoteCause::Approved {
        transcript_id: session(n),
        summary_id: SummaryId::of(session(n)),
        summary_version: 2,
    }
}

fn line(id: &str, text: &str, of: u128) -> Line {
    Line {
        id: id.to_owned(),
        kind: LineKind::Goal,
        text: text.to_owned(),
        owner: None,
        due_on: None,
        done: false,
        transcript_id: Some(session(of)),
        turn: Some(3),
        held_on: None,
        by: LineAuthor::Machine,
    }
}

fn put(id: &str, text: &str, of: u128) -> LineChange {
    LineChange::Put(line(id, text, of))
}

fn merge(base_version: u32, changes: Vec<LineChange>, of: u128) -> ClientNoteCommand {
    ClientNoteCommand::Merge { client_id: CLIENT, base_version, changes, cause: approved(of) }
}

fn edit(base_version: u32, edits: Vec<NoteEdit>) -> ClientNoteCommand {
    ClientNoteCommand::Edit { client_id: CLIENT, base_version, edits }
}

fn revised(
    version: u32,
    numbered: u32,
    changes: Vec<LineChange>,
    cause: NoteCause,
) -> ClientNoteEvent {
    let changes = Personal::Known(changes);
    ClientNoteEvent::Revised(ClientNoteRevised {
        client_id: CLIENT,
        version,
        numbered,
        changes,
        cause,
    })
}

fn erased(event: ClientNoteEvent) -> ClientNoteEvent {
    let ClientNoteEvent::Revised(revised) = event;
    ClientNoteEvent::Revised(ClientNoteRevised { changes: Personal::Erased, ..revised })
}

fn first() -> ClientNoteEvent {
    revised(1, 2, vec![put("n1", "Sleep", 7), put("n2", "Run", 7)], approved(7))
}

fn folded(events: Vec<ClientNoteEvent>) -> ClientNote {
    let mut note = ClientNote::default();
    events.into_iter().for_each(|event| note.apply(event));
    note
}

fn texts(note: &ClientNote) -> Vec<&str> {
    note.lines().iter().map(|line| line.text.as_str()).collect()
}

#[test]
fn new_lines_are_numbered_and_the_same_again_is_no_event() {
    TestFramework::<ClientNote>::with(())
        .given_no_previous_events()
        .when(merge(0, vec![put("", "Sleep", 7), put("", "Run", 7)], 7))
        .then_expect_events(vec![first()]);
    TestFramework::<ClientNote>::with(())
        .given(vec![first()])
        .when(merge(1, vec![put("n1", "Sleep", 7)], 7))
        .then_expect_events(vec![]);
    TestFramework::<ClientNote>::with(())
        .given(vec![first()])
        .when(merge(0, vec![put("", "Sleep", 7)], 7))
        .then_expect_error(ClientNoteError::Changed { newest: 1 });
}

#[test]
fn what_a_person_wrote_changed_or_dropped_stays_so() {
    let change = |id: &str, text: &str| NoteEdit::Change {
        id: id.to_owned(),
        kind: None,
        text: Some(text.to_owned()),
        done: None,
    };
    let edits = vec![
        change("n1", " Sleep  seven hours "),
        NoteEdit::Drop { id: "n2".to_owned() },
        NoteEdit::Add { kind: LineKind::Other, text: "Has a dog.".to_owned() },
    ];
    let own = Line { by: LineAuthor::Person, ..line("n1", "Sleep seven hours", 7) };
    let dog = Line {
        kind: LineKind::Other,
        transcript_id: None,
        turn: None,
        by: LineAuthor::Person,
        ..line("n3", "Has a dog.", 7)
    };
    let changes =
        vec![LineChange::Put(own), LineChange::Drop { id: "n2".to_owned() }, LineChange::Put(dog)];
    let edited = revised(2, 3, changes, NoteCause::Edited);
    TestFramework::<ClientNote>::with(())
        .given(vec![first()])
        .when(edit(1, edits.clone()))
        .then_expect_events(vec![edited.clone()]);
    let note = folded(vec![first(), edited.clone()]);
    assert_eq!(texts(&note), ["Sleep seven hours", "Has a dog."]);
    assert_eq!(note.dropped().map(|line| line.text.as_str()).collect::<Vec<_>>(), ["Run"]);
    // A summary changes neither, and drops neither.
    let tries = vec![
        put("n1", "Sleep", 8),
        LineChange::Done { id: "n3".to_owned(), done: true },
        LineChange::Drop { id: "n3".to_owned() },
        LineChange::Drop { id: "n2".to_owned() },
    ];
    TestFramework::<ClientNote>::with(())
        .given(vec![first(), edited])
        .when(merge(2, tries.clone(), 8))
        .then_expect_events(vec![]);
    // Control: without the person's edits, it changes both.
    let (after, made) = folded(vec![first()]).merged(tries);
    assert_eq!((after.lines().len(), made.len()), (1, 2));
    TestFramework::<ClientNote>::with(())
        .given(vec![first()])
        .when(edit(0, edits))
        .then_expect_error(ClientNoteError::Changed { newest: 1 });
}

#[test]
fn what_cannot_be_edited_changes_nothing() {
    let add = |text: &str| NoteEdit::Add { kind: LineKind::Goal, text: text.to_owned() };
    let long = "x".repeat(TEXT_MAX + 1);
    for (edits, error) in [
        (vec![add("\u{200b}")], ClientNoteError::Empty),
        (vec![add("x"), add(&long)], ClientNoteError::TooLong(TEXT_MAX + 1)),
        (vec![NoteEdit::Drop { id: "n9".to_owned() }], ClientNoteError::NoLine("n9".to_owned())),
        (vec![add("x"); EDITS_MAX + 1], ClientNoteError::TooManyEdits),
        (vec![add("x"); LINES_MAX - 1], ClientNoteError::TooManyLines),
    ] {
        TestFramework::<ClientNote>::with(())
            .given(vec![first()])
            .when(edit(1, edits))
            .then_expect_error(error);
    }
}

#[test]
fn a_deleted_session_leaves_the_note_as_it_would_be_without_it() {
    let later = revised(
        2,
        3,
        vec![
            put("n1", "Sleep better", 8),
            put("n3", "Drink less", 8),
            LineChange::Done { id: "n2".to_owned(), done: true },
        ],
        approved(8),
    );
    let note = folded(vec![first(), later.clone()]);
    assert_eq!(texts(&note), ["Sleep better", "Run", "Drink less"]);
    let without = folded(vec![first(), erased(later.clone())]);
    assert_eq!(without.lines(), folded(vec![first()]).lines());
    let other = folded(vec![erased(first()), later.clone()]);
    assert_eq!(texts(&other), ["Sleep better", "Drink less"]);
    // An id that was erased is not given again.
    let event = folded(vec![first(), erased(later)]).decide(merge(2, vec![put("", "Ski", 9)], 9));
    let changes = event.unwrap().unwrap().changes.into_known().unwrap();
    assert_eq!(changes, [put("n4", "Ski", 9)]);
}

#[test]
fn a_session_that_is_moved_leaves_only_what_a_person_wrote() {
    let own = Line { by: LineAuthor::Person, ..line("n1", "Sleep seven hours", 7) };
    let edited = revised(
        2,
        2,
        vec![LineChange::Put(own.clone()), LineChange::Drop { id: "n2".to_owned() }],
        NoteCause::Edited,
    );
    let other = revised(3, 4, vec![put("n3", "Ski", 8), put("n4", "Sing", 7)], approved(8));
    let forget = ClientNoteCommand::Forget { client_id: CLIENT, transcript_id: session(7) };
    let changes = vec![
        LineChange::Put(Line { transcript_id: None, turn: None, ..own }),
        LineChange::Drop { id: "n4".to_owned() },
    ];
    let moved = revised(4, 4, changes, NoteCause::Moved { transcript_id: session(7) });
    let events = vec![first(), edited, other];
    TestFramework::<ClientNote>::with(())
        .given(events.clone())
        .when(forget.clone())
        .then_expect_events(vec![moved.clone()]);
    let note = folded([events.clone(), vec![moved.clone()]].concat());
    assert_eq!(texts(&note), ["Sleep seven hours", "Ski"]);
    assert_eq!(note.dropped().count(), 0);
    TestFramework::<ClientNote>::with(())
        .given([events, vec![moved]].concat())
        .when(forget)
        .then_expect_events(vec![]);
}
