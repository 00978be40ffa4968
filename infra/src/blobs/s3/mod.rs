//! Blobs in S3, or in any server that speaks its protocol.
//!
//! Invariants:
//!
//! - A body of less than one part is one `PutObject`, a longer one a multipart upload: S3 shows
//!   either only when it is complete. At most [`IN_FLIGHT`] parts are in memory.
//! - An upload that fails or is dropped is aborted. A process that dies leaves its parts behind,
//!   invisible but billed: give the bucket a lifecycle rule `AbortIncompleteMultipartUpload` (of a
//!   day or more; no upload takes longer).
//! - Every call has a connect, an attempt and an overall timeout, and a bounded number of attempts;
//!   a body that stalls during reading ends in an error.
//!
//! Turn versioning off for the bucket: with it, `delete` only hides a blob.

mod failure;
mod location;

use std::time::Duration;

use async_trait::async_trait;
use aws_config::environment::EnvironmentVariableRegionProvider;
use aws_config::meta::region::RegionProviderChain;
use aws_config::retry::RetryConfig;
use aws_config::stalled_stream_protection::StalledStreamProtectionConfig;
use aws_config::timeout::TimeoutConfig;
use aws_config::{BehaviorVersion, ConfigLoader, Region};
use aws_sdk_s3::Client;
use aws_sdk_s3::config::{Builder, RequestChecksumCalculation, ResponseChecksumValidation};
use aws_sdk_s3::types::{CompletedMultipartUpload, CompletedPart};
use bytes::Bytes;
use futures::{StreamExt, TryStreamExt, stream};

use self::failure::{failure, unavailable};
use self::location::Location;
use super::pieces::Pieces;
use super::{BlobError, BlobKey, BlobStore, ByteStream};

/// The size of every part but the last; S3 requires at least 5 MiB.
const PART: usize = 8 * 1024 * 1024;
/// The maximum number of parts in S3, so 80 GiB is the largest blob.
const MOST_PARTS: i32 = 10_000;
/// Parts in memory at the same time, being sent or filled.
const IN_FLIGHT: usize = 2;

const CONNECT: Duration = Duration::from_secs(5);
/// Timeout of one attempt of a call: a part passes at 1.2 Mbit/s.
const ATTEMPT: Duration = Duration::from_secs(60);
/// Timeout of a call with its retries.
const OPERATION: Duration = Duration::from_secs(150);
const ATTEMPTS: u32 = 4;
/// How long a body may stall.
const STALL: Duration = Duration::from_secs(20);
/// Timeout of `check` with its retries: a readiness probe must not wait long.
const CHECK: Duration = Duration::from_secs(4);
/// How long a failed `put` waits for its abort to succeed.
const ABORT: Duration = Duration::from_secs(10);

/// A [`BlobStore`] in a bucket.
#[derive(Clone, Debug)]
pub struct S3Store {
    client: Client,
    bucket: String,
    /// Empty, or ends in a slash.
    prefix: String,
}

impl S3Store {
    /// Opens the store of an `s3://` URL, see [`from_url`](super::from_url). Does not connect yet,
    /// except to find credentials and region.
    pub async fn from_url(url: &str) -> Result<Self, BlobError> {
        let location = Location::parse(url)?;
        Self::connect(location, aws_config::defaults(BehaviorVersion::latest())).await
    }

