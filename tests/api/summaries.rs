//! Summaries by a language model, and their refinement, over HTTP.

use crate::support::openai::{KEY, OpenAi};
use crate::support::{Api, Profile, Server, Setup, eventually};
use serde_json::{Value, json};

use crate::in_profiles;

in_profiles! {
    a_model_writes_and_people_refine, what_was_not_said_is_left_out, people_are_not_written_over,
    what_fails_says_so_and_the_summary_stays, cancelled_messages_leave_nothing,
    without_a_model_the_plain_edits_are_made
}

const CALL: &str = "Dana: How was your week, Omer?\n\
    Omer: Long. I decided to hand the report over to Tomas.\n\
    Dana: What will you do first?\n\
    Omer: I'll talk to Tomas on Thursday morning.\n\
    Dana: And what would make it easy?\n\
    Omer: I'll write down every data source by next Wednesday.\n\
    Dana: Good. What will you tell your manager?\n\
    Omer: I don't know yet.\n";

async fn with_model(profile: Profile, model: &OpenAi) -> Option<Server> {
    Setup::new(profile)
        .set("language_model_url", model.url("scripted"))
        .set("language_model_key", KEY)
        .start()
        .await
}

/// Returns the lines of the transcript in a request: number of the turn, and text.
fn turns(request: &Value) -> Vec<(u64, String)> {
    let text = request["messages"].as_array().unwrap().iter().filter(|it| it["role"] == "user");
    let text = text.map(|it| it["content"].as_str().unwrap()).next().unwrap_or_default();
    text.lines()
        .filter_map(|line| {
            let (frame, said) = line.strip_prefix('[')?.split_once("] ")?;
            Some((frame.split(' ').next()?.parse().ok()?, said.to_owned()))
        })
        .collect()
}

fn point(text: &str, turn: u64, quote: &str) -> Value {
    json!({"text": text, "turns": [turn], "quotes": [{"turn": turn, "text": quote}]})
}

/// Answers a request for a summary from its transcript, as a good model would.
fn honest(request: &Value) -> Value {
    let turns = turns(request);
    let find = |words: &str| turns.iter().find(|(_, said)| said.contains(words));
    let mut answer = json!({
        "headline": null, "overview": [], "key_moments": [], "topics": [], "progress": [],
        "decisions": [], "action_items": [], "open_questions": [], "next_questions": [],
    });
    if let Some((turn, said)) = find("I decided") {
        answer["headline"] = point("Omer hands the report over to Tomas.", *turn, said);
        answer["overview"] = json!([point("Omer gives the report away.", *turn, said)]);
        answer["decisions"] = json!([point("Omer hands the report over.", *turn, said)]);
    }
    if let Some((turn, said)) = find("I'll talk to Tomas") {
        let mut item = point("Talk to Tomas.", *turn, said);
        item["owner"] = json!("Omer");
        item["due"] = json!("on Thursday morning");
        answer["action_items"] = json!([item]);
    }
    if let Some((turn, said)) = find("tell your manager") {
        answer["open_questions"] = json!([point("What will Omer tell his manager?", *turn, said)]);
    }
    answer
}

fn is_refinement(request: &Value) -> bool {
    request["response_format"]["json_schema"]["name"] == "refinement"
}

fn message_of(request: &Value) -> String {
    let messages = request["messages"].as_array().unwrap();
    let last =
        messages.iter().rfind(|it| it["role"] == "user").unwrap()["content"].as_str().unwrap();
    last.rsplit("The coach's message:\n").next().unwrap_or_default().to_owned()
}

/// Waits until the model's version is there; returns the summary.
async fn written(api: &Api, session: &Value) -> Value {
    let path = format!("/v1/summaries/{}", session["summary_id"].as_str().unwrap());
    let mut summary = Value::Null;
    eventually("the model's version", async || {
        summary = api.get(&path).await.expect(200);
        summary["method"] == "language_model" && summary["state"] == "draft"
    })
    .await;
    summary
}

