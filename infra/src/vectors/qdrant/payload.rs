//! The payload of points, and the filters on it.

use crate::vectors::{Entry, Filters, SessionInfo, State, VectorError};
use debrief_domain::ids::OrganizationId;
use debrief_domain::subject::Subject;
use qdrant_client::Payload;
use qdrant_client::qdrant::payload_index_params::IndexParams;
use qdrant_client::qdrant::{
    Condition, FieldType, Filter, IntegerIndexParamsBuilder, KeywordIndexParamsBuilder, Range,
    Value,
};
use std::collections::HashMap;

const ORGANIZATION: &str = "organization";
const TRANSCRIPT: &str = "transcript";
const CLIENT: &str = "client";
const KIND: &str = "kind";
const LANGUAGE: &str = "language";
const SPEAKERS: &str = "speakers";
const COACHES: &str = "coaches";
/// Microseconds since 1970: doubles, as used in ranges, are exact for 285 years.
const AT: &str = "at";
/// The state, as JSON.
const STATE: &str = "state";

/// Returns the fields that Qdrant should index.
pub(super) fn indexes() -> impl Iterator<Item = (&'static str, FieldType, IndexParams)> {
    let keyword = |field| {
        let params = KeywordIndexParamsBuilder::default().is_tenant(field == ORGANIZATION);
        (field, FieldType::Keyword, IndexParams::from(params.build()))
    };
    let at = IntegerIndexParamsBuilder::new(false, true);
    [ORGANIZATION, TRANSCRIPT, CLIENT, KIND, LANGUAGE, SPEAKERS, COACHES]
        .into_iter()
        .map(keyword)
        .chain([(AT, FieldType::Integer, IndexParams::from(at.build()))])
}

/// Returns the payload of an entry.
pub(super) fn of_entry(session: &SessionInfo, entry: &Entry) -> Payload {
    let mut payload = HashMap::<String, Value>::from([
        (ORGANIZATION.to_owned(), session.organization.0.to_string().into()),
        (TRANSCRIPT.to_owned(), session.subject.id().to_string().into()),
        (AT.to_owned(), session.at.timestamp_micros().into()),
        (COACHES.to_owned(), session.coaches.clone().into()),
        (KIND.to_owned(), entry.kind.clone().into()),
        (SPEAKERS.to_owned(), entry.speakers.clone().into()),
    ]);
    if let Some(client) = session.client {
        payload.insert(CLIENT.to_owned(), client.0.to_string().into());
    }
    if let Some(language) = &entry.language {
        payload.insert(LANGUAGE.to_owned(), language.clone().into());
    }
    payload.into()
}

/// Returns the payload of a collection's state.
pub(super) fn of_state(state: &State) -> Result<Payload, VectorError> {
    let json = serde_json::to_string(state)
        .map_err(|error| VectorError::Other(format!("cannot write JSON: {error}")))?;
    Ok(HashMap::<String, Value>::from([(STATE.to_owned(), json.into())]).into())
}

/// The reverse of [`of_state`]; `None` if it cannot be read.
pub(super) fn to_state(payload: &HashMap<String, Value>) -> Option<State> {
    serde_json::from_str(payload.get(STATE)?.as_str()?).ok()
}

/// Returns the filter for a session's entries.
pub(super) fn session_filter(organization: OrganizationId, subject: Subject) -> Filter {
    Filter::must([
        Condition::matches(ORGANIZATION, organization.0.to_string()),
        Condition::matches(TRANSCRIPT, subject.id().to_string()),
    ])
}

/// Returns the filter for an organization's entries that pass the filters.
pub(super) fn filter(organization: OrganizationId, filters: &Filters) -> Filter {
    let mut must = vec![Condition::matches(ORGANIZATION, organization.0.to_string())];
    let clients: Vec<String> = filters.clients.iter().map(|it| it.0.to_string()).collect();
    let transcripts: Vec<String> = filters.transcripts.iter().map(|it| it.0.to_string()).collect();
    for (field, names) in [
        (CLIENT, &clients),
        (TRANSCRIPT, &transcripts),
        (KIND, &filters.kinds),
        (LANGUAGE, &filters.languages),
        (SPEAKERS, &filters.speakers),
        (COACHES, &filters.coaches),
    ] {
        if !names.is_empty() {
            must.push(Condition::matches(field, names.clone()));
        }
    }
    if filters.from.is_some() || filters.to.is_some() {
        let micros = |at: chrono::DateTime<chrono::Utc>| at.timestamp_micros() as f64;
        let range =
            Range { gte: filters.from.map(micros), lt: filters.to.map(micros), ..Range::default() };
        must.push(Condition::range(AT, range));
    }
    Filter::must(must)
}
