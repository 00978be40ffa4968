//! A question → what search is asked, with what the caller said outright.

use super::query::{SearchIn, WeekStart};
use crate::http::problem::Problem;
use crate::state::ApiState;
use chrono::Weekday;
use chrono_tz::Tz;
use debrief_domain::ids::ClientId;
use debrief_domain::principal::Viewer;
use debrief_language::question::Anchor;
use debrief_projections::directory;
use debrief_search::query::Filters;
use debrief_search::understood::{PEOPLE_MAX, Question};

/// The clients of an organization, by name.
pub(super) async fn clients(
    state: &ApiState,
    viewer: Viewer,
) -> Result<Vec<(ClientId, String)>, Problem> {
    let rows = directory::clients(&state.views, viewer, 0, PEOPLE_MAX).await?;
    Ok(rows.into_iter().filter_map(|row| Some((row.id, row.name?))).collect())
}

/// The question that a body asks.
pub(super) fn question(body: &SearchIn) -> Question {
    let given = &body.filters;
    let zone = body.time_zone.as_deref().and_then(|zone| zone.parse().ok());
    Question {
        text: body.query.clone(),
        filters: Filters {
            kinds: given.kinds.clone(),
            clients: given.client_ids.clone(),
            transcripts: given.transcript_ids.clone(),
            speakers: given.speakers.clone(),
            coaches: given.coaches.clone(),
            languages: given.languages.clone(),
            from: given.from,
            to: given.to,
        },
        interpret: body.interpret.unwrap_or(true),
        time_zone: zone.unwrap_or(Tz::UTC),
        day_first: body.day_first,
        week_starts: match body.week_starts {
            WeekStart::Monday => Weekday::Mon,
            WeekStart::Saturday => Weekday::Sat,
            WeekStart::Sunday => Weekday::Sun,
        },
        anchors: body
            .anchors
            .iter()
            .map(|anchor| Anchor { name: anchor.name.clone(), date: anchor.date })
            .collect(),
    }
}
