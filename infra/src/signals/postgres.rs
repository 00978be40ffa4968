//! Signals by `LISTEN` and `NOTIFY`.

use super::{PAUSE, Shared, Trust, advance};
use sqlx::postgres::{PgListener, PgPool};
use std::collections::HashMap;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;
use tokio_util::sync::CancellationToken;

/// The single Postgres channel; a payload is `<topic> <position>`.
const CHANNEL: &str = "debrief_positions";
/// Pause after a failure.
const FAILURE_PAUSE: Duration = Duration::from_secs(1);

/// A shared position, and its last value that was sent or received.
struct Known {
    shared: Shared,
    value: AtomicI64,
}

pub(super) async fn share(
    pool: PgPool,
    shared: Vec<Shared>,
    trust: &Trust,
    stop: CancellationToken,
) {
    let known: Vec<Known> =
        shared.into_iter().map(|shared| Known { shared, value: AtomicI64::new(0) }).collect();
    let work = futures::future::join(tell(&pool, &known), hear(&pool, &known, trust));
    tokio::select! {
        () = stop.cancelled() => {}
        _ = work => {}
    }
}

/// Sends the positions that advanced here.
async fn tell(pool: &PgPool, known: &[Known]) {
    let mut moved: Vec<_> = known.iter().map(|known| known.shared.position.subscribe()).collect();
    loop {
        let any = moved.iter_mut().map(|position| Box::pin(position.changed()));
        let (changed, _, _) = futures::future::select_all(any).await;
        if changed.is_err() {
            return;
        }
        for (known, position) in known.iter().zip(&mut moved) {
            let value = *position.borrow_and_update();
            if known.value.swap(value, Ordering::Relaxed) == value {
                continue;
            }
            let told = sqlx::query("SELECT pg_notify($1, $2)")
                .bind(CHANNEL)
                .bind(format!("{} {value}", known.shared.topic))
                .execute(pool)
                .await;
            if let Err(error) = told {
                tracing::debug!(%error, "other processes could not be told; they poll");
            }
        }
        tokio::time::sleep(PAUSE).await;
    }
}

async fn hear(pool: &PgPool, known: &[Known], trust: &Trust) {
    let by_topic: HashMap<&str, &Known> =
        known.iter().map(|known| (known.shared.topic.as_str(), known)).collect();
    loop {
        let ended = listen(pool, &by_topic, trust).await;
        trust.set(false);
        tracing::debug!(?ended, "other processes cannot be heard; polling goes on");
        tokio::time::sleep(FAILURE_PAUSE).await;
    }
}

/// Listens until the connection is lost. Signals sent before the next connection are missed.
async fn listen(
    pool: &PgPool,
    by_topic: &HashMap<&str, &Known>,
    trust: &Trust,
) -> Result<(), sqlx::Error> {
    let mut listener = PgListener::connect_with(pool).await?;
    listener.eager_reconnect(false);
    listener.listen(CHANNEL).await?;
    trust.set(true);
    while let Some(heard) = listener.try_recv().await? {
        if let Some((topic, position)) = heard.payload().split_once(' ')
            && let Some(known) = by_topic.get(topic)
            && let Ok(position) = position.parse()
        {
            known.value.fetch_max(position, Ordering::Relaxed);
            advance(&known.shared.position, position);
        }
    }
    Ok(())
}
