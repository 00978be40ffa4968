//! Files and directories that other users of the machine may not read.
//!
//! Invariant: what these functions return for is closed to everybody but its owner. The program's
//! umask keeps new files that way; here, what exists already is closed.

use std::fs::{self, DirBuilder, OpenOptions, Permissions};
use std::io;
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

/// The permissions of group and others.
const OTHERS: u32 = 0o077;

/// A path cannot be closed to other users.
#[derive(Debug, thiserror::Error)]
pub enum PrivateError {
    /// It is open, and stays so.
    #[error(
        "other users of this machine can read {path} (mode {mode:04o}), and that cannot be changed: \
         {source}; run `chmod -R go-rwx {path}` as its owner, or name another directory"
    )]
    Exposed {
        /// The file or directory.
        path: PathBuf,
        /// Its permissions.
        mode: u32,
        /// Why they cannot be changed.
        source: io::Error,
    },
    /// It cannot be created or read.
    #[error("cannot use {path}: {source}")]
    Io {
        /// The file or directory.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
}

fn failed(path: &Path) -> impl FnOnce(io::Error) -> PrivateError {
    let path = path.to_owned();
    |source| PrivateError::Io { path, source }
}

/// Returns the permissions of a path if others than its owner have any; `None` if there is nothing
/// at the path. Symbolic links are followed.
pub fn exposed(path: &Path) -> Option<u32> {
    let mode = fs::metadata(path).ok()?.permissions().mode() & 0o7777;
    (mode & OTHERS != 0).then_some(mode)
}

/// Closes a path to other users; returns the permissions that it had if they were wider.
fn close(path: &Path) -> Result<Option<u32>, PrivateError> {
    let Some(mode) = exposed(path) else { return Ok(None) };
    match fs::set_permissions(path, Permissions::from_mode(mode & !OTHERS & 0o777)) {
        Ok(()) => Ok(Some(mode)),
        Err(source) => Err(PrivateError::Exposed { path: path.to_owned(), mode, source }),
    }
}

/// Creates a directory, with those above it, or closes an existing one, and everything in it, to
/// other users. What they could read before is told in the log.
pub fn directory(path: &Path) -> Result<(), PrivateError> {
    DirBuilder::new().recursive(true).mode(0o700).create(path).map_err(failed(path))?;
    let wide = close(path)?;
    if let Some(mode) = wide {
        tracing::warn!(
            directory = %path.display(),
            mode = format!("{mode:04o}"),
            "other users of this machine could read this directory; it is closed to them now"
        );
    }
    close_contents(path, wide.is_some()).map_err(failed(path))
}

/// Closes what is in a directory; what is in directories below only if they were open, or `all`.
/// The directory itself is closed by now, so what belongs to somebody else is only told.
fn close_contents(path: &Path, all: bool) -> io::Result<()> {
    for entry in fs::read_dir(path)? {
        let entry = entry?;
        let kind = entry.file_type()?;
        if !kind.is_dir() && !kind.is_file() {
            continue;
        }
        let wide = match close(&entry.path()) {
            Ok(wide) => wide.is_some(),
            Err(error) => {
                tracing::warn!(%error, "a file is open to other users, in a directory that is not");
                false
            }
        };
        if kind.is_dir() && (all || wide) {
            close_contents(&entry.path(), all)?;
        }
    }
    Ok(())
}

/// Creates an empty file, or closes an existing one to other users.
pub fn file(path: &Path) -> Result<(), PrivateError> {
    match OpenOptions::new().write(true).create_new(true).mode(0o600).open(path) {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => Err(failed(path)(error)),
        _ => close(path).map(|_| ()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mode(path: &Path) -> u32 {
        fs::metadata(path).unwrap().permissions().mode() & 0o777
    }

    fn open_up(path: &Path, mode: u32) {
        fs::set_permissions(path, Permissions::from_mode(mode)).unwrap();
    }

    #[test]
    fn what_is_made_is_closed() {
        let place = tempfile::tempdir().unwrap();
        let below = place.path().join("a/b");
        directory(&below).unwrap();
        assert_eq!((mode(&below), mode(below.parent().unwrap())), (0o700, 0o700));
        file(&below.join("f")).unwrap();
        assert_eq!(mode(&below.join("f")), 0o600);
    }

    #[test]
    fn what_was_open_is_closed_with_what_is_in_it() {
        let place = tempfile::tempdir().unwrap();
        let (root, deep) = (place.path().join("d"), place.path().join("d/x/y"));
        fs::create_dir_all(&deep).unwrap();
        for (path, was) in [(&deep, 0o755), (&root.join("x"), 0o711), (&root, 0o755)] {
            fs::write(path.join("f"), "words").unwrap();
            open_up(&path.join("f"), 0o644);
            open_up(path, was);
        }
        // Not followed: where it leads to may be anybody's.
        let elsewhere = place.path().join("elsewhere");
        fs::write(&elsewhere, "words").unwrap();
        open_up(&elsewhere, 0o644);
        std::os::unix::fs::symlink(&elsewhere, root.join("link")).unwrap();

        assert_eq!(exposed(&root), Some(0o755));
        directory(&root).unwrap();
        for path in [&root, &root.join("x"), &deep] {
            assert_eq!((mode(path), mode(&path.join("f"))), (0o700, 0o600), "{}", path.display());
            assert_eq!(exposed(path), None);
        }
        assert_eq!(mode(&elsewhere), 0o644);

        // A file that was opened up in a closed directory.
        open_up(&root.join("f"), 0o640);
        directory(&root).unwrap();
        assert_eq!(mode(&root.join("f")), 0o600);
    }

    #[test]
    fn what_cannot_be_closed_is_named_with_the_cure() {
        let said = PrivateError::Exposed {
            path: "/srv/debrief".into(),
            mode: 0o755,
            source: io::Error::from_raw_os_error(1),
        }
        .to_string();
        assert!(said.contains("/srv/debrief (mode 0755)"), "{said}");
        assert!(said.contains("chmod -R go-rwx /srv/debrief"), "{said}");
    }
}
