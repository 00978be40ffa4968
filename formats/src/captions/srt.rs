//! SubRip (`.srt`): a number, a timing line with commas, text.
//!
//! Recognised by its first timing line; numbers may be missing, commas may be dots, and the arrow
//! may differ.

use super::cues;
use crate::kernel::lines::lines;
use crate::kernel::{Builder, Confidence, Format, Head, Source};

/// The SubRip format.
pub(crate) struct Srt;

impl Format for Srt {
    fn id(&self) -> &'static str {
        "srt"
    }

    fn name(&self) -> &'static str {
        "SubRip (.srt)"
    }

    fn recognise(&self, head: &Head<'_>) -> Confidence {
        let mut filled = lines(head.text()).filter(|line| !line.text.trim().is_empty()).take(20);
        match filled.position(|line| is_timing(line.text)) {
            Some(0 | 1) => Confidence::Certain,
            Some(_) => Confidence::Possible,
            None => Confidence::No,
        }
    }

    fn parse(&self, source: &Source<'_>, out: &mut Builder) {
        cues::read(source.text(), false, out, |_, _| {});
    }
}

/// Returns whether both times can be read: stricter than when reading the rest.
fn is_timing(line: &str) -> bool {
    cues::is_timing(line)
        && cues::comma_times(line).is_none()
        && matches!(cues::times(line), (Some(_), Some(_)))
}

#[cfg(test)]
mod tests;
