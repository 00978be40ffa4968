//! One connection: its sign-in, its requests, its lanes, its end.

use super::protocol::{self, Code, Request};
use super::subscription::Subscription;
use crate::http::auth::{Caller, Read, sign_in};
use crate::state::ApiState;
use axum::extract::ws::{CloseFrame, Message, WebSocket};
use futures::stream::{SplitSink, SplitStream};
use futures::{SinkExt, StreamExt};
use metrics::counter;
use serde_json::{Value, json};
use std::collections::HashMap;
use std::time::{Duration, Instant};
use tokio::sync::mpsc;
use tokio::task::JoinHandle;

/// Time within which a client has to sign in.
const HELLO_TIMEOUT: Duration = Duration::from_secs(10);
/// Time between two pings, and between two looks at whether the key is still valid.
const HEARTBEAT: Duration = Duration::from_secs(25);
/// Time within which a message has to be taken, and a ping answered.
const SLOW: Duration = Duration::from_secs(10);
/// Messages that wait for the client; more wait in the database.
const LANE: usize = 64;
/// Requests at once, and a second.
const REQUEST_BURST: f64 = 50.0;
const REQUEST_RATE: f64 = 10.0;

/// Why a connection ends, by close code: 4000–4099 do not come back unchanged, 4100–4199 come
/// back after a pause, 4200 and 1012 come back at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum End {
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
    fn frame(self) -> Option<CloseFrame> {
        let (code, reason) = match self {
            Self::Gone => return None,
            Self::BadToken => (4000, "the key is unknown or was revoked"),
            Self::BadProtocol => (4001, "send JSON text messages; see docs/websocket.md"),
            Self::StaleHello => (4002, "no hello came in time"),
            Self::TooSlow => (4100, "too slow: come back and resume by offset"),
            Self::NoPong => (4101, "a ping was not answered"),
            Self::RateAbuse => (4103, "far too many requests"),
            Self::Restart => (1012, "restarting: come back and resume by offset"),
        };
        Some(CloseFrame { code, reason: reason.into() })
    }
}

type Sink = SplitSink<WebSocket, Message>;

/// Serves a connection to its end.
pub(super) async fn serve(
    state: ApiState,
    socket: WebSocket,
    caller: Option<(Caller<Read>, String)>,
) {
    let (mut sink, mut stream) = socket.split();
    let end = match caller {
        Some(caller) => run(&state, &mut sink, &mut stream, caller).await,
        None => match hello(&state, &mut sink, &mut stream).await {
            Ok(caller) => run(&state, &mut sink, &mut stream, caller).await,
            Err(end) => end,
        },
    };
    counter!("debrief_websocket_ends_total", "end" => format!("{end:?}")).increment(1);
    if let Some(frame) = end.frame() {
        let close = sink.send(Message::Close(Some(frame)));
        let _ = tokio::time::timeout(Duration::from_secs(2), close).await;
    }
}

async fn send(sink: &mut Sink, text: String) -> Result<(), End> {
    match tokio::time::timeout(SLOW, sink.send(Message::Text(text.into()))).await {
        Ok(Ok(())) => Ok(()),
        Ok(Err(_)) => Err(End::Gone),
        Err(_) => Err(End::TooSlow),
    }
}

async fn hello(
    state: &ApiState,
    sink: &mut Sink,
    stream: &mut SplitStream<WebSocket>,
) -> Result<(Caller<Read>, String), End> {
    let deadline = tokio::time::Instant::now() + HELLO_TIMEOUT;
    loop {
        let message = tokio::select! {
            () = state.stop.cancelled() => return Err(End::Restart),
            () = tokio::time::sleep_until(deadline) => return Err(End::StaleHello),
            message = stream.next() => message.ok_or(End::Gone)?.map_err(|_| End::Gone)?,
        };
        let text = match message {
            Message::Text(text) => text,
            Message::Ping(_) | Message::Pong(_) => continue,
            Message::Close(_) => return Err(End::Gone),
            Message::Binary(_) => return Err(End::BadProtocol),
        };
        match serde_json::from_str(&text) {
            Ok(Request::Hello { id, token }) => match sign_in(state, &token).await {
                Ok(caller) => {
                    send(sink, protocol::ok(&id, welcome())).await?;
                    return Ok((caller, token));
                }
                Err(problem) if problem.status() == 401 => {
                    let answer = protocol::refused(&id, Code::Unauthorized, problem.detail());
                    send(sink, answer).await?;
                    return Err(End::BadToken);
                }
                Err(problem) => {
                    let answer = protocol::refused(&id, Code::Internal, problem.detail());
                    send(sink, answer).await?;
                }
            },
            Ok(other) => {
                let message = "Say hello with your token first.";
                send(sink, protocol::refused(other.id(), Code::Unauthorized, message)).await?;
            }
            Err(error) => send(sink, bad_request(&text, &error)).await?,
        }
    }
}

fn bad_request(text: &str, error: &serde_json::Error) -> String {
    let message = format!("This is no request: {error}. docs/websocket.md lists the requests.");
    protocol::refused(&protocol::id_of(text), Code::BadRequest, &message)
}

fn welcome() -> Value {
    json!({"heartbeat_ms": HEARTBEAT.as_millis() as u64, "requests_per_second": REQUEST_RATE})
}

/// The channels that a connection follows.
struct Followed {
    state: ApiState,
    caller: Caller<Read>,
    lane: mpsc::Sender<String>,
    channels: HashMap<String, JoinHandle<()>>,
}

impl Drop for Followed {
    fn drop(&mut self) {
        self.channels.values().for_each(JoinHandle::abort);
    }
}

