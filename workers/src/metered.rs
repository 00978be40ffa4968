//! The language model as everything above it calls it: within the organization's budget, and with
//! what each call cost in the log.
//!
//! Invariants:
//! - A call is refused once the month's budget is spent, before anything is sent.
//! - Whatever cost tokens is recorded once, whether it led to an answer or not, and also if nobody
//!   waits for it any longer: tokens that the server did not state are then an estimate.
//! - Nothing of what is sent or answered is recorded.

use chrono::Utc;
use debrief_domain::ids::{ModelCallId, OrganizationId, TranscriptId};
use debrief_domain::model_call::{ModelCall, ModelCallCommand, ModelCallEnded, Outcome};
use debrief_domain::principal::Viewer;
use debrief_infra::language::{
    Answer, LanguageModel, ModelError, Prices, Prompt, Purpose, Sink, Usage, check_budget, tokens,
};
use debrief_infra::log::{CommandContext, CommandKey, EventLog, Metadata};
use debrief_projections::engine::{Stale, Views};
use debrief_projections::usage::{self, Month};
use metrics::counter;
use serde_json::Value;
use std::fmt;
use std::num::NonZeroU64;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU32, Ordering};
use std::time::Duration;
use tokio::runtime::Handle;
use uuid::Uuid;

/// How long a call waits for the read model to know what this process spent before.
const PATIENCE: Duration = Duration::from_secs(2);

/// Whom a call is for.
#[derive(Debug, Clone)]
pub struct Account {
    /// Who pays.
    pub organization: OrganizationId,
    /// The session that it is about, if it is about one.
    pub transcript_id: Option<TranscriptId>,
    /// Who asked, and why.
    pub metadata: Metadata,
}

/// A language model whose calls are counted. Clones share everything.
#[derive(Clone)]
pub struct Metered(Arc<Shared>);

struct Shared {
    model: Arc<dyn LanguageModel>,
    log: EventLog,
    views: Views,
    prices: Prices,
    budget: Option<NonZeroU64>,
    /// Position of the last record of this process.
    recorded: AtomicI64,
}

impl fmt::Debug for Metered {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Metered").field(&self.0.model).finish()
    }
}

impl Metered {
    /// Counts the calls of a model, at these prices. `budget` is the number of tokens that each
    /// organization may use in a month; `None` is without limit.
    pub fn new(
        model: Arc<dyn LanguageModel>,
        log: EventLog,
        views: Views,
        prices: Prices,
        budget: Option<NonZeroU64>,
    ) -> Self {
        let recorded = AtomicI64::new(0);
        Self(Arc::new(Shared { model, log, views, prices, budget, recorded }))
    }

    /// Returns the model, for its name, its context and its breakers. Calls go through
    /// [`Metered::write`] and [`Metered::stream`].
    pub fn model(&self) -> &dyn LanguageModel {
        &*self.0.model
    }

    /// Fails if a call for this purpose would be refused now, because the budget is spent or a
    /// breaker is open.
    pub async fn check(
        &self,
        organization: OrganizationId,
        purpose: Purpose,
    ) -> Result<(), ModelError> {
        self.check_budget(organization).await?;
        self.0.model.check(purpose)
    }

    /// Returns the model's answer.
    pub async fn write(&self, account: &Account, prompt: &Prompt) -> Result<Answer, ModelError> {
        self.check_budget(account.organization).await?;
        let call = Call::begin(self, account, prompt);
        let outcome = self.0.model.write(prompt).await;
        call.end(outcome).await
    }

    /// Returns the model's answer, and passes it on while it is written; see
    /// [`LanguageModel::stream`].
    pub async fn stream(
        &self,
        account: &Account,
        prompt: &Prompt,
        sink: &mut Sink<'_>,
    ) -> Result<Answer, ModelError> {
        self.check_budget(account.organization).await?;
        let call = Call::begin(self, account, prompt);
        let mut counted = |piece: &str| {
            call.written.fetch_add(tokens::estimate(piece), Ordering::Relaxed);
            sink(piece);
        };
        let outcome = self.0.model.stream(prompt, &mut counted).await;
        call.end(outcome).await
    }

