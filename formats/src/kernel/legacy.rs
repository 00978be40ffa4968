//! Character sets from before Unicode: Windows code pages, GB18030, Big5, Shift_JIS and others.
//!
//! Invariants: well-formed UTF-8 is never passed in; damaged UTF-8 stays UTF-8; the character set
//! is detected from the characters, so [`Legacy::name`] always appears in a warning.

use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};

/// A decoded file in an old character set.
#[derive(Debug)]
pub(crate) struct Legacy {
    /// Label of the character set, such as `windows-1255`.
    pub(crate) name: &'static str,
    /// Decoded text.
    pub(crate) text: String,
    /// Number of characters that are not in the set.
    pub(crate) lost: usize,
}

/// Decodes bytes that are not UTF-8. Returns `None` if they are damaged UTF-8. With `cut`, an
/// incomplete character at the end is not an error.
pub(crate) fn decode(bytes: &[u8], cut: bool) -> Option<Legacy> {
    let (mut sequences, mut errors) = (0usize, 0usize);
    for chunk in bytes.utf8_chunks() {
        sequences += chunk.valid().bytes().filter(|b| *b >= 0xC0).count();
        errors += usize::from(!chunk.invalid().is_empty());
    }
    // Old character sets hardly ever form UTF-8 by chance; an incomplete character is a cut.
    let tail = cut && errors == 1;
    if errors == 0 || tail && sequences > 0 || sequences >= errors {
        return None;
    }
    let mut detector = EncodingDetector::new(Iso2022JpDetection::Deny);
    detector.feed(bytes, !cut);
    let encoding = detector.guess(None, Utf8Detection::Deny);
    let mut decoder = encoding.new_decoder_without_bom_handling();
    let room = decoder.max_utf8_buffer_length(4096.min(bytes.len())).unwrap_or(16 * 1024);
    let mut text = String::with_capacity(bytes.len() / 2 * 3 + room);
    let mut rest = bytes;
    while !rest.is_empty() {
        let (part, later) = rest.split_at(rest.len().min(4096));
        text.reserve(room);
        let (_, read, _) = decoder.decode_to_string(part, &mut text, later.is_empty() && !cut);
        rest = &rest[read..];
        if read == 0 {
            break;
        }
    }
    // Code points that no script uses also indicate a wrong guess.
    let odd = |c: &char| *c == '\u{FFFD}' || matches!(*c, '\u{80}'..='\u{9F}');
    let lost = text.chars().filter(odd).count();
    Some(Legacy { name: encoding.name(), text, lost })
}

#[cfg(test)]
mod tests {
    use super::*;
    use encoding_rs::Encoding;

    fn encode(label: &str, text: &str) -> Vec<u8> {
        let (bytes, _, lossy) = Encoding::for_label(label.as_bytes()).unwrap().encode(text);
        assert!(!lossy);
        bytes.into_owned()
    }

    #[test]
    fn old_character_sets_are_told_apart() {
        for (label, text) in [
            (
                "windows-1252",
                "Günther: Schön, dass du da bist. Wie läuft's? Größere Übungen für mich.\n",
            ),
            (
                "windows-1255",
                "נועה: שלום לכולם, ברוכים הבאים למפגש שלנו\nדן: תודה רבה, שמח להיות כאן היום\n",
            ),
            (
                "windows-1251",
                "Анна: Добрый день, как прошла неделя?\nБорис: Спасибо, очень хорошо.\n",
            ),
            ("windows-1250", "Žofie: Dobrý den, jak se vám daří? Příště začneme dřív, těším se.\n"),
            ("gb18030", "王芳：大家好，欢迎来到今天的会议。\n李明：谢谢你，我们开始吧。\n"),
            ("big5", "王芳：大家好，歡迎來到今天的會議。\n李明：謝謝你，我們開始吧。\n"),
            ("shift_jis", "田中：こんにちは、今日の目標について話しましょう。\n"),
        ] {
            let bytes = encode(label, text);
            let legacy = decode(&bytes, false).unwrap();
            assert_eq!(legacy.text, text, "{label} taken for {}", legacy.name);
            assert_eq!(legacy.lost, 0);
        }
    }

    #[test]
    fn damaged_utf8_is_not_taken_for_an_old_character_set() {
        assert!(decode(b"\xD7\xA9\xD7\x9C\xD7\x95\xFF\xD7\x9D", false).is_none());
        assert!(decode("שלום".as_bytes().split_last().unwrap().1, true).is_none());
        assert!(decode(b"plain", false).is_none());
    }

    #[test]
    fn half_a_character_at_the_cut_is_no_damage() {
        let bytes = encode("gb18030", &"大家好，欢迎来到今天的会议。".repeat(20));
        assert_eq!(decode(&bytes[..bytes.len() - 1], true).unwrap().lost, 0);
    }
}
