//! Search: what is found, what is not, and what an index survives.

use crate::in_profiles;
use crate::support::websocket::Socket;
use crate::support::{Api, Profile, Setup, VTT, eventually, files_under};
use serde_json::{Value, json};
use std::path::{Path, PathBuf};

in_profiles! {
    questions_find_their_moments, what_is_gone_is_found_no_more,
    pages_stay_apart_while_sessions_come_in, the_index_may_be_thrown_away,
    bad_questions_get_a_sentence, notes_from_elsewhere_are_found,
    what_was_asked_is_suggested_to_who_asked_it, a_saved_search_tells_of_what_fits
}

async fn ask(api: &Api, body: &Value) -> Value {
    api.post("/v1/search/query", body).await.expect(200)
}

/// Repeats a search until a condition holds: the index follows the log.
async fn ask_until(api: &Api, body: &Value, holds: impl Fn(&Value) -> bool) -> Value {
    let mut answer = Value::Null;
    eventually(&format!("{body} is answered"), async || {
        answer = ask(api, body).await;
        holds(&answer)
    })
    .await;
    answer
}

fn hits(answer: &Value) -> &Vec<Value> {
    answer["hits"].as_array().unwrap()
}

fn some(answer: &Value) -> bool {
    !hits(answer).is_empty()
}

fn none(answer: &Value) -> bool {
    hits(answer).is_empty()
}

async fn client(api: &Api, name: &str) -> String {
    let made = api.post("/v1/clients", &json!({"name": name})).await.expect(201);
    made["id"].as_str().unwrap().to_owned()
}

const SLEEP: &str = "WEBVTT\n\n\
    00:00:01.000 --> 00:00:05.000\n<v Ruth>How did you sleep this week?\n\n\
    00:00:06.000 --> 00:00:12.000\n<v Maya Lind>Badly. I was awake at three, thinking of the budget. Sleep comes late.\n\n\
    00:00:13.000 --> 00:00:20.000\n<v Maya Lind>I will leave the phone in the kitchen by Friday.\n";
const RUN: &str = "WEBVTT\n\n\
    00:00:01.000 --> 00:00:05.000\n<v Ruth>What about the long run?\n\n\
    00:00:06.000 --> 00:00:12.000\n<v Leila>My heel hurts, so I sleep in and run less.\n";
const HEBREW: &str = "WEBVTT\n\n\
    00:00:01.000 --> 00:00:05.000\n<v תמר>מה עם הגבולות בעבודה?\n\n\
    00:00:06.000 --> 00:00:12.000\n<v נועה>החלטתי שהטלפון נסגר בערב.\n";

