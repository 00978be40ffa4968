use super::*;
use debrief_domain::summary::text::Layout;
use debrief_domain::voice::{Habit, LessonState, Mark, Person, Spelling, Stance};

const SAMPLES: &[&str] = &[
    "Hi Maya,\n\nYou did well today: rest, walks and sleep came first. You organised the small \
     steps that we talked about, and you need not colour them in. Small steps are enough.\n\nWhat \
     will you try first?\n\nWarmly,\nDana",
    "Hi Tomas,\n\nYou spoke about your team, your hopes and your fears. You don't need to fix it \
     all, and small steps will get you there. I think that you need time and favourite places.\n\n\
     What will you try first?\n\nWarmly,\nDana",
    "Hi Noor,\n\nYou have a plan now, and small steps to get going. You need to ask for help on \
     the way, and I don't think that it's a weakness. Your behaviour shows it.\n\nWhat will you \
     try first?\n\nWarmly,\nDana",
];

fn has(profile: &Profile, habit: &Habit) -> Option<(u32, u32)> {
    profile.traits.iter().find(|found| found.habit == *habit).map(|found| (found.seen, found.of))
}

#[test]
fn traits_are_measured_in_texts() {
    let profile = train(SAMPLES, &[]);
    let text = |text: &str| Some(text.to_owned());
    for (habit, seen, of) in [
        (Habit::Greeting { text: text("Hi {client},") }, 3, 3),
        (Habit::SignOff { text: text("Warmly,\nDana") }, 3, 3),
        (Habit::ClosingWords { text: "What will you try first?".to_owned() }, 3, 3),
        (Habit::ClosingQuestion { used: true }, 3, 3),
        (Habit::Person { person: Person::Second }, 3, 3),
        (Habit::Spelled { spelling: Spelling::British }, 4, 4),
        (Habit::Marks { mark: Mark::Exclamation, used: false }, 3, 3),
        (Habit::Marks { mark: Mark::OxfordComma, used: false }, 1, 1),
        (Habit::Headings { used: false }, 3, 3),
        (Habit::Laid { layout: Layout::Prose }, 3, 3),
        (Habit::Contractions { used: true }, 3, 4),
        (Habit::Phrase { text: "small steps".to_owned() }, 3, 3),
        (Habit::Words { from: "require".to_owned(), to: "need".to_owned() }, 4, 4),
    ] {
        let found = has(&profile, &habit);
        assert!(found.is_some(), "{habit:?} in {:#?}", profile.traits);
        if !matches!(
            habit,
            Habit::Contractions { .. } | Habit::Marks { mark: Mark::OxfordComma, .. }
        ) {
            assert_eq!(found, Some((seen, of)), "{habit:?}");
        }
    }
    let rules: Vec<String> =
        followed(&profile, Some("en")).into_iter().map(|rule| rule.text).collect();
    for rule in [
        "Begin with the greeting “Hi {client},”.",
        "End with the sign-off “Warmly, / Dana”.",
        "Address the client as “you”.",
        "Use British spelling.",
        "Use no exclamation marks.",
    ] {
        assert!(rules.iter().any(|known| known == rule), "{rule} in {rules:#?}");
    }
    assert_eq!(train(&[], &[]), Profile::default());
}

#[test]
fn passages_name_nobody_and_no_number() {
    let profile = train(SAMPLES, &[]);
    assert!(!profile.passages.is_empty());
    let secret = "Hi Maya,\nYou told Omer that the 40 people of Initech will hear of it in the \
                  spring, and that is that.\nWarmly";
    assert_eq!(train(&[secret], &[]).passages, []);
    let hebrew = "היי מאיה,\nדיברנו היום על הצעדים הקטנים שאפשר לעשות בכל יום גם כשקשה מאוד וגם \
                  כשאין כוח.\nבחום,\nדנה";
    assert_eq!(train(&[hebrew], &[]).passages.len(), 1);
    let named = hebrew.replace("דיברנו", "דיברנו מאיה");
    assert_eq!(train(&[&named], &[]).passages, [], "the name that is greeted is known");
}

