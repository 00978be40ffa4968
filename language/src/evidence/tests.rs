use super::*;
use debrief_domain::transcript::content::{Participant, Turn};
use proptest::prelude::*;

/// A session of a Wednesday, with a coach, a client, and others who are spoken of.
fn session(turns: &[(&str, &str)]) -> Content {
    let mut content = Content::default();
    for (name, role) in [("Ruth Levi", Role::Coach), ("Maya", Role::Client)] {
        content.participants.push(Participant {
            name: name.into(),
            role,
            ..Participant::default()
        });
    }
    content.turns = turns
        .iter()
        .zip(0..)
        .map(|((speaker, text), index)| Turn {
            index,
            speaker: Some((*speaker).to_owned()),
            text: (*text).to_owned(),
            ..Turn::default()
        })
        .collect();
    content
}

fn english() -> Content {
    session(&[
        ("Ruth Levi", "What happened with the weekly report?"),
        ("Maya", "I'll hand the weekly report over to Tom by Friday. It takes three hours."),
        ("Maya", "And it costs me a third of my Monday."),
        ("Ruth Levi", "So Acme's board meets tomorrow, and then again in twenty twenty-seven."),
        ("Maya", "Yes."),
        ("Maya", "I can't do 25 of them, that is fifty percent more than Sarah does."),
    ])
}

fn hebrew() -> Content {
    let mut content = session(&[
        ("Ruth Levi", "מה עם הדוח השבועי?"),
        ("Maya", "אני אעביר את הדוח ליעקב עד יום חמישי. זה לוקח שלוש שעות."),
        ("Maya", "מחר אני מדברת עם עשרים וחמישה אנשים."),
    ]);
    content.language = Some("he".to_owned());
    content
}

fn known() -> Known<'static> {
    Known {
        held_on: NaiveDate::from_ymd_opt(2026, 3, 18),
        names: &["Zephyr Rollout"],
        language: None,
    }
}

fn claim(text: &str, turns: &[u32], quotes: &[&str]) -> Claim {
    Claim {
        section: Section::Decisions,
        text: text.to_owned(),
        turns: turns.to_vec(),
        quotes: quotes
            .iter()
            .map(|text| ClaimedQuote { turn: None, text: (*text).to_owned() })
            .collect(),
        owner: None,
        due: None,
    }
}

fn problems(content: &Content, claim: &Claim) -> Vec<Problem> {
    match Evidence::new(content, &known()).check(claim) {
        Verdict::Kept(_) => Vec::new(),
        Verdict::Fixable(problems) => problems,
    }
}

/// What a text claims beyond the turns.
fn beyond(content: &Content, text: &str, turns: &[u32], quote: &str) -> Vec<(What, String)> {
    problems(content, &claim(text, turns, &[quote]))
        .into_iter()
        .map(|problem| match problem {
            Problem::Unsupported { what, text } => (what, text),
            other => panic!("{text}: {other:?}"),
        })
        .collect()
}

const REPORT: &str = "hand the weekly report over to tom";

#[test]
fn quotes_become_verbatim_and_turns_are_those_that_exist() {
    let content = english();
    let evidence = Evidence::new(&content, &known());
    let Verdict::Kept(stated) = evidence.check(&claim("Tom gets the report", &[1], &[REPORT]))
    else {
        panic!("it stands")
    };
    let point = &stated.item.point;
    assert_eq!(point.quotes[0].text, "hand the weekly report over to Tom");
    assert_eq!((point.quotes[0].turn, &point.turns[..]), (1, &[1][..]));
    assert_eq!(point.quotes[0].speaker.as_deref(), Some("Maya"));
    assert_eq!(
        problems(&content, &claim("Tom gets it", &[1, 77], &["hand it over to Tom"])),
        [Problem::NoTurn(77), Problem::NotSaid("hand it over to Tom".into())]
    );
    assert_eq!(problems(&content, &claim("Tom", &[1], &[])), [Problem::NoEvidence]);
    assert_eq!(problems(&content, &claim("  ", &[1], &[REPORT])), [Problem::Empty]);
}

