//! `search QUESTION`: searches, and prints the hits for reading in a terminal.

use super::client::Client;
use super::upload::key;
use crate::config::Config;
use anyhow::Context;
use chrono::{DateTime, Utc};
use clap::Args;
use clap::builder::{PossibleValuesParser, TypedValueParser};
use debrief_api_types::search::{
    AnswerBy, Hit, Interpreted, Mention, QuestionKind, QuestionPart, SearchRequest, SearchResults,
};
use debrief_domain::ids::ClientId;
use debrief_domain::search::{Filters, Kind};
use serde_json::Value;
use std::io::{IsTerminal, Write};
use std::ops::Range;
use std::process::ExitCode;
use unicode_segmentation::UnicodeSegmentation;

/// The number of words shown around the matching ones.
const SHOWN_WORDS: usize = 60;
/// Printed before and after a matching word.
const MARK: (&str, &str) = ("\x1b[1;33m", "\x1b[0m");
const DIM: (&str, &str) = ("\x1b[2m", "\x1b[0m");

#[derive(Debug, Args)]
pub(super) struct Search {
    /// Question in plain words, such as "what did Maya say about sleeping last month?"
    #[arg(required = true, value_name = "QUESTION")]
    question: Vec<String>,
    /// URL of the server [default: this machine]
    #[arg(long, value_name = "URL")]
    url: Option<String>,
    /// Maximum number of hits
    #[arg(long, short = 'n', default_value_t = 5, value_name = "N")]
    limit: u32,
    /// Only sessions of this client, by id
    #[arg(long, value_name = "ID")]
    client_id: Vec<ClientId>,
    /// Only passages of this kind
    #[arg(long, value_name = "KIND", value_parser = kind())]
    kind: Vec<Kind>,
    /// Only passages with this speaker, by the name in the transcript
    #[arg(long, value_name = "NAME")]
    speaker: Vec<String>,
    /// Only sessions held at this time or later, such as 2026-03-01T00:00:00Z
    #[arg(long, value_name = "TIME")]
    from: Option<DateTime<Utc>>,
    /// Only sessions held before this time
    #[arg(long, value_name = "TIME")]
    to: Option<DateTime<Utc>>,
    /// Time zone of the dates in the question, such as Asia/Jerusalem
    #[arg(long, value_name = "ZONE")]
    time_zone: Option<String>,
    /// Match the words only, without interpreting the question
    #[arg(long)]
    words: bool,
    /// Let the language model answer from the hits; takes seconds
    #[arg(long)]
    answer: bool,
    /// Print the result as JSON
    #[arg(long)]
    json: bool,
}

fn kind() -> impl TypedValueParser<Value = Kind> {
    PossibleValuesParser::new(Kind::ALL.map(Kind::as_str)).try_map(|name| name.parse::<Kind>())
}

pub(super) async fn run(config: &Config, search: Search) -> anyhow::Result<ExitCode> {
    let url = search.url.clone().unwrap_or_else(|| config.public_url(config.listen));
    let client = Client::new(&url, &key(config)?)?;
    let request = SearchRequest {
        query: search.question.join(" "),
        limit: Some(search.limit),
        interpret: Some(!search.words),
        time_zone: search.time_zone,
        answer: if search.answer { AnswerBy::Model } else { AnswerBy::Extractive },
        filters: Filters {
            client_ids: search.client_id,
            kinds: search.kind,
            speakers: search.speaker,
            from: search.from,
            to: search.to,
            ..Filters::default()
        },
        ..SearchRequest::default()
    };
    let answer: Value = client.post("/v1/search/query", &request).await?;
    let mut out = std::io::stdout().lock();
    if search.json {
        serde_json::to_writer_pretty(&mut out, &answer)?;
        writeln!(out)?;
        return Ok(ExitCode::SUCCESS);
    }
    let answer: SearchResults =
        serde_json::from_value(answer).context("cannot parse the server's answer")?;
    let marked = out.is_terminal() && std::env::var_os("NO_COLOR").is_none();
    print(&mut out, &answer, marked)?;
    Ok(ExitCode::SUCCESS)
}

