//! The keys at the beginning of a JSON file and their paths.

use std::collections::HashSet;

use super::json_walk::{Frame, is_lines, walk};

const MAX_PATHS: usize = 500;
const MAX_DEPTH: usize = 9;
const MAX_KEY: usize = 48;
/// In paths, stands for a key that is an identifier among many.
const ANY: &str = "*";

/// Paths of all keys at the beginning of a file.
#[derive(Debug, Default)]
pub(crate) struct Shape {
    paths: HashSet<String>,
    top: Vec<String>,
    /// Whether the whole file is an array.
    array: bool,
}

impl Shape {
    /// Examines the beginning of a file, which may be cut anywhere. Returns `None` if it is not
    /// JSON with keys.
    pub(crate) fn of(text: &str) -> Option<Self> {
        let start = text.trim_start();
        if !start.starts_with(['{', '[']) {
            return None;
        }
        let array = start.starts_with('[') || is_lines(text);
        let mut shape = Self { array, ..Self::default() };
        let mut path = String::new();
        walk(
            text,
            &mut |frames: &[Frame]| {
                if frames.len() > MAX_DEPTH || shape.paths.len() >= MAX_PATHS {
                    return;
                }
                path.clear();
                for frame in frames {
                    let key = frame.key(text);
                    if !frame.object {
                        path.push_str("[]");
                    } else {
                        if !path.is_empty() {
                            path.push('.');
                        }
                        // A URL as a key identifies its value.
                        let named = key.len() <= MAX_KEY && !key.contains("://");
                        path.push_str(if named { key } else { ANY });
                    }
                }
                if !shape.paths.contains(&path) {
                    let depth = if array { 2 } else { 1 };
                    if let [.., last] = frames
                        && frames.len() == depth
                    {
                        shape.top.push(last.key(text).to_owned());
                    }
                    shape.paths.insert(path.clone());
                }
            },
            &mut |_, _, _| true,
        );
        (!shape.paths.is_empty()).then_some(shape)
    }

    /// Returns whether there is a key at this path, written as `segments[].text` or `[].text`.
    pub(crate) fn has(&self, path: &str) -> bool {
        match path.strip_prefix("[].") {
            Some(key) if self.array => self.paths.contains(&format!("[].{key}")),
            _ => self.paths.contains(path),
        }
    }

    /// Returns the paths of all lists of objects, such as `data.segments[]`.
    pub(crate) fn lists(&self) -> HashSet<&str> {
        let paths = self.paths.iter();
        paths.flat_map(|path| path.match_indices("[]").map(|(at, _)| &path[..at + 2])).collect()
    }

    /// Returns whether all of these paths exist.
    pub(crate) fn all(&self, paths: &[&str]) -> bool {
        paths.iter().all(|path| self.has(path))
    }

    /// Returns whether one of these paths exists.
    pub(crate) fn any(&self, paths: &[&str]) -> bool {
        paths.iter().any(|path| self.has(path))
    }

    /// Returns whether there are no other top-level keys.
    pub(crate) fn only(&self, keys: &[&str]) -> bool {
        !self.array && self.top.iter().all(|key| keys.contains(&key.as_str()))
    }

    /// Returns whether this is a list of who spoke when, without any text.
    pub(crate) fn is_diarization(&self) -> bool {
        ["[]", "segments[]", "diarization[]", "speakers[]", "output.diarization[]"].iter().any(
            |at| {
                let has = |key: &str| self.has(&format!("{at}.{key}"));
                has("speaker")
                    && has("start")
                    && (has("end") || has("stop") || has("duration"))
                    && !["text", "words", "word", "transcript"].iter().any(|key| has(key))
            },
        )
    }

    /// Returns the top-level keys that look like identifiers, to be named to the user. Others may
    /// be somebody's words.
    pub(crate) fn names(&self) -> Vec<String> {
        let plain = |key: &&String| {
            key.len() <= 32
                && !key.is_empty()
                && key.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-'))
        };
        self.top.iter().filter(plain).take(12).cloned().collect()
    }
}
