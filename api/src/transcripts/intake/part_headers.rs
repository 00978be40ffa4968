//! Bounds what is read of a form between its parts.
//!
//! The reader of forms keeps everything until it has found the end of a part's headers, or the first
//! boundary, and takes in all that has arrived before it looks. So the body is handed to it a piece
//! at a time, and no more than [`MAX`] bytes of pieces while no part's content is being read.

use crate::http::codes::Code;
use crate::http::problem::Problem;
use axum::body::Body;
use bytes::Bytes;
use futures::{Stream, StreamExt};
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll};

/// Bytes between two parts: boundary and headers.
pub(super) const MAX: usize = 16 << 10;
/// In a part's content nothing is counted.
const NOT_COUNTED: usize = usize::MAX;

/// Tells the body whether headers or content are being read.
#[derive(Debug, Clone)]
pub(super) struct PartHeaders(Arc<AtomicUsize>);

impl PartHeaders {
    /// Bounds a body.
    pub(super) fn bound(body: Body) -> (Self, Body) {
        let headers = Self(Arc::new(AtomicUsize::new(0)));
        let pieces = Pieces {
            body: body.into_data_stream().boxed(),
            headers: headers.clone(),
            pause: false,
        };
        (headers, Body::from_stream(pieces))
    }

    /// From here on headers are read.
    pub(super) fn begin(&self) {
        self.0.store(0, Ordering::Relaxed);
    }

    /// Headers have ended.
    pub(super) fn end(&self) {
        self.0.store(NOT_COUNTED, Ordering::Relaxed);
    }

    /// Whether headers went on for too long, so that the body was ended.
    pub(super) fn are_too_long(&self) -> bool {
        (MAX..NOT_COUNTED).contains(&self.0.load(Ordering::Relaxed))
    }

    fn count(&self, bytes: usize) {
        let counted = self.0.load(Ordering::Relaxed);
        if counted != NOT_COUNTED {
            self.0.store(counted.saturating_add(bytes).min(NOT_COUNTED - 1), Ordering::Relaxed);
        }
    }
}

/// The answer to a form whose headers are too long.
pub(super) fn too_long() -> Problem {
    Problem::new(
        Code::PartHeadersTooLong,
        format!(
            "The headers of a part of the form are longer than {MAX} bytes. They name the field \
             and the file; nothing else is needed. Nothing was stored."
        ),
    )
}

#[derive(Debug, thiserror::Error)]
#[error("the headers of a part are longer than {MAX} bytes")]
struct TooLong;

/// The pieces of a body.
struct Pieces {
    body: Pin<Box<dyn Stream<Item = Result<Bytes, axum::Error>> + Send>>,
    headers: PartHeaders,
    /// Whether to wait before the next piece, so that what reads looks at the last one first.
    pause: bool,
}

impl Stream for Pieces {
    type Item = Result<Bytes, axum::Error>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        if std::mem::take(&mut self.pause) {
            context.waker().wake_by_ref();
            return Poll::Pending;
        }
        if self.headers.are_too_long() {
            return Poll::Ready(Some(Err(axum::Error::new(TooLong))));
        }
        let polled = self.body.poll_next_unpin(context);
        if let Poll::Ready(Some(Ok(piece))) = &polled {
            self.pause = true;
            self.headers.count(piece.len());
        }
        polled
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    type Pieces = Pin<Box<dyn Stream<Item = Result<Bytes, axum::Error>> + Send>>;

    fn endless() -> (PartHeaders, Pieces) {
        let pieces =
            futures::stream::repeat_with(|| Ok::<_, axum::Error>(Bytes::from(vec![b'x'; 4096])));
        let (headers, body) = PartHeaders::bound(Body::from_stream(pieces));
        (headers, body.into_data_stream().boxed())
    }

    #[tokio::test]
    async fn headers_that_do_not_end_end_the_body() {
        let (headers, mut body) = endless();
        let mut read = 0;
        let error = loop {
            match body.next().await.unwrap() {
                Ok(piece) => read += piece.len(),
                Err(error) => break error,
            }
        };
        assert_eq!(read, MAX);
        assert!(headers.are_too_long() && error.to_string().contains("headers of a part"));
    }

    #[tokio::test]
    async fn content_is_not_bounded_and_headers_are_counted_anew_for_each_part() {
        let (headers, mut body) = endless();
        for _ in 0..20 {
            headers.begin();
            assert!(body.next().await.unwrap().is_ok());
            headers.end();
            for _ in 0..2 * MAX / 4096 {
                assert!(body.next().await.unwrap().is_ok());
            }
        }
        assert!(!headers.are_too_long());
    }

    #[tokio::test]
    async fn a_reader_that_takes_all_that_is_there_is_given_one_piece_at_a_time() {
        let (_, mut body) = endless();
        let mut context = Context::from_waker(futures::task::noop_waker_ref());
        for _ in 0..3 {
            assert!(body.as_mut().poll_next(&mut context).is_ready());
            assert!(body.as_mut().poll_next(&mut context).is_pending());
        }
    }
}