#[test]
fn hebrew_texts_have_traits_too() {
    let texts = [
        "היי מאיה,\nהחלטת לנוח יותר, וזה הצעד שלך. את יודעת מה טוב לך!\nמה תנסי קודם?\nבחום,\nדנה",
        "היי עומר,\nדיברת על הצוות שלך ועל מה שחשוב לך.\nמה תנסה קודם?\nבחום,\nדנה",
        "היי נועה,\nהשבוע שלך היה קשה, ואת המשכת.\nמה תנסי קודם?\nבחום,\nדנה",
    ];
    let profile = train(&texts, &[]);
    let text = |text: &str| Some(text.to_owned());
    assert_eq!(has(&profile, &Habit::Greeting { text: text("היי {client},") }), Some((3, 3)));
    assert_eq!(has(&profile, &Habit::SignOff { text: text("בחום,\nדנה") }), Some((3, 3)));
    assert_eq!(has(&profile, &Habit::Person { person: Person::Second }), Some((3, 3)));
    let rules = followed(&profile, Some("he"));
    assert!(rules.iter().any(|rule| rule.text == "Begin with the greeting “היי {client},”."));
    let english = followed(&profile, Some("en"));
    assert!(english.iter().all(|rule| !rule.text.contains("היי")), "a greeting is of its language");
}

/// What is learned from edits of drafts.
fn learned(edits: &[(&str, &str)]) -> Profile {
    let mut profile = Profile::default();
    for (session, (generated, approved)) in edits.iter().enumerate() {
        let session = session.to_string();
        let names = &["Maya", "מאיה"];
        learn(&mut profile, &Edited { session: &session, names, generated, approved });
    }
    profile
}

fn rules(profile: &Profile) -> Vec<String> {
    profile.lessons.iter().filter(|l| l.is_followed()).map(|l| words(&l.habit)).collect()
}

#[test]
fn habits_are_learned_from_two_sessions() {
    let first = (
        "## Decisions\n\n- Maya will utilize the calendar to organize her week!\n- Maya wants to rest.",
        "Hi Maya,\n\n- You will use the calendar to organise your week.\n- You want to rest.\n\n\
         What comes first?\n\nWarmly,\nDana",
    );
    let second = (
        "## Decisions\n\n- Maya has decided to utilize her color codes!\n- She sleeps more now.",
        "Hi Maya,\n\n- You have decided to use your colour codes.\n- You sleep more now.\n\n\
         What comes first?\n\nWarmly,\nDana",
    );
    assert_eq!(rules(&learned(&[first])), Vec::<String>::new(), "one session teaches nothing");
    let profile = learned(&[first, second]);
    let mut rules = rules(&profile);
    rules.sort();
    assert_eq!(
        rules,
        [
            "Address the client as “you”.",
            "Begin with the greeting “Hi {client},”.",
            "End with a question to the client, before the sign-off.",
            "End with the question “What comes first?”, before the sign-off.",
            "End with the sign-off “Warmly, / Dana”.",
            "Use British spelling.",
            "Use no exclamation marks.",
            "Use no headings.",
            "Write “use”, never “utilize”.",
        ]
    );
    let whys: Vec<String> = describe(&profile).into_iter().map(|rule| rule.why).collect();
    assert!(whys.iter().any(|why| why == "You replaced “utilize” with “use” in 2 of 2 sessions."));
}

#[test]
fn facts_are_never_learned() {
    let edits = [
        (
            "Maya met Tomas on Monday at 3 to talk about it.",
            "Maya met Omer on Friday at 4 to talk about it.",
        ),
        (
            "Maya met Tomas on Monday at 3 to plan the week.",
            "Maya met Omer on Friday at 4 to plan the week.",
        ),
        (
            "Maya will call Tomas.",
            "Maya will call Omer. He is in Berlin until May, and then she can visit.",
        ),
    ];
    let profile = learned(&edits);
    assert_eq!(profile.lessons, [], "no number, name, time or added sentence");
    // The same edits of a word that is none of these are learned.
    let taste = [
        ("Maya will utilize it to plan the week.", "Maya will use it to plan the week."),
        ("Maya can utilize it for the next talk.", "Maya can use it for the next talk."),
    ];
    assert_eq!(rules(&learned(&taste)), ["Write “use”, never “utilize”."]);
}

#[test]
fn a_word_that_is_left_contradicts() {
    let edit = ("Maya will utilize it to plan the week.", "Maya will use it to plan the week.");
    let left = ("Maya will utilize it to plan the week.", "Maya will utilize it to plan her week.");
    let mut edits = vec![edit, edit];
    assert_eq!(rules(&learned(&edits)).len(), 1);
    edits.extend([left, left]);
    let profile = learned(&edits);
    assert_eq!(profile.lessons[0].state(), LessonState::Contradicted);
    assert_eq!(profile.lessons[0].count(Stance::Against), 2);
    assert_eq!(
        why_learned(&profile.lessons[0]),
        "You replaced “utilize” with “use” in 2 of 4 sessions."
    );
}

