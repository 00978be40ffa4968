//! `demo`: four sample sessions, from an empty directory to summaries.

use super::client::Client;
use super::run::open_new;
use super::upload::{bar, follow};
use crate::config::Config;
use crate::serve::{self, Roles};
use crate::telemetry;
use anyhow::Context;
use clap::Args;
use indicatif::MultiProgress;
use reqwest::multipart::Part;
use serde_json::Value;
use std::time::Instant;

/// The sessions: file name, title, content. All are made up.
const SAMPLES: [(&str, &str, &str); 4] = [
    (
        "executive-delegating.vtt",
        "Letting go of the reports",
        include_str!("../../samples/executive-delegating.vtt"),
    ),
    (
        "running-half-marathon.srt",
        "Nine weeks to the half marathon",
        include_str!("../../samples/running-half-marathon.srt"),
    ),
    ("career-change.txt", "A change of career", include_str!("../../samples/career-change.txt")),
    ("hebrew-boundaries.vtt", "גבולות בעבודה", include_str!("../../samples/hebrew-boundaries.vtt")),
];

/// The demo's default data directory.
const DIRECTORY: &str = "debrief-demo";
/// The number of quotes of each kind that are printed.
const QUOTES: usize = 3;

#[derive(Debug, Args)]
pub(super) struct Demo {
    /// Keep serving after printing the summaries
    #[arg(long)]
    stay: bool,
}

impl Demo {
    /// The demo's own defaults: a separate directory, and any free port, because the demo is its
    /// own client.
    pub(super) fn preset(&self) -> &'static [(&'static str, &'static str)] {
        const PRESET: [(&str, &str); 2] = [("data_dir", DIRECTORY), ("listen", "127.0.0.1:0")];
        if self.stay { &PRESET[..1] } else { &PRESET }
    }
}

pub(super) async fn run(config: &Config, demo: Demo) -> anyhow::Result<()> {
    let began = Instant::now();
    println!("Starting Debrief in {} …", config.data_dir.display());
    let system = open_new(config).await?;
    let key = match &config.api_key {
        Some(key) => key.reveal().to_owned(),
        None => std::fs::read_to_string(super::run::owner_key_file(config))
            .context("the file with the owner's API key is missing")?
            .trim()
            .to_owned(),
    };
    let metrics = telemetry::metrics()?;
    let running = serve::start(config, system, Roles::ALL, metrics).await?;
    let address = running.address.context("the server has no address")?;
    let url = config.public_url(address);
    println!("Ready at {url} after {} ms.\n", began.elapsed().as_millis());

    let client = Client::new(&url, &key)?;
    let bars = MultiProgress::new();
    let began = Instant::now();
    let work = SAMPLES.iter().map(|(file, title, text)| {
        let (client, bars) = (&client, &bars);
        async move {
            let bar = bar(bars, file);
            let part = Part::bytes(text.as_bytes()).file_name(*file);
            let fields = vec![("title", (*title).to_owned())];
            // The same key every time: a second demo finds the sessions of the first.
            let uploaded = client.upload(part, fields, &format!("demo:{file}")).await?;
            follow(client, &uploaded, &bar).await?;
            Ok::<_, anyhow::Error>(uploaded.id)
        }
    });
    let ids = futures::future::try_join_all(work).await?;
    println!(
        "Four sessions uploaded, parsed and summarized in {} ms.",
        began.elapsed().as_millis()
    );
    for id in &ids {
        print_session(&client, id).await?;
    }
    next_steps(config, &url, &ids[0], demo.stay);
    if demo.stay {
        return running.until_signal().await;
    }
    running.stop().await;
    Ok(())
}

async fn print_session(client: &Client, id: &str) -> anyhow::Result<()> {
    let transcript: Value = client.get(&format!("/v1/transcripts/{id}")).await?;
    let summary_id = transcript["summary_id"].as_str().unwrap_or_default();
    let summary: Value = client.get(&format!("/v1/summaries/{summary_id}")).await?;
    let people: Vec<_> = transcript["participants"]
        .as_array()
        .into_iter()
        .flatten()
        .map(|person| {
            let minutes = person["talk_ms"].as_u64().map(|ms| ms as f64 / 60_000.0);
            let talk = minutes.map_or_else(String::new, |m| format!(" {m:.1} min"));
            format!("{}{talk}", person["name"].as_str().unwrap_or("somebody"))
        })
        .collect();
    println!("\n── {} ──", transcript["title"].as_str().unwrap_or("Untitled"));
    println!(
        "   {} · {} turns, {} words · {}",
        transcript["format"].as_str().unwrap_or_default(),
        transcript["turn_count"],
        transcript["word_count"],
        people.join(", ")
    );
    if let Some(headline) = summary["headline"]["text"].as_str() {
        println!("   {headline}");
    }
    for (label, part) in [
        ("Decided", "decisions"),
        ("To do", "action_items"),
        ("Open", "open_questions"),
        ("Moments", "key_moments"),
    ] {
        for item in summary[part].as_array().into_iter().flatten().take(QUOTES) {
            let quote = if item["quote"].is_object() { &item["quote"] } else { item };
            let text = quote["text"].as_str().unwrap_or_default();
            let mut from = quote["speaker"].as_str().unwrap_or("somebody").to_owned();
            if let Some(ms) = quote["start_ms"].as_u64() {
                from.push_str(&format!(", {:02}:{:02}", ms / 60_000, ms / 1000 % 60));
            }
            let due = item["due"].as_str().map_or_else(String::new, |due| format!("  ⟶ {due}"));
            println!("   {label:<8} “{text}” ({from}){due}");
        }
    }
    Ok(())
}

fn next_steps(config: &Config, url: &str, id: &str, stays: bool) {
    let directory = config.data_dir.display();
    println!("\nWhat to try next");
    let base = if stays {
        url.to_owned()
    } else {
        println!("  debrief up --data-dir {directory}            # serve these sessions");
        "http://127.0.0.1:8080".to_owned()
    };
    println!("  debrief upload --data-dir {directory} FILE   # your own transcript");
    println!("  curl -H \"Authorization: Bearer $(cat {directory}/owner-api-key)\" \\");
    println!("       {base}/v1/transcripts/{id}/turns");
    println!("  debrief events tail --data-dir {directory}   # all events");
    println!("  debrief projections verify --data-dir {directory}");
    println!("  {base}/docs                                  # browse the API");
}
