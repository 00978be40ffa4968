//! Events of an organization.

use crate::event::events;
use crate::ids::ApiKeyId;
use crate::principal::Role;
use serde::{Deserialize, Serialize};

/// An organization was created.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrganizationCreated {
    /// Its name.
    pub name: String,
}

/// An API key was created; only its hash is stored.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ApiKeyCreated {
    /// Identifies the key in lists and in the events it causes.
    pub key_id: ApiKeyId,
    /// Its name.
    pub name: String,
    /// SHA-256 of the secret in lower-case hex. The secret has 256 random bits, so a fast hash is
    /// enough.
    pub secret_sha256: String,
    /// Its role.
    pub role: Role,
}

/// An API key was revoked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ApiKeyRevoked {
    /// The key.
    pub key_id: ApiKeyId,
}

events! {
    /// Events of an organization.
    pub enum OrganizationEvent {
        Created(OrganizationCreated) = "organization.created", 1;
        ApiKeyCreated(ApiKeyCreated) = "organization.api_key_created", 1;
        ApiKeyRevoked(ApiKeyRevoked) = "organization.api_key_revoked", 1;
    }
}
