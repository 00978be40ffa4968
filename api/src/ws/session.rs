//! What a connection has come to: who called, and which channels it follows.
//!
//! Invariant: after a subscription has ended, nothing of it is sent. A message in the lane names the
//! subscription that it belongs to, and [`Session::is_current`] tells whether that one still is.

use super::hub::Hub;
use super::subscription::Subscription;
use crate::http::auth::{Caller, Read, sign_in};
use crate::http::problem::Problem;
use crate::state::ApiState;
use axum::http::StatusCode;
use debrief_projections::updates::Channel;
use std::collections::HashMap;
use tokio::sync::mpsc;
use tokio::task::JoinHandle;

/// A caller and its key, so that the key can be checked again.
pub(super) struct SignedIn {
    pub(super) caller: Caller<Read>,
    token: String,
}

impl SignedIn {
    /// Signs in with an API key.
    pub(super) async fn with(state: &ApiState, token: String) -> Result<Self, Problem> {
        Ok(Self { caller: sign_in(state, &token).await?, token })
    }

    /// Returns whether the key is unknown or was revoked since.
    pub(super) async fn is_revoked(&self, state: &ApiState) -> bool {
        let caller = sign_in::<Read>(state, &self.token).await;
        caller.is_err_and(|problem| problem.status() == StatusCode::UNAUTHORIZED)
    }
}

/// A message on its way to the client.
pub(super) struct Queued {
    pub(super) channel: Channel,
    /// The subscription that it belongs to: the same channel may be followed anew.
    subscription: u64,
    pub(super) text: String,
}

/// Where a subscription puts its messages.
pub(super) struct Lane {
    messages: mpsc::Sender<Queued>,
    channel: Channel,
    subscription: u64,
}

impl Lane {
    /// Puts a message in the lane, once there is room. `false`: the connection is gone.
    pub(super) async fn send(&self, text: String) -> bool {
        let (channel, subscription) = (self.channel, self.subscription);
        self.messages.send(Queued { channel, subscription, text }).await.is_ok()
    }

    /// Waits until the connection is gone.
    pub(super) async fn closed(&self) {
        self.messages.closed().await;
    }
}

/// A channel that is followed.
struct Followed {
    subscription: u64,
    task: JoinHandle<()>,
}

/// A connection as requests see it. Dropped, it follows nothing any more.
pub(super) struct Session {
    pub(super) state: ApiState,
    pub(super) hub: Hub,
    /// `None` until the client has signed in.
    pub(super) signed_in: Option<SignedIn>,
    /// Messages on their way to the client. They are sent one after the other by the task that
    /// also answers requests: what a request puts here goes out after its answer.
    messages: mpsc::Sender<Queued>,
    followed: HashMap<Channel, Followed>,
    /// Subscriptions so far.
    subscriptions: u64,
}

impl Session {
    pub(super) fn new(
        state: ApiState,
        hub: Hub,
        signed_in: Option<SignedIn>,
        messages: mpsc::Sender<Queued>,
    ) -> Self {
        Self { state, hub, signed_in, messages, followed: HashMap::new(), subscriptions: 0 }
    }

    /// Returns the caller, once it has signed in.
    pub(super) fn caller(&self) -> Option<Caller<Read>> {
        self.signed_in.as_ref().map(|signed_in| signed_in.caller)
    }

    /// Returns whether the key with which the client signed in is no longer valid.
    pub(super) async fn is_revoked(&self) -> bool {
        match &self.signed_in {
            Some(signed_in) => signed_in.is_revoked(&self.state).await,
            None => false,
        }
    }

    /// Returns whether the channel is followed.
    pub(super) fn follows(&self, channel: Channel) -> bool {
        self.followed.contains_key(&channel)
    }

    /// Returns whether the connection has reached its limit of channels.
    pub(super) fn is_full(&self) -> bool {
        self.followed.len() >= self.state.limits.websocket_max_subscriptions
    }

    /// Whether a message is of a subscription that has not ended.
    pub(super) fn is_current(&self, message: &Queued) -> bool {
        let followed = self.followed.get(&message.channel);
        followed.is_some_and(|followed| followed.subscription == message.subscription)
    }

    /// Sends the channel's updates from here on.
    pub(super) fn follow(&mut self, channel: Channel, subscription: Subscription) {
        self.unfollow(channel);
        self.subscriptions += 1;
        let lane =
            Lane { messages: self.messages.clone(), channel, subscription: self.subscriptions };
        let task = tokio::spawn(subscription.run(lane));
        self.followed.insert(channel, Followed { subscription: self.subscriptions, task });
    }

    /// Ends a subscription. `false`: there was none. The task may run to its next pause, and its
    /// messages may wait in the lane: none of them is current any more.
    pub(super) fn unfollow(&mut self, channel: Channel) -> bool {
        let followed = self.followed.remove(&channel);
        followed.inspect(|followed| followed.task.abort()).is_some()
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        self.followed.values().for_each(|followed| followed.task.abort());
    }
}
