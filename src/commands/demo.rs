//! `demo`: four sample sessions, from an empty directory to summaries.

use super::client::Client;
use super::run::open_new;
use super::upload::{bar, follow};
use crate::config::Config;
use crate::roles::Roles;
use crate::serve;
use crate::telemetry;
use anyhow::Context;
use clap::Args;
use debrief_api_types::summaries::Summary;
use debrief_api_types::transcripts::Transcript;
use debrief_domain::ids::TranscriptId;
use debrief_domain::summary::content::Point;
use debrief_domain::transcript::content::Participant;
use indicatif::MultiProgress;
use reqwest::multipart::Part;
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
            Ok::<_, anyhow::Error>(uploaded.answer.id)
        }
    });
    let ids = futures::future::try_join_all(work).await?;
    println!(
        "Four sessions uploaded, parsed and summarized in {} ms.",
        began.elapsed().as_millis()
    );
    for id in &ids {
        print_session(&client, *id).await?;
    }
    next_steps(config, &url, ids[0], demo.stay);
    if demo.stay {
        return running.until_signal().await;
    }
    running.stop().await;
    Ok(())
}

async fn print_session(client: &Client, id: TranscriptId) -> anyhow::Result<()> {
    let transcript: Transcript = client.get(&format!("/v1/transcripts/{id}")).await?;
    let summary = transcript.summary_id.context("a session has no summary")?;
    let summary: Summary = client.get(&format!("/v1/summaries/{summary}")).await?;
    let person = |person: &Participant| match person.talk_ms {
        Some(ms) => format!("{} {:.1} min", person.name, ms as f64 / 60_000.0),
        None => person.name.clone(),
    };
    let people: Vec<String> = transcript.participants.iter().map(person).collect();
    println!("\n── {} ──", transcript.title.as_deref().unwrap_or("Untitled"));
    println!(
        "   {} · {} turns, {} words · {}",
        transcript.format.as_deref().unwrap_or_default(),
        transcript.turn_count.unwrap_or_default(),
        transcript.word_count.unwrap_or_default(),
        people.join(", ")
    );
    let Some(content) = summary.content else { return Ok(()) };
    if let Some(headline) = content.headline {
        println!("   {}", headline.text);
    }
    let print = |label: &str, point: &Point, due: Option<&String>| {
        let Some(quote) = point.quotes.first() else { return };
        let mut from = quote.speaker.clone().unwrap_or_else(|| "somebody".to_owned());
        if let Some(ms) = quote.start_ms {
            from.push_str(&format!(", {:02}:{:02}", ms / 60_000, ms / 1000 % 60));
        }
        let due = due.map_or_else(String::new, |due| format!("  ⟶ {due}"));
        println!("   {label:<8} “{}” ({from}){due}", quote.text);
    };
    content.decisions.iter().take(QUOTES).for_each(|it| print("Decided", it, None));
    let to_do = content.action_items.iter().take(QUOTES);
    to_do.for_each(|it| print("To do", &it.point, it.due.as_ref()));
    content.open_questions.iter().take(QUOTES).for_each(|it| print("Open", it, None));
    content.key_moments.iter().take(QUOTES).for_each(|it| print("Moments", it, None));
    Ok(())
}

fn next_steps(config: &Config, url: &str, id: TranscriptId, stays: bool) {
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
