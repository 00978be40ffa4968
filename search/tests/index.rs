//! What an index finds, for whom, and what it deletes.

use chrono::{DateTime, TimeZone, Utc};
use debrief_domain::ids::{ClientId, OrganizationId, TranscriptId};
use debrief_domain::principal::Viewer;
use debrief_domain::subject::Subject;
use debrief_domain::transcript::content::{Content, Turn};
use debrief_infra::vectors::Neighbor;
use debrief_search::dense::chunks;
use debrief_search::index::{Checkpoint, Index, IndexError, SCHEMA, Writer};
use debrief_search::passages::{self, Kind};
use debrief_search::query::NEAR_MAX;
use debrief_search::query::{About, Filters, Found, Query, Snapshot};
use debrief_sessions::Session;
use std::path::Path;
use uuid::Uuid;

const OURS: OrganizationId = OrganizationId(Uuid::from_u128(1));
const THEIRS: OrganizationId = OrganizationId(Uuid::from_u128(2));

fn id(number: u128) -> TranscriptId {
    TranscriptId(Uuid::from_u128(number))
}

fn day(day: u32) -> DateTime<Utc> {
    Utc.with_ymd_and_hms(2026, 3, day, 9, 0, 0).unwrap()
}

fn session(organization: OrganizationId, number: u128, turns: &[(&str, &str)]) -> Session {
    let turn = |(index, (speaker, text)): (usize, &(&str, &str))| Turn {
        index: u32::try_from(index).unwrap(),
        speaker: Some((*speaker).to_owned()),
        text: (*text).to_owned(),
        ..Turn::default()
    };
    Session {
        organization,
        subject: Subject::Transcript(id(number)),
        title: None,
        client_id: None,
        held_at: Some(day(1)),
        uploaded_at: day(28),
        notes: None,
        language: Some("en".to_owned()),
        content: Some(Content {
            turns: turns.iter().enumerate().map(turn).collect(),
            ..Content::default()
        }),
        summary: None,
        note: None,
    }
}

fn checkpoint(position: i64) -> Checkpoint {
    Checkpoint { schema: SCHEMA, epoch: "e".to_owned(), position, event: None }
}

fn index_of(sessions: &[Session]) -> (Index, Writer) {
    let index = Index::in_memory().unwrap();
    let mut writer = index.writer().unwrap();
    for session in sessions {
        writer.replace(session).unwrap();
    }
    writer.commit(&checkpoint(1)).unwrap();
    (index, writer)
}

fn find(index: &Index, organization: OrganizationId, query: &Query) -> Found {
    Snapshot::by(index, Viewer::everything(organization))
        .unwrap()
        .search(query, &["en"], 10, 0, |_| false)
        .unwrap()
}

fn words(words: &str) -> Query {
    Query { words: words.to_owned(), ..Query::default() }
}

fn found(found: &Found) -> Vec<u128> {
    found.hits.iter().map(|hit| hit.stored.subject.id().as_u128()).collect()
}

#[test]
fn another_organizations_words_are_neither_found_nor_counted() {
    let ours = session(OURS, 1, &[("Maya", "I slept badly and ran well.")]);
    let (index, mut writer) = index_of(&[ours]);
    let query = words("sleep badly");
    let alone = find(&index, OURS, &Query { words: "slept".into(), ..query.clone() });
    for number in 100..160 {
        let said =
            [("Noa", "slept slept slept badly zebra"), ("Maya", "a much longer turn of talk")];
        writer.replace(&session(THEIRS, number, &said)).unwrap();
    }
    writer.commit(&checkpoint(2)).unwrap();
    let beside = find(&index, OURS, &Query { words: "slept".into(), ..query });
    assert_eq!(found(&beside), [1]);
    assert_eq!(beside.hits[0].score, alone.hits[0].score, "their words move our scores");
    assert!(find(&index, OURS, &words("zebra")).hits.is_empty());
    let asked = Snapshot::by(&index, Viewer::everything(OURS)).unwrap();
    assert_eq!(asked.speakers(10).unwrap(), ["Maya"]);
    let facets = asked.facets(&Query::default(), &["en"]).unwrap();
    assert_eq!(facets["speaker"], [("Maya".to_owned(), 1)]);
    assert_eq!(
        Snapshot::by(&index, Viewer::everything(THEIRS)).unwrap().speakers(10).unwrap(),
        ["Maya", "Noa"]
    );
    // The same id under another organization is not touched by it.
    writer.remove(THEIRS, Subject::Transcript(id(1)));
    writer.commit(&checkpoint(3)).unwrap();
    assert_eq!(found(&find(&index, OURS, &words("slept"))), [1]);
    // The control: words of one's own do move scores.
    for number in 2..30 {
        writer.replace(&session(OURS, number, &[("Maya", "slept")])).unwrap();
    }
    writer.commit(&checkpoint(4)).unwrap();
    let more = find(&index, OURS, &words("slept"));
    assert_ne!(more.hits.last().unwrap().score, alone.hits[0].score);
}