#[test]
fn a_quote_may_go_on_in_the_next_turn_of_the_speaker() {
    let content = english();
    let evidence = Evidence::new(&content, &known());
    let quotes = evidence.find_quote(Some(1), "It takes three hours. And it costs me").unwrap();
    let texts: Vec<_> = quotes.iter().map(|quote| (quote.turn, quote.text.as_str())).collect();
    assert_eq!(texts, [(1, "It takes three hours."), (2, "And it costs me")]);
    assert_eq!(evidence.find_quote(None, "a third of my Monday. So Acme's board"), None);
    // A few letters are everywhere, unless they are all that was said.
    assert_eq!(evidence.find_quote(None, "report"), None);
    assert_eq!(evidence.find_quote(None, "yes").unwrap()[0].turn, 4);
    assert_eq!(evidence.find_quote(None, "I can do 25 of them"), None);
    assert_eq!(evidence.find_quote(Some(5), "I can't do 25 of them.").unwrap()[0].turn, 5);
}

#[test]
fn the_nearest_turn_is_quoted() {
    let content = session(&[
        ("Maya", "I want to sleep more."),
        ("Ruth Levi", "Go on."),
        ("Maya", "As I said, I want to sleep more."),
    ]);
    let evidence = Evidence::new(&content, &known());
    let turn = |hint| evidence.find_quote(hint, "i want to sleep more").unwrap()[0].turn;
    assert_eq!((turn(None), turn(Some(0)), turn(Some(2)), turn(Some(900))), (0, 0, 2, 0));
}

#[test]
fn numbers_were_said() {
    let content = english();
    for text in ["The report takes 3 hours", "It takes three hours", "Three hours go into it"] {
        assert_eq!(beyond(&content, text, &[1], REPORT), [], "{text}");
    }
    assert_eq!(
        beyond(&content, "It takes 4 hours", &[1], REPORT),
        [(What::Number, "4".to_owned())]
    );
    assert_eq!(beyond(&content, "A third of a day goes into it", &[1, 2], REPORT), []);
    assert_eq!(beyond(&content, "50% more than Sarah", &[1, 5], REPORT), []);
    assert_eq!(
        beyond(&content, "25% more than Sarah", &[1, 5], REPORT),
        [(What::Number, "25".to_owned())]
    );
    // It was said, but in no turn of the point.
    assert_eq!(
        beyond(&content, "Maya does 25 of them", &[1], REPORT),
        [(What::Number, "25".to_owned())]
    );
    assert_eq!(beyond(&content, "The board meets again in 2027", &[1, 3], REPORT), []);
    assert_eq!(beyond(&content, "It is one of the reports, the first", &[1], REPORT), []);
}

#[test]
fn dates_were_said_or_are_what_was_meant() {
    let content = english();
    for (text, turns) in [
        ("Tom gets the report by Friday", &[1][..]),
        ("Tom gets the report by March 20", &[1]),
        ("Tom gets the report by 20 March 2026", &[1]),
        ("Tom gets the report by Friday, March 20th", &[1]),
        ("The board meets on Thursday", &[1, 3]),
        ("The board meets tomorrow", &[1, 3]),
        ("She may hand it over, and will march on", &[1]),
    ] {
        assert_eq!(beyond(&content, text, turns, REPORT), [], "{text}");
    }
    for (text, date) in [
        ("Tom gets the report by Sunday", "Sunday"),
        ("Tom gets the report tomorrow", "tomorrow"),
        ("Tom gets the report by March 21", "March 21"),
        ("Tom gets the report next week", "next week"),
        ("Tom gets the report in May", "May"),
    ] {
        assert_eq!(beyond(&content, text, &[1], REPORT), [(What::Date, date.to_owned())], "{text}");
    }
}

#[test]
fn names_were_said_or_are_known() {
    let content = english();
    for (text, turns) in [
        ("Tom takes over Maya's weekly report", &[1][..]),
        ("Thomas takes over the report", &[1]),
        ("Ruth and Maya agree on the Zephyr Rollout", &[1]),
        ("Delegating frees hours; Writing does not", &[1, 3]),
        ("The Board of Acme meets", &[1, 3]),
        ("I'm Maya", &[1]),
    ] {
        assert_eq!(beyond(&content, text, turns, REPORT), [], "{text}");
    }
    for (text, name) in [
        ("Maya hands the report to Oliver", "Oliver"),
        ("Oliver gets the report", "Oliver"),
        ("The report goes to Globex's people", "Globex's"),
        // Said, but in no turn of the point.
        ("Maya does more than Sarah", "Sarah"),
        ("Acme waits for the report", "Acme"),
    ] {
        let found = beyond(&content, text, &[1], REPORT);
        assert_eq!(found, [(What::Name, name.to_owned())], "{text}");
    }
}

