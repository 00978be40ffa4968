//! Evaluates the texts of a template, which anybody in an organization may write.
//!
//! Invariants:
//! - A text reads its variables and nothing else: no files, no other templates, no clock.
//! - Time is bounded by fuel. Memory is bounded by what may be written: tags choose and repeat, and
//!   no operator and no filter makes a value that is larger than its parts, but `join`, which is
//!   bounded. The engine's fuel counts the bytes of texts, not those of lists: with
//!   `{% set x = x + x %}` alone, forty times, it would not end.
//! - An unknown variable, and one without a value, is an error, never an empty text.

use std::io::{self, Write};

use minijinja::value::ValueKind;
use minijinja::{Environment, Error, ErrorKind, UndefinedBehavior, Value};

/// Fuel of a text: so many steps, or 64 times as many bytes.
const FUEL: u64 = 20_000;
/// Maximum length of a text that comes out, in bytes.
pub(super) const MAX_OUT: usize = 32 * 1024;
/// Tags that may be used.
const TAGS: &[&str] = &["if", "elif", "else", "endif", "for", "endfor"];
/// Filters that may be used.
const FILTERS: &str = "upper, lower, trim, length, join";
/// Characters that may not be used in code: they make new values of others.
const FORBIDDEN: &[char] = &['~', '+', '*', '%', ',', '[', ']', '{', '}'];

/// What is wrong with a text, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Fault {
    /// From 1.
    pub(super) line: usize,
    pub(super) message: String,
}

impl Fault {
    fn new(line: usize, message: impl Into<String>) -> Self {
        Self { line, message: message.into() }
    }
}

/// Evaluates a text with variables, all of whose names are `known`.
pub(super) fn evaluate(source: &str, known: &[&str], variables: Value) -> Result<String, Fault> {
    allowed(source)?;
    let environment = environment();
    let template = environment.template_from_str(source).map_err(|error| fault(&error))?;
    let mut unknown: Vec<String> = template
        .undeclared_variables(false)
        .into_iter()
        .filter(|name| !known.contains(&name.as_str()))
        .collect();
    unknown.sort_unstable();
    if let Some(name) = unknown.first() {
        let line = source.lines().position(|line| line.contains(name.as_str())).unwrap_or(0);
        let known = known.join(", ");
        return Err(Fault::new(line + 1, format!("“{name}” is not known; known are {known}.")));
    }
    let mut out = Bounded(Vec::new());
    template.render_captured_to(variables, &mut out).map_err(|error| fault(&error))?;
    Ok(String::from_utf8_lossy(&out.0).into_owned())
}

fn environment<'a>() -> Environment<'a> {
    let mut environment = Environment::empty();
    environment.set_fuel(Some(FUEL));
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    environment.set_formatter(|out, _, value| match value.kind() {
        ValueKind::Undefined | ValueKind::None => Err(Error::new(
            ErrorKind::UndefinedError,
            "there is no value here; ask for it first, as in {% if client %}{{ client }}{% endif %}",
        )),
        _ => write!(out, "{value}").map_err(Error::from),
    });
    environment.add_filter("upper", |text: &str| text.to_uppercase());
    environment.add_filter("lower", |text: &str| text.to_lowercase());
    environment.add_filter("trim", |text: &str| text.trim().to_owned());
    environment.add_filter("length", |value: &Value| {
        value.len().ok_or_else(|| Error::new(ErrorKind::InvalidOperation, "it has no length"))
    });
    environment.add_filter("join", join);
    environment
}

/// Joins texts.
fn join(list: &Value, between: &str) -> Result<String, Error> {
    let mut out = String::new();
    for (at, value) in list.try_iter()?.enumerate() {
        let not_text = || Error::new(ErrorKind::InvalidOperation, "only texts can be joined");
        if at > 0 {
            out.push_str(between);
        }
        out.push_str(value.as_str().ok_or_else(not_text)?);
        if out.len() > MAX_OUT {
            return Err(Error::new(ErrorKind::InvalidOperation, too_long()));
        }
    }
    Ok(out)
}

fn too_long() -> String {
    format!("the text becomes longer than {MAX_OUT} bytes")
}

/// A writer that takes no more than [`MAX_OUT`] bytes.
struct Bounded(Vec<u8>);

