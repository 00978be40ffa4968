//! Prompts: which there are, writing one's own, and choosing which is used.

use crate::clients::key_of_client;
use crate::http::auth::{Caller, Read, Write};
use crate::http::checks::Checks;
use crate::http::codes::Code;
use crate::http::command::{Accepted, IdempotencyKey};
use crate::http::extract::{Body, Path};
use crate::http::min_position::MinPosition;
use crate::http::problem::{Problem, of_command};
use crate::http::query::Query;
use crate::http::routes::routes;
use crate::state::ApiState;
use crate::times;
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use chrono::{DateTime, Utc};
use debrief_domain::ids::{ClientId, PromptChoiceId, PromptId};
use debrief_domain::language_tag;
use debrief_domain::prompt::{
    self, NAME_MAX, PromptCommand, PromptError, PromptLength, PromptSection, PromptTemplate,
    is_name,
};
use debrief_domain::prompt_choice::{PromptChoice, PromptChoiceChanged, PromptChoiceCommand};
use debrief_domain::summary::content::PromptVersion;
use debrief_infra::log::CommandError;
use debrief_language::prompts::{MAX_TITLE, Template, TemplateError, builtin};
use debrief_projections::prompts as own;
use debrief_workers::prompts::{self, PROMPTS_MAX};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;

pub(super) fn router() -> OpenApiRouter<ApiState> {
    OpenApiRouter::new()
        .routes(routes!(list))
        .routes(routes!(get_default, choose))
        .routes(routes!(get, put, delete))
}

/// Where a prompt comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum PromptSource {
    /// Every organization has it.
    BuiltIn,
    /// The organization wrote it.
    Own,
}

/// A prompt in the list.
#[derive(Debug, Serialize, ToSchema)]
struct ListedPrompt {
    /// The name by which requests choose it.
    name: String,
    /// Its name for people; `null` once it was erased.
    title: Option<String>,
    /// Where it comes from.
    source: PromptSource,
    /// The number of its newest version.
    version: u32,
    /// When that was written; `null` for a built-in one.
    written_at: Option<DateTime<Utc>>,
}

/// All prompts.
#[derive(Debug, Serialize, ToSchema)]
struct Prompts {
    /// The prompts by name. One of the organization's own stands in place of a built-in one of the
    /// same name.
    prompts: Vec<ListedPrompt>,
}

/// A prompt.
#[derive(Debug, Serialize, ToSchema)]
struct Prompt {
    /// The name by which requests choose it.
    name: String,
    /// Where it comes from.
    source: PromptSource,
    /// The number of its newest version.
    version: u32,
    /// The prompt's name for people.
    title: String,
    /// What to look at in such a session.
    guidance: String,
    /// The sections, in the order in which they are asked for.
    sections: Vec<PromptSection>,
    /// How it is written.
    tone: String,
    /// How much it says.
    length: PromptLength,
    /// BCP 47 tag of the language that it is written in; `null` for the transcript's.
    language: Option<String>,
}

impl Prompt {
    fn new(name: String, source: PromptSource, version: u32, template: PromptTemplate) -> Self {
        let PromptTemplate { title, guidance, sections, tone, length, language } = template;
        Self { name, source, version, title, guidance, sections, tone, length, language }
    }
}

/// A prompt that was written or deleted.
#[derive(Debug, Serialize, ToSchema)]
struct NamedPrompt {
    /// Its name.
    name: String,
}

/// For whom a prompt was chosen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum ChosenFor {
    /// For the client.
    Client,
    /// For the organization.
    Organization,
    /// For nobody: it is what is used if nothing is chosen.
    Nobody,
}

/// The prompt that is used.
#[derive(Debug, Serialize, ToSchema)]
struct UsedPrompt {
    /// Its name.
    name: String,
    /// The number of its newest version.
    version: u32,
    /// For whom it was chosen.
    chosen_for: ChosenFor,
}

#[derive(Debug, Deserialize, IntoParams)]
struct OfClient {
    /// Whose sessions; default those of no client.
    client_id: Option<ClientId>,
}

/// Which prompt is to be used.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ChoosePrompt {
    /// For this client's sessions; default for all of the organization.
    client_id: Option<ClientId>,
    /// The prompt's name; `null` for none: the organization's, or the one that everybody has.
    name: Option<String>,
}

/// A choice that was made.
#[derive(Debug, Serialize, ToSchema)]
struct MadeChoice {
    /// For this client's sessions; `null` for all of the organization.
    client_id: Option<ClientId>,
}

pub(super) fn not_found() -> Problem {
    Problem::new(
        Code::NotFound,
        "There is no prompt of this name; GET /v1/analyze/prompts lists those that there are.",
    )
}

