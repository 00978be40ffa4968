//! Health checks of what the process depends on.
//!
//! Whatever opens a dependency registers a check for it; `/readyz` runs all checks and names none.

use futures::FutureExt;
use futures::future::{BoxFuture, join_all};
use std::collections::BTreeMap;
use std::error::Error;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// Longest time that one check may take.
const TIMEOUT: Duration = Duration::from_secs(5);

/// A failed check.
#[derive(Debug)]
pub struct Unwell {
    /// What everybody may read.
    said: &'static str,
    /// What is logged.
    reason: String,
}

impl Unwell {
    /// Creates a failure that is more than an outage: `said` is public and must reveal nothing.
    pub fn new(said: &'static str, reason: impl ToString) -> Self {
        Self { said, reason: reason.to_string() }
    }
}

impl<E: Error> From<E> for Unwell {
    fn from(error: E) -> Self {
        Self::new("unavailable", error)
    }
}

type Check = Arc<dyn Fn() -> BoxFuture<'static, Result<(), Unwell>> + Send + Sync>;

/// The health checks of a process. Clones share them.
#[derive(Clone, Default)]
pub struct Health(Arc<Mutex<BTreeMap<&'static str, Check>>>);

impl std::fmt::Debug for Health {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Health")
    }
}

impl Health {
    /// Registers the check of a dependency.
    pub fn register<F, E>(&self, name: &'static str, check: impl Fn() -> F + Send + Sync + 'static)
    where
        F: Future<Output = Result<(), E>> + Send + 'static,
        E: Into<Unwell>,
    {
        let check: Check = Arc::new(move || check().map(|said| said.map_err(Into::into)).boxed());
        self.checks().insert(name, check);
    }

    /// Runs all checks. Returns `ok`, or what is wrong, for each dependency.
    pub async fn ask(&self) -> BTreeMap<&'static str, String> {
        let checks: Vec<_> =
            self.checks().iter().map(|(name, check)| (*name, Arc::clone(check))).collect();
        let asked = checks.into_iter().map(|(name, check)| async move {
            let said = match tokio::time::timeout(TIMEOUT, check()).await {
                Ok(Ok(())) => "ok",
                Ok(Err(Unwell { said, reason })) => {
                    tracing::warn!(dependency = name, reason, "a dependency is not ready");
                    said
                }
                Err(_) => "no answer",
            };
            (name, said.to_owned())
        });
        join_all(asked).await.into_iter().collect()
    }

    fn checks(&self) -> std::sync::MutexGuard<'_, BTreeMap<&'static str, Check>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn says_how_each_dependency_is() {
        let health = Health::default();
        health.register("well", || async { Ok::<_, std::io::Error>(()) });
        health.register("away", || async { Err(std::io::Error::other("10.0.0.7 is down")) });
        health.register("odd", || async { Err(Unwell::new("of another log", "at 7, not 3")) });
        health.register("silent", std::future::pending::<Result<(), std::io::Error>>);
        let said = health.ask().await;
        let said: Vec<_> = said.iter().map(|(name, said)| (*name, said.as_str())).collect();
        let expected = [
            ("away", "unavailable"),
            ("odd", "of another log"),
            ("silent", "no answer"),
            ("well", "ok"),
        ];
        assert_eq!(said, expected);
    }
}
