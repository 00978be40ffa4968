//! Does something new fit a saved search?
//!
//! It fits where one passage holds every word of the question, in any form, and all that the
//! question and the filters ask for besides. Ranking has no part in it: whoever wants to hear of
//! "the knee" does not want to hear of every session that holds one word of the question.

use crate::index::{Checkpoint, Index, IndexError, SCHEMA};
use crate::query::Asked;
use crate::understood::{Question, Understood, understand};
use chrono::{DateTime, Utc};
use debrief_domain::ids::{ClientId, OrganizationId};
use debrief_sessions::Session;

/// Something new, ready to be held against saved searches.
#[derive(Debug)]
pub struct Watched {
    index: Index,
    organization: OrganizationId,
}

impl Watched {
    /// A session or note as it stands.
    pub fn new(session: &Session) -> Result<Self, IndexError> {
        let index = Index::in_memory()?;
        let mut writer = index.writer()?;
        writer.replace(session)?;
        writer.commit(&Checkpoint { schema: SCHEMA, epoch: String::new(), position: 0 })?;
        Ok(Self { index, organization: session.organization })
    }

    /// How many of its passages fit.
    pub fn fits(
        &self,
        question: &Question,
        clients: &[(ClientId, String)],
        now: DateTime<Utc>,
    ) -> Result<u64, IndexError> {
        let asked = Asked::by(&self.index, self.organization)?;
        let Understood { mut query, languages, .. } = understand(question, &asked, clients, now)?;
        query.every_word = true;
        let languages: Vec<&str> = languages.iter().map(String::as_str).collect();
        Ok(asked.search(&query, &languages, 1, 0, |_| false)?.passages)
    }
}
