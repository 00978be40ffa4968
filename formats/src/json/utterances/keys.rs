//! The keys that tools use, and the search for a list that has them.

use crate::kernel::json_shape::Shape;

/// Keys of the text.
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

/// Keys of lists inside an entry, whose texts form its text.
pub(super) const PARTS: &[&str] =
    &["sentences", "words", "elements", "tokens", "segments", "segs", "lines", "nBest", "chunks"];

/// Keys of the speaker, names before numbers.
pub(super) const SPEAKER: &[&str] = &[
    "speaker_name",
    "speakerName",
    "speakerDisplayName",
    "speaker_display_name",
    "detected_speaker_name",
    "detectedSpeakerName",
    "detectedSpeaker",
    "speaker_label",
    "speakerLabel",
    "speaker",
    "Speaker",
    "participant_name",
    "participantName",
    "participant",
    "participant_id",
    "participantId",
    "speaker_id",
    "speakerId",
    "speakerID",
    "speaker_number",
    "speaker_tag",
    "speakerTag",
    "person",
    "party",
    "party_id",
    "partyId",
    "voice",
    "users",
    "ParticipantDetails",
    "source",
];

/// Keys of the start.
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

/// Keys of the end.
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

/// Keys of the duration.
pub(super) const LENGTH: &[&str] = &[
    "duration",
    "dur",
    "duration_ms",
    "durationMs",
    "durationMilliseconds",
    "dDurationMs",
    "durationInTicks",
];

/// Paths of the language.
pub(super) const LANGUAGES: &[&str] = &[
    "language",
    "language_code",
    "languageCode",
    "lang",
    "locale",
    "result.language",
    "metadata.language",
];

/// Keys of lists with generated text.
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
    /// Finds the list in a file that is most like a transcript, if there is one.
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
            // A list whose entries contain lists of words but have neither is a wrapper of another.
            if !speaker && !start || !has(TEXT) && !parts {
                continue;
            }
            // Logs and chats have times, too.
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
