//! API keys: how they are made, what is kept of them, and who holds one.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use debrief_infra::database::DatabaseError;
use debrief_projections::directory::{self, ApiKey};
use debrief_projections::engine::Views;
use moka::future::Cache;
use sha2::{Digest, Sha256};
use std::time::Duration;

/// Begins every generated key, so that people and scanners of secrets recognise one.
const PREFIX: &str = "dbf_";
/// How long a key that was found is not looked up again: a revoked key works for no longer.
const CACHED_FOR: Duration = Duration::from_secs(5);
/// Keys that are remembered at a time.
const CACHED: u64 = 10_000;

/// A new API key: shown once, kept as a hash.
#[derive(Debug, Clone)]
pub struct GeneratedKey {
    /// What the caller sends: `dbf_` and 256 random bits.
    pub secret: String,
    /// What is kept.
    pub sha256: String,
}

/// Makes an API key.
pub fn generate_key() -> GeneratedKey {
    // Two random UUIDs hold 244 random bits; hashed to 256 they are a key.
    let random = [uuid::Uuid::new_v4().into_bytes(), uuid::Uuid::new_v4().into_bytes()].concat();
    let secret = format!("{PREFIX}{}", URL_SAFE_NO_PAD.encode(Sha256::digest(random)));
    GeneratedKey { sha256: hash_of_key(&secret), secret }
}

/// What is kept of a key.
pub fn hash_of_key(secret: &str) -> String {
    hex::encode(Sha256::digest(secret.as_bytes()))
}

/// Finds keys by their secrets, and remembers them for a moment.
#[derive(Clone)]
pub(crate) struct Keys {
    views: Views,
    found: Cache<String, ApiKey>,
}

impl Keys {
    pub(crate) fn new(views: Views) -> Self {
        let found = Cache::builder().max_capacity(CACHED).time_to_live(CACHED_FOR).build();
        Self { views, found }
    }

    /// The key with this secret; `None` where there is none, or it was revoked.
    pub(crate) async fn find(&self, secret: &str) -> Result<Option<ApiKey>, DatabaseError> {
        let hash = hash_of_key(secret);
        if let Some(key) = self.found.get(&hash).await {
            return Ok(Some(key));
        }
        let key = directory::api_key(&self.views, &hash).await?;
        if let Some(key) = key {
            self.found.insert(hash, key).await;
        }
        Ok(key)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_differ_and_are_kept_as_hashes() {
        let (one, two) = (generate_key(), generate_key());
        assert_ne!(one.secret, two.secret);
        assert_eq!(one.sha256, hash_of_key(&one.secret));
        assert_eq!(one.secret.len(), PREFIX.len() + 43);
    }
}
