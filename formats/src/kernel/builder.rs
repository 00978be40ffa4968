//! The output side of every format: pieces of speech in, [`Content`] out.
//!
//! Invariants:
//! - Turns are indexed from 0 without gaps and are never blank.
//! - Consecutive pieces of one speaker form one turn, until a pause of more than [`PAUSE_MS`] or,
//!   past [`SOFT_CHARS`], the end of a sentence.
//! - A turn never mixes speech with chat, nor languages that the file states.
//! - A piece with a time is a [`Cue`] of its turn; a turn that is a single cue with its own times
//!   has none.
//! - A turn never exceeds [`TURN_CHARS_MAX`]. If one piece is split, only the first part keeps its
//!   start and only the last its end: the file does not state the times between.
//! - At most [`MAX_TURNS`] turns and [`MAX_WARNINGS`] + 1 warnings are kept.

use debrief_domain::transcript::content::{Content, Cue, TURN_CHARS_MAX, Turn, TurnKind, Warning};
use debrief_domain::transcript::script;
use debrief_domain::transcript::talk::{self, PAUSE_MS};

use super::refusal::Refusal;
use super::spelled::Spelled;
use super::tidy::tidy;
use super::time::Stamp;

/// Like [`PAUSE_MS`], if only starts are known and the speech itself fills part of the gap.
pub const START_GAP_MS: u64 = 120_000;
/// From this length on, a turn ends with its sentence.
pub const SOFT_CHARS: usize = 1_200;
/// Maximum number of turns; more than any conversation has.
pub const MAX_TURNS: usize = 200_000;
/// Maximum number of warnings kept verbatim.
pub const MAX_WARNINGS: usize = 100;

/// A piece of speech, such as a cue.
#[derive(Debug, Clone, Copy, Default)]
pub struct Piece<'a> {
    /// Line on which it begins.
    pub line: u32,
    /// Spoken or written.
    pub kind: TurnKind,
    /// Speaker's name as spelled in the file.
    pub speaker: Option<&'a str>,
    /// Start in milliseconds.
    pub start_ms: Option<u64>,
    /// End in milliseconds.
    pub end_ms: Option<u64>,
    /// Language of this piece, if the file states it; ignored if it is not a language tag.
    pub language: Option<&'a str>,
    /// Spoken or written text; white space is collapsed.
    pub text: &'a str,
}

#[derive(Debug)]
struct Open {
    kind: TurnKind,
    speaker: Option<String>,
    language: Option<String>,
    start_ms: Option<u64>,
    end_ms: Option<u64>,
    /// The last known time; the next pause is measured from it.
    last_start_ms: Option<u64>,
    text: String,
    chars: usize,
    cues: Vec<Cue>,
}

/// The part of a piece that goes into one turn.
#[derive(Debug, Clone, Copy)]
struct Part<'a> {
    line: u32,
    kind: TurnKind,
    speaker: Option<&'a str>,
    language: Option<&'a str>,
    start_ms: Option<u64>,
    end_ms: Option<u64>,
    text: &'a str,
}

/// Collects the output of a format.
#[derive(Debug)]
pub struct Builder {
    content: Content,
    open: Option<Open>,
    /// Emptied buffers of the previous turn; turns get copies of the exact size.
    spare: (String, Vec<Cue>),
    names: Spelled,
    more_warnings: u64,
    full: bool,
    refusal: Option<Refusal>,
    within: Option<Within>,
}

/// The text of a document, which has a format of its own.
#[derive(Debug)]
pub(crate) struct Within {
    pub(crate) text: String,
    /// The refusal if the text is in no known format.
    pub(crate) unknown: Option<Refusal>,
}

impl Builder {
    /// Starts a transcript of the format with this identifier.
    pub fn new(format: &str) -> Self {
        Self {
            content: Content { format: format.to_owned(), ..Content::default() },
            open: None,
            spare: Default::default(),
            names: Spelled::default(),
            more_warnings: 0,
            full: false,
            refusal: None,
            within: None,
        }
    }

    /// Sets the reason why nothing can be read; it only counts if no turn was read.
    pub(crate) fn refuse(&mut self, refusal: Refusal) {
        self.refusal = Some(refusal);
    }

    /// Takes the reason passed to [`refuse`](Self::refuse).
    pub(crate) fn refusal(&mut self) -> Option<Refusal> {
        self.refusal.take()
    }

