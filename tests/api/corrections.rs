//! Corrections, their effects, and undoing them.

use crate::in_profiles;
use crate::support::{Answer, Api, Profile, Setup, VTT, eventually};
use reqwest::Method;
use serde_json::{Value, json};

in_profiles! {
    corrections_are_made_and_undone, corrections_at_the_same_time_all_count,
    the_vocabulary_is_applied_to_what_is_read_later
}

async fn turns(api: &Api, id: &str, position: &Value) -> Vec<Value> {
    let path = format!("/v1/transcripts/{id}/turns?min_position={position}");
    api.get(&path).await.expect(200)["turns"].as_array().unwrap().clone()
}

fn said(turns: &[Value]) -> Vec<(&str, &str)> {
    let text = |value: &'static str| move |turn: &Value| turn[value].as_str().map(str::len);
    assert!(turns.iter().zip(0..).all(|(turn, index)| turn["index"] == index));
    assert!(turns.iter().all(|turn| text("text")(turn).is_some()));
    turns
        .iter()
        .map(|turn| (turn["speaker"].as_str().unwrap_or("-"), turn["text"].as_str().unwrap()))
        .collect()
}

async fn corrections_are_made_and_undone(profile: Profile) {
    let Some(server) = Setup::new(profile).start().await else { return };
    let api = server.api();
    let session = api.session(VTT, &[]).await;
    let id = session["id"].as_str().unwrap();
    let path = format!("/v1/transcripts/{id}/corrections");
    let before = turns(&api, id, &json!(0)).await;

    // Renaming a speaker: people, turns and summary follow.
    let wanted = json!({"kind": "rename_speaker", "from": "Omer Katz", "to": "Omer Katz-Levi"});
    let send = || api.request(Method::POST, &path).header("Idempotency-Key", "1").json(&wanted);
    let renamed = Answer::of(send()).await.expect(201);
    let again = Answer::of(send()).await;
    assert_eq!(again.header("idempotency-replayed"), Some("true"));
    assert_eq!(again.expect(201), renamed, "sent twice, made once");
    let after = turns(&api, id, &renamed["position"]).await;
    assert_eq!(said(&after)[1].0, "Omer Katz-Levi");
    let session = api.until_ready(id).await;
    assert_eq!(session["participants"][1]["name"], "Omer Katz-Levi");
    let summary = format!("/v1/summaries/{}", session["summary_id"].as_str().unwrap());
    eventually("the summary names the speaker so", async || {
        api.get(&summary).await.expect(200).to_string().contains("Omer Katz-Levi")
    })
    .await;

    // A turn is edited, split, and assigned to another speaker.
    let correct = async |wanted: Value| api.post(&path, &wanted).await.expect(201);
    let edited =
        correct(json!({"kind": "edit_turn", "turn": 0, "text": "What is today for?"})).await;
    let at = after[1]["text"].as_str().unwrap().find("I will").unwrap();
    let split = correct(json!({"kind": "split_turn", "turn": 1, "at": at, "speaker": "Noa"})).await;
    let role = correct(json!({"kind": "set_role", "speaker": "Dana Levi", "role": "coach"})).await;
    let now = turns(&api, id, &role["position"]).await;
    assert_eq!(
        said(&now)[..3],
        [
            ("Dana Levi", "What is today for?"),
            ("Omer Katz-Levi", "I want to stop doing every review myself."),
            ("Noa", "I will hand two of them to Noa by Friday."),
        ]
    );
    assert_eq!((&now[1]["end_ms"], &now[2]["start_ms"]), (&Value::Null, &Value::Null));
    assert_eq!(api.until_ready(id).await["participants"][0]["role"], "coach");

    // All are listed; undoing the split restores the turn.
    let list = api.get(&path).await.expect(200);
    assert_eq!(list["items"].as_array().unwrap().len(), 4, "{list}");
    assert_eq!(list["items"][2]["turn"], 1);
    let undo = async |made: &Value| {
        let path = format!("{path}/{}", made["correction_id"].as_str().unwrap());
        api.delete(&path).await
    };
    let undone = undo(&split).await.expect(200);
    assert_eq!(turns(&api, id, &undone["position"]).await.len(), before.len());
    assert_eq!(undo(&split).await.problem(404), "not_found");
    let list = api.get(&path).await.expect(200);
    assert!(list["items"][2]["undone_at"].is_string(), "{list}");
    for made in [&edited, &role, &renamed] {
        undo(made).await.expect(200);
    }
    let head = api.get(&path).await.expect(200)["revision"].clone();
    eventually("all is as it was", async || {
        let page = api.get(&format!("/v1/transcripts/{id}/turns")).await.expect(200);
        page["turns"] == json!(before)
    })
    .await;

    // Invalid corrections are refused with a reason.
    for (wanted, code) in [
        (json!({"kind": "rename_speaker", "from": "Nobody", "to": "x"}), "unknown_speaker"),
        (json!({"kind": "rename_speaker", "from": "Dana Levi", "to": " "}), "no_name"),
        (json!({"kind": "edit_turn", "turn": 99, "text": "x"}), "no_such_turn"),
        (json!({"kind": "edit_turn", "turn": 0, "text": ""}), "empty_text"),
        (json!({"kind": "edit_turn", "turn": 0, "text": "x".repeat(5_000)}), "text_too_long"),
        (json!({"kind": "split_turn", "turn": 0, "at": 0}), "split_outside"),
        (json!({"kind": "split_turn", "turn": 0, "at": 4_000_000_000u32}), "split_outside"),
        (json!({"kind": "apply_vocabulary"}), "no_entries"),
        (json!({"kind": "sing"}), "invalid_body"),
        (json!({"kind": "edit_turn", "turn": -1, "text": "x"}), "invalid_body"),
    ] {
        assert_eq!(api.post(&path, &wanted).await.problem(422), code, "{wanted}");
    }
    let wanted = json!({"kind": "edit_turn", "turn": 0, "text": "Something else."});
    let page = api.get(&format!("/v1/transcripts/{id}/turns")).await.expect(200);
    assert_eq!(page["revision"], head, "a page says which turns it shows");
    let stale = api.post(&format!("{path}?revision=1"), &wanted).await;
    assert_eq!(stale.problem(409), "turns_changed");
    api.post(&format!("{path}?revision={head}"), &wanted).await.expect(201);
}

