//! A sentence-transformers model of the BERT family, run in this process by candle.
//!
//! - No text leaves the machine.
//! - One piece of work runs at a time, on all cores. Passages are processed in small pieces and
//!   questions take precedence, so a question waits for at most one piece, and for other questions.
//! - A dropped call leaves no work beyond its current piece.

mod bert;
mod directory;
mod gelu;

use self::directory::Model;
use super::{EmbedError, Embedder, Role, Vector, of_length_one, readable};
use async_trait::async_trait;
use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;
use tokio::sync::{AcquireError, OwnedSemaphorePermit, Semaphore};
use tokio::task;

/// The batch size: large enough that the cost of scheduling is small.
const BATCH: usize = 32;
/// Tokens in a piece of work, unless one text has more: a tenth of a second on two cores. Larger
/// pieces are no faster, and questions wait for them.
const PIECE_TOKENS: usize = 256;
/// Texts in a piece of work.
const PIECE_TEXTS: usize = 16;

/// A model in this process.
pub struct CandleEmbedder {
    model: Arc<Model>,
    /// Held while computing.
    turn: Arc<Semaphore>,
    /// Acquired before `turn` when embedding passages, so that at most one of them waits in line.
    passages: Arc<Semaphore>,
}

impl fmt::Debug for CandleEmbedder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CandleEmbedder").field("model", &self.model.name).finish_non_exhaustive()
    }
}

impl CandleEmbedder {
    /// Loads the model from a directory.
    pub async fn open(directory: impl Into<PathBuf>) -> Result<Self, EmbedError> {
        let directory = directory.into();
        let model = task::spawn_blocking(move || Model::load(&directory)).await;
        Ok(Self {
            model: Arc::new(model.map_err(broken_off)??),
            turn: Arc::new(Semaphore::new(1)),
            passages: Arc::new(Semaphore::new(1)),
        })
    }

    /// Waits for the permit that only passages need.
    async fn passages(&self, role: Role) -> Result<Option<OwnedSemaphorePermit>, EmbedError> {
        match role {
            Role::Passage => self.passages.clone().acquire_owned().await.map(Some).map_err(closed),
            Role::Question => Ok(None),
        }
    }

    /// Tokenizes texts. This is fast, so a question does not wait for a turn to do it.
    async fn tokens(&self, texts: &[String], role: Role) -> Result<Vec<Vec<u32>>, EmbedError> {
        let passages = self.passages(role).await?;
        let (model, texts) = (self.model.clone(), texts.to_vec());
        let done = task::spawn_blocking(move || {
            let _passages = passages;
            model.tokens(&texts, role)
        });
        done.await.map_err(broken_off)?
    }

    /// Computes the vectors of texts in turn. The work holds the turn, since it continues when the
    /// caller is dropped.
    async fn vectors(&self, piece: Vec<Vec<u32>>, role: Role) -> Result<Vec<Vector>, EmbedError> {
        let passages = self.passages(role).await?;
        let turn = self.turn.clone().acquire_owned().await.map_err(closed)?;
        let model = self.model.clone();
        let done = task::spawn_blocking(move || {
            let _held = (turn, passages);
            model.vectors(&piece)
        });
        done.await.map_err(broken_off)?
    }
}

#[async_trait]
impl Embedder for CandleEmbedder {
    fn model(&self) -> &str {
        &self.model.name
    }

    fn batch(&self) -> usize {
        BATCH
    }

    async fn embed(&self, texts: &[String], role: Role) -> Result<Vec<Vector>, EmbedError> {
        let mut vectors = Vec::with_capacity(texts.len());
        for batch in texts.chunks(BATCH) {
            let mut rest = self.tokens(batch, role).await?.into_iter().peekable();
            while let Some(first) = rest.next() {
                let mut count = first.len();
                let mut piece = vec![first];
                while let Some(next) = rest
                    .next_if(|next| piece.len() < PIECE_TEXTS && count + next.len() <= PIECE_TOKENS)
                {
                    count += next.len();
                    piece.push(next);
                }
                vectors.extend(self.vectors(piece, role).await?);
            }
        }
        Ok(vectors)
    }

    /// Always `Ok`: the model is loaded.
    async fn check(&self) -> Result<(), EmbedError> {
        Ok(())
    }
}

impl Model {
    /// Tokenizes each text up to the model's limit.
    fn tokens(&self, texts: &[String], role: Role) -> Result<Vec<Vec<u32>>, EmbedError> {
        let prompt = match role {
            Role::Question => &self.question,
            Role::Passage => &self.passage,
        };
        let tokens = texts.iter().map(|text| {
            let mut text = format!("{prompt}{}", readable(text));
            if self.lowercase {
                text = text.to_lowercase();
            }
            // The tokenizer's errors may quote the text.
            let encoding = self
                .tokenizer
                .encode_fast(text, true)
                .map_err(|_| EmbedError::Refused("the tokenizer cannot read a text".to_owned()))?;
            match encoding.get_ids() {
                // A tokenizer without end marks returns no tokens for an empty text.
                [] => Ok(vec![0]),
                ids => Ok(ids.to_vec()),
            }
        });
        tokens.collect()
    }

    fn vectors(&self, texts: &[Vec<u32>]) -> Result<Vec<Vector>, EmbedError> {
        let texts: Vec<&[u32]> = texts.iter().map(Vec::as_slice).collect();
        let vectors = self.bert.forward(&texts, self.pooling).map_err(|error| {
            EmbedError::Config(format!("the model does not match its configuration: {error}"))
        })?;
        let normalized = vectors.into_iter().map(of_length_one).collect::<Option<_>>();
        normalized.ok_or_else(|| {
            EmbedError::Config(
                "the model's weights are damaged: its output is not finite".to_owned(),
            )
        })
    }
}

fn closed(_: AcquireError) -> EmbedError {
    EmbedError::Unavailable("shut down".to_owned())
}

fn broken_off(error: task::JoinError) -> EmbedError {
    EmbedError::Unavailable(format!("the model's task failed ({error})"))
}
