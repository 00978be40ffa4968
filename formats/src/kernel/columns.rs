//! Text tables: which columns hold the text, the speaker and the times.
//!
//! Invariant: a table counts only if its header names the text and either a speaker or a start.
//! Numbers without a unit are milliseconds or seconds, decided by the pace of speech ([`pace`]).
//!
//! [`pace`]: super::pace

use super::builder::{Builder, Piece};
use super::pace::{Pace, Unit};
use super::skipped::Skip;
use super::time::{self, Stamp};

/// Maximum length of a header row.
pub(crate) const MAX_ROW: usize = 1_000;

const TEXT: &[&str] = &[
    "text",
    "transcript",
    "transcription",
    "words",
    "what was said",
    "dialogue",
    "dialog",
    "content",
    "sentence",
    "utterance",
    "caption",
    "speech",
    "spoken text",
    "subtitle",
    "transcript text",
    "inhalt",
    "texte",
    "texto",
    "testo",
    "tekst",
];
const SPEAKER: &[&str] = &[
    "speaker",
    "speakers",
    "speaker name",
    "name",
    "participant",
    "participant name",
    "who",
    "speaker label",
    "speaker id",
    "speaker tag",
    "actor",
    "sprecher",
    "sprecherin",
    "locuteur",
    "intervenant",
    "hablante",
    "orador",
    "falante",
    "relatore",
    "spreker",
];
const START: &[&str] = &[
    "start",
    "start time",
    "time",
    "timestamp",
    "starttime",
    "begin",
    "from",
    "in",
    "time in",
    "start timestamp",
    "timecode",
    "start timecode",
    "timecode in",
    "in point",
    "in time",
    "starts at",
    "offset",
    "time start",
    "show",
    "beginn",
    "anfang",
    "von",
    "début",
    "inicio",
    "início",
    "inizio",
    "begin time",
];
const END: &[&str] = &[
    "end",
    "end time",
    "endtime",
    "to",
    "out",
    "time out",
    "end timestamp",
    "end timecode",
    "timecode out",
    "out point",
    "out time",
    "stop",
    "ends at",
    "time end",
    "hide",
    "ende",
    "bis",
    "fin",
    "fim",
    "fine",
    "finish",
];
const LENGTH: &[&str] = &["dur.", "dur", "duration", "length"];

/// Positions of the known columns of a table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Columns {
    pub(crate) text: usize,
    pub(crate) speaker: Option<usize>,
    pub(crate) start: Option<usize>,
    pub(crate) end: Option<usize>,
    pub(crate) length: Option<usize>,
    /// Number of columns.
    pub(crate) count: usize,
    /// Unit stated in the heading of the start column.
    pub(crate) unit: Option<Unit>,
    /// Same for the duration column.
    pub(crate) length_unit: Option<Unit>,
}

impl Columns {
    /// Parses the header row.
    pub(crate) fn of<'a>(row: impl Iterator<Item = &'a str>) -> Option<Self> {
        let names: Vec<(String, Option<Unit>)> = row.map(heading).collect();
        // The earlier a spelling appears in the list, the more certain it is.
        let place = |known: &[&str]| {
            let same = |name: &str, wanted: &str| {
                name == wanted
                    || name.split(' ').flat_map(str::chars).eq(wanted.chars().filter(|c| *c != ' '))
            };
            known.iter().find_map(|wanted| names.iter().position(|(name, _)| same(name, wanted)))
        };
        let (text, speaker, start) = (place(TEXT)?, place(SPEAKER), place(START));
        let unit = start.and_then(|place| names[place].1);
        (speaker.is_some() || start.is_some()).then(|| Self {
            text,
            speaker,
            start,
            end: place(END),
            length: place(LENGTH),
            count: names.len(),
            unit,
            length_unit: place(LENGTH).and_then(|place| names[place].1),
        })
    }

    /// Returns whether the text is in the last column, so that surplus separators belong to it.
    pub(crate) fn ends_in_text(&self) -> bool {
        self.text + 1 == self.count
    }

    /// Adds the content of a row; `unit` is the unit of plain numbers in it.
    pub(crate) fn say<'a>(
        &self,
        line: u32,
        field: impl Fn(usize) -> Option<&'a str>,
        unit: impl Fn(&str) -> Unit,
        out: &mut Builder,
    ) {
        let Some(text) = field(self.text) else {
            (0..self.count).filter_map(&field).for_each(|cell| out.skip(line, Skip::OddRow, cell));
            return;
        };
        let mut unread = false;
        let mut time = |place: Option<usize>, stated: Option<Unit>| {
            let cell = field(place?).map(str::trim).unwrap_or_default();
            let stamp = stamp(cell, stated.or(self.unit).unwrap_or_else(|| unit(cell)));
            unread |= stamp.is_none();
            stamp
        };
        let (start, end) = (time(self.start, None), time(self.end, None));
        let end = match (start, self.end) {
            (Some(Stamp::At(start)), None) => time(self.length, self.length_unit)
                .and_then(Stamp::known)
                .map(|length| Stamp::At(start.saturating_add(length))),
            _ => end,
        };
        if unread {
            out.warn(line, "a time that cannot be read was dropped");
        }
        let (start_ms, end_ms) = out.times(line, start, end);
        let speaker = self.speaker.and_then(field);
        out.say(Piece { line, speaker, start_ms, end_ms, text, ..Piece::default() });
    }
}

