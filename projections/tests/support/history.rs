//! Random valid histories: aggregates emit every event.
//!
//! A seed gives the same commands again; ids and times differ.

use super::{Node, fixtures};
use cqrs_es::Aggregate;
use debrief_domain::change::Change;
use debrief_domain::client::{Client, ClientCommand, ClientRegistered};
use debrief_domain::ids::{ApiKeyId, ClientId, OrganizationId, SummaryId, TranscriptId};
use debrief_domain::organization::{ApiKeyCreated, Organization, OrganizationCommand};
use debrief_domain::personal::Personal;
use debrief_domain::principal;
use debrief_domain::saved_search::{
    Criteria, SavedSearch, SavedSearchCommand, SavedSearchCreated, SavedSearchMatched,
};
use debrief_domain::subject::Subject;
use debrief_domain::summary::content::{Content, Method, Point, Quote};
use debrief_domain::summary::{Summary, SummaryCommand};
use debrief_domain::transcript::content::{Participant, Role, Warning};
use debrief_domain::transcript::correction::Correction;
use debrief_domain::transcript::participants::{
    Participants, ParticipantsChange, PlacedParticipant,
};
use debrief_domain::transcript::*;
use debrief_infra::keys::DataKey;
use debrief_infra::log::{CommandContext, CommandKey, Metadata};
use rand::rngs::StdRng;
use rand::seq::IndexedRandom;
use rand::{RngExt, SeedableRng};
use serde_json::json;
use uuid::Uuid;

/// Difficult strings for a database: NUL, astral, right-to-left, quotes, empty.
pub const WORDS: &[&str] = &[
    "",
    "plain",
    "\0",
    "NUL \0 inside",
    "🙂👩‍👩‍👧‍👦 emoji",
    "\u{202E}right to left\u{202C} עברית",
    "'; DROP TABLE transcripts; --",
    "\"quoted\" \\ back\nline\r\ttab",
    "\u{FEFF}\u{FFFF}\u{10FFFF}",
];

/// The upload of a new transcript.
pub fn upload(title: Option<&str>, client: Option<ClientId>) -> TranscriptUploaded {
    let words = |text: &str| Personal::Known(text.to_owned());
    TranscriptUploaded {
        source: "source".into(),
        filename: Some(words("session.vtt")),
        size_bytes: 17,
        sha256: words("00"),
        title: title.map(words),
        client_id: client,
        held_at: None,
        language: None,
        notes: title.map(words),
        more_files: vec![],
    }
}

fn file(name: String) -> SourceFile {
    SourceFile {
        source: "source/2".into(),
        filename: Some(Personal::Known(name)),
        size_bytes: 5,
        sha256: Personal::Known("01".into()),
    }
}

/// Content of a summary in which every text is `words`.
pub fn content(words: &str) -> Content {
    let quote = Quote { text: words.into(), turn: 1, speaker: None, start_ms: Some(7) };
    let point = Point::of_quote(quote);
    Content {
        headline: Some(point.clone()),
        overview: vec![point],
        ..Content::empty(Method::Extractive)
    }
}

struct Session {
    id: Uuid,
    key: DataKey,
    deleted: bool,
    erased: bool,
}

/// A growing history of one organization.
pub struct History {
    node: Node,
    pub organization: OrganizationId,
    random: StdRng,
    sessions: Vec<Session>,
    clients: Vec<(ClientId, DataKey)>,
    api_keys: Vec<ApiKeyId>,
    searches: Vec<(Uuid, DataKey)>,
}

impl History {
    /// Starts the history of an organization.
    pub async fn begin(node: &Node, seed: u64) -> Self {
        let mut history = Self {
            node: node.clone(),
            organization: OrganizationId(Uuid::now_v7()),
            random: StdRng::seed_from_u64(seed),
            sessions: Vec::new(),
            clients: Vec::new(),
            api_keys: Vec::new(),
            searches: Vec::new(),
        };
        let owner_key = history.api_key();
        let create = OrganizationCommand::Create { name: "Practice 🙂".into(), owner_key };
        history.command::<Organization>(history.organization.0, None, None, create).await;
        history
    }

    /// Appends `events` more events.
    pub async fn go_on(&mut self, events: usize) {
        for _ in 0..events {
            self.next().await;
        }
    }

    fn api_key(&mut self) -> ApiKeyCreated {
        let key_id = ApiKeyId(Uuid::now_v7());
        self.api_keys.push(key_id);
        let secret_sha256 = key_id.0.simple().to_string();
        ApiKeyCreated { key_id, name: "key".into(), secret_sha256, role: principal::Role::Owner }
    }

