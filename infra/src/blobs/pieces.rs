//! Rechunks bodies: they arrive in pieces of any size, encryption and S3 need a fixed size.

use bytes::Bytes;
use futures::StreamExt;

use super::{BlobError, ByteStream};

/// Cuts a stream of arbitrary pieces into pieces of a fixed size.
pub(super) struct Pieces {
    body: ByteStream,
    pending: Bytes,
    size: usize,
    /// Spare capacity of each piece, so that appending does not reallocate it.
    spare: usize,
}

impl Pieces {
    /// Creates pieces of `size` bytes with `spare` bytes of extra capacity.
    pub(super) fn new(body: ByteStream, size: usize, spare: usize) -> Self {
        Self { body, pending: Bytes::new(), size, spare }
    }

    /// Changes the size of the pieces from here on.
    pub(super) fn resized(self, size: usize) -> Self {
        Self { size, ..self }
    }

    /// Returns the next piece, and whether it is the last. Only the last one may be short, and it
    /// is empty only if the body is. A full piece is held back until more data follows. Must not be
    /// called again after the last piece.
    pub(super) async fn next(&mut self) -> Result<(Vec<u8>, bool), BlobError> {
        let mut piece = Vec::new();
        loop {
            if self.pending.is_empty() {
                match self.body.next().await {
                    Some(bytes) => self.pending = bytes?,
                    None => return Ok((piece, true)),
                }
            } else if piece.len() == self.size {
                return Ok((piece, false));
            } else {
                let taken = self.pending.len().min(self.size - piece.len());
                if piece.capacity() < piece.len() + taken {
                    // Long bodies get the full capacity at once, short ones stay small.
                    let room = if piece.is_empty() && taken < self.size / 16 {
                        taken
                    } else {
                        self.size - piece.len()
                    };
                    piece.reserve_exact(room + self.spare);
                }
                piece.extend_from_slice(&self.pending.split_to(taken));
            }
        }
    }
}
