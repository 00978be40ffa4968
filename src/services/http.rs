//! Serves HTTP and WebSockets.

use super::{Process, Service, Side, Tasks};
use crate::config::{Config, Size};
use crate::roles::Roles;
use anyhow::Context;
use async_trait::async_trait;
use debrief_api::{ApiState, BacklogLimits, ConnectionLimits, Limits, Parts};
use std::net::SocketAddr;
use tokio::net::TcpListener;

/// Binds the address. Done before anything else, to fail early if it is in use.
pub(crate) async fn listen(address: SocketAddr) -> anyhow::Result<TcpListener> {
    TcpListener::bind(address).await.with_context(|| {
        format!("cannot listen on {address}; another program may use it (set --listen)")
    })
}

#[derive(Default)]
pub(super) struct Http(Tasks);

#[async_trait]
impl Service for Http {
    fn name(&self) -> &'static str {
        "http"
    }

    fn is_part_of(&self, roles: Roles) -> bool {
        roles.api
    }

    fn side(&self) -> Side {
        Side::Front
    }

    /// Requests are served once this returns.
    async fn start(&mut self, process: &mut Process) -> anyhow::Result<()> {
        let listener = process.listener.take().context("nothing listens")?;
        let Process { config, system, .. } = &*process;
        // Opened so that /readyz checks it in a process without workers too.
        system.queue(config).await?;
        let state = ApiState::new(Parts {
            log: system.log.clone(),
            views: process.views.clone(),
            documents: system.documents(config).await?,
            ledger: system.ledger.clone(),
            search: process.search.clone().context("there is no search index")?,
            dense: system.semantic_search(config).await?,
            language_model: system.metered(config, &process.views).await?,
            drafts: system.drafts.clone(),
            health: system.health.clone(),
            metrics: process.metrics.clone(),
            limits: limits(config),
            stop: self.0.token(),
        });
        let router = debrief_api::router(state);
        let connections = connection_limits(config);
        self.0.spawn(|stop| async move {
            debrief_api::serve(listener, router, connections, stop).await;
        });
        Ok(())
    }

    async fn stop(&mut self) {
        self.0.stop().await;
    }
}

/// Of the connections that a process may have, how many may be of those who have not signed in.
const UNAUTHENTICATED_SHARE: f64 = 0.75;
/// Connections of a process that is not told how many it may have, if its files suffice.
const CONNECTIONS: usize = 20_000;
/// Files that are left to everything but connections, at least: databases, indexes, blobs, reader
/// processes.
const OTHER_FILES: usize = 32;

fn connection_limits(config: &Config) -> ConnectionLimits {
    let open = std::fs::read_dir("/proc/self/fd").map_or(0, Iterator::count);
    let max = config.http_max_connections.unwrap_or_else(|| connections_for(max_files(), open));
    let max_unauthenticated = ((max as f64 * UNAUTHENTICATED_SHARE) as usize).max(1);
    tracing::info!(max, max_unauthenticated, "accepting connections");
    ConnectionLimits { max, max_unauthenticated, idle_timeout: config.http_idle_timeout.get() }
}

/// How many connections there may be where a process may open so many files, and has opened some.
fn connections_for(max_files: usize, open: usize) -> usize {
    let others = open + (max_files / 8).max(OTHER_FILES / 2);
    max_files.saturating_sub(others).clamp(4, CONNECTIONS)
}

/// How many files the process may open: as many as the system lets it, once it asks.
fn max_files() -> usize {
    use rustix::process::{Resource, getrlimit, setrlimit};
    let mut limit = getrlimit(Resource::Nofile);
    if limit.current < limit.maximum {
        let asked = rustix::process::Rlimit { current: limit.maximum, ..limit };
        match setrlimit(Resource::Nofile, asked) {
            Ok(()) => limit = asked,
            Err(error) => tracing::debug!(%error, "the limit of open files cannot be raised"),
        }
    }
    limit.current.map_or(usize::MAX, |files| usize::try_from(files).unwrap_or(usize::MAX))
}

fn limits(config: &Config) -> Limits {
    let bytes = |size: Size| usize::try_from(size.get()).unwrap_or(usize::MAX);
    Limits {
        upload_max_bytes: config.upload_max_bytes.get(),
        upload_idle_timeout: config.upload_idle_timeout.get(),
        upload_timeout: config.upload_timeout.get(),
        request_max_bytes: bytes(config.request_max_bytes),
        request_timeout: config.request_timeout.get(),
        min_position_timeout: config.min_position_timeout.get(),
        websocket_max_connections: config.websocket_max_connections,
        websocket_max_subscriptions: config.websocket_max_subscriptions,
        language_model_budget: config.language_model_budget,
        search_concurrency: config
            .search_concurrency
            .unwrap_or_else(|| std::thread::available_parallelism().map_or(2, usize::from)),
        backlog: BacklogLimits {
            sessions: config.pending_sessions_max,
            bytes: config.pending_bytes_max.get(),
        },
        websocket_queue_bytes: bytes(config.websocket_queue_bytes),
    }
}
