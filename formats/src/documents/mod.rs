//! Documents: Word, OpenDocument, Rich Text, PDF and web pages. Each hands on the text that it holds,
//! which is in a format of its own; the formats of single programs' documents are here too.
//!
//! [`office`] unpacks what word processors write, with [`tables`] of a transcript and the cues of
//! [`teams`] in it.

pub(crate) mod docx;
pub(crate) mod html;
pub(crate) mod odt;
pub(crate) mod office;
pub(crate) mod pdf;
pub(crate) mod podcast_html;
pub(crate) mod rtf;
pub(crate) mod tables;
pub(crate) mod teams;
