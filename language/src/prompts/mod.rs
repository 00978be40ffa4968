//! Prompts: versioned templates, and the requests that are made of them.
//!
//! A [`Template`] says which sections a summary has and what to look for, in which tone, length and
//! language. Its texts may use variables and choices in the syntax of Jinja, evaluated in a
//! [sandbox]. Everything else of a request is the [frame], which no template can change: that the
//! transcript is data, what may be claimed, how the answer looks.
//!
//! Invariants:
//! - A request holds nothing but its template, the frame and its [`Input`].
//! - What was spoken or written by others stands in the text, never in the instructions, between
//!   tags that it cannot close. Of names and terms, which a template may use, one short line.
//! - The same template and input give the same request.

pub mod builtin;
mod frame;
mod sandbox;
#[cfg(test)]
mod tests;

use std::collections::HashSet;

use chrono::NaiveDate;
use debrief_domain::summary::Section;
use minijinja::{Value, context};
use serde::{Deserialize, Serialize};

use crate::merge::Bounds;
use crate::parts::harmless;

/// Maximum length of all texts of a template together, in bytes.
pub const MAX_TEMPLATE: usize = 20 * 1024;
/// Maximum number of sections.
pub const MAX_SECTIONS: usize = 20;
/// Maximum length of a title, of a name and of a term, in characters.
pub const MAX_TITLE: usize = 80;
/// Maximum number of terms of the vocabulary that a request holds.
pub const MAX_TERMS: usize = 200;
/// Maximum length of the coach's instructions, in characters.
pub const MAX_INSTRUCTIONS: usize = 2_000;

/// Variables of a template's texts.
const VARIABLES: &[&str] = &["client", "coach", "date", "language", "vocabulary"];

/// How much a summary says.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Length {
    /// The essential only.
    Short,
    /// As most coaches write.
    #[default]
    Medium,
    /// In detail.
    Long,
}

/// What belongs in a section.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Guide {
    /// The section; a name that is none of the common ones is a section of the organization's own.
    pub section: Section,
    /// What belongs there. May use variables.
    #[serde(default)]
    pub guidance: String,
}

/// A template of requests.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Template {
    /// Identifies it in its organization.
    pub name: String,
    /// Its name for people.
    pub title: String,
    /// What to look at in such a session. May use variables.
    #[serde(default)]
    pub guidance: String,
    /// The sections of the summary, in the order in which they are asked for.
    pub sections: Vec<Guide>,
    /// How it is written. May use variables.
    #[serde(default)]
    pub tone: String,
    /// How much it says.
    #[serde(default)]
    pub length: Length,
    /// BCP 47 tag of the language it is written in; by default the transcript's.
    #[serde(default)]
    pub language: Option<String>,
}

/// What a request is made of, besides its template.
#[derive(Debug, Clone, Copy, Default)]
pub struct Input<'a> {
    /// A part of the transcript, as [`Part::render`](crate::parts::Part::render) gives it.
    pub turns: &'a str,
    /// Which part of how many, from 1.
    pub part: Option<(u32, u32)>,
    /// The coach's own notes on the session.
    pub notes: Option<&'a str>,
    /// Terms with their right spelling; the first [`MAX_TERMS`] are used.
    pub vocabulary: &'a [&'a str],
    /// The running note on the client.
    pub running_note: Option<&'a str>,
    /// How the coach writes.
    pub voice: Option<&'a str>,
    /// BCP 47 tag or name of the language to write in; comes before the template's.
    pub language: Option<&'a str>,
    /// What the coach wishes for this summary.
    pub instructions: Option<&'a str>,
    /// The client's name.
    pub client: Option<&'a str>,
    /// The coach's name.
    pub coach: Option<&'a str>,
    /// The day of the session.
    pub held_on: Option<NaiveDate>,
}

/// A request to a language model.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Prompt {
    /// The instructions: the system message.
    pub instructions: String,
    /// The data: the user message.
    pub text: String,
}

