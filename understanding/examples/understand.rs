//! Reads a transcript and prints what Debrief makes of it:
//! `cargo run -p debrief-understanding --example understand -- FILE [--turns]`

use std::{env, fs, process, time::Instant};

use debrief_domain::summary::content::Quote;

fn main() {
    let mut arguments = env::args().skip(1);
    let Some(path) = arguments.next() else {
        eprintln!("usage: understand FILE [--turns]");
        process::exit(2);
    };
    let show_turns = arguments.any(|argument| argument == "--turns");
    let bytes = fs::read(&path).unwrap_or_else(|error| fail(&format!("{path}: {error}")));
    let begun = Instant::now();
    let content = debrief_understanding::formats::parse(&bytes)
        .unwrap_or_else(|refusal| fail(&refusal.to_string()));
    let read = begun.elapsed();
    println!(
        "{} | language {:?} | {} turns | {:?} ms | {} warnings",
        content.format,
        content.language,
        content.turns.len(),
        content.duration_ms,
        content.warnings.len()
    );
    for person in &content.participants {
        println!(
            "  {}: {} turns, {} words, {:?} ms",
            person.name, person.turns, person.words, person.talk_ms
        );
    }
    for warning in &content.warnings {
        println!("  line {}: {}", warning.line, warning.message);
    }
    if show_turns {
        for turn in &content.turns {
            println!(
                "#{} {:?}-{:?} {}: {}",
                turn.index,
                turn.start_ms,
                turn.end_ms,
                turn.speaker.as_deref().unwrap_or("?"),
                turn.text
            );
        }
    }
    let begun = Instant::now();
    let summary = debrief_understanding::summary::extractive(&content);
    println!("read in {read:?}, summarized in {:?}", begun.elapsed());
    println!("HEADLINE");
    summary.headline.iter().for_each(quote);
    println!("OVERVIEW");
    summary.overview.iter().for_each(quote);
    println!("KEY MOMENTS");
    summary.key_moments.iter().for_each(quote);
    println!("TOPICS");
    for topic in &summary.topics {
        println!("  {} {:?}", topic.label, topic.turns);
    }
    println!("DECISIONS");
    summary.decisions.iter().for_each(quote);
    println!("ACTION ITEMS");
    for item in &summary.action_items {
        quote(&item.quote);
        println!("      owner {:?}, due {:?}", item.owner, item.due);
    }
    println!("OPEN QUESTIONS");
    summary.open_questions.iter().for_each(quote);
}

fn quote(quote: &Quote) {
    println!("  #{} {}: {}", quote.turn, quote.speaker.as_deref().unwrap_or("?"), quote.text);
}

fn fail(message: &str) -> ! {
    eprintln!("{message}");
    process::exit(1);
}