async fn questions_find_their_moments(profile: Profile) {
    let Some(server) = Setup::new(profile).start().await else { return };
    let api = server.api();
    let (maya, leila) = (client(&api, "Maya Lind").await, client(&api, "Leila Amari").await);
    let held =
        |client: &str, at: &str| [("client_id", client.to_owned()), ("held_at", at.to_owned())];
    let upload = async |file: &str, fields: [(&str, String); 2]| {
        let fields = fields.each_ref().map(|(name, value)| (*name, value.as_str()));
        let session = api.session(file, &fields).await;
        session["id"].as_str().unwrap().to_owned()
    };
    let sleep = upload(SLEEP, held(&maya, "2026-03-04T09:00:00Z")).await;
    let run = upload(RUN, held(&leila, "2026-04-02T09:00:00Z")).await;
    let hebrew = api.session(HEBREW, &[("title", "גבולות")]).await;

    // By words, in other forms; the hit names the turn and the matching words.
    let all = ask_until(&api, &json!({"query": "sleeping"}), |found| hits(found).len() >= 2).await;
    let best = &hits(&all)[0];
    assert_eq!((&best["transcript_id"], &best["kind"]), (&json!(sleep), &json!("turns")));
    assert_eq!((&best["turn"], &best["start_ms"]), (&json!(0), &json!(1_000)));
    assert_eq!(best["held_at"], "2026-03-04T09:00:00Z");
    let text: Vec<char> = best["text"].as_str().unwrap().chars().collect();
    let fit = best["highlights"][0].as_array().unwrap();
    let fit = fit[0].as_u64().unwrap() as usize..fit[1].as_u64().unwrap() as usize;
    assert_eq!(text[fit].iter().collect::<String>(), "sleep");
    assert_eq!(best["speaker"], "Ruth");
    assert_eq!(all["engines"]["dense"], false);
    assert!(all["engines"]["note"].is_string(), "it says that meaning is not searched");

    // By person, with any of their names, also misspelled; filters take precedence.
    for question in ["what did Maya say about sleep?", "did Maya Lnid sleep?", "Lind's sleep"] {
        let found = ask(&api, &json!({"query": question})).await;
        assert!(some(&found), "{question}: {found}");
        assert!(hits(&found).iter().all(|hit| hit["transcript_id"] == json!(sleep)), "{question}");
        assert_eq!(found["interpreted"]["people"][0]["people"][0]["id"], json!(maya));
    }
    // A word of the sessions is not a misspelled name: "leika" is one letter from "Leila".
    let found = ask(&api, &json!({"query": "did leika sleep"})).await;
    assert_eq!(found["interpreted"]["people"][0]["how"], "misspelled", "{found}");
    let noted =
        api.session("Ruth: The leika is open.\nNoa: Good to hear.\nRuth: Yes.\n", &[]).await;
    let found = ask_until(&api, &json!({"query": "is the leika open"}), some).await;
    assert_eq!(found["interpreted"]["people"], json!([]), "{found}");
    assert_eq!(hits(&found)[0]["transcript_id"], noted["id"]);
    let noted = format!("/v1/transcripts/{}", noted["id"].as_str().unwrap());
    let deleted = api.delete(&noted).await.expect(200);
    let at = format!("/v1/search/query?min_position={}", deleted["position"]);
    assert!(none(&api.post(&at, &json!({"query": "\"leika\""})).await.expect(200)));

    let filtered =
        json!({"query": "what did Maya say about sleep?", "filters": {"client_ids": [leila]}});
    let found = ask(&api, &filtered).await;
    assert!(hits(&found).iter().all(|hit| hit["transcript_id"] == json!(run)), "{found}");
    assert!(some(&found), "{found}");

    // By date.
    for (question, id) in [("sleep in March 2026", &sleep), ("sleep since April 2026", &run)] {
        let found = ask(&api, &json!({"query": question})).await;
        assert!(some(&found), "{question}: {found}");
        assert!(hits(&found).iter().all(|hit| hit["transcript_id"] == json!(id)), "{question}");
    }
    let anchored = json!({
        "query": "sleep two weeks before the race",
        "anchors": [{"name": "the race", "date": "2026-03-20"}],
    });
    let found = ask(&api, &anchored).await;
    assert_eq!(found["interpreted"]["dates"]["from"], "2026-03-02", "{found}");
    assert!(some(&found), "{found}");
    assert!(hits(&found).iter().all(|hit| hit["transcript_id"] == json!(sleep)), "{found}");
    let wrong_year = ask(&api, &json!({"query": "sleep in March 2020"})).await;
    assert!(none(&wrong_year), "{wrong_year}");

    // By kind, by phrase, and by exclusions.
    let promised = ask(&api, &json!({"query": "what did Maya promise?"})).await;
    assert_eq!(hits(&promised)[0]["kind"], "action_item", "{promised}");
    assert!(hits(&promised)[0]["text"].as_str().unwrap().contains("phone"));
    assert!(some(&ask(&api, &json!({"query": "\"thinking of the budget\""})).await));
    assert!(none(&ask(&api, &json!({"query": "\"budget of the thinking\""})).await));
    let without =
        ask(&api, &json!({"query": "sleep -budget", "filters": {"kinds": ["turns"]}})).await;
    assert!(hits(&without).iter().all(|hit| hit["transcript_id"] == json!(run)), "{without}");

    // In Hebrew: prefixes and the title.
    let found = ask_until(&api, &json!({"query": "מה הוחלט על טלפון?"}), some).await;
    assert_eq!(hits(&found)[0]["transcript_id"], hebrew["id"]);
    let titled = ask(&api, &json!({"query": "גבולות", "filters": {"kinds": ["title"]}})).await;
    assert_eq!(hits(&titled)[0]["text"], "גבולות");

    // Filters only: the newest first. Facets count the matches.
    let newest =
        ask(&api, &json!({"query": "", "filters": {"kinds": ["turns"]}, "facets": true})).await;
    let ids: Vec<&Value> = hits(&newest).iter().map(|hit| &hit["transcript_id"]).collect();
    assert_eq!(ids, [&hebrew["id"], &json!(run), &json!(sleep)]);
    let kinds = newest["facets"]["kind"].as_array().unwrap();
    assert_eq!(kinds, &[json!({"value": "turns", "passages": 3})]);

    // An answer cites its turns.
    let answered = ask(&api, &json!({"query": "Why was Maya awake?"})).await;
    let sentence = &answered["answer"]["sentences"][0];
    assert_eq!(sentence["text"], "I was awake at three, thinking of the budget.", "{answered}");
    assert_eq!((&sentence["transcript_id"], &sentence["turn"]), (&json!(sleep), &json!(1)));

    // Similar sessions, and completions.
    let like = json!({"transcript_id": sleep});
    let similar = api.post("/v1/search/similar", &like).await.expect(200);
    let ids: Vec<&Value> = hits(&similar).iter().map(|hit| &hit["transcript_id"]).collect();
    assert_eq!(ids, [&json!(run)], "{similar}");
    let unknown = json!({"transcript_id": "0198c5a2-7d1e-7bd0-9a55-0d3f3c1a2b4c"});
    assert_eq!(api.post("/v1/search/similar", &unknown).await.problem(404), "not_found");
    for (typed, text, kind) in [
        ("may", "Maya Lind", "client"),
        ("lnid", "Maya Lind", "client"),
        ("rut", "Ruth", "speaker"),
        ("גבו", "גבולות", "title"),
    ] {
        let path = format!("/v1/search/suggest?q={typed}");
        let suggested = api.get(&path).await.expect(200);
        assert_eq!(suggested["items"][0], json!({"text": text, "kind": kind}), "{typed}");
    }
    assert_eq!(api.get("/v1/search/suggest?q=zebra").await.expect(200)["items"], json!([]));
    let long = format!("/v1/search/suggest?q={}", "x".repeat(101));
    assert_eq!(api.get(&long).await.problem(400), "invalid_query");
    assert_eq!(api.get("/v1/search/suggest").await.problem(400), "invalid_query");

    // On the command line.
    let printed = server.cli(&["search", "what", "did Maya say about sleeping?"]);
    assert!(printed.contains("Understood: Maya Lind · about sleeping"), "{printed}");
    assert!(printed.contains("How did you sleep this week?"), "{printed}");
    let printed = server.cli(&["search", "--json", "sleep"]);
    let parsed: Value = serde_json::from_str(&printed).unwrap();
    assert!(some(&parsed));
}