#[test]
fn hebrew_points() {
    let content = hebrew();
    let quote = "אעביר את הדוח ליעקב";
    for (text, turns) in [
        ("יעקב מקבל את הדוח עד יום חמישי", &[1][..]),
        ("יעקב מקבל את הדוח עד 19.3", &[1]),
        ("הדוח לוקח 3 שעות", &[1]),
        ("היא מדברת עם 25 אנשים ביום חמישי", &[1, 2]),
    ] {
        assert_eq!(beyond(&content, text, turns, quote), [], "{text}");
    }
    for (text, what) in [
        ("הדוח לוקח ארבע שעות", (What::Number, "ארבע")),
        ("הדוח מוכן עד יום ראשון", (What::Date, "יום ראשון")),
        ("הדוח עובר ליהונתן", (What::Name, "ליהונתן")),
    ] {
        let found = beyond(&content, text, &[1], quote);
        assert_eq!(found, [(what.0, what.1.to_owned())], "{text}");
    }
}

#[test]
fn points_may_be_in_another_language_than_the_session() {
    let mut content = hebrew();
    content.participants[1].name = "מאיה".to_owned();
    content.turns[1].speaker = Some("מאיה".to_owned());
    let known = Known { language: Some("en"), ..known() };
    let evidence = Evidence::new(&content, &known);
    let check =
        |text: &str, turns: &[u32]| evidence.check(&claim(text, turns, &["אעביר את הדוח ליעקב"]));
    for (text, turns) in [
        ("Maya hands the report to Yaakov by Thursday", &[1][..]),
        ("It takes Maya three hours", &[1]),
        ("Tomorrow, on Thursday, Maya talks to 25 people", &[1, 2]),
    ] {
        assert!(matches!(check(text, turns), Verdict::Kept(_)), "{text}: {:?}", check(text, turns));
    }
    for text in
        ["Maya hands the report to Oliver", "It takes Maya four hours", "It is due on Sunday"]
    {
        assert!(matches!(check(text, &[1]), Verdict::Fixable(_)), "{text}");
    }
}

#[test]
fn other_languages_have_digits_days_and_given_names() {
    let mut content = session(&[(
        "Maya",
        "Ich gebe den Wochenbericht bis Freitag an Thomas ab, das spart drei Stunden.",
    )]);
    content.language = Some("de".to_owned());
    let quote = "gebe den Wochenbericht bis Freitag";
    assert_eq!(
        beyond(&content, "Thomas bekommt den Bericht, 3 Stunden Ersparnis", &[0], quote),
        []
    );
    for (text, what) in [
        ("Die Ersparnis ist 4 Stunden", (What::Number, "4")),
        ("Der Bericht kommt am Montag", (What::Date, "Montag")),
        ("Der Bericht geht an Michael", (What::Name, "Michael")),
    ] {
        let found = beyond(&content, text, &[0], quote);
        assert_eq!(found, [(what.0, what.1.to_owned())], "{text}");
    }
    let mut content = session(&[("Maya", "Мы говорили с Максимом про отпуск в июле.")]);
    content.language = Some("ru".to_owned());
    assert_eq!(beyond(&content, "Отпуск: решает Максим", &[0], "про отпуск в июле"), []);
    let found = beyond(&content, "Решение об отпуске за Кириллом", &[0], "про отпуск в июле");
    assert_eq!(found, [(What::Name, "Кириллом".to_owned())]);
}

#[test]
fn owner_and_date_of_an_action_item_were_said() {
    let content = english();
    let evidence = Evidence::new(&content, &known());
    let check = |owner: &str, due: &str| {
        let claim = Claim {
            section: Section::ActionItems,
            owner: Some(owner.to_owned()),
            due: Some(due.to_owned()),
            ..claim("Hand over the report", &[1], &[REPORT])
        };
        evidence.check(&claim)
    };
    for (owner, name) in [
        ("maya", Some("Maya")),
        ("Tom", Some("Tom")),
        ("Ruth", Some("Ruth Levi")),
        ("client", Some("Maya")),
        ("", None),
    ] {
        let Verdict::Kept(stated) = check(owner, "By friday") else { panic!("{owner}") };
        assert_eq!(stated.item.owner.as_deref(), name);
        assert_eq!(stated.item.due.as_deref(), Some("by Friday"));
        assert_eq!(stated.item.due_on, NaiveDate::from_ymd_opt(2026, 3, 20));
    }
    assert_eq!(check("Sarah", ""), Verdict::Fixable(vec![Problem::Owner("Sarah".into())]));
    assert_eq!(check("Tom", "by Sunday"), Verdict::Fixable(vec![Problem::Due("by Sunday".into())]));
}

