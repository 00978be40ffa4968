//! Has what was deleted leave the files of the database.

use super::{Process, Service, Side, Tasks};
use crate::roles::Roles;
use async_trait::async_trait;

#[derive(Default)]
pub(super) struct Forgetting(Tasks);

#[async_trait]
impl Service for Forgetting {
    fn name(&self) -> &'static str {
        "database"
    }

    fn is_part_of(&self, _: Roles) -> bool {
        true
    }

    fn side(&self) -> Side {
        Side::Back
    }

    async fn start(&mut self, process: &mut Process) -> anyhow::Result<()> {
        let database = process.system.database.clone();
        self.0.spawn(|stop| async move { database.keep_up(&stop).await });
        Ok(())
    }

    async fn stop(&mut self) {
        self.0.stop().await;
    }
}
