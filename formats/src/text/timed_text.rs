//! Text with times and no names: `00:05 text`, or the time on its own line.
//!
//! Whisper prints `[00:00:00.000 --> 00:00:04.000]  text`; a copied video page alternates lines of
//! times and text. There are no speakers.

use super::asides;
use super::spans::{Span, bracketed_span};
use crate::kernel::clock::Clock;
use crate::kernel::lines::lines;
use crate::kernel::{Builder, Confidence, Format, Head, Piece, Skip, Source, names};

/// The format of text with times.
pub(crate) struct TimedText;

impl Format for TimedText {
    fn id(&self) -> &'static str {
        "timed_text"
    }

    fn name(&self) -> &'static str {
        "plain text with times"
    }

    fn recognise(&self, head: &Head<'_>) -> Confidence {
        let (mut filled, mut timed, mut led) = (0u32, 0u32, 0u32);
        let mut words = 0usize;
        let mut waiting = false;
        let mut last = None;
        let (mut order, mut logged) = (0u32, 0u32);
        for line in lines(head.text()) {
            let line = trim(line.text);
            if line.is_empty() || asides::is_aside(line) {
                continue;
            }
            filled += 1;
            match bracketed_span(line) {
                Some((span, rest)) => {
                    timed += 1;
                    order += u32::from(last <= span.start.known());
                    last = span.start.known();
                    waiting = rest.is_empty();
                    led += u32::from(!waiting);
                    words += rest.split_whitespace().take(20).count();
                    logged += u32::from(is_logged(rest));
                }
                None => {
                    led += u32::from(std::mem::take(&mut waiting));
                    words += line.split_whitespace().take(20).count();
                }
            }
        }
        // An agenda or a log has times too: in speech they ascend, and each is followed by text.
        let talk = timed >= 2
            && timed * 3 >= filled
            && led * 10 >= timed * 8
            && order * 10 >= timed * 9
            && logged * 2 < timed
            && words >= 3 * timed as usize;
        if talk { Confidence::Possible } else { Confidence::No }
    }

    fn parse(&self, source: &Source<'_>, out: &mut Builder) {
        let mut span: Option<Span> = None;
        let mut clock: Option<Clock> = None;
        let mut began = false;
        for line in lines(source.text()) {
            if out.is_full() {
                return;
            }
            let trimmed = trim(line.text);
            if trimmed.is_empty() || asides::is_aside(trimmed) {
                out.skip(line.number, Skip::ToolLine, trimmed);
                continue;
            }
            let text = match bracketed_span(trimmed) {
                Some((found, rest)) => {
                    span = Some(found);
                    began = true;
                    rest
                }
                None if !began => {
                    out.skip(line.number, Skip::BeforeTime, trimmed);
                    continue;
                }
                None => trimmed,
            };
            if text.is_empty() {
                continue;
            }
            // Further lines have no time of their own.
            let span = span.take();
            if span.is_some_and(|span| span.of_day) {
                clock.get_or_insert_default();
            }
            let (start, end) = (span.map(|span| span.start), span.and_then(|span| span.end));
            let times = out.times(line.number, start, end);
            let mut count = |ms: u64| match &mut clock {
                Some(clock) => clock.since(ms, line.number, out),
                None => ms,
            };
            let (start_ms, end_ms) = (times.0.map(&mut count), times.1.map(count));
            out.say(Piece { line: line.number, start_ms, end_ms, text, ..Piece::default() });
        }
    }
}

fn trim(line: &str) -> &str {
    line.trim_matches(|c: char| c.is_whitespace() || names::is_mark(c))
}

/// Returns whether a program logged the line: a log level precedes the message.
fn is_logged(rest: &str) -> bool {
    let level = rest.split_whitespace().next().unwrap_or_default();
    let level = level.trim_matches(|c: char| !c.is_ascii_alphabetic());
    ["TRACE", "DEBUG", "INFO", "WARN", "WARNING", "ERROR", "FATAL"].contains(&level)
}

#[cfg(test)]
mod tests {
    use crate::parse;
    use crate::testing::{cut_anywhere, read, turns};

    #[test]
    fn times_and_words_of_nobody() {
        for file in [
            "[00:00:00.000 --> 00:00:04.000]   So we begin here today.\n[00:00:04.000 --> 00:00:06.500]  And we go on.\n",
            "0:00 So we begin\nhere today.\n0:04 And we go on.\n",
            "0:00\nSo we begin here today.\n0:04\nAnd we go on.\n",
            "(00:00) So we begin here today.\n(00:04) And we go on.\n",
        ] {
            let content = read("timed_text", file);
            assert_eq!(content.turns.len(), 1, "{file}");
            assert_eq!(content.turns[0].speaker, None);
            assert_eq!(content.turns[0].start_ms, Some(0));
            assert_eq!(content.turns[0].text, "So we begin here today. And we go on.");
            cut_anywhere(file.as_bytes());
        }
        let file = "[00:00.000 --> 00:04.000] So we begin here today.\n[00:40.000 --> 00:41.000] And we go on.\n";
        assert_eq!(
            turns(&read("timed_text", file))[1],
            (None, Some(40_000), Some(41_000), "And we go on.")
        );
    }

    #[test]
    fn agendas_and_logs_are_none() {
        for file in [
            "09:00 Welcome\n10:30 Break\n12:00 Lunch\n",
            "Welcome 09:00\nto all of you\nand so on\n",
            "10:00:01 INFO The server has started.\n10:00:02 [WARN] The disk is full.\n10:00:03 INFO All is well.\n",
            "12:00:05 a b c d e\n11:00:00 f g h i j\n10:00:00 k l m n o\n",
        ] {
            assert!(parse(file.as_bytes()).is_err(), "{file}");
        }
    }
}
