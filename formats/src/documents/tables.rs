//! Tables in documents with columns of times, speakers and text, as in call reports made from AWS
//! Transcribe.
//!
//! Invariant: tables whose first row does not name such columns are not speech.

use crate::kernel::columns::Columns;
use crate::kernel::time::{self, Stamp};
use crate::kernel::{Builder, Piece};

/// Marks that a report puts into the text.
const MARKS: &[&str] = &["[INTERRUPTION]", "[ISSUE]", "[ACTION ITEM]", "[OUTCOME]"];

/// What is read of a document's tables.
#[derive(Debug, Default)]
pub(crate) struct Tables {
    cells: Vec<String>,
    columns: Option<Columns>,
    /// Whether the next row is the first of its table.
    first: bool,
    rows: Vec<Row>,
    /// Number of tables that are not transcripts.
    pub(crate) others: u32,
    /// Their text.
    pub(crate) others_text: String,
}

#[derive(Debug)]
struct Row {
    line: u32,
    cells: Vec<String>,
    columns: Columns,
}

impl Tables {
    /// Begins a table.
    pub(crate) fn open(&mut self) {
        (self.first, self.columns) = (true, None);
        self.cells.clear();
    }

    /// Begins a cell.
    pub(crate) fn cell(&mut self) {
        self.cells.push(String::new());
    }

    /// Appends to the cell.
    pub(crate) fn push(&mut self, text: &str) {
        if let Some(cell) = self.cells.last_mut() {
            cell.push_str(text);
        }
    }

    /// Ends a row.
    pub(crate) fn row(&mut self, line: u32) {
        let cells = std::mem::take(&mut self.cells);
        if std::mem::take(&mut self.first) {
            self.columns = Columns::of(cells.iter().map(String::as_str));
            self.others += u32::from(self.columns.is_none());
        } else if let Some(columns) = self.columns {
            self.rows.push(Row { line, cells, columns });
            return;
        }
        if self.columns.is_none() {
            for cell in &cells {
                self.others_text.push_str(cell);
                self.others_text.push('\n');
            }
        }
    }

    /// Returns whether a table is a transcript.
    pub(crate) fn speak(&self) -> bool {
        !self.rows.is_empty()
    }

    /// Adds the content of the rows.
    pub(crate) fn say(&self, out: &mut Builder) {
        for row in &self.rows {
            let field = |place: Option<usize>| {
                row.cells.get(place?).map(|cell| cell.trim()).filter(|cell| !cell.is_empty())
            };
            let Some(text) = field(Some(row.columns.text)) else { continue };
            let start = field(row.columns.start).and_then(time::stamp);
            let end = field(row.columns.end).and_then(time::stamp).or_else(|| {
                let length = field(row.columns.length)?.strip_suffix('s')?.trim().parse().ok();
                let length = length.map(time::seconds).and_then(Stamp::known)?;
                start.and_then(Stamp::known).map(|start| Stamp::At(start + length))
            });
            let (start_ms, end_ms) = out.times(row.line, start, end);
            let speaker = field(row.columns.speaker);
            let text = without_marks(text);
            let line = row.line;
            out.say(Piece { line, speaker, start_ms, end_ms, text: &text, ..Piece::default() });
        }
    }
}

/// Strips the report's marks from the text: `[ISSUE]`, `[Topic 2]`.
fn without_marks(text: &str) -> String {
    let mut said = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('[') {
        said.push_str(&rest[..at]);
        let special = &rest[at..];
        let mark = special.find(']').map(|end| &special[..=end]).filter(|mark| {
            MARKS.contains(mark)
                || mark[1..mark.len() - 1]
                    .strip_prefix("Topic ")
                    .is_some_and(|number| number.bytes().all(|b| b.is_ascii_digit()))
        });
        if mark.is_none() {
            said.push('[');
        }
        rest = &special[mark.map_or(1, str::len)..];
    }
    said + rest
}
