//! The sources of settings, each overriding the previous ones.
//!
//! A value is checked in every source that sets it, not only where it takes effect: a file that is
//! wrong beneath an environment variable would fail on the next machine.

use std::path::Path;

use toml::de::{DeTable, DeValue};

use super::problem::{Problem, Source};
use super::read::Accepts;
use super::redact::{Kind, shape};

/// The prefix of the environment variables that are read.
pub(super) const ENVIRONMENT: &str = "DEBRIEF_";

/// Variables with that prefix that are not settings.
const NOT_SETTINGS: [&str; 2] = ["DEBRIEF_CONFIG", "DEBRIEF_CORPUS"];
const NOT_SETTINGS_PREFIXES: [&str; 2] = ["DEBRIEF_TEST_", "DEBRIEF_BENCH_"];

/// A key and its value in one source.
struct Entry {
    name: String,
    value: Value,
    at: Source,
}

enum Value {
    Text(String),
    /// A type that no setting has, such as "a list".
    Other(&'static str),
}

/// All entries, the strongest last, and the problems found.
pub(super) struct Layers {
    keys: &'static [&'static str],
    entries: Vec<Entry>,
    pub(super) problems: Vec<Problem>,
}

impl Layers {
    pub(super) fn new(keys: &'static [&'static str]) -> Self {
        Self { keys, entries: Vec::new(), problems: Vec::new() }
    }

    /// Adds the defaults embedded in the program.
    pub(super) fn add_defaults(&mut self, text: &str) {
        self.add_toml(text, |_| Source::Default);
    }

    pub(super) fn add_file(&mut self, path: &Path) {
        match std::fs::read_to_string(path) {
            Ok(text) => self.add_toml(&text, |offset| Source::File {
                path: path.to_owned(),
                line: 1 + text.bytes().take(offset).filter(|b| *b == b'\n').count(),
            }),
            Err(error) => self
                .problems
                .push(Problem::Unreadable { path: path.to_owned(), reason: error.to_string() }),
        }
    }

    fn add_toml(&mut self, text: &str, at: impl Fn(usize) -> Source) {
        let (table, errors) = DeTable::parse_recoverable(text);
        if errors.is_empty() {
            return self.add_table("", table.get_ref(), &at);
        }
        // Only the parser's own words: the line may contain a secret. What was parsed in spite of
        // the errors is ignored, as it may not be what was meant.
        self.problems.extend(errors.iter().map(|error| Problem::Syntax {
            at: at(error.span().map_or(0, |span| span.start)),
            reason: error.message().to_owned(),
        }));
    }

    /// Turns sections into dotted names, none of which is a setting.
    fn add_table(&mut self, section: &str, table: &DeTable<'_>, at: &impl Fn(usize) -> Source) {
        let mut rows: Vec<_> = table.iter().collect();
        rows.sort_by_key(|(key, _)| key.span().start);
        for (key, value) in rows {
            let name = format!("{section}{}", key.get_ref());
            let value = match value.get_ref() {
                DeValue::Table(inner) if !inner.is_empty() => {
                    self.add_table(&format!("{name}."), inner, at);
                    continue;
                }
                DeValue::String(text) => Value::Text(text.clone().into_owned()),
                DeValue::Integer(number) => Value::Text(number.to_string()),
                DeValue::Boolean(true) => Value::Other("true"),
                DeValue::Boolean(false) => Value::Other("false"),
                DeValue::Float(_) => Value::Other("a number with a decimal point"),
                DeValue::Datetime(_) => Value::Other("a date"),
                DeValue::Array(_) => Value::Other("a list"),
                DeValue::Table(_) => Value::Other("a section"),
            };
            let at = at(key.span().start);
            self.entries.push(Entry { name, value, at });
        }
    }

    pub(super) fn add_environment(&mut self, variables: impl Iterator<Item = (String, String)>) {
        let mut variables: Vec<_> = variables
            .filter(|(name, value)| name.starts_with(ENVIRONMENT) && !is_foreign(name, value))
            .collect();
        variables.sort();
        self.entries.extend(variables.into_iter().map(|(name, value)| Entry {
            name: match &name[ENVIRONMENT.len()..] {
                key if key.bytes().any(|b| b.is_ascii_lowercase()) => name.clone(),
                key => key.to_ascii_lowercase(),
            },
            value: Value::Text(value),
            at: Source::Environment(name),
        }));
    }

    pub(super) fn add_flags(&mut self, flags: Vec<(&'static str, String)>) {
        self.entries.extend(flags.into_iter().map(|(key, value)| Entry {
            name: key.to_owned(),
            value: Value::Text(value),
            at: Source::Flag(key.replace('_', "-")),
        }));
    }

    /// Reports the entries that are not settings.
    pub(super) fn refuse_unknown(&mut self) {
        let unknown = self.entries.iter().filter(|entry| !self.keys.contains(&entry.name.as_str()));
        self.problems.extend(unknown.map(|entry| {
            let name = entry.name.strip_prefix(ENVIRONMENT).unwrap_or(&entry.name);
            Problem::UnknownKey {
                at: entry.at.clone(),
                nearest: nearest(name, self.keys).map(str::to_owned),
                name: entry.name.clone(),
            }
        }));
    }

    /// Returns the value of a setting and its source. Wrong values are reported and replaced by a
    /// weaker source's value, so that the other settings can be checked too.
    ///
    /// Panics if the default is wrong: that is a bug in this program, which a test finds.
    pub(super) fn read<T>(
        &mut self,
        key: &'static str,
        kind: Kind,
        read: impl Fn(&str) -> Result<T, Accepts>,
    ) -> (T, Source) {
        let mut best = None;
        for entry in self.entries.iter().filter(|entry| entry.name == key) {
            let (shape, accepts) = match &entry.value {
                // Environment variables that are not UTF-8 contain this character.
                Value::Text(text) if text.contains(['\0', '\u{fffd}']) => {
                    ("not valid text".to_owned(), "UTF-8".to_owned())
                }
                Value::Text(text) => match read(text) {
                    Ok(value) => {
                        best = Some((value, entry.at.clone()));
                        continue;
                    }
                    Err(accepts) => (shape(kind, text), accepts),
                },
                // Asks the reader what it accepts; no setting accepts this text.
                Value::Other(shape) => ((*shape).to_owned(), accepted(&read)),
            };
            self.problems.push(Problem::WrongValue { at: entry.at.clone(), key, shape, accepts });
        }
        best.unwrap_or_else(|| panic!("debrief.default.toml: {key} has no valid default"))
    }

    /// Returns whether a setting's value is the one that was set.
    pub(super) fn is_right(&self, key: &'static str) -> bool {
        !self.problems.iter().any(
            |problem| matches!(problem, Problem::WrongValue { key: wrong, .. } if *wrong == key),
        )
    }
}

