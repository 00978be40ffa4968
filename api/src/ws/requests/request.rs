//! The interface of a request, and refusals.

use crate::ws::protocol::{Code, End};
use crate::ws::session::Session;
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::borrow::Cow;

/// A request of a client. Its fields are those of the message except `t` and `id`.
pub(super) trait Request: DeserializeOwned + Send + 'static {
    /// The `t` of the message.
    const NAME: &'static str;

    /// Whether it is allowed before the client has signed in.
    const BEFORE_SIGN_IN: bool = false;

    /// The answer to a successful request.
    type Answer: Serialize + Send;

    /// Handles the request.
    fn handle(
        self,
        session: &mut Session,
    ) -> impl Future<Output = Result<Self::Answer, Refusal>> + Send;
}

/// Why a request is refused.
#[derive(Debug)]
pub(super) struct Refusal {
    pub(super) code: Code,
    pub(super) message: Cow<'static, str>,
    /// Set if the connection is closed with it.
    pub(super) end: Option<End>,
}

impl Refusal {
    /// Creates a refusal that keeps the connection open.
    pub(super) fn new(code: Code, message: impl Into<Cow<'static, str>>) -> Self {
        Self { code, message: message.into(), end: None }
    }

    /// Creates the refusal of a request before sign-in.
    pub(super) fn sign_in_first() -> Self {
        Self::new(Code::Unauthorized, "Say hello with your token first.")
    }
}
