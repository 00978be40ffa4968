use proptest::prelude::*;

use super::*;

fn known(name: &str) -> Known {
    Known { id: None, name: name.to_owned(), role: Role::Client }
}

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

/// Asks on Wednesday, 18 March 2026, with Maya Cohen and נועה לוי.
fn ask(question: &str) -> Interpreted {
    let people = [known("Maya Cohen"), known("נועה לוי")];
    let anchors = [Anchor { name: "the race".to_owned(), date: day("2026-02-15") }];
    let context = Context {
        today: day("2026-03-18"),
        week_starts: Weekday::Mon,
        day_first: false,
        people: &people,
        anchors: &anchors,
        is_said: &|_| false,
    };
    interpret(question, &context)
}

#[test]
fn boilerplate_is_no_content() {
    for (question, words) in [
        ("What did Maya say about sleeping last month?", vec!["sleeping"]),
        ("Summarize the discussion about the budget cuts", vec!["budget", "cuts"]),
        ("Tell me when we talked about burnout", vec!["burnout"]),
        ("Do you remember the dog?", vec!["dog"]),
        ("What did the marketing expert think about costs?", vec!["marketing", "expert", "costs"]),
        ("what was decided about \"the first day\" at work", vec!["the", "first", "day", "work"]),
        ("What did we talk about yesterday?", vec![]),
        ("sleep -caffeine but not about dreams", vec!["sleep"]),
        ("על מה דיברנו עם נועה בנושא שינה", vec!["שינה"]),
    ] {
        assert_eq!(ask(question).words, words, "{question}");
    }
}

#[test]
fn the_text_keeps_its_form_without_dates_and_what_is_left_out() {
    for (question, text) in [
        ("What did Maya say last month, about Sleep?", "What did Maya say, about Sleep?"),
        ("Two weeks before the race: fear", ": fear"),
        ("two weeks before the exam", "two weeks before the exam"),
        ("work  except  salary in 2025 and «the move»", "work and the move"),
    ] {
        assert_eq!(ask(question).text, text);
    }
}

#[test]
fn dates_that_leave_every_day_are_none() {
    let found = ask("sleep before last quarter or since Dec.");
    assert_eq!(found.dates, None);
    assert_eq!(found.words, ["sleep", "quarter", "Dec"]);
    let found = ask("sleep before last quarter, not later than June");
    assert!(found.dates.is_some());
}

#[test]
fn what_is_understood_is_quoted() {
    let found = ask("אתמול, מה הבטיחה לנועה Maya's sister on 3/4/2025?");
    let dates = found.dates.unwrap();
    let quotes: Vec<_> = dates.quotes.iter().map(|quote| quote.text.as_str()).collect();
    assert_eq!(quotes, ["אתמול", "on 3/4/2025"]);
    assert_eq!(dates.order, Some(Order::DayFirst));
    assert_eq!((dates.from, dates.to), (Some(day("2025-04-03")), Some(day("2026-03-18"))));
    let people: Vec<_> = found.people.iter().map(|m| (m.quote.text.as_str(), m.how)).collect();
    assert_eq!(people, [("נועה", How::Part), ("Maya", How::Part)]);
    let kind = found.kind.unwrap();
    assert_eq!((kind.kind, kind.quote.text.as_str()), (Kind::Promised, "הבטיחה"));
}

#[test]
fn several_periods_are_one_range() {
    for (question, from, to) in [
        ("in January and February", "2026-01-01", "2026-03-01"),
        ("in 2024 and 2025 about work", "2024-01-01", "2026-01-01"),
        ("yesterday and today", "2026-03-17", "2026-03-19"),
        ("last year, in the last week of May", "2025-05-25", "2025-06-01"),
        ("since January but before last week", "2026-01-01", "2026-03-09"),
    ] {
        let dates = ask(question).dates.unwrap();
        assert_eq!((dates.from, dates.to), (Some(day(from)), Some(day(to))), "{question}");
    }
}

