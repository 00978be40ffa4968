//! Storage of data keys: the table `data_keys` next to the log.

use super::cipher::{CipherError, DataKey};
use super::master::{MasterKey, unwrap_under, wrap_under};
use crate::database::DatabaseError;
use crate::database::sql::{Sql, Value};
use debrief_domain::ids::OrganizationId;
use moka::sync::Cache;
use std::collections::HashMap;
use uuid::Uuid;

/// The number of unwrapped keys kept in memory.
const CACHED_KEYS: u64 = 20_000;
/// How long another node may keep using a deleted key.
const CACHED_FOR: std::time::Duration = std::time::Duration::from_secs(60);

/// Why a key is not available.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    /// The table cannot be read.
    #[error(transparent)]
    Database(#[from] DatabaseError),
    /// A wrapped key cannot be unwrapped: the master key is not the one that wrapped it.
    #[error("data key {0} cannot be unwrapped; is this the master key that wrapped it?")]
    WrongMaster(Uuid),
}

/// A key as it is stored.
#[derive(Debug, Clone)]
pub struct WrappedKey {
    /// The client or transcript that the key belongs to.
    pub id: Uuid,
    /// The organization that the key belongs to.
    pub organization: OrganizationId,
    /// The client's key that wraps it; `None` for the master key.
    pub parent: Option<Uuid>,
    /// Nonce, ciphertext and tag.
    pub wrapped: Vec<u8>,
}

/// An unwrapped key in memory.
#[derive(Clone, Debug)]
struct Held {
    organization: OrganizationId,
    key: DataKey,
}

/// Creates, finds and deletes data keys.
#[derive(Clone, Debug)]
pub struct KeyStore {
    sql: Sql,
    master: MasterKey,
    cache: Cache<Uuid, Held>,
}

impl KeyStore {
    /// Creates a store of keys in the log's part of the database.
    pub fn new(sql: Sql, master: MasterKey) -> Self {
        Self {
            sql,
            master,
            cache: Cache::builder().max_capacity(CACHED_KEYS).time_to_live(CACHED_FOR).build(),
        }
    }

    /// Wraps `key` for storage, under a client's key or the master key. It is stored with the first
    /// event that it encrypts.
    pub fn wrap(
        &self,
        organization: OrganizationId,
        key: &DataKey,
        parent: Option<&DataKey>,
    ) -> WrappedKey {
        let wrapped = match parent {
            Some(parent) => wrap_under(parent, key),
            None => self.master.wrap(key),
        };
        WrappedKey { id: key.id, organization, parent: parent.map(|p| p.id), wrapped }
    }

    /// Returns the id of a session with these files, so that the same files lead to the existing
    /// session. `generation` counts deleted sessions with the same files. Only the holder of the
    /// master key can learn from the id what the files contain.
    pub fn content_id(&self, organization: OrganizationId, digest: &[u8], generation: u32) -> Uuid {
        let generation = generation.to_be_bytes();
        let mac = self.master.mac(
            "debrief: the id of a transcript by its files",
            &[organization.0.as_bytes(), &generation, digest],
        );
        let mut bytes = [0; 16];
        bytes.copy_from_slice(&mac[..16]);
        uuid::Builder::from_custom_bytes(bytes).into_uuid()
    }

    /// Returns an organization's key with this id; `None` if it was deleted or never existed.
    pub async fn get(
        &self,
        organization: OrganizationId,
        id: Uuid,
    ) -> Result<Option<DataKey>, KeyError> {
        let held = self.held(&[id]).await?.remove(&id);
        Ok(held.filter(|held| held.organization == organization).map(|held| held.key))
    }

    /// Returns the keys that stored events name, without deleted ones. An event names only keys of
    /// its own organization.
    pub(crate) async fn of_events(&self, ids: &[Uuid]) -> Result<HashMap<Uuid, DataKey>, KeyError> {
        let held = self.held(ids).await?;
        Ok(held.into_iter().map(|(id, held)| (id, held.key)).collect())
    }

    async fn held(&self, ids: &[Uuid]) -> Result<HashMap<Uuid, Held>, KeyError> {
        let mut found = HashMap::new();
        let mut missing = Vec::new();
        for &id in ids {
            match self.cache.get(&id) {
                Some(key) => drop(found.insert(id, key)),
                None => missing.push(id),
            }
        }
        for ids in missing.chunks(1_000) {
            // Parents are read with their children, in one statement.
            let marks: Vec<String> = (1..=ids.len()).map(|i| format!("${i}")).collect();
            let sql = format!(
                "SELECT k.id, k.wrapped, p.id, p.wrapped, k.organization_id FROM data_keys k \
                 LEFT JOIN data_keys p ON p.id = k.parent_id \
                 WHERE k.id IN ({}) AND (k.parent_id IS NULL OR p.id IS NOT NULL)",
                marks.join(", ")
            );
            let arguments: Vec<Value> = ids.iter().map(|&id| id.into()).collect();
            for row in self.sql.query(&sql, &arguments).await? {
                let id: Uuid = row.get(0)?;
                let wrapped: Vec<u8> = row.get(1)?;
                let opened = match row.get::<Option<Uuid>>(2)? {
                    None => self.master.unwrap(id, &wrapped),
                    Some(parent) => {
                        let parent_wrapped: Vec<u8> = row.get(3)?;
                        self.master
                            .unwrap(parent, &parent_wrapped)
                            .and_then(|parent| unwrap_under(&parent, id, &wrapped))
                    }
                };
                let key = opened.map_err(|CipherError| KeyError::WrongMaster(id))?;
                let held = Held { organization: OrganizationId(row.get(4)?), key };
                self.cache.insert(id, held.clone());
                found.insert(id, held);
            }
        }
        Ok(found)
    }

    /// Deletes an organization's key and the keys that it wraps; what they encrypted cannot be read
    /// again.
    pub async fn delete(&self, organization: OrganizationId, id: Uuid) -> Result<(), KeyError> {
        let sql =
            "DELETE FROM data_keys WHERE organization_id = $1 AND (id = $2 OR parent_id = $2)";
        self.sql.execute(sql, &[organization.0.into(), id.into()]).await?;
        self.cache.invalidate_all();
        Ok(())
    }

    /// Returns whether keys are stored in the log's part of a database: only the master key that
    /// wrapped them opens what they encrypted.
    pub async fn are_stored(sql: &Sql) -> Result<bool, DatabaseError> {
        Ok(!sql.query("SELECT 1 FROM data_keys LIMIT 1", &[]).await?.is_empty())
    }

    /// Checks whether the master key is the one that wrapped the stored keys, by unwrapping one.
    pub async fn check(&self) -> Result<(), KeyError> {
        let sql = "SELECT id, wrapped FROM data_keys WHERE parent_id IS NULL LIMIT 1";
        for row in self.sql.query(sql, &[]).await? {
            let id: Uuid = row.get(0)?;
            let wrapped: Vec<u8> = row.get(1)?;
            self.master.unwrap(id, &wrapped).map_err(|CipherError| KeyError::WrongMaster(id))?;
        }
        Ok(())
    }
}
