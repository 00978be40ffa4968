//! What a request is, and how it can be refused.

use crate::ws::protocol::{Code, End};
use crate::ws::session::Session;
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::borrow::Cow;

/// A request of a client. Its fields are those of the message beside `t` and `id`.
pub(super) trait Request: DeserializeOwned + Send + 'static {
    /// The `t` of the message.
    const NAME: &'static str;

    /// Whether it may come before the client has signed in.
    const BEFORE_SIGN_IN: bool = false;

    /// What is answered where it is carried out.
    type Answer: Serialize + Send;

    /// Carries it out.
    fn handle(
        self,
        session: &mut Session,
    ) -> impl Future<Output = Result<Self::Answer, Refusal>> + Send;
}

/// Why a request is not carried out.
#[derive(Debug)]
pub(super) struct Refusal {
    pub(super) code: Code,
    pub(super) message: Cow<'static, str>,
    /// The connection ends with it.
    pub(super) end: Option<End>,
}

impl Refusal {
    /// The connection goes on.
    pub(super) fn new(code: Code, message: impl Into<Cow<'static, str>>) -> Self {
        Self { code, message: message.into(), end: None }
    }

    /// The request is for clients that have signed in.
    pub(super) fn sign_in_first() -> Self {
        Self::new(Code::Unauthorized, "Say hello with your token first.")
    }
}