fn print(out: &mut impl Write, answer: &SearchResults, marked: bool) -> std::io::Result<()> {
    let dim = if marked { DIM } else { ("", "") };
    if let Some(remark) = &answer.remark {
        writeln!(out, "{remark}")?;
    }
    if let Some(understood) = answer.interpreted.as_ref().map(understood).filter(|u| !u.is_empty())
    {
        writeln!(out, "{}Understood: {understood}{}", dim.0, dim.1)?;
    }
    if let Some(first) = answer.interpreted.as_ref().and_then(of_kind) {
        writeln!(out, "{}{first}{}", dim.0, dim.1)?;
    }
    for sentence in answer.answer.iter().flat_map(|answer| &answer.sentences) {
        if sentence.citations.is_empty() {
            let speaker = sentence.speaker.as_deref().unwrap_or("somebody");
            writeln!(out, "  “{}” ({speaker})", sentence.text)?;
            continue;
        }
        writeln!(out, "  {}", sentence.text)?;
        for citation in &sentence.citations {
            let number = citation.hit + 1;
            writeln!(out, "    {}“{}” ({number}.){}", dim.0, citation.quote, dim.1)?;
        }
    }
    if let Some(remark) = answer.answer.as_ref().and_then(|answer| answer.remark.as_ref()) {
        writeln!(out, "{}{remark}{}", dim.0, dim.1)?;
    }
    if answer.hits.is_empty() && answer.remark.is_none() {
        writeln!(out, "Nothing found. Try fewer words, or --words.")?;
    }
    for (number, hit) in answer.hits.iter().enumerate() {
        let held = hit.held_at.map(|at| at.format("%Y-%m-%d").to_string());
        let held = held.as_deref().unwrap_or("no date");
        let title = hit.title.as_deref().unwrap_or("(untitled)");
        let place = match (hit.turn, hit.start_ms) {
            (Some(turn), Some(ms)) => format!(" · turn {turn}, {}", clock(ms)),
            (Some(turn), None) => format!(" · turn {turn}"),
            (None, _) => String::new(),
        };
        let kind = hit.kind.as_str().replace('_', " ");
        writeln!(out, "\n{:2}. {title} · {held} · {kind}{place}", number + 1)?;
        for line in shown(hit) {
            let speaker = line.speaker.map(|name| format!("{name}: ")).unwrap_or_default();
            writeln!(out, "    {speaker}{}", with_marks(&line, marked))?;
        }
        let place = match (&hit.transcript_id, &hit.note) {
            (Some(id), _) => id.to_string(),
            (None, Some(note)) => note.url.as_ref().unwrap_or(&note.id).clone(),
            (None, None) => String::new(),
        };
        writeln!(out, "    {}{place}{}", dim.0, dim.1)?;
    }
    if answer.passages > answer.hits.len() as u64 {
        writeln!(out, "\n{}{} matching passages in total.{}", dim.0, answer.passages, dim.1)?;
    }
    if let Some(note) = &answer.engines.note {
        writeln!(out, "{}{note}{}", dim.0, dim.1)?;
    }
    Ok(())
}

/// Formats the interpretation on one line.
fn understood(interpreted: &Interpreted) -> String {
    let mut parts = Vec::new();
    let names = |mention: &Mention| {
        let names: Vec<&str> = mention.people.iter().map(|person| person.name.as_str()).collect();
        names.join(" or ")
    };
    parts.extend(interpreted.people.iter().map(names));
    parts.extend(interpreted.kind.as_ref().map(|asked| match asked.kind {
        QuestionKind::Promised => "promised".to_owned(),
        QuestionKind::Decided => "decided".to_owned(),
        QuestionKind::Asked => "asked".to_owned(),
    }));
    parts.extend(interpreted.dates.as_ref().map(|dates| match (&dates.from, &dates.to) {
        (Some(from), Some(to)) => format!("from {from} to before {to}"),
        (Some(from), None) => format!("since {from}"),
        (None, Some(to)) => format!("before {to}"),
        (None, None) => String::new(),
    }));
    let quoted = |quote: &QuestionPart| format!("“{}”", quote.text);
    parts.extend(interpreted.phrases.iter().map(quoted));
    parts.extend(interpreted.excluded.iter().map(|quote| format!("without {}", quoted(quote))));
    if !interpreted.words.is_empty() {
        parts.push(format!("about {}", interpreted.words.join(" ")));
    }
    parts.extend(interpreted.respelled.iter().map(|respelled| {
        format!("“{}” is in no session, “{}” instead", respelled.word, respelled.searched)
    }));
    parts.join(" · ")
}

/// Says which hits come first because of their kind.
fn of_kind(interpreted: &Interpreted) -> Option<String> {
    let kind = interpreted.kind.as_ref().filter(|kind| kind.first > 0)?;
    let what = match kind.kind {
        QuestionKind::Promised => "promised",
        QuestionKind::Decided => "decided",
        QuestionKind::Asked => "asked",
    };
    let names: Vec<&str> = interpreted
        .people
        .iter()
        .flat_map(|mention| &mention.people)
        .map(|person| person.name.as_str())
        .collect();
    let by = if names.is_empty() { String::new() } else { format!(" by {}", names.join(" or ")) };
    let words = match interpreted.words.is_empty() {
        true => String::new(),
        false => ", whether or not it has the other words".to_owned(),
    };
    Some(format!("First {}: what was {what}{by}{words}.", kind.first))
}

fn clock(ms: u64) -> String {
    let seconds = ms / 1_000;
    match seconds / 3_600 {
        0 => format!("{:02}:{:02}", seconds / 60, seconds % 60),
        hours => format!("{hours}:{:02}:{:02}", seconds / 60 % 60, seconds % 60),
    }
}

