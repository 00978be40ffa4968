//! Numbers in a text, in digits and in words.
//!
//! Digits of all scripts are read; words in English and Hebrew with their fractions, ordinals and
//! compounds, and the plain ones of the other languages that have word lists.
//!
//! Invariant: a number is the whole that is said ("twenty-five" is 25, neither 20 nor 5), so that
//! a part of one never supports another.

mod words;

use std::ops::Range;

use unicode_segmentation::UnicodeSegmentation;

use super::letters::digit;
use words::{PREFIXES, Role, meaning};

/// A fraction in lowest terms.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Value {
    over: i64,
    under: i64,
}

/// A number in a text.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Number {
    pub(super) value: Value,
    pub(super) percent: bool,
    /// Whether it is written in digits.
    pub(super) digits: bool,
    /// Whether the word has other meanings: "one", "second", "a quarter".
    pub(super) vague: bool,
    /// Its bytes in the text.
    pub(super) at: Range<usize>,
}

impl Value {
    fn new(over: i64, under: i64) -> Option<Self> {
        let (mut a, mut b) = (over.checked_abs()?, under.checked_abs()?);
        while b != 0 {
            (a, b) = (b, a % b);
        }
        (under > 0).then(|| Self { over: over / a.max(1), under: under / a.max(1) })
    }

    pub(super) fn whole(value: i64) -> Self {
        Self { over: value, under: 1 }
    }

    pub(super) fn as_whole(self) -> Option<i64> {
        (self.under == 1).then_some(self.over)
    }

    fn plus(self, other: Self) -> Option<Self> {
        let over =
            self.over.checked_mul(other.under)?.checked_add(other.over.checked_mul(self.under)?)?;
        Self::new(over, self.under.checked_mul(other.under)?)
    }

    fn times(self, other: Self) -> Option<Self> {
        Self::new(self.over.checked_mul(other.over)?, self.under.checked_mul(other.under)?)
    }
}

impl Number {
    /// Returns whether another number says the same: 50 % is a half.
    pub(super) fn is(&self, other: &Self) -> bool {
        let part = |number: &Self| match number.percent {
            true => Value::new(number.value.over, number.value.under.checked_mul(100)?),
            false => Some(number.value),
        };
        let whole = Value::whole(1);
        self.value == other.value && (self.percent == other.percent || !self.percent)
            || self.percent != other.percent && part(self) == part(other) && self.value != whole
    }
}

/// A word or a run of digits.
#[derive(Debug, Clone)]
struct Token {
    at: Range<usize>,
    what: What,
    vague: bool,
    /// Whether only white space or a hyphen is between it and the previous one.
    joined: bool,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum What {
    Digits(Value),
    Word(Role),
    Other,
}

/// Returns the numbers of a text, in order: digits, and words of English, Hebrew and the languages
/// with these primary subtags.
pub(super) fn numbers(text: &str, tags: &[&str]) -> Vec<Number> {
    let tokens = tokens(text, tags);
    let mut found = Vec::new();
    let mut at = 0;
    while at < tokens.len() {
        match number(&tokens[at..]) {
            Some((mut number, length)) => {
                let last = &tokens[at + length - 1].at;
                number.at.end = last.end;
                let after = text[last.end..].trim_start();
                let sign = after.starts_with(['%', '٪', '％']);
                let word = tokens
                    .get(at + length)
                    .is_some_and(|token| token.what == What::Word(Role::Percent));
                number.percent = sign || word;
                found.push(number);
                at += length;
            }
            None => at += 1,
        }
    }
    found
}

/// Returns whether two texts have the same numbers, in any order; vague ones do not count.
pub(crate) fn same_numbers(one: &str, other: &str) -> bool {
    let (one, other) = (numbers(one, &[]), numbers(other, &[]));
    let all = |these: &[Number], those: &[Number]| {
        these
            .iter()
            .filter(|number| !number.vague)
            .all(|number| those.iter().any(|those| number.value == those.value))
    };
    all(&one, &other) && all(&other, &one)
}

/// Returns what is said by neighbouring numbers of two digits together: the year of "twenty
/// twenty-six", the name of "80 37".
pub(super) fn pairs(numbers: &[Number]) -> impl Iterator<Item = Value> + '_ {
    numbers.windows(2).filter_map(|pair| {
        let (first, second) = (pair[0].value.as_whole()?, pair[1].value.as_whole()?);
        let near = pair[1].at.start.saturating_sub(pair[0].at.end) <= 1;
        (near && (10..100).contains(&first) && (0..100).contains(&second))
            .then(|| Value::whole(first * 100 + second))
    })
}

