//! The running note on a client: what approved summaries and people make of it.

use crate::in_profiles;
use crate::support::{Api, Profile, Setup, VTT, eventually};
use serde_json::{Value, json};

in_profiles! { approved_summaries_and_people_keep_the_note }

async fn lines(api: &Api, path: &str) -> Vec<Value> {
    api.get(path).await.expect(200)["lines"].as_array().unwrap().clone()
}

async fn approve(api: &Api, session: &Value, decision: &str) {
    let path = format!("/v1/summaries/{}", session["summary_id"].as_str().unwrap());
    let version = api.get(&path).await.expect(200)["version"].as_u64().unwrap();
    let add = json!({"edit": "add", "section": "decisions", "text": decision, "turns": [1]});
    let edits = json!({"base_version": version, "edits": [add]});
    api.patch(&path, &edits).await.expect(200);
    api.post(&format!("{path}/approve"), &json!({"base_version": version + 1})).await.expect(200);
}

async fn approved_summaries_and_people_keep_the_note(profile: Profile) {
    let Some(server) = Setup::new(profile).start().await else { return };
    let api = server.api();
    let client = api.post("/v1/clients", &json!({"name": "Omer"})).await.expect(201);
    let id = client["id"].as_str().unwrap();
    let path = format!("/v1/clients/{id}/note");
    assert_eq!(api.get(&path).await.expect(200), json!({"version": 0, "lines": []}));
    let fields = [("client_id", id), ("held_at", "2026-03-18T09:00:00Z")];
    let session = api.session(VTT, &fields).await;
    approve(&api, &session, "Meetings end at five").await;
    let find =
        |lines: &[Value], text: &str| lines.iter().find(|line| line["text"] == text).cloned();
    eventually("the summary is noted", async || {
        find(&lines(&api, &path).await, "Meetings end at five").is_some()
    })
    .await;
    let noted = api.get(&path).await.expect(200);
    let line = find(noted["lines"].as_array().unwrap(), "Meetings end at five").unwrap();
    assert_eq!((&line["kind"], &line["by"]), (&json!("agreement"), &json!("machine")));
    assert_eq!((&line["transcript_id"], &line["turn"]), (&session["id"], &json!(1)));
    assert_eq!(line["held_on"], "2026-03-18");

    // A person changes, adds and drops; the next summary leaves it so.
    let edit = json!({"base_version": noted["version"], "edits": [
        {"edit": "change", "id": line["id"], "text": "No meetings after five"},
        {"edit": "add", "kind": "other", "text": "Has a dog."},
    ]});
    api.patch(&path, &edit).await.expect(200);
    assert_eq!(api.patch(&path, &edit).await.problem(409), "note_changed");
    let second = api
        .session(
            format!("{VTT}\n\n00:10:00.000 --> 00:10:09.000\nDana: Bye, and have a good week.\n"),
            &fields,
        )
        .await;
    approve(&api, &second, "No meetings after five o'clock").await;
    let third = json!("Walk to work on Fridays");
    let more = api
        .session(
            format!("{VTT}\n\n00:11:00.000 --> 00:11:09.000\nDana: Goodbye, see you on Monday.\n"),
            &fields,
        )
        .await;
    approve(&api, &more, third.as_str().unwrap()).await;
    eventually("the third is noted", async || {
        find(&lines(&api, &path).await, third.as_str().unwrap()).is_some()
    })
    .await;
    let now = lines(&api, &path).await;
    let own = find(&now, "No meetings after five").unwrap();
    assert_eq!((&own["id"], &own["by"]), (&line["id"], &json!("person")));
    assert!(find(&now, "No meetings after five o'clock").is_none(), "{now:?}");

    // A deleted session takes its lines along; a person's stay.
    let deleted = format!("/v1/transcripts/{}", more["id"].as_str().unwrap());
    api.delete(&deleted).await.expect(200);
    eventually("its line is gone", async || {
        find(&lines(&api, &path).await, third.as_str().unwrap()).is_none()
    })
    .await;
    assert!(find(&lines(&api, &path).await, "Has a dog.").is_some());
    let left = |event: &Value| event.to_string().contains("Walk to work on Fridays");
    assert!(!server.events().iter().any(left));
}
