//! Matches saved searches against each session once it is summarized, each note once it is written,
//! and both again whenever they change.

use crate::descriptor::{Descriptor, Limits};
use crate::fault::Fault;
use crate::job::JobContext;
use crate::worker::{Context, Done, Worker};
use async_trait::async_trait;
use chrono::{DateTime, Utc};
use debrief_domain::ids::{NoteId, SavedSearchId};
use debrief_domain::principal::Viewer;
use debrief_domain::saved_search::{
    Criteria, SavedSearch, SavedSearchCommand, SavedSearchError, SavedSearchMatched,
};
use debrief_domain::subject::Subject;
use debrief_domain::summary::{Summary, SummaryEvent};
use debrief_infra::log::{CommandError, RecordedEvent};
use debrief_infra::queue::Begins;
use debrief_projections::{directory, searches};
use debrief_search::interpretation::{PEOPLE_MAX, Question};
use debrief_search::watch::SavedSearchMatcher;
use debrief_sessions::{Session, load_subject};
use std::sync::Arc;
use std::time::Duration;

/// Maximum number of saved searches of an organization.
pub const SEARCHES_MAX: u32 = 500;
/// Maximum wait for the read model.
const PATIENCE: Duration = Duration::from_secs(5);

/// Matches new content against saved searches.
pub static WORKER: Descriptor = Descriptor {
    name: "watch",
    events: &["summary.created", "summary.revised", "note.written"],
    begins: Begins::Start,
    limits: Limits::DEFAULT,
    make: |context| Arc::new(Watch(context.clone())),
};

struct Watch(Context);

#[async_trait]
impl Worker for Watch {
    async fn handle(&self, event: &RecordedEvent, job: &JobContext) -> Result<Done, Fault> {
        let Context { log, documents, views, .. } = &self.0;
        let organization = event.organization;
        let viewer = Viewer::everything(organization);
        // Searches saved before this event are in the read model once it has reached the event's
        // position.
        let waited = views.wait_for("searches", event.position, PATIENCE).await;
        waited.map_err(|error| Fault::Unavailable(error.to_string()))?;
        let saved = searches::saved_searches(views, viewer, 0, SEARCHES_MAX).await;
        let mut saved = saved.map_err(|error| Fault::Unavailable(error.to_string()))?;
        saved.retain(|search| search.position < event.position);
        if saved.is_empty() {
            return Ok(Done::Finished);
        }
        let subject = match event.of::<Summary>()? {
            Some(SummaryEvent::Created(created)) => Subject::Transcript(created.transcript_id),
            Some(SummaryEvent::Revised(revised)) => Subject::Transcript(revised.transcript_id),
            Some(_) => return Ok(Done::Finished),
            None => Subject::Note(NoteId(event.stream_id)),
        };
        let loaded = load_subject(log, documents, organization, subject).await;
        let Some(session) = loaded? else { return Ok(Done::Finished) };
        job.progress(0.3);
        let clients = directory::clients(views, viewer, 0, PEOPLE_MAX).await;
        let clients = clients.map_err(|error| Fault::Unavailable(error.to_string()))?;
        let clients: Vec<_> =
            clients.into_iter().filter_map(|row| Some((row.id, row.name?))).collect();
        let questions: Vec<(SavedSearchId, Question)> = saved
            .into_iter()
            .filter_map(|search| Some((search.id, question(search.criteria?))))
            .collect();
        let fitting = tokio::task::spawn_blocking(move || fitting(&session, &questions, &clients));
        let fitting = fitting.await.map_err(|error| Fault::Failed(error.to_string()))??;
        for (id, passages) in fitting {
            self.tell(event, job, id, subject, passages).await?;
        }
        Ok(Done::Finished)
    }
}

impl Watch {
    async fn tell(
        &self,
        event: &RecordedEvent,
        job: &JobContext,
        id: SavedSearchId,
        subject: Subject,
        passages: u32,
    ) -> Result<(), Fault> {
        let context = job.command(event, &format!(":{}", id.0));
        let matched = SavedSearchMatched { subject, passages };
        let command = SavedSearchCommand::RecordMatch(matched);
        match self.0.log.execute::<SavedSearch>(context, id.0, command).await {
            // The search was deleted meanwhile.
            Ok(_) | Err(CommandError::Refused(SavedSearchError::NotFound)) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }
}

/// Returns the searches that match a session, with the number of matching passages.
fn fitting(
    session: &Session,
    questions: &[(SavedSearchId, Question)],
    clients: &[(debrief_domain::ids::ClientId, String)],
) -> Result<Vec<(SavedSearchId, u32)>, Fault> {
    let failed = |error: debrief_search::index::IndexError| Fault::Failed(error.to_string());
    let watched = SavedSearchMatcher::new(session).map_err(failed)?;
    let now: DateTime<Utc> = Utc::now();
    let mut fitting = Vec::new();
    for (id, question) in questions {
        let passages = watched.fits(question, clients, now).map_err(failed)?;
        if passages > 0 {
            fitting.push((*id, u32::try_from(passages).unwrap_or(u32::MAX)));
        }
    }
    Ok(fitting)
}

fn question(criteria: Criteria) -> Question {
    let zone = criteria.time_zone.as_ref().and_then(|zone| zone.parse().ok());
    Question {
        filters: criteria.filters(),
        text: criteria.query,
        interpret: true,
        time_zone: zone.unwrap_or(chrono_tz::Tz::UTC),
        day_first: false,
        week_starts: chrono::Weekday::Mon,
        anchors: Vec::new(),
    }
}
#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::Stage;
    use debrief_domain::personal::Personal;
    use debrief_domain::saved_search::SavedSearchCreated;
    use uuid::Uuid;

    async fn save(stage: &Stage, query: &str) -> Uuid {
        let id = Uuid::now_v7();
        let criteria = Criteria {
            query: query.to_owned(),
            kinds: Vec::new(),
            client_ids: Vec::new(),
            speakers: Vec::new(),
            time_zone: None,
        };
        let (name, criteria) = (Personal::Known("search".to_owned()), Personal::Known(criteria));
        let created = SavedSearchCreated { name, criteria };
        stage.tell::<SavedSearch>(id, SavedSearchCommand::Create(created)).await;
        id
    }

    #[tokio::test]
    async fn a_search_is_told_of_what_fits_it_and_came_after_it() {
        let stage = Stage::new().await;
        stage.note("The marathon is in May.").await;
        let marathon = save(&stage, "marathon").await;
        save(&stage, "delegating").await;
        let note = stage.note("She trains for the marathon again.").await;
        stage.run(&WORKER).await;
        let events = stage.read().await;
        let told: Vec<_> =
            events.iter().filter(|event| event.event_type == "saved_search.matched").collect();
        assert_eq!(told.len(), 1, "{:?}", stage.events().await);
        assert_eq!(told[0].stream_id, marathon);
        assert!(told[0].payload.to_string().contains(&note.0.to_string()), "{:?}", told[0].payload);
    }
}
