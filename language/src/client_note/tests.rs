use super::*;
use cqrs_es::Aggregate;
use debrief_domain::client_note::{ClientNoteEvent, ClientNoteRevised, NoteCause};
use debrief_domain::ids::{ClientId, SummaryId};
use debrief_domain::personal::Personal;
use debrief_domain::summary::content::Method;
use uuid::Uuid;

fn session(n: u32) -> Session {
    Session {
        transcript_id: TranscriptId(Uuid::from_u128(n.into())),
        held_on: NaiveDate::from_ymd_opt(2026, 3, n),
    }
}

fn point(text: &str, turn: u32) -> Point {
    Point { text: text.to_owned(), turns: vec![turn], ..Point::default() }
}

fn item(text: &str, owner: Option<&str>, done: bool) -> ActionItem {
    ActionItem {
        point: point(text, 9),
        owner: owner.map(str::to_owned),
        done,
        ..ActionItem::default()
    }
}

fn content() -> Content {
    Content { language: Some("en".to_owned()), ..Content::empty(Method::LanguageModel) }
}

/// A note, and what happens to it.
#[derive(Default)]
struct Kept(ClientNote);

impl Kept {
    fn apply(&mut self, changes: Vec<LineChange>, cause: NoteCause) {
        let mut numbered = 1_000 * (self.0.version() + 1);
        let changes = changes.into_iter().map(|change| match change {
            LineChange::Put(line) if line.id.is_empty() => {
                numbered += 1;
                LineChange::Put(Line { id: format!("n{numbered}"), ..line })
            }
            other => other,
        });
        let changes = Personal::Known(changes.collect());
        let version = self.0.version() + 1;
        let client_id = ClientId(Uuid::from_u128(1));
        let revised = ClientNoteRevised { client_id, version, numbered, changes, cause };
        self.0.apply(ClientNoteEvent::Revised(revised));
    }

    fn approve(&mut self, content: &Content, of: Session) {
        let changes = merge(&self.0, content, of);
        let transcript_id = of.transcript_id;
        let summary_id = SummaryId::of(transcript_id);
        self.apply(changes, NoteCause::Approved { transcript_id, summary_id, summary_version: 1 });
        assert_eq!(merge(&self.0, content, of), [], "the second time changes nothing");
    }

    fn edit(&mut self, changes: Vec<LineChange>) {
        self.apply(changes, NoteCause::Edited);
    }

    fn texts(&self) -> Vec<&str> {
        self.0.lines().iter().map(|line| line.text.as_str()).collect()
    }

    fn id(&self, text: &str) -> String {
        self.0.lines().iter().find(|line| line.text == text).unwrap().id.clone()
    }
}

#[test]
fn sections_become_kinds_and_what_is_said_again_is_one_line() {
    let mut note = Kept::default();
    let first = Content {
        progress: vec![point("Sleeping seven hours most nights", 2)],
        decisions: vec![point("Meetings end at five", 4), point("Call my manager on Monday", 5)],
        action_items: vec![
            item("Call my manager on Monday", Some("Omer"), false),
            item("Run 5 km", None, false),
        ],
        topics: vec![point("sleep", 1), point("delegation", 3)],
        ..content()
    };
    note.approve(&first, session(1));
    assert_eq!(
        note.texts(),
        [
            "Sleeping seven hours most nights",
            "Call my manager on Monday",
            "Run 5 km",
            "Meetings end at five",
            "sleep",
            "delegation"
        ]
    );
    let call = &note.0.lines()[1];
    assert_eq!((call.kind, call.owner.as_deref()), (LineKind::ActionItem, Some("Omer")));
    // Decided again, it stays what it is.
    let decided = Content { decisions: vec![point("Call my manager on Monday", 1)], ..content() };
    let again = merge(&note.0, &decided, session(2));
    let [LineChange::Put(line)] = again.as_slice() else { panic!("{again:?}") };
    assert_eq!((line.kind, line.owner.as_deref()), (LineKind::ActionItem, Some("Omer")));
    let run = note.id("Run 5 km");
    let second = Content {
        action_items: vec![item("I will run 5 km", None, true), item("Run 10 km", None, false)],
        topics: vec![point("Delegation", 3)],
        ..content()
    };
    note.approve(&second, session(2));
    let ran = note.0.lines().iter().find(|line| line.id == run).unwrap();
    assert_eq!((ran.text.as_str(), ran.done), ("I will run 5 km", true));
    assert_eq!(ran.transcript_id, Some(session(2).transcript_id));
    assert!(note.texts().contains(&"Run 10 km"), "another number is another thing");
    assert_eq!(
        note.texts().iter().filter(|text| text.eq_ignore_ascii_case("delegation")).count(),
        1
    );
}

