//! A profile in plain words: rules that go into the prompt, each with the reason for it.
//!
//! Invariants:
//! - About one subject there is one rule: the coach's own, else what was learned, else what was
//!   measured.
//! - [`parse`] reads what [`words`] says, so that a rule that the coach changes in its quoted words
//!   alone is followed without a language model too.

use debrief_domain::summary::text::Layout;
use debrief_domain::voice::{
    Habit, Lesson, Mark, Origin, Person, Profile, Rule, Spelling, Stance, Trait,
};
use std::collections::HashSet;

/// Least confidence of a trait that becomes a rule, in percent: that of two of two, not of one of one.
const SURE: u8 = 50;
/// Most rules that are described.
pub const RULES_MAX: usize = 60;

/// Returns the rules of a profile, the most binding first: the coach's own, those learned from
/// edits, those measured in texts.
pub fn describe(profile: &Profile) -> Vec<Rule> {
    let mut rules: Vec<Rule> = Vec::new();
    let mut subjects: HashSet<(Option<String>, String)> = HashSet::new();
    for own in &profile.own {
        rules.push(coach_rule(profile, &own.id, &own.text, String::new(), None));
    }
    let learned = profile.lessons.iter().map(|lesson| {
        let followed = lesson.is_followed();
        (
            lesson.id.clone(),
            &lesson.habit,
            &lesson.language,
            why_learned(lesson),
            Origin::Learned,
            followed,
        )
    });
    let measured = profile.traits.iter().map(|found| {
        let id = Profile::rule_id(&found.habit, found.language.as_deref());
        let clear = found.confidence >= SURE && is_worth_a_rule(found);
        (id, &found.habit, &found.language, why_measured(found), Origin::Measured, clear)
    });
    let found: Vec<_> = learned.chain(measured).collect();
    for (id, _, language, why, ..) in &found {
        if let Some(text) = profile.edited.get(id)
            && !rules.iter().any(|rule| rule.id == *id)
        {
            rules.push(coach_rule(profile, id, text, why.clone(), (*language).clone()));
        }
    }
    for rule in rules.iter().filter(|rule| rule.on) {
        if let Some(habit) = &rule.habit {
            subjects.insert((rule.language.clone(), habit.subject()));
            // A rule of the coach's that names no language is one for all.
            if rule.language.is_none() {
                subjects.extend(["en", "he"].map(|tag| (Some(tag.to_owned()), habit.subject())));
            }
        }
    }
    for (id, habit, language, why, origin, clear) in found {
        let subject = (language.clone(), habit.subject());
        if !clear || rules.iter().any(|rule| rule.id == id) || subjects.contains(&subject) {
            continue;
        }
        let on = !profile.off.contains(&id);
        if on {
            subjects.insert(subject);
        }
        let (text, language, habit) = (words(habit), language.clone(), Some(habit.clone()));
        rules.push(Rule { id, text, why, origin, on, language, habit });
    }
    // The question itself says that there is one.
    let asks = |rule: &Rule| matches!(rule.habit, Some(Habit::ClosingWords { .. })) && rule.on;
    if rules.iter().any(asks) {
        rules.retain(|rule| rule.habit != Some(Habit::ClosingQuestion { used: true }));
    }
    rules.truncate(RULES_MAX);
    rules
}

/// Returns the rules that are followed in a text of this language, by its primary subtag.
pub fn followed(profile: &Profile, language: Option<&str>) -> Vec<Rule> {
    let fits =
        |rule: &Rule| rule.on && (rule.language.is_none() || rule.language.as_deref() == language);
    describe(profile).into_iter().filter(fits).collect()
}

fn coach_rule(
    profile: &Profile,
    id: &str,
    text: &str,
    why: String,
    language: Option<String>,
) -> Rule {
    Rule {
        id: id.to_owned(),
        text: text.to_owned(),
        why,
        origin: Origin::Coach,
        on: !profile.off.contains(id),
        language,
        habit: parse(text),
    }
}

/// Whether a trait tells a writer what to do. That somebody uses no semicolons, or now and then a
/// dash, does not.
fn is_worth_a_rule(found: &Trait) -> bool {
    match &found.habit {
        Habit::Marks { mark: Mark::Semicolon, .. } => false,
        Habit::Marks { mark: Mark::Dash | Mark::Ellipsis, used } => !used,
        _ => true,
    }
}

