//! A table with tabs, as Whisper writes it: `start`, `end`, `text`, perhaps `speaker`.
//!
//! Recognised by its first line. Whole numbers are milliseconds, numbers with a point seconds,
//! anything with a colon a time stamp.

use super::builder::{Builder, Piece};
use super::lines::lines;
use super::time::{self, Stamp};
use super::{Confidence, Format, Head, Source};

/// See the module.
pub(super) struct Tsv;

impl Format for Tsv {
    fn id(&self) -> &'static str {
        "tsv"
    }

    fn name(&self) -> &'static str {
        "a table with tabs (start, end, text)"
    }

    fn recognise(&self, head: &Head<'_>) -> Confidence {
        match lines(head.text()).next().and_then(|line| Columns::read(line.text)) {
            Some(_) => Confidence::Certain,
            None => Confidence::No,
        }
    }

    fn parse(&self, source: &Source<'_>, out: &mut Builder) {
        let mut lines = lines(source.text());
        let Some(columns) = lines.next().and_then(|line| Columns::read(line.text)) else {
            return;
        };
        for line in lines {
            if out.is_full() {
                return;
            }
            if line.text.trim().is_empty() {
                continue;
            }
            let last = columns.count - 1;
            let field = |place: Option<usize>| {
                // A tab too many belongs to the last column.
                place.and_then(|place| match place == last {
                    true => line.text.splitn(columns.count, '\t').nth(place),
                    false => line.text.split('\t').nth(place),
                })
            };
            let Some(text) = field(Some(columns.text)) else {
                out.warn(line.number, "a row without words was skipped");
                continue;
            };
            let (start, end) = (field(Some(columns.start)), field(columns.end));
            let stamps = (start.and_then(stamp), end.and_then(stamp));
            if stamps.0.is_none() || (columns.end.is_some() && stamps.1.is_none()) {
                out.warn(line.number, "a time that cannot be read was dropped");
            }
            let (start_ms, end_ms) = out.times(line.number, stamps.0, stamps.1);
            let speaker = field(columns.speaker);
            out.say(Piece {
                line: line.number,
                speaker,
                start_ms,
                end_ms,
                text,
                ..Piece::default()
            });
        }
    }
}

struct Columns {
    start: usize,
    end: Option<usize>,
    text: usize,
    speaker: Option<usize>,
    count: usize,
}

impl Columns {
    fn read(line: &str) -> Option<Self> {
        if line.len() > 1000 || !line.contains('\t') {
            return None;
        }
        let names: Vec<_> = line.split('\t').map(|name| name.trim().to_ascii_lowercase()).collect();
        let place = |name: &str| names.iter().position(|known| known == name);
        Some(Self {
            start: place("start")?,
            end: place("end"),
            text: place("text")?,
            speaker: place("speaker"),
            count: names.len(),
        })
    }
}

fn stamp(field: &str) -> Option<Stamp> {
    let field = field.trim();
    if field.contains(':') {
        return time::stamp(field);
    }
    let number: f64 = field.parse().ok()?;
    Some(time::seconds(if field.contains('.') { number } else { number / 1000.0 }))
}

#[cfg(test)]
mod tests {
    use crate::formats::testing::{cut_anywhere, read, turns};

    const FILE: &str =
        "start\tend\ttext\n0\t2000\tHola, bon dia\n2000\t4000\ta\tb\n40000\t41000\tadeu\n";

    #[test]
    fn whole_numbers_are_milliseconds() {
        let content = read("tsv", FILE);
        assert_eq!(
            turns(&content),
            [
                (None, Some(0), Some(4_000), "Hola, bon dia a b"),
                (None, Some(40_000), Some(41_000), "adeu"),
            ]
        );
        assert_eq!(content.warnings, []);
    }

    #[test]
    fn seconds_stamps_and_speakers_in_any_order() {
        let content = read(
            "tsv",
            "Speaker\tText\tStart\tEnd\r\nAnna\tHi\t1.5\t2.25\r\nBen\tYes\t0:05\t0:06\r\nBen\tOh\tx\t-1\r\n",
        );
        assert_eq!(
            turns(&content),
            [
                (Some("Anna"), Some(1_500), Some(2_250), "Hi"),
                (Some("Ben"), Some(5_000), None, "Yes Oh"),
            ]
        );
        assert_eq!(content.warnings.len(), 2);
    }

    #[test]
    fn other_tables_are_not_transcripts() {
        assert!(
            crate::formats::parse(b"original\tcorrected\tconfidence\nFossil\tFOCIL\thigh\n")
                .is_err()
        );
    }

    #[test]
    fn any_cut_is_read_as_far_as_it_goes() {
        cut_anywhere(FILE.as_bytes());
    }
}
