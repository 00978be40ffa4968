//! Templates as they are stored.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// How much a summary says.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = PromptLength)]
pub enum PromptLength {
    /// The essential only.
    Short,
    /// As most coaches write.
    #[default]
    Medium,
    /// In detail.
    Long,
}

/// A section that a prompt asks for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PromptSection {
    /// A section of every summary, such as `decisions`, or the title of one of the organization's
    /// own.
    pub section: String,
    /// What belongs there.
    #[serde(default)]
    pub guidance: String,
}

/// A template: what a summary is asked for. Its texts may use variables.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PromptTemplate {
    /// The prompt's name for people.
    #[schema(min_length = 1, max_length = 80)]
    pub title: String,
    /// What to look at in such a session.
    #[serde(default)]
    pub guidance: String,
    /// The sections, in the order in which they are asked for.
    #[schema(min_items = 1, max_items = 20)]
    pub sections: Vec<PromptSection>,
    /// How it is written.
    #[serde(default)]
    pub tone: String,
    /// How much it says.
    #[serde(default)]
    pub length: PromptLength,
    /// BCP 47 tag of the language that it is written in; absent for the transcript's.
    #[serde(default)]
    #[schema(min_length = 2, max_length = 35)]
    pub language: Option<String>,
}
