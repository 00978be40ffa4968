//! Measures the unpacked size of a PDF without keeping the data.

use std::io::Read;

use flate2::bufread::ZlibDecoder;

/// Maximum unpacked size of a stream of text.
const MAX_STREAM: u64 = if cfg!(test) { 1 << 20 } else { 48 << 20 };
/// Maximum unpacked size of all streams.
const MAX_ALL: u64 = 4 * MAX_STREAM;
/// Number of bytes examined in front of a stream.
const DICTIONARY: usize = 1024;
const STREAM: &[u8] = b"stream";

/// Returns whether a stream, or all together, unpack to more than any transcript, are packed twice,
/// or are packed in a way (LZW) that transcripts have not used for decades.
pub(super) fn is_one(bytes: &[u8]) -> bool {
    if has(bytes, b"LZWDecode") {
        return true;
    }
    let mut all = 0;
    let mut at = 0;
    while let Some(found) = find(&bytes[at..], STREAM) {
        at += found + STREAM.len();
        let data = match &bytes[at..] {
            [b'\r', b'\n', data @ ..] | [b'\n' | b'\r', data @ ..] => data,
            // `endstream`, or a word.
            _ => continue,
        };
        let before = &bytes[..at];
        if is_disguised(&before[before.len().saturating_sub(DICTIONARY)..]) {
            return true;
        }
        if data.first().is_none_or(|first| first & 0x0F != 8) {
            continue;
        }
        let mut counted =
            Counter { inner: ZlibDecoder::new(data).take(MAX_STREAM + 1), first: None };
        let size = counted.count();
        all += size;
        let packed_again = counted.first == Some(0x78);
        if size > MAX_STREAM || all > MAX_ALL || packed_again && size > 64 {
            return true;
        }
    }
    false
}

struct Counter<R> {
    inner: R,
    first: Option<u8>,
}

impl<R: Read> Counter<R> {
    /// Returns the number of bytes before the end or an error.
    fn count(&mut self) -> u64 {
        let mut buffer = [0; 16 * 1024];
        let mut size = 0;
        loop {
            match self.inner.read(&mut buffer) {
                Ok(0) | Err(_) => return size,
                Ok(read) => {
                    self.first = self.first.or(buffer.first().copied());
                    size += read as u64;
                }
            }
        }
    }
}

/// Returns whether a name in front of a stream hides its packing, as in `/LZ#57Decode`.
fn is_disguised(before: &[u8]) -> bool {
    before.split(|b| *b == b'/').skip(1).any(|name| {
        let end = name.iter().position(|b| !b.is_ascii_alphanumeric() && *b != b'#');
        let name = &name[..end.unwrap_or(name.len())];
        name.contains(&b'#') && {
            let mut plain = Vec::new();
            let mut rest = name;
            while let [first, later @ ..] = rest {
                let code = later.get(..2).and_then(|hex| std::str::from_utf8(hex).ok());
                match code
                    .and_then(|hex| u8::from_str_radix(hex, 16).ok())
                    .filter(|_| *first == b'#')
                {
                    Some(code) => {
                        plain.push(code);
                        rest = &later[2..];
                    }
                    None => {
                        plain.push(*first);
                        rest = later;
                    }
                }
            }
            [&b"LZWDecode"[..], b"FlateDecode", b"Filter"].contains(&&plain[..])
        }
    })
}

fn has(bytes: &[u8], what: &[u8]) -> bool {
    find(bytes, what).is_some()
}

fn find(bytes: &[u8], what: &[u8]) -> Option<usize> {
    memchr::memmem::find(bytes, what)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_in_disguise_are_seen() {
        assert!(is_disguised(b"<< /Length 5 /Filter /LZ#57Decode >>\nstream"));
        assert!(is_disguised(b"<< /F#69lter /FlateDecode >>\nstream"));
        assert!(!is_disguised(b"<< /Length 5 /Filter /FlateDecode /Name /A#20B >>\nstream"));
        assert!(is_one(b"<< /Filter /LZWDecode >>\nstream\nx"));
        assert!(!is_one(b"%PDF-1.4 stream endstream"));
    }
}
