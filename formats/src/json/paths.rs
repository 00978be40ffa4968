//! Reads JSON as a stream: one pass to tell formats apart, and values by their path.
//!
//! Objects on lines of their own (JSON Lines) are read as a list.
//!
//! Invariants: no recursion and no tree, so that depth costs nothing and memory is that of one
//! item; a truncated or malformed file is read up to that point, with a warning; paths are written
//! as `results.channels[].alternatives[0].words[]`, where `[]` is any index and `*` any key.

use serde::de::DeserializeOwned;

use super::values::{self, Label};
use crate::kernel::json_shape::Shape;
use crate::kernel::json_walk::{self as walk, End, Frame};
use crate::kernel::time::Stamp;
use crate::kernel::{Builder, Confidence, Head, Piece};

/// A value found at one of the paths.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Item<'a> {
    /// Index of the path.
    pub(crate) path: usize,
    /// Its index in the first array on the path.
    pub(crate) outer: u32,
    /// Its index in the last array on the path.
    pub(crate) index: u32,
    /// Its JSON.
    pub(crate) raw: &'a str,
    /// Line on which it begins.
    pub(crate) line: u32,
    /// Offset of its first byte.
    pub(crate) at: usize,
}

impl Item<'_> {
    /// Returns the value as `T`, if it is one.
    pub(crate) fn get<T: DeserializeOwned>(&self) -> Option<T> {
        match serde_json::from_str(self.raw) {
            Ok(value) => Some(value),
            Err(_) => serde_json::from_str(&values::without_nan(self.raw)?).ok(),
        }
    }

    /// Returns the value as `T`; warns that it was skipped if it is not one.
    pub(crate) fn read<T: DeserializeOwned>(&self, out: &mut Builder) -> Option<T> {
        let value = self.get();
        if value.is_none() {
            out.warn(self.line, format!("item {} is malformed and was skipped", self.index + 1));
        }
        value
    }

    /// Adds the content of the item.
    pub(crate) fn say(
        &self,
        speaker: &Label,
        times: (Option<Stamp>, Option<Stamp>),
        text: &str,
        out: &mut Builder,
    ) {
        let (start_ms, end_ms) = out.times(self.line, times.0, times.1);
        out.say(Piece {
            line: self.line,
            speaker: speaker.name(),
            start_ms,
            end_ms,
            text,
            ..Piece::default()
        });
    }
}

/// Returns certain if the file is JSON with these keys.
pub(crate) fn certain(head: &Head<'_>, keys: impl FnOnce(&Shape) -> bool) -> Confidence {
    match head.json().is_some_and(keys) {
        true => Confidence::Certain,
        false => Confidence::No,
    }
}

/// Visits the values at these paths, in file order. Returns how the file ends.
fn visit<'a>(text: &'a str, paths: &[&str], mut each: impl FnMut(Item<'a>) -> bool) -> (u32, End) {
    let paths: Vec<_> = paths.iter().map(|path| walk::Path::new(path)).collect();
    let mut line = 1u32;
    let mut counted = 0;
    let mut count = |to: usize| {
        if let Some(between) = text.as_bytes().get(counted..to) {
            let more = between.iter().filter(|b| **b == b'\n').count();
            line = line.saturating_add(u32::try_from(more).unwrap_or(u32::MAX));
            counted = to;
        }
        line
    };
    let (at, end) = walk::walk(text, &mut |_: &[Frame]| {}, &mut |frames, start, end| {
        let Some(path) = paths.iter().position(|path| path.fits(text, frames)) else {
            return true;
        };
        let mut arrays = frames.iter().filter(|frame| !frame.object).map(|frame| frame.index);
        let outer = arrays.next().unwrap_or(0);
        let index = arrays.next_back().unwrap_or(outer);
        each(Item { path, outer, index, raw: &text[start..end], line: count(start), at: start })
    });
    (count(at), end)
}

/// Passes every value at these paths to `each`; warns if the file is truncated or malformed.
pub(crate) fn read<'a>(
    text: &'a str,
    paths: &[&str],
    out: &mut Builder,
    mut each: impl FnMut(Item<'a>, &mut Builder),
) {
    let (line, end) = visit(text, paths, |item| {
        each(item, out);
        !out.is_full()
    });
    let message = match end {
        End::Whole | End::Stopped => return,
        End::More => "text after the first JSON value was skipped",
        End::Cut => "the file is cut off here: it was read up to this point",
        End::Broken => "from here on this is not JSON: it was read up to this point",
        End::TooDeep => "the JSON is nested too deeply here: it was read up to this point",
    };
    out.warn(line, message);
}

/// Same, without warnings, to look ahead.
pub(crate) fn look<'a>(text: &'a str, paths: &[&str], mut each: impl FnMut(Item<'a>)) {
    visit(text, paths, |item| {
        each(item);
        true
    });
}

/// Returns whether there is a value at this path.
pub(crate) fn has(text: &str, path: &str) -> bool {
    let mut found = false;
    visit(text, &[path], |_| {
        found = true;
        false
    });
    found
}

/// Returns the first value at this path.
pub(crate) fn first<'a>(text: &'a str, path: &str) -> Option<Item<'a>> {
    let mut found = None;
    visit(text, &[path], |item| {
        found = Some(item);
        false
    });
    found
}

/// Sets the language found at one of these paths.
pub(crate) fn language(text: &str, paths: &[&str], out: &mut Builder) {
    visit(text, paths, |item| match item.get::<String>() {
        Some(tag) => {
            out.language(&tag);
            false
        }
        None => true,
    });
}

#[cfg(test)]
mod tests;
