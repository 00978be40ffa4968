//! Reads the files of a call and prints the result: `cargo run -p debrief-understanding --example
//! understand -- FILE... [--turns] [--coach NAME] [--client NAME]`

use std::{env, fs, process, time::Instant};

use debrief_domain::summary::content::Point;
use debrief_domain::transcript::content::TurnKind;
use debrief_formats as formats;
use debrief_language::{languages, summary};
use debrief_understanding::roles::Known;
use debrief_understanding::{merge, people, roles};

fn main() {
    let mut paths = Vec::new();
    let mut known = Known::default();
    let mut show_turns = false;
    let mut arguments = env::args().skip(1);
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            "--turns" => show_turns = true,
            "--coach" => known.coaches.extend(arguments.next()),
            "--client" => known.clients.extend(arguments.next()),
            _ => paths.push(argument),
        }
    }
    if paths.is_empty() {
        eprintln!("usage: understand FILE... [--turns] [--coach NAME] [--client NAME]");
        process::exit(2);
    }
    let files: Vec<(String, Vec<u8>)> = paths
        .into_iter()
        .map(|path| match fs::read(&path) {
            Ok(bytes) => (path, bytes),
            Err(error) => fail(&format!("{path}: {error}")),
        })
        .collect();
    let begun = Instant::now();
    let parts = files.into_iter().map(|(name, bytes)| match formats::parse(&bytes) {
        Ok(content) => merge::Part { name, content },
        Err(refusal) => fail(&format!("{name}: {refusal}")),
    });
    let mut content =
        merge::merge(parts.collect()).unwrap_or_else(|error| fail(&error.to_string()));
    people::unify(&mut content);
    languages::tell(&mut content);
    roles::assign(&mut content, &known);
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
            count(person.interruptions),
            count(person.words_per_minute),
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
    let summary = summary::extractive(&content, None);
    println!("read in {read:?}, summarized in {:?}", begun.elapsed());
    println!("HEADLINE");
    summary.headline.iter().for_each(point);
    println!("OVERVIEW");
    summary.overview.iter().for_each(point);
    println!("KEY MOMENTS");
    summary.key_moments.iter().for_each(point);
    println!("TOPICS");
    for topic in &summary.topics {
        println!("  {} {:?}", topic.text, topic.turns);
    }
    println!("DECISIONS");
    summary.decisions.iter().for_each(point);
    println!("ACTION ITEMS");
    for item in &summary.action_items {
        point(&item.point);
        println!("      owner {:?}, due {:?}", item.owner, item.due);
    }
    println!("OPEN QUESTIONS");
    summary.open_questions.iter().for_each(point);
    println!("QUESTIONS FOR NEXT TIME");
    summary.next_questions.iter().for_each(point);
}

fn time(ms: Option<u64>) -> String {
    ms.map_or("?".to_owned(), |ms| {
        let seconds = ms / 1_000;
        format!("{}:{:02}:{:02}", seconds / 3_600, seconds / 60 % 60, seconds % 60)
    })
}

fn count(count: Option<u32>) -> String {
    count.map_or("?".to_owned(), |count| count.to_string())
}

fn point(point: &Point) {
    for quote in &point.quotes {
        println!("  #{} {}: {}", quote.turn, quote.speaker.as_deref().unwrap_or("?"), quote.text);
    }
}

fn fail(message: &str) -> ! {
    eprintln!("{message}");
    process::exit(1);
}
