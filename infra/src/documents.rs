//! Documents: long texts as blobs, encrypted under the key of their transcript.
//!
//! Invariant: nothing a person said reaches the blob store unencrypted. The ciphertext is bound to
//! the blob's name, so that one document cannot take another's place.

use crate::blobs::{BlobError, BlobKey, BlobStore, ByteStream, sealed};
use crate::keys::DataKey;
use bytes::{Bytes, BytesMut};
use futures::{StreamExt, TryStreamExt};
use std::sync::Arc;

/// Encrypted documents in a blob store. Clones share the store.
#[derive(Clone)]
pub struct Documents {
    blobs: Arc<dyn BlobStore>,
}

impl std::fmt::Debug for Documents {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Documents")
    }
}

impl Documents {
    /// Creates documents in this store.
    pub fn new(blobs: Arc<dyn BlobStore>) -> Self {
        Self { blobs }
    }

    /// Streams a document into the store; it is durable when this returns. Returns the encrypted
    /// size in bytes.
    pub async fn put(
        &self,
        name: &BlobKey,
        key: &DataKey,
        body: ByteStream,
    ) -> Result<u64, BlobError> {
        let sealed = sealed::seal(key.secret(), name.as_str().as_bytes(), body);
        self.blobs.put(name, sealed).await
    }

    /// Writes a document from memory.
    pub async fn write(
        &self,
        name: &BlobKey,
        key: &DataKey,
        bytes: Bytes,
    ) -> Result<u64, BlobError> {
        self.put(name, key, futures::stream::once(async { Ok(bytes) }).boxed()).await
    }

    /// Reads a whole document of about `size_hint` bytes.
    pub async fn read(
        &self,
        name: &BlobKey,
        key: &DataKey,
        size_hint: usize,
    ) -> Result<Bytes, BlobError> {
        let sealed = self.blobs.get(name).await?;
        let mut plain = sealed::open(key.secret(), name.as_str().as_bytes(), sealed);
        let mut bytes = BytesMut::with_capacity(size_hint);
        while let Some(piece) = plain.try_next().await? {
            bytes.extend_from_slice(&piece);
        }
        Ok(bytes.freeze())
    }

    /// Deletes a document. Deleting a missing one is not an error.
    pub async fn delete(&self, name: &BlobKey) -> Result<(), BlobError> {
        self.blobs.delete(name).await
    }

    /// Checks that the store responds.
    pub async fn check(&self) -> Result<(), BlobError> {
        self.blobs.check().await
    }
}
