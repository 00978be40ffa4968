//! The master key: the one secret that is needed to read any person's words.

use super::cipher::{self, CipherError, DataKey};
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use std::path::{Path, PathBuf};
use uuid::Uuid;
use zeroize::Zeroizing;

/// Why the master key is not available.
#[derive(Debug, thiserror::Error)]
pub enum MasterKeyError {
    /// Not 64 hexadecimal digits.
    #[error("a master key is 64 hexadecimal digits (32 random bytes: `openssl rand -hex 32`)")]
    Malformed,
    /// The file is missing where it cannot be created anew.
    #[error(
        "the master key {} is missing, and the log holds texts that only it opens: put it back from \
         its backup (no new key was created)",
        .0.display()
    )]
    Missing(PathBuf),
    /// The file cannot be read or created.
    #[error("cannot use the master key file {path}: {source}")]
    File {
        /// The file.
        path: PathBuf,
        /// The cause.
        source: std::io::Error,
    },
}

/// The key that wraps all others.
#[derive(Clone)]
pub struct MasterKey(Zeroizing<[u8; 32]>);

impl std::fmt::Debug for MasterKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("MasterKey")
    }
}

impl MasterKey {
    /// Creates a master key from bytes.
    pub fn from_bytes(secret: [u8; 32]) -> Self {
        Self(Zeroizing::new(secret))
    }

    /// Parses 64 hexadecimal digits.
    pub fn from_hex(text: &str) -> Result<Self, MasterKeyError> {
        let mut secret = Zeroizing::new([0; 32]);
        hex::decode_to_slice(text.trim(), &mut *secret).map_err(|_| MasterKeyError::Malformed)?;
        Ok(Self(secret))
    }

    /// Reads the key from a file.
    pub fn from_file(path: &Path) -> Result<Self, MasterKeyError> {
        let text = std::fs::read_to_string(path)
            .map(Zeroizing::new)
            .map_err(|source| MasterKeyError::File { path: path.to_owned(), source })?;
        Self::from_hex(&text)
    }

    /// Reads the key from a file, or creates both if there is no file. Returns whether it was
    /// created. The file is readable by its owner only and is on disk before this returns.
    pub fn from_file_or_new(path: &Path) -> Result<(Self, bool), MasterKeyError> {
        use std::io::Write;
        use std::os::unix::fs::OpenOptionsExt;
        let failed = |source| MasterKeyError::File { path: path.to_owned(), source };
        if path.exists() {
            return Ok((Self::from_file(path)?, false));
        }
        let mut secret = Zeroizing::new([0; 32]);
        rand::fill(&mut *secret);
        // Written to a temporary file first: a crash leaves either no key or a complete one.
        let aside = path.with_extension(format!("{}.new", Uuid::now_v7()));
        let mut file = std::fs::OpenOptions::new()
            .write(true)
            .create_new(true)
            .mode(0o600)
            .open(&aside)
            .map_err(failed)?;
        let text = Zeroizing::new(hex::encode(*secret));
        file.write_all(text.as_bytes()).and_then(|()| file.sync_all()).map_err(failed)?;
        // A hard link instead of a rename: if two processes start together, only one creates the
        // key.
        let linked = std::fs::hard_link(&aside, path);
        std::fs::remove_file(&aside).map_err(failed)?;
        match linked {
            Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => {
                return Ok((Self::from_file(path)?, false));
            }
            other => other.map_err(failed)?,
        }
        if let Some(directory) = path.parent().filter(|p| !p.as_os_str().is_empty()) {
            std::fs::File::open(directory).and_then(|d| d.sync_all()).map_err(failed)?;
        }
        Ok((Self(secret), true))
    }

    /// Computes an HMAC-SHA256 (RFC 2104) under a key derived from this one for `purpose` only.
    pub(super) fn mac(&self, purpose: &str, parts: &[&[u8]]) -> [u8; 32] {
        let under = |key: &[u8], parts: &[&[u8]]| -> [u8; 32] {
            let mut mac = <Hmac<Sha256> as KeyInit>::new_from_slice(key)
                .expect("HMAC takes keys of any length");
            for part in parts {
                mac.update(&(part.len() as u64).to_be_bytes());
                mac.update(part);
            }
            mac.finalize().into_bytes().into()
        };
        let derived = Zeroizing::new(under(&*self.0, &[purpose.as_bytes()]));
        under(&*derived, parts)
    }

    pub(super) fn wrap(&self, key: &DataKey) -> Vec<u8> {
        cipher::seal(&self.0, key.id.as_bytes(), key.secret())
    }

    pub(super) fn unwrap(&self, id: Uuid, wrapped: &[u8]) -> Result<DataKey, CipherError> {
        key_of(id, &cipher::open(&self.0, id.as_bytes(), wrapped)?)
    }
}

/// Wraps `key` under the key of its client.
pub(super) fn wrap_under(parent: &DataKey, key: &DataKey) -> Vec<u8> {
    parent.seal(key.id.as_bytes(), key.secret())
}

/// Unwraps the output of [`wrap_under`].
pub(super) fn unwrap_under(
    parent: &DataKey,
    id: Uuid,
    wrapped: &[u8],
) -> Result<DataKey, CipherError> {
    key_of(id, &parent.open(id.as_bytes(), wrapped)?)
}

fn key_of(id: Uuid, secret: &[u8]) -> Result<DataKey, CipherError> {
    let secret: [u8; 32] = secret.try_into().map_err(|_| CipherError)?;
    Ok(DataKey::from_secret(id, Zeroizing::new(secret)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn macs_depend_on_key_purpose_and_parts() {
        let key = MasterKey::from_bytes([7; 32]);
        let mac = key.mac("a", &[b"xy", b"z"]);
        assert_eq!(mac, key.mac("a", &[b"xy", b"z"]));
        assert_ne!(mac, key.mac("a", &[b"x", b"yz"]));
        assert_ne!(mac, key.mac("b", &[b"xy", b"z"]));
        assert_ne!(mac, MasterKey::from_bytes([8; 32]).mac("a", &[b"xy", b"z"]));
    }

    #[test]
    fn is_made_once_and_read_again() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("master.key");
        let (first, made) = MasterKey::from_file_or_new(&path).unwrap();
        assert!(made);
        let (again, made) = MasterKey::from_file_or_new(&path).unwrap();
        assert!(!made);
        assert_eq!(first.0, again.0);
        let mode = std::os::unix::fs::MetadataExt::mode(&std::fs::metadata(&path).unwrap());
        assert_eq!(mode & 0o777, 0o600);
        assert_eq!(std::fs::read_dir(directory.path()).unwrap().count(), 1);
    }

    #[test]
    fn refuses_what_is_not_a_key() {
        for text in ["", "00", &"0".repeat(63), &"g".repeat(64)] {
            assert!(matches!(MasterKey::from_hex(text), Err(MasterKeyError::Malformed)));
        }
    }
}
