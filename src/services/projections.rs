//! Keeps the read models up to date with the log.

use super::{Process, Service, Side, Tasks};
use crate::roles::Roles;
use crate::system::catch_up;
use async_trait::async_trait;

#[derive(Default)]
pub(super) struct Projections(Tasks);

#[async_trait]
impl Service for Projections {
    fn name(&self) -> &'static str {
        "projections"
    }

    fn is_part_of(&self, roles: Roles) -> bool {
        roles.worker
    }

    fn side(&self) -> Side {
        Side::Back
    }

    /// The read models are up to date when this returns.
    async fn start(&mut self, process: &mut Process) -> anyhow::Result<()> {
        for runner in std::mem::take(&mut process.runners) {
            catch_up(&runner).await?;
            self.0.spawn(|stop| async move { runner.run(stop).await });
        }
        Ok(())
    }

    async fn stop(&mut self) {
        self.0.stop().await;
    }
}
