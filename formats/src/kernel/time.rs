//! Time stamps in transcripts.
//!
//! Invariant: a nonsensical time stamp is reported as such, never repaired into another time.

/// A parsed time stamp.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Stamp {
    /// Milliseconds from the start.
    At(u64),
    /// Before the start, as Teams writes if transcription began late.
    Negative,
    /// More than a thousand hours.
    Absurd,
}

impl Stamp {
    /// Returns the time, if it is valid.
    pub(crate) fn known(self) -> Option<u64> {
        match self {
            Self::At(ms) => Some(ms),
            Self::Negative | Self::Absurd => None,
        }
    }
}

const HOUR: u64 = 3_600_000;

/// Parses `H:MM:SS` or `MM:SS`, each with an optional fraction after a dot or comma, any number of
/// digits per field. Returns `None` if it is not a time stamp.
pub(crate) fn stamp(text: &str) -> Option<Stamp> {
    let text = text.trim();
    if let Ok(usual) = text.as_bytes().try_into()
        && let Some(ms) = usual_stamp(usual)
    {
        return Some(Stamp::At(u64::from(ms)));
    }
    let negative = text.contains('-');
    // Teams puts the sign in front of the first field that is not zero.
    let mut fields = text.split(':').map(|f| f.strip_prefix('-').unwrap_or(f));
    let (first, second, third) = (fields.next()?, fields.next()?, fields.next());
    if fields.next().is_some() {
        return None;
    }
    let (hours, minutes, seconds) = match third {
        Some(third) => (number(first)?, number(second)?, third),
        None => (0, number(first)?, second),
    };
    let (seconds, fraction) = match seconds.find(['.', ',']) {
        Some(at) => (number(&seconds[..at])?, milliseconds(&seconds[at + 1..])?),
        None => (number(seconds)?, 0),
    };
    if seconds >= 60 || (third.is_some() && minutes >= 60) {
        return None;
    }
    if negative {
        return Some(Stamp::Negative);
    }
    let total = hours
        .saturating_mul(HOUR)
        .saturating_add(minutes.saturating_mul(60_000))
        .saturating_add(seconds * 1000 + fraction);
    Some(if total > 1000 * HOUR { Stamp::Absurd } else { Stamp::At(total) })
}

/// Parses `HH:MM:SS.mmm` or `HH:MM:SS,mmm`, quickly; `None` for any other form.
pub(crate) fn usual_stamp(text: &[u8; 12]) -> Option<u32> {
    let [h, hh, b':', m, mm, b':', s, ss, b'.' | b',', f, ff, fff] = text else {
        return None;
    };
    let digit = |b: &u8| b.wrapping_sub(b'0');
    // Branch-free: most are valid.
    let odd = [h, hh, mm, ss, f, ff, fff].iter().fold(false, |odd, b| odd | (digit(b) > 9));
    if odd | (digit(m) > 5) | (digit(s) > 5) {
        return None;
    }
    let two = |tens: &u8, ones: &u8| u32::from(digit(tens) * 10 + digit(ones));
    let milliseconds = 100 * u32::from(digit(f)) + two(ff, fff);
    Some(two(h, hh) * 3_600_000 + two(m, mm) * 60_000 + two(s, ss) * 1_000 + milliseconds)
}

/// Splits a leading time stamp off `text`; returns it and the rest.
pub(crate) fn leading(text: &str) -> Option<(Stamp, &str)> {
    let length = text
        .bytes()
        .position(|b| !(b.is_ascii_digit() || matches!(b, b':' | b'.' | b',' | b'-')))
        .unwrap_or(text.len());
    let (digits, rest) = text.split_at(length);
    let digits = digits.trim_end_matches(['.', ',', '-', ':']);
    match stamp(digits) {
        Some(stamp) => Some((stamp, without_frames(digits, rest))),
        None => Some((frames(digits)?, rest)),
    }
}

/// Parses the time code of film, `01:00:10:12`: frames, whose duration is unknown, are ignored.
/// Three digits are milliseconds.
fn frames(text: &str) -> Option<Stamp> {
    let (before, last) = text.rsplit_once(':')?;
    if before.matches(':').count() != 2 || !last.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    match last.len() {
        1 | 2 => stamp(before),
        3 if !before.contains('.') => stamp(&format!("{before}.{last}")),
        _ => None,
    }
}

/// Strips the frames of `01:00:10;12` behind its seconds.
fn without_frames<'a>(digits: &str, rest: &'a str) -> &'a str {
    let frames = rest.strip_prefix(';').filter(|_| digits.matches(':').count() == 2);
    let Some((frames, later)) = frames.and_then(|frames| frames.split_at_checked(2)) else {
        return rest;
    };
    let ends = !later.starts_with(|c: char| c.is_ascii_digit());
    if ends && frames.bytes().all(|b| b.is_ascii_digit()) { later } else { rest }
}