#[test]
fn a_person_has_the_last_word() {
    let mut note = Kept::default();
    let said = Content {
        decisions: vec![point("Meetings end at five", 4), point("Coffee only in the morning", 5)],
        ..content()
    };
    note.approve(&said, session(1));
    let [five, coffee] = note.0.lines() else { panic!("{:?}", note.texts()) };
    let own =
        Line { text: "No meetings after five".to_owned(), by: LineAuthor::Person, ..five.clone() };
    let dropped = LineChange::Drop { id: coffee.id.clone() };
    note.edit(vec![LineChange::Put(own), dropped]);
    let again = Content {
        decisions: vec![
            point("No meetings after five o'clock", 4),
            point("Coffee only in the morning", 5),
        ],
        ..content()
    };
    assert_eq!(merge(&note.0, &again, session(2)), []);
    // A new version of the summary does not take back what the person changed.
    assert_eq!(merge(&note.0, &content(), session(1)), []);
    assert_eq!(note.texts(), ["No meetings after five"]);
}

#[test]
fn a_new_version_takes_back_what_the_one_before_said() {
    let mut note = Kept::default();
    let said = |texts: &[&str]| Content {
        decisions: texts.iter().map(|text| point(text, 1)).collect(),
        ..content()
    };
    note.approve(&said(&["Meetings end at five", "Walk to work"]), session(1));
    note.approve(&said(&["Read before bed"]), session(2));
    note.approve(&said(&["Walk to work"]), session(1));
    assert_eq!(note.texts(), ["Walk to work", "Read before bed"]);
}

#[test]
fn what_does_not_fit_goes_oldest_themes_first_and_never_a_persons() {
    let mut note = Kept::default();
    let own = Line {
        id: "n1".to_owned(),
        kind: LineKind::Theme,
        text: "own ".repeat(100).trim().to_owned(),
        owner: None,
        due_on: None,
        done: false,
        transcript_id: None,
        turn: None,
        held_on: None,
        by: LineAuthor::Person,
    };
    note.edit(vec![LineChange::Put(own)]);
    for day in 1..=15 {
        let long = |kind: &str| {
            let word = |n: u32| format!("{kind}{}", char::from_u32(u32::from(b'a') + n).unwrap());
            (0..10).map(|n| format!("{}{}", word(day), word(n + 10))).collect::<Vec<_>>().join(" ")
        };
        let said = Content {
            progress: vec![point(&long("goalgoalgoal"), 1)],
            topics: vec![point(&long("themethemetheme"), 1)],
            ..content()
        };
        note.approve(&said, session(day));
    }
    let of = |kind| note.0.lines().iter().filter(move |line| line.kind == kind);
    let chars: usize = note.0.lines().iter().skip(1).map(|line| line.text.chars().count()).sum();
    assert!(chars <= CHARS_MAX, "{chars}");
    assert_eq!(of(LineKind::Goal).count(), 15, "goals stay while themes can go");
    let themes: Vec<_> = of(LineKind::Theme).collect();
    assert_eq!(themes[0].by, LineAuthor::Person);
    assert!((2..15).contains(&themes.len()), "{}", themes.len());
    let newest = themes.last().unwrap();
    assert_eq!(newest.held_on, session(15).held_on, "the newest stay");
}

#[test]
fn the_note_is_told_by_kind_without_what_is_done() {
    let mut note = Kept::default();
    let said = Content {
        progress: vec![point("Sleeping better", 2)],
        action_items: vec![
            ActionItem {
                due_on: NaiveDate::from_ymd_opt(2026, 3, 20),
                ..item("Call my manager", Some("Omer"), false)
            },
            item("Buy running shoes", None, true),
        ],
        ..content()
    };
    note.approve(&said, session(18));
    assert_eq!(
        render(note.0.lines()).unwrap(),
        "Goals:\n- Sleeping better (session of 2026-03-18)\n\
         Open action items:\n- Call my manager (Omer, by 2026-03-20, session of 2026-03-18)\n"
    );
    assert_eq!(render(&[]), None);
}
