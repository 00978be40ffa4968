//! What can have happened to a client.

use crate::personal::Personal;
use serde::{Deserialize, Serialize};

/// A client was entered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClientRegistered {
    /// What the client is called.
    pub name: Personal<String>,
    /// Where mail reaches the client.
    pub email: Option<Personal<String>>,
}

/// Events of a client.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", content = "payload")]
pub enum ClientEvent {
    /// See [`ClientRegistered`].
    #[serde(rename = "client.registered")]
    Registered(ClientRegistered),
}
