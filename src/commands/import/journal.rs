//! The journal of an import, so that a stopped import resumes where it was.
//!
//! JSON lines in a file below the data directory, one file for each server and set of paths; the
//! last line of a session counts. A line truncated by a crash is skipped: uploading a file again is
//! harmless, because the server recognises it.

use super::scan::{Found, Session};
use anyhow::Context;
use debrief_domain::ids::TranscriptId;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::collections::HashMap;
use std::io::Write;
use std::path::{Path, PathBuf};

/// The outcome of a session.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "outcome", rename_all = "snake_case")]
pub(super) enum Outcome {
    /// Stored on the server; its summary was not seen yet.
    Received {
        /// The transcript's id.
        id: TranscriptId,
        /// The log position to read from.
        position: i64,
        /// Whether it existed before.
        duplicate: bool,
    },
    /// Parsed and summarized.
    Ready {
        /// The transcript's id.
        id: TranscriptId,
        /// Whether it existed before.
        duplicate: bool,
    },
    /// The server refuses it as it is.
    Refused {
        /// The reason.
        reason: String,
    },
}

#[derive(Serialize, Deserialize)]
struct Line {
    files: Vec<Found>,
    #[serde(flatten)]
    outcome: Outcome,
}

/// See the module.
pub(super) struct Journal {
    path: PathBuf,
    file: std::fs::File,
    done: HashMap<Vec<PathBuf>, (Vec<Found>, Outcome)>,
}

impl Journal {
    /// Opens the journal of importing `paths` to the server at `url`.
    pub(super) fn open(directory: &Path, url: &str, paths: &[PathBuf]) -> anyhow::Result<Self> {
        let mut name = Sha256::new();
        name.update(url.as_bytes());
        for path in paths {
            let absolute = std::fs::canonicalize(path).unwrap_or_else(|_| path.clone());
            name.update([0]);
            name.update(absolute.as_os_str().as_encoded_bytes());
        }
        std::fs::create_dir_all(directory)
            .with_context(|| format!("cannot create {}", directory.display()))?;
        let name = &hex::encode(name.finalize())[..16];
        let path = directory.join(format!("{name}.jsonl"));
        let mut done = HashMap::new();
        let text = match std::fs::read(&path) {
            Ok(bytes) => String::from_utf8_lossy(&bytes).into_owned(),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => String::new(),
            Err(error) => {
                return Err(error).with_context(|| format!("cannot read {}", path.display()));
            }
        };
        for line in text.lines() {
            if let Ok(Line { files, outcome }) = serde_json::from_str(line) {
                done.insert(paths_of(&files), (files, outcome));
            }
        }
        let mut file = std::fs::OpenOptions::new()
            .create(true)
            .append(true)
            .open(&path)
            .with_context(|| format!("cannot write {}", path.display()))?;
        if !text.is_empty() && !text.ends_with('\n') {
            writeln!(file)?;
        }
        Ok(Self { path, file, done })
    }

    /// Returns its path.
    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Returns the outcome of this session, if none of its files has changed since.
    pub(super) fn outcome(&self, session: &Session) -> Option<&Outcome> {
        let (files, outcome) = self.done.get(&paths_of(&session.files))?;
        (*files == session.files).then_some(outcome)
    }

    /// Records the outcome of a session.
    pub(super) fn record(&mut self, session: &Session, outcome: Outcome) -> anyhow::Result<()> {
        let line = Line { files: session.files.clone(), outcome };
        let mut text = serde_json::to_string(&line)?;
        text.push('\n');
        self.file
            .write_all(text.as_bytes())
            .with_context(|| format!("cannot write {}", self.path.display()))?;
        self.done.insert(paths_of(&line.files), (line.files, line.outcome));
        Ok(())
    }
}

fn paths_of(files: &[Found]) -> Vec<PathBuf> {
    files.iter().map(|found| found.path.clone()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn session(name: &str, changed: u64) -> Session {
        Session::of(vec![Found { path: name.into(), size: 3, changed }])
    }

    #[test]
    fn an_import_goes_on_where_it_was_and_sees_what_changed() {
        let directory = tempfile::tempdir().unwrap();
        let open = || Journal::open(directory.path(), "http://here", &["a".into()]).unwrap();
        let ready = Outcome::Ready { id: TranscriptId::default(), duplicate: false };
        let mut journal = open();
        let received =
            Outcome::Received { id: TranscriptId::default(), position: 4, duplicate: false };
        journal.record(&session("a", 1), received).unwrap();
        journal.record(&session("a", 1), ready.clone()).unwrap();
        let mut journal = open();
        assert_eq!(journal.outcome(&session("a", 1)), Some(&ready));
        assert_eq!(journal.outcome(&session("a", 2)), None);
        assert_eq!(journal.outcome(&session("b", 1)), None);
        // A truncated line only loses itself.
        journal.file.write_all(b"{\"files\": [{\"pa").unwrap();
        let mut journal = open();
        journal.record(&session("b", 1), ready.clone()).unwrap();
        assert_eq!(open().outcome(&session("b", 1)), Some(&ready));
        let other = Journal::open(directory.path(), "http://there", &["a".into()]).unwrap();
        assert_eq!(other.outcome(&session("a", 1)), None);
    }
}
