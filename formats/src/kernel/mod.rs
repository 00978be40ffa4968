//! What several kinds of formats share; nothing here knows one of them.
//!
//! - The interface of a format ([`format`]), its input ([`source`], with [`encoding`], [`legacy`]
//!   and [`binary`]), its output ([`builder`], with [`spelled`], [`tidy`], [`people`] and what is
//!   [`skipped`]; [`runs`] for single words), and why a file cannot be read ([`refusal`]).
//! - Parts of text: [`lines`], [`time`], [`clock`] (times of day), [`names`], [`prefix_survey`] (which line
//!   prefixes are speakers), [`name_counts`], [`columns`] of tables.
//! - Markup: [`markup`] of captions, [`marks`] of tools, [`xml`], [`json_walk`] over JSON, and [`json_shape`], which
//!   tells JSON formats apart.

pub(crate) mod binary;
pub mod builder;
pub(crate) mod clock;
pub(crate) mod columns;
pub(crate) mod encoding;
pub(crate) mod format;
pub(crate) mod json_shape;
pub(crate) mod json_walk;
pub(crate) mod legacy;
pub(crate) mod lines;
pub(crate) mod marks;
pub(crate) mod markup;
pub(crate) mod name_counts;
pub(crate) mod names;
pub(crate) mod pace;
pub(crate) mod people;
pub(crate) mod prefix_survey;
pub(crate) mod refusal;
pub(crate) mod roles;
pub(crate) mod runs;
pub(crate) mod skipped;
pub(crate) mod source;
pub(crate) mod spelled;
pub(crate) mod tidy;
pub(crate) mod time;
pub(crate) mod xml;

pub(crate) use builder::{Builder, Piece};
pub use encoding::Encoding;
pub use format::Confidence;
pub(crate) use format::Format;
pub use refusal::Refusal;
pub(crate) use skipped::Skip;
pub(crate) use source::{Head, Source};
