//! The keys that encrypt a person's words.
//!
//! Each client and each transcript has its own data key, whose id is the client's or the
//! transcript's. A transcript's key is wrapped by its client's key if it has a client, otherwise by
//! the master key; a client's key is wrapped by the master key. Deleting one row, the client's,
//! therefore makes everything the client said unreadable: in the log, in the blobs and in every
//! backup of either.
//!
//! Invariants: data keys are stored next to the log and never in it; a wrapped key is bound to its
//! id, so that rows cannot be swapped; a key is stored in the same transaction as the first event
//! that it encrypts.

mod cipher;
mod master;
mod store;

pub use cipher::{CipherError, DataKey};
pub use master::{MasterKey, MasterKeyError};
pub use store::{KeyError, KeyStore, WrappedKey};
