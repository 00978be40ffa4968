use super::*;
use debrief_domain::personal::Personal;
use debrief_domain::transcript::{TranscriptCorrectionUndone, TranscriptParsed, TranscriptUploaded};
use debrief_domain::vocabulary::VocabularyCommand;
use debrief_infra::database::Database;
use debrief_infra::keys::{DataKey, KeyStore, MasterKey};
use debrief_infra::log::{AppenderOptions, CommandContext, CommandKey, Metadata};
use serde_json::Value;
use tempfile::TempDir;

const ORGANIZATION: OrganizationId = OrganizationId(Uuid::from_u128(1));
const ID: Uuid = Uuid::from_u128(10);

struct Place {
    log: EventLog,
    transcript: DataKey,
    vocabulary: DataKey,
    _directory: TempDir,
}

fn entries(term: &str) -> Vec<VocabularyEntry> {
    vec![VocabularyEntry { term: term.into(), heard: vec!["heard".into()] }]
}

fn outline() -> Outline {
    Outline { participants: Personal::Known(vec![]), turn_count: 1, word_count: 1 }
}

impl Place {
    /// A transcript whose files arrived, in an organization without a vocabulary.
    async fn new() -> Self {
        let directory = tempfile::tempdir().unwrap();
        let url = format!("sqlite:{}", directory.path().join("debrief.db").display());
        let database = Database::open(&url, 4).await.unwrap();
        database.migrate().await.unwrap();
        let keys = KeyStore::new(database.log.clone(), MasterKey::from_bytes([7; 32]));
        let log = EventLog::new(database.log.clone(), keys, AppenderOptions::default());
        let transcript = DataKey::generate(ID);
        let vocabulary = DataKey::generate(VocabularyId::of(ORGANIZATION).0);
        let place = Self { log, transcript, vocabulary, _directory: directory };
        let upload = TranscriptCommand::Upload(TranscriptUploaded {
            source: "1/source/1".into(),
            filename: None,
            size_bytes: 1,
            sha256: Personal::Known("00".into()),
            title: None,
            client_id: None,
            held_at: None,
            language: None,
            notes: None,
            more_files: vec![],
        });
        let mut context = place.context("api_key:1", &place.transcript);
        context.wrapped_keys = vec![place.log.keys().wrap(ORGANIZATION, &place.transcript, None)];
        place.log.execute::<Transcript>(context, ID, upload).await.unwrap();
        place
    }

    fn context(&self, actor: &str, key: &DataKey) -> CommandContext {
        CommandContext {
            organization: ORGANIZATION,
            metadata: Metadata {
                actor: actor.into(),
                correlation_id: Uuid::nil(),
                causation_id: None,
            },
            key: CommandKey { key: Uuid::now_v7().to_string(), fingerprint: [0; 32] },
            answer: Value::Null,
            data_key: Some(key.clone()),
            wrapped_keys: vec![],
        }
    }

    /// Does something to the transcript, and answers the event.
    async fn does(&self, actor: &str, command: TranscriptCommand) -> RecordedEvent {
        let context = self.context(actor, &self.transcript);
        let committed = self.log.execute::<Transcript>(context, ID, command).await.unwrap();
        self.log.read_at(committed.position).await.unwrap().unwrap()
    }

    async fn parsed(&self) -> RecordedEvent {
        let parsed = TranscriptCommand::RecordParsed(TranscriptParsed {
            content: "1/content/1".into(),
            format: "webvtt".into(),
            language: None,
            participants: Personal::Known(vec![]),
            turn_count: 1,
            word_count: 1,
            duration_ms: None,
            warnings: Personal::Known(vec![]),
        });
        self.does("worker:parse", parsed).await
    }

