//! Decodes the text of a Rich Text document: bytes in its fonts' character sets, and Unicode.

use encoding_rs::Encoding;

/// Collects text.
pub(super) struct Letters {
    text: String,
    /// Pending bytes of one character set; a character may have several.
    bytes: Vec<u8>,
    set: &'static Encoding,
    /// The first half of a surrogate pair.
    half: Option<u16>,
    /// Whether unescaped bytes are UTF-8.
    utf8: bool,
}

/// Maximum number of bytes decoded at once.
const PART: usize = 4_096;

impl Letters {
    pub(super) fn new(utf8: bool) -> Self {
        let set = encoding_rs::WINDOWS_1252;
        Self { text: String::new(), bytes: Vec::new(), set, half: None, utf8 }
    }

    /// Adds a byte in this character set.
    pub(super) fn byte(&mut self, byte: u8, set: &'static Encoding) {
        if !std::ptr::eq(set, self.set) || self.bytes.len() >= PART && byte.is_ascii() {
            self.flush();
            self.set = set;
        }
        self.half = None;
        self.bytes.push(byte);
    }

    /// Adds an unescaped byte.
    pub(super) fn raw(&mut self, byte: u8, set: &'static Encoding) {
        self.byte(byte, if self.utf8 && !byte.is_ascii() { encoding_rs::UTF_8 } else { set });
    }

    /// Adds a character.
    pub(super) fn push(&mut self, c: char) {
        self.flush();
        self.half = None;
        self.text.push(c);
    }

    /// Adds a UTF-16 code unit. A lone surrogate is dropped.
    pub(super) fn unit(&mut self, unit: u16) {
        self.flush();
        if (0xD800..0xDC00).contains(&unit) {
            self.half = Some(unit);
            return;
        }
        let units = self.half.take().into_iter().chain([unit]);
        self.text.extend(char::decode_utf16(units).map(|c| c.unwrap_or('\u{FFFD}')));
    }

    /// Returns the whole text.
    pub(super) fn finish(mut self) -> String {
        self.flush();
        self.text
    }

    fn flush(&mut self) {
        if !self.bytes.is_empty() {
            let (text, _) = self.set.decode_without_bom_handling(&self.bytes);
            self.text.push_str(&text);
            self.bytes.clear();
        }
    }
}

/// Returns the character set of a Windows code page; `None` if it is no longer in use.
pub(super) fn of_code_page(number: i32) -> Option<&'static Encoding> {
    let label = match number {
        874 => "windows-874",
        932 => "shift_jis",
        936 => "gbk",
        949 => "euc-kr",
        950 => "big5",
        1250..=1258 => return Encoding::for_label(format!("windows-{number}").as_bytes()),
        10000 => "macintosh",
        65001 => "utf-8",
        _ => return None,
    };
    Encoding::for_label(label.as_bytes())
}

/// Returns the character set of a font by its Windows number; `None` for 0 and 1, which mean the
/// document's.
pub(super) fn of_charset(number: i32) -> Option<&'static Encoding> {
    of_code_page(match number {
        77 => 10000,
        128 => 932,
        129 => 949,
        134 => 936,
        136 => 950,
        161 => 1253,
        162 => 1254,
        163 => 1258,
        177 => 1255,
        178 => 1256,
        186 => 1257,
        204 => 1251,
        222 => 874,
        238 => 1250,
        _ => return None,
    })
}