/// Sends a message, and returns it once it has ended.
async fn refined(api: &Api, summary: &str, text: &str) -> Value {
    let sent = json!({"summary_id": summary, "message": text});
    let sent = api.post("/v1/analyze/refine", &sent).await.expect(202);
    ended(api, summary, sent["message_id"].as_str().unwrap()).await
}

async fn ended(api: &Api, summary: &str, message: &str) -> Value {
    let path = format!("/v1/summaries/{summary}/chat/{message}");
    let mut row = Value::Null;
    eventually("the message ends", async || {
        let answer = api.get(&path).await;
        if answer.status != 200 {
            return false;
        }
        row = answer.json();
        ["complete", "failed", "cancelled"].contains(&row["state"].as_str().unwrap())
    })
    .await;
    row
}

async fn a_model_writes_and_people_refine(profile: Profile) {
    let model = OpenAi::start().await;
    model.script(|request| match is_refinement(request) {
        false => honest(request).to_string(),
        true => {
            let message = message_of(request);
            let edits = match message.contains("shorter") {
                true => {
                    json!([{"edit": "change", "id": "d1", "text": "Omer lets go of the report."}])
                }
                false => json!([]),
            };
            json!({"answer": "I made the decision shorter.", "edits": edits}).to_string()
        }
    });
    let Some(server) = with_model(profile, &model).await else { return };
    let api = server.api();
    let session = api.session(CALL, &[("held_at", "2026-11-30T09:00:00Z")]).await;
    let summary = written(&api, &session).await;
    let id = summary["id"].as_str().unwrap().to_owned();
    assert_eq!(summary["decisions"][0]["text"], "Omer hands the report over.", "{summary}");
    assert_eq!(summary["decisions"][0]["id"], "d1");
    let quote = &summary["decisions"][0]["quotes"][0];
    assert_eq!(quote["text"], "Long. I decided to hand the report over to Tomas.");
    assert_eq!((&quote["turn"], &quote["speaker"]), (&json!(1), &json!("Omer")));
    let item = &summary["action_items"][0];
    assert_eq!((&item["owner"], &item["due_on"]), (&json!("Omer"), &json!("2026-12-03")), "{item}");
    assert_eq!(summary["checked"], json!({"kept": 5, "repaired": 0, "dropped": 0}));
    assert_eq!(summary["coverage"], json!({"turns": 8, "covered": 8, "parts": 1}));
    assert_eq!(summary["source"]["model"], "scripted");
    // The extractive one came first, and is still there.
    let first = api.get(&format!("/v1/summaries/{id}?version=1")).await.expect(200);
    assert_eq!(first["method"], "extractive");
    let newest = summary["version"].as_u64().unwrap();

    let message = refined(&api, &id, "Make the decision shorter, please.").await;
    assert_eq!(message["state"], "complete", "{message}");
    assert_eq!(message["version"], newest + 1);
    assert_eq!(message["answer"], "I made the decision shorter.");
    let refined_once = api.get(&format!("/v1/summaries/{id}")).await.expect(200);
    assert_eq!(refined_once["decisions"][0]["text"], "Omer lets go of the report.");
    // What was not asked for is the same, letter for letter.
    for field in ["headline", "overview", "action_items", "open_questions"] {
        assert_eq!(refined_once[field], summary[field], "{field}");
    }
    let diff = api.get(&format!("/v1/summaries/{id}/diff")).await.expect(200);
    assert_eq!((&diff["from"], &diff["to"]), (&json!(newest), &json!(newest + 1)));
    assert_eq!(diff["changes"].as_array().unwrap().len(), 1, "{diff}");

    let question = refined(&api, &id, "What did he say about his manager?").await;
    assert_eq!((&question["state"], &question["version"]), (&json!("complete"), &Value::Null));

    let step = async |step: &str, body: Value| {
        let done = api.post(&format!("/v1/summaries/{id}/{step}"), &body).await.expect(200);
        let path = format!("/v1/summaries/{id}?min_position={}", done["position"]);
        api.get(&path).await.expect(200)
    };
    let undone = step("undo", json!({})).await;
    assert_eq!(undone["decisions"], summary["decisions"]);
    let redone = step("redo", json!({})).await;
    assert_eq!(redone["decisions"], refined_once["decisions"]);
    let restored = step("restore", json!({"version": 1})).await;
    assert_eq!(restored["overview"], first["overview"]);
    let approved = step("approve", json!({})).await;
    assert_eq!(approved["state"], "approved");
    assert_eq!(approved["approved_version"], approved["version"]);

    let chat = api.get(&format!("/v1/summaries/{id}/chat")).await.expect(200);
    let items = chat["items"].as_array().unwrap();
    assert_eq!(items.len(), 2);
    assert_eq!(items[0]["text"], "Make the decision shorter, please.");
}

