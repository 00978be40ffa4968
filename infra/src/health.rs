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
    /// Whether requests can be served without the dependency.
    dispensable: bool,
}

impl Unwell {
    /// Creates a failure that is more than an outage: `said` is public and must reveal nothing.
    pub fn new(said: &'static str, reason: impl ToString) -> Self {
        Self { said, reason: reason.to_string(), dispensable: false }
    }

    /// Creates the failure of a dependency without which the process does less, but is ready.
    pub fn degraded(reason: impl ToString) -> Self {
        Self { said: "degraded", reason: reason.to_string(), dispensable: true }
    }
}

/// What a check found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Finding {
    /// `ok`, `degraded`, or what is wrong. Public.
    pub said: &'static str,
    /// Whether requests can be served.
    pub is_ready: bool,
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

    /// Runs all checks. Returns what each dependency's found.
    pub async fn ask(&self) -> BTreeMap<&'static str, Finding> {
        let checks: Vec<_> =
            self.checks().iter().map(|(name, check)| (*name, Arc::clone(check))).collect();
        let asked = checks.into_iter().map(|(name, check)| async move {
            let finding = match tokio::time::timeout(TIMEOUT, check()).await {
                Ok(Ok(())) => Finding { said: "ok", is_ready: true },
                Ok(Err(Unwell { said, reason, dispensable })) => {
                    tracing::warn!(dependency = name, reason, said, "a dependency is not well");
                    Finding { said, is_ready: dispensable }
                }
                Err(_) => Finding { said: "no answer", is_ready: false },
            };
            (name, finding)
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
        health.register("lesser", || async { Err(Unwell::degraded("it rests")) });
        health.register("silent", std::future::pending::<Result<(), std::io::Error>>);
        let found = health.ask().await;
        let said: Vec<_> = found.iter().map(|(name, it)| (*name, it.said, it.is_ready)).collect();
        let expected = [
            ("away", "unavailable", false),
            ("lesser", "degraded", true),
            ("odd", "of another log", false),
            ("silent", "no answer", false),
            ("well", "ok", true),
        ];
        assert_eq!(said, expected);
    }
}
