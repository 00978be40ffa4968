//! `/v1/search/index`: what search takes in beside sessions, and what it is to take in again.

use crate::http::auth::Caller;
use crate::http::command::{Accepted, IdempotencyKey};
use crate::http::extract::{Body, Checks, Path};
use crate::http::problem::{Problem, of_command};
use crate::state::ApiState;
use crate::transcripts::key_of_client;
use axum::extract::State;
use axum::http::StatusCode;
use chrono::{DateTime, Utc};
use debrief_domain::ids::{ClientId, NoteId, OrganizationId, TranscriptId};
use debrief_domain::note::{Note, NoteCommand, NoteError, NoteWritten};
use debrief_domain::transcript::{Transcript, TranscriptCommand, TranscriptError};
use debrief_infra::keys::DataKey;
use debrief_infra::log::CommandError;
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;

/// Longest name of a note in its own system, in characters.
const EXTERNAL_ID_MAX: usize = 200;
/// Longest title of a note, in characters.
const TITLE_MAX: usize = 300;
/// Longest note, in characters.
const TEXT_MAX: usize = 200_000;
/// Longest address of a note, in characters.
const URL_MAX: usize = 2_000;
/// How often a note can be deleted and come in again.
const GENERATIONS: u32 = 100;
/// How often it is tried beside others that change the same note.
const ATTEMPTS: usize = 4;

/// A note from another system.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NoteIn {
    /// What that system calls it: up to 200 characters. The same name again replaces the note.
    id: String,
    /// Its words: up to 200,000 characters.
    text: String,
    /// What it is called.
    title: Option<String>,
    /// Where it can be opened: `https://…`.
    url: Option<String>,
    /// Whom it is about.
    client_id: Option<ClientId>,
    /// When what it tells of was. Without it, it counts from when it came in.
    held_at: Option<DateTime<Utc>>,
    /// BCP 47 tag.
    language: Option<String>,
}

/// What to take in: one of both.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct IndexIn {
    /// A session that is to be put into the indexes again, on every node.
    transcript_id: Option<TranscriptId>,
    /// A note from another system, to be found beside the sessions.
    note: Option<NoteIn>,
}

/// It is taken in.
#[derive(Serialize, ToSchema)]
#[allow(dead_code)]
pub(super) struct IndexedOut {
    /// The session, or the note's name in its own system.
    id: String,
    /// Position that this reached; it can be found once `indexed_through` is there.
    position: i64,
}

/// Index a note, or a session again.
///
/// A note is found by the questions that sessions are found by, as a hit of kind `external_note`
/// with its `note.id` and `note.url`. Sessions are indexed by themselves; to index one again only
/// helps where an index is suspected to be wrong.
#[utoipa::path(
    post, path = "/v1/search/index", operation_id = "index", tag = "search", request_body = IndexIn,
    params(("Idempotency-Key" = Option<String>, Header, description = "Makes it safe to send again")),
    responses(
        (status = 202, body = IndexedOut),
        (status = 404, body = Problem),
        (status = 422, description = "A field breaks a rule", body = Problem),
    ),
    security(("api_key" = []))
)]
pub(super) async fn index(
    State(state): State<ApiState>,
    caller: Caller,
    key: IdempotencyKey,
    Body(body): Body<IndexIn>,
) -> Result<Accepted, Problem> {
    match (body.transcript_id, body.note) {
        (Some(id), None) => again(&state, &caller, key, id).await,
        (None, Some(note)) => take_in(&state, &caller, key, note).await,
        _ => {
            let mut checks = Checks::default();
            checks.fail("note", "send either a note or a transcript_id.");
            Err(checks.done().err().unwrap_or_else(|| Problem::not_found("note")))
        }
    }
}

async fn again(
    state: &ApiState,
    caller: &Caller,
    key: IdempotencyKey,
    id: TranscriptId,
) -> Result<Accepted, Problem> {
    let context = key.context(caller, "POST /v1/search/index", &id, json!({"id": id}))?;
    let command = TranscriptCommand::RequestIndexing;
    match state.log.execute::<Transcript>(context, id.0, command).await {
        Ok(committed) => Ok(Accepted { status: StatusCode::ACCEPTED, committed }),
        Err(CommandError::Refused(TranscriptError::NotFound)) => {
            Err(Problem::not_found("transcript"))
        }
        Err(error) => {
            Err(of_command(error, |error| Problem::conflict("conflict", error.to_string())))
        }
    }
}

