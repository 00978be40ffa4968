//! What is deleted leaves every file.

use crate::support::{Answer, Profile, Server, Setup, eventually, files_under};
use serde_json::json;
use std::path::PathBuf;

/// Words that occur nowhere else.
const WORDS: &[&str] = &[
    "Quillfeather",   // a speaker
    "bramblethorn",   // said
    "Zephyrinde",     // the title
    "oakmirrored",    // notes
    "wexfordian",     // the name of the file
    "marrowglint",    // a saved search
    "thistledownish", // a question
];

const TEXT: &str = "WEBVTT\n\n\
    00:00:01.000 --> 00:00:06.000\n<v Quillfeather>I decided that the bramblethorn goes out on \
    Friday.\n\n\
    00:00:07.000 --> 00:00:15.000\n<v Omer Katz>Who does the bramblethorn after that?\n\n";

/// Returns which of the words are in which files, by their bytes.
fn found(server: &Server) -> Vec<(&'static str, PathBuf)> {
    let mut found = Vec::new();
    for path in files_under(&server.data_dir()) {
        let Ok(bytes) = std::fs::read(&path) else { continue };
        let text = String::from_utf8_lossy(&bytes).to_ascii_lowercase();
        let here = WORDS.iter().filter(|word| text.contains(&word.to_ascii_lowercase()));
        found.extend(here.map(|word| (*word, path.clone())));
    }
    found
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_deleted_leaves_every_file() {
    let Some(mut server) = Setup::new(Profile::Embedded).start().await else { return };
    let api = server.api();
    let part = reqwest::multipart::Part::bytes(TEXT.as_bytes()).file_name("wexfordian.vtt");
    let form = reqwest::multipart::Form::new()
        .part("file", part)
        .text("title", "Zephyrinde")
        .text("notes", "oakmirrored");
    let uploaded = Answer::of(api.upload_request(form)).await.expect(202);
    let id = uploaded["id"].as_str().unwrap().to_owned();
    api.until_ready(&id).await;
    let wanted = json!({"name": "marrowglint", "query": "bramblethorn"});
    let saved = api.post("/v1/search/saved", &wanted).await;
    assert!(saved.status < 300, "{}", saved.text);
    let saved = saved.json()["id"].as_str().unwrap().to_owned();
    // A question is kept once it finds something, so not before the session is searchable.
    eventually("the question finds the session", async || {
        let question = json!({"query": "thistledownish bramblethorn"});
        let answer = api.post("/v1/search/query", &question).await.expect(200);
        !answer["hits"].as_array().unwrap().is_empty()
    })
    .await;

    // The control arm: all are there, in the read models at least.
    let mut missing = Vec::new();
    for _ in 0..400 {
        let found = found(&server);
        let is_there = |word: &&str| {
            found.iter().any(|(known, path)| {
                known == word && path.to_string_lossy().contains("debrief-views.db")
            })
        };
        missing = WORDS.iter().filter(|word| !is_there(word)).collect();
        if missing.is_empty() {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(25)).await;
    }
    assert!(missing.is_empty(), "{missing:?} are in no file");

    for path in [
        format!("/v1/transcripts/{id}"),
        format!("/v1/search/saved/{saved}"),
        "/v1/search/questions".to_owned(),
    ] {
        let deleted = api.delete(&path).await;
        assert!(deleted.status < 300, "{path}: {} {}", deleted.status, deleted.text);
    }
    let mut left = Vec::new();
    eventually("the words leave the files", async || {
        left = found(&server);
        left.is_empty()
    })
    .await;
    server.stop("up").await;
    assert_eq!(found(&server), [], "after a clean stop");
    server.start("up").await;
    assert_eq!(found(&server), [], "after another start");

    // A kill right after the deletion: the next start sees to it.
    let session = server.api().session(TEXT, &[("title", "Zephyrinde")]).await;
    assert!(!found(&server).is_empty());
    let path = format!("/v1/transcripts/{}", session["id"].as_str().unwrap());
    assert!(server.api().delete(&path).await.status < 300);
    eventually("it is gone for readers", async || server.api().get(&path).await.status == 404)
        .await;
    server.kill("up");
    server.start("up").await;
    eventually("the words leave the files after a kill", async || found(&server).is_empty()).await;
}
