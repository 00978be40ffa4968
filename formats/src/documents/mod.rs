//! Documents: Word, OpenDocument, Rich Text, PDF and web pages. Each extracts its text, which has a
//! format of its own; document formats of single tools are here too.
//!
//! [`office`] unpacks the files of word processors, with [`tables`] that are transcripts and the
//! cues of [`teams`] in them.

pub(crate) mod docx;
pub(crate) mod html;
pub(crate) mod odt;
pub(crate) mod office;
pub(crate) mod pdf;
pub(crate) mod podcast_html;
pub(crate) mod rtf;
pub(crate) mod tables;
pub(crate) mod teams;
