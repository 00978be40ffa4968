//! Reads the files of one session: parses and merges them, and unifies people.
//!
//! Invariant: an unreadable file is skipped with a warning that names it; if no file can be read,
//! its refusal is returned.

use debrief_domain::transcript::content::{Content, Warning};
use debrief_formats::builder::MAX_WARNINGS;
use debrief_formats::{self as formats, HEAD_BYTES, Refusal, archive};
use debrief_language::languages;

use crate::merge::{self, MergeError, Part};
use crate::people;
use crate::roles::{self, Known};

/// An uploaded file.
#[derive(Debug, Clone, Copy)]
pub struct File<'a> {
    /// File name, or empty.
    pub name: &'a str,
    /// Content: a transcript in any format, or a ZIP archive of transcripts.
    pub bytes: &'a [u8],
}

/// Why files cannot be read as one session.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ReadError {
    /// No file can be read.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// The files are readable, but cannot be merged.
    #[error("{}", sentence(.0))]
    Apart(#[from] MergeError),
}

impl ReadError {
    /// Returns the machine-readable reason.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Refused(refusal) => refusal.code(),
            Self::Apart(error) => error.code(),
        }
    }
}

/// Capitalises the error and adds a full stop.
fn sentence(error: &MergeError) -> String {
    let text = error.to_string();
    let mut letters = text.chars();
    let first: String = letters.next().into_iter().flat_map(char::to_uppercase).collect();
    format!("{first}{}.", letters.as_str().trim_end_matches('.'))
}

/// Reads the files of one session.
pub fn read(files: &[File<'_>], known: &Known) -> Result<Content, ReadError> {
    let mut parts = Vec::new();
    let mut left_out = Vec::new();
    let mut first_refusal = None;
    for file in files {
        let head = &file.bytes[..file.bytes.len().min(HEAD_BYTES)];
        let read = if archive::is_archive(head) {
            formats::parse_archive(file.bytes)
        } else {
            formats::parse(file.bytes)
                .map(|content| (vec![(file.name.to_owned(), content)], vec![]))
        };
        match read {
            Ok((read, warnings)) => {
                parts.extend(read.into_iter().map(|(name, content)| Part { name, content }));
                left_out.extend(warnings);
            }
            Err(refusal) => {
                let message = format!("{} was skipped: {refusal}", file.name);
                left_out.push(Warning::new(1, message));
                first_refusal.get_or_insert(refusal);
            }
        }
    }
    if let (true, Some(refusal)) = (parts.is_empty(), first_refusal) {
        return Err(refusal.into());
    }
    let mut content = merge::merge(parts)?;
    left_out.append(&mut content.warnings);
    left_out.truncate(MAX_WARNINGS + 1);
    content.warnings = left_out;
    people::unify(&mut content);
    languages::tell(&mut content);
    roles::assign(&mut content, known);
    Ok(content)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;

    const CALL: &str = "WEBVTT\n\n00:01.000 --> 00:05.000\nDana: How was the week, then?\n\n\
        00:06.000 --> 00:12.000\nOmer Katz: Long, and I would like to talk about that.\n\n\
        00:13.000 --> 00:15.000\nDana: Please do, we have the hour.\n";
    const CHAT: &str = "00:00:07\t omer katz:\tthe list is at https://example.org/list\r\n";

    fn zip(files: &[(&str, &str)]) -> Vec<u8> {
        let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
        for (name, text) in files {
            zip.start_file(*name, zip::write::SimpleFileOptions::default()).unwrap();
            zip.write_all(text.as_bytes()).unwrap();
        }
        zip.finish().unwrap().into_inner()
    }

    fn speakers(content: &Content) -> Vec<&str> {
        content.participants.iter().map(|person| person.name.as_str()).collect()
    }

    #[test]
    fn an_archive_is_as_good_as_its_files() {
        let known = Known { coaches: vec![], clients: vec!["Omer Katz".into()] };
        let files = [("call.vtt", CALL), ("chat.txt", CHAT)];
        let apart = files.map(|(name, text)| File { name, bytes: text.as_bytes() });
        let apart = read(&apart, &known).unwrap();
        let bytes = zip(&files);
        let together = read(&[File { name: "call.zip", bytes: &bytes }], &known).unwrap();
        assert_eq!(apart, together);
        assert_eq!(speakers(&apart), ["Dana", "Omer Katz"]);
        assert_eq!(apart.turns.len(), 4);
        let roles: Vec<_> = apart.participants.iter().map(|person| person.role).collect();
        use debrief_domain::transcript::content::Role;
        assert_eq!(roles, [Role::Coach, Role::Client]);
    }

    #[test]
    fn what_cannot_be_read_is_left_out_unless_it_is_all() {
        let noise = File { name: "noise.bin", bytes: b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" };
        let call = File { name: "call.vtt", bytes: CALL.as_bytes() };
        let content = read(&[noise, call], &Known::default()).unwrap();
        assert_eq!(content.turns.len(), 3);
        assert!(content.warnings[0].message.starts_with("noise.bin was skipped: "));
        let refused = read(&[noise], &Known::default()).unwrap_err();
        assert!(matches!(refused, ReadError::Refused(Refusal::Binary { .. })), "{refused}");
        let nothing = read(&[], &Known::default()).unwrap_err();
        assert_eq!(nothing.code(), "nothing_to_merge");
    }
}
