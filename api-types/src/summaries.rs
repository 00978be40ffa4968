//! `/v1/summaries`.

use chrono::{DateTime, Utc};
use debrief_domain::ids::{SummaryId, TranscriptId};
use debrief_domain::summary::content::Content;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A version of a summary.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Summary {
    /// Identifies the summary, through all versions.
    pub id: SummaryId,
    /// Versions count from 1.
    pub version: u32,
    /// The transcript it summarizes.
    pub transcript_id: TranscriptId,
    /// When this version was written.
    pub created_at: DateTime<Utc>,
    /// What it says; left out once it was erased.
    #[serde(flatten)]
    pub content: Option<Content>,
}
