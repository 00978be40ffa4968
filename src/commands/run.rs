//! `up`, `api`, `worker`, `relay`, `migrate`.

use crate::config::Config;
use crate::roles::Roles;
use crate::serve;
use crate::system::System;
use crate::telemetry;
use anyhow::Context;
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::PathBuf;

pub(super) const API: Roles = Roles { api: true, worker: false, relay: false };
pub(super) const WORKER: Roles = Roles { api: false, worker: true, relay: false };
pub(super) const RELAY: Roles = Roles { api: false, worker: false, relay: true };

/// Returns the file in which the first start stores the owner's key, for `debrief upload` on the
/// same machine.
pub(super) fn owner_key_file(config: &Config) -> PathBuf {
    config.data_dir.join("owner-api-key")
}

/// Opens a system and creates what is missing: directories, keys, schema, the first organization.
pub(super) async fn open_new(config: &Config) -> anyhow::Result<System> {
    let system = System::open(config, true).await?;
    system.check().await?;
    if let Some(path) = &system.master_key_made {
        println!("Created the master key {}.", path.display());
        println!("  It decrypts all texts. Back it up apart from the data:");
        println!("  without it the texts are lost and cannot be recovered.");
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
            .with_context(|| format!("cannot write {}", path.display()))?;
        println!("Created the organization \"{}\".", config.organization_name);
        println!("  Owner's API key (shown only once, and stored in {}):", path.display());
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
        println!("Debrief is running at {url}   (API: {url}/docs)");
    }
    running.until_signal().await
}

pub(super) async fn role(config: &Config, roles: Roles) -> anyhow::Result<()> {
    let metrics = telemetry::metrics()?;
    let system = System::open(config, false).await?;
    system.check().await?;
    let running = serve::start(config, system, roles, metrics).await?;
    match running.address {
        Some(address) => println!("Debrief is running at {}", config.public_url(address)),
        None => println!("Debrief is running."),
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
