//! The types of settings. The `Debug` and `Display` output of all of them may be logged: secrets
//! and passwords are left out.

use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;
use std::time::Duration;

/// A duration: a whole number and a unit, as in `500ms`, `10s`, `5m`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Timespan(Duration);

impl Timespan {
    pub(crate) const fn from_millis(millis: u64) -> Self {
        Self(Duration::from_millis(millis))
    }

    pub(crate) const fn get(self) -> Duration {
        self.0
    }
}

/// Largest first, so that `Display` finds the shortest exact form.
const SPAN_UNITS: [(&str, u64); 5] =
    [("d", 86_400_000), ("h", 3_600_000), ("m", 60_000), ("s", 1_000), ("ms", 1)];

impl FromStr for Timespan {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let (number, unit) = number_and_unit(text)?;
        let scale = SPAN_UNITS.iter().find(|(name, _)| *name == unit).ok_or(())?.1;
        Ok(Self::from_millis(number.checked_mul(scale).ok_or(())?))
    }
}

impl fmt::Display for Timespan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let millis = self.0.as_millis();
        let exact =
            |(_, scale): &&(&str, u64)| millis != 0 && millis.is_multiple_of((*scale).into());
        let (unit, scale) = SPAN_UNITS.iter().find(exact).unwrap_or(&("s", 1_000));
        write!(f, "{}{unit}", millis / u128::from(*scale))
    }
}

/// A number of bytes: a whole number and a unit, as in `64KiB`, `100MiB`, `2GB`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Size(u64);

impl Size {
    pub(crate) const fn from_bytes(bytes: u64) -> Self {
        Self(bytes)
    }

    pub(crate) const fn get(self) -> u64 {
        self.0
    }
}

/// Largest first, so that `Display` finds the shortest exact form.
const SIZE_UNITS: [(&str, u64); 7] = [
    ("GiB", 1 << 30),
    ("GB", 1_000_000_000),
    ("MiB", 1 << 20),
    ("MB", 1_000_000),
    ("KiB", 1 << 10),
    ("kB", 1_000),
    ("B", 1),
];

impl FromStr for Size {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let (number, unit) = number_and_unit(text)?;
        // Case is ignored: "mb" can only mean MB.
        let known = |(name, _): &&(&str, u64)| name.eq_ignore_ascii_case(unit);
        let scale = SIZE_UNITS.iter().find(known).ok_or(())?.1;
        Ok(Self(number.checked_mul(scale).ok_or(())?))
    }
}

impl fmt::Display for Size {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let exact = |(_, scale): &&(&str, u64)| self.0 != 0 && self.0.is_multiple_of(*scale);
        let (unit, scale) = SIZE_UNITS.iter().find(exact).unwrap_or(&("B", 1));
        write!(f, "{}{unit}", self.0 / scale)
    }
}

/// A price of a million tokens: a decimal number with at most six places, as in `0.15`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Price(u64);

/// The digits after the point that are kept.
const PLACES: usize = 6;

impl Price {
    /// Returns it in millionths.
    pub(crate) const fn millionths(self) -> u64 {
        self.0
    }
}

impl FromStr for Price {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let (whole, part) = text.split_once('.').unwrap_or((text, "0"));
        let digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
        if !digits(whole) || !digits(part) || part.len() > PLACES {
            return Err(());
        }
        let part: u64 = format!("{part:0<PLACES$}").parse().map_err(|_| ())?;
        let whole: u64 = whole.parse().map_err(|_| ())?;
        let millionths = whole.checked_mul(1_000_000).and_then(|it| it.checked_add(part));
        Ok(Self(millionths.ok_or(())?))
    }
}

impl fmt::Display for Price {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (whole, part) = (self.0 / 1_000_000, self.0 % 1_000_000);
        if part == 0 {
            return write!(f, "{whole}");
        }
        let part = format!("{part:0PLACES$}");
        write!(f, "{whole}.{}", part.trim_end_matches('0'))
    }
}

/// Splits `"10 s"` into `(10, "s")`.
fn number_and_unit(text: &str) -> Result<(u64, &str), ()> {
    let digits = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let number = text[..digits].parse().map_err(|_| ())?;
    Ok((number, text[digits..].trim_start()))
}

/// A text that is never printed: `Debug` and `Display` only say that it is set.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Secret(String);

impl Secret {
    pub(crate) fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    pub(crate) fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "set, {} characters", self.0.chars().count())
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Secret({self})")
    }
}

/// The URL of an external service. `Debug` and `Display` leave passwords out.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Address(String);

impl Address {
    pub(crate) fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// Returns the URL with its password, for the client that connects, not for users.
    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&super::redact::address(&self.0))
    }
}

impl fmt::Debug for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Address({self})")
    }
}

/// The source of the key that wraps all others.
#[derive(Clone, PartialEq, Eq)]
pub(crate) enum MasterKey {
    /// Given as 64 hexadecimal digits.
    Given([u8; 32]),
    /// In a file that must exist.
    File(PathBuf),
    /// In a file that the first `debrief up` creates.
    MadeInFile(PathBuf),
}

