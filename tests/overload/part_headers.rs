//! Forms whose parts begin and never come to their content.

use crate::support::{Profile, Setup};
use crate::{p95, unnoticed};
use futures::future::join_all;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

const FORMS: usize = 32;
/// What each of them would send.
const BYTES: usize = 3 << 20;

/// Sends a form with such a part; returns the answer.
async fn send(port: u16, key: &str, begin: &str) -> String {
    let stream = TcpStream::connect(("127.0.0.1", port)).await.unwrap();
    let (mut read, mut write) = stream.into_split();
    let head = format!(
        "POST /v1/transcripts/upload HTTP/1.1\r\nHost: a.example\r\nAuthorization: Bearer {key}\r\n\
         Content-Type: multipart/form-data; boundary=xyz\r\nContent-Length: {BYTES}\r\n\r\n{begin}"
    );
    let sending = tokio::spawn(async move {
        write.write_all(head.as_bytes()).await.unwrap();
        let piece = vec![b'a'; 64 << 10];
        for _ in 0..BYTES / piece.len() {
            if write.write_all(&piece).await.is_err() {
                break;
            }
        }
        // Held open until the answer is there.
        write
    });
    let mut answer = vec![0; 4096];
    let length = read.read(&mut answer).await.unwrap();
    let _ = sending.await;
    String::from_utf8_lossy(&answer[..length]).into_owned()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_part_header_that_never_ends_costs_little() {
    let Some(mut server) = Setup::new(Profile::Embedded).start().await else { return };
    let api = server.api();
    let other = server.organization("Another").await;
    let quiet = p95(&other).await;
    let before = server.process("up").resident_bytes();
    for (begin, problem) in [
        ("--xyz\r\nContent-Disposition: form-data; name=\"file\"; filename=\"", "HTTP/1.1 431"),
        ("--xyz\r\nX-Header: ", "HTTP/1.1 431"),
        // Before the first boundary, too, everything would be kept.
        ("", "HTTP/1.1 431"),
    ] {
        let port = server.port;
        let flood = join_all((0..FORMS).map(|_| send(port, &api.key, begin)));
        let (answers, during) = tokio::join!(flood, p95(&other));
        for answer in answers {
            assert!(answer.starts_with(problem), "{begin:?}: {answer}");
            assert!(answer.contains("part_headers_too_long"), "{begin:?}: {answer}");
        }
        unnoticed(quiet, during);
    }
    let grown = server.process("up").resident_bytes().saturating_sub(before) >> 20;
    assert!(grown < 64, "memory grew by {grown} MiB");
    // What is large is content.
    let form = api.form(crate::support::VTT.repeat(2_000), &[("title", "Long")]);
    crate::Answer::of(api.upload_request(form)).await.expect(202);
}
