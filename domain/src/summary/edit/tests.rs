use super::*;
use crate::summary::content::{Method, OwnSection};
use serde_json::json;

fn point(id: &str, text: &str) -> Point {
    let quote = Quote { text: text.to_owned(), turn: 3, ..quote() };
    Point { id: id.to_owned(), text: text.to_owned(), turns: vec![3], quotes: vec![quote] }
}

fn quote() -> Quote {
    Quote { text: "words".to_owned(), turn: 7, speaker: None, start_ms: None }
}

fn item(id: &str, owner: Option<&str>) -> ActionItem {
    ActionItem { owner: owner.map(str::to_owned), ..plain_entry(point(id, id)) }
}

fn content() -> Content {
    Content {
        headline: Some(point("h1", "One")),
        decisions: vec![point("d1", "First"), point("d2", "Second"), point("d3", "Third")],
        action_items: vec![item("a1", Some("Maya")), item("a2", None)],
        sections: vec![OwnSection { title: "Wins".to_owned(), points: vec![point("s1", "Won")] }],
        ..Content::empty(Method::Extractive)
    }
}

fn edits(value: serde_json::Value) -> Vec<Edit> {
    serde_json::from_value(value).unwrap()
}

fn applied(value: serde_json::Value) -> Result<Content, EditError> {
    apply(&content(), &edits(value), [])
}

fn ids(points: &[Point]) -> Vec<&str> {
    points.iter().map(|point| point.id.as_str()).collect()
}

#[test]
fn a_changed_point_keeps_its_quotes_unless_new_ones_are_given() {
    let after = applied(json!([{"edit": "change", "id": "d2", "text": " New words "}])).unwrap();
    assert_eq!(after.decisions[1].text, "New words");
    assert_eq!(after.decisions[1].quotes, content().decisions[1].quotes);
    let quotes = [quote()];
    let after = applied(json!([{"edit": "change", "id": "d2", "quotes": quotes, "turns": []}]));
    let after = after.unwrap();
    assert_eq!(after.decisions[1].quotes, quotes);
    assert_eq!(after.decisions[1].turns, [7], "the turns of the quotes are rested on");
    let only = Content { decisions: content().decisions, ..after };
    assert_eq!(only, content(), "nothing else has changed");
}

#[test]
fn new_points_get_ids_that_no_version_had() {
    let add = json!([
        {"edit": "drop", "id": "d3"},
        {"edit": "add", "section": "decisions", "text": "New", "position": 0},
        {"edit": "add", "section": "Losses", "text": "Lost"},
        {"edit": "add", "section": "action_items", "text": "Do", "owner": "Omer", "due": "Friday",
         "due_on": "2026-12-04"}
    ]);
    let after = apply(&content(), &edits(add), ["d9", "s4"]).unwrap();
    assert_eq!(ids(&after.decisions), ["d10", "d1", "d2"]);
    assert_eq!(after.sections[1].title, "Losses");
    assert_eq!(ids(&after.sections[1].points), ["s5"]);
    assert_eq!(after.action_items[2].point.id, "a3");
    assert_eq!(after.action_items[2].owner.as_deref(), Some("Omer"));
    // The id of a point that is dropped with the same edits is not given again.
    let after = apply(
        &content(),
        &edits(json!([
            {"edit": "drop", "id": "d3"}, {"edit": "add", "section": "decisions", "text": "New"}
        ])),
        [],
    );
    assert_eq!(ids(&after.unwrap().decisions), ["d1", "d2", "d4"]);
}

#[test]
fn points_move_within_and_between_sections() {
    let after = applied(json!([{"edit": "move", "id": "d3", "position": 0}])).unwrap();
    assert_eq!(ids(&after.decisions), ["d3", "d1", "d2"]);
    let after = applied(json!([{"edit": "move", "id": "d1", "section": "action_items"}])).unwrap();
    assert_eq!(ids(&after.decisions), ["d2", "d3"]);
    assert_eq!(after.action_items[2].point, content().decisions[0]);
    let after = applied(json!([{"edit": "move", "id": "a1", "section": "decisions"}])).unwrap();
    assert_eq!(ids(&after.decisions), ["d1", "d2", "d3", "a1"]);
    let refused = applied(json!([{"edit": "move", "id": "d1", "section": "headline"}]));
    assert_eq!(refused, Err(EditError::HeadlineTaken("h1".to_owned())));
    let swapped = applied(json!([
        {"edit": "drop", "id": "h1"}, {"edit": "move", "id": "d1", "section": "headline"}
    ]));
    assert_eq!(swapped.unwrap().headline, Some(content().decisions[0].clone()));
}

#[test]
fn a_merged_point_rests_on_all() {
    let merge = json!([{"edit": "merge", "ids": ["d2", "d1", "a1"], "text": "Both"}]);
    let after = applied(merge).unwrap();
    assert_eq!(ids(&after.decisions), ["d2", "d3"]);
    assert_eq!(after.decisions[0].text, "Both");
    assert_eq!(after.decisions[0].quotes.len(), 3);
    let after = applied(json!([{"edit": "merge", "ids": ["a2", "a1"], "text": "Both"}])).unwrap();
    assert_eq!(after.action_items[0].owner.as_deref(), Some("Maya"));
    let one = applied(json!([{"edit": "merge", "ids": ["d1", "d1"], "text": "Both"}]));
    assert_eq!(one, Err(EditError::MergeOfOne));
}

