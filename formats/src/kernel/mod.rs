//! What readers of several kinds of files share, and nothing that knows one of them.
//!
//! - What a format is ([`format`]), what it is given ([`source`], with [`encoding`], [`legacy`] and
//!   [`binary`]), where it puts what it reads ([`builder`], with [`spelled`] and [`tidy`]; [`runs`]
//!   for single words), and why it cannot ([`refusal`]).
//! - Parts of texts: [`lines`], [`time`], [`clock`] (times of day), [`names`], [`tally`] (which
//!   names in front of lines are speakers), [`counted`], [`columns`] of tables.
//! - Languages of marks: [`markup`] of captions, [`xml`], and of JSON the [`json_walk`] and the
//!   [`json_shape`] that tells formats apart.

pub(crate) mod binary;
pub mod builder;
pub(crate) mod clock;
pub(crate) mod columns;
pub(crate) mod counted;
pub(crate) mod encoding;
pub(crate) mod format;
pub(crate) mod json_shape;
pub(crate) mod json_walk;
pub(crate) mod legacy;
pub(crate) mod lines;
pub(crate) mod markup;
pub(crate) mod names;
pub(crate) mod refusal;
pub(crate) mod runs;
pub(crate) mod source;
pub(crate) mod spelled;
pub(crate) mod tally;
pub(crate) mod tidy;
pub(crate) mod time;
pub(crate) mod xml;

pub(crate) use builder::{Builder, Piece};
pub use encoding::Encoding;
pub use format::Confidence;
pub(crate) use format::Format;
pub use refusal::Refusal;
pub(crate) use source::{Head, Source};
