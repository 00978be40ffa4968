//! `sub`: subscribes to a channel.

use super::request::{Refusal, Request};
use crate::ws::protocol::Code;
use crate::ws::session::Session;
use crate::ws::subscription::{Begun, Since, Subscription};
use debrief_domain::principal::Permission;
use debrief_projections::updates::Channel;
use serde::{Deserialize, Serialize};

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Sub {
    /// The name of a channel.
    channel: String,
    /// Where the client left off; without it, only new updates are sent.
    since: Option<Since>,
}

#[derive(Debug, Serialize)]
pub(super) struct Subscribed {
    /// As requested.
    channel: Channel,
    /// The epoch of `offset`.
    epoch: String,
    /// Updates follow from this offset.
    offset: i64,
    /// Whether they continue exactly where the client left off.
    recovered: bool,
}

impl Request for Sub {
    const NAME: &'static str = "sub";
    type Answer = Subscribed;

    async fn handle(self, session: &mut Session) -> Result<Subscribed, Refusal> {
        let caller = session.caller().ok_or_else(Refusal::sign_in_first)?;
        let channel = self.channel.parse::<Channel>().map_err(|_| unknown_channel())?;
        let permission = channel.kind().permission;
        if !caller.principal().may(permission) {
            return Err(forbidden(permission));
        }
        if session.follows(channel) {
            let message = "You follow this channel already.";
            return Err(Refusal::new(Code::AlreadySubscribed, message));
        }
        if session.is_full() {
            let message = "You follow as many channels as a connection may.";
            return Err(Refusal::new(Code::LimitReached, message));
        }
        let begun = Subscription::begin(
            &session.hub,
            &session.state.views,
            caller.organization(),
            channel,
            self.since,
        )
        .await;
        let Begun { subscription, offset, recovered } = begun.map_err(|error| {
            tracing::warn!(%error, "a subscription could not begin");
            let message = "This cannot be read just now. Ask again in a moment.";
            Refusal::new(Code::Internal, message)
        })?;
        let epoch = subscription.epoch.clone();
        session.follow(channel, subscription);
        Ok(Subscribed { channel, epoch, offset, recovered })
    }
}

fn unknown_channel() -> Refusal {
    let names: Vec<_> = Channel::KINDS.iter().map(|kind| kind.name).collect();
    let (last, others) = names.split_last().expect("there are channels");
    let message = format!("Channels are {} and {last}.", others.join(", "));
    Refusal::new(Code::UnknownChannel, message)
}

fn forbidden(permission: Permission) -> Refusal {
    let permission = permission.as_str();
    let message =
        format!("This needs the permission `{permission}`, which your API key does not have.");
    Refusal::new(Code::Forbidden, message)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_of_no_channel_is_told_what_there_is() {
        let message = unknown_channel().message;
        assert!(Channel::KINDS.iter().all(|kind| message.contains(kind.name)), "{message}");
    }
}
