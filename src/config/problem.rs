//! What is wrong with a configuration, in sentences that say what to change.

use std::fmt;
use std::path::PathBuf;

/// Where a value was set.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Source {
    /// `debrief.default.toml`, which is part of the program.
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

/// One thing to change. No variant holds a secret: values are redacted before they get here.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Problem {
    #[error("{}: cannot be read: {reason}", path.display())]
    Unreadable { path: PathBuf, reason: String },
    #[error("{at}: not TOML: {reason}")]
    Syntax { at: Source, reason: String },
    #[error("{}", unknown(at, name, nearest.as_deref()))]
    UnknownKey { at: Source, name: String, nearest: Option<String> },
    #[error("{at}: {key} is {shape}; give {accepts}")]
    WrongValue { at: Source, key: &'static str, shape: String, accepts: String },
    #[error("{} is longer than {}; lower the one or raise the other", value(low), value(high))]
    OutOfOrder { low: Setting, high: Setting },
}

/// A setting whose value clashes with another's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Setting {
    pub(crate) key: &'static str,
    pub(crate) value: String,
    pub(crate) at: Source,
}

fn value(setting: &Setting) -> String {
    format!("{} = \"{}\" ({})", setting.key, setting.value, setting.at)
}

/// The right name is given as it is to be written in that place.
fn unknown(at: &Source, name: &str, nearest: Option<&str>) -> String {
    let what = match at {
        Source::Environment(_) | Source::Flag(_) => format!("{at} names no setting"),
        Source::Default | Source::File { .. } => format!("{at}: `{name}` names no setting"),
    };
    let advice = match (nearest, at) {
        (None, _) => "; debrief.default.toml lists them all".to_owned(),
        (Some(key), Source::Environment(_)) => {
            format!("; did you mean DEBRIEF_{}?", key.to_ascii_uppercase())
        }
        (Some(key), Source::Flag(_)) => format!("; did you mean --{}?", key.replace('_', "-")),
        (Some(key), _) if name.contains('.') => {
            format!("; there are no sections: did you mean `{key}`, above the first [section]?")
        }
        (Some(key), _) => format!("; did you mean `{key}`?"),
    };
    what + &advice
}

/// Everything that is wrong with a configuration, so that it is put right in one go.
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