/// A model that lies: in quotes, in numbers, in names; once corrected when it is asked again, else
/// not.
async fn what_was_not_said_is_left_out(profile: Profile) {
    let model = OpenAi::start().await;
    model.script(|request| {
        let mut answer = honest(request);
        let again = request["messages"].as_array().unwrap().len() > 2;
        answer["decisions"] = json!([
            point("Omer hands the report over.", 1, "I decided to keep the report for ever."),
            point("Omer hands it over in 14 days.", 1, "I decided to hand the report over"),
            point("Omer trusts Ingrid.", 1, "I decided to hand the report over"),
        ]);
        if again {
            let right =
                point("Omer hands the report over.", 1, "I decided to hand the report over");
            let lie = point("Omer trusts Ingrid.", 1, "I decided to hand the report over");
            answer = honest(&json!({"messages": []}));
            answer["decisions"] = json!([right, lie]);
        }
        answer.to_string()
    });
    let Some(server) = with_model(profile, &model).await else { return };
    let api = server.api();
    let session = api.session(CALL, &[]).await;
    let summary = written(&api, &session).await;
    assert_eq!(summary["checked"], json!({"kept": 4, "repaired": 1, "dropped": 2}), "{summary}");
    let decisions = summary["decisions"].as_array().unwrap();
    assert_eq!(decisions.len(), 1, "{summary}");
    assert_eq!(decisions[0]["quotes"][0]["text"], "I decided to hand the report over");
    // It was told what was wrong with each.
    let told =
        model.chats().last().unwrap()["messages"].as_array().unwrap().last().unwrap().to_string();
    for wrong in ["keep the report for ever", "14", "Ingrid"] {
        assert!(told.contains(wrong), "{told}");
    }
}

async fn people_are_not_written_over(profile: Profile) {
    let model = OpenAi::start().await;
    model.script(|request| honest(request).to_string());
    let Some(server) = with_model(profile, &model).await else { return };
    let api = server.api();
    let session = api.session(CALL, &[]).await;
    let summary = written(&api, &session).await;
    let (id, newest) = (summary["id"].as_str().unwrap(), summary["version"].as_u64().unwrap());
    let edit = |base: u64| {
        let change = json!({"edit": "change", "id": "d1", "text": "He lets go."});
        json!({"base_version": base, "edits": [change]})
    };
    let path = format!("/v1/summaries/{id}");
    api.patch(&path, &edit(newest)).await.expect(200);
    // The second of two who edit the same version is told.
    let code = api.patch(&path, &edit(newest)).await.problem(409);
    assert_eq!(code, "summary_changed");
    // A correction of the transcript leaves the coach's version.
    let correction = json!({"kind": "edit_turn", "turn": 0, "text": "How was the week?"});
    let corrections = format!("/v1/transcripts/{}/corrections", session["id"].as_str().unwrap());
    api.post(&corrections, &correction).await.expect(201);
    eventually("the summary is known to be outdated", async || {
        api.get(&path).await.expect(200)["outdated"] == true
    })
    .await;
    let kept = api.get(&path).await.expect(200);
    assert_eq!(kept["version"], newest + 1);
    assert_eq!(kept["decisions"][0]["text"], "He lets go.");
    api.until_ready(session["id"].as_str().unwrap()).await;
    // Asked for again, it is written anew.
    let again = json!({"transcript_id": session["id"], "instructions": "Be brief."});
    api.post("/v1/analyze/session", &again).await.expect(202);
    let mut rewritten = Value::Null;
    eventually("another version", async || {
        rewritten = api.get(&path).await.expect(200);
        rewritten["version"] == newest + 2
    })
    .await;
    assert_eq!(rewritten["outdated"], false);
    assert_eq!(rewritten["decisions"][0]["text"], "Omer hands the report over.");
    let asked = model.chats();
    assert!(asked.last().unwrap().to_string().contains("Be brief."));
    assert!(!asked[0].to_string().contains("Be brief."), "the control");
}

