//! What can have happened to an organization.

use crate::event::events;
use crate::ids::ApiKeyId;
use crate::principal::Role;
use serde::{Deserialize, Serialize};

/// An organization began.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrganizationCreated {
    /// What it calls itself.
    pub name: String,
}

/// A key was made; only its hash is kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ApiKeyCreated {
    /// Identifies the key in lists and in the events it causes.
    pub key_id: ApiKeyId,
    /// What it is for.
    pub name: String,
    /// SHA-256 of the secret in lower-case hex. The secret has 256 random bits, so a fast hash is
    /// enough.
    pub secret_sha256: String,
    /// What it may do.
    pub role: Role,
}

/// A key no longer opens anything.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ApiKeyRevoked {
    /// Which key.
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
