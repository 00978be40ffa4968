//! Runs roles in one process until it is told to stop.
//!
//! Invariant: shutdown never cuts off something that others wait for. First, no more requests and
//! jobs are accepted (the services at the [front](Side::Front)). When those services have ended, or
//! the grace is over, projections, relay and everything else at the [back](Side::Back) stop. The
//! database is closed last. A second signal ends the process at once, which is safe too.

use crate::config::Config;
use crate::roles::Roles;
use crate::services::{self, Process, Service, Side};
use crate::system::System;
use futures::future::join_all;
use metrics_exporter_prometheus::PrometheusHandle;
use std::net::SocketAddr;
use std::time::Duration;

/// Maximum time that the back may take to stop.
const BACK: Duration = Duration::from_secs(5);
/// Maximum time that the database may take to close.
const CLOSE: Duration = Duration::from_secs(2);

/// A running process.
pub(crate) struct Running {
    /// The address at which HTTP is served, if it is.
    pub(crate) address: Option<SocketAddr>,
    services: Vec<Box<dyn Service>>,
    grace: Duration,
    system: System,
}

/// Starts the services of the roles. Requests are answered once this returns.
pub(crate) async fn start(
    config: &Config,
    system: System,
    roles: Roles,
    metrics: PrometheusHandle,
) -> anyhow::Result<Running> {
    let listener = match roles.api {
        true => Some(services::listen(config.listen).await?),
        false => None,
    };
    let address = listener.as_ref().map(|listener| listener.local_addr()).transpose()?;
    let mut process = Process::new(config.clone(), roles, system, metrics, listener);
    let mut services = services::all();
    services.retain(|service| service.is_part_of(roles));
    for service in &mut services {
        service.start(&mut process).await?;
        tracing::debug!(service = service.name(), "started");
    }
    let grace = config.shutdown_grace.get();
    Ok(Running { address, services, grace, system: process.system })
}

impl Running {
    /// Waits for SIGTERM or SIGINT, then stops.
    pub(crate) async fn until_signal(self) -> anyhow::Result<()> {
        signal().await?;
        tracing::info!("stopping; a second signal stops at once");
        tokio::select! {
            () = self.stop() => {
                tracing::info!("stopped");
                Ok(())
            }
            second = signal() => {
                second?;
                tracing::warn!("stopped at once; unfinished jobs are repeated later");
                Ok(())
            }
        }
    }

    /// Stops the services, front to back.
    pub(crate) async fn stop(mut self) {
        // Workers hand their jobs back after the grace, which takes a little longer.
        let patience = self.grace + Duration::from_secs(3);
        stop_side(&mut self.services, Side::Front, patience).await;
        stop_side(&mut self.services, Side::Back, BACK).await;
        let _ = tokio::time::timeout(CLOSE, self.system.database.close()).await;
    }
}

/// Stops all services of a side concurrently; cuts off those that take too long.
async fn stop_side(services: &mut [Box<dyn Service>], side: Side, patience: Duration) {
    let of_side = services.iter_mut().filter(|service| service.side() == side);
    join_all(of_side.map(|service| async move {
        let name = service.name();
        if tokio::time::timeout(patience, service.stop()).await.is_err() {
            tracing::warn!(service = name, "the service takes too long to stop; cutting it off");
        }
    }))
    .await;
}

async fn signal() -> anyhow::Result<()> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut terminate = signal(SignalKind::terminate())?;
    tokio::select! {
        _ = terminate.recv() => {}
        interrupted = tokio::signal::ctrl_c() => interrupted?,
    }
    Ok(())
}
