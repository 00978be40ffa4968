//! The result of an import for the user: counts, and refused files by reason.

use super::journal::Outcome;
use std::collections::BTreeMap;

/// The maximum number of files named for each reason.
const NAMED: usize = 5;

/// Counts outcomes.
#[derive(Debug, Default)]
pub(super) struct Report {
    ready: u64,
    received: u64,
    known: u64,
    refused: BTreeMap<String, Vec<String>>,
}

impl Report {
    pub(super) fn count(&mut self, label: &str, outcome: &Outcome) {
        match outcome {
            Outcome::Ready { duplicate: true, .. } | Outcome::Received { duplicate: true, .. } => {
                self.known += 1;
            }
            Outcome::Ready { .. } => self.ready += 1,
            Outcome::Received { .. } => self.received += 1,
            Outcome::Refused { reason } => {
                self.refused.entry(reason.clone()).or_default().push(label.to_owned());
            }
        }
    }

    /// Returns the number of refused sessions.
    pub(super) fn refused(&self) -> usize {
        self.refused.values().map(Vec::len).sum()
    }

    pub(super) fn print(&self) {
        let mut parts = vec![format!("{} ready", self.ready)];
        if self.received > 0 {
            parts.push(format!("{} received", self.received));
        }
        if self.known > 0 {
            parts.push(format!("{} already there", self.known));
        }
        if self.refused() > 0 {
            parts.push(format!("{} refused", self.refused()));
        }
        println!("{}.", parts.join(", "));
        for (reason, labels) in &self.refused {
            println!("\n{} refused: {reason}", labels.len());
            for label in labels.iter().take(NAMED) {
                println!("  {label}");
            }
            if labels.len() > NAMED {
                println!("  … and {} more", labels.len() - NAMED);
            }
        }
    }
}

/// Formats the outcome of a session.
pub(super) fn line(label: &str, outcome: &Outcome) -> String {
    match outcome {
        Outcome::Ready { id, duplicate: true } | Outcome::Received { id, duplicate: true, .. } => {
            format!("{label}  already there as {id}")
        }
        Outcome::Ready { id, .. } => format!("{label}  ready as {id}"),
        Outcome::Received { id, .. } => format!("{label}  received as {id}"),
        Outcome::Refused { reason } => format!("{label}  refused: {reason}"),
    }
}
