use aes_gcm::{AeadInOut, KeyInit};
use futures::executor::block_on;
use rand::rngs::StdRng;
use rand::{Rng, RngExt, SeedableRng};

use super::*;

const KEY: [u8; 32] = *b"a key for tests and nothing else";
const CONTEXT: &[u8] = b"organization/recording/id";
/// Content lengths around every boundary.
const LENGTHS: [usize; 12] = [
    0,
    1,
    15,
    16,
    17,
    CHUNK - TAG,
    CHUNK - 1,
    CHUNK,
    CHUNK + 1,
    2 * CHUNK,
    2 * CHUNK + TAG,
    3 * CHUNK + 4321,
];

fn content(length: usize) -> Vec<u8> {
    let mut bytes = vec![0; length];
    StdRng::seed_from_u64(length as u64).fill_bytes(&mut bytes);
    bytes
}

/// Splits `bytes` into pieces of at most `size`, with some empty ones between.
fn pieces(bytes: &[u8], size: usize) -> ByteStream {
    let mut cut: Vec<Bytes> = bytes.chunks(size).map(Bytes::copy_from_slice).collect();
    cut.insert(cut.len() / 2, Bytes::new());
    cut.push(Bytes::new());
    stream::iter(cut).map(Ok).boxed()
}

/// Reads everything up to the end or the first error.
fn drain(body: ByteStream) -> (Vec<u8>, Option<BlobError>) {
    block_on(body.fold((Vec::new(), None), async |(mut all, _), item| match item {
        Ok(bytes) => {
            all.extend_from_slice(&bytes);
            (all, None)
        }
        Err(error) => (all, Some(error)),
    }))
}

fn collect(body: ByteStream) -> Vec<u8> {
    let (all, error) = drain(body);
    assert!(error.is_none(), "{error:?}");
    all
}

fn sealed(content: &[u8]) -> Vec<u8> {
    collect(seal(&KEY, CONTEXT, pieces(content, CHUNK)))
}

/// Asserts that opening `bytes` ends in `Corrupt`, and that what comes before is a prefix of
/// `content`.
#[track_caller]
fn assert_corrupt(bytes: &[u8], content: &[u8], what: &str) {
    let (yielded, error) = drain(open(&KEY, CONTEXT, pieces(bytes, CHUNK)));
    assert!(matches!(error, Some(BlobError::Corrupt(_))), "{what}: {error:?}");
    assert!(content.starts_with(&yielded), "{what}: forged content");
}

/// Returns the chunks of a sealed blob.
fn chunks(sealed: &[u8]) -> Vec<&[u8]> {
    sealed[HEADER..].chunks(CHUNK + TAG).collect()
}

/// Returns a sealed blob with other chunks after its header.
fn with_chunks(sealed: &[u8], chunks: &[&[u8]]) -> Vec<u8> {
    [&sealed[..HEADER], &chunks.concat()].concat()
}

#[test]
fn round_trips_in_every_chunking() {
    let mut random = StdRng::seed_from_u64(1);
    for length in LENGTHS {
        let content = content(length);
        let mut sizes = vec![7, 4096, CHUNK - 1, CHUNK, CHUNK + 1, CHUNK + TAG, 1 << 20];
        if length < 100 {
            sizes.push(1);
        }
        sizes.extend((0..4).map(|_| random.random_range(1..3 * CHUNK)));
        for size in sizes {
            let sealed = collect(seal(&KEY, CONTEXT, pieces(&content, size)));
            let chunks = length.div_ceil(CHUNK).max(1);
            assert_eq!(sealed.len(), HEADER + length + chunks * TAG);
            let back = random.random_range(if length < 100 { 1..40 } else { 9..3 * CHUNK });
            let opened = collect(open(&KEY, CONTEXT, pieces(&sealed, back)));
            assert!(opened == content, "{length} bytes, {size} in, {back} out");
        }
    }
}

