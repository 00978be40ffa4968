//! Sessions of several files, files that are uploaded twice, and better files that are added later.

use crate::in_profiles;
use crate::support::{Answer, Api, Profile, Setup, VTT};
use reqwest::Method;
use reqwest::multipart::{Form, Part};
use serde_json::{Value, json};
use std::collections::BTreeSet;

in_profiles! {
    the_same_files_are_one_session, files_of_one_call_become_one_session,
    a_better_transcript_takes_the_place_of_the_first
}

const CHAT: &str = "00:00:05\t Omer Katz:\tnotes are at https://example.org/notes\r\n\
    00:00:17\t Dana Levi:\tthank you\r\n";
const STRANGERS: &str = "Ann: We had a look at the garden plans last week.\n\
    Bob: I remember that the wall was the question.\n\
    Ann: It still is, and the neighbours have written to us.\n\
    Bob: Then let us answer them before the summer.\n";
const BETTER: &str = "WEBVTT\n\n\
    00:00:01.000 --> 00:00:06.000\n<v Dana Levi>What would you like to take away from today?\n\n\
    00:00:07.000 --> 00:00:15.000\n<v Omer Katz>I want to stop doing every single review myself. \
    I will hand two of them to Noa by Friday.\n";

fn file(name: &str, text: &str) -> Part {
    Part::text(text.to_owned()).file_name(name.to_owned())
}

/// Uploads as users do, without allowing duplicates.
async fn upload(api: &Api, form: Form) -> Answer {
    Answer::of(api.request(Method::POST, "/v1/transcripts/upload").multipart(form)).await
}

async fn turns(api: &Api, id: &str) -> Vec<Value> {
    let page = api.get(&format!("/v1/transcripts/{id}/turns")).await.expect(200);
    page["turns"].as_array().unwrap().clone()
}

async fn the_same_files_are_one_session(profile: Profile) {
    let Some(server) = Setup::new(profile).start().await else { return };
    let api = server.api();
    let form = || Form::new().part("file", file("a.vtt", VTT)).text("title", "First");
    // Twenty at once: one is the first.
    let answers = futures::future::join_all((0..20).map(|_| upload(&api, form()))).await;
    let ids: BTreeSet<String> =
        answers.iter().map(|answer| answer.json()["id"].as_str().unwrap().to_owned()).collect();
    assert_eq!(ids.len(), 1, "one session of one file");
    assert_eq!(answers.iter().filter(|answer| answer.status == 202).count(), 1);
    assert!(
        answers
            .iter()
            .filter(|answer| answer.status == 200)
            .all(|answer| { answer.json()["duplicate"] == true })
    );
    let id = ids.first().unwrap();
    api.until_ready(id).await;
    assert_eq!(server.blobs().len(), 2, "the file and its turns; what came twice was removed");
    // With another name and title: the content counts, and the first title stays.
    let again = Form::new().part("file", file("b.txt", VTT)).text("title", "Second");
    let again = upload(&api, again).await.expect(200);
    assert_eq!(again["id"], *id);
    let transcript = api.get(&format!("/v1/transcripts/{id}")).await.expect(200);
    assert_eq!(transcript["title"], "First");
    // In another organization it is another session.
    let other = server.organization("Other").await;
    let theirs = upload(&other, form()).await.expect(202);
    assert_ne!(theirs["id"], *id);
    // Two sessions of the same file need a flag.
    let two = form().text("allow_duplicate", "true");
    assert_ne!(upload(&api, two).await.expect(202)["id"], *id);
    let unclear = form().text("allow_duplicate", "perhaps");
    assert_eq!(upload(&api, unclear).await.problem(422), "invalid_fields");
    // After a deletion the same file can be uploaded again, as another session.
    api.delete(&format!("/v1/transcripts/{id}")).await.expect(200);
    let anew = upload(&api, form()).await.expect(202);
    assert_ne!(anew["id"], *id);
    assert_eq!(upload(&api, form()).await.expect(200)["id"], anew["id"]);
}

