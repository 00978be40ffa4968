//! What of a profile can be followed without a language model.
//!
//! Invariant: a person's words stay as they are. Quotes are not touched, nor what stands in
//! quotation marks, nor a point that says a quote's very words.

use super::describe::followed;
use super::draft::Draft;
use super::lists;
use super::marks;
use super::spelling;
use debrief_domain::summary::content::Content;
use debrief_domain::summary::text::{Layout, Style};
use debrief_domain::voice::{CLIENT, Habit, Mark, Profile, Spelling};
use unicode_segmentation::UnicodeSegmentation;

/// Returns the form of text that a profile asks for; `style` where it does not say.
pub fn style(profile: &Profile, language: Option<&str>, style: Style) -> Style {
    let mut style = style;
    for rule in followed(profile, primary(language)).into_iter().rev() {
        match rule.habit {
            Some(Habit::Headings { used }) => style.headings = used,
            Some(Habit::Laid { layout: Layout::List }) => style.layout = Layout::List,
            Some(Habit::Laid { layout: Layout::Prose }) => style.layout = Layout::Prose,
            _ => {}
        }
    }
    style
}

/// Returns the summary as far as the rules of a profile can be followed without a language model:
/// greeting, closing question and sign-off, replaced words, spelling, exclamation marks, emoji and
/// contractions. `client` is the name by which the client is greeted.
///
/// Applying it again changes nothing.
pub fn apply(profile: &Profile, content: &Content, client: Option<&str>) -> Content {
    let mut content = content.clone();
    let language = content.language.clone().or_else(|| {
        let texts: Vec<&str> = content.points().iter().map(|(_, p)| p.text.as_str()).collect();
        super::draft::language(&texts.join(" ")).map(str::to_owned)
    });
    let habits: Vec<Habit> = followed(profile, primary(language.as_deref()))
        .into_iter()
        .filter_map(|rule| rule.habit)
        .collect();
    for (_, point) in content.points_mut() {
        let verbatim = point.quotes.iter().any(|quote| quote.text.trim() == point.text.trim());
        if !verbatim {
            point.text = reworded(&point.text, &habits);
        }
    }
    for own in [&mut content.opening, &mut content.closing].into_iter().flatten() {
        *own = reworded(own, &habits);
    }
    content.opening = opening(content.opening.as_deref(), &habits, client);
    content.closing = closing(content.closing.as_deref(), &habits, client);
    content
}

fn primary(language: Option<&str>) -> Option<&str> {
    language.and_then(|tag| tag.split(['-', '_']).next())
}

/// Returns words with the client's name; nothing if they are about a name that is unknown.
fn named(text: &str, client: Option<&str>) -> Option<String> {
    match client {
        Some(client) => Some(text.replace(CLIENT, client)),
        None if !text.contains(CLIENT) => Some(text.to_owned()),
        None => {
            let text = text.replace(&format!(", {CLIENT}"), "").replace(&format!(" {CLIENT}"), "");
            let says = !text.contains(CLIENT) && text.chars().any(char::is_alphanumeric);
            says.then_some(text)
        }
    }
}

fn opening(text: Option<&str>, habits: &[Habit], client: Option<&str>) -> Option<String> {
    let rule = habits.iter().find_map(|habit| match habit {
        Habit::Greeting { text } => Some(text),
        _ => None,
    });
    let Some(greeting) = rule else { return text.map(str::to_owned) };
    let greeting = greeting.as_deref().and_then(|text| named(text, client));
    let rest = text.map(|text| {
        let names: Vec<&str> = client.into_iter().collect();
        let is_greeting = |line: &str| {
            Some(line) == greeting.as_deref().and_then(|text| text.lines().next())
                || Draft::read(&format!("{line}\n."), &names).greeting.is_some()
        };
        let mut lines: Vec<&str> = text.lines().collect();
        if lines.first().is_some_and(|line| is_greeting(line.trim())) {
            lines.remove(0);
            // The further lines of a greeting that is there already.
            for line in greeting.iter().flat_map(|text| text.lines().skip(1)) {
                if lines.first().is_some_and(|first| first.trim() == line) {
                    lines.remove(0);
                }
            }
        }
        lines.join("\n").trim().to_owned()
    });
    joined([greeting, rest], "\n")
}