    /// Passes on the text of a document, which is read in its own text format once the document is
    /// done. If no format matches, `unknown` is the refusal.
    pub(crate) fn read_within(&mut self, text: String, unknown: Option<Refusal>) {
        self.within = Some(Within { text, unknown });
    }

    /// Takes the text passed to [`read_within`](Self::read_within).
    pub(crate) fn take_within(&mut self) -> Option<Within> {
        self.within.take()
    }

    /// Records something that was skipped or repaired.
    pub fn warn(&mut self, line: u32, message: impl Into<String>) {
        if self.content.warnings.len() < MAX_WARNINGS {
            self.content.warnings.push(Warning { line, message: message.into() });
        } else {
            self.more_warnings += 1;
        }
    }

    /// Sets the language, if `stated` is a language tag; the first one wins.
    pub fn language(&mut self, stated: &str) {
        if self.content.language.is_none() {
            self.content.language = script::tag(stated);
        }
    }

    /// Returns whether the maximum of turns is reached; a format may then stop reading.
    pub fn is_full(&self) -> bool {
        self.full
    }

    /// Converts two time stamps to milliseconds; implausible ones are dropped with a warning.
    pub(crate) fn times(
        &mut self,
        line: u32,
        start: Option<Stamp>,
        end: Option<Stamp>,
    ) -> (Option<u64>, Option<u64>) {
        for stamp in [start, end].into_iter().flatten() {
            match stamp {
                Stamp::At(_) => {}
                Stamp::Negative => self.warn(line, "a time before the start was dropped"),
                Stamp::Absurd => self.warn(line, "a time of over 1,000 hours was dropped"),
            }
        }
        let (start, end) = (start.and_then(Stamp::known), end.and_then(Stamp::known));
        match (start, end) {
            (Some(from), Some(to)) if to < from => {
                self.warn(line, "the end is before the start and was dropped");
                (start, None)
            }
            times => times,
        }
    }

    /// Ends the turn, even if the same speaker continues.
    pub(crate) fn end_turn(&mut self, line: u32) {
        self.close(line);
    }

    /// Adds a piece of speech. Blank ones are ignored.
    pub fn say(&mut self, piece: Piece<'_>) {
        if self.full || piece.text.chars().all(|c| c.is_whitespace() || c.is_control()) {
            return;
        }
        let mut names = std::mem::take(&mut self.names);
        let speaker = piece.speaker.and_then(|name| names.clean(name));
        self.pieces(piece, speaker);
        self.names = names;
    }

    /// Adds a piece in as many parts as its length requires; the speaker's name is already clean.
    fn pieces(&mut self, piece: Piece<'_>, speaker: Option<&str>) {
        let language = piece.language.and_then(script::tag);
        let mut rest = piece.text;
        let mut start_ms = piece.start_ms;
        loop {
            let cut = cut(rest);
            let (now, later) = rest.split_at(cut);
            self.add(Part {
                line: piece.line,
                kind: piece.kind,
                speaker,
                language: language.as_deref(),
                start_ms,
                end_ms: if later.is_empty() { piece.end_ms } else { None },
                text: now,
            });
            if later.is_empty() || self.full {
                return;
            }
            self.close(piece.line);
            rest = later;
            start_ms = None;
        }
    }

    fn add(&mut self, part: Part<'_>) {
        let goes_on = self.open.as_ref().is_some_and(|open| {
            open.speaker.as_deref() == part.speaker
                && open.kind == part.kind
                && open.language.as_deref() == part.language
                && !pause(open, part.start_ms)
                && !(open.chars >= SOFT_CHARS && ends_sentence(&open.text))
                && (open.chars + part.text.len() < TURN_CHARS_MAX
                    || open.chars + 1 + part.text.chars().count() <= TURN_CHARS_MAX)
        });
        if !goes_on {
            self.close(part.line);
        }
        if self.full {
            return;
        }
        let open = self.open.get_or_insert_with(|| {
            let (text, cues) = std::mem::take(&mut self.spare);
            Open {
                kind: part.kind,
                speaker: part.speaker.map(str::to_owned),
                language: part.language.map(str::to_owned),
                start_ms: part.start_ms,
                end_ms: None,
                last_start_ms: None,
                text,
                chars: 0,
                cues,
            }
        });
        let before = open.chars;
        append(open, part.text);
        if open.chars == before {
            return;
        }
        if part.start_ms.is_some() || part.end_ms.is_some() {
            // Pieces are separated by a space.
            let at = u32::try_from(before + usize::from(before > 0)).unwrap_or(u32::MAX);
            open.cues.push(Cue { at, start_ms: part.start_ms, end_ms: part.end_ms });
        }
        open.end_ms = match (open.end_ms, part.end_ms) {
            (Some(before), Some(now)) => Some(before.max(now)),
            (_, now) => now,
        };
        open.last_start_ms = part.start_ms.or(open.last_start_ms);
    }

