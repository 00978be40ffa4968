//! Frames, error codes and close codes, as `docs/websocket.md` describes them.

use axum::extract::ws::CloseFrame;
use debrief_projections::updates::{Channel, Update};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::time::Duration;

/// Interval of pings, and of checks whether the key is still valid.
pub(super) const HEARTBEAT: Duration = Duration::from_secs(25);
/// Sustained rate of requests per second of a connection.
pub(super) const REQUESTS_PER_SECOND: f64 = 10.0;

/// Why a request was refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Code {
    Internal,
    Unauthorized,
    Forbidden,
    UnknownChannel,
    AlreadySubscribed,
    NotSubscribed,
    LimitReached,
    BadRequest,
    TooManyRequests,
}

impl Code {
    /// Returns whether the same request may succeed later.
    fn is_temporary(self) -> bool {
        matches!(self, Self::Internal | Self::TooManyRequests)
    }
}

/// Returns the id of a message that is no valid request, if it has one: its sender waits for an
/// answer.
pub(super) fn id_of(text: &str) -> Value {
    #[derive(Deserialize)]
    struct Tagged {
        #[serde(default)]
        id: Value,
    }
    serde_json::from_str(text).map_or(Value::Null, |tagged: Tagged| tagged.id)
}

/// Returns the answer to a successful request.
pub(super) fn ok(id: &Value, answer: &impl Serialize) -> String {
    json!({"t": "ok", "id": id, "ok": answer}).to_string()
}

/// Returns the answer to a refused request.
pub(super) fn refused(id: &Value, code: Code, message: &str) -> String {
    let error = json!({"code": code, "message": message, "temporary": code.is_temporary()});
    json!({"t": "err", "id": id, "err": error}).to_string()
}

/// Returns an update. `prev` is the offset before it, so that a client can detect a gap.
pub(super) fn event(channel: Channel, update: &Update) -> String {
    json!({
        "t": "ev",
        "channel": channel,
        "offset": update.offset,
        "prev": update.offset - 1,
        "position": update.position,
        "kind": update.kind,
        "payload": update.payload,
        "recorded_at": update.recorded_at,
    })
    .to_string()
}

/// Returns the message that previous offsets are invalid: read again, and continue from here.
pub(super) fn reload(channel: Channel, epoch: &str, offset: i64) -> String {
    json!({"t": "reload", "channel": channel, "epoch": epoch, "offset": offset}).to_string()
}

/// Why a connection is closed. With the close codes 4000–4099, clients do not reconnect unchanged;
/// with 4100–4199 they reconnect after a pause; with 4200 and 1012 at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum End {
    /// The client has gone.
    Gone,
    BadToken,
    StaleHello,
    BadProtocol,
    TooSlow,
    NoPong,
    RateAbuse,
    Restart,
}

impl End {
    /// Returns the close frame; `None` if the client has gone.
    pub(super) fn frame(self) -> Option<CloseFrame> {
        let (code, reason) = match self {
            Self::Gone => return None,
            Self::BadToken => (4000, "the key is unknown or was revoked"),
            Self::BadProtocol => (4001, "send JSON text messages; see docs/websocket.md"),
            Self::StaleHello => (4002, "no hello came in time"),
            Self::TooSlow => (4100, "too slow: reconnect and resume by offset"),
            Self::NoPong => (4101, "a ping was not answered"),
            Self::RateAbuse => (4103, "far too many requests"),
            Self::Restart => (1012, "restarting: reconnect and resume by offset"),
        };
        Some(CloseFrame { code, reason: reason.into() })
    }
}
