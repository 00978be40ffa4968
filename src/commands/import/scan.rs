//! Finds the sessions below paths: the files, and which of them belong to one call.
//!
//! Files of one folder whose names begin with the same Zoom time stamp
//! (`GMT20260319-140455_Recording…`) are one session. With `--together`, all files of a folder are
//! one session. No other files are grouped by name.

use anyhow::Context;
use chrono::{DateTime, NaiveDateTime, Utc};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;
use walkdir::WalkDir;

/// The maximum depth of folders.
const DEPTH_MAX: usize = 32;

/// A file as it is on disk now.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(super) struct Found {
    pub(super) path: PathBuf,
    pub(super) size: u64,
    /// The last change, in nanoseconds since 1970.
    pub(super) changed: u64,
}

/// The files of a session.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Session {
    /// Sorted by path; not empty.
    pub(super) files: Vec<Found>,
    /// The title: with the folder's name if several sessions of an import would have the same
    /// title.
    pub(super) title: String,
}

impl Session {
    /// Creates a session of these files.
    pub(super) fn of(mut files: Vec<Found>) -> Self {
        files.sort();
        files.dedup();
        let title = title(&files);
        Self { files, title }
    }

    /// Returns its files as separate sessions; none if it has one file.
    pub(super) fn each(&self) -> Vec<Self> {
        match &self.files[..] {
            [_] => Vec::new(),
            files => files.iter().map(|file| Self::of(vec![file.clone()])).collect(),
        }
    }

    /// Returns when it was held, if Zoom's file name says so.
    pub(super) fn held_at(&self) -> Option<DateTime<Utc>> {
        let name = self.files[0].path.file_name()?.to_str()?;
        let stamp = zoom_stamp(name)?;
        let at = NaiveDateTime::parse_from_str(stamp, "GMT%Y%m%d-%H%M%S").ok()?;
        Some(at.and_utc())
    }

    /// Returns its name for the user: its first file, and the number of others.
    pub(super) fn label(&self) -> String {
        let first = self.files[0].path.display();
        match self.files.len() {
            1 => first.to_string(),
            n => format!("{first} and {} more", n - 1),
        }
    }
}

/// Returns `GMT20260319-140455` at the beginning of a name.
fn zoom_stamp(name: &str) -> Option<&str> {
    let stamp = name.get(..18)?;
    let (day, time) = stamp.strip_prefix("GMT")?.split_once('-')?;
    let digits = |text: &str, n| text.len() == n && text.bytes().all(|b| b.is_ascii_digit());
    (digits(day, 8) && digits(time, 6)).then_some(stamp)
}

/// Returns the sessions below these paths, sorted by name. An unreadable folder is reported to
/// `unreadable` and skipped; a given path that does not exist is an error.
pub(super) fn sessions(
    paths: &[PathBuf],
    together: bool,
    mut unreadable: impl FnMut(String),
) -> anyhow::Result<Vec<Session>> {
    let mut groups: BTreeMap<(PathBuf, String), Vec<Found>> = BTreeMap::new();
    for path in paths {
        let root = path.metadata().with_context(|| format!("cannot read {}", path.display()))?;
        let walk = WalkDir::new(path).max_depth(DEPTH_MAX).sort_by_file_name().into_iter();
        // Hidden files are not transcripts, unless named explicitly.
        let walk = walk.filter_entry(|entry| {
            entry.depth() == 0 || !entry.file_name().to_string_lossy().starts_with('.')
        });
        for entry in walk {
            let entry = match entry {
                Ok(entry) => entry,
                Err(error) => {
                    unreadable(error.to_string());
                    continue;
                }
            };
            let file = entry.file_type().is_file() || (entry.depth() == 0 && root.is_file());
            if !file {
                continue;
            }
            let metadata = match entry.path().metadata() {
                Ok(metadata) => metadata,
                Err(error) => {
                    unreadable(format!("{}: {error}", entry.path().display()));
                    continue;
                }
            };
            let changed =
                metadata.modified().ok().and_then(|at| at.duration_since(UNIX_EPOCH).ok());
            let found = Found {
                path: entry.path().to_owned(),
                size: metadata.len(),
                changed: changed.map_or(0, |at| at.as_nanos() as u64),
            };
            groups.entry(group(&found.path, together)).or_default().push(found);
        }
    }
    let mut sessions: Vec<Session> = groups.into_values().map(Session::of).collect();
    // "transcript.vtt" in a folder for each call is ambiguous.
    let mut called: HashMap<String, usize> = HashMap::new();
    for session in &sessions {
        *called.entry(session.title.clone()).or_default() += 1;
    }
    for session in sessions.iter_mut().filter(|session| called[&session.title] > 1) {
        let folder = session.files[0].path.parent().and_then(Path::file_name);
        if let Some(folder) = folder.filter(|_| session.files.len() == 1) {
            session.title = format!("{} · {}", folder.to_string_lossy(), session.title);
        }
    }
    Ok(sessions)
}

