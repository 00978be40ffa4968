//! Takes a file in: bounds, a look at what it is, and on to the blob store.

use crate::http::problem::Problem;
use crate::state::ApiState;
use axum::http::StatusCode;
use bytes::{Bytes, BytesMut};
use debrief_infra::blobs::{BlobError, BlobKey};
use debrief_infra::keys::DataKey;
use debrief_understanding::formats::{self, Refusal};
use futures::{Stream, StreamExt};
use sha2::{Digest, Sha256};
use std::time::Duration;
use tokio::sync::mpsc;

/// How much of a file is looked at before any of it is stored.
const HEAD: usize = 64 << 10;
/// Pieces that wait for the blob store.
const PIECES: usize = 4;

/// A file that is safe.
#[derive(Debug)]
pub(super) struct Taken {
    pub(super) size: u64,
    /// In lower-case hex.
    pub(super) sha256: String,
}

/// Where a file goes.
pub(super) struct Intake<'a> {
    state: &'a ApiState,
    blob: &'a BlobKey,
    data_key: &'a DataKey,
}

impl<'a> Intake<'a> {
    pub(super) fn new(state: &'a ApiState, blob: &'a BlobKey, data_key: &'a DataKey) -> Self {
        Self { state, blob, data_key }
    }

    /// Streams a file to the blob store. `pieces` ends with the file, or with the problem that
    /// broke it off.
    pub(super) async fn take(
        self,
        pieces: impl Stream<Item = Result<Bytes, Problem>> + Unpin,
    ) -> Result<Taken, Problem> {
        let limits = &self.state.limits;
        let mut pieces = Bounded {
            pieces,
            max: limits.upload_max_bytes,
            idle: limits.upload_idle_timeout,
            size: 0,
            hash: Sha256::new(),
        };
        let mut head = BytesMut::new();
        while head.len() < HEAD {
            match pieces.next().await? {
                Some(piece) => head.extend_from_slice(&piece),
                None => break,
            }
        }
        formats::inspect(&head[..head.len().min(HEAD)]).map_err(|refusal| refused(&refusal))?;

        let (send, receive) = mpsc::channel::<Result<Bytes, BlobError>>(PIECES);
        let body = futures::stream::unfold(receive, |mut receive| async {
            receive.recv().await.map(|piece| (piece, receive))
        });
        let store = self.state.documents.put(self.blob, self.data_key, body.boxed());
        let feed = async {
            let mut piece = Some(head.freeze());
            while let Some(next) = piece {
                if send.send(Ok(next)).await.is_err() {
                    // The store gave up; its error says why.
                    return Ok(());
                }
                piece = match pieces.next().await {
                    Ok(piece) => piece,
                    Err(problem) => {
                        // Nothing of what was stored so far is to be seen.
                        let _ = send.send(Err(BlobError::body("the upload broke off"))).await;
                        return Err(problem);
                    }
                };
            }
            drop(send);
            Ok(())
        };
        let (stored, fed) = tokio::join!(store, feed);
        fed?;
        stored?;
        Ok(Taken { size: pieces.size, sha256: hex::encode(pieces.hash.finalize()) })
    }
}

/// What a refusal is in HTTP.
fn refused(refusal: &Refusal) -> Problem {
    let status = match refusal {
        Refusal::Binary { .. } => StatusCode::UNSUPPORTED_MEDIA_TYPE,
        _ => StatusCode::UNPROCESSABLE_ENTITY,
    };
    Problem::new(status, refusal.code(), refusal.to_string())
}

/// Pieces that are counted, hashed, and waited for no longer than is fair.
struct Bounded<S> {
    pieces: S,
    max: u64,
    idle: Duration,
    size: u64,
    hash: Sha256,
}

impl<S: Stream<Item = Result<Bytes, Problem>> + Unpin> Bounded<S> {
    async fn next(&mut self) -> Result<Option<Bytes>, Problem> {
        let piece = tokio::time::timeout(self.idle, self.pieces.next())
            .await
            .map_err(|_| stalled(self.idle))?;
        let Some(piece) = piece.transpose()? else { return Ok(None) };
        self.size += piece.len() as u64;
        if self.size > self.max {
            return Err(too_large(self.max));
        }
        self.hash.update(&piece);
        Ok(Some(piece))
    }
}

pub(super) fn stalled(idle: Duration) -> Problem {
    Problem::new(
        StatusCode::REQUEST_TIMEOUT,
        "upload_stalled",
        format!(
            "No data came for {} seconds, so the upload was given up. Send it again.",
            idle.as_secs()
        ),
    )
}

pub(super) fn too_large(max: u64) -> Problem {
    Problem::too_large(format!(
        "The file is larger than the {max} bytes that are taken. A transcript is text: an hour of \
         talk is about 60,000 bytes. The operator can raise upload_max_bytes."
    ))
}
