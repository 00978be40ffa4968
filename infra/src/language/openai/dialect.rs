//! The request format that a server accepts.

use crate::language::{Prompt, Role};
use crate::openai::Answer;
use serde::Serialize;
use serde_json::{Value, json};
use std::borrow::Cow;

/// The parameters that a server accepts, as far as known; initially those that most servers accept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Dialect {
    limit: Limit,
    format: Format,
    /// Whether it takes a temperature. OpenAI's models that think before they write do not.
    temperature: bool,
    /// Whether it can be asked to count the tokens of a stream.
    counts: bool,
}

impl Default for Dialect {
    fn default() -> Self {
        Self { limit: Limit::default(), format: Format::default(), temperature: true, counts: true }
    }
}

/// The parameter that limits the length of an answer.
///
/// `max_tokens` is tried first: nearly all servers know it, and OpenAI's newer models, which want
/// the other one, say so. In the other order, a server that ignores unknown parameters would write
/// without a limit, unnoticed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
enum Limit {
    #[default]
    MaxTokens,
    MaxCompletionTokens,
}

/// How the schema is enforced.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
enum Format {
    /// By the server.
    #[default]
    JsonSchema,
    /// JSON by the server, the schema by the instructions.
    JsonObject,
    /// By the instructions only.
    Instructions,
}

/// The body of a request.
#[derive(Serialize)]
pub(super) struct Body<'a> {
    model: &'a str,
    messages: Vec<Message<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    max_tokens: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    max_completion_tokens: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    response_format: Option<Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    temperature: Option<f32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    stream: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    stream_options: Option<Value>,
}

#[derive(Serialize)]
struct Message<'a> {
    role: &'a str,
    content: Cow<'a, str>,
}

impl Dialect {
    /// Returns the request of a prompt in this dialect.
    pub(super) fn body<'a>(self, model: &'a str, prompt: &'a Prompt, streamed: bool) -> Body<'a> {
        let mut instructions = Cow::Borrowed(prompt.instructions.as_str());
        let mut response_format = None;
        if let Some((name, schema)) = &prompt.schema {
            response_format = match self.format {
                Format::JsonSchema => Some(json!({
                    "type": "json_schema",
                    "json_schema": { "name": name, "schema": schema, "strict": true },
                })),
                Format::JsonObject => Some(json!({ "type": "json_object" })),
                Format::Instructions => None,
            };
            if self.format != Format::JsonSchema {
                instructions.to_mut().push_str(&format!(
                    "\n\nAnswer with JSON that follows this JSON Schema, and with nothing else \
                     before or after it:\n{schema}"
                ));
            }
        }
        let limit = Some(prompt.tokens_max);
        let mut messages = vec![Message { role: "system", content: instructions }];
        messages.extend(prompt.messages.iter().map(|message| Message {
            role: match message.role {
                Role::User => "user",
                Role::Assistant => "assistant",
            },
            content: Cow::Borrowed(&message.text),
        }));
        Body {
            model,
            messages,
            max_tokens: limit.filter(|_| self.limit == Limit::MaxTokens),
            max_completion_tokens: limit.filter(|_| self.limit == Limit::MaxCompletionTokens),
            response_format,
            temperature: prompt.temperature.filter(|_| self.temperature),
            stream: streamed.then_some(true),
            stream_options: (streamed && self.counts).then(|| json!({ "include_usage": true })),
        }
    }

    /// Returns the dialect to try after an answer that refuses a parameter of this one.
    pub(super) fn after(self, answer: &Answer, prompt: &Prompt, streamed: bool) -> Option<Self> {
        if !matches!(answer.status.as_u16(), 400 | 422) {
            return None;
        }
        if self.limit == Limit::MaxTokens && names(&answer.body, "max_tokens", prompt) {
            return Some(Self { limit: Limit::MaxCompletionTokens, ..self });
        }
        let named = |parameter| names(&answer.body, parameter, prompt);
        if self.temperature && prompt.temperature.is_some() && named("temperature") {
            return Some(Self { temperature: false, ..self });
        }
        if self.counts && streamed && named("stream_options") {
            return Some(Self { counts: false, ..self });
        }
        if prompt.schema.is_none() || !names(&answer.body, "response_format", prompt) {
            return None;
        }
        let format = match self.format {
            Format::JsonSchema => Format::JsonObject,
            Format::JsonObject => Format::Instructions,
            Format::Instructions => return None,
        };
        Some(Self { format, ..self })
    }

