//! Sealed blobs: streaming authenticated encryption.
//!
//! AES-256-GCM in the STREAM construction of Hoang, Reyhanitabar, Rogaway and Vizár, "Online
//! Authenticated-Encryption and its Nonce-Reuse Misuse-Resistance" (CRYPTO 2015,
//! <https://eprint.iacr.org/2015/189>), with the nonce
//! `prefix (7) || counter (u32, big endian) || last (1)`.
//!
//! ```text
//! magic "DBRF" | version 1 | salt (32) | prefix (7) | chunk | chunk | … | last chunk
//! ```
//!
//! A chunk is 64 KiB of content and a tag of 16 bytes; the last one holds the remainder, which is
//! empty only for an empty blob. Invariants:
//!
//! - Every chunk is authenticated with its index, with whether it is the last, with the header and
//!   with the `context`. Flipped bits, chunks reordered, dropped, repeated or appended, a blob
//!   stored under another key: all end in [`BlobError::Corrupt`].
//! - What [`open`] yields is authentic, but only the end of the stream proves that it is complete:
//!   act on it then, not before.
//! - No nonce is used twice. With seven random bytes alone, some thousand blobs of one client would
//!   collide with a probability above the limit of NIST SP 800-38D (2^-32), so every blob has its
//!   own key, derived from `key` and a random salt (HKDF-Expand of RFC 5869, one block).
//! - One chunk is in memory at a time, and content is copied once.

use aead_stream::{DecryptorBE32, EncryptorBE32};
use aes_gcm::Aes256Gcm;
use bytes::Bytes;
use futures::{StreamExt, TryStreamExt, stream};
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use super::pieces::Pieces;
use super::{BlobError, ByteStream};

/// The content length of every chunk but the last.
const CHUNK: usize = 64 * 1024;
const TAG: usize = 16;
const MAGIC: &[u8; 4] = b"DBRF";
const VERSION: u8 = 1;
const SALT: usize = 32;
const PREFIX: usize = 7;
const HEADER: usize = MAGIC.len() + 1 + SALT + PREFIX;

/// Encrypts `body` under `key`; [`open`] needs the same `key` and `context`.
///
/// `context` identifies the blob, for example by its [`BlobKey`](super::BlobKey): it is
/// authenticated but not stored. An error of `body` is passed on unchanged, and what was yielded
/// before it cannot be opened.
pub fn seal(key: &[u8; 32], context: &[u8], body: ByteStream) -> ByteStream {
    let header = Header::new(rand::random(), rand::random());
    sealed_with(&header, key, context, body)
}

/// [`seal`] with given randomness, so that tests can pin the format.
fn sealed_with(header: &Header, key: &[u8; 32], context: &[u8], body: ByteStream) -> ByteStream {
    let cipher =
        EncryptorBE32::<Aes256Gcm>::new((&*header.blob_key(key)).into(), header.prefix().into());
    let associated = header.associated(context);
    let pieces = Pieces::new(body, CHUNK, TAG);
    let chunks = stream::try_unfold(Some((cipher, associated, pieces)), |state| async {
        let Some((mut cipher, associated, mut pieces)) = state else {
            return Ok(None);
        };
        let (mut piece, last) = pieces.next().await?;
        let state = if last {
            cipher.encrypt_last_in_place(&associated, &mut piece).map(|()| None)
        } else {
            cipher
                .encrypt_next_in_place(&associated, &mut piece)
                .map(|()| Some((cipher, associated, pieces)))
        };
        match state {
            Ok(state) => Ok(Some((Bytes::from(piece), state))),
            Err(_) => Err(BlobError::Other("a sealed blob is at most 256 TiB".into())),
        }
    });
    let header = Bytes::copy_from_slice(&header.0);
    stream::once(async { Ok(header) }).chain(chunks).boxed()
}

