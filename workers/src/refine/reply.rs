//! Reads the reply out of a JSON answer while it is still being written.
//!
//! The answer is an object whose member `answer` is the reply. What stands in it is passed on as
//! soon as it is there; a letter that is escaped is passed on once it is whole.

/// The member that holds the reply.
const MEMBER: &str = "answer";

/// See the module documentation.
#[derive(Debug, Default)]
pub(super) struct Reply {
    /// What has arrived.
    json: String,
    /// Where the reply begins, behind its quotation mark.
    begins: Option<usize>,
    /// Bytes of the JSON whose letters were passed on.
    read: usize,
    is_over: bool,
}

impl Reply {
    /// Takes a piece of the answer, and returns what of the reply is new.
    pub(super) fn push(&mut self, piece: &str) -> String {
        let mut new = String::new();
        if self.is_over {
            return new;
        }
        self.json.push_str(piece);
        let Some(begins) = self.begins.or_else(|| begin(&self.json)) else { return new };
        if self.begins.is_none() {
            self.begins = Some(begins);
            self.read = begins;
        }
        while let Some((letter, length)) = self.letter() {
            self.read += length;
            match letter {
                Some(letter) => new.push(letter),
                None => {
                    self.is_over = true;
                    break;
                }
            }
        }
        new
    }

    /// Returns the next letter and the bytes that it takes, `None` for the letter at the end of the
    /// reply; `None` if it is not whole yet.
    fn letter(&self) -> Option<(Option<char>, usize)> {
        let rest = &self.json[self.read..];
        let first = rest.chars().next()?;
        match first {
            '"' => Some((None, 1)),
            '\\' => {
                let escaped = rest[1..].chars().next()?;
                let plain = match escaped {
                    'n' => '\n',
                    't' => '\t',
                    'r' => '\r',
                    'b' => '\u{8}',
                    'f' => '\u{c}',
                    'u' => return self.unicode(rest),
                    other => other,
                };
                Some((Some(plain), 1 + escaped.len_utf8()))
            }
            letter => Some((Some(letter), letter.len_utf8())),
        }
    }

    /// Returns a letter that is written as one or two `\uXXXX`.
    fn unicode(&self, rest: &str) -> Option<(Option<char>, usize)> {
        let unit = |at: usize| u16::from_str_radix(rest.get(at..at + 4)?, 16).ok();
        let first = rest.get(2..6).map(|_| unit(2))?;
        let Some(first) = first else { return Some((Some(char::REPLACEMENT_CHARACTER), 6)) };
        if !(0xD800..0xDC00).contains(&first) {
            let letter = char::from_u32(first.into()).unwrap_or(char::REPLACEMENT_CHARACTER);
            return Some((Some(letter), 6));
        }
        let second = match rest.as_bytes().get(6)? {
            b'\\' => rest.get(6..12)?,
            _ => "",
        };
        let pair =
            second.starts_with("\\u").then(|| unit(8)).flatten().map(|second| [first, second]);
        let letter = pair.and_then(|pair| char::decode_utf16(pair).next()).and_then(Result::ok);
        match letter {
            Some(letter) => Some((Some(letter), 12)),
            None => Some((Some(char::REPLACEMENT_CHARACTER), 6)),
        }
    }
}

/// Returns where the text of the member begins, if it has. Only a member of the outermost object
/// counts: the name in other strings, or deeper, does not.
fn begin(json: &str) -> Option<usize> {
    let (mut depth, mut at) = (0_u32, 0);
    let bytes = json.as_bytes();
    let mut key: Option<(usize, usize)> = None;
    while let Some(byte) = bytes.get(at) {
        match byte {
            b'{' | b'[' => depth += 1,
            b'}' | b']' => depth = depth.saturating_sub(1),
            b'"' => {
                let is_value = key.is_some_and(|(from, to)| &json[from..to] == MEMBER);
                if depth == 1 && is_value {
                    return Some(at + 1);
                }
                let end = end_of_string(bytes, at + 1)?;
                let colon = bytes[end + 1..].iter().position(|byte| !byte.is_ascii_whitespace());
                key = match colon {
                    Some(colon) if bytes[end + 1 + colon] == b':' => Some((at + 1, end)),
                    Some(_) => None,
                    // Whether it is a key is not known yet.
                    None => return None,
                };
                at = end;
            }
            b',' => key = None,
            _ => {}
        }
        at += 1;
    }
    None
}

fn end_of_string(bytes: &[u8], mut at: usize) -> Option<usize> {
    loop {
        match bytes.get(at)? {
            b'"' => return Some(at),
            b'\\' => at += 2,
            _ => at += 1,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const JSON: &str = r#" {"edits": [{"answer": "no", "text": "\"answer\": "}], "answer" : "H\u00e9 \"Maya\", \ud83d\ude00\nשלום", "x": "answer"}"#;
    const REPLY: &str = "Hé \"Maya\", 😀\nשלום";

    #[test]
    fn the_same_however_it_is_cut() {
        for first in (0..JSON.len()).filter(|at| JSON.is_char_boundary(*at)) {
            for second in (first..JSON.len()).filter(|at| JSON.is_char_boundary(*at)) {
                let mut reply = Reply::default();
                let pieces = [&JSON[..first], &JSON[first..second], &JSON[second..]];
                let read: String = pieces.into_iter().map(|piece| reply.push(piece)).collect();
                assert_eq!(read, REPLY, "{first} {second}");
            }
        }
    }

    #[test]
    fn letters_come_as_soon_as_they_are_there() {
        let mut reply = Reply::default();
        assert_eq!(reply.push("{\"answer\":\"Do"), "Do");
        assert_eq!(reply.push("ne\\"), "ne");
        assert_eq!(reply.push("n.\",\"edits\":[\"x\"]}"), "\n.");
        assert_eq!(reply.push("{\"answer\":\"again\"}"), "");
    }

    #[test]
    fn what_is_no_json_gives_nothing_or_marks() {
        assert_eq!(Reply::default().push("I cannot do that."), "");
        assert_eq!(Reply::default().push(r#"{"answer": "\uzzzz\ud800x"}"#), "\u{fffd}\u{fffd}x");
    }
}