/// What is wrong with a template. [`std::fmt::Display`] is a sentence for who wrote it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TemplateError {
    /// Its texts are too long.
    #[error("The texts of a template have at most {MAX_TEMPLATE} bytes together; these have {0}.")]
    TooLong(usize),
    /// It has no section, or too many.
    #[error("A template has 1 to {MAX_SECTIONS} sections; this one has {0}.")]
    Sections(usize),
    /// A section is named twice.
    #[error("The section “{0}” is named twice.")]
    Twice(String),
    /// A title is empty or too long.
    #[error("A section's name has 1 to {MAX_TITLE} characters on one line.")]
    Title,
    /// A text cannot be evaluated.
    #[error("{field}, line {line}: {message}")]
    Text {
        /// The text: `guidance`, `tone`, or a section's.
        field: String,
        /// Its line, from 1.
        line: usize,
        /// What is wrong, as a sentence.
        message: String,
    },
}

impl Template {
    /// Returns its sections, as [`answer::schema`](crate::answer::schema) takes them.
    pub fn asked(&self) -> Vec<Section> {
        self.sections.iter().map(|guide| guide.section.clone()).collect()
    }

    /// Returns the titles of its own sections.
    pub fn own(&self) -> Vec<String> {
        let own = |guide: &Guide| match &guide.section {
            Section::Own(title) => Some(title.clone()),
            _ => None,
        };
        self.sections.iter().filter_map(own).collect()
    }

    /// Checks it: its size, its sections, and that its texts can be evaluated whatever is known of a
    /// session.
    pub fn check(&self) -> Result<(), TemplateError> {
        let texts = self.sections.iter().map(|guide| guide.guidance.len());
        let size = texts.sum::<usize>() + self.guidance.len() + self.tone.len();
        if size > MAX_TEMPLATE {
            return Err(TemplateError::TooLong(size));
        }
        if self.sections.is_empty() || self.sections.len() > MAX_SECTIONS {
            return Err(TemplateError::Sections(self.sections.len()));
        }
        let mut seen = HashSet::new();
        for guide in &self.sections {
            let title = guide.section.as_str();
            let long = title.chars().nth(MAX_TITLE).is_some();
            if title.trim().is_empty() || long || title.contains(char::is_control) {
                return Err(TemplateError::Title);
            }
            if !seen.insert(title.trim().to_lowercase()) {
                return Err(TemplateError::Twice(title.to_owned()));
            }
        }
        let day = NaiveDate::from_ymd_opt(2026, 1, 1);
        let full = Input {
            vocabulary: &["term"],
            client: Some("Client"),
            coach: Some("Coach"),
            held_on: day,
            language: Some("en"),
            ..Input::default()
        };
        self.texts(&full)?;
        self.texts(&Input::default()).map(drop)
    }

    /// Evaluates its texts: guidance, tone, and that of each section.
    fn texts(&self, input: &Input<'_>) -> Result<(String, String, Vec<String>), TemplateError> {
        let language = input.language.or(self.language.as_deref());
        let value = |text: Option<&str>| match text {
            Some(text) => Value::from(short(text)),
            None => Value::from(()),
        };
        let date = input.held_on.map(|day| day.to_string());
        let terms = input.vocabulary.iter().take(MAX_TERMS).map(|term| Value::from(short(term)));
        let variables = context! {
            client => value(input.client),
            coach => value(input.coach),
            date => value(date.as_deref()),
            language => value(language),
            vocabulary => terms.collect::<Vec<Value>>(),
        };
        let evaluate = |source: &str, field: &dyn Fn() -> String| {
            sandbox::evaluate(source, VARIABLES, variables.clone()).map_err(|fault| {
                TemplateError::Text { field: field(), line: fault.line, message: fault.message }
            })
        };
        let guidance = evaluate(&self.guidance, &|| "guidance".to_owned())?;
        let tone = evaluate(&self.tone, &|| "tone".to_owned())?;
        let sections = self
            .sections
            .iter()
            .map(|guide| evaluate(&guide.guidance, &|| format!("the section “{}”", guide.section)));
        Ok((guidance, tone, sections.collect::<Result<_, _>>()?))
    }
}

