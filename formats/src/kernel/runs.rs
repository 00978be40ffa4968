//! Joins single words into pieces of speech, with speaker, start and end.

use super::builder::{Builder, Piece};

/// A longer silence ends the piece.
const PAUSE_MS: u64 = 2_000;
/// Maximum length of a piece.
const PART: usize = 1_000;

/// Collects words into pieces of speech.
#[derive(Debug, Default)]
pub(crate) struct Runs {
    run: Option<Run>,
    /// Pieces of several channels, to be sorted by time.
    held: Option<Vec<Run>>,
}

#[derive(Debug)]
struct Run {
    line: u32,
    speaker: Option<String>,
    start_ms: Option<u64>,
    end_ms: Option<u64>,
    text: String,
}

/// A word.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Word<'a> {
    pub(crate) line: u32,
    pub(crate) speaker: Option<&'a str>,
    pub(crate) times: (Option<u64>, Option<u64>),
    pub(crate) text: &'a str,
}

impl Runs {
    /// Creates a collector for files with one channel after the other: pieces are sorted by their
    /// start.
    pub(crate) fn sorted() -> Self {
        Self { run: None, held: Some(Vec::new()) }
    }

    /// Adds a word, preceded by a space.
    pub(crate) fn word(&mut self, word: Word<'_>, out: &mut Builder) {
        let goes_on = self.run.as_ref().is_some_and(|run| {
            run.speaker.as_deref() == word.speaker
                && run.text.len() < PART
                && match (run.end_ms, word.times.0) {
                    (Some(end), Some(start)) => start <= end + PAUSE_MS && start + PAUSE_MS >= end,
                    _ => true,
                }
        });
        if !goes_on {
            self.close(out);
        }
        let run = self.run.get_or_insert_with(|| Run {
            line: word.line,
            speaker: word.speaker.map(str::to_owned),
            start_ms: word.times.0,
            end_ms: None,
            text: String::new(),
        });
        if !run.text.is_empty() {
            run.text.push(' ');
        }
        run.text.push_str(word.text);
        run.end_ms = run.end_ms.max(word.times.1);
    }

    /// Appends punctuation, or any text without a space, to the last word.
    pub(crate) fn glue(&mut self, text: &str) {
        if let Some(run) = &mut self.run {
            run.text.push_str(text);
        }
    }

    /// Returns whether the last word is of this speaker, so that part of a word may follow.
    pub(crate) fn is_of(&self, speaker: Option<&str>) -> bool {
        self.run.as_ref().is_some_and(|run| run.speaker.as_deref() == speaker)
    }

    /// Same as [`glue`](Self::glue), for a part of a word that has an end of its own.
    pub(crate) fn glue_until(&mut self, text: &str, end_ms: Option<u64>) {
        self.glue(text);
        if let Some(run) = &mut self.run {
            run.end_ms = run.end_ms.max(end_ms);
        }
    }

    /// Ends the piece, for instance with a channel.
    pub(crate) fn close(&mut self, out: &mut Builder) {
        let Some(run) = self.run.take() else { return };
        match &mut self.held {
            Some(held) => held.push(run),
            None => say(&run, out),
        }
    }

    /// Flushes what is left.
    pub(crate) fn finish(mut self, out: &mut Builder) {
        self.close(out);
        let mut held = self.held.unwrap_or_default();
        held.sort_by_key(|run| run.start_ms);
        held.iter().for_each(|run| say(run, out));
    }
}

fn say(run: &Run, out: &mut Builder) {
    out.say(Piece {
        line: run.line,
        speaker: run.speaker.as_deref(),
        start_ms: run.start_ms,
        end_ms: run.end_ms,
        text: &run.text,
        ..Piece::default()
    });
}
