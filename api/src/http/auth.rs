//! Authentication and authorization.
//!
//! Invariant: a handler of a route under `/v1` takes a [`Caller`] with the permission that the
//! route needs, or it cannot be registered (see [`routes`]). The OpenAPI document is derived from
//! the handler's types, so it names the same permission.
//!
//! [`routes`]: super::routes

use super::codes::Code;
use super::operation::{Describe, Described};
use super::problem::Problem;
use crate::state::ApiState;
use axum::extract::{FromRef, FromRequestParts};
use axum::http::{HeaderMap, header, request::Parts};
use debrief_domain::ids::OrganizationId;
use debrief_domain::principal::{Permission, Principal, Viewer};
use std::marker::PhantomData;

/// Maximum length of a token.
const TOKEN_MAX: usize = 512;

/// A permission, as a type.
pub(crate) trait Grant: Send + Sync + 'static {
    /// The permission.
    const PERMISSION: Permission;
}

/// A permission that allows commands.
pub(crate) trait Commands: Grant {}

/// Permission to read.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Read {}

/// Permission to write.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Write {}

/// Permission to administer the organization.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Admin {}

impl Grant for Read {
    const PERMISSION: Permission = Permission::Read;
}

impl Grant for Write {
    const PERMISSION: Permission = Permission::Write;
}

impl Grant for Admin {
    const PERMISSION: Permission = Permission::Admin;
}

impl Commands for Write {}
impl Commands for Admin {}

/// A caller who has presented a valid key and has permission `P`.
#[derive(Debug)]
pub(crate) struct Caller<P> {
    organization: OrganizationId,
    principal: Principal,
    permission: PhantomData<P>,
}

// Not derived: that would ask the same of `P`.
impl<P> Clone for Caller<P> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<P> Copy for Caller<P> {}

impl<P: Grant> Caller<P> {
    /// Refuses callers without the permission.
    fn with(organization: OrganizationId, principal: Principal) -> Result<Self, Problem> {
        granted(P::PERMISSION, principal.may(P::PERMISSION))?;
        Ok(Self { organization, principal, permission: PhantomData })
    }

    /// Returns the organization, beyond which nothing is read or written.
    pub(crate) fn organization(&self) -> OrganizationId {
        self.organization
    }

    /// Returns what the caller may see.
    pub(crate) fn viewer(&self) -> Viewer {
        Viewer::of(self.organization, &self.principal)
    }

    /// Returns the principal of the caller, which events record.
    pub(crate) fn principal(&self) -> Principal {
        self.principal
    }
}

fn granted(permission: Permission, may: bool) -> Result<(), Problem> {
    if may {
        return Ok(());
    }
    let permission = permission.as_str();
    Err(Problem::new(
        Code::Forbidden,
        format!(
            "This operation requires the permission `{permission}`, which your API key does not have."
        ),
    ))
}

impl<P: Grant, S: Send + Sync> FromRequestParts<S> for Caller<P>
where
    ApiState: FromRef<S>,
{
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let token = bearer(&parts.headers)?.ok_or_else(|| {
            Problem::unauthorized("Send your API key as `Authorization: Bearer <key>`.")
        })?;
        sign_in(&ApiState::from_ref(state), token).await
    }
}

impl<P: Grant> Describe for Caller<P> {
    fn describe(described: &mut Described<'_>) {
        described.requires(P::PERMISSION);
        described.refuses(Code::Unauthorized);
        described.refuses(Code::Forbidden);
    }
}

/// Returns the token of the `Authorization` header, if there is one.
pub(crate) fn bearer(headers: &HeaderMap) -> Result<Option<&str>, Problem> {
    let Some(value) = headers.get(header::AUTHORIZATION) else { return Ok(None) };
    let unfit = || {
        Problem::unauthorized(
            "The Authorization header must have the form `Bearer <key>`, with the key exactly as \
             you received it.",
        )
    };
    let (scheme, token) =
        value.to_str().map_err(|_| unfit())?.trim().split_once(' ').ok_or_else(unfit)?;
    let token = token.trim();
    if !scheme.eq_ignore_ascii_case("bearer") || token.is_empty() || token.len() > TOKEN_MAX {
        return Err(unfit());
    }
    Ok(Some(token))
}

/// Returns the caller with this key, if the key is valid and has the permission.
pub(crate) async fn sign_in<P: Grant>(state: &ApiState, token: &str) -> Result<Caller<P>, Problem> {
    let key = state.keys().find(token).await?.ok_or_else(|| {
        Problem::unauthorized(
            "This API key is unknown or was revoked. `debrief up` prints the owner's key on its \
             first start.",
        )
    })?;
    Caller::with(key.organization, Principal::ApiKey { id: key.id, role: key.role })
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::HeaderValue;

    fn with(value: &[u8]) -> HeaderMap {
        let value = HeaderValue::from_bytes(value).unwrap();
        HeaderMap::from_iter([(header::AUTHORIZATION, value)])
    }

    #[test]
    fn reads_bearer_tokens_and_refuses_the_rest() {
        assert_eq!(bearer(&HeaderMap::new()).unwrap(), None);
        assert_eq!(bearer(&with(b"Bearer abc")).unwrap(), Some("abc"));
        assert_eq!(bearer(&with(b"bearer  abc ")).unwrap(), Some("abc"));
        let long = [b"Bearer ".as_slice(), &[b'a'; 600]].concat();
        for bad in [b"abc".as_slice(), b"Basic abc", b"Bearer ", b"Bearer \xff", &long] {
            assert_eq!(bearer(&with(bad)).unwrap_err().code(), Code::Unauthorized);
        }
    }

    #[test]
    fn a_caller_without_the_permission_is_refused_by_its_name() {
        for permission in [Permission::Read, Permission::Write, Permission::Admin] {
            assert_eq!(granted(permission, true), Ok(()));
            let problem = granted(permission, false).unwrap_err();
            assert_eq!((problem.code(), problem.status().as_u16()), (Code::Forbidden, 403));
            assert!(problem.detail().contains(permission.as_str()), "{}", problem.detail());
        }
    }

    #[test]
    fn a_principal_is_held_to_what_it_may() {
        let organization = OrganizationId(uuid::Uuid::from_u128(1));
        let caller = Caller::<Admin>::with(organization, Principal::System).unwrap();
        assert_eq!(caller.viewer().organization(), organization);
    }
}
