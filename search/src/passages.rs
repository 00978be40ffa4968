//! A session → passages.
//!
//! Turns are grouped into windows of about [`WINDOW_WORDS`] words. Each overlaps the previous one
//! by half, so that related sentences share a window. The halves are the chunks that are embedded
//! ([`crate::dense::chunks`]). Title, notes, and the parts of the summary are passages of their own
//! kinds.
//!
//! Invariants: windows cover every turn; a passage's text is verbatim; a window has at most about
//! twice [`WINDOW_WORDS`], however long its turns are.

use debrief_domain::language_tag;
use debrief_domain::subject::Subject;
use debrief_domain::summary::content::{Point, Quote};
use debrief_domain::transcript::content::{Content, Role, Turn};
use debrief_sessions::Session;
use serde::{Deserialize, Serialize};
use unicode_segmentation::UnicodeSegmentation;
use uuid::Uuid;

pub use debrief_domain::search::Kind;

/// Words per window of turns. Chosen on QMSum `train`: see `docs/search.md`.
pub const WINDOW_WORDS: usize = 240;

/// Identifies a passage by its session, kind, turns and words, independent of node and index state.
/// The probability that two of 250 passages collide is 10⁻¹⁴.
pub type PassageKey = u64;

/// A turn, or a part of one, in a passage.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Line {
    /// The index of the turn.
    pub turn: u32,
    /// The speaker, if known.
    pub speaker: Option<String>,
    /// Its start in milliseconds from the start of the recording, if known.
    pub start_ms: Option<u64>,
    /// The verbatim text.
    pub text: String,
}

/// A searchable part of a session.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Passage {
    /// Its kind.
    pub kind: Kind,
    /// Its text; a title or notes have one line, of turn 0, that belongs to no turn.
    pub lines: Vec<Line>,
    /// Its language as a BCP 47 tag, if known.
    pub language: Option<String>,
    /// Who promised, decided or asked it, if it is of such a kind.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<String>,
    /// The line at which its second chunk begins; 0 if it is one chunk.
    #[serde(default)]
    pub(crate) second: usize,
}

impl Passage {
    /// Returns the parts of it that are embedded.
    pub(crate) fn chunks(&self) -> impl Iterator<Item = &[Line]> {
        let (first, second) = self.lines.split_at(self.second.min(self.lines.len()));
        [first, second].into_iter().filter(|lines| !lines.is_empty())
    }

    /// Returns the first and last turn; `None` if it belongs to no turn.
    pub fn turns(&self) -> Option<(u32, u32)> {
        match self.kind {
            Kind::Title | Kind::Notes | Kind::ExternalNote => None,
            _ => {
                let turns = || self.lines.iter().map(|line| line.turn);
                Some((turns().min()?, turns().max()?))
            }
        }
    }

    /// Returns its turns, each once; none if it belongs to no turn.
    pub(crate) fn turns_once(&self) -> Vec<u32> {
        let mut turns: Vec<u32> = match self.turns() {
            Some(_) => self.lines.iter().map(|line| line.turn).collect(),
            None => Vec::new(),
        };
        turns.dedup();
        turns
    }

    /// Returns its [`PassageKey`].
    pub fn key(&self, subject: Subject) -> PassageKey {
        let mut name = self.kind.as_str().as_bytes().to_vec();
        for line in &self.lines {
            name.extend(line.turn.to_be_bytes());
            name.extend(line.text.as_bytes());
        }
        Uuid::new_v5(&subject.id(), &name).as_u64_pair().0
    }

    /// Returns its speakers, each once.
    pub fn speakers(&self) -> Vec<&str> {
        let mut speakers: Vec<&str> = Vec::new();
        for speaker in self.lines.iter().filter_map(|line| line.speaker.as_deref()) {
            if !speakers.contains(&speaker) {
                speakers.push(speaker);
            }
        }
        speakers
    }
}

