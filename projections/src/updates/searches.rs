//! Updates of saved searches.

use super::{Channel, Payload};
use debrief_domain::event::DecodeError;
use debrief_domain::ids::{SavedSearchId, TranscriptId};
use debrief_domain::saved_search::{SavedSearch, SavedSearchEvent};
use debrief_infra::log::RecordedEvent;
use serde::Serialize;

/// A saved search has a new match.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct SearchUpdate {
    /// Id of the saved search.
    pub saved_search_id: SavedSearchId,
    /// The matching transcript; `null` for an external note.
    pub transcript_id: Option<TranscriptId>,
    /// Whether it is an external note.
    pub note: bool,
    /// Number of its matching passages.
    pub passages: u32,
}

impl Payload for SearchUpdate {
    fn of(event: &RecordedEvent) -> Result<Option<Self>, DecodeError> {
        Ok(match event.of::<SavedSearch>()? {
            Some(SavedSearchEvent::Matched(matched)) => Some(Self {
                saved_search_id: SavedSearchId(event.stream_id),
                transcript_id: matched.subject.transcript(),
                note: matched.subject.is_note(),
                passages: matched.passages,
            }),
            _ => None,
        })
    }

    fn channels(&self) -> Vec<Channel> {
        vec![Channel::Searches, Channel::Search(self.saved_search_id)]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::updates::tests::assert_stored;

    #[test]
    fn payloads_are_stored_as_they_always_were() {
        assert_stored::<SearchUpdate>(&[
            (
                r#"{"note":true,"passages":2,"saved_search_id":"STREAM","transcript_id":null}"#,
                &["saved_search.matched"],
            ),
            (
                r#"{"note":false,"passages":1,"saved_search_id":"STREAM","transcript_id":"018f6f2e-5d3a-7c11-9a55-3f0f5f6f7a03"}"#,
                &["saved_search.matched.minimal"],
            ),
        ]);
    }
}
