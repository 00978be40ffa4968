//! API keys: generation, hashing and lookup.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use debrief_infra::database::DatabaseError;
use debrief_projections::directory::{self, ApiKey};
use debrief_projections::engine::Views;
use moka::future::Cache;
use sha2::{Digest, Sha256};
use std::time::Duration;

/// The prefix of every generated key, by which people and secret scanners recognise one.
const PREFIX: &str = "dbf_";
/// How long a key is cached: a revoked key works for no longer.
const CACHED_FOR: Duration = Duration::from_secs(5);
/// Maximum number of cached keys.
const CACHED: u64 = 10_000;

/// A new API key: shown once, stored as a hash.
#[derive(Debug, Clone)]
pub struct GeneratedKey {
    /// What the caller sends: `dbf_` and 256 random bits.
    pub secret: String,
    /// What is stored.
    pub sha256: String,
}

/// Generates an API key.
pub fn generate_key() -> GeneratedKey {
    // Two random UUIDs hold 244 random bits; hashed to 256 they are a key.
    let random = [uuid::Uuid::new_v4().into_bytes(), uuid::Uuid::new_v4().into_bytes()].concat();
    let secret = format!("{PREFIX}{}", URL_SAFE_NO_PAD.encode(Sha256::digest(random)));
    GeneratedKey { sha256: hash_of_key(&secret), secret }
}

/// Returns the hash of a key.
pub fn hash_of_key(secret: &str) -> String {
    hex::encode(Sha256::digest(secret.as_bytes()))
}

/// Looks up keys by their secrets, and caches them briefly.
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

    /// Returns the key with this secret; `None` if there is none, or it was revoked.
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
