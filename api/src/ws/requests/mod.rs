//! The requests of a client, a file for each: its fields, its answer, its handling.

mod hello;
mod ping;
mod request;
mod sub;
mod unsub;

use super::protocol::{self, Code, End};
use super::session::Session;
use futures::FutureExt;
use futures::future::BoxFuture;
use request::{Refusal, Request};
use serde_json::{Map, Value};
use std::fmt::Display;

/// All requests.
const REQUESTS: &[Kind] = &[
    Kind::of::<hello::Hello>(),
    Kind::of::<sub::Sub>(),
    Kind::of::<unsub::Unsub>(),
    Kind::of::<ping::Ping>(),
];

/// A request of any type.
struct Kind {
    name: &'static str,
    handle: fn(Value, &mut Session) -> BoxFuture<'_, Result<Value, Refusal>>,
}

impl Kind {
    const fn of<R: Request>() -> Self {
        Self { name: R::NAME, handle: |fields, session| handle::<R>(fields, session).boxed() }
    }
}

async fn handle<R: Request>(fields: Value, session: &mut Session) -> Result<Value, Refusal> {
    let request: R = serde_json::from_value(fields).map_err(bad_request)?;
    if !R::BEFORE_SIGN_IN && session.signed_in.is_none() {
        return Err(Refusal::sign_in_first());
    }
    let answer = request.handle(session).await?;
    Ok(serde_json::to_value(answer).expect("an answer is JSON"))
}

/// Handles a request. Returns the answer, and why the connection is closed after it, if it is.
pub(super) async fn answer(session: &mut Session, text: &str) -> (String, Option<End>) {
    let (id, result) = match serde_json::from_str::<Map<String, Value>>(text) {
        Ok(mut fields) => {
            let id = fields.remove("id").unwrap_or_default();
            let name = fields.remove("t");
            let name = name.as_ref().and_then(Value::as_str);
            let result = match REQUESTS.iter().find(|kind| Some(kind.name) == name) {
                Some(kind) => (kind.handle)(Value::Object(fields), session).await,
                None => Err(bad_request(format_args!("`t` is none of {}", names()))),
            };
            (id, result)
        }
        Err(error) => (Value::Null, Err(bad_request(error))),
    };
    match result {
        Ok(answer) => (protocol::ok(&id, &answer), None),
        Err(refusal) => (protocol::refused(&id, refusal.code, &refusal.message), refusal.end),
    }
}

fn names() -> String {
    REQUESTS.iter().map(|kind| kind.name).collect::<Vec<_>>().join(", ")
}

fn bad_request(why: impl Display) -> Refusal {
    let message = format!("This is no request: {why}. docs/websocket.md lists the requests.");
    Refusal::new(Code::BadRequest, message)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn every_request_has_a_name_of_its_own_and_is_documented() {
        let file = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/websocket.md");
        let document = std::fs::read_to_string(file).unwrap().replace(' ', "");
        let mut seen = BTreeSet::new();
        for kind in REQUESTS {
            assert!(seen.insert(kind.name), "{} is there twice", kind.name);
            let example = format!("{{\"t\":\"{}\"", kind.name);
            assert!(document.contains(&example), "no example of {} in {file}", kind.name);
        }
    }
}