/// Returns the rule that a habit gives, in plain words.
pub fn words(habit: &Habit) -> String {
    let line = |text: &str| text.replace('\n', " / ");
    match habit {
        Habit::Greeting { text: Some(text) } => {
            format!("Begin with the greeting “{}”.", line(text))
        }
        Habit::Greeting { text: None } => "Begin without a greeting.".to_owned(),
        Habit::SignOff { text: Some(text) } => format!("End with the sign-off “{}”.", line(text)),
        Habit::SignOff { text: None } => "End without a sign-off.".to_owned(),
        Habit::ClosingQuestion { used: true } => {
            "End with a question to the client, before the sign-off.".to_owned()
        }
        Habit::ClosingQuestion { used: false } => "Do not end with a question.".to_owned(),
        Habit::ClosingWords { text } => {
            format!("End with the question “{}”, before the sign-off.", line(text))
        }
        Habit::Person { person: Person::Second } => "Address the client as “you”.".to_owned(),
        Habit::Person { person: Person::Third } => {
            "Write about the client in the third person.".to_owned()
        }
        Habit::Person { person: Person::First } => "Write of coach and client as “we”.".to_owned(),
        Habit::Words { from, to } if to.is_empty() => format!("Leave out “{from}”."),
        Habit::Words { from, to } => format!("Write “{to}”, never “{from}”."),
        Habit::Phrase { text } => format!("Use “{text}” where it fits."),
        Habit::Marks { mark, used } => {
            let mark = match mark {
                Mark::Exclamation => "exclamation marks",
                Mark::Dash => "dashes",
                Mark::Ellipsis => "ellipses",
                Mark::Semicolon => "semicolons",
                Mark::OxfordComma => "commas before “and” in enumerations",
            };
            format!("Use {}{mark}.", if *used { "" } else { "no " })
        }
        Habit::Emoji { used } => format!("Use {}emoji.", if *used { "" } else { "no " }),
        Habit::Contractions { used } => {
            format!("Use {}contractions.", if *used { "" } else { "no " })
        }
        Habit::Spelled { spelling: Spelling::British } => "Use British spelling.".to_owned(),
        Habit::Spelled { spelling: Spelling::American } => "Use American spelling.".to_owned(),
        Habit::Headings { used } => format!("Use {}headings.", if *used { "" } else { "no " }),
        Habit::Laid { layout: Layout::List } => "Write points as a list.".to_owned(),
        Habit::Laid { layout: Layout::Prose } => "Write paragraphs, not lists.".to_owned(),
        Habit::SentenceLength { mean, spread } => {
            format!("Write sentences of about {mean} words, give or take {spread}.")
        }
        Habit::Tone { formal: true } => "Keep a formal tone.".to_owned(),
        Habit::Tone { formal: false } => "Keep an informal tone.".to_owned(),
    }
}

/// Returns what a rule in plain words means, if it is one that [`words`] says, with any words in
/// its quotation marks.
pub fn parse(text: &str) -> Option<Habit> {
    let text = text.trim();
    let mut parts: Vec<String> = Vec::new();
    let mut form = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(open) = rest.find(['“', '"']) {
        let close_mark = if rest[open..].starts_with('“') { '”' } else { '"' };
        let from = open + rest[open..].chars().next()?.len_utf8();
        let to = from + rest[from..].find(close_mark)?;
        form.push_str(&rest[..open]);
        form.push('“');
        parts.push(rest[from..to].trim().to_owned());
        rest = &rest[to + close_mark.len_utf8()..];
    }
    form.push_str(rest);
    let form = form.trim_end_matches('.').to_lowercase();
    let lines = |text: &str| text.replace(" / ", "\n");
    let lower = |text: &str| super::lists::folded(text);
    let quoted: Vec<&str> = parts.iter().map(String::as_str).collect();
    let habit = match (form.as_str(), quoted.as_slice()) {
        ("begin with the greeting “", [text]) => Habit::Greeting { text: Some(lines(text)) },
        ("end with the sign-off “", [text]) => Habit::SignOff { text: Some(lines(text)) },
        ("end with the question “, before the sign-off", [text]) => {
            Habit::ClosingWords { text: lines(text) }
        }
        ("address the client as “", ["you"]) => Habit::Person { person: Person::Second },
        ("write of coach and client as “", ["we"]) => Habit::Person { person: Person::First },
        ("leave out “", [from]) => Habit::Words { from: lower(from), to: String::new() },
        ("write “, never “", [to, from]) => {
            Habit::Words { from: lower(from), to: (*to).to_owned() }
        }
        ("use “ where it fits", [text]) => Habit::Phrase { text: lower(text) },
        _ => {
            let plain = |habit: &Habit| words(habit).trim_end_matches('.').to_lowercase();
            return fixed()
                .into_iter()
                .find(|habit| plain(habit) == text.trim_end_matches('.').to_lowercase());
        }
    };
    match &habit {
        Habit::Words { from, .. } if from.is_empty() => None,
        Habit::Greeting { text: Some(text) }
        | Habit::SignOff { text: Some(text) }
        | Habit::ClosingWords { text }
        | Habit::Phrase { text }
            if text.is_empty() =>
        {
            None
        }
        _ => Some(habit),
    }
}

