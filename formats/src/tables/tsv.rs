//! Tables with tabs, as Whisper writes them: `start`, `end`, `text`, perhaps `speaker`.
//!
//! Recognised by the header, or without one by the columns: times, recurring names, text. Plain
//! numbers are in the unit that fits the pace of speech, else whole ones are milliseconds and others
//! seconds; anything with a colon is a time stamp.

use std::collections::HashSet;

use crate::kernel::columns::{Columns, MAX_ROW, pace_of, stamp};
use crate::kernel::lines::lines;
use crate::kernel::pace::{Pace, Unit};
use crate::kernel::source::HEAD_BYTES;
use crate::kernel::{Builder, Confidence, Format, Head, Skip, Source, names};

/// The TSV format.
pub(crate) struct Tsv;

impl Format for Tsv {
    fn id(&self) -> &'static str {
        "tsv"
    }

    fn name(&self) -> &'static str {
        "a TSV table (start, end, text)"
    }

    fn recognise(&self, head: &Head<'_>) -> Confidence {
        if first(head.text()).is_some() {
            return Confidence::Certain;
        }
        match bare(head.text()) {
            Some(_) => Confidence::Likely,
            None => Confidence::No,
        }
    }

    fn parse(&self, source: &Source<'_>, out: &mut Builder) {
        let text = source.text();
        let heading = first(text);
        let headed = heading.map(|(columns, _)| columns);
        let above = heading.map_or(0, |(_, line)| line);
        lines(text)
            .take_while(|line| line.number < above)
            .for_each(|line| out.skip(line.number, Skip::AroundTable, line.text));
        let head = &text[..text.floor_char_boundary(HEAD_BYTES.min(text.len()))];
        let Some(columns) = headed.or_else(|| bare(head)) else { return };
        let mut pace = Pace::default();
        for line in lines(text).skip(above as usize) {
            pace_of(&columns, |place| cell(line.text, place, &columns), &mut pace);
        }
        // Whisper's whole numbers are milliseconds.
        let judged = pace.by_length();
        let unit = |cell: &str| {
            let written = if cell.contains('.') { Unit::Seconds } else { Unit::Millis };
            judged.unwrap_or(written)
        };
        for line in lines(text).skip(above as usize) {
            if out.is_full() {
                return;
            }
            if line.text.trim().is_empty() {
                continue;
            }
            columns.say(line.number, |place| cell(line.text, place, &columns), unit, out);
        }
    }
}

/// Returns a cell of a row; a surplus tab belongs to the last column.
fn cell<'a>(row: &'a str, place: usize, columns: &Columns) -> Option<&'a str> {
    match place + 1 == columns.count {
        true => row.splitn(columns.count, '\t').nth(place),
        false => row.split('\t').nth(place),
    }
}

/// Returns the columns and the line of the header that names them; a title may be above it.
fn first(text: &str) -> Option<(Columns, u32)> {
    let filled = lines(text).filter(|line| !line.text.trim().is_empty()).take(ABOVE);
    filled
        .filter(|line| line.text.len() <= MAX_ROW && line.text.contains('\t'))
        .find_map(|line| Columns::of(line.text.split('\t')).map(|columns| (columns, line.number)))
}

/// Number of filled lines within which the header is.
const ABOVE: usize = 4;

