//! Reads on for a while after an answer that was sent before the end of the request.
//!
//! A client that is still sending when the connection closes gets a broken pipe instead of the
//! answer that tells it why. The rest of a body is therefore read and discarded for a limited time:
//! a lingering close, as web servers call it.

use axum::body::{Body, BodyDataStream, HttpBody};
use axum::extract::Request;
use axum::middleware::Next;
use axum::response::Response;
use bytes::Bytes;
use futures::{Stream, StreamExt};
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

/// Maximum time to read on.
const WHOLE: Duration = Duration::from_secs(15);
/// Maximum pause of the client while the server reads on.
const IDLE: Duration = Duration::from_secs(2);

/// Applies a lingering close to every body.
pub(crate) async fn layer(request: Request, next: Next) -> Response {
    if request.body().is_end_stream() {
        return next.run(request).await;
    }
    let lingering = |body: Body| Body::from_stream(Lingering(Some(body.into_data_stream())));
    next.run(request.map(lingering)).await
}

/// A body; `None` once its end was reached.
struct Lingering(Option<BodyDataStream>);

impl Stream for Lingering {
    type Item = Result<Bytes, axum::Error>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let Some(body) = &mut self.0 else { return Poll::Ready(None) };
        let polled = body.poll_next_unpin(context);
        if matches!(polled, Poll::Ready(None | Some(Err(_)))) {
            self.0 = None;
        }
        polled
    }
}

impl Drop for Lingering {
    fn drop(&mut self) {
        let (Some(mut body), Ok(runtime)) = (self.0.take(), tokio::runtime::Handle::try_current())
        else {
            return;
        };
        runtime.spawn(async move {
            let rest = async {
                while let Ok(Some(Ok(_))) = tokio::time::timeout(IDLE, body.next()).await {}
            };
            let _ = tokio::time::timeout(WHOLE, rest).await;
        });
    }
}
