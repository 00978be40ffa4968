//! Dispatches events as jobs. It knows the workers from their descriptors, and needs nothing that
//! they work with.

use super::{Process, Service, Side, Tasks};
use crate::roles::Roles;
use async_trait::async_trait;
use debrief_infra::queue::Relay;

#[derive(Default)]
pub(super) struct Relaying(Tasks);

#[async_trait]
impl Service for Relaying {
    fn name(&self) -> &'static str {
        "relay"
    }

    fn is_part_of(&self, roles: Roles) -> bool {
        roles.relay
    }

    fn side(&self) -> Side {
        Side::Back
    }

    async fn start(&mut self, process: &mut Process) -> anyhow::Result<()> {
        let relay = Relay::new(
            process.system.log.clone(),
            process.system.ledger.clone(),
            process.system.queue(&process.config).await?,
            debrief_workers::ALL.iter().map(|worker| worker.subscription()).collect(),
            process.config.worker_lease.get(),
        );
        self.0.spawn(|stop| relay.run(stop));
        Ok(())
    }

    async fn stop(&mut self) {
        self.0.stop().await;
    }
}
