//! CSV tables with commas or semicolons, whose header names the text and either a speaker or a
//! start, as written by Premiere, Descript and spreadsheets.
//!
//! Cells may be quoted and contain line breaks (RFC 4180); separators in a text that is not quoted
//! belong to it, if it is the last column. Numbers without a unit are seconds or
//! milliseconds, decided by the pace of speech. Line numbers are those of the file.

use ::csv::{Reader, ReaderBuilder, StringRecord};

use crate::kernel::columns::{Columns, MAX_ROW, pace_of, unit_of};
use crate::kernel::lines::{Line, lines};
use crate::kernel::pace::Pace;
use crate::kernel::xml::LineCount;
use crate::kernel::{Builder, Confidence, Format, Head, Skip, Source};

/// The CSV format.
pub(crate) struct Csv;

impl Format for Csv {
    fn id(&self) -> &'static str {
        "csv"
    }

    fn name(&self) -> &'static str {
        "a CSV table (.csv)"
    }

    fn recognise(&self, head: &Head<'_>) -> Confidence {
        match table(head.text()) {
            Some(_) => Confidence::Certain,
            None => Confidence::No,
        }
    }

    fn parse(&self, source: &Source<'_>, out: &mut Builder) {
        let Some((columns, comma, heading)) = table(source.text()) else { return };
        lines(source.text())
            .take_while(|line| line.number < heading.number)
            .for_each(|line| out.skip(line.number, Skip::AroundTable, line.text));
        let mut pace = Pace::default();
        rows(&source.text()[heading.start..], comma, |row| {
            pace_of(&columns, |place| row.get(place), &mut pace);
            true
        });
        let unit = unit_of(&pace);
        let text = source.text();
        let mut count = LineCount::new(text);
        rows(&text[heading.start..], comma, |row| {
            // The end of the previous row may still be in front.
            let at = row.position().map_or(0, |position| position.byte());
            let at = at + heading.start as u64;
            let rest = usize::try_from(at).ok().and_then(|at| text.as_bytes().get(at..));
            let ends =
                rest.map_or(0, |rest| rest.iter().take_while(|b| b"\r\n".contains(b)).count());
            let line = count.line(at + ends as u64);
            if row.iter().all(|cell| cell.trim().is_empty()) {
                return !out.is_full();
            }
            let surplus = row.len().checked_sub(columns.count).filter(|surplus| *surplus > 0);
            if surplus.is_some() && columns.ends_in_text() {
                // Separators in a text that is not quoted.
                let cells: Vec<&str> = row.iter().skip(columns.text).collect();
                let text = cells.join(&char::from(comma).to_string());
                let field =
                    |place| if place == columns.text { Some(&*text) } else { row.get(place) };
                columns.say(line, field, |_| unit, out);
            } else {
                let rest = row.iter().skip(columns.count).filter(|cell| !cell.trim().is_empty());
                rest.for_each(|cell| out.skip(line, Skip::OddRow, cell));
                columns.say(line, |place| row.get(place), |_| unit, out);
            }
            !out.is_full()
        });
    }
}

fn reader(text: &str, comma: u8) -> Reader<&[u8]> {
    ReaderBuilder::new()
        .delimiter(comma)
        .has_headers(false)
        .flexible(true)
        .from_reader(text.as_bytes())
}

/// Returns the columns, the separator and the header that names them; a title may be above it.
fn table(text: &str) -> Option<(Columns, u8, Line<'_>)> {
    let filled = lines(text).filter(|line| !line.text.trim().is_empty()).take(ABOVE);
    filled.filter(|line| line.text.len() <= MAX_ROW).find_map(|line| {
        [b',', b';'].into_iter().find_map(|comma| {
            let mut row = StringRecord::new();
            let read = reader(line.text, comma).read_record(&mut row);
            let columns = Columns::of(row.iter()).filter(|_| read.is_ok_and(|read| read))?;
            is_talk(&columns, &row).then_some((columns, comma, line))
        })
    })
}

