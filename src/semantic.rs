//! What search by meaning needs: a model, and a store for its vectors.

use crate::config::{Config, Secret};
use anyhow::Context;
use debrief_infra::embeddings::{self, Embedder};
use debrief_infra::vectors::{self, VectorStore};
use std::sync::Arc;

/// See the module documentation.
pub(crate) struct Semantic {
    pub(crate) embedder: Arc<dyn Embedder>,
    pub(crate) store: Arc<dyn VectorStore>,
}

impl Semantic {
    /// Opens the configured model and store; returns `None` if no model is configured.
    pub(crate) async fn open(config: &Config) -> anyhow::Result<Option<Self>> {
        let key = config.embeddings_key.as_ref().map(Secret::reveal);
        let model = embeddings::from_url(config.embeddings_url.as_str(), key).await;
        let Some(embedder) = model.context("embeddings_url")? else { return Ok(None) };
        let key = config.vector_key.as_ref().map(Secret::reveal);
        let store = vectors::from_url(config.vector_url.as_str(), key).await;
        Ok(Some(Self { embedder, store: store.context("vector_url")? }))
    }
}