async fn what_fails_says_so_and_the_summary_stays(profile: Profile) {
    let model = OpenAi::start().await;
    model.script(|_| "I would rather talk about the weather.".to_owned());
    let Some(server) = with_model(profile, &model).await else { return };
    let api = server.api();
    let session = api.session(CALL, &[]).await;
    let path = format!("/v1/summaries/{}", session["summary_id"].as_str().unwrap());
    let mut summary = Value::Null;
    eventually("the request fails", async || {
        summary = api.get(&path).await.expect(200);
        summary["failure"].is_string()
    })
    .await;
    assert_eq!((&summary["state"], &summary["method"]), (&json!("draft"), &json!("extractive")));
    assert_eq!(summary["version"], 1);
    assert!(!summary["overview"].as_array().unwrap().is_empty());
    let id = summary["id"].as_str().unwrap();
    let message = refined(&api, id, "Make it warmer.").await;
    assert_eq!(message["state"], "failed", "{message}");
    assert!(message["failure"].as_str().unwrap().contains("could not be read"), "{message}");
    // Nothing of what the model was sent or said is in the log of the program.
    assert!(!server.log().contains("weather") && !server.log().contains("Tomas"));
}

async fn cancelled_messages_leave_nothing(profile: Profile) {
    let model = OpenAi::start().await;
    model.script(|request| match is_refinement(request) {
        false => honest(request).to_string(),
        true => {
            let edits = json!([{"edit": "drop", "id": "d1"}]);
            json!({"answer": "Dropped. ".repeat(40), "edits": edits}).to_string()
        }
    });
    let Some(server) = with_model(profile, &model).await else { return };
    let api = server.api();
    let session = api.session(CALL, &[]).await;
    let summary = written(&api, &session).await;
    let id = summary["id"].as_str().unwrap();
    model.pause(200);
    let send = async |text: &str| {
        let sent = json!({"summary_id": id, "message": text});
        let sent = api.post("/v1/analyze/refine", &sent).await.expect(202);
        sent["message_id"].as_str().unwrap().to_owned()
    };
    let (first, second) = (send("Drop the decision.").await, send("Drop it, really.").await);
    let state = async |message: &str| {
        let path = format!("/v1/summaries/{id}/chat/{message}");
        let answer = api.get(&path).await;
        if answer.status == 200 { answer.json()["state"].clone() } else { Value::Null }
    };
    eventually("the first is being answered", async || state(&first).await == "running").await;
    assert_eq!(state(&second).await, "queued");
    api.delete(&format!("/v1/summaries/{id}/chat/{first}")).await.expect(200);
    let code = api.delete(&format!("/v1/summaries/{id}/chat/{first}")).await.problem(409);
    assert_eq!(code, "conflict");
    model.pause(0);
    // Control: the second, which was not cancelled, does what both asked for.
    let done = ended(&api, id, &second).await;
    assert_eq!(done["state"], "complete", "{done}");
    assert_eq!(done["version"], summary["version"].as_u64().unwrap() + 1);
    assert_eq!(state(&first).await, "cancelled");
    let path = format!("/v1/summaries/{id}");
    assert_eq!(api.get(&path).await.expect(200)["version"], done["version"]);
}

