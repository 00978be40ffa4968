//! A large upload does not increase memory.

use crate::support::{Answer, Profile, Setup};
use reqwest::{Body, Method};
use sha2::{Digest, Sha256};
use std::convert::Infallible;
use std::time::Duration;

const SIZE: usize = 150 << 20;
const PIECE: usize = 64 << 10;

fn piece(n: usize) -> Vec<u8> {
    let line = format!("Dana: remark {n} of many, each of which is like the others.\n");
    let mut piece = line.repeat(PIECE.div_ceil(line.len())).into_bytes();
    piece.truncate(PIECE);
    piece
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_large_upload_is_not_held_in_memory() {
    // No worker: parsing the file takes memory, which is tested elsewhere.
    let setup = Setup::new(Profile::Embedded).separate();
    let Some(mut server) = setup.start().await else { return };
    let api = server.api();
    // Warm-up: one-time allocations are not the upload's.
    for _ in 0..3 {
        api.upload(crate::support::VTT, &[]).await;
    }
    server.kill("worker");
    let before = server.process("api").resident_bytes();
    let mut hash = Sha256::new();
    (0..SIZE / PIECE).for_each(|n| hash.update(piece(n)));
    let body = futures::stream::iter((0..SIZE / PIECE).map(|n| Ok::<_, Infallible>(piece(n))));
    let request = api
        .request(Method::POST, "/v1/transcripts/upload")
        .header("content-length", SIZE)
        .timeout(Duration::from_secs(200))
        .body(Body::wrap_stream(body));
    let upload = tokio::spawn(Answer::of(request));
    let mut most = before;
    while !upload.is_finished() {
        most = most.max(server.process("api").resident_bytes());
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    let answer = upload.await.unwrap().expect(202);
    let grown = (most - before) >> 20;
    println!("{} MiB uploaded, memory grew by {grown} MiB from {} MiB", SIZE >> 20, before >> 20);
    assert!(grown < 64, "memory grew by {grown} MiB");

    // Control: all of it arrived.
    let revealed = server.cli(&["events", "show", &answer["position"].to_string(), "--reveal"]);
    let event: serde_json::Value = serde_json::from_str(&revealed).unwrap();
    assert_eq!(event["payload"]["size_bytes"], SIZE);
    assert!(revealed.contains(&hex::encode(hash.finalize())), "{revealed}");
    let stored: u64 =
        server.blobs().iter().map(|path| std::fs::metadata(path).unwrap().len()).max().unwrap();
    assert!(stored >= SIZE as u64, "only {stored} bytes are stored");
}