#[test]
fn a_word_with_two_words_in_its_place_is_no_habit() {
    let edit = (
        "Maya will utilize it to plan the week. Maya can utilize it for the next talk too.",
        "Maya will use it to plan the week. Maya can apply it for the next talk too.",
    );
    assert_eq!(learned(&[edit, edit]).lessons, []);
}

#[test]
fn hebrew_edits_are_learned() {
    let edits = [
        (
            "## החלטות\n\n- מאיה החליטה לבצע הפסקה באמצע היום!\n- מאיה תדבר עם המנהל.",
            "היי מאיה,\n\n- החלטת לעשות הפסקה באמצע היום.\n- את תדברי עם המנהל.\n\nבחום,\nדנה",
        ),
        (
            "## החלטות\n\n- מאיה רוצה לבצע שינוי בשגרה!\n- מאיה מבינה את זה.",
            "היי מאיה,\n\n- את רוצה לעשות שינוי בשגרה.\n- את מבינה את זה.\n\nבחום,\nדנה",
        ),
    ];
    let rules = rules(&learned(&edits));
    for rule in [
        "Begin with the greeting “היי {client},”.",
        "End with the sign-off “בחום, / דנה”.",
        "Address the client as “you”.",
        "Use no exclamation marks.",
        "Use no headings.",
        "Write “לעשות”, never “לבצע”.",
    ] {
        assert!(rules.iter().any(|known| known == rule), "{rule} in {rules:?}");
    }
}

#[test]
fn a_name_is_in_no_lesson() {
    let edit = ("Maya will rest at home.", "Hi Maya,\nYou will rest at home.\nTake care, Maya");
    let profile = learned(&[edit, edit]);
    for rule in describe(&profile) {
        assert!(!rule.text.contains("Maya"), "{}", rule.text);
    }
}

#[test]
fn long_texts_are_read_in_bounded_time() {
    let long = "Maya will utilize the calendar to plan the week. ".repeat(5_000);
    let other = long.replace("utilize", "use");
    let names = &["Maya"];
    let edited = Edited { session: "1", names, generated: &long, approved: &other };
    let begun = std::time::Instant::now();
    learn(&mut Profile::default(), &edited);
    assert!(begun.elapsed().as_secs() < 20, "{:?}", begun.elapsed());
}

proptest::proptest! {
    #[test]
    fn no_text_breaks_it(parts in proptest::collection::vec(0usize..40, 0..24)) {
        const PARTS: &[&str] = &[
            "Hi ", "Dear ", "Maya", "’s", ",", "!", "?", "\n", "\n\n", "## ", "- ", "**", "\\", "1. ",
            "Warmly,", "Dana", "she ", "you ", "utilize ", "use ", "color ", "colour ", "İ", "ß", "ﬁ",
            "היי ", "מאיה ", "יקרה,", "בחום,", "“", "”", "\"", "🎉", "\u{200F}", "don't ", "do not ",
            "…", "—", ":", ". ",
        ];
        let text: String = parts.iter().map(|at| PARTS[*at]).collect();
        let mirrored: String = parts.iter().rev().map(|at| PARTS[*at]).collect();
        let mut profile = train(&[&text, &mirrored], &["Maya"]);
        for session in ["1", "2"] {
            let edited = Edited { session, names: &["Maya"], generated: &text, approved: &mirrored };
            learn(&mut profile, &edited);
        }
        for rule in describe(&profile) {
            proptest::prop_assert!(!rule.text.is_empty());
        }
        let mut content = debrief_domain::summary::content::Content::empty(
            debrief_domain::summary::content::Method::LanguageModel,
        );
        content.opening = Some(text.clone()).filter(|text| !text.trim().is_empty());
        content.closing = Some(mirrored);
        content.overview = vec![debrief_domain::summary::content::Point {
            text,
            ..Default::default()
        }];
        let quotes = content.overview[0].quotes.clone();
        let applied = apply(&profile, &content, Some("Maya"));
        proptest::prop_assert_eq!(&applied.overview[0].quotes, &quotes);
    }
}
