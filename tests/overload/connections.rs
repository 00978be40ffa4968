//! Connections on which nothing happens.

use crate::support::websocket::Socket;
use crate::support::{Profile, Setup, eventually};
use crate::{p95, unnoticed};
use futures::future::join_all;
use serde_json::json;
use std::time::{Duration, Instant};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// What is sent on a connection before it is left alone.
#[derive(Clone, Copy)]
enum Sends {
    Nothing,
    HalfAHead,
    ARequest,
}

/// Opens a connection, which may be closed at any time.
async fn open(port: u16, sends: Sends) -> Option<TcpStream> {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).await.ok()?;
    match sends {
        Sends::Nothing => {}
        Sends::HalfAHead => {
            stream.write_all(b"GET /v1/transcripts HTTP/1.1\r\nHost: a.exam").await.ok()?;
        }
        Sends::ARequest => {
            stream.write_all(b"GET /livez HTTP/1.1\r\nHost: a.example\r\n\r\n").await.ok()?;
            let mut answer = [0; 64];
            stream.read_exact(&mut answer).await.ok()?;
        }
    }
    Some(stream)
}

/// Whether the other side has closed it.
fn is_closed(stream: &TcpStream) -> bool {
    let mut buffer = [0; 512];
    loop {
        match stream.try_read(&mut buffer) {
            Ok(0) => return true,
            Ok(_) => {}
            Err(error) => return error.kind() != std::io::ErrorKind::WouldBlock,
        }
    }
}

/// 350 connections, and those that are closed are opened again, up to 200 in a second.
async fn flood(port: u16) {
    let kinds = [(Sends::HalfAHead, 200), (Sends::ARequest, 50), (Sends::Nothing, 100)];
    let kinds = kinds.iter().flat_map(|(sends, count)| std::iter::repeat_n(*sends, *count));
    let mut all: Vec<(Sends, Option<TcpStream>)> = kinds.map(|sends| (sends, None)).collect();
    loop {
        let closed = all.iter_mut().filter(|(_, stream)| stream.as_ref().is_none_or(is_closed));
        join_all(closed.take(4).map(async |(sends, stream)| {
            let opened = tokio::time::timeout(Duration::from_millis(500), open(port, *sends));
            *stream = opened.await.ok().flatten();
        }))
        .await;
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nobody_is_shut_out() {
    // Closing what is idle does not depend on time here, but on room.
    let setup = Setup::new(Profile::Embedded).open_files(64).set("http_idle_timeout", "10m");
    let Some(mut server) = setup.start().await else { return };
    let api = server.api();
    let mut socket = Socket::open(&api).await;
    assert_eq!(socket.ask(json!({"t": "ping"})).await["t"], "ok");
    let quiet = p95(&api).await;
    let flood = tokio::spawn(flood(server.port));
    tokio::time::sleep(Duration::from_secs(1)).await;
    let during = p95(&api).await;
    unnoticed(quiet, during);
    assert_eq!(socket.ask(json!({"t": "ping"})).await["t"], "ok", "who has signed in stays");
    // A file can still be taken in, read and found.
    api.session(crate::support::VTT, &[]).await;
    let shed = api.get("/metrics").await.text;
    assert!(shed.contains("debrief_http_connections_shed_total"), "nobody was in the way");
    drop(socket);
    // Nobody who is idle is waited for.
    let took = server.stop("up").await;
    flood.abort();
    assert!(took < Duration::from_secs(4), "{took:?} to stop");
}

/// How long it takes until a connection is closed; `None`: longer than three seconds.
async fn closed_after(port: u16, sends: Sends) -> Option<Duration> {
    let stream = open(port, sends).await.unwrap();
    let began = Instant::now();
    while began.elapsed() < Duration::from_secs(3) {
        if is_closed(&stream) {
            return Some(began.elapsed());
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    None
}

#[tokio::test(flavor = "multi_thread")]
async fn a_connection_without_a_request_is_closed_in_time() {
    for (timeout, closes) in [("1s", true), ("10m", false)] {
        let setup = Setup::new(Profile::Embedded).set("http_idle_timeout", timeout);
        let Some(server) = setup.start().await else { return };
        for sends in [Sends::Nothing, Sends::HalfAHead, Sends::ARequest] {
            let closed = closed_after(server.port, sends).await;
            assert_eq!(closed.is_some(), closes, "with {timeout}: {closed:?}");
        }
        assert_eq!(server.api().get("/v1/transcripts").await.status, 200);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_that_is_under_way_is_finished() {
    let Some(mut server) = Setup::new(Profile::Embedded).start().await else { return };
    let api = server.api();
    // An upload that comes slowly, and ends after the stop has begun.
    let pieces = futures::stream::unfold(0, |n| async move {
        tokio::time::sleep(Duration::from_millis(300)).await;
        let piece = match n {
            0 => crate::support::VTT.to_owned(),
            _ => format!("\nNOTE {n}\n"),
        };
        (n < 6).then_some((Ok::<_, std::io::Error>(piece), n + 1))
    });
    let path = "/v1/transcripts/upload?filename=slow.vtt";
    let upload = api.request(reqwest::Method::POST, path);
    let upload = upload.body(reqwest::Body::wrap_stream(pieces)).send();
    let upload = tokio::spawn(upload);
    tokio::time::sleep(Duration::from_millis(600)).await;
    server.process("up").signal("TERM");
    let answer = upload.await.unwrap().expect("the answer comes, although the process stops");
    assert_eq!(answer.status(), 202);
    server.process("up").ended().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_has_not_signed_in_makes_room_on_the_websocket() {
    let setup = Setup::new(Profile::Embedded).set("http_max_connections", 8);
    let Some(server) = setup.start().await else { return };
    let api = server.api();
    let mut first = Socket::anonymous(&api.url).await;
    let signed_in: Vec<Socket> = join_all((0..3).map(|_| Socket::open(&api))).await;
    let mut others = Vec::new();
    for _ in 0..6 {
        others.extend(open(server.port, Sends::Nothing).await);
    }
    let code = tokio::time::timeout(Duration::from_secs(3), first.close_code()).await;
    assert_eq!(code.expect("it makes room before its time to sign in is over"), Some(4102));
    for mut socket in signed_in {
        assert_eq!(socket.ask(json!({"t": "ping"})).await["t"], "ok");
    }
    eventually("there is room", async || api.get("/v1/transcripts").await.status == 200).await;
}