#[test]
fn filters_phrases_and_people_decide_what_is_found() {
    let maya = ClientId(Uuid::from_u128(77));
    let mut one =
        session(OURS, 1, &[("Ruth", "How is the budget?"), ("Maya", "The budget is gone.")]);
    one.client_id = Some(maya);
    let mut two =
        session(OURS, 2, &[("Ruth", "Maya asked for the budget."), ("Leila", "Is it gone?")]);
    two.held_at = None;
    let three = session(OURS, 3, &[("Ruth", "The budget."), ("Leila", "Gone is the budget.")]);
    let (index, _writer) = index_of(&[one, two, three]);
    let ask = |query: &Query| {
        let mut ids = found(&find(&index, OURS, query));
        ids.sort_unstable();
        ids
    };
    let budget = words("budget");
    assert_eq!(ask(&budget), [1, 2, 3]);
    let filtered = |filters: Filters| ask(&Query { filters, ..words("budget") });
    assert_eq!(filtered(Filters { client_ids: vec![maya], ..Filters::default() }), [1]);
    assert_eq!(filtered(Filters { speakers: vec!["Leila".into()], ..Filters::default() }), [2, 3]);
    assert_eq!(filtered(Filters { transcript_ids: vec![id(3)], ..Filters::default() }), [3]);
    assert_eq!(filtered(Filters { kinds: vec![Kind::Title], ..Filters::default() }), [0; 0]);
    assert_eq!(filtered(Filters { languages: vec!["he".into()], ..Filters::default() }), [0; 0]);
    // Without a date, the upload counts.
    assert_eq!(filtered(Filters { from: Some(day(20)), ..Filters::default() }), [2]);
    assert_eq!(filtered(Filters { to: Some(day(1)), ..Filters::default() }), [0; 0]);
    assert_eq!(
        filtered(Filters { from: Some(day(1)), to: Some(day(2)), ..Filters::default() }),
        [1, 3]
    );

    let phrase = |phrase: &str| ask(&Query { phrases: vec![phrase.into()], ..Query::default() });
    assert_eq!(phrase("budget is gone"), [1]);
    assert_eq!(phrase("gone is the budget"), [3]);
    assert_eq!(phrase("budget gone"), [0; 0], "one turn ends and another begins");
    let without =
        |excluded: &str| ask(&Query { excluded: vec![excluded.into()], ..words("budget") });
    assert_eq!(without("asked"), [1, 3]);
    assert_eq!(without("is gone"), [2, 3]);

    // From their session, where they speak, or where they are named.
    let about = About { clients: vec![maya], names: vec!["Maya".into()] };
    assert_eq!(ask(&Query { about: vec![about], ..words("budget") }), [1, 2]);
}

#[test]
fn overlapping_windows_are_one_hit_and_a_session_can_be_held_to_some() {
    let long: Vec<(&str, String)> = (0..60)
        .map(|n| ("Maya", format!("The budget of week {n} {}", "and so on ".repeat(10))))
        .collect();
    let turns: Vec<(&str, &str)> = long.iter().map(|(who, text)| (*who, text.as_str())).collect();
    let (index, _writer) =
        index_of(&[session(OURS, 1, &turns), session(OURS, 2, &[("A", "budget")])]);
    let all = find(&index, OURS, &words("budget"));
    assert!(all.hits.len() > 3);
    let mut spans: Vec<(u32, u32)> = all
        .hits
        .iter()
        .filter(|hit| hit.stored.subject == Subject::Transcript(id(1)))
        .filter_map(|hit| hit.stored.passage.turns())
        .collect();
    spans.sort_unstable();
    assert!(spans.windows(2).all(|pair| pair[0].1 < pair[1].0), "{spans:?}");
    let one_each = find(&index, OURS, &Query { per_session: 1, ..words("budget") });
    let mut ids = found(&one_each);
    ids.sort_unstable();
    assert_eq!(ids, [1, 2]);
}

