//! Uploads that are too large, too slow, or never end.

use crate::support::{Answer, Api, Profile, Server, Setup, VTT};
use crate::{case, check, no_blob_is_left};
use futures::StreamExt;
use reqwest::{Body, Method};
use std::convert::Infallible;
use std::time::{Duration, Instant};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

const LIMIT: usize = 64 << 10;

fn large(size: usize) -> Vec<u8> {
    let mut file = b"WEBVTT\n\n00:01.000 --> 00:02.000\n<v Dana>".to_vec();
    file.resize(size, b'a');
    file
}

fn streamed(bytes: Vec<u8>) -> Body {
    let pieces: Vec<_> = bytes.chunks(4096).map(<[u8]>::to_vec).collect();
    Body::wrap_stream(futures::stream::iter(pieces).map(Ok::<_, Infallible>))
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_over_the_limit_is_refused() {
    let setup = Setup::new(Profile::Embedded).set("upload_max_bytes", format!("{LIMIT}B"));
    let Some(server) = setup.start().await else { return };
    let api = server.api();
    let post = || api.request(Method::POST, "/v1/transcripts/upload");
    let says = "upload_max_bytes";
    let mut cases = Vec::new();
    for (name, size) in [("one byte over", LIMIT + 1), ("far over", 64 * LIMIT)] {
        let at = |how: &str| format!("{name}, {how}");
        let file = large(size);
        let form = api.form(file.clone(), &[]);
        cases.extend([
            case(at("form"), api.upload_request(form), 413, "too_large", says),
            case(at("body"), post().body(file.clone()), 413, "too_large", says),
            case(at("of unknown length"), post().body(streamed(file)), 413, "too_large", says),
        ]);
    }
    check(&server, cases).await;
    no_blob_is_left(&server).await;
    for (name, request) in [
        ("body", post().body(large(LIMIT))),
        (
            "of unknown length",
            post().query(&[("allow_duplicate", "true")]).body(streamed(large(LIMIT))),
        ),
        ("form", api.upload_request(api.form(large(LIMIT), &[]))),
    ] {
        let answer = Answer::of(request).await;
        assert_eq!(answer.status, 202, "{name}: exactly the limit: {}", answer.text);
    }
}

/// Begins an upload on a raw connection that the caller continues, or does not.
async fn begin(api: &Api, server: &Server, head: &str) -> TcpStream {
    let mut socket = TcpStream::connect(("127.0.0.1", server.port)).await.unwrap();
    let request = format!(
        "POST /v1/transcripts/upload HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {}\r\n{head}",
        api.key
    );
    socket.write_all(request.as_bytes()).await.unwrap();
    socket
}

const FORM_HEAD: &str = "Content-Type: multipart/form-data; boundary=xyz\r\n\
     Content-Length: 1000000\r\n\r\n";
const PART_HEAD: &str = "--xyz\r\nContent-Disposition: form-data; name=\"file\"; \
     filename=\"a.vtt\"\r\n\r\n";

/// Returns the beginnings of requests, each stalled at a different point.
fn stalls() -> Vec<(&'static str, String)> {
    let body = "Content-Length: 1000000\r\n\r\n";
    let large = String::from_utf8(large(200_000)).unwrap();
    vec![
        ("a body of nothing", body.to_owned()),
        ("a body that begins", format!("{body}{VTT}")),
        ("a body that is being stored", format!("{body}{large}")),
        ("in pieces", "Transfer-Encoding: chunked\r\n\r\n5\r\nWEBVT".to_owned()),
        ("a form of nothing", FORM_HEAD.to_owned()),
        ("a form before its file", format!("{FORM_HEAD}--xyz\r\nContent-Dispo")),
        ("a form in its file", format!("{FORM_HEAD}{PART_HEAD}{VTT}")),
        ("a form in a file being stored", format!("{FORM_HEAD}{PART_HEAD}{large}")),
        (
            "a form in a field",
            format!("{FORM_HEAD}--xyz\r\nContent-Disposition: form-data; name=\"title\"\r\n\r\nTi"),
        ),
    ]
}

#[tokio::test(flavor = "multi_thread")]
async fn what_stalls_is_given_up() {
    let setup = Setup::new(Profile::Embedded).set("upload_idle_timeout", "1s");
    let Some(server) = setup.start().await else { return };
    let api = server.api();
    let tries = stalls().into_iter().map(async |(name, head)| {
        let mut socket = begin(&api, &server, &head).await;
        let began = Instant::now();
        let mut answer = String::new();
        // To the end: the connection is not kept open.
        let read = tokio::time::timeout(Duration::from_secs(8), socket.read_to_string(&mut answer));
        let ended = match read.await {
            Ok(Ok(_)) => true,
            Ok(Err(_)) | Err(_) => false,
        };
        let took = began.elapsed();
        let checked = answer.starts_with("HTTP/1.1 408")
            && answer.contains("application/problem+json")
            && answer.contains("upload_stalled")
            && ended
            && (900..5_500).contains(&took.as_millis());
        (!checked).then(|| format!("{name}: after {took:?}, ended {ended}: {answer}"))
    });
    let wrong: Vec<_> = futures::future::join_all(tries).await.into_iter().flatten().collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    no_blob_is_left(&server).await;
    // Slow, but not stalled: accepted.
    let mut socket = begin(&api, &server, &format!("Content-Length: {}\r\n\r\n", VTT.len())).await;
    for piece in VTT.as_bytes().chunks(VTT.len().div_ceil(6)) {
        socket.write_all(piece).await.unwrap();
        tokio::time::sleep(Duration::from_millis(400)).await;
    }
    let mut answer = vec![0; 12];
    socket.read_exact(&mut answer).await.unwrap();
    assert_eq!(answer, b"HTTP/1.1 202");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_never_ends_is_given_up() {
    let setup =
        Setup::new(Profile::Embedded).set("upload_timeout", "2s").set("upload_idle_timeout", "1s");
    let Some(server) = setup.start().await else { return };
    let api = server.api();
    let mut socket = begin(&api, &server, "Content-Length: 1000000\r\n\r\n").await;
    let (mut read, mut write) = socket.split();
    let began = Instant::now();
    let drip = async {
        for piece in VTT.as_bytes().chunks(10).cycle() {
            if write.write_all(piece).await.is_err() {
                break;
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    };
    let mut answer = vec![0; 2_000];
    let length = tokio::select! {
        () = drip => panic!("closed without an answer"),
        length = read.read(&mut answer) => length.unwrap(),
    };
    let answer = String::from_utf8_lossy(&answer[..length]).into_owned();
    assert!(answer.starts_with("HTTP/1.1 408") && answer.contains("upload_too_slow"), "{answer}");
    assert!((1_900..4_000).contains(&began.elapsed().as_millis()), "{:?}", began.elapsed());
    no_blob_is_left(&server).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_breaks_off_leaves_nothing() {
    let Some(server) = Setup::new(Profile::Embedded).start().await else { return };
    let api = server.api();
    let events = server.events().len();
    for _ in 0..5 {
        for (_, head) in stalls() {
            let socket = begin(&api, &server, &head).await;
            tokio::time::sleep(Duration::from_millis(20)).await;
            drop(socket);
        }
    }
    // Also uploads whose file is complete, but whose request is not.
    for _ in 0..5 {
        let whole = format!("{FORM_HEAD}{PART_HEAD}{VTT}\r\n--xyz\r\n");
        drop(begin(&api, &server, &whole).await);
    }
    tokio::time::sleep(Duration::from_millis(300)).await;
    no_blob_is_left(&server).await;
    assert_eq!(server.events().len(), events);
    assert_eq!(api.upload(VTT, &[]).await.position, events as i64 + 1, "and the server goes on");
}