/// Returns all passages of a session.
pub fn of_session(session: &Session) -> Vec<Passage> {
    let said = session.content.as_ref();
    let given = session.language.as_deref();
    let language = given.or_else(|| said.and_then(|content| content.language.as_deref()));
    // Older events hold tags as files state them.
    let language =
        language.map(|tag| language_tag::canonical(tag).unwrap_or_else(|| tag.to_owned()));
    let language = language.as_deref();
    let mut passages = Vec::new();
    if let Some(content) = said {
        passages.extend(windows(content, language, WINDOW_WORDS));
    }
    let single = |kind, text: &str| Passage {
        kind,
        lines: vec![Line { turn: 0, speaker: None, start_ms: None, text: text.to_owned() }],
        language: language.map(str::to_owned),
        by: None,
        second: 0,
    };
    passages.extend(session.title.as_deref().map(|title| single(Kind::Title, title)));
    let note = session.note.as_ref().map(|note| &note.text);
    for (kind, text) in [(Kind::Notes, session.notes.as_ref()), (Kind::ExternalNote, note)] {
        let pieces = text.into_iter().flat_map(|text| pieces(text, WINDOW_WORDS));
        passages.extend(pieces.map(|text| single(kind, text)));
    }
    if let Some(summary) = &session.summary {
        let quoted = |kind, points: Vec<&Point>, by: Option<&String>| Passage {
            kind,
            lines: points.into_iter().flat_map(|point| &point.quotes).map(line_of).collect(),
            language: language.map(str::to_owned),
            by: by.cloned(),
            second: 0,
        };
        let said = |point: &&Point| !point.quotes.is_empty();
        let speaker = |point: &'_ Point| point.quotes.first().and_then(|q| q.speaker.clone());
        let mut overview: Vec<&Point> = summary.overview.iter().filter(said).collect();
        if let Some(headline) = summary.headline.as_ref().filter(said)
            && !overview.iter().any(|point| point.text == headline.text)
        {
            overview.insert(0, headline);
        }
        if !overview.is_empty() {
            passages.push(quoted(Kind::Summary, overview, None));
        }
        let items = summary.action_items.iter().filter(|item| said(&&item.point));
        passages.extend(items.map(|item| {
            let by = item.owner.clone().or_else(|| speaker(&item.point));
            quoted(Kind::ActionItem, vec![&item.point], by.as_ref())
        }));
        let decided = summary.decisions.iter().map(|point| (Kind::Decision, point));
        let asked = summary.open_questions.iter().map(|point| (Kind::Question, point));
        for (kind, point) in decided.chain(asked).filter(|(_, point)| said(point)) {
            passages.push(quoted(kind, vec![point], speaker(point).as_ref()));
        }
    }
    passages
}

fn line_of(quote: &Quote) -> Line {
    Line {
        turn: quote.turn,
        speaker: quote.speaker.clone(),
        start_ms: quote.start_ms,
        text: quote.text.clone(),
    }
}

/// Returns the names of the coaches of a session.
pub fn coaches(content: &Content) -> impl Iterator<Item = &str> {
    let coaches = content.participants.iter().filter(|person| person.role == Role::Coach);
    coaches.map(|person| person.name.as_str())
}

/// Returns windows of about `size` words over the turns: each consists of two neighbouring chunks
/// of half the size, so that it overlaps the previous one by half.
pub fn windows(content: &Content, language: Option<&str>, size: usize) -> Vec<Passage> {
    let half = (size / 2).max(1);
    let lines: Vec<(Line, usize)> =
        content.turns.iter().flat_map(|turn| lines_of(turn, half)).collect();
    let chunks = chunked(&lines, half);
    let window = |chunks: &[&[(Line, usize)]]| {
        let lines: Vec<Line> = chunks.concat().into_iter().map(|(line, _)| line).collect();
        let second = chunks.first().map_or(0, |first| first.len());
        let first = lines.first().map_or(0, |line| line.turn);
        let own = language_of(&content.turns, first);
        let own = own.map(|tag| language_tag::canonical(tag).unwrap_or_else(|| tag.to_owned()));
        let language = own.or_else(|| language.map(str::to_owned));
        Passage { kind: Kind::Turns, lines, language, by: None, second }
    };
    match chunks.as_slice() {
        [] => Vec::new(),
        [only] => vec![window(&[only])],
        several => several.windows(2).map(window).collect(),
    }
}

