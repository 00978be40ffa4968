//! `up`, `api`, `worker`, `relay`, `migrate`.

use crate::config::Config;
use crate::serve::{self, Roles};
use crate::system::System;
use crate::telemetry;
use anyhow::Context;
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::PathBuf;

pub(super) const API: Roles = Roles { api: true, worker: false, relay: false };
pub(super) const WORKER: Roles = Roles { api: false, worker: true, relay: false };
pub(super) const RELAY: Roles = Roles { api: false, worker: false, relay: true };

/// Where the first start leaves the owner's key, for `debrief upload` on the same machine.
pub(super) fn owner_key_file(config: &Config) -> PathBuf {
    config.data_dir.join("owner-api-key")
}

/// Opens a system that may be new: directories, keys, schema, the first organization.
pub(super) async fn open_new(config: &Config) -> anyhow::Result<System> {
    let system = System::open(config, true).await?;
    system.check().await?;
    if let Some(path) = &system.master_key_made {
        println!("Made the master key {}.", path.display());
        println!("  It opens everything people said. Back it up apart from the data:");
        println!("  whoever loses it loses the texts, and nobody can bring them back.");
    }
    if let Some(secret) = system.ensure_owner(config).await? {
        let path = owner_key_file(config);
        std::fs::OpenOptions::new()
            .write(true)
            .create(true)
            .truncate(true)
            .mode(0o600)
            .open(&path)
            .and_then(|mut file| writeln!(file, "{secret}"))
            .with_context(|| format!("{} cannot be written", path.display()))?;
        println!("Made the organization \"{}\".", config.organization_name);
        println!("  Owner's API key (shown this once, and kept in {}):", path.display());
        println!("  {secret}");
    }
    Ok(system)
}

pub(super) async fn up(config: &Config) -> anyhow::Result<()> {
    let metrics = telemetry::metrics()?;
    let system = open_new(config).await?;
    let running = serve::start(config, system, Roles::ALL, metrics).await?;
    if let Some(address) = running.address {
        let url = config.public_url(address);
        println!("Debrief is at {url}   (browse the API: {url}/docs)");
    }
    running.until_signal().await
}

pub(super) async fn role(config: &Config, roles: Roles) -> anyhow::Result<()> {
    let metrics = telemetry::metrics()?;
    let system = System::open(config, false).await?;
    system.check().await?;
    let running = serve::start(config, system, roles, metrics).await?;
    match running.address {
        Some(address) => println!("Debrief is at {}", config.public_url(address)),
        None => println!("Debrief is working."),
    }
    running.until_signal().await
}

pub(super) async fn migrate(config: &Config) -> anyhow::Result<()> {
    let system = open_new(config).await?;
    for runner in system.runners() {
        runner.prepare().await?;
    }
    println!("The database is up to date.");
    system.database.close().await;
    Ok(())
}
