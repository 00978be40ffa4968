//! P3 in the API: one key, one effect.

use crate::in_profiles;
use crate::support::{Answer, Api, Profile, Server, Setup, VTT, eventually};
use reqwest::Method;
use reqwest::RequestBuilder;
use serde_json::json;
use std::collections::BTreeMap;
use uuid::Uuid;

in_profiles! { twenty_at_once_have_one_effect, control_without_a_key_each_has_an_effect,
a_key_names_one_request, answers_outlive_what_they_told_of }

const SENDERS: usize = 20;

/// Every command of the API, called twice with the same key: its name, status, and request.
type Command<'a> = (&'static str, u16, Box<dyn Fn() -> RequestBuilder + 'a>);

fn commands<'a>(api: &'a Api, id: &'a str) -> Vec<Command<'a>> {
    let path = format!("/v1/transcripts/{id}");
    let delete = path.clone();
    vec![
        ("upload, form", 202, Box::new(|| api.upload_request(api.form(VTT, &[("title", "Once")])))),
        (
            "upload, body",
            202,
            Box::new(|| {
                let path = "/v1/transcripts/upload?filename=a.vtt&allow_duplicate=true";
                api.request(Method::POST, path).body(VTT)
            }),
        ),
        (
            "client",
            201,
            Box::new(|| api.request(Method::POST, "/v1/clients").json(&json!({"name": "Once"}))),
        ),
        (
            "process",
            202,
            Box::new(move || {
                api.request(Method::POST, "/v1/transcripts/process").json(&json!({"id": id}))
            }),
        ),
        (
            "change",
            200,
            Box::new(move || api.request(Method::PATCH, &path).json(&json!({"title": "Once"}))),
        ),
        // Last: the others need it.
        ("delete", 200, Box::new(move || api.request(Method::DELETE, &delete))),
    ]
}

/// Events by type, except those of workers, which arrive later.
fn events_of_callers(server: &Server) -> BTreeMap<String, usize> {
    let mut counts = BTreeMap::new();
    for event in server.events() {
        let actor = event["metadata"]["actor"].as_str().unwrap();
        if !actor.starts_with("worker:") {
            *counts.entry(event["type"].as_str().unwrap().to_owned()).or_default() += 1;
        }
    }
    counts
}

async fn send_at_once(
    request: &dyn Fn() -> RequestBuilder,
    key: Option<&str>,
    count: usize,
) -> Vec<Answer> {
    let sent = (0..count).map(|_| {
        let request = request();
        Answer::of(match key {
            Some(key) => request.header("Idempotency-Key", key),
            None => request,
        })
    });
    futures::future::join_all(sent).await
}

async fn twenty_at_once_have_one_effect(profile: Profile) {
    let Some(server) = Setup::new(profile).start().await else { return };
    let api = server.api();
    let session = api.session(VTT, &[]).await;
    let id = session["id"].as_str().unwrap();
    for (name, status, request) in commands(&api, id) {
        let before: usize = events_of_callers(&server).values().sum();
        let key = format!("test-{}", Uuid::new_v4());
        let answers = send_at_once(&*request, Some(&key), SENDERS).await;
        for answer in &answers {
            answer.expect(status);
            assert_eq!(answer.text, answers[0].text, "{name}: two answers to one key");
        }
        let replayed =
            answers.iter().filter(|a| a.header("idempotency-replayed") == Some("true")).count();
        assert_eq!(replayed, SENDERS - 1, "{name}");
        let after: usize = events_of_callers(&server).values().sum();
        assert_eq!(after - before, 1, "{name}: effects");
        // And later, one at a time.
        let again = Answer::of(request().header("Idempotency-Key", &key)).await;
        assert_eq!(again.text, answers[0].text, "{name}");
        assert_eq!(again.header("idempotency-replayed"), Some("true"), "{name}");
    }
    // The files of the later senders are removed: two uploads, file and turns each.
    eventually("two uploads are left", async || server.blobs().len() == 4).await;
    let list = api.get("/v1/transcripts").await.expect(200);
    assert_eq!(list["items"].as_array().unwrap().len(), 2);
}

