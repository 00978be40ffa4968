//! A table with tabs, as Whisper writes it: `start`, `end`, `text`, perhaps `speaker`.
//!
//! Recognised by its first line. Whole numbers are milliseconds, numbers with a point seconds,
//! anything with a colon a time stamp.

use super::builder::Builder;
use super::columns::{Columns, MAX_ROW, Unit};
use super::lines::lines;
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
        match first(head.text()) {
            Some(_) => Confidence::Certain,
            None => Confidence::No,
        }
    }

    fn parse(&self, source: &Source<'_>, out: &mut Builder) {
        let Some(columns) = first(source.text()) else { return };
        for line in lines(source.text()).skip(1) {
            if out.is_full() {
                return;
            }
            if line.text.trim().is_empty() {
                continue;
            }
            let last = columns.count - 1;
            let field = |place: usize| match place == last {
                // A tab too many belongs to the last column.
                true => line.text.splitn(columns.count, '\t').nth(place),
                false => line.text.split('\t').nth(place),
            };
            columns.say(line.number, field, unit, out);
        }
    }
}

/// The columns, where the first line names them.
fn first(text: &str) -> Option<Columns> {
    let line = lines(text).next()?.text;
    let table = line.len() <= MAX_ROW && line.contains('\t');
    table.then(|| Columns::of(line.split('\t'))).flatten()
}

/// Whisper's whole numbers are milliseconds.
fn unit(cell: &str) -> Unit {
    if cell.contains('.') { Unit::Seconds } else { Unit::Millis }
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
