//! A reader that stops reading. `DEBRIEF_TEST_FULL=1`: for 5,000 updates.

use crate::support::websocket::Socket;
use crate::support::{Profile, Setup};
use crate::{follows, write};

/// Far more than what lies in the buffers of a connection.
fn updates() -> usize {
    if std::env::var("DEBRIEF_TEST_FULL").is_ok_and(|full| full == "1") { 5_000 } else { 2_000 }
}

/// They are spread over some transcripts, so that those who write do not wait for each other.
const TRANSCRIPTS: usize = 50;
/// Tells of all of them.
const CHANNEL: &str = "transcripts";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_slow_reader_gets_everything_and_slows_nobody() {
    let Some(mut server) = Setup::new(Profile::Embedded).start().await else { return };
    let api = server.api();
    let updates = updates();
    let uploads = (0..TRANSCRIPTS).map(async |_| api.session(crate::support::VTT, &[]).await);
    let ids: Vec<String> = futures::future::join_all(uploads)
        .await
        .iter()
        .map(|session| session["id"].as_str().unwrap().to_owned())
        .collect();
    let small = Some(4_096);
    let mut slow = Socket::connect(&api.url, Some(&api.key), small).await.unwrap();
    let begun = slow.subscribe(CHANNEL, None).await;
    let (epoch, start) = (begun["epoch"].as_str().unwrap(), begun["offset"].as_i64().unwrap());
    let end = start + updates as i64;

    let quick = tokio::spawn({
        let (api, epoch) = (api.clone(), epoch.to_owned());
        async move {
            let mut socket = Socket::open(&api).await;
            socket.subscribe(CHANNEL, Some((&epoch, start))).await;
            for offset in start..end {
                follows(&socket.next().await, CHANNEL, offset);
            }
        }
    });
    let before = server.process("up").resident_bytes();
    let began = std::time::Instant::now();
    let writers = ids.iter().map(|id| write(&api, id, updates / TRANSCRIPTS, 1));
    let mut positions = futures::future::join_all(writers).await.concat();
    positions.sort_unstable();
    assert_eq!(positions.len(), updates);
    quick.await.expect("the other reader has them all before the slow one reads any");
    let grown = server.process("up").resident_bytes().saturating_sub(before) >> 20;
    println!(
        "{updates} updates in {:.1} s, memory grew by {grown} MiB",
        began.elapsed().as_secs_f64()
    );

    // Now it reads. If it took too long, it is told to come back, and does.
    let (mut at, mut returns) = (start, 0);
    while at < end {
        match slow.try_next().await {
            Ok(update) => {
                let position = follows(&update, CHANNEL, at);
                assert_eq!(position, positions[(at - start) as usize]);
                at += 1;
            }
            Err(code) => {
                // The word itself may not get through to a reader who lets nothing through.
                assert!([None, Some(4100)].contains(&code), "the end of a slow reader: {code:?}");
                returns += 1;
                assert!(returns <= 3, "shown out again and again");
                slow = Socket::connect(&api.url, Some(&api.key), small).await.unwrap();
                let resumed = slow.subscribe(CHANNEL, Some((epoch, at))).await;
                assert_eq!(resumed["recovered"], true, "{resumed}");
            }
        }
    }
    println!("the slow reader has all {updates}, after {returns} returns");
    slow.nothing_for(std::time::Duration::from_millis(300)).await;
}
