//! What a format is: it recognises its files and reads them.

use super::builder::Builder;
use super::source::{Head, Source};

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
pub(crate) trait Format: Sync {
    /// Stable identifier, stored as `Content::format`.
    fn id(&self) -> &'static str;

    /// What people call it, for a sentence such as "Debrief reads …".
    fn name(&self) -> &'static str;

    /// Whether it holds a text in a format of its own, for which
    /// [`read_within`](Builder::read_within) is called. A document is never taken for the text of
    /// another one, so that nothing nests.
    fn is_document(&self) -> bool {
        false
    }

    /// Looks at the first bytes only, and cheaply.
    fn recognise(&self, head: &Head<'_>) -> Confidence;

    /// Reads the whole file, as far as it goes. What is odd becomes a warning.
    fn parse(&self, source: &Source<'_>, out: &mut Builder);
}