impl Write for Bounded {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.0.len() + bytes.len() > MAX_OUT {
            return Err(io::Error::other(too_long()));
        }
        self.0.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Returns an error as a sentence.
fn fault(error: &Error) -> Fault {
    let detail = error.detail().unwrap_or_default();
    let message = match error.kind() {
        ErrorKind::OutOfFuel => "The text takes too many steps.".to_owned(),
        ErrorKind::WriteFailure => format!("{}.", capital(&too_long())),
        ErrorKind::UnknownFilter => format!("This filter is not known; known are {FILTERS}."),
        ErrorKind::UnknownFunction | ErrorKind::UnknownMethod => {
            "Functions cannot be called.".to_owned()
        }
        ErrorKind::UnknownTest => "Tests with “is” are not known.".to_owned(),
        ErrorKind::UndefinedError if detail.is_empty() => "There is no such value.".to_owned(),
        kind if detail.is_empty() => format!("{}.", capital(&kind.to_string())),
        _ => format!("{}.", capital(detail)),
    };
    Fault::new(error.line().unwrap_or(1), message)
}

fn capital(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map_or_else(String::new, |first| first.to_uppercase().chain(chars).collect())
}

/// Returns an error for a tag or an operator that may not be used.
fn allowed(source: &str) -> Result<(), Fault> {
    let mut at = 0;
    while let Some(open) = source[at..].find('{').map(|open| at + open) {
        at = match source.as_bytes().get(open + 1) {
            Some(b'{') => code(source, open, "}}")?,
            Some(b'%') => {
                tag(source, open)?;
                code(source, open, "%}")?
            }
            Some(b'#') => source[open..].find("#}").map_or(source.len(), |to| open + to + 2),
            _ => open + 1,
        };
    }
    Ok(())
}

fn line_of(source: &str, at: usize) -> usize {
    source[..at].matches('\n').count() + 1
}

/// Checks a tag's name.
fn tag(source: &str, open: usize) -> Result<(), Fault> {
    let inner = source[open + 2..].trim_start_matches(['-', '+']).trim_start();
    let name: String = inner.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
    if TAGS.contains(&name.as_str()) {
        return Ok(());
    }
    let tags = TAGS.join(", ");
    Err(Fault::new(line_of(source, open), format!("“{name}” cannot be used; tags are {tags}.")))
}

/// Checks code up to its end, which it returns.
fn code(source: &str, open: usize, close: &str) -> Result<usize, Fault> {
    let mut quote: Option<char> = None;
    let mut escaped = false;
    let mut word = String::new();
    for (at, c) in source[open + 2..].char_indices().map(|(at, c)| (open + 2 + at, c)) {
        if let Some(mark) = quote {
            (quote, escaped) = match c {
                _ if escaped => (quote, false),
                '\\' => (quote, true),
                c if c == mark => (None, false),
                _ => (quote, false),
            };
            continue;
        }
        let rest = &source[at..];
        if rest.starts_with(close) {
            return Ok(at + close.len());
        }
        if c.is_alphanumeric() || c == '_' {
            word.push(c);
            continue;
        }
        if word == "recursive" {
            return Err(Fault::new(line_of(source, at), "“recursive” cannot be used."));
        }
        word.clear();
        // "{%+" and "+%}" are marks of white space.
        let mark = c == '+' && (at == open + 2 || rest[1..].starts_with(close));
        if matches!(c, '"' | '\'') {
            quote = Some(c);
        } else if FORBIDDEN.contains(&c) && !mark {
            return Err(Fault::new(line_of(source, at), format!("“{c}” cannot be used.")));
        }
    }
    // The engine says what is missing.
    Ok(source.len())
}

#[cfg(test)]
mod tests {
    use super::*;
    use minijinja::context;
    use proptest::prelude::*;

    const KNOWN: &[&str] = &["client", "coach", "terms"];

    fn run(source: &str) -> Result<String, String> {
        let variables = context! {
            client => "Maya",
            coach => Value::from(()),
            terms => vec![Value::from("VO2max"), Value::from("tempo run")],
        };
        evaluate(source, KNOWN, variables)
            .map_err(|fault| format!("{}: {}", fault.line, fault.message))
    }

