//! Malformed forms, and forms with wrong fields.

use crate::support::{Profile, Setup, VTT};
use crate::{Case, case, check};
use reqwest::Method;
use reqwest::multipart::{Form, Part};
use serde_json::json;
use uuid::Uuid;

const PATH: &str = "/v1/transcripts/upload";

fn file() -> Part {
    Part::text(VTT).file_name("a.vtt")
}

fn with_file() -> Form {
    Form::new().part("file", file())
}

/// Builds a raw form, for what no client would send.
fn raw(parts: &[(&str, &str)]) -> String {
    let mut body = String::new();
    for (disposition, content) in parts {
        body +=
            &format!("--xyz\r\nContent-Disposition: form-data; {disposition}\r\n\r\n{content}\r\n");
    }
    body + "--xyz--\r\n"
}

#[tokio::test(flavor = "multi_thread")]
async fn broken_forms_are_refused() {
    let Some(server) = Setup::new(Profile::Embedded).start().await else { return };
    let api = server.api();
    let send = |kind: &str, body: String| {
        api.request(Method::POST, PATH).header("content-type", kind).body(body)
    };
    let good = raw(&[("name=\"file\"; filename=\"a.vtt\"", VTT)]);
    let kind = "multipart/form-data; boundary=xyz";
    let cut = |at: &str| {
        let end = good.find(at).unwrap();
        good[..end].to_owned()
    };
    let many = (0..100).fold(Form::new(), |form, n| form.text("title", format!("{n}")));
    let hundred: Vec<(&str, &str)> = vec![("name=\"title\"", ""); 100];
    let cases = vec![
        case(
            "no boundary named",
            send("multipart/form-data", good.clone()),
            400,
            "broken_form",
            "boundary",
        ),
        case(
            "another boundary",
            send("multipart/form-data; boundary=abc", good.clone()),
            400,
            "broken_form",
            "send it again",
        ),
        case("no body", send(kind, String::new()), 400, "broken_form", "send it again"),
        case("no form at all", send(kind, "hello".to_owned()), 400, "broken_form", "send it again"),
        case(
            "cut in the headers",
            send(kind, cut("filename")),
            400,
            "broken_form",
            "send it again",
        ),
        case("cut in the file", send(kind, cut("stop doing")), 400, "broken_form", "send it again"),
        case(
            "cut before the end",
            send(kind, cut("\r\n--xyz--")),
            400,
            "broken_form",
            "send it again",
        ),
        case(
            "a part without a name",
            send(kind, raw(&[("x=\"y\"", VTT)])),
            400,
            "unknown_field",
            "`file`",
        ),
        case("no part", send(kind, raw(&[])), 400, "no_file", "`file`"),
        case(
            "no file",
            api.upload_request(Form::new().text("title", "x")),
            400,
            "no_file",
            "`file`",
        ),
        case(
            "21 files",
            api.upload_request((0..20).fold(with_file(), |form, _| form.part("file", file()))),
            400,
            "too_many_files",
            "20",
        ),
        case(
            "a file of another name",
            api.upload_request(Form::new().part("upload", file())),
            400,
            "unknown_field",
            "`file`",
        ),
        case(
            "an unknown field",
            api.upload_request(with_file().text("tittle", "x")),
            400,
            "unknown_field",
            "`title`",
        ),
        case(
            "two titles",
            api.upload_request(with_file().text("title", "x").text("title", "y")),
            400,
            "repeated_field",
            "once",
        ),
        case("100 parts", api.upload_request(many), 400, "repeated_field", "once"),
        case("100 empty parts", send(kind, raw(&hundred)), 400, "too_many_parts", "32"),
        case(
            "a field of 1 MiB",
            api.upload_request(with_file().text("notes", "x".repeat(1 << 20))),
            413,
            "too_large",
            "notes",
        ),
        case(
            "the same before the file",
            api.upload_request(Form::new().text("notes", "x".repeat(1 << 20)).part("file", file())),
            413,
            "too_large",
            "notes",
        ),
        case(
            "a title that is not UTF-8",
            api.upload_request(with_file().part("title", Part::bytes(b"\xff\xfe\x41".to_vec()))),
            422,
            "invalid_fields",
            "UTF-8",
        ),
    ];
    check(&server, cases).await;
    // Control: the same form without errors is accepted.
    let answer = crate::support::Answer::of(send(kind, good)).await;
    answer.expect(202);
}

