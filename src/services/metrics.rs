//! Keeps the buffers of metrics small between two scrapes.

use super::{Process, Service, Side, Tasks};
use crate::roles::Roles;
use async_trait::async_trait;
use std::time::Duration;

const EVERY: Duration = Duration::from_secs(5);

#[derive(Default)]
pub(super) struct Upkeep(Tasks);

#[async_trait]
impl Service for Upkeep {
    fn name(&self) -> &'static str {
        "metrics"
    }

    fn is_part_of(&self, _: Roles) -> bool {
        true
    }

    fn side(&self) -> Side {
        Side::Back
    }

    async fn start(&mut self, process: &mut Process) -> anyhow::Result<()> {
        let metrics = process.metrics.clone();
        self.0.spawn(|stop| async move {
            let mut tick = tokio::time::interval(EVERY);
            while stop.run_until_cancelled(tick.tick()).await.is_some() {
                metrics.run_upkeep();
            }
        });
        Ok(())
    }

    async fn stop(&mut self) {
        self.0.stop().await;
    }
}
