//! The subcommands, a file for each.

mod client;
mod config_check;
mod dead_letters;
mod demo;
mod doctor;
mod events;
mod import;
mod organizations;
mod projections;
pub(crate) mod reader;
mod run;
mod search;
mod summaries;
mod upload;
mod voice;

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
  debrief demo                         try it on four sample sessions
  debrief up                           run everything on this machine
  debrief upload talk.vtt other.srt    upload transcripts, with progress
  debrief upload ~/calls               upload a folder; run again, it resumes after a stop
  debrief upload --watch ~/calls       also upload files that are added later
  debrief search what did Maya decide  search sessions in plain words
  debrief summarize ID                 show the summary of a session
  debrief refine ID drop the last one  change it by talking; --undo takes it back
  debrief events tail --follow         print events as they happen
  debrief doctor                       say what is wrong with the data, and what to do
  debrief config check                 show each setting and where it was set";

/// Settings with a flag of their own. For all others: `--set`, the environment, or a file.
#[derive(Debug, Args)]
pub(crate) struct Settings {
    /// Configuration file [default: ./debrief.toml, if it exists]
    #[arg(long, global = true, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Directory for all data on this machine
    #[arg(long, global = true, value_name = "DIR")]
    data_dir: Option<PathBuf>,
    /// Address to serve HTTP on
    #[arg(long, global = true, value_name = "ADDR")]
    listen: Option<String>,
    /// Any other setting, such as --set worker_concurrency=8
    #[arg(long = "set", global = true, value_name = "KEY=VALUE", value_parser = key_value)]
    set: Vec<(String, String)>,
}

/// Flags of processes that run jobs.
#[derive(Debug, Args)]
struct Work {
    #[arg(long, value_name = "KINDS", help = help_on_workers())]
    workers: Option<String>,
}

fn help_on_workers() -> String {
    let names = config::names_of_workers();
    format!("Run only these kinds of workers, separated by commas [default: all of {names}]")
}

fn key_value(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((key, value)) => Ok((key.trim().to_owned(), value.to_owned())),
        None => Err("expected KEY=VALUE".to_owned()),
    }
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Run everything in one process, on embedded stores by default
    Up(Work),
    /// Serve HTTP and WebSockets
    Api,
    /// Run jobs, and keep the read models up to date
    Worker(Work),
    /// Dispatch events as jobs (one at a time is active; others stand by)
    Relay,
    /// Migrate the database to the newest schema, and create the first organization
    Migrate,
    /// Upload four sample sessions to a new directory, and print the summaries
    Demo(demo::Demo),
    /// Upload transcripts: single files with progress, or whole folders, resumed after a stop
    Upload(upload::Upload),
    /// Search sessions in plain words
    Search(search::Search),
    /// Show the summary of a session, or have it written again
    Summarize(summaries::Summarize),
    /// Refine a summary by talking; undo, redo, compare and approve its versions
    Refine(summaries::Refine),
    /// Show and train the coach's writing voice, and change what it learned
    Voice(voice::Voice),
    /// List, rebuild or verify the read models
    #[command(subcommand)]
    Projections(projections::Projections),
    /// Inspect the event log
    #[command(subcommand)]
    Events(events::Events),
    /// List, inspect, retry or discard jobs that failed for good
    #[command(subcommand)]
    DeadLetters(dead_letters::DeadLetters),
    /// Create or list organizations
    #[command(subcommand)]
    Organizations(organizations::Organizations),
    /// Say what is wrong with the data of this installation, and what to do
    Doctor(doctor::Doctor),
    /// Check or print the configuration
    #[command(subcommand)]
    Config(config_check::ConfigCommand),
    /// Do heavy work for the process that started this one
    #[command(hide = true)]
    Reader(reader::Reader),
}

impl Cli {
    /// Returns the child of a worker, if this process is one.
    pub(crate) fn reader(&self) -> Option<&reader::Reader> {
        match &self.command {
            Command::Reader(reader) => Some(reader),
            _ => None,
        }
    }

    /// Returns whether the command runs until it is stopped.
    pub(crate) fn serves(&self) -> bool {
        matches!(
            self.command,
            Command::Up(_) | Command::Api | Command::Worker(_) | Command::Relay | Command::Demo(_)
        )
    }
}

impl Settings {
    /// Loads the settings; `preset` are flags that apply unless the user sets them.
    fn load(&self, preset: &[(&'static str, &str)]) -> Result<Config, config::ConfigError> {
        let env = config::environment();
        let file = config::file_to_read(self.config.as_deref(), &env, Path::new("."));
        // Leaked, because keys are known by name for the life of the process.
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
pub(crate) async fn run(mut cli: Cli) -> anyhow::Result<ExitCode> {
    if let Command::Config(command) = &cli.command {
        return Ok(config_check::run(command, cli.settings.load(&[])));
    }
    let preset: &[_] = match &cli.command {
        Command::Demo(demo) => demo.preset(),
        _ => &[],
    };
    if let Command::Up(work) | Command::Worker(work) = &mut cli.command
        && let Some(kinds) = work.workers.take()
    {
        cli.settings.set.push(("workers".to_owned(), kinds));
    }
    let mut config = cli.settings.load(preset)?;
    let answers = !cli.serves() || matches!(cli.command, Command::Demo(_));
    if answers && config.log_filter == "info" {
        // Output goes to standard output; the log is for errors.
        config.log_filter = "warn".to_owned();
    }
    telemetry::logs(&config)?;
    match cli.command {
        Command::Up(_) => run::up(&config).await?,
        Command::Api => run::role(&config, run::API).await?,
        Command::Worker(_) => run::role(&config, run::WORKER).await?,
        Command::Relay => run::role(&config, run::RELAY).await?,
        Command::Migrate => run::migrate(&config).await?,
        Command::Demo(demo) => demo::run(&config, demo).await?,
        Command::Upload(upload) => return upload::run(&config, upload).await,
        Command::Search(search) => return search::run(&config, search).await,
        Command::Summarize(wanted) => return summaries::run_summarize(&config, wanted).await,
        Command::Voice(wanted) => return voice::run(&config, wanted).await,
        Command::Refine(wanted) => return summaries::run_refine(&config, wanted).await,
        Command::Projections(command) => return projections::run(&config, command).await,
        Command::Events(command) => events::run(&config, command).await?,
        Command::DeadLetters(command) => return dead_letters::run(&config, command).await,
        Command::Organizations(command) => organizations::run(&config, command).await?,
        Command::Doctor(doctor) => return doctor::run(&config, doctor).await,
        Command::Config(_) => unreachable!("answered above"),
        Command::Reader(_) => unreachable!("it has no settings"),
    }
    Ok(ExitCode::SUCCESS)
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn no_flag_is_given_twice() {
        Cli::command().debug_assert();
    }
}
