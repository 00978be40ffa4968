//! Errors in prompts, the voice, usage and running notes.

use crate::support::{Profile, Setup, VTT};
use crate::{Case, case, check};
use reqwest::Method;
use serde_json::{Value, json};
use uuid::Uuid;

#[tokio::test(flavor = "multi_thread")]
async fn bad_prompts_are_explained_with_their_line() {
    let Some(server) = Setup::new(Profile::Embedded).start().await else { return };
    let api = server.api();
    let session = api.session(VTT, &[]).await;
    let put = |path: &str, body: Value| api.request(Method::PUT, path).json(&body);
    let with = |field: &str, value: Value| {
        let mut body = json!({"title": "Ours", "sections": [{"section": "overview"}]});
        body[field] = value;
        put("/v1/analyze/prompts/ours", body)
    };
    let mut cases: Vec<Case> = Vec::new();
    for name in ["Ours", "our_prompt", "-ours", "a%20b", &"a".repeat(61)] {
        let body = json!({"title": "Ours", "sections": [{"section": "overview"}]});
        let request = put(&format!("/v1/analyze/prompts/{name}"), body);
        cases.push(case(format!("name {name:.9}"), request, 422, "invalid_fields", "lower-case"));
    }
    let section = |guidance: &str| json!([{"section": "overview", "guidance": guidance}]);
    for (field, value, says) in [
        ("title", json!(""), "title"),
        ("title", json!("x".repeat(81)), "80"),
        ("language", json!("no language"), "language tag"),
        ("guidance", json!("Fine.\nAsk {{ cleint }}."), "line 2"),
        ("guidance", json!("{{ client }}"), "{% if client %}"),
        ("guidance", json!("{% for a in vocabulary %}"), "line 1"),
        ("guidance", json!("x".repeat(21_000)), "20480"),
        ("tone", json!("{% include 'x' %}"), "include"),
        ("sections", section("\n\n{{ nobody }}"), "line 3"),
        ("sections", json!([]), "1 to 20"),
        ("sections", json!([{"section": "Wins"}, {"section": "wins"}]), "twice"),
        ("sections", json!([{"section": " "}]), "1 to 80"),
    ] {
        let name = format!("{field} {value:.40}");
        cases.push(case(name, with(field, value), 422, "invalid_fields", says));
    }
    for (field, value) in [("length", json!("huge")), ("version", json!(2)), ("sections", json!(1))]
    {
        cases.push(case(field, with(field, value), 422, "invalid_body", field));
    }
    let choose = |body: Value| put("/v1/analyze/prompts/default", body);
    let unknown = Uuid::now_v7();
    cases.push(case("no prompt", choose(json!({"name": "x"})), 422, "invalid_fields", "name"));
    let of_nobody = choose(json!({"name": "sport", "client_id": unknown}));
    cases.push(case("no client", of_nobody, 422, "invalid_fields", "client_id"));
    let preview = |name: &str, body: Value| {
        let path = format!("/v1/analyze/prompts/{name}/preview");
        api.request(Method::POST, &path).json(&body)
    };
    let of_session = json!({"transcript_id": session["id"]});
    cases.push(case("preview x", preview("x", of_session.clone()), 404, "not_found", "name"));
    let of_nothing = preview("sport", json!({"transcript_id": unknown}));
    cases.push(case("preview of nothing", of_nothing, 404, "not_found", "transcript"));
    let mut tried = of_session;
    tried["template"] = json!({"title": "T", "guidance": "{{ x }}", "sections": section("")});
    cases.push(case("preview bad", preview("sport", tried), 422, "invalid_fields", "line 1"));
    for path in ["/v1/analyze/prompts/x", "/v1/analyze/prompts/sport"] {
        let request = api.request(Method::DELETE, path);
        cases.push(case(format!("delete {path}"), request, 404, "not_found", "own"));
    }
    let get = api.request(Method::GET, "/v1/analyze/prompts/x");
    cases.push(case("get x", get, 404, "not_found", "name"));
    check(&server, cases).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn bad_voices_notes_and_months_are_explained() {
    let Some(server) = Setup::new(Profile::Embedded).start().await else { return };
    let api = server.api();
    let client = api.post("/v1/clients", &json!({"name": "Noa"})).await.expect(201);
    let note = format!("/v1/clients/{}/note", client["id"].as_str().unwrap());
    let send = |method: Method, path: &str, body: Value| api.request(method, path).json(&body);
    let mut cases: Vec<Case> = Vec::new();
    let train = |body: Value| send(Method::POST, "/v1/analyze/voice/train", body);
    for (body, says) in [
        (json!({}), "either samples or from_approved"),
        (json!({"samples": ["x"], "from_approved": 1}), "either samples or from_approved"),
        (json!({"samples": [""]}), "samples"),
        (json!({"samples": ["x".repeat(20_001)]}), "20000"),
        (json!({"samples": vec!["x"; 51]}), "50"),
        (json!({"from_approved": 0}), "1 to 50"),
        (json!({"from_approved": 51}), "1 to 50"),
    ] {
        let name = format!("train {:.60}", body.to_string());
        cases.push(case(name, train(body), 422, "invalid_fields", says));
    }
    cases.push(case("none", train(json!({"from_approved": 3})), 409, "conflict", "approved"));
    let change = |body: Value| send(Method::PATCH, "/v1/analyze/voice", body);
    let rule = |text: &str| json!({"change": "add_rule", "text": text});
    for (body, status, code, says) in [
        (json!({}), 422, "invalid_fields", "either changes or revert"),
        (json!({"changes": [rule("")]}), 422, "invalid_fields", "say something"),
        (json!({"changes": [rule(&"x".repeat(301))]}), 422, "invalid_fields", "300"),
        (json!({"changes": vec![rule("x"); 51]}), 422, "invalid_fields", "50"),
        (json!({"changes": vec![rule("x"); 101]}), 422, "invalid_fields", "100"),
        (
            json!({"changes": [{"change": "forget_lesson", "id": "x"}]}),
            422,
            "invalid_fields",
            "there is no x",
        ),
        (json!({"changes": [{"change": "shout"}]}), 422, "invalid_body", "shout"),
        (json!({"changes": [rule("x")], "base_version": 7}), 409, "voice_changed", "base_version"),
        (json!({"revert": Uuid::now_v7()}), 404, "not_found", "voice profile"),
    ] {
        let name = format!("voice {:.60}", body.to_string());
        cases.push(case(name, change(body), status, code, says));
    }
    let delete = api.request(Method::DELETE, "/v1/analyze/voice");
    cases.push(case("delete nothing", delete, 404, "not_found", "voice profile"));
    let add = |text: &str| json!({"edit": "add", "kind": "goal", "text": text});
    for (edits, status, code, says) in [
        (json!([]), 422, "invalid_fields", "at least one"),
        (json!([add("")]), 422, "invalid_fields", "say something"),
        (json!([add(&"x".repeat(501))]), 422, "invalid_fields", "500"),
        (json!([{"edit": "drop", "id": "n1"}]), 422, "invalid_fields", "there is no line n1"),
        (json!([{"edit": "add", "kind": "wish", "text": "x"}]), 422, "invalid_body", "wish"),
        (json!(vec![add("x"); 201]), 422, "invalid_fields", "200"),
    ] {
        let name = format!("note {:.60}", edits.to_string());
        let request = send(Method::PATCH, &note, json!({"base_version": 0, "edits": edits}));
        cases.push(case(name, request, status, code, says));
    }
    let stale = send(Method::PATCH, &note, json!({"base_version": 3, "edits": [add("x")]}));
    cases.push(case("stale note", stale, 409, "note_changed", "base_version"));
    let unknown = format!("/v1/clients/{}/note", Uuid::now_v7());
    cases.push(case(
        "note of nobody",
        api.request(Method::GET, &unknown),
        404,
        "not_found",
        "your organization",
    ));
    for month in ["2026", "2026-13", "2026-1", "november", "2026-11-01", ""] {
        let path = format!("/v1/usage?month={month}");
        let request = api.request(Method::GET, &path);
        cases.push(case(&path, request, 400, "invalid_query", "2026-11"));
    }
    check(&server, cases).await;
}
