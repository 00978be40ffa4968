//! What handlers share.

use crate::http::problem::Problem;
use crate::ws::Hub;
use debrief_infra::documents::Documents;
use debrief_infra::language::LanguageModel;
use debrief_infra::log::EventLog;
use debrief_infra::queue::{Ledger, Queue};
use debrief_projections::directory::ApiKey;
use debrief_projections::engine::{Stale, Views};
use debrief_search::dense::leg::Leg;
use debrief_search::follower::Search;
use metrics_exporter_prometheus::PrometheusHandle;
use moka::future::Cache;
use std::sync::Arc;
use std::time::Duration;
use tokio_util::sync::CancellationToken;

/// How long a key that was found is not looked up again: a revoked key works for no longer.
const KEY_CACHED_FOR: Duration = Duration::from_secs(5);
/// Bytes of turns that are held in memory, for readers that page through them.
const TURNS_CACHE_BYTES: u64 = 32 << 20;

/// Bounds of the surface. `debrief.default.toml` says what each one is for.
#[derive(Debug, Clone)]
pub struct Limits {
    /// Largest file.
    pub upload_max_bytes: u64,
    /// Longest pause between two pieces of an upload.
    pub upload_idle_timeout: Duration,
    /// Longest upload.
    pub upload_timeout: Duration,
    /// Largest body of any other request.
    pub request_max_bytes: usize,
    /// Longest answer to any other request.
    pub request_timeout: Duration,
    /// Longest wait for a read model to reach a `min_position`.
    pub min_position_timeout: Duration,
    /// Open WebSockets in this process.
    pub websocket_max_connections: usize,
    /// Channels that one of them may follow.
    pub websocket_max_subscriptions: usize,
    /// Bytes that wait for one of them before it counts as too slow.
    pub websocket_queue_bytes: usize,
}

/// What [`ApiState`] is made of.
#[derive(Clone)]
pub struct Parts {
    /// Where commands go.
    pub log: EventLog,
    /// Read models.
    pub views: Views,
    /// Long texts.
    pub documents: Documents,
    /// Work that is not done.
    pub ledger: Ledger,
    /// What answers search in this process.
    pub search: Search,
    /// What answers search by meaning.
    pub dense: Leg,
    /// What writes answers, if anything does.
    pub language_model: Option<Arc<dyn LanguageModel>>,
    /// How workers learn of it; asked only how it is.
    pub queue: Arc<dyn Queue>,
    /// Renders `/metrics`.
    pub metrics: PrometheusHandle,
    /// Bounds.
    pub limits: Limits,
    /// Cancelled when the process is to stop.
    pub stop: CancellationToken,
}

/// What handlers share. Clones are cheap.
#[derive(Clone)]
pub struct ApiState(Arc<Shared>);

pub(crate) struct Shared {
    pub(crate) parts: Parts,
    pub(crate) hub: Hub,
    pub(crate) keys: Cache<String, ApiKey>,
    /// Turns that were read last.
    pub(crate) turns: debrief_sessions::Cache,
}

impl ApiState {
    /// Makes the state, and starts the task that follows updates.
    pub fn new(parts: Parts) -> Self {
        let hub = Hub::start(parts.log.clone(), parts.views.clone(), parts.stop.clone());
        let keys = Cache::builder().max_capacity(10_000).time_to_live(KEY_CACHED_FOR).build();
        let turns = debrief_sessions::Cache::new(TURNS_CACHE_BYTES);
        Self(Arc::new(Shared { parts, hub, keys, turns }))
    }

    pub(crate) fn shared(&self) -> &Shared {
        &self.0
    }
}

impl std::ops::Deref for ApiState {
    type Target = Parts;

    fn deref(&self) -> &Parts {
        &self.0.parts
    }
}

impl ApiState {
    /// Waits until a read model holds what the caller has written.
    pub(crate) async fn read_at(
        &self,
        projection: &'static str,
        min_position: Option<i64>,
    ) -> Result<(), Problem> {
        let Some(position) = self.known_position(min_position).await? else { return Ok(()) };
        let timeout = self.limits.min_position_timeout;
        self.views.wait_for(projection, position, timeout).await.map_err(|error| match error {
            Stale::Behind { .. } => {
                tracing::warn!(projection, %error, "a read waited in vain");
                Problem::unavailable(
                    "What you wrote cannot be read yet. Read again in a moment, or without \
                     min_position for what there is.",
                )
            }
            Stale::Database(error) => error.into(),
        })
    }

    /// A `min_position` that was given, if it is one that the log has reached.
    pub(crate) async fn known_position(
        &self,
        min_position: Option<i64>,
    ) -> Result<Option<i64>, Problem> {
        let Some(position) = min_position else { return Ok(None) };
        if position < 0 {
            return Err(Problem::bad_request(
                "invalid_query",
                format!("min_position is {position}; it is the `position` that a write answered."),
            ));
        }
        let head = self.log.head().await?;
        if position > head {
            return Err(Problem::bad_request(
                "invalid_query",
                format!("min_position is {position}, but nothing beyond {head} was written yet."),
            ));
        }
        Ok(Some(position))
    }
}