    async fn check_budget(&self, organization: OrganizationId) -> Result<(), ModelError> {
        let Shared { views, budget, recorded, .. } = &*self.0;
        if budget.is_none() {
            return Ok(());
        }
        let unavailable = |error: &dyn fmt::Display| ModelError::Unavailable {
            why: format!("what was spent this month cannot be read: {error}"),
            retry_after: None,
        };
        match views.wait_for("usage", recorded.load(Ordering::Relaxed), PATIENCE).await {
            // A read model that is behind must not keep everybody from writing.
            Ok(()) | Err(Stale::Behind { .. }) => {}
            Err(Stale::Database(error)) => return Err(unavailable(&error)),
        }
        let viewer = Viewer::everything(organization);
        let spent = usage::spent(views, viewer, Month::of(Utc::now())).await;
        check_budget(spent.map_err(|error| unavailable(&error))?, *budget)
    }

    /// Records a call. It is paid by now: a failure to record it is reported, and does not take the
    /// answer away.
    async fn record(self, account: Account, ended: ModelCallEnded) {
        let id = ModelCallId(Uuid::now_v7());
        let context = CommandContext {
            organization: account.organization,
            metadata: account.metadata,
            key: CommandKey { key: format!("model_call:{id}"), fingerprint: [0; 32] },
            answer: Value::Null,
            data_key: None,
            wrapped_keys: Vec::new(),
        };
        let command = ModelCallCommand::Record(ended);
        match self.0.log.create::<ModelCall>(context, id.0, command).await {
            Ok(committed) => {
                self.0.recorded.fetch_max(committed.position, Ordering::Relaxed);
            }
            Err(error) => {
                counter!("debrief_language_model_unrecorded_total").increment(1);
                tracing::error!(%error, "what a call of the language model cost is not recorded");
            }
        }
    }
}

/// A call that is under way. If it is dropped before its end, an estimate is recorded.
struct Call {
    under_way: Option<(Metered, Account)>,
    purpose: Purpose,
    prompt_tokens: u32,
    /// Tokens that were passed on so far.
    written: AtomicU32,
}

impl Call {
    fn begin(metered: &Metered, account: &Account, prompt: &Prompt) -> Self {
        Self {
            under_way: Some((metered.clone(), account.clone())),
            purpose: prompt.purpose,
            prompt_tokens: prompt.tokens(),
            written: AtomicU32::new(0),
        }
    }

    async fn end(mut self, ended: Result<Answer, ModelError>) -> Result<Answer, ModelError> {
        let Some((metered, account)) = self.under_way.take() else { return ended };
        let (outcome, usage, model) = match &ended {
            Ok(answer) => (Outcome::Answered, Some(answer.usage), answer.model.clone()),
            Err(error) => (outcome(error), error.usage(), metered.0.model.name().to_owned()),
        };
        if let Some(usage) = usage {
            let record = self.record(&metered, &account, model, usage, outcome);
            // In a task of its own, so that it is done also if nobody waits for it.
            if let Err(error) = tokio::spawn(metered.record(account, record)).await {
                tracing::error!(%error, "what a call of the language model cost is not recorded");
            }
        }
        ended
    }

    fn record(
        &self,
        metered: &Metered,
        account: &Account,
        model: String,
        usage: Usage,
        outcome: Outcome,
    ) -> ModelCallEnded {
        ModelCallEnded {
            purpose: self.purpose.as_str().to_owned(),
            model,
            prompt_tokens: usage.prompt_tokens,
            completion_tokens: usage.completion_tokens,
            estimated: usage.estimated,
            cost_micros: metered.0.prices.cost(&usage),
            outcome,
            transcript_id: account.transcript_id,
        }
    }
}

impl Drop for Call {
    fn drop(&mut self) {
        let Some((metered, account)) = self.under_way.take() else { return };
        let usage = Usage {
            prompt_tokens: self.prompt_tokens,
            completion_tokens: *self.written.get_mut(),
            estimated: true,
        };
        let model = metered.0.model.name().to_owned();
        let record = self.record(&metered, &account, model, usage, Outcome::Cancelled);
        match Handle::try_current() {
            Ok(runtime) => drop(runtime.spawn(metered.record(account, record))),
            Err(_) => tracing::error!("what a cancelled call of the model cost is not recorded"),
        }
    }
}

fn outcome(error: &ModelError) -> Outcome {
    match error {
        ModelError::Refused { .. } => Outcome::Refused,
        ModelError::TooLong { .. } => Outcome::TooLong,
        ModelError::Truncated { .. } => Outcome::Truncated,
        ModelError::Malformed { .. } => Outcome::Malformed,
        // Those that cost nothing, as far as known, are not recorded.
        ModelError::Cancelled
        | ModelError::Unavailable { .. }
        | ModelError::Config(_)
        | ModelError::ContextTooLong { .. }
        | ModelError::BudgetSpent(_) => Outcome::Cancelled,
    }
}

#[cfg(test)]
mod tests;
