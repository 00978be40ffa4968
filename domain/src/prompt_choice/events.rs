//! Events of a choice of a prompt.

use crate::event::events;
use crate::ids::ClientId;
use serde::{Deserialize, Serialize};

/// It was chosen which prompt is used.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PromptChoiceChanged {
    /// For this client's sessions; absent for all of the organization.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client_id: Option<ClientId>,
    /// Name of the prompt; absent for none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
}

events! {
    /// Events of a choice of a prompt.
    pub enum PromptChoiceEvent {
        Changed(PromptChoiceChanged) = "prompt_choice.changed", 1;
    }
}
