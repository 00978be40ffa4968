//! A stage for tests of workers: log, queue, read models and blobs in a temporary directory, in
//! this process and without servers.
//!
//! ```ignore
//! let stage = Stage::new().await;
//! let id = stage.upload("call.vtt", CALL).await;
//! stage.run(&parse::WORKER).await;
//! assert_eq!(stage.events().await, ["transcript.uploaded", "transcript.parsed"]);
//! ```
//!
//! The worker runs as in production: the relay enters its jobs, the runtime leases, runs and
//! settles them.

use crate::confined::InThread;
use crate::descriptor::Descriptor;
use crate::runtime::{self, Options};
use crate::worker::{Context, Worker};
use bytes::Bytes;
use cqrs_es::Aggregate;
use debrief_domain::ids::{NoteId, OrganizationId, TranscriptId};
use debrief_domain::note::{Note, NoteCommand, NoteWritten};
use debrief_domain::personal::Personal;
use debrief_domain::principal::Principal;
use debrief_domain::transcript::{Transcript, TranscriptCommand, TranscriptUploaded};
use debrief_infra::blobs::{self, BlobKey};
use debrief_infra::database::Database;
use debrief_infra::documents::Documents;
use debrief_infra::drafts::Drafts;
use debrief_infra::keys::{DataKey, KeyStore, MasterKey, WrappedKey};
use debrief_infra::log::{
    AppenderOptions, CommandContext, CommandKey, EventLog, Metadata, RecordedEvent,
};
use debrief_infra::queue::{Begins, DeadLetter, EmbeddedQueue, Ledger, Queue, Relay, Subscription};
use debrief_projections::engine::{Runner, Views};
use serde_json::json;
use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

/// Attempts follow each other without pauses.
pub(crate) const OPTIONS: Options = Options {
    concurrency: 4,
    timeout: Duration::from_secs(30),
    cpu: Duration::from_secs(30),
    lease: Duration::from_secs(5),
    max_attempts: 3,
    backoff_min: Duration::from_millis(1),
    backoff_max: Duration::from_millis(5),
    grace: Duration::from_secs(1),
};
/// A short call.
pub(crate) const CALL: &str = "WEBVTT\n\n00:01.000 --> 00:05.000\n\
    Dana: How was the week, then?\n\n00:06.000 --> 00:12.000\n\
    Omer Katz: Long, and I decided to call my manager on Monday.\n\n00:13.000 --> 00:15.000\n\
    Dana: Please do, we have the hour.\n";
/// How long a test waits for its worker.
const PATIENCE: Duration = Duration::from_secs(60);

/// See the module documentation.
pub(crate) struct Stage {
    /// The organization of everything that happens.
    pub(crate) organization: OrganizationId,
    /// What workers are created with.
    pub(crate) context: Context,
    pub(crate) database: Database,
    pub(crate) ledger: Ledger,
    queue: Arc<dyn Queue>,
    runners: Vec<Runner>,
    directory: tempfile::TempDir,
}

impl Stage {
    pub(crate) async fn new() -> Self {
        let directory = tempfile::tempdir().expect("a directory");
        let at = |name: &str| directory.path().join(name).display().to_string();
        let url = format!("sqlite:{}", at("debrief.db"));
        let database = Database::open(&url, 2).await.expect("a database");
        database.migrate().await.expect("tables");
        let keys = KeyStore::new(database.log.clone(), MasterKey::from_bytes([7; 32]));
        let log = EventLog::new(database.log.clone(), keys, AppenderOptions::default());
        let store = blobs::from_url(&format!("directory:{}", at("blobs"))).await.expect("blobs");
        let mut runners = Vec::new();
        for projection in debrief_projections::all(1_000) {
            let runner = Runner::new(log.clone(), database.views.clone(), projection);
            runner.prepare().await.expect("tables of read models");
            runners.push(runner);
        }
        let ledger = Ledger::new(database.queue.clone());
        Self {
            organization: OrganizationId(Uuid::from_u128(0x0a)),
            context: Context {
                log,
                documents: Documents::new(store),
                views: Views::new(database.views.clone(), HashMap::new()),
                confined: Arc::new(InThread),
                language_model: None,
                drafts: Drafts::default(),
            },
            queue: Arc::new(EmbeddedQueue::new(ledger.clone())),
            ledger,
            database,
            runners,
            directory,
        }
    }

    fn log(&self) -> &EventLog {
        &self.context.log
    }

    /// Returns the data key of a stream. If there is none, creates one, to be stored with a
    /// command.
    async fn key(&self, id: Uuid) -> (DataKey, Vec<WrappedKey>) {
        let keys = self.log().keys();
        if let Some(key) = keys.get(self.organization, id).await.expect("keys") {
            return (key, Vec::new());
        }
        let key = DataKey::generate(id);
        let wrapped = keys.wrap(self.organization, &key, None);
        (key, vec![wrapped])
    }

    /// Executes a command and returns its position.
    pub(crate) async fn tell<A>(&self, id: Uuid, command: A::Command) -> i64
    where
        A: Aggregate<Services = ()>,
        A::Command: Clone,
    {
        let (key, wrapped) = self.key(id).await;
        self.tell_with::<A>(id, command, key, wrapped).await
    }