async fn corrections_at_the_same_time_all_count(profile: Profile) {
    let Some(server) = Setup::new(profile).start().await else { return };
    let api = server.api();
    let session = api.session(VTT, &[]).await;
    let id = session["id"].as_str().unwrap();
    let path = format!("/v1/transcripts/{id}/corrections");
    let edits = (0..4).map(|turn| {
        let wanted = json!({"kind": "edit_turn", "turn": turn, "text": format!("Number {turn}.")});
        let (api, path) = (&api, &path);
        async move { api.post(path, &wanted).await.expect(201)["position"].as_i64().unwrap() }
    });
    let last = futures::future::join_all(edits).await.into_iter().max().unwrap();
    let now = turns(&api, id, &json!(last)).await;
    let texts: Vec<_> = said(&now).into_iter().map(|(_, text)| text.to_owned()).collect();
    assert_eq!(texts, ["Number 0.", "Number 1.", "Number 2.", "Number 3."]);
}

async fn the_vocabulary_is_applied_to_what_is_read_later(profile: Profile) {
    let Some(server) = Setup::new(profile).start().await else { return };
    let api = server.api();
    let old = api.session(VTT, &[]).await;
    let entries = json!({"entries": [{"term": "Noa Ben-Ami", "heard": ["noa"]}]});
    api.put("/v1/vocabulary", &entries).await.expect(200);
    assert_eq!(api.get("/v1/vocabulary").await.expect(200), entries);
    let session = api.session(VTT, &[]).await;
    let id = session["id"].as_str().unwrap();
    let page = api.get(&format!("/v1/transcripts/{id}/turns")).await.expect(200).to_string();
    assert!(page.contains("hand two of them to Noa Ben-Ami by Friday"), "{page}");
    // The summary waits for the terms, and is written once.
    let summary = format!("/v1/summaries/{}", session["summary_id"].as_str().unwrap());
    let summary = api.get(&summary).await.expect(200);
    assert_eq!(summary["version"], 1);
    assert!(summary.to_string().contains("Noa Ben-Ami"), "{summary}");
    // It is a correction like any other; an earlier transcript has none.
    let list = api.get(&format!("/v1/transcripts/{id}/corrections")).await.expect(200);
    assert_eq!(list["items"][0]["correction"]["kind"], "apply_vocabulary");
    assert_eq!(list["items"][0]["made_by"], "worker:vocabulary");
    let old = format!("/v1/transcripts/{}", old["id"].as_str().unwrap());
    let page = api.get(&format!("{old}/turns")).await.expect(200);
    assert!(!page.to_string().contains("Ben-Ami"), "{page}");
    let wanted = json!({"kind": "apply_vocabulary"});
    let made = api.post(&format!("{old}/corrections"), &wanted).await.expect(201);
    let page = format!("{old}/turns?min_position={}", made["position"]);
    assert!(api.get(&page).await.expect(200).to_string().contains("Noa Ben-Ami by Friday"));
    let twice = api.post(&format!("{old}/corrections"), &wanted).await;
    assert_eq!(twice.problem(422), "nothing_changes");

    let bad = json!({"entries": [{"term": "", "heard": ["x"]}]});
    assert_eq!(api.put("/v1/vocabulary", &bad).await.problem(422), "bad_term");
    api.put("/v1/vocabulary", &json!({"entries": []})).await.expect(200);
    assert_eq!(api.get("/v1/vocabulary").await.expect(200), json!({"entries": []}));
}
