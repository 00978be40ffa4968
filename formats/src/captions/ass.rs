//! SubStation Alpha (`.ass`, `.ssa`): `Dialogue:` lines, with the fields that `Format:` lists.
//!
//! The speaker is the actor, if the file states one, else as in other captions; styles are not
//! speakers. `\N` is a line break; text in braces is styling.

use super::speech;
use crate::kernel::lines::lines;
use crate::kernel::{Builder, Confidence, Format, Head, Piece, Skip, Source, time};

/// The SubStation Alpha format.
pub(crate) struct Ass;

impl Format for Ass {
    fn id(&self) -> &'static str {
        "ass"
    }

    fn name(&self) -> &'static str {
        "SubStation Alpha (.ass)"
    }

    fn recognise(&self, head: &Head<'_>) -> Confidence {
        let mut script = false;
        for line in lines(head.text()) {
            let line = line.text.trim();
            script |= line.eq_ignore_ascii_case("[Script Info]");
            if script && (line.eq_ignore_ascii_case("[Events]") || line.starts_with("Dialogue:")) {
                return Confidence::Certain;
            }
        }
        if script { Confidence::Likely } else { Confidence::No }
    }

    fn parse(&self, source: &Source<'_>, out: &mut Builder) {
        let text = source.text();
        let mut survey = speech::Survey::default();
        dialogues(text, |_, fields, columns| {
            let line = Fields { fields, columns };
            if let (Some(said), None) = (line.field(columns.text), line.actor()) {
                survey.cue(&plain(said));
            }
        });
        let mut speech = survey.speech(text);
        dialogues(text, |line, fields, columns| {
            if !out.is_full() {
                dialogue(line, &Fields { fields, columns }, &mut speech, out);
            }
        });
    }
}

/// Passes each line of dialogue to `each`, with its number and the columns.
fn dialogues<'a>(text: &'a str, mut each: impl FnMut(u32, &'a str, &Columns)) {
    let mut columns = Columns { count: 10, start: 1, end: 2, name: Some(4), text: 9 };
    let mut events = false;
    for line in lines(text) {
        let text = line.text.trim();
        if text.starts_with('[') && text.ends_with(']') {
            events = text.eq_ignore_ascii_case("[Events]");
        } else if let Some(names) = text.strip_prefix("Format:").filter(|_| events) {
            columns = Columns::read(names).unwrap_or(columns);
        } else if let Some(fields) = text.strip_prefix("Dialogue:") {
            each(line.number, fields, &columns);
        }
    }
}

/// The fields of a line.
struct Fields<'a, 'c> {
    fields: &'a str,
    columns: &'c Columns,
}

impl<'a> Fields<'a, '_> {
    fn field(&self, place: usize) -> Option<&'a str> {
        self.fields.splitn(self.columns.count, ',').nth(place).map(str::trim)
    }

    /// Returns the actor, if the line names one.
    fn actor(&self) -> Option<&'a str> {
        self.field(self.columns.name?).filter(|name| !name.is_empty())
    }
}

fn dialogue(line: u32, fields: &Fields<'_, '_>, speech: &mut speech::Speech, out: &mut Builder) {
    let columns = fields.columns;
    let field = |place: usize| fields.field(place);
    let Some(text) = field(columns.text) else {
        out.skip(line, Skip::OddLine, fields.fields);
        return;
    };
    let stamps = [columns.start, columns.end].map(|place| field(place).and_then(time::stamp));
    if stamps.contains(&None) {
        out.warn(line, "a time that cannot be read was dropped");
    }
    let (start_ms, end_ms) = out.times(line, stamps[0], stamps[1]);
    match fields.actor() {
        Some(name) => {
            let (speaker, text) = (Some(name), plain(text));
            out.say(Piece { line, speaker, start_ms, end_ms, text: &text, ..Piece::default() });
        }
        None => speech.say(line, (start_ms, end_ms), &plain(text), out),
    }
}

/// Returns the text without styling: `{\i1}` is removed, `\N` becomes a line break.
fn plain(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(['{', '\\']) {
        plain.push_str(&rest[..at]);
        let special = &rest[at..];
        let taken = match special.as_bytes() {
            [b'{', ..] => special.find('}').map(|end| end + 1),
            [_, mark @ (b'N' | b'n' | b'h'), ..] => {
                plain.push(if *mark == b'N' { '\n' } else { ' ' });
                Some(2)
            }
            _ => None,
        };
        if taken.is_none() {
            plain.push_str(&special[..1]);
        }
        rest = &special[taken.unwrap_or(1)..];
    }
    plain + rest
}

/// Positions of the fields; the text is the last and may contain commas.
#[derive(Clone, Copy)]
struct Columns {
    count: usize,
    start: usize,
    end: usize,
    name: Option<usize>,
    text: usize,
}

impl Columns {
    fn read(line: &str) -> Option<Self> {
        let names: Vec<_> = line.split(',').map(|name| name.trim().to_ascii_lowercase()).collect();
        let place = |name: &str| names.iter().position(|known| known == name);
        Some(Self {
            count: names.len(),
            start: place("start")?,
            end: place("end")?,
            name: place("name").or_else(|| place("actor")),
            text: place("text")?,
        })
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::{cut_anywhere, read, turns};

    const FILE: &str = "[Script Info]\nTitle: A call\nScriptType: v4.00+\n\n[V4+ Styles]\nFormat: Name, Fontname\nStyle: Default,Arial\n\n[Events]\nFormat: Layer, Start, End, Style, Name, MarginL, MarginR, MarginV, Effect, Text\nComment: 0,0:00:00.00,0:00:00.50,Default,,0,0,0,,a note\nDialogue: 0,0:00:01.00,0:00:02.50,Default,Noa,0,0,0,,{\\i1}Hi{\\i0}, Ben,\\Nhow are you?\nDialogue: 0,0:00:03.00,0:00:04.00,Default,Ben,0,0,0,,Fine.\nDialogue: 0,0:00:05.00,x,Default,,0,0,0,,\\o/ {or so\n";

    #[test]
    fn dialogue_with_its_actor() {
        let content = read("ass", FILE);
        assert_eq!(
            turns(&content),
            [
                (Some("Noa"), Some(1_000), Some(2_500), "Hi, Ben, how are you?"),
                (Some("Ben"), Some(3_000), Some(4_000), "Fine."),
                (None, Some(5_000), None, "\\o/ {or so"),
            ]
        );
        assert_eq!(content.warnings.len(), 1);
    }

    #[test]
    fn the_order_of_the_fields_is_the_files() {
        let file = "[Script Info]\n[Events]\nFormat: Marked, Start, End, Text\nDialogue: Marked=0,0:00:01.00,0:00:02.00,One, two\n";
        assert_eq!(turns(&read("ass", file)), [(None, Some(1_000), Some(2_000), "One, two")]);
    }

    #[test]
    fn any_cut_is_read_as_far_as_it_goes() {
        cut_anywhere(FILE.as_bytes());
    }
}
