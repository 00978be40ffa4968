//! An adapter under test, and its data.

use chrono::{DateTime, TimeDelta, Utc};
use debrief_domain::ids::{OrganizationId, TranscriptId};
use debrief_infra::vectors::{
    Entry, Filters, Neighbor, SessionInfo, State, VectorError, VectorStore, from_url,
};
use std::any::Any;
use std::sync::Arc;
use uuid::Uuid;

pub(crate) const DIMENSIONS: usize = 8;
/// The initial collection of a subject.
pub(crate) const COLLECTION: &str = "minilm-8";

pub(crate) struct Subject {
    pub(crate) store: Arc<dyn VectorStore>,
    /// Dropped with the subject.
    _place: Box<dyn Any + Send + Sync>,
}

impl Subject {
    pub(crate) async fn sqlite() -> Option<Self> {
        let directory = tempfile::tempdir().unwrap();
        let url = format!("sqlite:{}", directory.path().join("vectors.db").display());
        let store = from_url(&url, None).await.unwrap();
        Some(Self { store, _place: Box::new(directory) }.begin().await)
    }

    #[cfg(feature = "qdrant")]
    pub(crate) async fn qdrant_server() -> Option<Self> {
        let server = crate::qdrant_server::Server::start(None).await;
        let store = from_url(&server.url(), None).await.unwrap();
        Some(Self { store, _place: Box::new(server) }.begin().await)
    }

    #[cfg(feature = "qdrant")]
    pub(crate) async fn qdrant() -> Option<Self> {
        let Ok(address) = std::env::var("DEBRIEF_QDRANT_URL") else {
            println!("skipped: DEBRIEF_QDRANT_URL is not set");
            return None;
        };
        let key = std::env::var("DEBRIEF_QDRANT_KEY").ok();
        let url = format!("qdrant:{address}?prefix=t-{}", Uuid::now_v7().simple());
        let store = from_url(&url, key.as_deref()).await.unwrap();
        Some(Self { store, _place: Box::new(()) }.begin().await)
    }

    #[cfg(not(feature = "qdrant"))]
    pub(crate) async fn qdrant_server() -> Option<Self> {
        Self::qdrant().await
    }

    #[cfg(not(feature = "qdrant"))]
    pub(crate) async fn qdrant() -> Option<Self> {
        println!("skipped: built without Qdrant");
        None
    }

    async fn begin(self) -> Self {
        self.store.check().await.unwrap();
        self.store.put_state(COLLECTION, &state(0), Some(DIMENSIONS)).await.unwrap();
        self
    }

    pub(crate) async fn end(self) {
        for (collection, _) in self.store.collections().await.unwrap() {
            self.store.drop_collection(&collection).await.unwrap();
        }
    }

    pub(crate) async fn replace(&self, session: &SessionInfo, entries: &[Entry]) {
        self.store.replace(COLLECTION, session, entries).await.unwrap();
    }

    pub(crate) async fn known(&self, session: &SessionInfo) -> Vec<Uuid> {
        let known = self.store.known(COLLECTION, session.organization, session.subject);
        let mut known: Vec<Uuid> = known.await.unwrap().into_iter().collect();
        known.sort();
        known
    }

    pub(crate) async fn nearest(
        &self,
        organization: OrganizationId,
        question: &[f32],
        limit: usize,
        filters: &Filters,
    ) -> Vec<Neighbor> {
        let nearest = self.store.nearest(COLLECTION, organization, question, limit, filters);
        nearest.await.unwrap()
    }

    /// Returns the ids of everything that passes the filters, in order of ids.
    pub(crate) async fn allowed(
        &self,
        organization: OrganizationId,
        filters: &Filters,
    ) -> Vec<Uuid> {
        let near = self.nearest(organization, &at_angle(0.0), 1_000, filters).await;
        let mut ids: Vec<Uuid> = near.iter().map(|it| it.id).collect();
        ids.sort();
        ids
    }
}

pub(crate) fn state(position: i64) -> State {
    State {
        model: "minilm \"8\" é".to_owned(),
        embeddings_url: "candle:./model".to_owned(),
        epoch: Uuid::from_u128(7).to_string(),
        position,
        event: (position % 3 == 0).then(|| Uuid::from_u128(9)),
        complete: position % 2 == 0,
    }
}

pub(crate) fn organization() -> OrganizationId {
    OrganizationId(Uuid::now_v7())
}

pub(crate) fn session(organization: OrganizationId) -> SessionInfo {
    SessionInfo {
        organization,
        subject: debrief_domain::subject::Subject::Transcript(TranscriptId(Uuid::now_v7())),
        client: None,
        coaches: Vec::new(),
        at: day(0),
    }
}

pub(crate) fn day(day: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(1_750_000_000, 123_456_000).unwrap() + TimeDelta::days(day)
}

/// Returns an entry whose similarity to `at_angle(0.0)` falls as the angle, in degrees, grows to
/// 180.
pub(crate) fn entry(angle: f32) -> Entry {
    Entry {
        id: Uuid::now_v7(),
        kind: "turns".to_owned(),
        speakers: Vec::new(),
        language: None,
        vector: Some(at_angle(angle)),
    }
}

pub(crate) fn at_angle(angle: f32) -> Vec<f32> {
    let mut vector = vec![0.0; DIMENSIONS];
    (vector[1], vector[5]) = (angle.to_radians().cos(), angle.to_radians().sin());
    vector
}

/// Returns the entry without its vector, as a store returns it.
pub(crate) fn kept(entry: &Entry) -> Entry {
    Entry { vector: None, ..entry.clone() }
}

pub(crate) fn ids(entries: &[Entry]) -> Vec<Uuid> {
    let mut ids: Vec<Uuid> = entries.iter().map(|it| it.id).collect();
    ids.sort();
    ids
}

pub(crate) fn names(names: &[&str]) -> Vec<String> {
    names.iter().map(|&name| name.to_owned()).collect()
}

pub(crate) fn is_gone<T: std::fmt::Debug>(result: Result<T, VectorError>) {
    assert!(matches!(result, Err(VectorError::Gone(_))), "{result:?}");
}

pub(crate) fn is_refused<T: std::fmt::Debug>(result: Result<T, VectorError>) {
    assert!(matches!(result, Err(VectorError::Other(_))), "{result:?}");
}
