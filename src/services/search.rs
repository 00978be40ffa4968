//! Opens the search index of this process, and keeps it up to date with the log.

use super::{Process, Service, Side, Tasks};
use crate::roles::Roles;
use anyhow::Context;
use async_trait::async_trait;
use debrief_infra::private;
use debrief_search::follower::Follower;

#[derive(Default)]
pub(super) struct Following(Tasks);

#[async_trait]
impl Service for Following {
    fn name(&self) -> &'static str {
        "search"
    }

    fn is_part_of(&self, roles: Roles) -> bool {
        roles.api
    }

    fn side(&self) -> Side {
        Side::Back
    }

    async fn start(&mut self, process: &mut Process) -> anyhow::Result<()> {
        let Process { config, system, .. } = &mut *process;
        private::directory(&config.search_dir).context("search_dir")?;
        let documents = system.documents(config).await?;
        let opened = Follower::open(system.log.clone(), documents, &config.search_dir).await;
        let follower = opened.context("search_dir")?;
        process.search = Some(follower.search());
        self.0.spawn(|stop| follower.run(stop));
        Ok(())
    }

    async fn stop(&mut self) {
        self.0.stop().await;
    }
}
