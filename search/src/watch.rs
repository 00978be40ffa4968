//! Matches new content with saved searches.
//!
//! It matches if one passage contains every word of the question, in any form, and satisfies the
//! other conditions and filters. Ranking plays no part: a saved search for "the knee" should not
//! report every session with one word of the question.

use crate::index::{Checkpoint, Index, IndexError, SCHEMA};
use crate::interpretation::{InterpretedQuestion, Question, interpret};
use crate::query::Snapshot;
use chrono::{DateTime, Utc};
use debrief_domain::ids::{ClientId, OrganizationId};
use debrief_domain::principal::Viewer;
use debrief_sessions::Session;

/// New content to match with saved searches.
#[derive(Debug)]
pub struct SavedSearchMatcher {
    index: Index,
    organization: OrganizationId,
}

impl SavedSearchMatcher {
    /// Indexes the current content of a session or note.
    pub fn new(session: &Session) -> Result<Self, IndexError> {
        let index = Index::in_memory()?;
        let mut writer = index.writer()?;
        writer.replace(session)?;
        writer.commit(&Checkpoint {
            schema: SCHEMA,
            epoch: String::new(),
            position: 0,
            event: None,
        })?;
        Ok(Self { index, organization: session.organization })
    }

    /// Returns how many of its passages match.
    pub fn fits(
        &self,
        question: &Question,
        clients: &[(ClientId, String)],
        now: DateTime<Utc>,
    ) -> Result<u64, IndexError> {
        let asked = Snapshot::by(&self.index, Viewer::everything(self.organization))?;
        let InterpretedQuestion { mut query, languages, .. } =
            interpret(question, &asked, clients, now)?;
        query.every_word = true;
        let languages: Vec<&str> = languages.iter().map(String::as_str).collect();
        Ok(asked.search(&query, &languages, 1, 0, |_| false)?.passages)
    }
}
