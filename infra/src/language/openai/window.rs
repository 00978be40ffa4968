//! How many tokens a model's context holds.

use crate::openai::{Address, Answer, Client};
use reqwest::Url;
use serde_json::Value;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;
use tokio::sync::OnceCell;

/// The context of a model of which nothing is known.
const UNKNOWN: u32 = 8_192;
/// The context of OpenAI's models, whose server does not say. Many hold more.
const OPENAI: u32 = 128_000;
const OPENAI_MODELS: [&str; 6] = ["gpt-4o", "gpt-4.1", "gpt-5", "o1", "o3", "o4"];
/// The smallest context that servers are run with. Prompts that fit need no question.
pub(super) const SMALLEST: u32 = 2_048;
/// What is less is no context.
const LEAST: u32 = 256;

/// The time and the size of a server's answer about itself.
const PATIENCE: Duration = Duration::from_secs(2);
const BYTES: usize = 4 * 1024 * 1024;

/// What is known of the context of a model.
#[derive(Debug)]
pub(super) struct Window {
    /// From the URL.
    configured: Option<u32>,
    /// From the server, asked once.
    asked: OnceCell<u32>,
    /// From the server's refusal of a prompt; 0 if there was none.
    told: AtomicU32,
}

/// Parses the parameter of the URL.
pub(super) fn configured(address: &Address) -> Result<Option<u32>, String> {
    let Some(text) = address.parameter("context") else { return Ok(None) };
    match text.parse::<u32>() {
        Ok(tokens) if tokens >= LEAST => Ok(Some(tokens)),
        _ => Err(format!(
            "context= is the number of tokens that the model's context holds, at \
                          least {LEAST}"
        )),
    }
}

impl Window {
    pub(super) fn new(configured: Option<u32>) -> Self {
        Self { configured, asked: OnceCell::new(), told: AtomicU32::new(0) }
    }

    /// Returns the context: as configured, else as the server says, else a guess. A server that
    /// cannot be reached is asked again next time.
    pub(super) async fn get(&self, client: &Client, address: &Address) -> u32 {
        let known = match self.configured {
            Some(configured) => configured,
            None => match self.asked.get_or_try_init(|| ask(client, address)).await {
                Ok(asked) => *asked,
                Err(Away) => UNKNOWN,
            },
        };
        match self.told.load(Ordering::Relaxed) {
            0 => known,
            told => known.min(told),
        }
    }

    /// Remembers what a server said when it refused a prompt.
    pub(super) fn learn(&self, tokens: u32) {
        if tokens >= LEAST {
            self.told.store(tokens, Ordering::Relaxed);
        }
    }
}

struct Away;

/// Asks what this kind of server is known to answer, all at once.
async fn ask(client: &Client, address: &Address) -> Result<u32, Away> {
    if address.host() == "api.openai.com" {
        let known = OPENAI_MODELS.iter().any(|it| address.model.starts_with(it));
        return Ok(if known { OPENAI } else { UNKNOWN });
    }
    let read = |url: Url| async { client.read(url, PATIENCE, BYTES).await };
    let (props, running, models) = tokio::join!(
        read(address.beside("props")),
        read(address.beside("api/ps")),
        read(address.at("models")),
    );
    if props.is_err() && running.is_err() && models.is_err() {
        return Err(Away);
    }
    let json = |answer: Result<Answer, _>| {
        let answer = answer.ok().filter(|it: &Answer| it.status.is_success())?;
        serde_json::from_slice::<Value>(&answer.body).ok()
    };
    let found = json(props)
        .and_then(|it| of_llama(&it))
        .or_else(|| of_ollama(&json(running)?, &address.model))
        .or_else(|| of_list(&json(models)?, &address.model));
    match found {
        Some(tokens) => tracing::info!(tokens, "the language model's server says its context"),
        None => tracing::info!(
            tokens = UNKNOWN,
            "the language model's server does not say its context; add context= to the URL"
        ),
    }
    Ok(found.unwrap_or(UNKNOWN))
}

fn tokens(value: Option<&Value>) -> Option<u32> {
    let tokens = value?.as_u64().and_then(|it| u32::try_from(it).ok())?;
    (tokens >= LEAST).then_some(tokens)
}

/// `GET /props` of llama.cpp: the context of a slot.
fn of_llama(props: &Value) -> Option<u32> {
    tokens(props.pointer("/default_generation_settings/n_ctx"))
}

/// `GET /api/ps` of Ollama: the context with which a model was loaded.
fn of_ollama(running: &Value, model: &str) -> Option<u32> {
    let is_it = |it: &&Value| {
        let name = it.get("model").or_else(|| it.get("name")).and_then(Value::as_str);
        name.is_some_and(|it| it == model || it.strip_suffix(":latest") == Some(model))
    };
    let model = running.get("models")?.as_array()?.iter().find(is_it)?;
    tokens(model.get("context_length"))
}

/// `GET /models`: what vLLM, Groq, OpenRouter, Mistral and llama.cpp add to OpenAI's list.
fn of_list(models: &Value, model: &str) -> Option<u32> {
    let models = models.get("data")?.as_array()?;
    let named = models.iter().find(|it| it.get("id").and_then(Value::as_str) == Some(model));
    // A server of one model takes any name for it.
    let model = named.or_else(|| models.first().filter(|_| models.len() == 1))?;
    [
        "/max_model_len",
        "/context_window",
        "/context_length",
        "/max_context_length",
        "/meta/n_ctx",
        "/meta/n_ctx_train",
    ]
    .iter()
    .find_map(|it| tokens(model.pointer(it)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn what_servers_say() {
        let props = json!({"default_generation_settings": {"n_ctx": 4096}});
        assert_eq!(of_llama(&props), Some(4_096));
        assert_eq!(of_llama(&json!({"default_generation_settings": {"n_ctx": 0}})), None);
        let running = json!({"models": [
            {"name": "other:latest", "context_length": 1},
            {"name": "qwen3:latest", "context_length": 4096},
        ]});
        assert_eq!(of_ollama(&running, "qwen3"), Some(4_096));
        assert_eq!(of_ollama(&running, "absent"), None);
        for (model, expected) in [
            (json!({"id": "m", "max_model_len": 32768}), Some(32_768)),
            (json!({"id": "m", "context_window": 131072}), Some(131_072)),
            (json!({"id": "m", "meta": {"n_ctx_train": 2048}}), Some(2_048)),
            (json!({"id": "other", "max_model_len": 32768}), Some(32_768)),
            (json!({"id": "m", "max_model_len": "many"}), None),
            (json!({"id": "m", "max_model_len": -1}), None),
        ] {
            assert_eq!(of_list(&json!({"data": [model]}), "m"), expected, "{model}");
        }
        let two = json!({"data": [{"id": "a", "max_model_len": 300}, {"id": "b"}]});
        assert_eq!(of_list(&two, "c"), None);
        assert_eq!(of_list(&two, "a"), Some(300));
    }

    #[test]
    fn the_url_says_it_first() {
        let parse =
            |url: &str| configured(&Address::parse(url, "chat/completions", &["context"]).unwrap());
        assert_eq!(parse("http://host/v1?model=m&context=32768"), Ok(Some(32_768)));
        assert_eq!(parse("http://host/v1?model=m"), Ok(None));
        for text in ["0", "255", "32k", "-1", ""] {
            let told = parse(&format!("http://host/v1?model=m&context={text}")).unwrap_err();
            assert!(told.contains("at least 256"), "{told}");
        }
    }
}
