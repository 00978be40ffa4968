//! Why a file cannot be read, in a sentence that tells the user what to change.
//!
//! Invariant: a refusal never quotes the file, and neither do the warnings it tells; its words may be
//! private.

use debrief_domain::transcript::content::Warning;
use thiserror::Error;

/// Why a file cannot be read. `Display` is meant for the user, [`Refusal::code`] for machines.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum Refusal {
    /// No bytes, or nothing but white space.
    #[error("The file is empty. Upload a transcript that holds the words of the session.")]
    Empty,
    /// Not text.
    #[error(
        "This is {}, not a text transcript. Debrief reads {}. Export the transcript in one of these and upload that.",
        .looks_like.as_deref().unwrap_or("a binary file"),
        what_is_read(tools)
    )]
    Binary {
        /// What the first bytes say it is, with its article: `a PDF document`.
        looks_like: Option<String>,
        /// The tools whose JSON is read.
        tools: &'static [&'static str],
    },
    /// Text in a character set that cannot even be guessed.
    #[error(
        "Most letters in this file cannot be read, because it is stored in an old character set. Save it as UTF-8 and upload it again."
    )]
    UnreadableLetters,
    /// Text, but in no known format.
    #[error(
        "This is text, but not a transcript Debrief knows: {seen}. It reads {}. Put the speaker's name and a colon in front of what each one says, or export the transcript in one of these.",
        what_is_read(tools)
    )]
    UnknownText {
        /// The shape of the first lines, without their words.
        seen: String,
        /// The tools whose JSON is read.
        tools: &'static [&'static str],
    },
    /// JSON, but of no tool we know.
    #[error(
        "This is JSON, but not of a tool Debrief knows: {}. It reads {} in JSON. Export the transcript in one of these, or as WebVTT, and upload that.",
        keys_seen(.keys),
        list(tools)
    )]
    UnknownJson {
        /// Keys at the top of the file, without those that could be somebody's words.
        keys: Vec<String>,
        /// The tools whose JSON is read.
        tools: &'static [&'static str],
    },
    /// The format is known, but the file cannot be opened.
    #[error(
        "This {what} is damaged or incomplete: it cannot be unpacked. Save or download it again and upload that."
    )]
    Damaged {
        /// What it is, or was.
        what: &'static str,
    },
    /// An archive with more in it than any transcripts.
    #[error(
        "This ZIP archive has more {what} or unpacks to more than any transcripts do. Upload the transcripts themselves, some at a time."
    )]
    TooMuch {
        /// What there is too much of.
        what: &'static str,
    },
    /// An archive of several transcripts where one is expected.
    #[error("This ZIP archive holds {count} transcripts. Unpack it and upload each one.")]
    Several {
        /// How many.
        count: usize,
    },
    /// It is known what this is, and that it is no transcript.
    #[error("This is {what}. {advice}")]
    NoTranscript {
        /// What it is, with its article, and what it lacks.
        what: &'static str,
        /// What to upload instead.
        advice: &'static str,
    },
    /// The format is known, yet nobody says anything.
    #[error("This was read as {name}, but {}", no_speech(warnings))]
    NoSpeech {
        /// What people call the format.
        name: &'static str,
        /// What was skipped in it.
        warnings: Vec<Warning>,
    },
}

impl Refusal {
    /// Stable identifier for machines.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Empty => "empty_file",
            Self::Binary { .. } => "binary_file",
            Self::UnreadableLetters => "unreadable_encoding",
            Self::UnknownText { .. } | Self::UnknownJson { .. } => "unrecognised_format",
            Self::Damaged { .. } => "damaged_file",
            Self::TooMuch { .. } => "archive_too_large",
            Self::Several { .. } => "several_transcripts",
            Self::NoSpeech { .. } | Self::NoTranscript { .. } => "no_speech",
        }
    }
}

/// Why nobody says anything in a file of a known format.
fn no_speech(warnings: &[Warning]) -> String {
    /// More would be a list to read, not a sentence.
    const TOLD: usize = 2;
    let told = warnings.iter().take(TOLD).map(|it| format!("line {}: {}", it.line, it.message));
    match told.collect::<Vec<_>>().join("; ") {
        told if told.is_empty() => {
            "it holds no words. Check that the export was finished.".to_owned()
        }
        told => format!(
            "no words could be taken from it ({told}). Mend that, or export the transcript again."
        ),
    }
}

/// What is read, by families: a list of all formats would be too long for anybody.
fn what_is_read(tools: &[&str]) -> String {
    format!(
        "captions (WebVTT, SRT and others), the text that Zoom, Teams, Google Meet, Otter and \
         others save, text with a name or a time in front, Word, OpenDocument, RTF, PDF and HTML \
         documents, tables, ZIP archives of these, and the JSON of {} tools",
        tools.len()
    )
}

fn keys_seen(keys: &[String]) -> String {
    match keys {
        [] => "it has no keys that could be named".into(),
        keys => format!("its keys are {}", list(keys)),
    }
}

fn list<T: AsRef<str>>(names: &[T]) -> String {
    let names: Vec<&str> = names.iter().map(AsRef::as_ref).collect();
    match names.split_last() {
        Some((last, [])) => (*last).to_owned(),
        Some((last, rest)) => format!("{} and {last}", rest.join(", ")),
        None => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sentences_name_what_would_be_accepted() {
        let sentence =
            Refusal::Binary { looks_like: Some("a PDF document".into()), tools: &["Whisper"] };
        let sentence = sentence.to_string();
        assert!(
            sentence.starts_with("This is a PDF document, not a text transcript."),
            "{sentence}"
        );
        assert!(sentence.contains("WebVTT"), "{sentence}");
        assert!(sentence.len() < 500, "{sentence}");
    }

    #[test]
    fn unknown_json_names_its_keys_and_the_known_tools() {
        let refusal = crate::parse(br#"{"notes": [1], "what she said": 2, "v": 3}"#).unwrap_err();
        assert_eq!(refusal.code(), "unrecognised_format");
        let sentence = refusal.to_string();
        assert!(sentence.contains("its keys are notes and v."), "{sentence}");
        assert!(sentence.contains("Whisper"), "{sentence}");
    }
}
