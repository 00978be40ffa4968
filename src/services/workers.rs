//! Runs the configured kinds of workers.

use super::{Process, Service, Side, Tasks};
use crate::commands::reader;
use crate::config::Config;
use crate::serve::Roles;
use async_trait::async_trait;
use debrief_workers::runtime::{self, Options};
use debrief_workers::{ALL, Context};
use std::sync::Arc;

#[derive(Default)]
pub(super) struct Workers(Tasks);

#[async_trait]
impl Service for Workers {
    fn name(&self) -> &'static str {
        "workers"
    }

    fn is_part_of(&self, roles: Roles) -> bool {
        roles.worker
    }

    fn side(&self) -> Side {
        Side::Front
    }

    async fn start(&mut self, process: &mut Process) -> anyhow::Result<()> {
        let Process { config, system, views, .. } = process;
        let queue = system.queue(config).await?;
        let context = Context {
            log: system.log.clone(),
            documents: system.documents(config).await?,
            views: views.clone(),
            confined: Arc::new(reader::children(config)?),
        };
        for worker in ALL.iter().filter(|worker| config.workers.include(worker.name)) {
            let (made, options) = ((worker.make)(&context), options(config).within(&worker.limits));
            let (log, queue) = (system.log.clone(), queue.clone());
            self.0.spawn(|stop| runtime::run(worker.name, made, log, queue, options, stop));
        }
        Ok(())
    }

    async fn stop(&mut self) {
        self.0.stop().await;
    }
}

fn options(config: &Config) -> Options {
    Options {
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
