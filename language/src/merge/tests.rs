use super::*;
use chrono::NaiveDate;
use debrief_domain::summary::content::Quote;
use debrief_domain::transcript::content::Turn;
use proptest::prelude::*;

const SAID: &[&str] = &[
    "The weekly report costs me three hours, every week.",
    "I will hand the weekly report over to Tom.",
    "My garden rests in winter.",
    "I never hand the weekly report over to anybody.",
    "So the report goes to Tom, by Friday.",
    "The budget of the northern region is still open.",
];

fn transcript() -> Transcript {
    let turn =
        |(text, index): (&&str, u32)| Turn { index, text: (*text).to_owned(), ..Turn::default() };
    Transcript {
        language: Some("en".to_owned()),
        turns: SAID.iter().zip(0..).map(turn).collect(),
        ..Transcript::default()
    }
}

fn stated(section: &str, text: &str, turns: &[u32]) -> Stated {
    let quote = |turn: &u32| Quote {
        text: SAID[*turn as usize].to_owned(),
        turn: *turn,
        speaker: None,
        start_ms: None,
    };
    let point = Point {
        id: String::new(),
        text: text.to_owned(),
        turns: turns.to_vec(),
        quotes: turns.iter().map(quote).collect(),
    };
    let item = ActionItem { point, ..ActionItem::default() };
    Stated { section: Section::from(section.to_owned()), item }
}

fn merged(points: Vec<Stated>) -> Content {
    let own = ["Wins".to_owned(), "Losses".to_owned()];
    merge(&transcript(), points, &own, &Bounds::of(Length::Short), About::default())
}

fn texts(points: &[Point]) -> Vec<&str> {
    points.iter().map(|point| point.text.as_str()).collect()
}

#[test]
fn what_two_parts_say_is_said_once() {
    let content = merged(vec![
        stated("decisions", "The weekly report goes to Tom", &[1]),
        stated("decisions", "Maya hands the weekly report over to Tom", &[1, 4]),
    ]);
    assert_eq!(texts(&content.decisions), ["Maya hands the weekly report over to Tom"]);
    let point = &content.decisions[0];
    assert_eq!((&point.turns[..], point.quotes.len(), point.id.as_str()), (&[1, 4][..], 2, "d1"));
}

#[test]
fn what_differs_stays() {
    for (one, other) in [
        ("Maya hands the weekly report over", "Maya does not hand the weekly report over"),
        ("The weekly report costs three hours", "The weekly report costs four hours"),
        ("Maya hands the report over on Monday", "Maya hands the report over on Friday"),
        ("Maya hands the report to Tom", "Maya hands the report to Sarah"),
        ("The weekly report is handed over", "The garden rests in winter"),
    ] {
        let content =
            merged(vec![stated("decisions", one, &[1]), stated("decisions", other, &[1])]);
        assert_eq!(texts(&content.decisions), [one, other]);
    }
    let mut items = ["Maya", "Ruth"].map(|owner| {
        let mut item = stated("action_items", "Call Tom about the weekly report", &[1]);
        item.item.owner = Some(owner.to_owned());
        item
    });
    assert_eq!(merged(items.to_vec()).action_items.len(), 2);
    items[1].item.owner = None;
    items[1].item.due = Some("by Friday".to_owned());
    items[1].item.due_on = NaiveDate::from_ymd_opt(2026, 3, 20);
    let content = merged(items.to_vec());
    let [item] = &content.action_items[..] else { panic!("{content:?}") };
    assert_eq!((item.owner.as_deref(), item.due.as_deref()), (Some("Maya"), Some("by Friday")));
    assert!(item.due_on.is_some());
}

#[test]
fn the_headline_is_what_the_session_is_about() {
    let content = merged(vec![
        stated("headline", "The garden rests in winter", &[2]),
        stated("headline", "Maya lets go of the weekly report", &[1, 3]),
        stated("overview", "Maya lets go of the weekly report to Tom", &[1, 4]),
        stated("decisions", "The weekly report goes to Tom", &[1]),
        stated("action_items", "Hand the weekly report over to Tom", &[4]),
    ]);
    assert_eq!(content.headline.as_ref().unwrap().text, "Maya lets go of the weekly report");
    assert_eq!(content.headline.as_ref().unwrap().turns, [1, 3, 4]);
    assert_eq!(texts(&content.overview), ["The garden rests in winter"]);
    let alone = merged(vec![stated("overview", "The garden rests in winter", &[2])]);
    assert!(alone.headline.is_some() && alone.overview.is_empty());
    assert_eq!(merged(Vec::new()).headline, None);
}

#[test]
fn sections_are_bounded_and_in_spoken_order() {
    let content = merged(vec![
        stated("overview", "The budget of the northern region is open", &[5]),
        stated("overview", "A garden rests", &[2]),
        stated("overview", "Nobody gets the weekly report, it costs three hours", &[0, 3]),
        stated("overview", "Tom gets the weekly report by Friday", &[1, 4]),
        stated("headline", "Everything changes", &[4]),
        stated("decisions", "The budget of the northern region waits for the report", &[4, 5]),
        stated("topics", "Weekly report", &[0, 1, 3]),
        stated("topics", "Budget", &[5]),
        stated("topics", "Garden", &[2]),
        stated("Losses", "Nobody else writes reports", &[3]),
    ]);
    assert_eq!(
        texts(&content.overview),
        [
            "Nobody gets the weekly report, it costs three hours",
            "Tom gets the weekly report by Friday",
            "The budget of the northern region is open",
        ]
    );
    assert_eq!(texts(&content.topics), ["Weekly report", "Garden", "Budget"]);
    assert_eq!(content.sections.len(), 1, "a section without points is left out");
    assert_eq!(content.sections[0].title, "Losses");
    assert_eq!(content.language.as_deref(), Some("en"));
}

proptest! {
    #[test]
    fn nothing_is_made_up_and_nothing_is_too_long(
        points in proptest::collection::vec(
            (0usize..11, proptest::collection::vec(0usize..6, 1..5), "[a-c]{1,2}"),
            0..60,
        ),
    ) {
        let names: Vec<String> =
            Section::COMMON.iter().map(|section| section.as_str().to_owned()).collect();
        let names = [names, vec!["Wins".to_owned(), "Losses".to_owned()]].concat();
        let points: Vec<Stated> = points
            .iter()
            .map(|(section, words, word)| {
                let said: Vec<&str> = words.iter().map(|at| &SAID[*at][..12]).collect();
                let turns: Vec<u32> = words.iter().map(|at| *at as u32).collect();
                let turns: std::collections::BTreeSet<u32> = turns.into_iter().collect();
                let turns: Vec<u32> = turns.into_iter().collect();
                stated(&names[*section], &format!("{} {word}", said.join(" ")), &turns)
            })
            .collect();
        let content = merged(points.clone());
        prop_assert_eq!(&content, &merged(points.clone()));
        let bounds = Bounds::of(Length::Short);
        let mut counts: HashMap<Section, usize> = HashMap::new();
        for (section, point) in content.points() {
            *counts.entry(section).or_default() += 1;
            let given = |stated: &Stated| stated.item.point.text == point.text;
            prop_assert!(points.iter().any(given));
            prop_assert!(point.turns.is_sorted() && !point.turns.is_empty());
            for quote in &point.quotes {
                prop_assert!(point.turns.contains(&quote.turn));
            }
        }
        for (section, count) in counts {
            prop_assert!(count <= bounds.of_section(&section));
        }
    }
}
