//! Steps of a job that are not taken twice.
//!
//! Invariants: what a step came to is stored before the attempt goes on, so that the next attempt,
//! in whatever process, is given it and does not take the step again; only a step that was under
//! way when its process was killed may be taken twice. Results go with the job, and are sealed
//! where they may hold a person's words.

use crate::job::JobContext;
use crate::worker::Fault;
use debrief_infra::keys::DataKey;
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::sync::atomic::Ordering;

/// The largest result that is stored, in bytes of JSON.
const RESULT_MAX: usize = 1 << 20;
/// Steps that a job may have.
const STEPS_MAX: usize = 256;
/// Characters of a step's name.
const NAME_MAX: usize = 100;

/// How a result is stored: its first byte.
const PLAIN: u8 = 0;
const SEALED: u8 = 1;

impl JobContext {
    /// Takes a step, unless an earlier attempt has: then it answers what that came to.
    ///
    /// The result is stored in the open: it holds ids and numbers, no words of a person, for which
    /// there is [`JobContext::sealed_step`]. A step whose code changes gets another name, such as
    /// with a version in it; a stored result that cannot be read as `T` counts as none. A step that
    /// fails stores nothing.
    pub async fn step<T, F, S>(&self, name: &str, take: S) -> Result<T, Fault>
    where
        T: Serialize + DeserializeOwned,
        F: Future<Output = Result<T, Fault>>,
        S: FnOnce() -> F,
    {
        self.once(name, None, take).await
    }

    /// The same, with the result sealed under a data key of the person or session it is about.
    pub async fn sealed_step<T, F, S>(&self, name: &str, key: &DataKey, take: S) -> Result<T, Fault>
    where
        T: Serialize + DeserializeOwned,
        F: Future<Output = Result<T, Fault>>,
        S: FnOnce() -> F,
    {
        self.once(name, Some(key), take).await
    }

    async fn once<T, F, S>(&self, name: &str, key: Option<&DataKey>, take: S) -> Result<T, Fault>
    where
        T: Serialize + DeserializeOwned,
        F: Future<Output = Result<T, Fault>>,
        S: FnOnce() -> F,
    {
        if name.is_empty() || name.len() > NAME_MAX {
            return Err(Fault::Never(format!("a step's name has 1 to {NAME_MAX} bytes: {name:?}")));
        }
        if self.steps.fetch_add(1, Ordering::Relaxed) >= STEPS_MAX {
            return Err(Fault::Never(format!("a job has at most {STEPS_MAX} steps")));
        }
        let stored = self.ledger.step_result(self.job.id(), name).await?;
        if let Some(result) = stored.and_then(|stored| self.open(name, key, &stored)) {
            return Ok(result);
        }
        let result = take().await?;
        let json = serde_json::to_vec(&result)
            .map_err(|error| Fault::Never(format!("step {name} has no JSON: {error}")))?;
        if json.len() > RESULT_MAX {
            return Err(Fault::Never(format!(
                "step {name} came to {} bytes, of which {RESULT_MAX} are stored at most: write a \
                 blob and answer its name",
                json.len()
            )));
        }
        let stored = match key {
            None => [&[PLAIN], json.as_slice()].concat(),
            Some(key) => [vec![SEALED], key.seal(&self.place(name), &json)].concat(),
        };
        if self.ledger.store_step(&self.job, name, stored).await? {
            Ok(result)
        } else {
            Err(Fault::Unavailable("the lease was lost".to_owned()))
        }
    }

    /// What a sealed result is bound to.
    fn place(&self, step: &str) -> Vec<u8> {
        let id = self.job.id();
        format!("{}/{}/{}/{step}", id.consumer, id.position, id.key).into_bytes()
    }

    /// A stored result, if it was stored as this step stores and can be read.
    fn open<T: DeserializeOwned>(
        &self,
        name: &str,
        key: Option<&DataKey>,
        stored: &[u8],
    ) -> Option<T> {
        match (stored.split_first()?, key) {
            ((&PLAIN, json), None) => serde_json::from_slice(json).ok(),
            ((&SEALED, sealed), Some(key)) => {
                let json = key.open(&self.place(name), sealed).ok()?;
                serde_json::from_slice(&json).ok()
            }
            _ => None,
        }
    }
}
