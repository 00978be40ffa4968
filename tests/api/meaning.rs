//! Search by meaning: finds sessions without a common word, stops finding deleted ones, and never
//! disturbs search by words.

use crate::in_profiles;
use crate::support::openai::{KEY, OpenAi};
use crate::support::{Api, Profile, Server, Setup, eventually};
use debrief_domain::ids::{OrganizationId, TranscriptId};
use debrief_domain::subject::Subject;
use debrief_infra::vectors::{SqliteStore, VectorStore};
use serde_json::{Value, json};
use std::collections::HashSet;
use uuid::Uuid;

in_profiles! {
    what_is_meant_is_found, vectors_may_be_thrown_away, a_new_model_takes_the_place_of_the_old,
    a_model_that_is_away_is_in_nobodys_way, a_model_answers_with_what_bears_it_out,
    a_language_model_that_is_away_is_told_and_replaced
}

const NIGHT: &str =
    "Ruth: How was it?\nMaya: I lay awake at three, insomnia again.\nRuth: I see.\n";
const HEEL: &str = "Ruth: And the marathon?\nLeila: My heel hurts, no running.\nRuth: I see.\n";
/// Shares no word with [`NIGHT`], in any form.
const QUESTION: &str = "somebody tired who needs rest in bed";

fn setup(profile: Profile, model: &OpenAi, name: &str) -> Setup {
    Setup::new(profile).set("embeddings_url", model.url(name)).set("embeddings_key", KEY)
}

async fn ask(api: &Api, question: &str) -> Value {
    api.post("/v1/search/query", &json!({"query": question})).await.expect(200)
}

fn found(answer: &Value) -> Vec<&str> {
    let hits = answer["hits"].as_array().unwrap().iter();
    hits.filter(|hit| hit["kind"] == "turns")
        .map(|hit| hit["transcript_id"].as_str().unwrap())
        .collect()
}

async fn meaning(server: &Server) -> Value {
    let ready = server.api().get("/readyz").await.expect(200);
    ready["search"].clone()
}

async fn until(server: &Server, state: &str) {
    eventually(&format!("search by meaning is {state}"), async || {
        meaning(server).await["meaning"] == state
    })
    .await;
}

/// Repeats a search until the first hit is this session.
async fn until_first(api: &Api, question: &str, id: &str) -> Value {
    let mut answer = Value::Null;
    eventually(&format!("{question:?} finds {id}"), async || {
        answer = ask(api, question).await;
        found(&answer).first() == Some(&id)
    })
    .await;
    answer
}

async fn what_is_meant_is_found(profile: Profile) {
    let model = OpenAi::start().await;
    let Some(server) = setup(profile, &model, "a").start().await else { return };
    let (api, stranger) = (server.api(), server.organization("Others").await);
    let night = api.session(NIGHT, &[]).await;
    let heel = api.session(HEEL, &[]).await;
    let (night, heel) = (night["id"].as_str().unwrap(), heel["id"].as_str().unwrap());
    until(&server, "ready").await;
    let answer = until_first(&api, QUESTION, night).await;
    assert_eq!(answer["engines"]["dense"], true, "{answer}");
    until_first(&api, "jogging injury", heel).await;
    // A question about something nobody spoke of finds nothing, though something is nearest.
    assert_eq!(found(&ask(&api, "quarterly money and costs").await), Vec::<&str>::new());
    assert_eq!(found(&ask(&stranger, QUESTION).await), Vec::<&str>::new());
    // Control: without a model, the same question finds nothing.
    let plain = Setup::new(profile).start().await.unwrap();
    plain.api().session(NIGHT, &[]).await;
    eventually("it is found by words", async || {
        !found(&ask(&plain.api(), "insomnia").await).is_empty()
    })
    .await;
    let without = ask(&plain.api(), QUESTION).await;
    assert_eq!(found(&without), Vec::<&str>::new(), "{without}");
    drop(plain);
    // Filters also apply to search by meaning.
    let filtered = json!({"query": QUESTION, "filters": {"transcript_ids": [heel]}});
    let filtered = api.post("/v1/search/query", &filtered).await.expect(200);
    assert!(!found(&filtered).contains(&night), "{filtered}");

    // Corrected text is no longer found, from the position of the correction on.
    let correction = json!({"kind": "edit_turn", "turn": 1, "text": "All is well."});
    let path = format!("/v1/transcripts/{night}/corrections");
    let corrected = api.post(&path, &correction).await.expect(201);
    let at = format!("/v1/search/query?min_position={}", corrected["position"]);
    // (A summary that quotes it is another event, shortly after.)
    let said = json!({"query": QUESTION, "filters": {"kinds": ["turns"]}});
    let answer = api.post(&at, &said).await.expect(200);
    assert!(!answer["hits"].to_string().contains("insomnia"), "{answer}");
    assert!(!vectors_of(&server, heel).await.is_empty(), "it has vectors until it is deleted");
    let deleted = api.delete(&format!("/v1/transcripts/{heel}")).await.expect(200);
    let at = format!("/v1/search/query?min_position={}", deleted["position"]);
    let answer = api.post(&at, &json!({"query": "jogging injury"})).await.expect(200);
    assert!(!answer["hits"].to_string().contains(heel), "{answer}");
    // The full-text index hides deleted passages; the vectors are deleted as well.
    eventually("its vectors are gone", async || vectors_of(&server, heel).await.is_empty()).await;
    assert!(!vectors_of(&server, night).await.is_empty(), "those of the other session stay");
}