fn closing(text: Option<&str>, habits: &[Habit], client: Option<&str>) -> Option<String> {
    let sign_off = habits.iter().find_map(|habit| match habit {
        Habit::SignOff { text } => Some(text.as_deref()),
        _ => None,
    });
    let question = habits.iter().find_map(|habit| match habit {
        Habit::ClosingWords { text } => Some(Some(text.as_str())),
        Habit::ClosingQuestion { used: false } => Some(None),
        _ => None,
    });
    if sign_off.is_none() && question.is_none() {
        return text.map(str::to_owned);
    }
    let names: Vec<&str> = client.into_iter().collect();
    let own = text.unwrap_or_default();
    // A line before it, so that a sign-off alone is seen as one.
    let draft = Draft::read(&format!("- .\n{own}"), &names);
    let mut lines: Vec<&str> =
        own.lines().map(str::trim).skip_while(|line| line.is_empty()).collect();
    let signs = draft.sign_off.as_deref().map_or(0, |text| text.lines().count());
    let was_signed = last_lines(&mut lines, signs);
    let was_asked = draft.question.and_then(|_| last_sentence(&mut lines));
    let rest = lines.join("\n").trim().to_owned();
    let named = |text: Option<&str>| text.and_then(|text| named(text, client));
    let asked = question.map_or(was_asked, named);
    let signed = sign_off.map_or(was_signed, named);
    joined([Some(rest), asked, signed], "\n\n")
}

/// Takes away so many lines that are not empty from the end.
fn last_lines(lines: &mut Vec<&str>, count: usize) -> Option<String> {
    let mut taken = Vec::new();
    while taken.len() < count {
        taken.extend(lines.pop().filter(|line| !line.is_empty()));
        if lines.is_empty() {
            break;
        }
    }
    taken.reverse();
    (!taken.is_empty()).then(|| taken.join("\n"))
}

/// Takes the last sentence away from the end.
fn last_sentence(lines: &mut Vec<&str>) -> Option<String> {
    while lines.last().is_some_and(|line| line.is_empty()) {
        lines.pop();
    }
    let line = lines.pop()?;
    let (at, sentence) = line
        .split_sentence_bound_indices()
        .filter(|(_, sentence)| sentence.chars().any(char::is_alphanumeric))
        .last()?;
    lines.push(line[..at].trim_end());
    Some(line[at..].trim().to_owned()).filter(|_| !sentence.is_empty())
}

fn joined<const N: usize>(parts: [Option<String>; N], by: &str) -> Option<String> {
    let parts: Vec<String> = parts.into_iter().flatten().filter(|part| !part.is_empty()).collect();
    (!parts.is_empty()).then(|| parts.join(by))
}

/// Passes over a text: what one habit leaves may be for another to change.
const PASSES: usize = 4;

/// Returns words as the habits have them, but for what stands in quotation marks.
fn reworded(text: &str, habits: &[Habit]) -> String {
    let mut text = text.to_owned();
    for _ in 0..PASSES {
        let next = outside_quotation_marks(&text, |part| {
            habits.iter().fold(part.to_owned(), |part, habit| match habit {
                Habit::Words { from, to } => replaced(&part, from, to),
                Habit::Spelled { spelling } => respelled(&part, *spelling),
                Habit::Marks { mark: Mark::Exclamation, used: false } => {
                    marks::without_exclamations(&part)
                }
                Habit::Emoji { used: false } => marks::without_emoji(&part),
                Habit::Contractions { used: false } => expanded(&part),
                _ => part,
            })
        });
        if next == text {
            break;
        }
        text = next;
    }
    text
}

