//! The id that connects a request with the events, jobs and log lines that follow from it.

use tokio::task::JoinHandle;
use tracing::Instrument;
use uuid::Uuid;

tokio::task_local! {
    static CORRELATION: Uuid;
}

/// The id of the request that this task handles.
pub(crate) fn current() -> Option<Uuid> {
    CORRELATION.try_with(|id| *id).ok()
}

/// Runs a future under an id.
pub(crate) async fn scope<F: Future>(id: Uuid, work: F) -> F::Output {
    CORRELATION.scope(id, work).await
}

/// Spawns a task that continues when the client goes away, under the request's id and span.
pub(crate) fn spawn<F>(work: F) -> JoinHandle<F::Output>
where
    F: Future<Output: Send> + Send + 'static,
{
    let id = current().unwrap_or_else(Uuid::now_v7);
    tokio::spawn(CORRELATION.scope(id, work).in_current_span())
}
