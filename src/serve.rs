//! Runs roles in one process until it is told to stop.
//!
//! Invariant: on the way down nothing is cut off that others wait for. First no more requests and
//! no more work are taken; when both have ended, or the grace is over, projections and relay
//! stop; the database is closed last. A second signal ends the process at once, which is safe
//! too.

use crate::commands::reader;
use crate::config::{Config, Secret};
use crate::system::System;
use anyhow::Context;
use debrief_api::{ApiState, Limits, Parts};
use debrief_infra::database::Lease;
use debrief_infra::documents::Documents;
use debrief_infra::embeddings::{self, Embedder};
use debrief_infra::language::{self, LanguageModel};
use debrief_infra::queue::Relay;
use debrief_infra::signals;
use debrief_infra::vectors::{self, VectorStore};
use debrief_projections::engine::Views;
use debrief_search::dense::indexer::{self, Indexer};
use debrief_search::dense::leg::Leg;
use debrief_search::follower::{Follower, Search};
use debrief_workers as workers;
use metrics_exporter_prometheus::PrometheusHandle;
use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

/// Which roles a process has.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Roles {
    /// Serves HTTP.
    pub(crate) api: bool,
    /// Does work, and keeps the read models up.
    pub(crate) worker: bool,
    /// Turns events into work.
    pub(crate) relay: bool,
}

impl Roles {
    /// All in one process.
    pub(crate) const ALL: Self = Self { api: true, worker: true, relay: true };
}

/// A process with roles, not yet stopped.
pub(crate) struct Running {
    /// Where HTTP is served, if it is.
    pub(crate) address: Option<SocketAddr>,
    stop: CancellationToken,
    /// Requests and jobs.
    front: TaskTracker,
    halt: CancellationToken,
    /// Projections and relay.
    back: TaskTracker,
    grace: Duration,
    system: System,
}

/// Starts the roles. Once this returns, requests are answered.
pub(crate) async fn start(
    config: &Config,
    system: System,
    roles: Roles,
    metrics: PrometheusHandle,
) -> anyhow::Result<Running> {
    let (stop, halt) = (CancellationToken::new(), CancellationToken::new());
    let (front, back) = (TaskTracker::new(), TaskTracker::new());
    // Bound first: a port that is taken is found out before anything else happens.
    let listener = match roles.api {
        true => Some(listen(config.listen).await?),
        false => None,
    };
    let queue = system.queue(config).await?;
    let documents = system.documents(config).await?;

    let mut shared = vec![system.log.shared()];
    let views = if roles.worker {
        let mut reached = HashMap::new();
        for runner in system.runners() {
            runner.prepare().await?;
            runner.catch_up().await?;
            reached.insert(runner.name(), runner.reached());
            shared.push(runner.shared());
            let halt = halt.clone();
            back.spawn(async move { runner.run(halt).await });
        }
        Views::new(system.database.views.clone(), reached)
    } else {
        let names = system.projections.iter().map(|projection| projection.name());
        let (views, of_others) = Views::of_others(system.database.views.clone(), names);
        shared.extend(of_others);
        views
    };
    let (sql, halted) = (system.database.queue.clone(), halt.clone());
    back.spawn(async move { signals::share(&sql, shared, halted).await });
    if roles.relay {
        let relay = Relay::new(
            system.log.clone(),
            system.ledger.clone(),
            Arc::clone(&queue),
            workers::ALL.iter().map(|worker| worker.subscription()).collect(),
            config.worker_lease.get(),
        );
        let halt = halt.clone();
        back.spawn(async move { relay.run(halt).await });
    }
    if roles.worker {
        let context = workers::Context {
            log: system.log.clone(),
            documents: documents.clone(),
            views: views.clone(),
            confined: Arc::new(reader::children(config)?),
        };
        for descriptor in workers::ALL {
            front.spawn(workers::runtime::run(
                descriptor.name,
                (descriptor.make)(&context),
                system.log.clone(),
                Arc::clone(&queue),
                worker_options(config).within(&descriptor.limits),
                stop.clone(),
            ));
        }
    }
    let meaning = Meaning::open(config).await?;
    if let (true, Some(meaning)) = (roles.worker, &meaning) {
        let indexer = meaning.indexer(config, &system, documents.clone());
        let halt = halt.clone();
        back.spawn(async move { indexer.run(halt).await });
    }
    let upkeep = metrics.clone();
    let halted = halt.clone();
    back.spawn(async move {
        let mut tick = tokio::time::interval(Duration::from_secs(5));
        while halted.run_until_cancelled(tick.tick()).await.is_some() {
            upkeep.run_upkeep();
        }
    });
    let mut address = None;
    if let Some(listener) = listener {
        address = Some(listener.local_addr()?);
        let search = follow(config, &system, documents.clone(), &back, halt.clone()).await?;
        let dense = match &meaning {
            Some(meaning) => meaning.leg(config, &system).await?,
            None => Leg::off(),
        };
        let state = ApiState::new(Parts {
            log: system.log.clone(),
            views,
            documents,
            ledger: system.ledger.clone(),
            search,
            dense,
            language_model: language_model(config)?,
            queue,
            metrics,
            limits: limits(config),
            stop: stop.clone(),
        });
        let router = debrief_api::router(state);
        let stopped = stop.clone();
        front.spawn(async move {
            let served = axum::serve(listener, router)
                .with_graceful_shutdown(async move { stopped.cancelled().await })
                .await;
            if let Err(error) = served {
                tracing::error!(%error, "HTTP is served no more");
            }
        });
    }
    let grace = config.shutdown_grace.get();
    Ok(Running { address, stop, front, halt, back, grace, system })
}

