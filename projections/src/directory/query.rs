//! Reading the directory.

use crate::engine::Views;
use debrief_domain::ids::{ApiKeyId, ClientId, OrganizationId};
use debrief_infra::database::DatabaseError;
use debrief_infra::database::sql::Row;

/// Whose key it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KeyHolder {
    /// Identifies the key.
    pub key_id: ApiKeyId,
    /// What it opens.
    pub organization: OrganizationId,
}

/// A client, as lists show it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClientRow {
    /// Identifies the client.
    pub id: ClientId,
    /// `None` once erased.
    pub name: Option<String>,
    /// Where mail reaches the client.
    pub email: Option<String>,
    /// Milliseconds since 1970.
    pub created_at: i64,
    /// Position of the event that entered the client: its place in lists.
    pub position: i64,
}

/// Who holds the key with this hash; `None` where there is none, or it was revoked. The one
/// finder that takes no organization: it tells which one a caller belongs to.
pub async fn holder_of_key(
    views: &Views,
    secret_sha256: &str,
) -> Result<Option<KeyHolder>, DatabaseError> {
    let sql = "SELECT id, organization_id FROM api_keys \
         WHERE secret_sha256 = $1 AND revoked_at IS NULL";
    let rows = views.sql().query(sql, &[secret_sha256.into()]).await?;
    rows.first()
        .map(|row| {
            Ok(KeyHolder {
                key_id: ApiKeyId(row.get(0)?),
                organization: OrganizationId(row.get(1)?),
            })
        })
        .transpose()
}

/// Organizations with their names, oldest first; for the operator.
pub async fn organizations(views: &Views) -> Result<Vec<(OrganizationId, String)>, DatabaseError> {
    let sql = "SELECT id, name FROM organizations ORDER BY created_at, id";
    let rows = views.sql().query(sql, &[]).await?;
    rows.iter().map(|row| Ok((OrganizationId(row.get(0)?), row.get(1)?))).collect()
}

const CLIENT: &str = "SELECT id, name, email, created_at, position FROM clients";

fn client_row(row: &Row) -> Result<ClientRow, DatabaseError> {
    Ok(ClientRow {
        id: ClientId(row.get(0)?),
        name: row.get(1)?,
        email: row.get(2)?,
        created_at: row.get(3)?,
        position: row.get(4)?,
    })
}

/// One client.
pub async fn client(
    views: &Views,
    organization: OrganizationId,
    id: ClientId,
) -> Result<Option<ClientRow>, DatabaseError> {
    let sql = format!("{CLIENT} WHERE organization_id = $1 AND id = $2");
    let rows = views.sql().query(&sql, &[organization.0.into(), id.0.into()]).await?;
    rows.first().map(client_row).transpose()
}

/// Clients after a place in the list, oldest first.
pub async fn clients(
    views: &Views,
    organization: OrganizationId,
    after: i64,
    limit: u32,
) -> Result<Vec<ClientRow>, DatabaseError> {
    let sql =
        format!("{CLIENT} WHERE organization_id = $1 AND position > $2 ORDER BY position LIMIT $3");
    let arguments = [organization.0.into(), after.into(), limit.into()];
    views.sql().query(&sql, &arguments).await?.iter().map(client_row).collect()
}
