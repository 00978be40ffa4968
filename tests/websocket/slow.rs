//! A reader that stops reading.
//!
//! The kernel buffers about 2 MB for such a reader on loopback. With `DEBRIEF_TEST_FULL=1` there
//! are more updates than that, so that the server itself meets a client that reads nothing.

use crate::support::websocket::Socket;
use crate::support::{Api, Profile, Setup, VTT};
use crate::{follows, write};
use serde_json::Value;
use std::collections::BTreeMap;
use std::time::{Duration, Instant};

/// Changes of each transcript. Every client follows each transcript and the channel of all, so that
/// each change is sent twice: 5,000 updates, or 16,000 in the full form.
fn changes() -> usize {
    if std::env::var("DEBRIEF_TEST_FULL").is_ok_and(|full| full == "1") { 200 } else { 63 }
}
const TRANSCRIPTS: usize = 40;

/// A client's channels and offsets.
#[derive(Clone)]
struct Follower {
    epoch: String,
    /// The offset of the last update received, by channel.
    at: BTreeMap<String, i64>,
    taken: usize,
}

impl Follower {
    /// Subscribes to the channels from now on.
    async fn begin(socket: &mut Socket, ids: &[String]) -> Self {
        let names = ids.iter().map(|id| format!("transcripts/{id}"));
        let mut follower = Self { epoch: String::new(), at: BTreeMap::new(), taken: 0 };
        for name in names.chain(["transcripts".to_owned()]) {
            let begun = socket.subscribe(&name, None).await;
            follower.epoch = begun["epoch"].as_str().unwrap().to_owned();
            follower.at.insert(name, begun["offset"].as_i64().unwrap());
        }
        follower
    }

    /// Resumes the channels.
    async fn resume(&self, socket: &mut Socket) {
        for (name, offset) in &self.at {
            let resumed = socket.subscribe(name, Some((&self.epoch, *offset))).await;
            assert_eq!(resumed["recovered"], true, "{resumed}");
        }
    }

    fn take(&mut self, update: &Value) {
        let name = update["channel"].as_str().unwrap_or_else(|| panic!("{update}"));
        let at = self.at.get_mut(name).unwrap();
        follows(update, name, *at);
        *at += 1;
        self.taken += 1;
    }
}

async fn connect(api: &Api, receive_buffer: Option<u32>) -> Socket {
    Socket::connect(&api.url, Some(&api.key), receive_buffer).await.unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_slow_reader_gets_everything_and_slows_nobody() {
    let Some(mut server) = Setup::new(Profile::Embedded).start().await else { return };
    let api = server.api();
    let updates = 2 * changes() * TRANSCRIPTS;
    let sessions = (0..TRANSCRIPTS).map(async |_| api.session(VTT, &[]).await);
    let ids: Vec<String> = futures::future::join_all(sessions)
        .await
        .iter()
        .map(|session| session["id"].as_str().unwrap().to_owned())
        .collect();
    let small = Some(4_096);
    let mut slow = connect(&api, small).await;
    let mut follower = Follower::begin(&mut slow, &ids).await;

    let quick = tokio::spawn({
        let (api, mut quick) = (api.clone(), follower.clone());
        async move {
            let mut socket = connect(&api, None).await;
            quick.resume(&mut socket).await;
            while quick.taken < updates {
                quick.take(&socket.next().await);
            }
        }
    });
    let before = server.process("up").resident_bytes();
    let began = Instant::now();
    let writers = ids.iter().map(|id| write(&api, id, changes(), 1));
    let written = futures::future::join_all(writers).await.concat().len();
    assert_eq!(2 * written, updates);
    quick.await.expect("the other reader has them all before the slow one reads any");
    let grown = server.process("up").resident_bytes().saturating_sub(before) >> 20;
    let took = began.elapsed().as_secs_f64();
    println!("{updates} updates in {took:.1} s, memory grew by {grown} MiB");
    assert!(grown < 64, "memory grew by {grown} MiB");

    // Now it reads. If it was too slow, its connection was closed, and it reconnects.
    let mut returns = 0;
    while follower.taken < updates {
        match slow.try_next().await {
            Ok(update) => follower.take(&update),
            Err(code) => {
                // Too slow, or a ping was not answered; the close code may not reach a reader that
                // accepts nothing.
                assert!(
                    [None, Some(4100), Some(4101)].contains(&code),
                    "the end of a slow reader: {code:?}"
                );
                returns += 1;
                assert!(returns <= 3, "disconnected again and again");
                slow = connect(&api, small).await;
                follower.resume(&mut slow).await;
            }
        }
    }
    println!("the slow reader has all of them, after {returns} returns");
    slow.nothing_for(Duration::from_millis(300)).await;
}
