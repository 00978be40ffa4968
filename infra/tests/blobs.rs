//! The contract of blob stores, run against every adapter.
//!
//! S3 is simulated by `moto`:
//!
//! ```text
//! python3 -m venv /tmp/moto && /tmp/moto/bin/pip install 'moto[server]'
//! DEBRIEF_TEST_MOTO=/tmp/moto/bin/moto_server cargo test -p debrief-infra --features s3 --test blobs
//! ```
//!
//! A real bucket is tested by the same suite, with the usual AWS variables and
//! `DEBRIEF_TEST_S3=s3://bucket/prefix`, by `-- --ignored s3_endpoint`.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use debrief_infra::blobs::{BlobError, BlobKey, BlobStore, ByteStream, from_url, sealed};
use futures::future::BoxFuture;
use futures::{FutureExt, StreamExt, TryStreamExt, stream};
use rand::rngs::StdRng;
use rand::{Rng, RngExt, SeedableRng};
use uuid::Uuid;

const MIB: usize = 1024 * 1024;

/// An adapter under test.
struct Subject {
    store: Arc<dyn BlobStore>,
    /// Returns the number of unfinished writes that the adapter holds internally.
    unfinished: Box<dyn Fn() -> BoxFuture<'static, usize>>,
}

impl Subject {
    async fn read(&self, key: &BlobKey) -> Result<Vec<u8>, BlobError> {
        let pieces: Vec<Bytes> = self.store.get(key).await?.try_collect().await?;
        Ok(pieces.concat())
    }

    async fn write(&self, key: &BlobKey, content: &[u8]) {
        let stored = self.store.put(key, odd_pieces(content)).await.unwrap();
        assert_eq!(stored, content.len() as u64);
    }

    async fn assert_absent(&self, key: &BlobKey) {
        let result = self.read(key).await;
        assert!(matches!(result, Err(BlobError::NotFound)));
    }

