//! A person who is coached, and whose key seals what they said.

mod events;

pub use events::*;

use crate::personal::Personal;
use cqrs_es::Aggregate;
use cqrs_es::event_sink::EventSink;
use serde::{Deserialize, Serialize};

/// State that commands are decided on.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Client {
    exists: bool,
    name: Option<Personal<String>>,
}

impl Client {
    /// The client's name; `None` if not registered, or erased.
    pub fn name(&self) -> Option<&str> {
        self.name.as_ref().and_then(Personal::known).map(String::as_str)
    }
}

/// Commands of a client.
#[derive(Debug, Clone)]
pub enum ClientCommand {
    /// Register a client.
    Register(ClientRegistered),
}

/// Reasons for refusing a command.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ClientError {
    /// `Register` on an id in use.
    #[error("this client exists already")]
    AlreadyExists,
}

impl Aggregate for Client {
    const TYPE: &'static str = "client";
    type Command = ClientCommand;
    type Event = ClientEvent;
    type Error = ClientError;
    type Services = ();

    async fn handle(
        &mut self,
        command: Self::Command,
        (): &(),
        sink: &EventSink<Self>,
    ) -> Result<(), Self::Error> {
        let ClientCommand::Register(registered) = command;
        if self.exists {
            return Err(ClientError::AlreadyExists);
        }
        sink.write(ClientEvent::Registered(registered), self).await;
        Ok(())
    }

    fn apply(&mut self, event: Self::Event) {
        let ClientEvent::Registered(registered) = event;
        self.exists = true;
        self.name = Some(registered.name);
    }
}
