//! `debrief upload DIR`: thousands of files, stops and restarts, and a watched folder.

use crate::support::{Answer, Profile, Setup, VTT, eventually};
use reqwest::Method;
use std::fs;
use std::path::Path;
use std::process::Stdio;

fn session(n: usize) -> String {
    VTT.replace("Sunday", &format!("day {n}"))
}

fn write(directory: &Path, files: std::ops::Range<usize>) {
    for n in files {
        fs::write(directory.join(format!("{n:04}.vtt")), session(n)).unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_folder_is_imported_once_and_says_what_was_refused() {
    let Some(server) = Setup::new(Profile::Embedded).start().await else { return };
    let api = server.api();
    let folder = tempfile::tempdir().unwrap();
    let deep = folder.path().join("2026/03");
    fs::create_dir_all(&deep).unwrap();
    write(folder.path(), 0..30);
    write(&deep, 30..35);
    fs::write(deep.join("same.vtt"), session(3)).unwrap();
    fs::write(folder.path().join("photo.jpg"), b"\xFF\xD8\xFF\xE0\0\x10JFIF\0\x01").unwrap();
    fs::write(folder.path().join("empty.vtt"), "").unwrap();
    let zoom = "GMT20260319-140455_Recording";
    fs::write(deep.join(format!("{zoom}.transcript.vtt")), session(40)).unwrap();
    let chat = "00:00:05\t Omer Katz:\thello all\r\n";
    fs::write(deep.join(format!("{zoom}.chat.txt")), chat).unwrap();

    let path = folder.path().to_str().unwrap();
    let output = server.try_cli(&["upload", path]);
    let out = String::from_utf8(output.stdout).unwrap();
    assert!(!output.status.success(), "some were refused");
    assert!(out.contains("36 ready, 1 already there, 2 refused."), "{out}");
    assert!(out.contains("photo.jpg") && out.contains("empty.vtt"), "{out}");
    let list = api.get("/v1/transcripts?limit=200").await.expect(200);
    let items = list["items"].as_array().unwrap();
    assert_eq!(items.len(), 36);
    let call = items.iter().find(|item| item["format"] == "webvtt+zoom_chat").unwrap();
    assert_eq!(call["held_at"], "2026-03-19T14:04:55Z");

    // Again: nothing is uploaded, the result is the same.
    let head = server.events().len();
    let output = server.try_cli(&["upload", path]);
    let out = String::from_utf8(output.stdout).unwrap();
    assert!(out.contains("36 ready, 1 already there, 2 refused."), "{out}");
    assert_eq!(server.events().len(), head);
    // Control: without the journal, everything is uploaded, and recognised.
    let output = server.try_cli(&["upload", "--again", path]);
    let out = String::from_utf8(output.stdout).unwrap();
    assert!(out.contains("37 already there, 2 refused."), "{out}");
    assert_eq!(server.events().len(), head);
}

/// A folder of one call, with files of other tools.
#[tokio::test(flavor = "multi_thread")]
async fn files_of_one_call_go_on_without_what_is_no_transcript() {
    let Some(server) = Setup::new(Profile::Embedded).start().await else { return };
    let api = server.api();
    let folder = tempfile::tempdir().unwrap();
    let call = folder.path().join("weekly");
    let none = folder.path().join("pictures");
    fs::create_dir_all(&call).unwrap();
    fs::create_dir_all(&none).unwrap();
    fs::write(call.join("chat.txt"), "00:00:05\t Omer Katz:\thello all\r\n").unwrap();
    fs::write(call.join("summary.json"), r#"{"decisions": []}"#).unwrap();
    fs::write(call.join("transcript.vtt"), session(1)).unwrap();
    fs::write(none.join("a.jpg"), b"\xFF\xD8\xFF\xE0\0\x10JFIF\0\x01").unwrap();
    fs::write(none.join("b.jpg"), b"\xFF\xD8\xFF\xE0\0\x10JFIF\0\x01").unwrap();

    let path = folder.path().to_str().unwrap();
    for command in [&["upload", "--together", path][..], &["upload", "--together", path]] {
        let output = server.try_cli(command);
        let out = String::from_utf8(output.stdout).unwrap();
        assert!(!output.status.success(), "some were refused");
        // The folder without a transcript, its two files, and the summary.
        assert!(out.contains("1 ready, 4 refused."), "{out}");
        assert!(out.contains("summary.json") && out.contains("b.jpg"), "{out}");
    }
    let list = api.get("/v1/transcripts").await.expect(200);
    assert_eq!(list["items"].as_array().unwrap().len(), 1);
    assert_eq!(list["items"][0]["format"], "webvtt+zoom_chat");

    let chat = reqwest::multipart::Part::bytes(fs::read(call.join("chat.txt")).unwrap());
    let json = reqwest::multipart::Part::bytes(b"{\"decisions\": []}".to_vec());
    let form = reqwest::multipart::Form::new()
        .part("file", chat.file_name("chat.txt"))
        .part("file", json.file_name("summary.json"));
    let request = api.request(Method::POST, "/v1/transcripts/upload").multipart(form);
    let problem = Answer::of(request).await.expect(422);
    assert!(
        problem["detail"].as_str().unwrap().starts_with("summary.json: This is JSON"),
        "{problem}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn an_import_that_was_killed_goes_on() {
    let Some(server) = Setup::new(Profile::Embedded).start().await else { return };
    let api = server.api();
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), 0..200);
    let path = folder.path().to_str().unwrap();
    let mut import = server.command(&["upload", path]);
    let mut import = import.stderr(Stdio::null()).stdout(Stdio::null()).spawn().unwrap();
    eventually("some are there", async || {
        let list = api.get("/v1/transcripts?limit=200").await.expect(200);
        list["items"].as_array().unwrap().len() >= 10
    })
    .await;
    import.kill().unwrap();
    import.wait().unwrap();
    let out = server.cli(&["upload", path]);
    let list = api.get("/v1/transcripts?limit=200").await.expect(200);
    assert_eq!(list["items"].as_array().unwrap().len(), 200, "{out}");
    let uploads =
        server.events().iter().filter(|event| event["type"] == "transcript.uploaded").count();
    assert_eq!(uploads, 200, "each once");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_watched_folder_is_taken_in_as_it_fills() {
    let Some(server) = Setup::new(Profile::Embedded).start().await else { return };
    let api = server.api();
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), 0..2);
    let mut watch = server.command(&["upload", "--watch", folder.path().to_str().unwrap()]);
    let mut watch = watch.stderr(Stdio::null()).stdout(Stdio::null()).spawn().unwrap();
    let count = async || {
        let list = api.get("/v1/transcripts?state=ready").await.expect(200);
        list["items"].as_array().unwrap().len()
    };
    eventually("existing files are uploaded", async || count().await == 2).await;
    write(folder.path(), 2..5);
    eventually("what came later too", async || count().await == 5).await;
    watch.kill().unwrap();
    watch.wait().unwrap();
}