/// Returns the title of a session on its own: the file's name without suffix, or the folder's.
fn title(files: &[Found]) -> String {
    let path = &files[0].path;
    let name = match files.len() {
        1 => path.file_stem(),
        _ => path.parent().and_then(Path::file_name).or_else(|| path.file_stem()),
    };
    name.unwrap_or_default().to_string_lossy().into_owned()
}

/// Returns the grouping key of a file.
fn group(path: &Path, together: bool) -> (PathBuf, String) {
    let folder = path.parent().unwrap_or(Path::new("")).to_owned();
    let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let shared = match zoom_stamp(&name) {
        _ if together => String::new(),
        Some(stamp) => stamp.to_owned(),
        None => name,
    };
    (folder, shared)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tree(files: &[&str]) -> tempfile::TempDir {
        let directory = tempfile::tempdir().unwrap();
        for file in files {
            let path = directory.path().join(file);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, "Maya: hello").unwrap();
        }
        directory
    }

    fn names(sessions: &[Session]) -> Vec<Vec<String>> {
        let name = |found: &Found| found.path.file_name().unwrap().to_string_lossy().into_owned();
        sessions.iter().map(|session| session.files.iter().map(name).collect()).collect()
    }

    const TREE: &[&str] = &[
        "b/GMT20260319-140455_Recording.chat.txt",
        "b/GMT20260319-140455_Recording.transcript.vtt",
        "b/other.vtt",
        "a.vtt",
        ".hidden/c.vtt",
        ".d.vtt",
    ];

    #[test]
    fn zoom_files_of_one_call_are_one_session() {
        let directory = tree(TREE);
        let found = sessions(&[directory.path().into()], false, |_| panic!()).unwrap();
        assert_eq!(
            names(&found),
            [
                vec!["a.vtt"],
                vec![
                    "GMT20260319-140455_Recording.chat.txt",
                    "GMT20260319-140455_Recording.transcript.vtt"
                ],
                vec!["other.vtt"]
            ]
        );
        assert_eq!(found[1].held_at().unwrap().to_rfc3339(), "2026-03-19T14:04:55+00:00");
        assert_eq!(found[1].title, "b");
        assert_eq!((found[0].title.as_str(), found[0].held_at()), ("a", None));
    }

    #[test]
    fn folders_are_sessions_where_one_says_so() {
        let directory = tree(TREE);
        let found = sessions(&[directory.path().into()], true, |_| panic!()).unwrap();
        assert_eq!(found.iter().map(|session| session.files.len()).collect::<Vec<_>>(), [1, 3]);
    }

    #[test]
    fn files_of_one_name_are_called_by_their_folders() {
        let directory = tree(&["march/transcript.vtt", "april/transcript.vtt", "april/notes.txt"]);
        let found = sessions(&[directory.path().into()], false, |_| panic!()).unwrap();
        let titles: Vec<&str> = found.iter().map(|session| session.title.as_str()).collect();
        assert_eq!(titles, ["notes", "april · transcript", "march · transcript"]);
    }

    #[test]
    fn a_file_that_is_named_twice_is_taken_once() {
        let directory = tree(&["a.vtt"]);
        let paths = [directory.path().to_owned(), directory.path().join("a.vtt")];
        let found = sessions(&paths, false, |_| panic!()).unwrap();
        assert_eq!(names(&found), [["a.vtt"]]);
    }

    #[test]
    fn what_is_named_and_not_there_is_an_error() {
        let missing = [PathBuf::from("/nowhere/at/all")];
        assert!(sessions(&missing, false, |_| {}).is_err());
    }
}
