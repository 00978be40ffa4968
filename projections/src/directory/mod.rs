//! Organizations, their API keys and their clients.

mod query;

pub use query::*;

use crate::engine::ColumnType::{Integer, Text};
use crate::engine::{Op, Projection, Table};
use debrief_domain::client::{Client, ClientEvent};
use debrief_domain::event::DecodeError;
use debrief_domain::organization::{Organization, OrganizationEvent};
use debrief_domain::personal::Personal;
use debrief_infra::log::RecordedEvent;

const ORGANIZATIONS: Table = Table {
    name: "organizations",
    key: &[("id", Text)],
    columns: &[("name", Text), ("created_at", Integer)],
    indexes: &[],
};

const API_KEYS: Table = Table {
    name: "api_keys",
    key: &[("id", Text)],
    columns: &[
        ("organization_id", Text),
        ("name", Text),
        ("secret_sha256", Text),
        ("role", Text),
        ("created_at", Integer),
        ("revoked_at", Integer),
    ],
    indexes: &[&["secret_sha256"], &["organization_id"]],
};

const CLIENTS: Table = Table {
    name: "clients",
    key: &[("id", Text)],
    columns: &[
        ("organization_id", Text),
        ("name", Text),
        ("email", Text),
        ("created_at", Integer),
        ("position", Integer),
    ],
    indexes: &[&["organization_id", "position"]],
};

/// Fills `organizations`, `api_keys` and `clients`.
#[derive(Debug, Clone, Copy)]
pub struct Directory;

impl Projection for Directory {
    fn name(&self) -> &'static str {
        "directory"
    }

    fn version(&self) -> u32 {
        1
    }

    fn tables(&self) -> &'static [Table] {
        &[ORGANIZATIONS, API_KEYS, CLIENTS]
    }

    fn project(&self, event: &RecordedEvent) -> Result<Vec<Op>, DecodeError> {
        if let Some(organization) = event.of::<Organization>()? {
            return Ok(vec![on_organization(event, organization)]);
        }
        if let Some(client) = event.of::<Client>()? {
            return Ok(vec![on_client(event, client)]);
        }
        Ok(Vec::new())
    }
}

fn on_organization(event: &RecordedEvent, organization: OrganizationEvent) -> Op {
    let at = event.recorded_at.timestamp_millis();
    match organization {
        OrganizationEvent::Created(created) => Op::Put {
            table: ORGANIZATIONS.name,
            key: vec![event.stream_id.into()],
            columns: vec![("name", created.name.into()), ("created_at", at.into())],
        },
        OrganizationEvent::ApiKeyCreated(key) => Op::Put {
            table: API_KEYS.name,
            key: vec![key.key_id.0.into()],
            columns: vec![
                ("organization_id", event.organization.0.into()),
                ("name", key.name.into()),
                ("secret_sha256", key.secret_sha256.into()),
                ("role", key.role.as_str().into()),
                ("created_at", at.into()),
            ],
        },
        OrganizationEvent::ApiKeyRevoked(key) => Op::Set {
            table: API_KEYS.name,
            key: vec![key.key_id.0.into()],
            columns: vec![("revoked_at", at.into())],
        },
    }
}

fn on_client(event: &RecordedEvent, client: ClientEvent) -> Op {
    match client {
        ClientEvent::Registered(client) => Op::Put {
            table: CLIENTS.name,
            key: vec![event.stream_id.into()],
            columns: vec![
                ("organization_id", event.organization.0.into()),
                ("name", client.name.into_known().into()),
                ("email", client.email.and_then(Personal::into_known).into()),
                ("created_at", event.recorded_at.timestamp_millis().into()),
                ("position", event.position.into()),
            ],
        },
    }
}
