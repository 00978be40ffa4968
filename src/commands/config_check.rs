//! `config check`, `config defaults`.

use crate::config::{Config, ConfigError, DEFAULTS};
use clap::Subcommand;
use std::process::ExitCode;

#[derive(Debug, Subcommand)]
pub(super) enum ConfigCommand {
    /// Check the configuration; print each setting and where it was set
    Check,
    /// Print the default configuration file, which explains every setting
    Defaults,
}

pub(super) fn run(command: &ConfigCommand, loaded: Result<Config, ConfigError>) -> ExitCode {
    if let ConfigCommand::Defaults = command {
        print!("{DEFAULTS}");
        return ExitCode::SUCCESS;
    }
    match loaded {
        Ok(config) => {
            for (key, value, source) in config.describe() {
                println!("{key:<28} {value:<40} {source}");
            }
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}
