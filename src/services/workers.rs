//! Runs the configured kinds of workers.

use super::{Process, Service, Side, Tasks};
use crate::config::Config;
use crate::roles::Roles;
use anyhow::Context as _;
use async_trait::async_trait;
use debrief_workers::confined::Children;
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
            confined: Arc::new(children(config)?),
            language_model: system.metered(config, views).await?,
            drafts: system.drafts.clone(),
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

/// Creates the child processes that do heavy work: this program as `debrief reader`.
fn children(config: &Config) -> anyhow::Result<Children> {
    let program = Children::this_program().context("this program's file is not known")?;
    let memory = config.worker_memory_max.get().to_string();
    let arguments = vec!["reader".into(), "--memory".into(), memory.into()];
    Ok(Children::new(program, arguments, config.worker_concurrency))
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
