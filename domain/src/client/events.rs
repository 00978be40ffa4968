//! Events of a client.

use crate::event::events;
use crate::personal::Personal;
use serde::{Deserialize, Serialize};

/// A client was registered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClientRegistered {
    /// The client's name.
    pub name: Personal<String>,
    /// The client's email address.
    pub email: Option<Personal<String>>,
}

events! {
    /// Events of a client.
    pub enum ClientEvent {
        Registered(ClientRegistered) = "client.registered", 1;
    }
}