/// Returns the habits whose rule quotes nothing that could be changed.
fn fixed() -> Vec<Habit> {
    let mut all = vec![
        Habit::Greeting { text: None },
        Habit::SignOff { text: None },
        Habit::Person { person: Person::Third },
        Habit::Spelled { spelling: Spelling::British },
        Habit::Spelled { spelling: Spelling::American },
        Habit::Laid { layout: Layout::List },
        Habit::Laid { layout: Layout::Prose },
    ];
    for used in [true, false] {
        let marks =
            [Mark::Exclamation, Mark::Dash, Mark::Ellipsis, Mark::Semicolon, Mark::OxfordComma];
        all.extend(marks.map(|mark| Habit::Marks { mark, used }));
        all.extend([
            Habit::ClosingQuestion { used },
            Habit::Emoji { used },
            Habit::Contractions { used },
            Habit::Headings { used },
            Habit::Tone { formal: used },
        ]);
    }
    all
}

/// Returns why a lesson was learned, in plain words.
pub fn why_learned(lesson: &Lesson) -> String {
    let (seen, kept) = (lesson.count(Stance::For), lesson.count(Stance::Kept));
    let of = seen + lesson.count(Stance::Against);
    let line = |text: &str| text.replace('\n', " / ");
    let done = match &lesson.habit {
        Habit::Greeting { text: Some(text) } => format!("began with “{}”", line(text)),
        Habit::Greeting { text: None } => "removed the greeting".to_owned(),
        Habit::SignOff { text: Some(text) } => format!("signed off with “{}”", line(text)),
        Habit::SignOff { text: None } => "removed the sign-off".to_owned(),
        Habit::ClosingQuestion { used: true } => "added a closing question".to_owned(),
        Habit::ClosingQuestion { used: false } => "removed the closing question".to_owned(),
        Habit::ClosingWords { text } => format!("asked “{}” at the end", line(text)),
        Habit::Person { person: Person::Second } => "addressed the client as “you”".to_owned(),
        Habit::Person { person: Person::Third } => {
            "wrote about the client in the third person".to_owned()
        }
        Habit::Person { person: Person::First } => "wrote “we”".to_owned(),
        Habit::Words { from, to } if to.is_empty() => format!("left out “{from}”"),
        Habit::Words { from, to } => format!("replaced “{from}” with “{to}”"),
        Habit::Phrase { text } => format!("wrote “{text}”"),
        Habit::Marks { mark, used } => {
            let verb = if *used { "added" } else { "removed" };
            let mark = match mark {
                Mark::Exclamation => "exclamation marks",
                Mark::Dash => "dashes",
                Mark::Ellipsis => "ellipses",
                Mark::Semicolon => "semicolons",
                Mark::OxfordComma => "the comma before “and”",
            };
            format!("{verb} {mark}")
        }
        Habit::Emoji { used } => format!("{} emoji", if *used { "added" } else { "removed" }),
        Habit::Contractions { used: true } => "shortened words, as in “don't”".to_owned(),
        Habit::Contractions { used: false } => "wrote out contractions".to_owned(),
        Habit::Spelled { spelling: Spelling::British } => {
            "changed the spelling to British".to_owned()
        }
        Habit::Spelled { spelling: Spelling::American } => {
            "changed the spelling to American".to_owned()
        }
        Habit::Headings { used } => format!("{} headings", if *used { "added" } else { "removed" }),
        Habit::Laid { layout: Layout::List } => "made lists of paragraphs".to_owned(),
        Habit::Laid { layout: Layout::Prose } => "made paragraphs of lists".to_owned(),
        Habit::SentenceLength { mean, .. } => format!("wrote sentences of about {mean} words"),
        Habit::Tone { formal: true } => "made the tone more formal".to_owned(),
        Habit::Tone { formal: false } => "made the tone less formal".to_owned(),
    };
    let sessions = |count: usize| if count == 1 { "session" } else { "sessions" };
    let kept = match kept {
        0 => String::new(),
        kept => format!(", and left it so in {kept} more"),
    };
    format!("You {done} in {seen} of {of} {}{kept}.", sessions(of))
}