/// Number of filled lines within which the header is.
const ABOVE: usize = 4;

/// Returns whether the headings are those of a conversation: many other tables have names and text,
/// or times and text, too.
fn is_talk(columns: &Columns, row: &StringRecord) -> bool {
    let named = columns.speaker.and_then(|place| row.get(place)).unwrap_or("").to_lowercase();
    let times = columns.start.is_some()
        && (columns.end.is_some()
            || columns.length.is_some()
            || columns.unit.is_some()
            || columns.speaker.is_some());
    times || ["speaker", "participant"].iter().any(|word| named.contains(word))
}

/// Walks over the rows below the header until `each` returns `false`. Text is never malformed.
fn rows(text: &str, comma: u8, mut each: impl FnMut(&StringRecord) -> bool) {
    let mut reader = reader(text, comma);
    let mut row = StringRecord::new();
    let mut first = true;
    while reader.read_record(&mut row).is_ok_and(|read| read) {
        if !std::mem::take(&mut first) && !each(&row) {
            return;
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::parse;
    use crate::testing::{cut_anywhere, read, turns};

    const FILE: &str = "Speaker Name,Start Time,End Time,Text\r\n\"Levi, Noa\",00:00:01:12,00:00:02:00,\"Hi there,\r\nall of \"\"you\"\".\"\r\nBen,00:00:03:00,00:00:04:10,Yes.\r\n,,,\r\nBen,soon,00:00:09:00,And so on.\r\n";

    #[test]
    fn quoted_cells_and_times_with_pictures() {
        let content = read("csv", FILE);
        assert_eq!(
            turns(&content),
            [
                (Some("Levi, Noa"), Some(1_000), Some(2_000), "Hi there, all of \"you\"."),
                (Some("Ben"), Some(3_000), Some(9_000), "Yes. And so on."),
            ]
        );
        assert_eq!(content.warnings.len(), 1);
        assert_eq!(content.warnings[0].line, 6);
    }

    #[test]
    fn semicolons_units_and_no_times() {
        let content =
            read("csv", "start;end;speaker;text\n0;2;Noa;so we begin here\n40;42;Ben;and go on\n");
        assert_eq!(turns(&content)[1], (Some("Ben"), Some(40_000), Some(42_000), "and go on"));
        let content = read("csv", "Text,Start (ms)\nso we begin,500\nand go on,2500\n");
        assert_eq!(turns(&content), [(None, Some(500), None, "so we begin and go on")]);
        let content = read("csv", "speaker,transcript\nNoa,\"Hi, all\"\nBen,Yes\n");
        assert_eq!(turns(&content)[0], (Some("Noa"), None, None, "Hi, all"));
    }

    #[test]
    fn lengths_make_ends() {
        let content =
            read("csv", "Speaker,Start,Duration,Text\nNoa,0:00:01,2.5,Hi\nBen,0:00:04,3,Yes\n");
        assert_eq!(
            turns(&content),
            [
                (Some("Noa"), Some(1_000), Some(3_500), "Hi"),
                (Some("Ben"), Some(4_000), Some(7_000), "Yes")
            ]
        );
        let content = read("csv", "text,start,duration\nhello,0.0,1.54\nand welcome,1.54,4.16\n");
        assert_eq!(turns(&content), [(None, Some(0), Some(5_700), "hello and welcome")]);
    }

    #[test]
    fn other_tables_are_not_transcripts() {
        for file in [
            "name,price\nNoa,5\nBen,6\n",
            "id,text\n1,so\n2,and\n",
            "name,text\nNoa,a lovely place\nBen,not so lovely\n",
            "timestamp,text\n12:00,a lovely place\n12:05,not so lovely\n",
            "Hi, all of you\nand so on, and on\n",
        ] {
            assert!(parse(file.as_bytes()).is_err(), "{file}");
        }
    }

    #[test]
    fn any_cut_is_read_as_far_as_it_goes() {
        cut_anywhere(FILE.as_bytes());
    }
}
