//! The server-sent events of a streamed answer.

use super::client::lost;
use super::failure::Failure;
use bytes::Bytes;
use futures::stream::BoxStream;
use futures::{StreamExt, TryStreamExt};
use reqwest::Response;
use sse_stream::SseByteStream;
use std::time::Duration;

/// What ends a stream before its end.
#[derive(Debug, thiserror::Error)]
enum Broken {
    #[error(transparent)]
    Lost(#[from] reqwest::Error),
    #[error("too long")]
    TooLong,
}

/// The events of an answer of limited size. An event that is not followed by an empty line is none:
/// the stream was cut in it.
pub(crate) struct Events {
    stream: SseByteStream<BoxStream<'static, Result<Bytes, Broken>>>,
    patience: Duration,
}

impl Events {
    /// Reads a response of at most this many bytes.
    pub(super) fn new(response: Response, patience: Duration, bytes_max: usize) -> Self {
        let mut left = bytes_max;
        let bytes = response.bytes_stream().map_err(Broken::from).map(move |piece| {
            let piece = piece?;
            left = left.checked_sub(piece.len()).ok_or(Broken::TooLong)?;
            Ok(piece)
        });
        Self { stream: SseByteStream::new(bytes.boxed()), patience }
    }

    /// Returns the data of the next event that has some; `None` at the end of the stream.
    pub(crate) async fn next(&mut self) -> Result<Option<String>, Failure> {
        loop {
            match self.stream.next().await {
                None => return Ok(None),
                Some(Ok(event)) => match event.data {
                    Some(data) if !data.is_empty() => return Ok(Some(data)),
                    _ => {}
                },
                Some(Err(sse_stream::Error::Body(error))) => {
                    return Err(match error.downcast::<Broken>().map(|it| *it) {
                        Ok(Broken::Lost(error)) => lost(error, self.patience),
                        Ok(Broken::TooLong) => Failure::broken("too long"),
                        Err(_) => Failure::broken("not a stream of events"),
                    });
                }
                Some(Err(_)) => return Err(Failure::broken("not a stream of events in UTF-8")),
            }
        }
    }
}
