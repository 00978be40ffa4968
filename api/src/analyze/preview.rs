//! Shows what a prompt sends for a session. The model is not called.

use super::prompts::{checked, not_found};
use crate::http::auth::{Caller, Read};
use crate::http::checks::Checks;
use crate::http::codes::Code;
use crate::http::extract::{Body, Path};
use crate::http::problem::{Problem, of_command};
use crate::http::routes::routes;
use crate::state::ApiState;
use crate::vocabulary;
use axum::Json;
use axum::extract::State;
use debrief_domain::client::Client;
use debrief_domain::ids::TranscriptId;
use debrief_domain::prompt::PromptTemplate;
use debrief_infra::language::tokens;
use debrief_language::answer;
use debrief_language::parts::divide;
use debrief_language::prompts::{Input, MAX_INSTRUCTIONS, Template, render};
use debrief_language::voice::followed;
use debrief_sessions::load;
use debrief_workers::{note, prompts, voice};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;

/// Tokens of a context that is not known.
const WINDOW: u32 = 32_000;
/// Most tokens of the turns of a part.
const PART_MAX: u32 = 16_000;
/// Share of the context that is left for the answer, and most tokens of it.
const ANSWER_SHARE: u32 = 4;
const ANSWER_MAX: u32 = 8_192;
/// Tokens that a server adds to the two messages.
const WRAPPING: u32 = 16;
/// Tokens that are left free, because counting is an estimate.
const MARGIN: u32 = 128;
/// Most bytes of the texts that are shown.
const SHOWN_MAX: usize = 1 << 20;

pub(super) fn router() -> OpenApiRouter<ApiState> {
    OpenApiRouter::new().routes(routes!(preview))
}

/// A session to try a prompt on.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct PreviewPrompt {
    /// The session.
    transcript_id: TranscriptId,
    /// A template to be tried in place of the one that is stored; nothing is written.
    template: Option<PromptTemplate>,
    /// BCP 47 tag of the language to write in; default the template's, or the session's.
    #[schema(min_length = 2, max_length = 35)]
    language: Option<String>,
    /// What the coach asks for in addition, up to 2,000 characters.
    #[schema(min_length = 1, max_length = 2_000)]
    instructions: Option<String>,
}

/// A part of the session, as it would be sent.
#[derive(Debug, Serialize, ToSchema)]
struct PreviewedPart {
    /// The data: the session and what is known about the client. `null` once the texts of the
    /// parts before have 1 MiB.
    text: Option<String>,
    /// Tokens of instructions and data together.
    tokens: u32,
}

/// What a prompt sends for a session.
#[derive(Debug, Serialize, ToSchema)]
struct PreviewedPrompt {
    /// Version of the prompt; `null` for a template that is tried.
    version: Option<u32>,
    /// The instructions, which are the same for each part but for its number.
    instructions: String,
    /// The parts into which the session is divided.
    parts: Vec<PreviewedPart>,
    /// Tokens of all parts together.
    tokens: u64,
    /// Whether the tokens are an estimate, because no language model is configured.
    estimated: bool,
    /// Tokens of the model's context; `null` if no language model is configured.
    context_window: Option<u32>,
}

