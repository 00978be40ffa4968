//! One connection.

use super::connections::{Busy, Connection};
use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::Request;
use hyper::body::{Frame, Incoming, SizeHint};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use std::convert::Infallible;
use std::pin::{Pin, pin};
use std::task::{Context, Poll};
use std::time::Duration;
use tokio::net::TcpStream;
use tokio_util::sync::CancellationToken;
use tower::Service;

/// The longest head of a request, in bytes.
const HEAD_MAX: usize = 64 << 10;
/// Longest time that a client may take none of the bytes that were sent to it.
const UNREAD_MAX: Duration = Duration::from_secs(30);
/// Time that an answer has to leave, once it is complete and the process stops.
const FLUSH: Duration = Duration::from_millis(500);

/// The answer to a connection for which there is no room.
pub(super) const NO_ROOM: &str = concat!(
    "HTTP/1.1 503 Service Unavailable\r\nretry-after: 1\r\nconnection: close\r\n",
    "content-type: application/problem+json\r\ncontent-length: 181\r\n\r\n",
    r#"{"type":"/problems/unavailable","title":"Service Unavailable","status":503,"#,
    r#""code":"unavailable","detail":"This process has reached its limit of connections. "#,
    r#"Try again in a moment."}"#,
);

/// Serves a connection to its end.
pub(super) async fn serve(
    stream: TcpStream,
    router: Router,
    connection: Connection,
    idle_timeout: Duration,
    stop: CancellationToken,
) {
    // Answers are short, and wait for nothing.
    let _ = stream.set_nodelay(true);
    #[cfg(target_os = "linux")]
    let _ = socket2::SockRef::from(&stream).set_tcp_user_timeout(Some(UNREAD_MAX));
    let service = service_fn(|request: hyper::Request<Incoming>| {
        let (mut router, connection) = (router.clone(), connection.clone());
        let busy = connection.busy();
        async move {
            let mut request: Request = request.map(Body::new);
            request.extensions_mut().insert(connection);
            let response = router.call(request).await?;
            Ok::<_, Infallible>(response.map(|body| Tracked { body, _busy: busy }))
        }
    });
    let mut served = pin!(
        http1::Builder::new()
            .timer(TokioTimer::new())
            // Runs from the beginning, and again from the end of each answer.
            .header_read_timeout(idle_timeout)
            .max_header_size(HEAD_MAX)
            .serve_connection(TokioIo::new(stream), service)
            .with_upgrades()
    );
    let mut stopping = false;
    loop {
        tokio::select! {
            ended = served.as_mut() => {
                if let Err(error) = ended {
                    tracing::debug!(%error, "a connection ended");
                }
                return;
            }
            () = connection.shed() => return,
            () = stop.cancelled(), if !stopping => {
                stopping = true;
                served.as_mut().graceful_shutdown();
            }
            () = idle_at_last(&connection), if stopping => return,
        }
    }
}

/// Waits until nothing has been under way for as long as an answer may take to leave.
async fn idle_at_last(connection: &Connection) {
    let mut idle = false;
    loop {
        tokio::time::sleep(FLUSH).await;
        if idle && connection.is_idle() {
            return;
        }
        idle = connection.is_idle();
    }
}

/// The body of an answer; the connection is in use until it is dropped.
struct Tracked {
    body: Body,
    _busy: Busy,
}

impl hyper::body::Body for Tracked {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        Pin::new(&mut self.body).poll_frame(context)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_answer_where_there_is_no_room_is_as_long_as_it_says() {
        let (head, body) = NO_ROOM.split_once("\r\n\r\n").unwrap();
        assert!(head.ends_with(&format!("content-length: {}", body.len())), "{}", body.len());
        let problem: debrief_api_types::Problem = serde_json::from_str(body).unwrap();
        assert_eq!((problem.status, problem.code.as_str()), (503, "unavailable"));
    }
}
