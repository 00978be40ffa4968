//! Queries of transcripts.

use crate::engine::Views;
use debrief_domain::ids::{ClientId, OrganizationId, SummaryId, TranscriptId};
use debrief_domain::principal::Viewer;
use debrief_domain::transcript::State;
use debrief_domain::transcript::content::{Participant, Warning};
use debrief_domain::transcript::participants::ParticipantsChange;
use debrief_infra::database::DatabaseError;
use debrief_infra::database::sql::{Row, Value};
use serde::{Deserialize, Serialize};
use std::collections::HashMap;
use uuid::Uuid;

/// Why processing of a transcript failed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Failure {
    /// Machine-readable code.
    pub code: String,
    /// A sentence for the user.
    pub message: String,
}

/// A transcript, without its turns. Times are Unix times in milliseconds.
#[derive(Debug, Clone, PartialEq)]
pub struct TranscriptRow {
    /// Id of the transcript.
    pub id: TranscriptId,
    /// State of processing.
    pub state: State,
    /// Why it failed, if it did.
    pub error: Option<Failure>,
    /// Title given by the coach.
    pub title: Option<String>,
    /// Client of the session.
    pub client_id: Option<ClientId>,
    /// When it was held.
    pub held_at: Option<i64>,
    /// The coach's notes.
    pub notes: Option<String>,
    /// BCP 47 tag: the coach's, else the file's.
    pub language: Option<String>,
    /// The file's name.
    pub filename: Option<String>,
    /// The file's size.
    pub size_bytes: i64,
    /// Blob with the turns, once the files are read.
    pub content: Option<String>,
    /// Changes whenever the turns do, corrections included.
    pub turns_version: Option<i64>,
    /// Identifier of the format.
    pub format: Option<String>,
    /// People in the session.
    pub participants: Vec<Participant>,
    /// Number of turns.
    pub turn_count: Option<i64>,
    /// Number of words.
    pub word_count: Option<i64>,
    /// Duration in milliseconds.
    pub duration_ms: Option<i64>,
    /// What was skipped or repaired.
    pub warnings: Vec<Warning>,
    /// Summary, if there is one.
    pub summary_id: Option<SummaryId>,
    /// When it was uploaded.
    pub created_at: i64,
    /// When it last changed.
    pub updated_at: i64,
    /// Position in lists.
    pub position: i64,
    /// How many changes of the participants were not in the list of the row.
    participant_changes: i64,
}

const TRANSCRIPT: &str = "SELECT id, state, error, title, client_id, held_at, notes, \
     COALESCE(given_language, found_language), filename, size_bytes, content, format, \
     participants, turn_count, word_count, duration_ms, warnings, summary_id, created_at, \
     updated_at, position, turns_version, participant_changes FROM transcripts";

pub(super) fn json_at<T: for<'de> Deserialize<'de>>(
    row: &Row,
    column: usize,
) -> Result<Option<T>, DatabaseError> {
    let text: Option<String> = row.get(column)?;
    text.map(|text| {
        serde_json::from_str(&text).map_err(|_| DatabaseError::Type {
            column,
            expected: "JSON of the read model",
            found: "other text",
        })
    })
    .transpose()
}

fn transcript_row(row: &Row) -> Result<TranscriptRow, DatabaseError> {
    let state: String = row.get(1)?;
    Ok(TranscriptRow {
        id: TranscriptId(row.get(0)?),
        state: state.parse().map_err(|_| DatabaseError::Type {
            column: 1,
            expected: "a state",
            found: "other text",
        })?,
        error: json_at(row, 2)?,
        title: row.get(3)?,
        client_id: row.get::<Option<_>>(4)?.map(ClientId),
        held_at: row.get(5)?,
        notes: row.get(6)?,
        language: row.get(7)?,
        filename: row.get(8)?,
        size_bytes: row.get(9)?,
        content: row.get(10)?,
        format: row.get(11)?,
        participants: json_at(row, 12)?.unwrap_or_default(),
        turn_count: row.get(13)?,
        word_count: row.get(14)?,
        duration_ms: row.get(15)?,
        warnings: json_at(row, 16)?.unwrap_or_default(),
        summary_id: row.get::<Option<_>>(17)?.map(SummaryId),
        created_at: row.get(18)?,
        updated_at: row.get(19)?,
        position: row.get(20)?,
        turns_version: row.get(21)?,
        participant_changes: row.get::<Option<i64>>(22)?.unwrap_or_default(),
    })
}

/// How often rows are read anew whose participants change meanwhile.
const ATTEMPTS: usize = 5;

/// Reads transcripts, with the changes of their participants.
async fn transcript_rows(
    views: &Views,
    sql: &str,
    arguments: &[Value],
) -> Result<Vec<TranscriptRow>, DatabaseError> {
    let mut attempt = 1;
    loop {
        let rows = views.sql().query(sql, arguments).await?;
        let mut rows = rows.iter().map(transcript_row).collect::<Result<Vec<_>, _>>()?;
        // Where they never come to rest, the list of before the last change is as good as any.
        if apply_changes(views, &mut rows).await? || attempt == ATTEMPTS {
            return Ok(rows);
        }
        attempt += 1;
    }
}

