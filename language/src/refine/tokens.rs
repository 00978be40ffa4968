//! Splits an instruction into words, quoted words and punctuation.

/// What a token is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Word,
    /// Words in quotation marks. Its range is that of the words.
    Quoted,
    Mark,
}

/// A part of an instruction.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Token {
    pub(super) kind: Kind,
    pub(super) from: usize,
    pub(super) to: usize,
    /// In lower case, with straight apostrophes.
    pub(super) lower: String,
}

const PAIRS: &[(char, char)] =
    &[('“', '”'), ('"', '"'), ('«', '»'), ('„', '“'), ('״', '״'), ('‘', '’'), ('\'', '\'')];

/// Letters that Hebrew writes before a word without a space.
pub(super) const PREFIXES: &[char] = &['ו', 'ה', 'ב', 'ל', 'מ', 'ש', 'כ'];

/// Returns the tokens of a text.
pub(super) fn tokens(text: &str) -> Vec<Token> {
    let mut tokens = Vec::new();
    let mut at = 0;
    while let Some(c) = text[at..].chars().next() {
        let next = at + c.len_utf8();
        if let Some((from, to, end)) = quoted(text, at, c) {
            tokens.push(token(text, Kind::Quoted, from, to));
            at = end;
        } else if c.is_alphanumeric() {
            let end = word_end(text, at);
            tokens.push(token(text, Kind::Word, at, end));
            at = end;
        } else {
            if !c.is_whitespace() {
                tokens.push(token(text, Kind::Mark, at, next));
            }
            at = next;
        }
    }
    tokens
}

/// Returns what a word or text is compared as.
pub(super) fn folded(text: &str) -> String {
    text.to_lowercase().replace(['’', 'ʼ'], "'")
}

fn token(text: &str, kind: Kind, from: usize, to: usize) -> Token {
    Token { kind, from, to, lower: folded(&text[from..to]) }
}

/// Returns where quoted words begin and end, and where their closing mark ends.
fn quoted(text: &str, at: usize, c: char) -> Option<(usize, usize, usize)> {
    let (_, close) = PAIRS.iter().find(|(open, _)| *open == c)?;
    let before = text[..at].chars().next_back();
    if before.is_some_and(char::is_alphanumeric) && !is_prefix(text, at) {
        return None;
    }
    let from = at + c.len_utf8();
    let ends = |end: &usize| {
        // Within a word it is an apostrophe, or makes an acronym.
        !text[end + close.len_utf8()..].starts_with(char::is_alphanumeric)
    };
    let to = text[from..].match_indices(*close).map(|(at, _)| from + at).find(ends)?;
    let says = text[from..to].chars().any(|c| !c.is_whitespace());
    says.then_some((from, to, to + close.len_utf8()))
}

/// Whether what is before a quotation mark is no word, but a letter that belongs to the next.
fn is_prefix(text: &str, at: usize) -> bool {
    let mut before = text[..at].chars().rev();
    before.next().is_some_and(|c| PREFIXES.contains(&c))
        && before.next().is_none_or(|c| !c.is_alphanumeric())
}

/// Returns where a word ends. Apostrophes and hyphens within it belong to it, and an apostrophe
/// after an s, which is a possessive.
fn word_end(text: &str, from: usize) -> usize {
    let mut end = from;
    let mut chars = text[from..].char_indices().peekable();
    let mut last = ' ';
    while let Some((at, c)) = chars.next() {
        let next = chars.peek().map(|(_, c)| *c);
        let joins = matches!(c, '\'' | '’' | '-' | '״' | '"' | '׳' | '־')
            && next.is_some_and(char::is_alphanumeric);
        // In Hebrew, letters before a quotation mark may be a prefix of what is quoted.
        let opens = matches!(c, '"' | '״') && is_prefix(text, from + at);
        let possessive = matches!(c, '\'' | '’') && matches!(last, 's' | 'S');
        if c.is_alphanumeric() || joins && !opens || possessive {
            end = from + at + c.len_utf8();
            last = c;
        } else {
            break;
        }
    }
    end
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(text: &str) -> Vec<String> {
        let show = |token: &Token| match token.kind {
            Kind::Quoted => format!("[{}]", &text[token.from..token.to]),
            _ => text[token.from..token.to].to_owned(),
        };
        tokens(text).iter().map(show).collect()
    }

    #[test]
    fn texts_are_split() {
        assert_eq!(words("make a2 Tomas', please."), ["make", "a2", "Tomas'", ",", "please", "."]);
        assert_eq!(words("don't say 'kind of' twice"), ["don't", "say", "[kind of]", "twice"]);
        assert_eq!(words("start with “Hi, Maya!”"), ["start", "with", "[Hi, Maya!]"]);
        assert_eq!(words("the to-do 1-3"), ["the", "to-do", "1-3"]);
        assert_eq!(words("פתח ב\"היי מאיה\" מנכ\"ל"), ["פתח", "ב", "[היי מאיה]", "מנכ\"ל"]);
    }
}
