//! No organization waits for another's backlog.

use crate::support::append;
use crate::support::bench::*;
use debrief_domain::ids::OrganizationId;
use debrief_infra::log::Expected;
use debrief_infra::queue::Outcome;
use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, Instant};
use uuid::Uuid;

fn organization(n: u128) -> OrganizationId {
    OrganizationId(Uuid::from_u128(n))
}

impl Process {
    /// Appends `count` events that are jobs of an organization, and relays them.
    async fn fill_for(&self, organization: OrganizationId, count: usize) {
        for from in (0..count).step_by(1_000) {
            let events = append(Uuid::now_v7(), Expected::Any, (count - from).min(1_000));
            let events = debrief_infra::log::Append { organization, ..events };
            self.node.log.append(events).await.unwrap();
        }
        self.relay_all(&[PARSE]).await;
    }

    /// Returns the number of rows that are older than the oldest of an organization: what a queue
    /// that goes by age alone would do first. The control.
    async fn older_than(&self, organization: OrganizationId) -> i64 {
        self.rows(
            "state = 'ready' AND (available_at, position) < (SELECT available_at, position \
             FROM work WHERE organization_id = $1 ORDER BY available_at, position LIMIT 1)",
            &[organization.0.into()],
        )
        .await
    }
}

pub(crate) async fn nobody_waits_for_anothers_backlog(bench: Arc<Bench>) {
    const BACKLOG: usize = 5_000;
    let process = bench.process().await;
    let (large, small) = (organization(1), organization(2));
    process.fill_for(large, BACKLOG).await;
    let mut held = process.lease(8, LONG, 2_000).await;
    assert_eq!(held.len(), 8);
    process.fill_for(small, 3).await;
    let before = process.older_than(small).await;
    assert!(before >= BACKLOG as i64 - 8, "a queue that goes by age would be fair: {before}");
    let began = Instant::now();
    let mut waited = Vec::new();
    for n in 0..12 {
        let job = process.next(LONG, Duration::from_secs(3)).await;
        if job.organization == small {
            waited.push(n);
        }
        held.push(job);
    }
    assert_eq!(waited, [0, 1, 2], "the small organization's jobs among the next");
    println!(
        "{BACKLOG} jobs of one organization before 3 of another: by age {before} would be first, \
         they were the next 3; 12 claims took {:?}",
        began.elapsed()
    );
    for job in held {
        assert!(process.settle(&job, Outcome::Done).await);
    }
}

pub(crate) async fn organizations_take_turns(bench: Arc<Bench>) {
    let process = bench.process().await;
    for (n, count) in [(1, 60), (2, 40), (3, 3)] {
        process.fill_for(organization(n), count).await;
    }
    let mut under_way: HashMap<OrganizationId, usize> = HashMap::new();
    let mut held = Vec::new();
    // Several at a time, as a worker with room for them asks.
    while held.len() < 30 {
        let jobs = process.lease(4, LONG, 1_000).await;
        assert!(!jobs.is_empty(), "nothing after {}", held.len());
        jobs.iter().for_each(|job| *under_way.entry(job.organization).or_default() += 1);
        held.extend(jobs);
    }
    let of = |n| under_way[&organization(n)];
    assert_eq!(of(3), 3, "{under_way:?}");
    assert!(of(1).abs_diff(of(2)) <= 1, "{under_way:?}");
    // Whose jobs end gets more.
    let (ended, rest): (Vec<_>, Vec<_>) =
        held.into_iter().partition(|job| job.organization == organization(2));
    for job in &ended {
        assert!(process.settle(job, Outcome::Done).await);
    }
    let next = process.lease(4, LONG, 1_000).await;
    assert_eq!(next.len(), 4);
    assert!(next.iter().all(|job| job.organization == organization(2)), "{next:?}");
    // Within an organization, the oldest are first.
    let of_first = rest.iter().filter(|job| job.organization == organization(1));
    let newest = of_first.map(|job| job.position).max().unwrap();
    let left = process
        .rows(
            "state = 'ready' AND organization_id = $1 AND position < $2",
            &[organization(1).0.into(), newest.into()],
        )
        .await;
    assert_eq!(left, 0, "older work was left behind");
    println!("after 30 claims {under_way:?}; whose 14 jobs ended had the next 4");
}
