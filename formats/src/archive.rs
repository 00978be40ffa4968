//! Unpacks ZIP archives of several files.
//!
//! Invariants: nothing is written to disk; names are never used as paths; links, nested archives
//! and entries whose names point out of the archive are skipped with a warning; the number of
//! entries examined, the number of files read and their unpacked size are bounded ([`MAX_ENTRIES`],
//! [`MAX_FILES`], [`MAX_FILE`], [`MAX_ALL`]). Entries are read as streams: the sizes that the
//! archive declares are not trusted.

use std::io::{Cursor, Read};

use zip::ZipArchive;

use crate::kernel::{Refusal, names};

/// Maximum number of entries examined.
pub const MAX_ENTRIES: usize = 1_000;
/// Maximum number of files read.
pub const MAX_FILES: usize = 50;
/// Maximum unpacked size of one file, in bytes.
pub const MAX_FILE: u64 = if cfg!(test) { 1 << 20 } else { 64 << 20 };
/// Maximum unpacked size of all files together, in bytes.
pub const MAX_ALL: u64 = 2 * MAX_FILE;
/// [`Detected::format`](crate::Detected::format) of an archive.
pub const ID: &str = "zip";
/// [`Detected::name`](crate::Detected::name) of an archive.
pub const NAME: &str = "a ZIP of transcripts";

const LOCAL: &[u8] = b"PK\x03\x04";
const END: &[u8] = b"PK\x05\x06";
/// Maximum length of the end-of-central-directory record with its comment.
const MAX_END: usize = 22 + 65_535;

/// A file of an archive.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Name in the archive, for display only; never a path.
    pub name: String,
    /// Unpacked content.
    pub bytes: Vec<u8>,
}

/// Contents of an archive.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Unpacked {
    /// Files in archive order.
    pub entries: Vec<Entry>,
    /// Names of skipped entries, each with a reason for the user.
    pub skipped: Vec<(String, String)>,
}

/// Returns whether the file is a ZIP that is not a document: neither Word, Excel, PowerPoint,
/// OpenDocument, EPUB nor a program.
pub fn is_archive(head: &[u8]) -> bool {
    let has = |name: &[u8]| memchr::memmem::find(head, name).is_some();
    head.starts_with(LOCAL)
        && !has(b"[Content_Types].xml")
        && !has(b"META-INF/MANIFEST.MF")
        && !has(b"AndroidManifest.xml")
        && !["word/", "xl/", "ppt/"].iter().any(|folder| has(folder.as_bytes()))
        && !head.get(30..).is_some_and(|first| first.starts_with(b"mimetypeapplication/"))
}

/// Unpacks an archive. Refuses one that is damaged, encrypted or unpacks to too much data.
pub fn unpack(bytes: &[u8]) -> Result<Unpacked, Refusal> {
    let damaged = Refusal::Damaged { what: "ZIP archive" };
    // Checked before the list of entries is built: the number of entries declared at the end.
    let tail = &bytes[bytes.len().saturating_sub(MAX_END)..];
    let end = memchr::memmem::rfind(tail, END).ok_or(damaged.clone())?;
    let count = tail.get(end + 10..end + 12).ok_or(damaged.clone())?;
    if usize::from(u16::from_le_bytes([count[0], count[1]])) > MAX_ENTRIES {
        return Err(Refusal::TooMuch { what: "entries" });
    }
    let mut archive = ZipArchive::new(Cursor::new(bytes)).map_err(|_| damaged.clone())?;
    if archive.len() > MAX_ENTRIES {
        return Err(Refusal::TooMuch { what: "entries" });
    }
    let mut unpacked = Unpacked::default();
    let (mut all, mut locked, mut broken) = (0, 0u32, 0u32);
    for index in 0..archive.len() {
        let raw = archive.by_index_raw(index).map_err(|_| damaged.clone())?;
        let (written, is_locked) = (String::from_utf8_lossy(raw.name_raw()), raw.encrypted());
        let name = shown(&written);
        let reason = reason(&written, raw.is_dir(), raw.is_symlink());
        drop(raw);
        let mut skip = |reason: &str| unpacked.skipped.push((name.clone(), reason.to_owned()));
        match reason {
            Some(Left::Silently) => continue,
            Some(Left::Because(reason)) => {
                skip(reason);
                continue;
            }
            None => {}
        }
        if is_locked {
            locked += 1;
            skip("it is protected by a password");
            continue;
        }
        if unpacked.entries.len() == MAX_FILES {
            skip("the archive contains more files than are read at once");
            continue;
        }
        let mut held = Vec::new();
        let read = match archive.by_index(index) {
            Ok(file) => file.take(MAX_FILE + 1).read_to_end(&mut held).is_ok(),
            Err(_) => false,
        };
        all += held.len() as u64;
        if held.len() as u64 > MAX_FILE || all > MAX_ALL {
            return Err(Refusal::TooMuch { what: "bytes" });
        }
        if !read {
            broken += 1;
            skip("it is damaged or uses an unsupported compression");
        } else if held.is_empty() {
            skip("it is empty");
        } else if is_archive(&held) {
            skip("it is a nested archive");
        } else {
            unpacked.entries.push(Entry { name, bytes: held });
        }
    }
    match unpacked.entries.is_empty() {
        true if locked > 0 => Err(Refusal::NoTranscript {
            what: "a ZIP archive that is protected by a password",
            advice: "Unpack it and upload the files.",
        }),
        true if broken > 0 => Err(damaged),
        true => Err(Refusal::NoTranscript {
            what: "a ZIP archive without any transcript",
            advice: "Upload the transcripts themselves.",
        }),
        false => Ok(unpacked),
    }
}

/// Why an entry is skipped.
enum Left {
    /// Not worth a warning.
    Silently,
    Because(&'static str),
}

fn reason(name: &str, is_folder: bool, is_link: bool) -> Option<Left> {
    let parts = || name.split(['/', '\\']);
    let hidden = parts().any(|part| part.starts_with('.') && part != ".." && part != ".");
    if is_link {
        Some(Left::Because("it is a link"))
    } else if is_folder
        || parts().any(|part| part == "__MACOSX")
        || hidden
        || name.ends_with("Thumbs.db")
    {
        Some(Left::Silently)
    } else if name.starts_with(['/', '\\'])
        || parts().any(|part| part == "..")
        || name.get(1..2) == Some(":")
    {
        Some(Left::Because("its name points outside the archive"))
    } else {
        None
    }
}

/// Returns a name that is safe to display: short, on one line, without direction marks.
fn shown(name: &str) -> String {
    let plain = |c: &char| !c.is_control() && !names::is_mark(*c);
    name.chars().filter(plain).take(200).collect()
}

#[cfg(test)]
mod tests;
