//! Bodies come in pieces of any size; encryption and S3 want them in one size.

use bytes::Bytes;
use futures::StreamExt;

use super::{BlobError, ByteStream};

/// Cuts a stream of arbitrary pieces into pieces of one size.
pub(super) struct Pieces {
    body: ByteStream,
    pending: Bytes,
    size: usize,
    /// Room kept behind each piece, so that what is appended does not move it.
    spare: usize,
}

impl Pieces {
    /// Pieces of `size` bytes with room for `spare` more.
    pub(super) fn new(body: ByteStream, size: usize, spare: usize) -> Self {
        Self { body, pending: Bytes::new(), size, spare }
    }

    /// The same stream, in pieces of another size from here on.
    pub(super) fn resized(self, size: usize) -> Self {
        Self { size, ..self }
    }

    /// The next piece, and whether it is the last; only the last one may be
    /// short, and empty only if the body is. A full piece is held back until
    /// something follows it. Not to be called again after the last.
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
                    // Long bodies get the whole room at once, short ones stay
                    // small.
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