/// Decrypts the output of [`seal`] with the same `key` and `context`.
///
/// Yields authentic content chunk by chunk and ends in [`BlobError::Corrupt`] at the first chunk
/// that is not authentic, or if the end is missing. An error of `body` is passed on unchanged.
pub fn open(key: &[u8; 32], context: &[u8], body: ByteStream) -> ByteStream {
    let begun = begin(Zeroizing::new(*key), context.to_owned(), body);
    stream::once(begun)
        .map_ok(|begun| {
            stream::try_unfold(Some(begun), |state| async {
                let Some((mut cipher, associated, mut pieces)) = state else {
                    return Ok(None);
                };
                let (mut piece, last) = pieces.next().await?;
                let state = if last {
                    cipher.decrypt_last_in_place(&associated, &mut piece).map(|()| None)
                } else {
                    cipher
                        .decrypt_next_in_place(&associated, &mut piece)
                        .map(|()| Some((cipher, associated, pieces)))
                };
                match state {
                    Ok(state) => Ok(Some((Bytes::from(piece), state))),
                    Err(_) => Err(BlobError::Corrupt(
                        "a chunk is damaged, missing or out of place, or the key or the context \
                         is not the one it was sealed with"
                            .into(),
                    )),
                }
            })
        })
        .try_flatten()
        .boxed()
}

/// Reads the header; chunks follow.
async fn begin(
    key: Zeroizing<[u8; 32]>,
    context: Vec<u8>,
    body: ByteStream,
) -> Result<(DecryptorBE32<Aes256Gcm>, Vec<u8>, Pieces), BlobError> {
    let mut pieces = Pieces::new(body, HEADER, 0);
    let (header, last) = pieces.next().await?;
    let header = Header::parse(&header)?;
    if last {
        return Err(BlobError::Corrupt("it ends after its header".into()));
    }
    let cipher = DecryptorBE32::new((&*header.blob_key(&key)).into(), header.prefix().into());
    Ok((cipher, header.associated(&context), pieces.resized(CHUNK + TAG)))
}

/// The first bytes of a sealed blob.
struct Header([u8; HEADER]);

impl Header {
    fn new(salt: [u8; SALT], prefix: [u8; PREFIX]) -> Self {
        let mut header = [0; HEADER];
        header[..4].copy_from_slice(MAGIC);
        header[4] = VERSION;
        header[5..5 + SALT].copy_from_slice(&salt);
        header[5 + SALT..].copy_from_slice(&prefix);
        Self(header)
    }

    fn parse(bytes: &[u8]) -> Result<Self, BlobError> {
        let corrupt = |text: &str| Err(BlobError::Corrupt(text.into()));
        let Ok(header) = <[u8; HEADER]>::try_from(bytes) else {
            return corrupt("it ends within its header");
        };
        if !header.starts_with(MAGIC) {
            return corrupt("it is not a sealed blob");
        }
        if header[4] != VERSION {
            return corrupt("it was sealed in a format that this version does not know");
        }
        Ok(Self(header))
    }

    fn salt(&self) -> &[u8] {
        &self.0[5..5 + SALT]
    }

    fn prefix(&self) -> &[u8; PREFIX] {
        // The last bytes of the header, so there are always seven.
        self.0.last_chunk().expect("a header is longer than that")
    }

    /// Returns the associated data. The header has a fixed length, so the encoding is unambiguous.
    fn associated(&self, context: &[u8]) -> Vec<u8> {
        [&self.0, context].concat()
    }

    /// Derives the key of this blob. `key` is uniformly random already, so HKDF-Extract is omitted,
    /// as RFC 5869 §3.3 permits.
    fn blob_key(&self, key: &[u8; 32]) -> Zeroizing<[u8; 32]> {
        hmac_sha256(key, &[b"debrief sealed blob", self.salt(), &[1]])
    }
}

/// Computes the HMAC (RFC 2104) of the concatenated parts.
fn hmac_sha256(key: &[u8; 32], parts: &[&[u8]]) -> Zeroizing<[u8; 32]> {
    let padded = |pad: u8| {
        let mut block = Zeroizing::new([pad; 64]);
        block.iter_mut().zip(key).for_each(|(b, k)| *b ^= k);
        block
    };
    let mut inner = Sha256::new();
    inner.update(*padded(0x36));
    parts.iter().for_each(|part| inner.update(part));
    let mut outer = Sha256::new();
    outer.update(*padded(0x5c));
    outer.update(inner.finalize());
    Zeroizing::new(outer.finalize().into())
}

#[cfg(test)]
mod tests;
