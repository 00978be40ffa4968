//! Speaker names in front of speech: `Name: text`.
//!
//! Invariant: conservative. A colon alone does not make a speaker: the text before it must have the
//! shape of a name, and the file as a whole must use such prefixes ([`super::prefix_survey`]).

use std::collections::HashSet;
use std::sync::LazyLock;

pub(crate) use debrief_domain::transcript::names::is_mark;

/// Maximum length of a name.
pub(crate) const MAX_NAME_CHARS: usize = 60;
/// Maximum number of words in a name, not counting those in parentheses.
const MAX_NAME_WORDS: usize = 5;
/// The first byte of `：`.
const WIDE_COLON: u8 = 0xEF;

/// Words before a colon in speech and notes that are not names, separated by commas.
const LABELS: &str = "
    action, action item, action items, actions, agenda, also, and, attendees, because, bonus,
    break, but, call date, call title, cc, chapter, conclusion, content, date, debug, decision,
    decisions, description, duration, email, episode, error, example, fact, file, finally, first,
    focus, for example, format, from, goal, goals, heading, hint, homework, http, https, idea,
    important, info, input, intro, invitees, kind, language, lesson, link, location, meaning,
    meeting, meeting date, meeting id, meeting link, meeting name, meeting title, meeting url,
    mood, music, n.b., name, nb, next, next step, next steps, note, notes, number one, or, outro,
    output, p.s., part, participants, password, phone, plan, please note, podcast, point,
    present, priority, problem, ps, re, reason, recap, recording, reflection, remember, reminder,
    result, results, rule, second, session, so, solution, source, speakers, status, step,
    subject, summary, tags, takeaway, takeaways, task, tasks, theme, then, thing, third, time,
    tip, title, to, todo, to do, today, tomorrow, topic, topics, trace, transcript, type, url,
    version, video, warn, warning, website, week, what, which, why, yesterday, הערה, הערות, זכרו,
    זכרי, זכור, מטרה, מטרות, נושא, נושאים, סיכום, משימה, משימות, תאריך, דוגמה, לדוגמה, למשל,
    כלומר, טיפ, החלטה, החלטות, משתתפים, שיעורי בית, שאלה, תשובה, חשוב, שימו לב, ראשית, שנית,
    לסיכום";

const PARTICLES: &[&str] = &[
    "a", "al", "bar", "ben", "bin", "bint", "da", "de", "del", "della", "der", "di", "dos", "du",
    "el", "ibn", "la", "le", "of", "ter", "the", "van", "von", "y", "zu",
];

/// Splits `Name: text` if the text before the colon has the shape of a name.
pub(crate) fn prefix(line: &str) -> Option<(&str, &str)> {
    before_colon(line).filter(|(name, _)| is_plausible(name))
}

/// Splits `Name: text`, with any text before the colon.
pub(crate) fn before_colon(line: &str) -> Option<(&str, &str)> {
    let line = unmarked(line);
    if line.starts_with(['[', '('])
        && let Some(labelled) = labelled(line)
    {
        return Some(labelled);
    }
    let colon = colon(line)?;
    let (name, rest) = line.split_at(colon);
    let mut rest = rest.chars();
    rest.next();
    Some((unwrap(trim(name)), trim_start(rest.as_str())))
}

/// Same as [`str::trim`], with a fast path if there is nothing to trim.
pub(crate) fn trim(text: &str) -> &str {
    match text.as_bytes() {
        [first, .., last] if first.is_ascii_graphic() && last.is_ascii_graphic() => text,
        _ => text.trim(),
    }
}

/// Same as [`str::trim_start`], with a fast path for ASCII.
pub(crate) fn trim_start(text: &str) -> &str {
    let bare = text.strip_prefix(' ').unwrap_or(text);
    match bare.as_bytes().first() {
        Some(first) if first.is_ascii_graphic() => bare,
        _ => bare.trim_start(),
    }
}

/// Splits `Name:text` if no space follows the colon and the text before it is written like a name.
/// Never splits `http://`, `12:30`, `C:\` or `Note:this`.
pub(crate) fn glued(line: &str) -> Option<(&str, &str)> {
    let reach = &line.as_bytes()[..line.len().min(4 * MAX_NAME_CHARS)];
    memchr::memchr(b':', reach)?;
    let line = unmarked(line);
    let (name, rest) = line.split_once(':')?;
    let name = unwrap(name.trim());
    let speech = rest.starts_with(|c: char| c.is_alphabetic() || "\"'“‘«¿¡[(…—–-".contains(c))
        && name.len() > 1
        && is_plausible(name)
        && is_capitalised(name)
        && !is_label(name);
    speech.then_some((name, rest))
}

