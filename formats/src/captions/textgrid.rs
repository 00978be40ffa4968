//! Praat's TextGrid, long or short: a tier for each speaker, intervals with times.
//!
//! Parsed as Praat parses it: free-standing strings, flags and numbers; all else is decoration.
//! Tiers of sounds have no words. Several tiers are merged by time.
//!
//! Invariant: memory depends on the number of tiers, not of intervals: the file is walked twice,
//! the second time in all tiers at once.

use std::cmp::Ordering;
use std::collections::BinaryHeap;

use crate::kernel::{Builder, Confidence, Format, Head, Piece, Source, time};

/// The TextGrid format.
pub(crate) struct TextGrid;

/// Maximum number of intervals; more than any conversation has.
const MAX_INTERVALS: u64 = 1_000_000;
/// Names of tiers with words that are not speakers' names.
const WORDS: &[&str] =
    &["words", "word", "text", "transcript", "transcription", "utterances", "sentences"];
/// Names of tiers without words.
const SOUNDS: &[&str] = &["phones", "phone", "phonemes", "syllables"];

impl Format for TextGrid {
    fn id(&self) -> &'static str {
        "textgrid"
    }

    fn name(&self) -> &'static str {
        "Praat TextGrid"
    }

    fn recognise(&self, head: &Head<'_>) -> Confidence {
        let text = head.text();
        let start = &text[..text.floor_char_boundary(200)];
        match start.contains("ooTextFile") && start.contains("\"TextGrid\"") {
            true => Confidence::Certain,
            false => Confidence::No,
        }
    }

    fn parse(&self, source: &Source<'_>, out: &mut Builder) {
        let mut tiers = survey(source.text(), out);
        let mut heads: BinaryHeap<Waiting> = BinaryHeap::new();
        let next = |place: usize, tiers: &mut [Tier<'_>], heads: &mut BinaryHeap<Waiting>| {
            if let Some(start) = tiers.get_mut(place).and_then(Tier::advance) {
                heads.push(Waiting { start, place });
            }
        };
        (0..tiers.len()).for_each(|place| next(place, &mut tiers, &mut heads));
        while let Some(Waiting { place, .. }) = heads.pop() {
            if out.is_full() {
                return;
            }
            if let Some(interval) = tiers[place].head.take() {
                interval.say(tiers[place].speaker.as_deref(), out);
            }
            next(place, &mut tiers, &mut heads);
        }
    }
}

/// Finds the tiers with words, and warns about the others.
fn survey<'a>(text: &'a str, out: &mut Builder) -> Vec<Tier<'a>> {
    let mut tokens = Tokens { text, at: 0, line: 1 };
    let mut tiers = Vec::new();
    let mut intervals = 0u64;
    let mut marked = None;
    while let Some((line, token)) = tokens.next() {
        let Token::Text(class @ ("IntervalTier" | "TextTier")) = token else { continue };
        let Some((_, Token::Text(name))) = tokens.next() else { break };
        let is_words = class == "IntervalTier" && !is_sounds(name);
        if !is_words {
            out.warn(line, "a tier of sounds or points was skipped");
        }
        // Start, end and size of the tier.
        let head = [tokens.number(), tokens.number(), tokens.number()];
        let [Some(_), Some(_), Some(size)] = head else { break };
        let mut tier = Tier {
            speaker: speaker(name).map(|name| name.replace("\"\"", "\"")),
            tokens: tokens.clone(),
            left: 0,
            head: None,
        };
        let size = size.max(0.0) as u64;
        while tier.left < size && intervals < MAX_INTERVALS {
            let Some(interval) = tokens.interval(class == "TextTier") else { break };
            tier.left += 1;
            intervals += 1;
            if is_words && interval.text.contains('<') {
                marked.get_or_insert(interval.line);
            }
        }
        let broken = tier.left < size && intervals < MAX_INTERVALS;
        if is_words {
            tiers.push(tier);
        }
        if broken {
            out.warn(tokens.line, "the file is cut off here: it was read up to this point");
            break;
        }
    }
    if let Some(line) = marked {
        out.warn(line, "marks such as <UNSURE> were removed; the words between them were kept");
    }
    tiers
}