async fn what_is_gone_is_found_no_more(profile: Profile) {
    let Some(server) = Setup::new(profile).start().await else { return };
    let api = server.api();
    let kept = api.session(RUN, &[]).await;
    let session = api.session(SLEEP, &[("notes", "Bring the zebra chart.")]).await;
    let id = session["id"].as_str().unwrap();
    ask_until(&api, &json!({"query": "zebra"}), some).await;
    // Control: the search of the files finds words that exist.
    assert!(on_disk(&server.data_dir(), &["zebra"]));
    let corrections = format!("/v1/transcripts/{id}/corrections");
    let edit = json!({"kind": "edit_turn", "turn": 1, "text": "Badly. The xylophone kept me up."});
    let corrected = api.post(&corrections, &edit).await.expect(201);

    // The corrected text is found, and the original is not, from that position on.
    let at = format!("/v1/search/query?min_position={}", corrected["position"]);
    let right = api.post(&at, &json!({"query": "xylophone"})).await.expect(200);
    assert!(some(&right), "{right}");
    ask_until(&api, &json!({"query": "budget"}), none).await;

    let changed = json!({"notes": null, "title": "Quokka"});
    let changed = api.patch(&format!("/v1/transcripts/{id}"), &changed).await.expect(200);
    let at = format!("/v1/search/query?min_position={}", changed["position"]);
    assert!(none(&api.post(&at, &json!({"query": "zebra"})).await.expect(200)));
    assert!(some(&api.post(&at, &json!({"query": "quokka"})).await.expect(200)));

    let deleted = api.delete(&format!("/v1/transcripts/{id}")).await.expect(200);
    let at = format!("/v1/search/query?min_position={}", deleted["position"]);
    for word in ["xylophone", "quokka", "kitchen"] {
        let found = api.post(&at, &json!({"query": word, "facets": true})).await.expect(200);
        assert!(none(&found), "{word}: {found}");
        assert_eq!(found["facets"]["speaker"], json!([]));
    }
    // Control: the other session is still there.
    let found = api.post(&at, &json!({"query": "heel"})).await.expect(200);
    assert_eq!(hits(&found)[0]["transcript_id"], kept["id"]);
    // The words are not left in the files either.
    eventually("the words have left the disk", async || {
        !on_disk(&server.data_dir(), &["zebra", "xylophon", "quokka"])
    })
    .await;
}

