//! Times of day relative to the first of them, and the warnings about them.

use super::builder::Builder;
use super::time;

/// Warning for a chat whose clock is not that of the recording.
pub const OF_DAY: &str = "the chat has times of day: they are relative to its first message, not to the start of the recording";

const HALF_DAY: u64 = 12 * 3_600_000;
/// Start of the warning about times of day; the first time follows.
const COUNTED: &str = "times of day are relative to the first one, ";

/// Returns the warning that times of day are relative to this one, in milliseconds since midnight.
pub(crate) fn counted_from(ms: u64) -> String {
    let seconds = ms / 1_000;
    let (hour, minute, second) = (seconds / 3_600, seconds / 60 % 60, seconds % 60);
    format!("{COUNTED}{hour:02}:{minute:02}:{second:02}")
}

/// Parses the time of day from the warning about times of day, in milliseconds since midnight.
pub fn zero_of_day(warning: &str) -> Option<u64> {
    time::stamp(warning.strip_prefix(COUNTED)?)?.known()
}

/// Converts times of day to times relative to the first.
#[derive(Debug, Default)]
pub(crate) struct Clock {
    zero: Option<u64>,
    days: u64,
    last: u64,
}

impl Clock {
    /// Returns the milliseconds since the first time passed in.
    pub(crate) fn since(&mut self, ms: u64, line: u32, out: &mut Builder) -> u64 {
        if self.zero.is_none() {
            out.warn(line, counted_from(ms));
            self.zero = Some(ms);
            self.last = ms;
        }
        // More than half a day back means past midnight; less is mere disorder.
        if ms + HALF_DAY < self.last {
            self.days += 1;
        }
        self.last = ms;
        (ms + self.days * 2 * HALF_DAY).saturating_sub(self.zero.unwrap_or(ms))
    }
}
