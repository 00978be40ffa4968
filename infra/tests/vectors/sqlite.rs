//! Tests for the SQLite adapter only: files that are deleted, damaged or shared, and processes that
//! are killed.

use crate::subject::{
    COLLECTION, DIMENSIONS, at_angle, day, entry, ids, is_gone, kept, organization, session, state,
};
use debrief_infra::vectors::{Entry, Filters, SessionInfo, VectorError, VectorStore, from_url};
use sqlx::Connection;
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};
use std::collections::HashSet;
use std::io::{Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

struct Place {
    directory: tempfile::TempDir,
}

impl Place {
    fn new() -> Self {
        Self { directory: tempfile::tempdir().unwrap() }
    }

    fn file(&self) -> PathBuf {
        self.directory.path().join("new/vectors.db")
    }

    async fn open(&self) -> Arc<dyn VectorStore> {
        from_url(&format!("sqlite:{}", self.file().display()), None).await.unwrap()
    }

    /// Opens it and stores a session.
    async fn filled(&self, entries: &[Entry]) -> (Arc<dyn VectorStore>, SessionInfo) {
        let store = self.open().await;
        let session = session(organization());
        fill(&*store, &session, entries).await;
        (store, session)
    }

    async fn sql(&self, sql: &'static str) {
        let options = SqliteConnectOptions::new().filename(self.file()).create_if_missing(true);
        let mut connection = SqliteConnection::connect_with(&options).await.unwrap();
        sqlx::raw_sql(sql).execute(&mut connection).await.unwrap();
        connection.close().await.unwrap();
    }

    /// Returns all substrings of that many bytes in the file and its log.
    fn runs(&self, length: usize) -> HashSet<Vec<u8>> {
        let mut runs = HashSet::new();
        for suffix in ["", "-wal"] {
            let content = std::fs::read(format!("{}{suffix}", self.file().display()));
            runs.extend(content.unwrap_or_default().windows(length).map(<[u8]>::to_vec));
        }
        runs
    }
}

async fn fill(store: &dyn VectorStore, session: &SessionInfo, entries: &[Entry]) {
    store.put_state(COLLECTION, &state(0), Some(DIMENSIONS)).await.unwrap();
    store.replace(COLLECTION, session, entries).await.unwrap();
}

async fn known(store: &dyn VectorStore, session: &SessionInfo) -> Vec<uuid::Uuid> {
    let known = store.known(COLLECTION, session.organization, session.subject);
    let mut known: Vec<_> = known.await.unwrap().into_iter().collect();
    known.sort();
    known
}

fn little_endian(vector: &[f32]) -> Vec<u8> {
    vector.iter().flat_map(|x| x.to_le_bytes()).collect()
}

#[tokio::test]
async fn an_address_needs_a_path() {
    for url in ["sqlite:", "postgres://user:hunter2@host", ""] {
        let error = from_url(url, None).await.unwrap_err();
        assert!(matches!(&error, VectorError::Config(text) if !text.contains("hunter2")));
    }
    #[cfg(not(feature = "qdrant"))]
    {
        let error = from_url("qdrant:http://host:6334", None).await.unwrap_err();
        assert!(error.to_string().contains("--features qdrant"));
    }
}

#[tokio::test]
async fn what_was_written_is_there_after_an_end_without_warning() {
    let place = Place::new();
    let entries: Vec<Entry> = (0..200).map(|n| entry(n as f32)).collect();
    let (store, session) = place.filled(&entries).await;
    // What a killed process leaves: the files as they are, with nothing closed.
    let copy = Place::new();
    std::fs::create_dir_all(copy.file().parent().unwrap()).unwrap();
    for suffix in ["", "-wal"] {
        let name = |place: &Place| format!("{}{suffix}", place.file().display());
        std::fs::copy(name(&place), name(&copy)).unwrap();
    }
    let again = copy.open().await;
    assert_eq!(known(&*again, &session).await, ids(&entries));
    assert_eq!(again.collections().await.unwrap().len(), 1);
    drop(store);
}

#[tokio::test]
async fn removed_vectors_leave_the_disk() {
    let place = Place::new();
    let secret = |n: u32| {
        let vector: Vec<f32> =
            (0..DIMENSIONS as u32).map(|it| (1.0 + (n * 31 + it * 7) as f32).sin()).collect();
        let length = vector.iter().map(|x| f64::from(*x).powi(2)).sum::<f64>().sqrt();
        vector.iter().map(|x| (f64::from(*x) / length) as f32).collect::<Vec<f32>>()
    };
    let entries: Vec<Entry> =
        (0..500).map(|n| Entry { vector: Some(secret(n)), ..entry(0.0) }).collect();
    let (store, session) = place.filled(&entries).await;
    // Two components of each; a vector may be stored with another last bit.
    let marks: Vec<Vec<u8>> =
        entries.iter().map(|it| little_endian(&it.vector.as_ref().unwrap()[2..4])).collect();
    let there = || {
        let runs = place.runs(8);
        (0..500).filter(|n| runs.contains(&marks[*n])).collect::<Vec<usize>>()
    };
    let control = there();
    assert!(control.len() > 400, "the control finds {}", control.len());

    // Passages go.
    let rest: Vec<Entry> = entries.iter().skip(100).map(kept).collect();
    store.replace(COLLECTION, &session, &rest).await.unwrap();
    assert!(there().iter().eq(control.iter().filter(|n| **n >= 100)));
    // A session goes, while another one stays.
    let other = crate::subject::session(session.organization);
    let mark = Entry { vector: Some(secret(9_999)), ..entry(0.0) };
    store.replace(COLLECTION, &other, std::slice::from_ref(&mark)).await.unwrap();
    store.replace(COLLECTION, &session, &[]).await.unwrap();
    assert!(there().is_empty());
    assert_eq!(known(&*store, &other).await, [mark.id]);
    // The collection goes.
    fill(&*store, &session, &entries).await;
    assert_eq!(there(), control);
    store.drop_collection(COLLECTION).await.unwrap();
    assert!(there().is_empty());
}

#[tokio::test]
async fn a_damaged_file_is_made_anew() {
    let write = |file: &Path, at: u64, bytes: &[u8]| {
        let mut file = std::fs::OpenOptions::new().write(true).open(file).unwrap();
        file.seek(SeekFrom::Start(at)).unwrap();
        file.write_all(bytes).unwrap();
    };
    let truncate = |file: &Path, length: u64| {
        std::fs::OpenOptions::new().write(true).open(file).unwrap().set_len(length).unwrap();
    };
    type Damage<'a> = (&'a str, &'a dyn Fn(&Path));
    let damages: [Damage<'_>; 6] = [
        ("a garbage header", &|file| write(file, 0, &[0xA5; 200])),
        ("no database", &|file| std::fs::write(file, "not a database at all").unwrap()),
        ("cut in the middle", &|file| truncate(file, 3 * 16_384 + 77)),
        ("cut in the header", &|file| truncate(file, 50)),
        ("emptied", &|file| truncate(file, 0)),
        ("garbage tables", &|file| write(file, 100, &[0xA5; 16_000])),
    ];
    for (name, damage) in damages {
        let place = Place::new();
        let entries: Vec<Entry> = (0..2_000).map(|n| entry(n as f32)).collect();
        let (store, session) = place.filled(&entries).await;
        drop(store);
        // All that was written is in the file, then, and nothing in the log.
        place.sql("PRAGMA wal_checkpoint(TRUNCATE)").await;
        damage(&place.file());
        let store = place.open().await;
        assert!(store.collections().await.unwrap().is_empty(), "{name}");
        store.check().await.unwrap();
        fill(&*store, &session, &entries).await;
        assert_eq!(known(&*store, &session).await, ids(&entries), "{name}");
    }
}

#[tokio::test]
async fn another_layout_is_thrown_away() {
    for sql in ["PRAGMA user_version = 99", "DROP TABLE coarse", "DROP TABLE collection"] {
        let place = Place::new();
        let (store, session) = place.filled(&[entry(1.0)]).await;
        drop(store);
        place.sql(sql).await;
        let store = place.open().await;
        // A table that is missing is found out when it is needed.
        let _ = store.collections().await;
        let _ = store.known(COLLECTION, session.organization, session.subject).await;
        assert!(store.collections().await.unwrap().is_empty(), "{sql}");
        fill(&*store, &session, &[entry(1.0)]).await;
    }
}

#[tokio::test]
async fn another_programs_database_is_left_alone() {
    let place = Place::new();
    std::fs::create_dir_all(place.file().parent().unwrap()).unwrap();
    place.sql("CREATE TABLE events (id INTEGER PRIMARY KEY); INSERT INTO events VALUES (7)").await;
    let url = format!("sqlite:{}", place.file().display());
    let error = from_url(&url, None).await.unwrap_err();
    assert!(matches!(error, VectorError::Config(_)), "{error:?}");
    // Damaged, too.
    let length = std::fs::metadata(place.file()).unwrap().len();
    let file = std::fs::OpenOptions::new().write(true).open(place.file()).unwrap();
    file.set_len(length - 100).unwrap();
    let error = from_url(&url, None).await.unwrap_err();
    assert!(matches!(error, VectorError::Config(_)), "{error:?}");
    assert_eq!(std::fs::metadata(place.file()).unwrap().len(), length - 100);
}

#[tokio::test]
async fn damage_is_found_out_in_use() {
    let place = Place::new();
    let entries: Vec<Entry> = (0..5_000).map(|n| entry(n as f32)).collect();
    let (store, session) = place.filled(&entries).await;
    place.sql("PRAGMA wal_checkpoint(TRUNCATE)").await;
    let length = std::fs::metadata(place.file()).unwrap().len();
    let mut file = std::fs::OpenOptions::new().write(true).open(place.file()).unwrap();
    file.seek(SeekFrom::Start(16_384)).unwrap();
    file.write_all(&vec![0xA5; length as usize - 16_384]).unwrap();
    let again = place.open().await; // Another process, which does not have the pages in memory.
    let all = Filters::default();
    let organization = session.organization;
    is_gone(again.nearest(COLLECTION, organization, &at_angle(0.0), 5, &all).await);
    assert!(again.collections().await.unwrap().is_empty());
    // The first one finds out that the file is another.
    is_gone(store.nearest(COLLECTION, organization, &at_angle(0.0), 5, &all).await);
    fill(&*store, &session, &entries).await;
    assert_eq!(known(&*again, &session).await, ids(&entries));
}

#[tokio::test]
async fn a_file_that_is_deleted_in_use_is_found_out() {
    let place = Place::new();
    let (store, session) = place.filled(&[entry(1.0)]).await;
    let other = place.open().await;
    for with_log in [false, true] {
        std::fs::remove_file(place.file()).unwrap();
        if with_log {
            for suffix in ["-wal", "-shm"] {
                let _ = std::fs::remove_file(format!("{}{suffix}", place.file().display()));
            }
        }
        store.check().await.unwrap();
        assert!(store.collections().await.unwrap().is_empty());
        is_gone(other.replace(COLLECTION, &session, &[entry(2.0)]).await);
        let entries = [entry(3.0), entry(4.0)];
        fill(&*other, &session, &entries).await;
        assert_eq!(known(&*store, &session).await, ids(&entries));
        assert_eq!(known(&*place.open().await, &session).await, ids(&entries));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn searches_see_whole_sessions_only() {
    let place = Place::new();
    let (store, session) = place.filled(&[]).await;
    let other = place.open().await;
    let writing = |store: Arc<dyn VectorStore>, kind: &'static str| {
        let session = session.clone();
        tokio::spawn(async move {
            for n in 1..40_u8 {
                let entries: Vec<Entry> = (0..30 + u16::from(n))
                    .map(|it| Entry { kind: format!("{kind} {n}"), ..entry(f32::from(it)) })
                    .collect();
                let session = SessionInfo { at: day(n.into()), ..session.clone() };
                store.replace(COLLECTION, &session, &entries).await.unwrap();
            }
        })
    };
    let writers = [writing(store.clone(), "a"), writing(other.clone(), "b")];
    let mut seen = HashSet::new();
    while !writers.iter().all(tokio::task::JoinHandle::is_finished) {
        let (question, all) = (at_angle(0.0), Filters::default());
        let near = store.nearest(COLLECTION, session.organization, &question, 1_000, &all);
        let near = near.await.unwrap();
        assert!(near.is_empty() || (31..70).contains(&near.len()), "{}", near.len());
        seen.insert(near.len());
    }
    for writer in writers {
        writer.await.unwrap();
    }
    assert!(seen.len() > 5, "the searches saw {} states", seen.len());
}
