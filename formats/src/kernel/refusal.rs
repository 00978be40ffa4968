//! Why a file cannot be read, in a sentence that tells the user what to change.
//!
//! Invariant: a refusal never quotes the file, and neither do the warnings in it; its words may be
//! private.

use debrief_domain::transcript::content::Warning;
use thiserror::Error;

/// Why a file cannot be read. `Display` is for the user, [`Refusal::code`] for machines.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum Refusal {
    /// No bytes, or nothing but white space.
    #[error("The file is empty. Upload a file that contains a transcript.")]
    Empty,
    /// Not text.
    #[error(
        "This is {}, not a text transcript. Debrief reads {}. Export the transcript in one of these formats and upload it.",
        .looks_like.as_deref().unwrap_or("a binary file"),
        what_is_read(tools)
    )]
    Binary {
        /// Type that the first bytes indicate, with its article: `a PDF document`.
        looks_like: Option<String>,
        /// Tools whose JSON is supported.
        tools: &'static [&'static str],
    },
    /// Text in a character set that cannot be detected.
    #[error(
        "Most characters in this file cannot be read because it uses an old character set. Save it as UTF-8 and upload it again."
    )]
    UnreadableLetters,
    /// Text, but in no known format.
    #[error(
        "This is text, but not in a transcript format that Debrief knows: {seen}. Debrief reads {}. Put the speaker's name and a colon in front of each turn, or export the transcript in one of these formats.",
        what_is_read(tools)
    )]
    UnknownText {
        /// Shape of the first lines, without their words.
        seen: String,
        /// Tools whose JSON is supported.
        tools: &'static [&'static str],
    },
    /// JSON, but not from a known tool.
    #[error(
        "This is JSON, but not from a tool that Debrief knows: {}. Debrief reads JSON from {}. Export the transcript from one of these, or as WebVTT, and upload it.",
        keys_seen(.keys),
        list(tools)
    )]
    UnknownJson {
        /// Top-level keys, without those that could be somebody's words.
        keys: Vec<String>,
        /// Tools whose JSON is supported.
        tools: &'static [&'static str],
    },
    /// A file of a known format that cannot be opened.
    #[error(
        "This {what} is damaged or incomplete: it cannot be unpacked. Save or download it again and upload it."
    )]
    Damaged {
        /// Kind of file.
        what: &'static str,
    },
    /// An archive with too many entries or too much data.
    #[error(
        "This ZIP archive is too large: it has too many {what}, or unpacks to more than any transcripts do. Upload the transcripts themselves, a few at a time."
    )]
    TooMuch {
        /// What there is too much of.
        what: &'static str,
    },
    /// An archive of several transcripts where one is expected.
    #[error("This ZIP archive contains {count} transcripts. Unpack it and upload each one.")]
    Several {
        /// Number of transcripts.
        count: usize,
    },
    /// A known kind of file that is not a transcript.
    #[error("This is {what}. {advice}")]
    NoTranscript {
        /// Kind of file with its article, and what is missing.
        what: &'static str,
        /// What to upload instead.
        advice: &'static str,
    },
    /// A file of a known format without any speech.
    #[error("This was read as {name}, but {}", no_speech(warnings))]
    NoSpeech {
        /// Display name of the format.
        name: &'static str,
        /// What was skipped.
        warnings: Vec<Warning>,
    },
}

impl Refusal {
    /// Returns the stable identifier for machines.
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

/// Returns why a file of a known format has no speech.
fn no_speech(warnings: &[Warning]) -> String {
    /// More would be a list, not a sentence.
    const TOLD: usize = 2;
    let told = warnings.iter().take(TOLD).map(|it| format!("line {}: {}", it.line, it.message));
    match told.collect::<Vec<_>>().join("; ") {
        told if told.is_empty() => {
            "it contains no speech. Check that the export is complete.".to_owned()
        }
        told => format!(
            "no speech could be read from it ({told}). Fix that, or export the transcript again."
        ),
    }
}

/// Describes the supported formats by family; a list of all would be too long.
fn what_is_read(tools: &[&str]) -> String {
    format!(
        "captions (WebVTT, SRT and others), text from Zoom, Teams, Google Meet, Otter and \
         others, text with names or times, Word, OpenDocument, RTF, PDF and HTML documents, \
         tables, ZIP archives of these, and the JSON of {} tools",
        tools.len()
    )
}

fn keys_seen(keys: &[String]) -> String {
    match keys {
        [] => "it has no recognisable keys".into(),
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