/// Preview a prompt.
///
/// Shows what would be sent to the language model for a session: the instructions, and the session
/// in parts with the coach's notes, the vocabulary and the running note on the client. The model is
/// not called, and nothing is written.
#[utoipa::path(
    post, path = "/v1/analyze/prompts/{name}/preview", operation_id = "preview_prompt",
    tag = "analyze", params(("name" = String, Path, description = "The prompt's name")),
    responses(
        (status = 404, description = "There is no such prompt or transcript"),
        (status = 409, description = "`not_read`: The files were not read yet."),
        (status = 422, description = "The template breaks a rule"),
    )
)]
async fn preview(
    State(state): State<ApiState>,
    caller: Caller<Read>,
    Path(name): Path<String>,
    Body(wanted): Body<PreviewPrompt>,
) -> Result<Json<PreviewedPrompt>, Problem> {
    let mut checks = Checks::default();
    if let Some(language) = &wanted.language {
        checks.language("language", language);
    }
    if let Some(instructions) = &wanted.instructions {
        checks.text("instructions", instructions, MAX_INSTRUCTIONS);
    }
    checks.done()?;
    let (log, organization) = (&state.log, caller.organization());
    let (version, template) = match wanted.template {
        Some(template) => (None, prompts::of_stored(&name, &checked(&name, template)?)),
        None => {
            let found = prompts::named(log, organization, &name).await?;
            let (prompt, template) = found.ok_or_else(not_found)?;
            (Some(prompt.version), template)
        }
    };
    let loaded = load(log, &state.documents, organization, wanted.transcript_id).await?;
    let loaded = loaded.ok_or_else(|| Problem::not_found("transcript"))?;
    let (client_id, held_on) = (loaded.client_id(), loaded.held_on());
    let (notes, given) = (loaded.notes().map(str::to_owned), loaded.language().map(str::to_owned));
    let corrected = loaded.corrected().await?.ok_or_else(|| {
        Problem::new(Code::NotRead, "The files of this transcript have not been read yet.")
    })?;
    let content = corrected.content;
    let (mut client, mut running_note) = (None, None);
    if let Some(id) = client_id {
        let loaded = log.load::<Client>(organization, id.0).await;
        let (found, _) = loaded.map_err(|error| of_command(error, |it| Problem::internal(&it)))?;
        client = found.name().map(str::to_owned);
        running_note = note::text(log, organization, id).await?.map(|(text, _)| text);
    }
    let terms = vocabulary::of(&state, organization).await?;
    let language = wanted.language.or_else(|| template.language.clone()).or(given);
    let language = language.or_else(|| content.language.clone());
    let voice = voice::profile(log, organization).await?;
    let voice = voice.and_then(|(profile, _)| {
        let rules = followed(&profile, language.as_deref());
        let mut text: String = rules.iter().map(|rule| format!("- {}\n", rule.text)).collect();
        for passage in &profile.passages {
            text.push_str(&format!("\nA passage that the coach wrote:\n{}\n", passage.text));
        }
        (!text.is_empty()).then_some(text)
    });
    let context_window = match &state.language_model {
        Some(model) => Some(model.model().context_window().await),
        None => None,
    };
    let model = state.language_model.clone();
    let make = move || {
        let count = |text: &str| match &model {
            Some(model) => model.model().count_tokens(text),
            None => tokens::estimate(text),
        };
        let vocabulary: Vec<&str> = terms.iter().map(|entry| entry.term.as_str()).collect();
        let input = Input {
            notes: notes.as_deref(),
            vocabulary: &vocabulary,
            running_note: running_note.as_deref(),
            voice: voice.as_deref(),
            language: language.as_deref(),
            instructions: wanted.instructions.as_deref(),
            client: client.as_deref(),
            held_on,
            ..Input::default()
        };
        let schema = count(&answer::schema(&template.asked()).to_string());
        let window = context_window.unwrap_or(WINDOW);
        let frame = sent(&template, &Input { part: Some((99, 99)), ..input })?;
        let frame = count(&frame.0) + count(&frame.1) + schema + WRAPPING + MARGIN;
        let most = window
            .saturating_sub(frame + (window / ANSWER_SHARE).min(ANSWER_MAX))
            .clamp(1, PART_MAX);
        let parts = divide(&content, most, count);
        let total = u32::try_from(parts.len()).unwrap_or(u32::MAX);
        let mut previewed = PreviewedPrompt {
            version,
            instructions: String::new(),
            parts: Vec::new(),
            tokens: 0,
            estimated: context_window.is_none(),
            context_window,
        };
        let mut shown = 0;
        for (number, part) in (1..).zip(&parts) {
            let turns = part.render(&content);
            let part = (total > 1).then_some((number, total));
            let (instructions, text) = sent(&template, &Input { turns: &turns, part, ..input })?;
            let tokens = count(&instructions) + count(&text) + schema + WRAPPING;
            previewed.tokens += u64::from(tokens);
            shown += text.len();
            let text = (shown <= SHOWN_MAX).then_some(text);
            previewed.parts.push(PreviewedPart { text, tokens });
            if number == 1 {
                previewed.instructions = instructions;
            }
        }
        Ok(previewed)
    };
    let made =
        tokio::task::spawn_blocking(make).await.map_err(|error| Problem::internal(&error))?;
    made.map(Json)
}

/// Returns the instructions and the data that are sent.
fn sent(template: &Template, input: &Input<'_>) -> Result<(String, String), Problem> {
    // A template is checked when it is written; what holds for a sample may not for a session.
    let prompt = render(template, input).map_err(|error| {
        Problem::invalid_field("template", format!("cannot be used for this session: {error}"))
    })?;
    Ok((prompt.instructions, prompt.text))
}