/// Returns a heading in lower case, and the unit stated in it: `Start (ms)`, `start_sec`.
fn heading(cell: &str) -> (String, Option<Unit>) {
    let cell = cell.trim().trim_matches(['"', '\u{FEFF}']);
    let mut lower = String::with_capacity(cell.len() + 4);
    let mut before = ' ';
    for c in cell.chars() {
        // `StartTime` is two words.
        if c.is_uppercase() && before.is_lowercase() {
            lower.push(' ');
        }
        match c {
            '_' | '-' => lower.push(' '),
            c => lower.extend(c.to_lowercase()),
        }
        before = c;
    }
    let units = [
        ("milliseconds", Unit::Millis),
        ("millis", Unit::Millis),
        ("ms", Unit::Millis),
        ("seconds", Unit::Seconds),
        ("secs", Unit::Seconds),
        ("sec", Unit::Seconds),
        ("s", Unit::Seconds),
    ];
    let bare = lower.trim_end_matches([')', ']']);
    for (word, unit) in units {
        if let Some(name) = bare.strip_suffix(word)
            && name.ends_with([' ', '(', '['])
        {
            return (name.trim_end_matches([' ', '(', '[']).to_owned(), Some(unit));
        }
    }
    (lower.trim().to_owned(), None)
}

/// Parses the time in a cell: a time stamp, or a number in this unit.
pub(crate) fn stamp(cell: &str, unit: Unit) -> Option<Stamp> {
    let cell = cell.trim();
    if cell.contains(':') {
        // Film software counts frames after a fourth colon or a semicolon.
        return time::stamp(cell).or_else(|| {
            let (before, _) = cell.rsplit_once([':', ';'])?;
            (before.matches(':').count() == 2).then(|| time::stamp(before)).flatten()
        });
    }
    let number: f64 = cell.trim_end_matches('s').replace(',', ".").parse().ok()?;
    if !number.is_finite() {
        return None;
    }
    Some(time::seconds(unit.seconds(number)))
}

/// Records what a row says of the unit of plain numbers.
pub(crate) fn pace_of<'a>(
    columns: &Columns,
    field: impl Fn(usize) -> Option<&'a str>,
    pace: &mut Pace,
) {
    let number = |place: Option<usize>| {
        let cell = field(place?)?.trim();
        let number = cell.replace(',', ".").parse::<f64>().ok()?;
        number.is_finite().then_some(number)
    };
    let start = number(columns.start);
    let length = || match columns.length_unit == columns.unit {
        true => Some(start? + number(columns.length)?),
        false => None,
    };
    pace.add(field(columns.text).unwrap_or(""), start, number(columns.end).or_else(length));
}

/// Returns the unit of plain numbers: by the lengths of what was said; else fractions are seconds;
/// else, nobody speaks more than ten words a second for long.
pub(crate) fn unit_of(pace: &Pace) -> Unit {
    pace.by_length().unwrap_or_else(|| {
        match pace.fraction() || pace.words_per_unit().is_none_or(|rate| rate > 0.01) {
            true => Unit::Seconds,
            false => Unit::Millis,
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headings_and_their_units() {
        let columns =
            |row: &str| Columns::of(row.split(',')).map(|c| (c.text, c.speaker, c.start, c.unit));
        assert_eq!(
            columns("Speaker Name,Start (ms),End (ms),Text"),
            Some((3, Some(0), Some(1), Some(Unit::Millis)))
        );
        assert_eq!(columns("text,start_sec"), Some((0, None, Some(1), Some(Unit::Seconds))));
        assert_eq!(columns("\"Speaker\",\"Transcript\""), Some((1, Some(0), None, None)));
        assert_eq!(columns("name,price,words per page"), None);
        assert_eq!(columns("original,corrected"), None);
    }

    #[test]
    fn headings_in_other_orders_and_languages() {
        for (row, places) in [
            ("TimeStart;TimeEnd;SpeakerName;Text", (3, Some(2), Some(0), Some(1))),
            ("Start_Time;endTime;speakerLabel;transcriptText", (3, Some(2), Some(0), Some(1))),
            ("Sprecher;Beginn;Ende;Inhalt", (3, Some(0), Some(1), Some(2))),
            ("Début;Fin;Locuteur;Texte", (3, Some(2), Some(0), Some(1))),
            ("hablante;inicio;fin;texto", (3, Some(0), Some(1), Some(2))),
        ] {
            let columns = Columns::of(row.split(';')).map(|c| (c.text, c.speaker, c.start, c.end));
            assert_eq!(columns, Some(places), "{row}");
        }
        let columns = Columns::of("startMs,endMs,text".split(',')).unwrap();
        assert_eq!((columns.start, columns.unit), (Some(0), Some(Unit::Millis)));
    }

    #[test]
    fn pace_tells_the_unit() {
        let unit = |rows: &[(&str, &str)]| {
            let mut pace = Pace::default();
            let columns = Columns::of(["text", "start"].into_iter()).unwrap();
            for (text, start) in rows {
                pace_of(&columns, |place| Some(if place == 0 { text } else { start }), &mut pace);
            }
            unit_of(&pace)
        };
        assert_eq!(
            unit(&[("so we begin", "0"), ("and go on", "2"), ("bye now", "5")]),
            Unit::Seconds
        );
        assert_eq!(unit(&[("so we begin", "0"), ("and go on", "2000")]), Unit::Millis);
        assert_eq!(unit(&[("so", "0"), ("and go on", "2000.5")]), Unit::Seconds);
    }

    #[test]
    fn cells_with_times() {
        assert_eq!(stamp("00:01:02:12", Unit::Seconds), Some(Stamp::At(62_000)));
        assert_eq!(stamp("1,5", Unit::Seconds), Some(Stamp::At(1_500)));
        assert_eq!(stamp("1500", Unit::Millis), Some(Stamp::At(1_500)));
        assert_eq!(stamp("soon", Unit::Seconds), None);
    }
}