/// Infers the columns of a table without a header from their content.
fn bare(text: &str) -> Option<Columns> {
    let rows: Vec<Vec<&str>> = lines(text)
        .filter(|line| !line.text.trim().is_empty())
        .take(ROWS)
        .map(|line| line.text.split('\t').map(str::trim).collect())
        .collect();
    let count = rows.first().map_or(0, Vec::len);
    // One row in ten may be odd.
    let all = rows.len();
    let rows: Vec<Vec<&str>> = rows.into_iter().filter(|row| row.len() == count).collect();
    if rows.len() < 3 || !(2..=4).contains(&count) || rows.len() * 10 < all * 9 {
        return None;
    }
    let holds = |place: usize, fits: &dyn Fn(&str) -> bool| rows.iter().all(|row| fits(row[place]));
    let is_time = |cell: &str| {
        let bare = cell.contains('.') && cell.bytes().all(|b| b.is_ascii_digit() || b == b'.');
        cell.contains(':') && stamp(cell, Unit::Seconds).is_some() || bare
    };
    let is_name = |cell: &str| {
        !cell.contains(':')
            && names::is_plausible(cell)
            && names::is_capitalised(cell)
            && !names::is_label(cell)
    };
    let times: Vec<usize> = (0..count).filter(|place| holds(*place, &is_time)).collect();
    let mut left = (0..count).filter(|place| !times.contains(place));
    let (first, second) = (left.next()?, left.next());
    if times.len() > 2 || left.next().is_some() {
        return None;
    }
    let (speaker, text) = match second {
        Some(text) => (Some(first), text),
        None => (None, first),
    };
    let few = speaker.is_none_or(|place| {
        let names: HashSet<&str> = rows.iter().map(|row| row[place]).collect();
        holds(place, &is_name) && names.len() >= 2 && names.len() * 3 <= rows.len() * 2
    });
    let words: usize = rows.iter().map(|row| row[text].split_whitespace().take(20).count()).sum();
    let ends = |marks: &[char]| rows.iter().filter(|row| row[text].ends_with(marks)).count();
    // An agenda has times and names too, but no sentences.
    let sentences = ends(&['.', '?', '!', '…', '。', '？', '！', '؟']) * 2 >= rows.len();
    let talk = match (speaker, times.len()) {
        (Some(_), 1..) | (None, 2) => sentences || words >= 6 * rows.len(),
        // Other tables have names and text alone, too.
        (Some(_), 0) => words >= 3 * rows.len() && ends(&['?', '？', '؟']) > 0,
        _ => false,
    };
    (few && talk && words >= rows.len() + rows.len() / 2).then(|| Columns {
        text,
        speaker,
        start: times.first().copied(),
        end: times.get(1).copied(),
        length: None,
        count,
        unit: None,
        length_unit: None,
    })
}

/// Number of rows examined of a table without a header.
const ROWS: usize = 200;

#[cfg(test)]
mod tests {
    use crate::testing::{cut_anywhere, read, turns};

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
    fn tables_without_headings() {
        let said = ["Hi there.", "Yes, I see.", "So what did you notice?"];
        let lines = |columns: [&str; 3]| {
            let rows = columns.iter().zip(said).map(|(row, said)| format!("{row}\t{said}\n"));
            rows.collect::<String>()
        };
        for (columns, speaker, start) in [
            (["0:01\tNoa", "0:05\tTom", "0:09\tNoa"], Some("Noa"), Some(1_000)),
            (["Noa\t0:01", "Tom\t0:05", "Noa\t0:09"], Some("Noa"), Some(1_000)),
            (["Noa", "Tom", "Noa"], Some("Noa"), None),
            (["1.000\t2.5", "3.0\t4.5", "5.0\t6.5"], None, Some(1_000)),
        ] {
            let content = read("tsv", lines(columns));
            assert_eq!((turns(&content)[0].0, turns(&content)[0].1), (speaker, start));
            assert_eq!(content.warnings, []);
        }
        for rows in [["Dog", "Cat", "Cow"], ["dog", "cat", "dog"], ["1.5", "2.5", "3.5"]] {
            let content = crate::parse(lines(rows).as_bytes());
            assert!(content.is_err() || content.unwrap().participants.is_empty());
        }
    }

    #[test]
    fn logs_and_agendas_are_no_talk() {
        for file in [
            "10:00:01\tINFO\tThe server has started.\n10:00:02\tWARN\tThe disk is full.\n10:00:03\tINFO\tAll is well.\n",
            "10:00\tNoa\tOpening remarks\n10:15\tTom\tThe year so far\n11:00\tNoa\tClosing remarks\n",
        ] {
            let content = crate::parse(file.as_bytes());
            assert!(content.is_err() || content.unwrap().participants.is_empty(), "{file}");
        }
    }

    #[test]
    fn other_tables_are_not_transcripts() {
        assert!(crate::parse(b"original\tcorrected\tconfidence\nFossil\tFOCIL\thigh\n").is_err());
    }

    #[test]
    fn any_cut_is_read_as_far_as_it_goes() {
        cut_anywhere(FILE.as_bytes());
    }
}
