//! Plain text with a name in front of each speaker's text.
//!
//! `Name: text`, `**Name:** text`, `[00:01:02] Name: text`, `Name (00:01): text`, `[SPEAKER_00]:
//! text`, `Name: [00:01 - 00:05] text`, `Name [00:01] text`; if most lines have it, `[Name] text`,
//! `<Name> text`, `Name - text` and `Name | text`. Lines without a name continue the speaker above.
//! Text before the first speaker (title, date, attendees, links) is not speech, nor are marked
//! breaks and jingles (`**Break:** [01:33]`). A single time is a start; the end is unknown.

use super::dividers::{self, Layout};
use super::markdown::{bullet, unescape};
use super::named_line::{Divider, is_stage, named_line};
use super::spans::{Span, bracketed_span, bracketed_time};
use super::{asides, front_matter};
use crate::kernel::clock::counted_from;
use crate::kernel::lines::lines;
use crate::kernel::prefix_survey::{PrefixSurvey, Speakers};
use crate::kernel::{Builder, Confidence, Format, Head, Piece, Source, names};

/// The format of text with names in front.
pub(crate) struct NamedText;

/// Recordings are seldom this long; a first time past it is a time of day.
const CLOCK_MS: u64 = 5 * 3_600_000;

/// Maximum number of speakers who may each speak once, in several paragraphs.
const FEW: usize = 4;

impl Format for NamedText {
    fn id(&self) -> &'static str {
        "named_text"
    }

    fn name(&self) -> &'static str {
        "plain text with names (Name: text)"
    }

    fn recognise(&self, head: &Head<'_>) -> Confidence {
        let text = head.text();
        let start = text.trim_start();
        if start.starts_with('{') {
            return Confidence::No;
        }
        let survey = survey(text, &Part::of(text));
        if start.starts_with('<') && survey.layout.divider != Divider::Angles {
            return Confidence::No;
        }
        let named = survey.speakers.lines();
        let people = survey.speakers.len();
        // One name, once, is a heading; many names, each once, are a list, a form or notes.
        let notes = people > FEW && named * 2 < survey.filled;
        let talk = named >= 2
            && (people == 1 || survey.words >= 2 * named)
            && (named as usize > people || survey.filled == named || survey.marked >= 2 && !notes);
        match named * 10 / survey.filled.max(1) {
            _ if !talk => Confidence::No,
            0 => Confidence::No,
            1..=4 => Confidence::Possible,
            _ => Confidence::Likely,
        }
    }

    fn parse(&self, source: &Source<'_>, out: &mut Builder) {
        let text = source.text();
        let part = Part::of(text);
        if part.from > 0 {
            out.warn(1, "the document's properties were skipped");
            lines(text)
                .take_while(|line| line.number < part.from)
                .for_each(|line| heading(line.text, out));
        }
        read(text, &part, out);
    }
}

/// The lines of a document that are the conversation, if its format determines them.
#[derive(Debug, Default)]
pub(crate) struct Part<'a> {
    /// First line; text before it is skipped without a warning.
    pub(crate) from: u32,
    /// The line after the last one.
    pub(crate) to: Option<u32>,
    /// Names that the document lists as people.
    pub(crate) known: Vec<&'a str>,
}

impl Part<'_> {
    /// Returns the whole document except its front matter.
    fn of(text: &str) -> Self {
        Part { from: front_matter::end(text).unwrap_or_default(), ..Part::default() }
    }

    fn has(&self, line: u32) -> bool {
        line >= self.from && self.to.is_none_or(|to| line < to)
    }
}

/// Reads the conversation in part of a text.
pub(crate) fn read(text: &str, part: &Part<'_>, out: &mut Builder) {
    let Survey { speakers, layout, .. } = survey(text, part);
    let markdown = text.contains("**");
    let mut speaker: Option<&str> = None;
    // A time on its own line, for the next speaker; and that of a name alone on its line.
    let mut pending: Option<Span> = None;
    let mut below: Option<Span> = None;
    let mut clock = None;
    let mut skipped: Option<u32> = None;
    let mut stage: Option<u32> = None;
    let mut on_stage = false;
    for line in lines(text).filter(|line| part.has(line.number)) {
        if out.is_full() {
            return;
        }
        let trimmed = line.text.trim_matches(|c: char| c.is_whitespace() || names::is_mark(c));
        // Markdown quotations have marks in blank lines too.
        if trimmed.is_empty() || trimmed == ">" {
            continue;
        }
        if let Some((span, "")) = bracketed_span(trimmed.trim_start_matches(['#', ' '])) {
            pending = Some(span);
            continue;
        }
        let named = named_line(trimmed, layout.divider);
        if named.as_ref().is_some_and(|named| is_stage(trimmed, named)) {
            stage.get_or_insert(line.number);
            on_stage = true;
            out.end_turn(line.number);
            continue;
        }
        let named = named.filter(|named| speakers.knows(named.name));
        on_stage &= named.is_none();
        if on_stage {
            continue;
        }
        let (span, said) = match named {
            Some(named) if named.rest.is_empty() => {
                (speaker, below) = (Some(named.name), named.span);
                continue;
            }
            Some(named) => {
                (speaker, below) = (Some(named.name), None);
                (named.span.or(pending.take()), named.rest)
            }
            None if speaker.is_none() => {
                heading(trimmed, out);
                skipped.get_or_insert(line.number);
                continue;
            }
            None if is_rule(trimmed) => continue,
            None if asides::is_aside(trimmed) => continue,
            None => match bracketed_span(trimmed) {
                Some((span, rest)) => (Some(span), rest),
                None => (below.take().or_else(|| pending.take()), trimmed),
            },
        };
        let (start, end) = out.times(line.number, span.map(|s| s.start), span.and_then(|s| s.end));
        let of_day = span.is_some_and(|span| span.of_day);
        let start = start.map(|ms| since(&mut clock, ms, of_day, line.number, out));
        let end = end.map(|ms| since(&mut clock, ms, of_day, line.number, out));
        let unescaped = markdown.then(|| unescape(said));
        out.say(Piece {
            line: line.number,
            speaker,
            start_ms: start,
            end_ms: end,
            text: unescaped.as_deref().unwrap_or(said),
            ..Piece::default()
        });
    }
    if let Some(line) = skipped {
        out.warn(line, "text before the first speaker was skipped");
    }
    if let Some(line) = stage {
        out.warn(line, "marked breaks and music were skipped");
    }
}

