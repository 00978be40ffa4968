//! Changing, deleting and reprocessing.

use crate::in_profiles;
use crate::support::{Profile, Server, Setup, VTT, eventually};
use serde_json::{Value, json};

in_profiles! { each_field_can_be_set_and_taken_away, a_deleted_transcript_is_nowhere,
processing_again_makes_a_new_version, clients_are_entered_and_read }

async fn each_field_can_be_set_and_taken_away(profile: Profile) {
    let Some(server) = Setup::new(profile).start().await else { return };
    let api = server.api();
    let client = api.post("/v1/clients", &json!({"name": "Omer"})).await.expect(201);
    let session = api.session(VTT, &[("title", "Start"), ("notes", "kept")]).await;
    let path = format!("/v1/transcripts/{}", session["id"].as_str().unwrap());
    let fields = [
        ("title", json!("שיחה ראשונה – “first” 🙂")),
        ("client_id", client["id"].clone()),
        ("held_at", json!("2026-11-20T07:30:00Z")),
        ("language", json!("he")),
        ("notes", json!("line one\nline two")),
    ];
    for (field, value) in &fields {
        for value in [value, &Value::Null] {
            let before = api.get(&path).await.expect(200);
            let changed = api.patch(&path, &json!({*field: value})).await.expect(200);
            assert_eq!(changed["id"], session["id"]);
            let after = api.get(&format!("{path}?min_position={}", changed["position"])).await;
            let after = after.expect(200);
            // Unless the coach sets it, the language is detected.
            let found = *field == "language" && value.is_null();
            assert_eq!(after[*field], if found { json!("en") } else { value.clone() }, "{field}");
            for (other, _) in &fields {
                if other != field {
                    assert_eq!(after[*other], before[*other], "{other} changed with {field}");
                }
            }
        }
    }
    // All at once, and an empty change.
    let all: serde_json::Map<String, Value> =
        fields.iter().map(|(field, value)| ((*field).to_owned(), value.clone())).collect();
    let changed = api.patch(&path, &Value::Object(all.clone())).await.expect(200);
    let after = api.get(&format!("{path}?min_position={}", changed["position"])).await.expect(200);
    for (field, value) in &all {
        assert_eq!(after[field], *value);
    }
    let events = server.events().len();
    let nothing = api.patch(&path, &json!({})).await.expect(200);
    assert_eq!(server.events().len(), events, "a change of nothing is an event");
    assert!(nothing["position"].as_i64().unwrap() >= changed["position"].as_i64().unwrap());
}

async fn key_exists(server: &Server, id: &str) -> bool {
    let database = server.database().await;
    let sql = "SELECT id FROM data_keys WHERE id = $1";
    let id: uuid::Uuid = id.parse().unwrap();
    let rows = database.log.query(sql, &[id.into()]).await.unwrap();
    database.close().await;
    !rows.is_empty()
}

async fn a_deleted_transcript_is_nowhere(profile: Profile) {
    let Some(server) = Setup::new(profile).start().await else { return };
    let api = server.api();
    let kept = api.session(VTT, &[]).await;
    let others = server.blobs();
    assert_eq!(others.len(), 2, "the file and its turns: {others:?}");
    let session = api.session(VTT, &[("title", "Away")]).await;
    let id = session["id"].as_str().unwrap();
    let summary = session["summary_id"].as_str().unwrap();
    assert_eq!(server.blobs().len(), 4);
    assert!(key_exists(&server, id).await);

    let deleted = api.delete(&format!("/v1/transcripts/{id}")).await.expect(200);
    let at = format!("?min_position={}", deleted["position"]);
    let (path, summary) = (format!("/v1/transcripts/{id}"), format!("/v1/summaries/{summary}"));
    let gone = [
        api.get(&format!("{path}{at}")).await,
        api.get(&format!("{path}/status{at}")).await,
        api.get(&format!("{path}/turns{at}")).await,
        api.get(&format!("{summary}{at}")).await,
        api.get(&format!("{summary}/versions{at}")).await,
        api.patch(&path, &json!({"title": "x"})).await,
        api.delete(&path).await,
        api.post("/v1/transcripts/process", &json!({"id": id})).await,
    ];
    for answer in &gone {
        assert_eq!(answer.problem(404), "not_found");
    }
    eventually("the words are gone", async || {
        server.blobs() == others && !key_exists(&server, id).await
    })
    .await;
    let list = api.get("/v1/transcripts").await.expect(200);
    assert_eq!(list["items"].as_array().unwrap().len(), 1);
    // Other sessions' words stay.
    let kept = kept["id"].as_str().unwrap();
    assert!(key_exists(&server, kept).await);
    let turns = api.get(&format!("/v1/transcripts/{kept}/turns")).await.expect(200);
    assert_eq!(turns["turns"].as_array().unwrap().len(), 4);
    // Nobody can decrypt what the log still holds of it.
    let revealed = server.cli(&["events", "tail", "--after", "0", "--json", "--reveal"]);
    assert!(!revealed.contains("Away"), "the title outlived its transcript");
}