/// List prompts.
///
/// The built-in ones and the organization's own.
#[utoipa::path(get, path = "/v1/analyze/prompts", operation_id = "list_prompts", tag = "analyze")]
async fn list(
    State(state): State<ApiState>,
    caller: Caller<Read>,
    Query(at, ..): Query<MinPosition>,
) -> Result<Json<Prompts>, Problem> {
    at.in_projection(&state, "prompts").await?;
    let built_in = builtin::all().into_iter().map(|template| ListedPrompt {
        name: template.name,
        title: Some(template.title),
        source: PromptSource::BuiltIn,
        version: builtin::VERSION,
        written_at: None,
    });
    let own = own::own_prompts(&state.views, caller.viewer(), PROMPTS_MAX).await?;
    let own = own.into_iter().map(|row| ListedPrompt {
        name: row.name,
        title: row.title,
        source: PromptSource::Own,
        version: row.version,
        written_at: Some(times::at(row.written_at)),
    });
    let by_name: BTreeMap<String, ListedPrompt> =
        built_in.chain(own).map(|prompt| (prompt.name.clone(), prompt)).collect();
    Ok(Json(Prompts { prompts: by_name.into_values().collect() }))
}

/// Get a prompt.
#[utoipa::path(
    get, path = "/v1/analyze/prompts/{name}", operation_id = "get_prompt", tag = "analyze",
    params(("name" = String, Path, description = "The prompt's name"))
)]
async fn get(
    State(state): State<ApiState>,
    caller: Caller<Read>,
    Path(name): Path<String>,
) -> Result<Json<Prompt>, Problem> {
    let id = PromptId::of(caller.organization(), &name);
    let loaded = state.log.load::<prompt::Prompt>(caller.organization(), id.0).await;
    let (own, _) = loaded.map_err(refused)?;
    if let Some(template) = own.template() {
        let (source, template) = (PromptSource::Own, template.clone());
        return Ok(Json(Prompt::new(name, source, own.version(), template)));
    }
    let template = builtin::named(&name).ok_or_else(not_found)?;
    let template = prompts::to_stored(template);
    let source = PromptSource::BuiltIn;
    Ok(Json(Prompt::new(name, source, builtin::VERSION, template)))
}

/// Write a prompt.
///
/// Writes the first version of a prompt of the organization's own, or another one. One with the
/// name of a built-in one takes its place. Texts may use the variables `client`, `coach`, `date`,
/// `language` and `vocabulary` in the syntax of Jinja, as in `{{ client or 'the client' }}`; each
/// may be missing. `POST /v1/analyze/prompts/{name}/preview` shows what becomes of them.
#[utoipa::path(
    put, path = "/v1/analyze/prompts/{name}", operation_id = "write_prompt", tag = "analyze",
    params(("name" = String, Path, description = "Lower-case letters, digits and hyphens, up to 60")),
    responses((status = 422, description = "The name or the template breaks a rule"))
)]
async fn put(
    State(state): State<ApiState>,
    caller: Caller<Write>,
    key: IdempotencyKey,
    Path(name): Path<String>,
    Body(template): Body<PromptTemplate>,
) -> Result<Accepted<NamedPrompt>, Problem> {
    if !is_name(&name) {
        let message = format!(
            "must have 1 to {NAME_MAX} lower-case letters, digits and hyphens, without a hyphen at \
             either end; `default` is taken."
        );
        return Err(Problem::invalid_field("name", message));
    }
    let template = checked(&name, template)?;
    let own = own::own_prompts(&state.views, caller.viewer(), PROMPTS_MAX).await?;
    if own.len() >= PROMPTS_MAX as usize && !own.iter().any(|row| row.name == name) {
        let detail = format!("An organization has at most {PROMPTS_MAX} prompts of its own.");
        return Err(Problem::new(Code::LimitReached, detail));
    }
    let answer = NamedPrompt { name };
    let request = (&answer.name, &template);
    let context = key.context(&caller, "PUT /v1/analyze/prompts", &request, &answer)?;
    let committed = prompts::write(&state.log, &context, &answer.name, template.clone()).await;
    Ok(Accepted::new(StatusCode::OK, answer, committed.map_err(refused)?))
}

/// Returns the template as it is stored, if it can be used.
pub(super) fn checked(name: &str, template: PromptTemplate) -> Result<PromptTemplate, Problem> {
    let mut checks = Checks::default();
    checks.text("title", &template.title, MAX_TITLE);
    if let Some(language) = &template.language {
        checks.language("language", language);
    }
    let used: Template = prompts::of_stored(name, &template);
    if let Err(error) = used.check() {
        let (field, message) = match &error {
            TemplateError::Text { field, line, message } => match field.as_str() {
                "guidance" | "tone" => (field.as_str(), format!("line {line}: {message}")),
                _ => ("sections", error.to_string()),
            },
            TemplateError::TooLong(_) => ("guidance", error.to_string()),
            TemplateError::Sections(_) | TemplateError::Twice(_) | TemplateError::Title => {
                ("sections", error.to_string())
            }
        };
        checks.fail(field, message);
    }
    checks.done()?;
    let language = template.language.map(|tag| language_tag::canonical(&tag).unwrap_or(tag));
    Ok(PromptTemplate { language, ..template })
}

