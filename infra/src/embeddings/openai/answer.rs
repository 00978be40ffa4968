//! Parses a server's answer.

use crate::embeddings::{EmbedError, Vector, of_length_one};
use crate::openai;
use serde::Deserialize;

/// Why a request returned no vectors.
#[derive(Debug)]
pub(super) enum Failure {
    /// The server refuses these texts: one of them, or their number.
    Texts(String),
    /// A failure that does not depend on the texts.
    Any(EmbedError),
}

impl From<openai::Failure> for Failure {
    fn from(failure: openai::Failure) -> Self {
        match failure {
            openai::Failure::Request(why) | openai::Failure::TooLong { why, .. } => {
                Self::Texts(why)
            }
            openai::Failure::Config(why) => Self::Any(EmbedError::Config(why)),
            openai::Failure::Unavailable { why, .. } | openai::Failure::Malformed(why) => {
                Self::Any(EmbedError::Unavailable(why))
            }
            openai::Failure::Late(patience) => {
                Self::Any(EmbedError::Unavailable(openai::late(patience)))
            }
        }
    }
}

/// Returns the vectors of an answer to `count` texts, in the order of the texts.
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
        // Servers that can write NaN write it as null.
        embedding: Vec<Option<f32>>,
    }
    let broken = |what: &str| Failure::from(openai::Failure::broken(what));
    // The parser's own message may quote the answer.
    let Ok(answer) = serde_json::from_slice::<Answer>(body) else {
        return Err(broken("not a list of embeddings in JSON; is this the address of an API?"));
    };
    if answer.data.len() != count {
        return Err(broken(&format!("{} embeddings for {count} texts", answer.data.len())));
    }
    // A server that sends no indexes answers in order.
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
                "the model returns {} dimensions and not {asked}: leave dimensions= out of the URL, \
                 or name a model that can be asked for fewer",
                vector.len()
            ))));
        }
        let vector = vector.into_iter().map(|it| it.unwrap_or(f32::NAN)).collect();
        match of_length_one(vector) {
            Some(vector) => vectors.push(vector),
            // Some models always do this for some texts.
            None => return Err(Failure::Texts("an embedding is zero or not finite".to_owned())),
        }
    }
    if vectors.windows(2).any(|it| it[0].len() != it[1].len()) {
        return Err(broken("the embeddings differ in dimensions"));
    }
    Ok(vectors)
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
}
