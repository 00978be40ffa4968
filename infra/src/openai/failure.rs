//! Classifies answers other than success.

use super::Answer;
use serde_json::Value;
use std::time::Duration;

/// Why a request failed.
#[derive(Debug)]
pub(crate) enum Failure {
    /// The server cannot be reached or is busy: retry later.
    Unavailable {
        /// What happened.
        why: String,
        /// How long the server asks to wait.
        retry_after: Option<Duration>,
    },
    /// The answer did not arrive in time.
    Late(Duration),
    /// The answer is not what was asked for.
    Malformed(String),
    /// The configuration is wrong; the text says what to change.
    Config(String),
    /// The request is too long for the model.
    TooLong {
        /// What the server said.
        why: String,
        /// The number of tokens that it takes, if it said so.
        window: Option<u32>,
    },
    /// The server refuses this request; it may accept others.
    Request(String),
}

impl Failure {
    /// The failure of a server that does not say when to retry.
    pub(crate) fn unavailable(why: impl Into<String>) -> Self {
        Self::Unavailable { why: why.into(), retry_after: None }
    }

    /// The failure for a malformed answer.
    pub(crate) fn broken(what: &str) -> Self {
        Self::Malformed(format!("the server's answer is malformed: {what}"))
    }

    /// The failure for an answer that did not arrive in time.
    pub(crate) fn late(patience: Duration) -> Self {
        Self::Late(patience)
    }
}

/// Says that no answer arrived in time.
pub(crate) fn late(patience: Duration) -> String {
    format!("no answer within {} s", patience.as_secs_f32())
}

/// Classifies an answer by what can be done about it. `endpoint` is the path of the request,
/// `private` says what must not be repeated.
pub(super) fn failure(answer: &Answer, endpoint: &str, private: impl Fn(&str) -> bool) -> Failure {
    let said = Said::read(&answer.body, &private);
    classify(answer.status.as_u16(), answer.retry_after, said, endpoint)
}

/// Returns the failure that an event of a stream tells of, if it does. `private` says what must not
/// be repeated.
pub(super) fn failure_in(
    event: &Value,
    endpoint: &str,
    private: impl Fn(&str) -> bool,
) -> Option<Failure> {
    let error = event.get("error").filter(|it| !it.is_null())?;
    // Some servers put the status here.
    let status = ["code", "status", "status_code"].iter().find_map(|it| error.get(it)?.as_u64());
    let status = status.and_then(|it| u16::try_from(it).ok()).filter(|it| (400..600).contains(it));
    let said = Said::of(event, &private);
    let known = status.is_some() || said.is_context || !said.code.is_empty();
    match status {
        Some(status) => Some(classify(status, None, said, endpoint)),
        None if known => Some(match classify(400, None, said, endpoint) {
            Failure::Request(_) => {
                Failure::unavailable("the server reports an error in its stream")
            }
            other => other,
        }),
        None => Some(Failure::unavailable("the server reports an error in its stream")),
    }
}

fn classify(status: u16, retry_after: Option<Duration>, said: Said, endpoint: &str) -> Failure {
    let Said { code, is_context, window } = said;
    let mut text = format!("status {status}");
    if !code.is_empty() {
        text.push_str(&format!(", {code}"));
    }
    let config = |advice: &str| Failure::Config(format!("{text}: {advice}"));
    match status {
        _ if code.ends_with("insufficient_quota") => {
            config("the account's quota is used up; ask the server's operator to raise it")
        }
        400..500 if is_context => Failure::TooLong { why: text, window },
        401 => config("the server does not accept the key; set the one that it gave you"),
        402 => config("the server requires payment; check the account"),
        403 => config("this key may not use this model; allow it, or name another model"),
        _ if code.ends_with("model_not_found") => {
            config("the server has no such model; change model= in the URL")
        }
        404 | 405 => config(&format!(
            "not found; is the URL right up to /{endpoint}, which is added, and does the \
             server have the model?"
        )),
        300..400 => config("the server redirects to another address; use that one in the URL"),
        413 => Failure::TooLong { why: text, window },
        400 | 422 => Failure::Request(text),
        408 | 425 | 429 | 500.. => {
            if let Some(wait) = retry_after {
                text.push_str(&format!("; it asks for a retry in {} s", wait.as_secs_f32()));
            }
            Failure::Unavailable { why: text, retry_after }
        }
        _ => config("the server does not accept such requests; is this the address of its API?"),
    }
}

/// What an error says, as far as it may be repeated or acted upon.
#[derive(Default)]
struct Said {
    /// Type and code.
    code: String,
    /// Whether the request is longer than the context of the model.
    is_context: bool,
    /// The size of that context, in tokens.
    window: Option<u32>,
}

/// What servers say of a request that is too long, in the order of OpenAI, llama.cpp, vLLM and
/// others: the first two as codes, the rest in messages.
const CONTEXT_CODES: [&str; 3] =
    ["context_length_exceeded", "exceed_context_size_error", "context_window_exceeded"];
