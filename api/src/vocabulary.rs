//! `/v1/vocabulary`: how the organization writes its terms, and what transcribers hear instead.

use crate::http::auth::Caller;
use crate::http::command::{Accepted, IdempotencyKey};
use crate::http::extract::Body;
use crate::http::problem::{Problem, of_command};
use crate::state::ApiState;
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use debrief_domain::ids::{OrganizationId, VocabularyId};
use debrief_domain::transcript::correction::VocabularyEntry;
use debrief_domain::transcript::corrections;
use debrief_domain::vocabulary::{Vocabulary, VocabularyCommand, VocabularyError};
use debrief_infra::keys::DataKey;
use debrief_infra::log::CommandError;
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub(crate) fn router() -> OpenApiRouter<ApiState> {
    OpenApiRouter::new().routes(routes!(get, put))
}

/// An organization's terms.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct VocabularyBody {
    /// Up to 1,000 terms, each with up to 20 spellings that it was heard as; up to 100 characters
    /// each.
    entries: Vec<VocabularyEntry>,
}

/// The vocabulary was changed.
#[derive(Serialize, ToSchema)]
#[allow(dead_code)]
struct VocabularyChangedOut {
    /// How many terms there are.
    terms: usize,
    /// Position that this reached.
    position: i64,
}

/// The terms of an organization, as they are in the log.
pub(crate) async fn of(
    state: &ApiState,
    organization: OrganizationId,
) -> Result<Vec<VocabularyEntry>, Problem> {
    let id = VocabularyId::of(organization);
    let loaded = state.log.load::<Vocabulary>(organization, id.0).await;
    let (vocabulary, _) = loaded.map_err(refused)?;
    Ok(vocabulary.entries().to_vec())
}

fn refused(error: CommandError<VocabularyError>) -> Problem {
    of_command(error, |error| Problem::conflict("conflict", error.to_string()))
}

/// Read the vocabulary.
#[utoipa::path(
    get, path = "/v1/vocabulary", operation_id = "get_vocabulary", tag = "vocabulary",
    responses((status = 200, body = VocabularyBody)), security(("api_key" = []))
)]
async fn get(
    State(state): State<ApiState>,
    caller: Caller,
) -> Result<Json<VocabularyBody>, Problem> {
    Ok(Json(VocabularyBody { entries: of(&state, caller.organization).await? }))
}

/// Write the vocabulary, in place of the one before.
///
/// Transcripts that are read from now on are corrected by it; apply it to one that is there with
/// `POST /v1/transcripts/{id}/corrections` and `{"kind": "apply_vocabulary"}`.
#[utoipa::path(
    put, path = "/v1/vocabulary", operation_id = "change_vocabulary", tag = "vocabulary",
    request_body = VocabularyBody,
    params(("Idempotency-Key" = Option<String>, Header, description = "Makes it safe to send again")),
    responses((status = 200, body = VocabularyChangedOut), (status = 422, body = Problem)),
    security(("api_key" = []))
)]
async fn put(
    State(state): State<ApiState>,
    caller: Caller,
    key: IdempotencyKey,
    Body(body): Body<VocabularyBody>,
) -> Result<Accepted, Problem> {
    if !body.entries.is_empty() {
        corrections::check_vocabulary(&body.entries).map_err(|error| {
            Problem::unprocessable(
                error.code(),
                format!("The vocabulary cannot be taken: {error}."),
            )
        })?;
    }
    let id = VocabularyId::of(caller.organization).0;
    let answer = json!({"terms": body.entries.len()});
    let context = key.context(&caller, "PUT /v1/vocabulary", &body, answer)?;
    let keys = state.log.keys();
    let mut first = context.clone();
    // The key comes with the first terms; whoever else was first has the key that stays.
    let committed = match keys.get(caller.organization, id).await? {
        Some(_) => Err(CommandError::Refused(VocabularyError::AlreadyExists)),
        None => {
            let data_key = DataKey::generate(id);
            first.wrapped_keys.push(keys.wrap(caller.organization, &data_key, None));
            first.data_key = Some(data_key);
            let begin = VocabularyCommand::Begin(body.entries.clone());
            state.log.create::<Vocabulary>(first, id, begin).await
        }
    };
    let committed = match committed {
        Err(CommandError::Refused(VocabularyError::AlreadyExists)) => {
            let mut context = context;
            context.data_key = keys.get(caller.organization, id).await?;
            let change = VocabularyCommand::Change(body.entries);
            state.log.execute::<Vocabulary>(context, id, change).await
        }
        other => other,
    };
    Ok(Accepted { status: StatusCode::OK, committed: committed.map_err(refused)? })
}
