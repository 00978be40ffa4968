//! Converts the SDK's errors to [`BlobError`].

use std::error::Error;
use std::fmt;

use aws_sdk_s3::config::http::HttpResponse;
use aws_sdk_s3::error::{ProvideErrorMetadata, SdkError};

use crate::blobs::BlobError;

/// A failed call on one line. The SDK's own errors are not kept: their `Debug` prints whole
/// responses.
#[derive(Debug)]
struct Failure {
    operation: &'static str,
    cause: String,
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.operation, self.cause)
    }
}

impl Error for Failure {}

/// Converts a failure of the connection, of the SDK or while reading a body.
pub(super) fn unavailable(operation: &'static str, error: &dyn Error) -> BlobError {
    let cause = chain(error);
    BlobError::Unavailable(Box::new(Failure { operation, cause }))
}

/// Classifies the error of a call by what can be done about it.
pub(super) fn failure<E>(operation: &'static str, error: SdkError<E, HttpResponse>) -> BlobError
where
    E: ProvideErrorMetadata + Error + Send + Sync + 'static,
{
    let SdkError::ServiceError(service) = &error else {
        let cause = chain(&error);
        let error = Box::new(Failure { operation, cause });
        // Credentials that are temporarily unavailable are a different case.
        return match error.cause.contains("no providers in chain") {
            true => BlobError::Config(format!(
                "{error}; set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or give the machine a role"
            )),
            false => BlobError::Unavailable(error),
        };
    };
    let status = service.raw().status().as_u16();
    // An answer to HEAD has no body, so no code either.
    let code = match (service.err().code(), status) {
        (Some(code), _) => code,
        (None, 404) => "NotFound",
        (None, 403) => "AccessDenied",
        (None, _) => "no code",
    };
    let message = service.err().message().unwrap_or_default();
    let cause = format!("{code} (status {status}) {message}");
    let error = Box::new(Failure { operation, cause });
    match code {
        "NoSuchKey" => BlobError::NotFound,
        "NoSuchBucket" | "NotFound" => {
            BlobError::Config(format!("{error}; does the bucket exist in this region?"))
        }
        "AccessDenied"
        | "AllAccessDisabled"
        | "AccountProblem"
        | "InvalidAccessKeyId"
        | "SignatureDoesNotMatch"
        | "InvalidToken" => BlobError::Config(format!(
            "{error}; may these credentials get, put, delete and list in the bucket?"
        )),
        "PermanentRedirect" | "AuthorizationHeaderMalformed" | "InvalidBucketName" => {
            BlobError::Config(format!("{error}; is the region that of the bucket?"))
        }
        // An upload that was ended (by a lifecycle rule or an operator) starts over; credentials
        // are renewed; clocks are corrected.
        "NoSuchUpload"
        | "ExpiredToken"
        | "RequestTimeTooSkewed"
        | "RequestTimeout"
        | "SlowDown"
        | "OperationAborted" => BlobError::Unavailable(error),
        // CompleteMultipartUpload may fail after it began to answer with 200.
        _ if status >= 500 || matches!(status, 200 | 408 | 429) => BlobError::Unavailable(error),
        _ => BlobError::Other(error),
    }
}

/// Formats an error with its causes; few of the SDK's errors show their own.
fn chain(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut next = error.source();
    while let Some(cause) = next {
        text.push_str(": ");
        text.push_str(&cause.to_string());
        next = cause.source();
    }
    text
}