/// Asks on Monday, 30 November 2026.
fn days_of(question: &str) -> (String, Vec<String>) {
    let found = interpret(question, &Context::on(day("2026-11-30")));
    let shown = |day: Option<NaiveDate>| day.map_or_else(String::new, |day| day.to_string());
    let days = found.dates.map(|dates| format!("{}..{}", shown(dates.from), shown(dates.to)));
    (days.unwrap_or_default(), found.words)
}

#[test]
fn what_is_left_of_a_date_is_no_word() {
    for (question, days) in [
        ("What did she say last Monday morning", "2026-11-23..2026-11-24"),
        ("What did she say on Friday evening?", "2026-11-27..2026-11-28"),
        ("the call on Friday at 9:30", "2026-11-27..2026-11-28"),
        ("what did he say last Friday at 4pm", "2026-11-27..2026-11-28"),
        ("what did she say on the 12th in the afternoon", "2026-11-12..2026-11-13"),
        ("what did she say on the morning of the 12th", "2026-11-12..2026-11-13"),
        ("what did she say yesterday at noon", "2026-11-29..2026-11-30"),
        ("sessions on Monday the 23rd", "2026-11-23..2026-11-24"),
        ("sessions on Monday the 9th", "2026-11-09..2026-11-10"),
        ("the session of Monday, 23 November", "2026-11-23..2026-11-24"),
        ("calls on Tuesday, October 13th 2026", "2026-10-13..2026-10-14"),
        ("last Thursday the 19th", "2026-11-19..2026-11-20"),
        ("what did we discuss sometime in March", "2026-03-01..2026-04-01"),
        ("מה היא אמרה ביום חמישי בבוקר", "2026-11-26..2026-11-27"),
    ] {
        let (found, words) = days_of(question);
        assert_eq!((found.as_str(), words.len()), (days, 0), "{question}: {words:?}");
    }
    // A part of the day may be the subject.
    assert_eq!(days_of("last Monday, morning routines").1, ["morning", "routines"]);
    assert_eq!(days_of("sleeping in the morning").0, "");
}

#[test]
fn parts_of_a_period_are_counted() {
    for (question, days) in [
        ("the last Friday of October", "2026-10-30..2026-10-31"),
        ("on the last weekend of September", "2026-09-26..2026-09-28"),
        ("the last day of July", "2026-07-31..2026-08-01"),
        ("on the first Tuesday of March", "2026-03-03..2026-03-04"),
        ("the second weekend in May", "2026-05-09..2026-05-11"),
        ("the last day of Q3", "2026-09-30..2026-10-01"),
        ("on the first day of 2025", "2025-01-01..2025-01-02"),
        ("the 3rd Monday in June 2025", "2025-06-16..2025-06-17"),
        ("the last Monday of last month", "2026-10-26..2026-10-27"),
        ("the first Monday of the month", "2026-11-02..2026-11-03"),
        ("the last month of 2025", "2025-12-01..2026-01-01"),
        ("the last quarter of last year", "2025-10-01..2026-01-01"),
        ("the first Tuesday of December", "2025-12-02..2025-12-03"),
        ("the last Friday", "2026-11-27..2026-11-28"),
        ("ביום שישי האחרון באוקטובר", "2026-10-30..2026-10-31"),
        ("ביום שלישי הראשון של מרץ", "2026-03-03..2026-03-04"),
        ("ביום האחרון של יולי", "2026-07-31..2026-08-01"),
    ] {
        assert_eq!(days_of(question).0, days, "{question}");
    }
    assert_eq!(days_of("the last day of the retreat").0, "");
}

