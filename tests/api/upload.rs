//! Ways to upload a file, and the result.

use crate::in_profiles;
use crate::support::{Answer, Profile, Setup, Uploaded, VTT, samples};
use reqwest::Method;
use reqwest::multipart::{Form, Part};
use serde_json::{Value, json};

in_profiles! { forms_and_bodies_come_to_the_same, samples_are_summarized_in_their_own_words }

const DETAILS: [(&str, &str); 4] = [
    ("title", "Third: hand-over"),
    ("held_at", "2026-11-20T09:30:00+02:00"),
    ("language", "en"),
    ("notes", "Ask about Noa.\nAnd about Sunday."),
];

/// Returns the fields that a caller gave and the program must return.
fn given(transcript: &Value) -> Value {
    json!({
        "title": transcript["title"], "held_at": transcript["held_at"],
        "language": transcript["language"], "notes": transcript["notes"],
        "client_id": transcript["client_id"], "filename": transcript["filename"],
        "size_bytes": transcript["size_bytes"], "turn_count": transcript["turn_count"],
    })
}

async fn forms_and_bodies_come_to_the_same(profile: Profile) {
    let Some(server) = Setup::new(profile).start().await else { return };
    let api = server.api();
    let client = api.post("/v1/clients", &json!({"name": "Omer Katz"})).await.expect(201);
    let client = client["id"].as_str().unwrap();
    let fields = |mut form: Form| {
        for (name, value) in DETAILS {
            form = form.text(name, value);
        }
        form.text("client_id", client.to_owned())
    };
    let file = || Part::text(VTT).file_name("call.vtt");
    let curl_like = Part::text(VTT).file_name("C:\\calls\\call.vtt");
    let mut query =
        vec![("filename", "call.vtt"), ("client_id", client), ("allow_duplicate", "true")];
    query.extend(DETAILS);
    let body = || api.request(Method::POST, "/v1/transcripts/upload").query(&query);
    let requests = [
        ("file first", api.upload_request(fields(Form::new().part("file", file())))),
        ("file last", api.upload_request(fields(Form::new()).part("file", file()))),
        (
            "file between, with a path and a type, after an input left empty",
            api.upload_request(fields(
                Form::new()
                    .text("notes", " ")
                    .part("file", curl_like.mime_str("text/vtt").unwrap()),
            )),
        ),
        ("plain body", body().header("content-type", "text/vtt").body(VTT)),
        ("body without a type", body().body(VTT)),
        (
            "body in pieces, of unknown length",
            body().body(reqwest::Body::wrap_stream(futures::stream::iter(
                VTT.as_bytes().chunks(7).map(Ok::<_, std::io::Error>),
            ))),
        ),
    ];
    let expected = json!({
        "title": "Third: hand-over", "held_at": "2026-11-20T07:30:00Z", "language": "en",
        "notes": "Ask about Noa.\nAnd about Sunday.", "client_id": client,
        "filename": "call.vtt", "size_bytes": VTT.len(), "turn_count": 4,
    });
    for (name, request) in requests {
        let answer = Answer::of(request).await;
        let answer = answer.expect(202);
        assert_eq!(answer["state"], "received", "{name}");
        let uploaded = Uploaded::of(&answer);
        let path = format!("/v1/transcripts/{}?min_position={}", uploaded.id, uploaded.position);
        assert_eq!(api.get(&path).await.expect(200)["title"], "Third: hand-over", "{name}");
        let transcript = api.until_ready(&uploaded.id).await;
        assert_eq!(given(&transcript), expected, "{name}");
    }
}

async fn samples_are_summarized_in_their_own_words(profile: Profile) {
    let Some(server) = Setup::new(profile).start().await else { return };
    let api = server.api();
    for (name, text) in samples() {
        let transcript = api.session(text.clone(), &[]).await;
        let id = transcript["id"].as_str().unwrap();
        assert_eq!(api.get(&format!("/v1/transcripts/{id}/status")).await.json()["progress"], 1.0);
        let turns = api.get(&format!("/v1/transcripts/{id}/turns?limit=2000")).await.expect(200);
        let turns = turns["turns"].as_array().unwrap();
        assert_eq!(transcript["turn_count"], turns.len(), "{name}");
        let people = transcript["participants"].as_array().unwrap();
        let spoken: i64 = people.iter().map(|person| person["turns"].as_i64().unwrap()).sum();
        assert_eq!(spoken, turns.len() as i64, "{name}: {people:?}");

        let id = transcript["summary_id"].as_str().unwrap();
        let summary = api.get(&format!("/v1/summaries/{id}")).await.expect(200);
        assert_eq!(summary["version"], 1);
        assert_eq!(summary["transcript_id"], transcript["id"]);
        let mut quotes = Vec::new();
        collect_quotes(&summary, &mut quotes);
        assert!(quotes.len() >= 3, "{name}: only {} quotes", quotes.len());
        for quote in quotes {
            let turn = &turns[usize::try_from(quote["turn"].as_u64().unwrap()).unwrap()];
            let (words, said) = (quote["text"].as_str().unwrap(), turn["text"].as_str().unwrap());
            assert!(said.contains(words), "{name}: {words:?} is not in {said:?}");
            assert_eq!(quote["speaker"], turn["speaker"], "{name}");
        }
    }
}

/// Collects everything that has the shape of a quote.
fn collect_quotes<'a>(value: &'a Value, quotes: &mut Vec<&'a Value>) {
    match value {
        Value::Object(map) if map.contains_key("text") && map.contains_key("turn") => {
            quotes.push(value);
        }
        Value::Object(map) => map.values().for_each(|value| collect_quotes(value, quotes)),
        Value::Array(values) => values.iter().for_each(|value| collect_quotes(value, quotes)),
        _ => {}
    }
}
