//! Principals, their permissions, and what they can see.
//!
//! Invariants: every command has a [`Principal`], which its events name; every query takes a
//! [`Viewer`], so that what a caller may see is decided in one place and is part of the query, never
//! a check after it.

use crate::ids::{ApiKeyId, MemberId, OrganizationId};
use serde::{Deserialize, Serialize};
use std::fmt;
use uuid::Uuid;

/// A set of permissions that a member or a key holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Everything in the organization.
    Owner,
}

impl Role {
    /// Returns the name used in events and read models.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Owner => "owner",
        }
    }

    /// Whether the role includes a permission.
    pub fn permits(self, permission: Permission) -> bool {
        match (self, permission) {
            (Self::Owner, Permission::Read | Permission::Write | Permission::Admin) => true,
        }
    }
}

impl std::str::FromStr for Role {
    type Err = UnknownRole;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "owner" => Ok(Self::Owner),
            _ => Err(UnknownRole),
        }
    }
}

/// There is no role of this name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("there is no such role")]
pub struct UnknownRole;

/// What an operation requires. No permission includes another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Permission {
    /// Read what the organization holds.
    Read,
    /// Change what the organization holds.
    Write,
    /// Administer the organization: its API keys, its dead letters.
    Admin,
}

impl Permission {
    /// Returns the name used in the API description and in errors.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Write => "write",
            Self::Admin => "admin",
        }
    }
}

/// Who acts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Principal {
    /// A person who signed in.
    Member {
        /// Identifies the person.
        id: MemberId,
        /// What they may do.
        role: Role,
    },
    /// A program with an API key.
    ApiKey {
        /// Identifies the key.
        id: ApiKeyId,
        /// What it may do.
        role: Role,
    },
    /// A worker that answers to an event.
    Worker {
        /// The worker's name.
        name: &'static str,
    },
    /// The operator, or the program itself.
    System,
}

impl Principal {
    /// Whether this principal holds a permission. Workers and the system hold all.
    pub fn may(&self, permission: Permission) -> bool {
        match self {
            Self::Member { role, .. } | Self::ApiKey { role, .. } => role.permits(permission),
            Self::Worker { .. } | Self::System => true,
        }
    }

    /// The id of the member or the key; `None` for workers and the system.
    pub fn id(&self) -> Option<Uuid> {
        match self {
            Self::Member { id, .. } => Some(id.0),
            Self::ApiKey { id, .. } => Some(id.0),
            Self::Worker { .. } | Self::System => None,
        }
    }
}

/// The name stored in events: `member:<id>`, `api_key:<id>`, `worker:<name>` or `system`.
impl fmt::Display for Principal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Member { id, .. } => write!(f, "member:{id}"),
            Self::ApiKey { id, .. } => write!(f, "api_key:{id}"),
            Self::Worker { name } => write!(f, "worker:{name}"),
            Self::System => f.write_str("system"),
        }
    }
}

/// The organization that a query is restricted to, and what of it may be seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Viewer {
    organization: OrganizationId,
}

impl Viewer {
    /// What a principal of an organization may see.
    pub fn of(organization: OrganizationId, principal: &Principal) -> Self {
        match principal {
            // The one role there is sees everything; so do workers and the system.
            Principal::Member { role: Role::Owner, .. }
            | Principal::ApiKey { role: Role::Owner, .. }
            | Principal::Worker { .. }
            | Principal::System => Self::everything(organization),
        }
    }

    /// Everything in an organization: for workers and the operator's commands.
    pub fn everything(organization: OrganizationId) -> Self {
        Self { organization }
    }

    /// The organization; nothing beyond it is visible.
    pub fn organization(&self) -> OrganizationId {
        self.organization
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn events_name_principals_as_they_always_did() {
        let id = Uuid::from_u128(7);
        let key = Principal::ApiKey { id: ApiKeyId(id), role: Role::Owner };
        assert_eq!(key.to_string(), format!("api_key:{id}"));
        assert_eq!(Principal::Worker { name: "parse" }.to_string(), "worker:parse");
        assert_eq!(Principal::System.to_string(), "system");
    }

    #[test]
    fn a_role_is_read_as_it_is_written() {
        assert_eq!(Role::Owner.as_str().parse(), Ok(Role::Owner));
        assert_eq!("viewer".parse::<Role>(), Err(UnknownRole));
        assert_eq!(serde_json::to_value(Role::Owner).unwrap(), Role::Owner.as_str());
    }
}