impl MasterKey {
    /// Returns the file that it is in, if it is in one.
    pub(crate) fn file(&self) -> Option<&PathBuf> {
        match self {
            Self::Given(_) => None,
            Self::File(path) | Self::MadeInFile(path) => Some(path),
        }
    }
}

impl fmt::Display for MasterKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Given(_) => f.write_str("set, 64 characters"),
            Self::File(path) | Self::MadeInFile(path) => write!(f, "file:{}", path.display()),
        }
    }
}

impl fmt::Debug for MasterKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "MasterKey({self})")
    }
}

/// The kinds of workers that a process runs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Kinds(Option<Vec<&'static str>>);

impl Kinds {
    pub(crate) const ALL: Self = Self(None);

    pub(crate) fn some(names: Vec<&'static str>) -> Self {
        Self(Some(names))
    }

    pub(crate) fn are_all(&self) -> bool {
        self.0.is_none()
    }

    pub(crate) fn include(&self, name: &str) -> bool {
        self.0.as_ref().is_none_or(|names| names.contains(&name))
    }
}

impl fmt::Display for Kinds {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            None => f.write_str("all"),
            Some(names) => f.write_str(&names.join(",")),
        }
    }
}

/// The format of log lines.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum LogFormat {
    Text,
    Json,
}

impl fmt::Display for LogFormat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Text => "text",
            Self::Json => "json",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_are_read_and_shown_in_their_shortest_exact_form() {
        for (text, millis, shown) in [
            ("500ms", 500, "500ms"),
            ("10s", 10_000, "10s"),
            ("90s", 90_000, "90s"),
            ("60 s", 60_000, "1m"),
            ("1500ms", 1_500, "1500ms"),
            ("24h", 86_400_000, "1d"),
            ("0s", 0, "0s"),
        ] {
            let span: Timespan = text.parse().unwrap();
            assert_eq!(span, Timespan::from_millis(millis), "{text}");
            assert_eq!(span.to_string(), shown);
            assert_eq!(shown.parse(), Ok(span));
        }
    }

    #[test]
    fn spans_without_a_number_or_a_known_unit_are_refused() {
        for text in [
            "",
            "10",
            "s",
            "-1s",
            "1.5s",
            "1m30s",
            "10sec",
            "10S",
            "1000000000000000000d",
            "99999999999999999999s",
        ] {
            assert_eq!(text.parse::<Timespan>(), Err(()), "{text}");
        }
    }

    #[test]
    fn sizes_are_read_and_shown_in_their_shortest_exact_form() {
        for (text, bytes, shown) in [
            ("100MiB", 100 << 20, "100MiB"),
            ("64 kib", 64 << 10, "64KiB"),
            ("2GB", 2_000_000_000, "2GB"),
            ("1024B", 1024, "1KiB"),
            ("1500B", 1500, "1500B"),
            ("0B", 0, "0B"),
        ] {
            let size: Size = text.parse().unwrap();
            assert_eq!(size, Size::from_bytes(bytes), "{text}");
            assert_eq!(size.to_string(), shown);
            assert_eq!(shown.parse(), Ok(size));
        }
    }

    #[test]
    fn sizes_without_a_number_or_a_known_unit_are_refused() {
        for text in ["", "10", "MiB", "-1B", "1.5MiB", "10M", "99999999999GiB"] {
            assert_eq!(text.parse::<Size>(), Err(()), "{text}");
        }
    }

    #[test]
    fn prices_are_exact_and_shown_in_their_shortest_form() {
        for (text, millionths, shown) in [
            ("0", 0, "0"),
            ("0.15", 150_000, "0.15"),
            ("2.50", 2_500_000, "2.5"),
            ("15", 15_000_000, "15"),
            ("0.000001", 1, "0.000001"),
            ("10.000000", 10_000_000, "10"),
        ] {
            let price: Price = text.parse().unwrap();
            assert_eq!((price.millionths(), price.to_string().as_str()), (millionths, shown));
            assert_eq!(shown.parse(), Ok(price));
        }
        for text in ["", ".", "1.", ".5", "-1", "1,5", "0.0000001", "1e3", "$1", "+1", "1.-5"] {
            assert_eq!(text.parse::<Price>(), Err(()), "{text}");
        }
    }

    #[test]
    fn secrets_are_not_in_what_is_printed() {
        let secret = Secret::new("hunter2-hunter2-hunter2");
        assert_eq!(format!("{secret} {secret:?}"), "set, 23 characters Secret(set, 23 characters)");
        let url = Address::new("postgres://u:hunter2@h/d");
        assert_eq!(format!("{url} {url:?}"), "postgres://u:***@h/d Address(postgres://u:***@h/d)");
        assert_eq!(url.as_str(), "postgres://u:hunter2@h/d");
        assert_eq!(format!("{:?}", MasterKey::Given([7; 32])), "MasterKey(set, 64 characters)");
    }
}