    /// Remembers how an accepted request differed from the previous dialect. Only then: a parameter
    /// may be refused for its value, and the alternative be wrong as well.
    pub(super) fn learn(&mut self, before: Self, taken: Self) {
        if taken.limit != before.limit {
            self.limit = taken.limit;
            tracing::info!(limit = ?self.limit, "the language model uses another limit parameter");
        }
        if taken.format != before.format {
            self.format = taken.format;
            tracing::info!(format = ?self.format, "the language model uses another format");
        }
        if taken.temperature != before.temperature {
            self.temperature = taken.temperature;
            tracing::info!("the language model takes no temperature");
        }
        if taken.counts != before.counts {
            self.counts = taken.counts;
            tracing::info!("the language model does not count the tokens of its streams");
        }
    }
}

/// Returns whether a refusal is about a parameter: as OpenAI marks it, or anywhere in the server's
/// message, unless the word may come from the prompt.
fn names(body: &[u8], parameter: &str, prompt: &Prompt) -> bool {
    let marked = serde_json::from_slice::<Value>(body).ok().is_some_and(|body| {
        let mark = body.pointer("/error/param").or_else(|| body.get("param"));
        mark.and_then(Value::as_str).is_some_and(|it| it.starts_with(parameter))
    });
    marked || (String::from_utf8_lossy(body).contains(parameter) && !prompt.contains(parameter))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::language::Purpose;
    use reqwest::StatusCode;

    fn prompt(text: &str) -> Prompt {
        Prompt {
            schema: Some(("summary", json!({ "type": "object" }))),
            temperature: Some(0.5),
            ..Prompt::new(Purpose::Summary, "Sum it up.", text)
        }
    }

    fn after(dialect: Dialect, status: StatusCode, body: &str, text: &str) -> Option<Dialect> {
        let answer = Answer { status, retry_after: None, body: body.as_bytes().to_vec() };
        dialect.after(&answer, &prompt(text), true)
    }

    #[test]
    fn refusals_as_servers_write_them() {
        let plain = Dialect::default();
        let other_limit = Dialect { limit: Limit::MaxCompletionTokens, ..plain };
        let other_format = Dialect { format: Format::JsonObject, ..plain };
        let no_temperature = Dialect { temperature: false, ..plain };
        let no_counts = Dialect { counts: false, ..plain };
        for (body, expected) in [
            (
                r#"{"error": {"message": "Unsupported parameter: 'max_tokens' is not supported
                with this model. Use 'max_completion_tokens' instead.", "param": "max_tokens"}}"#,
                Some(other_limit),
            ),
            (r#"{"error": {"message": "no", "param": "max_tokens"}}"#, Some(other_limit)),
            (r#"{"detail": [{"loc": ["body", "max_tokens"]}]}"#, Some(other_limit)),
            (r#"{"error": {"message": "no", "param": "response_format"}}"#, Some(other_format)),
            (r#"{"error": {"param": "response_format.type"}}"#, Some(other_format)),
            (r#"{"object": "error", "param": "response_format"}"#, Some(other_format)),
            ("This response_format type is unavailable now", Some(other_format)),
            (
                r#"{"error": {"message": "Unsupported value: 'temperature' does not support 0.5",
                "param": "temperature"}}"#,
                Some(no_temperature),
            ),
            (r#"{"detail": [{"loc": ["body", "stream_options"]}]}"#, Some(no_counts)),
            (r#"{"error": {"code": "context_length_exceeded"}}"#, None),
            ("max_completion_tokens", None),
            ("", None),
        ] {
            for status in [StatusCode::BAD_REQUEST, StatusCode::UNPROCESSABLE_ENTITY] {
                assert_eq!(after(Dialect::default(), status, body, "text"), expected, "{body}");
            }
            let told = after(Dialect::default(), StatusCode::FORBIDDEN, body, "text");
            assert_eq!(told, None);
        }
    }

    #[test]
    fn words_of_the_prompt_are_no_refusal() {
        let status = StatusCode::BAD_REQUEST;
        let text = "what are max_tokens and response_format?";
        assert_eq!(after(Dialect::default(), status, text, text), None);
        let marked = r#"{"error": {"param": "max_tokens"}}"#;
        assert!(after(Dialect::default(), status, marked, text).is_some());
    }

    #[test]
    fn there_is_an_end_to_it() {
        let body = "max_tokens response_format temperature stream_options";
        let mut dialect = Some(Dialect::default());
        let mut requests = 0;
        while let Some(current) = dialect {
            requests += 1;
            dialect = after(current, StatusCode::BAD_REQUEST, body, "text");
        }
        assert_eq!(requests, 6);
    }

    #[test]
    fn only_what_differs_is_learned() {
        let before = Dialect::default();
        let mut known = Dialect { format: Format::Instructions, ..before };
        known.learn(before, Dialect { limit: Limit::MaxCompletionTokens, ..before });
        let limit = Limit::MaxCompletionTokens;
        let both = Dialect { limit, format: Format::Instructions, ..before };
        assert_eq!(known, both);
    }
}
