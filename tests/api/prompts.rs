//! Prompts: the built-in ones, one's own, and which is used.

use crate::in_profiles;
use crate::support::openai::{KEY, OpenAi};
use crate::support::{Api, Profile, Setup, VTT, eventually};
use serde_json::{Value, json};

in_profiles! {
    own_prompts_replace_built_in_ones, a_preview_shows_what_would_be_sent,
    a_preview_is_what_is_sent
}

fn template(title: &str) -> Value {
    json!({
        "title": title,
        "guidance": "Look at {{ client or 'the client' }}'s goals.",
        "sections": [{"section": "overview", "guidance": "In two sentences."}, {"section": "Wins"}],
        "length": "short",
    })
}

async fn listed(api: &Api, path: &str, name: &str) -> Option<Value> {
    let list = api.get(path).await.expect(200);
    let prompts = list["prompts"].as_array().unwrap().clone();
    prompts.into_iter().find(|prompt| prompt["name"] == name)
}

async fn used(api: &Api, client: Option<&str>) -> (Value, Value) {
    let query = client.map(|id| format!("?client_id={id}")).unwrap_or_default();
    let used = api.get(&format!("/v1/analyze/prompts/default{query}")).await.expect(200);
    (used["name"].clone(), used["chosen_for"].clone())
}

async fn own_prompts_replace_built_in_ones(profile: Profile) {
    let Some(server) = Setup::new(profile).start().await else { return };
    let api = server.api();
    let list = api.get("/v1/analyze/prompts").await.expect(200);
    let names: Vec<&str> =
        list["prompts"].as_array().unwrap().iter().map(|it| it["name"].as_str().unwrap()).collect();
    assert!(names.len() >= 8 && names.is_sorted(), "{names:?}");
    let built_in = api.get("/v1/analyze/prompts/sport").await.expect(200);
    assert_eq!(built_in["source"], "built_in");

    for (name, version) in [("sport", 1), ("ours", 1)] {
        let path = format!("/v1/analyze/prompts/{name}");
        api.put(&path, &template("One")).await.expect(200);
        // The same again is the same version.
        let written = api.put(&path, &template("One")).await.expect(200);
        let read = api.get(&path).await.expect(200);
        assert_eq!((&read["source"], &read["version"]), (&json!("own"), &json!(version)), "{read}");
        assert_eq!(read["sections"][1]["section"], "Wins");
        let at = format!("/v1/analyze/prompts?min_position={}", written["position"]);
        let found = listed(&api, &at, name).await.unwrap();
        assert_eq!((&found["source"], &found["title"]), (&json!("own"), &json!("One")));
    }
    api.put("/v1/analyze/prompts/ours", &template("Two")).await.expect(200);
    assert_eq!(api.get("/v1/analyze/prompts/ours").await.expect(200)["version"], 2);

    // Chosen for the organization, and for one client.
    let client = api.post("/v1/clients", &json!({"name": "Noa"})).await.expect(201);
    let client = client["id"].as_str().unwrap();
    assert_eq!(used(&api, Some(client)).await, (json!("regular"), json!("nobody")));
    let choose = async |body: Value| {
        api.put("/v1/analyze/prompts/default", &body).await.expect(200);
    };
    choose(json!({"name": "executive"})).await;
    choose(json!({"name": "ours", "client_id": client})).await;
    assert_eq!(used(&api, Some(client)).await, (json!("ours"), json!("client")));
    assert_eq!(used(&api, None).await, (json!("executive"), json!("organization")));

    // What is deleted is gone, or built in again; its words are nowhere.
    for name in ["ours", "sport"] {
        api.delete(&format!("/v1/analyze/prompts/{name}")).await.expect(200);
    }
    assert_eq!(api.get("/v1/analyze/prompts/ours").await.problem(404), "not_found");
    let back = api.get("/v1/analyze/prompts/sport").await.expect(200);
    assert_eq!(back["title"], built_in["title"]);
    assert_eq!(used(&api, Some(client)).await, (json!("executive"), json!("organization")));
    choose(json!({"name": null})).await;
    assert_eq!(used(&api, None).await, (json!("regular"), json!("nobody")));
    eventually("the words are erased", async || {
        !server.events().iter().any(|event| event.to_string().contains("In two sentences."))
    })
    .await;
    // Written again, it counts on.
    api.put("/v1/analyze/prompts/ours", &template("Three")).await.expect(200);
    assert_eq!(api.get("/v1/analyze/prompts/ours").await.expect(200)["version"], 3);
}