/// Returns a text with its parts outside quotation marks changed.
fn outside_quotation_marks(text: &str, change: impl Fn(&str) -> String) -> String {
    const PAIRS: &[(char, char)] =
        &[('“', '”'), ('"', '"'), ('«', '»'), ('„', '“'), ('״', '״'), ('‘', '’')];
    let mut result = String::with_capacity(text.len());
    let mut from = 0;
    let mut at = 0;
    while let Some(c) = text[at..].chars().next() {
        let next = at + c.len_utf8();
        // A mark within a word is no quotation mark: in Hebrew it makes an acronym of it.
        let within = text[..at].ends_with(char::is_alphanumeric);
        let close = PAIRS.iter().find(|(open, _)| *open == c && !within);
        match close
            .and_then(|(_, close)| Some(next + text[next..].find(*close)? + close.len_utf8()))
        {
            Some(end) => {
                result.push_str(&change(&text[from..at]));
                result.push_str(&text[at..end]);
                (from, at) = (end, end);
            }
            None => at = next,
        }
    }
    result.push_str(&change(&text[from..]));
    result
}

/// Returns a text with words in place of others: whole words in any case, a capital where there
/// was one.
fn replaced(text: &str, from: &str, to: &str) -> String {
    let wanted: Vec<&str> = from.split(' ').collect();
    let words: Vec<(usize, &str)> = text.unicode_word_indices().collect();
    let mut result = String::with_capacity(text.len());
    let (mut done, mut at) = (0, 0);
    // Whether what began a sentence is gone, so that the next word begins it.
    let mut begins = false;
    let mut push = |part: &str, begins: &mut bool| match part.is_empty() {
        true => {}
        false if std::mem::take(begins) => result.push_str(&capitalized(part)),
        false => result.push_str(part),
    };
    while at + wanted.len() <= words.len() {
        let window = &words[at..at + wanted.len()];
        let same =
            window.iter().zip(&wanted).all(|((_, word), part)| lists::folded(word) == **part);
        // Words of a phrase have nothing but a space between them.
        let close = window.windows(2).all(|pair| {
            text[pair[0].0 + pair[0].1.len()..pair[1].0].chars().all(char::is_whitespace)
        });
        if !same || !close {
            at += 1;
            continue;
        }
        let (begin, last) = (window[0].0, window[window.len() - 1]);
        let end = last.0 + last.1.len();
        let capital = window[0].1.starts_with(char::is_uppercase);
        let (before, after) = (&text[done..begin], &text[end..]);
        if to.is_empty() {
            let ends = after.trim_start().is_empty() || after.starts_with(['.', '?', '!']);
            push(if ends { before.trim_end() } else { before }, &mut begins);
            begins |= capital;
            done = end + after.len() - after.trim_start_matches([' ', ',']).len();
        } else {
            push(before, &mut begins);
            push(&if capital { capitalized(to) } else { to.to_owned() }, &mut begins);
            done = end;
        }
        at += wanted.len();
    }
    push(&text[done..], &mut begins);
    result
}

fn capitalized(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map_or_else(String::new, |first| first.to_uppercase().chain(chars).collect())
}

fn respelled(text: &str, to: Spelling) -> String {
    by_word(text, |lower| spelling::respelled(lower, to))
}

fn expanded(text: &str) -> String {
    by_word(text, |lower| marks::expanded(lower).map(str::to_owned))
}

fn by_word(text: &str, change: impl Fn(&str) -> Option<String>) -> String {
    let mut result = String::with_capacity(text.len());
    for part in text.split_word_bounds() {
        match change(&lists::folded(part)) {
            // Words all in capitals are names.
            Some(_) if part.len() > 1 && part.chars().all(char::is_uppercase) => {
                result.push_str(part);
            }
            Some(new) if part.starts_with(char::is_uppercase) => {
                result.push_str(&capitalized(&new))
            }
            Some(new) => result.push_str(&new),
            None => result.push_str(part),
        }
    }
    result
}

#[cfg(test)]
mod tests {
    use super::*;
    use debrief_domain::summary::content::{Method, Point, Quote};

    fn profile(rules: &[&str]) -> Profile {
        let mut profile = Profile::default();
        for rule in rules {
            profile.add_rule(rule).unwrap();
        }
        profile
    }

    fn content(text: &str) -> Content {
        let point = Point { text: text.to_owned(), ..Point::default() };
        Content {
            language: Some("en-US".to_owned()),
            decisions: vec![point],
            ..Content::empty(Method::LanguageModel)
        }
    }