/// Makes a request.
pub fn render(template: &Template, input: &Input<'_>) -> Result<Prompt, TemplateError> {
    template.check()?;
    let (guidance, tone, sections) = template.texts(input)?;
    let bounds = Bounds::of(template.length);
    let mut out = String::new();
    let mut paragraph = |text: &str| {
        if !text.trim().is_empty() {
            out.push_str(text.trim());
            out.push_str("\n\n");
        }
    };
    paragraph(frame::TASK);
    paragraph(frame::EVIDENCE);
    paragraph(frame::OUTPUT);
    let mut list = String::from("The sections:\n");
    for (guide, guidance) in template.sections.iter().zip(&sections) {
        let most = bounds.of_section(&guide.section);
        let name = match &guide.section {
            Section::Own(title) => format!("`sections`, with the title “{}”", harmless(title)),
            section => format!("`{section}`"),
        };
        let most = match guide.section {
            Section::Headline => "one point".to_owned(),
            _ => format!("at most {most} points"),
        };
        list.push_str(&format!("- {name} ({most}): {}\n", one_line(guidance)));
    }
    paragraph(&list);
    paragraph(&titled("What to look at", &guidance));
    paragraph(&titled("Tone", &tone));
    paragraph(&titled("How the coach writes, whose voice the points have", voice(input).as_str()));
    paragraph(&language(template, input));
    if let Some(wishes) = input.instructions {
        let wishes: String = wishes.chars().take(MAX_INSTRUCTIONS).collect();
        paragraph(&titled("What the coach wishes for this summary", &lines(&wishes)));
    }
    paragraph(frame::PRECEDENCE);
    Ok(Prompt { instructions: out.trim_end().to_owned(), text: text(input) })
}

fn titled(title: &str, text: &str) -> String {
    match text.trim() {
        "" => String::new(),
        text => format!("{title}:\n{text}"),
    }
}

fn voice(input: &Input<'_>) -> String {
    input.voice.map(lines).unwrap_or_default()
}

fn language(template: &Template, input: &Input<'_>) -> String {
    match input.language.or(template.language.as_deref()) {
        Some(language) => format!(
            "Write the points in this language: {}. Quotes stay in the language that was spoken.",
            short(language)
        ),
        None => "Write the points in the language of the transcript.".to_owned(),
    }
}

/// Returns the data of a request, each in its tag.
fn text(input: &Input<'_>) -> String {
    let mut facts = String::new();
    for (name, value) in [("Client", input.client), ("Coach", input.coach)] {
        if let Some(value) = value {
            facts.push_str(&format!("{name}: {}\n", short(value)));
        }
    }
    if let Some(day) = input.held_on {
        facts.push_str(&format!("Day of the session: {}\n", day.format("%A, %-d %B %Y")));
    }
    if let Some((part, parts)) = input.part
        && parts > 1
    {
        facts.push_str(&format!(
            "This is part {part} of {parts} of the session; say nothing of the other parts.\n"
        ));
    }
    let terms: Vec<String> =
        input.vocabulary.iter().take(MAX_TERMS).map(|term| short(term)).collect();
    let mut out = String::new();
    for (tag, content) in [
        ("session", facts),
        ("vocabulary", terms.join("\n")),
        ("running_note", input.running_note.map(lines).unwrap_or_default()),
        ("coach_notes", input.notes.map(lines).unwrap_or_default()),
        ("transcript", input.turns.to_owned()),
    ] {
        let content = content.trim();
        if !content.is_empty() {
            out.push_str(&format!("<{tag}>\n{content}\n</{tag}>\n\n"));
        }
    }
    out.trim_end().to_owned()
}

/// Returns a name or a term: one line of at most [`MAX_TITLE`] characters.
fn short(text: &str) -> String {
    let text: String = harmless(text).chars().take(MAX_TITLE).collect();
    text.trim().to_owned()
}

/// Returns a text of several lines that cannot close its tag.
fn lines(text: &str) -> String {
    text.lines().map(harmless).collect::<Vec<_>>().join("\n")
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
