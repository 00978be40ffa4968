//! `/v1/vocabulary`: the organization's terms, and their misheard spellings.

use crate::http::auth::{Caller, Read, Write};
use crate::http::codes::Code;
use crate::http::command::{Accepted, IdempotencyKey};
use crate::http::extract::Body;
use crate::http::problem::{Problem, of_command};
use crate::http::routes::routes;
use crate::state::ApiState;
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use debrief_domain::ids::{OrganizationId, VocabularyId};
use debrief_domain::transcript::correction::VocabularyEntry;
use debrief_domain::transcript::corrections;
use debrief_domain::vocabulary::{self, VocabularyCommand, VocabularyError};
use debrief_infra::keys::DataKey;
use debrief_infra::log::CommandError;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;

pub(crate) fn router() -> OpenApiRouter<ApiState> {
    OpenApiRouter::new().routes(routes!(get, put))
}

/// An organization's terms, and the spellings that transcribers hear instead.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Vocabulary {
    /// Up to 1,000 terms, each with up to 20 spellings; up to 100 characters each.
    entries: Vec<VocabularyEntry>,
}

/// A vocabulary that was replaced.
#[derive(Debug, Clone, Copy, Serialize, ToSchema)]
struct ReplacedVocabulary {
    /// The number of terms it has now.
    terms: usize,
}

/// Returns the terms of an organization from the log.
pub(crate) async fn of(
    state: &ApiState,
    organization: OrganizationId,
) -> Result<Vec<VocabularyEntry>, Problem> {
    let id = VocabularyId::of(organization);
    let loaded = state.log.load::<vocabulary::Vocabulary>(organization, id.0).await;
    let (vocabulary, _) = loaded.map_err(refused)?;
    Ok(vocabulary.entries().to_vec())
}

fn refused(error: CommandError<VocabularyError>) -> Problem {
    of_command(error, |error| Problem::conflict(error.to_string()))
}

/// Get the vocabulary.
#[utoipa::path(get, path = "/v1/vocabulary", operation_id = "get_vocabulary", tag = "vocabulary")]
async fn get(
    State(state): State<ApiState>,
    caller: Caller<Read>,
) -> Result<Json<Vocabulary>, Problem> {
    Ok(Json(Vocabulary { entries: of(&state, caller.organization()).await? }))
}

/// Replace the vocabulary.
///
/// Transcripts that are read from now on are corrected by it. To apply it to an existing one, send
/// `{"kind": "apply_vocabulary"}` to `POST /v1/transcripts/{id}/corrections`.
#[utoipa::path(
    put, path = "/v1/vocabulary", operation_id = "change_vocabulary", tag = "vocabulary",
    responses((status = 422, description = "The vocabulary breaks a rule"))
)]
async fn put(
    State(state): State<ApiState>,
    caller: Caller<Write>,
    key: IdempotencyKey,
    Body(body): Body<Vocabulary>,
) -> Result<Accepted<ReplacedVocabulary>, Problem> {
    if !body.entries.is_empty() {
        corrections::check_vocabulary(&body.entries).map_err(|error| {
            Problem::new(Code::from(error), format!("The vocabulary is invalid: {error}."))
        })?;
    }
    let organization = caller.organization();
    let id = VocabularyId::of(organization).0;
    let answer = ReplacedVocabulary { terms: body.entries.len() };
    let context = key.context(&caller, "PUT /v1/vocabulary", &body, &answer)?;
    let keys = state.log.keys();
    let mut first = context.clone();
    // The key comes with the first terms; whoever else was first has the key that stays.
    let committed = match keys.get(organization, id).await? {
        Some(_) => Err(CommandError::Refused(VocabularyError::AlreadyExists)),
        None => {
            let data_key = DataKey::generate(id);
            first.wrapped_keys.push(keys.wrap(organization, &data_key, None));
            first.data_key = Some(data_key);
            let begin = VocabularyCommand::Begin(body.entries.clone());
            state.log.create::<vocabulary::Vocabulary>(first, id, begin).await
        }
    };
    let committed = match committed {
        Err(CommandError::Refused(VocabularyError::AlreadyExists)) => {
            let mut context = context;
            context.data_key = keys.get(organization, id).await?;
            let change = VocabularyCommand::Change(body.entries);
            state.log.execute::<vocabulary::Vocabulary>(context, id, change).await
        }
        other => other,
    };
    Ok(Accepted::new(StatusCode::OK, answer, committed.map_err(refused)?))
}