/// Groups lines into chunks of at least `half` words; a last one of less than half of that is added
/// to the previous one.
fn chunked(lines: &[(Line, usize)], half: usize) -> Vec<&[(Line, usize)]> {
    let mut cuts = vec![0];
    let mut words = 0;
    for (at, (_, count)) in lines.iter().enumerate() {
        words += count;
        if words >= half {
            cuts.push(at + 1);
            words = 0;
        }
    }
    if words > 0 {
        if words < half / 2 && cuts.len() > 1 {
            cuts.pop();
        }
        cuts.push(lines.len());
    }
    cuts.windows(2).map(|cut| &lines[cut[0]..cut[1]]).collect()
}

/// Returns the language of a turn, if it has its own.
fn language_of(turns: &[Turn], turn: u32) -> Option<&str> {
    turns.get(turn as usize)?.language.as_deref()
}

/// Returns a turn, or its parts if it is long, with their word counts.
fn lines_of(turn: &Turn, size: usize) -> Vec<(Line, usize)> {
    let line = |text: &str| Line {
        turn: turn.index,
        speaker: turn.speaker.clone(),
        start_ms: start_of(turn, text),
        text: text.to_owned(),
    };
    let counted = |text: &str| (line(text), text.unicode_words().take(2 * size).count().max(1));
    pieces(&turn.text, size).into_iter().map(counted).collect()
}

/// Returns the start of a part of a turn: that of its cue.
fn start_of(turn: &Turn, part: &str) -> Option<u64> {
    let offset = (part.as_ptr() as usize).saturating_sub(turn.text.as_ptr() as usize);
    if offset == 0 || turn.cues.is_empty() {
        return turn.start_ms;
    }
    let at = turn.text.get(..offset).map_or(0, |before| before.chars().count());
    let before = |cue: &&debrief_domain::transcript::content::Cue| cue.at as usize <= at;
    turn.cues.iter().rev().find(before).and_then(|cue| cue.start_ms).or(turn.start_ms)
}