/// Parses a time stamp, or a time of day followed by AM or PM; returns whether it is the latter.
pub(crate) fn moment(text: &str) -> Option<(Stamp, bool)> {
    let (stamp, of_day, rest) = leading_moment(text.trim())?;
    rest.is_empty().then_some((stamp, of_day))
}

/// Splits off a leading time stamp or time of day; returns whether it is the latter, and the rest.
pub(crate) fn leading_moment(text: &str) -> Option<(Stamp, bool, &str)> {
    const NOON: u64 = 12 * HOUR;
    let (start, rest) = leading(text)?;
    let bare = rest.trim_start_matches([' ', '\u{A0}', '\u{202F}']);
    let (half, later) = bare.split_at_checked(2).unwrap_or_default();
    // "0:05 am I late" is speech.
    let sure = bare.len() == rest.len() || !later.starts_with(' ');
    let after = match half {
        "AM" => Some(0),
        "PM" => Some(NOON),
        "am" if sure => Some(0),
        "pm" if sure => Some(NOON),
        _ => None,
    };
    match (start, after) {
        (Stamp::At(ms), Some(after)) if !later.starts_with(char::is_alphanumeric) => {
            // `1:53 PM` has hours and minutes.
            let minutes = text[..text.len() - rest.len()].matches(':').count() == 1;
            let ms = if minutes { ms.saturating_mul(60) } else { ms };
            Some((Stamp::At(ms % NOON + after), true, later))
        }
        _ => Some((start, false, rest)),
    }
}

/// Strips a trailing AM or PM.
pub(crate) fn without_half(text: &str) -> &str {
    let Some((before, half)) = text.len().checked_sub(2).and_then(|at| text.split_at_checked(at))
    else {
        return text;
    };
    let is_half = ["AM", "PM", "am", "pm"].contains(&half)
        && before.trim_end().ends_with(|c: char| c.is_ascii_digit());
    if is_half { before.trim_end() } else { text }
}

/// Converts a time in seconds, as in JSON and tables.
pub(crate) fn seconds(seconds: f64) -> Stamp {
    if seconds < 0.0 {
        Stamp::Negative
    } else if seconds <= 3_600_000.0 {
        Stamp::At((seconds * 1000.0).round() as u64)
    } else {
        Stamp::Absurd
    }
}

fn number(digits: &str) -> Option<u64> {
    if digits.is_empty() || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    // Too many digits are an absurd time, not a missing number.
    Some(digits.parse().unwrap_or(u64::MAX))
}

fn milliseconds(fraction: &str) -> Option<u64> {
    // Milliseconds with a fraction of their own: `249.0999`.
    let fraction = match fraction.split_once(['.', ',']) {
        Some((whole, more)) if whole.len() == 3 && more.bytes().all(|b| b.is_ascii_digit()) => {
            whole
        }
        _ => fraction,
    };
    if !fraction.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let mut ms = 0;
    for place in 0..3 {
        let digit = fraction.as_bytes().get(place).map_or(0, |b| b - b'0');
        ms = ms * 10 + u64::from(digit);
    }
    Some(ms)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_usual_spellings() {
        for (text, ms) in [
            ("00:04:01.680", 241_680),
            ("04:01.680", 241_680),
            ("0:0:5.320", 5_320),
            ("00:00:05,5", 5_500),
            ("75:30", 4_530_000),
            ("123:00:00.000", 442_800_000),
            ("00:00:01.1234567", 1_123),
            ("99:59:59,999", 359_999_999),
        ] {
            assert_eq!(stamp(text), Some(Stamp::At(ms)), "{text}");
        }
    }

    #[test]
    fn what_makes_no_sense() {
        assert_eq!(stamp("-00:00:05.000"), Some(Stamp::Negative));
        assert_eq!(stamp("00:00:-5.320"), Some(Stamp::Negative));
        assert_eq!(stamp("1001:00:00.000"), Some(Stamp::Absurd));
        assert_eq!(stamp("99999999999999999999999999:00:00.000"), Some(Stamp::Absurd));
        for text in [
            "",
            "5",
            "a:b",
            "00:75:00",
            "00:60:00.000",
            "00:00:60.000",
            "00:00:61",
            "1:2:3:4",
            "12:",
            "١:٢",
        ] {
            assert_eq!(stamp(text), None, "{text}");
        }
    }

    #[test]
    fn a_leading_stamp_ends_at_the_first_other_character() {
        assert_eq!(
            leading("00:00:01.000\u{FFFD}align:end"),
            Some((Stamp::At(1000), "\u{FFFD}align:end"))
        );
        assert_eq!(leading("hello"), None);
    }
}
