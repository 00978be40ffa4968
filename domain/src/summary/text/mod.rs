//! A summary as text, as it is sent.
//!
//! Invariants:
//! - The same content and style give the same text.
//! - Words show as they were written: what Markdown would read as markup is escaped, and what
//!   controls the direction of text is left out, so that no word can turn those after it around.
//! - A line of a right-to-left language is laid out from right to left even if it begins with a
//!   Latin name, and the other way round.

mod headings;
#[cfg(test)]
mod tests;

use super::content::{ActionItem, Content};
use super::section::Section;
use super::sheet::Sheet;
use headings::labels;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Where the text is shown.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = SummaryMarkup)]
pub enum Markup {
    /// As Markdown (CommonMark).
    #[default]
    Markdown,
    /// As plain text.
    Plain,
}

/// How the points of a section are set.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = SummaryLayout)]
pub enum Layout {
    /// Each on a line of its own.
    #[default]
    List,
    /// One after the other in a paragraph. Action items are a list all the same.
    Prose,
}

/// The form of the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = SummaryStyle)]
pub struct Style {
    /// Where it is shown.
    #[serde(default)]
    pub markup: Markup,
    /// Whether each section has a heading. The headline is shown without one.
    pub headings: bool,
    /// How points are set.
    #[serde(default)]
    pub layout: Layout,
}

impl Default for Style {
    fn default() -> Self {
        Self { markup: Markup::Markdown, headings: true, layout: Layout::List }
    }
}

const RIGHT_TO_LEFT_MARK: char = '\u{200F}';
const LEFT_TO_RIGHT_MARK: char = '\u{200E}';
const ISOLATE: char = '\u{2068}';
const END_ISOLATE: char = '\u{2069}';

/// Returns the summary as text, ending with a line break unless it says nothing.
pub fn render(content: &Content, style: &Style) -> String {
    let language = content.language.as_deref().unwrap_or("en");
    let writer = Writer { style, labels: labels(language), rtl: is_right_to_left(content) };
    let mut blocks: Vec<String> = Vec::new();
    blocks.extend(content.opening.as_deref().map(|text| writer.paragraphs(text)));
    for page in Sheet::of(content).0.into_iter().filter(|page| !page.entries.is_empty()) {
        if style.headings && page.section != Section::Headline {
            blocks.push(writer.heading(&page.section));
        }
        blocks.push(writer.section(&page.section, &page.entries));
    }
    blocks.extend(content.closing.as_deref().map(|text| writer.paragraphs(text)));
    blocks.retain(|block| !block.is_empty());
    match blocks.is_empty() {
        true => String::new(),
        false => blocks.join("\n\n") + "\n",
    }
}

/// Whether a summary is laid out from right to left: by its language or, where that is unknown, by
/// the first letter of its points.
pub fn is_right_to_left(content: &Content) -> bool {
    match &content.language {
        Some(tag) => {
            let primary = tag.split(['-', '_']).next().unwrap_or(tag).to_ascii_lowercase();
            const TAGS: &[&str] = &["he", "iw", "ar", "fa", "ur", "yi", "ps", "sd", "ug", "dv"];
            TAGS.contains(&primary.as_str())
        }
        None => content
            .points()
            .iter()
            .find_map(|(_, point)| first_direction(&point.text))
            .unwrap_or_default(),
    }
}

struct Writer<'a> {
    style: &'a Style,
    labels: &'static headings::Labels,
    rtl: bool,
}

