//! The unit of bare numbers, by the pace of speech.
//!
//! Invariant: a unit follows only from what the values say. Words against the lengths of what was
//! said decide first; the span of the whole conversation, which may be mostly silence, only against
//! numbers that are all whole; a length of the recording that the file states breaks a tie.

/// Unit of a number without a colon.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Unit {
    Seconds,
    Millis,
}

impl Unit {
    /// Converts a number in this unit to seconds.
    pub(crate) fn seconds(self, number: f64) -> f64 {
        match self {
            Self::Seconds => number,
            Self::Millis => number / 1000.0,
        }
    }
}

/// Words per second of somebody who speaks.
const SPEAKING: std::ops::RangeInclusive<f64> = 0.3..=15.0;
/// Same, with the silence of the conversation.
const CONVERSING: std::ops::RangeInclusive<f64> = 0.05..=15.0;

/// What is known of the numbers and the words of a file.
#[derive(Debug, Default, Clone)]
pub(crate) struct Pace {
    any: bool,
    /// Words of all entries, and of those with a length.
    words: u64,
    spoken_words: u64,
    /// The lengths of entries, summed.
    spoken: f64,
    least: Option<f64>,
    most: f64,
    fraction: bool,
    total: Option<f64>,
}

impl Pace {
    /// Records an entry with its words, start and end as numbers.
    pub(crate) fn add(&mut self, text: &str, start: Option<f64>, end: Option<f64>) {
        let words = words(text);
        self.words += words;
        for number in [start, end].into_iter().flatten().filter(|number| number.is_finite()) {
            self.any = true;
            self.fraction |= number.fract() != 0.0;
            self.least = Some(self.least.map_or(number, |least| least.min(number)));
            self.most = self.most.max(number);
        }
        if let (Some(start), Some(end)) = (start, end)
            && end > start
            && words > 0
        {
            self.spoken_words += words;
            self.spoken += end - start;
        }
    }

    /// Records the length of the recording in seconds, as a service states it.
    pub(crate) fn total(&mut self, seconds: Option<f64>) {
        self.total = self.total.or(seconds);
    }

    /// Returns whether there are bare numbers.
    pub(crate) fn any(&self) -> bool {
        self.any
    }

    /// Returns whether a number has a fraction.
    pub(crate) fn fraction(&self) -> bool {
        self.fraction
    }

    /// Returns the unit that the lengths of what was said imply.
    pub(crate) fn by_length(&self) -> Option<Unit> {
        let pace = |unit: Unit| self.spoken_words as f64 / unit.seconds(self.spoken);
        only(|unit| self.spoken > 0.0 && SPEAKING.contains(&pace(unit)))
    }

    /// Returns the words for each unit of time up to the last number.
    pub(crate) fn words_per_unit(&self) -> Option<f64> {
        (self.most > 0.0).then(|| self.words as f64 / self.most)
    }

    /// Returns the unit that the span of the conversation implies.
    pub(crate) fn by_span(&self) -> Option<Unit> {
        let span = self.most - self.least.unwrap_or(0.0);
        let pace = |unit: Unit| self.words as f64 / unit.seconds(span);
        only(|unit| CONVERSING.contains(&pace(unit)))
    }

    /// Returns the unit that the stated length of the recording implies.
    fn by_total(&self) -> Option<Unit> {
        let total = self.total.filter(|total| *total > 0.0)?;
        only(|unit| (0.5..=1.1).contains(&(unit.seconds(self.most) / total)))
    }

    /// Returns the unit that the values imply, if they do.
    pub(crate) fn unit(&self) -> Option<Unit> {
        let by_span = || if self.fraction { None } else { self.by_span() };
        self.by_length().or_else(|| self.by_total()).or_else(by_span)
    }
}

/// Returns the unit that fits, if the other does not.
fn only(fits: impl Fn(Unit) -> bool) -> Option<Unit> {
    match (fits(Unit::Seconds), fits(Unit::Millis)) {
        (true, false) => Some(Unit::Seconds),
        (false, true) => Some(Unit::Millis),
        _ => None,
    }
}

/// Estimates the number of words, also for scripts without spaces between words.
pub(crate) fn words(text: &str) -> u64 {
    let dense = |c: &char| matches!(c, '\u{0E00}'..='\u{0EFF}' | '\u{3040}'..='\u{30FF}' | '\u{3400}'..='\u{9FFF}');
    let spaced = text.split_whitespace().count() as u64;
    if text.is_ascii() {
        return spaced;
    }
    spaced.max(text.chars().filter(dense).count() as u64 / 2)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn unit(entries: &[(&str, f64, Option<f64>)]) -> Option<Unit> {
        let mut pace = Pace::default();
        entries.iter().for_each(|(text, start, end)| pace.add(text, Some(*start), *end));
        pace.unit()
    }

    #[test]
    fn lengths_decide_even_among_silence() {
        assert_eq!(unit(&[("so we begin", 26.8, Some(28.1))]), Some(Unit::Seconds));
        assert_eq!(unit(&[("so we begin", 1_249.5, Some(2_751.25))]), Some(Unit::Millis));
        let rare = [("so we begin", 5.0, Some(7.0)), ("bye now", 3_600.0, Some(3_601.0))];
        assert_eq!(unit(&rare), Some(Unit::Seconds));
        assert_eq!(unit(&[("我们今天开始吧谢谢", 0.0, Some(2.0))]), Some(Unit::Seconds));
    }

    #[test]
    fn the_span_decides_among_whole_numbers() {
        let begin = "so we begin and see how far we come";
        assert_eq!(unit(&[(begin, 0.0, None), (begin, 5.0, None)]), Some(Unit::Seconds));
        assert_eq!(unit(&[(begin, 0.0, None), (begin, 5_000.0, None)]), Some(Unit::Millis));
        assert_eq!(unit(&[(begin, 0.5, None), (begin, 5_000.0, None)]), None);
        assert_eq!(unit(&[("hm", 0.0, None), ("yes", 2_000_000.0, None)]), None);
    }

    #[test]
    fn the_length_of_the_recording_decides_without_ends() {
        let mut pace = Pace::default();
        pace.add("hm", Some(1_000.5), None);
        pace.add("yes", Some(55_000.0), None);
        pace.total(Some(60.0));
        assert_eq!(pace.unit(), Some(Unit::Millis));
    }
}