/// Reads the number at the first token; also its length.
fn number(tokens: &[Token]) -> Option<(Number, usize)> {
    let first = tokens.first()?;
    let (value, digits, mut length, mut vague) = match first.what {
        What::Digits(value) => {
            let (value, length) = scaled(value, tokens, 1)?;
            (value, true, length, false)
        }
        What::Word(_) => {
            let (value, length) = spoken(tokens)?;
            (value, false, length, length == 1 && first.vague)
        }
        What::Other => return None,
    };
    let mut value = value;
    // "Two and a half", "2 and a half", "שעה וחצי".
    if let Some((part, more)) = half(&tokens[length..]) {
        value = value.plus(part)?;
        length += more;
        vague = false;
    } else if let Some(parts) = parts(tokens.get(length)) {
        // "Two thirds", "three quarters".
        if value.as_whole().is_some_and(|count| (1..parts).contains(&count)) {
            value = value.times(Value::new(1, parts)?)?;
            length += 1;
            vague = false;
        }
    }
    let at = first.at.clone();
    Some((Number { value, percent: false, digits, vague, at }, length))
}

/// Multiplies a number by the scales that follow it: "2.5 million".
fn scaled(value: Value, tokens: &[Token], from: usize) -> Option<(Value, usize)> {
    let (mut value, mut length) = (value, from);
    while let Some(Token { what: What::Word(Role::Scale(scale)), joined: true, .. }) =
        tokens.get(length)
    {
        value = value.times(Value::whole(*scale))?;
        length += 1;
    }
    Some((value, length))
}

/// Reads a number in words.
fn spoken(tokens: &[Token]) -> Option<(Value, usize)> {
    let role = |at: usize| match tokens.get(at) {
        Some(Token { what: What::Word(role), joined, .. }) if at == 0 || *joined => Some(*role),
        _ => None,
    };
    match role(0)? {
        Role::Nth(value) | Role::Alone(value) => return Some((Value::whole(value), 1)),
        Role::Part(parts) => return Some((Value::new(1, parts)?, 1)),
        Role::Percent | Role::And => return None,
        Role::A => {
            return match role(1)? {
                Role::Part(parts) | Role::Nth(parts @ 3..) => Some((Value::new(1, parts)?, 2)),
                Role::Alone(value) => Some((Value::whole(value), 2)),
                Role::Scale(_) => rest(tokens, 1),
                _ => None,
            };
        }
        Role::Unit(_) | Role::Ten(_) | Role::Scale(_) => {}
    }
    rest(tokens, 0)
}

/// Reads units, tens and scales.
fn rest(tokens: &[Token], from: usize) -> Option<(Value, usize)> {
    let role = |at: usize| match tokens.get(at) {
        Some(Token { what: What::Word(role), joined, .. }) if at == from || *joined => Some(*role),
        _ => None,
    };
    let (mut total, mut group) = (0i64, 0i64);
    // The largest that may still be added to the group.
    let mut below = i64::MAX;
    let mut teen = false;
    let mut at = from;
    loop {
        let and = role(at) == Some(Role::And) && at > from;
        let next = at + usize::from(and);
        let fits = match role(next) {
            // Hebrew teens: "שלוש עשרה".
            Some(Role::Unit(10)) if teen && !and => {
                group += 10;
                (below, teen) = (0, false);
                true
            }
            Some(Role::Unit(value)) if value < below => {
                group += value;
                (below, teen) = (0, (1..10).contains(&value));
                true
            }
            Some(Role::Ten(value)) if value < below => {
                group += value;
                (below, teen) = (10, false);
                true
            }
            Some(Role::Scale(100)) if group < 100 && !and => {
                group = group.max(1) * 100;
                (below, teen) = (100, false);
                true
            }
            Some(Role::Scale(scale)) if scale > 100 && !and => {
                total = total.checked_add(group.max(1).checked_mul(scale)?)?;
                group = 0;
                (below, teen) = (scale.min(1000), false);
                true
            }
            _ => false,
        };
        if !fits {
            break;
        }
        at = next + 1;
    }
    (at > from).then(|| (Value::whole(total.saturating_add(group)), at))
}