/// Strips what may precede a name: marks, or a dash in front of alternating speakers.
fn unmarked(line: &str) -> &str {
    if line.as_bytes().first().is_some_and(u8::is_ascii_alphanumeric) {
        return line;
    }
    let line = line.trim_start_matches(|c: char| c.is_whitespace() || is_mark(c) || c == '>');
    let dashed = line.strip_prefix(['-', '–', '—']).filter(|rest| rest.starts_with(' '));
    dashed.map_or(line, str::trim_start)
}

/// Splits `[SPEAKER_01] text`, `[speaker 0]`: a diarization label in brackets needs no colon.
fn labelled(line: &str) -> Option<(&str, &str)> {
    let end = line.bytes().take(24).position(|b| matches!(b, b']' | b')'))?;
    let (name, rest) = (&line[1..end], line[end + 1..].trim_start());
    let rest = rest.strip_prefix(':').unwrap_or(rest);
    is_diarized(name).then(|| (name, rest.trim_start()))
}

/// Returns whether this is a diarization label such as `SPEAKER_00`.
pub(crate) fn is_diarized(name: &str) -> bool {
    let Some((word, rest)) = name.split_at_checked(7) else { return false };
    word.eq_ignore_ascii_case("speaker")
        && rest.strip_prefix(['_', ' ']).is_some_and(|label| {
            (1..=3).contains(&label.len()) && label.bytes().all(|b| b.is_ascii_alphanumeric())
        })
}

/// Returns the offset of the first colon outside brackets that ends a prefix, within the length of
/// a name.
pub(crate) fn colon(line: &str) -> Option<usize> {
    let bytes = line.as_bytes();
    // Most lines have none.
    let reach = &bytes[..bytes.len().min(4 * 2 * MAX_NAME_CHARS)];
    let first = memchr::memchr2(b':', WIDE_COLON, reach)?;
    // In most of the others it follows a name without brackets.
    let bracket = |any, b: &u8| any | matches!(b, b'(' | b')' | b'[' | b']');
    if first < 2 * MAX_NAME_CHARS
        && matches!(bytes[first..], [b':'] | [b':', b' ' | b'*' | b'_', ..])
        && !reach[..first].iter().fold(false, bracket)
    {
        return Some(first);
    }
    let mut depth = 0i32;
    let chars = line.char_indices().take(2 * MAX_NAME_CHARS);
    for (at, c) in chars {
        match c {
            '(' | '[' => depth += 1,
            ')' | ']' => depth -= 1,
            '：' if depth <= 0 => return Some(at),
            ':' if depth <= 0 => {
                let next = line[at + 1..].chars().next();
                if next.is_none_or(|c| c.is_whitespace() || c == '*' || c == '_' || is_mark(c)) {
                    return Some(at);
                }
            }
            _ => {}
        }
    }
    None
}

/// Strips the brackets of `[SPEAKER_01]`.
pub(crate) fn unwrap(name: &str) -> &str {
    for (open, close) in [('[', ']'), ('<', '>')] {
        if let Some(inner) = name.strip_prefix(open).and_then(|n| n.strip_suffix(close)) {
            return inner.trim();
        }
    }
    name
}

