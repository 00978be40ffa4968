//! Search by meaning: a question → the nearest chunks.
//!
//! Invariant: whatever fails in the model or the store, the question is answered without them,
//! within [`TIMEOUT`], and the answer says why. While they fail, not every question waits for them.

use super::collection_name;
use crate::query::{Filters, NEAR_MAX, Query};
use debrief_domain::principal::Viewer;
use debrief_infra::embeddings::{self, EmbedError, Embedder, Role, Vector};
use debrief_infra::vectors::{self, Neighbor, State, VectorError, VectorStore};
use metrics::{counter, histogram};
use moka::future::Cache;
use std::sync::{Arc, PoisonError};
use std::time::{Duration, Instant};
use tokio::sync::Mutex;

/// The same if the full-text index drops chunks for reasons that the store does not know: phrases,
/// names in the text, excluded words.
const NEAR_MAX_NARROWED: usize = 1_000;
/// The timeout of model and store together.
pub const TIMEOUT: Duration = Duration::from_secs(3);
/// How long neither is called after a failure.
const REST: Duration = Duration::from_secs(5);
/// How long the list of collections is cached.
const LOOK: Duration = Duration::from_secs(2);
/// The number of questions whose vectors are cached: the pages of a result ask the same question
/// again.
const QUESTIONS_KEPT: u64 = 1_000;

const FAILED: &str = "Search by meaning is unavailable: these results match words only.";

/// The state of search by meaning.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Status {
    /// No model is configured.
    Off,
    /// Vectors are used.
    Ready {
        /// They contain all events up to this position: later content is temporarily found by words
        /// only.
        position: i64,
    },
    /// They are being computed and not used yet.
    Filling {
        /// They contain all events up to this position.
        position: i64,
    },
    /// Those of another model are used while those of the configured one are computed.
    Switching {
        /// The model in use.
        model: String,
        /// The position of the new vectors.
        position: i64,
    },
    /// They cannot be used.
    Unavailable(String),
}

/// The chunks near a question, or why there are none.
#[derive(Debug, Clone)]
pub struct NearestChunks {
    /// Nearest first.
    pub near: Vec<Neighbor>,
    /// Whether model and store were called.
    pub asked: bool,
    /// A note about it for the user.
    pub note: Option<String>,
    /// The log position up to which content can be found by meaning.
    pub through: Option<i64>,
}

/// The collection in use, and the model that embeds questions for it.
#[derive(Clone, Debug)]
struct Chosen {
    at: Instant,
    status: Status,
    /// The log position of the collection in use.
    through: i64,
    answering: Option<(String, Arc<dyn Embedder>)>,
}

/// Search by meaning in this process. Clones share it.
#[derive(Clone, Debug)]
pub struct SemanticSearch(Option<Arc<Shared>>);

#[derive(Debug)]
struct Shared {
    embedder: Arc<dyn Embedder>,
    key: Option<String>,
    store: Arc<dyn VectorStore>,
    epoch: String,
    chosen: Mutex<Option<Chosen>>,
    /// A model other than the configured one, by its URL.
    former: Mutex<Option<(String, Arc<dyn Embedder>)>>,
    questions: Cache<(String, String), Arc<Vector>>,
    /// The time of the last failure.
    failed: std::sync::Mutex<Option<Instant>>,
}

impl SemanticSearch {
    /// Creates one without a model.
    pub fn off() -> Self {
        Self(None)
    }

    /// Embeds questions with this model and searches this store, for the log of this epoch. `key`
    /// also opens the previous model until the new one's vectors are computed.
    pub fn new(
        embedder: Arc<dyn Embedder>,
        key: Option<String>,
        store: Arc<dyn VectorStore>,
        epoch: String,
    ) -> Self {
        Self(Some(Arc::new(Shared {
            embedder,
            key,
            store,
            epoch,
            chosen: Mutex::default(),
            former: Mutex::default(),
            questions: Cache::new(QUESTIONS_KEPT),
            failed: std::sync::Mutex::default(),
        })))
    }

    /// Returns its state.
    pub async fn status(&self) -> Status {
        let Some(shared) = &self.0 else { return Status::Off };
        match tokio::time::timeout(TIMEOUT, shared.choose()).await {
            Ok(Ok(chosen)) => chosen.status,
            Ok(Err(error)) => Status::Unavailable(error.to_string()),
            Err(_) => Status::Unavailable("no answer".to_owned()),
        }
    }

    /// Returns the chunks nearest to the content words of a question, which find more than the
    /// whole question (`docs/search.md`).
    pub async fn near(&self, viewer: Viewer, query: &Query) -> NearestChunks {
        let without = |note: &str| NearestChunks {
            near: Vec::new(),
            asked: false,
            note: Some(note.into()),
            through: None,
        };
        let Some(shared) = &self.0 else {
            return without("No embedding model is configured: these results match words only.");
        };
        if query.words.is_empty() {
            return without(
                "The question has no words to compare by meaning: the newest results come first.",
            );
        }
        if shared.rests() {
            return without(FAILED);
        }
        let begun = Instant::now();
        let asked = tokio::time::timeout(TIMEOUT, shared.near(viewer, query)).await;
        histogram!("debrief_search_dense_seconds").record(begun.elapsed());
        let failed = |reason: &dyn std::fmt::Display| {
            counter!("debrief_search_dense_failures_total").increment(1);
            tracing::warn!(%reason, "search by meaning failed; using words only");
            shared.rest();
            without(FAILED)
        };
        match asked {
            Ok(Ok(nearby)) => nearby,
            Ok(Err(error)) => failed(&error),
            Err(_) => failed(&"no answer in time"),
        }
    }
}