    /// `loader` finds the credentials; everything else is set here.
    async fn connect(location: Location, loader: ConfigLoader) -> Result<Self, BlobError> {
        let mut loader = loader
            .timeout_config(
                TimeoutConfig::builder()
                    .connect_timeout(CONNECT)
                    .operation_attempt_timeout(ATTEMPT)
                    .operation_timeout(OPERATION)
                    .build(),
            )
            .retry_config(RetryConfig::standard().with_max_attempts(ATTEMPTS))
            .stalled_stream_protection(
                StalledStreamProtectionConfig::enabled().grace_period(STALL).build(),
            );
        if let Some(region) = location.region {
            loader = loader.region(Region::new(region));
        } else if location.endpoint.is_some() {
            // Most other implementations accept any region, and looking up the machine's own takes
            // seconds outside of AWS.
            let environment = EnvironmentVariableRegionProvider::new();
            loader =
                loader.region(RegionProviderChain::first_try(environment).or_else("us-east-1"));
        }
        let shared = loader.load().await;
        if shared.region().is_none() {
            return Err(BlobError::Config(
                "s3: no region: add ?region=… to the URL or set AWS_REGION".into(),
            ));
        }
        let mut config = Builder::from(&shared).force_path_style(location.path_style);
        if let Some(endpoint) = location.endpoint {
            // Many other implementations do not know the checksums that AWS wants by default;
            // content that matters is encrypted and authenticated anyway.
            config = config
                .endpoint_url(endpoint)
                .request_checksum_calculation(RequestChecksumCalculation::WhenRequired)
                .response_checksum_validation(ResponseChecksumValidation::WhenRequired);
        }
        Ok(Self {
            client: Client::from_conf(config.build()),
            bucket: location.bucket,
            prefix: match location.prefix.as_str() {
                "" => String::new(),
                prefix => format!("{prefix}/"),
            },
        })
    }

    fn object(&self, key: &BlobKey) -> String {
        format!("{}{key}", self.prefix)
    }

    async fn put_whole(&self, key: &BlobKey, body: Vec<u8>) -> Result<u64, BlobError> {
        let length = body.len() as u64;
        self.client
            .put_object()
            .bucket(&self.bucket)
            .key(self.object(key))
            .body(body.into())
            .send()
            .await
            .map_err(|error| failure("PutObject", error))?;
        Ok(length)
    }
}

#[async_trait]
impl BlobStore for S3Store {
    async fn put(&self, key: &BlobKey, body: ByteStream) -> Result<u64, BlobError> {
        let mut pieces = Pieces::new(body, PART, 0);
        let (first, last) = pieces.next().await?;
        if last {
            return self.put_whole(key, first).await;
        }
        let mut upload = Upload::begin(self, key).await?;
        let result = upload.send(first, pieces).await;
        match result {
            Ok(_) => upload.open = false,
            Err(_) => upload.abort().await,
        }
        result
    }

    async fn get(&self, key: &BlobKey) -> Result<ByteStream, BlobError> {
        let answer = self
            .client
            .get_object()
            .bucket(&self.bucket)
            .key(self.object(key))
            .send()
            .await
            .map_err(|error| failure("GetObject", error))?;
        let body = stream::try_unfold(answer.body, |mut body| async {
            match body.try_next().await {
                Ok(bytes) => Ok(bytes.map(|bytes| (bytes, body))),
                Err(error) => Err(unavailable("GetObject", &error)),
            }
        });
        Ok(body.boxed())
    }

    async fn delete(&self, key: &BlobKey) -> Result<(), BlobError> {
        let result = self
            .client
            .delete_object()
            .bucket(&self.bucket)
            .key(self.object(key))
            .send()
            .await
            .map_err(|error| failure("DeleteObject", error));
        match result {
            // AWS answers 204 for an absent object, some others 404.
            Ok(_) | Err(BlobError::NotFound) => Ok(()),
            Err(error) => Err(error),
        }
    }

    async fn check(&self) -> Result<(), BlobError> {
        let call = self.client.head_bucket().bucket(&self.bucket).send();
        match tokio::time::timeout(CHECK, call).await {
            Ok(answer) => answer.map(drop).map_err(|e| failure("HeadBucket", e)),
            Err(late) => Err(unavailable("HeadBucket", &late)),
        }
    }
}

/// A multipart upload; aborted on drop while it is open.
struct Upload {
    store: S3Store,
    object: String,
    id: String,
    open: bool,
}