/// Returns whether `name` has the shape of a name: short, few words, no sentence punctuation.
pub(crate) fn is_plausible(name: &str) -> bool {
    // Zoom's name for a shared sound; the name that follows has the usual shape.
    let name = name.strip_prefix("Audio shared by ").unwrap_or(name);
    if let Some(plausible) = is_plain_name(name.as_bytes()) {
        return plausible;
    }
    if name.chars().count() > MAX_NAME_CHARS {
        return false;
    }
    let name = name.trim_matches(is_mark);
    // `1/5/26, 10:00 - Noa` is more than a name.
    if name
        .as_bytes()
        .windows(3)
        .any(|w| w[1] == b':' && w[0].is_ascii_digit() && w[2].is_ascii_digit())
    {
        return false;
    }
    if !name
        .chars()
        .next()
        .is_some_and(|c| c.is_alphanumeric() || "@+".contains(c) || !c.is_ascii())
    {
        return false;
    }
    let mut outside = String::new();
    let mut depth = 0;
    let mut inside = 0;
    for c in name.chars() {
        match c {
            '(' | '[' => depth += 1,
            ')' | ']' => depth -= 1,
            _ if depth > 0 => inside += usize::from(c.is_whitespace()),
            _ => outside.push(c),
        }
    }
    if is_number(name) {
        return true;
    }
    if depth != 0 || inside > MAX_NAME_WORDS || !outside.chars().any(char::is_alphabetic) {
        return false;
    }
    // Long names contain particles; English particles also occur in sentences.
    let counts = |word: &&str| {
        word.chars().any(char::is_alphanumeric)
            && (!PARTICLES.contains(word) || matches!(*word, "a" | "of" | "the"))
    };
    if outside.split_whitespace().filter(counts).count() > MAX_NAME_WORDS
        || outside.matches(',').count() > 1
    {
        return false;
    }
    let mut before = ' ';
    let mut chars = outside.chars().peekable();
    while let Some(c) = chars.next() {
        let after = chars.peek().copied().unwrap_or(' ');
        let abbreviates = c == '"' && is_hebrew(before) && is_hebrew(after);
        before = c;
        if abbreviates {
            // As in `ד"ר נועה`.
            continue;
        }
        if matches!(
            c,
            '?' | '!' | ';' | '"' | '“' | '”' | '<' | '>' | '{' | '}' | '=' | '\\' | '…' | '`'
        ) || matches!(c, '。' | '，' | '、' | '؟' | '،' | '*' | '%' | '$' | '\u{FFFD}')
        {
            return false;
        }
    }
    // A full stop belongs to an initial, a title or a domain.
    let mut stop = outside.split('.').peekable();
    while let Some(part) = stop.next() {
        let Some(next) = stop.peek() else { break };
        let last = part.rsplit(char::is_whitespace).next().unwrap_or(part);
        let glued = next.starts_with(|c: char| !c.is_whitespace());
        let short = last.chars().count() <= 4 && !last.starts_with(char::is_lowercase);
        if !glued && !short {
            return false;
        }
    }
    true
}

fn is_hebrew(c: char) -> bool {
    ('א'..='ת').contains(&c)
}

/// Same as [`is_plausible`], quickly, for names of ASCII letters, digits and single spaces; `None`
/// for others.
fn is_plain_name(name: &[u8]) -> Option<bool> {
    let (mut words, mut letters, mut before) = (0, false, b' ');
    for byte in name {
        match byte {
            b' ' if before == b' ' => return None,
            b' ' => {}
            b'0'..=b'9' | b'a'..=b'z' | b'A'..=b'Z' => {
                words += usize::from(before == b' ');
                letters |= byte.is_ascii_alphabetic();
            }
            _ => return None,
        }
        before = *byte;
    }
    // A name without letters may be a telephone number.
    if !letters || words > MAX_NAME_WORDS {
        return None;
    }
    Some(name.len() <= MAX_NAME_CHARS)
}

/// Returns whether it is the number of a caller: `+1 555-010-9999`, `15550109999`, `1555****999`.
fn is_number(name: &str) -> bool {
    let digits = name.bytes().filter(|b| b.is_ascii_digit() || *b == b'*').count();
    (digits >= 10 || name.starts_with('+') && digits >= 7)
        && name.bytes().all(|b| b.is_ascii_digit() || b" +-()*.".contains(&b))
}

/// Returns whether `name` is a heading of notes rather than a person.
pub(crate) fn is_label(name: &str) -> bool {
    let lower = name.to_lowercase();
    // Headings in CHAT, a format of linguists, begin with `@`.
    let lower = lower.trim_start_matches('@');
    let bare =
        lower.trim_end_matches(|c: char| c.is_ascii_digit() || c.is_whitespace() || c == '#');
    static KNOWN: LazyLock<HashSet<&str>> =
        LazyLock::new(|| LABELS.split(',').map(str::trim).collect());
    KNOWN.contains(lower)
        // `Name 1` is an anonymised person.
        || !matches!(bare, "" | "name") && KNOWN.contains(bare)
        || lower.starts_with("step ")
        || lower.starts_with("part ")
        || lower.starts_with("the ")
}

/// Returns whether every word is capitalised like a name, not counting words in parentheses
/// (`(she/her)`). Always true for scripts without capitals.
pub(crate) fn is_capitalised(name: &str) -> bool {
    let name = name.split_once('(').map_or(name, |(name, _)| name);
    name.split(char::is_whitespace)
        .filter(|word| !word.is_empty() && !PARTICLES.contains(word))
        .all(|word| {
            let first = word.chars().find(|c| c.is_alphanumeric());
            // `iPhone`, `spk_0` and addresses are not ordinary words.
            first.is_none_or(|c| !c.is_lowercase()) || is_made_up(word)
        })
}

/// Returns whether a word that begins with a small letter has a character that ordinary words lack:
/// a capital, a digit, `_`, `@`.
fn is_made_up(word: &str) -> bool {
    word.chars().any(|c| c.is_uppercase() || c.is_ascii_digit() || matches!(c, '_' | '@'))
}

#[cfg(test)]
mod tests;