    fn close(&mut self, line: u32) {
        let Some(mut open) = self.open.take() else {
            return;
        };
        if !open.text.is_empty() {
            self.push(&mut open, line);
        }
        open.text.clear();
        open.cues.clear();
        self.spare = (open.text, open.cues);
    }

    fn push(&mut self, open: &mut Open, line: u32) {
        // An end before the start is dropped.
        let end_ms = open.end_ms.filter(|end| open.start_ms.is_none_or(|start| start <= *end));
        self.content.turns.push(Turn {
            index: u32::try_from(self.content.turns.len()).unwrap_or(u32::MAX),
            kind: open.kind,
            speaker: open.speaker.take(),
            start_ms: open.start_ms,
            end_ms,
            language: open.language.take(),
            text: open.text.as_str().to_owned(),
            cues: match talk::says_nothing_new(&open.cues, open.start_ms, end_ms) {
                true => Vec::new(),
                false => open.cues.as_slice().to_vec(),
            },
        });
        if self.content.turns.len() >= MAX_TURNS {
            self.full = true;
            self.warn(line, format!("more than {MAX_TURNS} turns: the file was read up to here"));
        }
    }

    /// Finishes the transcript.
    pub fn finish(mut self) -> Content {
        self.close(0);
        if self.content.language.is_none() {
            self.content.language = script::language(&self.content.turns).map(str::to_owned);
        }
        if self.more_warnings > 0 {
            let line = self.content.warnings.last().map_or(1, |last| last.line);
            self.content
                .warnings
                .push(Warning { line, message: format!("… and {} more", self.more_warnings) });
        }
        talk::measure(&mut self.content);
        self.content
    }
}

fn pause(open: &Open, start_ms: Option<u64>) -> bool {
    match (open.end_ms, open.last_start_ms, start_ms) {
        (Some(end), _, Some(start)) => start > end.saturating_add(PAUSE_MS),
        (None, Some(last), Some(start)) => start > last.saturating_add(START_GAP_MS),
        _ => false,
    }
}

/// Appends `text` as speech: words separated by single spaces, without control characters.
fn append(open: &mut Open, text: &str) {
    let text = text.trim_ascii();
    if let Some(chars) = tidy(text) {
        if !open.text.is_empty() {
            open.text.push(' ');
            open.chars += 1;
        }
        open.text.push_str(text);
        open.chars += chars;
        return;
    }
    for word in text.split_whitespace() {
        let before = open.text.len();
        if before > 0 {
            open.text.push(' ');
        }
        let from = open.text.len();
        open.text.extend(word.chars().filter(|c| !c.is_control()));
        if open.text.len() == from {
            open.text.truncate(before);
        } else {
            open.chars += open.text[before..].chars().count();
        }
    }
}

fn ends_sentence(text: &str) -> bool {
    text.trim_end_matches(['"', '\'', '”', '’', ')', ']', '»'])
        .ends_with(['.', '?', '!', '…', '。', '？', '！', '؟', '।'])
}

/// Returns where to split a text that is too long for one turn: after a sentence, else after a
/// word, else between characters. Returns its length if it fits.
fn cut(text: &str) -> usize {
    if text.len() <= TURN_CHARS_MAX {
        return text.len();
    }
    let (mut sentence, mut word) = (None, None);
    for (count, (at, c)) in text.char_indices().enumerate() {
        if count == TURN_CHARS_MAX {
            return sentence.or(word).unwrap_or(at);
        }
        if c.is_whitespace() && at > 0 {
            word = Some(at);
            // Looks back a few bytes only, to stay linear.
            let from = text.floor_char_boundary(at.saturating_sub(12));
            if ends_sentence(&text[from..at]) {
                sentence = Some(at);
            }
        }
    }
    text.len()
}

#[cfg(test)]
mod tests;