/// Returns whether a file of an index contains one of these.
fn on_disk(data_dir: &Path, words: &[&str]) -> bool {
    indexes(data_dir).iter().flat_map(|index| files_under(index)).any(|file| {
        let bytes = std::fs::read(&file).unwrap_or_default();
        words.iter().any(|word| bytes.windows(word.len()).any(|found| found == word.as_bytes()))
    })
}

/// Returns the directories of the indexes below a data directory.
fn indexes(data_dir: &Path) -> Vec<PathBuf> {
    let slots = std::fs::read_dir(data_dir.join("search")).unwrap();
    let within = |slot: std::fs::DirEntry| std::fs::read_dir(slot.path()).unwrap();
    slots
        .map(Result::unwrap)
        .flat_map(within)
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.is_dir())
        .collect()
}

async fn pages_stay_apart_while_sessions_come_in(profile: Profile) {
    let Some(server) = Setup::new(profile).start().await else { return };
    let api = server.api();
    let text =
        |n: usize| format!("Ruth: Tell me of the budget, part {n}.\nMaya: The budget is fine.\n");
    for n in 0..6 {
        api.session(text(n), &[]).await;
    }
    let body = json!({"query": "budget", "limit": 2, "filters": {"kinds": ["turns"]}});
    ask_until(&api, &body, |found| found["passages"] == 6).await;
    let (mut shown, mut after) = (Vec::new(), Value::Null);
    for page in 0.. {
        let mut body = body.clone();
        body["after"] = after;
        let found = ask(&api, &body).await;
        shown.extend(hits(&found).iter().map(|hit| hit["transcript_id"].to_string()));
        after = found["next"].clone();
        if after.is_null() {
            break;
        }
        assert!(page < 10, "pages come to an end");
        // The newest matches equally well and would come first.
        api.session(text(100 + page), &[]).await;
        ask_until(&api, &json!({"query": "budget", "filters": {"kinds": ["turns"]}}), |found| {
            found["passages"].as_u64().is_some_and(|passages| passages == 7 + page as u64)
        })
        .await;
    }
    let mut once = shown.clone();
    once.sort();
    once.dedup();
    assert_eq!(once.len(), shown.len(), "a hit was shown twice");
    assert!(shown.len() >= 6, "a hit was skipped: {shown:?}");
}

