//! The log was restored from a backup, and what follows it was not.

use crate::in_profiles;
use crate::support::{Profile, Server, Setup, VTT, eventually};
use debrief_infra::database::Database;
use debrief_infra::database::sql::Dialect;
use std::path::Path;

in_profiles! { an_older_log_under_newer_read_models_and_queue }

/// Sets the log back, as a backup of it does.
async fn set_back(database: &Database, to: i64) {
    let log = &database.log;
    let unlock = match log.dialect() {
        Dialect::Sqlite => "DROP TRIGGER events_refuse_delete",
        Dialect::Postgres => "ALTER TABLE events DISABLE TRIGGER USER",
    };
    log.execute(unlock, &[]).await.unwrap();
    for sql in [
        "DELETE FROM events WHERE position > $1",
        "DELETE FROM command_keys WHERE position > $1",
        "UPDATE log_head SET position = $1",
    ] {
        log.execute(sql, &[to.into()]).await.unwrap();
    }
}

fn session(n: usize) -> String {
    VTT.replace("two of them", &format!("{n} of them"))
}

/// Returns the ids that a listing shows.
async fn listed(server: &Server) -> Vec<String> {
    let listed = server.api().get("/v1/transcripts?limit=200").await.expect(200);
    let mut ids: Vec<_> = listed["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|item| item["id"].as_str().unwrap().to_owned())
        .collect();
    ids.sort();
    ids
}

async fn an_older_log_under_newer_read_models_and_queue(profile: Profile) {
    let Some(mut server) = Setup::new(profile).start().await else { return };
    let mut kept = Vec::new();
    for n in 0..3 {
        let made = server.api().session(session(n), &[]).await;
        kept.push(made["id"].as_str().unwrap().to_owned());
    }
    let backup = server.events().len() as i64;
    let mut ghosts = Vec::new();
    for n in 10..16 {
        let made = server.api().session(session(n), &[]).await;
        ghosts.push(made["id"].as_str().unwrap().to_owned());
    }
    server.stop("up").await;
    let database = server.database().await;
    set_back(&database, backup).await;
    database.close().await;

    server.start("up").await;
    kept.sort();
    assert_eq!(listed(&server).await, kept, "ghosts in the read models");
    let warned = server.log();
    assert!(warned.contains("the read model is of another log"), "nothing was said");
    // What is uploaded now is processed, although the queue had seen these positions before.
    for n in 20..30 {
        let made = server.api().session(session(n), &[]).await;
        kept.push(made["id"].as_str().unwrap().to_owned());
    }
    kept.sort();
    assert_eq!(listed(&server).await, kept);
    for ghost in ghosts {
        assert_eq!(server.api().get(&format!("/v1/transcripts/{ghost}")).await.status, 404);
    }
    let verified = server.cli(&["projections", "verify"]);
    assert!(!verified.contains("DIFFERS"), "{verified}");
}

/// Copies a SQLite database with what is beside it.
fn copy(from: &Path, to: &Path, name: &str) {
    for suffix in ["", "-wal", "-shm"] {
        let (from, to) = (from.join(format!("{name}{suffix}")), to.join(format!("{name}{suffix}")));
        let _ = std::fs::remove_file(&to);
        if from.exists() {
            std::fs::copy(from, to).unwrap();
        }
    }
}

/// The other direction: read models, queue and index are older than the log.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_newer_log_over_older_files_is_followed() {
    let Some(mut server) = Setup::new(Profile::Embedded).start().await else { return };
    server.api().session(session(0), &[]).await;
    server.stop("up").await;
    let (data, saved) = (server.data_dir(), tempfile::tempdir().unwrap());
    for name in ["debrief-views.db", "debrief-queue.db"] {
        copy(&data, saved.path(), name);
    }
    server.start("up").await;
    for n in 1..5 {
        server.api().session(session(n), &[]).await;
    }
    let before = listed(&server).await;
    let events = server.events().len();
    server.stop("up").await;
    for name in ["debrief-views.db", "debrief-queue.db"] {
        copy(saved.path(), &data, name);
    }
    server.start("up").await;
    assert_eq!(listed(&server).await, before);
    eventually("work that was done is found done", async || {
        let database = server.database().await;
        let rows = database.queue.query("SELECT COUNT(*) FROM work", &[]).await.unwrap();
        let left: i64 = rows[0].get(0).unwrap();
        database.close().await;
        left == 0
    })
    .await;
    assert_eq!(server.events().len(), events, "an effect took place twice");
    let verified = server.cli(&["projections", "verify"]);
    assert!(!verified.contains("DIFFERS"), "{verified}");
    assert!(!server.log().contains("of another log"), "they are of this log");
}

/// Without its log, a server does not begin an empty one among the files that followed it.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_log_that_is_gone_is_not_replaced_by_an_empty_one() {
    let Some(mut server) = Setup::new(Profile::Embedded).start().await else { return };
    server.api().session(VTT, &[]).await;
    server.stop("up").await;
    let (data, saved) = (server.data_dir(), tempfile::tempdir().unwrap());
    copy(&data, saved.path(), "debrief.db");
    std::fs::remove_file(data.join("debrief.db")).unwrap();
    for command in ["up", "migrate", "doctor"] {
        let refused = server.try_cli(&[command]);
        assert!(!refused.status.success());
        let said = String::from_utf8_lossy(&[refused.stdout, refused.stderr].concat()).into_owned();
        assert!(said.contains("debrief.db is missing or empty"), "{command}: {said}");
        assert!(said.contains("put back a backup"), "{command}: {said}");
        assert!(!data.join("debrief.db").exists(), "{command} began a log");
    }
    // With the log back, all is as it was; and without the others, an empty one begins.
    copy(saved.path(), &data, "debrief.db");
    server.start("up").await;
    assert_eq!(listed(&server).await.len(), 1);
    server.stop("up").await;
    for name in ["debrief.db", "debrief-views.db", "debrief-queue.db"] {
        std::fs::remove_file(data.join(name)).unwrap();
    }
    server.start("up").await;
    assert_eq!(listed(&server).await.len(), 0);
}
