//! Plain text and Markdown, as people and tools write conversations down.
//!
//! A name in front of each line ([`named_text`], made of [`named_line`]s), a name above
//! ([`name_above`]), a name and a time above ([`headed_text`], and [`headed`] for the formats of
//! single tools), or times alone ([`timed_text`]); around them [`asides`], [`dividers`],
//! [`front_matter`], [`markdown`] and time [`spans`].

pub(crate) mod asides;
pub(crate) mod dividers;
pub(crate) mod front_matter;
pub(crate) mod gemini_notes;
pub(crate) mod google_meet;
pub(crate) mod happy_scribe;
pub(crate) mod headed;
pub(crate) mod headed_text;
pub(crate) mod markdown;
pub(crate) mod name_above;
pub(crate) mod named_line;
pub(crate) mod named_text;
pub(crate) mod otter;
pub(crate) mod riverside;
pub(crate) mod spans;
pub(crate) mod timed_text;
pub(crate) mod zoom_captions;
