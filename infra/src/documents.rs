//! Long texts: blobs that are sealed under the key of the transcript they belong to.
//!
//! Invariant: nothing a person said reaches the blob store unsealed; a document is bound to its
//! blob's name, so that one cannot be put in another's place.

use crate::blobs::{BlobError, BlobKey, BlobStore, ByteStream, sealed};
use crate::keys::DataKey;
use bytes::{Bytes, BytesMut};
use futures::{StreamExt, TryStreamExt};
use std::sync::Arc;

/// Sealed documents over a blob store. Clones share the store.
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
    /// Documents in this store.
    pub fn new(blobs: Arc<dyn BlobStore>) -> Self {
        Self { blobs }
    }

    /// Streams a document in; durable when this returns. Answers the sealed size in bytes.
    pub async fn put(
        &self,
        name: &BlobKey,
        key: &DataKey,
        body: ByteStream,
    ) -> Result<u64, BlobError> {
        let sealed = sealed::seal(key.secret(), name.as_str().as_bytes(), body);
        self.blobs.put(name, sealed).await
    }

    /// Writes a document that is in memory.
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

    /// Removes a document; one that is gone already is no error.
    pub async fn delete(&self, name: &BlobKey) -> Result<(), BlobError> {
        self.blobs.delete(name).await
    }

    /// Whether the store answers.
    pub async fn check(&self) -> Result<(), BlobError> {
        self.blobs.check().await
    }
}