/// The expected bytes were computed by an independent implementation: the AESGCM and HKDFExpand of
/// Python's `cryptography` package.
#[test]
fn the_format_is_pinned() {
    let key: [u8; 32] = std::array::from_fn(|i| i as u8);
    let header =
        Header::new(std::array::from_fn(|i| 100 + i as u8), std::array::from_fn(|i| 200 + i as u8));
    let seal = |content: &[u8]| {
        let body = pieces(content, 1000);
        collect(sealed_with(&header, &key, b"o/kind/id", body))
    };
    let start = "44425246016465666768696a6b6c6d6e6f707172737475767778797a7b7c7d7e7f80818283\
                 c8c9cacbcccdce";
    let text = "f707dae150e85123be3f775c7bc2e4939bb3ed2c465437bc5f7c9ac7f38830f15158185c44834f36\
                1e010a";
    assert_eq!(hex::encode(seal(b"What was said stays sealed.")), format!("{start}{text}"));
    let empty = "72cb98f16bacdb2c2c4064b9224ca8f4";
    assert_eq!(hex::encode(seal(b"")), format!("{start}{empty}"));
    let long: Vec<u8> = (0..150_000_u64).map(|i| (i * i % 251) as u8).collect();
    assert_eq!(
        hex::encode(Sha256::digest(seal(&long))),
        "f2a10c7ec06b980a52739f86bfccf2525c6f5409e657ded602026facc5671f80"
    );
}

/// RFC 4231, cases 1 and 2; shorter keys are padded with zeros by definition.
#[test]
fn hmac_is_hmac() {
    let padded = |key: &[u8]| {
        let mut padded = [0; 32];
        padded[..key.len()].copy_from_slice(key);
        padded
    };
    assert_eq!(
        hex::encode(*hmac_sha256(&padded(&[0x0b; 20]), &[b"Hi", b" There"])),
        "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"
    );
    assert_eq!(
        hex::encode(*hmac_sha256(&padded(b"Jefe"), &[b"what do ya want ", b"for nothing?"])),
        "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
    );
}

#[test]
fn any_truncation_is_corrupt() {
    for length in [0, 100] {
        let content = content(length);
        let sealed = sealed(&content);
        for end in 0..sealed.len() {
            assert_corrupt(&sealed[..end], &content, &format!("cut at {end}"));
        }
    }
    for length in [2 * CHUNK, 3 * CHUNK + 4321] {
        let content = content(length);
        let sealed = sealed(&content);
        for border in (HEADER..sealed.len()).step_by(CHUNK + TAG) {
            for end in [border - 1, border, border + 1, border + TAG] {
                assert_corrupt(&sealed[..end], &content, &format!("cut at {end}"));
            }
        }
        assert_corrupt(&sealed[..sealed.len() - 1], &content, "one byte less");
    }
}

#[test]
fn any_flipped_bit_is_corrupt() {
    let short = content(50);
    let mut bytes = sealed(&short);
    for bit in 0..bytes.len() * 8 {
        bytes[bit / 8] ^= 1 << (bit % 8);
        assert_corrupt(&bytes, &short, &format!("bit {bit}"));
        bytes[bit / 8] ^= 1 << (bit % 8);
    }
    let long = content(2 * CHUNK + 99);
    let mut bytes = sealed(&long);
    let mut random = StdRng::seed_from_u64(2);
    for _ in 0..300 {
        let bit = random.random_range(0..bytes.len() * 8);
        bytes[bit / 8] ^= 1 << (bit % 8);
        assert_corrupt(&bytes, &long, &format!("bit {bit}"));
        bytes[bit / 8] ^= 1 << (bit % 8);
    }
    assert!(collect(open(&KEY, CONTEXT, pieces(&bytes, 9999))) == long);
}

#[test]
fn chunks_keep_their_place_and_their_blob() {
    let content = content(3 * CHUNK);
    let one = sealed(&content);
    let [a, b, c] = chunks(&one)[..] else {
        panic!("three chunks were expected");
    };
    assert!(collect(open(&KEY, CONTEXT, pieces(&with_chunks(&one, &[a, b, c]), 5000))) == content);
    for (what, order) in [
        ("swapped", vec![b, a, c]),
        ("the end moved", vec![a, c, b]),
        ("dropped", vec![a, c]),
        ("repeated", vec![a, a, b, c]),
        ("the end repeated", vec![a, b, c, c]),
        ("appended bytes", vec![a, b, c, b"x"]),
        ("no end", vec![a, b]),
        ("only the end", vec![c]),
        ("nothing", vec![]),
    ] {
        assert_corrupt(&with_chunks(&one, &order), &content, what);
    }
    // The same content under the same key and context, sealed a second time.
    let other = sealed(&content);
    assert!(chunks(&other).iter().all(|it| !chunks(&one).contains(it)));
    let spliced = with_chunks(&one, &[a, chunks(&other)[1], c]);
    assert_corrupt(&spliced, &content, "a chunk of another blob");
}

