//! Detects files that name speakers only at changes of speaker, as podcast subtitles do.

use crate::kernel::prefix_survey::Speakers;

/// Where the names are in a file, one cue after the other.
#[derive(Default)]
pub(crate) struct Changes {
    last: Option<String>,
    /// Number of cues with a name, and without.
    named: u32,
    unnamed: u32,
    /// Names that repeat the previous name, and cues before the first name.
    repeated: u32,
    before: u32,
    /// Whether a diarization label is on a line of its own, as Deepgram writes it.
    pub(crate) headed: bool,
    /// Number of names alone on their lines, and with text behind them.
    own: u32,
    led: u32,
    /// Whether voice tags name the speakers.
    pub(crate) voices: bool,
}

impl Changes {
    /// Records the next cue, with its name.
    pub(crate) fn cue(&mut self, name: Option<&str>) {
        match name {
            Some(name) if self.last.as_deref() == Some(name) => self.repeated += 1,
            Some(name) => {
                self.named += 1;
                name.clone_into(self.last.get_or_insert_default());
            }
            None => {
                self.unnamed += 1;
                self.before += u32::from(self.last.is_none());
            }
        }
    }

    /// Records what is behind a name.
    pub(crate) fn behind(&mut self, rest: &str) {
        match rest.is_empty() {
            true => self.own += 1,
            false => self.led += 1,
        }
    }

    /// Returns whether every name is a speaker's, none repeats the previous one, and the first cue
    /// has one: then a cue without a name belongs to the last named speaker.
    pub(crate) fn alone(&self, speakers: &Speakers) -> bool {
        // A name on its own line is a heading, which holds until the next.
        let headed = self.headed || self.own >= 3 && self.led == 0;
        !self.voices
            && self.named >= 3
            && (self.repeated, self.before) == (0, 0)
            && (headed || self.unnamed >= self.named)
            && speakers.len() >= 2
            && speakers.lines() == self.named
    }
}
