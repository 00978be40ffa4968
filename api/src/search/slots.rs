//! How many questions are searched for at a time.
//!
//! A search computes for as long as the index is large. Searches that run beside each other take
//! the processor from everything else and from each other, so that all of them end late. So few run
//! at a time, the others wait for a moment, and who has waited long enough is told to come back.
//!
//! Invariants: an organization has at most half of the places, so that it never waits for another
//! one alone; a place is held until the search has ended, also where nobody waits for its answer
//! any more.

use crate::http::codes::Code;
use crate::http::problem::Problem;
use debrief_domain::ids::OrganizationId;
use metrics::{counter, histogram};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, Weak};
use std::time::{Duration, Instant};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// Longest wait for a place.
const WAIT: Duration = Duration::from_secs(1);

/// The places. Clones share them.
#[derive(Debug, Clone)]
pub(crate) struct SearchSlots {
    all: Arc<Semaphore>,
    of_organization: usize,
    organizations: Arc<Mutex<HashMap<OrganizationId, Weak<Semaphore>>>>,
}

/// A place. Clones are the same place, which is free once all of them are dropped.
#[derive(Debug, Clone)]
pub(super) struct Slot(#[allow(dead_code)] Arc<(OwnedSemaphorePermit, OwnedSemaphorePermit)>);

impl SearchSlots {
    /// So many places, and at least two.
    pub(crate) fn new(places: usize) -> Self {
        let places = places.max(2);
        Self {
            all: Arc::new(Semaphore::new(places)),
            of_organization: places / 2,
            organizations: Arc::default(),
        }
    }

    /// Waits for a place, but not long.
    pub(super) async fn enter(&self, organization: OrganizationId) -> Result<Slot, Problem> {
        let began = Instant::now();
        let own = self.of(organization);
        let entered = tokio::time::timeout(WAIT, async {
            let own = own.acquire_owned().await;
            let all = Arc::clone(&self.all).acquire_owned().await;
            own.ok().zip(all.ok())
        });
        let entered = entered.await;
        histogram!("debrief_search_wait_seconds").record(began.elapsed().as_secs_f64());
        match entered {
            Ok(Some(permits)) => Ok(Slot(Arc::new(permits))),
            Ok(None) | Err(_) => {
                counter!("debrief_search_shed_total").increment(1);
                Err(Problem::new(
                    Code::SearchBusy,
                    "More questions are being searched for than the server can answer. Ask again \
                     after Retry-After.",
                ))
            }
        }
    }

    fn of(&self, organization: OrganizationId) -> Arc<Semaphore> {
        let mut organizations = self.organizations.lock().expect("no panic under this lock");
        if let Some(known) = organizations.get(&organization).and_then(Weak::upgrade) {
            return known;
        }
        organizations.retain(|_, places| places.strong_count() > 0);
        let places = Arc::new(Semaphore::new(self.of_organization));
        organizations.insert(organization, Arc::downgrade(&places));
        places
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    fn organization(n: u128) -> OrganizationId {
        OrganizationId(Uuid::from_u128(n))
    }

    #[tokio::test(start_paused = true)]
    async fn who_waits_too_long_is_told_to_come_back() {
        let slots = SearchSlots::new(4);
        let held = [
            slots.enter(organization(1)).await.unwrap(),
            slots.enter(organization(1)).await.unwrap(),
        ];
        let began = tokio::time::Instant::now();
        let refused = slots.enter(organization(1)).await.unwrap_err();
        assert_eq!((refused.code(), refused.status().as_u16()), (Code::SearchBusy, 503));
        assert_eq!(began.elapsed(), WAIT);
        // The other half is for others.
        let others = [
            slots.enter(organization(2)).await.unwrap(),
            slots.enter(organization(3)).await.unwrap(),
        ];
        assert!(slots.enter(organization(4)).await.is_err(), "all places are taken");
        drop(others);
        assert!(slots.enter(organization(4)).await.is_ok());
        // A place is held until the last clone is gone.
        let [one, two] = held;
        let still = one.clone();
        drop(one);
        assert!(slots.enter(organization(1)).await.is_err());
        drop((still, two));
        assert!(slots.enter(organization(1)).await.is_ok());
    }

    #[tokio::test]
    async fn organizations_that_ask_no_more_are_forgotten() {
        let slots = SearchSlots::new(2);
        for n in 0..100 {
            drop(slots.enter(organization(n)).await.unwrap());
        }
        assert!(slots.organizations.lock().unwrap().len() <= 1);
    }
}