async fn the_index_may_be_thrown_away(profile: Profile) {
    let Some(mut server) = Setup::new(profile).start().await else { return };
    let api = server.api();
    let session = api.session(SLEEP, &[]).await;
    let sleep = json!({"query": "budget", "filters": {"kinds": ["turns"]}});
    ask_until(&api, &sleep, some).await;

    // Deleted while in use: the open index keeps answering, and the next change starts a new one,
    // which then contains everything.
    for index in indexes(&server.data_dir()) {
        std::fs::remove_dir_all(index).unwrap();
    }
    assert!(some(&ask(&api, &sleep).await), "the open index answers");
    api.session(RUN, &[]).await;
    ask_until(&api, &json!({"query": "heel"}), some).await;
    assert!(some(&ask(&api, &sleep).await));

    // Deleted, or damaged in any of its files, while the program is stopped.
    for damage in [
        |index: &PathBuf| std::fs::remove_dir_all(index).unwrap(),
        |index: &PathBuf| {
            for file in files_under(index) {
                let name = file.file_name().unwrap().to_string_lossy().into_owned();
                if !name.ends_with(".json") && !name.ends_with(".lock") {
                    let mut bytes = std::fs::read(&file).unwrap();
                    let middle = bytes.len() / 2;
                    bytes[middle] ^= 0xff;
                    std::fs::write(&file, bytes).unwrap();
                }
            }
        },
        |index: &PathBuf| std::fs::write(index.join("meta.json"), "{").unwrap(),
    ] {
        server.kill("up");
        let found = indexes(&server.data_dir());
        assert!(!found.is_empty());
        found.iter().for_each(damage);
        server.start("up").await;
        let api = server.api();
        let found = ask_until(&api, &sleep, some).await;
        assert_eq!(hits(&found)[0]["transcript_id"], session["id"]);
    }
    // Control: a complete index is reused.
    let before = indexes(&server.data_dir());
    server.kill("up");
    server.start("up").await;
    ask_until(&server.api(), &sleep, some).await;
    assert_eq!(indexes(&server.data_dir()), before);
}

async fn bad_questions_get_a_sentence(profile: Profile) {
    let Some(server) = Setup::new(profile).start().await else { return };
    let api = server.api();
    api.session(VTT, &[]).await;
    for (body, status, code) in [
        (json!({}), 422, "invalid_body"),
        (json!({"query": 7}), 422, "invalid_body"),
        (json!({"query": "x", "colour": "red"}), 422, "invalid_body"),
        (json!({"query": "x".repeat(1_001)}), 422, "invalid_fields"),
        (json!({"query": "x", "limit": 0}), 400, "invalid_query"),
        (json!({"query": "x", "limit": 51}), 400, "invalid_query"),
        (json!({"query": "x", "after": "nonsense"}), 400, "invalid_query"),
        (json!({"query": "x", "time_zone": "Mars/Base"}), 422, "invalid_fields"),
        (json!({"query": "x", "per_session": 0}), 422, "invalid_fields"),
        (json!({"query": "x", "filters": {"kinds": ["song"]}}), 422, "invalid_body"),
        (json!({"query": "x", "filters": {"speakers": vec!["a"; 101]}}), 422, "invalid_fields"),
        (
            json!({"query": "x", "filters": {"from": "2026-02-01T00:00:00Z", "to": "2026-01-01T00:00:00Z"}}),
            422,
            "invalid_fields",
        ),
    ] {
        assert_eq!(api.post("/v1/search/query", &body).await.problem(status), code, "{body}");
    }
    let ahead = api.post("/v1/search/query?min_position=999999", &json!({"query": "x"})).await;
    assert_eq!(ahead.problem(400), "invalid_query");
    // Any text is a valid question.
    for query in [
        "",
        " ",
        "\"",
        "\"\"\"",
        "-",
        "--- -\"",
        "AND OR NOT",
        "title:x^2~ [a TO b] {!}",
        "*",
        "\u{0}",
        "\u{202e}םולש",
        "🦓🦓🦓",
        "(((((((((((((",
        "a\"b\"c -\"d e\" -f",
        &"word ".repeat(200),
        &"\"a ".repeat(300),
        &"ab".repeat(500),
    ] {
        let found = ask(&api, &json!({"query": query, "facets": true})).await;
        assert!(found["hits"].is_array(), "{query}");
    }
}

