//! Blobs as files in a directory: the embedded default.
//!
//! ```text
//! root/.tmp/<random>                          being written
//! root/<organization>/<kind>/<2 hex>/<id>     the blobs
//! ```
//!
//! The two hex digits come from a hash of the id, so a million blobs of one kind spread over 256
//! directories, whatever the ids look like.
//!
//! Invariants: a file outside `.tmp` is complete, and its content and name were synced before `put`
//! returned. Files have mode 0600, directories 0700. Several processes may share a directory. No
//! async thread waits for the disk.

use std::collections::HashSet;
use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use futures::{StreamExt, TryStreamExt};
use sha2::{Digest, Sha256};
use tokio_util::io::ReaderStream;
use uuid::Uuid;

use crate::private;

use super::{BlobError, BlobKey, BlobStore, ByteStream};

/// How much is read or written per visit to the blocking threads.
const BUFFER: usize = 256 * 1024;
/// A file in `.tmp` that nobody wrote to for this long is left over from a crash.
const ABANDONED: Duration = Duration::from_secs(60 * 60);
/// The number of directories remembered as synced; beyond it the set is cleared.
const REMEMBERED: usize = 100_000;

/// A [`BlobStore`] in a directory.
#[derive(Clone, Debug)]
pub struct DirectoryStore(Arc<Root>);

#[derive(Debug)]
struct Root {
    path: PathBuf,
    temporary: PathBuf,
    /// Leaf directories whose entries this process knows to be durable.
    synced: Mutex<HashSet<PathBuf>>,
}

impl DirectoryStore {
    /// Opens the store in `path`: creates the directory if it is missing and removes unfinished
    /// files of a crash.
    pub async fn open(path: impl AsRef<Path>) -> Result<Self, BlobError> {
        let path = path.as_ref().to_owned();
        let shown = path.display().to_string();
        blocking(move || Root::open(&path)).await.map(|root| Self(Arc::new(root))).map_err(
            |error| match error {
                BlobError::Other(cause) => {
                    BlobError::Config(format!("the directory {shown} cannot be used: {cause}"))
                }
                other => other,
            },
        )
    }

    /// Writes all of `body` to a draft and syncs it.
    async fn write(&self, mut body: ByteStream) -> Result<(Draft, u64), BlobError> {
        let root = self.0.clone();
        let mut draft = blocking(move || root.draft()).await?;
        let mut buffer = Vec::new();
        let mut total = 0;
        while let Some(bytes) = body.next().await {
            let mut bytes = bytes?;
            total += bytes.len() as u64;
            while !bytes.is_empty() {
                let taken = bytes.len().min(BUFFER - buffer.len());
                buffer.extend_from_slice(&bytes.split_to(taken));
                if buffer.len() == BUFFER {
                    (draft, buffer) = blocking(move || {
                        draft.file.write_all(&buffer)?;
                        buffer.clear();
                        Ok((draft, buffer))
                    })
                    .await?;
                }
            }
        }
        let draft = blocking(move || {
            draft.file.write_all(&buffer)?;
            draft.file.sync_all()?;
            Ok(draft)
        })
        .await?;
        Ok((draft, total))
    }
}

#[async_trait]
impl BlobStore for DirectoryStore {
    async fn put(&self, key: &BlobKey, body: ByteStream) -> Result<u64, BlobError> {
        let (draft, total) = self.write(body).await?;
        let (root, key) = (self.0.clone(), key.clone());
        // A separate step, so that a future dropped during the sync leaves nothing.
        blocking(move || root.publish(draft, &key)).await?;
        Ok(total)
    }

    async fn get(&self, key: &BlobKey) -> Result<ByteStream, BlobError> {
        let (root, key) = (self.0.clone(), key.clone());
        let file = blocking(move || match File::open(root.file(&key)) {
            Err(error) if error.kind() == ErrorKind::NotFound => root.present().map(|()| None),
            file => file.map(Some),
        })
        .await?
        .ok_or(BlobError::NotFound)?;
        let mut file = tokio::fs::File::from_std(file);
        file.set_max_buf_size(BUFFER);
        Ok(ReaderStream::with_capacity(file, BUFFER).map_err(BlobError::io).boxed())
    }

    async fn delete(&self, key: &BlobKey) -> Result<(), BlobError> {
        let (root, key) = (self.0.clone(), key.clone());
        blocking(move || root.delete(&key)).await
    }

    async fn check(&self) -> Result<(), BlobError> {
        let root = self.0.clone();
        // Writing detects a full or read-only disk, reading does not.
        blocking(move || root.draft()?.file.write_all(b"check")).await
    }
}

impl Root {
    fn open(path: &Path) -> io::Result<Self> {
        // The store must not move when the working directory changes.
        let path = std::path::absolute(path)?;
        let missing: Vec<_> = path.ancestors().take_while(|it| !it.exists()).collect();
        private_directories().recursive(true).create(&path)?;
        for created in missing {
            created.parent().map_or(Ok(()), sync_directory)?;
        }
        let temporary = path.join(".tmp");
        private_directories().recursive(true).create(&temporary)?;
        private::directory(&path).map_err(io::Error::other)?;
        sweep(&temporary)?;
        Ok(Self { path, temporary, synced: Mutex::default() })
    }

