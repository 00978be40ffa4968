//! Extractors for paths and bodies. If extraction fails, the answer is a problem.

use super::codes::Code;
use super::objects::Object;
use super::operation::{Describe, Described};
use super::problem::Problem;
use crate::state::ApiState;
use axum::body::HttpBody as _;
use axum::extract::path::ErrorKind;
use axum::extract::rejection::{JsonRejection, PathRejection};
use axum::extract::{FromRef, FromRequest, FromRequestParts, Request};
use axum::http::{StatusCode, request::Parts};
use serde::de::DeserializeOwned;
use utoipa::openapi::path::{ParameterBuilder, ParameterIn};
use utoipa::openapi::schema::Schema;
use utoipa::openapi::{RefOr, Required};
use utoipa::{PartialSchema, ToSchema};

/// A JSON body: an object.
pub(crate) struct Body<T>(pub(crate) T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for Body<T>
where
    ApiState: FromRef<S>,
{
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        match axum::Json::<Object<T>>::from_request(request, state).await {
            Ok(axum::Json(Object(value))) => Ok(Self(value)),
            Err(rejection) => Err(match rejection {
                JsonRejection::JsonDataError(error) => Problem::new(
                    Code::InvalidBody,
                    format!("The body does not have the expected shape: {}.", cause(&error)),
                ),
                JsonRejection::JsonSyntaxError(error) => Problem::new(
                    Code::MalformedJson,
                    format!("The body is not JSON: {}.", cause(&error)),
                ),
                JsonRejection::MissingJsonContentType(_) => Problem::new(
                    Code::NotJson,
                    "Send JSON with the header `Content-Type: application/json`.",
                ),
                other if other.status() == StatusCode::PAYLOAD_TOO_LARGE => {
                    let max = ApiState::from_ref(state).limits.request_max_bytes;
                    let detail = format!("The body is larger than the limit of {max} bytes.");
                    Problem::too_large(detail)
                }
                other => Problem::new(Code::UnreadableBody, other.body_text()),
            }),
        }
    }
}

impl<T: ToSchema> Describe for Body<T> {
    fn describe(described: &mut Described<'_>) {
        described.takes_body::<T>();
        described.refuses(Code::MalformedJson);
        described.refuses(Code::TooLarge);
        described.refuses(Code::NotJson);
        described.refuses(Code::InvalidBody);
        described.refuses(Code::InvalidFields);
    }
}

/// A JSON body that may be left out.
pub(crate) struct BodyOrDefault<T>(pub(crate) T);

impl<T: DeserializeOwned + Default, S: Send + Sync> FromRequest<S> for BodyOrDefault<T>
where
    ApiState: FromRef<S>,
{
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        if request.body().is_end_stream() {
            return Ok(Self(T::default()));
        }
        Body::from_request(request, state).await.map(|Body(value)| Self(value))
    }
}

impl<T: ToSchema> Describe for BodyOrDefault<T> {
    fn describe(described: &mut Described<'_>) {
        Body::<T>::describe(described);
        described.leaves_out_body();
    }
}

/// Returns the innermost error: the sentence of the parser, without axum's introduction.
pub(super) fn cause(error: &dyn std::error::Error) -> String {
    let mut error = error;
    while let Some(source) = error.source() {
        error = source;
    }
    error.to_string()
}

/// An id in the path.
pub(crate) struct Path<T>(pub(crate) T);

/// Two ids in the path.
pub(crate) struct Paths<A, B>(pub(crate) A, pub(crate) B);

impl<T: DeserializeOwned + Send, S: Send + Sync> FromRequestParts<S> for Path<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        ids(parts, state).await.map(Self)
    }
}

impl<A, B, S> FromRequestParts<S> for Paths<A, B>
where
    A: DeserializeOwned + Send,
    B: DeserializeOwned + Send,
    S: Send + Sync,
{
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        ids(parts, state).await.map(|(a, b)| Self(a, b))
    }
}

async fn ids<T, S>(parts: &mut Parts, state: &S) -> Result<T, Problem>
where
    T: DeserializeOwned + Send,
    S: Send + Sync,
{
    match axum::extract::Path::<T>::from_request_parts(parts, state).await {
        Ok(axum::extract::Path(value)) => Ok(value),
        Err(PathRejection::FailedToDeserializePathParams(error))
            if matches!(
                error.kind(),
                ErrorKind::ParseErrorAtIndex { expected_type: "i64", .. }
            ) =>
        {
            Err(Problem::new(
                Code::InvalidId,
                "The position in the path is invalid: it must be a whole number, such as 42.",
            ))
        }
        Err(PathRejection::FailedToDeserializePathParams(_)) => Err(Problem::new(
            Code::InvalidId,
            "The id in the path is invalid: ids are UUIDs, such as \
             0198c5a2-7d1e-7bd0-9a55-0d3f3c1a2b4c.",
        )),
        Err(other) => Err(Problem::internal(&other)),
    }
}

impl<T: PartialSchema> Describe for Path<T> {
    fn describe(described: &mut Described<'_>) {
        describe_ids(described, vec![T::schema()]);
    }
}

impl<A: PartialSchema, B: PartialSchema> Describe for Paths<A, B> {
    fn describe(described: &mut Described<'_>) {
        describe_ids(described, vec![A::schema(), B::schema()]);
    }
}

fn describe_ids(described: &mut Described<'_>, schemas: Vec<RefOr<Schema>>) {
    for (name, schema) in described.names_in_path().into_iter().zip(schemas) {
        let parameter = ParameterBuilder::new()
            .name(name)
            .parameter_in(ParameterIn::Path)
            .required(Required::True)
            .schema(Some(schema));
        described.takes(parameter.build());
    }
    described.refuses(Code::InvalidId);
    described.refuses(Code::NotFound);
}
