//! `unsub`: unsubscribes from a channel.

use super::request::{Refusal, Request};
use crate::ws::protocol::Code;
use crate::ws::session::Session;
use debrief_projections::updates::Channel;
use serde::{Deserialize, Serialize};

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Unsub {
    /// The name of a channel with a subscription.
    channel: String,
}

#[derive(Debug, Serialize)]
pub(super) struct Unsubscribed {
    /// As requested.
    channel: Channel,
}

impl Request for Unsub {
    const NAME: &'static str = "unsub";
    type Answer = Unsubscribed;

    async fn handle(self, session: &mut Session) -> Result<Unsubscribed, Refusal> {
        match self.channel.parse() {
            Ok(channel) if session.unfollow(channel) => Ok(Unsubscribed { channel }),
            _ => Err(Refusal::new(Code::NotSubscribed, "You do not follow this channel.")),
        }
    }
}