/// Returns why a trait was measured, in plain words.
pub fn why_measured(found: &Trait) -> String {
    let Trait { seen, of, .. } = found;
    match &found.habit {
        Habit::SentenceLength { .. } => format!("Measured in {of} sentences of yours."),
        Habit::Words { from, to } => {
            format!("Your texts have “{to}” {seen} times and “{from}” never.")
        }
        Habit::Phrase { .. } => format!("It is in {seen} of your {of} texts."),
        Habit::Contractions { .. } | Habit::Spelled { .. } | Habit::Tone { .. } => {
            format!("In {seen} of {of} places where your texts could have done otherwise.")
        }
        Habit::Marks { mark: Mark::OxfordComma, .. } => {
            format!("In {seen} of {of} enumerations of yours.")
        }
        _ => format!("In {seen} of {of} texts of yours."),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rules_are_read_as_they_are_written() {
        let text = |text: &str| Some(text.to_owned());
        let mut all = fixed();
        all.extend([
            Habit::Greeting { text: text("Hi {client},\nwelcome back.") },
            Habit::SignOff { text: text("Warmly,\nDana") },
            Habit::ClosingWords { text: "What next?".to_owned() },
            Habit::Person { person: Person::Second },
            Habit::Person { person: Person::First },
            Habit::Words { from: "utilize".to_owned(), to: "use".to_owned() },
            Habit::Words { from: "really".to_owned(), to: String::new() },
            Habit::Phrase { text: "small steps".to_owned() },
        ]);
        for habit in all {
            assert_eq!(parse(&words(&habit)), Some(habit.clone()), "{}", words(&habit));
        }
        for other in ["Be kind.", "Write “a”, never “”.", "Leave out “", "Begin with the greeting."]
        {
            assert_eq!(parse(other), None, "{other}");
        }
        let ascii = parse("Write \"use\", never \"Utilize\"");
        assert_eq!(ascii, Some(Habit::Words { from: "utilize".to_owned(), to: "use".to_owned() }));
    }

    #[test]
    fn the_coach_wins_over_what_was_learned_and_that_over_what_was_measured() {
        let habit = |text: &str| Habit::Greeting { text: Some(text.to_owned()) };
        let language = Some("en".to_owned());
        let mut profile = Profile::default();
        let found = Trait {
            habit: habit("Dear {client},"),
            language: language.clone(),
            seen: 9,
            of: 9,
            confidence: 84,
        };
        profile.measure(9, vec![found], Vec::new());
        let texts = |profile: &Profile| -> Vec<String> {
            followed(profile, Some("en")).into_iter().map(|rule| rule.text).collect()
        };
        assert_eq!(texts(&profile), ["Begin with the greeting “Dear {client},”."]);
        for session in ["1", "2"] {
            let (before, after) = (String::new(), String::new());
            let language = language.clone();
            let stance = Stance::For;
            let seen = debrief_domain::voice::Observation {
                habit: habit("Hi {client},"),
                language,
                stance,
                before,
                after,
            };
            profile.observe(session, vec![seen]);
        }
        assert_eq!(texts(&profile), ["Begin with the greeting “Hi {client},”."]);
        let id = describe(&profile)[0].id.clone();
        profile.edit_rule(&id, "Begin with the greeting “Hey {client}!”.").unwrap();
        assert_eq!(texts(&profile), ["Begin with the greeting “Hey {client}!”."]);
        assert_eq!(followed(&profile, Some("he")), []);
        profile.remove_rule(&id).unwrap();
        profile.add_rule("Begin without a greeting.").unwrap();
        assert_eq!(texts(&profile), ["Begin without a greeting."]);
        profile.remove_rule("own-1").unwrap();
        profile.switch_rule(&id, false).unwrap();
        assert_eq!(texts(&profile), ["Begin with the greeting “Dear {client},”."]);
        assert!(describe(&profile).iter().any(|rule| !rule.on && rule.id == id));
    }
}