#[test]
fn action_items_have_an_owner_a_time_and_a_state() {
    let mut before = content();
    before.action_items[0].due = Some("by Friday".to_owned());
    before.action_items[0].due_on = NaiveDate::from_ymd_opt(2026, 12, 4);
    let change = |value| apply(&before, &edits(value), []).map(|mut c| c.action_items.remove(0));
    let after = change(json!([{"edit": "change", "id": "a1", "owner": null, "done": true}]));
    let after = after.unwrap();
    assert_eq!((after.owner, after.done), (None, true));
    assert_eq!(after.due_on, before.action_items[0].due_on);
    let after = change(json!([{"edit": "change", "id": "a1", "due": "in May"}])).unwrap();
    assert_eq!(after.due_on, None, "the day of the former time is not kept");
    for value in [json!({"owner": "Omer"}), json!({"due": null}), json!({"done": false})] {
        let mut edit = json!({"edit": "change", "id": "d1"});
        edit.as_object_mut().unwrap().extend(value.as_object().unwrap().clone());
        let refused = applied(json!([edit])).unwrap_err();
        assert_eq!(
            refused.to_string(),
            "d1 is in decisions; only action items have an owner, a time and a state"
        );
    }
}

#[test]
fn all_or_nothing() {
    let edits = edits(json!([{"edit": "drop", "id": "d1"}, {"edit": "drop", "id": "d9"}]));
    let refused = apply(&content(), &edits, []).unwrap_err();
    assert_eq!(refused.to_string(), "there is no point d9");
    assert!(apply(&content(), &edits[..1], []).is_ok());
}

#[test]
fn texts_and_numbers_are_bounded() {
    let long = "x".repeat(TEXT_MAX + 1);
    let refused = applied(json!([{"edit": "change", "id": "d1", "text": long}])).unwrap_err();
    assert_eq!(refused.to_string(), "the text of d1 has 2001 characters; at most 2000 are allowed");
    assert!(applied(json!([{"edit": "change", "id": "d1", "text": &long[1..]}])).is_ok());
    let refused = applied(json!([{"edit": "set_opening", "text": "\u{200b}"}])).unwrap_err();
    assert_eq!(refused.to_string(), "the opening of the summary is empty");
    let add = Edit::Add {
        section: Section::Topics,
        text: "x".to_owned(),
        turns: Vec::new(),
        quotes: Vec::new(),
        owner: None,
        due: None,
        due_on: None,
        position: None,
    };
    let held = content().points().len();
    let most = vec![add.clone(); POINTS_MAX - held];
    assert!(apply(&content(), &most, []).is_ok());
    let more = vec![add.clone(); POINTS_MAX - held + 1];
    assert_eq!(apply(&content(), &more, []), Err(EditError::TooManyPoints));
    let many = vec![add; EDITS_MAX + 1];
    assert_eq!(apply(&content(), &many, []), Err(EditError::TooManyEdits));
    let sections: Vec<_> = (0..SECTIONS_MAX)
        .map(|n| json!({"edit": "add", "section": format!("Own {n}"), "text": "x"}))
        .collect();
    assert_eq!(applied(json!(sections)), Err(EditError::TooManySections));
    assert!(applied(json!(sections[1..])).is_ok());
}

#[test]
fn own_sections_are_renamed() {
    let rename = |title: &str, to: &str| {
        applied(json!([{"edit": "rename_section", "title": title, "to": to}]))
    };
    let after = rename("Wins", "Victories").unwrap();
    assert_eq!(after.sections[0].title, "Victories");
    assert_eq!(after.sections[0].points, content().sections[0].points);
    assert_eq!(rename("Losses", "x"), Err(EditError::NoSection("Losses".to_owned())));
    assert_eq!(rename("Wins", "topics"), Err(EditError::CommonSection("topics".to_owned())));
}

#[test]
fn the_frame_is_set_and_cleared() {
    let after = applied(json!([
        {"edit": "set_opening", "text": "Hi Maya,"}, {"edit": "set_closing", "text": "Warmly"},
    ]));
    let after = after.unwrap();
    assert_eq!(after.opening.as_deref(), Some("Hi Maya,"));
    let cleared = edits(json!([{"edit": "set_opening"}, {"edit": "set_closing", "text": null}]));
    let cleared = apply(&after, &cleared, []).unwrap();
    assert_eq!((cleared.opening, cleared.closing), (None, None));
}

#[test]
fn edits_have_one_form_in_json() {
    for value in [
        json!({"edit": "change", "id": "a1", "owner": null}),
        json!({"edit": "move", "id": "a1", "section": "Wins", "position": 2}),
        json!({"edit": "add", "section": "decisions", "text": "x"}),
    ] {
        let edit: Edit = serde_json::from_value(value.clone()).unwrap();
        assert_eq!(serde_json::to_value(edit).unwrap(), value);
    }
    let unknown = json!({"edit": "change", "id": "a1", "colour": "red"});
    assert!(serde_json::from_value::<Edit>(unknown).is_err());
}