#[test]
fn dates_are_written_in_many_ways() {
    for question in [
        "the call on 13.12.2025",
        "the call on 13 12 2025",
        "the call on 13. 12. 2025",
        "the call on 2025/12/13",
        "the call on 2025-12-13",
        "the call on 2025.12.13",
        "the call on 20251213",
        "the call on 13/12/2025",
        "the call on 12/13/2025",
        "the call on 13-12-2025",
        "the call on 13 Dec 2025",
        "the call on Dec 13, 2025",
        "13 12 2025",
    ] {
        assert_eq!(days_of(question).0, "2025-12-13..2025-12-14", "{question}");
    }
    assert_eq!(days_of("rooms 13 12 11").0, "");
}

#[test]
fn words_written_as_one_stay_together() {
    for (question, words) in [
        ("her e-mail", &["e-mail"][..]),
        ("the follow-up with co-workers", &["follow-up", "co-workers"]),
        ("会議の内容", &["会議の内容"]),
        ("from 3-14 March", &[]),
    ] {
        assert_eq!(ask(question).words, words, "{question}");
    }
}

#[test]
fn it_is_shown_to_callers() {
    let shown = serde_json::to_value(ask("What did Maya promise since March?")).unwrap();
    assert_eq!(shown["dates"]["from"], "2026-03-01");
    assert_eq!(shown["dates"]["to"], serde_json::Value::Null);
    assert_eq!(shown["dates"]["quotes"][0]["text"], "since March");
    assert_eq!(shown["people"][0]["how"], "part");
    assert_eq!(shown["people"][0]["people"][0]["role"], "client");
    assert_eq!(shown["kind"]["kind"], "promised");
    assert_eq!(shown["language"], "en");
}

#[test]
fn ways_to_recognize_a_name() {
    let how = |question: &str, name: &str| {
        let people = [known(name)];
        let context = Context { people: &people, ..Context::on(day("2026-03-18")) };
        interpret(question, &context).people.first().map(|mention| mention.how)
    };
    assert_eq!(how("about Maya Cohen", "Maya Cohen"), Some(How::Exact));
    assert_eq!(how("about Cohen", "Maya Cohen"), Some(How::Part));
    assert_eq!(how("about Mike Chen", "Michael Chen"), Some(How::Nickname));
    assert_eq!(how("about Micheal Chen", "Michael Chen"), Some(How::Misspelled));
    assert_eq!(how("about Yaya", "Maya Cohen"), None);
    assert_eq!(how("did peer call", "Peter Miller"), Some(How::Misspelled));
    let people = [known("Peter Miller")];
    let said = |word: &str| word == "peer";
    let context = Context { people: &people, is_said: &said, ..Context::on(day("2026-03-18")) };
    let found = interpret("did peer call", &context);
    assert_eq!((found.people.len(), found.words.as_slice()), (0, &["peer".to_owned()][..]));
    assert_eq!(how("about Klara", "Clara Novak"), Some(How::Misspelled));
    assert_eq!(how("the maya ruins", "Mays Oda"), None, "no capital");
    assert_eq!(how("about Łukasz", "Lukasz Rozmej"), Some(How::Part));
}

#[test]
fn what_a_speaker_is_called_may_be_a_word() {
    let label = |name: &str| Known { role: Role::Speaker, ..known(name) };
    let people = [label("User Interface"), label("Marketing"), known("Maya Cohen")];
    let found = |question: &str| {
        let context = Context { people: &people, ..Context::on(day("2026-03-18")) };
        let found = interpret(question, &context);
        let names = found.people.into_iter().map(|mention| mention.people[0].name.clone());
        (names.collect::<Vec<_>>().join(", "), found.words.join(" "))
    };
    let is = |question: &str, names: &str, words: &str| {
        assert_eq!(found(question), (names.to_owned(), words.to_owned()), "{question}");
    };
    is("How did they see user testing?", "", "user testing");
    is("How did they see the user interface?", "", "user interface");
    is("Their marketing strategy, in short", "", "marketing strategy short");
    is("What did marketing say about costs?", "Marketing", "costs");
    is("What did the user interface propose?", "User Interface", "propose");
    is("What did Marketing think of the User Interface?", "Marketing, User Interface", "");
    is("what did user interface want", "User Interface", "");
    // A client is a person, however the name is written.
    is("How does maya sleep?", "Maya Cohen", "sleep");
}