async fn control_without_a_key_each_has_an_effect(profile: Profile) {
    let Some(server) = Setup::new(profile).start().await else { return };
    let api = server.api();
    let session = api.session(VTT, &[]).await;
    let id = session["id"].as_str().unwrap();
    for (name, status, request) in commands(&api, id) {
        if name == "delete" {
            continue;
        }
        let before: usize = events_of_callers(&server).values().sum();
        for answer in send_at_once(&*request, None, 5).await {
            answer.expect(status);
        }
        let after: usize = events_of_callers(&server).values().sum();
        assert_eq!(after - before, 5, "{name}");
    }
}

async fn a_key_names_one_request(profile: Profile) {
    let Some(server) = Setup::new(profile).start().await else { return };
    let api = server.api();
    let session = api.session(VTT, &[]).await;
    let id = session["id"].as_str().unwrap();
    let other = format!("{VTT}\n00:31.000 --> 00:32.000\nMore.\n");
    let upload = |file: &str, fields: &[(&str, &str)]| api.upload_request(api.form(file, fields));
    let post = |path: &str, body: serde_json::Value| api.request(Method::POST, path).json(&body);
    let other_id = api.session(VTT, &[]).await["id"].as_str().unwrap().to_owned();
    let pairs = [
        ("another file", upload(VTT, &[]), upload(&other, &[])),
        ("another title", upload(VTT, &[]), upload(VTT, &[("title", "x")])),
        ("another route", upload(VTT, &[]), post("/v1/clients", json!({"name": "x"}))),
        (
            "another client",
            post("/v1/clients", json!({"name": "x"})),
            post("/v1/clients", json!({"name": "y"})),
        ),
        (
            "another transcript to process",
            post("/v1/transcripts/process", json!({"id": id})),
            post("/v1/transcripts/process", json!({"id": other_id})),
        ),
        (
            "another transcript to change",
            api.request(Method::PATCH, &format!("/v1/transcripts/{id}"))
                .json(&json!({"notes": "n"})),
            api.request(Method::PATCH, &format!("/v1/transcripts/{other_id}"))
                .json(&json!({"notes": "n"})),
        ),
    ];
    for (name, first, second) in pairs {
        let key = Uuid::new_v4().to_string();
        let first = Answer::of(first.header("Idempotency-Key", &key)).await;
        assert!((200..300).contains(&first.status), "{name}: {}", first.text);
        let before: usize = events_of_callers(&server).values().sum();
        let second = Answer::of(second.header("Idempotency-Key", &key)).await;
        assert_eq!(second.problem(422), "idempotency_key_reused", "{name}");
        let after: usize = events_of_callers(&server).values().sum();
        assert_eq!(after, before, "{name}: the refused request had an effect");
    }
}

/// A request that is repeated after the transcript is gone still gets its original answer: the
/// client may never have received it.
async fn answers_outlive_what_they_told_of(profile: Profile) {
    let Some(server) = Setup::new(profile).start().await else { return };
    let api = server.api();
    let session = api.session(VTT, &[]).await;
    let id = session["id"].as_str().unwrap();
    let mut first = Vec::new();
    for (name, status, request) in commands(&api, id) {
        let key = format!("key of {name}");
        let answer = Answer::of(request().header("Idempotency-Key", &key)).await;
        answer.expect(status);
        first.push((name, key, answer));
    }
    for ((name, _, request), (_, key, answer)) in commands(&api, id).into_iter().zip(&first) {
        let again = Answer::of(request().header("Idempotency-Key", key)).await;
        assert_eq!(again.text, answer.text, "{name}");
        assert_eq!(again.status, answer.status, "{name}");
    }
}