async fn a_preview_shows_what_would_be_sent(profile: Profile) {
    let Some(server) = Setup::new(profile).start().await else { return };
    let api = server.api();
    let client = api.post("/v1/clients", &json!({"name": "Noa Bar"})).await.expect(201);
    let client = client["id"].as_str().unwrap();
    let line = json!({"edit": "add", "kind": "goal", "text": "Sleep before midnight."});
    let note = json!({"base_version": 0, "edits": [line]});
    api.patch(&format!("/v1/clients/{client}/note"), &note).await.expect(200);
    let rule = json!({"change": "add_rule", "text": "Never say utilize."});
    api.patch("/v1/analyze/voice", &json!({"changes": [rule]})).await.expect(200);
    let fields = [("client_id", client), ("notes", "Second call.")];
    let session = api.session(VTT, &fields).await;
    let events = server.events().len();
    let mut body = json!({"transcript_id": session["id"], "instructions": "Keep it short."});
    let path = "/v1/analyze/prompts/goal-review/preview";
    let shown = api.post(path, &body).await.expect(200);
    let instructions = shown["instructions"].as_str().unwrap();
    for part in ["Never say utilize.", "Keep it short."] {
        assert!(instructions.contains(part), "{part}: {instructions}");
    }
    let parts = shown["parts"].as_array().unwrap();
    assert_eq!(parts.len(), 1);
    let text = parts[0]["text"].as_str().unwrap();
    for part in ["Noa Bar", "Sleep before midnight.", "Second call.", "Omer"] {
        assert!(text.contains(part), "{part}: {text}");
    }
    assert!(parts[0]["tokens"].as_u64().unwrap() > 100, "{shown}");
    assert_eq!((&shown["estimated"], &shown["version"]), (&json!(true), &json!(1)));
    // A template is tried without being written.
    body["template"] = template("Tried");
    let tried = api.post(path, &body).await.expect(200);
    assert!(tried["instructions"].as_str().unwrap().contains("Noa Bar's goals"), "{tried}");
    assert_eq!(tried["version"], Value::Null);
    assert_eq!(server.events().len(), events, "nothing is written");
}

async fn a_preview_is_what_is_sent(profile: Profile) {
    let model = OpenAi::start().await;
    let setup = Setup::new(profile)
        .set("language_model_url", model.url("writer"))
        .set("language_model_key", KEY);
    let Some(server) = setup.start().await else { return };
    let api = server.api();
    let client = api.post("/v1/clients", &json!({"name": "Noa Bar"})).await.expect(201);
    let client = client["id"].as_str().unwrap();
    let line = json!({"edit": "add", "kind": "goal", "text": "Sleep before midnight."});
    let note = json!({"base_version": 0, "edits": [line]});
    api.patch(&format!("/v1/clients/{client}/note"), &note).await.expect(200);
    let rule = json!({"change": "add_rule", "text": "Never say utilize."});
    api.patch("/v1/analyze/voice", &json!({"changes": [rule]})).await.expect(200);
    api.put("/v1/analyze/prompts/ours", &template("Ours")).await.expect(200);
    let choice = json!({"name": "ours", "client_id": client});
    api.put("/v1/analyze/prompts/default", &choice).await.expect(200);
    let fields =
        [("client_id", client), ("notes", "Second call."), ("held_at", "2026-03-18T09:00:00Z")];
    let session = api.session(VTT, &fields).await;
    eventually("the model is asked", async || !model.chats().is_empty()).await;
    let body = json!({"transcript_id": session["id"]});
    let shown = api.post("/v1/analyze/prompts/ours/preview", &body).await.expect(200);
    let sent = model.chats()[0]["messages"].clone();
    assert_eq!(sent[0]["content"], shown["instructions"]);
    assert_eq!(sent[1]["content"], shown["parts"][0]["text"]);
    assert_eq!(shown["estimated"], false);
    // Control: another prompt is another text.
    let other = api.post("/v1/analyze/prompts/sport/preview", &body).await.expect(200);
    assert_ne!(sent[0]["content"], other["instructions"]);
}
