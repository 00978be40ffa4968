//! Sessions are loaded as they stand, and what is deleted meanwhile is not there.

use async_trait::async_trait;
use debrief_domain::change::Change;
use debrief_domain::ids::{NoteId, OrganizationId, SummaryId, TranscriptId};
use debrief_domain::note::{Note, NoteCommand, NoteWritten};
use debrief_domain::personal::Personal;
use debrief_domain::subject::Subject;
use debrief_domain::summary::content::{Content as SummaryContent, Method, Point, Quote};
use debrief_domain::summary::{Summary, SummaryCommand};
use debrief_domain::transcript::content::{Content, Turn};
use debrief_domain::transcript::correction::Correction;
use debrief_domain::transcript::{
    Outline, Transcript, TranscriptCommand, TranscriptCorrected, TranscriptDetailsChanged,
    TranscriptParsed, TranscriptUploaded,
};
use debrief_infra::blobs::{BlobError, BlobKey, BlobStore, ByteStream, DirectoryStore};
use debrief_infra::database::Database;
use debrief_infra::documents::Documents;
use debrief_infra::keys::{DataKey, KeyStore, MasterKey, WrappedKey};
use debrief_infra::log::{
    AppenderOptions, CommandContext, CommandKey, EventLog, Metadata, RecordedEvent, StreamId,
};
use debrief_sessions::{Cache, LoadError, Session, load, load_subject};
use serde_json::Value;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use tempfile::TempDir;
use uuid::Uuid;

const OURS: OrganizationId = OrganizationId(Uuid::from_u128(1));
const THEIRS: OrganizationId = OrganizationId(Uuid::from_u128(2));
const ID: TranscriptId = TranscriptId(Uuid::from_u128(10));

/// A directory of blobs that counts what is read, and deletes a transcript before that on demand.
struct Blobs {
    directory: DirectoryStore,
    reads: AtomicU64,
    deletes: Mutex<Option<EventLog>>,
}

#[async_trait]
impl BlobStore for Blobs {
    async fn put(&self, key: &BlobKey, body: ByteStream) -> Result<u64, BlobError> {
        self.directory.put(key, body).await
    }

    async fn get(&self, key: &BlobKey) -> Result<ByteStream, BlobError> {
        self.reads.fetch_add(1, Ordering::Relaxed);
        let log = self.deletes.lock().unwrap().take();
        if let Some(log) = log {
            command::<Transcript>(&log, ID.0, TranscriptCommand::Delete, None, vec![]).await;
            self.directory.delete(key).await?;
        }
        self.directory.get(key).await
    }

    async fn delete(&self, key: &BlobKey) -> Result<(), BlobError> {
        self.directory.delete(key).await
    }

    async fn check(&self) -> Result<(), BlobError> {
        self.directory.check().await
    }
}

struct Place {
    log: EventLog,
    documents: Documents,
    blobs: Arc<Blobs>,
    key: DataKey,
    blob: BlobKey,
    _directory: TempDir,
}

/// Carries a command out, under a key of its own.
async fn command<A>(
    log: &EventLog,
    id: Uuid,
    command: A::Command,
    data_key: Option<DataKey>,
    wrapped_keys: Vec<WrappedKey>,
) where
    A: cqrs_es::Aggregate<Services = ()>,
    A::Command: Clone,
{
    let context = CommandContext {
        organization: OURS,
        metadata: Metadata {
            actor: "system".into(),
            correlation_id: Uuid::nil(),
            causation_id: None,
        },
        key: CommandKey { key: Uuid::now_v7().to_string(), fingerprint: [0; 32] },
        answer: Value::Null,
        data_key,
        wrapped_keys,
    };
    log.execute::<A>(context, id, command).await.unwrap();
}

fn known(text: &str) -> Option<Personal<String>> {
    Some(Personal::Known(text.to_owned()))
}

fn said() -> Content {
    let turn = |index, speaker: &str, text: &str| Turn {
        index,
        speaker: Some(speaker.to_owned()),
        text: text.to_owned(),
        ..Turn::default()
    };
    let turns = vec![turn(0, "A", "How was the week?"), turn(1, "B", "Long.")];
    let mut content = Content { format: "webvtt".into(), turns, ..Content::default() };
    debrief_domain::transcript::talk::measure(&mut content);
    content
}

