//! Language processing: words, sentences and names, independent of the speaker.
//!
//! Pure and deterministic: no I/O, no clock, no randomness, no network. [`summary`] summarizes a
//! session in the participants' own words, without a language model; [`question`] interprets search
//! questions. Both split text into [`sentences`], find [`phrases`] in them, and use the word
//! [`lists`] of each language. [`voice`] learns how a coach writes, and [`refine`] turns
//! instructions into edits of a summary.

pub mod answer;
pub mod client_note;
pub mod evidence;
pub mod languages;
mod lists;
pub mod merge;
pub mod names;
pub mod parts;
mod phrases;
pub mod prompts;
pub mod question;
pub mod refine;
mod sentences;
pub mod summary;
pub mod voice;
