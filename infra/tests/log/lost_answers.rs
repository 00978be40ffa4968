//! Commits that succeeded but whose answers were lost: the case in which a retry could have an
//! effect twice.

use crate::support::*;
use debrief_infra::database::Database;
use debrief_infra::keys::KeyStore;
use debrief_infra::log::{Appended, AppenderOptions, EventLog, Expected};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;
use uuid::Uuid;

/// Proxies between the log and Postgres, and drops the answer to every `nth` COMMIT.
async fn swallow_answers(upstream: String, nth: usize) -> (u16, Arc<AtomicUsize>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let (commits, swallowed) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
    let count = swallowed.clone();
    tokio::spawn(async move {
        while let Ok((client, _)) = listener.accept().await {
            let server = TcpStream::connect(&upstream).await.unwrap();
            let (commits, swallowed) = (commits.clone(), swallowed.clone());
            tokio::spawn(async move {
                let (mut from_client, mut to_client) = client.into_split();
                let (mut from_server, mut to_server) = server.into_split();
                let cut = AtomicBool::new(false);
                let there = async {
                    let mut bytes = vec![0; 65_536];
                    while let Ok(n @ 1..) = from_client.read(&mut bytes).await {
                        if bytes[..n].windows(6).any(|window| window == b"COMMIT") {
                            let commits = commits.fetch_add(1, Ordering::SeqCst) + 1;
                            cut.store(commits.is_multiple_of(nth), Ordering::SeqCst);
                        }
                        if to_server.write_all(&bytes[..n]).await.is_err() {
                            break;
                        }
                    }
                };
                let back = async {
                    let mut bytes = vec![0; 65_536];
                    while let Ok(n @ 1..) = from_server.read(&mut bytes).await {
                        if cut.load(Ordering::SeqCst) {
                            // It is committed by now, but nobody is told.
                            swallowed.fetch_add(1, Ordering::SeqCst);
                            break;
                        }
                        if to_client.write_all(&bytes[..n]).await.is_err() {
                            break;
                        }
                    }
                };
                tokio::select! { () = there => {}, () = back => {} }
            });
        }
    });
    (port, count)
}

pub(crate) async fn a_commit_whose_answer_is_lost_counts_once(place: Shared) {
    let (_, rest) = place.url.rsplit_once('@').unwrap();
    let (upstream, _) = rest.split_once('/').unwrap();
    let (port, swallowed) = swallow_answers(upstream.to_owned(), 5).await;
    let url = place.url.replace(upstream, &format!("127.0.0.1:{port}"));
    let database = Database::open(&url, 12).await.unwrap();
    let keys = KeyStore::new(database.log.clone(), master());
    let log = EventLog::new(database.log.clone(), keys, AppenderOptions::default());
    let id = Uuid::now_v7();
    let mut writers = JoinSet::new();
    for _ in 0..8 {
        let log = log.clone();
        writers.spawn(async move {
            let (mut first, mut replayed) = (0, 0);
            for _ in 0..20 {
                // Only its key distinguishes the retry from a second command.
                match log.append(append(id, Expected::Any, 1)).await.unwrap() {
                    Appended::Committed { .. } => first += 1,
                    Appended::Replayed(_) => replayed += 1,
                    other => panic!("{other:?}"),
                }
            }
            (first, replayed)
        });
    }
    let (mut first, mut replayed) = (0, 0);
    for (committed, again) in writers.join_all().await {
        first += committed;
        replayed += again;
    }
    let events = everything(&place.node().await.log).await;
    assert_gapless(&events);
    assert_eq!(events.len(), 160, "effects of 160 commands");
    let swallowed = swallowed.load(Ordering::SeqCst);
    assert!(swallowed > 0 && replayed > 0, "{swallowed} answers lost, {replayed} replayed");
    println!(
        "{swallowed} commits whose answer was lost: 160 commands, {} effects, {first} answered at \
         once and {replayed} from their keys",
        events.len()
    );
}
