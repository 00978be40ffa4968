//! P8 for search: no question returns anything of another organization, in hits, highlights,
//! facets, suggestions or similar sessions. 10,000 questions with `DEBRIEF_TEST_FULL=1`, else
//! 1,000.

use chrono::{TimeZone, Utc};
use debrief_domain::ids::{ClientId, OrganizationId, TranscriptId};
use debrief_domain::principal::Viewer;
use debrief_domain::subject::Subject;
use debrief_domain::transcript::content::{Content, Turn};
use debrief_infra::vectors::Neighbor;
use debrief_search::dense::chunks;
use debrief_search::index::{Checkpoint, Index, SCHEMA};
use debrief_search::passages::{self, Kind};
use debrief_search::query::{About, Dense, Filters, Query, Snapshot};
use debrief_sessions::Session;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use std::cell::Cell;
use std::collections::HashSet;
use uuid::Uuid;

/// Number of sessions of each organization.
const SESSIONS: u128 = 12;
/// Words that both organizations use.
const SHARED: [&str; 8] = ["budget", "sleep", "race", "the", "report", "heel", "friday", "טלפון"];

fn organization(number: u128) -> OrganizationId {
    OrganizationId(Uuid::from_u128(number))
}

/// Returns a word, name or title that only this organization has.
fn own(number: u128, what: &str, n: u128) -> String {
    format!("{what}{}{}", ["alpha", "omega"][number as usize - 1], n % 5)
}

fn session(of: u128, n: u128) -> Session {
    let say = |index: u32| Turn {
        index,
        speaker: Some(own(of, "Speaker", n + u128::from(index))),
        text: format!(
            "{} {} and {} with {}",
            SHARED[(n as usize + index as usize) % SHARED.len()],
            SHARED[(n as usize * 3 + 1) % SHARED.len()],
            own(of, "word", n),
            own(of, "Speaker", n + 1),
        ),
        ..Turn::default()
    };
    Session {
        organization: organization(of),
        subject: Subject::Transcript(TranscriptId(Uuid::from_u128(of * 1_000 + n))),
        title: Some(own(of, "Title", n)),
        client_id: Some(ClientId(Uuid::from_u128(of * 1_000 + 500 + n % 3))),
        held_at: Utc.with_ymd_and_hms(2026, 3, 1 + n as u32, 9, 0, 0).single(),
        uploaded_at: Utc::now(),
        notes: Some(format!("notes {} {}", own(of, "word", n), SHARED[n as usize % SHARED.len()])),
        language: Some("en".to_owned()),
        content: Some(Content { turns: (0..6).map(say).collect(), ..Content::default() }),
        summary: None,
        note: None,
    }
}

/// Returns random words of both organizations, of one, or of none.
fn words() -> impl Strategy<Value = String> {
    let word = prop_oneof![
        (0..SHARED.len()).prop_map(|n| SHARED[n].to_owned()),
        (1u128..=2, 0u128..5).prop_map(|(of, n)| own(of, "word", n)),
        (1u128..=2, 0u128..5).prop_map(|(of, n)| own(of, "Speaker", n)),
        (1u128..=2).prop_map(|of| organization(of).0.simple().to_string()),
        "\\PC{0,8}",
    ];
    proptest::collection::vec(word, 0..5).prop_map(|words| words.join(" "))
}

fn question() -> impl Strategy<Value = Query> {
    let filters = (
        proptest::collection::vec((1u128..=2, 0u128..3), 0..2),
        proptest::collection::vec((1u128..=2, 0u128..SESSIONS), 0..3),
        proptest::collection::vec((1u128..=2, 0u128..5), 0..2),
        proptest::option::of(0..Kind::ALL.len()),
    );
    (words(), proptest::option::of(words()), proptest::option::of(words()), filters, any::<bool>())
        .prop_map(|(text, phrase, excluded, (clients, sessions, speakers, kind), about)| {
            let client = |(of, n): &(u128, u128)| ClientId(Uuid::from_u128(of * 1_000 + 500 + n));
            let names: Vec<String> =
                speakers.iter().map(|(of, n)| own(*of, "Speaker", *n)).collect();
            let mut query = Query {
                words: text,
                phrases: phrase.into_iter().collect(),
                excluded: excluded.into_iter().collect(),
                filters: Filters {
                    transcript_ids: sessions
                        .iter()
                        .map(|(of, n)| TranscriptId(Uuid::from_u128(of * 1_000 + n)))
                        .collect(),
                    kinds: kind.map(|kind| Kind::ALL[kind]).into_iter().collect(),
                    ..Filters::default()
                },
                ..Query::default()
            };
            let clients = clients.iter().map(client).collect();
            match about {
                true => query.about = vec![About { clients, names }],
                false => {
                    query.filters.client_ids = clients;
                    query.filters.speakers = names;
                }
            }
            query
        })
}

