//! Requests every route with another organization's ids, without a token, and with an unknown
//! token.

use crate::World;
use crate::in_profiles;
use crate::support::{Answer, Api, Profile, VTT};
use reqwest::{Method, RequestBuilder};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use uuid::Uuid;

in_profiles! { no_route_shows_anothers_data }

/// Ids for the requests.
struct Ids {
    transcript: String,
    summary: String,
    client: String,
    correction: String,
    saved: String,
    dead: i64,
}

/// How a route is protected.
enum Closed {
    /// Another organization's id is answered like one that does not exist.
    ById(fn(&Api, &Ids) -> RequestBuilder),
    /// A list contains only the caller's items; the function names the filters that might widen it.
    List(fn(&Api, &Ids) -> RequestBuilder),
    /// A search must not find another organization's words.
    Search(fn(&Api, &Ids) -> RequestBuilder),
    /// It concerns no stored data; a token is enough.
    ByToken(fn(&Api, &Ids) -> RequestBuilder),
    /// Public: it returns no organization's data.
    Open(&'static str),
    /// `GET /v1/ws`: see `channels.rs`.
    WebSocket,
}

use Closed::{ById, ByToken, List, Open, Search, WebSocket};

fn get(api: &Api, path: String) -> RequestBuilder {
    api.request(Method::GET, &path)
}

/// Returns all routes. Destructive ones come last, because the owner also sends each one, as the
/// control.
fn table() -> Vec<(&'static str, &'static str, Closed)> {
    vec![
        ("get", "/livez", Open("/livez")),
        ("get", "/readyz", Open("/readyz")),
        ("get", "/metrics", Open("/metrics")),
        ("get", "/v1/ws", WebSocket),
        ("get", "/v1/transcripts", List(|api, _| get(api, "/v1/transcripts".into()))),
        (
            "get",
            "/v1/transcripts",
            List(|api, ids| get(api, format!("/v1/transcripts?client_id={}", ids.client))),
        ),
        ("get", "/v1/transcripts", List(|api, _| get(api, "/v1/transcripts?after=1000000".into()))),
        ("get", "/v1/search/suggest", List(|api, _| get(api, "/v1/search/suggest?q=o".into()))),
        ("get", "/v1/search/suggest", List(|api, _| get(api, "/v1/search/suggest?q=d".into()))),
        (
            "post",
            "/v1/search/similar",
            ById(|api, ids| {
                let body = json!({"transcript_id": ids.transcript});
                api.request(Method::POST, "/v1/search/similar").json(&body)
            }),
        ),
        (
            "post",
            "/v1/search/query",
            Search(|api, _| {
                let body = json!({"query": "", "facets": true, "limit": 50});
                api.request(Method::POST, "/v1/search/query").json(&body)
            }),
        ),
        (
            "post",
            "/v1/search/query",
            Search(|api, ids| {
                let filters = json!({"transcript_ids": [ids.transcript]});
                let body = json!({"query": "numbers review", "filters": filters});
                api.request(Method::POST, "/v1/search/query").json(&body)
            }),
        ),
        ("get", "/v1/search/saved", List(|api, _| get(api, "/v1/search/saved?after=0".into()))),
        (
            "get",
            "/v1/search/saved/{id}/matches",
            ById(|api, ids| get(api, format!("/v1/search/saved/{}/matches", ids.saved))),
        ),
        (
            "post",
            "/v1/search/saved",
            ByToken(|api, _| {
                let body = json!({"name": "x", "query": "x"});
                api.request(Method::POST, "/v1/search/saved").json(&body)
            }),
        ),
        (
            "delete",
            "/v1/search/saved/{id}",
            ById(|api, ids| {
                api.request(Method::DELETE, &format!("/v1/search/saved/{}", ids.saved))
            }),
        ),
        (
            "post",
            "/v1/search/index",
            ById(|api, ids| {
                let body = json!({"transcript_id": ids.transcript});
                api.request(Method::POST, "/v1/search/index").json(&body)
            }),
        ),
        (
            "post",
            "/v1/search/index",
            ById(|api, ids| {
                let note = json!({"id": "n", "text": "x", "client_id": ids.client});
                api.request(Method::POST, "/v1/search/index").json(&json!({"note": note}))
            }),
        ),
        (
            "delete",
            "/v1/search/index/{id}",
            ById(|api, _| api.request(Method::DELETE, "/v1/search/index/own-note")),
        ),
        (
            "delete",
            "/v1/search/questions",
            ByToken(|api, _| api.request(Method::DELETE, "/v1/search/questions")),
        ),
        ("get", "/v1/clients", List(|api, _| get(api, "/v1/clients?after=0".into()))),
        ("get", "/v1/dead-letters", List(|api, _| get(api, "/v1/dead-letters".into()))),
        (
            "get",
            "/v1/dead-letters",
            List(|api, ids| get(api, format!("/v1/dead-letters?after={}:parse", ids.dead - 1))),
        ),
        (
            "get",
            "/v1/transcripts/{id}",
            ById(|api, ids| get(api, format!("/v1/transcripts/{}", ids.transcript))),
        ),
        (
            "get",
            "/v1/transcripts/{id}/status",
            ById(|api, ids| get(api, format!("/v1/transcripts/{}/status", ids.transcript))),
        ),
        (
            "get",
            "/v1/transcripts/{id}/turns",
            ById(|api, ids| get(api, format!("/v1/transcripts/{}/turns", ids.transcript))),
        ),
        (
            "get",
            "/v1/summaries/{id}",
            ById(|api, ids| get(api, format!("/v1/summaries/{}?version=1", ids.summary))),
        ),
        (
            "get",
            "/v1/summaries/{id}/versions",
            ById(|api, ids| get(api, format!("/v1/summaries/{}/versions", ids.summary))),
        ),
        (
            "get",
            "/v1/clients/{id}",
            ById(|api, ids| get(api, format!("/v1/clients/{}", ids.client))),
        ),
        (
            "get",
            "/v1/dead-letters/{consumer}/{position}",
            ById(|api, ids| get(api, format!("/v1/dead-letters/parse/{}", ids.dead))),
        ),
        (
            "post",
            "/v1/clients",
            ByToken(|api, _| api.request(Method::POST, "/v1/clients").json(&json!({"name": "x"}))),
        ),
        (
            "post",
            "/v1/transcripts/upload",
            ByToken(|api, _| api.upload_request(api.form(VTT, &[]))),
        ),
        (
            "post",
            "/v1/transcripts/upload",
            ById(|api, ids| api.upload_request(api.form(VTT, &[("client_id", &ids.client)]))),
        ),
        (
            "post",
            "/v1/transcripts/process",
            ById(|api, ids| {
                let body = json!({"id": ids.transcript});
                api.request(Method::POST, "/v1/transcripts/process").json(&body)
            }),
        ),
        (
            "patch",
            "/v1/transcripts/{id}",
            ById(|api, ids| {
                let path = format!("/v1/transcripts/{}", ids.transcript);
                api.request(Method::PATCH, &path).json(&json!({"language": "en"}))
            }),
        ),
        (
            "patch",
            "/v1/transcripts/{id}",
            ById(|api, ids| {
                let path = format!("/v1/transcripts/{}", ids.transcript);
                api.request(Method::PATCH, &path).json(&json!({"client_id": ids.client}))
            }),
        ),
        ("get", "/v1/vocabulary", ByToken(|api, _| get(api, "/v1/vocabulary".into()))),
        (
            "put",
            "/v1/vocabulary",
            ByToken(|api, _| {
                let entry = json!({"term": "GROW", "heard": ["groh"]});
                api.request(Method::PUT, "/v1/vocabulary").json(&json!({"entries": [entry]}))
            }),
        ),
        (
            "get",
            "/v1/transcripts/{id}/corrections",
            ById(|api, ids| get(api, format!("/v1/transcripts/{}/corrections", ids.transcript))),
        ),
        (
            "post",
            "/v1/transcripts/{id}/corrections",
            ById(|api, ids| {
                let path = format!("/v1/transcripts/{}/corrections", ids.transcript);
                let body = json!({"kind": "edit_turn", "turn": 0, "text": "Something else."});
                api.request(Method::POST, &path).json(&body)
            }),
        ),
        (
            "delete",
            "/v1/transcripts/{id}/corrections/{correction_id}",
            ById(|api, ids| {
                let Ids { transcript, correction, .. } = ids;
                let path = format!("/v1/transcripts/{transcript}/corrections/{correction}");
                api.request(Method::DELETE, &path)
            }),
        ),
        (
            "post",
            "/v1/transcripts/{id}/files",
            ById(|api, ids| {
                let path = format!("/v1/transcripts/{}/files", ids.transcript);
                api.request(Method::POST, &path).body(VTT)
            }),
        ),
        (
            "put",
            "/v1/transcripts/{id}/files",
            ById(|api, ids| {
                let path = format!("/v1/transcripts/{}/files", ids.transcript);
                api.request(Method::PUT, &path).body(VTT)
            }),
        ),
        (
            "post",
            "/v1/dead-letters/{consumer}/{position}/retry",
            ById(|api, ids| {
                let path = format!("/v1/dead-letters/parse/{}/retry", ids.dead);
                api.request(Method::POST, &path)
            }),
        ),
        (
            "delete",
            "/v1/dead-letters/{consumer}/{position}",
            ById(|api, ids| {
                api.request(Method::DELETE, &format!("/v1/dead-letters/parse/{}", ids.dead))
            }),
        ),
        (
            "delete",
            "/v1/transcripts/{id}",
            ById(|api, ids| {
                api.request(Method::DELETE, &format!("/v1/transcripts/{}", ids.transcript))
            }),
        ),
    ]
}

/// Returns an answer without the parts that differ between requests.
fn essence(answer: &Answer) -> (u16, String) {
    let Ok(mut body) = serde_json::from_str::<Value>(&answer.text) else {
        return (answer.status, answer.text.clone());
    };
    if let Some(body) = body.as_object_mut() {
        body.remove("correlation_id");
    }
    (answer.status, body.to_string())
}

async fn no_route_shows_anothers_data(profile: Profile) {
    let Some(world) = World::new(profile).await else { return };
    let (theirs, stranger) = (&world.theirs, &world.stranger);
    let table = table();
    let document = stranger.get("/openapi.json").await.expect(200);
    let described: BTreeSet<(&str, &str)> = document["paths"]
        .as_object()
        .unwrap()
        .iter()
        .flat_map(|(path, item)| {
            item.as_object().unwrap().keys().map(move |method| (method.as_str(), path.as_str()))
        })
        .collect();
    let listed: BTreeSet<_> = table.iter().map(|(method, path, _)| (*method, *path)).collect();
    assert_eq!(listed, described, "add each route to this table");

    let real = Ids {
        transcript: world.transcript.clone(),
        summary: world.summary.clone(),
        client: world.client.clone(),
        correction: world.correction.clone(),
        saved: world.saved.clone(),
        dead: world.dead,
    };
    let none = Ids {
        transcript: Uuid::now_v7().to_string(),
        summary: Uuid::now_v7().to_string(),
        client: Uuid::now_v7().to_string(),
        correction: Uuid::now_v7().to_string(),
        saved: Uuid::now_v7().to_string(),
        dead: 1_000_000,
    };
    let nobody = Api::new(&stranger.url, "dbf_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA");
    let (mut requests, mut leaks) = (0, Vec::new());
    let mut look = |what: &str, answer: &Answer| {
        requests += 1;
        let found = world.leaks(&format!("{:?}{}", answer.headers, answer.text));
        if !found.is_empty() {
            leaks.push(format!("{what}: {found:?}"));
        }
    };
    let state = async || {
        let transcript = theirs.get(&format!("/v1/transcripts/{}", world.transcript)).await;
        let letters = theirs.get("/v1/dead-letters").await;
        (transcript.expect(200), letters.expect(200), theirs.get("/v1/clients").await.expect(200))
    };
    let before = state().await;

    for (method, path, closed) in &table {
        let at = format!("{method} {path}");
        let make = match closed {
            Open(path) => {
                let answer = Answer::of(stranger.http.get(format!("{}{path}", stranger.url))).await;
                assert_eq!(answer.status, 200);
                look(&at, &answer);
                continue;
            }
            WebSocket => continue,
            ById(make) | List(make) | Search(make) | ByToken(make) => make,
        };
        // Without a token, whatever the ids.
        for ids in [&real, &none] {
            let (client, request) = make(stranger, ids).build_split();
            let mut request = request.unwrap();
            request.headers_mut().remove("authorization");
            let without = Answer::of(RequestBuilder::from_parts(client, request)).await;
            assert_eq!(without.problem(401), "unauthorized", "{at} without a token");
            look(&at, &without);
            let garbage = Answer::of(make(&nobody, ids)).await;
            assert_eq!(garbage.problem(401), "unauthorized", "{at} with garbage");
            look(&at, &garbage);
        }
        match closed {
            ById(make) => {
                let foreign = Answer::of(make(stranger, &real)).await;
                let missing = Answer::of(make(stranger, &none)).await;
                assert!((400..500).contains(&foreign.status), "{at}: {}", foreign.text);
                assert_eq!(essence(&foreign), essence(&missing), "{at} tells the two apart");
                look(&at, &foreign);
            }
            List(make) => {
                let answer = Answer::of(make(stranger, &real)).await;
                assert_eq!(answer.expect(200)["items"], json!([]), "{at}");
                look(&at, &answer);
            }
            Search(make) => {
                let answer = Answer::of(make(stranger, &real)).await;
                let found = answer.expect(200);
                assert_eq!((&found["hits"], &found["passages"]), (&json!([]), &json!(0)), "{at}");
                look(&at, &answer);
            }
            _ => {}
        }
    }
    // Another organization's client for a transcript of the caller's own.
    let own = stranger.upload(VTT, &[]).await;
    let patch = async |client: &str| {
        let body = json!({"client_id": client});
        stranger.patch(&format!("/v1/transcripts/{}", own.id), &body).await
    };
    let (foreign, missing) = (patch(&real.client).await, patch(&none.client).await);
    assert_eq!(foreign.problem(422), "invalid_fields");
    assert_eq!(essence(&foreign), essence(&missing));
    look("another's client", &foreign);
    assert_eq!(state().await, before, "a stranger changed something");
    stranger.delete(&format!("/v1/transcripts/{}", own.id)).await.expect(200);

    // Control: the same requests by the owner succeed, and the search for leaks recognises their
    // answers.
    let mut seen = 0;
    for (method, path, closed) in &table {
        if let ById(make) | List(make) | Search(make) | ByToken(make) = closed {
            let answer = Answer::of(make(theirs, &real)).await;
            let gone = path.contains("dead-letters/") && *method == "delete";
            // It was just retried and may not be dead again yet.
            if !gone {
                assert!((200..300).contains(&answer.status), "{method} {path}: {}", answer.text);
            }
            seen += usize::from(!world.leaks(&answer.text).is_empty());
        }
    }
    assert!(seen >= 10, "the search finds too little: {seen}");
    println!("{} routes, {requests} requests, {} leaks", listed.len(), leaks.len());
    assert!(leaks.is_empty(), "{}", leaks.join("\n"));
}
