//! The subcommands, a file for each.

mod client;
mod config_check;
mod dead_letters;
mod demo;
mod events;
mod import;
mod organizations;
mod projections;
pub(crate) mod reader;
mod run;
mod search;
mod upload;

use crate::config::{self, Config};
use crate::telemetry;
use clap::{Args, Parser, Subcommand};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// Coaching conversations as memory that can be searched, refined and sent.
#[derive(Debug, Parser)]
#[command(name = "debrief", version, propagate_version = true, after_help = EXAMPLES)]
pub(crate) struct Cli {
    #[command(flatten)]
    settings: Settings,
    #[command(subcommand)]
    command: Command,
}

const EXAMPLES: &str = "Examples:
  debrief demo                         see it work on four sample sessions
  debrief up                           run everything on this machine
  debrief upload talk.vtt other.srt    bring transcripts in, with progress
  debrief upload ~/calls               bring a folder in; the same again goes on where it stopped
  debrief upload --watch ~/calls       and take in what comes later
  debrief search what did Maya decide  ask, and read the moments that answer
  debrief events tail --follow         watch what happens
  debrief config check                 see what is set, and where";

/// Settings that are given with the command. All others: `--set`, the environment, or a file.
#[derive(Debug, Args)]
pub(crate) struct Settings {
    /// File with settings; ./debrief.toml is read if it is there
    #[arg(long, global = true, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Where everything is kept that is not kept elsewhere
    #[arg(long, global = true, value_name = "DIR")]
    data_dir: Option<PathBuf>,
    /// Address to serve HTTP on
    #[arg(long, global = true, value_name = "ADDR")]
    listen: Option<String>,
    /// Any other setting, such as --set worker_concurrency=8
    #[arg(long = "set", global = true, value_name = "KEY=VALUE", value_parser = key_value)]
    set: Vec<(String, String)>,
}

fn key_value(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((key, value)) => Ok((key.trim().to_owned(), value.to_owned())),
        None => Err("write it as KEY=VALUE".to_owned()),
    }
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Run everything in one process, on embedded stores unless others are set
    Up,
    /// Serve HTTP and WebSockets
    Api,
    /// Do the work, and keep the read models up
    Worker,
    /// Turn events into work (one at a time is active; others stand by)
    Relay,
    /// Bring the database to the newest schema, and make the first organization
    Migrate,
    /// Start from nothing, take four sample sessions in, show what came out
    Demo(demo::Demo),
    /// Upload transcripts: files with progress, or whole folders, resumed after a stop
    Upload(upload::Upload),
    /// Ask in plain words, and read the moments that answer
    Search(search::Search),
    /// List, rebuild or verify the read models
    #[command(subcommand)]
    Projections(projections::Projections),
    /// Look at the event log
    #[command(subcommand)]
    Events(events::Events),
    /// List, show, retry or discard work that failed for good
    #[command(subcommand)]
    DeadLetters(dead_letters::DeadLetters),
    /// Make or list organizations
    #[command(subcommand)]
    Organizations(organizations::Organizations),
    /// Look at the settings
    #[command(subcommand)]
    Config(config_check::ConfigCommand),
    /// Do heavy work for the process that started this one
    #[command(hide = true)]
    Reader(reader::Reader),
}

impl Cli {
    /// The child of a worker, if this process is one.
    pub(crate) fn reader(&self) -> Option<&reader::Reader> {
        match &self.command {
            Command::Reader(reader) => Some(reader),
            _ => None,
        }
    }

    /// Whether the command runs until it is told to stop.
    pub(crate) fn serves(&self) -> bool {
        matches!(
            self.command,
            Command::Up | Command::Api | Command::Worker | Command::Relay | Command::Demo(_)
        )
    }
}

impl Settings {
    /// Loads the settings; `preset` are flags that count where the user gave none of this name.
    fn load(&self, preset: &[(&'static str, &str)]) -> Result<Config, config::ConfigError> {
        let env = config::environment();
        let file = config::file_to_read(self.config.as_deref(), &env, Path::new("."));
        // Leaked, as keys are known by name for the life of the process.
        let mut flags: Vec<(&'static str, String)> = self
            .set
            .iter()
            .map(|(key, value)| (&*Box::leak(key.clone().into_boxed_str()), value.clone()))
            .collect();
        if let Some(path) = &self.data_dir {
            flags.push(("data_dir", path.display().to_string()));
        }
        if let Some(address) = &self.listen {
            flags.push(("listen", address.clone()));
        }
        for (key, value) in preset {
            let variable = format!("DEBRIEF_{}", key.to_uppercase());
            let given = flags.iter().any(|(flag, _)| flag == key)
                || env.iter().any(|(name, _)| *name == variable);
            if !given {
                flags.push((key, (*value).to_owned()));
            }
        }
        Config::load(file.as_deref(), env.into_iter(), flags)
    }
}

/// Runs the command.
pub(crate) async fn run(cli: Cli) -> anyhow::Result<ExitCode> {
    if let Command::Config(command) = &cli.command {
        return Ok(config_check::run(command, cli.settings.load(&[])));
    }
    let preset: &[_] = match &cli.command {
        Command::Demo(demo) => demo.preset(),
        _ => &[],
    };
    let mut config = cli.settings.load(preset)?;
    let answers = !cli.serves() || matches!(cli.command, Command::Demo(_));
    if answers && config.log_filter == "info" {
        // A command answers on standard output; its log is for what goes wrong.
        config.log_filter = "warn".to_owned();
    }
    telemetry::logs(&config)?;
    match cli.command {
        Command::Up => run::up(&config).await?,
        Command::Api => run::role(&config, run::API).await?,
        Command::Worker => run::role(&config, run::WORKER).await?,
        Command::Relay => run::role(&config, run::RELAY).await?,
        Command::Migrate => run::migrate(&config).await?,
        Command::Demo(demo) => demo::run(&config, demo).await?,
        Command::Upload(upload) => return upload::run(&config, upload).await,
        Command::Search(search) => return search::run(&config, search).await,
        Command::Projections(command) => return projections::run(&config, command).await,
        Command::Events(command) => events::run(&config, command).await?,
        Command::DeadLetters(command) => return dead_letters::run(&config, command).await,
        Command::Organizations(command) => organizations::run(&config, command).await?,
        Command::Config(_) => unreachable!("answered above"),
        Command::Reader(_) => unreachable!("it has no settings"),
    }
    Ok(ExitCode::SUCCESS)
}
