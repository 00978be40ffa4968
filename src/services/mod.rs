//! What runs in a process: a file for each service, and the order in which they start.
//!
//! A service owns the tasks that it starts, and ends them when it is stopped. What one has made and
//! others need is in [`Process`]: it is there for those that start later.

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
use crate::serve::Roles;
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
    /// Names it in log lines.
    fn name(&self) -> &'static str;

    /// Whether a process with these roles has it.
    fn is_part_of(&self, roles: Roles) -> bool;

    /// When it is stopped.
    fn side(&self) -> Side;

    /// Starts. Those that come after it in the list rely on what is there once this returns.
    async fn start(&mut self, process: &mut Process) -> anyhow::Result<()>;

    /// Stops; returns once nothing of it is under way. May be cut off.
    async fn stop(&mut self);
}

/// When a service is stopped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Side {
    /// First: it takes requests or work, and what is under way may end within the grace.
    Front,
    /// Once the front has ended, which relies on it until then.
    Back,
}

/// What the services of a process share.
pub(crate) struct Process {
    pub(crate) config: Config,
    pub(crate) roles: Roles,
    pub(crate) system: System,
    pub(crate) metrics: PrometheusHandle,
    /// Where HTTP is to be served.
    pub(crate) listener: Option<TcpListener>,
    /// Of all projections, where they run in this process.
    runners: Vec<Runner>,
    views: Views,
    /// Positions that processes tell each other of.
    shared: Vec<Shared>,
    /// Set by [`search`].
    search: Option<Search>,
}

impl Process {
    /// A process in which nothing has started.
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

    /// Whether this process does all the work of the installation, if the database is one that
    /// several processes can hardly share.
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
    /// Starts a task that ends when its token is cancelled.
    fn spawn<F>(&self, task: impl FnOnce(CancellationToken) -> F)
    where
        F: Future<Output = ()> + Send + 'static,
    {
        self.tasks.spawn(task(self.stop.clone()));
    }

    /// Cancelled when the service is to stop.
    fn token(&self) -> CancellationToken {
        self.stop.clone()
    }

    /// Tells the tasks to end, and waits until they have.
    async fn stop(&self) {
        self.stop.cancel();
        self.tasks.close();
        self.tasks.wait().await;
    }
}