#[test]
fn much_is_looked_at_only_so_far() {
    let filler = "word ".repeat(300);
    let found = ask(&format!("{filler} yesterday \"quoted\""));
    assert!(found.dates.is_none());
    assert_eq!(found.phrases.len(), 1);
    assert!(found.text.ends_with("yesterday quoted"));
    assert_eq!(ask(&"\" -\"".repeat(50_000)).dates, None);
}

#[test]
fn the_ends_of_the_calendar() {
    for today in [NaiveDate::MIN, NaiveDate::MAX] {
        let context = Context {
            today,
            week_starts: Weekday::Sun,
            day_first: true,
            people: &[],
            anchors: &[Anchor { name: "race".to_owned(), date: today }],
            is_said: &|_| false,
        };
        for question in [
            "yesterday",
            "today",
            "last year",
            "9999 years ago",
            "since March",
            "the last 99 weeks",
            "the week after the race",
            "two years before the race",
            "on Monday",
            "in the fall",
        ] {
            interpret(question, &context);
        }
    }
}

/// Generates words that the grammar knows, and others, joined by marks.
fn questions() -> impl Strategy<Value = String> {
    const WORDS: &[&str] = &[
        "last",
        "the",
        "week",
        "2",
        "3rd",
        "March",
        "2025",
        "of",
        "in",
        "on",
        "since",
        "between",
        "and",
        "to",
        "from",
        "ago",
        "few",
        "a",
        "before",
        "race",
        "Maya's",
        "Cohn",
        "may",
        "end",
        "first",
        "half",
        "quarter",
        "year",
        "not",
        "but",
        "about",
        "except",
        "promise",
        "בחודש",
        "שעבר",
        "לפני",
        "יומיים",
        "המרוץ",
        "יום",
        "שני",
        "האחרון",
        "נועה",
        "ושל",
        "3/4",
        "14.3",
        "2025-03-14",
        "\"",
        "״",
        "«",
        "»",
        "-x",
        "ד\"ר",
        "é\u{301}",
        "🙂",
        "א\u{5B8}",
        "",
        "Dec.",
    ];
    let word =
        prop_oneof![8 => proptest::sample::select(WORDS).prop_map(str::to_owned), 1 => ".{0,8}"];
    let gap = proptest::sample::select(&[" ", " ", " ", "-", "/", ", ", ". ", "־", ""][..]);
    proptest::collection::vec((word, gap), 0..24).prop_map(|parts| {
        parts.into_iter().flat_map(|(word, gap)| [word, gap.to_owned()]).collect()
    })
}

fn check(question: &str) {
    let found = ask(question);
    let quotes = found.phrases.iter().chain(&found.excluded);
    let quotes = quotes.chain(found.dates.iter().flat_map(|dates| &dates.quotes));
    let quotes = quotes.chain(found.people.iter().map(|mention| &mention.quote));
    for quote in quotes.chain(found.kind.iter().map(|asked| &asked.quote)) {
        assert_eq!(question.get(quote.from..quote.to), Some(quote.text.as_str()));
        assert!(!quote.text.is_empty());
    }
    if let Some(dates) = &found.dates {
        assert!(dates.from.is_some() || dates.to.is_some());
        assert!(dates.from.zip(dates.to).is_none_or(|(from, to)| from < to));
    }
    assert!(found.people.iter().all(|mention| !mention.people.is_empty()));
    assert!(found.words.iter().all(|word| question.contains(word.as_str())));
}

proptest! {
    #[test]
    fn any_text_is_a_question(question in any::<String>()) {
        check(&question);
    }

    #[test]
    fn so_are_words_in_any_order(question in questions()) {
        check(&question);
    }
}