    /// Executes a command; `parent` wraps a new key, which comes with a stream's first event.
    async fn command<A>(
        &self,
        id: Uuid,
        key: Option<&DataKey>,
        new: Option<Option<&DataKey>>,
        command: A::Command,
    ) -> i64
    where
        A: Aggregate<Services = ()>,
        A::Command: Clone,
    {
        let keys = self.node.log.keys();
        let wrapped_keys = match (new, key) {
            (Some(parent), Some(key)) => vec![keys.wrap(self.organization, key, parent)],
            _ => vec![],
        };
        let context = CommandContext {
            organization: self.organization,
            metadata: Metadata {
                actor: "system".into(),
                correlation_id: Uuid::now_v7(),
                causation_id: None,
            },
            key: CommandKey { key: Uuid::new_v4().to_string(), fingerprint: [1; 32] },
            answer: json!({}),
            data_key: key.cloned(),
            wrapped_keys,
        };
        self.node.log.execute::<A>(context, id, command).await.expect("a legal command").position
    }

    /// Uploads a transcript and returns its id.
    pub async fn upload(&mut self, uploaded: TranscriptUploaded) -> TranscriptId {
        let id = Uuid::now_v7();
        let key = DataKey::generate(id);
        let parent = uploaded
            .client_id
            .and_then(|client| self.clients.iter().find(|(id, _)| *id == client))
            .map(|(_, key)| key.clone());
        let upload = TranscriptCommand::Upload(uploaded);
        self.command::<Transcript>(id, Some(&key), Some(parent.as_ref()), upload).await;
        self.sessions.push(Session { id, key, deleted: false, erased: false });
        TranscriptId(id)
    }

    /// Executes a command on a transcript of this history and returns the position.
    pub async fn on(&self, transcript: TranscriptId, command: TranscriptCommand) -> i64 {
        let session = self.sessions.iter().find(|session| session.id == transcript.0).unwrap();
        self.command::<Transcript>(session.id, Some(&session.key), None, command).await
    }

    /// Writes a version of a transcript's summary.
    pub async fn summarize(&self, transcript: TranscriptId, words: &str) -> i64 {
        let session = self.sessions.iter().find(|session| session.id == transcript.0).unwrap();
        let content = Box::new(content(words));
        let write = SummaryCommand::Write { transcript_id: transcript, content, request: None };
        let id = SummaryId::of(transcript).0;
        self.command::<Summary>(id, Some(&session.key), None, write).await
    }