fn accepted<T>(read: &impl Fn(&str) -> Result<T, Accepts>) -> Accepts {
    read("\n").err().unwrap_or_else(|| "a text".to_owned())
}

/// Returns whether another program set the variable. Kubernetes gives every container the addresses
/// of other services, so that a service named `debrief` or `debrief-api` uses this program's
/// prefix.
fn is_foreign(name: &str, value: &str) -> bool {
    if NOT_SETTINGS.contains(&name) || NOT_SETTINGS_PREFIXES.iter().any(|p| name.starts_with(p)) {
        return true;
    }
    let port_of_service =
        ["tcp://", "udp://", "sctp://"].iter().any(|scheme| value.starts_with(scheme));
    name.ends_with("_SERVICE_HOST")
        || name.contains("_SERVICE_PORT")
        || ["_TCP", "_UDP", "_SCTP"]
            .iter()
            .any(|protocol| name.contains("_PORT_") && name.contains(protocol))
        || (name.ends_with("_PORT") && port_of_service)
}

/// Returns the setting that was most likely meant.
fn nearest(name: &str, keys: &[&'static str]) -> Option<&'static str> {
    let name = name.to_ascii_lowercase().replace(['-', '.'], "_");
    let last = name.rsplit('_').next().unwrap_or_default();
    let likeness = |key: &str| {
        let contains = name.len() >= 4 && key.contains(&name) || key == last;
        strsim::normalized_damerau_levenshtein(&name, key) + if contains { 0.5 } else { 0.0 }
    };
    let (best, key) =
        keys.iter().map(|key| (likeness(key), *key)).max_by(|a, b| a.0.total_cmp(&b.0))?;
    (best >= 0.5).then_some(key)
}
