//! Dead letters: listed, inspected, retried, discarded.

use crate::in_profiles;
use crate::support::{Api, Profile, Server, Setup, VTT, eventually};
use serde_json::{Value, json};
use std::path::{Path, PathBuf};

in_profiles! { dead_letters_are_read_and_retried }

/// Removes the blobs but not the store: lost files.
fn take_blobs_away(server: &Server) -> Vec<(PathBuf, Vec<u8>)> {
    let taken: Vec<_> = server
        .blobs()
        .into_iter()
        .map(|path| {
            let bytes = std::fs::read(&path).unwrap();
            (path, bytes)
        })
        .collect();
    taken.iter().for_each(|(path, _)| std::fs::remove_file(path).unwrap());
    taken
}

fn put_back(path: &Path, bytes: &[u8]) {
    std::fs::write(path, bytes).unwrap();
}

async fn letters(api: &Api) -> Vec<Value> {
    api.get("/v1/dead-letters").await.expect(200)["items"].as_array().unwrap().clone()
}

async fn dead_letters_are_read_and_retried(profile: Profile) {
    let setup = Setup::new(profile)
        .separate()
        .set("worker_max_attempts", 2)
        .set("worker_backoff_min", "50ms");
    let Some(mut server) = setup.start().await else { return };
    let api = server.api();
    let other = server.organization("Other").await;
    server.stop("worker").await;
    let (first, second) = (api.upload(VTT, &[]).await, api.upload(VTT, &[]).await);
    let lost = take_blobs_away(&server);
    assert_eq!(lost.len(), 2);
    server.start("worker").await;
    eventually("both are dead letters", async || letters(&api).await.len() == 2).await;

    let found = letters(&api).await;
    for (letter, upload) in found.iter().zip([&first, &second]) {
        assert_eq!(letter["consumer"], "parse");
        assert_eq!(letter["position"], upload.position);
        assert_eq!(letter["stream_id"], upload.id);
        assert_eq!(letter["history"].as_array().unwrap().len(), 2, "{letter}");
        let path = format!("/v1/dead-letters/parse/{}", upload.position);
        assert_eq!(&api.get(&path).await.expect(200), letter);
        assert_eq!(&api.get(&format!("{path}?key=")).await.expect(200), letter);
        for problem in [
            api.get(&format!("{path}?key=part")).await.problem(404),
            api.post(&format!("{path}/retry?key=part"), &json!({})).await.problem(404),
            api.delete(&format!("{path}?key=part")).await.problem(404),
        ] {
            assert_eq!(problem, "not_found");
        }
        // The user is told too, but not the operator's error.
        let status = format!("/v1/transcripts/{}/status", upload.id);
        eventually("the user is told", async || {
            let status = api.get(&status).await.expect(200);
            status["state"] == "failed" && status["error"]["code"] == "internal"
        })
        .await;
        // Another organization cannot see it.
        assert_eq!(other.get(&path).await.problem(404), "not_found");
        assert_eq!(
            other.post(&format!("{path}/retry"), &json!({})).await.problem(404),
            "not_found"
        );
        assert_eq!(other.delete(&path).await.problem(404), "not_found");
    }
    assert!(letters(&other).await.is_empty());
    let page = api.get("/v1/dead-letters?limit=1").await.expect(200);
    let next = page["next"].as_str().unwrap();
    let rest = api.get(&format!("/v1/dead-letters?limit=1&after={next}")).await.expect(200);
    assert_eq!(rest["items"][0], found[1]);
    assert!(rest["next"].is_null());

    let ready = async |id: &str| {
        api.get(&format!("/v1/transcripts/{id}/status")).await.expect(200)["state"] == "ready"
    };
    for (path, bytes) in &lost {
        put_back(path, bytes);
    }
    let path = format!("/v1/dead-letters/parse/{}", first.position);
    assert_eq!(api.post(&format!("{path}/retry"), &json!({})).await.status, 202);
    eventually("what was retried is done", async || ready(&first.id).await).await;
    assert_eq!(api.get(&path).await.problem(404), "not_found");
    assert_eq!(api.post(&format!("{path}/retry"), &json!({})).await.problem(404), "not_found");

    let path = format!("/v1/dead-letters/parse/{}", second.position);
    assert_eq!(api.delete(&path).await.status, 204);
    assert_eq!(api.delete(&path).await.problem(404), "not_found");
    assert!(letters(&api).await.is_empty());
    assert!(!ready(&second.id).await, "forgotten work was done");
    // A discarded job can be requested again.
    api.post("/v1/transcripts/process", &json!({"id": second.id})).await.expect(202);
    eventually("requested again, it is done", async || ready(&second.id).await).await;
}
