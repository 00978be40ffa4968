//! Reading the directory.

use crate::engine::Views;
use debrief_domain::ids::{ApiKeyId, ClientId, OrganizationId};
use debrief_domain::principal::{Role, Viewer};
use debrief_infra::database::DatabaseError;
use debrief_infra::database::sql::Row;

/// An API key that is valid.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ApiKey {
    /// The organization that it opens.
    pub organization: OrganizationId,
    /// Identifies the key.
    pub id: ApiKeyId,
    /// What it may do.
    pub role: Role,
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

/// The key with this hash; `None` where there is none, or it was revoked. The one finder that takes
/// no organization: it tells which one a caller belongs to.
pub async fn api_key(views: &Views, secret_sha256: &str) -> Result<Option<ApiKey>, DatabaseError> {
    let sql = "SELECT organization_id, id, role FROM api_keys \
         WHERE secret_sha256 = $1 AND revoked_at IS NULL";
    let rows = views.sql().query(sql, &[secret_sha256.into()]).await?;
    let Some(row) = rows.first() else { return Ok(None) };
    let role: String = row.get(2)?;
    let role = role.parse().map_err(|_| DatabaseError::Type {
        column: 2,
        expected: "a role",
        found: "other text",
    })?;
    Ok(Some(ApiKey { organization: OrganizationId(row.get(0)?), id: ApiKeyId(row.get(1)?), role }))
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
    viewer: Viewer,
    id: ClientId,
) -> Result<Option<ClientRow>, DatabaseError> {
    let sql = format!("{CLIENT} WHERE organization_id = $1 AND id = $2");
    let rows = views.sql().query(&sql, &[viewer.organization().0.into(), id.0.into()]).await?;
    rows.first().map(client_row).transpose()
}

/// Clients after a place in the list, oldest first.
pub async fn clients(
    views: &Views,
    viewer: Viewer,
    after: i64,
    limit: u32,
) -> Result<Vec<ClientRow>, DatabaseError> {
    let sql =
        format!("{CLIENT} WHERE organization_id = $1 AND position > $2 ORDER BY position LIMIT $3");
    let arguments = [viewer.organization().0.into(), after.into(), limit.into()];
    views.sql().query(&sql, &arguments).await?.iter().map(client_row).collect()
}
