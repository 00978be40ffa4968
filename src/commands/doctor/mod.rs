//! `doctor`: what is wrong with the data of an installation, and what to do.
//!
//! Invariant: nothing is created, mended or locked; it can run beside everything else, and on data that
//! `debrief up` refuses. Sentences about what `up` refuses are the ones that `up` says.

mod content;
mod files;

use crate::config::Config;
use clap::Args;
use debrief_infra::database::{Database, sqlite_path};
use serde::Serialize;
use std::process::ExitCode;

#[derive(Debug, Args)]
pub(super) struct Doctor {
    /// As JSON
    #[arg(long)]
    json: bool,
}

/// How bad a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
enum State {
    /// As it should be.
    Ok,
    /// To be known; nothing is wrong.
    Notice,
    /// Wrong.
    Problem,
}

/// The answer of a check.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
struct Finding {
    check: &'static str,
    state: State,
    /// What was found.
    found: String,
    /// What to do about it.
    #[serde(skip_serializing_if = "Option::is_none")]
    cure: Option<String>,
}

impl Finding {
    fn ok(check: &'static str, found: impl Into<String>) -> Self {
        Self { check, state: State::Ok, found: found.into(), cure: None }
    }

    fn notice(check: &'static str, found: impl Into<String>, cure: impl Into<String>) -> Self {
        Self { check, state: State::Notice, found: found.into(), cure: Some(cure.into()) }
    }

    fn problem(check: &'static str, found: impl Into<String>, cure: impl Into<String>) -> Self {
        Self { check, state: State::Problem, found: found.into(), cure: Some(cure.into()) }
    }

    /// A failure whose text says what to do.
    fn failure(check: &'static str, error: impl std::fmt::Display) -> Self {
        Self { check, state: State::Problem, found: error.to_string(), cure: None }
    }
}

pub(super) async fn run(config: &Config, doctor: Doctor) -> anyhow::Result<ExitCode> {
    let findings = examine(config).await?;
    if doctor.json {
        println!("{}", serde_json::to_string_pretty(&findings)?);
    } else {
        for finding in &findings {
            println!("{}", line(finding));
        }
    }
    let worst = findings.iter().map(|finding| finding.state).max();
    Ok(if worst == Some(State::Problem) { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

fn line(finding: &Finding) -> String {
    let state = match finding.state {
        State::Ok => "ok",
        State::Notice => "notice",
        State::Problem => "PROBLEM",
    };
    let mut line = format!("{:<12} {state:<8} {}", finding.check, finding.found);
    if let Some(cure) = &finding.cure {
        line.push_str(&format!("\n{:21} → {cure}", ""));
    }
    line
}

async fn examine(config: &Config) -> anyhow::Result<Vec<Finding>> {
    let mut findings = files::permissions(config);
    findings.push(files::disk(&config.data_dir));
    let url = config.database_url.as_str();
    if let Some(log) = sqlite_path(url) {
        let of_files = files::databases(&log).await;
        let unusable = of_files.iter().any(|finding| finding.state == State::Problem);
        findings.extend(of_files);
        if !log.exists() || unusable {
            findings.push(files::key(config, None).await);
            findings.extend(files::vectors(config).await);
            return Ok(findings);
        }
    }
    let database = Database::inspect(url).await?;
    findings.push(files::key(config, Some(&database)).await);
    findings.extend(content::examine(config, &database).await);
    findings.extend(files::vectors(config).await);
    database.close().await;
    Ok(findings)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_says_what_was_found_and_what_to_do() {
        let finding = Finding::problem("disk", "3 MiB are free", "make space");
        assert_eq!(
            line(&finding),
            "disk         PROBLEM  3 MiB are free\n                      → make space"
        );
        assert_eq!(line(&Finding::ok("key", "it fits")), "key          ok       it fits");
        assert!(State::Problem > State::Notice && State::Notice > State::Ok);
    }
}