impl Place {
    /// A transcript whose files arrived.
    async fn uploaded() -> Self {
        let directory = tempfile::tempdir().unwrap();
        let url = format!("sqlite:{}", directory.path().join("debrief.db").display());
        let database = Database::open(&url, 4).await.unwrap();
        database.migrate().await.unwrap();
        let keys = KeyStore::new(database.log.clone(), MasterKey::from_bytes([7; 32]));
        let log = EventLog::new(database.log.clone(), keys, AppenderOptions::default());
        let blobs = Arc::new(Blobs {
            directory: DirectoryStore::open(directory.path().join("blobs")).await.unwrap(),
            reads: AtomicU64::new(0),
            deletes: Mutex::new(None),
        });
        let documents = Documents::new(blobs.clone());
        let key = DataKey::generate(ID.0);
        let upload = TranscriptCommand::Upload(TranscriptUploaded {
            source: "1/source/1".into(),
            filename: None,
            size_bytes: 1,
            sha256: Personal::Known("00".into()),
            title: known("First call"),
            client_id: None,
            held_at: None,
            language: Some("en".into()),
            notes: known("Bring the plan."),
            more_files: vec![],
        });
        let wrapped = vec![log.keys().wrap(OURS, &key, None)];
        command::<Transcript>(&log, ID.0, upload, Some(key.clone()), wrapped).await;
        let blob = BlobKey::new(OURS.0, "content", Uuid::from_u128(11));
        Self { log, documents, blobs, key, blob, _directory: directory }
    }

    /// The same, read.
    async fn read() -> Self {
        let place = Self::uploaded().await;
        let json = serde_json::to_vec(&said()).unwrap();
        place.documents.write(&place.blob, &place.key, json.into()).await.unwrap();
        let Outline { turn_count, word_count, .. } = Outline::of(&said());
        let participants = said().participants.into();
        let parsed = TranscriptCommand::RecordParsed(TranscriptParsed {
            content: place.blob.as_str().to_owned(),
            format: "webvtt".into(),
            language: None,
            participants,
            turn_count,
            word_count,
            duration_ms: None,
            warnings: Personal::Known(vec![]),
        });
        place.transcript(parsed).await;
        place
    }

    async fn transcript(&self, asked: TranscriptCommand) {
        command::<Transcript>(&self.log, ID.0, asked, Some(self.key.clone()), vec![]).await;
    }

    async fn rename(&self, from: &str, to: &str) {
        let loaded = load(&self.log, &self.documents, OURS, ID).await.unwrap().unwrap();
        let correction = Correction::RenameSpeaker { from: from.into(), to: to.into() };
        let corrected = TranscriptCorrected {
            correction_id: Uuid::now_v7(),
            correction: correction.into(),
            outline: Outline::of(&said()),
        };
        let on = loaded.transcript.revision();
        self.transcript(TranscriptCommand::Correct { on, corrected }).await;
    }

    async fn subject(&self, organization: OrganizationId, subject: Subject) -> Option<Session> {
        load_subject(&self.log, &self.documents, organization, subject).await.unwrap()
    }

    async fn newest(&self) -> RecordedEvent {
        let stream = StreamId { stream_type: "transcript", id: ID.0 };
        self.log.read_stream(OURS, stream, 0, 100).await.unwrap().pop().unwrap()
    }
}

fn speakers(content: &Content) -> Vec<&str> {
    content.turns.iter().filter_map(|turn| turn.speaker.as_deref()).collect()
}

#[tokio::test]
async fn a_session_is_loaded_as_it_stands() {
    let place = Place::read().await;
    place.rename("A", "Noa").await;
    place
        .transcript(TranscriptCommand::ChangeDetails(TranscriptDetailsChanged {
            title: Change::Set(Personal::Known("Second call".into())),
            notes: Change::Clear,
            ..TranscriptDetailsChanged::default()
        }))
        .await;
    let mut summary = SummaryContent {
        headline: Some(Point::of_quote(Quote {
            turn: 1,
            speaker: None,
            start_ms: None,
            text: "Long.".into(),
        })),
        ..SummaryContent::empty(Method::Extractive)
    };
    summary.number(std::iter::empty());
    let write = SummaryCommand::Write {
        transcript_id: ID,
        content: Box::new(summary.clone()),
        request: None,
    };
    let key = Some(place.key.clone());
    command::<Summary>(&place.log, SummaryId::of(ID).0, write, key, vec![]).await;

    let session = place.subject(OURS, Subject::Transcript(ID)).await.unwrap();
    assert_eq!(session.title.as_deref(), Some("Second call"));
    assert_eq!(session.notes, None);
    assert_eq!(session.language.as_deref(), Some("en"));
    assert_eq!(speakers(&session.content.unwrap()), ["Noa", "B"]);
    assert_eq!(session.summary, Some(summary));
    assert_eq!(session.note, None);

    let loaded = load(&place.log, &place.documents, OURS, ID).await.unwrap().unwrap();
    assert_eq!(loaded.turns.as_ref().unwrap().read, said(), "as the files have them");
    assert_eq!(speakers(&loaded.corrected().await.unwrap().unwrap().content), ["Noa", "B"]);
}

