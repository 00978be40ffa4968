//! The content of rows.

use crate::support::history::{self, History, WORDS, upload};
use crate::support::{KEEP_ALL, Shared};
use debrief_domain::change::Change;
use debrief_domain::ids::SummaryId;
use debrief_domain::personal::Personal;
use debrief_domain::principal::Viewer;
use debrief_domain::transcript::State;
use debrief_domain::transcript::{TranscriptCommand, TranscriptDetailsChanged};
use debrief_projections::engine::{Views, rebuild};
use debrief_projections::transcripts::{summary, transcript};
use std::collections::HashMap;

pub(crate) async fn odd_words_pass_through(place: Shared) {
    let node = place.node().await;
    let views = Views::new(node.database.views.clone(), HashMap::new());
    let projections = debrief_projections::all(KEEP_ALL);
    let mut history = History::begin(&node, 1).await;
    let long = "ä🙂 \u{202E}".repeat(1 << 20).split_at(1 << 20).0.to_owned();
    for words in WORDS.iter().copied().chain([long.as_str()]) {
        let id = history.upload(upload(Some(words), None)).await;
        let changed = TranscriptDetailsChanged {
            notes: Change::Set(Personal::Known(format!("changed {words}"))),
            ..TranscriptDetailsChanged::default()
        };
        history.on(id, TranscriptCommand::ChangeDetails(changed)).await;
        history.summarize(id, words).await;
        node.catch_up(&projections).await;

        // Postgres accepts no NUL in text; both databases show the same replacement.
        let shown = words.replace('\0', "\u{FFFD}");
        let row = transcript(&views, Viewer::everything(history.organization), id)
            .await
            .unwrap()
            .unwrap();
        assert_eq!(row.title.as_deref(), Some(shown.as_str()));
        assert_eq!(row.notes, Some(format!("changed {shown}")));
        // JSON escapes it in its own way.
        let row =
            summary(&views, Viewer::everything(history.organization), SummaryId::of(id), None)
                .await
                .unwrap();
        let mut written = history::content(words);
        written.number(std::iter::empty());
        assert_eq!(row.unwrap().content, Some(written));
    }
    node.assert_verified(&projections).await;
    println!("{} texts, the longest of {} bytes", WORDS.len() + 1, long.len());
}

pub(crate) async fn values_can_be_set_and_taken_away(place: Shared) {
    let node = place.node().await;
    let views = Views::new(node.database.views.clone(), HashMap::new());
    let projections = debrief_projections::all(KEEP_ALL);
    let mut history = History::begin(&node, 1).await;
    let client = history.register().await;
    let (first, second) = (
        history.upload(upload(None, None)).await,
        history.upload(upload(Some("title"), Some(client))).await,
    );
    let all = |set: bool| TranscriptDetailsChanged {
        title: if set { Change::Set("new".to_owned().into()) } else { Change::Clear },
        client_id: if set { Change::Set(client) } else { Change::Clear },
        held_at: if set { Change::Set(chrono::DateTime::UNIX_EPOCH) } else { Change::Clear },
        language: if set { Change::Set("en".to_owned()) } else { Change::Clear },
        notes: if set { Change::Set("notes".to_owned().into()) } else { Change::Clear },
    };
    let seen = async |id| {
        let row = transcript(&views, Viewer::everything(history.organization), id)
            .await
            .unwrap()
            .unwrap();
        assert_eq!(row.state, State::Received);
        (row.title, row.client_id, row.held_at, row.language, row.notes)
    };
    let full = |words: &str| {
        (
            Some(words.to_owned()),
            Some(client),
            Some(0),
            Some("en".to_owned()),
            Some("notes".to_owned()),
        )
    };
    // In one batch, one is filled while the other is emptied: a NULL must not affect its neighbour.
    for (batch, events_between) in [(1, true), (1_000, false)] {
        for filled in [true, false, true] {
            for (id, set) in [(first, filled), (second, !filled)] {
                history.on(id, TranscriptCommand::ChangeDetails(all(set))).await;
                if events_between {
                    node.runner(&projections[1], batch).catch_up().await.unwrap();
                }
            }
            node.runner(&projections[1], batch).catch_up().await.unwrap();
            let (full_one, empty_one) = if filled { (first, second) } else { (second, first) };
            assert_eq!(seen(full_one).await, full("new"));
            assert_eq!(seen(empty_one).await, (None, None, None, None, None));
        }
    }
    // Unchanged fields are kept.
    let title = TranscriptDetailsChanged {
        title: Change::Set("only".to_owned().into()),
        ..TranscriptDetailsChanged::default()
    };
    history.on(first, TranscriptCommand::ChangeDetails(title)).await;
    node.catch_up(&projections).await;
    assert_eq!(seen(first).await, full("only"));
    node.assert_verified(&projections).await;
}

pub(crate) async fn what_was_erased_is_rebuilt_as_nothing(place: Shared) {
    let node = place.node().await;
    let views = Views::new(node.database.views.clone(), HashMap::new());
    let projections = debrief_projections::all(KEEP_ALL);
    let mut history = History::begin(&node, 1).await;
    let client = history.register().await;
    history::write(&node, 2, 300, 9).await;
    let erased = history.upload(upload(Some("words"), None)).await;
    let of_client = history.upload(upload(Some("words"), Some(client))).await;
    let kept = history.upload(upload(Some("words"), None)).await;
    for id in [erased, of_client, kept] {
        history.summarize(id, "words").await;
    }
    node.catch_up(&projections).await;
    // The control arm: before, they exist.
    let shown = async |id| {
        let row = transcript(&views, Viewer::everything(history.organization), id)
            .await
            .unwrap()
            .unwrap();
        let summary =
            summary(&views, Viewer::everything(history.organization), SummaryId::of(id), None)
                .await
                .unwrap();
        assert_eq!((row.state, row.size_bytes), (State::Ready, 17));
        [
            row.title.is_some(),
            row.notes.is_some(),
            row.filename.is_some(),
            summary.unwrap().content.is_some(),
        ]
    };
    for id in [erased, of_client, kept] {
        assert_eq!(shown(id).await, [true; 4]);
    }

    let keys = node.log.keys();
    keys.delete(history.organization, erased.0).await.unwrap();
    // Deleting a client's key deletes those of its transcripts.
    keys.delete(history.organization, client.0).await.unwrap();
    rebuild(&node.log, &node.database.views, &projections, |_, _| ()).await.unwrap();
    for id in [erased, of_client] {
        assert_eq!(shown(id).await, [false; 4]);
    }
    assert_eq!(shown(kept).await, [true; 4]);
    let nameless = debrief_projections::directory::client(
        &views,
        Viewer::everything(history.organization),
        client,
    )
    .await
    .unwrap()
    .unwrap();
    assert_eq!((nameless.name, nameless.email), (None, None));
    node.assert_verified(&projections).await;
}
