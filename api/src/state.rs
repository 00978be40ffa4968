//! What handlers share.

use crate::http::backlog::{Backlog, BacklogLimits};
use crate::keys::Keys;
use crate::search::SearchSlots;
use debrief_infra::documents::Documents;
use debrief_infra::health::Health;
use debrief_infra::language::LanguageModel;
use debrief_infra::log::EventLog;
use debrief_infra::queue::Ledger;
use debrief_projections::engine::Views;
use debrief_search::dense::semantic::SemanticSearch;
use debrief_search::follower::Search;
use metrics_exporter_prometheus::PrometheusHandle;
use std::sync::Arc;
use std::time::Duration;
use tokio_util::sync::CancellationToken;

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
    /// Searches at a time.
    pub search_concurrency: usize,
    /// Undone work of an organization.
    pub backlog: BacklogLimits,
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
    pub dense: SemanticSearch,
    /// What writes answers, if anything does.
    pub language_model: Option<Arc<dyn LanguageModel>>,
    /// How everything is that the process depends on.
    pub health: Health,
    /// Renders `/metrics`.
    pub metrics: PrometheusHandle,
    /// Bounds.
    pub limits: Limits,
    /// Cancelled when the process is to stop.
    pub stop: CancellationToken,
}

/// What handlers share. Clones are cheap.
///
/// A resource that needs more keeps it in a state of its own, which holds this one: see
/// `transcripts` and `ws`.
#[derive(Clone)]
pub struct ApiState(Arc<Shared>);

struct Shared {
    parts: Parts,
    keys: Keys,
    search_slots: SearchSlots,
    backlog: Backlog,
}

impl ApiState {
    /// Makes the state.
    pub fn new(parts: Parts) -> Self {
        let keys = Keys::new(parts.views.clone());
        let search_slots = SearchSlots::new(parts.limits.search_concurrency);
        let backlog = Backlog::new(parts.views.clone(), parts.limits.backlog);
        Self(Arc::new(Shared { parts, keys, search_slots, backlog }))
    }

    /// Who holds an API key.
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
