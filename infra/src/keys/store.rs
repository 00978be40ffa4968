//! Where data keys lie: the table `data_keys` beside the log.

use super::cipher::{CipherError, DataKey};
use super::master::{MasterKey, unwrap_under, wrap_under};
use crate::database::DatabaseError;
use crate::database::sql::{Sql, Value};
use debrief_domain::ids::OrganizationId;
use moka::sync::Cache;
use std::collections::HashMap;
use uuid::Uuid;

/// Keys that are held in memory, unwrapped.
const CACHED_KEYS: u64 = 20_000;
/// How long another node may go on using a key after it was deleted.
const CACHED_FOR: std::time::Duration = std::time::Duration::from_secs(60);

/// A key cannot be had.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    /// The table cannot be read.
    #[error(transparent)]
    Database(#[from] DatabaseError),
    /// A wrapped key does not open: the master key is not the one that wrapped it.
    #[error("data key {0} does not open: is this the master key it was made with?")]
    WrongMaster(Uuid),
}

/// A key as it is stored.
#[derive(Debug, Clone)]
pub struct WrappedKey {
    /// The client or transcript that it belongs to.
    pub id: Uuid,
    /// Whose it is.
    pub organization: OrganizationId,
    /// The client's key that wraps it; the master key where there is none.
    pub parent: Option<Uuid>,
    /// Nonce, ciphertext and tag.
    pub wrapped: Vec<u8>,
}

/// A key in memory.
#[derive(Clone, Debug)]
struct Held {
    organization: OrganizationId,
    key: DataKey,
}

/// Makes, finds and deletes data keys.
#[derive(Clone, Debug)]
pub struct KeyStore {
    sql: Sql,
    master: MasterKey,
    cache: Cache<Uuid, Held>,
}

impl KeyStore {
    /// Keys in the log's part of the database.
    pub fn new(sql: Sql, master: MasterKey) -> Self {
        Self {
            sql,
            master,
            cache: Cache::builder().max_capacity(CACHED_KEYS).time_to_live(CACHED_FOR).build(),
        }
    }

    /// Wraps `key` for storing, under a client's key or under the master key. It is stored with
    /// the first event that it seals.
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

    /// The id of a session that is made of these files, so that the same files again meet the
    /// session that is there. `generation` counts those that were deleted before. Nobody without
    /// the master key can tell from the id what the files held.
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

    /// An organization's key with this id; `None` where it was deleted or never was.
    pub async fn get(
        &self,
        organization: OrganizationId,
        id: Uuid,
    ) -> Result<Option<DataKey>, KeyError> {
        let held = self.held(&[id]).await?.remove(&id);
        Ok(held.filter(|held| held.organization == organization).map(|held| held.key))
    }

    /// The keys that opened events name, without those that were deleted. An event names only keys
    /// of its own organization.
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
            // Parents come with their children, in one statement.
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

    /// Deletes an organization's key, and the keys that it wraps; what they sealed cannot be read
    /// again.
    pub async fn delete(&self, organization: OrganizationId, id: Uuid) -> Result<(), KeyError> {
        let sql =
            "DELETE FROM data_keys WHERE organization_id = $1 AND (id = $2 OR parent_id = $2)";
        self.sql.execute(sql, &[organization.0.into(), id.into()]).await?;
        self.cache.invalidate_all();
        Ok(())
    }

    /// Whether the master key is the one that wrapped the stored keys, by trying one.
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