    #[test]
    fn texts_choose_and_repeat() {
        for (source, text) in [
            ("Ask {{ client }}.", "Ask Maya."),
            ("{% if coach %}{{ coach }}{% else %}nobody{% endif %}", "nobody"),
            ("{{ coach or 'the coach' }}", "the coach"),
            ("{% for term in terms %}- {{ term|upper }}\n{% endfor %}", "- VO2MAX\n- TEMPO RUN\n"),
            ("{{ terms|join(', ') }} ({{ terms|length }})", "VO2max, tempo run (2)"),
            ("{# a comment ~ #}1 + 1 * 2 ~ 50%, [a]", "1 + 1 * 2 ~ 50%, [a]"),
            ("{{ 'a ~ [b]' }} { }", "a ~ [b] { }"),
            ("{%- if client == 'Maya' -%} yes {%- endif -%}", "yes"),
        ] {
            assert_eq!(run(source), Ok(text.to_owned()), "{source}");
        }
    }

    #[test]
    fn what_is_wrong_is_a_sentence_with_its_line() {
        for (source, message) in [
            ("a\n{{ cleint }}", "2: “cleint” is not known; known are client, coach, terms."),
            (
                "{{ coach }}",
                "1: There is no value here; ask for it first, as in {% if client %}{{ client }}{% endif %}.",
            ),
            ("{{ client.age }}", "1: There is no such value."),
            (
                "\n\n{% set x = 1 %}",
                "3: “set” cannot be used; tags are if, elif, else, endif, for, endfor.",
            ),
            (
                "{% include 'a' %}",
                "1: “include” cannot be used; tags are if, elif, else, endif, for, endfor.",
            ),
            ("{{ client ~ client }}", "1: “~” cannot be used."),
            ("{{ 'a' * 1000000000 }}", "1: “*” cannot be used."),
            ("{% for a in [client] %}{% endfor %}", "1: “[” cannot be used."),
            ("{% for a in (client, client) %}{% endfor %}", "1: “,” cannot be used."),
            (
                "{{ client|reverse }}",
                "1: This filter is not known; known are upper, lower, trim, length, join.",
            ),
            ("{{ range(9) }}", "1: “range” is not known; known are client, coach, terms."),
            ("{{ client.upper() }}", "1: Functions cannot be called."),
            (
                "{% for a in terms recursive %}{{ loop(terms) }}{% endfor %}",
                "1: “recursive” cannot be used.",
            ),
            ("{% if client %}", "1: Unexpected end of input, expected end of block."),
        ] {
            assert_eq!(run(source), Err(message.to_owned()), "{source}");
        }
    }

    #[test]
    fn time_and_size_are_bounded() {
        let steps = Err("1: The text takes too many steps.".to_owned());
        let loops = "{% for a in terms %}".repeat(30) + "{{ a }}" + &"{% endfor %}".repeat(30);
        assert_eq!(run(&loops), steps);
        let long = format!("{{% for a in terms %}}{}{{% endfor %}}", "a".repeat(MAX_OUT));
        assert_eq!(run(&long), Err(format!("1: The text becomes longer than {MAX_OUT} bytes.")));
        // Control: without the restrictions, a few steps double a text each time.
        let free = Environment::new();
        let double = "{% set x = 'a' %}".to_owned() + &"{% set x = x ~ x %}".repeat(22) + "{{ x }}";
        let template = free.template_from_str(&double).unwrap();
        assert_eq!(template.render(context! {}).unwrap().len(), 1 << 22);
    }

    proptest! {
        #[test]
        fn any_text_is_evaluated_or_refused(parts in proptest::collection::vec(prop_oneof![
            Just("{{"), Just("}}"), Just("{%"), Just("%}"), Just("{#"), Just("#}"), Just(" if "),
            Just("client"), Just("terms"), Just("|join"), Just("|upper"), Just("'"), Just("\""),
            Just("for a in "), Just("endfor"), Just("endif"), Just("("), Just(")"), Just("["),
            Just("]"), Just("\\"), Just(" "), Just("\n"), Just("a"), Just("~"), Just("é")
        ], 0..30)) {
            if let Ok(text) = run(&parts.concat()) {
                prop_assert!(text.len() <= MAX_OUT);
            }
        }
    }
}
