use super::*;
use crate::forget;
use crate::testing::{CALL, Stage};
use debrief_domain::client::{Client, ClientCommand, ClientRegistered};
use debrief_domain::client_note::NoteEdit;
use debrief_domain::summary::SummaryCommand;
use debrief_domain::summary::content::{Content, Method, Point};
use debrief_domain::transcript::{TranscriptCommand, TranscriptDetailsChanged};
use uuid::Uuid;

async fn client(stage: &Stage, name: &str) -> ClientId {
    let id = ClientId(Uuid::now_v7());
    let registered = ClientRegistered { name: name.to_owned().into(), email: None };
    stage.tell::<Client>(id.0, ClientCommand::Register(registered)).await;
    id
}

async fn give(stage: &Stage, session: TranscriptId, client: ClientId) {
    let changed = TranscriptDetailsChanged {
        client_id: Change::Set(client),
        ..TranscriptDetailsChanged::default()
    };
    stage.tell::<Transcript>(session.0, TranscriptCommand::ChangeDetails(changed)).await;
}

/// Approves a summary of a session that decides these things.
async fn approve(stage: &Stage, session: TranscriptId, decisions: &[&str]) {
    let id = SummaryId::of(session);
    let decisions =
        decisions.iter().map(|text| Point { text: (*text).to_owned(), ..Point::default() });
    let content = Content { decisions: decisions.collect(), ..Content::empty(Method::Extractive) };
    let write =
        SummaryCommand::Write { transcript_id: session, content: Box::new(content), request: None };
    stage.tell::<Summary>(id.0, write).await;
    let (summary, _) = stage.context.log.load::<Summary>(stage.organization, id.0).await.unwrap();
    let approve = SummaryCommand::Approve { base_version: summary.version() };
    stage.tell::<Summary>(id.0, approve).await;
}

async fn lines(stage: &Stage, client: ClientId) -> Vec<String> {
    let found = current(&stage.context.log, stage.organization, client).await.unwrap();
    found.map_or_else(Vec::new, |(lines, _)| lines.into_iter().map(|line| line.text).collect())
}

#[tokio::test]
async fn approved_summaries_become_the_note_and_leave_it_with_their_session() {
    let stage = Stage::new().await;
    let omer = client(&stage, "Omer").await;
    let (first, second) = (stage.upload("a.vtt", CALL).await, stage.upload("b.vtt", CALL).await);
    for session in [first, second] {
        give(&stage, session, omer).await;
    }
    approve(&stage, first, &["Meetings end at five"]).await;
    stage.run(&WORKER).await;
    approve(&stage, second, &["Walk to work", "Meetings will end at five"]).await;
    stage.run(&WORKER).await;
    assert_eq!(lines(&stage, omer).await, ["Meetings will end at five", "Walk to work"]);
    let told = text(&stage.context.log, stage.organization, omer).await.unwrap().unwrap();
    assert!(told.0.contains("- Walk to work"), "{}", told.0);
    // Delivered again, nothing changes.
    let events = stage.read().await.len();
    stage.run(&WORKER).await;
    assert_eq!(stage.read().await.len(), events);
    // Without the second session, the note is what the first one made of it.
    stage.tell::<Transcript>(second.0, TranscriptCommand::Delete).await;
    stage.run(&forget::WORKER).await;
    assert_eq!(lines(&stage, omer).await, ["Meetings end at five"]);
}

#[tokio::test]
async fn a_session_takes_its_lines_to_another_client() {
    let stage = Stage::new().await;
    let (omer, noa) = (client(&stage, "Omer").await, client(&stage, "Noa").await);
    let (moved, stays) = (stage.upload("a.vtt", CALL).await, stage.upload("b.vtt", CALL).await);
    for session in [moved, stays] {
        give(&stage, session, omer).await;
    }
    approve(&stage, moved, &["Meetings end at five"]).await;
    approve(&stage, stays, &["Walk to work"]).await;
    stage.run(&WORKER).await;
    assert_eq!(lines(&stage, omer).await.len(), 2);
    give(&stage, moved, noa).await;
    stage.run(&WORKER).await;
    assert_eq!(lines(&stage, omer).await, ["Walk to work"]);
    assert_eq!(lines(&stage, noa).await, ["Meetings end at five"]);
}

#[tokio::test]
async fn nothing_is_left_of_the_note_on_an_erased_client() {
    let stage = Stage::new().await;
    let omer = client(&stage, "Omer").await;
    let id = ClientNoteId::of(omer).0;
    let log = &stage.context.log;
    let keys = log.keys();
    let edits = vec![NoteEdit::Add {
        kind: debrief_domain::client_note::LineKind::Other,
        text: "Zanzibar".to_owned(),
    }];
    let command = ClientNoteCommand::Edit { client_id: omer, base_version: 0, edits };
    let key = keys.get(stage.organization, omer.0).await.unwrap().unwrap();
    stage.tell_with::<ClientNote>(id, command, key, Vec::new()).await;
    assert_eq!(lines(&stage, omer).await, ["Zanzibar"]);
    keys.delete(stage.organization, omer.0).await.unwrap();
    assert_eq!(lines(&stage, omer).await, [""; 0]);
    let open = |event: &RecordedEvent| event.payload.to_string().contains("Zanzibar");
    assert!(!stage.read().await.iter().any(open));
}
