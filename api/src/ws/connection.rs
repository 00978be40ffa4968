//! A connection: sign-in, reading and writing, closing.

use super::hub::Hub;
use super::protocol::{self, Code, End, HEARTBEAT, REQUESTS_PER_SECOND};
use super::requests;
use super::session::{Session, SignedIn};
use crate::state::ApiState;
use axum::extract::ws::{Message, WebSocket};
use futures::stream::{SplitSink, SplitStream};
use futures::{SinkExt, StreamExt};
use metrics::counter;
use std::convert::Infallible;
use std::time::{Duration, Instant};
use tokio::sync::mpsc;

/// Timeout of signing in.
const HELLO_TIMEOUT: Duration = Duration::from_secs(10);
/// Timeout of sending a message, and of answering a ping.
const SLOW: Duration = Duration::from_secs(10);
/// Maximum number of messages queued for the client; more wait in the database.
const LANE: usize = 64;
/// Maximum burst of requests.
const REQUEST_BURST: f64 = 50.0;

type Sink = SplitSink<WebSocket, Message>;

/// Serves a connection to its end.
pub(super) async fn serve(
    state: ApiState,
    hub: Hub,
    socket: WebSocket,
    signed_in: Option<SignedIn>,
) {
    let (mut sink, stream) = socket.split();
    let (lane, updates) = mpsc::channel(LANE);
    let session = Session::new(state, hub, signed_in, lane);
    let end = run(session, &mut sink, stream, updates).await;
    counter!("debrief_websocket_ends_total", "end" => format!("{end:?}")).increment(1);
    if let Some(frame) = end.frame() {
        let close = sink.send(Message::Close(Some(frame)));
        let _ = tokio::time::timeout(Duration::from_secs(2), close).await;
    }
}

async fn run(
    mut session: Session,
    sink: &mut Sink,
    mut stream: SplitStream<WebSocket>,
    mut updates: mpsc::Receiver<String>,
) -> End {
    if let Err(end) = greet(&mut session, sink, &mut stream).await {
        return end;
    }
    let Err(end) = follow(&mut session, sink, &mut stream, &mut updates).await;
    end
}

async fn send(sink: &mut Sink, message: Message) -> Result<(), End> {
    match tokio::time::timeout(SLOW, sink.send(message)).await {
        Ok(Ok(())) => Ok(()),
        Ok(Err(_)) => Err(End::Gone),
        Err(_) => Err(End::TooSlow),
    }
}

async fn answer(session: &mut Session, sink: &mut Sink, text: &str) -> Result<(), End> {
    let (answer, end) = requests::answer(session, text).await;
    send(sink, Message::text(answer)).await?;
    end.map_or(Ok(()), Err)
}

/// Serves it until the client has signed in.
async fn greet(
    session: &mut Session,
    sink: &mut Sink,
    stream: &mut SplitStream<WebSocket>,
) -> Result<(), End> {
    let deadline = tokio::time::Instant::now() + HELLO_TIMEOUT;
    while session.signed_in.is_none() {
        let message = tokio::select! {
            () = session.state.stop.cancelled() => return Err(End::Restart),
            () = tokio::time::sleep_until(deadline) => return Err(End::StaleHello),
            message = stream.next() => message.ok_or(End::Gone)?.map_err(|_| End::Gone)?,
        };
        match message {
            Message::Text(text) => answer(session, sink, &text).await?,
            Message::Ping(_) | Message::Pong(_) => {}
            Message::Close(_) => return Err(End::Gone),
            Message::Binary(_) => return Err(End::BadProtocol),
        }
    }
    Ok(())
}

/// Serves it from then on.
async fn follow(
    session: &mut Session,
    sink: &mut Sink,
    stream: &mut SplitStream<WebSocket>,
    updates: &mut mpsc::Receiver<String>,
) -> Result<Infallible, End> {
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
        tokio::select! {
            () = session.state.stop.cancelled() => return Err(End::Restart),
            () = no_pong => return Err(End::NoPong),
            message = stream.next() => match message.ok_or(End::Gone)?.map_err(|_| End::Gone)? {
                Message::Close(_) => return Err(End::Gone),
                Message::Pong(_) => pinged = None,
                Message::Ping(_) => {}
                Message::Binary(_) => return Err(End::BadProtocol),
                Message::Text(text) => match rate.take() {
                    Allowed::Yes => answer(session, sink, &text).await?,
                    Allowed::No => {
                        let message = "Too many requests; the limit is ten per second.";
                        let id = protocol::id_of(&text);
                        let refused = protocol::refused(&id, Code::TooManyRequests, message);
                        send(sink, Message::text(refused)).await?;
                    }
                    Allowed::Never => return Err(End::RateAbuse),
                },
            },
            // The lane stays open as long as the session does.
            Some(update) = updates.recv() => send(sink, Message::text(update)).await?,
            _ = heartbeat.tick() => {
                pinged.get_or_insert_with(Instant::now);
                if session.is_revoked().await {
                    return Err(End::BadToken);
                }
                send(sink, Message::Ping(Vec::new().into())).await?;
            }
        }
    }
}

enum Allowed {
    Yes,
    No,
    Never,
}

/// A token bucket; a client that goes on long after it is empty is disconnected.
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
        let earned = now.duration_since(self.at).as_secs_f64() * REQUESTS_PER_SECOND;
        self.tokens = (self.tokens + earned).min(REQUEST_BURST) - 1.0;
        self.at = now;
        match self.tokens {
            left if left >= 0.0 => Allowed::Yes,
            left if left >= -10.0 * REQUEST_BURST => Allowed::No,
            _ => Allowed::Never,
        }
    }
}
