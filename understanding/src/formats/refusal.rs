//! Why a file cannot be read, in a sentence that tells the user what to change.
//!
//! Invariant: a refusal never quotes the file; its words may be private.

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
        accepted_names()
    )]
    Binary {
        /// What the first bytes say it is, with its article: `a PDF document`.
        looks_like: Option<String>,
    },
    /// Text in an encoding that is neither UTF-8 nor UTF-16.
    #[error(
        "Most letters in this file cannot be read, because it is stored in an old character set. Save it as UTF-8 and upload it again."
    )]
    UnreadableLetters,
    /// Text, but in no known format.
    #[error(
        "This is text, but not a transcript Debrief knows: {seen}. It reads {}. Put the speaker's name and a colon in front of what each one says, or export the transcript in one of these.",
        accepted_names()
    )]
    UnknownText {
        /// The shape of the first lines, without their words.
        seen: String,
    },
    /// The format is known, yet nobody says anything.
    #[error("This is a {name} file, but it holds no words. Check that the export was finished.")]
    NoSpeech {
        /// What people call the format.
        name: &'static str,
    },
}

impl Refusal {
    /// Stable identifier for machines.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Empty => "empty_file",
            Self::Binary { .. } => "binary_file",
            Self::UnreadableLetters => "unreadable_encoding",
            Self::UnknownText { .. } => "unrecognised_format",
            Self::NoSpeech { .. } => "no_speech",
        }
    }
}

fn accepted_names() -> String {
    let names: Vec<_> = super::accepted().map(|(_, name)| name).collect();
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
        let sentence = Refusal::Binary { looks_like: Some("a PDF document".into()) }.to_string();
        assert!(
            sentence.starts_with("This is a PDF document, not a text transcript."),
            "{sentence}"
        );
        assert!(sentence.contains("WebVTT"), "{sentence}");
    }
}
