//! A language model's answer for one part of a session: its JSON schema, and what is read from it.
//!
//! Reading is lenient where the meaning is plain: extra fields, numbers as strings and the other
//! way round, one quote instead of a list, an answer in a code fence. What is not plain is a
//! problem, a sentence that can be sent back with its path.
//!
//! Invariant: what is read is bounded: see [`MAX_BYTES`], [`MAX_POINTS`] and the other limits.

#[cfg(test)]
mod tests;

use debrief_domain::summary::Section;
use serde_json::{Map, Value, json};

use crate::evidence::{Claim, ClaimedQuote, Problem};

/// Maximum length of an answer in bytes.
pub const MAX_BYTES: usize = 512 * 1024;
/// Maximum number of points in a section of one part.
pub const MAX_POINTS: usize = 40;
/// Maximum length of a point, a quote, in characters.
pub const MAX_TEXT: usize = 600;
/// Maximum number of quotes of a point.
pub const MAX_QUOTES: usize = 6;
/// Maximum number of turns of a point.
pub const MAX_TURNS: usize = 64;
/// Maximum length of an owner and of a date, in characters.
pub const MAX_WORDS: usize = 120;

/// What was read from an answer.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Answer {
    /// Its points, by section in the order asked for. Not checked against the transcript.
    pub claims: Vec<Claim>,
    /// What could not be read, as sentences for the model.
    pub problems: Vec<String>,
}

/// Reasons why nothing can be read from an answer. [`std::fmt::Display`] tells the model.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AnswerError {
    /// It is empty.
    #[error("The answer was empty: answer with one JSON object.")]
    Empty,
    /// It ends in the middle.
    #[error("The answer was cut off before its JSON ended: answer with fewer or shorter points.")]
    CutOff,
    /// It is longer than [`MAX_BYTES`].
    #[error("The answer was longer than {MAX_BYTES} bytes: answer with fewer or shorter points.")]
    TooLong,
    /// It is no JSON object.
    #[error("The answer was not one JSON object ({0}): answer with the object alone.")]
    NotJson(String),
}

/// Returns the JSON schema of an answer with these sections, in the strict form that
/// OpenAI-compatible servers enforce: all fields are required, none may be added.
pub fn schema(sections: &[Section]) -> Value {
    let nullable = |kind: &str| json!({ "type": [kind, "null"] });
    let list = |items: Value| json!({ "type": "array", "items": items });
    let quote =
        object(vec![("turn", json!({ "type": "integer" })), ("text", json!({ "type": "string" }))]);
    let point = |more: Vec<(&str, Value)>| {
        let mut fields = vec![
            ("text", json!({ "type": "string" })),
            ("turns", list(json!({ "type": "integer" }))),
            ("quotes", list(quote.clone())),
        ];
        fields.extend(more);
        object(fields)
    };
    let mut fields: Vec<(&str, Value)> = Vec::new();
    let mut titles: Vec<&str> = Vec::new();
    for section in sections {
        match section {
            Section::Headline => {
                let mut headline = point(Vec::new());
                headline["type"] = json!(["object", "null"]);
                fields.push((section.as_str(), headline));
            }
            Section::ActionItems => {
                let more = vec![("owner", nullable("string")), ("due", nullable("string"))];
                fields.push((section.as_str(), list(point(more))));
            }
            Section::Own(title) => titles.push(title),
            _ => fields.push((section.as_str(), list(point(Vec::new())))),
        }
    }
    if !titles.is_empty() {
        let own = object(vec![
            ("title", json!({ "type": "string", "enum": titles })),
            ("points", list(point(Vec::new()))),
        ]);
        fields.push(("sections", list(own)));
    }
    object(fields)
}

fn object(fields: Vec<(&str, Value)>) -> Value {
    let required: Vec<&str> = fields.iter().map(|(name, _)| *name).collect();
    let required = json!(required);
    let properties: Map<String, Value> =
        fields.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
    json!({
        "type": "object",
        "additionalProperties": false,
        "required": required,
        "properties": properties,
    })
}

