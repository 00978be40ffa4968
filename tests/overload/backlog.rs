//! More work than gets done.

use crate::support::{Answer, Profile, Setup, VTT, eventually};
use crate::{p95, unnoticed};
use futures::StreamExt;
use serde_json::json;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_organization_with_too_much_undone_work_is_told_to_wait() {
    // Nobody reads the files.
    let setup =
        Setup::new(Profile::Embedded).set("workers", "watch").set("pending_sessions_max", 40);
    let Some(mut server) = setup.start().await else { return };
    let api = server.api();
    let other = server.organization("Another").await;
    let quiet = p95(&other).await;
    let flood = futures::stream::iter(0..400)
        .map(|n| {
            let request = api.upload_request(api.form(format!("{VTT}\nNOTE {n}\n"), &[]));
            Answer::of(request)
        })
        .buffer_unordered(16)
        .collect::<Vec<_>>();
    let (answers, during) = tokio::join!(flood, p95(&other));
    unnoticed(quiet, during);
    let mut accepted = Vec::new();
    for answer in answers {
        if answer.status == 202 {
            accepted.push(answer.json()["id"].as_str().unwrap().to_owned());
            continue;
        }
        assert_eq!(answer.problem(429), "too_much_pending");
        let after: u32 = answer.header("retry-after").unwrap().parse().unwrap();
        assert!((1..=60).contains(&after));
    }
    assert!((40..60).contains(&accepted.len()), "{} were accepted", accepted.len());
    // More files for a session, and reading one again, are work, too.
    let files = format!("/v1/transcripts/{}/files", accepted[0]);
    let more = api.request(reqwest::Method::POST, &files).multipart(api.form(VTT, &[]));
    assert_eq!(Answer::of(more).await.problem(429), "too_much_pending");
    let again = api.post("/v1/transcripts/process", &json!({"id": accepted[0]})).await;
    assert_eq!(again.problem(429), "too_much_pending");
    // Nothing but work is refused, and nobody else.
    assert_eq!(api.get("/v1/transcripts").await.status, 200);
    api.post("/v1/clients", &json!({"name": "Noa"})).await.expect(201);
    other.upload(VTT, &[]).await;
    // Once it is done there is room.
    server.stop("up").await;
    server.set("workers", "all");
    server.start("up").await;
    eventually("there is room again", async || {
        Answer::of(api.upload_request(api.form(VTT, &[]))).await.status == 202
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_bytes_of_undone_work_are_bounded() {
    let setup =
        Setup::new(Profile::Embedded).set("workers", "watch").set("pending_bytes_max", "64KiB");
    let Some(server) = setup.start().await else { return };
    let api = server.api();
    let large = VTT.repeat(100);
    let mut accepted = 0;
    for _ in 0..10 {
        let answer = Answer::of(api.upload_request(api.form(large.clone(), &[]))).await;
        match answer.status {
            202 => accepted += 1,
            _ => assert_eq!(answer.problem(429), "too_much_pending"),
        }
    }
    let most = (64 << 10) / large.len() + 1;
    assert!((1..=most).contains(&accepted), "{accepted} of {} bytes", large.len());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_command_line_waits_as_it_is_told() {
    let setup = Setup::new(Profile::Embedded).set("pending_sessions_max", 2);
    let Some(server) = setup.start().await else { return };
    let api = server.api();
    let folder = server.data_dir().parent().unwrap().join("calls");
    std::fs::create_dir(&folder).unwrap();
    for n in 0..10 {
        std::fs::write(folder.join(format!("call {n}.vtt")), format!("{VTT}\nNOTE {n}\n")).unwrap();
    }
    let arguments = ["upload", folder.to_str().unwrap(), "--url", &api.url, "--no-wait"];
    let said = tokio::task::block_in_place(|| server.cli(&arguments));
    let listed = api.get("/v1/transcripts?limit=100").await.expect(200);
    assert_eq!(listed["items"].as_array().unwrap().len(), 10, "{said}");
    let metrics = api.get("/metrics").await.text;
    assert!(metrics.contains("debrief_backlog_refused_total"), "it was never told to wait");
}
