//! The state of a connection: who signed in, and which channels are followed.

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

/// The state of a connection, for requests. Dropping it ends all subscriptions.
pub(super) struct Session {
    pub(super) state: ApiState,
    pub(super) hub: Hub,
    /// `None` until the client has signed in.
    pub(super) signed_in: Option<SignedIn>,
    /// The queue of messages to the client. The task that sends them in order also answers
    /// requests, so what a request puts here is sent after its answer.
    lane: mpsc::Sender<String>,
    followed: HashMap<Channel, JoinHandle<()>>,
}

impl Session {
    pub(super) fn new(
        state: ApiState,
        hub: Hub,
        signed_in: Option<SignedIn>,
        lane: mpsc::Sender<String>,
    ) -> Self {
        Self { state, hub, signed_in, lane, followed: HashMap::new() }
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

    /// Starts sending the channel's updates.
    pub(super) fn follow(&mut self, channel: Channel, subscription: Subscription) {
        let task = tokio::spawn(subscription.run(self.lane.clone()));
        if let Some(before) = self.followed.insert(channel, task) {
            before.abort();
        }
    }

    /// Ends a subscription. Returns `false` if there was none.
    pub(super) fn unfollow(&mut self, channel: Channel) -> bool {
        let task = self.followed.remove(&channel);
        task.inspect(JoinHandle::abort).is_some()
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        self.followed.values().for_each(JoinHandle::abort);
    }
}
