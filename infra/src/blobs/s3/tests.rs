//! Failures of S3, which `moto` cannot simulate. `infra/tests/blobs.rs` tests the rest.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Instant;

use aws_sdk_s3::config::Credentials;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use uuid::Uuid;

use super::*;

const SLOW_DOWN: &str = "503 Slow Down";
const NOTHING: &str = "";

/// A server that gives the same answers in order, repeating the last one.
struct Stub {
    store: S3Store,
    requests: Arc<AtomicUsize>,
    /// Method and target of each request.
    seen: Arc<Mutex<Vec<String>>>,
}

impl Stub {
    async fn new(answers: Vec<String>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let store = store_at(listener.local_addr().unwrap().port()).await;
        let requests = Arc::new(AtomicUsize::new(0));
        let seen = Arc::new(Mutex::new(Vec::new()));
        let (counter, lines) = (requests.clone(), seen.clone());
        tokio::spawn(async move {
            while let Ok((connection, _)) = listener.accept().await {
                let number = counter.fetch_add(1, Ordering::SeqCst);
                let answer = answers[number.min(answers.len() - 1)].clone();
                tokio::spawn(serve(connection, answer, lines.clone()));
            }
        });
        Self { store, requests, seen }
    }
}

/// Reads one complete request, answers, closes.
async fn serve(mut connection: TcpStream, answer: String, seen: Arc<Mutex<Vec<String>>>) {
    let (mut request, mut buffer) = (Vec::new(), vec![0; 1 << 16]);
    loop {
        let text = String::from_utf8_lossy(&request[..request.len().min(8192)]).into_owned();
        if let Some(end) = text.find("\r\n\r\n") {
            let head = text[..end].to_lowercase();
            let length = head.lines().find_map(|it| it.strip_prefix("content-length: "));
            if request.len() >= end + 4 + length.map_or(0, |it| it.parse().unwrap()) {
                let line = text.lines().next().unwrap().to_owned();
                seen.lock().unwrap().push(line);
                break;
            }
        }
        match connection.read(&mut buffer).await {
            Ok(read) if read > 0 => request.extend_from_slice(&buffer[..read]),
            _ => return,
        }
    }
    let _ = connection.write_all(answer.as_bytes()).await;
}

async fn store_at(port: u16) -> S3Store {
    let url = format!("s3://bucket?endpoint=http://127.0.0.1:{port}&region=us-east-1");
    let credentials = Credentials::new("id", "hunter2", None, None, "tests");
    let loader = aws_config::defaults(BehaviorVersion::latest()).credentials_provider(credentials);
    let location = Location::parse(&url).unwrap();
    S3Store::connect(location, loader).await.unwrap()
}

fn answer(status: &str, body: &str) -> String {
    let length = body.len();
    format!("HTTP/1.1 {status}\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n{body}")
}

fn xml_error(status: &str, code: &str) -> String {
    let body = format!("<Error><Code>{code}</Code><Message>why</Message></Error>");
    answer(status, &body)
}

fn key() -> BlobKey {
    BlobKey::new(Uuid::nil(), "recording", Uuid::nil())
}

fn body(length: usize) -> ByteStream {
    let piece = Bytes::from(vec![7; length]);
    stream::once(async { Ok(piece) }).boxed()
}

#[tokio::test]
async fn nobody_there_is_unavailable_and_bounded() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    drop(listener);
    let start = Instant::now();
    let error = store_at(port).await.check().await.unwrap_err();
    assert!(error.is_temporary(), "{error}");
    assert!(start.elapsed() < Duration::from_secs(20));
}

#[tokio::test]
async fn a_server_that_never_answers_does_not_hold_up_readiness() {
    // Connections wait in the backlog forever.
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let start = Instant::now();
    let error = store_at(port).await.check().await.unwrap_err();
    assert!(error.is_temporary(), "{error}");
    assert!(start.elapsed() < CHECK + Duration::from_secs(2));
}