const CONTEXT_WORDS: [&str; 6] = [
    "maximum context length",
    "context length exceeded",
    "exceeds the available context",
    "exceeds the context window",
    "prompt is too long",
    "longer than the context",
];

impl Said {
    fn read(body: &[u8], private: impl Fn(&str) -> bool) -> Self {
        match serde_json::from_slice::<Value>(body) {
            Ok(body) => Self::of(&body, private),
            Err(_) => Self::default(),
        }
    }

    fn of(body: &Value, private: impl Fn(&str) -> bool) -> Self {
        let error = body.get("error").unwrap_or(body);
        let code = code(body, &private).unwrap_or_default();
        let message = error.as_str().or_else(|| error.get("message")?.as_str());
        let message = message.unwrap_or_default().to_ascii_lowercase();
        let coded = CONTEXT_CODES.iter().any(|it| code.split(' ').any(|word| word == *it));
        let worded = CONTEXT_WORDS.iter().any(|it| message.contains(it) && !private(it));
        let window = error.get("n_ctx").and_then(Value::as_u64);
        let window = window.and_then(|it| u32::try_from(it).ok()).filter(|it| *it > 0);
        Self { code, is_context: coded || worded, window }
    }
}

/// Returns type and code of an error in OpenAI's format. Messages may quote the texts, so they are
/// ignored; and since a server may put anything anywhere, only values that look like codes are
/// repeated.
fn code(body: &Value, private: impl Fn(&str) -> bool) -> Option<String> {
    let error = body.get("error")?;
    let words = ["type", "code"].map(|field| {
        let word = error.get(field)?.as_str()?;
        let plain = word.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_');
        (!word.is_empty() && word.len() <= 40 && plain && !private(word)).then_some(word)
    });
    let words: Vec<&str> = words.into_iter().flatten().collect();
    (!words.is_empty()).then(|| words.join(" "))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn only_plain_codes_are_repeated() {
        for (body, expected) in [
            (r#"{"error": {"message": "no: hunter2", "type": "a_b", "code": "c"}}"#, Some("a_b c")),
            (r#"{"error": {"type": "said: hunter2", "code": null}}"#, None),
            (r#"{"error": {"type": 7, "code": "x"}}"#, Some("x")),
            (r#"{"error": {"type": "sk-hunter", "code": ""}}"#, None),
            (r#"{"error": {"type": "hunter", "code": "x"}}"#, Some("x")),
            (r#"{"error": "hunter2", "error_type": "validation"}"#, None),
            ("hunter2", None),
        ] {
            let said = Said::read(body.as_bytes(), |word| word == "hunter");
            assert_eq!(said.code, expected.unwrap_or_default(), "{body}");
        }
    }

    #[test]
    fn what_is_too_long_is_told_from_what_is_wrong() {
        for (body, expected) in [
            (r#"{"error": {"code": "context_length_exceeded"}}"#, Some(None)),
            // llama.cpp
            (
                r#"{"error": {"code": 400, "type": "exceed_context_size_error", "n_ctx": 4096}}"#,
                Some(Some(4_096)),
            ),
            // vLLM
            (
                r#"{"error": {"message": "This model's maximum context length is 4096 tokens."}}"#,
                Some(None),
            ),
            (r#"{"message": "This model's maximum context length is 4096 tokens."}"#, Some(None)),
            (r#"{"error": {"message": "prompt is too long, says the prompt"}}"#, None),
            (r#"{"error": {"code": "invalid_value", "message": "no"}}"#, None),
        ] {
            let said = Said::read(body.as_bytes(), |word| word == "prompt is too long");
            let failure = classify(400, None, said, "x");
            match (&failure, expected) {
                (Failure::TooLong { window, .. }, Some(expected)) => assert_eq!(*window, expected),
                (Failure::Request(_), None) => {}
                _ => panic!("{body}: {failure:?}"),
            }
        }
    }

    #[test]
    fn errors_in_streams() {
        let told = |event: Value| failure_in(&event, "x", |_| false);
        let is_away = |it: &Option<Failure>| matches!(it, Some(Failure::Unavailable { .. }));
        assert!(told(json!({"choices": []})).is_none());
        assert!(told(json!({"error": null})).is_none());
        assert!(is_away(&told(json!({"error": "hunter2"}))));
        assert!(is_away(&told(json!({"error": {"message": "hunter2", "type": "server_error"}}))));
        assert!(is_away(&told(json!({"error": {"code": 503}}))));
        let quota = told(json!({"error": {"code": "insufficient_quota"}}));
        assert!(matches!(quota, Some(Failure::Config(_))), "{quota:?}");
        let long = told(json!({"error": {"code": "context_length_exceeded"}}));
        assert!(matches!(long, Some(Failure::TooLong { .. })), "{long:?}");
        let shown = format!("{:?}", told(json!({"error": {"message": "hunter2", "type": "x"}})));
        assert!(!shown.contains("hunter2"), "{shown}");
    }
}