async fn run(
    state: &ApiState,
    sink: &mut Sink,
    stream: &mut SplitStream<WebSocket>,
    (caller, token): (Caller<Read>, String),
) -> End {
    let (lane, mut updates) = mpsc::channel(LANE);
    let mut followed = Followed { state: state.clone(), caller, lane, channels: HashMap::new() };
    let mut heartbeat = tokio::time::interval(HEARTBEAT);
    heartbeat.tick().await;
    let mut pinged: Option<Instant> = None;
    let mut rate = Rate::new();
    loop {
        let no_pong = async {
            match pinged {
                Some(at) => tokio::time::sleep_until((at + SLOW).into()).await,
                None => std::future::pending().await,
            }
        };
        let result = tokio::select! {
            () = state.stop.cancelled() => Err(End::Restart),
            () = no_pong => Err(End::NoPong),
            message = stream.next() => match message {
                None | Some(Err(_) | Ok(Message::Close(_))) => Err(End::Gone),
                Some(Ok(Message::Pong(_))) => {
                    pinged = None;
                    Ok(())
                }
                Some(Ok(Message::Ping(_))) => Ok(()),
                Some(Ok(Message::Binary(_))) => Err(End::BadProtocol),
                Some(Ok(Message::Text(text))) => match rate.take() {
                    Allowed::Yes => answer(&mut followed, sink, &text).await,
                    Allowed::No => {
                        let message = "Too many requests; ten a second are taken.";
                        let refused =
                            protocol::refused(&protocol::id_of(&text), Code::TooManyRequests, message);
                        send(sink, refused).await
                    }
                    Allowed::Never => Err(End::RateAbuse),
                },
            },
            // The lane stays open as long as `followed` does.
            Some(update) = updates.recv() => send(sink, update).await,
            _ = heartbeat.tick() => {
                pinged.get_or_insert_with(Instant::now);
                match sign_in::<Read>(state, &token).await {
                    Err(problem) if problem.status() == 401 => Err(End::BadToken),
                    _ => match tokio::time::timeout(SLOW, sink.send(Message::Ping(Vec::new().into()))).await {
                        Ok(Ok(())) => Ok(()),
                        Ok(Err(_)) => Err(End::Gone),
                        Err(_) => Err(End::TooSlow),
                    },
                }
            }
        };
        if let Err(end) = result {
            return end;
        }
    }
}

async fn answer(followed: &mut Followed, sink: &mut Sink, text: &str) -> Result<(), End> {
    let request = match serde_json::from_str::<Request>(text) {
        Ok(request) => request,
        Err(error) => return send(sink, bad_request(text, &error)).await,
    };
    match request {
        Request::Hello { id, .. } => send(sink, protocol::ok(&id, welcome())).await,
        Request::Ping { id } => send(sink, protocol::ok(&id, json!({}))).await,
        Request::Unsub { id, channel } => {
            let answer = match followed.channels.remove(&channel) {
                Some(task) => {
                    task.abort();
                    protocol::ok(&id, json!({"channel": channel}))
                }
                None => {
                    let message = "You do not follow this channel.";
                    protocol::refused(&id, Code::NotSubscribed, message)
                }
            };
            send(sink, answer).await
        }
        Request::Sub { id, channel, since } => {
            let refusal = if !protocol::is_channel(&channel) {
                Some((
                    Code::UnknownChannel,
                    "Channels are transcripts, transcripts/<id>, searches and searches/<id>.",
                ))
            } else if followed.channels.contains_key(&channel) {
                Some((Code::AlreadySubscribed, "You follow this channel already."))
            } else if followed.channels.len() >= followed.state.limits.websocket_max_subscriptions {
                Some((Code::LimitReached, "You follow as many channels as a connection may."))
            } else {
                None
            };
            if let Some((code, message)) = refusal {
                return send(sink, protocol::refused(&id, code, message)).await;
            }
            let begun = Subscription::begin(
                followed.state.hub(),
                &followed.state.views,
                followed.caller.organization(),
                channel.clone(),
                since,
            )
            .await;
            match begun {
                Ok(begun) => {
                    let answer = json!({
                        "channel": channel,
                        "epoch": begun.subscription.epoch,
                        "offset": begun.offset,
                        "recovered": begun.recovered,
                    });
                    // Before the task starts: the answer comes before the first update.
                    send(sink, protocol::ok(&id, answer)).await?;
                    let task = tokio::spawn(begun.subscription.run(followed.lane.clone()));
                    followed.channels.insert(channel, task);
                    Ok(())
                }
                Err(error) => {
                    tracing::warn!(%error, "a subscription could not begin");
                    let message = "This cannot be read just now. Ask again in a moment.";
                    send(sink, protocol::refused(&id, Code::Internal, message)).await
                }
            }
        }
    }
}

enum Allowed {
    Yes,
    No,
    Never,
}

/// A token bucket; a client that goes on long after it is empty is cut off.
struct Rate {
    tokens: f64,
    at: Instant,
}

impl Rate {
    fn new() -> Self {
        Self { tokens: REQUEST_BURST, at: Instant::now() }
    }

    fn take(&mut self) -> Allowed {
        let now = Instant::now();
        let earned = now.duration_since(self.at).as_secs_f64() * REQUEST_RATE;
        self.tokens = (self.tokens + earned).min(REQUEST_BURST) - 1.0;
        self.at = now;
        match self.tokens {
            left if left >= 0.0 => Allowed::Yes,
            left if left >= -10.0 * REQUEST_BURST => Allowed::No,
            _ => Allowed::Never,
        }
    }
}
