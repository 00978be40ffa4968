//! Accepts connections and serves HTTP on them.
//!
//! Invariants: a connection that sends no complete request head is closed after
//! [`ConnectionLimits::idle_timeout`]; there are never more connections than
//! [`ConnectionLimits::max`], and of those that have not signed in never more than
//! [`ConnectionLimits::max_unauthenticated`], so that nobody can keep out those who have a key; a
//! stop waits for nothing but answers that are under way.
//!
//! `connections` counts connections and chooses which one makes room for another, `connection`
//! serves one of them.

mod connection;
mod connections;

pub(crate) use connections::Connection;

use axum::Router;
use connections::{Connections, NoRoom};
use metrics::counter;
use std::time::Duration;
use tokio::net::{TcpListener, TcpStream};
use tokio_util::sync::CancellationToken;

/// How long a new connection may take to send its request before it may have to make room.
const GRACE: Duration = Duration::from_millis(10);
/// Pause after the system had no room for another connection.
const NO_ROOM_PAUSE: Duration = Duration::from_millis(20);

/// Bounds of the connections of a process.
#[derive(Debug, Clone, Copy)]
pub struct ConnectionLimits {
    /// Connections at a time, WebSockets included.
    pub max: usize,
    /// Of these, connections on which nobody has shown a valid key yet.
    pub max_unauthenticated: usize,
    /// Longest time without a complete request head: at the beginning of a connection, and between
    /// two requests.
    pub idle_timeout: Duration,
}

/// Serves until it is stopped. Returns once no connection is left.
pub async fn serve(
    listener: TcpListener,
    router: Router,
    limits: ConnectionLimits,
    stop: CancellationToken,
) {
    let connections = Connections::new(limits, GRACE);
    loop {
        let accepted = tokio::select! {
            () = stop.cancelled() => break,
            accepted = listener.accept() => accepted,
        };
        match accepted {
            Ok((stream, _)) => {
                admit(&connections, stream, &router, limits.idle_timeout, &stop).await;
                // It may have its request read before another one takes its place.
                tokio::task::yield_now().await;
            }
            Err(error) if is_of_one_connection(&error) => {}
            Err(error) => {
                // No file is left to open, most likely.
                tracing::warn!(%error, "a connection cannot be accepted");
                connections.shed();
                tokio::time::sleep(NO_ROOM_PAUSE).await;
            }
        }
    }
    drop(listener);
    connections.all_closed().await;
}

async fn admit(
    connections: &Connections,
    stream: TcpStream,
    router: &Router,
    idle_timeout: Duration,
    stop: &CancellationToken,
) {
    let admitted = loop {
        match connections.admit() {
            Err(NoRoom::Until(at)) => tokio::time::sleep_until(at.into()).await,
            admitted => break admitted,
        }
    };
    match admitted {
        Ok(connection) => {
            let (router, stop) = (router.clone(), stop.clone());
            tokio::spawn(connection::serve(stream, router, connection, idle_timeout, stop));
        }
        Err(_) => {
            counter!("debrief_http_connections_refused_total").increment(1);
            // Into the empty buffer of a new connection; a client that does not read loses nothing.
            let _ = stream.try_write(connection::NO_ROOM.as_bytes());
        }
    }
}

/// Whether accepting failed because of the one connection that was to be accepted.
fn is_of_one_connection(error: &std::io::Error) -> bool {
    use std::io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset};
    matches!(error.kind(), ConnectionAborted | ConnectionRefused | ConnectionReset)
}
