//! Keeps the vectors of sessions up to date with the log, if a model is configured.

use super::{Process, Service, Side, Tasks};
use crate::roles::Roles;
use async_trait::async_trait;
use debrief_infra::database::Lease;
use debrief_search::dense::indexer::{self, Indexer};
use std::sync::Arc;

#[derive(Default)]
pub(super) struct Vectors(Tasks);

#[async_trait]
impl Service for Vectors {
    fn name(&self) -> &'static str {
        "vectors"
    }

    fn is_part_of(&self, roles: Roles) -> bool {
        roles.worker
    }

    fn side(&self) -> Side {
        Side::Back
    }

    async fn start(&mut self, process: &mut Process) -> anyhow::Result<()> {
        let Process { config, system, .. } = process;
        let Some(meaning) = system.semantic(config).await? else { return Ok(()) };
        let indexer = Indexer::new(
            system.log.clone(),
            system.documents(config).await?,
            Arc::clone(&meaning.embedder),
            config.embeddings_url.as_str().to_owned(),
            Arc::clone(&meaning.store),
            Lease::new(system.database.queue.clone(), "vectors", indexer::LEASE),
        );
        self.0.spawn(|stop| indexer.run(stop));
        Ok(())
    }

    async fn stop(&mut self) {
        self.0.stop().await;
    }
}
