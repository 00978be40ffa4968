//! Back-pressure: an organization whose undone work has grown too much is told to wait.
//!
//! Invariant: who is asked whether there is room does not read the database for each request: the
//! work is counted once in [`COUNTED_FOR`], and what is taken in meanwhile is added.

use super::codes::Code;
use super::problem::Problem;
use debrief_domain::ids::OrganizationId;
use debrief_projections::engine::Views;
use debrief_projections::transcripts::{self, Pending};
use metrics::counter;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// How long a count is good for.
const COUNTED_FOR: Duration = Duration::from_secs(1);
/// Organizations whose counts are kept.
const ORGANIZATIONS: u64 = 10_000;

/// How much work of an organization may be undone.
#[derive(Debug, Clone, Copy)]
pub struct BacklogLimits {
    /// Sessions that are not ready.
    pub sessions: u64,
    /// Bytes of their files.
    pub bytes: u64,
}

/// Undone work by organization. Clones share the counts.
#[derive(Clone)]
pub(crate) struct Backlog {
    views: Views,
    limits: BacklogLimits,
    counts: moka::future::Cache<OrganizationId, Arc<Count>>,
}

#[derive(Debug, Default)]
struct Count {
    sessions: AtomicU64,
    bytes: AtomicU64,
}

impl Count {
    /// Adds a session, if there is room for it.
    fn take(&self, limits: BacklogLimits, bytes: u64) -> bool {
        let (sessions, before) =
            (self.sessions.load(Ordering::Relaxed), self.bytes.load(Ordering::Relaxed));
        if sessions >= limits.sessions || before >= limits.bytes {
            return false;
        }
        self.sessions.fetch_add(1, Ordering::Relaxed);
        self.bytes.fetch_add(bytes, Ordering::Relaxed);
        true
    }
}

impl Backlog {
    pub(crate) fn new(views: Views, limits: BacklogLimits) -> Self {
        let counts = moka::future::Cache::builder()
            .max_capacity(ORGANIZATIONS)
            .time_to_live(COUNTED_FOR)
            .build();
        Self { views, limits, counts }
    }

    /// Takes in work of about so many bytes, or refuses it until other work is done.
    pub(crate) async fn take(
        &self,
        organization: OrganizationId,
        bytes: u64,
    ) -> Result<(), Problem> {
        let count = async {
            let most = self.limits.sessions.saturating_add(1);
            let Pending { sessions, bytes } =
                transcripts::pending(&self.views, organization, most).await?;
            Ok::<_, Problem>(Arc::new(Count { sessions: sessions.into(), bytes: bytes.into() }))
        };
        let count = self.counts.try_get_with(organization, count).await;
        let count = count.map_err(|problem| Problem::clone(&problem))?;
        if count.take(self.limits, bytes) {
            return Ok(());
        }
        counter!("debrief_backlog_refused_total").increment(1);
        let BacklogLimits { sessions, bytes } = self.limits;
        Err(Problem::new(
            Code::TooMuchPending,
            format!(
                "Your organization has more sessions that are not ready yet than the server takes: \
                 the limit is {sessions} sessions, or {bytes} bytes of files. Nothing was stored; \
                 send it again after Retry-After."
            ),
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_taken_in_counts_at_once() {
        let limits = BacklogLimits { sessions: 3, bytes: 1_000 };
        let count = Count { sessions: 1.into(), bytes: 0.into() };
        assert!(count.take(limits, 10) && count.take(limits, 10));
        assert!(!count.take(limits, 10), "three sessions");
        let count = Count::default();
        assert!(count.take(limits, 5_000), "one session may be larger");
        assert!(!count.take(limits, 1), "the bytes are used up");
    }
}
