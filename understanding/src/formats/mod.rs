//! Transcript formats: what a coach uploads, read into [`Content`].
//!
//! Invariants:
//! - A format is recognised from what the file holds, never from its name.
//! - [`parse`] picks the same format as [`inspect`] does on the head of the same file.
//! - No speaker, time or word is invented; what could not be read is in `warnings`.
//! - Time is linear in the size of the file; memory is bounded by it and by the caps in
//!   [`builder`].
//!
//! **To add a format**: write `formats/<format>.rs` with a unit struct that implements
//! [`Format`], and add it to the registry below (its `mod` line and its entry). The property
//! tests in `properties.rs` then run over it too.

pub mod archive;
mod asides;
#[cfg(test)]
mod bad_input;
mod binary;
pub mod builder;
mod changes;
mod chat_quotes;
mod columns;
mod counted;
mod cue_names;
mod cues;
mod dividers;
mod document;
mod front_matter;
mod headed;
mod inline;
mod json;
mod legacy;
mod lines;
mod markdown;
mod markup;
mod named_line;
mod names;
mod numbered;
mod office;
#[cfg(test)]
mod properties;
mod refusal;
mod rolling;
mod script;
mod source;
mod spans;
mod speech;
mod spelled;
mod tables;
mod tally;
mod teams;
#[cfg(test)]
mod testing;
mod tidy;
mod time;
mod timing;
#[cfg(test)]
mod variants_tests;
mod xml;

mod ass;
mod assemblyai;
mod aws_transcribe;
mod csv;
mod deepgram;
mod docx;
mod fathom;
mod fireflies;
mod gemini_notes;
mod google_meet;
mod google_stt;
mod granola;
mod happy_scribe;
mod headed_text;
mod html;
mod md_table;
mod microdvd;
mod mpl2;
mod name_above;
mod named_text;
mod odt;
mod otter;
mod pdf;
mod podcast_html;
mod podcast_json;
mod read_ai;
mod rev;
mod rev_nlp;
mod riverside;
mod rtf;
mod sbv;
mod speechmatics;
mod srt;
mod textgrid;
mod timed_text;
mod tsv;
mod ttml;
mod utterances;
mod vexa;
mod watson;
mod webvtt;
mod whatsapp;
mod whisper;
mod whisper_cpp;
mod whisperx;
mod youtube_xml;
mod zoom_captions;
mod zoom_chat;

/// Every format Debrief reads. Where two are equally sure of a file, the earlier one has it.
static REGISTRY: &[&dyn Format] = &[
    &webvtt::WebVtt,
    &srt::Srt,
    &sbv::Sbv,
    &microdvd::MicroDvd,
    &mpl2::Mpl2,
    &ttml::Ttml,
    &ass::Ass,
    &otter::Otter,
    &riverside::Riverside,
    &happy_scribe::HappyScribe,
    &zoom_captions::ZoomCaptions,
    &zoom_chat::ZoomChat,
    &whatsapp::WhatsApp,
    &gemini_notes::GeminiNotes,
    &google_meet::GoogleMeet,
    &tsv::Tsv,
    &csv::Csv,
    &md_table::MdTable,
    &rev_nlp::RevNlp,
    &vexa::Vexa,
    &whisperx::WhisperX,
    &whisper_cpp::WhisperCpp,
    &whisper::Whisper,
    &assemblyai::AssemblyAi,
    &deepgram::Deepgram,
    &rev::Rev,
    &speechmatics::Speechmatics,
    &aws_transcribe::AwsTranscribe,
    &google_stt::GoogleStt,
    &watson::Watson,
    &fireflies::Fireflies,
    &fathom::Fathom,
    &read_ai::ReadAi,
    &granola::Granola,
    &podcast_json::PodcastJson,
    &utterances::Utterances,
    &textgrid::TextGrid,
    &youtube_xml::YoutubeXml,
    &podcast_html::PodcastHtml,
    &docx::Docx,
    &odt::Odt,
    &rtf::Rtf,
    &pdf::Pdf,
    &html::Html,
    &named_text::NamedText,
    &headed_text::HeadedText,
    &timed_text::TimedText,
    &name_above::NameAbove,
];

pub use debrief_domain::transcript::content::Content;

