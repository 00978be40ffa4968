//! The interface of a worker.

use crate::confined::Confined;
use crate::fault::Fault;
use crate::job::JobContext;
use crate::metered::Metered;
use async_trait::async_trait;
use debrief_infra::documents::Documents;
use debrief_infra::drafts::Drafts;
use debrief_infra::log::{EventLog, RecordedEvent};
use debrief_projections::engine::Views;
use std::sync::Arc;

/// What workers work with. Clones share everything.
#[derive(Clone, Debug)]
pub struct Context {
    /// The event log, which takes commands.
    pub log: EventLog,
    /// Blobs: long texts.
    pub documents: Documents,
    /// Read models.
    pub views: Views,
    /// Answers that are being written.
    pub drafts: Drafts,
    /// Where heavy work runs.
    pub confined: Arc<dyn Confined>,
    /// The language model, if one is configured.
    pub language_model: Option<Metered>,
}

/// The result of an attempt that succeeded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Done {
    /// The job is done.
    Finished,
    /// What is left are parts, such as deliveries to several places, that are attempted separately
    /// from now on: the worker is given each of these keys in [`JobContext::key`]. A key is an id
    /// and contains no words of a person; a part is not split again.
    Split(Vec<String>),
}

/// Performs the effects of some events. Its name and event types are in its [`Descriptor`].
#[async_trait]
pub trait Worker: Send + Sync + 'static {
    /// Handles an event. May be called again for the same event, even while an earlier call that
    /// lost its lease is still ending.
    async fn handle(&self, event: &RecordedEvent, job: &JobContext) -> Result<Done, Fault>;

    /// Called before a job becomes a dead letter, so that users can be told.
    async fn gave_up(
        &self,
        event: &RecordedEvent,
        job: &JobContext,
        reason: &str,
    ) -> Result<(), Fault> {
        let _ = (event, job, reason);
        Ok(())
    }
}