#[tokio::test]
async fn passing_trouble_is_tried_again() {
    let trouble = xml_error(SLOW_DOWN, "SlowDown");
    let stub = Stub::new(vec![trouble.clone(), trouble, answer("200 OK", NOTHING)]).await;
    assert_eq!(stub.store.put(&key(), body(100)).await.unwrap(), 100);
    assert_eq!(stub.requests.load(Ordering::SeqCst), 3);
}

#[tokio::test]
async fn lasting_trouble_is_unavailable_after_so_many_attempts() {
    let stub = Stub::new(vec![xml_error(SLOW_DOWN, "SlowDown")]).await;
    let error = stub.store.put(&key(), body(100)).await.unwrap_err();
    assert!(error.is_temporary(), "{error}");
    assert_eq!(stub.requests.load(Ordering::SeqCst), ATTEMPTS as usize);
}

#[tokio::test]
async fn refusals_are_sorted_and_reveal_nothing() {
    type Sort = fn(&BlobError) -> bool;
    let config: Sort = |it| matches!(it, BlobError::Config(_));
    let cases: [(&str, &str, Sort); 6] = [
        ("404 Not Found", "NoSuchKey", |it| matches!(it, BlobError::NotFound)),
        ("404 Not Found", "NoSuchBucket", config),
        ("403 Forbidden", "AccessDenied", config),
        ("403 Forbidden", "InvalidAccessKeyId", config),
        ("400 Bad Request", "ExpiredToken", BlobError::is_temporary),
        ("400 Bad Request", "Unheard", |it| matches!(it, BlobError::Other(_))),
    ];
    for (status, code, right) in cases {
        let stub = Stub::new(vec![xml_error(status, code)]).await;
        let error = stub.store.get(&key()).await.err().unwrap();
        assert!(right(&error), "{code}: {error:?}");
        assert!(!format!("{error:?} {error}").contains("hunter2"));
    }
    // An answer to HEAD has no body with the reason.
    for status in ["404 Not Found", "403 Forbidden"] {
        let head = format!("HTTP/1.1 {status}\r\nconnection: close\r\n\r\n");
        let error = Stub::new(vec![head]).await.store.check().await;
        assert!(config(&error.unwrap_err()), "{status}");
    }
}

#[tokio::test]
async fn a_download_cut_short_is_no_end() {
    let cut = "HTTP/1.1 200 OK\r\ncontent-length: 100\r\nconnection: close\r\n\r\nonly this";
    let stub = Stub::new(vec![cut.into()]).await;
    let mut pieces = stub.store.get(&key()).await.unwrap();
    assert_eq!(pieces.try_next().await.unwrap().unwrap(), "only this");
    let error = pieces.try_next().await.unwrap_err();
    assert!(error.is_temporary(), "{error}");
}

#[tokio::test]
async fn an_upload_that_fails_at_its_end_is_aborted() {
    let begun = answer(
        "200 OK",
        "<InitiateMultipartUploadResult><UploadId>u1</UploadId></InitiateMultipartUploadResult>",
    );
    let part = "HTTP/1.1 200 OK\r\netag: \"e\"\r\ncontent-length: 0\r\nconnection: close\r\n\r\n";
    // S3 may answer 200 and then report a failure in the body.
    let failed = xml_error("200 OK", "InternalError");
    let mut answers = vec![begun, part.to_owned(), part.to_owned()];
    answers.extend(std::iter::repeat_n(failed, ATTEMPTS as usize));
    answers.push(answer("204 No Content", NOTHING));
    let stub = Stub::new(answers).await;
    let error = stub.store.put(&key(), body(PART + 1)).await.unwrap_err();
    assert!(error.is_temporary(), "{error}");
    let seen = stub.seen.lock().unwrap();
    assert!(seen.last().unwrap().starts_with("DELETE "), "{seen:?}");
    assert!(seen.last().unwrap().contains("uploadId=u1"), "{seen:?}");
}
