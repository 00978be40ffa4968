use super::*;
use crate::forget;
use crate::testing::{CALL, Stage};
use debrief_domain::ids::VoiceId;
use debrief_domain::summary::SummaryCommand;
use debrief_domain::summary::content::{Method, Point};
use debrief_domain::summary::edit::Edit;
use debrief_domain::voice::{LessonState, Voice};

fn content() -> Content {
    let point = |text: &str| Point { text: text.to_owned(), ..Point::default() };
    Content {
        language: Some("en".to_owned()),
        overview: vec![point("Omer decided to utilize the calendar for all meetings of the week.")],
        ..Content::empty(Method::LanguageModel)
    }
}

/// Approves what a coach made of a summary.
async fn approve(stage: &Stage, session: TranscriptId, edits: Vec<Edit>) {
    let id = SummaryId::of(session).0;
    let write = SummaryCommand::Write {
        transcript_id: session,
        content: Box::new(content()),
        request: None,
    };
    stage.tell::<Summary>(id, write).await;
    if !edits.is_empty() {
        stage.tell::<Summary>(id, SummaryCommand::Edit { base_version: 1, edits }).await;
    }
    let (summary, _) = stage.context.log.load::<Summary>(stage.organization, id).await.unwrap();
    let approve = SummaryCommand::Approve { base_version: summary.version() };
    stage.tell::<Summary>(id, approve).await;
}

fn signs_off() -> Vec<Edit> {
    vec![
        Edit::SetOpening { text: Some("Hey Omer,".to_owned()) },
        Edit::SetClosing { text: Some("Talk soon,\nRuth".to_owned()) },
    ]
}

async fn states(stage: &Stage) -> Vec<(String, LessonState)> {
    let found = profile(&stage.context.log, stage.organization).await.unwrap();
    let lessons = found.map(|(profile, _)| profile.lessons).unwrap_or_default();
    lessons.into_iter().map(|lesson| (lesson.habit.subject(), lesson.state())).collect()
}

#[tokio::test]
async fn what_the_coach_changes_twice_is_learned_and_can_be_deleted() {
    let stage = Stage::new().await;
    let mut sessions = Vec::new();
    for name in ["a.vtt", "b.vtt", "c.vtt"] {
        sessions.push(stage.upload(name, CALL).await);
    }
    // Control: what was approved as it was written teaches nothing.
    approve(&stage, sessions[2], Vec::new()).await;
    stage.run(&WORKER).await;
    assert_eq!(states(&stage).await, []);
    approve(&stage, sessions[0], signs_off()).await;
    stage.run(&WORKER).await;
    let once = states(&stage).await;
    assert!(once.contains(&("greeting".to_owned(), LessonState::Once)), "{once:?}");
    approve(&stage, sessions[1], signs_off()).await;
    stage.run(&WORKER).await;
    let twice = states(&stage).await;
    assert!(twice.contains(&("greeting".to_owned(), LessonState::Followed)), "{twice:?}");
    // Delivered again, it counts once.
    let events = stage.read().await.len();
    stage.run(&WORKER).await;
    assert_eq!(stage.read().await.len(), events);

    let id = VoiceId::of(stage.organization).0;
    let (voice, _) = stage.context.log.load::<Voice>(stage.organization, id).await.unwrap();
    let key = voice.key_id().unwrap();
    stage.tell::<Voice>(id, VoiceCommand::Delete).await;
    stage.run(&forget::WORKER).await;
    assert_eq!(states(&stage).await, []);
    let keys = stage.context.log.keys();
    assert!(keys.get(stage.organization, key).await.unwrap().is_none());
    let open = |event: &RecordedEvent| {
        event.event_type.starts_with("voice.") && event.payload.to_string().contains("Talk soon")
    };
    assert!(!stage.read().await.iter().any(open));
    // It is learned anew under another key.
    let (again, _) = (stage.upload("d.vtt", CALL).await, ());
    approve(&stage, again, signs_off()).await;
    stage.run(&WORKER).await;
    assert!(!states(&stage).await.is_empty());
}

#[test]
fn what_was_brought_back_is_compared_with_what_it_was_made_of() {
    let with = |text: &str| Content { opening: Some(text.to_owned()), ..content() };
    let mut versions = Versions::default();
    for (version, text, cause) in [
        (1, "extractive", Cause::default()),
        (2, "edited", Cause::Edited),
        (3, "model", Cause::default()),
        (4, "refined", Cause::Message { message_id: Default::default() }),
        (5, "edited", Cause::Restored { of: 2 }),
    ] {
        versions.of.insert(version, (Some(with(text)), cause));
    }
    let compared = |version| {
        let (generated, approved) = versions.compared(version).unwrap();
        (generated.opening.unwrap(), approved.opening.unwrap())
    };
    let pair = |a: &str, b: &str| (a.to_owned(), b.to_owned());
    assert_eq!(compared(4), pair("model", "refined"));
    assert_eq!(compared(5), pair("extractive", "edited"));
    assert_eq!(compared(1), pair("extractive", "extractive"));
    assert!(versions.compared(9).is_none());
}