fn bytes_hold(directory: &Path, word: &str) -> bool {
    std::fs::read_dir(directory).unwrap().any(|entry| {
        let path = entry.unwrap().path();
        let bytes = std::fs::read(path).unwrap();
        bytes.windows(word.len()).any(|window| window == word.as_bytes())
    })
}

#[test]
fn what_was_removed_leaves_the_disk_with_the_commit() {
    let directory = tempfile::tempdir().unwrap();
    let index = Index::create(directory.path()).unwrap();
    let mut writer = index.writer().unwrap();
    writer.replace(&session(OURS, 1, &[("Maya", "xylophone")])).unwrap();
    writer.replace(&session(OURS, 2, &[("Maya", "quokka")])).unwrap();
    writer.commit(&checkpoint(1)).unwrap();
    assert!(bytes_hold(directory.path(), "xylophon"), "the search for bytes finds them");
    writer.remove(OURS, Subject::Transcript(id(1)));
    writer.commit(&checkpoint(2)).unwrap();
    assert!(!bytes_hold(directory.path(), "xylophon"));
    assert_eq!(found(&find(&index, OURS, &words("quokka"))), [2]);
    // The last one goes too.
    writer.remove(OURS, Subject::Transcript(id(2)));
    writer.commit(&checkpoint(3)).unwrap();
    assert!(!bytes_hold(directory.path(), "quokka"));
    assert_eq!(index.passages(), 0);
}

#[test]
fn an_index_that_cannot_be_trusted_is_not_opened() {
    let directory = tempfile::tempdir().unwrap();
    {
        let index = Index::create(directory.path()).unwrap();
        let mut writer = index.writer().unwrap();
        writer.replace(&session(OURS, 1, &[("Maya", "xylophone")])).unwrap();
        writer.commit(&checkpoint(7)).unwrap();
    }
    let (index, found_at) = Index::open(directory.path()).unwrap();
    assert_eq!(found_at.position, 7);
    assert_eq!(found(&find(&index, OURS, &words("xylophone"))), [1]);
    drop(index);
    let store = std::fs::read_dir(directory.path()).unwrap().map(|entry| entry.unwrap().path());
    let store: Vec<_> =
        store.filter(|path| path.extension().is_some_and(|e| e == "term")).collect();
    let mut bytes = std::fs::read(&store[0]).unwrap();
    bytes[3] ^= 1;
    std::fs::write(&store[0], bytes).unwrap();
    assert!(matches!(Index::open(directory.path()), Err(IndexError::Damaged(_))));
    let empty = tempfile::tempdir().unwrap();
    assert!(matches!(Index::open(empty.path()), Err(IndexError::Damaged(_))));
}

/// A session of two chunks: about sheep, then about ships.
fn sheep_and_ships() -> Session {
    let (sheep, ships) = ("The sheep graze. ".repeat(40), "A ship sets sail. ".repeat(30));
    let turns: [(&str, &str); 3] = [("Ruth", "Well?"), ("Maya", &sheep), ("Maya", &ships)];
    session(OURS, 1, &turns)
}

fn near(session: &Session, similarities: &[(&str, f32)]) -> Vec<Neighbor> {
    let all = chunks::of_passages(session.subject, &passages::of_session(session));
    let of = |(text, similarity): &(&str, f32)| {
        let chunk = all.iter().find(|chunk| chunk.text.contains(text)).unwrap();
        Neighbor { id: chunk.entry.id, similarity: *similarity }
    };
    similarities.iter().map(of).collect()
}

#[test]
fn what_is_near_is_found_where_it_is_near() {
    let session = sheep_and_ships();
    let (index, _writer) =
        index_of(&[session.clone(), self::session(OURS, 2, &[("Leila", "Hi.")])]);
    let mut query = words("livestock");
    assert!(find(&index, OURS, &query).hits.is_empty());
    for (nearest, other, turn) in [("sheep", "ship", 1), ("ship", "sheep", 2)] {
        query.dense.near = near(&session, &[(nearest, 0.8), (other, 0.3)]);
        let answer = find(&index, OURS, &query);
        assert_eq!(found(&answer), [1], "{nearest}");
        let hit = &answer.hits[0];
        let line = &hit.stored.passage.lines[hit.best];
        assert_eq!(line.turn, turn, "the line is of the chunk that is near");
        assert_eq!(answer.passages, 1);
    }
    // What is nearest and yet unrelated is not found, nor what a filter leaves out.
    query.dense.near = near(&session, &[("sheep", 0.2)]);
    assert!(find(&index, OURS, &query).hits.is_empty());
    query.dense.near = near(&session, &[("sheep", 0.8)]);
    query.filters.transcript_ids = vec![id(2)];
    assert!(find(&index, OURS, &query).hits.is_empty());
    query.filters = Filters::default();
    query.excluded = vec!["sheep".to_owned()];
    assert!(find(&index, OURS, &query).hits.is_empty());
    // Another organization has no use for its names.
    query.excluded.clear();
    assert_eq!(found(&find(&index, OURS, &query)), [1]);
    assert!(find(&index, THEIRS, &query).hits.is_empty());
}

