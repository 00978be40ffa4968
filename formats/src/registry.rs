//! The list of supported formats, in order of precedence.

use std::sync::LazyLock;

use crate::captions::{ass, microdvd, mpl2, sbv, srt, textgrid, ttml, webvtt, youtube_xml};
use crate::chats::{whatsapp, zoom_chat};
use crate::documents::{docx, html, odt, pdf, podcast_html, rtf};
use crate::json::{
    assemblyai, aws_transcribe, deepgram, fathom, fireflies, google_stt, granola, podcast_json,
    read_ai, rev, speechmatics, utterances, vexa, watson, whisper, whisper_cpp, whisperx,
};
use crate::kernel::Format;
use crate::tables::{csv, md_table, rev_nlp, tsv};
use crate::text::{
    gemini_notes, google_meet, happy_scribe, headed_text, name_above, named_text, otter, riverside,
    timed_text, zoom_captions,
};

/// All supported formats. If two are equally certain of a file, the earlier one reads it.
pub(crate) static REGISTRY: &[&dyn Format] = &[
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

/// Suffix of the names of JSON formats.
const JSON: &str = " JSON";

/// Returns the names of the tools whose JSON is supported.
pub(crate) fn tools() -> &'static [&'static str] {
    static TOOLS: LazyLock<Vec<&str>> = LazyLock::new(|| {
        REGISTRY.iter().filter_map(|format| format.name().strip_suffix(JSON)).collect()
    });
    &TOOLS
}

/// Returns the identifiers and names of all formats, in registry order.
pub fn accepted() -> impl Iterator<Item = (&'static str, &'static str)> {
    REGISTRY.iter().map(|format| (format.id(), format.name()))
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
}
