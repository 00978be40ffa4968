//! What can have happened to an organization.

use crate::ids::ApiKeyId;
use serde::{Deserialize, Serialize};

/// What a key may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum KeyRole {
    /// Everything in its organization.
    Owner,
}

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
    pub role: KeyRole,
}

/// A key no longer opens anything.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ApiKeyRevoked {
    /// Which key.
    pub key_id: ApiKeyId,
}

/// Events of an organization.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", content = "payload")]
pub enum OrganizationEvent {
    /// See [`OrganizationCreated`].
    #[serde(rename = "organization.created")]
    Created(OrganizationCreated),
    /// See [`ApiKeyCreated`].
    #[serde(rename = "organization.api_key_created")]
    ApiKeyCreated(ApiKeyCreated),
    /// See [`ApiKeyRevoked`].
    #[serde(rename = "organization.api_key_revoked")]
    ApiKeyRevoked(ApiKeyRevoked),
}
