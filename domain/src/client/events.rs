//! What can have happened to a client.

use crate::event::events;
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

events! {
    /// Events of a client.
    pub enum ClientEvent {
        Registered(ClientRegistered) = "client.registered", 1;
    }
}
