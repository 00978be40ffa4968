//! Reads a text as a reader does: greeting, body, closing question, sign-off.
//!
//! Invariant: a line of a text is in one part only, and no text is longer than [`LINES_MAX`] lines.

use super::lists::{self, EN, HE, Pack};
use debrief_domain::transcript::script;
use debrief_domain::voice::CLIENT;
use unicode_segmentation::UnicodeSegmentation;

/// Longer texts are read to this line.
const LINES_MAX: usize = 2_000;
/// Longer texts are read to this sentence.
pub(super) const SENTENCES_MAX: usize = 600;
/// Most words of a greeting or a line of a sign-off.
const FRAME_WORDS: usize = 9;
/// Letters of a script of its own that show the language.
const LETTERS: usize = 8;

/// A text in its parts.
#[derive(Debug, Clone, Default)]
pub(super) struct Draft {
    /// Primary subtag of the language.
    pub(super) language: Option<&'static str>,
    /// The greeting, with [`CLIENT`] for a name.
    pub(super) greeting: Option<String>,
    /// The name that is greeted.
    pub(super) greeted: Option<String>,
    /// The question that comes last, with [`CLIENT`] for a name.
    pub(super) question: Option<String>,
    /// The sign-off, its lines joined by line breaks.
    pub(super) sign_off: Option<String>,
    /// Number of headings.
    pub(super) headings: usize,
    /// Number of items of lists.
    pub(super) bullets: usize,
    /// Number of lines of the body that are neither.
    pub(super) prose: usize,
    /// The sentences of the body, without markup.
    pub(super) sentences: Vec<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Heading,
    Bullet,
    Prose,
}

impl Draft {
    /// Reads a text. `names` are those that the client goes by.
    pub(super) fn read(text: &str, names: &[&str]) -> Self {
        let mut lines: Vec<(Kind, String)> = text
            .lines()
            .map(str::trim)
            .filter(|line| !line.is_empty())
            .take(LINES_MAX)
            .map(line)
            .collect();
        let language = language(text);
        let mut draft = Self { language, ..Self::default() };
        let Some(pack) = lists::pack(language) else {
            draft.take_body(&lines);
            return draft;
        };
        draft.take_greeting(&mut lines, pack, names);
        draft.take_sign_off(&mut lines, pack, names);
        draft.take_question(&mut lines, names);
        draft.take_body(&lines);
        draft
    }

    fn take_greeting(&mut self, lines: &mut Vec<(Kind, String)>, pack: &Pack, names: &[&str]) {
        let Some((Kind::Prose, first)) = lines.first().cloned() else { return };
        let Some((greeting, rest)) = greeting(&first, pack, names) else { return };
        self.greeted = vocative(greeting, pack).map(str::to_owned);
        let mut all: Vec<&str> = names.to_vec();
        // A title before a name that is known stays.
        let known = names.iter().any(|name| without_names(greeting, &[*name]) != greeting);
        all.extend(self.greeted.as_deref().filter(|_| !known));
        self.greeting = Some(without_names(greeting, &all));
        match rest.is_empty() {
            true => drop(lines.remove(0)),
            false => lines[0].1 = rest.to_owned(),
        }
    }

    fn take_sign_off(&mut self, lines: &mut Vec<(Kind, String)>, pack: &Pack, names: &[&str]) {
        let short = |place: usize| {
            let (kind, text) = &lines[place];
            *kind == Kind::Prose && text.split_whitespace().count() <= FRAME_WORDS
        };
        let from = lines.len().saturating_sub(3);
        let begins = (from..lines.len()).find(|place| {
            let lower = lists::folded(&lines[*place].1);
            let known = lists::begins(&pack.sign_offs, &lower);
            known.is_some_and(|known| is_sign_off(&lines[*place].1, known))
                && (*place..lines.len()).all(short)
        });
        let is_name = |text: &str| {
            text.split_whitespace().count() <= 3 && !text.ends_with(['.', '?', '!', ':', ','])
        };
        let last =
            lines.len().checked_sub(1).filter(|last| short(*last) && is_name(&lines[*last].1));
        // A line that ends with a comma and a name after it, whatever it says.
        let begins = begins.or_else(|| {
            let before = last?.checked_sub(1)?;
            (short(before) && lines[before].1.ends_with(',')).then_some(before)
        });
        if let Some(begins) = begins.or(last.filter(|last| *last > 0)) {
            let taken: Vec<String> = lines.drain(begins..).map(|(_, text)| text).collect();
            self.sign_off = Some(without_names(&taken.join("\n"), names));
        }
    }

    fn take_question(&mut self, lines: &mut Vec<(Kind, String)>, names: &[&str]) {
        let Some((Kind::Prose, last)) = lines.last() else { return };
        let sentences: Vec<&str> = last.unicode_sentences().map(str::trim).collect();
        let Some(question) = sentences.last().filter(|last| last.ends_with(['?', '؟', '？']))
        else {
            return;
        };
        let mut all = names.to_vec();
        all.extend(self.greeted.as_deref());
        self.question = Some(without_names(question, &all));
        let rest = sentences[..sentences.len() - 1].join(" ");
        match rest.is_empty() {
            true => drop(lines.pop()),
            false => *lines.last_mut().expect("it was read") = (Kind::Prose, rest),
        }
    }

