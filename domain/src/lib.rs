//! The rules of Debrief: aggregates, commands and events.
//!
//! Invariants: nothing here does I/O, reads a clock or draws a random number. Ids, times and keys
//! are passed in with the command, so that the same events always give the same state.
//!
//! Each aggregate has a folder: its events in `events.rs`, its commands and rules in `mod.rs`.
//! [`STREAMS`] is the catalogue.

pub mod change;
pub mod client;
pub mod client_note;
pub mod event;
pub mod ids;
pub mod language_tag;
pub mod model_call;
pub mod note;
pub mod organization;
pub mod personal;
pub mod principal;
pub mod prompt;
pub mod prompt_choice;
pub mod saved_search;
pub mod search;
pub mod subject;
pub mod summary;
pub mod transcript;
pub mod upcasters;
pub mod visible;
pub mod vocabulary;
pub mod voice;

use event::Stream;

/// All kinds of streams, and with them all events.
pub static STREAMS: &[Stream] = &[
    Stream::of::<organization::Organization>(),
    Stream::of::<client::Client>(),
    Stream::of::<transcript::Transcript>(),
    Stream::of::<summary::Summary>(),
    Stream::of::<vocabulary::Vocabulary>(),
    Stream::of::<note::Note>(),
    Stream::of::<saved_search::SavedSearch>(),
    Stream::of::<model_call::ModelCall>(),
    Stream::of::<voice::Voice>(),
    Stream::of::<client_note::ClientNote>(),
    Stream::of::<prompt::Prompt>(),
    Stream::of::<prompt_choice::PromptChoice>(),
];
