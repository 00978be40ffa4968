//! Reads a transcript and prints what Debrief makes of it:
//! `cargo run -p debrief-understanding --example understand -- FILE [--turns]`

use std::{env, fs, process, time::Instant};

use debrief_domain::summary::content::Quote;
use debrief_domain::transcript::content::TurnKind;

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
        "{} | language {} | {} turns | {} words | {} long | {} warnings",
        content.format,
        content.language.as_deref().unwrap_or("unknown"),
        content.turns.len(),
        content.word_count(),
        time(content.duration_ms),
        content.warnings.len()
    );
    for person in &content.participants {
        println!(
            "  {} ({:?}): {} turns, {} words, {} of talk, longest {}, {} questions, \
             {} interruptions, {} words a minute, {} messages{}",
            person.name,
            person.role,
            person.turns,
            person.words,
            time(person.talk_ms),
            time(person.longest_ms),
            person.questions,
            known(person.interruptions),
            known(person.words_per_minute),
            person.messages,
            match &*person.other_names {
                [] => String::new(),
                names => format!("; also {}", names.join(", ")),
            }
        );
    }
    for gap in &content.gaps {
        println!("  nobody from {} to {}", time(Some(gap.start_ms)), time(Some(gap.end_ms)));
    }
    for warning in &content.warnings {
        println!("  line {}: {}", warning.line, warning.message);
    }
    if show_turns {
        for turn in &content.turns {
            println!(
                "#{} {}-{} {}{}{}: {}",
                turn.index,
                time(turn.start_ms),
                time(turn.end_ms),
                turn.speaker.as_deref().unwrap_or("?"),
                match turn.kind {
                    TurnKind::Speech => String::new(),
                    TurnKind::Chat => " (chat)".to_owned(),
                },
                match (&turn.language, turn.cues.len()) {
                    (None, 0) => String::new(),
                    (None, cues) => format!(" [{cues} cues]"),
                    (Some(language), cues) => format!(" [{language}, {cues} cues]"),
                },
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

fn time(ms: Option<u64>) -> String {
    ms.map_or("?".to_owned(), |ms| {
        let seconds = ms / 1_000;
        format!("{}:{:02}:{:02}", seconds / 3_600, seconds / 60 % 60, seconds % 60)
    })
}

fn known(count: Option<u32>) -> String {
    count.map_or("?".to_owned(), |count| count.to_string())
}

fn quote(quote: &Quote) {
    println!("  #{} {}: {}", quote.turn, quote.speaker.as_deref().unwrap_or("?"), quote.text);
}

fn fail(message: &str) -> ! {
    eprintln!("{message}");
    process::exit(1);
}
