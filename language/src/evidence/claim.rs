//! Points as a model gives them, and what the check finds.

use std::fmt;

use debrief_domain::summary::Section;
use debrief_domain::summary::content::ActionItem;

/// A quote, as a model gives it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ClaimedQuote {
    /// The turn that it is said to be in.
    pub turn: Option<u32>,
    /// The words.
    pub text: String,
}

/// A point, as a model gives it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claim {
    /// Its section.
    pub section: Section,
    /// What it says.
    pub text: String,
    /// The turns that it is said to rest on.
    pub turns: Vec<u32>,
    /// The words that it is said to rest on.
    pub quotes: Vec<ClaimedQuote>,
    /// Who will do it; only of action items.
    pub owner: Option<String>,
    /// When, in the words of the transcript; only of action items.
    pub due: Option<String>,
}

/// A point that stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stated {
    /// Its section.
    pub section: Section,
    /// The point. Owner and date are empty unless it is an action item.
    pub item: ActionItem,
}

/// What is claimed without having been said.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum What {
    /// A number.
    Number,
    /// A date.
    Date,
    /// A proper name.
    Name,
}

/// Why a point does not stand. [`fmt::Display`] tells the model what to change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Problem {
    /// It says nothing.
    Empty,
    /// It has no quote, or as a topic no turn.
    NoEvidence,
    /// The transcript has no turn with this index.
    NoTurn(u32),
    /// The transcript does not have these words.
    NotSaid(String),
    /// The quotes and turns do not say this.
    Unsupported {
        /// Its kind.
        what: What,
        /// It, as the point writes it.
        text: String,
    },
    /// The person was not named.
    Owner(String),
    /// The words of the date were not said.
    Due(String),
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => write!(f, "The point has no text."),
            Self::NoEvidence => write!(f, "The point has no quote: add the words it rests on."),
            Self::NoTurn(turn) => write!(f, "The transcript has no turn {turn}."),
            Self::NotSaid(text) => write!(
                f,
                "The quote “{text}” is not in the transcript: copy a few words of one turn letter \
                 for letter, without leaving any out."
            ),
            Self::Unsupported { what, text } => {
                let what = match what {
                    What::Number => "number",
                    What::Date => "date",
                    What::Name => "name",
                };
                write!(
                    f,
                    "The {what} “{text}” is in none of the quotes and turns of the point: name the \
                     turn that says it, or leave it out."
                )
            }
            Self::Owner(text) => write!(
                f,
                "The owner “{text}” is named in none of the quotes and turns: use the name as the \
                 transcript has it, or null."
            ),
            Self::Due(text) => write!(
                f,
                "The date “{text}” is in none of the quotes and turns: copy its words, or use null."
            ),
        }
    }
}

/// What the check of a point found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// It stands; its quotes are verbatim.
    Kept(Box<Stated>),
    /// It does not stand as it is.
    Fixable(Vec<Problem>),
}
