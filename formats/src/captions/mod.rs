//! Captions: text with a time for each cue, as players show it.
//!
//! [`cues`] reads the common part of WebVTT, SRT and SBV; [`speech`] finds the speakers in cues of
//! any format, with [`cue_names`], [`changes`], [`inline`] and [`rolling`]; [`timing`] reads
//! damaged timing lines, and [`numbered`] lines that begin with two numbers.

pub(crate) mod ass;
pub(crate) mod changes;
pub(crate) mod cue_names;
pub(crate) mod cues;
pub(crate) mod inline;
pub(crate) mod microdvd;
pub(crate) mod mpl2;
pub(crate) mod numbered;
pub(crate) mod rolling;
pub(crate) mod sbv;
pub(crate) mod speech;
pub(crate) mod srt;
pub(crate) mod textgrid;
pub(crate) mod timing;
pub(crate) mod ttml;
pub(crate) mod webvtt;
pub(crate) mod youtube_xml;
