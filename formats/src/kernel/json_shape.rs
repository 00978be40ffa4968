//! What keys the beginning of a JSON file has, and where.

use std::collections::HashSet;

use super::json_walk::{Frame, is_lines, walk};

const MAX_PATHS: usize = 500;
const MAX_DEPTH: usize = 9;
const MAX_KEY: usize = 48;
/// Stands for a key that names one thing of many, in paths.
const ANY: &str = "*";

/// The paths of all keys in the beginning of a file.
#[derive(Debug, Default)]
pub(crate) struct Shape {
    paths: HashSet<String>,
    top: Vec<String>,
    /// Whether the whole file is an array.
    array: bool,
}

impl Shape {
    /// Looks at the beginning of a file, which may break off anywhere. `None` where it is not
    /// JSON that holds keys.
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
                        // An address is a name of its own for what it holds.
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

    /// Whether a key stands at this path, written as `segments[].text`, or `[].text`.
    pub(crate) fn has(&self, path: &str) -> bool {
        match path.strip_prefix("[].") {
            Some(key) if self.array => self.paths.contains(&format!("[].{key}")),
            _ => self.paths.contains(path),
        }
    }

    /// The paths of all lists of objects, such as `data.segments[]`.
    pub(crate) fn lists(&self) -> HashSet<&str> {
        let paths = self.paths.iter();
        paths.flat_map(|path| path.match_indices("[]").map(|(at, _)| &path[..at + 2])).collect()
    }

    /// Whether all of these are there.
    pub(crate) fn all(&self, paths: &[&str]) -> bool {
        paths.iter().all(|path| self.has(path))
    }

    /// Whether one of these is there.
    pub(crate) fn any(&self, paths: &[&str]) -> bool {
        paths.iter().any(|path| self.has(path))
    }

    /// Whether no key stands at the top but these.
    pub(crate) fn only(&self, keys: &[&str]) -> bool {
        !self.array && self.top.iter().all(|key| keys.contains(&key.as_str()))
    }

    /// Whether this is a list of who spoke when, and nothing of what was said.
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

    /// Keys at the top that are words of a program, to be named to the user. Others may be
    /// somebody's words.
    pub(crate) fn names(&self) -> Vec<String> {
        let plain = |key: &&String| {
            key.len() <= 32
                && !key.is_empty()
                && key.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-'))
        };
        self.top.iter().filter(plain).take(12).cloned().collect()
    }
}