async fn files_of_one_call_become_one_session(profile: Profile) {
    let Some(server) = Setup::new(profile).start().await else { return };
    let api = server.api();
    let form = Form::new().part("file", file("a.vtt", VTT)).part("file", file("chat.txt", CHAT));
    let id = upload(&api, form).await.expect(202)["id"].as_str().unwrap().to_owned();
    let session = api.until_ready(&id).await;
    assert_eq!(session["format"], "webvtt+zoom_chat");
    let kinds = |turns: &[Value]| -> Vec<(String, String)> {
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        turns.iter().map(|turn| (text(&turn["kind"]), text(&turn["speaker"]))).collect()
    };
    let pair = |kind: &str, name: &str| (kind.to_owned(), name.to_owned());
    let together = [
        pair("speech", "Dana Levi"),
        pair("chat", "Omer Katz"),
        pair("speech", "Omer Katz"),
        pair("speech", "Dana Levi"),
        pair("chat", "Dana Levi"),
        pair("speech", "Omer Katz"),
    ];
    assert_eq!(kinds(&turns(&api, &id).await), together);

    // The same in two steps.
    let form = Form::new().part("file", file("a.vtt", VTT));
    let id = upload(&api, form).await.expect(202)["id"].as_str().unwrap().to_owned();
    api.until_ready(&id).await;
    let path = format!("/v1/transcripts/{id}/files");
    let add = || {
        let form = Form::new().part("file", file("chat.txt", CHAT));
        api.request(Method::POST, &path).header("Idempotency-Key", "chat").multipart(form)
    };
    let added = Answer::of(add()).await.expect(202);
    assert_eq!(Answer::of(add()).await.expect(202), added, "sent twice, added once");
    crate::support::eventually("the chat is among the turns", async || {
        kinds(&turns(&api, &id).await) == together
    })
    .await;
    api.until_ready(&id).await;
    // For each session two files and its turns; for the second also the turns without the chat.
    assert_eq!(server.blobs().len(), 3 + 4, "what was sent again is gone");

    let title = Form::new().part("file", file("chat.txt", CHAT)).text("title", "x");
    let refused = Answer::of(api.request(Method::POST, &path).multipart(title)).await;
    assert_eq!(refused.problem(400), "unknown_field");
    let many = (0..21).fold(Form::new(), |form, _| form.part("file", file("chat.txt", CHAT)));
    assert_eq!(upload(&api, many).await.problem(400), "too_many_files");
    // Two unrelated files.
    let strangers =
        Form::new().part("file", file("a.vtt", VTT)).part("file", file("b.txt", STRANGERS));
    let answer = upload(&api, strangers).await.expect(202);
    let (id, position) = (answer["id"].as_str().unwrap(), &answer["position"]);
    let status = format!("/v1/transcripts/{id}/status?min_position={position}");
    crate::support::eventually("they are refused with a reason", async || {
        let status = api.get(&status).await.expect(200);
        status["state"] == "failed" && status["error"]["code"] == "unrelated_files"
    })
    .await;
}

async fn a_better_transcript_takes_the_place_of_the_first(profile: Profile) {
    let Some(server) = Setup::new(profile).start().await else { return };
    let api = server.api();
    let form = Form::new().part("file", file("a.vtt", VTT)).text("title", "Kept");
    let id = upload(&api, form).await.expect(202)["id"].as_str().unwrap().to_owned();
    api.until_ready(&id).await;
    let form = Form::new().part("file", file("better.vtt", BETTER));
    let path = format!("/v1/transcripts/{id}/files");
    Answer::of(api.request(Method::PUT, &path).multipart(form)).await.expect(202);
    crate::support::eventually("the better text is there", async || {
        let turns = turns(&api, &id).await;
        turns.len() == 2 && turns[0]["text"].as_str().unwrap().contains("take away")
    })
    .await;
    let session = api.until_ready(&id).await;
    assert_eq!(session["title"], "Kept");
    assert_eq!(session["filename"], "better.vtt");
    let summary = format!("/v1/summaries/{}/versions", session["summary_id"].as_str().unwrap());
    let versions = api.get(&summary).await.expect(200);
    assert_eq!(versions["items"].as_array().unwrap().len(), 2, "{versions}");
    // The history names both files, and deletion removes all.
    let names: Vec<String> = server
        .events()
        .iter()
        .filter_map(|event| event["type"].as_str())
        .filter(|name| name.starts_with("transcript.files") || *name == "transcript.uploaded")
        .map(str::to_owned)
        .collect();
    assert_eq!(names, ["transcript.uploaded", "transcript.files_replaced"]);
    assert_eq!(server.blobs().len(), 4);
    api.delete(&format!("/v1/transcripts/{id}")).await.expect(200);
    crate::support::eventually("nothing is left", async || server.blobs().is_empty()).await;
    let form = Form::new().part("file", file("better.vtt", BETTER));
    let gone = Answer::of(api.request(Method::PUT, &path).multipart(form)).await;
    assert_eq!(gone.problem(404), "not_found");
    assert_eq!(json!(server.blobs().len()), 0);
}
