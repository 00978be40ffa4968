//! Many who search at once.

use crate::support::{Profile, Setup, eventually};
use crate::{p95, unnoticed};
use futures::future::join_all;
use serde_json::json;
use std::fmt::Write;
use std::time::{Duration, Instant};

const SEARCHERS: usize = 64;
const TURNS: usize = 12_000;

const WORDS: &str = "morning review number client session result plan week team report goal answer \
    question trust time sleep energy meeting deadline budget market product launch feedback coach \
    training progress habit journal travel family holiday project design quality customer support \
    engineer manager director board strategy vision risk change culture conflict decision action \
    follow promise practice reading writing speaking listening focus balance pressure success";

/// A long conversation in which every word occurs again and again.
fn conversation() -> String {
    let words: Vec<&str> = WORDS.split_whitespace().collect();
    let mut text = String::from("WEBVTT\n\n");
    for n in 0..TURNS {
        let (at, name) = (n * 3, ["Dana Levi", "Omer Katz"][n % 2]);
        let time = |at: usize| format!("{:02}:{:02}:{:02}.000", at / 3600, at / 60 % 60, at % 60);
        let said: Vec<&str> = (0..12).map(|k| words[(n * 7 + k * k * 3) % words.len()]).collect();
        let (from, to) = (time(at), time(at + 2));
        write!(text, "{from} --> {to}\n<v {name}>{}.\n\n", said.join(" ")).unwrap();
    }
    text
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn searchers_are_answered_or_told_to_come_back() {
    let Some(server) = Setup::new(Profile::Embedded).start().await else { return };
    let api = server.api();
    let other = server.organization("Another").await;
    api.session(conversation(), &[]).await;
    let question = json!({"query": WORDS, "limit": 50, "facets": true, "interpret": false});
    eventually("the session is found", async || {
        let found = api.post("/v1/search/query", &question).await;
        found.status == 200 && !found.json()["hits"].as_array().unwrap().is_empty()
    })
    .await;
    let quiet = p95(&other).await;
    let began = Instant::now();
    let flood = join_all((0..SEARCHERS).map(async |_| {
        let mut answers = Vec::new();
        while began.elapsed() < Duration::from_secs(4) {
            let asked = Instant::now();
            let answer = api.post("/v1/search/query", &question).await;
            answers.push((answer, asked.elapsed()));
        }
        answers
    }));
    let (answers, during) = tokio::join!(flood, p95(&other));
    let (mut found, mut shed) = (0, 0);
    for (answer, took) in answers.into_iter().flatten() {
        match answer.status {
            200 => found += 1,
            _ => {
                assert_eq!(answer.problem(503), "search_busy");
                assert!(answer.header("retry-after").is_some());
                shed += 1;
            }
        }
        assert!(took < Duration::from_secs(6), "an answer took {took:?}");
    }
    println!("{found} found, {shed} were told to come back");
    assert!(found > 0);
    unnoticed(quiet, during);
}