#[tokio::test]
async fn before_its_files_are_read_a_session_has_no_turns() {
    let place = Place::uploaded().await;
    let loaded = load(&place.log, &place.documents, OURS, ID).await.unwrap().unwrap();
    assert!(loaded.turns.is_none());
    let session = place.subject(OURS, Subject::Transcript(ID)).await.unwrap();
    assert_eq!(session.title.as_deref(), Some("First call"));
    assert_eq!(session.content, None);
}

#[tokio::test]
async fn another_organization_has_no_such_session() {
    let place = Place::read().await;
    assert!(load(&place.log, &place.documents, THEIRS, ID).await.unwrap().is_none());
    assert!(place.subject(THEIRS, Subject::Transcript(ID)).await.is_none());
    let cache = Cache::new(place.log.clone(), place.documents.clone(), 1 << 20);
    let ours = cache.current(OURS, ID, 2).await.unwrap();
    assert!(ours.is_some());
    let theirs = cache.current(THEIRS, ID, 2).await.unwrap();
    assert!(theirs.is_none(), "also where it is in memory");
}

#[tokio::test]
async fn what_is_deleted_while_it_is_loaded_is_not_there() {
    // After the events were read, before the blob is.
    let place = Place::read().await;
    *place.blobs.deletes.lock().unwrap() = Some(place.log.clone());
    assert!(load(&place.log, &place.documents, OURS, ID).await.unwrap().is_none());
    // From the start.
    assert!(load(&place.log, &place.documents, OURS, ID).await.unwrap().is_none());
    // After the events were read, before the key is.
    let place = Place::read().await;
    place.log.keys().delete(OURS, ID.0).await.unwrap();
    assert!(load(&place.log, &place.documents, OURS, ID).await.unwrap().is_none());
}

#[tokio::test]
async fn a_blob_that_is_missing_is_an_error_that_waiting_does_not_mend() {
    let place = Place::read().await;
    place.blobs.delete(&place.blob).await.unwrap();
    let error = load(&place.log, &place.documents, OURS, ID).await.unwrap_err();
    assert!(matches!(error, LoadError::Blob(BlobError::NotFound)), "{error}");
    assert!(!error.is_temporary());
}

#[tokio::test]
async fn turns_are_read_once_for_each_version_of_them() {
    let place = Place::read().await;
    let cache = Cache::new(place.log.clone(), place.documents.clone(), 1 << 20);
    let version = place.newest().await.version;
    let reads = || place.blobs.reads.load(Ordering::Relaxed);
    let current = async |version| {
        let turns = cache.current(OURS, ID, version).await;
        turns.unwrap().unwrap()
    };
    assert_eq!(current(version).await.revision, 1);
    assert_eq!(speakers(&current(version).await.now.content), ["A", "B"]);
    assert_eq!(reads(), 1);
    place.rename("A", "Noa").await;
    let before = reads();
    let version = place.newest().await.version;
    assert_eq!(current(version).await.revision, 2);
    assert_eq!(speakers(&current(version).await.now.content), ["Noa", "B"]);
    assert_eq!(reads(), before + 1);
}

#[tokio::test]
async fn a_note_is_what_was_written_last_until_it_is_deleted() {
    let place = Place::uploaded().await;
    let id = NoteId(Uuid::from_u128(20));
    let key = DataKey::generate(id.0);
    let note = |text: &str| NoteWritten {
        external_id: Personal::Known("crm-7".into()),
        title: known("From the CRM"),
        text: Personal::Known(text.into()),
        url: None,
        client_id: None,
        held_at: None,
        language: None,
    };
    let wrapped = vec![place.log.keys().wrap(OURS, &key, None)];
    let (first, second) = (NoteCommand::Begin(note("One.")), NoteCommand::Write(note("Two.")));
    command::<Note>(&place.log, id.0, first, Some(key.clone()), wrapped).await;
    command::<Note>(&place.log, id.0, second, Some(key), vec![]).await;
    let loaded = place.subject(OURS, Subject::Note(id)).await.unwrap();
    assert_eq!(loaded.title.as_deref(), Some("From the CRM"));
    assert_eq!(loaded.note.map(|note| note.text).as_deref(), Some("Two."));
    assert!(place.subject(THEIRS, Subject::Note(id)).await.is_none());
    command::<Note>(&place.log, id.0, NoteCommand::Delete, None, vec![]).await;
    assert!(place.subject(OURS, Subject::Note(id)).await.is_none());
}
