//! Serves HTTP and WebSockets.

use super::{Process, Service, Side, Tasks};
use crate::config::{Config, Secret, Size};
use crate::roles::Roles;
use anyhow::Context;
use async_trait::async_trait;
use debrief_api::{ApiState, Limits, Parts};
use debrief_infra::language::{self, LanguageModel};
use std::net::SocketAddr;
use std::sync::Arc;
use tokio::net::TcpListener;

/// Binds the address. Done before anything else, to fail early if it is in use.
pub(crate) async fn listen(address: SocketAddr) -> anyhow::Result<TcpListener> {
    TcpListener::bind(address).await.with_context(|| {
        format!("cannot listen on {address}; another program may use it (set --listen)")
    })
}

#[derive(Default)]
pub(super) struct Http(Tasks);

#[async_trait]
impl Service for Http {
    fn name(&self) -> &'static str {
        "http"
    }

    fn is_part_of(&self, roles: Roles) -> bool {
        roles.api
    }

    fn side(&self) -> Side {
        Side::Front
    }

    /// Requests are served once this returns.
    async fn start(&mut self, process: &mut Process) -> anyhow::Result<()> {
        let listener = process.listener.take().context("nothing listens")?;
        let Process { config, system, .. } = &*process;
        // Opened so that /readyz checks it in a process without workers too.
        system.queue(config).await?;
        let state = ApiState::new(Parts {
            log: system.log.clone(),
            views: process.views.clone(),
            documents: system.documents(config).await?,
            ledger: system.ledger.clone(),
            search: process.search.clone().context("there is no search index")?,
            dense: system.semantic_search(config).await?,
            language_model: language_model(config)?,
            health: system.health.clone(),
            metrics: process.metrics.clone(),
            limits: limits(config),
            stop: self.0.token(),
        });
        let router = debrief_api::router(state);
        self.0.spawn(|stop| async move {
            let served = axum::serve(listener, router)
                .with_graceful_shutdown(async move { stop.cancelled().await })
                .await;
            if let Err(error) = served {
                tracing::error!(%error, "the HTTP server ended");
            }
        });
        Ok(())
    }

    async fn stop(&mut self) {
        self.0.stop().await;
    }
}

fn language_model(config: &Config) -> anyhow::Result<Option<Arc<dyn LanguageModel>>> {
    let key = config.language_model_key.as_ref().map(Secret::reveal);
    language::from_url(config.language_model_url.as_str(), key).context("language_model_url")
}

fn limits(config: &Config) -> Limits {
    let bytes = |size: Size| usize::try_from(size.get()).unwrap_or(usize::MAX);
    Limits {
        upload_max_bytes: config.upload_max_bytes.get(),
        upload_idle_timeout: config.upload_idle_timeout.get(),
        upload_timeout: config.upload_timeout.get(),
        request_max_bytes: bytes(config.request_max_bytes),
        request_timeout: config.request_timeout.get(),
        min_position_timeout: config.min_position_timeout.get(),
        websocket_max_connections: config.websocket_max_connections,
        websocket_max_subscriptions: config.websocket_max_subscriptions,
        websocket_queue_bytes: bytes(config.websocket_queue_bytes),
    }
}