    pub(crate) async fn tell_with<A>(
        &self,
        id: Uuid,
        command: A::Command,
        key: DataKey,
        wrapped_keys: Vec<WrappedKey>,
    ) -> i64
    where
        A: Aggregate<Services = ()>,
        A::Command: Clone,
    {
        let context = CommandContext {
            organization: self.organization,
            metadata: Metadata {
                actor: Principal::System.to_string(),
                correlation_id: Uuid::now_v7(),
                causation_id: None,
            },
            key: CommandKey { key: Uuid::now_v7().to_string(), fingerprint: [0; 32] },
            answer: json!({}),
            data_key: Some(key),
            wrapped_keys,
        };
        let committed = self.log().execute::<A>(context, id, command).await;
        committed.unwrap_or_else(|error| panic!("refused: {error}")).position
    }

    /// Uploads a file as a session of its own.
    pub(crate) async fn upload(&self, name: &str, text: &str) -> TranscriptId {
        let id = TranscriptId(Uuid::now_v7());
        let (key, wrapped) = self.key(id.0).await;
        let blob = BlobKey::new(self.organization.0, "source", Uuid::now_v7());
        let bytes = Bytes::copy_from_slice(text.as_bytes());
        self.context.documents.write(&blob, &key, bytes).await.expect("a blob");
        let uploaded = TranscriptUploaded {
            source: blob.as_str().to_owned(),
            filename: Some(Personal::Known(name.to_owned())),
            size_bytes: text.len() as u64,
            sha256: Personal::Known("00".to_owned()),
            title: None,
            client_id: None,
            held_at: None,
            language: None,
            notes: None,
            more_files: Vec::new(),
        };
        self.tell_with::<Transcript>(id.0, TranscriptCommand::Upload(uploaded), key, wrapped).await;
        id
    }

    /// Writes an external note.
    pub(crate) async fn note(&self, text: &str) -> NoteId {
        let id = NoteId(Uuid::now_v7());
        let note = NoteWritten {
            external_id: Personal::Known(id.0.to_string()),
            text: Personal::Known(text.to_owned()),
            title: None,
            url: None,
            client_id: None,
            held_at: None,
            language: None,
        };
        self.tell::<Note>(id.0, NoteCommand::Begin(note)).await;
        id
    }

    /// Runs a worker until nothing is left of its jobs but dead letters.
    pub(crate) async fn run(&self, worker: &Descriptor) {
        let made = (worker.make)(&self.context);
        let options = OPTIONS.within(&worker.limits);
        self.run_as(worker.subscription(), made, options).await;
    }

    /// Runs a worker that has no descriptor on all events of the given types.
    pub(crate) async fn run_on(
        &self,
        events: &'static [&'static str],
        worker: Arc<dyn Worker>,
        options: Options,
    ) {
        let subscription =
            Subscription { consumer: "under_test", event_types: events, begins: Begins::Start };
        self.run_as(subscription, worker, options).await;
    }

    /// Brings the read models up to date.
    pub(crate) async fn catch_up(&self) {
        for runner in &self.runners {
            runner.catch_up().await.expect("read models");
        }
    }

    async fn run_as(&self, subscription: Subscription, worker: Arc<dyn Worker>, options: Options) {
        self.catch_up().await;
        let (log, queue) = (self.log().clone(), Arc::clone(&self.queue));
        let relay = Relay::new(
            log.clone(),
            self.ledger.clone(),
            Arc::clone(&queue),
            vec![subscription],
            options.lease,
        );
        while relay.step().await.expect("the relay works") > 0 {}
        let (name, stop) = (subscription.consumer, CancellationToken::new());
        let running = tokio::spawn(runtime::run(name, worker, log, queue, options, stop.clone()));
        let began = Instant::now();
        while self.is_busy(name).await {
            assert!(began.elapsed() < PATIENCE, "{name} does not finish");
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
        stop.cancel();
        running.await.expect("the runtime ends");
    }

    async fn is_busy(&self, name: &str) -> bool {
        let backlog = self.ledger.backlog().await.expect("a ledger");
        backlog.iter().any(|of| of.consumer == name && of.ready + of.leased > 0)
    }

    /// Returns all events in the log.
    pub(crate) async fn read(&self) -> Vec<RecordedEvent> {
        self.log().read(0, 10_000).await.expect("the log")
    }

    /// Returns the types of all events in the log.
    pub(crate) async fn events(&self) -> Vec<String> {
        self.read().await.into_iter().map(|event| event.event_type).collect()
    }

    pub(crate) async fn dead_letters(&self) -> Vec<DeadLetter> {
        self.ledger.dead_letters(None, None, 1_000).await.expect("a ledger")
    }

    /// Returns the number of blobs.
    pub(crate) fn blobs(&self) -> usize {
        fn files(directory: &Path) -> usize {
            let entries = std::fs::read_dir(directory).into_iter().flatten().flatten();
            entries
                .map(|entry| match entry.path() {
                    path if path.is_dir() => files(&path),
                    _ => 1,
                })
                .sum()
        }
        files(&self.directory.path().join("blobs").join(self.organization.0.to_string()))
    }
}
