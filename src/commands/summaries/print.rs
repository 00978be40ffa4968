//! Prints summaries and what differs between them.

use debrief_api_types::summaries::{Summary, SummaryDiff, SummaryState};
use debrief_domain::summary::diff::{Change, Span, SpanKind};
use debrief_domain::summary::text::{Style, render};
use std::io::{self, Write};

/// How words are marked in a terminal, and without one.
#[derive(Clone, Copy)]
pub(super) struct Marks {
    removed: (&'static str, &'static str),
    added: (&'static str, &'static str),
    dim: (&'static str, &'static str),
}

impl Marks {
    pub(super) fn new(colored: bool) -> Self {
        if colored {
            Self {
                removed: ("\x1b[31;9m", "\x1b[0m"),
                added: ("\x1b[32m", "\x1b[0m"),
                dim: ("\x1b[2m", "\x1b[0m"),
            }
        } else {
            Self { removed: ("[-", "-]"), added: ("{+", "+}"), dim: ("", "") }
        }
    }
}

/// Prints a summary: what it says, with the ids of its points, and what is known about it.
pub(super) fn summary(out: &mut impl Write, summary: &Summary, marks: Marks) -> io::Result<()> {
    let dim = |text: &str| format!("{}{text}{}", marks.dim.0, marks.dim.1);
    let state = match summary.state {
        SummaryState::Writing => "a language model is writing",
        SummaryState::Draft => "draft",
        SummaryState::Approved => "approved",
    };
    writeln!(
        out,
        "{}",
        dim(&format!("Summary {}, version {}, {state}", summary.id, summary.version))
    )?;
    let Some(content) = &summary.content else { return writeln!(out, "It was erased.") };
    if let Some(opening) = &content.opening {
        writeln!(out, "\n{opening}")?;
    }
    let mut last = None;
    for (section, point) in content.points() {
        if last.as_ref() != Some(&section) {
            writeln!(out, "\n{}", heading(section.as_str()))?;
            last = Some(section);
        }
        let item = content.action_items.iter().find(|item| item.point.id == point.id);
        let about = item.map_or_else(String::new, |item| {
            let owner = item.owner.iter().map(|owner| format!(" ({owner})"));
            let due = item.due.iter().map(|due| format!("  ⟶ {due}"));
            let day = item.due_on.iter().map(|day| format!(", {day}"));
            let done = item.done.then(|| "  done".to_owned());
            owner.chain(due).chain(day).chain(done).collect()
        });
        writeln!(out, "  {} {}{about}", dim(&format!("{:<4}", point.id)), point.text)?;
    }
    if let Some(closing) = &content.closing {
        writeln!(out, "\n{closing}")?;
    }
    writeln!(out)?;
    if let Some(coverage) = content.coverage {
        let checked = content.checked;
        let line = format!(
            "{} of {} turns covered; points: {} kept, {} repaired, {} left out",
            coverage.covered, coverage.turns, checked.kept, checked.repaired, checked.dropped
        );
        writeln!(out, "{}", dim(&line))?;
    }
    if let Some(model) = &content.source.model {
        let prompt = content.source.prompt.as_ref();
        let prompt =
            prompt.map_or_else(String::new, |it| format!(", prompt {} {}", it.name, it.version));
        writeln!(out, "{}", dim(&format!("Written by {model}{prompt}")))?;
    }
    if summary.outdated {
        writeln!(out, "The turns have changed since; `debrief summarize --again` writes it anew.")?;
    }
    if let Some(failure) = &summary.failure {
        writeln!(out, "The last version was not written: {failure}")?;
    }
    Ok(())
}

/// Prints a summary as the text that is sent.
pub(super) fn as_text(out: &mut impl Write, summary: &Summary) -> io::Result<()> {
    match &summary.content {
        Some(content) => writeln!(out, "{}", render(content, &Style::default())),
        None => writeln!(out, "It was erased."),
    }
}

/// Prints what differs.
pub(super) fn diff(out: &mut impl Write, diff: &SummaryDiff, marks: Marks) -> io::Result<()> {
    if diff.changes.is_empty() {
        return writeln!(out, "Versions {} and {} say the same.", diff.from, diff.to);
    }
    writeln!(out, "From version {} to {}:", diff.from, diff.to)?;
    changes(out, &diff.changes, marks)
}

/// Prints changes, a line for each.
pub(super) fn changes(out: &mut impl Write, all: &[Change], marks: Marks) -> io::Result<()> {
    let removed = |text: &str| format!("{}{text}{}", marks.removed.0, marks.removed.1);
    let added = |text: &str| format!("{}{text}{}", marks.added.0, marks.added.1);
    let spans = |words: &[Span]| -> String {
        let span = |span: &Span| match span.kind {
            SpanKind::Same => span.text.clone(),
            SpanKind::Removed => removed(&span.text),
            SpanKind::Added => added(&span.text),
        };
        words.iter().map(span).collect()
    };
    for change in all {
        match change {
            Change::Opening { words, .. } => writeln!(out, "  opening  {}", spans(words))?,
            Change::Closing { words, .. } => writeln!(out, "  closing  {}", spans(words))?,
            Change::Renamed { before, after } => {
                writeln!(out, "  section  {} {}", removed(before), added(after))?;
            }
            Change::Sections { before, after } => {
                let (before, after) = (before.join(", "), after.join(", "));
                writeln!(out, "  sections {} {}", removed(&before), added(&after))?;
            }
            Change::Dropped { before, from } => {
                let text = removed(&before.point.text);
                writeln!(out, "  dropped  {} in {}: {text}", before.point.id, from.section)?;
            }
            Change::Added { after, to } => {
                let text = added(&after.point.text);
                writeln!(out, "  added    {} in {}: {text}", after.point.id, to.section)?;
            }
            Change::Moved { id, from, to } => writeln!(
                out,
                "  moved    {id} from {} {} to {} {}",
                from.section,
                from.position + 1,
                to.section,
                to.position + 1
            )?,
            Change::Changed { before, after, words, .. } => {
                let mut line = format!("  changed  {}: {}", after.point.id, spans(words));
                let fields = [
                    ("owner", before.owner.as_deref(), after.owner.as_deref()),
                    ("due", before.due.as_deref(), after.due.as_deref()),
                ];
                for (name, before, after) in fields {
                    if before != after {
                        let before = before.map(removed).unwrap_or_default();
                        let after = after.map(added).unwrap_or_default();
                        line.push_str(&format!("  {name} {before}{after}"));
                    }
                }
                if before.done != after.done {
                    line.push_str(if after.done { "  done" } else { "  not done" });
                }
                writeln!(out, "{line}")?;
            }
        }
    }
    Ok(())
}

fn heading(name: &str) -> String {
    let mut letters = name.chars();
    let first = letters.next().map(|first| first.to_uppercase().to_string()).unwrap_or_default();
    format!("{first}{}", letters.as_str().replace('_', " "))
}