fn language_model(config: &Config) -> anyhow::Result<Option<Arc<dyn LanguageModel>>> {
    let key = config.language_model_key.as_ref().map(Secret::reveal);
    language::from_url(config.language_model_url.as_str(), key).context("language_model_url")
}

/// What searching by meaning needs: a model and a place for its vectors.
struct Meaning {
    embedder: Arc<dyn Embedder>,
    store: Arc<dyn VectorStore>,
}

impl Meaning {
    /// Opens what the configuration names; `None` where it names no model.
    async fn open(config: &Config) -> anyhow::Result<Option<Self>> {
        let key = config.embeddings_key.as_ref().map(Secret::reveal);
        let model = embeddings::from_url(config.embeddings_url.as_str(), key).await;
        let Some(embedder) = model.context("embeddings_url")? else { return Ok(None) };
        let key = config.vector_key.as_ref().map(Secret::reveal);
        let store = vectors::from_url(config.vector_url.as_str(), key).await;
        Ok(Some(Self { embedder, store: store.context("vector_url")? }))
    }

    /// What keeps the vectors up with the log.
    fn indexer(&self, config: &Config, system: &System, documents: Documents) -> Indexer {
        Indexer::new(
            system.log.clone(),
            documents,
            Arc::clone(&self.embedder),
            config.embeddings_url.as_str().to_owned(),
            Arc::clone(&self.store),
            Lease::new(system.database.queue.clone(), "vectors", indexer::LEASE),
        )
    }

    /// What asks them.
    async fn leg(&self, config: &Config, system: &System) -> anyhow::Result<Leg> {
        let key = config.embeddings_key.as_ref().map(|key| key.reveal().to_owned());
        let epoch = system.log.epoch().await?;
        Ok(Leg::new(Arc::clone(&self.embedder), key, Arc::clone(&self.store), epoch))
    }
}

/// Opens the search index of this process, and keeps it up with the log.
async fn follow(
    config: &Config,
    system: &System,
    documents: Documents,
    back: &TaskTracker,
    halt: CancellationToken,
) -> anyhow::Result<Search> {
    let opened = Follower::open(system.log.clone(), documents, &config.search_dir).await;
    let follower = opened.context("search_dir")?;
    let search = follower.search();
    back.spawn(follower.run(halt));
    Ok(search)
}

impl Running {
    /// Waits for SIGTERM or SIGINT, then stops.
    pub(crate) async fn until_signal(self) -> anyhow::Result<()> {
        signal().await?;
        tracing::info!("stopping; a second signal stops at once");
        tokio::select! {
            () = self.stop() => {
                tracing::info!("stopped");
                Ok(())
            }
            second = signal() => {
                second?;
                tracing::warn!("stopped at once; what was under way is found again");
                Ok(())
            }
        }
    }

    /// Stops in order.
    pub(crate) async fn stop(self) {
        self.stop.cancel();
        self.front.close();
        // Workers hand their jobs back after the grace; a little more is for doing so.
        let patience = self.grace + Duration::from_secs(3);
        if tokio::time::timeout(patience, self.front.wait()).await.is_err() {
            tracing::warn!(left = self.front.len(), "the grace is over; cutting off what is left");
        }
        self.halt.cancel();
        self.back.close();
        let _ = tokio::time::timeout(Duration::from_secs(5), self.back.wait()).await;
        let _ = tokio::time::timeout(Duration::from_secs(2), self.system.database.close()).await;
    }
}

async fn signal() -> anyhow::Result<()> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut terminate = signal(SignalKind::terminate())?;
    tokio::select! {
        _ = terminate.recv() => {}
        interrupted = tokio::signal::ctrl_c() => interrupted?,
    }
    Ok(())
}

async fn listen(address: SocketAddr) -> anyhow::Result<TcpListener> {
    TcpListener::bind(address).await.with_context(|| {
        format!("cannot listen on {address}; another program may use it (set --listen)")
    })
}

fn worker_options(config: &Config) -> workers::runtime::Options {
    workers::runtime::Options {
        concurrency: config.worker_concurrency,
        timeout: config.worker_timeout.get(),
        cpu: config.worker_cpu_budget.get(),
        lease: config.worker_lease.get(),
        max_attempts: config.worker_max_attempts,
        backoff_min: config.worker_backoff_min.get(),
        backoff_max: config.worker_backoff_max.get(),
        grace: config.shutdown_grace.get(),
    }
}

fn limits(config: &Config) -> Limits {
    let bytes = |size: crate::config::Size| usize::try_from(size.get()).unwrap_or(usize::MAX);
    Limits {
        upload_max_bytes: config.upload_max_bytes.get(),
        upload_idle_timeout: config.upload_idle_timeout.get(),
        upload_timeout: config.upload_timeout.get(),
        request_max_bytes: bytes(config.request_max_bytes),
        request_timeout: config.request_timeout.get(),
        min_position_timeout: config.min_position_timeout.get(),
        websocket_max_connections: config.websocket_max_connections,
        websocket_max_subscriptions: config.websocket_max_subscriptions,
        websocket_queue_bytes: bytes(config.websocket_queue_bytes),
    }
}