/// Reads an answer with these sections.
pub fn read(text: &str, sections: &[Section]) -> Result<Answer, AnswerError> {
    if text.len() > MAX_BYTES {
        return Err(AnswerError::TooLong);
    }
    let json = bare(text);
    if json.is_empty() {
        return Err(AnswerError::Empty);
    }
    let value: Value = serde_json::from_str(json).map_err(|error| match error.is_eof() {
        true => AnswerError::CutOff,
        false => AnswerError::NotJson(format!("line {}, column {}", error.line(), error.column())),
    })?;
    let Value::Object(fields) = value else {
        return Err(AnswerError::NotJson(format!("it is {}", kind(&value))));
    };
    let mut reader = Reader::default();
    for section in sections {
        match section {
            Section::Own(title) => reader.own(&fields, title),
            section => {
                let value = fields.get(section.as_str()).unwrap_or(&Value::Null);
                reader.section(value, section, section.as_str());
            }
        }
    }
    reader.unknown_titles(&fields, sections);
    Ok(reader.0)
}

/// Returns the message that asks a model once again for points that did not stand, and for what
/// could not be read.
pub fn ask_again(failed: &[(Claim, Vec<Problem>)], problems: &[String]) -> String {
    let mut message = String::from(
        "Some points of your answer do not stand. Correct each of them, or leave it out if the \
         transcript does not say it. Answer with a JSON object of the same form that holds the \
         corrected points alone; all other lists are empty.\n",
    );
    for problem in problems {
        message.push_str(&format!("\n- {problem}"));
    }
    for (claim, problems) in failed {
        message.push_str(&format!("\n- In {}: {}", claim.section, as_json(claim)));
        for problem in problems {
            message.push_str(&format!("\n  {problem}"));
        }
    }
    message.push('\n');
    message
}

/// Returns a point as the model gave it.
fn as_json(claim: &Claim) -> Value {
    let quotes: Vec<Value> = claim
        .quotes
        .iter()
        .map(|quote| json!({ "turn": quote.turn, "text": quote.text }))
        .collect();
    let mut point = json!({ "text": claim.text, "turns": claim.turns, "quotes": quotes });
    if claim.section == Section::ActionItems {
        point["owner"] = json!(claim.owner);
        point["due"] = json!(claim.due);
    }
    point
}

/// Returns the JSON of an answer without a code fence around it.
fn bare(text: &str) -> &str {
    let text = text.trim().trim_start_matches('\u{FEFF}');
    let Some(fenced) = text.strip_prefix("```") else { return text };
    let inner = fenced.split_once('\n').map_or("", |(_, inner)| inner);
    inner.trim_end().strip_suffix("```").unwrap_or(inner).trim()
}

fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "true or false",
        Value::Number(_) => "a number",
        Value::String(_) => "a string",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    }
}

/// Collects points and problems.
#[derive(Default)]
struct Reader(Answer);

impl Reader {
    fn problem(&mut self, path: &str, what: &str) {
        self.0.problems.push(format!("{path} {what}."));
    }

    /// Reads a section of the organization's own: `[{title, points}]`, or `{title: points}`.
    fn own(&mut self, fields: &Map<String, Value>, title: &str) {
        let section = Section::Own(title.to_owned());
        let path = format!("sections “{title}”");
        match fields.get("sections") {
            Some(Value::Array(list)) => {
                for entry in list.iter().filter(|entry| is_titled(entry, title)) {
                    let points = entry.get("points").unwrap_or(&Value::Null);
                    self.section(points, &section, &path);
                }
            }
            Some(Value::Object(map)) => {
                let points = map.iter().filter(|(name, _)| is_same(name, title));
                points.for_each(|(_, points)| self.section(points, &section, &path));
            }
            _ => {}
        }
    }

    /// Notes sections of its own that nobody asked for.
    fn unknown_titles(&mut self, fields: &Map<String, Value>, sections: &[Section]) {
        let Some(Value::Array(list)) = fields.get("sections") else { return };
        for entry in list.iter().take(MAX_POINTS) {
            let asked = sections
                .iter()
                .any(|section| matches!(section, Section::Own(title) if is_titled(entry, title)));
            let filled =
                entry.get("points").and_then(Value::as_array).is_some_and(|p| !p.is_empty());
            if !asked && filled {
                self.problem("sections", "has a title that was not asked for");
            }
        }
    }

    fn section(&mut self, value: &Value, section: &Section, path: &str) {
        let single;
        let points: &[Value] = match value {
            Value::Null => return,
            Value::Array(points) => points,
            Value::Object(_) | Value::String(_) => {
                single = [value.clone()];
                &single
            }
            other => {
                return self.problem(path, &format!("is {}, not a list of points", kind(other)));
            }
        };
        let most = if *section == Section::Headline { 1 } else { MAX_POINTS };
        if points.len() > most {
            self.problem(path, &format!("has {} points, more than {most}", points.len()));
        }
        for (at, point) in points.iter().take(most).enumerate() {
            let path = format!("{path}[{at}]");
            match claim(point, section) {
                Ok(Some(claim)) => self.0.claims.push(claim),
                Ok(None) => {}
                Err(what) => self.problem(&path, &what),
            }
        }
    }
}