async fn without_a_model_the_plain_edits_are_made(profile: Profile) {
    let Some(server) = Setup::new(profile).start().await else { return };
    let api = server.api();
    let session = api.session(CALL, &[]).await;
    let id = session["summary_id"].as_str().unwrap();
    let summary = api.get(&format!("/v1/summaries/{id}")).await.expect(200);
    assert_eq!(summary["state"], "draft");
    assert!(summary["action_items"].as_array().unwrap().len() >= 2, "{summary}");
    let message = refined(&api, id, "Make the second action item Dana's.").await;
    assert_eq!(message["state"], "complete", "{message}");
    assert_eq!(message["version"], 2, "{message}");
    let edited = api.get(&format!("/v1/summaries/{id}")).await.expect(200);
    assert_eq!(edited["action_items"][1]["owner"], "Dana");
    assert_eq!(edited["action_items"][0], summary["action_items"][0]);
    let message = refined(&api, id, "Make it sound more like me.").await;
    assert_eq!((&message["state"], &message["version"]), (&json!("complete"), &Value::Null));
    assert!(message["answer"].as_str().unwrap().contains("language model"), "{message}");
}

/// The stream of an answer holds what the message holds in the end, whenever one begins to listen.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn answers_are_streamed() {
    let model = OpenAi::start().await;
    let reply = "I looked at \"both\" decisions, Dana — and\nchanged one. שלום 😀 ".repeat(3);
    let said = reply.trim().to_owned();
    model.script(move |request| match is_refinement(request) {
        false => honest(request).to_string(),
        true => {
            let edits = json!([{"edit": "change", "id": "d1", "text": "Omer lets go."}]);
            json!({"answer": reply, "edits": edits}).to_string()
        }
    });
    let Some(server) = with_model(Profile::Embedded, &model).await else { return };
    let api = server.api();
    let session = api.session(CALL, &[]).await;
    let summary = written(&api, &session).await;
    let id = summary["id"].as_str().unwrap();
    model.pause(20);
    let body = json!({"summary_id": id, "message": "Shorter, please."});
    let request = api
        .request(reqwest::Method::POST, "/v1/analyze/refine")
        .header("accept", "text/event-stream")
        .json(&body);
    let events = events(request).await;
    let names: Vec<&str> = events.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names[0], "start");
    assert!(names.iter().filter(|name| **name == "delta").count() > 3, "{names:?}");
    assert_eq!(names[names.len() - 2..], ["version", "end"]);
    let text: String = events
        .iter()
        .filter(|(name, _)| name == "delta")
        .map(|(_, data)| data["text"].as_str().unwrap())
        .collect();
    assert_eq!(text.trim(), said);
    let (_, version) = &events[events.len() - 2];
    assert_eq!(version["version"], summary["version"].as_u64().unwrap() + 1);
    assert_eq!(version["changes"].as_array().unwrap().len(), 1);
    let (_, end) = events.last().unwrap();
    assert_eq!(end["state"], "complete");
    let message = end["message"]["id"].as_str().unwrap();
    // Who comes when it is over gets the same.
    let path = format!("/v1/summaries/{id}/chat/{message}");
    let request = api.request(reqwest::Method::GET, &path).header("accept", "text/event-stream");
    let late = self::events(request).await;
    assert_eq!(late.len(), 4, "{late:?}");
    assert_eq!(late[1].1["text"].as_str().unwrap(), said);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_command_line_refines_too() {
    let model = OpenAi::start().await;
    model.script(|request| match is_refinement(request) {
        false => honest(request).to_string(),
        true => {
            let edits = json!([{"edit": "change", "id": "d1", "text": "Omer lets go."}]);
            json!({"answer": "Shorter now.", "edits": edits}).to_string()
        }
    });
    let Some(server) = with_model(Profile::Embedded, &model).await else { return };
    let session = server.api().session(CALL, &[]).await;
    let id = session["id"].as_str().unwrap();
    let out = server.cli(&["summarize", id]);
    assert!(out.contains("d1") && out.contains("Omer hands the report over."), "{out}");
    assert!(out.contains("8 of 8 turns covered") && out.contains("Written by scripted"), "{out}");
    let out = server.cli(&["refine", id, "make", "the", "decision", "shorter"]);
    assert!(out.starts_with("Shorter now.") && out.contains("{+lets+}"), "{out}");
    let out = server.cli(&["refine", id, "--undo"]);
    assert!(out.contains("{+hands the report+}"), "{out}");
    server.cli(&["refine", id, "--redo"]);
    let out = server.cli(&["refine", id, "--approve"]);
    assert!(out.contains("is approved"), "{out}");
    let out = server.cli(&["summarize", id, "--text"]);
    assert!(out.contains("Omer lets go"), "{out}");
    let out = server.cli(&["summarize", id, "--number", "1"]);
    assert!(out.contains("version 1"), "{out}");
    let out = server.cli(&["refine", id, "--chat"]);
    assert!(out.contains("> make the decision shorter"), "{out}");
    let refused = server.try_cli(&["summarize", id, "--prompt", "no-such-prompt"]);
    assert!(!refused.status.success());
    assert!(String::from_utf8_lossy(&refused.stderr).contains("no prompt"), "{refused:?}");
    let out = server.cli(&["voice", "--add", "Ask one question at the end"]);
    assert!(out.contains("Ask one question at the end (your own)"), "{out}");
    let refused = server.try_cli(&["summarize", "018f6f2e-5d3a-7c11-9a55-3f0f5f6f7a01"]);
    assert!(!refused.status.success());
    assert!(String::from_utf8_lossy(&refused.stderr).contains("no summary"), "{refused:?}");
}

