//! Whether a text shows anything.

/// Whether at least one character of the text shows: is no space, no control character, and not one
/// that is ignored where text is displayed, such as a zero-width space or a direction mark.
pub fn is_visible(text: &str) -> bool {
    text.chars().any(|c| !c.is_whitespace() && !c.is_control() && !is_ignorable(c))
}

/// The property `Default_Ignorable_Code_Point` of Unicode, and the one blank that is counted as a
/// symbol, of Braille.
fn is_ignorable(c: char) -> bool {
    matches!(
        c,
        '\u{AD}'
            | '\u{34F}'
            | '\u{61C}'
            | '\u{115F}'..='\u{1160}'
            | '\u{17B4}'..='\u{17B5}'
            | '\u{180B}'..='\u{180F}'
            | '\u{200B}'..='\u{200F}'
            | '\u{202A}'..='\u{202E}'
            | '\u{2060}'..='\u{206F}'
            | '\u{2800}'
            | '\u{3164}'
            | '\u{FE00}'..='\u{FE0F}'
            | '\u{FEFF}'
            | '\u{FFA0}'
            | '\u{FFF0}'..='\u{FFF8}'
            | '\u{1BCA0}'..='\u{1BCA3}'
            | '\u{1D173}'..='\u{1D17A}'
            | '\u{E0000}'..='\u{E0FFF}'
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_only_ignored_is_not_visible() {
        for text in [
            "",
            " \n",
            "\u{200B}",
            "\u{200E}\u{202E} \u{2066}",
            "\u{FEFF}\u{AD}",
            "\u{3164}\u{2800}",
        ] {
            assert!(!is_visible(text), "{text:?}");
        }
        for text in ["a", "\u{200F}נועה", "—", "✅\u{FE0F}", "\u{200B}.", "ㅤb"] {
            assert!(is_visible(text), "{text:?}");
        }
    }
}
