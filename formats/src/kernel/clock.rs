//! Times of day, counted from the first of them, and what is said of them in warnings.

use super::builder::Builder;
use super::time;

/// Said of a chat whose clock is not that of the recording.
pub const OF_DAY: &str =
    "the chat has times of day: they count from its first message, not from the recording's start";

const HALF_DAY: u64 = 12 * 3_600_000;
/// Said of times of day, in front of the first.
const COUNTED: &str = "times of day were counted from the first one, ";

/// Says that times of day count from this one, in milliseconds since midnight.
pub(crate) fn counted_from(ms: u64) -> String {
    let seconds = ms / 1_000;
    let (hour, minute, second) = (seconds / 3_600, seconds / 60 % 60, seconds % 60);
    format!("{COUNTED}{hour:02}:{minute:02}:{second:02}")
}

/// The time of day that a warning says the times count from, in milliseconds since midnight.
pub fn zero_of_day(warning: &str) -> Option<u64> {
    time::stamp(warning.strip_prefix(COUNTED)?)?.known()
}

/// Times of day, counted from the first of them.
#[derive(Debug, Default)]
pub(crate) struct Clock {
    zero: Option<u64>,
    days: u64,
    last: u64,
}

impl Clock {
    /// Milliseconds since the first time that was asked for.
    pub(crate) fn since(&mut self, ms: u64, line: u32, out: &mut Builder) -> u64 {
        if self.zero.is_none() {
            out.warn(line, counted_from(ms));
            self.zero = Some(ms);
            self.last = ms;
        }
        // Past midnight; a little disorder is only that.
        if ms + HALF_DAY < self.last {
            self.days += 1;
        }
        self.last = ms;
        (ms + self.days * 2 * HALF_DAY).saturating_sub(self.zero.unwrap_or(ms))
    }
}
