//! A second model for when the first is unavailable.

use super::{Answer, LanguageModel, ModelError, Prompt, Purpose, Sink};
use async_trait::async_trait;
use metrics::counter;
use std::sync::Arc;
use std::time::Instant;

/// Two models. The second is asked if the first is unavailable, or if its breaker is open: not if it
/// refuses, and not if it is misconfigured, which somebody must see.
///
/// Both share the patience of a call. A first model that uses it up leaves nothing to the second;
/// once that has opened its breaker, the second is asked at once.
#[derive(Debug)]
pub struct Fallback {
    first: Arc<dyn LanguageModel>,
    second: Arc<dyn LanguageModel>,
}

impl Fallback {
    /// Joins two models.
    pub fn new(first: Arc<dyn LanguageModel>, second: Arc<dyn LanguageModel>) -> Self {
        Self { first, second }
    }

    /// Returns the prompt for the second model, if there is time to ask it.
    fn rest(prompt: &Prompt, start: Instant) -> Option<Prompt> {
        let patience = prompt.patience.saturating_sub(start.elapsed());
        (!patience.is_zero()).then(|| {
            counter!("debrief_language_model_fallbacks_total",
                "purpose" => prompt.purpose.as_str())
            .increment(1);
            Prompt { patience, ..prompt.clone() }
        })
    }
}

/// Returns the error of a call that neither model answered: the first one's, which is the one to
/// mend, with the shorter wait.
fn neither(first: ModelError, second: ModelError) -> ModelError {
    match (first, second) {
        (
            ModelError::Unavailable { why, retry_after },
            ModelError::Unavailable { why: other, retry_after: other_after },
        ) => ModelError::Unavailable {
            why: format!("{why}; the fallback too: {other}"),
            retry_after: retry_after.into_iter().chain(other_after).min(),
        },
        (_, second) => second,
    }
}

#[async_trait]
impl LanguageModel for Fallback {
    fn name(&self) -> &str {
        self.first.name()
    }

    async fn write(&self, prompt: &Prompt) -> Result<Answer, ModelError> {
        let start = Instant::now();
        let first = match self.first.check(prompt.purpose) {
            Ok(()) => match self.first.write(prompt).await {
                Err(error @ ModelError::Unavailable { .. }) => error,
                outcome => return outcome,
            },
            Err(error) => error,
        };
        let Some(rest) = Self::rest(prompt, start) else { return Err(first) };
        self.second.write(&rest).await.map_err(|second| neither(first, second))
    }

    async fn stream(&self, prompt: &Prompt, sink: &mut Sink<'_>) -> Result<Answer, ModelError> {
        let start = Instant::now();
        let mut passed_on = false;
        let first = match self.first.check(prompt.purpose) {
            Ok(()) => {
                let mut watched = |piece: &str| {
                    passed_on = true;
                    sink(piece);
                };
                match self.first.stream(prompt, &mut watched).await {
                    Err(error @ ModelError::Unavailable { .. }) if !passed_on => error,
                    outcome => return outcome,
                }
            }
            Err(error) => error,
        };
        let Some(rest) = Self::rest(prompt, start) else { return Err(first) };
        self.second.stream(&rest, sink).await.map_err(|second| neither(first, second))
    }

    /// Returns the smaller one: what is planned for it fits both.
    async fn context_window(&self) -> u32 {
        let (first, second) =
            tokio::join!(self.first.context_window(), self.second.context_window());
        first.min(second)
    }

    fn count_tokens(&self, text: &str) -> u32 {
        self.first.count_tokens(text).max(self.second.count_tokens(text))
    }

    fn check(&self, purpose: Purpose) -> Result<(), ModelError> {
        let Err(first) = self.first.check(purpose) else { return Ok(()) };
        self.second.check(purpose).map_err(|second| neither(first, second))
    }

    /// Fails if either is unavailable: without the first, something is to be mended; without the
    /// second, nothing is left to fall back on.
    fn health(&self) -> Result<(), ModelError> {
        self.first.health()?;
        self.second.health()
    }
}