    /// Returns the directory of a blob.
    fn leaf(&self, key: &BlobKey) -> PathBuf {
        let [organization, kind, id] = key.segments();
        let fan = hex::encode(&Sha256::digest(id)[..1]);
        self.path.join(organization).join(kind).join(fan)
    }

    /// Returns the file of a blob.
    fn file(&self, key: &BlobKey) -> PathBuf {
        self.leaf(key).join(key.segments()[2])
    }

    /// Fails if the whole store is missing, for example because its volume is not mounted: then no
    /// blob may be reported as missing.
    fn present(&self) -> io::Result<()> {
        fs::metadata(&self.temporary).map(drop).map_err(|error| {
            let text = format!("the blob directory is missing: {error}");
            io::Error::new(ErrorKind::ResourceBusy, text)
        })
    }

    fn draft(&self) -> io::Result<Draft> {
        Draft::create(&self.temporary).or_else(|error| self.present().and(Err(error)))
    }

    fn publish(&self, mut draft: Draft, key: &BlobKey) -> io::Result<()> {
        let leaf = self.leaf(key);
        self.make_leaf(&leaf)?;
        fs::rename(&draft.path, self.file(key))?;
        draft.published = true;
        sync_directory(&leaf)
    }

    /// Creates a leaf directory with its parents and syncs the entries on the way. An existing one
    /// may have been created a moment ago by a process that has not synced it yet, so it is also
    /// synced the first time it is seen.
    fn make_leaf(&self, leaf: &Path) -> io::Result<()> {
        let known = match private_directories().create(leaf) {
            Err(error) if error.kind() == ErrorKind::AlreadyExists => self.synced().contains(leaf),
            Err(error) if error.kind() == ErrorKind::NotFound => {
                self.present()?;
                private_directories().recursive(true).create(leaf)?;
                false
            }
            created => created.map(|()| false)?,
        };
        if !known {
            let above = leaf.ancestors().skip(1);
            for directory in above.take_while(|it| it.starts_with(&self.path)) {
                sync_directory(directory)?;
            }
            let mut synced = self.synced();
            if synced.len() >= REMEMBERED {
                synced.clear();
            }
            synced.insert(leaf.to_owned());
        }
        Ok(())
    }

    fn synced(&self) -> std::sync::MutexGuard<'_, HashSet<PathBuf>> {
        // The set is consistent after any panic.
        self.synced.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn delete(&self, key: &BlobKey) -> io::Result<()> {
        let absent = |error: &io::Error| error.kind() == ErrorKind::NotFound;
        match fs::remove_file(self.file(key)) {
            Err(error) if absent(&error) => self.present()?,
            removed => removed?,
        }
        // Even if it was missing: an earlier call may have died before its sync.
        match sync_directory(&self.leaf(key)) {
            Err(error) if absent(&error) => Ok(()),
            synced => synced,
        }
    }
}

/// A file being written; removed on drop unless it was published. It moves into each blocking step
/// and back, so it is dropped wherever the future or the step ends.
struct Draft {
    file: File,
    path: PathBuf,
    published: bool,
}

impl Draft {
    fn create(temporary: &Path) -> io::Result<Self> {
        let path = temporary.join(Uuid::new_v4().to_string());
        let mut options = OpenOptions::new();
        options.write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        Ok(Self { file: options.open(&path)?, path, published: false })
    }
}

impl Drop for Draft {
    fn drop(&mut self) {
        if self.published {
            return;
        }
        let path = std::mem::take(&mut self.path);
        let remove = move || {
            if let Err(error) = fs::remove_file(&path) {
                tracing::warn!(%error, "cannot remove an unfinished blob; the next start removes it");
            }
        };
        // Unlinking a large file is too slow for an async thread.
        match tokio::runtime::Handle::try_current() {
            Ok(runtime) => drop(runtime.spawn_blocking(remove)),
            Err(_) => remove(),
        }
    }
}

/// Removes leftovers of crashes in `.tmp`. A file that another process removes or holds is not an
/// error.
fn sweep(temporary: &Path) -> io::Result<()> {
    let mut removed = 0;
    for entry in fs::read_dir(temporary)?.flatten() {
        let age = entry.metadata().and_then(|it| it.modified());
        let abandoned = age.is_ok_and(|it| it.elapsed().is_ok_and(|age| age > ABANDONED));
        if abandoned && fs::remove_file(entry.path()).is_ok() {
            removed += 1;
        }
    }
    if removed > 0 {
        tracing::info!(removed, "removed unfinished blobs of an earlier run");
    }
    Ok(())
}

/// Makes the entries of a directory durable.
fn sync_directory(path: &Path) -> io::Result<()> {
    // Other systems cannot open directories as files.
    if cfg!(unix) {
        File::open(path)?.sync_all()?;
    }
    Ok(())
}

fn private_directories() -> DirBuilder {
    #[allow(unused_mut, reason = "there are no modes outside Unix")]
    let mut builder = DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder
}

/// Runs `work` on a blocking thread.
async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> io::Result<T> + Send + 'static,
) -> Result<T, BlobError> {
    match tokio::task::spawn_blocking(work).await {
        Ok(result) => result.map_err(BlobError::io),
        Err(ended) => Err(BlobError::Other(Box::new(ended))),
    }
}

#[cfg(test)]
mod tests;
