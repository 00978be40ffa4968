//! The keys that tools use, and the list in a file that has them.

use crate::kernel::json_shape::Shape;

/// Keys of what was said.
pub(super) const TEXT: &[&str] = &[
    "text",
    "transcript",
    "transcription",
    "sentence",
    "utterance",
    "content",
    "Content",
    "body",
    "speech",
    "words_str",
    "words",
    "line",
    "caption",
    "displayText",
    "display",
    "phrase",
    "punctuated_word",
    "word",
    "utf8",
    "value",
];

/// Keys of lists inside an entry, whose texts make up what was said.
pub(super) const PARTS: &[&str] =
    &["sentences", "words", "elements", "tokens", "segments", "segs", "lines", "nBest", "chunks"];

/// Keys of who said it, names before numbers.
pub(super) const SPEAKER: &[&str] = &[
    "speaker_name",
    "speakerName",
    "speakerDisplayName",
    "speaker_display_name",
    "speaker_label",
    "speakerLabel",
    "speaker",
    "Speaker",
    "participant_name",
    "participantName",
    "participant",
    "speaker_id",
    "speakerId",
    "speakerID",
    "speaker_number",
    "speaker_tag",
    "speakerTag",
    "person",
    "voice",
    "users",
    "ParticipantDetails",
    "source",
];

/// Keys of when it begins.
pub(super) const START: &[&str] = &[
    "start",
    "start_time",
    "startTime",
    "start_ms",
    "startMs",
    "start_time_ms",
    "startTimeMs",
    "start_timestamp",
    "startTimestamp",
    "start_offset",
    "startOffset",
    "start_sec",
    "start_seconds",
    "startSeconds",
    "startTimeSeconds",
    "start_time_seconds",
    "startSec",
    "data_start",
    "tStartMs",
    "begin",
    "BeginAudioTime",
    "from",
    "offsetMilliseconds",
    "offset_ms",
    "offsetInTicks",
    "offset",
    "timestamp",
    "timecode",
    "time",
    "ts",
    "seconds",
];

/// Keys of when it ends.
pub(super) const END: &[&str] = &[
    "end",
    "end_time",
    "endTime",
    "end_ms",
    "endMs",
    "end_time_ms",
    "endTimeMs",
    "end_timestamp",
    "endTimestamp",
    "end_offset",
    "endOffset",
    "end_sec",
    "end_seconds",
    "endSeconds",
    "endTimeSeconds",
    "end_time_seconds",
    "endSec",
    "data_end",
    "EndAudioTime",
    "stop",
    "to",
    "end_ts",
    "endTs",
];

/// Keys of how long it lasts.
pub(super) const LENGTH: &[&str] = &[
    "duration",
    "dur",
    "duration_ms",
    "durationMs",
    "durationMilliseconds",
    "dDurationMs",
    "durationInTicks",
];

/// Where a language may be stated.
pub(super) const LANGUAGES: &[&str] = &[
    "language",
    "language_code",
    "languageCode",
    "lang",
    "locale",
    "result.language",
    "metadata.language",
];

/// Lists under such keys hold a tool's words.
const NOT_SPEECH: &[&str] = &[
    "action",
    "summar",
    "highlight",
    "chapter",
    "topic",
    "note",
    "outline",
    "decision",
    "insight",
    "comment",
    "question",
    "keyword",
    "entities",
    "sentiment",
    "bookmark",
    "task",
    "messages",
    "chat",
    "description",
    "processed",
    "translation",
    "soundbite",
    "moments",
];

/// Keys of messages and logs, which are written and not spoken.
const NOT_BESIDE: &[&str] = &["user", "author", "sender", "id", "type", "level", "message"];

/// A list of utterances.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct List {
    /// Its path, such as `data.transcript[]`.
    pub(super) path: String,
    /// Whether its entries name speakers.
    pub(super) speakers: bool,
}

impl List {
    /// The list in a file that is most like a transcript, if one is.
    pub(super) fn find(shape: &Shape) -> Option<Self> {
        let mut best: Option<(u32, Self)> = None;
        for path in shape.lists() {
            let lower = path.to_ascii_lowercase();
            if NOT_SPEECH.iter().any(|word| lower.contains(word)) {
                continue;
            }
            let has = |keys: &[&str]| keys.iter().any(|key| shape.has(&format!("{path}.{key}")));
            let parts = PARTS
                .iter()
                .any(|list| TEXT.iter().any(|key| shape.has(&format!("{path}.{list}[].{key}"))));
            let (speaker, start) = (has(SPEAKER), has(START));
            // A list whose entries have lists of words but neither is the frame of another.
            if !speaker && !start || !has(TEXT) && !parts {
                continue;
            }
            // A time alone is also what logs and chats have.
            let other = has(NOT_BESIDE) || !shape.has(&format!("{path}.text"));
            if !speaker && !has(END) && !has(LENGTH) && (other || !has(&["timestamp"])) {
                continue;
            }
            let depth = u32::try_from(path.matches("[]").count()).unwrap_or(u32::MAX);
            let score = u32::from(speaker) * 8 + u32::from(start) * 4 + 3u32.saturating_sub(depth);
            let better = best.as_ref().is_none_or(|(known, list)| {
                score > *known || score == *known && path < list.path.as_str()
            });
            if better {
                best = Some((score, Self { path: path.to_owned(), speakers: speaker }));
            }
        }
        best.map(|(_, list)| list)
    }
}