/// Returns the vectors of a session of the first organization.
async fn vectors_of(server: &Server, transcript: &str) -> HashSet<Uuid> {
    let organization = server.cli(&["organizations", "list"]);
    let own = organization.lines().find(|line| !line.ends_with("Others")).unwrap();
    let organization = OrganizationId(own.split_whitespace().next().unwrap().parse().unwrap());
    let subject = Subject::Transcript(TranscriptId(transcript.parse().unwrap()));
    let store = SqliteStore::open(server.data_dir().join("vectors.db")).await.unwrap();
    let mut found = HashSet::new();
    for (collection, _) in store.collections().await.unwrap() {
        found.extend(store.known(&collection, organization, subject).await.unwrap());
    }
    found
}

async fn vectors_may_be_thrown_away(profile: Profile) {
    let model = OpenAi::start().await;
    let Some(mut server) = setup(profile, &model, "a").start().await else { return };
    let api = server.api();
    let night = api.session(NIGHT, &[]).await;
    let night = night["id"].as_str().unwrap().to_owned();
    until_first(&api, QUESTION, &night).await;
    let files = |server: &Server| {
        let all = std::fs::read_dir(server.data_dir()).unwrap().map(|entry| entry.unwrap().path());
        let ours = |path: &std::path::PathBuf| {
            path.file_name().unwrap().to_string_lossy().starts_with("vectors.db")
        };
        all.filter(ours).collect::<Vec<_>>()
    };
    // Deleted while in use.
    assert!(!files(&server).is_empty());
    for file in files(&server) {
        std::fs::remove_file(file).unwrap();
    }
    let heel = api.session(HEEL, &[]).await;
    until_first(&api, "jogging injury", heel["id"].as_str().unwrap()).await;
    until_first(&api, QUESTION, &night).await;
    // Damaged while the program is stopped.
    server.kill("up");
    for file in files(&server) {
        std::fs::write(file, b"this is no database, and never was one").unwrap();
    }
    server.start("up").await;
    until_first(&server.api(), QUESTION, &night).await;
    // Control: an intact file is not embedded again.
    let before = model.embedded("a").iter().filter(|text| text.contains("insomnia")).count();
    server.kill("up");
    server.start("up").await;
    until(&server, "ready").await;
    until_first(&server.api(), QUESTION, &night).await;
    let after = model.embedded("a").iter().filter(|text| text.contains("insomnia")).count();
    assert_eq!(before, after);
}

async fn a_new_model_takes_the_place_of_the_old(profile: Profile) {
    let model = OpenAi::start().await;
    let Some(mut server) = setup(profile, &model, "a").start().await else { return };
    let night = server.api().session(NIGHT, &[]).await;
    let night = night["id"].as_str().unwrap().to_owned();
    until(&server, "ready").await;
    until_first(&server.api(), QUESTION, &night).await;
    server.kill("up");
    model.busy(true);
    server.set("embeddings_url", model.url("b"));
    server.start("up").await;
    // The old one answers while the new one's vectors are computed.
    until(&server, "switching").await;
    let answer = until_first(&server.api(), QUESTION, &night).await;
    assert!(answer["engines"]["note"].is_string(), "{answer}");
    assert!(model.embedded("b").iter().all(|text| !text.contains("insomnia")));
    model.busy(false);
    until(&server, "ready").await;
    let asked_of_b = model.embedded("b").len();
    let answer = until_first(&server.api(), "tired, in need of rest and bed", &night).await;
    let engines = &answer["engines"];
    assert_eq!((&engines["dense"], &engines["note"]), (&json!(true), &Value::Null), "{engines}");
    assert!(engines["dense_through"].as_i64().unwrap() > 0);
    assert!(model.embedded("b").len() > asked_of_b, "the new model embeds questions");
    assert!(model.embedded("b").iter().any(|text| text.contains("insomnia")));
}

async fn a_model_that_is_away_is_in_nobodys_way(profile: Profile) {
    let model = OpenAi::start().await;
    let Some(server) = setup(profile, &model, "a").start().await else { return };
    let api = server.api();
    let night = api.session(NIGHT, &[]).await;
    let night = night["id"].as_str().unwrap().to_owned();
    until_first(&api, QUESTION, &night).await;
    let address = model.address.to_string();
    drop(model);
    let asked = std::time::Instant::now();
    let answer = ask(&api, "insomnia of another kind").await;
    assert!(asked.elapsed() < std::time::Duration::from_secs(8), "{:?}", asked.elapsed());
    assert_eq!(found(&answer), [night.as_str()], "words find it");
    assert_eq!(answer["engines"]["dense"], false);
    assert!(answer["engines"]["note"].is_string());
    // A session added meanwhile is found by words at once, and by meaning when the model is back.
    let heel = api.session(HEEL, &[]).await;
    let heel = heel["id"].as_str().unwrap().to_owned();
    until_first(&api, "heel", &heel).await;
    let _back = OpenAi::on(&address).await;
    until_first(&api, "jogging injury", &heel).await;
}