async fn notes_from_elsewhere_are_found(profile: Profile) {
    let Some(server) = Setup::new(profile).start().await else { return };
    let (api, stranger) = (server.api(), server.organization("Others").await);
    let maya = client(&api, "Maya Lind").await;
    let note = |text: &str| {
        json!({"note": {
            "id": "journal/2026-03-04", "text": text, "title": "Journal", "client_id": maya,
            "url": "https://journal.example.org/4", "held_at": "2026-03-04T07:30:00Z",
            "language": "en",
        }})
    };
    let at = |written: &Value| format!("/v1/search/query?min_position={}", written["position"]);
    let written = api.post("/v1/search/index", &note("Sleep: five hours.")).await.expect(202);
    assert_eq!(written["id"], "journal/2026-03-04");
    let question = json!({"query": "how did Maya sleep in March 2026?"});
    let found = api.post(&at(&written), &question).await.expect(200);
    let hit = &hits(&found)[0];
    assert_eq!((&hit["kind"], &hit["transcript_id"]), (&json!("external_note"), &Value::Null));
    let note_out = json!({"id": "journal/2026-03-04", "url": "https://journal.example.org/4"});
    assert_eq!((&hit["note"], &hit["client_id"]), (&note_out, &json!(maya)));
    assert_eq!((&hit["title"], &hit["turns"]), (&json!("Journal"), &Value::Null));

    // The same id again replaces it; the same note again is not an event.
    let again = api.post("/v1/search/index", &note("Ate porridge.")).await.expect(202);
    assert!(none(&api.post(&at(&again), &json!({"query": "\"five hours\""})).await.expect(200)));
    assert!(some(&api.post(&at(&again), &json!({"query": "porridge"})).await.expect(200)));
    let same = api.post("/v1/search/index", &note("Ate porridge.")).await.expect(202);
    assert_eq!(same["position"], again["position"]);

    // Another organization has its own note of that id, and cannot delete this one.
    let foreign = json!({"note": {"id": "journal/2026-03-04", "text": "Oatmeal."}});
    let theirs = stranger.post("/v1/search/index", &foreign).await.expect(202);
    assert!(none(&stranger.post(&at(&theirs), &json!({"query": "porridge"})).await.expect(200)));
    let path = "/v1/search/index/journal%2F2026-03-04";
    stranger.delete(path).await.expect(200);
    stranger.delete(path).await.expect(404);
    assert!(some(&ask(&api, &json!({"query": "porridge"})).await));

    let deleted = api.delete(path).await.expect(200);
    assert!(none(&api.post(&at(&deleted), &json!({"query": "porridge"})).await.expect(200)));
    api.delete(path).await.expect(404);
    // It can be added again.
    let back = api.post("/v1/search/index", &note("Had an egg.")).await.expect(202);
    assert!(some(&api.post(&at(&back), &json!({"query": "egg"})).await.expect(200)));

    // A session is reindexed on request.
    let session = api.session(SLEEP, &[]).await;
    let again = json!({"transcript_id": session["id"]});
    let again = api.post("/v1/search/index", &again).await.expect(202);
    assert!(some(&api.post(&at(&again), &json!({"query": "budget"})).await.expect(200)));

    for (body, field) in [
        (json!({}), "note"),
        (json!({"note": {"id": "", "text": "x"}}), "note.id"),
        (json!({"note": {"id": "n", "text": " "}}), "note.text"),
        (json!({"note": {"id": "n", "text": "x".repeat(200_001)}}), "note.text"),
        (json!({"note": {"id": "n", "text": "x", "url": "javascript:alert(1)"}}), "note.url"),
        (json!({"note": {"id": "n", "text": "x", "language": "??"}}), "note.language"),
    ] {
        let refused = api.post("/v1/search/index", &body).await.expect(422);
        assert_eq!(refused["errors"][0]["field"], field, "{refused}");
    }
}

