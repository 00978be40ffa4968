//! Who calls, and for which organization.

use super::problem::Problem;
use crate::state::ApiState;
use axum::extract::FromRequestParts;
use axum::http::{HeaderMap, header, request::Parts};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use debrief_domain::ids::OrganizationId;
use debrief_domain::principal::{Principal, Viewer};
use debrief_projections::directory;
use sha2::{Digest, Sha256};

/// Begins every generated key, so that people and scanners of secrets recognise one.
const PREFIX: &str = "dbf_";
/// Longest token that is looked at.
const TOKEN_MAX: usize = 512;

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

/// A caller who has shown a valid key.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Caller {
    pub(crate) organization: OrganizationId,
    principal: Principal,
}

impl Caller {
    /// What the caller may see.
    pub(crate) fn viewer(&self) -> Viewer {
        Viewer::of(self.organization, &self.principal)
    }

    /// Who calls.
    pub(crate) fn principal(&self) -> Principal {
        self.principal
    }
}

impl FromRequestParts<ApiState> for Caller {
    type Rejection = Problem;

    async fn from_request_parts(
        parts: &mut Parts,
        state: &ApiState,
    ) -> Result<Self, Self::Rejection> {
        let token = bearer(&parts.headers)?.ok_or_else(|| {
            Problem::unauthorized("Send your API key as `Authorization: Bearer <key>`.")
        })?;
        sign_in(state, token).await
    }
}

/// The token of the `Authorization` header, if there is one.
pub(crate) fn bearer(headers: &HeaderMap) -> Result<Option<&str>, Problem> {
    let Some(value) = headers.get(header::AUTHORIZATION) else { return Ok(None) };
    let unfit = || {
        Problem::unauthorized(
            "The Authorization header is not of the form `Bearer <key>`, with the key as it was \
             given to you.",
        )
    };
    let (scheme, token) =
        value.to_str().map_err(|_| unfit())?.trim().split_once(' ').ok_or_else(unfit)?;
    let token = token.trim();
    if !scheme.eq_ignore_ascii_case("bearer") || token.is_empty() || token.len() > TOKEN_MAX {
        return Err(unfit());
    }
    Ok(Some(token))
}

/// Who shows this key.
pub(crate) async fn sign_in(state: &ApiState, token: &str) -> Result<Caller, Problem> {
    let hash = hash_of_key(token);
    let keys = &state.shared().keys;
    let key = match keys.get(&hash).await {
        Some(key) => key,
        None => {
            let key = directory::api_key(&state.views, &hash).await?.ok_or_else(|| {
                Problem::unauthorized(
                    "This API key is unknown or was revoked. `debrief up` prints the owner's key \
                     on its first start.",
                )
            })?;
            keys.insert(hash, key).await;
            key
        }
    };
    let principal = Principal::ApiKey { id: key.id, role: key.role };
    Ok(Caller { organization: key.organization, principal })
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::HeaderValue;

    fn with(value: &[u8]) -> HeaderMap {
        let value = HeaderValue::from_bytes(value).unwrap();
        HeaderMap::from_iter([(header::AUTHORIZATION, value)])
    }

    #[test]
    fn reads_bearer_tokens_and_refuses_the_rest() {
        assert_eq!(bearer(&HeaderMap::new()).unwrap(), None);
        assert_eq!(bearer(&with(b"Bearer abc")).unwrap(), Some("abc"));
        assert_eq!(bearer(&with(b"bearer  abc ")).unwrap(), Some("abc"));
        let long = [b"Bearer ".as_slice(), &[b'a'; 600]].concat();
        for bad in [b"abc".as_slice(), b"Basic abc", b"Bearer ", b"Bearer \xff", &long] {
            assert_eq!(bearer(&with(bad)).unwrap_err().status, 401);
        }
    }

    #[test]
    fn keys_differ_and_are_kept_as_hashes() {
        let (one, two) = (generate_key(), generate_key());
        assert_ne!(one.secret, two.secret);
        assert_eq!(one.sha256, hash_of_key(&one.secret));
        assert_eq!(one.secret.len(), PREFIX.len() + 43);
    }
}