#[tokio::test(flavor = "multi_thread")]
async fn wrong_fields_are_named() {
    let Some(server) = Setup::new(Profile::Embedded).start().await else { return };
    let api = server.api();
    let other = server.organization("Other").await;
    let theirs = other.post("/v1/clients", &json!({"name": "Theirs"})).await.expect(201);
    let theirs = theirs["id"].as_str().unwrap().to_owned();
    let mine = api.upload(VTT, &[]).await;
    api.until_ready(&mine.id).await;
    let unknown = Uuid::now_v7().to_string();
    let long_tag = format!("en-{}", "abcdefgh-".repeat(8));
    let values: Vec<(&str, String, &'static str)> = vec![
        ("title", "x".repeat(301), "300"),
        ("title", "bell\u{7}".to_owned(), "control characters"),
        ("title", "nul\0".to_owned(), "control characters"),
        ("client_id", "42".to_owned(), "UUID"),
        ("client_id", unknown, "POST /v1/clients"),
        ("client_id", theirs, "POST /v1/clients"),
        ("held_at", "yesterday".to_owned(), "2026-11-21T09:30:00Z"),
        ("held_at", "2026-11-21".to_owned(), "2026-11-21T09:30:00Z"),
        ("held_at", "2026-11-21T09:30:00".to_owned(), "zone"),
        ("held_at", "2026-13-41T99:99:99Z".to_owned(), "2026-11-21T09:30:00Z"),
        ("language", "nonsense!".to_owned(), "`en`"),
        ("language", "en_US".to_owned(), "`pt-BR`"),
        ("language", long_tag, "`en`"),
        ("notes", "x".repeat(20_001), "20000"),
        ("notes", "nul\0".to_owned(), "control characters"),
    ];
    let mut cases: Vec<Case> = Vec::new();
    for (field, value, says) in &values {
        let name = format!("{field} {value:.30}");
        let form = api.upload_request(with_file().text(*field, value.clone()));
        cases.push(case(format!("{name}, form"), form, 422, "invalid_fields", says));
        // A long query is another error: URLs have a limit of their own.
        if value.len() < 1_000 {
            let body = api.request(Method::POST, PATH).query(&[(field, value)]).body(VTT);
            cases.push(case(format!("{name}, body"), body, 422, "invalid_fields", says));
        }
        // Times and ids in JSON are checked when it is parsed.
        let code = match *field {
            "held_at" => "invalid_body",
            "client_id" if value == "42" => "invalid_body",
            _ => "invalid_fields",
        };
        let says = if code == "invalid_body" { "" } else { says };
        let patch = api.request(Method::PATCH, &format!("/v1/transcripts/{}", mine.id));
        let patch = patch.json(&json!({*field: value}));
        cases.push(case(format!("{name}, change"), patch, 422, code, says));
    }
    for field in ["title", "notes"] {
        let patch = api.request(Method::PATCH, &format!("/v1/transcripts/{}", mine.id));
        let patch = patch.json(&json!({field: "  "}));
        cases.push(case(format!("{field} empty, change"), patch, 422, "invalid_fields", "null"));
    }
    check(&server, cases).await;
    // Two errors at once are both named.
    let form = with_file().text("held_at", "x").text("language", "!");
    let answer = crate::support::Answer::of(api.upload_request(form)).await;
    assert_eq!(answer.problem(422), "invalid_fields");
    let named: Vec<_> = answer.json()["errors"]
        .as_array()
        .unwrap()
        .iter()
        .map(|error| error["field"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!(named, ["language", "held_at"]);
}