#[test]
fn what_is_asked_again_is_repaired_or_dropped() {
    let content = english();
    let evidence = Evidence::new(&content, &known());
    let right = claim("Tom gets the report", &[1], &[REPORT]);
    let wrong = |text: &str| claim(text, &[1], &["words that nobody said"]);
    let first = evidence.sift(vec![right.clone(), wrong("a"), wrong("b"), wrong("c")]);
    assert_eq!((first.kept.len(), first.failed.len()), (1, 3));
    let another = |text: &str| claim(text, &[1], &["It takes three hours"]);
    let again = vec![
        another("It takes hours"),
        wrong("b"),
        // Given before, and of a section that was right: nobody asked for them.
        right,
        Claim { section: Section::Progress, ..another("Hours go into it") },
    ];
    let (kept, checked) = evidence.repair(first.clone(), 0, again.clone());
    assert_eq!(kept.len(), 2);
    assert_eq!(checked, Checked { kept: 1, repaired: 1, dropped: 2 });
    // One whose form was wrong may be of any section.
    let (kept, checked) = evidence.repair(first, 1, again);
    assert_eq!(kept.len(), 3);
    assert_eq!(checked, Checked { kept: 1, repaired: 2, dropped: 2 });
}

#[test]
fn topics_need_turns_but_no_quotes() {
    let content = english();
    let topic =
        |turns: &[u32]| Claim { section: Section::Topics, ..claim("Weekly report", turns, &[]) };
    assert_eq!(problems(&content, &topic(&[0, 1])), []);
    assert_eq!(problems(&content, &topic(&[])), [Problem::NoEvidence]);
}

#[test]
fn a_problem_says_what_to_change() {
    for problem in [
        Problem::Empty,
        Problem::NoEvidence,
        Problem::NoTurn(7),
        Problem::NotSaid("a b".into()),
        Problem::Unsupported { what: What::Name, text: "Tom".into() },
        Problem::Owner("Tom".into()),
        Problem::Due("soon".into()),
    ] {
        let text = problem.to_string();
        assert!(text.starts_with("The ") && text.ends_with('.'), "{text}");
    }
}

proptest! {
    #[test]
    fn a_kept_point_rests_on_what_was_said(
        said in proptest::collection::vec("(Maya|Tom|three|25|Friday|not|report|מחר|[a-z]{1,6}|[ .,'-]){1,16}", 1..5),
        text in "(Maya|Tom|Sarah|three|25|26|Friday|Monday|report|מחר|[a-z]{1,6}| ){1,12}",
        quotes in proptest::collection::vec((0usize..4, 0usize..40, 0usize..60), 0..4),
        turns in proptest::collection::vec(0u32..6, 0..4),
    ) {
        let content = session(&said.iter().map(|text| ("Maya", text.as_str())).collect::<Vec<_>>());
        let evidence = Evidence::new(&content, &known());
        let slice = |(turn, from, length): &(usize, usize, usize)| {
            said[turn % said.len()].chars().skip(*from).take(*length).collect::<String>()
        };
        let quotes: Vec<String> = quotes.iter().map(slice).collect();
        let quotes: Vec<&str> = quotes.iter().map(String::as_str).collect();
        let claim = claim(&text, &turns, &quotes);
        match evidence.check(&claim) {
            Verdict::Fixable(problems) => prop_assert!(!problems.is_empty()),
            Verdict::Kept(stated) => {
                let point = &stated.item.point;
                prop_assert!(!point.quotes.is_empty() && point.turns.is_sorted());
                for quote in &point.quotes {
                    prop_assert!(point.turns.contains(&quote.turn));
                    prop_assert!(said[quote.turn as usize].contains(&quote.text));
                }
                let ground: String =
                    point.turns.iter().map(|turn| said[*turn as usize].as_str()).collect();
                for invented in ["Sarah", "26", "Monday"] {
                    let claimed = point.text.split(' ').any(|word| word == invented);
                    prop_assert!(!claimed || ground.contains(invented), "{invented}");
                }
                // Given back as it was kept, it stands.
                let again = Claim {
                    text: point.text.clone(),
                    turns: point.turns.clone(),
                    quotes: point
                        .quotes
                        .iter()
                        .map(|quote| ClaimedQuote { turn: Some(quote.turn), text: quote.text.clone() })
                        .collect(),
                    ..claim.clone()
                };
                prop_assert!(matches!(evidence.check(&again), Verdict::Kept(_)));
            }
        }
    }
}
