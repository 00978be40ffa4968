//! Recognises a file and reads it with the format that is most certain.
//!
//! Invariant: [`parse`] picks the same format as [`inspect`] does on the head of the same file.

use debrief_domain::transcript::content::{Content, Warning};

use crate::archive;
use crate::json::people;
use crate::kernel::builder::{MAX_WARNINGS, Within};
use crate::kernel::source::HEAD_BYTES;
use crate::kernel::{Builder, Confidence, Encoding, Format, Head, Refusal, Source};
use crate::registry::{self, REGISTRY};

/// The detected type of an upload.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Detected {
    /// [`Format::id`].
    pub format: &'static str,
    /// [`Format::name`].
    pub name: &'static str,
    /// Character encoding.
    pub encoding: Encoding,
    /// How certain the format is.
    pub confidence: Confidence,
}

/// Detects from the first [`HEAD_BYTES`] of an upload whether it can be read. Longer input is
/// truncated.
pub fn inspect(head: &[u8]) -> Result<Detected, Refusal> {
    if is_archive(head) {
        return Ok(Detected {
            format: archive::ID,
            name: archive::NAME,
            encoding: Encoding::Damaged,
            confidence: Confidence::Certain,
        });
    }
    let head = Head::new(head)?;
    let (format, confidence) = recognise(&head)?;
    Ok(Detected { format: format.id(), name: format.name(), encoding: head.encoding(), confidence })
}

/// Reads a whole file, or the only transcript in a ZIP archive; see [`parse_archive`].
pub fn parse(bytes: &[u8]) -> Result<Content, Refusal> {
    if is_archive(bytes) {
        return single(bytes);
    }
    let (head, utf8) = Head::whole(bytes)?;
    let (format, _) = recognise(&head)?;
    read(format, &Source::of(head, bytes, utf8)?)
}

/// Reads a file as the format with this identifier, recognised or not; for tests and fuzzing.
/// Returns `None` if there is no such format.
pub fn parse_as(format: &str, bytes: &[u8]) -> Option<Result<Content, Refusal>> {
    let format = REGISTRY.iter().find(|known| known.id() == format)?;
    Some(Source::new(bytes).and_then(|source| read(*format, &source)))
}

/// Transcripts of an archive by name, and warnings about skipped entries.
pub type Parts = (Vec<(String, Content)>, Vec<Warning>);

/// Reads the transcripts of a ZIP archive one by one. Refuses if none can be read.
pub fn parse_archive(bytes: &[u8]) -> Result<Parts, Refusal> {
    let unpacked = archive::unpack(bytes)?;
    let mut parts = Vec::new();
    let mut warnings: Vec<Warning> = unpacked
        .skipped
        .into_iter()
        .map(|(name, reason)| warning(&format!("{name} was skipped: {reason}")))
        .collect();
    let mut first = None;
    for archive::Entry { name, bytes } in unpacked.entries {
        match parse(&bytes) {
            Ok(content) => parts.push((name, content)),
            Err(refusal) => {
                let sentence = refusal.to_string();
                let reason = sentence.split_inclusive(". ").next().unwrap_or_default().trim();
                warnings.push(warning(&format!("{name} was skipped: {reason}")));
                first.get_or_insert(refusal);
            }
        }
    }
    warnings.truncate(MAX_WARNINGS);
    match first {
        // For a single file, its own refusal is the most useful.
        Some(refusal) if parts.is_empty() => Err(refusal),
        _ => Ok((parts, warnings)),
    }
}

/// Returns the content of an archive that contains one transcript.
fn single(bytes: &[u8]) -> Result<Content, Refusal> {
    let (parts, mut warnings) = parse_archive(bytes)?;
    let count = parts.len();
    match parts.into_iter().next() {
        Some((_, mut content)) if count == 1 => {
            warnings.append(&mut content.warnings);
            content.warnings = warnings;
            content.warnings.truncate(MAX_WARNINGS + 1);
            Ok(content)
        }
        _ => Err(Refusal::Several { count }),
    }
}

fn warning(message: &str) -> Warning {
    Warning::new(1, message)
}

fn is_archive(bytes: &[u8]) -> bool {
    archive::is_archive(&bytes[..bytes.len().min(HEAD_BYTES)])
}

fn read(format: &dyn Format, source: &Source<'_>) -> Result<Content, Refusal> {
    let mut out = Builder::new(format.id());
    if let Some((line, message)) = source.damage() {
        out.warn(line, message);
    }
    out.people(people::of(source.text()));
    format.parse(source, &mut out);
    if let Some(within) = out.take_within() {
        read_within(within, &mut out);
    }
    let refusal = out.refusal();
    let content = out.finish();
    if content.turns.is_empty() {
        let (name, warnings) = (format.name(), content.warnings);
        return Err(refusal.unwrap_or(Refusal::NoSpeech { name, warnings }));
    }
    Ok(content)
}

/// Reads the text of a document. Warnings have the line numbers of that text.
fn read_within(Within { text, unknown }: Within, out: &mut Builder) {
    let read = recognise_within(&text).and_then(|format| {
        format.parse(&Source::new(text.as_bytes())?, out);
        Ok(())
    });
    match read {
        Ok(()) | Err(Refusal::Empty) => {}
        Err(known @ (Refusal::UnknownText { .. } | Refusal::UnknownJson { .. })) => {
            out.refuse(unknown.unwrap_or(known));
        }
        Err(refusal) => out.refuse(refusal),
    }
}

fn recognise(head: &Head<'_>) -> Result<(&'static dyn Format, Confidence), Refusal> {
    surest(REGISTRY.iter().copied(), head)
}

/// Finds the format of the text in a document.
fn recognise_within(text: &str) -> Result<&'static dyn Format, Refusal> {
    let head = Head::new(text.as_bytes())?;
    let formats = REGISTRY.iter().copied().filter(|format| !format.is_document());
    surest(formats, &head).map(|(format, _)| format)
}

/// Returns the most certain of these formats; on a tie, the first.
fn surest(
    formats: impl Iterator<Item = &'static dyn Format>,
    head: &Head<'_>,
) -> Result<(&'static dyn Format, Confidence), Refusal> {
    let mut best: Option<(&'static dyn Format, Confidence)> = None;
    for format in formats {
        let confidence = format.recognise(head);
        if confidence > best.map_or(Confidence::No, |(_, best)| best) {
            best = Some((format, confidence));
        }
        if confidence == Confidence::Certain {
            break;
        }
    }
    best.ok_or_else(|| head.refusal(registry::tools()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_guess_names_format_and_encoding() {
        let guess = inspect(b"\xEF\xBB\xBFWEBVTT\r\n\r\n").unwrap();
        assert_eq!(guess.format, "webvtt");
        assert_eq!(guess.encoding, Encoding::Utf8);
        assert_eq!(guess.confidence, Confidence::Certain);
    }

    #[test]
    fn a_file_without_words_is_refused_as_such() {
        let refusal = parse(b"WEBVTT\n\n00:01.000 --> 00:02.000\n\n").unwrap_err();
        assert_eq!(refusal.code(), "no_speech");
        assert!(refusal.to_string().contains("it contains no speech"), "{refusal}");
    }

    #[test]
    fn a_file_whose_words_were_all_skipped_says_where() {
        let refusal = parse(b"WEBVTT\n\n00:99:xx --> what\nhello\n").unwrap_err();
        assert_eq!(refusal.code(), "no_speech");
        assert!(refusal.to_string().contains("(line 3: text before the first cue"), "{refusal}");
    }
}