    fn take_body(&mut self, lines: &[(Kind, String)]) {
        for (kind, text) in lines {
            match kind {
                Kind::Heading => {
                    self.headings += 1;
                    continue;
                }
                Kind::Bullet => self.bullets += 1,
                Kind::Prose => self.prose += 1,
            }
            let room = SENTENCES_MAX - self.sentences.len();
            let sentences = text.unicode_sentences().map(str::trim).filter(|s| !s.is_empty());
            self.sentences.extend(sentences.take(room).map(str::to_owned));
        }
    }
}

/// Returns the primary subtag of the language: Hebrew letters, else English words.
pub(super) fn language(text: &str) -> Option<&'static str> {
    if let Some(tag) = script::of(text.chars().take(4_000), LETTERS) {
        return Some(tag);
    }
    let words: Vec<String> = text.unicode_words().take(400).map(lists::folded).collect();
    if words.iter().any(|word| word.chars().any(|c| ('\u{5D0}'..='\u{5EA}').contains(&c)))
        && words.len() < 4
    {
        return Some(HE.code);
    }
    let known = words.iter().filter(|word| {
        [&EN.function, &EN.common, &EN.second, &EN.third, &EN.greetings, &EN.sign_offs]
            .iter()
            .any(|list| lists::has(list, word))
    });
    (known.count() * 4 >= words.len() && !words.is_empty()).then_some(EN.code)
}

/// Returns the kind of a line, and its words without markup.
fn line(text: &str) -> (Kind, String) {
    let text = text.trim_start_matches(is_direction_mark);
    let hashes = text.chars().take_while(|c| *c == '#').count();
    if (1..=6).contains(&hashes) && text[hashes..].starts_with(' ') {
        return (Kind::Heading, plain(&text[hashes..]));
    }
    if let Some(bold) =
        text.strip_prefix("**").and_then(|text| text.trim_end_matches(':').strip_suffix("**"))
        && !bold.contains("**")
    {
        return (Kind::Heading, plain(bold.trim_end_matches(':')));
    }
    for bullet in ["- ", "* ", "• ", "– ", "+ "] {
        if let Some(rest) = text.strip_prefix(bullet) {
            return (Kind::Bullet, plain(rest));
        }
    }
    let digits = text.chars().take_while(char::is_ascii_digit).count();
    if (1..=3).contains(&digits)
        && let Some(rest) = text[digits..].strip_prefix(['.', ')'])
        && rest.starts_with(' ')
    {
        return (Kind::Bullet, plain(rest));
    }
    if text.ends_with(':') && text.split_whitespace().count() <= 6 {
        return (Kind::Heading, plain(text.trim_end_matches(':')));
    }
    (Kind::Prose, plain(text))
}

/// Returns the words of a line of Markdown.
fn plain(text: &str) -> String {
    let mut words = String::with_capacity(text.len());
    let mut chars = text.trim().chars().filter(|c| !is_direction_mark(*c)).peekable();
    while let Some(c) = chars.next() {
        match c {
            '\\' if chars.peek().is_some_and(char::is_ascii_punctuation) => {
                words.extend(chars.next());
            }
            '*' | '`' => {}
            c => words.push(c),
        }
    }
    words.trim().to_owned()
}

fn is_direction_mark(c: char) -> bool {
    matches!(c, '\u{200E}' | '\u{200F}' | '\u{2066}'..='\u{2069}' | '\u{202A}'..='\u{202E}')
}

/// Returns the greeting that a line begins with, and what follows.
fn greeting<'a>(line: &'a str, pack: &Pack, names: &[&str]) -> Option<(&'a str, &'a str)> {
    let lower = lists::folded(line);
    let known = lists::begins(&pack.greetings, &lower).is_some();
    let end = line.find([',', '!', '.', '—', '–', ':', ';']);
    let (greeting, rest) = match end {
        Some(at) => {
            let after = at + line[at..].chars().next().map_or(1, char::len_utf8);
            (&line[..after], line[after..].trim_start())
        }
        None => (line, ""),
    };
    let words = greeting.split_whitespace().count();
    if known {
        return (words <= FRAME_WORDS.min(6)).then_some((greeting, rest));
    }
    // The name alone, or with "dear" after it.
    let named = names.iter().any(|name| lists::folded(greeting).contains(&lists::folded(name)))
        || pack.after_name.iter().any(|after| lower.contains(&format!(" {after}")));
    (greeting.ends_with(',') && words <= 3 && rest.is_empty() && named).then_some((greeting, rest))
}