/// Reads "and a half" or "וחצי".
fn half(tokens: &[Token]) -> Option<(Value, usize)> {
    let what = |at: usize| tokens.get(at).filter(|token| token.joined).map(|token| token.what);
    let and = usize::from(what(0)? == What::Word(Role::And));
    let a = usize::from(what(and) == Some(What::Word(Role::A)));
    match what(and + a)? {
        What::Word(Role::Part(parts)) if and == 1 => Some((Value::new(1, parts)?, and + a + 1)),
        _ => None,
    }
}

/// Returns the denominator that a word is after a number.
fn parts(token: Option<&Token>) -> Option<i64> {
    match token.filter(|token| token.joined)?.what {
        What::Word(Role::Part(parts)) => Some(parts),
        What::Word(Role::Nth(parts @ 3..=12)) => Some(parts),
        _ => None,
    }
}

/// Splits a text into digits and words.
fn tokens(text: &str, tags: &[&str]) -> Vec<Token> {
    let mut tokens: Vec<Token> = Vec::new();
    let mut end = 0;
    for (from, word) in text.unicode_word_indices() {
        let gap = &text[end..from];
        let joined =
            end > 0 && gap.chars().all(|c| c.is_whitespace() || matches!(c, '-' | '‑' | '־'));
        end = from + word.len();
        if word.starts_with(|c| digit(c).is_some()) || word.contains(|c| digit(c).is_some()) {
            tokens.extend(in_digits(word, from, joined));
            continue;
        }
        let lower = word.to_lowercase();
        let (prefix, role) = role(&lower, tags);
        if prefix {
            // "עשרים ושלוש".
            let and = Token { at: from..from, what: What::Word(Role::And), vague: true, joined };
            tokens.push(and);
        }
        let joined = joined || prefix;
        let (what, vague) =
            role.map_or((What::Other, false), |(role, vague)| (What::Word(role), vague));
        tokens.push(Token { at: from..end, what, vague, joined });
    }
    tokens
}

/// Returns the role of a word, and whether the Hebrew "and" is joined to it.
fn role(lower: &str, tags: &[&str]) -> (bool, Option<(Role, bool)>) {
    if let Some(role) = meaning(lower, tags) {
        return (false, Some(role));
    }
    let mut rest = lower;
    let mut and = false;
    for _ in 0..2 {
        let Some(next) = rest.strip_prefix(PREFIXES) else { break };
        and |= rest.starts_with('ו');
        rest = next;
        if rest.chars().nth(1).is_some()
            && let Some(role) = meaning(rest, tags)
        {
            return (and, Some(role));
        }
    }
    (false, None)
}

/// Reads the numbers of a word with digits: `1,000`, `3.5`, `10k`, `9:30`, `3rd`, `2026-03-20`.
fn in_digits(word: &str, from: usize, joined: bool) -> Vec<Token> {
    let mut tokens = Vec::new();
    let chars: Vec<(usize, char)> = word.char_indices().collect();
    let mut at = 0;
    while at < chars.len() {
        if digit(chars[at].1).is_none() {
            at += 1;
            continue;
        }
        let start = at;
        let mut text = String::new();
        while let Some((_, c)) = chars.get(at) {
            let follows = |n: usize| {
                chars[at + 1..].iter().take(n).filter(|(_, c)| digit(*c).is_some()).count()
            };
            match (digit(*c), *c) {
                (Some(digit), _) => text.push((b'0' + digit) as char),
                // A group of three is thousands, anything else a decimal.
                (None, ',' | '٬') if follows(3) == 3 && follows(4) == 3 => {}
                (None, '.' | ',' | '٫') if follows(1) == 1 && !text.contains('.') => {
                    text.push('.')
                }
                _ => break,
            }
            at += 1;
        }
        let end = chars.get(at).map_or(word.len(), |(end, _)| *end);
        let suffix: String = chars[at..].iter().map(|(_, c)| *c).take(4).collect();
        let scale = match suffix.to_lowercase().as_str() {
            "k" => 1000,
            "m" | "mio" => 1_000_000,
            _ => 1,
        };
        let value = decimal(&text).and_then(|value| value.times(Value::whole(scale)));
        if let Some(value) = value {
            let at = from + chars[start].0..from + end;
            let joined = joined && start == 0;
            tokens.push(Token { at, what: What::Digits(value), vague: false, joined });
        }
    }
    tokens
}

