//! An organization and its API keys.

mod events;

pub use events::*;

use crate::ids::ApiKeyId;
use cqrs_es::Aggregate;
use cqrs_es::event_sink::EventSink;
use serde::{Deserialize, Serialize};

/// State that commands are decided on.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Organization {
    exists: bool,
    keys: Vec<ApiKeyId>,
}

/// Commands of an organization.
#[derive(Debug, Clone)]
pub enum OrganizationCommand {
    /// Create the organization with the owner's key.
    Create {
        /// Its name.
        name: String,
        /// The owner's key.
        owner_key: ApiKeyCreated,
    },
    /// Create another key.
    CreateApiKey(ApiKeyCreated),
    /// Revoke a key.
    RevokeApiKey {
        /// The key.
        key_id: ApiKeyId,
    },
}

/// Reasons for refusing a command.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum OrganizationError {
    /// `Create` on an id in use.
    #[error("this organization exists already")]
    AlreadyExists,
    /// A command before `Create`.
    #[error("there is no such organization")]
    NotFound,
    /// Revoking a key that is unknown or already revoked.
    #[error("there is no such API key")]
    NoSuchKey,
}

impl Aggregate for Organization {
    const TYPE: &'static str = "organization";
    type Command = OrganizationCommand;
    type Event = OrganizationEvent;
    type Error = OrganizationError;
    type Services = ();

    async fn handle(
        &mut self,
        command: Self::Command,
        (): &(),
        sink: &EventSink<Self>,
    ) -> Result<(), Self::Error> {
        match command {
            OrganizationCommand::Create { name, owner_key } => {
                if self.exists {
                    return Err(OrganizationError::AlreadyExists);
                }
                let created = OrganizationEvent::Created(OrganizationCreated { name });
                sink.write(created, self).await;
                let key = OrganizationEvent::ApiKeyCreated(owner_key);
                sink.write(key, self).await;
            }
            OrganizationCommand::CreateApiKey(key) => {
                if !self.exists {
                    return Err(OrganizationError::NotFound);
                }
                sink.write(OrganizationEvent::ApiKeyCreated(key), self).await;
            }
            OrganizationCommand::RevokeApiKey { key_id } => {
                if !self.keys.contains(&key_id) {
                    return Err(OrganizationError::NoSuchKey);
                }
                let revoked = OrganizationEvent::ApiKeyRevoked(ApiKeyRevoked { key_id });
                sink.write(revoked, self).await;
            }
        }
        Ok(())
    }

    fn apply(&mut self, event: Self::Event) {
        match event {
            OrganizationEvent::Created(_) => self.exists = true,
            OrganizationEvent::ApiKeyCreated(key) => self.keys.push(key.key_id),
            OrganizationEvent::ApiKeyRevoked(key) => self.keys.retain(|id| *id != key.key_id),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use cqrs_es::test::TestFramework;

    fn key(n: u128) -> ApiKeyCreated {
        ApiKeyCreated {
            key_id: ApiKeyId(uuid::Uuid::from_u128(n)),
            name: "owner".into(),
            secret_sha256: "00".into(),
            role: crate::principal::Role::Owner,
        }
    }

    fn created() -> OrganizationEvent {
        OrganizationEvent::Created(OrganizationCreated { name: "Practice".into() })
    }

    #[test]
    fn begins_with_an_owner_key() {
        TestFramework::<Organization>::with(())
            .given_no_previous_events()
            .when(OrganizationCommand::Create { name: "Practice".into(), owner_key: key(1) })
            .then_expect_events(vec![created(), OrganizationEvent::ApiKeyCreated(key(1))]);
    }

    #[test]
    fn a_key_is_revoked_once() {
        let revoked = OrganizationEvent::ApiKeyRevoked(ApiKeyRevoked { key_id: key(1).key_id });
        let history = vec![created(), OrganizationEvent::ApiKeyCreated(key(1))];
        TestFramework::<Organization>::with(())
            .given(history.clone())
            .when(OrganizationCommand::RevokeApiKey { key_id: key(1).key_id })
            .then_expect_events(vec![revoked.clone()]);
        TestFramework::<Organization>::with(())
            .given([history, vec![revoked]].concat())
            .when(OrganizationCommand::RevokeApiKey { key_id: key(1).key_id })
            .then_expect_error(OrganizationError::NoSuchKey);
    }
}
