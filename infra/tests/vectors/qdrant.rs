//! Tests for Qdrant's adapter only: a server may fail between any two of its calls.

use crate::qdrant_server::Server;
use crate::subject::{
    COLLECTION, DIMENSIONS, at_angle, entry, ids, is_gone, kept, organization, session, state,
};
use debrief_infra::vectors::{Entry, Filters, VectorError, VectorStore, from_url};
use std::sync::Arc;
use std::time::{Duration, Instant};

async fn open(server: &Server, key: Option<&str>) -> Arc<dyn VectorStore> {
    from_url(&server.url(), key).await.unwrap()
}

#[tokio::test]
async fn a_failure_at_any_call_is_made_good_by_repeating() {
    let server = Server::start(None).await;
    let store = open(&server, None).await;
    store.put_state(COLLECTION, &state(0), Some(DIMENSIONS)).await.unwrap();
    let first: Vec<Entry> = (0..600).map(|n| entry(n as f32 / 10.0)).collect();
    let mut second: Vec<Entry> = (0..600).map(|n| entry(n as f32 / 7.0)).collect();
    second.extend(first.iter().take(50).map(|it| Entry { kind: "x".to_owned(), ..kept(it) }));
    let mut failures = 0;
    for writes in 0.. {
        let session = session(organization());
        store.replace(COLLECTION, &session, &first).await.unwrap();
        server.allow_writes(writes);
        let result = store.replace(COLLECTION, &session, &second).await;
        server.allow_writes(i64::MAX);
        if result.is_ok() {
            break;
        }
        assert!(matches!(result, Err(VectorError::Unavailable(_))), "{result:?}");
        failures += 1;
        store.replace(COLLECTION, &session, &second).await.unwrap();
        let known = store.known(COLLECTION, session.organization, session.subject);
        let mut known: Vec<_> = known.await.unwrap().into_iter().collect();
        known.sort();
        assert_eq!(known, ids(&second));
        store.replace(COLLECTION, &session, &[]).await.unwrap();
    }
    // Three batches of points, one of payloads, one deletion.
    assert_eq!(failures, 5);
}

#[tokio::test]
async fn a_collection_that_was_half_made_is_made_whole() {
    let fields =
        ["organization", "transcript", "client", "kind", "language", "speakers", "coaches", "at"];
    let mut failures = 0;
    for writes in 0.. {
        let server = Server::start(None).await;
        let store = open(&server, None).await;
        server.allow_writes(writes);
        let result = store.put_state(COLLECTION, &state(0), Some(DIMENSIONS)).await;
        server.allow_writes(i64::MAX);
        if result.is_ok() {
            break;
        }
        failures += 1;
        assert!(store.collections().await.unwrap().is_empty(), "without a state it is left out");
        store.put_state(COLLECTION, &state(0), Some(DIMENSIONS)).await.unwrap();
        let expected = fields.map(str::to_owned).to_vec();
        assert_eq!(server.indexes(), [(format!("test_{COLLECTION}"), expected)]);
        assert_eq!(store.collections().await.unwrap().len(), 1);
    }
    assert_eq!(failures, 10);
}

#[tokio::test]
async fn a_server_that_lost_everything_is_noticed() {
    let server = Server::start(None).await;
    let store = open(&server, None).await;
    store.put_state(COLLECTION, &state(0), Some(DIMENSIONS)).await.unwrap();
    let session = session(organization());
    let entries = [entry(1.0)];
    store.replace(COLLECTION, &session, &entries).await.unwrap();
    server.forget();
    is_gone(store.put_state(COLLECTION, &state(1), None).await);
    is_gone(store.replace(COLLECTION, &session, &[kept(&entries[0])]).await);
    is_gone(store.known(COLLECTION, session.organization, session.subject).await);
    let all = Filters::default();
    is_gone(store.nearest(COLLECTION, session.organization, &at_angle(0.0), 1, &all).await);
    assert!(store.collections().await.unwrap().is_empty());
}

#[tokio::test]
async fn prefixes_are_apart() {
    let server = Server::start(None).await;
    let test = open(&server, None).await;
    let url = server.url().replace("prefix=test", "prefix=test-2");
    let other = from_url(&url, None).await.unwrap();
    test.put_state("a", &state(0), Some(2)).await.unwrap();
    other.put_state("b", &state(2), Some(2)).await.unwrap();
    assert_eq!(test.collections().await.unwrap(), [("a".to_owned(), state(0))]);
    assert_eq!(other.collections().await.unwrap(), [("b".to_owned(), state(2))]);
}

#[tokio::test]
async fn a_key_goes_along_and_is_never_shown() {
    let server = Server::start(Some("hunter2")).await;
    let store = open(&server, Some("hunter2")).await;
    store.check().await.unwrap();
    assert!(!format!("{store:?}").contains("hunter2"));
    for wrong in [None, Some("hunter3")] {
        let store = open(&server, wrong).await;
        let error = store.check().await.unwrap_err();
        assert!(matches!(error, VectorError::Config(_)), "{error:?}");
        assert!(!format!("{error} {error:?} {store:?}").contains("hunter"));
    }
}

#[tokio::test]
async fn a_server_that_is_away_is_unavailable_until_it_comes() {
    let closed = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = closed.local_addr().unwrap();
    drop(closed);
    let store = from_url(&format!("qdrant:http://{address}"), None).await.unwrap();
    let start = Instant::now();
    let error = store.check().await.unwrap_err();
    assert!(matches!(error, VectorError::Unavailable(_)), "{error:?}");
    assert!(start.elapsed() < Duration::from_secs(8));
}