fn decimal(text: &str) -> Option<Value> {
    match text.split_once('.') {
        None => Some(Value::whole(text.parse().ok()?)),
        Some((whole, part)) => {
            let under = 10i64.checked_pow(u32::try_from(part.len()).ok()?)?;
            let over =
                whole.parse::<i64>().ok()?.checked_mul(under)?.checked_add(part.parse().ok()?)?;
            Value::new(over, under)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn shown(text: &str) -> Vec<String> {
        let numbers = numbers(text, &["de"]);
        numbers
            .iter()
            .map(|number| {
                let Value { over, under } = number.value;
                let value = if under == 1 { over.to_string() } else { format!("{over}/{under}") };
                format!("{value}{}", if number.percent { "%" } else { "" })
            })
            .collect()
    }

    #[test]
    fn digits_and_words_are_the_same_numbers() {
        for (text, found) in [
            ("three weeks", &["3"][..]),
            ("3 weeks", &["3"]),
            ("twenty-five reports", &["25"]),
            ("one hundred and twenty people", &["120"]),
            ("a hundred people", &["100"]),
            ("two thousand and five", &["2005"]),
            ("fifteen hundred", &["1500"]),
            ("2.5 million", &["2500000"]),
            ("1,000 and 1000", &["1000", "1000"]),
            ("10k a year", &["10000"]),
            ("two and a half hours", &["5/2"]),
            ("2.5 hours", &["5/2"]),
            ("2,5 Stunden", &["5/2"]),
            ("a third of it", &["1/3"]),
            ("two thirds", &["2/3"]),
            ("three quarters", &["3/4"]),
            ("thirty percent", &["30%"]),
            ("30 % of them", &["30%"]),
            ("on the 3rd", &["3"]),
            ("the fourth time", &["4"]),
            ("at 9:30", &["9", "30"]),
            ("five, ten minutes", &["5", "10"]),
            ("five or six", &["5", "6"]),
            ("five six seven", &["5", "6", "7"]),
            ("two hundred thousand and three", &["200003"]),
            ("twice a week", &["2"]),
            ("שלושה שבועות", &["3"]),
            ("עשרים וחמש דקות", &["25"]),
            ("שלוש עשרה", &["13"]),
            ("שלושים אחוז", &["30%"]),
            ("שעתיים וחצי", &["5/2"]),
            ("מאה ועשרים", &["120"]),
            ("אלפיים שקל", &["2000"]),
            ("بعد ٣ أيام", &["3"]),
            ("drei Wochen", &["3"]),
            ("nothing is due, not even once more", &["1"]),
            ("nothing to count", &[]),
        ] {
            assert_eq!(shown(text), found, "{text}");
        }
    }

    #[test]
    fn a_half_is_fifty_percent() {
        let number = |text: &str| numbers(text, &[]).remove(0);
        assert!(number("50%").is(&number("half of them")));
        assert!(number("half of them").is(&number("50 percent")));
        assert!(number("30 percent").is(&number("30%")));
        assert!(!number("30%").is(&number("30 people")));
        assert!(!number("40%").is(&number("half of them")));
    }

    #[test]
    fn years_may_be_said_in_pairs() {
        let said = numbers("in twenty twenty-six, or in nineteen ninety", &[]);
        let years: Vec<_> = pairs(&said).filter_map(Value::as_whole).collect();
        assert_eq!(years, [2026, 1990]);
    }

    proptest! {
        #[test]
        fn any_text_is_read(text in "(\\PC|[0-9.,:%]| hundred| and a half|עשרים|ו){0,40}") {
            for number in numbers(&text, &["de", "ru"]) {
                prop_assert!(text.get(number.at.clone()).is_some());
            }
        }

        #[test]
        fn numbers_are_whole(value in 0i64..1_000_000) {
            prop_assert_eq!(numbers(&format!("about {value} of them"), &[])[0].value, Value::whole(value));
        }
    }
}