/// Converts times of day to times relative to the first.
fn since(clock: &mut Option<u64>, ms: u64, of_day: bool, line: u32, out: &mut Builder) -> u64 {
    let zero = *clock.get_or_insert_with(|| {
        if of_day || ms >= CLOCK_MS {
            out.warn(line, counted_from(ms));
            ms
        } else {
            0
        }
    });
    ms.saturating_sub(zero)
}

struct Survey {
    speakers: Speakers,
    /// Number of lines that are not blank.
    filled: u32,
    /// Number of words after names.
    words: u32,
    /// Number of names with a time or in bold.
    marked: u32,
    layout: Layout,
}

/// Finds the names in the text that are speakers.
fn survey(text: &str, part: &Part<'_>) -> Survey {
    let mut survey = PrefixSurvey::default();
    part.known.iter().for_each(|name| survey.mark(name));
    let layout = dividers::layout(filled_lines(text, part).map(|(_, line)| line));
    let unusual = layout.divider != Divider::Colon && layout.divider != Divider::Time;
    let (mut filled, mut words, mut marked) = (0u32, 0u32, 0u32);
    // Counts of lines since the first name.
    let (mut since, mut prefixed) = (0u64, 0u64);
    let mut links: Vec<&str> = Vec::new();
    let mut began = false;
    for (indented, line) in filled_lines(text, part) {
        filled = filled.saturating_add(1);
        // Indented keys are data, not speech.
        let named = named_line(line, layout.divider).filter(|_| !indented);
        // `Video: https://…`.
        if let Some(named) = named.as_ref().filter(|named| is_link(named.rest)) {
            links.extend(began.then_some(named.name));
            continue;
        }
        // A title is no evidence of how names are written.
        began |= named.as_ref().is_some_and(|named| !names::is_label(named.name));
        if began {
            since += 1;
            prefixed += u64::from(named.is_some());
            survey.unit(named.as_ref().map(|named| named.name));
        }
        if let Some(named) = named.filter(|named| !is_stage(line, named)) {
            let listed = bullet(line);
            if named.timed || listed.starts_with("**") || names::is_diarized(named.name) {
                survey.mark(named.name);
                // Notes have lists of bold terms.
                let term = listed != line && !named.timed;
                marked = marked.saturating_add(u32::from(!term));
            } else if unusual || dividers::stands_alone(layout, named.name, named.rest) {
                survey.mark(named.name);
            }
            words = words.saturating_add(words_in(named.rest));
        } else if began && layout.alone {
            words = words.saturating_add(words_in(line));
        }
    }
    // If all lines have names, somebody may say nothing but a link; otherwise it is a source.
    let talk = prefixed * 10 >= since * 9;
    links.into_iter().for_each(|name| survey.unit(talk.then_some(name)));
    Survey { speakers: survey.speakers(text), filled, words, marked, layout }
}

/// Returns the lines of a part that contain more than a time or a rule, and whether they are
/// indented.
fn filled_lines<'a>(
    text: &'a str,
    part: &'a Part<'_>,
) -> impl Iterator<Item = (bool, &'a str)> + 'a {
    lines(text).filter(|line| part.has(line.number)).filter_map(|line| {
        let trimmed = line.text.trim_matches(|c: char| c.is_whitespace() || names::is_mark(c));
        let empty = trimmed.is_empty()
            || trimmed == ">"
            || is_rule(trimmed)
            || asides::is_aside(trimmed)
            || bracketed_time(trimmed).is_some_and(|(_, rest)| rest.is_empty());
        (!empty).then(|| (line.text.starts_with([' ', '\t']), trimmed))
    })
}

/// Estimates the number of words, also for scripts without spaces between words.
fn words_in(text: &str) -> u32 {
    let dense = |c: &char| matches!(c, '\u{0E00}'..='\u{0EFF}' | '\u{3040}'..='\u{30FF}' | '\u{3400}'..='\u{9FFF}');
    let spaced = text.split_whitespace().take(50).count();
    let unspaced = text.chars().take(200).filter(dense).count() / 2;
    u32::try_from(spaced.max(unspaced)).unwrap_or(u32::MAX)
}

/// Returns whether the text is only an address, perhaps in angle brackets or as a Markdown link.
fn is_link(text: &str) -> bool {
    let text = text.trim_matches(['<', '>']);
    let target = text.strip_prefix('[').and_then(|text| Some(text.split_once("](")?.1));
    let target = target.unwrap_or(text);
    (target.starts_with("http://") || target.starts_with("https://"))
        && !target.contains(char::is_whitespace)
}

/// Matches `---`, `***` and the like.
fn is_rule(line: &str) -> bool {
    line.len() >= 3 && line.bytes().all(|b| matches!(b, b'-' | b'*' | b'_' | b'='))
}

/// Reads headings such as `Language: en` above the first speaker.
fn heading(line: &str, out: &mut Builder) {
    if let Some((key, value)) = line.split_once(':')
        && key.trim().eq_ignore_ascii_case("language")
    {
        out.language(value);
    }
}

#[cfg(test)]
mod tests;