/// Applies the changes of participants. `false`: some have changed since the rows were read.
async fn apply_changes(views: &Views, rows: &mut [TranscriptRow]) -> Result<bool, DatabaseError> {
    let changed: Vec<&mut TranscriptRow> =
        rows.iter_mut().filter(|row| row.participant_changes > 0).collect();
    if changed.is_empty() {
        return Ok(true);
    }
    let places: Vec<String> = (1..=changed.len()).map(|place| format!("${place}")).collect();
    let sql = format!(
        "SELECT transcript_id, version, content FROM participant_changes \
         WHERE transcript_id IN ({}) ORDER BY transcript_id, nth",
        places.join(", ")
    );
    let ids: Vec<Value> = changed.iter().map(|row| row.id.0.into()).collect();
    let mut changes: HashMap<Uuid, Vec<(i64, Option<ParticipantsChange>)>> = HashMap::new();
    for row in views.sql().query(&sql, &ids).await? {
        changes.entry(row.get(0)?).or_default().push((row.get(1)?, json_at(&row, 2)?));
    }
    let mut complete = true;
    for row in changed {
        let mut of_row = changes.remove(&row.id.0).unwrap_or_default();
        of_row.truncate(usize::try_from(row.participant_changes).unwrap_or(usize::MAX));
        let newest = of_row.last().map(|(version, _)| *version);
        complete &= of_row.len() as i64 == row.participant_changes
            && of_row.is_sorted_by_key(|(version, _)| *version)
            && newest == row.turns_version;
        for change in of_row.into_iter().filter_map(|(_, change)| change) {
            change.apply_to(&mut row.participants);
        }
    }
    Ok(complete)
}

/// Returns one transcript.
pub async fn transcript(
    views: &Views,
    viewer: Viewer,
    id: TranscriptId,
) -> Result<Option<TranscriptRow>, DatabaseError> {
    let sql = format!("{TRANSCRIPT} WHERE organization_id = $1 AND id = $2");
    let arguments = [viewer.organization().0.into(), id.0.into()];
    Ok(transcript_rows(views, &sql, &arguments).await?.pop())
}

/// Which transcripts to list.
#[derive(Debug, Clone, Copy, Default)]
pub struct TranscriptFilter {
    /// Only those of one client.
    pub client_id: Option<ClientId>,
    /// Only those in one state.
    pub state: Option<State>,
}

/// Returns transcripts before a position, newest upload first.
pub async fn transcripts(
    views: &Views,
    viewer: Viewer,
    filter: TranscriptFilter,
    before: Option<i64>,
    limit: u32,
) -> Result<Vec<TranscriptRow>, DatabaseError> {
    let mut sql = format!("{TRANSCRIPT} WHERE organization_id = $1 AND position < $2");
    let mut arguments: Vec<Value> =
        vec![viewer.organization().0.into(), before.unwrap_or(i64::MAX).into()];
    if let Some(client) = filter.client_id {
        arguments.push(client.0.into());
        sql.push_str(&format!(" AND client_id = ${}", arguments.len()));
    }
    if let Some(state) = filter.state {
        arguments.push(state.as_str().into());
        sql.push_str(&format!(" AND state = ${}", arguments.len()));
    }
    arguments.push(limit.into());
    sql.push_str(&format!(" ORDER BY position DESC LIMIT ${}", arguments.len()));
    transcript_rows(views, &sql, &arguments).await
}

/// Work of an organization that is not done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pending {
    /// Transcripts that are neither ready nor failed.
    pub sessions: u64,
    /// Size of their files.
    pub bytes: u64,
}

/// Returns the work of an organization that is not done. Counts no more than `most` transcripts.
pub async fn pending(
    views: &Views,
    organization: OrganizationId,
    most: u64,
) -> Result<Pending, DatabaseError> {
    let states = State::ALL.iter().filter(|state| !matches!(state, State::Ready | State::Failed));
    let mut arguments: Vec<Value> = vec![organization.0.into()];
    arguments.push(i64::try_from(most).unwrap_or(i64::MAX).into());
    let mut places = Vec::new();
    for state in states {
        arguments.push(state.as_str().into());
        places.push(format!("${}", arguments.len()));
    }
    let sql = format!(
        "SELECT COUNT(*), CAST(COALESCE(SUM(size_bytes), 0) AS BIGINT) FROM \
         (SELECT size_bytes FROM transcripts \
         WHERE organization_id = $1 AND state IN ({}) LIMIT $2) AS pending",
        places.join(", ")
    );
    let rows = views.sql().query(&sql, &arguments).await?;
    let Some(row) = rows.first() else { return Ok(Pending { sessions: 0, bytes: 0 }) };
    let (sessions, bytes): (i64, i64) = (row.get(0)?, row.get(1)?);
    Ok(Pending { sessions: sessions.unsigned_abs(), bytes: bytes.unsigned_abs() })
}
