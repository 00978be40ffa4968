//! What handlers share.

use crate::http::backlog::{Backlog, BacklogLimits};
use crate::keys::Keys;
use crate::search::SearchSlots;
use debrief_infra::documents::Documents;
use debrief_infra::drafts::Drafts;
use debrief_infra::health::Health;
use debrief_infra::log::EventLog;
use debrief_infra::queue::Ledger;
use debrief_projections::engine::Views;
use debrief_search::dense::semantic::SemanticSearch;
use debrief_search::follower::Search;
use debrief_workers::Metered;
use metrics_exporter_prometheus::PrometheusHandle;
use std::num::NonZeroU64;
use std::sync::Arc;
use std::time::Duration;
use tokio_util::sync::CancellationToken;

/// Limits of the API, described in `debrief.default.toml`.
#[derive(Debug, Clone)]
pub struct Limits {
    /// Maximum size of the files of an upload.
    pub upload_max_bytes: u64,
    /// Maximum pause between two pieces of an upload.
    pub upload_idle_timeout: Duration,
    /// Maximum duration of an upload.
    pub upload_timeout: Duration,
    /// Maximum body size of any other request.
    pub request_max_bytes: usize,
    /// Maximum duration of any other request.
    pub request_timeout: Duration,
    /// Maximum wait for a read model to reach a `min_position`.
    pub min_position_timeout: Duration,
    /// Maximum number of WebSocket connections in this process.
    pub websocket_max_connections: usize,
    /// Maximum number of channels per connection.
    pub websocket_max_subscriptions: usize,
    /// Tokens of the language model that an organization may use in a month; `None` is without limit.
    pub language_model_budget: Option<NonZeroU64>,
    /// Searches at a time.
    pub search_concurrency: usize,
    /// Undone work of an organization.
    pub backlog: BacklogLimits,
    /// Bytes that wait for one of them before it counts as too slow.
    pub websocket_queue_bytes: usize,
}

/// The parts of an [`ApiState`].
#[derive(Clone)]
pub struct Parts {
    /// The event log, which takes commands.
    pub log: EventLog,
    /// Read models.
    pub views: Views,
    /// Blobs: long texts.
    pub documents: Documents,
    /// Jobs that are not done.
    pub ledger: Ledger,
    /// Full-text search.
    pub search: Search,
    /// Search by meaning.
    pub dense: SemanticSearch,
    /// The language model, if one is configured.
    pub language_model: Option<Metered>,
    /// Answers that this process is writing.
    pub drafts: Drafts,
    /// The health of all dependencies.
    pub health: Health,
    /// Renders `/metrics`.
    pub metrics: PrometheusHandle,
    /// Limits.
    pub limits: Limits,
    /// Cancelled when the process is stopping.
    pub stop: CancellationToken,
}

/// The state that handlers share. Clones are cheap.
///
/// A resource that needs more has a state of its own, which contains this one: see `transcripts`
/// and `ws`.
#[derive(Clone)]
pub struct ApiState(Arc<Shared>);

struct Shared {
    parts: Parts,
    keys: Keys,
    search_slots: SearchSlots,
    backlog: Backlog,
}

impl ApiState {
    /// Creates the state.
    pub fn new(parts: Parts) -> Self {
        let keys = Keys::new(parts.views.clone());
        let search_slots = SearchSlots::new(parts.limits.search_concurrency);
        let backlog = Backlog::new(parts.views.clone(), parts.limits.backlog);
        Self(Arc::new(Shared { parts, keys, search_slots, backlog }))
    }

    /// Looks up the holder of an API key.
    pub(crate) fn keys(&self) -> &Keys {
        &self.0.keys
    }

    /// Places for searches.
    pub(crate) fn search_slots(&self) -> &SearchSlots {
        &self.0.search_slots
    }

    /// What is undone, by organization.
    pub(crate) fn backlog(&self) -> &Backlog {
        &self.0.backlog
    }
}

impl std::ops::Deref for ApiState {
    type Target = Parts;

    fn deref(&self) -> &Parts {
        &self.0.parts
    }
}
