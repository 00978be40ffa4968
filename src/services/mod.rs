//! What runs in a process: a file for each service, and the order in which they start.
//!
//! A service owns the tasks that it starts, and ends them when it stops. What a service creates for
//! others is in [`Process`], for those that start later.

mod database;
mod http;
mod metrics;
mod projections;
mod relay;
mod search;
mod signals;
mod vectors;
mod workers;

pub(crate) use http::listen;

use crate::config::Config;
use crate::roles::Roles;
use crate::system::System;
use async_trait::async_trait;
use debrief_infra::signals::Shared;
use debrief_projections::engine::{Runner, Views};
use debrief_search::follower::Search;
use metrics_exporter_prometheus::PrometheusHandle;
use std::collections::HashMap;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

/// All services, in the order in which they start.
pub(crate) fn all() -> Vec<Box<dyn Service>> {
    vec![
        Box::<database::Forgetting>::default(),
        Box::<projections::Projections>::default(),
        Box::<signals::Signals>::default(),
        Box::<relay::Relaying>::default(),
        Box::<workers::Workers>::default(),
        Box::<vectors::Vectors>::default(),
        Box::<metrics::Upkeep>::default(),
        Box::<search::Following>::default(),
        Box::<http::Http>::default(),
    ]
}

/// Something that runs as long as its process does.
#[async_trait]
pub(crate) trait Service: Send {
    /// Its name in log lines.
    fn name(&self) -> &'static str;

    /// Returns whether a process with these roles has it.
    fn is_part_of(&self, roles: Roles) -> bool;

    /// Returns when it stops.
    fn side(&self) -> Side;

    /// Starts. Services after it in the list rely on what exists once this returns.
    async fn start(&mut self, process: &mut Process) -> anyhow::Result<()>;

    /// Stops; returns once nothing of it is running. May be cut off.
    async fn stop(&mut self);
}

/// When a service stops.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Side {
    /// First: it takes requests or jobs, which may end within the grace.
    Front,
    /// After the front, which relies on it.
    Back,
}

/// What the services of a process share.
pub(crate) struct Process {
    pub(crate) config: Config,
    pub(crate) roles: Roles,
    pub(crate) system: System,
    pub(crate) metrics: PrometheusHandle,
    /// Where to serve HTTP.
    pub(crate) listener: Option<TcpListener>,
    /// One for each projection, if they run in this process.
    runners: Vec<Runner>,
    views: Views,
    /// Positions that processes announce to each other.
    shared: Vec<Shared>,
    /// Set by [`search`].
    search: Option<Search>,
}

impl Process {
    /// Creates a process in which nothing has started.
    pub(crate) fn new(
        config: Config,
        roles: Roles,
        mut system: System,
        metrics: PrometheusHandle,
        listener: Option<TcpListener>,
    ) -> Self {
        let sql = system.database.views.clone();
        let mut shared = vec![system.log.shared()];
        let mut runners = Vec::new();
        let views = if roles.worker {
            runners = system.runners();
            shared.extend(runners.iter().map(Runner::shared));
            let reached = runners.iter().map(|runner| (runner.name(), runner.reached()));
            Views::new(sql, reached.collect::<HashMap<_, _>>())
        } else {
            let names = system.projections.iter().map(|projection| projection.name());
            let (views, of_others) = Views::of_others(sql, names);
            shared.extend(of_others);
            views
        };
        if roles.relay {
            system.ledger = system.ledger.with_relay(system.log.trust());
        }
        Self { config, roles, system, metrics, listener, runners, views, shared, search: None }
    }

    /// Returns whether this process does everything, so that no other one needs to run on its SQLite
    /// database.
    fn is_alone(&self) -> bool {
        self.roles == Roles::ALL && self.config.workers.are_all()
    }
}

/// The tasks of a service.
#[derive(Default)]
struct Tasks {
    stop: CancellationToken,
    tasks: TaskTracker,
}

impl Tasks {
    /// Starts a task, which ends when its token is cancelled.
    fn spawn<F>(&self, task: impl FnOnce(CancellationToken) -> F)
    where
        F: Future<Output = ()> + Send + 'static,
    {
        self.tasks.spawn(task(self.stop.clone()));
    }

    /// Returns the token that is cancelled when the service stops.
    fn token(&self) -> CancellationToken {
        self.stop.clone()
    }

    /// Stops the tasks, and waits until they have ended.
    async fn stop(&self) {
        self.stop.cancel();
        self.tasks.close();
        self.tasks.wait().await;
    }
}
