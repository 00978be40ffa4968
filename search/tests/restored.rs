//! The full-text index of a log that was restored from a backup and has grown since.

use debrief_domain::ids::{NoteId, OrganizationId};
use debrief_domain::note::{Note, NoteCommand, NoteWritten};
use debrief_domain::personal::Personal;
use debrief_infra::blobs::DirectoryStore;
use debrief_infra::database::Database;
use debrief_infra::documents::Documents;
use debrief_infra::keys::{DataKey, KeyStore, MasterKey};
use debrief_infra::log::{AppenderOptions, CommandContext, CommandKey, EventLog, Metadata};
use debrief_search::follower::Follower;
use std::path::Path;
use std::sync::Arc;
use uuid::Uuid;

const OURS: OrganizationId = OrganizationId(Uuid::from_u128(1));

/// Writes a note.
async fn write(log: &EventLog, text: &str) {
    let id = NoteId(Uuid::now_v7());
    let key = DataKey::generate(id.0);
    let words = |text: &str| Personal::Known(text.to_owned());
    let written = NoteWritten {
        external_id: words("1"),
        text: words(text),
        title: None,
        url: None,
        client_id: None,
        held_at: None,
        language: None,
    };
    let metadata =
        Metadata { actor: "system".into(), correlation_id: Uuid::nil(), causation_id: None };
    let context = CommandContext {
        organization: OURS,
        metadata,
        key: CommandKey { key: Uuid::now_v7().to_string(), fingerprint: [0; 32] },
        answer: serde_json::Value::Null,
        wrapped_keys: vec![log.keys().wrap(OURS, &key, None)],
        data_key: Some(key),
    };
    log.create::<Note>(context, id.0, NoteCommand::Begin(written)).await.unwrap();
}

/// Opens what a process opens.
async fn open(directory: &Path) -> (Database, EventLog, Documents) {
    let url = format!("sqlite:{}", directory.join("debrief.db").display());
    let database = Database::open(&url, 2).await.unwrap();
    database.migrate().await.unwrap();
    let keys = KeyStore::new(database.log.clone(), MasterKey::from_bytes([7; 32]));
    let log = EventLog::new(database.log.clone(), keys, AppenderOptions::default());
    let blobs = DirectoryStore::open(directory.join("blobs")).await.unwrap();
    (database, log, Documents::new(Arc::new(blobs)))
}

/// Follows the log to its end; returns the number of passages that are found then.
async fn passages(log: &EventLog, documents: &Documents, directory: &Path) -> u64 {
    let opened = Follower::open(log.clone(), documents.clone(), &directory.join("search")).await;
    let mut follower = opened.unwrap();
    follower.catch_up().await.unwrap();
    follower.search().index().passages()
}

#[tokio::test]
async fn the_index_of_a_log_that_was_restored_is_built_again() {
    let directory = tempfile::tempdir().unwrap();
    let (database, log, documents) = open(directory.path()).await;
    write(&log, "One note that the backup has.").await;
    for n in 0..3 {
        write(&log, &format!("Note {n}, which it does not have.")).await;
    }
    assert_eq!(passages(&log, &documents, directory.path()).await, 4);
    // Nothing changed: it is opened as it is.
    assert_eq!(passages(&log, &documents, directory.path()).await, 4);

    for sql in [
        "DROP TRIGGER events_refuse_delete",
        "DELETE FROM events WHERE position > 1",
        "DELETE FROM command_keys WHERE position > 1",
        "UPDATE log_head SET position = 1",
    ] {
        database.log.execute(sql, &[]).await.unwrap();
    }
    database.close().await;
    let (database, log, documents) = open(directory.path()).await;
    for n in 0..5 {
        write(&log, &format!("Another note, the {n}th after the restore.")).await;
    }
    // Six by the log; three more if the index went on from where it was, at position 4.
    assert_eq!(passages(&log, &documents, directory.path()).await, 6);
    database.close().await;
}
