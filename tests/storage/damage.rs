//! Files that are damaged or missing.

use crate::support::{Profile, Server, Setup, VTT, eventually};
use std::path::{Path, PathBuf};

/// Overwrites pages in the middle of a file, and leaves its beginning.
fn damage(path: &Path) {
    let mut bytes = std::fs::read(path).unwrap();
    assert!(bytes.len() > 40_000, "{} is too small to be damaged", path.display());
    for byte in &mut bytes[8_192..36_000] {
        *byte = 0xa5;
    }
    std::fs::write(path, bytes).unwrap();
}

async fn with_a_session() -> Option<Server> {
    let mut server = Setup::new(Profile::Embedded).start().await?;
    server.api().session(VTT, &[("title", "Reviews")]).await;
    server.stop("up").await;
    Some(server)
}

fn said(output: &std::process::Output) -> String {
    let text = [output.stdout.as_slice(), output.stderr.as_slice()].concat();
    String::from_utf8_lossy(&text).into_owned()
}

fn set_aside(server: &Server, name: &str) -> Vec<PathBuf> {
    let begin = format!("{name}.damaged-");
    let mut found: Vec<_> = std::fs::read_dir(server.data_dir())
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| {
            let name = path.file_name().unwrap().to_string_lossy();
            name.starts_with(&begin) && name.ends_with('Z')
        })
        .collect();
    found.sort();
    found
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_can_be_rebuilt_is_set_aside_and_rebuilt() {
    let Some(mut server) = with_a_session().await else { return };
    for (name, whole) in [("debrief-views.db", false), ("debrief-queue.db", true)] {
        let path = server.data_dir().join(name);
        match whole {
            true => std::fs::write(&path, "this is no database".repeat(500)).unwrap(),
            false => damage(&path),
        }
        let doctor = server.try_cli(&["doctor"]);
        assert!(!doctor.status.success());
        assert!(said(&doctor).contains(&format!("{name} is damaged")), "{}", said(&doctor));
        assert!(set_aside(&server, name).is_empty(), "the doctor does not operate");

        server.start("up").await;
        assert_eq!(set_aside(&server, name).len(), 1);
        assert!(server.log().contains("it is set aside and rebuilt from the log"));
        let listed = server.api().get("/v1/transcripts").await.expect(200);
        let items = listed["items"].as_array().unwrap();
        assert!(items.iter().any(|item| item["title"] == "Reviews"), "{listed}");
        // And work is done.
        server.api().session(VTT.replace("Sunday", name), &[]).await;
        let doctor = server.try_cli(&["doctor"]);
        assert!(doctor.status.success(), "{}", said(&doctor));
        assert!(said(&doctor).contains("is set aside"), "{}", said(&doctor));
        server.stop("up").await;
    }
}

/// Another process has the damaged file open: it would go on writing to the one set aside.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_damaged_file_in_use_is_left_alone() {
    let Some(server) = with_a_session().await else { return };
    let database = server.database().await;
    let path = server.data_dir().join("debrief-views.db");
    std::fs::write(server.data_dir().join("debrief-views.db.damaged"), "").unwrap();
    let refused = server.try_cli(&["up"]);
    assert!(!refused.status.success());
    assert!(said(&refused).contains("another process of Debrief uses it"), "{}", said(&refused));
    assert!(path.exists() && set_aside(&server, "debrief-views.db").is_empty());
    database.close().await;
}

/// Damage that shows while the server runs: it says so, and the next start mends it.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn damage_that_shows_later_is_told() {
    let Some(mut server) = with_a_session().await else { return };
    server.start("up").await;
    // Under its feet; what it has cached is read no more once somebody else has written.
    let path = server.data_dir().join("debrief-views.db");
    let mut bytes = std::fs::read(&path).unwrap();
    for byte in &mut bytes[4_096..] {
        *byte = 0xa5;
    }
    std::fs::write(&path, bytes).unwrap();
    for n in 0..20 {
        let _ = server.api().get("/v1/transcripts").await;
        let _ = server.api().post("/v1/clients", &serde_json::json!({"name": n.to_string()})).await;
    }
    let url = format!("{}/readyz", server.url());
    eventually("it is not ready", async || {
        let _ = server.api().get("/v1/transcripts?limit=50").await;
        reqwest::get(&url).await.is_ok_and(|answer| answer.status() == 503)
    })
    .await;
    assert!(server.log().contains("debrief-views.db"), "the file is not named");
    server.kill("up");
    server.start("up").await;
    let listed = server.api().get("/v1/transcripts").await.expect(200);
    assert_eq!(listed["items"][0]["title"], "Reviews");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_damaged_log_is_named_with_the_cure() {
    let Some(server) = with_a_session().await else { return };
    let path = server.data_dir().join("debrief.db");
    damage(&path);
    let before = std::fs::read(&path).unwrap();
    for command in ["up", "doctor"] {
        let refused = server.try_cli(&[command]);
        assert!(!refused.status.success());
        let said = said(&refused);
        assert!(said.contains("debrief.db is damaged"), "{command}: {said}");
        assert!(said.contains("put back a backup"), "{command}: {said}");
    }
    assert!(std::fs::read(&path).unwrap() == before, "the log was written to");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_master_key_is_made_where_texts_are_sealed() {
    let Some(mut server) = with_a_session().await else { return };
    let (key, away) = (server.data_dir().join("master.key"), server.data_dir().join("away"));
    std::fs::rename(&key, &away).unwrap();
    for command in ["up", "migrate", "worker", "doctor"] {
        let refused = server.try_cli(&[command]);
        assert!(!refused.status.success(), "{command}");
        let said = said(&refused);
        assert!(said.contains("master.key is missing"), "{command}: {said}");
        assert!(said.contains("from its backup"), "{command}: {said}");
        assert!(!key.exists(), "{command} made another key");
    }
    // Another's key is told apart from the log's.
    std::fs::write(&key, "5a".repeat(32)).unwrap();
    let refused = server.try_cli(&["up"]);
    assert!(
        said(&refused).contains("master.key is not this log's master key"),
        "{}",
        said(&refused)
    );
    std::fs::rename(&away, &key).unwrap();
    server.start("up").await;
}
