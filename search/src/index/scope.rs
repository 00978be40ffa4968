//! Keeps organizations apart: each term of the index begins with its organization.

use debrief_domain::ids::OrganizationId;
use tantivy::Term;
use tantivy::schema::Field;
use uuid::Uuid;

/// An organization's scope in the index.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scope {
    pub(super) organization: Uuid,
    /// The prefix of each of its terms.
    prefix: String,
}

impl Scope {
    /// Returns the scope of this organization.
    pub fn of(organization: OrganizationId) -> Self {
        Self { organization: organization.0, prefix: organization.0.simple().to_string() }
    }

    /// Returns the term of a word in this scope, for this field.
    pub(crate) fn term(&self, field: Field, word: &str) -> Term {
        Term::from_field_text(field, &self.word(word))
    }

    pub(super) fn word(&self, word: &str) -> String {
        let mut scoped = String::with_capacity(self.prefix.len() + word.len());
        scoped.push_str(&self.prefix);
        scoped.push_str(word);
        scoped
    }

    /// Returns a value that was indexed in this scope, without the prefix.
    pub(crate) fn strip<'a>(&self, value: &'a str) -> Option<&'a str> {
        value.strip_prefix(&self.prefix)
    }
}
