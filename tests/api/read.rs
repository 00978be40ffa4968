//! Paging, filters, and reading one's own writes.

use crate::in_profiles;
use crate::support::{Api, Profile, Setup, VTT};
use serde_json::{Value, json};

in_profiles! { pages_hold_everything_once, pages_end_early_where_there_is_much_text, filters_choose, writers_read_what_they_wrote,
positions_that_were_not_reached }

/// Returns a transcript of `turns` numbered turns.
fn long_transcript(turns: usize) -> String {
    let people = ["Dana", "Omer"];
    (0..turns).map(|n| format!("{}: this is remark {n}.\n", people[n % 2])).collect()
}

async fn pages_hold_everything_once(profile: Profile) {
    let Some(server) = Setup::new(profile).start().await else { return };
    let api = server.api();
    let session = api.session(long_transcript(503), &[]).await;
    let id = session["id"].as_str().unwrap();
    assert_eq!(session["turn_count"], 503);
    for limit in [1, 7, 200, 502, 503, 504, 2000] {
        let (mut seen, mut after, mut pages) = (Vec::new(), String::new(), 0);
        loop {
            let path = format!("/v1/transcripts/{id}/turns?limit={limit}{after}");
            let page = api.get(&path).await.expect(200);
            let turns = page["turns"].as_array().unwrap();
            assert!(turns.len() <= limit, "{} turns in a page of {limit}", turns.len());
            pages += 1;
            for turn in turns {
                let n = turn["index"].as_u64().unwrap();
                assert_eq!(turn["text"], format!("this is remark {n}."));
                seen.push(n);
            }
            if page["next"].is_null() {
                break;
            }
            after = format!("&after={}", page["next"]);
        }
        assert_eq!(seen, (0..503).collect::<Vec<u64>>(), "limit {limit}");
        // The last page says that it is the last, so that no empty page is requested.
        assert_eq!(pages, 503_usize.div_ceil(limit), "limit {limit}");
    }
    let beyond = api.get(&format!("/v1/transcripts/{id}/turns?after=502")).await.expect(200);
    assert_eq!(beyond, json!({"turns": [], "next": null, "revision": 1}));

    let mut uploaded = vec![id.to_owned()];
    let mut position = 0;
    for _ in 0..12 {
        let one = api.upload(VTT, &[]).await;
        position = one.position;
        uploaded.push(one.id);
    }
    uploaded.reverse();
    for limit in [1, 5, 13, 50] {
        let path = format!("/v1/transcripts?min_position={position}&limit={limit}");
        assert_eq!(ids(&all_pages(&api, &path).await), uploaded, "newest first, limit {limit}");
    }
}

/// Returns the items of all pages of a list.
async fn all_pages(api: &Api, path: &str) -> Vec<Value> {
    let mut items: Vec<Value> = Vec::new();
    let mut after = String::new();
    loop {
        let page = api.get(&format!("{path}{after}")).await.expect(200);
        items.extend(page["items"].as_array().unwrap().iter().cloned());
        assert!(items.len() < 1_000, "the list has no end");
        match page["next"].as_str() {
            Some(next) => after = format!("&after={next}"),
            None => return items,
        }
    }
}

fn ids(items: &[Value]) -> Vec<String> {
    items.iter().map(|item| item["id"].as_str().unwrap().to_owned()).collect()
}

/// Pages are bounded in bytes: about a mebibyte of items, one item at least.
const PAGE_BYTES: usize = (1 << 20) + (64 << 10);

async fn pages_end_early_where_there_is_much_text(profile: Profile) {
    let Some(server) = Setup::new(profile).start().await else { return };
    let api = server.api();
    let people = ["Dana", "Omer"];
    let words = "wonderfulconversation ".repeat(170);
    let text: String = (0..800).map(|n| format!("{}: {n} {words}\n", people[n % 2])).collect();
    let session = api.session(text, &[]).await;
    let id = session["id"].as_str().unwrap();
    let (mut seen, mut after, mut pages) = (0, String::new(), 0);
    loop {
        let answer = api.get(&format!("/v1/transcripts/{id}/turns?limit=2000{after}")).await;
        assert!(answer.text.len() < PAGE_BYTES, "a page of {} bytes", answer.text.len());
        let page = answer.expect(200);
        for turn in page["turns"].as_array().unwrap() {
            assert_eq!(turn["index"], seen);
            seen += 1;
        }
        pages += 1;
        match page["next"].as_u64() {
            Some(next) => after = format!("&after={next}"),
            None => break,
        }
    }
    assert!(seen == 800 && pages >= 3, "{seen} turns on {pages} pages");
    // Lists, too: notes of 20,000 characters of four bytes each.
    let notes = "\u{1f642}".repeat(20_000);
    let mut position = 0;
    for n in 0..30 {
        let uploaded = api.upload(format!("{VTT}\nNOTE {n}\n"), &[("notes", &notes)]).await;
        position = uploaded.position;
    }
    let (mut listed, mut after) = (0, String::new());
    loop {
        let answer =
            api.get(&format!("/v1/transcripts?limit=200&min_position={position}{after}")).await;
        assert!(answer.text.len() < PAGE_BYTES, "a page of {} bytes", answer.text.len());
        let page = answer.expect(200);
        listed += page["items"].as_array().unwrap().len();
        match page["next"].as_str() {
            Some(next) => after = format!("&after={next}"),
            None => break,
        }
    }
    assert_eq!(listed, 31);
}