/// Delete a prompt.
///
/// Deletes one of the organization's own. A built-in one of the same name comes back.
#[utoipa::path(
    delete, path = "/v1/analyze/prompts/{name}", operation_id = "delete_prompt", tag = "analyze",
    params(("name" = String, Path, description = "The prompt's name"))
)]
async fn delete(
    State(state): State<ApiState>,
    caller: Caller<Write>,
    key: IdempotencyKey,
    Path(name): Path<String>,
) -> Result<Accepted<NamedPrompt>, Problem> {
    let id = PromptId::of(caller.organization(), &name);
    let answer = NamedPrompt { name: name.clone() };
    let context = key.context(&caller, "DELETE /v1/analyze/prompts", &name, &answer)?;
    let command = PromptCommand::Delete { name };
    let committed = state.log.execute::<prompt::Prompt>(context, id.0, command).await;
    Ok(Accepted::new(StatusCode::OK, answer, committed.map_err(refused)?))
}

fn refused(error: CommandError<PromptError>) -> Problem {
    of_command(error, |error| match error {
        PromptError::NotFound => Problem::new(
            Code::NotFound,
            "Your organization has no prompt of its own of this name. Built-in prompts cannot be \
             deleted.",
        ),
        PromptError::Name => Problem::invalid_field("name", error.to_string()),
        PromptError::OtherKey => Problem::conflict(
            "This prompt was deleted or written at the same time by another request; send it again.",
        ),
    })
}

/// Get the prompt that is used.
///
/// The prompt that a session is summarized with unless a request asks for another: the client's,
/// the organization's, or the one that everybody has.
#[utoipa::path(
    get,
    path = "/v1/analyze/prompts/default",
    operation_id = "get_default_prompt",
    tag = "analyze"
)]
async fn get_default(
    State(state): State<ApiState>,
    caller: Caller<Read>,
    Query(OfClient { client_id }, ..): Query<OfClient>,
) -> Result<Json<UsedPrompt>, Problem> {
    let (log, organization) = (&state.log, caller.organization());
    let found = prompts::effective(log, organization, client_id, None).await?;
    let (PromptVersion { name, version }, _) =
        found.ok_or_else(|| Problem::internal(&"there is no built-in prompt"))?;
    let is_chosen = async |client| {
        Ok::<bool, Problem>(
            prompts::chosen(log, organization, client).await?.as_deref() == Some(&name),
        )
    };
    let chosen_for = if client_id.is_some() && is_chosen(client_id).await? {
        ChosenFor::Client
    } else if is_chosen(None).await? {
        ChosenFor::Organization
    } else {
        ChosenFor::Nobody
    };
    Ok(Json(UsedPrompt { name, version, chosen_for }))
}

/// Choose the prompt that is used.
///
/// For all of the organization, or for one client. Sessions that are summarized from now on follow
/// it.
#[utoipa::path(
    put, path = "/v1/analyze/prompts/default", operation_id = "choose_prompt", tag = "analyze",
    responses((status = 422, description = "There is no such prompt or client"))
)]
async fn choose(
    State(state): State<ApiState>,
    caller: Caller<Write>,
    key: IdempotencyKey,
    Body(choice): Body<ChoosePrompt>,
) -> Result<Accepted<MadeChoice>, Problem> {
    let organization = caller.organization();
    if let Some(name) = &choice.name
        && prompts::named(&state.log, organization, name).await?.is_none()
    {
        return Err(Problem::invalid_field("name", "is not the name of a prompt."));
    }
    let client_id = choice.client_id;
    if let Some(client) = client_id {
        key_of_client(&state, organization, client).await?;
    }
    let answer = MadeChoice { client_id };
    let context = key.context(&caller, "PUT /v1/analyze/prompts/default", &choice, &answer)?;
    let id = PromptChoiceId::of(organization, client_id);
    let changed = PromptChoiceChanged { client_id, name: choice.name };
    let command = PromptChoiceCommand::Choose(changed);
    let committed = state.log.execute::<PromptChoice>(context, id.0, command).await;
    let committed = committed.map_err(|error| of_command(error, |never| match never {}))?;
    Ok(Accepted::new(StatusCode::OK, answer, committed))
}