pub use binary::media_type;
use builder::Builder;
pub use refusal::Refusal;
pub use source::{Encoding, HEAD_BYTES, Head, Source};

/// How sure a format is that a file is its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Confidence {
    /// It is not.
    No,
    /// It could be read this way, if nothing fits better.
    Possible,
    /// It has the shape.
    Likely,
    /// It carries the format's own signature.
    Certain,
}

/// One transcript format.
pub trait Format: Sync {
    /// Stable identifier, stored as `Content::format`.
    fn id(&self) -> &'static str;

    /// What people call it, for a sentence such as "Debrief reads …".
    fn name(&self) -> &'static str;

    /// Looks at the first bytes only, and cheaply.
    fn recognise(&self, head: &Head<'_>) -> Confidence;

    /// Reads the whole file, as far as it goes. What is odd becomes a warning.
    fn parse(&self, source: &Source<'_>, out: &mut Builder);
}

/// What an upload seems to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Guess {
    /// [`Format::id`].
    pub format: &'static str,
    /// [`Format::name`].
    pub name: &'static str,
    /// How the characters are stored.
    pub encoding: Encoding,
    /// How sure the format is.
    pub confidence: Confidence,
}

/// Identifiers and names of all formats, in the order of the registry.
pub fn accepted() -> impl Iterator<Item = (&'static str, &'static str)> {
    REGISTRY.iter().map(|format| (format.id(), format.name()))
}

/// Says from the first [`HEAD_BYTES`] of an upload whether it can be read. Longer input is cut.
pub fn inspect(head: &[u8]) -> Result<Guess, Refusal> {
    if archive::is_archive(&head[..head.len().min(HEAD_BYTES)]) {
        return Ok(archive::guess());
    }
    let head = Head::new(head)?;
    let (format, confidence) = recognise(&head)?;
    Ok(Guess { format: format.id(), name: format.name(), encoding: head.encoding(), confidence })
}

/// Reads a whole file. Of a ZIP archive, the one transcript in it; see [`archive::parts`].
pub fn parse(bytes: &[u8]) -> Result<Content, Refusal> {
    if archive::is_archive(&bytes[..bytes.len().min(HEAD_BYTES)]) {
        return archive::single(bytes);
    }
    let (head, utf8) = Head::whole(bytes)?;
    let (format, _) = recognise(&head)?;
    read(format, &Source::of(head, bytes, utf8)?)
}

fn read(format: &dyn Format, source: &Source<'_>) -> Result<Content, Refusal> {
    let mut out = Builder::new(format.id());
    if let Some((line, message)) = source.damage() {
        out.warn(line, message);
    }
    format.parse(source, &mut out);
    let refusal = out.refusal();
    let content = out.finish();
    if content.turns.is_empty() {
        let (name, warnings) = (format.name(), content.warnings);
        return Err(refusal.unwrap_or(Refusal::NoSpeech { name, warnings }));
    }
    Ok(content)
}

/// Reads a file as the format with this identifier, whatever it looks like; for tests and fuzzing.
/// `None` where there is no such format.
pub fn parse_as(format: &str, bytes: &[u8]) -> Option<Result<Content, Refusal>> {
    let format = REGISTRY.iter().find(|known| known.id() == format)?;
    Some(Source::new(bytes).and_then(|source| read(*format, &source)))
}

fn recognise(head: &Head<'_>) -> Result<(&'static dyn Format, Confidence), Refusal> {
    best(REGISTRY.iter().copied(), head)
}

/// The surest of these formats.
fn best(
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
    best.ok_or_else(|| head.refusal())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn identifiers_are_unique_and_plain() {
        let mut ids: Vec<_> = accepted().map(|(id, _)| id).collect();
        assert!(ids.iter().all(|id| {
            id.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_')
        }));
        ids.sort_unstable();
        ids.dedup();
        assert_eq!(ids.len(), REGISTRY.len());
    }

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
        assert!(refusal.to_string().contains("it holds no words"), "{refusal}");
    }

    #[test]
    fn a_file_whose_words_were_all_skipped_says_where() {
        let refusal = parse(b"WEBVTT\n\n00:99:xx --> what\nhello\n").unwrap_err();
        assert_eq!(refusal.code(), "no_speech");
        assert!(refusal.to_string().contains("(line 3: text before the first cue"), "{refusal}");
    }
}
