//! The details that a coach states of a transcript, and the key that seals them.

use crate::http::checks::Checks;
use crate::http::problem::{Problem, of_command};
use crate::state::ApiState;
use debrief_domain::ids::{OrganizationId, TranscriptId};
use debrief_domain::transcript::Transcript;
use debrief_infra::keys::DataKey;

/// Maximum length of a title, in characters.
const TITLE_MAX: usize = 300;
/// Maximum length of notes, in characters.
const NOTES_MAX: usize = 20_000;

pub(super) fn check(
    checks: &mut Checks,
    title: Option<&str>,
    language: Option<&str>,
    notes: Option<&str>,
) {
    if let Some(title) = title {
        checks.text("title", title, TITLE_MAX);
    }
    if let Some(language) = language {
        checks.language("language", language);
    }
    if let Some(notes) = notes {
        checks.text("notes", notes, NOTES_MAX);
    }
}

/// Returns the key of a transcript; `None` if the organization has no such transcript, or it was
/// deleted.
pub(super) async fn key(
    state: &ApiState,
    organization: OrganizationId,
    id: TranscriptId,
) -> Result<Option<DataKey>, Problem> {
    let loaded = state.log.load::<Transcript>(organization, id.0).await;
    let (transcript, _) =
        loaded.map_err(|error| of_command(error, |_| Problem::not_found("transcript")))?;
    if !transcript.is_alive() {
        return Ok(None);
    }
    Ok(state.log.keys().get(organization, id.0).await?)
}
