//! `organizations create|list`.

use crate::config::{Config, display_name};
use crate::system::System;
use clap::Subcommand;
use debrief_api::generate_key;
use debrief_projections::directory;

#[derive(Debug, Subcommand)]
pub(super) enum Organizations {
    /// Create an organization; prints its owner's API key once
    Create {
        /// Name of the organization
        #[arg(value_parser = display_name)]
        name: String,
    },
    /// List the organizations
    List,
}

pub(super) async fn run(config: &Config, command: Organizations) -> anyhow::Result<()> {
    let system = System::open(config, false).await?;
    system.check().await?;
    match command {
        Organizations::Create { name } => {
            let secret = generate_key().secret;
            let id = system.create_organization(&name, &secret).await?;
            println!("Created the organization \"{name}\" ({id}).");
            println!("Owner's API key (shown only once):");
            println!("{secret}");
        }
        Organizations::List => {
            let views = system.directory().await?;
            for (id, name) in directory::organizations(&views).await? {
                println!("{id}  {name}");
            }
        }
    }
    system.database.close().await;
    Ok(())
}
