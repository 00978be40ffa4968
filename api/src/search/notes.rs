//! `/v1/search/index`: writes external notes, which are found like sessions, and indexes sessions
//! again.

use crate::clients::key_of_client;
use crate::http::auth::{Caller, Write};
use crate::http::checks::Checks;
use crate::http::command::{Accepted, IdempotencyKey};
use crate::http::extract::{Body, Path};
use crate::http::problem::{Problem, of_command};
use crate::state::ApiState;
use axum::extract::State;
use axum::http::StatusCode;
use chrono::{DateTime, Utc};
use debrief_domain::ids::{ClientId, NoteId, OrganizationId, TranscriptId};
use debrief_domain::note::{Note, NoteCommand, NoteError, NoteWritten};
use debrief_domain::transcript::{Transcript, TranscriptCommand, TranscriptError};
use debrief_infra::keys::DataKey;
use debrief_infra::log::CommandError;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Maximum length of a note's id in its own system, in characters.
const EXTERNAL_ID_MAX: usize = 200;
/// Maximum length of a note's title, in characters.
const TITLE_MAX: usize = 300;
/// Maximum length of a note, in characters.
const TEXT_MAX: usize = 200_000;
/// Maximum length of a note's URL, in characters.
const URL_MAX: usize = 2_000;
/// Maximum number of times that a note can be deleted and written again.
const GENERATIONS: u32 = 100;
/// Maximum number of attempts if others change the same note.
const ATTEMPTS: usize = 4;

/// A note from another system.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewNote {
    /// The note's id in its own system, up to 200 characters. A note with the same id is replaced.
    id: String,
    /// The note's words, up to 200,000 characters.
    text: String,
    /// The note's title, up to 300 characters.
    title: Option<String>,
    /// Where the note can be opened: `https://…`.
    url: Option<String>,
    /// The client whom the note is about.
    client_id: Option<ClientId>,
    /// When what the note is about took place; default when the note was indexed.
    held_at: Option<DateTime<Utc>>,
    /// BCP 47 tag.
    language: Option<String>,
}

/// What to index: either a session or a note.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct IndexRequest {
    /// A session to index again, on every node.
    transcript_id: Option<TranscriptId>,
    /// An external note.
    note: Option<NewNote>,
}

/// What was indexed, or deleted. It is found, or gone, once `indexed_through` of an answer has
/// reached `position`.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Indexed {
    /// Identifies the session, or the note in its own system.
    id: String,
}

/// Index an external note, or a session again.
///
/// A note is found like sessions are, as a hit of kind `external_note` with its `note.id` and
/// `note.url`. Sessions are indexed automatically; indexing one again helps only if an index is
/// suspected to be wrong.
#[utoipa::path(
    post, path = "/v1/search/index", operation_id = "index", tag = "search",
    responses(
        (status = 202, description = "It will be indexed"),
        (status = 404, description = "There is no such session"),
    )
)]
pub(super) async fn index(
    State(state): State<ApiState>,
    caller: Caller<Write>,
    key: IdempotencyKey,
    Body(body): Body<IndexRequest>,
) -> Result<Accepted<Indexed>, Problem> {
    match (body.transcript_id, body.note) {
        (Some(id), None) => again(&state, &caller, key, id).await,
        (None, Some(note)) => take_in(&state, &caller, key, note).await,
        _ => Err(Problem::invalid_field("note", "send either a note or a transcript_id.")),
    }
}

async fn again(
    state: &ApiState,
    caller: &Caller<Write>,
    key: IdempotencyKey,
    id: TranscriptId,
) -> Result<Accepted<Indexed>, Problem> {
    let answer = Indexed { id: id.to_string() };
    let context = key.context(caller, "POST /v1/search/index", &id, &answer)?;
    let command = TranscriptCommand::RequestIndexing;
    match state.log.execute::<Transcript>(context, id.0, command).await {
        Ok(committed) => Ok(Accepted::new(StatusCode::ACCEPTED, answer, committed)),
        Err(CommandError::Refused(TranscriptError::NotFound)) => {
            Err(Problem::not_found("transcript"))
        }
        Err(error) => Err(of_command(error, |error| Problem::conflict(error.to_string()))),
    }
}

async fn take_in(
    state: &ApiState,
    caller: &Caller<Write>,
    key: IdempotencyKey,
    note: NewNote,
) -> Result<Accepted<Indexed>, Problem> {
    check(&note)?;
    let organization = caller.organization();
    let parent = match note.client_id {
        Some(client) => Some(key_of_client(state, organization, client).await?),
        None => None,
    };
    let answer = Indexed { id: note.id.clone() };
    let keys = state.log.keys();
    let context = key.context(caller, "POST /v1/search/index", &note, &answer)?;
    let written = written(note);
    for _ in 0..ATTEMPTS {
        let Streams { now: id, exists, .. } = streams(state, organization, &answer.id).await?;
        let mut context = context.clone();
        let known = if exists { keys.get(organization, id.0).await? } else { None };
        let data_key = known.unwrap_or_else(|| DataKey::generate(id.0));
        // The words follow the client: their key is wrapped by the client's that is named now.
        context.wrapped_keys.push(keys.wrap(organization, &data_key, parent.as_ref()));
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
            Ok(committed) => return Ok(Accepted::new(StatusCode::ACCEPTED, answer, committed)),
            // Somebody else was first, with it or with its deletion: look again.
            Err(CommandError::Refused(_)) => {}
            Err(error) => return Err(refused(error)),
        }
    }
    Err(Problem::conflict(
        "This note was changed at the same time by another request; send it again.",
    ))
}

/// Delete an external note.
#[utoipa::path(
    delete, path = "/v1/search/index/{id}", operation_id = "delete_note", tag = "search",
    params(("id" = String, Path, description = "The note's id in its own system"))
)]
pub(super) async fn delete(
    State(state): State<ApiState>,
    caller: Caller<Write>,
    key: IdempotencyKey,
    Path(external_id): Path<String>,
) -> Result<Accepted<Indexed>, Problem> {
    let streams = streams(&state, caller.organization(), &external_id).await?;
    // Where it is gone, this very request may have deleted it before: then its answer stands.
    let id = streams.before.filter(|_| !streams.exists).unwrap_or(streams.now);
    let answer = Indexed { id: external_id.clone() };
    let context = key.context(&caller, "DELETE /v1/search/index", &external_id, &answer)?;
    let committed = state.log.execute::<Note>(context, id.0, NoteCommand::Delete).await;
    Ok(Accepted::new(StatusCode::OK, answer, committed.map_err(refused)?))
}

/// The streams of a note.
struct Streams {
    /// The current stream, or the one that a new note would get.
    now: NoteId,
    /// Whether the note exists.
    exists: bool,
    /// The stream that was deleted last.
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
    Err(Problem::conflict("This note was deleted and indexed again too many times."))
}

fn refused(error: CommandError<NoteError>) -> Problem {
    of_command(error, |error| match error {
        NoteError::NotFound => Problem::not_found("note"),
        NoteError::AlreadyExists => Problem::conflict(error.to_string()),
    })
}

fn check(note: &NewNote) -> Result<(), Problem> {
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

fn written(note: NewNote) -> NoteWritten {
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