    async fn corrected(&self, actor: &str) -> Uuid {
        let (transcript, _) = self.log.load::<Transcript>(ORGANIZATION, ID).await.unwrap();
        let correction_id = Uuid::now_v7();
        let correction = Correction::ApplyVocabulary { entries: entries("Old") }.into();
        let corrected = TranscriptCorrected { correction_id, correction, outline: outline() };
        let on = transcript.revision();
        self.does(actor, TranscriptCommand::Correct { on, corrected }).await;
        correction_id
    }

    async fn undone(&self, correction_id: Uuid) {
        let (transcript, _) = self.log.load::<Transcript>(ORGANIZATION, ID).await.unwrap();
        let undone = TranscriptCorrectionUndone { correction_id, outline: outline() };
        let on = transcript.revision();
        self.does("api_key:1", TranscriptCommand::UndoCorrection { on, undone }).await;
    }

    async fn begin(&self, entries: Vec<VocabularyEntry>) {
        let mut context = self.context("api_key:1", &self.vocabulary);
        context.wrapped_keys = vec![self.log.keys().wrap(ORGANIZATION, &self.vocabulary, None)];
        self.say(context, VocabularyCommand::Begin(entries)).await;
    }

    async fn change(&self, entries: Vec<VocabularyEntry>) {
        let context = self.context("api_key:1", &self.vocabulary);
        self.say(context, VocabularyCommand::Change(entries)).await;
    }

    async fn say(&self, context: CommandContext, command: VocabularyCommand) {
        let id = VocabularyId::of(ORGANIZATION).0;
        self.log.execute::<Vocabulary>(context, id, command).await.unwrap();
    }

    /// The terms that a reading is still to be given.
    async fn pending(&self, parsed: &RecordedEvent) -> Option<Vec<VocabularyEntry>> {
        match pending(&self.log, parsed).await.unwrap()?.correction {
            Correction::ApplyVocabulary { entries } => Some(entries),
            other => panic!("{other:?}"),
        }
    }
}

#[tokio::test]
async fn a_reading_is_given_the_terms_of_its_moment() {
    let place = Place::new().await;
    let before = place.parsed().await;
    assert_eq!(place.pending(&before).await, None, "there is no vocabulary");
    place.begin(entries("First")).await;
    assert_eq!(place.pending(&before).await, None, "there was none");
    let first = place.parsed().await;
    assert_eq!(place.pending(&first).await, Some(entries("First")));
    place.change(entries("Second")).await;
    assert_eq!(place.pending(&first).await, Some(entries("First")));
    place.change(vec![]).await;
    let none = place.parsed().await;
    assert_eq!(place.pending(&none).await, None, "it is empty");
}

#[tokio::test]
async fn a_reading_that_another_followed_is_left_to_it() {
    let place = Place::new().await;
    place.begin(entries("First")).await;
    let first = place.parsed().await;
    let second = place.parsed().await;
    assert_eq!(place.pending(&first).await, None);
    assert_eq!(place.pending(&second).await, Some(entries("First")));
}

#[tokio::test]
async fn what_was_applied_is_not_applied_again_also_where_it_was_undone() {
    for actor in ["worker:parse", "worker:vocabulary"] {
        let place = Place::new().await;
        place.begin(entries("First")).await;
        let parsed = place.parsed().await;
        let correction_id = place.corrected(actor).await;
        assert_eq!(place.pending(&parsed).await, None, "{actor}");
        place.undone(correction_id).await;
        assert_eq!(place.pending(&parsed).await, None, "{actor}");
    }
}

#[tokio::test]
async fn a_coach_who_corrects_first_does_not_stand_in_for_the_vocabulary() {
    let place = Place::new().await;
    place.begin(entries("First")).await;
    let parsed = place.parsed().await;
    place.corrected("api_key:1").await;
    assert_eq!(place.pending(&parsed).await, Some(entries("First")));
    // Read again, files are work again.
    place.corrected("worker:vocabulary").await;
    let again = place.parsed().await;
    assert_eq!(place.pending(&again).await, Some(entries("First")));
}
