//! Measures the check of quotes: true ones are accepted in any case and punctuation, altered ones
//! are not. Over the samples, and over the corpus if it is present: `DEBRIEF_CORPUS`, or
//! `../../shared/corpus` next to the checkout; skipped with a message otherwise.

use std::fs;
use std::path::{Path, PathBuf};

use debrief_domain::summary::Section;
use debrief_domain::transcript::content::Content;
use debrief_language::evidence::{Claim, ClaimedQuote, Evidence, Known, Verdict};
use debrief_language::summary::extractive;

/// Words of a quote.
const WORDS: usize = 9;
/// Maximum number of quotes of one session.
const MOST: usize = 60;

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn read(path: &Path) -> Content {
    debrief_formats::parse(&fs::read(path).unwrap())
        .unwrap_or_else(|refusal| panic!("{}: {refusal}", path.display()))
}

/// The letters of a text: another and simpler fold, which joins words with single spaces.
fn plain(text: &str) -> String {
    let letters = |c: char| if c.is_alphanumeric() || c == '\'' { c } else { ' ' };
    let text: String = text.to_lowercase().replace('’', "'").chars().map(letters).collect();
    format!(" {} ", text.split_whitespace().collect::<Vec<_>>().join(" "))
}

/// Accepted and all.
#[derive(Debug, Default, PartialEq)]
struct Count(usize, usize);

#[derive(Debug, Default)]
struct Measured {
    quotes: Count,
    swapped: Count,
    negated: Count,
    exchanged: Count,
    verbatim: usize,
    /// Control: exchanged halves that a comparison of words without their order accepts.
    careless: usize,
}

fn at_of(content: &Content, index: u32) -> usize {
    content.turns.iter().position(|turn| turn.index == index).unwrap()
}

fn measure(content: &Content, found: &mut Measured) {
    let evidence = Evidence::new(content, &Known::default());
    let said: String = content.turns.iter().map(|turn| plain(&turn.text)).collect();
    let runs: Vec<(u32, Vec<&str>)> = content
        .turns
        .iter()
        .flat_map(|turn| {
            let words: Vec<&str> = turn.text.split_whitespace().collect();
            words.chunks_exact(WORDS).map(|run| (turn.index, run.to_vec())).collect::<Vec<_>>()
        })
        .collect();
    let step = runs.len().div_ceil(MOST).max(1);
    let foreign = |at: usize| runs[(at + runs.len() / 2) % runs.len()].1[at % WORDS];
    for (at, (turn, run)) in runs.iter().enumerate().step_by(step) {
        // As a model writes it: another case, other quotes, other ends.
        let text = run.join(" ").trim_matches(['"', ',', '.']).to_uppercase().replace('\'', "’");
        let quotes = evidence.find_quote(Some(at as u32), &text);
        found.quotes.1 += 1;
        if let Some(quotes) = &quotes {
            found.quotes.0 += 1;
            let verbatim = quotes
                .iter()
                .all(|quote| content.turns[quote.turn as usize].text.contains(&quote.text));
            found.verbatim += usize::from(verbatim);
        }
        assert!(evidence.find_quote(Some(*turn), &run.join(" ")).is_some(), "{run:?}");

        let mut swapped = run.clone();
        swapped[WORDS / 2] = foreign(at);
        let no = if content.language.as_deref() == Some("he") { "לא" } else { "not" };
        let mut negated = run.clone();
        negated.insert(WORDS / 2, no);
        let exchanged = [&run[WORDS / 2..], &run[..WORDS / 2]].concat();
        let text = plain(&content.turns[at_of(content, *turn)].text);
        let has = |word: &&str| text.contains(plain(word).trim());
        found.careless += usize::from(exchanged.iter().all(has));
        for (altered, count) in [
            (swapped, &mut found.swapped),
            (negated, &mut found.negated),
            (exchanged, &mut found.exchanged),
        ] {
            let text = altered.join(" ");
            // Not altered after all: "yes, yes, yes", and what somebody else said so.
            if !said.contains(&plain(&text)) {
                count.1 += 1;
                count.0 += usize::from(evidence.find_quote(Some(*turn), &text).is_some());
            }
        }
    }
}

/// What was said stands: every point of an extractive summary, as a model could have given it.
fn stands(content: &Content, path: &Path) -> usize {
    let evidence = Evidence::new(content, &Known::default());
    let summary = extractive(content, None);
    for (section, point) in summary.points() {
        let claim = Claim {
            section: section.clone(),
            text: point.text.clone(),
            turns: point.turns.clone(),
            quotes: point
                .quotes
                .iter()
                .map(|quote| ClaimedQuote { turn: None, text: quote.text.to_lowercase() })
                .filter(|_| section != Section::Topics)
                .collect(),
            owner: None,
            due: None,
        };
        let verdict = evidence.check(&claim);
        let short = point.text.chars().filter(|c| c.is_alphanumeric()).count() < 8;
        assert!(
            matches!(verdict, Verdict::Kept(_)) || short,
            "{}: {} {verdict:?}",
            path.display(),
            point.text
        );
    }
    summary.points().len()
}

fn judge(found: &Measured, least: usize) {
    println!("{found:?}");
    assert!(found.quotes.1 >= least);
    assert_eq!(found.quotes.0, found.quotes.1, "every true quote is accepted");
    assert_eq!(found.verbatim, found.quotes.1, "and returned as it was said");
    assert!(found.careless * 10 >= found.quotes.1 * 9, "the alterations keep the words");
    for altered in [&found.swapped, &found.negated, &found.exchanged] {
        assert!(altered.1 * 10 >= found.quotes.1 * 9, "{altered:?}");
        assert_eq!(altered.0, 0, "no altered quote is accepted");
    }
}

#[test]
fn true_quotes_of_the_samples_are_accepted_and_altered_ones_are_not() {
    let mut found = Measured::default();
    for name in [
        "executive-delegating.vtt",
        "running-half-marathon.srt",
        "career-change.txt",
        "hebrew-boundaries.vtt",
    ] {
        let path = folder().join("samples").join(name);
        let content = read(&path);
        measure(&content, &mut found);
        assert!(stands(&content, &path) > 15);
    }
    judge(&found, 150);
}

#[test]
fn true_quotes_of_the_corpus_are_accepted_and_altered_ones_are_not() {
    let corpus = std::env::var_os("DEBRIEF_CORPUS")
        .map_or_else(|| folder().join("../../shared/corpus"), PathBuf::from);
    let calls = corpus.join("zoom-calls");
    let Ok(entries) = fs::read_dir(&calls) else {
        eprintln!("skipped: no corpus at {} (set DEBRIEF_CORPUS)", corpus.display());
        return;
    };
    let mut paths: Vec<PathBuf> = entries
        .filter_map(|entry| Some(entry.ok()?.path().join("transcript.vtt")))
        .filter(|path| path.is_file())
        .collect();
    paths.sort();
    let mut found = Measured::default();
    for path in paths.iter().step_by(4).take(10) {
        let content = read(path);
        measure(&content, &mut found);
        stands(&content, path);
    }
    judge(&found, 400);
}
