//! The places that settings come from, one over the other.
//!
//! A value is checked in every layer it is set in, not only where it wins: a file that is wrong
//! under an environment variable would be found wrong on the next machine.

use std::path::Path;

use toml::de::{DeTable, DeValue};

use super::problem::{Problem, Source};
use super::read::Accepts;
use super::redact::{Kind, shape};

/// Begins the name of each environment variable that is looked at.
pub(super) const ENVIRONMENT: &str = "DEBRIEF_";

/// Variables with that prefix that are no settings.
const NOT_SETTINGS: [&str; 2] = ["DEBRIEF_CONFIG", "DEBRIEF_CORPUS"];
const NOT_SETTINGS_PREFIXES: [&str; 2] = ["DEBRIEF_TEST_", "DEBRIEF_BENCH_"];

/// One key with its value in one place.
struct Entry {
    name: String,
    value: Value,
    at: Source,
}

enum Value {
    Text(String),
    /// Of a type that no setting has, such as "a list".
    Other(&'static str),
}

/// All entries, the strongest last, and what was found wrong with them.
pub(super) struct Layers {
    keys: &'static [&'static str],
    entries: Vec<Entry>,
    pub(super) problems: Vec<Problem>,
}

impl Layers {
    pub(super) fn new(keys: &'static [&'static str]) -> Self {
        Self { keys, entries: Vec::new(), problems: Vec::new() }
    }

    /// The file inside the program.
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
        // Only the parser's own words: the line itself may hold a secret. What could be read in
        // spite of the errors is left alone, as it may not be what was meant.
        self.problems.extend(errors.iter().map(|error| Problem::Syntax {
            at: at(error.span().map_or(0, |span| span.start)),
            reason: error.message().to_owned(),
        }));
    }

    /// Sections become names with dots, none of which is a setting.
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

    /// Reports the entries that no setting takes.
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

    /// The value of a setting and where it was set. Wrong values are reported, and a weaker layer's
    /// is answered, so that the others can be looked at too.
    ///
    /// Panics if the default is wrong: that is a mistake in this program, which a test finds.
    pub(super) fn read<T>(
        &mut self,
        key: &'static str,
        kind: Kind,
        read: impl Fn(&str) -> Result<T, Accepts>,
    ) -> (T, Source) {
        let mut best = None;
        for entry in self.entries.iter().filter(|entry| entry.name == key) {
            let (shape, accepts) = match &entry.value {
                // What is not UTF-8 in the environment arrives with this character.
                Value::Text(text) if text.contains(['\0', '\u{fffd}']) => {
                    ("not readable text".to_owned(), "it in UTF-8".to_owned())
                }
                Value::Text(text) => match read(text) {
                    Ok(value) => {
                        best = Some((value, entry.at.clone()));
                        continue;
                    }
                    Err(accepts) => (shape(kind, text), accepts),
                },
                // Asks the reader what it wants; no setting takes this text.
                Value::Other(shape) => ((*shape).to_owned(), accepted(&read)),
            };
            self.problems.push(Problem::WrongValue { at: entry.at.clone(), key, shape, accepts });
        }
        best.unwrap_or_else(|| panic!("debrief.default.toml: {key} has no default that is right"))
    }

    /// Whether a setting's value is the one that was asked for.
    pub(super) fn is_right(&self, key: &'static str) -> bool {
        !self.problems.iter().any(
            |problem| matches!(problem, Problem::WrongValue { key: wrong, .. } if *wrong == key),
        )
    }
}

fn accepted<T>(read: &impl Fn(&str) -> Result<T, Accepts>) -> Accepts {
    read("\n").err().unwrap_or_else(|| "a text".to_owned())
}

/// Variables that others set. Kubernetes gives every container the addresses of the services beside
/// it, so that a service named `debrief` or `debrief-api` fills this program's own prefix.
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

/// The setting that was most likely meant.
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
