//! Steps of a job whose results survive the attempt.
//!
//! Invariants: the result of a step is stored before the attempt goes on, so the next attempt, in
//! whatever process, is given the result and does not repeat the step. Only a step that was running
//! when its process was killed may run twice. Results are deleted with the job, and are sealed if
//! they may contain a person's words.

use crate::fault::Fault;
use crate::job::JobContext;
use debrief_infra::keys::DataKey;
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::sync::atomic::Ordering;

/// Maximum size of a stored result, in bytes of JSON.
const RESULT_MAX: usize = 1 << 20;
/// Maximum number of steps of a job.
const STEPS_MAX: usize = 256;
/// Maximum length of a step's name, in bytes.
const NAME_MAX: usize = 100;

/// How a result is stored: its first byte.
const PLAIN: u8 = 0;
const SEALED: u8 = 1;

impl JobContext {
    /// Runs a step and returns its result, or returns the stored result if an earlier attempt ran
    /// it.
    ///
    /// The result is stored unencrypted, so it must contain ids and numbers only; for a person's
    /// words there is [`JobContext::sealed_step`]. If the code of a step changes, give the step
    /// another name, for example with a version in it. A stored result that cannot be deserialized
    /// as `T` is ignored. A step that fails stores nothing.
    pub async fn step<T, F, S>(&self, name: &str, take: S) -> Result<T, Fault>
    where
        T: Serialize + DeserializeOwned,
        F: Future<Output = Result<T, Fault>>,
        S: FnOnce() -> F,
    {
        self.once(name, None, take).await
    }

    /// Like [`JobContext::step`], but seals the result under a data key of the person or session
    /// concerned.
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
                "the result of step {name} has {} bytes; the maximum is {RESULT_MAX}: write a \
                 blob and return its name",
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

    /// Returns the associated data that binds a sealed result to its place.
    fn place(&self, step: &str) -> Vec<u8> {
        let id = self.job.id();
        format!("{}/{}/{}/{step}", id.consumer, id.position, id.key).into_bytes()
    }

    /// Returns a stored result if it is stored in the way of this step and can be read.
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
