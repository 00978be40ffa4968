//! `hello`: signs in if the handshake had no key.

use super::request::{Refusal, Request};
use crate::http::problem::Problem;
use crate::ws::protocol::{Code, End, HEARTBEAT, REQUESTS_PER_SECOND};
use crate::ws::session::{Session, SignedIn};
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Hello {
    /// An API key. Ignored if the client has already signed in.
    token: String,
}

/// What a client needs to know of the server.
#[derive(Debug, Serialize)]
pub(super) struct Welcome {
    /// Interval of pings, in milliseconds.
    heartbeat_ms: u64,
    /// Sustained rate of requests.
    requests_per_second: f64,
}

impl Request for Hello {
    const NAME: &'static str = "hello";
    const BEFORE_SIGN_IN: bool = true;
    type Answer = Welcome;

    async fn handle(self, session: &mut Session) -> Result<Welcome, Refusal> {
        if session.signed_in.is_none() {
            let signed_in = SignedIn::with(&session.state, self.token).await;
            session.signed_in = Some(signed_in.map_err(refusal)?);
        }
        Ok(Welcome {
            heartbeat_ms: HEARTBEAT.as_millis() as u64,
            requests_per_second: REQUESTS_PER_SECOND,
        })
    }
}

fn refusal(problem: Problem) -> Refusal {
    let detail = problem.detail().to_owned();
    match problem.status() {
        StatusCode::UNAUTHORIZED => {
            Refusal { end: Some(End::BadToken), ..Refusal::new(Code::Unauthorized, detail) }
        }
        StatusCode::FORBIDDEN => Refusal::new(Code::Forbidden, detail),
        _ => Refusal::new(Code::Internal, detail),
    }
}
