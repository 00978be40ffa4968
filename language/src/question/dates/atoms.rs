//! The meaning of single words in a date, in English and Hebrew.
//!
//! A Hebrew word with prefixed letters (`ובחודש`) becomes several atoms of one word.

use std::collections::HashMap;
use std::sync::LazyLock;

use chrono::{NaiveDate, Weekday};

use super::period::{Part, Unit};
use crate::question::Order;
use crate::question::words::{Gap, Word};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Relative {
    /// The previous one: "last", "previous".
    Last,
    /// Up to now: "past", and in Hebrew "last".
    Past,
    This,
    Next,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sense {
    /// With its number of digits; 0 for a word.
    Number(u32, usize),
    Ordinal(u32),
    /// "A few".
    Few,
    Half,
    /// An exact date, and its order if two readings are possible.
    Date(NaiveDate, Option<Order>),
    /// A day of a month in numbers.
    MonthDay(u32, u32, Option<Order>),
    Month(u32),
    Weekday(Weekday),
    /// Hebrew "day", which turns an ordinal into a weekday.
    DayWord,
    Weekend,
    /// By its first month.
    Season(u32),
    Quarter(u32),
    HalfYear(u32),
    Unit(Unit),
    /// Days from today.
    Day(i64),
    Now,
    /// A part of a day.
    Hours,
    Relative(Relative),
    Ago,
    Part(Part),
    Earlier,
    In,
    On,
    During,
    For,
    Since,
    From,
    Until,
    To,
    Before,
    After,
    Between,
    And,
    Of,
    The,
    A,
    /// "From March on".
    Onwards,
    Session,
    Anchor(NaiveDate),
    Other,
}

#[derive(Debug, Clone, Copy)]
pub(super) struct Atom {
    pub(super) sense: Sense,
    /// Index of its word.
    pub(super) word: usize,
    /// Index of its last word.
    pub(super) last: usize,
    /// The gap to the previous atom.
    pub(super) gap: Gap,
    pub(super) hebrew: bool,
}

/// Words by sense, separated by spaces.
const WORDS: &[(Sense, &str)] = &[
    (Sense::A, "a an one"),
    (Sense::The, "the these those our my"),
    (Sense::Of, "of של"),
    (Sense::In, "in at ב"),
    (Sense::On, "on"),
    (Sense::During, "during over within throughout במשך במהלך"),
    (Sense::For, "for"),
    (Sense::Since, "since מאז"),
    (Sense::From, "from starting מ"),
    (Sense::Until, "until till til through thru עד"),
    (Sense::To, "to ל"),
    (Sense::Before, "before לפני"),
    (Sense::After, "after אחרי לאחר"),
    (Sense::Between, "between בין"),
    (Sense::And, "and"),
    (Sense::Ago, "ago"),
    (Sense::Few, "few several כמה מספר"),
    (Sense::Half, "half חצי"),
    (Sense::Onwards, "on onward onwards forward ואילך והלאה"),
    (Sense::Relative(Relative::Last), "last previous שעבר שעברה שעברו קודם קודמת"),
    (Sense::Relative(Relative::Past), "past recent אחרון אחרונה אחרונים אחרונות"),
    (Sense::Relative(Relative::This), "this current זה זאת זו נוכחי נוכחית"),
    (Sense::Relative(Relative::Next), "next coming following upcoming בא באה קרוב קרובה"),
    (Sense::Part(Part::Beginning), "beginning start early תחילת ראשית"),
    (Sense::Part(Part::Middle), "middle mid אמצע"),
    (Sense::Part(Part::End), "end late סוף"),
    (Sense::Earlier, "earlier"),
    (
        Sense::Hours,
        "morning afternoon evening night noon midday lunchtime midnight בבוקר בערב בלילה בצהריים \
         אחה\"צ",
    ),
    (Sense::Day(0), "today tonight היום הבוקר הערב הלילה"),
    (Sense::Day(-1), "yesterday אתמול אמש"),
    (Sense::Day(-2), "שלשום"),
    (Sense::Now, "now עכשיו"),
    (Sense::Weekend, "weekend סופשבוע"),
    (Sense::Unit(Unit::Hour), "hour hours שעה שעות"),
    (Sense::Unit(Unit::Day), "day days ימים"),
    (Sense::DayWord, "יום"),
    (Sense::Unit(Unit::Week), "week weeks שבוע שבועות"),
    (Sense::Unit(Unit::Month), "month months חודש חודשים חדש חודשי"),
    (Sense::Unit(Unit::Quarter), "quarter quarters רבעון רבעונים"),
    (Sense::Unit(Unit::Year), "year years שנה שנים שנת"),
    (
        Sense::Session,
        "session meeting call conversation chat sync standup retro interview talk workshop \
         discussion notes summary transcript recording decisions decision promises questions \
         action items homework topics agenda",
    ),
    (Sense::Weekday(Weekday::Mon), "monday mon"),
    (Sense::Weekday(Weekday::Tue), "tuesday tue tues"),
    (Sense::Weekday(Weekday::Wed), "wednesday wed"),
    (Sense::Weekday(Weekday::Thu), "thursday thu thur thurs"),
    (Sense::Weekday(Weekday::Fri), "friday fri"),
    (Sense::Weekday(Weekday::Sat), "saturday sat שבת"),
    (Sense::Weekday(Weekday::Sun), "sunday sun"),
    (Sense::Month(1), "january jan ינואר"),
    (Sense::Month(2), "february feb פברואר"),
    (Sense::Month(3), "march mar מרץ מרס"),
    (Sense::Month(4), "april apr אפריל"),
    (Sense::Month(5), "may מאי"),
    (Sense::Month(6), "june jun יוני"),
    (Sense::Month(7), "july jul יולי"),
    (Sense::Month(8), "august aug אוגוסט"),
    (Sense::Month(9), "september sep sept ספטמבר"),
    (Sense::Month(10), "october oct אוקטובר"),
    (Sense::Month(11), "november nov נובמבר"),
    (Sense::Month(12), "december dec דצמבר"),
    (Sense::Season(3), "spring אביב"),
    (Sense::Season(6), "summer קיץ"),
    (Sense::Season(9), "autumn fall סתיו"),
    (Sense::Season(12), "winter חורף"),
    (Sense::Quarter(1), "q1"),
    (Sense::Quarter(2), "q2"),
    (Sense::Quarter(3), "q3"),
    (Sense::Quarter(4), "q4"),
    (Sense::HalfYear(1), "h1"),
    (Sense::HalfYear(2), "h2"),
    (Sense::Ordinal(1), "first ראשון ראשונה א'"),
    (Sense::Ordinal(2), "second שני שנייה שניה ב'"),
    (Sense::Ordinal(3), "third שלישי שלישית ג'"),
    (Sense::Ordinal(4), "fourth רביעי רביעית ד'"),
    (Sense::Ordinal(5), "fifth חמישי חמישית ה'"),
    (Sense::Ordinal(6), "sixth שישי שישית ו'"),
    (Sense::Ordinal(7), "seventh שביעי"),
    (Sense::Ordinal(8), "eighth שמיני"),
    (Sense::Ordinal(9), "ninth תשיעי"),
    (Sense::Ordinal(10), "tenth עשירי"),
    (Sense::Number(1, 0), "אחד אחת"),
    (Sense::Number(2, 0), "two couple שני שתי שניים שתיים"),
    (Sense::Number(3, 0), "three שלוש שלושה שלושת"),
    (Sense::Number(4, 0), "four ארבע ארבעה ארבעת"),
    (Sense::Number(5, 0), "five חמש חמישה חמשת"),
    (Sense::Number(6, 0), "six שש שישה ששת"),
    (Sense::Number(7, 0), "seven שבע שבעה שבעת"),
    (Sense::Number(8, 0), "eight שמונה שמונת"),
    (Sense::Number(9, 0), "nine תשע תשעה תשעת"),
    (Sense::Number(10, 0), "ten עשר עשרה עשרת"),
    (Sense::Number(11, 0), "eleven"),
    (Sense::Number(12, 0), "twelve dozen"),
];

/// Words that are two atoms.
const DOUBLE: &[(&str, [Sense; 2])] = &[
    ("fortnight", [Sense::Number(2, 0), Sense::Unit(Unit::Week)]),
    ("decade", [Sense::Number(10, 0), Sense::Unit(Unit::Year)]),
    ("שעתיים", [Sense::Number(2, 0), Sense::Unit(Unit::Hour)]),
    ("יומיים", [Sense::Number(2, 0), Sense::Unit(Unit::Day)]),
    ("שבועיים", [Sense::Number(2, 0), Sense::Unit(Unit::Week)]),
    ("חודשיים", [Sense::Number(2, 0), Sense::Unit(Unit::Month)]),
    ("שנתיים", [Sense::Number(2, 0), Sense::Unit(Unit::Year)]),
    ("השבוע", [Sense::Relative(Relative::This), Sense::Unit(Unit::Week)]),
    ("החודש", [Sense::Relative(Relative::This), Sense::Unit(Unit::Month)]),
    ("הרבעון", [Sense::Relative(Relative::This), Sense::Unit(Unit::Quarter)]),
    ("השנה", [Sense::Relative(Relative::This), Sense::Unit(Unit::Year)]),
    ("אשתקד", [Sense::Relative(Relative::Last), Sense::Unit(Unit::Year)]),
];

/// Prefixed letters of Hebrew words with their meaning; longest first.
const JOINED: &[(&str, &[Sense])] = &[
    ("שב", &[Sense::In]),
    ("וב", &[Sense::And, Sense::In]),
    ("ול", &[Sense::And, Sense::To]),
    ("ומ", &[Sense::And, Sense::From]),
    ("וה", &[Sense::And, Sense::The]),
    ("מה", &[Sense::From, Sense::The]),
    ("ב", &[Sense::In]),
    ("ל", &[Sense::To]),
    ("מ", &[Sense::From]),
    ("ה", &[Sense::The]),
    ("ו", &[Sense::And]),
    ("ש", &[]),
];

static SENSES: LazyLock<HashMap<&str, Sense>> = LazyLock::new(|| {
    let words = WORDS.iter().rev();
    words.flat_map(|(sense, words)| words.split(' ').map(|word| (word, *sense))).collect()
});

/// Returns the atoms of words; `anchors` are runs of words that name a day: index, length, day.
pub(super) fn atoms(
    words: &[Word<'_>],
    anchors: &[(usize, usize, NaiveDate)],
    day_first: bool,
) -> Vec<Atom> {
    let mut atoms = Vec::with_capacity(words.len());
    let mut at = 0;
    while at < words.len() {
        let word = &words[at];
        let anchor = anchors.iter().find(|(from, ..)| *from == at);
        let number = numeric(&words[at..], day_first).filter(|_| !word.taken);
        let (senses, length) = match (anchor, number) {
            (Some((_, length, day)), _) => (vec![Sense::Anchor(*day)], *length),
            (None, Some((sense, length))) => (vec![sense], length),
            (None, None) if word.taken => (vec![Sense::Other], 1),
            (None, None) if word.is_hebrew() => (hebrew(&word.lower), 1),
            (None, None) => (read(&word.lower).unwrap_or_else(|| vec![Sense::Other]), 1),
        };
        let mut gap = word.gap;
        let abbreviated = |atom: &Atom| {
            matches!(atom.sense, Sense::Month(_)) && words[atom.last].lower.len() <= 4
        };
        // "Dec. 5"
        if gap == Gap::Stop && atoms.last().is_some_and(abbreviated) {
            gap = Gap::Space;
        }
        for sense in senses {
            let last = at + length - 1;
            atoms.push(Atom { sense, word: at, last, gap, hebrew: word.is_hebrew() });
            gap = Gap::Space;
        }
        at += length;
    }
    atoms
}

/// Returns the meaning of a whole word.
fn read(word: &str) -> Option<Vec<Sense>> {
    if let Some((_, senses)) = DOUBLE.iter().find(|(double, _)| *double == word) {
        return Some(senses.to_vec());
    }
    SENSES.get(word).copied().or_else(|| number(word)).map(|sense| vec![sense])
}

fn hebrew(word: &str) -> Vec<Sense> {
    if let Some(senses) = read(word) {
        return senses;
    }
    let joined = JOINED.iter().find_map(|(joined, senses)| {
        let rest = word.strip_prefix(joined)?;
        rest.chars().nth(1)?;
        Some([senses, &read(rest)?[..]].concat())
    });
    joined.unwrap_or_else(|| vec![Sense::Other])
}

/// Parses `14`, `14th`.
fn number(word: &str) -> Option<Sense> {
    let digits = word.bytes().take_while(u8::is_ascii_digit).count();
    let value: u32 = word[..digits].parse().ok().filter(|_| digits <= 4)?;
    match &word[digits..] {
        "" => Some(Sense::Number(value, digits)),
        "st" | "nd" | "rd" | "th" => Some(Sense::Ordinal(value)),
        _ => None,
    }
}

/// Parses numeric dates: `2025-03-14`, `14.3.2025`, `3/4/2025`, `14.3`, `3/14`. Also returns the
/// number of words.
fn numeric(words: &[Word<'_>], day_first: bool) -> Option<(Sense, usize)> {
    let word = words.first()?;
    if !word.lower.starts_with(|c: char| c.is_ascii_digit()) {
        return None;
    }
    if word.lower.contains('.') {
        let parts: Vec<u32> =
            word.lower.split('.').map(|part| part.parse().ok()).collect::<Option<_>>()?;
        let sense = match parts[..] {
            [year @ 1000..=9999, month, day] => {
                Sense::Date(date(full_year(year)?, month, day)?, None)
            }
            [day, month, year] => Sense::Date(date(full_year(year)?, month, day)?, None),
            [day, month] => Sense::MonthDay(month_of(month, day)?, day, None),
            _ => return None,
        };
        return Some((sense, 1));
    }
    let value = |place: usize, gap: Gap| {
        let word = words.get(place).filter(|word| place == 0 || word.gap == gap)?;
        let digits = word.lower.bytes().all(|b| b.is_ascii_digit());
        word.lower.parse::<u32>().ok().filter(|_| digits && word.lower.len() <= 4)
    };
    if word.lower.len() == 8 && word.lower.bytes().all(|b| b.is_ascii_digit()) {
        let part = |from: usize, to: usize| word.lower[from..to].parse::<u32>().ok();
        let year = full_year(part(0, 4)?)?;
        return Some((Sense::Date(date(year, part(4, 6)?, part(6, 8)?)?, None), 1));
    }
    let first = value(0, Gap::Space)?;
    let gap = words.get(1)?.gap;
    let (second, third) = (value(1, gap)?, value(2, gap));
    match gap {
        Gap::Slash | Gap::Dash => {}
        // "13 12 2025", "13. 12. 2025": only with a year of four digits.
        Gap::Space | Gap::Stop if word.lower.len() == 4 => {}
        Gap::Space | Gap::Stop if third.is_some() && words.get(2)?.lower.len() == 4 => {}
        _ => return None,
    }
    let day_first = day_first || gap == Gap::Stop;
    if let (4, Some(day)) = (word.lower.len(), third) {
        return Some((Sense::Date(date(first as i32, second, day)?, None), 3));
    }
    let (day, month, order) = ordered(first, second, day_first)?;
    match third {
        Some(year) => Some((Sense::Date(date(full_year(year)?, month, day)?, order), 3)),
        None if gap == Gap::Slash => Some((Sense::MonthDay(month_of(month, day)?, day, order), 2)),
        None => None,
    }
}

/// Decides which of two numbers is the day, and returns the order chosen if both are possible.
fn ordered(first: u32, second: u32, day_first: bool) -> Option<(u32, u32, Option<Order>)> {
    match (first, second) {
        (1..=12, 1..=12) if first == second => Some((first, second, None)),
        (1..=12, 1..=12) if day_first => Some((first, second, Some(Order::DayFirst))),
        (1..=12, 1..=12) => Some((second, first, Some(Order::MonthFirst))),
        (13..=31, 1..=12) => Some((first, second, None)),
        (1..=12, 13..=31) => Some((second, first, None)),
        _ => None,
    }
}

fn date(year: i32, month: u32, day: u32) -> Option<NaiveDate> {
    (YEARS.contains(&year)).then(|| NaiveDate::from_ymd_opt(year, month, day)).flatten()
}

/// Returns the month, if it has the day in a leap year.
fn month_of(month: u32, day: u32) -> Option<u32> {
    NaiveDate::from_ymd_opt(2024, month, day).map(|_| month)
}

/// Plausible years of a conversation.
pub(super) const YEARS: std::ops::RangeInclusive<i32> = 1990..=2099;

/// Parses two or four digits.
fn full_year(year: u32) -> Option<i32> {
    match year {
        10..=99 => i32::try_from(2000 + year).ok(),
        1000..=9999 => i32::try_from(year).ok(),
        _ => None,
    }
}
