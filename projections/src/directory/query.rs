//! Queries of the directory.

use crate::engine::Views;
use debrief_domain::ids::{ApiKeyId, ClientId, OrganizationId};
use debrief_domain::principal::{Role, Viewer};
use debrief_infra::database::DatabaseError;
use debrief_infra::database::sql::Row;

/// A valid API key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ApiKey {
    /// Organization that it gives access to.
    pub organization: OrganizationId,
    /// Id of the key.
    pub id: ApiKeyId,
    /// Role of the key.
    pub role: Role,
}

/// A client, as listed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClientRow {
    /// Id of the client.
    pub id: ClientId,
    /// `None` once erased.
    pub name: Option<String>,
    /// Email address.
    pub email: Option<String>,
    /// Unix time in milliseconds.
    pub created_at: i64,
    /// Position of the registration event; orders lists.
    pub position: i64,
}

/// Returns the key with this hash; `None` if it does not exist or was revoked. The only finder
/// without an organization: it determines the caller's.
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

/// Returns organizations with their names, oldest first; for the operator.
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

/// Returns one client.
pub async fn client(
    views: &Views,
    viewer: Viewer,
    id: ClientId,
) -> Result<Option<ClientRow>, DatabaseError> {
    let sql = format!("{CLIENT} WHERE organization_id = $1 AND id = $2");
    let rows = views.sql().query(&sql, &[viewer.organization().0.into(), id.0.into()]).await?;
    rows.first().map(client_row).transpose()
}

/// Returns clients after a position, oldest first.
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
