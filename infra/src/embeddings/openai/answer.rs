//! What a server's answer means.

use crate::embeddings::{EmbedError, Vector, of_length_one};
use reqwest::StatusCode;
use serde::Deserialize;

/// Why a request brought no vectors.
#[derive(Debug)]
pub(super) enum Failure {
    /// The server will not take these texts: one of them, or so many at once.
    Texts(String),
    /// Other texts would have fared the same.
    Any(EmbedError),
}

/// The vectors of an answer to `count` texts, in the order of the texts.
pub(super) fn vectors(
    body: &[u8],
    count: usize,
    dimensions: Option<usize>,
) -> Result<Vec<Vector>, Failure> {
    #[derive(Deserialize)]
    struct Answer {
        data: Vec<Item>,
    }
    #[derive(Deserialize)]
    struct Item {
        index: Option<usize>,
        // NaN is written as null, where it is written.
        embedding: Vec<Option<f32>>,
    }
    let broken = |what: &str| {
        Failure::Any(EmbedError::Unavailable(format!("the server's answer is broken: {what}")))
    };
    // The parser's own message may quote what it found.
    let Ok(answer) = serde_json::from_slice::<Answer>(body) else {
        return Err(broken("not a list of embeddings in JSON; is this the address of an API?"));
    };
    if answer.data.len() != count {
        return Err(broken(&format!("{} embeddings for {count} texts", answer.data.len())));
    }
    // A server that numbers nothing answers in order.
    let numbered = answer.data.iter().any(|it| it.index.is_some());
    let mut ordered = vec![None; count];
    for (position, item) in answer.data.into_iter().enumerate() {
        let index = if numbered { item.index } else { Some(position) };
        let place = index.and_then(|it| ordered.get_mut(it));
        match place {
            Some(empty @ None) => *empty = Some(item.embedding),
            _ => return Err(broken("the embeddings' indexes are not those of the texts")),
        }
    }
    let mut vectors = Vec::with_capacity(count);
    for vector in ordered.into_iter().flatten() {
        if let Some(asked) = dimensions
            && vector.len() != asked
        {
            return Err(Failure::Any(EmbedError::Config(format!(
                "the model gives {} dimensions and not {asked}: leave dimensions= out of the URL, \
                 or name a model that can be asked for fewer",
                vector.len()
            ))));
        }
        let vector = vector.into_iter().map(|it| it.unwrap_or(f32::NAN)).collect();
        match of_length_one(vector) {
            Some(vector) => vectors.push(vector),
            // Some models do this for some texts, time and again.
            None => return Err(Failure::Texts("an embedding is zero or not finite".to_owned())),
        }
    }
    if vectors.windows(2).any(|it| it[0].len() != it[1].len()) {
        return Err(broken("the embeddings differ in dimensions"));
    }
    Ok(vectors)
}

/// Sorts an answer that is no success by what can be done about it. `private` says what must not
/// be repeated.
pub(super) fn failure(
    status: StatusCode,
    retry_after: Option<u64>,
    body: &[u8],
    private: impl Fn(&str) -> bool,
) -> Failure {
    let code = code(body, private);
    let mut told = format!("status {}", status.as_u16());
    if let Some(code) = &code {
        told.push_str(&format!(", {code}"));
    }
    let config = |advice: &str| Failure::Any(EmbedError::Config(format!("{told}: {advice}")));
    let code = code.as_deref().unwrap_or_default();
    match status.as_u16() {
        _ if code.ends_with("insufficient_quota") => {
            config("the account's quota is used up; raise it with whoever runs the server")
        }
        401 => config("the server wants another key; set the one that it gave you"),
        402 => config("the server wants to be paid; look at the account"),
        403 => config("this key may not use this model; allow it, or name another model"),
        _ if code.ends_with("model_not_found") => {
            config("the server has no such model; change model= in the URL")
        }
        404 | 405 => config(
            "nothing is there; is the URL right up to /embeddings, which is added, and does the \
             server have the model?",
        ),
        300..400 => config("the server points to another address; write that one into the URL"),
        400 | 413 | 422 => Failure::Texts(told),
        408 | 425 | 429 | 500.. => {
            if let Some(seconds) = retry_after {
                told.push_str(&format!("; it asks to wait {seconds} s"));
            }
            Failure::Any(EmbedError::Unavailable(told))
        }
        _ => config("the server does not take such requests; is this the address of its API?"),
    }
}

/// Type and code of an error as OpenAI writes them. Messages may quote the texts, so none is read;
/// and a server may put anything anywhere, so only what looks like a code is repeated.
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

    fn broken(body: &str, count: usize) -> String {
        match vectors(body.as_bytes(), count, None) {
            Err(Failure::Any(EmbedError::Unavailable(text)) | Failure::Texts(text)) => text,
            other => panic!("{body}: {other:?}"),
        }
    }

    #[test]
    fn indexes_say_the_order() {
        let body =
            r#"{"data": [{"index": 1, "embedding": [0, 2]}, {"index": 0, "embedding": [3, 0]}]}"#;
        assert_eq!(vectors(body.as_bytes(), 2, Some(2)).unwrap(), [[1.0, 0.0], [0.0, 1.0]]);
        let body = body.replace(r#""index": 1,"#, "").replace(r#""index": 0,"#, "");
        assert_eq!(vectors(body.as_bytes(), 2, None).unwrap(), [[0.0, 1.0], [1.0, 0.0]]);
    }

    #[test]
    fn broken_answers() {
        for (body, count, hint) in [
            ("", 1, "JSON"),
            ("<html>hunter2</html>", 1, "JSON"),
            (r#"{"data": ["hunter2"]}"#, 1, "JSON"),
            (r#"{"data": [{"index": 0, "embedding": [null, 1]}]}"#, 1, "finite"),
            (r#"{"data": [{"index": 0, "embedding": "AAAA"}]}"#, 1, "JSON"),
            (r#"{"data": []}"#, 1, "0 embeddings for 1"),
            (r#"{"data": [{"embedding": [1]}, {"embedding": [1]}]}"#, 1, "2 embeddings for 1"),
            (r#"{"data": [{"index": 1, "embedding": [1]}]}"#, 1, "indexes"),
            (r#"{"data": [{"index": 0, "embedding": [1]}, {"embedding": [1]}]}"#, 2, "indexes"),
            (
                r#"{"data": [{"index": 0, "embedding": [1]}, {"index": 0, "embedding": [1]}]}"#,
                2,
                "indexes",
            ),
            (r#"{"data": [{"embedding": [1]}, {"embedding": [1, 0]}]}"#, 2, "differ"),
            (r#"{"data": [{"embedding": [0, 0]}]}"#, 1, "zero"),
            (r#"{"data": [{"embedding": []}]}"#, 1, "zero"),
            (r#"{"data": [{"embedding": [1e39, 0]}]}"#, 1, "finite"),
        ] {
            let text = broken(body, count);
            assert!(text.contains(hint), "{body}: {text}");
            assert!(!text.contains("hunter2"), "{text}");
        }
    }

    #[test]
    fn other_dimensions_than_were_asked_for() {
        let body = br#"{"data": [{"index": 0, "embedding": [1, 0]}]}"#;
        let Err(Failure::Any(EmbedError::Config(text))) = vectors(body, 1, Some(3)) else {
            panic!("accepted");
        };
        assert!(text.contains("2 dimensions and not 3"), "{text}");
    }

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