/// A program that is killed while a model writes asks again for what was not answered, and for
/// nothing else.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_answered_before_a_kill_is_not_paid_again() {
    const KILLS: usize = 2;
    let model = OpenAi::start().await;
    model.script(|request| honest(request).to_string());
    model.pause(400);
    let url = format!("{}&context=8000", model.url("scripted"));
    let setup = Setup::new(Profile::Embedded)
        .set("language_model_url", url)
        .set("language_model_key", KEY)
        .set("worker_lease", "2s");
    let Some(mut server) = setup.start().await else { return };
    let talk: String = (0..600)
        .map(|n| {
            let topic = ["the garden", "the race", "the report", "the holiday"][n / 150];
            format!(
                "Dana: What about {topic} in week {n}?\nOmer: It is quite a story with {topic}.\n"
            )
        })
        .collect();
    let file = format!("{CALL}{talk}");
    let session = server.api().session(file, &[]).await;
    let mut asked = Vec::new();
    let mut again = 0;
    for kill in 0..KILLS {
        let answered = model.answered().len();
        eventually("another part is answered", async || model.answered().len() > answered).await;
        let paid = model.answered();
        // Until it is stored.
        tokio::time::sleep(std::time::Duration::from_millis(150)).await;
        server.kill("up");
        let before = model.chats().len();
        asked.push((before, paid));
        server.start("up").await;
        println!("kill {kill}: {before} requests, {answered} answered before");
    }
    let summary = written(&server.api(), &session).await;
    let parts = summary["coverage"]["parts"].as_u64().unwrap();
    assert!(parts as usize > KILLS, "{parts} parts are too few for {KILLS} kills");
    assert_eq!(summary["coverage"]["covered"], summary["coverage"]["turns"]);
    let chats = model.chats();
    for (before, paid) in &asked {
        let later = &chats[*before..];
        assert!(!later.iter().any(|request| paid.contains(request)), "paid twice");
        again += later.len();
    }
    // Control: what was in flight is asked again.
    assert!(again > 0 && chats.len() > parts as usize, "{} requests, {parts} parts", chats.len());
    println!("{} requests for {parts} parts, with {KILLS} kills", chats.len());
}

/// Returns the events of a stream until its end.
async fn events(request: reqwest::RequestBuilder) -> Vec<(String, Value)> {
    let response = request.send().await.unwrap();
    assert_eq!(response.headers()["content-type"], "text/event-stream");
    let text = response.text().await.unwrap();
    text.split("\n\n")
        .filter_map(|event| {
            let field =
                |name: &str| event.lines().find_map(|line| line.strip_prefix(name)).map(str::trim);
            Some((field("event:")?.to_owned(), serde_json::from_str(field("data:")?).unwrap()))
        })
        .collect()
}