    /// After a drop this may take a moment.
    async fn assert_nothing_unfinished(&self) {
        for _ in 0..100 {
            if (self.unfinished)().await == 0 {
                return;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        panic!("an unfinished write was left behind");
    }
}

async fn suite(subject: &Subject) {
    macro_rules! run {
        ($($case:ident),+ $(,)?) => { $({
            let start = std::time::Instant::now();
            $case(subject).await;
            println!("  {}: {:.1} s", stringify!($case), start.elapsed().as_secs_f64());
        })+ };
    }
    run!(
        memory_is_constant,
        it_is_ready,
        what_is_put_is_got,
        a_put_replaces_at_once,
        a_blob_shows_when_it_is_complete,
        a_failing_body_leaves_nothing,
        a_dropped_put_leaves_nothing,
        puts_do_not_mix,
        what_is_deleted_is_gone,
        organizations_are_apart,
        sealed_blobs_open_only_as_they_were,
    );
}

fn key() -> BlobKey {
    BlobKey::new(Uuid::now_v7(), "recording", Uuid::now_v7())
}

fn content(length: usize, seed: u64) -> Vec<u8> {
    let mut bytes = vec![0; length];
    StdRng::seed_from_u64(seed).fill_bytes(&mut bytes);
    bytes
}

/// Splits the content into pieces of odd sizes, some of them empty.
fn odd_pieces(content: &[u8]) -> ByteStream {
    let mut random = StdRng::seed_from_u64(content.len() as u64);
    let mut rest = Bytes::copy_from_slice(content);
    let mut pieces = vec![Bytes::new()];
    while !rest.is_empty() {
        let size = random.random_range(0..100_000).min(rest.len());
        pieces.push(rest.split_to(size));
    }
    stream::iter(pieces).map(Ok).boxed()
}

#[derive(Debug, PartialEq, thiserror::Error)]
#[error("the client hung up")]
struct HungUp;

/// Returns the peak resident memory while `work` ran, less that before.
#[cfg(target_os = "linux")]
async fn memory_growth(work: impl Future<Output = ()>) -> usize {
    let field = |name: &str| {
        let status = std::fs::read_to_string("/proc/self/status").unwrap();
        let line = status.lines().find(|line| line.starts_with(name)).unwrap();
        line.split_whitespace().nth(1).unwrap().parse::<usize>().unwrap() * 1024
    };
    std::fs::write("/proc/self/clear_refs", "5").unwrap();
    let before = field("VmRSS");
    work.await;
    field("VmHWM").saturating_sub(before)
}

async fn memory_is_constant(subject: &Subject) {
    #[cfg(target_os = "linux")]
    {
        const LENGTH: usize = 128 * MIB;
        const BOUND: usize = 48 * MIB;
        let body = || {
            let piece = Bytes::from(content(64 * 1024, 1));
            stream::repeat(piece).take(LENGTH / (64 * 1024)).map(Ok).boxed()
        };
        let growth = memory_growth(async {
            let key = key();
            let stored = subject.store.put(&key, body()).await.unwrap();
            assert_eq!(stored, LENGTH as u64);
            let mut length = 0;
            let mut pieces = subject.store.get(&key).await.unwrap();
            while let Some(piece) = pieces.try_next().await.unwrap() {
                length += piece.len();
            }
            assert_eq!(length, LENGTH);
            subject.store.delete(&key).await.unwrap();
        });
        let growth = growth.await;
        assert!(growth < BOUND, "grew by {growth} bytes");
        // Control arm: a body held whole is seen.
        let growth = memory_growth(async {
            let all: Vec<Bytes> = body().try_collect().await.unwrap();
            std::hint::black_box(all.concat());
        });
        assert!(growth.await > BOUND, "the measurement sees nothing");
    }
}

async fn it_is_ready(subject: &Subject) {
    subject.store.check().await.unwrap();
    subject.assert_nothing_unfinished().await;
}

async fn what_is_put_is_got(subject: &Subject) {
    for length in [0, 1, 65_537, 8 * MIB - 1, 8 * MIB, 8 * MIB + 1, 20 * MIB] {
        let (key, content) = (key(), content(length, 2));
        subject.write(&key, &content).await;
        assert!(subject.read(&key).await.unwrap() == content, "{length}");
    }
    subject.assert_nothing_unfinished().await;
}

async fn a_put_replaces_at_once(subject: &Subject) {
    let key = key();
    let (old, new) = (content(9 * MIB, 3), content(100, 4));
    subject.write(&key, &old).await;
    let mut reading = subject.store.get(&key).await.unwrap();
    let mut read = reading.try_next().await.unwrap().unwrap().to_vec();
    subject.write(&key, &new).await;
    assert!(subject.read(&key).await.unwrap() == new);
    while let Some(piece) = reading.try_next().await.unwrap() {
        read.extend_from_slice(&piece);
    }
    assert!(read == old, "a reader sees one blob, not two");
    subject.write(&key, &[]).await;
    assert!(subject.read(&key).await.unwrap().is_empty());
}

async fn a_blob_shows_when_it_is_complete(subject: &Subject) {
    let (key, content) = (key(), content(17 * MIB, 5));
    let (gate, opened) = tokio::sync::oneshot::channel::<()>();
    let end = stream::once(async move {
        opened.await.unwrap();
        Ok(Bytes::from_static(b"end"))
    });
    let put = subject.store.put(&key, odd_pieces(&content).chain(end).boxed());
    let watch = async {
        tokio::time::sleep(Duration::from_millis(500)).await;
        subject.assert_absent(&key).await;
        gate.send(()).unwrap();
    };
    let (stored, ()) = tokio::join!(put, watch);
    assert_eq!(stored.unwrap(), 17 * MIB as u64 + 3);
    assert!(subject.read(&key).await.unwrap().ends_with(b"end"));
}

async fn a_failing_body_leaves_nothing(subject: &Subject) {
    for length in [0, 100, 9 * MIB, 17 * MIB] {
        let content = content(length, 6);
        let failing = || {
            let error = stream::once(async { Err(BlobError::body(HungUp)) });
            odd_pieces(&content).chain(error).boxed()
        };
        let key = key();
        let error = subject.store.put(&key, failing()).await.unwrap_err();
        assert_eq!(error.body_cause(), Some(&HungUp));
        subject.assert_absent(&key).await;
        subject.write(&key, b"older").await;
        subject.store.put(&key, failing()).await.unwrap_err();
        assert_eq!(subject.read(&key).await.unwrap(), b"older");
    }
    subject.assert_nothing_unfinished().await;
}

async fn a_dropped_put_leaves_nothing(subject: &Subject) {
    for length in [0, 100, 9 * MIB, 20 * MIB] {
        let content = content(length, 7);
        // Dropped at any time while it is busy, and then while it waits.
        for milliseconds in [0, 1, 3, 10, 30, 600] {
            let key = key();
            let body = odd_pieces(&content).chain(stream::pending());
            let put = subject.store.put(&key, body.boxed());
            let wait = Duration::from_millis(milliseconds);
            assert!(tokio::time::timeout(wait, put).await.is_err());
            subject.assert_absent(&key).await;
        }
    }
    subject.assert_nothing_unfinished().await;
}

async fn puts_do_not_mix(subject: &Subject) {
    let shared = key();
    let contents: Vec<_> = (0..8).map(|seed| content(MIB + 99, 10 + seed)).collect();
    let puts = contents.iter().map(|content| async {
        let own = key();
        subject.write(&shared, content).await;
        subject.write(&own, content).await;
        own
    });
    let own: Vec<BlobKey> = futures::future::join_all(puts).await;
    for (key, content) in own.iter().zip(&contents) {
        assert!(subject.read(key).await.unwrap() == *content);
    }
    let winner = subject.read(&shared).await.unwrap();
    assert!(contents.contains(&winner), "the content is a mixture");
    subject.assert_nothing_unfinished().await;
}

async fn what_is_deleted_is_gone(subject: &Subject) {
    let key = key();
    subject.assert_absent(&key).await;
    subject.store.delete(&key).await.unwrap();
    for _ in 0..2 {
        subject.write(&key, b"content").await;
        subject.store.delete(&key).await.unwrap();
        subject.assert_absent(&key).await;
        subject.store.delete(&key).await.unwrap();
    }
}

async fn organizations_are_apart(subject: &Subject) {
    let id = Uuid::now_v7();
    let [one, other] = [1, 2].map(|it| BlobKey::new(Uuid::from_u128(it), "export", id));
    subject.write(&one, b"one").await;
    subject.assert_absent(&other).await;
    subject.write(&other, b"other").await;
    subject.store.delete(&other).await.unwrap();
    assert_eq!(subject.read(&one).await.unwrap(), b"one");
}

async fn sealed_blobs_open_only_as_they_were(subject: &Subject) {
    let secret = [9; 32];
    let (one, other) = (key(), key());
    let plain = content(9 * MIB + 5, 20);
    let context = one.as_str().as_bytes();
    let body = sealed::seal(&secret, context, odd_pieces(&plain));
    subject.store.put(&one, body).await.unwrap();
    let open = async |key: &BlobKey| {
        let body = subject.store.get(key).await.unwrap();
        let pieces = sealed::open(&secret, key.as_str().as_bytes(), body);
        pieces.try_collect::<Vec<Bytes>>().await.map(|it| it.concat())
    };
    assert!(open(&one).await.unwrap() == plain);
    let stored = subject.read(&one).await.unwrap();
    assert!(!stored[..MIB].windows(16).any(|it| it == &plain[..16]));
    // Put under another key as it is, cut at a chunk, changed in one bit.
    subject.write(&other, &stored).await;
    assert!(matches!(open(&other).await, Err(BlobError::Corrupt(_))));
    let border = 44 + 7 * (64 * 1024 + 16);
    subject.write(&one, &stored[..border]).await;
    assert!(matches!(open(&one).await, Err(BlobError::Corrupt(_))));
    let mut flipped = stored;
    flipped[8 * MIB] ^= 1;
    subject.write(&one, &flipped).await;
    assert!(matches!(open(&one).await, Err(BlobError::Corrupt(_))));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_directory() {
    let directory = tempfile::tempdir().unwrap();
    let temporary = directory.path().join("blobs/.tmp");
    let url = format!("directory:{}/blobs", directory.path().display());
    let unfinished = move || {
        let entries = std::fs::read_dir(&temporary).unwrap().count();
        async move { entries }.boxed()
    };
    suite(&Subject { store: from_url(&url).await.unwrap(), unfinished: Box::new(unfinished) })
        .await;
}

/// Starts `moto` and runs the suite against it in a child process, because the
/// credentials come from the environment, which a process cannot safely change
/// for itself.
#[cfg(feature = "s3")]
#[tokio::test]
async fn s3() {
    let Some(server) = std::env::var_os("DEBRIEF_TEST_MOTO") else {
        println!("skipped: DEBRIEF_TEST_MOTO does not name a moto_server");
        return;
    };
    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = free.local_addr().unwrap();
    drop(free);
    let mut moto = tokio::process::Command::new(server)
        .args(["-H", "127.0.0.1", "-p", &address.port().to_string()])
        .stdout(std::process::Stdio::null())
        .stderr(std::process::Stdio::null())
        .kill_on_drop(true)
        .spawn()
        .unwrap();
    let bucket = "s3://debrief-test/some/prefix";
    let child = tokio::process::Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "s3_endpoint", "--ignored", "--nocapture"])
        .env("AWS_ACCESS_KEY_ID", "test")
        .env("AWS_SECRET_ACCESS_KEY", "test")
        .env("AWS_REGION", "us-east-1")
        .env("AWS_ENDPOINT_URL", format!("http://{address}"))
        .env("DEBRIEF_TEST_S3", format!("{bucket}?endpoint=http://{address}"))
        .env("DEBRIEF_TEST_S3_CREATE", "true")
        .kill_on_drop(true)
        .status();
    let status = tokio::time::timeout(Duration::from_secs(300), child).await;
    assert!(status.expect("in time").unwrap().success());
    moto.kill().await.unwrap();
}

/// The suite against the bucket of `DEBRIEF_TEST_S3`.
#[cfg(feature = "s3")]
#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs a bucket; the test `s3` runs it against moto"]
async fn s3_endpoint() {
    let url = std::env::var("DEBRIEF_TEST_S3").expect("DEBRIEF_TEST_S3 names a bucket");
    let bucket = url.split(['/', '?']).nth(2).unwrap().to_owned();
    // A client of its own, to look behind the store.
    let shared = aws_config::load_defaults(aws_config::BehaviorVersion::latest()).await;
    let config = aws_sdk_s3::config::Builder::from(&shared).force_path_style(true);
    let client = aws_sdk_s3::Client::from_conf(config.build());
    if std::env::var_os("DEBRIEF_TEST_S3_CREATE").is_some() {
        // moto takes a second or two to start.
        while client.create_bucket().bucket(&bucket).send().await.is_err() {
            tokio::time::sleep(Duration::from_millis(500)).await;
        }
    }
    let unfinished = move || {
        let list = client.list_multipart_uploads().bucket(&bucket);
        async move { list.send().await.unwrap().uploads().len() }.boxed()
    };
    suite(&Subject { store: from_url(&url).await.unwrap(), unfinished: Box::new(unfinished) })
        .await;
}