/// Returns the name in a greeting: what stands between its first words and its end.
fn vocative<'a>(greeting: &'a str, pack: &Pack) -> Option<&'a str> {
    let lower = lists::folded(greeting);
    let from = match lists::begins(&pack.greetings, &lower) {
        Some(known) if lower.len() == greeting.len() => known.len(),
        _ => 0,
    };
    let mut name =
        greeting.get(from..)?.trim().trim_end_matches([',', '!', '.', '—', '–', ':', ';']).trim();
    for after in pack.after_name.iter() {
        name = name.strip_suffix(after).filter(|rest| rest.ends_with(' ')).unwrap_or(name).trim();
    }
    let fits = name.split_whitespace().count() <= 2
        && !name.is_empty()
        && !lists::has(&pack.nobody, &lists::folded(name))
        && (pack.code != EN.code
            || name.split_whitespace().all(|word| word.starts_with(char::is_uppercase)));
    fits.then_some(name)
}

/// Whether a line that begins with words of a sign-off is one: the words alone, or with a comma or
/// a name after them.
fn is_sign_off(line: &str, known: &str) -> bool {
    let rest = line.get(known.len()..).unwrap_or_default();
    let rest = rest.trim_start_matches([',', '!', '.', '—', '–', '-', ' ']);
    rest.split_whitespace().count() <= 3 && !rest.contains(['?', ':'])
        || line.ends_with(',') && line.split_whitespace().count() <= 5
}

/// Returns a text with [`CLIENT`] in place of the names, as whole words.
pub(super) fn without_names(text: &str, names: &[&str]) -> String {
    let mut names: Vec<&str> =
        names.iter().map(|name| name.trim()).filter(|n| !n.is_empty()).collect();
    names.sort_by_key(|name| std::cmp::Reverse(name.len()));
    let mut result = String::with_capacity(text.len());
    let mut rest = text;
    'text: while !rest.is_empty() {
        let begins = !result.ends_with(char::is_alphanumeric);
        for name in &names {
            if begins
                && let Some(after) = rest.strip_prefix(name)
                && !after.starts_with(char::is_alphanumeric)
            {
                result.push_str(CLIENT);
                rest = after;
                continue 'text;
            }
        }
        let next = rest.chars().next().map_or(0, char::len_utf8);
        result.push_str(&rest[..next]);
        rest = &rest[next..];
    }
    result
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_read_in_its_parts() {
        let text = "Hi Maya,  \nIt was good to talk.\n\n## Decisions\n\n- You will *rest*.\n- Call \
                    Tomas \\*now\\*. Then sleep.\n\nWhat will you try first, Maya?\n\nWarmly,  \nDana";
        let draft = Draft::read(text, &[]);
        assert_eq!(draft.greeting.as_deref(), Some("Hi {client},"));
        assert_eq!(draft.greeted.as_deref(), Some("Maya"));
        assert_eq!(draft.question.as_deref(), Some("What will you try first, {client}?"));
        assert_eq!(draft.sign_off.as_deref(), Some("Warmly,\nDana"));
        assert_eq!((draft.headings, draft.bullets, draft.prose), (1, 2, 1));
        assert_eq!(
            draft.sentences,
            ["It was good to talk.", "You will rest.", "Call Tomas *now*.", "Then sleep."]
        );
    }

    #[test]
    fn hebrew_is_read_in_its_parts() {
        let text = "היי מאיה,\nהיה טוב לדבר איתך.\n- החלטת לנוח.\nמה תנסי קודם?\nבחום,\nדנה";
        let draft = Draft::read(text, &[]);
        assert_eq!(draft.language, Some("he"));
        assert_eq!(draft.greeting.as_deref(), Some("היי {client},"));
        assert_eq!(draft.question.as_deref(), Some("מה תנסי קודם?"));
        assert_eq!(draft.sign_off.as_deref(), Some("בחום,\nדנה"));
        assert_eq!(
            Draft::read("מאיה יקרה,\nהיה טוב לדבר איתך.", &[]).greeting.as_deref(),
            Some("{client} יקרה,")
        );
    }

    #[test]
    fn what_is_no_frame_is_body() {
        for text in [
            "She said hi to the team, and left.\nThe plan is good.",
            "The best thing about it was the walk.\nThank you was all that she said to him then.",
            "- Where do you want to be in a year?",
        ] {
            let draft = Draft::read(text, &[]);
            let frame = (draft.greeting, draft.question, draft.sign_off);
            assert_eq!(frame, (None, None, None), "{text}");
        }
        let everybody = Draft::read("Hi everyone,\nThis is what we said.", &[]);
        assert_eq!(everybody.greeting.as_deref(), Some("Hi everyone,"));
        let plain = Draft::read("Dear Dr Amsel,\nThis is it.\nTalk soon", &["Amsel"]);
        assert_eq!(plain.greeting.as_deref(), Some("Dear Dr {client},"));
        assert_eq!(plain.sign_off.as_deref(), Some("Talk soon"));
    }
}
