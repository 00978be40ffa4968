//! Announces to other processes what advanced here, and listens to them.

use super::{Process, Service, Side, Tasks};
use crate::roles::Roles;
use async_trait::async_trait;
use debrief_infra::signals;

#[derive(Default)]
pub(super) struct Signals(Tasks);

#[async_trait]
impl Service for Signals {
    fn name(&self) -> &'static str {
        "signals"
    }

    fn is_part_of(&self, _: Roles) -> bool {
        true
    }

    fn side(&self) -> Side {
        Side::Back
    }

    async fn start(&mut self, process: &mut Process) -> anyhow::Result<()> {
        let sql = process.system.database.queue.clone();
        let shared = std::mem::take(&mut process.shared);
        let (trust, alone) = (process.system.log.trust().clone(), process.is_alone());
        self.0.spawn(|stop| async move { signals::share(&sql, shared, alone, &trust, stop).await });
        Ok(())
    }

    async fn stop(&mut self) {
        self.0.stop().await;
    }
}