async fn what_was_asked_is_suggested_to_who_asked_it(profile: Profile) {
    let Some(server) = Setup::new(profile).start().await else { return };
    let (api, stranger) = (server.api(), server.organization("Others").await);
    api.session(RUN, &[]).await;
    ask_until(&api, &json!({"query": "what about the  heel?"}), some).await;
    ask(&api, &json!({"query": "what about unicorns?"})).await;
    let of = async |api: &Api| {
        let answer = api.get("/v1/search/suggest?q=what").await.expect(200);
        let questions = answer["items"].as_array().unwrap().iter();
        let questions = questions.filter(|item| item["kind"] == "question");
        questions.map(|item| item["text"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    eventually("what was asked is suggested", async || !of(&api).await.is_empty()).await;
    // Once, and not a question that found nothing.
    assert_eq!(of(&api).await, ["what about the heel?"]);
    assert_eq!(of(&stranger).await, Vec::<String>::new());
    api.delete("/v1/search/questions").await.expect(204);
    assert_eq!(of(&api).await, Vec::<String>::new());
}

async fn a_saved_search_tells_of_what_fits(profile: Profile) {
    let Some(server) = Setup::new(profile).start().await else { return };
    let (api, stranger) = (server.api(), server.organization("Others").await);
    // Content from before is not reported.
    api.session(SLEEP, &[]).await;
    let save = async |api: &Api, body: Value| {
        let saved = api.post("/v1/search/saved", &body).await.expect(201);
        saved["id"].as_str().unwrap().to_owned()
    };
    let heel = save(&api, json!({"name": "Heel", "query": "heels and running"})).await;
    let budget = save(&api, json!({"name": "Budget", "query": "the heel and the budget"})).await;
    let foreign = save(&stranger, json!({"name": "Heel", "query": "heel"})).await;
    let gone = save(&api, json!({"name": "Gone", "query": "heel"})).await;
    api.delete(&format!("/v1/search/saved/{gone}")).await.expect(200);

    let run = api.session(RUN, &[]).await;
    let reported = async |api: &Api, id: &str| {
        let found = api.get(&format!("/v1/search/saved/{id}/matches")).await.expect(200);
        found["items"].as_array().unwrap().clone()
    };
    eventually("the saved search reports the session", async || {
        !reported(&api, &heel).await.is_empty()
    })
    .await;
    let matches = reported(&api, &heel).await;
    assert_eq!(matches.len(), 1, "{matches:?}");
    assert_eq!(matches[0]["transcript_id"], run["id"]);
    // Every word must occur: one of two is not enough.
    assert_eq!(reported(&api, &budget).await, Vec::<Value>::new());
    assert_eq!(reported(&stranger, &foreign).await, Vec::<Value>::new());

    // A note is reported too; changed content is not reported again.
    let note = json!({"note": {"id": "n", "text": "Running with a taped heel."}});
    api.post("/v1/search/index", &note).await.expect(202);
    eventually("the note is reported", async || reported(&api, &heel).await.len() == 2).await;
    assert_eq!(reported(&api, &heel).await[0]["note"], true);
    let correction =
        json!({"kind": "edit_turn", "turn": 0, "text": "How is the long run, the heel?"});
    let path = format!("/v1/transcripts/{}/corrections", run["id"].as_str().unwrap());
    api.post(&path, &correction).await.expect(201);
    api.until_ready(run["id"].as_str().unwrap()).await;
    let marker = json!({"note": {"id": "m", "text": "Heels, running again."}});
    api.post("/v1/search/index", &marker).await.expect(202);
    eventually("the second note is reported", async || reported(&api, &heel).await.len() == 3)
        .await;

    // On the WebSocket as well: all searches, and one; not another organization's.
    let mut socket = Socket::open(&api).await;
    let all = socket.subscribe("searches", None).await;
    let epoch = all["epoch"].as_str().unwrap().to_owned();
    assert_eq!(all["offset"], 3, "{all}");
    socket.subscribe(&format!("searches/{heel}"), Some((&epoch, 0))).await;
    for session in [&run["id"], &Value::Null, &Value::Null] {
        let update = socket.next().await;
        assert_eq!(update["kind"], "saved_search.matched", "{update}");
        assert_eq!(update["payload"]["saved_search_id"], heel, "{update}");
        assert_eq!(&update["payload"]["transcript_id"], session, "{update}");
    }
    let mut theirs = Socket::open(&stranger).await;
    assert_eq!(theirs.subscribe("searches", None).await["offset"], 0);
    assert_eq!(theirs.subscribe(&format!("searches/{heel}"), None).await["offset"], 0);

    let listed = api.get("/v1/search/saved").await.expect(200);
    let names: Vec<_> = listed["items"].as_array().unwrap().iter().map(|s| &s["name"]).collect();
    assert_eq!(names, ["Heel", "Budget"]);
    assert_eq!(listed["items"][0]["query"], "heels and running");
    for (body, field) in [
        (json!({"name": "", "query": "x"}), "name"),
        (json!({"name": "n", "query": ""}), "query"),
        (json!({"name": "n", "query": "x", "time_zone": "Mars"}), "time_zone"),
    ] {
        let refused = api.post("/v1/search/saved", &body).await.expect(422);
        assert_eq!(refused["errors"][0]["field"], field, "{refused}");
    }
    stranger.get(&format!("/v1/search/saved/{heel}/matches")).await.expect(404);
    stranger.delete(&format!("/v1/search/saved/{heel}")).await.expect(404);
}

/// The README's own question, as the next command after the upload of the samples.
#[tokio::test(flavor = "multi_thread")]
async fn a_command_finds_what_the_one_before_uploaded() {
    let Some(server) = Setup::new(Profile::Embedded).start().await else { return };
    let samples = Path::new(env!("CARGO_MANIFEST_DIR")).join("samples");
    let mut files = files_under(&samples);
    files.sort();
    assert_eq!(files.len(), 4);
    let mut upload = vec!["upload"];
    upload.extend(files.iter().map(|file| file.to_str().unwrap()));
    assert!(server.try_cli(&upload).status.success());
    let question = "what did Maya promise about the report?";
    let found: Value =
        serde_json::from_str(&server.cli(&["search", "--json", "-n", "10", question])).unwrap();
    let first: Vec<&str> =
        hits(&found).iter().take(2).map(|hit| hit["text"].as_str().unwrap()).collect();
    assert_eq!(
        first,
        [
            "I'll talk to Tomas on Thursday morning, before the regional review.",
            "I'll write down every data source and who owns it by next Wednesday.",
        ],
        "{found}"
    );
    let kind = &found["interpreted"]["kind"];
    let count = kind["first"].as_u64().unwrap() as usize;
    assert!(count >= 4, "{found}");
    // What she said she would do, and what she was asked for and agreed to.
    assert!(hits(&found)[..count].iter().all(|hit| hit["kind"] == "action_item"), "{found}");
    let hers = hits(&found).iter().take(4).all(|hit| hit["speaker"] == "Maya Lindqvist");
    assert!(hers, "{found}");
    assert_eq!(found["answer"]["sentences"][0]["text"], first[0], "{found}");

    let out = server.cli(&["search", question]);
    assert!(out.contains("what was promised by Maya Lindqvist"), "{out}");
    let out = server.cli(&["search", "✅"]);
    assert!(out.contains("no words to search for") && !out.contains("1."), "{out}");
    let out = server.cli(&["search", "the quaterly report"]);
    assert!(out.contains("“quaterly” is in no session, “quarterly” instead"), "{out}");

    // A tag has one spelling, wherever it is stated.
    let api = server.api();
    let stated =
        api.session("Ada: The lake is cold today.\nBo: Very.\n", &[("language", "eng")]).await;
    assert_eq!(stated["language"], "en", "{stated}");
    let status =
        format!("/v1/transcripts/{}/status?searchable=true", stated["id"].as_str().unwrap());
    api.get(&status).await.expect(200);
    for tag in ["en", "eng", "EN"] {
        let filtered = json!({"query": "\"lake is cold\"", "filters": {"languages": [tag]}});
        assert!(some(&ask(&api, &filtered).await), "{tag}");
    }
}
