//! Reading requests, with problems for answers where they cannot be read.

use super::problem::{FieldError, Problem};
use crate::state::ApiState;
use axum::extract::path::ErrorKind;
use axum::extract::rejection::{JsonRejection, PathRejection, QueryRejection};
use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::http::{StatusCode, request::Parts};
use serde::de::DeserializeOwned;

/// A JSON body.
pub(crate) struct Body<T>(pub(crate) T);

impl<T: DeserializeOwned> FromRequest<ApiState> for Body<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &ApiState) -> Result<Self, Problem> {
        match axum::Json::<T>::from_request(request, state).await {
            Ok(axum::Json(value)) => Ok(Self(value)),
            Err(rejection) => Err(match rejection {
                JsonRejection::JsonDataError(error) => Problem::unprocessable(
                    "invalid_body",
                    format!("The body does not have the expected shape: {}.", cause(&error)),
                ),
                JsonRejection::JsonSyntaxError(error) => Problem::bad_request(
                    "malformed_json",
                    format!("The body is not JSON: {}.", cause(&error)),
                ),
                JsonRejection::MissingJsonContentType(_) => Problem::new(
                    StatusCode::UNSUPPORTED_MEDIA_TYPE,
                    "not_json",
                    "Send JSON with the header `Content-Type: application/json`.",
                ),
                other if other.status() == StatusCode::PAYLOAD_TOO_LARGE => {
                    Problem::too_large(format!(
                        "The body is larger than the {} bytes that this takes.",
                        state.limits.request_max_bytes
                    ))
                }
                other => Problem::bad_request("unreadable_body", other.body_text()),
            }),
        }
    }
}

/// The innermost error: the sentence of the parser, without axum's introduction to it.
fn cause(error: &dyn std::error::Error) -> String {
    let mut error = error;
    while let Some(source) = error.source() {
        error = source;
    }
    error.to_string()
}

/// The query string.
pub(crate) struct Query<T>(pub(crate) T);

impl<T: DeserializeOwned> FromRequestParts<ApiState> for Query<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &ApiState) -> Result<Self, Problem> {
        match axum::extract::Query::<T>::from_request_parts(parts, state).await {
            Ok(axum::extract::Query(value)) => Ok(Self(value)),
            Err(QueryRejection::FailedToDeserializeQueryString(error)) => {
                Err(Problem::bad_request(
                    "invalid_query",
                    format!("The query cannot be read: {}.", cause(&error)),
                ))
            }
            Err(other) => Err(Problem::bad_request("invalid_query", other.body_text())),
        }
    }
}

/// An id in the path.
pub(crate) struct Path<T>(pub(crate) T);

impl<T: DeserializeOwned + Send> FromRequestParts<ApiState> for Path<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &ApiState) -> Result<Self, Problem> {
        match axum::extract::Path::<T>::from_request_parts(parts, state).await {
            Ok(axum::extract::Path(value)) => Ok(Self(value)),
            Err(PathRejection::FailedToDeserializePathParams(error))
                if matches!(
                    error.kind(),
                    ErrorKind::ParseErrorAtIndex { expected_type: "i64", .. }
                ) =>
            {
                Err(Problem::bad_request(
                    "invalid_id",
                    "The position in the path cannot be one: it is a whole number, such as 42.",
                ))
            }
            Err(PathRejection::FailedToDeserializePathParams(_)) => Err(Problem::bad_request(
                "invalid_id",
                "The id in the path cannot be one: ids are UUIDs, such as \
                 0198c5a2-7d1e-7bd0-9a55-0d3f3c1a2b4c.",
            )),
            Err(other) => Err(Problem::internal(&other)),
        }
    }
}

/// Gathers what is wrong with a request's fields.
#[derive(Default)]
pub(crate) struct Checks(Vec<FieldError>);

impl Checks {
    pub(crate) fn fail(&mut self, field: &str, message: impl Into<String>) {
        self.0.push(FieldError { field: field.to_owned(), message: message.into() });
    }

    /// Text of 1 to `max` characters, without control characters but line breaks and tabs.
    pub(crate) fn text(&mut self, field: &str, text: &str, max: usize) {
        let length = text.chars().count();
        if text.trim().is_empty() {
            let message = "is empty: send some text. A field that is not required can be left out, \
                and null takes the value of one away.";
            self.fail(field, message);
        } else if length > max {
            self.fail(field, format!("has {length} characters, and at most {max} are kept."));
        } else if text.chars().any(|c| c.is_control() && !matches!(c, '\n' | '\r' | '\t')) {
            self.fail(field, "holds control characters; send plain text.");
        }
    }

    /// A BCP 47 language tag, by its outline: RFC 5646, section 2.1.
    pub(crate) fn language(&mut self, field: &str, tag: &str) {
        let mut parts = tag.split('-');
        let primary = parts.next().unwrap_or_default();
        let well_formed = (2..=3).contains(&primary.len())
            && primary.chars().all(|c| c.is_ascii_alphabetic())
            && parts.all(|part| {
                (1..=8).contains(&part.len()) && part.chars().all(|c| c.is_ascii_alphanumeric())
            })
            && tag.len() <= 35;
        if !well_formed {
            self.fail(field, "must be a language tag such as `en`, `he` or `pt-BR`.");
        }
    }

    pub(crate) fn done(self) -> Result<(), Problem> {
        if self.0.is_empty() { Ok(()) } else { Err(Problem::invalid(self.0)) }
    }
}

/// Items in a page: `limit`, or `default` where there is none.
pub(crate) fn page_size(limit: Option<u32>, default: u32, max: u32) -> Result<u32, Problem> {
    match limit {
        None => Ok(default),
        Some(limit) if (1..=max).contains(&limit) => Ok(limit),
        Some(limit) => Err(Problem::bad_request(
            "invalid_query",
            format!("limit is {limit}; it can be 1 to {max}."),
        )),
    }
}

/// A cursor that is a position: the `next` of the page before.
pub(crate) fn cursor(after: Option<i64>) -> Result<Option<i64>, Problem> {
    match after {
        Some(after) if after < 0 => {
            Err(Problem::bad_request("invalid_query", "after is not the `next` of a page."))
        }
        after => Ok(after),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn language(tag: &str) -> bool {
        let mut checks = Checks::default();
        checks.language("language", tag);
        checks.done().is_ok()
    }

    #[test]
    fn knows_language_tags_by_their_outline() {
        assert!(["en", "he", "pt-BR", "zh-Hant-TW", "de-1996"].iter().all(|tag| language(tag)));
        assert!(["", "e", "english", "en_US", "en-", "עב"].iter().all(|tag| !language(tag)));
    }
}