#[test]
fn another_key_or_context_is_corrupt() {
    let bytes = sealed(b"content");
    let mut key = KEY;
    key[31] ^= 1;
    // A context that begins where the header ends must not pass either.
    let shifted = [&bytes[HEADER - 1..HEADER], CONTEXT].concat();
    for (key, context) in [
        (key, CONTEXT),
        (KEY, b"organization/recording/other".as_slice()),
        (KEY, b""),
        (KEY, &shifted),
    ] {
        let (yielded, error) = drain(open(&key, context, pieces(&bytes, 10)));
        assert!(matches!(error, Some(BlobError::Corrupt(_))), "{error:?}");
        assert!(yielded.is_empty());
    }
}

/// Control arm: the same chunks without the last-chunk flag. Cut at a boundary, they open without
/// an error, so `any_truncation_is_corrupt` really tests the flag.
#[test]
fn without_the_last_flag_truncation_would_pass() {
    let content = content(3 * CHUNK);
    let header = Header::new([1; SALT], [2; PREFIX]);
    let cipher = Aes256Gcm::new((&*header.blob_key(&KEY)).into());
    let associated = header.associated(CONTEXT);
    let nonce = |number: usize| {
        let mut nonce = [0; 12];
        nonce[..PREFIX].copy_from_slice(header.prefix());
        nonce[PREFIX..11].copy_from_slice(&(number as u32).to_be_bytes());
        nonce
    };
    let mut flagless: Vec<Vec<u8>> = content.chunks(CHUNK).map(<[u8]>::to_vec).collect();
    for (number, chunk) in flagless.iter_mut().enumerate() {
        cipher.encrypt_in_place(&nonce(number).into(), &associated, chunk).unwrap();
    }
    flagless.truncate(2);
    let mut opened = Vec::new();
    for (number, chunk) in flagless.iter_mut().enumerate() {
        cipher
            .decrypt_in_place(&nonce(number).into(), &associated, chunk)
            .expect("nothing tells that a chunk is missing");
        opened.extend_from_slice(chunk);
    }
    assert!(opened == content[..2 * CHUNK]);
}

#[derive(Debug, PartialEq, thiserror::Error)]
#[error("the client hung up")]
struct Disconnected;

#[test]
fn an_error_of_the_body_passes_and_leaves_nothing_to_open() {
    let failing = |bytes: &[u8]| {
        let error = stream::once(async { Err(BlobError::body(Disconnected)) });
        pieces(bytes, 1000).chain(error).boxed()
    };
    for length in LENGTHS {
        let content = content(length);
        let (begun, error) = drain(seal(&KEY, CONTEXT, failing(&content)));
        assert_eq!(error.unwrap().body_cause(), Some(&Disconnected));
        assert_corrupt(&begun, &content, "a sealing that failed");
        let whole = sealed(&content);
        let (_, error) = drain(open(&KEY, CONTEXT, failing(&whole)));
        assert_eq!(error.unwrap().body_cause(), Some(&Disconnected));
    }
}

#[test]
fn endless_bodies_stream() {
    let endless = stream::repeat_with(|| Ok(Bytes::from_static(&[7; 1000]))).boxed();
    let opened = open(&KEY, CONTEXT, seal(&KEY, CONTEXT, endless));
    let start: Vec<Bytes> = block_on(opened.take(5).try_collect()).unwrap();
    assert_eq!(start.concat(), vec![7; 5 * CHUNK]);
}

/// `cargo test --release -p debrief-infra sealed -- --ignored --nocapture`
#[test]
#[ignore = "a measurement"]
fn throughput() {
    const MIB: usize = 1 << 20;
    let body = || {
        let piece = Bytes::from(content(CHUNK));
        stream::repeat(piece).take(512 * MIB / CHUNK).map(Ok)
    };
    let rate = |what: &str, body: ByteStream| {
        let start = std::time::Instant::now();
        let length: usize = block_on(body.map(|it| it.unwrap().len()).fold(0, async |a, b| a + b));
        let seconds = start.elapsed().as_secs_f64();
        println!("{what}: {:.0} MB/s", length as f64 / seconds / 1e6);
    };
    for _ in 0..3 {
        rate("seal", seal(&KEY, CONTEXT, body().boxed()));
        let parts: Vec<_> = block_on(seal(&KEY, CONTEXT, body().boxed()).collect());
        rate("open", open(&KEY, CONTEXT, stream::iter(parts).boxed()));
    }
}