async fn processing_again_makes_a_new_version(profile: Profile) {
    let Some(server) = Setup::new(profile).start().await else { return };
    let api = server.api();
    let session = api.session(VTT, &[]).await;
    let id = session["id"].as_str().unwrap();
    let path = format!("/v1/summaries/{}", session["summary_id"].as_str().unwrap());
    let again = api.post("/v1/transcripts/process", &json!({"id": id})).await.expect(202);
    assert_eq!(again["state"], "received");
    eventually("the second version is there", async || {
        api.get(&path).await.expect(200)["version"] == 2
    })
    .await;
    let after = api.until_ready(id).await;
    assert_eq!(after["summary_id"], session["summary_id"]);
    let versions = api.get(&format!("{path}/versions")).await.expect(200);
    let numbers: Vec<_> =
        versions["items"].as_array().unwrap().iter().map(|one| one["version"].clone()).collect();
    assert_eq!(numbers, [json!(2), json!(1)]);
    let (first, second) = (
        api.get(&format!("{path}?version=1")).await.expect(200),
        api.get(&format!("{path}?version=2")).await.expect(200),
    );
    // The same file gives the same words.
    assert_eq!(first["overview"], second["overview"]);
    assert_eq!(api.get(&format!("{path}?version=3")).await.problem(404), "not_found");
    // The turns of the first parse are obsolete, but still the only ones.
    let turns = api.get(&format!("/v1/transcripts/{id}/turns")).await.expect(200);
    assert_eq!(turns["turns"].as_array().unwrap().len(), 4);
    let deleted = api.delete(&format!("/v1/transcripts/{id}")).await;
    deleted.expect(200);
    eventually("both readings are gone", async || server.blobs().is_empty()).await;
}

async fn clients_are_entered_and_read(profile: Profile) {
    let Some(server) = Setup::new(profile).start().await else { return };
    let api = server.api();
    let mut entered = Vec::new();
    let mut position = json!(0);
    for n in 0..7 {
        let body = match n % 2 {
            0 => json!({"name": format!("Client {n}")}),
            _ => json!({"name": format!("Client {n}"), "email": format!("c{n}@example.org")}),
        };
        let answer = api.post("/v1/clients", &body).await.expect(201);
        position = answer["position"].clone();
        let path =
            format!("/v1/clients/{}?min_position={position}", answer["id"].as_str().unwrap());
        let client = api.get(&path).await.expect(200);
        assert_eq!(client["name"], body["name"]);
        assert_eq!(client["email"], body["email"]);
        entered.push(answer["id"].clone());
    }
    let (mut seen, mut after) = (Vec::new(), String::new());
    loop {
        let path = format!("/v1/clients?limit=3&min_position={position}{after}");
        let page = api.get(&path).await.expect(200);
        seen.extend(page["items"].as_array().unwrap().iter().map(|client| client["id"].clone()));
        let Some(next) = page["next"].as_str() else { break };
        after = format!("&after={next}");
    }
    assert_eq!(seen, entered, "oldest first, each once");
}