fn is_titled(entry: &Value, title: &str) -> bool {
    entry.get("title").and_then(Value::as_str).is_some_and(|own| is_same(own, title))
}

fn is_same(one: &str, other: &str) -> bool {
    one.trim().to_lowercase() == other.trim().to_lowercase()
}

/// Reads a point; `None` if it is empty.
fn claim(value: &Value, section: &Section) -> Result<Option<Claim>, String> {
    let empty = Map::new();
    let fields = match value {
        Value::Null => return Ok(None),
        Value::Object(fields) => fields,
        Value::String(_) => &empty,
        other => return Err(format!("is {}, not a point", kind(other))),
    };
    let text = match value {
        Value::String(text) => Some(text.clone()),
        _ => words(fields.get("text"), "text", MAX_TEXT)?,
    };
    let Some(text) = text else {
        return if fields.is_empty() { Ok(None) } else { Err("has no text".to_owned()) };
    };
    if text.chars().nth(MAX_TEXT).is_some() {
        return Err(format!("has a text of more than {MAX_TEXT} characters"));
    }
    let turns = turns(fields.get("turns").or(fields.get("turn")))?;
    let quotes = quotes(fields.get("quotes").or(fields.get("quote")))?;
    let (owner, due) = match section {
        Section::ActionItems => (
            words(fields.get("owner"), "owner", MAX_WORDS)?,
            words(fields.get("due"), "due", MAX_WORDS)?,
        ),
        _ => (None, None),
    };
    Ok(Some(Claim { section: section.clone(), text, turns, quotes, owner, due }))
}

/// Reads a text; a number is one too.
fn words(value: Option<&Value>, name: &str, most: usize) -> Result<Option<String>, String> {
    let text = match value {
        None | Some(Value::Null) => return Ok(None),
        Some(Value::String(text)) => text.trim().to_owned(),
        Some(Value::Number(number)) => number.to_string(),
        Some(other) => return Err(format!("has a {name} that is {}, not a string", kind(other))),
    };
    if text.chars().nth(most).is_some() {
        return Err(format!("has a {name} of more than {most} characters"));
    }
    Ok(Some(text).filter(|text| !text.is_empty()))
}

/// Reads the index of a turn: `12`, `12.0`, `"12"`, `"[12]"`.
fn turn(value: &Value) -> Result<u32, String> {
    let index = match value {
        Value::Number(number) => {
            let whole = number.as_f64().filter(|number| number.fract() == 0.0);
            let index = whole.filter(|number| (0.0..=f64::from(u32::MAX)).contains(number));
            index.map(|number| number as u32)
        }
        Value::String(text) => text.trim().trim_matches(['[', ']', '#']).parse().ok(),
        _ => None,
    };
    index.ok_or_else(|| format!("has a turn that is {}, not the number of a turn", kind(value)))
}

fn turns(value: Option<&Value>) -> Result<Vec<u32>, String> {
    match value {
        None | Some(Value::Null) => Ok(Vec::new()),
        Some(Value::Array(list)) if list.len() > MAX_TURNS => {
            Err(format!("has {} turns, more than {MAX_TURNS}", list.len()))
        }
        Some(Value::Array(list)) => list.iter().map(turn).collect(),
        Some(single) => Ok(vec![turn(single)?]),
    }
}

fn quotes(value: Option<&Value>) -> Result<Vec<ClaimedQuote>, String> {
    let list = match value {
        None | Some(Value::Null) => return Ok(Vec::new()),
        Some(Value::Array(list)) => list.as_slice(),
        Some(single) => std::slice::from_ref(single),
    };
    if list.len() > MAX_QUOTES {
        return Err(format!("has {} quotes, more than {MAX_QUOTES}", list.len()));
    }
    let quote = |value: &Value| {
        let (turn, text) = match value {
            Value::Object(fields) => {
                let named = fields.get("turn").filter(|turn| !turn.is_null()).map(turn);
                (named.transpose()?, words(fields.get("text"), "quote", MAX_TEXT)?)
            }
            other => (None, words(Some(other), "quote", MAX_TEXT)?),
        };
        Ok(text.map(|text| ClaimedQuote { turn, text }))
    };
    list.iter().filter_map(|value| quote(value).transpose()).collect()
}