async fn a_model_answers_with_what_bears_it_out(profile: Profile) {
    let model = OpenAi::start().await;
    let setup = Setup::new(profile)
        .set("language_model_url", model.url("writer"))
        .set("language_model_key", KEY);
    let Some(server) = setup.start().await else { return };
    let api = server.api();
    let night = api.session(NIGHT, &[]).await;
    eventually("it is found", async || !found(&ask(&api, "insomnia").await).is_empty()).await;
    let cited = |quote: &str| json!([{"passage": 1, "quote": quote}]);
    model.answers(&json!({"sentences": [
        {"text": "Maya sleeps badly.", "citations": cited("awake at three")},
        {"text": "She drinks coffee.", "citations": cited("four cups of coffee")},
        {"text": "She will be fine.", "citations": []},
    ]}));
    let filters = json!({"kinds": ["turns"]});
    let question =
        json!({"query": "does the insomnia go on?", "answer": "model", "filters": filters});
    let answer = api.post("/v1/search/query", &question).await.expect(200);
    let written = &answer["answer"];
    assert_eq!(written["method"], "model", "{answer}");
    let sentences = written["sentences"].as_array().unwrap();
    assert_eq!(sentences.len(), 1, "{written}");
    let citation = &sentences[0]["citations"][0];
    assert_eq!((&citation["quote"], &citation["turn"]), (&json!("awake at three"), &json!(1)));
    assert_eq!(citation["transcript_id"], night["id"]);
    assert!(written["remark"].as_str().unwrap().starts_with("2 sentences were left out"));
    // The model was given the passages, and was not called before.
    let asked = || {
        let mut chats = model.chats();
        // The summary of the session was asked for too.
        chats.retain(|chat| chat.to_string().contains("does the insomnia go on?"));
        chats
    };
    let chats = asked();
    assert_eq!(chats.len(), 1);
    assert!(chats[0]["messages"].to_string().contains("lay awake at three"));
    // Without a supported sentence: the best sentences, and the reason.
    model.answers(&json!({"sentences": [{"text": "No.", "citations": cited("never said")}]}));
    let answer = api.post("/v1/search/query", &question).await.expect(200);
    assert_eq!(answer["answer"]["method"], "extractive", "{answer}");
    assert!(answer["answer"]["remark"].is_string());
    // It is called only on request.
    ask(&api, "insomnia").await;
    assert_eq!(asked().len(), 2);
}

async fn a_language_model_that_is_away_is_told_and_replaced(profile: Profile) {
    let (first, second) = (OpenAi::start().await, OpenAi::start().await);
    let address = first.address.to_string();
    let setup = Setup::new(profile)
        .set("language_model_url", first.url("writer"))
        .set("language_model_key", KEY);
    let Some(mut server) = setup.start().await else { return };
    server.api().session(NIGHT, &[]).await;
    let question = json!({
        "query": "does the insomnia go on?", "answer": "model", "filters": {"kinds": ["turns"]},
    });
    let answer = async |server: &Server| {
        let answer = server.api().post("/v1/search/query", &question).await.expect(200);
        answer["answer"].clone()
    };
    // The process is ready without it, and says that something is amiss.
    let said = async |server: &Server| {
        let ready = server.api().get("/readyz").await.expect(200);
        assert_eq!(ready["ready"], true, "{ready}");
        ready["dependencies"]["language_model"].clone()
    };
    let citations = json!([{"passage": 1, "quote": "awake at three"}]);
    let sentences = json!({"sentences": [{"text": "It does.", "citations": citations}]});
    first.answers(&sentences);
    eventually("it answers", async || answer(&server).await["method"] == "model").await;
    assert_eq!(said(&server).await, "ok");
    drop(first);
    for _ in 0..3 {
        let answer = answer(&server).await;
        assert_eq!(answer["method"], "extractive", "{answer}");
        assert_eq!(answer["remark"], "The language model is unavailable right now.");
    }
    assert_eq!(said(&server).await, "degraded");
    // With a fallback it makes no difference to those who ask.
    second.answers(&sentences);
    server.set("language_model_fallback_url", second.url("other"));
    server.set("language_model_fallback_key", KEY);
    server.kill("up");
    server.start("up").await;
    eventually("the fallback answers", async || answer(&server).await["method"] == "model").await;
    assert_eq!(second.chats()[0]["model"], "other");
    for _ in 0..3 {
        assert_eq!(answer(&server).await["method"], "model");
    }
    assert_eq!(said(&server).await, "degraded");
    // And back again.
    let first = OpenAi::on(&address).await;
    first.answers(&sentences);
    eventually("the first answers", async || {
        answer(&server).await;
        said(&server).await == "ok"
    })
    .await;
    assert!(!first.chats().is_empty());
}