/// Why search by meaning failed.
#[derive(Debug, thiserror::Error)]
enum SemanticSearchError {
    #[error(transparent)]
    Embed(#[from] EmbedError),
    #[error(transparent)]
    Store(#[from] VectorError),
}

impl Shared {
    fn rest(&self) {
        *self.failed.lock().unwrap_or_else(PoisonError::into_inner) = Some(Instant::now());
    }

    fn rests(&self) -> bool {
        let failed = self.failed.lock().unwrap_or_else(PoisonError::into_inner);
        failed.is_some_and(|at| at.elapsed() < REST)
    }

    async fn near(
        &self,
        viewer: Viewer,
        query: &Query,
    ) -> Result<NearestChunks, SemanticSearchError> {
        let chosen = self.choose().await?;
        let Some((collection, embedder)) = chosen.answering else {
            let note = "Vectors are still being computed: these results match words only.";
            return Ok(NearestChunks {
                near: Vec::new(),
                asked: false,
                note: Some(note.to_owned()),
                through: None,
            });
        };
        let question = self.question(&*embedder, &query.words).await?;
        let narrowed =
            !(query.about.is_empty() && query.phrases.is_empty() && query.excluded.is_empty());
        let limit = if narrowed { NEAR_MAX_NARROWED } else { NEAR_MAX };
        let filters = filters(&query.filters);
        let near = self
            .store
            .nearest(&collection, viewer.organization(), &question, limit, &filters)
            .await;
        if near.is_err() {
            // The collection may have been replaced: look again next time.
            *self.chosen.lock().await = None;
        }
        let note = match &chosen.status {
            Status::Switching { .. } => Some(
                "Vectors are being recomputed; those of the previous model are used until then."
                    .to_owned(),
            ),
            _ => None,
        };
        Ok(NearestChunks { near: near?, asked: true, note, through: Some(chosen.through) })
    }

    async fn question(
        &self,
        embedder: &dyn Embedder,
        text: &str,
    ) -> Result<Arc<Vector>, EmbedError> {
        let key = (embedder.model().to_owned(), text.to_owned());
        if let Some(vector) = self.questions.get(&key).await {
            return Ok(vector);
        }
        let vectors = embedder.embed(&[text.to_owned()], Role::Question).await?;
        let vector = vectors.into_iter().next();
        let vector =
            vector.ok_or_else(|| EmbedError::Refused("the model returned no vector".to_owned()))?;
        let vector = Arc::new(vector);
        self.questions.insert(key, Arc::clone(&vector)).await;
        Ok(vector)
    }

    /// Returns the collection to use now.
    async fn choose(&self) -> Result<Chosen, VectorError> {
        let mut known = self.chosen.lock().await;
        if let Some(chosen) = known.as_ref().filter(|chosen| chosen.at.elapsed() < LOOK) {
            return Ok(chosen.clone());
        }
        let mut of_log = self.store.collections().await?;
        of_log.retain(|(_, state)| state.epoch == self.epoch);
        let own = collection_name(self.embedder.model(), &self.epoch);
        let position = of_log.iter().find(|(name, _)| *name == own);
        let own_state = position.map(|(_, state)| state.clone());
        let reached = own_state.as_ref().map_or(0, |state| state.position);
        let (status, answering) = if own_state.is_some_and(|state| state.complete) {
            (Status::Ready { position: reached }, Some((own, Arc::clone(&self.embedder))))
        } else {
            match self.former(&of_log).await {
                Some((name, model)) => {
                    let status =
                        Status::Switching { model: model.model().to_owned(), position: reached };
                    (status, Some((name, model)))
                }
                None => (Status::Filling { position: reached }, None),
            }
        };
        let through = answering.as_ref().and_then(|(answers, _)| {
            of_log.iter().find(|(name, _)| name == answers).map(|(_, state)| state.position)
        });
        let through = through.unwrap_or(0);
        let chosen = Chosen { at: Instant::now(), status, through, answering };
        *known = Some(chosen.clone());
        Ok(chosen)
    }

    /// Returns a complete collection of another model, and that model, if it can still be opened.
    async fn former(&self, of_log: &[(String, State)]) -> Option<(String, Arc<dyn Embedder>)> {
        let finished = of_log.iter().filter(|(_, state)| state.complete);
        let (name, state) = finished.max_by_key(|(_, state)| state.position)?;
        let mut former = self.former.lock().await;
        if let Some((url, model)) = &*former
            && *url == state.embeddings_url
        {
            return (model.model() == state.model).then(|| (name.clone(), Arc::clone(model)));
        }
        match embeddings::from_url(&state.embeddings_url, self.key.as_deref()).await {
            Ok(Some(model)) => {
                *former = Some((state.embeddings_url.clone(), Arc::clone(&model)));
                // The files in its directory may have changed.
                (model.model() == state.model).then(|| (name.clone(), model))
            }
            Ok(None) => None,
            Err(error) => {
                tracing::warn!(%error, "cannot open the previous model; using words only until the new vectors are computed");
                None
            }
        }
    }
}

fn filters(filters: &Filters) -> vectors::Filters {
    vectors::Filters {
        kinds: filters.kinds.iter().map(|kind| kind.as_str().to_owned()).collect(),
        clients: filters.client_ids.clone(),
        transcripts: filters.transcript_ids.clone(),
        speakers: filters.speakers.clone(),
        coaches: filters.coaches.clone(),
        languages: filters.languages.clone(),
        from: filters.from,
        to: filters.to,
    }
}