async fn take_in(
    state: &ApiState,
    caller: &Caller,
    key: IdempotencyKey,
    note: NoteIn,
) -> Result<Accepted, Problem> {
    check(&note)?;
    let parent = match note.client_id {
        Some(client) => Some(key_of_client(state, caller.organization, client).await?),
        None => None,
    };
    let answer = json!({"id": note.id});
    let keys = state.log.keys();
    let context = key.context(caller, "POST /v1/search/index", &note, answer)?;
    let external_id = note.id.clone();
    let written = written(note);
    for _ in 0..ATTEMPTS {
        let Streams { now: id, exists, .. } =
            streams(state, caller.organization, &external_id).await?;
        let mut context = context.clone();
        let known = if exists { keys.get(caller.organization, id.0).await? } else { None };
        let data_key = known.unwrap_or_else(|| DataKey::generate(id.0));
        // The words follow the client: their key is wrapped by the client's that is named now.
        context.wrapped_keys.push(keys.wrap(caller.organization, &data_key, parent.as_ref()));
        context.data_key = Some(data_key);
        let committed = match exists {
            true => {
                let command = NoteCommand::Write(written.clone());
                state.log.execute::<Note>(context, id.0, command).await
            }
            false => {
                let command = NoteCommand::Begin(written.clone());
                state.log.create::<Note>(context, id.0, command).await
            }
        };
        match committed {
            Ok(committed) => return Ok(Accepted { status: StatusCode::ACCEPTED, committed }),
            // Somebody else was first, with it or with its deletion: look again.
            Err(CommandError::Refused(_)) => {}
            Err(error) => return Err(refused(error)),
        }
    }
    Err(Problem::conflict("conflict", "Others change this note at the same time; send it again."))
}

/// Find a note no more.
#[utoipa::path(
    delete, path = "/v1/search/index/{id}", operation_id = "delete_note", tag = "search",
    params(
        ("id" = String, Path, description = "What its own system calls it"),
        ("Idempotency-Key" = Option<String>, Header, description = "Makes it safe to send again"),
    ),
    responses((status = 200, body = IndexedOut), (status = 404, body = Problem)),
    security(("api_key" = []))
)]
pub(super) async fn delete(
    State(state): State<ApiState>,
    caller: Caller,
    key: IdempotencyKey,
    Path(external_id): Path<String>,
) -> Result<Accepted, Problem> {
    let streams = streams(&state, caller.organization, &external_id).await?;
    // Where it is gone, this very request may have deleted it before: then its answer stands.
    let id = streams.before.filter(|_| !streams.exists).unwrap_or(streams.now);
    let answer = json!({"id": external_id});
    let context = key.context(&caller, "DELETE /v1/search/index", &external_id, answer)?;
    let committed = state.log.execute::<Note>(context, id.0, NoteCommand::Delete).await;
    Ok(Accepted { status: StatusCode::OK, committed: committed.map_err(refused)? })
}

/// The streams of a note.
struct Streams {
    /// Of the note that is there, or the one that it would get.
    now: NoteId,
    /// Whether it is there.
    exists: bool,
    /// Of the one that was deleted last.
    before: Option<NoteId>,
}

async fn streams(
    state: &ApiState,
    organization: OrganizationId,
    external_id: &str,
) -> Result<Streams, Problem> {
    let mut before = None;
    for generation in 0..GENERATIONS {
        let now = NoteId::of(organization, external_id, generation);
        let (note, _) = state.log.load::<Note>(organization, now.0).await.map_err(refused)?;
        if !note.is_deleted() {
            return Ok(Streams { now, exists: note.written().is_some(), before });
        }
        before = Some(now);
    }
    Err(Problem::conflict("conflict", "This note was deleted and sent again too often."))
}

fn refused(error: CommandError<NoteError>) -> Problem {
    of_command(error, |error| match error {
        NoteError::NotFound => Problem::not_found("note"),
        NoteError::AlreadyExists => Problem::conflict("conflict", error.to_string()),
    })
}

fn check(note: &NoteIn) -> Result<(), Problem> {
    let mut checks = Checks::default();
    checks.text("note.id", &note.id, EXTERNAL_ID_MAX);
    checks.text("note.text", &note.text, TEXT_MAX);
    if let Some(title) = &note.title {
        checks.text("note.title", title, TITLE_MAX);
    }
    if let Some(url) = &note.url {
        checks.text("note.url", url, URL_MAX);
        // It is shown as a link: nothing that runs.
        if !url.starts_with("https://") && !url.starts_with("http://") {
            checks.fail("note.url", "must begin with https:// or http://.");
        }
    }
    if let Some(language) = &note.language {
        checks.language("note.language", language);
    }
    checks.done()
}

fn written(note: NoteIn) -> NoteWritten {
    NoteWritten {
        external_id: note.id.into(),
        text: note.text.into(),
        title: note.title.map(Into::into),
        url: note.url.map(Into::into),
        client_id: note.client_id,
        held_at: note.held_at,
        language: note.language,
    }
}
