//! Guarantees of the directory store alone; `infra/tests/blobs.rs` tests those of every store.

use std::time::SystemTime;

use bytes::Bytes;
use futures::stream;

use super::*;

fn key() -> BlobKey {
    BlobKey::new(Uuid::now_v7(), "recording", Uuid::now_v7())
}

fn body(bytes: &'static [u8]) -> ByteStream {
    stream::once(async move { Ok(Bytes::from_static(bytes)) }).boxed()
}

/// Returns every file and directory below `path`.
fn walk(path: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(path).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(walk(&path));
        }
        found.push(path);
    }
    found
}

#[cfg(unix)]
#[tokio::test]
async fn nobody_else_may_look() {
    use std::os::unix::fs::PermissionsExt;
    let outside = tempfile::tempdir().unwrap();
    let store = DirectoryStore::open(outside.path().join("a/b")).await.unwrap();
    store.put(&key(), body(b"content")).await.unwrap();
    let found = walk(outside.path());
    assert_eq!(found.iter().filter(|it| it.is_file()).count(), 1);
    for path in found {
        let mode = path.metadata().unwrap().permissions().mode() & 0o777;
        let right = if path.is_dir() { 0o700 } else { 0o600 };
        assert_eq!(mode, right, "{}", path.display());
    }
}

#[tokio::test]
async fn neighbours_in_time_spread_over_directories() {
    let root = tempfile::tempdir().unwrap();
    let store = DirectoryStore::open(root.path()).await.unwrap();
    let organization = Uuid::now_v7();
    let leaves: HashSet<PathBuf> = (0..10_000)
        .map(|_| BlobKey::new(organization, "recording", Uuid::now_v7()))
        .map(|key| store.0.leaf(&key))
        .collect();
    assert_eq!(leaves.len(), 256);
}

#[tokio::test]
async fn opening_removes_what_a_crash_left_and_nothing_else() {
    let root = tempfile::tempdir().unwrap();
    let store = DirectoryStore::open(root.path()).await.unwrap();
    let kept = key();
    store.put(&kept, body(b"content")).await.unwrap();
    let [old, new] = ["old", "new"].map(|name| root.path().join(".tmp").join(name));
    let long_ago = SystemTime::now() - ABANDONED - Duration::from_secs(60);
    for path in [&old, &new, &store.0.file(&kept)] {
        let mut options = OpenOptions::new();
        let file = options.create(true).append(true).open(path).unwrap();
        if path != &new {
            file.set_modified(long_ago).unwrap();
        }
    }
    let store = DirectoryStore::open(root.path()).await.unwrap();
    assert!(!old.exists() && new.exists());
    assert!(store.get(&kept).await.is_ok());
}

/// A volume that is not mounted must not look like a deleted blob: a worker would give up
/// permanently on a blob that is only unavailable.
#[tokio::test]
async fn a_missing_store_is_no_missing_blob() {
    let root = tempfile::tempdir().unwrap();
    let store = DirectoryStore::open(root.path().join("store")).await.unwrap();
    let key = key();
    store.put(&key, body(b"content")).await.unwrap();
    let (store_at, away) = (root.path().join("store"), root.path().join("away"));
    fs::rename(&store_at, &away).unwrap();
    assert!(store.get(&key).await.err().unwrap().is_temporary());
    assert!(store.delete(&key).await.unwrap_err().is_temporary());
    assert!(store.put(&key, body(b"new")).await.unwrap_err().is_temporary());
    assert!(store.check().await.unwrap_err().is_temporary());
    assert!(!store_at.exists(), "the store was created again");
    fs::rename(&away, &store_at).unwrap();
    store.check().await.unwrap();
    assert!(store.get(&key).await.is_ok());
}

#[tokio::test]
async fn a_leaf_removed_by_hand_comes_back() {
    let root = tempfile::tempdir().unwrap();
    let store = DirectoryStore::open(root.path()).await.unwrap();
    let key = key();
    store.put(&key, body(b"content")).await.unwrap();
    fs::remove_dir_all(root.path().join(key.segments()[0])).unwrap();
    assert!(matches!(store.get(&key).await, Err(BlobError::NotFound)));
    store.put(&key, body(b"content")).await.unwrap();
    assert!(store.get(&key).await.is_ok());
}

#[tokio::test]
async fn what_cannot_be_a_directory_is_refused_by_name() {
    let root = tempfile::tempdir().unwrap();
    let file = root.path().join("file");
    fs::write(&file, b"").unwrap();
    let error = DirectoryStore::open(&file).await.unwrap_err();
    assert!(matches!(&error, BlobError::Config(text) if text.contains("file")));
}

/// `/dev/full` accepts no bytes, like a full disk.
#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_asks_for_a_retry() {
    let mut full = OpenOptions::new().write(true).open("/dev/full").unwrap();
    let full = BlobError::io(full.write_all(b"x").unwrap_err());
    assert!(full.is_temporary() && full.is_full());
    let denied = io::Error::from(ErrorKind::PermissionDenied);
    assert!(!BlobError::io(denied).is_temporary());
}
