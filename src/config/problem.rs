//! The problems of a configuration, as sentences that say what to change.

use std::fmt;
use std::path::PathBuf;

/// The source of a value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Source {
    /// `debrief.default.toml`, which is embedded in the program.
    Default,
    File {
        path: PathBuf,
        line: usize,
    },
    /// The name of the environment variable.
    Environment(String),
    /// The name of the flag, without its dashes.
    Flag(String),
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Default => f.write_str("default"),
            Self::File { path, line } => write!(f, "{}, line {line}", path.display()),
            Self::Environment(name) => write!(f, "environment variable {name}"),
            Self::Flag(name) => write!(f, "flag --{name}"),
        }
    }
}

/// A problem. No variant contains a secret: values are redacted before.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Problem {
    #[error("{}: cannot be read: {reason}", path.display())]
    Unreadable { path: PathBuf, reason: String },
    #[error("{at}: not TOML: {reason}")]
    Syntax { at: Source, reason: String },
    #[error("{}", unknown(at, name, nearest.as_deref()))]
    UnknownKey { at: Source, name: String, nearest: Option<String> },
    #[error("{at}: {key} is {shape}; expected {accepts}")]
    WrongValue { at: Source, key: &'static str, shape: String, accepts: String },
    #[error(
        "{} is longer than {}; decrease the first or increase the second",
        value(low),
        value(high)
    )]
    OutOfOrder { low: Setting, high: Setting },
}

/// A setting whose value contradicts another's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Setting {
    pub(crate) key: &'static str,
    pub(crate) value: String,
    pub(crate) at: Source,
}

fn value(setting: &Setting) -> String {
    format!("{} = \"{}\" ({})", setting.key, setting.value, setting.at)
}

/// The suggestion has the form of its source.
fn unknown(at: &Source, name: &str, nearest: Option<&str>) -> String {
    let what = match at {
        Source::Environment(_) | Source::Flag(_) => format!("{at} is not a setting"),
        Source::Default | Source::File { .. } => format!("{at}: `{name}` is not a setting"),
    };
    let advice = match (nearest, at) {
        (None, _) => "; debrief.default.toml lists all settings".to_owned(),
        (Some(key), Source::Environment(_)) => {
            format!("; did you mean DEBRIEF_{}?", key.to_ascii_uppercase())
        }
        (Some(key), Source::Flag(_)) => format!("; did you mean --{}?", key.replace('_', "-")),
        (Some(key), _) if name.contains('.') => {
            format!(
                "; sections are not supported: did you mean `{key}`, above the first [section]?"
            )
        }
        (Some(key), _) => format!("; did you mean `{key}`?"),
    };
    what + &advice
}

/// All problems of a configuration, so that they can be fixed together.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) struct ConfigError {
    pub(crate) problems: Vec<Problem>,
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.problems.len() {
            1 => f.write_str("the configuration has a problem:")?,
            n => write!(f, "the configuration has {n} problems:")?,
        }
        for problem in &self.problems {
            write!(f, "\n  {problem}")?;
        }
        Ok(())
    }
}