/// A tier that is being read.
struct Tier<'a> {
    speaker: Option<String>,
    /// Tokens from its next interval on.
    tokens: Tokens<'a>,
    /// Number of intervals left.
    left: u64,
    /// The next interval.
    head: Option<Interval<'a>>,
}

impl Tier<'_> {
    /// Advances to the next interval with words, and returns its start.
    fn advance(&mut self) -> Option<f64> {
        while self.left > 0 {
            self.left -= 1;
            let interval = self.tokens.interval(false)?;
            if !interval.text.trim().is_empty() {
                let start = interval.start;
                self.head = Some(interval);
                return Some(start);
            }
        }
        None
    }
}

/// A tier with its next interval; the earliest is the greatest.
struct Waiting {
    start: f64,
    place: usize,
}

impl Ord for Waiting {
    fn cmp(&self, other: &Self) -> Ordering {
        other.start.total_cmp(&self.start).then(other.place.cmp(&self.place))
    }
}

impl PartialOrd for Waiting {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Waiting {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Waiting {}

struct Interval<'a> {
    line: u32,
    start: f64,
    end: f64,
    text: &'a str,
}

impl Interval<'_> {
    fn say(&self, speaker: Option<&str>, out: &mut Builder) {
        let stamps = (time::seconds(self.start), time::seconds(self.end));
        let (start_ms, end_ms) = out.times(self.line, Some(stamps.0), Some(stamps.1));
        let (line, text) = (self.line, plain(self.text));
        out.say(Piece { line, speaker, start_ms, end_ms, text: &text, ..Piece::default() });
    }
}

enum Token<'a> {
    Number(f64),
    /// Without the outer quotes; quotes inside are still doubled.
    Text(&'a str),
}

#[derive(Clone)]
struct Tokens<'a> {
    text: &'a str,
    at: usize,
    line: u32,
}

impl<'a> Tokens<'a> {
    fn next(&mut self) -> Option<(u32, Token<'a>)> {
        let bytes = self.text.as_bytes();
        loop {
            let rest = &bytes[self.at..];
            let blank = rest.iter().take_while(|b| b.is_ascii_whitespace()).count();
            self.pass(blank);
            let line = self.line;
            if *bytes.get(self.at)? == b'"' {
                let mut end = self.at + 1;
                loop {
                    end += bytes[end..].iter().position(|b| *b == b'"')?;
                    if bytes.get(end + 1) != Some(&b'"') {
                        break;
                    }
                    end += 2;
                }
                let inner = &self.text[self.at + 1..end];
                self.pass(end + 1 - self.at);
                return Some((line, Token::Text(inner)));
            }
            let rest = &bytes[self.at..];
            let length =
                rest.iter().take_while(|b| !b.is_ascii_whitespace() && **b != b'"').count();
            let word = &self.text[self.at..self.at + length];
            self.pass(length);
            // A number at the very end may be truncated.
            if self.at < bytes.len()
                && let Ok(number) = word.parse::<f64>()
                && number.is_finite()
            {
                return Some((line, Token::Number(number)));
            }
        }
    }

    /// Parses the next interval; a point has one time.
    fn interval(&mut self, point: bool) -> Option<Interval<'a>> {
        let start = self.number()?;
        let end = if point { start } else { self.number()? };
        match self.next()? {
            (line, Token::Text(text)) => Some(Interval { line, start, end, text }),
            _ => None,
        }
    }

    fn number(&mut self) -> Option<f64> {
        match self.next()? {
            (_, Token::Number(number)) => Some(number),
            (_, Token::Text(_)) => None,
        }
    }

    fn pass(&mut self, length: usize) {
        let passed = &self.text.as_bytes()[self.at..self.at + length];
        let lines = passed.iter().filter(|b| **b == b'\n').count();
        self.line = self.line.saturating_add(u32::try_from(lines).unwrap_or(u32::MAX));
        self.at += length;
    }
}

