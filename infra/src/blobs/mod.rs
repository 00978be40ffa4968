//! Blobs: recordings, transcripts, exports; everything that is too long for an event.
//!
//! An event refers to a blob by its [`BlobKey`]; the store knows nothing of events. `BLOB_URL`
//! selects the adapter ([`from_url`]): a directory on this machine, or any endpoint that speaks S3.
//!
//! Invariants of every adapter (`infra/tests/blobs.rs` runs one suite against all of them):
//!
//! - A blob is complete or absent. [`BlobStore::put`] makes it visible and durable in one step at
//!   its end; a body that fails or a future that is dropped leaves the previous state: nothing, or
//!   an older blob.
//! - A reader keeps reading the blob that it opened, whatever is put or deleted meanwhile.
//! - Memory is constant: bodies are streams, no adapter holds a whole one.
//! - No blob leaves its organization: the organization is the first segment of the key, and no key
//!   can name a path outside its segments.
//! - Bytes are opaque. A person's words are encrypted with [`sealed::seal`] under the key of their
//!   client before they are stored, so that deleting that key erases every copy, backups included.
//! - Errors and log lines name keys and causes, never content.

mod directory;
mod error;
mod key;
mod pieces;
#[cfg(feature = "s3")]
mod s3;
pub mod sealed;

use std::sync::Arc;

use crate::url::has_scheme;
use async_trait::async_trait;
use futures::stream::BoxStream;

pub use directory::DirectoryStore;
pub use error::BlobError;
pub use key::{BlobKey, InvalidBlobKey};
#[cfg(feature = "s3")]
pub use s3::S3Store;

/// The content of a blob, in pieces of any size. Ends at its first error.
pub type ByteStream = BoxStream<'static, Result<bytes::Bytes, BlobError>>;

/// A store of blobs.
#[async_trait]
pub trait BlobStore: Send + Sync {
    /// Streams `body` into the store and returns the number of bytes stored.
    ///
    /// The blob is visible and durable when this returns `Ok`, and replaces an older one of the
    /// same key atomically. An error of the body is returned unchanged and leaves nothing behind;
    /// neither does dropping the future, except during the final commit, when the complete blob may
    /// appear. Retrying after any error is safe.
    async fn put(&self, key: &BlobKey, body: ByteStream) -> Result<u64, BlobError>;

    /// Opens a blob for reading. Returns [`BlobError::NotFound`] if there is none.
    async fn get(&self, key: &BlobKey) -> Result<ByteStream, BlobError>;

    /// Deletes a blob permanently. Deleting a missing one is `Ok`.
    async fn delete(&self, key: &BlobKey) -> Result<(), BlobError>;

    /// Checks whether the store can read and write now. Cheap, for `/readyz`.
    async fn check(&self) -> Result<(), BlobError>;
}

/// The URLs that [`from_url`] accepts.
const FORMS: &str = "\"directory:PATH\", \"file:///ABSOLUTE/PATH\" or \"s3://BUCKET/PREFIX\"";

/// Checks whether [`from_url`] accepts a URL of this form; the error lists the accepted forms.
pub fn check_url(url: &str) -> Result<(), String> {
    let known = has_scheme(url, &["directory:", "s3://"]) || file_path(url).is_some();
    if known { Ok(()) } else { Err(FORMS.to_owned()) }
}

/// Returns the path of a `file:///` URL; `None` if it is malformed or another URL.
fn file_path(url: &str) -> Option<String> {
    let rest = url.strip_prefix("file://")?;
    let path = rest.strip_prefix("localhost").unwrap_or(rest);
    if path.starts_with('/') { percent_decode(path) } else { None }
}

/// Opens the store of `url`:
///
/// - `directory:PATH` or `file:///absolute/path`: a directory, created if it is missing.
/// - `s3://bucket/prefix?endpoint=http://127.0.0.1:5000&region=us-east-1&path_style=true` (cargo
///   feature `s3`; the prefix and each parameter are optional). Credentials come from the default
///   AWS chain, never from the URL.
///
/// Errors never repeat the URL, since a mistyped one may contain a secret.
pub async fn from_url(url: &str) -> Result<Arc<dyn BlobStore>, BlobError> {
    if let Some(path) = url.strip_prefix("directory:") {
        return open_directory(path).await;
    }
    if url.starts_with("file://") {
        return match file_path(url) {
            Some(path) => open_directory(&path).await,
            None => Err(BlobError::Config(
                "a file URL needs an absolute path, as in file:///var/lib/debrief/blobs".into(),
            )),
        };
    }
    if url.starts_with("s3://") {
        #[cfg(feature = "s3")]
        return Ok(Arc::new(S3Store::from_url(url).await?));
        #[cfg(not(feature = "s3"))]
        return Err(BlobError::Config(
            "built without S3; rebuild with `--features s3` (or `full`)".into(),
        ));
    }
    Err(BlobError::Config(format!("the URL of a blob store is {FORMS}")))
}

async fn open_directory(path: &str) -> Result<Arc<dyn BlobStore>, BlobError> {
    if path.is_empty() {
        return Err(BlobError::Config(
            "directory: needs a path, as in directory:./data/blobs".into(),
        ));
    }
    Ok(Arc::new(DirectoryStore::open(path).await?))
}

/// Decodes percent escapes such as `%20`. Returns `None` if an escape is malformed or the result is
/// not UTF-8.
fn percent_decode(text: &str) -> Option<String> {
    let mut decoded = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&byte, tail)) = rest.split_first() {
        if byte == b'%' {
            let mut value = [0];
            hex::decode_to_slice(tail.get(..2)?, &mut value).ok()?;
            decoded.push(value[0]);
            rest = &tail[2..];
        } else {
            decoded.push(byte);
            rest = tail;
        }
    }
    String::from_utf8(decoded).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn config_error(url: &str) -> String {
        match from_url(url).await {
            Err(BlobError::Config(text)) => text,
            Err(other) => panic!("{url}: {other:?}"),
            Ok(_) => panic!("{url} was accepted"),
        }
    }

    #[tokio::test]
    async fn both_spellings_open_a_directory() {
        let directory = tempfile::tempdir().unwrap();
        let root = directory.path().display();
        for (url, made) in [
            (format!("directory:{root}/a"), "a"),
            (format!("file://{root}/b%20c"), "b c"),
            (format!("file://localhost{root}/d"), "d"),
        ] {
            from_url(&url).await.unwrap().check().await.unwrap();
            assert!(directory.path().join(made).is_dir(), "{url}");
        }
    }

    #[tokio::test]
    async fn refusals_say_what_to_write_and_repeat_no_secret() {
        assert!(config_error("directory:").await.contains("needs a path"));
        assert!(config_error("file://relative").await.contains("absolute"));
        assert!(config_error("file:///bad%zz").await.contains("absolute"));
        let unknown = config_error("gs://user:hunter2@bucket").await;
        assert!(unknown.contains("s3://") && unknown.contains("directory:"));
        assert!(!unknown.contains("hunter2"));
        #[cfg(not(feature = "s3"))]
        assert!(config_error("s3://bucket").await.contains("--features s3"));
    }

    #[test]
    fn percent_escapes() {
        assert_eq!(percent_decode("a%2Fb%20c").as_deref(), Some("a/b c"));
        for malformed in ["%", "%4", "%zz", "%ff"] {
            assert_eq!(percent_decode(malformed), None, "{malformed}");
        }
    }
}