#[test]
fn nothing_foreign_comes_back_whatever_is_asked() {
    let index = Index::in_memory().unwrap();
    let mut writer = index.writer().unwrap();
    for n in 0..SESSIONS {
        for of in [1, 2] {
            writer.replace(&session(of, n)).unwrap();
        }
    }
    let checkpoint = Checkpoint { schema: SCHEMA, epoch: String::new(), position: 1, event: None };
    writer.commit(&checkpoint).unwrap();

    // As if the vector store named chunks of both, and each as near as can be.
    let near: Vec<Neighbor> = (0..SESSIONS)
        .flat_map(|n| [session(1, n), session(2, n)])
        .flat_map(|session| chunks::of_passages(session.subject, &passages::of_session(&session)))
        .map(|chunk| Neighbor { id: chunk.entry.id, similarity: 1.0 })
        .collect();

    let full = std::env::var("DEBRIEF_TEST_FULL").is_ok_and(|value| value == "1");
    let questions = if full { 10_000 } else { 1_000 };
    let by_near = Cell::new(0u64);
    let (found, facets) = (Cell::new([0u64; 2]), Cell::new(0u64));
    let mut runner = TestRunner::new(Config { cases: questions, ..Config::default() });
    runner
        .run(&(question(), any::<bool>()), |(mut query, by_meaning)| {
            if by_meaning {
                query.dense.near.clone_from(&near);
            }
            for of in [1u128, 2] {
                let asked = Snapshot::by(&index, Viewer::everything(organization(of))).unwrap();
                let foreign = ["omega", "alpha"][of as usize - 1];
                let answer = asked.search(&query, &["en"], 50, 0, |_| false).unwrap();
                prop_assert!(answer.passages >= answer.hits.len() as u64);
                for hit in &answer.hits {
                    let id = hit.stored.subject.id().as_u128();
                    prop_assert_eq!(id / 1_000, of, "another's session");
                    let seen = format!("{:?}", hit.stored);
                    prop_assert!(!seen.contains(foreign), "{}", seen);
                }
                if by_meaning {
                    let without = Query { dense: Dense::default(), ..query.clone() };
                    let without = asked.search(&without, &["en"], 50, 0, |_| false).unwrap();
                    by_near.set(by_near.get() + u64::from(answer.passages > without.passages));
                }
                let said = format!("{:?}", answer.answer);
                prop_assert!(!said.contains(foreign), "{}", said);
                let counted = asked.facets(&query, &["en"]).unwrap();
                let values: HashSet<&str> =
                    counted.values().flatten().map(|(value, _)| value.as_str()).collect();
                prop_assert!(!values.iter().any(|value| value.contains(foreign)), "{:?}", values);
                let mut sums = found.get();
                sums[of as usize - 1] += answer.hits.len() as u64;
                found.set(sums);
                facets.set(facets.get() + values.len() as u64);
            }
            Ok(())
        })
        .unwrap();
    for of in [1u128, 2] {
        let asked = Snapshot::by(&index, Viewer::everything(organization(of))).unwrap();
        let foreign = ["omega", "alpha"][of as usize - 1];
        let suggested = format!("{:?}", asked.suggestions(1_000).unwrap());
        assert!(!suggested.contains(foreign), "{suggested}");
        assert!(suggested.contains("Title"), "{suggested}");
        // Another's session is like none of one's own.
        let theirs = TranscriptId(Uuid::from_u128((3 - of) * 1_000 + 1));
        assert!(asked.similar(theirs, 10).unwrap().hits.is_empty());
        let own = TranscriptId(Uuid::from_u128(of * 1_000 + 1));
        assert!(!asked.similar(own, 10).unwrap().hits.is_empty());
    }
    // The control: the same questions do find things, for both.
    let [ours, theirs] = found.get();
    println!(
        "P8 search: {questions} questions of two organizations, {ours} and {theirs} hits, {} facet \
         values, 0 foreign",
        facets.get()
    );
    assert!(by_near.get() > u64::from(questions) / 50, "what is near is found: {by_near:?}");
    assert!(ours > u64::from(questions) / 10 && theirs > u64::from(questions) / 10);
}