    const FRAME: &[&str] = &[
        "Begin with the greeting “Hi {client},”.",
        "End with the question “What will you try first?”, before the sign-off.",
        "End with the sign-off “Warmly, / Dana”.",
    ];

    #[test]
    fn the_frame_is_set_once() {
        let profile = profile(FRAME);
        let once = apply(&profile, &content("You will rest."), Some("Maya"));
        assert_eq!(once.opening.as_deref(), Some("Hi Maya,"));
        assert_eq!(once.closing.as_deref(), Some("What will you try first?\n\nWarmly,\nDana"));
        assert_eq!(apply(&profile, &once, Some("Maya")), once);
        let other = Content {
            opening: Some("Dear Maya,\nIt was good to talk.".to_owned()),
            closing: Some("Until then, all is well.\nBest regards,\nD.".to_owned()),
            ..content("You will rest.")
        };
        let set = apply(&profile, &other, Some("Maya"));
        assert_eq!(set.opening.as_deref(), Some("Hi Maya,\nIt was good to talk."));
        assert_eq!(
            set.closing.as_deref(),
            Some("Until then, all is well.\n\nWhat will you try first?\n\nWarmly,\nDana")
        );
        let nameless = apply(&profile, &content("You will rest."), None);
        assert_eq!(nameless.opening.as_deref(), Some("Hi,"));
    }

    #[test]
    fn words_follow_the_rules_outside_quotes_alone() {
        let profile = profile(&[
            "Write “use”, never “utilize”.",
            "Leave out “really”.",
            "Use no exclamation marks.",
            "Use British spelling.",
            "Use no contractions.",
            "Use no emoji.",
        ]);
        let says = |text: &str| apply(&profile, &content(text), None).decisions[0].text.clone();
        assert_eq!(
            says("Utilize the organizer! Really, I don't see “we utilize color!” as really bad 🎉"),
            "Use the organiser. I do not see “we utilize color!” as bad"
        );
        assert_eq!(says("He utilizes it."), "He utilises it.", "another form is another word");
        let mut quoted = content("We utilize color!");
        quoted.decisions[0].quotes = vec![Quote {
            text: "We utilize color!".to_owned(),
            turn: 0,
            speaker: None,
            start_ms: None,
        }];
        assert_eq!(apply(&profile, &quoted, None), quoted, "a person's own words");
        quoted.decisions[0].text = "They utilize color!".to_owned();
        let after = apply(&profile, &quoted, None);
        assert_eq!(after.decisions[0].text, "They use colour.");
        assert_eq!(after.decisions[0].quotes, quoted.decisions[0].quotes);
    }

    #[test]
    fn the_form_follows_the_rules() {
        let profile = profile(&["Use no headings.", "Write paragraphs, not lists."]);
        let set = style(&profile, Some("en"), Style::default());
        assert!(!set.headings && set.layout == Layout::Prose);
        assert_eq!(style(&Profile::default(), Some("en"), set), set);
    }

    proptest::proptest! {
        #[test]
        fn applying_it_again_changes_nothing(
            texts in proptest::collection::vec(proptest::collection::vec(0usize..26, 0..12), 3),
        ) {
            const PARTS: &[&str] = &[
                "Hi ", "Dear ", "Maya", ",", "!", "?", "\n", "\n\n", "Warmly,", "Dana", "she ",
                "utilize ", "Really", " color ", "don't ", "“we utilize!” ", " \"color\" ", "it isn't ", "🎉", "…", ". ",
                "What will you try first?", "Best,\n", "it is so", " and ", "- ",
            ];
            let profile = profile(&[
                FRAME,
                &[
                    "Write “use”, never “utilize”.",
                    "Leave out “really”.",
                    "Use no exclamation marks.",
                    "Use British spelling.",
                    "Use no contractions.",
                    "Use no emoji.",
                ],
            ].concat());
            let text = |at: usize| texts[at].iter().map(|part| PARTS[*part]).collect::<String>();
            let content = Content { opening: Some(text(1)), closing: Some(text(2)), ..content(&text(0)) };
            let once = apply(&profile, &content, Some("Maya"));
            proptest::prop_assert_eq!(apply(&profile, &once, Some("Maya")), once);
        }
    }
}