async fn filters_choose(profile: Profile) {
    let Some(server) = Setup::new(profile).start().await else { return };
    let api = server.api();
    let client = api.post("/v1/clients", &json!({"name": "Noa"})).await.expect(201);
    let client = client["id"].as_str().unwrap();
    let mine = api.session(VTT, &[("client_id", client)]).await["id"].clone();
    let other = api.session(VTT, &[]).await["id"].clone();
    // Recognised by its header; the worker finds that it is empty.
    let silent = api.upload("WEBVTT\n\n00:01.000 --> 00:02.000\n\n", &[]).await;
    let path = format!("/v1/transcripts/{}", silent.id);
    crate::support::eventually("the silent one failed", async || {
        api.get(&path).await.json()["state"] == "failed"
    })
    .await;
    let failed = api.get(&path).await.expect(200);
    assert_eq!(failed["error"]["code"], "no_speech");
    assert!(failed["error"]["message"].as_str().unwrap().len() > 30, "{failed}");

    let list = async |query: &str| {
        let page = api.get(&format!("/v1/transcripts?{query}")).await.expect(200);
        page["items"].as_array().unwrap().iter().map(|t| t["id"].clone()).collect::<Vec<_>>()
    };
    assert_eq!(list(&format!("client_id={client}")).await, std::slice::from_ref(&mine));
    assert_eq!(list("state=ready").await, [other.clone(), mine.clone()]);
    assert_eq!(list("state=failed").await, [json!(silent.id)]);
    assert_eq!(list(&format!("state=failed&client_id={client}")).await, [] as [Value; 0]);
    assert_eq!(list(&format!("client_id={}", uuid::Uuid::now_v7())).await, [] as [Value; 0]);
    assert_eq!(list("state=summarizing").await, [] as [Value; 0]);
}

async fn writers_read_what_they_wrote(profile: Profile) {
    // Projections in another process: only min_position helps.
    let Some(mut server) = Setup::new(profile).separate().start().await else { return };
    let api = server.api();
    let chains = (0..10).map(async |chain| {
        let id = api.upload(VTT, &[]).await.id;
        for n in 0..20 {
            let title = format!("chain {chain}, write {n}");
            let path = format!("/v1/transcripts/{id}");
            let written = api.patch(&path, &json!({"title": title})).await.expect(200);
            let read = api.get(&format!("{path}?min_position={}", written["position"])).await;
            assert_eq!(read.expect(200)["title"], title, "a stale answer");
        }
    });
    futures::future::join_all(chains).await;

    // Control: without min_position, with the projections stopped, the answer is stale.
    let id = api.upload(VTT, &[("title", "before")]).await.id;
    api.until_ready(&id).await;
    server.process("worker").signal("STOP");
    let path = format!("/v1/transcripts/{id}");
    let written = api.patch(&path, &json!({"title": "after"})).await.expect(200);
    assert_eq!(api.get(&path).await.expect(200)["title"], "before");
    let asked = tokio::spawn({
        let (api, path) = (api.clone(), format!("{path}?min_position={}", written["position"]));
        async move { api.get(&path).await }
    });
    tokio::time::sleep(std::time::Duration::from_millis(300)).await;
    assert!(!asked.is_finished(), "answered before it could be known");
    server.process("worker").signal("CONT");
    assert_eq!(asked.await.unwrap().expect(200)["title"], "after");
}

async fn positions_that_were_not_reached(profile: Profile) {
    let setup = Setup::new(profile).separate().set("min_position_timeout", "300ms");
    let Some(mut server) = setup.start().await else { return };
    let api = server.api();
    let session = api.session(VTT, &[]).await;
    let (id, summary) = (session["id"].as_str().unwrap(), session["summary_id"].as_str().unwrap());
    let client = api.post("/v1/clients", &json!({"name": "Noa"})).await.expect(201);
    let paths = [
        "/v1/transcripts".to_owned(),
        format!("/v1/transcripts/{id}"),
        format!("/v1/transcripts/{id}/status"),
        format!("/v1/transcripts/{id}/turns"),
        format!("/v1/summaries/{summary}"),
        format!("/v1/summaries/{summary}/versions"),
        "/v1/clients".to_owned(),
        format!("/v1/clients/{}", client["id"].as_str().unwrap()),
    ];
    for path in &paths {
        api.get(&format!("{path}?min_position={}", client["position"])).await.expect(200);
        let beyond = api.get(&format!("{path}?min_position=1000000")).await;
        assert_eq!(beyond.problem(400), "invalid_query", "{path}");
        // How far the log has come is nobody's business: it is that of all organizations.
        let detail = beyond.json()["detail"].as_str().unwrap().replace("1000000", "");
        assert!(!detail.contains(|c: char| c.is_ascii_digit()), "{path}: {detail}");
    }
    // Written, but the read models do not follow: 503 after the configured wait.
    server.process("worker").signal("STOP");
    let written = api.patch(&format!("/v1/transcripts/{id}"), &json!({"title": "x"})).await;
    let position = written.expect(200)["position"].clone();
    for path in &paths {
        let behind = api.get(&format!("{path}?min_position={position}")).await;
        assert_eq!(behind.problem(503), "unavailable", "{path}");
        assert!(behind.header("retry-after").is_some());
    }
    server.process("worker").signal("CONT");
}