impl Writer<'_> {
    fn heading(&self, section: &Section) -> String {
        let label = match section {
            Section::Headline => self.labels.headline,
            Section::Overview => self.labels.overview,
            Section::KeyMoments => self.labels.key_moments,
            Section::Topics => self.labels.topics,
            Section::Progress => self.labels.progress,
            Section::Decisions => self.labels.decisions,
            Section::ActionItems => self.labels.action_items,
            Section::OpenQuestions => self.labels.open_questions,
            Section::NextQuestions => self.labels.next_questions,
            Section::Own(title) => title,
        };
        let label = self.words(label);
        match self.style.markup {
            Markup::Markdown => format!("## {}{label}", self.mark(&label)),
            Markup::Plain => format!("{}{label}", self.mark(&label)),
        }
    }

    fn section(&self, section: &Section, entries: &[ActionItem]) -> String {
        let texts: Vec<String> = entries.iter().map(|entry| self.entry(entry)).collect();
        let lines = |bullet: &str| {
            let line = |text: &String| format!("{bullet}{}{text}", self.mark(text));
            texts.iter().map(line).collect::<Vec<_>>().join("\n")
        };
        match (section, self.style.layout) {
            (Section::Headline, _) => lines(""),
            (Section::ActionItems, _) | (_, Layout::List) => lines("- "),
            // Labels of a few words, which no sentence joins.
            (Section::Topics, Layout::Prose) => self.line(&texts.join(self.labels.comma)),
            (_, Layout::Prose) => self.line(&texts.join(" ")),
        }
    }

    fn line(&self, text: &str) -> String {
        format!("{}{}", self.mark(text), self.line_start(text))
    }

    fn entry(&self, entry: &ActionItem) -> String {
        let mut text = self.words(&entry.point.text);
        let due = match (&entry.due, entry.due_on) {
            (Some(due), _) => Some(due.clone()),
            (None, day) => day.map(|day| day.to_string()),
        };
        let asides: Vec<String> =
            entry.owner.iter().chain(&due).map(|aside| self.isolated(&self.words(aside))).collect();
        if !asides.is_empty() {
            text = format!("{text} ({})", asides.join(self.labels.comma));
        }
        if entry.done {
            text = format!("✓ {text}");
        }
        self.line_start(&text)
    }

    /// Returns the coach's own words, which keep their lines.
    fn paragraphs(&self, text: &str) -> String {
        let lines: Vec<String> = text
            .lines()
            .map(|line| self.words(line))
            .map(|line| format!("{}{}", self.mark(&line), self.line_start(&line)))
            .collect();
        let joined = match self.style.markup {
            // Two spaces at its end break a line; a paragraph ends without.
            Markup::Markdown => {
                let mut joined = String::new();
                for (place, line) in lines.iter().enumerate() {
                    joined.push_str(line);
                    match lines.get(place + 1) {
                        Some(next) if !next.is_empty() && !line.is_empty() => {
                            joined.push_str("  \n");
                        }
                        Some(_) => joined.push('\n'),
                        None => {}
                    }
                }
                joined
            }
            Markup::Plain => lines.join("\n"),
        };
        joined.trim_matches('\n').to_owned()
    }

    /// Returns words on one line, escaped for the markup.
    fn words(&self, text: &str) -> String {
        let text: String = text.chars().filter(|c| !is_direction_control(*c)).collect();
        let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
        match self.style.markup {
            Markup::Plain => text,
            Markup::Markdown => escaped(&text),
        }
    }

    /// Escapes what is markup at the beginning of a line alone.
    fn line_start(&self, text: &str) -> String {
        if self.style.markup == Markup::Plain {
            return text.to_owned();
        }
        let digits = text.chars().take_while(char::is_ascii_digit).count();
        let after = text[digits..].chars().next();
        match text.chars().next() {
            Some('#' | '+' | '-' | '=' | ':') => format!("\\{text}"),
            Some(_) if digits > 0 && matches!(after, Some('.' | ')')) => {
                format!("{}\\{}", &text[..digits], &text[digits..])
            }
            _ => text.to_owned(),
        }
    }

    /// Returns the mark that gives a line the direction of the summary, if its first letter would
    /// give it the other.
    fn mark(&self, text: &str) -> String {
        match first_direction(text) {
            Some(rtl) if rtl != self.rtl => {
                if self.rtl {
                    RIGHT_TO_LEFT_MARK.into()
                } else {
                    LEFT_TO_RIGHT_MARK.into()
                }
            }
            _ => String::new(),
        }
    }

    /// Keeps a name or a time in the other direction from moving what surrounds it.
    fn isolated(&self, text: &str) -> String {
        let other = |c: char| direction(c).is_some_and(|rtl| rtl != self.rtl);
        match text.chars().any(other) {
            true => format!("{ISOLATE}{text}{END_ISOLATE}"),
            false => text.to_owned(),
        }
    }
}

/// Escapes the punctuation that Markdown reads as markup anywhere in a line.
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        if matches!(c, '\\' | '`' | '*' | '_' | '[' | ']' | '<' | '>' | '~' | '&' | '|' | '$') {
            escaped.push('\\');
        }
        escaped.push(c);
    }
    escaped
}

/// Whether a character only controls the direction of those around it.
fn is_direction_control(c: char) -> bool {
    matches!(c, '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}' | '\u{200E}' | '\u{200F}' | '\u{61C}')
}

fn first_direction(text: &str) -> Option<bool> {
    text.chars().find_map(direction)
}

/// Returns whether a letter is written from right to left; `None` if it has no direction.
fn direction(c: char) -> Option<bool> {
    match c {
        '\u{590}'..='\u{8FF}' | '\u{FB1D}'..='\u{FDFF}' | '\u{FE70}'..='\u{FEFF}'
            if c.is_alphabetic() =>
        {
            Some(true)
        }
        _ => c.is_alphabetic().then_some(false),
    }
}
