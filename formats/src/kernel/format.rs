//! The interface of a format: it recognises its files and reads them.

use super::builder::Builder;
use super::source::{Head, Source};

/// How certain a format is that it can read a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Confidence {
    /// Not this format.
    No,
    /// Readable this way, if nothing fits better.
    Possible,
    /// Has the shape of this format.
    Likely,
    /// Has the format's own signature.
    Certain,
}

/// One transcript format.
pub(crate) trait Format: Sync {
    /// Stable identifier, stored as `Content::format`.
    fn id(&self) -> &'static str;

    /// Display name, for a sentence such as "Debrief reads …".
    fn name(&self) -> &'static str;

    /// Whether the file contains text in a format of its own, for which
    /// [`read_within`](Builder::read_within) is called. That text is never another document, so
    /// that nothing nests.
    fn is_document(&self) -> bool {
        false
    }

    /// Examines only the first bytes, cheaply.
    fn recognise(&self, head: &Head<'_>) -> Confidence;

    /// Reads as much of the file as possible. Oddities become warnings.
    fn parse(&self, source: &Source<'_>, out: &mut Builder);
}
