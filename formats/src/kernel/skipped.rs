//! Text of a file that is in no turn, counted by kind.
//!
//! Invariant: what was left out is never quoted, only counted.

use debrief_domain::transcript::content::Warning;
use debrief_domain::transcript::words;

/// Why text is in no turn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Skip {
    /// Before the first cue of a caption file.
    BeforeCue,
    /// Before the first speaker of a text.
    BeforeSpeaker,
    /// Before the first time of a text.
    BeforeTime,
    /// Before the first message of a chat.
    BeforeMessage,
    /// Properties in front of a document.
    Properties,
    /// Before and after the conversation in a document whose format marks both.
    Around,
    /// Written by a program about the conversation.
    Notes,
    /// Written by the tool: credits, links, headings of sections.
    ToolLine,
    /// The tool's label or time mark next to what was said.
    ToolLabel,
    /// Marks of breaks and music, and the text below them.
    Stage,
    /// Cues that only say that nobody speaks.
    Silence,
    /// Cues that hold data instead of text.
    Data,
    /// A cue number or an id without a cue.
    CueId,
    /// Notices of a chat program.
    Notice,
    /// What stands for a picture or a deleted message.
    Placeholder,
    /// Reactions to a message.
    Reaction,
    /// What a reply quotes.
    Quote,
    /// Lines of a table that are not in the form of the others.
    OddRow,
    /// Around a table in a document.
    AroundTable,
    /// Tables in a document that are not transcripts.
    OtherTable,
    /// Outside the cues of a document.
    OutsideCue,
    /// Lines without times or numbers among lines that have them.
    OddLine,
}

impl Skip {
    /// What was skipped, in the plural, as the beginning of a sentence.
    fn what(self) -> &'static str {
        match self {
            Self::BeforeCue => "text before the first cue was skipped",
            Self::BeforeSpeaker => "text before the first speaker was skipped",
            Self::BeforeTime => "text before the first time was skipped",
            Self::BeforeMessage => "text before the first message was skipped",
            Self::Properties => "the document's properties were skipped",
            Self::Around => "text around the conversation was skipped",
            Self::Notes => "notes that a program wrote were skipped",
            Self::ToolLine => "lines that a tool wrote were skipped",
            Self::ToolLabel => "labels and time marks of a tool were skipped",
            Self::Stage => "marked breaks and music were skipped",
            Self::Silence => "marks of silence were skipped",
            Self::Data => "cues of data without text were skipped",
            Self::CueId => "numbers of cues without times and text were skipped",
            Self::Notice => "notices of the chat program were skipped",
            Self::Placeholder => "pictures and deleted messages were skipped",
            Self::Reaction => "reactions were skipped",
            Self::Quote => "quotations in replies were skipped",
            Self::OddRow => "rows that do not fit the table were skipped",
            Self::AroundTable => "text around the table was skipped",
            Self::OtherTable => "tables in the document were skipped",
            Self::OutsideCue => "text outside any cue was skipped",
            Self::OddLine => "lines without times were skipped",
        }
    }
}

/// Counts of one kind.
#[derive(Debug)]
struct Count {
    kind: Skip,
    /// The first line.
    line: u32,
    lines: u64,
    words: u64,
}

/// What was skipped so far; there are few kinds.
#[derive(Debug, Default)]
pub(crate) struct Skipped(Vec<Count>);

impl Skipped {
    /// Counts text that is left out, unless it has no words.
    pub(crate) fn add(&mut self, line: u32, kind: Skip, text: &str) {
        let words = words::count(text);
        if words == 0 {
            return;
        }
        match self.0.iter_mut().find(|count| count.kind == kind) {
            Some(count) => {
                count.line = count.line.min(line);
                count.lines += 1;
                count.words += words;
            }
            None => self.0.push(Count { kind, line, lines: 1, words }),
        }
    }

    /// Returns a warning for each kind, in the order of their first lines.
    pub(crate) fn warnings(&mut self) -> Vec<Warning> {
        let mut counts = std::mem::take(&mut self.0);
        counts.sort_by_key(|count| count.line);
        let warning = |Count { kind, line, lines, words }| {
            let plural = |count: u64| if count == 1 { "" } else { "s" };
            Warning {
                line,
                message: format!(
                    "{} ({lines} place{}, {words} word{})",
                    kind.what(),
                    plural(lines),
                    plural(words)
                ),
                words,
            }
        };
        counts.into_iter().map(warning).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_kind_is_counted_once_with_its_first_line() {
        let mut skipped = Skipped::default();
        skipped.add(9, Skip::Notice, "Ann joined the group");
        skipped.add(3, Skip::ToolLine, "Transcribed by Acme");
        skipped.add(4, Skip::Notice, " ");
        skipped.add(7, Skip::Notice, "gone");
        let told: Vec<_> =
            skipped.warnings().into_iter().map(|it| (it.line, it.message, it.words)).collect();
        assert_eq!(
            told,
            [
                (3, "lines that a tool wrote were skipped (1 place, 3 words)".to_owned(), 3),
                (7, "notices of the chat program were skipped (2 places, 5 words)".to_owned(), 5),
            ]
        );
        assert!(skipped.warnings().is_empty());
    }
}
