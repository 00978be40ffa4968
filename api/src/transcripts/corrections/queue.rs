//! Those who correct the same transcript wait for each other, in the order in which they came.
//!
//! A correction is computed on all turns of a transcript, and recorded only if they are still the
//! same. Side by side, all but one of those who correct would compute in vain, and each would hold
//! the turns in memory.

use crate::http::problem::Problem;
use debrief_domain::ids::TranscriptId;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, Weak};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// Corrections that wait for one transcript.
const WAITING_MAX: usize = 64;
/// Corrections that are computed at a time, whatever their transcripts.
const AT_ONCE: usize = 4;

/// See the module. Clones share it.
#[derive(Debug, Clone)]
pub(in crate::transcripts) struct CorrectionQueue {
    transcripts: Arc<Mutex<HashMap<TranscriptId, Weak<Queue>>>>,
    all: Arc<Semaphore>,
}

#[derive(Debug)]
struct Queue {
    /// Places in the queue, the first included.
    places: Arc<Semaphore>,
    /// Whose turn it is.
    first: Arc<Semaphore>,
}

impl Default for CorrectionQueue {
    fn default() -> Self {
        Self { transcripts: Arc::default(), all: Arc::new(Semaphore::new(AT_ONCE)) }
    }
}

/// Whoever holds it may correct the transcript.
#[derive(Debug)]
pub(in crate::transcripts) struct MayCorrect {
    _all: OwnedSemaphorePermit,
    _first: OwnedSemaphorePermit,
    _place: OwnedSemaphorePermit,
    _queue: Arc<Queue>,
}

impl CorrectionQueue {
    /// Waits until nobody who came before corrects the transcript any more.
    pub(in crate::transcripts) async fn wait(
        &self,
        id: TranscriptId,
    ) -> Result<MayCorrect, Problem> {
        let queue = self.of(id);
        let place = Arc::clone(&queue.places).try_acquire_owned().map_err(|_| {
            Problem::unavailable(
                "Too many corrections of this transcript are waiting. Send the same request again, \
                 with the same Idempotency-Key.",
            )
        })?;
        let closed = |error| Problem::internal(&error);
        let first = Arc::clone(&queue.first).acquire_owned().await.map_err(closed)?;
        let all = Arc::clone(&self.all).acquire_owned().await.map_err(closed)?;
        Ok(MayCorrect { _all: all, _first: first, _place: place, _queue: queue })
    }

    fn of(&self, id: TranscriptId) -> Arc<Queue> {
        let mut transcripts = self.transcripts.lock().expect("no panic under this lock");
        if let Some(known) = transcripts.get(&id).and_then(Weak::upgrade) {
            return known;
        }
        transcripts.retain(|_, queue| queue.strong_count() > 0);
        let queue = Arc::new(Queue {
            places: Arc::new(Semaphore::new(WAITING_MAX)),
            first: Arc::new(Semaphore::new(1)),
        });
        transcripts.insert(id, Arc::downgrade(&queue));
        queue
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures::FutureExt;
    use uuid::Uuid;

    fn id(n: u128) -> TranscriptId {
        TranscriptId(Uuid::from_u128(n))
    }

    #[tokio::test]
    async fn they_wait_in_order_and_not_for_other_transcripts() {
        let queue = CorrectionQueue::default();
        let first = queue.wait(id(1)).await.unwrap();
        let mut second = Box::pin(queue.wait(id(1)));
        let mut third = Box::pin(queue.wait(id(1)));
        assert!((&mut second).now_or_never().is_none() && (&mut third).now_or_never().is_none());
        assert!(queue.wait(id(2)).now_or_never().is_some());
        drop(first);
        assert!((&mut third).now_or_never().is_none(), "the second came first");
        let second = second.await.unwrap();
        drop(second);
        assert!(third.now_or_never().is_some());
    }

    #[tokio::test]
    async fn who_finds_too_many_waiting_is_told_to_come_back() {
        let queue = CorrectionQueue::default();
        let first = queue.wait(id(1)).await.unwrap();
        let mut waiting: Vec<_> = (1..WAITING_MAX).map(|_| Box::pin(queue.wait(id(1)))).collect();
        assert!(waiting.iter_mut().all(|one| one.now_or_never().is_none()));
        let refused = queue.wait(id(1)).now_or_never().unwrap().unwrap_err();
        assert_eq!(refused.status().as_u16(), 503);
        // Who goes away leaves a place.
        waiting.pop();
        assert!(queue.wait(id(1)).now_or_never().is_none());
        drop((first, waiting));
        assert!(queue.wait(id(1)).now_or_never().is_some());
        assert!(queue.transcripts.lock().unwrap().len() <= 1);
    }
}