#[test]
fn words_and_meaning_together_come_before_each_alone() {
    let only_near = session(OURS, 1, &[("Maya", "She grazes on the hill.")]);
    let only_words = session(OURS, 2, &[("Maya", "The livestock is sold.")]);
    let both = session(OURS, 3, &[("Maya", "Our livestock grazes.")]);
    let (index, _writer) = index_of(&[only_near.clone(), only_words, both.clone()]);
    let mut query = words("livestock");
    query.dense.near =
        [near(&both, &[("grazes", 0.7)]), near(&only_near, &[("grazes", 0.6)])].concat();
    assert_eq!(found(&find(&index, OURS, &query))[0], 3);
    // However many more are looked at, the scale stays: what is farther than all that is tuned for
    // adds nothing.
    let order = found(&find(&index, OURS, &query));
    let far = Neighbor { id: Uuid::from_u128(99), similarity: -0.5 };
    let mut padded = query.clone();
    padded.dense.near.resize(NEAR_MAX, Neighbor { similarity: 0.6, ..far });
    let scores = |query: &Query| {
        let hits = find(&index, OURS, query).hits;
        hits.iter().map(|hit| hit.score).collect::<Vec<_>>()
    };
    let before = scores(&padded);
    padded.dense.near.resize(1_000, far);
    assert_eq!(scores(&padded), before);
    assert_eq!(order.len(), 3);
}

/// The engine's own ranking is the control: similar passages are scored clause by clause.
#[test]
fn near_passages_score_by_words_as_the_engine_scores_them() {
    let said: [&[(&str, &str)]; 4] = [
        &[("Ruth", "How did you sleep?"), ("Maya", "I slept badly before the long race.")],
        &[("Ruth", "The race was long."), ("Noa", "A long race, and no sleep at all, none.")],
        &[("Noa", "Nothing to tell of the week."), ("Ruth", "Tell me of the budget.")],
        &[("Maya", "Sleep, sleep, sleep: that is the plan until the race.")],
    ];
    let sessions: Vec<Session> =
        said.iter().zip(1..).map(|(turns, number)| session(OURS, number, turns)).collect();
    let (index, _writer) = index_of(&sessions);
    let all_near: Vec<Neighbor> = sessions
        .iter()
        .flat_map(|session| chunks::of_passages(session.subject, &passages::of_session(session)))
        .map(|chunk| Neighbor { id: chunk.entry.id, similarity: 0.9 })
        .collect();
    let plain = words("sleeping before a long race");
    let queries = [
        plain.clone(),
        Query { every_word: true, ..words("long race") },
        Query { phrases: vec!["long race".to_owned()], ..plain.clone() },
        Query { excluded: vec!["budget".to_owned(), "slept badly".to_owned()], ..plain.clone() },
        Query {
            about: vec![About { clients: Vec::new(), names: vec!["Maya".to_owned()] }],
            ..plain.clone()
        },
        Query {
            filters: Filters { kinds: vec![Kind::Turns], ..Filters::default() },
            ..plain.clone()
        },
        Query { favoured: Some(Kind::Title), ..plain },
    ];
    for query in queries {
        let by_words = find(&index, OURS, &query).hits;
        assert!(!by_words.is_empty(), "{query:?}");
        // Meaning weighs nothing, so that the order is that of the words' scores.
        let mut near = query.clone();
        near.dense.near.clone_from(&all_near);
        near.dense.weight = 0.0;
        let fused = find(&index, OURS, &near).hits;
        let best = by_words[0].score;
        for (one, other) in by_words.iter().zip(&fused) {
            assert_eq!(one.key(), other.key(), "{query:?}");
            assert!((one.score / best - other.score).abs() < 1e-4, "{query:?}");
        }
        assert!(fused[by_words.len()..].iter().all(|hit| hit.score == 0.0), "{query:?}");
    }
}
