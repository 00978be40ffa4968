//! The messages, as JSON.

use debrief_projections::updates::Update;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// Longest name of a channel.
const CHANNEL_MAX: usize = 100;

/// A client's message.
#[derive(Debug, Deserialize)]
#[serde(tag = "t", rename_all = "snake_case", deny_unknown_fields)]
pub(super) enum Request {
    /// Signs in, where the handshake could not.
    Hello {
        #[serde(default)]
        id: Value,
        token: String,
    },
    /// Follows a channel.
    Sub {
        #[serde(default)]
        id: Value,
        channel: String,
        /// Where the client left off; without it only what is new is sent.
        since: Option<Since>,
    },
    /// Follows a channel no more.
    Unsub {
        #[serde(default)]
        id: Value,
        channel: String,
    },
    /// Asks for a sign of life.
    Ping {
        #[serde(default)]
        id: Value,
    },
}

impl Request {
    pub(super) fn id(&self) -> &Value {
        match self {
            Self::Hello { id, .. }
            | Self::Sub { id, .. }
            | Self::Unsub { id, .. }
            | Self::Ping { id } => id,
        }
    }
}

/// A place in a channel.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Since {
    /// As in an earlier answer.
    pub(super) epoch: String,
    /// Of the last update that the client took in.
    pub(super) offset: i64,
}

/// Why a request was refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Code {
    Internal,
    Unauthorized,
    UnknownChannel,
    AlreadySubscribed,
    NotSubscribed,
    LimitReached,
    BadRequest,
    TooManyRequests,
}

impl Code {
    /// Whether the same request may succeed later.
    fn is_temporary(self) -> bool {
        matches!(self, Self::Internal | Self::TooManyRequests)
    }
}

/// The id of a message that is no request, or is not looked at, if it has one: its sender waits
/// for an answer.
pub(super) fn id_of(text: &str) -> Value {
    #[derive(Deserialize)]
    struct Tagged {
        #[serde(default)]
        id: Value,
    }
    serde_json::from_str(text).map_or(Value::Null, |tagged: Tagged| tagged.id)
}

/// The answer to a request that was carried out.
pub(super) fn ok(id: &Value, answer: Value) -> String {
    json!({"t": "ok", "id": id, "ok": answer}).to_string()
}

/// The answer to a request that was refused.
pub(super) fn refused(id: &Value, code: Code, message: &str) -> String {
    let error = json!({"code": code, "message": message, "temporary": code.is_temporary()});
    json!({"t": "err", "id": id, "err": error}).to_string()
}

/// An update. `prev` is the offset before it, so that a client can tell a gap.
pub(super) fn event(channel: &str, update: &Update) -> String {
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

/// The offsets of before mean nothing any more: read again, and go on from here.
pub(super) fn reload(channel: &str, epoch: &str, offset: i64) -> String {
    json!({"t": "reload", "channel": channel, "epoch": epoch, "offset": offset}).to_string()
}

/// Whether there can be such a channel: `transcripts`, `searches`, or one of them and `/<id>`.
pub(super) fn is_channel(name: &str) -> bool {
    if name.len() > CHANNEL_MAX {
        return false;
    }
    match name.split_once('/') {
        None => matches!(name, "transcripts" | "searches"),
        Some(("transcripts" | "searches", text)) => {
            text.parse::<uuid::Uuid>().is_ok_and(|id| id.to_string() == text)
        }
        Some(_) => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn knows_its_channels() {
        let id = "0198c5a2-7d1e-7bd0-9a55-0d3f3c1a2b4c";
        assert!(is_channel("transcripts"));
        assert!(is_channel(&format!("transcripts/{id}")));
        assert!(is_channel("searches") && is_channel(&format!("searches/{id}")));
        for name in ["", "other", "transcripts/", "transcripts/x", "clients/x"] {
            assert!(!is_channel(name), "{name}");
        }
        // One spelling for one channel.
        assert!(!is_channel(&format!("transcripts/{}", id.to_uppercase())));
    }
}
