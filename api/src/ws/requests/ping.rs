//! `ping`: checks that the server answers.

use super::request::{Refusal, Request};
use crate::ws::session::Session;
use serde::{Deserialize, Serialize};

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Ping {}

#[derive(Debug, Serialize)]
pub(super) struct Pong {}

impl Request for Ping {
    const NAME: &'static str = "ping";
    type Answer = Pong;

    async fn handle(self, _: &mut Session) -> Result<Pong, Refusal> {
        Ok(Pong {})
    }
}
