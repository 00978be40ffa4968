//! Markdown tables, as assistants write transcripts: `| Time | Speaker | Text |`.
//!
//! Text around the table is not speech. Cells may contain an escaped bar.

use crate::kernel::columns::{Columns, MAX_ROW, pace_of, unit_of};
use crate::kernel::lines::{Line, lines};
use crate::kernel::pace::Pace;
use crate::kernel::{Builder, Confidence, Format, Head, Skip, Source};

/// The Markdown table format.
pub(crate) struct MdTable;

impl Format for MdTable {
    fn id(&self) -> &'static str {
        "md_table"
    }

    fn name(&self) -> &'static str {
        "a Markdown table"
    }

    fn recognise(&self, head: &Head<'_>) -> Confidence {
        match table(head.text()) {
            Some(_) => Confidence::Certain,
            None => Confidence::No,
        }
    }

    fn parse(&self, source: &Source<'_>, out: &mut Builder) {
        let Some((columns, heading)) = table(source.text()) else { return };
        lines(source.text())
            .take_while(|line| line.number < heading)
            .for_each(|line| out.skip(line.number, Skip::AroundTable, line.text));
        let rows = || lines(source.text()).filter(move |line| line.number > heading + 1);
        let mut pace = Pace::default();
        for line in rows() {
            let cells = cells(line.text);
            pace_of(&columns, |place| cells.get(place).map(String::as_str), &mut pace);
        }
        let unit = unit_of(&pace);
        for line in rows() {
            if out.is_full() {
                return;
            }
            let cells = cells(line.text);
            if !cells.is_empty() {
                let rest = cells.iter().skip(columns.count);
                rest.for_each(|cell| out.skip(line.number, Skip::OddRow, cell));
                let field = |place: usize| cells.get(place).map(String::as_str);
                columns.say(line.number, field, |_| unit, out);
            } else {
                out.skip(line.number, Skip::AroundTable, line.text);
            }
        }
    }
}

/// Returns the columns of the first table that is a transcript, and the line of its header.
fn table(text: &str) -> Option<(Columns, u32)> {
    if !text.contains('|') {
        return None;
    }
    let mut above: Option<Line<'_>> = None;
    for line in lines(text) {
        if is_rule(line.text)
            && let Some(above) = above
            && let Some(columns) = columns(above.text)
        {
            return Some((columns, above.number));
        }
        above = Some(line);
    }
    None
}

fn columns(heading: &str) -> Option<Columns> {
    if heading.len() > MAX_ROW {
        return None;
    }
    let cells = cells(heading);
    let columns = Columns::of(cells.iter().map(String::as_str))?;
    let named = columns.speaker.and_then(|at| cells.get(at)).is_some_and(|cell| {
        let cell = cell.to_lowercase();
        cell.contains("speaker") || cell.contains("participant")
    });
    let timed = columns.start.is_some() && (columns.speaker.is_some() || columns.end.is_some());
    (named || timed).then_some(columns)
}

/// Returns whether the line is a rule such as `|---|:--|`.
fn is_rule(line: &str) -> bool {
    let line = line.trim();
    line.contains("--")
        && line.contains('|')
        && line.bytes().all(|b| matches!(b, b'|' | b'-' | b':' | b' '))
}

/// Returns the cells of a row, without bold marks around them; none if it is not a row.
fn cells(line: &str) -> Vec<String> {
    let line = line.trim();
    if !line.contains('|') {
        return Vec::new();
    }
    let line = line.strip_prefix('|').unwrap_or(line);
    let line = line.strip_suffix('|').filter(|line| !line.ends_with('\\')).unwrap_or(line);
    let (mut cells, mut cell) = (Vec::new(), String::new());
    let mut escaped = false;
    for c in line.chars() {
        match c {
            '|' if escaped => {
                cell.pop();
                cell.push('|');
            }
            '|' => cells.push(std::mem::take(&mut cell)),
            c => cell.push(c),
        }
        escaped = c == '\\';
    }
    cells.push(cell);
    cells.iter().map(|cell| cell.trim().trim_matches('*').trim().to_owned()).collect()
}

#[cfg(test)]
mod tests {
    use crate::parse;
    use crate::testing::{cut_anywhere, read, turns};

    const FILE: &str = "# Our call\n\n| Time | **Speaker** | Text |\n|:---|---|--:|\n| 00:01 | **Noa** | Hi \\| all. |\n| 00:05 | Tom | Yes. |\n\nThe end\n";

    #[test]
    fn rows_are_said() {
        let content = read("md_table", FILE);
        assert_eq!(
            turns(&content),
            [
                (Some("Noa"), Some(1_000), None, "Hi | all."),
                (Some("Tom"), Some(5_000), None, "Yes.")
            ]
        );
        let warned: Vec<_> = content.warnings.iter().map(|it| (it.line, &*it.message)).collect();
        assert!(
            matches!(warned[..], [(1, told)] if told.starts_with("text around the table")),
            "{warned:?}"
        );
    }

    #[test]
    fn other_tables_are_not_transcripts() {
        for file in ["| Name | Text |\n|---|---|\n| Noa | so it is |\n", "| a | b |\n|---|---|\n"] {
            assert!(parse(file.as_bytes()).is_err(), "{file}");
        }
    }

    #[test]
    fn any_cut_is_read_as_far_as_it_goes() {
        cut_anywhere(FILE.as_bytes());
    }
}
