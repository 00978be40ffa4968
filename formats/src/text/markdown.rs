//! Markdown marks in the lines of a transcript: lists, bold names, escapes, entities.

use crate::kernel::markup;

/// Strips the marks that begin bold or italic text.
pub(crate) fn bold(text: &str) -> &str {
    let italic = || text.strip_prefix('*').filter(|inner| !inner.starts_with(char::is_whitespace));
    let bare = text.strip_prefix("**").or_else(|| text.strip_prefix("__")).or_else(italic);
    bare.unwrap_or(text).trim_start()
}

/// Strips a list mark or number: `* `, `- `, `> `, `12. `.
pub(crate) fn bullet(line: &str) -> &str {
    let mark = ["* ", "- ", "• ", "> "].iter().find_map(|mark| line.strip_prefix(mark));
    let numbered = || {
        let digits = line.bytes().take(6).take_while(u8::is_ascii_digit).count();
        line[digits..].strip_prefix(". ").filter(|_| digits > 0)
    };
    mark.or_else(numbered).unwrap_or(line).trim_start()
}

/// Removes Markdown's backslashes and bold marks, and replaces entities: `\[laughs\]`, `it&#39;s`.
pub(crate) fn unescape(text: &str) -> String {
    if text.contains('&') {
        let plain: String = markup::spans(text).into_iter().map(|span| span.text).collect();
        return unmark(&plain);
    }
    unmark(text)
}

fn unmark(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        if c == '*' && chars.peek() == Some(&'*') {
            chars.next();
            continue;
        }
        let escape = c == '\\' && chars.peek().is_some_and(char::is_ascii_punctuation);
        if !escape {
            plain.push(c);
        } else if let Some(next) = chars.next() {
            plain.push(next);
        }
    }
    plain
}
