//! Embeddings: texts → vectors that are close if the meanings are.
//!
//! `EMBEDDINGS_URL` selects the model ([`from_url`]): one that runs in this process, any server
//! that speaks OpenAI's embeddings API, or none.
//!
//! Invariants of every adapter (`infra/tests/embeddings` runs one suite against all of them):
//!
//! - One vector for each text, in order, of length 1, all with the same number of dimensions: a dot
//!   product is the cosine.
//! - The same text gives the same vector, whatever else is in the batch.
//! - [`Embedder::model`] changes whenever earlier vectors cannot be compared with new ones.
//! - Every text is accepted: one that is too long for the model is truncated.
//! - Errors and log lines contain no text that was to be embedded, and no key.

#[cfg(feature = "candle")]
mod candle;
mod openai;

use crate::url::has_scheme;
use async_trait::async_trait;
use std::fmt::Debug;
use std::sync::Arc;

#[cfg(feature = "candle")]
pub use candle::CandleEmbedder;
pub use openai::OpenAiEmbedder;

/// The maximum number of characters that an adapter reads of a text: about 4,000 words, several
/// times what the models read. It bounds the cost of one text.
const READ_CHARACTERS: usize = 24_000;

/// The role of a text. Some models embed questions and passages differently.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Role {
    /// A text that can be found.
    Passage,
    /// A search query.
    Question,
}

/// A vector of length 1.
pub type Vector = Vec<f32>;

/// A model that embeds.
#[async_trait]
pub trait Embedder: Debug + Send + Sync {
    /// Identifies the model and everything that changes its vectors, in at most 200 characters.
    fn model(&self) -> &str;

    /// Returns the best batch size.
    fn batch(&self) -> usize;

    /// Returns one vector for each text, in order. Batches of more than [`Embedder::batch`] are
    /// split.
    async fn embed(&self, texts: &[String], role: Role) -> Result<Vec<Vector>, EmbedError>;

    /// Checks whether the model is available now. Cheap, for `/readyz`.
    async fn check(&self) -> Result<(), EmbedError>;
}

/// Why texts could not be embedded.
#[derive(Debug, thiserror::Error)]
pub enum EmbedError {
    /// The model cannot be reached or is busy: retry later.
    #[error("the embedding model is unavailable: {0}")]
    Unavailable(String),
    /// The model is misconfigured; the text says what to change. A retry helps only after the
    /// change.
    #[error("embeddings: {0}")]
    Config(String),
    /// These texts will never be embedded.
    #[error("the embedding model refused: {0}")]
    Refused(String),
}

/// The URLs that [`from_url`] accepts.
const FORMS: &str = "\"none\", \"candle:DIR\" (a model in a directory, run in this process) or \
     \"https://HOST/v1?model=NAME\" (a server that speaks OpenAI's embeddings API)";

/// Checks whether [`from_url`] accepts a URL of this form; the error lists the accepted forms.
/// Opens nothing, and does not repeat the URL.
pub fn check_url(url: &str) -> Result<(), String> {
    if url == "none" || has_scheme(url, &["candle:"]) {
        return Ok(());
    }
    if has_scheme(url, &["http://", "https://"]) {
        return OpenAiEmbedder::check_url(url).map_err(|why| format!("{FORMS}; {why}"));
    }
    Err(FORMS.to_owned())
}

/// Opens the model of `url`; `None` for `none`.
///
/// - `none`
/// - `candle:DIR`: a sentence-transformers model of the BERT family in a directory with
///   `config.json`, `tokenizer.json` and `model.safetensors`, run in this process (cargo feature
///   `candle`).
/// - `https://HOST/v1?model=NAME&dimensions=N` (cargo feature `https`) or the same with `http:`: a
///   server that speaks OpenAI's `POST /embeddings` under that address. `model` is required;
///   `dimensions`, if given, is passed on. `key`, if given, is sent as a bearer token; it is never
///   part of the URL.
///
/// An unreachable server is not an error here.
pub async fn from_url(
    url: &str,
    key: Option<&str>,
) -> Result<Option<Arc<dyn Embedder>>, EmbedError> {
    if url == "none" {
        return Ok(None);
    }
    if let Some(directory) = url.strip_prefix("candle:") {
        return open_directory(directory).await.map(Some);
    }
    if url.starts_with("http://") || url.starts_with("https://") {
        return Ok(Some(Arc::new(OpenAiEmbedder::from_url(url, key)?)));
    }
    Err(EmbedError::Config(format!("the URL is {FORMS}")))
}

#[cfg(feature = "candle")]
async fn open_directory(directory: &str) -> Result<Arc<dyn Embedder>, EmbedError> {
    Ok(Arc::new(CandleEmbedder::open(directory).await?))
}

#[cfg(not(feature = "candle"))]
async fn open_directory(_: &str) -> Result<Arc<dyn Embedder>, EmbedError> {
    Err(EmbedError::Config(
        "built without in-process models; rebuild with `--features candle` (or \
         `full`), or name a server, as in https://HOST/v1?model=NAME"
            .to_owned(),
    ))
}

/// Returns the part of a text that is read.
fn readable(text: &str) -> &str {
    first_characters(text, READ_CHARACTERS)
}

/// Returns the first characters of a text.
fn first_characters(text: &str, count: usize) -> &str {
    text.char_indices().nth(count).map_or(text, |(end, _)| &text[..end])
}

/// Normalizes a vector to length 1; `None` if it is zero or not finite.
fn of_length_one(mut vector: Vector) -> Option<Vector> {
    let square: f64 = vector.iter().map(|&it| f64::from(it) * f64::from(it)).sum();
    let length = square.sqrt();
    if !length.is_finite() || length < 1e-12 {
        return None;
    }
    for value in &mut vector {
        *value = (f64::from(*value) / length) as f32;
    }
    Some(vector)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn none_is_no_model() {
        assert!(from_url("none", Some("key")).await.unwrap().is_none());
    }

    #[tokio::test]
    async fn other_urls_are_answered_with_what_there_is() {
        for url in ["", "openai", "ftp://hunter2@host", "NONE"] {
            let error = from_url(url, None).await.unwrap_err().to_string();
            for possible in ["none", "candle:DIR", "https://HOST/v1?model=NAME"] {
                assert!(error.contains(possible), "{error}");
            }
            assert!(!error.contains("hunter2"));
        }
    }

    #[cfg(not(feature = "candle"))]
    #[tokio::test]
    async fn a_build_without_candle_says_so() {
        let error = from_url("candle:./models/x", None).await.unwrap_err().to_string();
        assert!(error.contains("--features candle"), "{error}");
    }

    #[test]
    fn a_text_is_cut_between_characters() {
        assert_eq!(first_characters("añb", 2), "añ");
        assert_eq!(first_characters("añb", 3), "añb");
        assert_eq!(first_characters("añb", 0), "");
        assert_eq!(readable(&"ß".repeat(READ_CHARACTERS + 1)).len(), 2 * READ_CHARACTERS);
    }

    #[test]
    fn lengths() {
        // The squares of the second overflow an f32.
        for vector in [vec![3.0, 4.0], vec![3e30, 4e30]] {
            let [x, y] = of_length_one(vector).unwrap().try_into().unwrap();
            assert!((x - 0.6_f32).abs() < 1e-6 && (y - 0.8_f32).abs() < 1e-6);
        }
        for lost in [vec![], vec![0.0, 0.0], vec![f32::NAN, 1.0], vec![f32::INFINITY, 1.0]] {
            assert_eq!(of_length_one(lost), None);
        }
    }
}
