//! The space that is left on disks, and a reserve of it.
//!
//! SQLite needs a little space even to read from a database that was closed. A full disk would
//! therefore keep Debrief from starting; the reserve is given up then.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// With less space than this, a disk counts as full: writes are about to fail.
pub const FREE_MIN: u64 = 16 << 20;
/// Size of the reserve.
pub const RESERVE: u64 = 4 << 20;

/// Returns the number of bytes that may still be written to the disk of an existing path.
pub fn free(path: &Path) -> io::Result<u64> {
    let disk = rustix::fs::statvfs(path)?;
    Ok(disk.f_bavail.saturating_mul(disk.f_frsize))
}

/// Returns the file that holds the reserve of a directory.
pub fn reserve(directory: &Path) -> PathBuf {
    directory.join("reserve")
}

/// Sets a reserve aside in a directory, if there is none and the disk has much more space than that.
pub fn keep_reserve(directory: &Path) -> io::Result<()> {
    let path = reserve(directory);
    if path.exists() || free(directory)? < FREE_MIN + 2 * RESERVE {
        return Ok(());
    }
    crate::private::file(&path).map_err(io::Error::other)?;
    let written = fs::OpenOptions::new().write(true).open(&path).and_then(|mut file| {
        // Written, because a file of zeros that nobody wrote takes no space.
        let piece = [0x5a; 64 << 10];
        for _ in 0..RESERVE / piece.len() as u64 {
            file.write_all(&piece)?;
        }
        file.sync_all()
    });
    // Half a reserve is none.
    written.inspect_err(|_| drop(fs::remove_file(&path)))
}

/// Gives the reserve of a directory up; returns whether there was one.
pub fn give_up_reserve(directory: &Path) -> io::Result<bool> {
    match fs::remove_file(reserve(directory)) {
        Ok(()) => Ok(true),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
        Err(error) => Err(error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reserve_takes_space_until_it_is_given_up() {
        let directory = tempfile::tempdir().unwrap();
        if free(directory.path()).unwrap() < 10 * (FREE_MIN + RESERVE) {
            println!("skipped: there is too little space");
            return;
        }
        keep_reserve(directory.path()).unwrap();
        let file = fs::metadata(reserve(directory.path())).unwrap();
        let blocks = std::os::unix::fs::MetadataExt::blocks(&file);
        assert!(file.len() == RESERVE && blocks * 512 >= RESERVE, "{blocks} blocks");
        keep_reserve(directory.path()).unwrap();
        assert!(give_up_reserve(directory.path()).unwrap());
        assert!(!give_up_reserve(directory.path()).unwrap());
    }
}
