use super::*;
use crate::summary::content::{Method, OwnSection, Point};
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use std::collections::BTreeSet;

fn point(id: &str, text: &str) -> Point {
    Point { id: id.to_owned(), text: text.to_owned(), ..Point::default() }
}

fn decisions(ids: &[&str]) -> Content {
    let decisions = ids.iter().map(|id| point(id, id)).collect();
    Content { decisions, ..Content::empty(Method::Extractive) }
}

fn kinds(changes: &[Change]) -> Vec<String> {
    let name = |change: &Change| match change {
        Change::Opening { .. } => "opening".to_owned(),
        Change::Renamed { .. } => "renamed".to_owned(),
        Change::Sections { .. } => "sections".to_owned(),
        Change::Dropped { before, .. } => format!("dropped {}", before.point.id),
        Change::Added { after, .. } => format!("added {}", after.point.id),
        Change::Moved { id, .. } => format!("moved {id}"),
        Change::Changed { after, .. } => format!("changed {}", after.point.id),
        Change::Closing { .. } => "closing".to_owned(),
    };
    changes.iter().map(name).collect()
}

#[test]
fn words_are_compared() {
    let span = |kind, text: &str| Span { kind, text: text.to_owned() };
    assert_eq!(
        words("She will utilize it today.", "She will use it."),
        [
            span(SpanKind::Same, "She will "),
            span(SpanKind::Removed, "utilize"),
            span(SpanKind::Added, "use"),
            span(SpanKind::Same, " it"),
            span(SpanKind::Removed, " today"),
            span(SpanKind::Same, "."),
        ]
    );
    assert_eq!(words("שלום", "שלום"), [span(SpanKind::Same, "שלום")]);
    assert_eq!(words("", ""), []);
}

#[test]
fn one_point_that_moved_is_the_only_one_said_to_have_moved() {
    let changes =
        diff(&decisions(&["d1", "d2", "d3", "d4"]), &decisions(&["d4", "d1", "d2", "d3"]));
    assert_eq!(kinds(&changes), ["moved d4"]);
    let changes = diff(&decisions(&["d1", "d2", "d3"]), &decisions(&["d1", "d3", "d5"]));
    assert_eq!(kinds(&changes), ["dropped d2", "added d5"]);
    assert_eq!(diff(&decisions(&["d1"]), &decisions(&["d1"])), []);
}

#[test]
fn differences_come_in_the_order_shown() {
    let own = |title: &str, ids: &[&str]| OwnSection {
        title: title.to_owned(),
        points: ids.iter().map(|id| point(id, id)).collect(),
    };
    let from = Content {
        opening: Some("Hi".to_owned()),
        sections: vec![own("Wins", &["s1"]), own("Luck", &[])],
        ..decisions(&["d1", "d2"])
    };
    let to = Content {
        opening: None,
        closing: Some("Warmly".to_owned()),
        headline: Some(point("d2", "New")),
        sections: vec![own("Victories", &["s1", "s2"])],
        ..decisions(&["d1"])
    };
    assert_eq!(
        kinds(&diff(&from, &to)),
        ["opening", "renamed", "sections", "moved d2", "changed d2", "added s2", "closing"]
    );
}

/// Any content whose ids are unique; few ids and texts, so that two share points.
fn content() -> impl Strategy<Value = Content> {
    let text = || prop_oneof![Just("a b"), Just("a c"), Just("")].prop_map(str::to_owned);
    let entry = (0usize..12, 0u32..14, text(), option::of(text()), any::<bool>());
    let frame = option::of(text());
    let titles = Just(vec!["U", "V", "W"]).prop_shuffle();
    (vec(entry, 0..14), frame.clone(), frame, titles).prop_map(
        |(entries, opening, closing, titles)| {
            let sections = titles
                .iter()
                .map(|title| OwnSection { title: (*title).to_owned(), points: Vec::new() });
            let mut content = Content {
                opening,
                closing,
                sections: sections.collect(),
                ..Content::empty(Method::Extractive)
            };
            let mut sheet = Sheet::of(&content);
            let mut used = BTreeSet::new();
            for (page, number, text, owner, done) in entries {
                let page = &mut sheet.0[page];
                if !used.insert(number)
                    || page.section == Section::Headline && !page.entries.is_empty()
                {
                    continue;
                }
                let of_item = page.section == Section::ActionItems;
                page.entries.push(ActionItem {
                    point: point(&format!("d{number}"), &text),
                    owner: owner.filter(|_| of_item),
                    done: done && of_item,
                    ..ActionItem::default()
                });
            }
            // Some own sections are not there.
            sheet.0.retain(|page| {
                page.section != Section::Own("W".to_owned()) || !page.entries.is_empty()
            });
            content = sheet.into_content(&content);
            content
        },
    )
}

proptest! {
    #[test]
    fn the_differences_lead_from_one_to_the_other(from in content(), to in content()) {
        let changes = diff(&from, &to);
        prop_assert_eq!(patch(&from, &changes), to.clone());
        prop_assert_eq!(changes.is_empty(), from == to);
        // Without any one of them, they lead elsewhere. That a point lost its owner with its section
        // follows from the move, and that a headline went from the one that came.
        for left_out in 0..changes.len() {
            let moved = |point: &str| {
                changes.iter().any(|change| matches!(change, Change::Moved { id, .. } if id == point))
            };
            let follows = match &changes[left_out] {
                Change::Changed { after, at, .. } => {
                    at.section != Section::ActionItems && moved(&after.point.id)
                }
                Change::Dropped { from, .. } => from.section == Section::Headline,
                Change::Moved { from, .. } => from.section == Section::Headline,
                _ => false,
            };
            if follows {
                continue;
            }
            let mut fewer = changes.clone();
            fewer.remove(left_out);
            prop_assert_ne!(patch(&from, &fewer), to.clone());
        }
    }

    #[test]
    fn words_make_both_texts(before in "[ab ,א]{0,12}", after in "[ab ,א]{0,12}") {
        let spans = words(&before, &after);
        let of = |left_out: SpanKind| -> String {
            spans.iter().filter(|s| s.kind != left_out).map(|s| s.text.as_str()).collect()
        };
        prop_assert_eq!(of(SpanKind::Added), before);
        prop_assert_eq!(of(SpanKind::Removed), after);
    }
}
