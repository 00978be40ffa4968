//! The keys that seal a person's words.
//!
//! Each client and each transcript has a data key of its own, whose id is the client's or the
//! transcript's. A transcript's key is wrapped by its client's key where it has a client, and by
//! the master key otherwise; a client's key is wrapped by the master key. So deleting one row,
//! the client's, makes everything the client said unreadable, in the log, in the blobs and in
//! every backup of either.
//!
//! Invariants: data keys lie beside the log and never in it; a wrapped key is bound to its id, so
//! that rows cannot be swapped; a key reaches the database in the same transaction as the first
//! event that it seals.

mod cipher;
mod master;
mod store;

pub use cipher::{CipherError, DataKey};
pub use master::{MasterKey, MasterKeyError};
pub use store::{KeyError, KeyStore, WrappedKey};
