//! Classifies answers other than success.

use super::Answer;
use std::time::Duration;

/// Why a request failed.
#[derive(Debug)]
pub(crate) enum Failure {
    /// The server cannot be reached or is busy: retry later.
    Unavailable(String),
    /// The configuration is wrong; the text says what to change.
    Config(String),
    /// The server refuses this request; it may accept others.
    Request(String),
}

impl Failure {
    /// The failure for a malformed answer.
    pub(crate) fn broken(what: &str) -> Self {
        Self::Unavailable(format!("the server's answer is malformed: {what}"))
    }

    /// The failure for an answer that did not arrive in time.
    pub(crate) fn late(patience: Duration) -> Self {
        Self::Unavailable(format!("no answer within {} s", patience.as_secs_f32()))
    }
}

/// Classifies an answer by what can be done about it. `endpoint` is the path of the request,
/// `private` says what must not be repeated.
pub(super) fn failure(answer: &Answer, endpoint: &str, private: impl Fn(&str) -> bool) -> Failure {
    let status = answer.status.as_u16();
    let code = code(&answer.body, private);
    let mut text = format!("status {status}");
    if let Some(code) = &code {
        text.push_str(&format!(", {code}"));
    }
    let config = |advice: &str| Failure::Config(format!("{text}: {advice}"));
    let code = code.as_deref().unwrap_or_default();
    match status {
        _ if code.ends_with("insufficient_quota") => {
            config("the account's quota is used up; ask the server's operator to raise it")
        }
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
        400 | 413 | 422 => Failure::Request(text),
        408 | 425 | 429 | 500.. => {
            if let Some(seconds) = answer.retry_after {
                text.push_str(&format!("; it asks for a retry in {seconds} s"));
            }
            Failure::Unavailable(text)
        }
        _ => config("the server does not accept such requests; is this the address of its API?"),
    }
}

/// Returns type and code of an error in OpenAI's format. Messages may quote the texts, so they are
/// ignored; and since a server may put anything anywhere, only values that look like codes are
/// repeated.
fn code(body: &[u8], private: impl Fn(&str) -> bool) -> Option<String> {
    let body: serde_json::Value = serde_json::from_slice(body).ok()?;
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
            let code = code(body.as_bytes(), |word| word == "hunter");
            assert_eq!(code.as_deref(), expected, "{body}");
        }
    }
}
