//! From parts to a summary, with two scripted models over the samples: a perfect one, which quotes
//! what each part says, and a lying one, which changes a word of every quote and a fact of every
//! point.

use std::fs;
use std::path::Path;
use std::time::Instant;

use debrief_domain::summary::Section;
use debrief_domain::summary::content::{Checked, Content as Summary, Method, Point};
use debrief_domain::transcript::content::Content;
use debrief_language::answer::{self, ask_again};
use debrief_language::evidence::{Evidence, Known, Sifted};
use debrief_language::merge::{About, Bounds, merge};
use debrief_language::parts::{Part, coverage, divide};
use debrief_language::prompts::{Length, builtin};
use debrief_language::summary::extractive;
use serde_json::{Value, json};

const SAMPLES: [&str; 4] = [
    "executive-delegating.vtt",
    "running-half-marathon.srt",
    "career-change.txt",
    "hebrew-boundaries.vtt",
];

fn read(name: &str) -> Content {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../samples").join(name);
    debrief_formats::parse(&fs::read(path).unwrap()).unwrap()
}

fn words(text: &str) -> u32 {
    u32::try_from(text.split_whitespace().count()).unwrap()
}

fn point(point: &Point, lie: bool) -> Value {
    // A model without quotes for a topic names its turns.
    let change = |text: &str| match lie {
        true => format!("{text} xyzzy"),
        false => text.to_uppercase(),
    };
    let quotes: Vec<Value> = point
        .quotes
        .iter()
        .map(|quote| json!({ "turn": quote.turn, "text": change(&quote.text) }))
        .collect();
    let text = if lie { format!("{} 98765", point.text) } else { point.text.clone() };
    json!({ "text": text, "turns": point.turns, "quotes": quotes })
}

/// The answer of a scripted model to a part.
fn answer_of(content: &Content, part: &Part, lie: bool) -> String {
    let mut own = content.clone();
    own.turns = part.pieces.iter().map(|piece| content.turns[piece.place].clone()).collect();
    let summary = extractive(&own, None);
    let mut answer = json!({});
    for (section, written) in summary.points() {
        let written = point(written, lie);
        match section {
            Section::Headline => answer["headline"] = written,
            section => match answer[section.as_str()].as_array_mut() {
                Some(list) => list.push(written),
                None => answer[section.as_str()] = json!([written]),
            },
        }
    }
    answer.to_string()
}

/// Asks a scripted model for all parts.
fn written(content: &Content, lie: bool) -> (Summary, Sifted) {
    let sections = builtin::named(builtin::DEFAULT).unwrap().asked();
    let evidence = Evidence::new(content, &Known::default());
    let parts = divide(content, 500, words);
    assert!(parts.len() >= 3);
    let mut all = Sifted::default();
    for part in &parts {
        let read = answer::read(&answer_of(content, part, lie), &sections).unwrap();
        assert_eq!(read.problems, [""; 0]);
        let sifted = evidence.sift(read.claims);
        all.kept.extend(sifted.kept);
        all.failed.extend(sifted.failed);
    }
    let number = |count: usize| u32::try_from(count).unwrap();
    let about = About {
        checked: Checked {
            kept: number(all.kept.len()),
            repaired: 0,
            dropped: number(all.failed.len()),
        },
        coverage: Some(coverage(content, &parts, |_| true)),
        ..About::default()
    };
    let bounds = Bounds::of(Length::Medium);
    (merge(content, all.kept.clone(), &[], &bounds, about), all)
}

#[test]
fn all_that_a_perfect_model_writes_is_kept() {
    for name in SAMPLES {
        let content = read(name);
        let begun = Instant::now();
        let (summary, sifted) = written(&content, false);
        println!("{name}: {} points in {:?}", sifted.kept.len(), begun.elapsed());
        assert_eq!(sifted.failed, [], "{name}");
        assert_eq!(summary.method, Method::LanguageModel);
        let covered = summary.coverage.unwrap();
        assert_eq!((covered.turns, covered.covered), (content.turns.len() as u32, covered.turns));
        assert!(summary.headline.is_some() && summary.action_items.len() >= 4, "{name}");
        for (section, point) in summary.points() {
            assert!(!point.id.is_empty() && !point.turns.is_empty());
            assert!(section == Section::Topics || !point.quotes.is_empty());
            for quote in &point.quotes {
                let said = &content.turns[quote.turn as usize].text;
                assert!(said.contains(&quote.text), "{name}: {quote:?}");
            }
        }
        // The same as from the whole, where parts overlap.
        let texts: Vec<&str> =
            summary.action_items.iter().map(|item| item.point.text.as_str()).collect();
        let distinct: std::collections::HashSet<&&str> = texts.iter().collect();
        assert_eq!(distinct.len(), texts.len(), "{name}: {texts:?}");
    }
}

#[test]
fn nothing_that_a_lying_model_writes_is_kept() {
    for name in SAMPLES {
        let content = read(name);
        let (summary, sifted) = written(&content, true);
        assert_eq!(sifted.kept, [], "{name}");
        assert!(summary.points().is_empty() && summary.checked.dropped > 20);
        let message = ask_again(&sifted.failed, &[]);
        assert_eq!(message.matches("\n- In ").count(), sifted.failed.len());
        assert!(message.matches("is not in the transcript").count() > 20);
        assert!(message.contains("The number “98765” is in none of the quotes and turns"));
    }
}
