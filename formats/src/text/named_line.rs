//! Lines of plain text that begin with a name, in the notations of people and tools.

use super::markdown::{bold, bullet};
use super::spans::{Span, bracketed_span, trailing_time};
use crate::kernel::names;

/// Number of bytes within which a name ends.
const REACH: usize = 100;
/// Marks in lines that are neither people nor speech.
const STAGE: &[&str] = &[
    "ad",
    "ad break",
    "ads",
    "applause",
    "break",
    "commercial break",
    "intro",
    "intro music",
    "jingle",
    "music",
    "outro",
    "outro music",
    "sound effect",
    "sponsor break",
    "theme music",
];

/// Log levels that programs write in brackets in front of their messages.
const LEVELS: &[&str] = &[
    "critical", "done", "fail", "failed", "fatal", "notice", "ok", "pass", "passed", "severe",
    "skip", "skipped", "success", "verbose",
];

/// A line that begins with a name.
pub(crate) struct Named<'a> {
    pub(crate) name: &'a str,
    pub(crate) span: Option<Span>,
    /// Whether a time proves that this is a name.
    pub(crate) timed: bool,
    /// Whether no space follows the colon, so that other lines must prove that this is a name.
    pub(crate) glued: bool,
    pub(crate) rest: &'a str,
}

/// Separator of names and text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Divider {
    /// `Name: text`.
    Colon,
    /// `Name [00:01] text`, among lines with colons.
    Time,
    /// `[Name] text`.
    Brackets,
    /// `<Name> text`.
    Angles,
    /// `Name - text`, `Name — text`.
    Dash,
    /// `Name | text`.
    Bar,
}

/// Separators that count only if the whole text uses them.
pub(crate) const UNUSUAL: [Divider; 4] =
    [Divider::Brackets, Divider::Angles, Divider::Dash, Divider::Bar];

/// Parses a line that begins with a name.
pub(crate) fn named_line(line: &str, divider: Divider) -> Option<Named<'_>> {
    match divider {
        Divider::Colon => with_colon(line),
        Divider::Time => name_and_time(line).or_else(|| with_colon(line)),
        _ => divided(line, divider),
    }
}

/// Parses `[Tom] text`, `<Tom> text`, `Tom - text`, `Tom | text`, perhaps with a leading time.
fn divided(line: &str, divider: Divider) -> Option<Named<'_>> {
    let mut line = bold(bullet(line));
    let mut span = None;
    if let Some((found, rest)) = bracketed_span(line) {
        (span, line) = (Some(found), rest);
    }
    let reach = &line[..line.floor_char_boundary(REACH)];
    let (name, rest) = match divider {
        Divider::Brackets | Divider::Angles => {
            let (open, close) = if divider == Divider::Brackets { ('[', ']') } else { ('<', '>') };
            let end = reach.strip_prefix(open)?.find(close)? + 1;
            (&line[1..end], &line[end + 1..])
        }
        Divider::Bar => {
            let at = reach.find(" | ")?;
            (&line[..at], &line[at + 3..])
        }
        _ => {
            let dash = [" - ", " – ", " — "];
            let (at, dash) = dash.iter().filter_map(|d| Some((reach.find(d)?, *d))).min()?;
            (&line[..at], &line[at + dash.len()..])
        }
    };
    let (name, rest) = (name.trim().trim_end_matches('*'), rest.trim());
    let fits = !rest.is_empty()
        && !rest.starts_with([':', '：'])
        && !name.contains([':', '：'])
        && name.split_whitespace().count() <= 4
        && names::is_plausible(name)
        && names::is_capitalised(name)
        && !names::is_label(name)
        && !LEVELS.iter().any(|level| level.eq_ignore_ascii_case(name));
    fits.then_some(Named { name, span, timed: false, glued: false, rest })
}

fn with_colon(line: &str) -> Option<Named<'_>> {
    let mut line = bold(bullet(line));
    let mut span = None;
    if let Some((found, rest)) = bracketed_span(line) {
        span = Some(found);
        line = bold(rest.trim_start_matches(['-', '–', '|', ' ', '\t']));
    }
    let Some(colon) = names::colon(line) else {
        let (name, rest) = names::glued(line)?;
        return Some(Named { name, span, timed: span.is_some(), glued: true, rest });
    };
    let (mut name, rest) = line.split_at(colon);
    let mut rest = rest.chars();
    rest.next();
    let mut rest = rest.as_str().trim_start();
    rest = rest.strip_prefix("* ").unwrap_or_else(|| bold(rest)).trim_start();
    name = name.trim().trim_end_matches('*').trim_end();
    if let Some((before, found)) = trailing_time(name) {
        span = span.or(Some(found));
        name = before.trim_end().trim_end_matches("**").trim_end();
    } else if span.is_none()
        && rest.starts_with(['[', '(', '\\'])
        && let Some((found, later)) = bracketed_span(rest)
    {
        // `Name: [00:01:02] text`.
        (span, rest) = (Some(found), later);
    }
    let name = names::unwrap(name);
    let timed = span.is_some();
    names::is_plausible(name).then_some(Named { name, span, timed, glued: false, rest })
}

/// Parses `Name [00:01] text`, `**Name** (0:01) text`. Speech may contain a time too, so the name
/// must be capitalised.
pub(crate) fn name_and_time(line: &str) -> Option<Named<'_>> {
    let reach = line.floor_char_boundary(100);
    let open = |(_, c): &(usize, char)| matches!(c, '[' | '(');
    line[..reach].char_indices().skip(1).filter(open).take(3).find_map(|(at, _)| {
        let (span, rest) = bracketed_span(&line[at..])?;
        if rest.is_empty() || rest.starts_with([':', '：']) {
            return None;
        }
        let name = line[..at].trim_end_matches([' ', '\t', '\\', '-', '–', '|']);
        let name = bold(name.strip_suffix("**").unwrap_or(name).trim_end());
        let fits = names::is_plausible(name)
            && names::is_capitalised(name)
            && !name.contains([':', '：'])
            && name.split_whitespace().count() <= 4;
        fits.then_some(Named { name, span: Some(span), timed: false, glued: false, rest })
    })
}

/// Returns whether a line with this prefix marks a break or music: in bold, or followed only by
/// times.
pub(crate) fn is_stage(line: &str, named: &Named<'_>) -> bool {
    STAGE.iter().any(|known| named.name.eq_ignore_ascii_case(known))
        && (line.starts_with("**")
            || named.rest.split_whitespace().all(|word| {
                word == "to" || word.chars().all(|c| c.is_ascii_digit() || !c.is_alphanumeric())
            }))
}
