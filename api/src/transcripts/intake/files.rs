//! Stores uploaded files: checks their limits and their type, and streams them to the blob store.
//!
//! Invariant: every blob that was started is in [`Intake::blobs`], so that unused ones can be
//! removed.

use crate::http::codes::Code;
use crate::http::problem::Problem;
use crate::state::ApiState;
use bytes::{Bytes, BytesMut};
use debrief_domain::ids::OrganizationId;
use debrief_domain::transcript::SourceFile;
use debrief_formats::{self as formats, Refusal};
use debrief_infra::blobs::{BlobError, BlobKey};
use debrief_infra::keys::DataKey;
use futures::{Stream, StreamExt};
use sha2::{Digest, Sha256};
use std::time::Duration;
use tokio::sync::mpsc;
use uuid::Uuid;

/// Number of bytes of a file that are inspected before any of it is stored.
const HEAD: usize = 64 << 10;
/// Maximum number of pieces that wait for the blob store.
const PIECES: usize = 4;

/// Maximum number of files in one request.
const FILES_AT_ONCE: usize = 20;

/// A stored file.
#[derive(Debug, Clone)]
pub(in crate::transcripts) struct ReceivedFile {
    blob: BlobKey,
    pub(super) filename: Option<String>,
    size: u64,
    /// In lower-case hexadecimal.
    pub(in crate::transcripts) sha256: String,
}

impl From<ReceivedFile> for SourceFile {
    fn from(taken: ReceivedFile) -> Self {
        Self {
            source: taken.blob.as_str().to_owned(),
            filename: taken.filename.map(Into::into),
            size_bytes: taken.size,
            sha256: taken.sha256.into(),
        }
    }
}

/// The files of a request while they are stored.
pub(super) struct Intake<'a> {
    state: &'a ApiState,
    organization: OrganizationId,
    data_key: &'a DataKey,
    size: u64,
    /// Stored files, in the order in which they arrived.
    pub(super) taken: Vec<ReceivedFile>,
    /// Every blob that was started.
    pub(super) blobs: Vec<BlobKey>,
}

impl<'a> Intake<'a> {
    pub(super) fn new(
        state: &'a ApiState,
        organization: OrganizationId,
        data_key: &'a DataKey,
    ) -> Self {
        Self { state, organization, data_key, size: 0, taken: Vec::new(), blobs: Vec::new() }
    }

    /// Streams a file to the blob store. `pieces` ends with the file, or with the problem that
    /// interrupted it. The size limit is that of all files together.
    pub(super) async fn take(
        &mut self,
        filename: Option<String>,
        pieces: impl Stream<Item = Result<Bytes, Problem>> + Unpin,
    ) -> Result<(), Problem> {
        if self.taken.len() == FILES_AT_ONCE {
            return Err(Problem::new(
                Code::TooManyFiles,
                format!("The form has more than {FILES_AT_ONCE} files; send the rest to …/files."),
            ));
        }
        let limits = &self.state.limits;
        let mut pieces = Bounded {
            pieces,
            max: limits.upload_max_bytes,
            idle: limits.upload_idle_timeout,
            before: self.size,
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
        formats::inspect(&head[..head.len().min(HEAD)]).map_err(|refusal| {
            // Of several files, which.
            let name = filename.as_deref().filter(|_| !self.taken.is_empty());
            refused(&refusal, name)
        })?;

        let (send, receive) = mpsc::channel::<Result<Bytes, BlobError>>(PIECES);
        let body = futures::stream::unfold(receive, |mut receive| async {
            receive.recv().await.map(|piece| (piece, receive))
        });
        let blob = BlobKey::new(self.organization.0, "source", Uuid::now_v7());
        self.blobs.push(blob.clone());
        let store = self.state.documents.put(&blob, self.data_key, body.boxed());
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
        self.size += pieces.size;
        let (size, sha256) = (pieces.size, hex::encode(pieces.hash.finalize()));
        self.taken.push(ReceivedFile { blob, filename, size, sha256 });
        Ok(())
    }
}

/// Returns the problem for a refusal, with the file's name in front if one is given.
fn refused(refusal: &Refusal, name: Option<&str>) -> Problem {
    let detail = match name {
        Some(name) => format!("{name}: {refusal}"),
        None => refusal.to_string(),
    };
    Problem::new(Code::from(refusal), detail)
}

/// A stream of pieces that counts and hashes them, with timeouts.
struct Bounded<S> {
    pieces: S,
    max: u64,
    idle: Duration,
    /// Size of the previous files.
    before: u64,
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
        if self.before + self.size > self.max {
            return Err(too_large(self.max));
        }
        self.hash.update(&piece);
        Ok(Some(piece))
    }
}

pub(super) fn stalled(idle: Duration) -> Problem {
    Problem::new(
        Code::UploadStalled,
        format!(
            "No data arrived for {} seconds, so the upload was cancelled. Send it again.",
            idle.as_secs()
        ),
    )
}

pub(super) fn too_large(max: u64) -> Problem {
    Problem::too_large(format!(
        "The file is larger than the limit of {max} bytes. A transcript is text: an hour of \
         speech is about 60,000 bytes. The operator can raise upload_max_bytes."
    ))
}