/// Splits a text into parts of at most about `size` words, between sentences if possible, else
/// between words.
fn pieces(text: &str, size: usize) -> Vec<&str> {
    let mut pieces = Vec::new();
    let (mut start, mut words) = (0, 0);
    let (mut sentence_end, mut space, mut stopped) = (None, None, false);
    for (at, part) in text.split_word_bound_indices() {
        let end = at + part.len();
        if part.chars().any(char::is_alphanumeric) {
            if words >= size {
                let after = |cut: &usize| *cut > start;
                let cut = sentence_end.filter(after).or(space.filter(after)).unwrap_or(at);
                pieces.push((start, cut));
                // The text between the cut and here is counted again.
                words = text[cut..at].unicode_words().count();
                start = cut;
                sentence_end = None;
            }
            words += 1;
            stopped = false;
        } else if part.contains(char::is_whitespace) {
            space = Some(end);
            if stopped || part.contains('\n') {
                sentence_end = Some(end);
            }
        } else if part.contains(['。', '！', '？']) {
            sentence_end = Some(end);
        } else if part.contains(['.', '!', '?', '؟', '…']) {
            stopped = true;
        }
    }
    pieces.push((start, text.len()));
    let trimmed = pieces.into_iter().map(|(from, to)| text[from..to].trim());
    trimmed.filter(|piece| !piece.is_empty()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use debrief_domain::transcript::content::Cue;

    fn said(turns: &[&str]) -> Content {
        let turn = |(index, text): (usize, &&str)| Turn {
            index: u32::try_from(index).unwrap(),
            speaker: Some(["Ruth", "Maya"][index % 2].to_owned()),
            text: (*text).to_owned(),
            ..Turn::default()
        };
        Content { turns: turns.iter().enumerate().map(turn).collect(), ..Content::default() }
    }

    fn spans(content: &Content, size: usize) -> Vec<(u32, u32)> {
        windows(content, None, size).iter().map(|window| window.turns().unwrap()).collect()
    }

    #[test]
    fn windows_overlap_by_half_and_cover_every_turn() {
        let content = said(&["one two", "three four", "five six", "seven eight", "nine ten"]);
        assert_eq!(spans(&content, 4), [(0, 1), (1, 2), (2, 3), (3, 4)]);
        assert_eq!(spans(&content, 100), [(0, 4)]);
        assert_eq!(spans(&said(&[]), 4), []);
    }

    #[test]
    fn what_little_is_left_belongs_to_the_chunk_before() {
        let turns = ["one two three four", "five six seven eight", "nine"];
        assert_eq!(spans(&said(&turns), 8), [(0, 2)]);
    }

    #[test]
    fn neighbours_share_a_chunk() {
        let windows = windows(&said(&["one two", "three four", "five six", "seven"]), None, 4);
        let chunks: Vec<Vec<&[Line]>> = windows.iter().map(|w| w.chunks().collect()).collect();
        assert_eq!(chunks.len(), 3);
        assert!(chunks.iter().all(|chunks| chunks.len() == 2));
        assert_eq!(chunks[0][1], chunks[1][0]);
        assert_eq!(chunks[1][1], chunks[2][0]);
    }

    #[test]
    fn a_long_turn_is_cut_between_sentences() {
        let text = "One two three. Four five six. Seven eight nine. Ten.";
        let windows = windows(&said(&[text]), None, 6);
        let texts = |window: &Passage| -> Vec<String> {
            window.lines.iter().map(|line| line.text.clone()).collect()
        };
        assert_eq!(
            windows.iter().map(texts).collect::<Vec<_>>(),
            [
                vec!["One two three.", "Four five six."],
                vec!["Four five six.", "Seven eight nine."],
                vec!["Seven eight nine.", "Ten."],
            ]
        );
        assert!(windows.iter().all(|window| window.turns() == Some((0, 0))));
        let endless = vec!["word"; 1_000].join(" ");
        let windows = super::windows(&said(&[&endless]), None, 50);
        assert!(windows.len() >= 20);
        assert!(windows.iter().flat_map(|w| &w.lines).all(|l| l.text.split(' ').count() <= 50));
    }

    #[test]
    fn a_part_begins_where_its_cue_does() {
        let mut content = said(&["One two. Three four."]);
        content.turns[0].start_ms = Some(1_000);
        content.turns[0].cues = vec![
            Cue { at: 0, start_ms: Some(1_000), end_ms: None },
            Cue { at: 9, start_ms: Some(3_000), end_ms: None },
        ];
        let windows = windows(&content, None, 4);
        let starts: Vec<_> = windows[0].lines.iter().map(|line| line.start_ms).collect();
        assert_eq!(starts, [Some(1_000), Some(3_000)]);
    }

    proptest::proptest! {
        #[test]
        fn nothing_said_is_in_no_window(
            turns in proptest::collection::vec("[a-z]{1,4}( [a-z]{1,6}[.?]{0,2}){0,40}", 0..20),
            size in 1usize..40,
        ) {
            let content = said(&turns.iter().map(String::as_str).collect::<Vec<_>>());
            let windows = windows(&content, None, size);
            for turn in &content.turns {
                let found: Vec<&str> = windows.iter().flat_map(|window| &window.lines)
                    .filter(|line| line.turn == turn.index)
                    .map(|line| line.text.as_str()).collect();
                for word in turn.text.split_whitespace() {
                    proptest::prop_assert!(
                        found.iter().any(|text| text.contains(word)), "{word} in {found:?}"
                    );
                }
            }
            for window in &windows {
                let words: usize =
                    window.lines.iter().map(|line| line.text.unicode_words().count()).sum();
                proptest::prop_assert!(words <= 2 * size.max(2) + 40);
            }
        }
    }
}