fn is_sounds(name: &str) -> bool {
    let last = name.rsplit(" - ").next().unwrap_or(name).trim().to_lowercase();
    SOUNDS.contains(&last.as_str())
}

/// Returns the speaker of a tier: `Noa`, or `Noa - words`.
fn speaker(name: &str) -> Option<&str> {
    let name = name.trim();
    let is_words = |name: &str| WORDS.contains(&name.to_lowercase().as_str());
    match name.rsplit_once(" - ") {
        Some((name, kind)) if is_words(kind.trim()) => Some(name),
        _ => (!is_words(name)).then_some(name),
    }
}

/// Returns the text without marks in capitals, and with single quotes restored.
fn plain(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('<') {
        plain.push_str(&rest[..at]);
        let special = &rest[at..];
        let reach = &special.as_bytes()[..special.len().min(40)];
        let end = reach.iter().position(|b| *b == b'>').filter(|end| {
            *end > 1
                && reach[1..*end].iter().all(|b| b.is_ascii_uppercase() || matches!(b, b'/' | b'_'))
        });
        match end {
            Some(end) => rest = &special[end + 1..],
            None => {
                plain.push('<');
                rest = &special[1..];
            }
        }
    }
    plain.push_str(rest);
    plain.replace("\"\"", "\"")
}

#[cfg(test)]
mod tests {
    use crate::testing::{cut_anywhere, read, turns};

    const LONG: &str = "File type = \"ooTextFile\"\r\nObject class = \"TextGrid\"\r\n\r\nxmin = 0 \r\nxmax = 9.5 \r\ntiers? <exists> \r\nsize = 2 \r\nitem []: \r\n    item [1]:\r\n        class = \"IntervalTier\" \r\n        name = \"Doctor\" \r\n        xmin = 0 \r\n        xmax = 9.5 \r\n        intervals: size = 2 \r\n        intervals [1]:\r\n            xmin = 0 \r\n            xmax = 2.5 \r\n            text = \"\" \r\n        intervals [2]:\r\n            xmin = 2.5 \r\n            xmax = 4 \r\n            text = \"Say \"\"hi\"\", <UNSURE>Noa</UNSURE> <UNIN/>\" \r\n    item [2]:\r\n        class = \"IntervalTier\" \r\n        name = \"Patient\" \r\n        xmin = 0 \r\n        xmax = 9.5 \r\n        intervals: size = 1 \r\n        intervals [1]:\r\n            xmin = 1 \r\n            xmax = 2 \r\n            text = \"Hello\" \r\n";

    #[test]
    fn tiers_are_speakers_in_the_order_of_time() {
        let content = read("textgrid", LONG);
        assert_eq!(
            turns(&content),
            [
                (Some("Patient"), Some(1_000), Some(2_000), "Hello"),
                (Some("Doctor"), Some(2_500), Some(4_000), "Say \"hi\", Noa"),
            ]
        );
        assert_eq!(content.warnings.len(), 1);
        assert_eq!(content.warnings[0].line, 22);
    }

    #[test]
    fn the_short_form_and_tiers_of_sounds() {
        let short = "File type = \"ooTextFile\"\nObject class = \"TextGrid\"\n\n0\n3\n<exists>\n2\n\"IntervalTier\"\n\"Noa - words\"\n0\n3\n2\n0\n1\n\"hi\"\n1\n3\n\"there\"\n\"IntervalTier\"\n\"Noa - phones\"\n0\n3\n1\n0\n1\n\"HH\"\n";
        let content = read("textgrid", short);
        assert_eq!(turns(&content), [(Some("Noa"), Some(0), Some(3_000), "hi there")]);
    }

    #[test]
    fn any_cut_is_read_as_far_as_it_goes() {
        cut_anywhere(LONG.as_bytes());
    }
}
