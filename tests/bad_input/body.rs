//! Malformed JSON, and JSON of the wrong shape.

use crate::support::{Profile, Setup, VTT};
use crate::{case, check};
use reqwest::Method;
use serde_json::json;

#[tokio::test(flavor = "multi_thread")]
async fn bad_json_is_explained() {
    let Some(server) = Setup::new(Profile::Embedded).start().await else { return };
    let api = server.api();
    let session = api.session(VTT, &[]).await;
    let id = session["id"].as_str().unwrap();
    let path = format!("/v1/transcripts/{id}");
    let routes = [
        (Method::POST, "/v1/clients", "name", json!({"name": "Noa"})),
        (Method::POST, "/v1/transcripts/process", "id", json!({"id": id})),
        (Method::PATCH, path.as_str(), "title", json!({"title": "x"})),
    ];
    let mut cases = Vec::new();
    for (method, path, field, good) in &routes {
        let request = || api.request(method.clone(), path);
        let sent = |body: String| request().header("content-type", "application/json").body(body);
        let at = |what: &str| format!("{method} {path}: {what}");
        let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
        let deep_field = format!("{{\"{field}\": {deep}}}");
        let huge = format!("{{\"{field}\": \"{}\"}}", "x".repeat(1 << 20));
        let twice = format!("{{\"{field}\": \"x\", \"{field}\": \"y\"}}");
        let mut unknown = good.clone();
        unknown["naem"] = json!("x");
        cases.extend([
            case(at("cut"), sent(format!("{{\"{field}\": ")), 400, "malformed_json", "JSON"),
            case(at("empty"), sent(String::new()), 400, "malformed_json", "JSON"),
            case(at("single quotes"), sent("{'a': 1}".to_owned()), 400, "malformed_json", "JSON"),
            case(at("trailing"), sent(format!("{good} x")), 400, "malformed_json", "JSON"),
            case(at("deep"), sent(deep), 422, "invalid_body", "expected"),
            case(at("deep field"), sent(deep_field), 422, "invalid_body", "expected"),
            case(at("a list"), sent("[[[]]]".to_owned()), 422, "invalid_body", "expected"),
            case(at("an empty list"), sent("[]".to_owned()), 422, "invalid_body", "expected"),
            case(
                at("values"),
                sent(format!("[{}]", good[*field])),
                422,
                "invalid_body",
                "expected",
            ),
            case(at("a number"), request().json(&42), 422, "invalid_body", "expected"),
            case(at("null"), request().json(&json!(null)), 422, "invalid_body", "expected"),
            case(
                at("wrong type"),
                request().json(&json!({*field: 42})),
                422,
                "invalid_body",
                "expected",
            ),
            case(
                at("a list for text"),
                request().json(&json!({*field: ["x"]})),
                422,
                "invalid_body",
                "expected",
            ),
            case(at("unknown field"), request().json(&unknown), 422, "invalid_body", "naem"),
            case(at("a field twice"), sent(twice), 422, "invalid_body", field),
            case(at("huge"), sent(huge), 413, "too_large", "bytes"),
            case(at("text"), request().body(good.to_string()), 415, "not_json", "application/json"),
            case(at("form"), request().form(&[(*field, "x")]), 415, "not_json", "application/json"),
            case(
                at("not UTF-8"),
                request()
                    .header("content-type", "application/json")
                    .body(b"{\"\xff\": 1}".to_vec()),
                400,
                "malformed_json",
                "JSON",
            ),
        ]);
    }
    let client = |body| api.request(Method::POST, "/v1/clients").json(&body);
    let long = format!("{}@example.org", "x".repeat(300));
    let clients = [
        ("no name", json!({}), "invalid_body", "name"),
        ("null for a name", json!({"name": null}), "invalid_body", "expected"),
        ("an empty name", json!({"name": " "}), "invalid_fields", "name"),
        ("an invisible name", json!({"name": "\u{200b}\u{202e}"}), "invalid_fields", "name"),
        ("a long name", json!({"name": "x".repeat(201)}), "invalid_fields", "200"),
        ("a name with NUL", json!({"name": "a\0b"}), "invalid_fields", "control"),
        ("no address", json!({"name": "x", "email": "x"}), "invalid_fields", "dana@example.org"),
        (
            "two addresses",
            json!({"name": "x", "email": "a@b.co, c@d.co"}),
            "invalid_fields",
            "one address",
        ),
        (
            "an address with a line break",
            json!({"name": "x", "email": "a@b.co\nBcc: c@d.co"}),
            "invalid_fields",
            "one address",
        ),
        ("a long address", json!({"name": "x", "email": long}), "invalid_fields", "one address"),
    ];
    for (name, body, code, says) in clients {
        cases.push(case(name, client(body), 422, code, says));
    }
    let title = |title: &str| api.request(Method::PATCH, &path).json(&json!({"title": title}));
    for (name, sent) in [
        ("zero widths", "\u{200b}\u{2060}"),
        ("direction marks", "\u{200e} \u{202e}\u{2066}"),
        ("fillers", "\u{3164}\u{feff}"),
    ] {
        let name = format!("a title of {name}");
        cases.push(case(name, title(sent), 422, "invalid_fields", "shows nothing"));
    }
    for at in ["1899-12-31T23:59:59Z", "+010000-01-01T00:00:00Z", "-000001-01-01T00:00:00Z"] {
        let held = api.request(Method::PATCH, &path).json(&json!({"held_at": at}));
        cases.push(case(format!("held at {at}"), held, 422, "invalid_fields", "1900 to 9999"));
        let upload = api.form(VTT, &[("held_at", at)]);
        let upload = api.upload_request(upload);
        cases.push(case(format!("uploaded, {at}"), upload, 422, "invalid_fields", "held_at"));
    }
    for (name, url) in [
        ("a line break", "https://a.example/x\r\nSet-Cookie: y"),
        ("NUL", "https://a.example/\u{0}"),
        ("a space", "https://a.example/a b"),
        ("a direction mark", "https://a.example/\u{202e}gpj.exe"),
        ("no host", "https://"),
    ] {
        let note = json!({"note": {"id": "7", "text": "x", "url": url}});
        let note = api.request(Method::POST, "/v1/search/index").json(&note);
        cases.push(case(format!("a url with {name}"), note, 422, "invalid_fields", "note.url"));
    }
    check(&server, cases).await;
    // The same bodies with only the error corrected are accepted.
    for (method, path, _, good) in routes {
        let answer = crate::support::Answer::of(api.request(method, path).json(&good)).await;
        assert!((200..300).contains(&answer.status), "{path}: {}", answer.text);
    }
}