    fn words(&mut self) -> &'static str {
        WORDS.choose(&mut self.random).unwrap()
    }

    fn maybe<T>(&mut self, value: T) -> Option<T> {
        self.random.random_bool(0.7).then_some(value)
    }

    fn change<T>(&mut self, value: T) -> Change<T> {
        match self.random.random_range(0..3) {
            0 => Change::Keep,
            1 => Change::Clear,
            _ => Change::Set(value),
        }
    }

    fn client(&mut self) -> Option<ClientId> {
        self.clients.choose(&mut self.random).map(|(id, _)| *id)
    }

    /// Registers a client.
    pub async fn register(&mut self) -> ClientId {
        let id = ClientId(Uuid::now_v7());
        let key = DataKey::generate(id.0);
        let (name, email) = (self.words().to_owned(), "a@example.org".to_owned());
        let email = self.maybe(email).map(Personal::Known);
        let register = ClientCommand::Register(ClientRegistered { name: name.into(), email });
        self.command::<Client>(id.0, Some(&key), Some(None), register).await;
        self.clients.push((id, key));
        id
    }

    async fn organize(&mut self) {
        let command = if self.api_keys.len() > 1 && self.random.random_bool(0.5) {
            OrganizationCommand::RevokeApiKey { key_id: self.api_keys.remove(0) }
        } else {
            OrganizationCommand::CreateApiKey(self.api_key())
        };
        self.command::<Organization>(self.organization.0, None, None, command).await;
    }

    /// Creates a saved search, records a match of one, or deletes one.
    async fn search(&mut self) {
        let at = self.random.random_range(0..5);
        let Some((id, key)) = self.searches.get(at).cloned() else {
            let id = Uuid::now_v7();
            let key = DataKey::generate(id);
            let words = self.words().to_owned();
            let created = SavedSearchCreated {
                name: words.clone().into(),
                criteria: Criteria { query: words, ..Criteria::default() }.into(),
            };
            let create = SavedSearchCommand::Create(created);
            self.command::<SavedSearch>(id, Some(&key), Some(None), create).await;
            self.searches.push((id, key));
            return;
        };
        let command = if self.random.random_bool(0.1) {
            self.searches.remove(at);
            SavedSearchCommand::Delete
        } else {
            let id = Uuid::now_v7();
            let subject = match self.random.random() {
                true => Subject::Note(id.into()),
                false => Subject::Transcript(id.into()),
            };
            SavedSearchCommand::RecordMatch(SavedSearchMatched { subject, passages: 2 })
        };
        self.command::<SavedSearch>(id, Some(&key), None, command).await;
    }

    /// Appends one more event.
    pub async fn next(&mut self) {
        let dice = self.random.random_range(0..100);
        let alive: Vec<usize> = (0..self.sessions.len())
            .filter(|&i| !self.sessions[i].deleted || !self.sessions[i].erased)
            .collect();
        let Some(&at) = alive.choose(&mut self.random).filter(|_| dice >= 22) else {
            match dice {
                0..4 => drop(self.register().await),
                4..7 => self.organize().await,
                7..11 => self.search().await,
                _ => {
                    let client = self.client();
                    let (title, client) = (self.words(), client.filter(|_| dice % 2 == 0));
                    let title = self.maybe(title);
                    self.upload(upload(title, client)).await;
                }
            }
            return;
        };
        let (id, key) = (self.sessions[at].id, self.sessions[at].key.clone());
        let about_summary = self.sessions[at].deleted || dice < 50;
        if about_summary && !self.sessions[at].erased {
            let words = content(self.words());
            // Also for a deleted transcript: a summary may be in progress during the deletion.
            let write = SummaryCommand::Write {
                transcript_id: TranscriptId(id),
                content: Box::new(words),
                request: None,
            };
            let erase = self.sessions[at].deleted || dice == 49;
            self.sessions[at].erased = erase && self.random.random_bool(0.8);
            let command = if self.sessions[at].erased { SummaryCommand::Erase } else { write };
            let summary = SummaryId::of(TranscriptId(id)).0;
            self.command::<Summary>(summary, Some(&key), None, command).await;
            return;
        }
        let command = match self.correction(id, dice).await {
            Some(correction) => correction,
            None => self.about_transcript(dice),
        };
        self.sessions[at].deleted = matches!(command, TranscriptCommand::Delete);
        self.command::<Transcript>(id, Some(&key), None, command).await;
    }

    /// A correction of a transcript that was parsed, or its end.
    async fn correction(&mut self, id: Uuid, dice: u32) -> Option<TranscriptCommand> {
        if !(56..65).contains(&dice) {
            return None;
        }
        let loaded = self.node.log.load::<Transcript>(self.organization, id).await;
        let (transcript, _) = loaded.expect("a transcript");
        transcript.content()?;
        let participant = Participant { name: self.words().to_owned(), ..Participant::default() };
        let participants = match self.random.random_bool(0.2) {
            true => Participants::All(vec![participant]),
            false => Participants::Changed(ParticipantsChange {
                nth: transcript.participant_changes() + 1,
                gone: vec![self.words().to_owned()],
                set: vec![PlacedParticipant { at: 1, participant }],
            }),
        };
        let outline =
            Outline { participants: participants.into(), turn_count: dice, word_count: 9 };
        let on = transcript.revision();
        Some(match transcript.corrections().first() {
            Some((correction_id, _)) if dice.is_multiple_of(2) => {
                TranscriptCommand::UndoCorrection {
                    on,
                    undone: TranscriptCorrectionUndone { correction_id: *correction_id, outline },
                }
            }
            _ => {
                let to = self.words().to_owned();
                let correction = Correction::RenameSpeaker { from: "A".into(), to }.into();
                let correction_id = Uuid::now_v7();
                let corrected = TranscriptCorrected { correction_id, correction, outline };
                TranscriptCommand::Correct { on, corrected }
            }
        })
    }

    fn about_transcript(&mut self, dice: u32) -> TranscriptCommand {
        let words = self.words().to_owned();
        match dice {
            0..65 => TranscriptCommand::RecordParsed(TranscriptParsed {
                content: format!("content/{dice}"),
                format: "webvtt".into(),
                language: self.maybe("de".to_owned()),
                participants: Personal::Known(vec![Participant {
                    name: words,
                    role: Role::Coach,
                    turns: 3,
                    words: 9,
                    talk_ms: self.maybe(77),
                    ..Participant::default()
                }]),
                turn_count: dice,
                word_count: 9,
                duration_ms: self.maybe(1_000),
                warnings: vec![Warning::new(3, "skipped")].into(),
            }),
            65..73 => TranscriptCommand::RecordFailure(TranscriptProcessingFailed {
                stage: Stage::Parsing,
                code: "unrecognised_format".into(),
                message: "It is \"no\" transcript.".into(),
            }),
            73..75 => TranscriptCommand::RequestProcessing,
            75 => TranscriptCommand::RequestIndexing,
            76..78 => TranscriptCommand::AddFiles(vec![file(words)]),
            78..80 => TranscriptCommand::ReplaceFiles(vec![file(words)]),
            80..90 => {
                let client = self.client().unwrap_or_default();
                let mut change = TranscriptDetailsChanged {
                    title: self.change(Personal::Known(words.clone())),
                    client_id: self.change(client),
                    held_at: self.change(chrono::DateTime::UNIX_EPOCH),
                    language: self.change("en".to_owned()),
                    notes: self.change(Personal::Known(words)),
                };
                if change.is_empty() {
                    change.notes = Change::Clear;
                }
                TranscriptCommand::ChangeDetails(change)
            }
            _ => TranscriptCommand::Delete,
        }
    }
}

/// Appends about `events` events of `organizations` organizations that write concurrently.
pub async fn write(node: &Node, organizations: usize, events: usize, seed: u64) {
    let mut writers = tokio::task::JoinSet::new();
    for n in 0..organizations {
        let (node, seed) = (node.clone(), seed + n as u64);
        writers.spawn(async move {
            History::begin(&node, seed).await.go_on(events / organizations - 2).await;
        });
    }
    writers.join_all().await;
    fixtures::append_missing(node).await;
}