impl Upload {
    async fn begin(store: &S3Store, key: &BlobKey) -> Result<Self, BlobError> {
        let (store, object) = (store.clone(), store.object(key));
        // In a task, so that a `put` that is dropped meanwhile does not lose the id of an upload
        // that has started: the task's result is dropped instead.
        let begun = tokio::spawn(async move {
            let answer = store
                .client
                .create_multipart_upload()
                .bucket(&store.bucket)
                .key(&object)
                .send()
                .await
                .map_err(|error| failure("CreateMultipartUpload", error))?;
            let id = answer.upload_id.ok_or_else(|| {
                BlobError::Other("CreateMultipartUpload was answered without an id".into())
            })?;
            Ok(Self { store, object, id, open: true })
        });
        begun.await.map_err(|ended| BlobError::Other(ended.into()))?
    }

    async fn send(&self, first: Vec<u8>, pieces: Pieces) -> Result<u64, BlobError> {
        let start = (1, Some((first, false)), Some(pieces));
        let parts = stream::try_unfold(start, |(number, first, pieces)| async move {
            let Some(mut pieces) = pieces else {
                return Ok(None);
            };
            let (part, last) = match first {
                Some(first) => first,
                None => pieces.next().await?,
            };
            if number > MOST_PARTS {
                return Err(BlobError::Other("a blob is at most 80 GiB".into()));
            }
            let following = (number + 1, None, (!last).then_some(pieces));
            Ok(Some(((number, Bytes::from(part)), following)))
        });
        let sent: Vec<(CompletedPart, u64)> = parts
            .map_ok(|(number, part)| self.send_part(number, part))
            .try_buffered(IN_FLIGHT)
            .try_collect()
            .await?;
        let total = sent.iter().map(|(_, length)| length).sum();
        let parts = sent.into_iter().map(|(part, _)| part).collect();
        self.store
            .client
            .complete_multipart_upload()
            .bucket(&self.store.bucket)
            .key(&self.object)
            .upload_id(&self.id)
            .multipart_upload(CompletedMultipartUpload::builder().set_parts(Some(parts)).build())
            .send()
            .await
            .map_err(|error| failure("CompleteMultipartUpload", error))?;
        Ok(total)
    }

    async fn send_part(&self, number: i32, part: Bytes) -> Result<(CompletedPart, u64), BlobError> {
        let length = part.len() as u64;
        let answer = self
            .store
            .client
            .upload_part()
            .bucket(&self.store.bucket)
            .key(&self.object)
            .upload_id(&self.id)
            .part_number(number)
            .body(part.into())
            .send()
            .await
            .map_err(|error| failure("UploadPart", error))?;
        let part = CompletedPart::builder()
            .part_number(number)
            .set_e_tag(answer.e_tag)
            // Parts that were sent with a checksum must repeat it.
            .set_checksum_crc32(answer.checksum_crc32)
            .set_checksum_crc32_c(answer.checksum_crc32_c)
            .set_checksum_crc64_nvme(answer.checksum_crc64_nvme)
            .build();
        Ok((part, length))
    }

    /// Aborts and waits briefly for it: the caller has an error to report.
    async fn abort(&mut self) {
        self.open = false;
        let _ = tokio::time::timeout(ABORT, tokio::spawn(self.abort_call())).await;
    }

    /// Returns the call that makes S3 discard the parts.
    fn abort_call(&self) -> impl Future<Output = ()> + Send + 'static {
        let call = self
            .store
            .client
            .abort_multipart_upload()
            .bucket(&self.store.bucket)
            .key(&self.object)
            .upload_id(&self.id);
        async move {
            if let Err(error) = call.send().await {
                let error = failure("AbortMultipartUpload", error);
                tracing::warn!(%error, "cannot abort an unfinished upload; it stays until a lifecycle rule ends it");
            }
        }
    }
}

impl Drop for Upload {
    fn drop(&mut self) {
        if self.open
            && let Ok(runtime) = tokio::runtime::Handle::try_current()
        {
            runtime.spawn(self.abort_call());
        }
    }
}

#[cfg(test)]
mod tests;