/// A part of a line, with its matching words.
struct Shown<'a> {
    speaker: Option<&'a str>,
    text: String,
    /// Byte ranges of `text`.
    fits: Vec<Range<usize>>,
}

/// Returns the best-matching line with its context, shortened if it is long.
fn shown(hit: &Hit) -> Vec<Shown<'_>> {
    let characters: Vec<char> = hit.text.chars().collect();
    let end = |at: usize| match hit.lines.get(at + 1) {
        Some(next) => next.at.saturating_sub(1),
        None => characters.len(),
    };
    let fits_in = |from: usize, to: usize| {
        hit.highlights.iter().filter(move |fit| fit[0] >= from && fit[1] <= to)
    };
    // Of a turn that is split into parts, the part with most matching words.
    let best = (0..hit.lines.len())
        .filter(|at| hit.lines[*at].turn == hit.turn)
        .max_by_key(|at| (fits_in(hit.lines[*at].at, end(*at)).count(), std::cmp::Reverse(*at)))
        .unwrap_or(0);
    let mut shown = Vec::new();
    let mut words = 0;
    for at in best..hit.lines.len() {
        let (from, to) = (hit.lines[at].at, end(at));
        let Some(text) = characters.get(from..to) else { break };
        let fits: Vec<_> = fits_in(from, to).map(|fit| fit[0] - from..fit[1] - from).collect();
        if at > best && fits.is_empty() {
            break;
        }
        let line = around(text, &fits, SHOWN_WORDS.saturating_sub(words).max(10));
        words += line.0.unicode_words().count();
        shown.push(Shown { speaker: hit.lines[at].speaker.as_deref(), text: line.0, fits: line.1 });
        if words >= SHOWN_WORDS {
            break;
        }
    }
    shown
}

/// Returns about `words` words of a text, beginning a little before the first match.
fn around(text: &[char], fits: &[Range<usize>], words: usize) -> (String, Vec<Range<usize>>) {
    let spaces: Vec<usize> =
        text.iter().enumerate().filter(|(_, c)| c.is_whitespace()).map(|(at, _)| at).collect();
    let first = fits.first().map_or(0, |fit| fit.start);
    let before = spaces.partition_point(|at| *at < first);
    let start = match before.checked_sub(words / 3) {
        Some(space) if spaces.len() > words => spaces.get(space).map_or(0, |at| at + 1),
        _ => 0,
    };
    let from = spaces.partition_point(|at| *at < start);
    let end = spaces.get(from + words).copied().unwrap_or(text.len());
    let mut line = String::new();
    if start > 0 {
        line.push_str("… ");
    }
    let mut marks: Vec<Range<usize>> = Vec::new();
    let mut at_byte = vec![0; end + 1 - start];
    for (at, letter) in text[start..end].iter().enumerate() {
        at_byte[at] = line.len();
        line.push(if letter.is_control() { ' ' } else { *letter });
    }
    at_byte[end - start] = line.len();
    for fit in fits.iter().filter(|fit| fit.start >= start && fit.end <= end) {
        marks.push(at_byte[fit.start - start]..at_byte[fit.end - start]);
    }
    if end < text.len() {
        line.push_str(" …");
    }
    (line, marks)
}

fn with_marks(line: &Shown<'_>, marked: bool) -> String {
    if !marked {
        return line.text.clone();
    }
    let mut text = String::new();
    let mut at = 0;
    for fit in &line.fits {
        text.push_str(&line.text[at..fit.start]);
        text.push_str(MARK.0);
        text.push_str(&line.text[fit.clone()]);
        text.push_str(MARK.1);
        at = fit.end;
    }
    text.push_str(&line.text[at..]);
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_line_is_shown_around_what_fits() {
        let words: Vec<String> = (0..200).map(|n| format!("w{n}")).collect();
        let text: Vec<char> = words.join(" ").chars().collect();
        let at = words.join(" ").find("w150").unwrap();
        let (line, fits) = around(&text, std::slice::from_ref(&(at..at + 4)), 30);
        assert!(line.starts_with("… w14") && line.ends_with(" …"), "{line}");
        assert_eq!(&line[fits[0].clone()], "w150");
        let short: Vec<char> = "שלום לכם".chars().collect();
        let (line, fits) = around(&short, std::slice::from_ref(&(5..8)), 30);
        assert_eq!((line.as_str(), &line[fits[0].clone()]), ("שלום לכם", "לכם"));
    }

    #[test]
    fn words_that_fit_are_marked() {
        let line = Shown { speaker: None, text: "a sleep b c".into(), fits: vec![2..7, 10..11] };
        assert_eq!(with_marks(&line, true), "a \x1b[1;33msleep\x1b[0m b \x1b[1;33mc\x1b[0m");
        assert_eq!(with_marks(&line, false), "a sleep b c");
    }
}
