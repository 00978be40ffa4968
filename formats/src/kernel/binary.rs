//! Detects files that are not text and names their type.

use std::str::Utf8Error;

use super::encoding::utf16;

/// Returns whether the bytes are not text in any supported encoding.
pub(crate) fn is_binary(head: &[u8], utf8: Result<&str, Utf8Error>) -> bool {
    if matches!(head, [0xFF, 0xFE, ..] | [0xFE, 0xFF, ..]) {
        return false;
    }
    // Some text begins like a magic number ("BM…" is a bitmap), so well-formed text wins; the
    // formats listed here (PDF, RTF, PostScript) are themselves written as text.
    if [&b"%PDF"[..], b"{\\rtf", b"%!"].iter().any(|mark| head.starts_with(mark)) {
        return true;
    }
    let well_formed = match utf8 {
        Ok(_) => true,
        Err(error) => error.error_len().is_none() && error.valid_up_to() + 4 > head.len(),
    };
    // Branch-free, so that the loop is vectorised.
    let is_control = |b: u8| (b < 9) | ((b > 13) & (b < 32) & (b != 27));
    let controls = head
        .chunks(128)
        .map(|chunk| usize::from(chunk.iter().fold(0u8, |sum, b| sum + u8::from(is_control(*b)))));
    let controls: usize = controls.sum();
    if well_formed && controls == 0 {
        return false;
    }
    let known = kind(head);
    if known.is_some_and(|kind| kind.matcher_type() != infer::MatcherType::Text) {
        return true;
    }
    utf16(head).is_none() && controls * 10 > head.len()
}

/// Returns the type that the first bytes indicate.
pub(crate) fn kind(head: &[u8]) -> Option<infer::Type> {
    infer::get(head)
}

/// Describes a type in words.
pub(crate) fn describe(kind: &infer::Type) -> String {
    use infer::MatcherType;
    let name = kind.extension().to_uppercase();
    match (kind.extension(), kind.matcher_type()) {
        ("pdf", _) => "a PDF document".into(),
        ("docx" | "doc", _) => "a Word document".into(),
        ("xlsx" | "xls", _) => "an Excel workbook".into(),
        ("pptx" | "ppt", _) => "a PowerPoint presentation".into(),
        ("zip", _) => "a ZIP archive".into(),
        (_, MatcherType::Image) => format!("an image ({name})"),
        (_, MatcherType::Audio) => format!("an audio recording ({name})"),
        (_, MatcherType::Video) => format!("a video recording ({name})"),
        (_, MatcherType::Archive) => format!("an archive ({name})"),
        (_, MatcherType::Doc) => format!("a document ({name})"),
        (_, MatcherType::App) => format!("a program ({name})"),
        _ => format!("a {name} file"),
    }
}
