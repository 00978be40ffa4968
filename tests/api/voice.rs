//! The coach's voice over HTTP: trained, edited, learned from approved summaries, deleted.

use crate::in_profiles;
use crate::support::{Api, Profile, Setup, VTT, eventually};
use serde_json::{Value, json};

in_profiles! { the_coach_reads_edits_and_deletes_the_voice, approved_edits_are_learned_and_taken_back }

async fn voice(api: &Api) -> Value {
    api.get("/v1/analyze/voice").await.expect(200)
}

async fn the_coach_reads_edits_and_deletes_the_voice(profile: Profile) {
    let Some(server) = Setup::new(profile).start().await else { return };
    let api = server.api();
    assert_eq!(voice(&api).await["version"], 0);
    api.post("/v1/clients", &json!({"name": "Perpetua"})).await.expect(201);
    let sample = |n: u32| {
        format!(
            "Hey Perpetua,\n\nYou did well this week. You slept {n} hours and you kept your word. \
             What will you do first tomorrow?\n\nTalk soon,\nRuth"
        )
    };
    let samples: Vec<String> = (5..9).map(sample).collect();
    let trained = api.post("/v1/analyze/voice/train", &json!({"samples": samples})).await;
    assert_eq!(trained.expect(201)["samples"], 4);
    let known = voice(&api).await;
    assert_eq!((&known["samples"], &known["version"]), (&json!(4), &json!(1)));
    let rules = known["rules"].as_array().unwrap();
    assert!(!rules.is_empty() && rules.iter().all(|it| it["origin"] == "measured"), "{known}");
    assert!(!known.to_string().contains("Perpetua"), "no client's name is learned: {known}");

    let measured = rules[0]["id"].as_str().unwrap().to_owned();
    let changes = json!({"base_version": 1, "changes": [
        {"change": "add_rule", "text": "Never say utilize."},
        {"change": "switch_rule", "id": measured, "on": false},
    ]});
    api.patch("/v1/analyze/voice", &changes).await.expect(200);
    assert_eq!(api.patch("/v1/analyze/voice", &changes).await.problem(409), "voice_changed");
    let known = voice(&api).await;
    let rule = |id: &str| {
        let rules = known["rules"].as_array().unwrap().iter();
        rules.into_iter().find(|it| it["id"] == id).unwrap().clone()
    };
    assert_eq!(rule(&measured)["on"], false);
    let own = rule("own-1");
    assert_eq!((&own["origin"], &own["text"]), (&json!("coach"), &json!("Never say utilize.")));

    api.delete("/v1/analyze/voice").await.expect(200);
    assert_eq!(voice(&api).await["rules"], json!([]));
    eventually("the words are erased", async || {
        let events = server.events();
        let voice = events.iter().filter(|it| it["type"].as_str().unwrap().starts_with("voice."));
        !voice.into_iter().any(|event| event.to_string().contains("utilize"))
    })
    .await;
    // It can begin anew.
    let rule = json!({"changes": [{"change": "add_rule", "text": "Be kind."}]});
    api.patch("/v1/analyze/voice", &rule).await.expect(200);
    assert_eq!(voice(&api).await["rules"][0]["text"], "Be kind.");
}

async fn approved_edits_are_learned_and_taken_back(profile: Profile) {
    let Some(server) = Setup::new(profile).start().await else { return };
    let api = server.api();
    let mut summaries = Vec::new();
    for n in 0..2 {
        let session = api
            .session(
                format!(
                    "{VTT}\n\n00:10:0{n}.000 --> 00:10:09.000\nDana: Bye, and have a good week.\n"
                ),
                &[],
            )
            .await;
        let path = format!("/v1/summaries/{}", session["summary_id"].as_str().unwrap());
        let version = api.get(&path).await.expect(200)["version"].as_u64().unwrap();
        let edits = json!([
            {"edit": "set_opening", "text": "Hey Omer,"},
            {"edit": "set_closing", "text": "Talk soon,\nRuth"},
        ]);
        let edited = json!({"base_version": version, "edits": edits});
        api.patch(&path, &edited).await.expect(200);
        let approve = json!({"base_version": version + 1});
        api.post(&format!("{path}/approve"), &approve).await.expect(200);
        summaries.push(session["summary_id"].clone());
        eventually("it is learned", async || {
            voice(&api).await["learned_from"].as_array().unwrap().len() == summaries.len()
        })
        .await;
        let state = |known: &Value| {
            let learned = known["learned"].as_array().unwrap().iter();
            let greeting =
                learned.into_iter().find(|it| it["id"].as_str().unwrap().contains("greeting"));
            greeting.map(|it| it["state"].clone())
        };
        let expected = ["once", "followed"][n];
        assert_eq!(state(&voice(&api).await), Some(json!(expected)));
    }
    let known = voice(&api).await;
    let learned = known["rules"].as_array().unwrap().iter().filter(|it| it["origin"] == "learned");
    let why: Vec<_> = learned.map(|rule| rule["why"].as_str().unwrap()).collect();
    assert!(!why.is_empty() && why.iter().all(|why| why.contains("2 of 2")), "{why:?}");
    let taught = known["learned_from"][0]["taught"].to_string();
    assert!(taught.contains("Talk soon"), "{known}");
    // What one of them taught is taken back; what is left was seen once, and is not followed.
    api.patch("/v1/analyze/voice", &json!({"revert": summaries[0]})).await.expect(200);
    let known = voice(&api).await;
    assert!(
        known["rules"].as_array().unwrap().iter().all(|it| it["origin"] != "learned"),
        "{known}"
    );
    let again = api.patch("/v1/analyze/voice", &json!({"revert": summaries[0]})).await;
    assert_eq!(again.problem(404), "not_found");
    // The approved texts can be measured.
    let trained = api.post("/v1/analyze/voice/train", &json!({"from_approved": 5})).await;
    assert_eq!(trained.expect(201)["samples"], 2);
}
