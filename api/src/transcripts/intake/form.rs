//! Reads the fields of a request with files, and passes the files on.

use super::files::{Intake, stalled, too_large};
use crate::http::checks::Checks;
use crate::http::codes::Code;
use crate::http::operation::{Describe, Described};
use crate::http::problem::Problem;
use crate::http::query::Query;
use crate::state::ApiState;
use axum::extract::{FromRequest, FromRequestParts, Multipart, Request};
use axum::http::header;
use bytes::Bytes;
use chrono::{DateTime, Utc};
use debrief_domain::ids::ClientId;
use futures::StreamExt;
use serde::{Deserialize, Serialize};
use std::convert::Infallible;
use std::time::Duration;
use utoipa::openapi::schema::{
    AllOfBuilder, ArrayBuilder, KnownFormat, Object, ObjectBuilder, SchemaFormat, Type,
};
use utoipa::{IntoParams, PartialSchema, ToSchema};

/// Names of the fields of a form.
const NAMES: &str =
    "`file`, `title`, `client_id`, `held_at`, `language`, `notes`, `allow_duplicate`";
/// Maximum size of a field's value.
const FIELD_MAX: usize = 128 << 10;
/// Maximum number of parts of a form.
const PARTS_MAX: usize = 32;
/// Maximum length of a stored file name, in characters.
const FILENAME_MAX: usize = 255;

/// The fields as they were sent: parts of a form, or the query of a request whose body is the file.
#[derive(Debug, Default, Serialize, Deserialize, ToSchema, IntoParams)]
#[serde(default)]
pub(in crate::transcripts) struct Fields {
    /// Name of the file that is the body.
    #[schema(ignore)]
    pub(in crate::transcripts) filename: Option<String>,
    /// The title of the session, up to 300 characters.
    pub(in crate::transcripts) title: Option<String>,
    /// The client whose session it was.
    #[schema(value_type = Option<uuid::Uuid>)]
    #[param(value_type = Option<uuid::Uuid>)]
    pub(in crate::transcripts) client_id: Option<String>,
    /// When the session was held, as RFC 3339, such as `2026-11-21T09:30:00Z`.
    #[schema(value_type = Option<DateTime<Utc>>)]
    #[param(value_type = Option<DateTime<Utc>>)]
    pub(in crate::transcripts) held_at: Option<String>,
    /// BCP 47 tag, such as `en`.
    pub(in crate::transcripts) language: Option<String>,
    /// The coach's notes, up to 20,000 characters.
    pub(in crate::transcripts) notes: Option<String>,
    /// Whether to make a transcript of its own even if the same files were uploaded before;
    /// default false.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<bool>)]
    #[param(value_type = Option<bool>)]
    pub(in crate::transcripts) allow_duplicate: Option<String>,
}

/// A request with the files of a new session, and its details.
pub(in crate::transcripts) struct UploadBody(pub(in crate::transcripts) Request);

/// A request with files for an existing session.
pub(in crate::transcripts) struct FilesBody(pub(in crate::transcripts) Request);

impl<S: Send + Sync> FromRequest<S> for UploadBody {
    type Rejection = Infallible;

    async fn from_request(request: Request, _: &S) -> Result<Self, Infallible> {
        Ok(Self(request))
    }
}

impl<S: Send + Sync> FromRequest<S> for FilesBody {
    type Rejection = Infallible;

    async fn from_request(request: Request, _: &S) -> Result<Self, Infallible> {
        Ok(Self(request))
    }
}

impl Describe for UploadBody {
    fn describe(described: &mut Described<'_>) {
        let form = AllOfBuilder::new().item(files()).item(Fields::schema());
        described.takes_content("multipart/form-data", form.into());
        described.takes_content("text/plain", text().into());
        described.takes_query::<Fields>();
        described.refuses(Code::InvalidQuery);
        described.refuses(Code::InvalidFields);
        describe_refusals(described);
    }
}

impl Describe for FilesBody {
    fn describe(described: &mut Described<'_>) {
        described.takes_content("multipart/form-data", files().into());
        described.takes_content("text/plain", text().into());
        describe_refusals(described);
    }
}

/// A form's files, for the OpenAPI document.
fn files() -> Object {
    let file = ObjectBuilder::new()
        .schema_type(Type::String)
        .format(Some(SchemaFormat::KnownFormat(KnownFormat::Binary)));
    let text = "The transcript; its format is recognised from its content. Up to 20 files, which \
        become one session: the parts of a recording, a transcript and the chat of the same call, \
        or one file for each speaker.";
    let files = ArrayBuilder::new().items(file).description(Some(text));
    ObjectBuilder::new().property("file", files).required("file").build()
}

/// A body that is the file, for the OpenAPI document.
fn text() -> Object {
    ObjectBuilder::new().schema_type(Type::String).description(Some("The file.")).build()
}

fn describe_refusals(described: &mut Described<'_>) {
    for code in [
        Code::BrokenBody,
        Code::BrokenForm,
        Code::NoFile,
        Code::RepeatedField,
        Code::TooManyFiles,
        Code::TooManyParts,
        Code::UnknownField,
        Code::UploadStalled,
        Code::UploadTooSlow,
        Code::Conflict,
        Code::TooLarge,
        Code::BinaryFile,
        Code::ArchiveTooLarge,
        Code::DamagedFile,
        Code::EmptyFile,
        Code::NoSpeech,
        Code::SeveralTranscripts,
        Code::UnreadableEncoding,
        Code::UnrecognisedFormat,
    ] {
        described.refuses(code);
    }
}

/// Parses the fields that are not plain text.
pub(in crate::transcripts) struct Typed {
    pub(in crate::transcripts) client_id: Option<ClientId>,
    pub(in crate::transcripts) held_at: Option<DateTime<Utc>>,
    pub(in crate::transcripts) allow_duplicate: bool,
}

impl Fields {
    /// Returns whether there is nothing but files.
    pub(in crate::transcripts) fn are_empty(&self) -> bool {
        let Self { filename: _, title, client_id, held_at, language, notes, allow_duplicate } =
            self;
        [title, client_id, held_at, language, notes, allow_duplicate].iter().all(|f| f.is_none())
    }

    pub(in crate::transcripts) fn typed(&self, checks: &mut Checks) -> Typed {
        let client_id = self.client_id.as_ref().and_then(|text| match text.trim().parse() {
            Ok(id) => Some(id),
            Err(_) => {
                checks.fail("client_id", "must be the UUID of a client.");
                None
            }
        });
        let held_at = self.held_at.as_ref().and_then(|text| {
            match DateTime::parse_from_rfc3339(text.trim()) {
                Ok(at) => Some(at.to_utc()),
                Err(_) => {
                    let message = "must be a time with its zone, such as 2026-11-21T09:30:00Z.";
                    checks.fail("held_at", message);
                    None
                }
            }
        });
        let allow_duplicate = match self.allow_duplicate.as_deref().map(str::trim) {
            None | Some("false") => false,
            Some("true") => true,
            Some(_) => {
                checks.fail("allow_duplicate", "must be `true` or `false`.");
                false
            }
        };
        Typed { client_id, held_at, allow_duplicate }
    }

    fn slot(&mut self, name: &str) -> Option<&mut Option<String>> {
        Some(match name {
            "title" => &mut self.title,
            "client_id" => &mut self.client_id,
            "held_at" => &mut self.held_at,
            "language" => &mut self.language,
            "notes" => &mut self.notes,
            "allow_duplicate" => &mut self.allow_duplicate,
            _ => return None,
        })
    }
}

/// Reads the request: a form with files, or a body that is the file.
pub(super) async fn read(
    state: &ApiState,
    request: Request,
    intake: &mut Intake<'_>,
) -> Result<Fields, Problem> {
    let max = state.limits.upload_max_bytes;
    let announced = request
        .headers()
        .get(header::CONTENT_LENGTH)
        .and_then(|value| value.to_str().ok()?.parse::<u64>().ok());
    // A form is larger than its file, by its fields and boundaries.
    if announced.is_some_and(|size| size > max + (FIELD_MAX * PARTS_MAX) as u64) {
        return Err(too_large(max));
    }
    let content_type = request
        .headers()
        .get(header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default()
        .to_ascii_lowercase();
    if content_type.starts_with("multipart/form-data") {
        form(state, request, intake).await
    } else {
        body(state, request, intake).await
    }
}

fn broken(error: &dyn std::fmt::Display) -> Problem {
    Problem::new(
        Code::BrokenForm,
        format!("The form is incomplete or malformed: {error}. Nothing was stored; send it again."),
    )
}

async fn form(
    state: &ApiState,
    request: Request,
    intake: &mut Intake<'_>,
) -> Result<Fields, Problem> {
    let mut form = Multipart::from_request(request, state)
        .await
        .map_err(|error| broken(&error.body_text()))?;
    let idle = state.limits.upload_idle_timeout;
    let mut fields = Fields::default();
    for part in 0.. {
        let next =
            tokio::time::timeout(idle, form.next_field()).await.map_err(|_| stalled(idle))?;
        let Some(field) = next.map_err(|error| broken(&error.body_text()))? else { break };
        if part >= PARTS_MAX {
            return Err(Problem::new(
                Code::TooManyParts,
                format!(
                    "The form has more than {PARTS_MAX} parts. Its fields are {NAMES}; only `file` may be repeated."
                ),
            ));
        }
        let name = field.name().unwrap_or_default().to_owned();
        if name == "file" {
            let filename = field.file_name().and_then(clean_filename);
            let pieces =
                field.map(|piece| piece.map_err(|error| broken(&error.body_text()))).boxed();
            intake.take(filename, pieces).await?;
            continue;
        }
        let Some(slot) = fields.slot(&name) else {
            return Err(Problem::new(
                Code::UnknownField,
                format!("The form has an unknown field. Its fields are {NAMES}."),
            ));
        };
        if slot.is_some() {
            return Err(twice(&name));
        }
        let text = text_of(field, &name, idle).await?;
        // Browsers send an empty field for an input that was left empty.
        *slot = Some(text).filter(|text| !text.trim().is_empty());
    }
    if intake.taken.is_empty() {
        return Err(no_file());
    }
    Ok(fields)
}

pub(in crate::transcripts) fn no_file() -> Problem {
    Problem::new(Code::NoFile, "The form has no part named `file`; send the transcript as one.")
}

fn twice(name: &str) -> Problem {
    Problem::new(Code::RepeatedField, format!("The form has `{name}` twice; send it once."))
}

async fn text_of(
    mut field: axum::extract::multipart::Field<'_>,
    name: &str,
    idle: Duration,
) -> Result<String, Problem> {
    let mut bytes = Vec::new();
    loop {
        let piece = tokio::time::timeout(idle, field.chunk()).await.map_err(|_| stalled(idle))?;
        let Some(piece) = piece.map_err(|error| broken(&error.body_text()))? else { break };
        bytes.extend_from_slice(&piece);
        if bytes.len() > FIELD_MAX {
            return Err(Problem::too_large(format!(
                "The field `{name}` is larger than the server accepts."
            )));
        }
    }
    String::from_utf8(bytes)
        .map_err(|_| Problem::invalid_field(name, "is not UTF-8 text; send it as UTF-8."))
}

async fn body(
    state: &ApiState,
    request: Request,
    intake: &mut Intake<'_>,
) -> Result<Fields, Problem> {
    let (mut parts, body) = request.into_parts();
    let Query(mut fields, ..) = Query::<Fields>::from_request_parts(&mut parts, state).await?;
    let filename = fields.filename.take().as_deref().and_then(clean_filename);
    let pieces = body
        .into_data_stream()
        .map(|piece: Result<Bytes, axum::Error>| {
            piece.map_err(|error| {
                Problem::new(
                    Code::BrokenBody,
                    format!("The body is incomplete: {error}. Nothing was stored; send it again."),
                )
            })
        })
        .boxed();
    intake.take(filename, pieces).await?;
    Ok(fields)
}

/// Returns the last part of a path, without control characters, truncated.
fn clean_filename(name: &str) -> Option<String> {
    let last = name.rsplit(['/', '\\']).next().unwrap_or_default();
    let clean: String = last.chars().filter(|c| !c.is_control()).take(FILENAME_MAX).collect();
    Some(clean.trim().to_owned()).filter(|name| !name.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn file_names_lose_their_paths_and_tricks() {
        for (sent, kept) in [
            ("talk.vtt", Some("talk.vtt")),
            ("C:\\calls\\talk.vtt", Some("talk.vtt")),
            ("../../etc/passwd", Some("passwd")),
            ("a\r\nb.srt", Some("ab.srt")),
            ("", None),
            ("calls/", None),
        ] {
            assert_eq!(clean_filename(sent).as_deref(), kept, "{sent:?}");
        }
        assert_eq!(clean_filename(&"x".repeat(1000)).map(|name| name.len()), Some(255));
    }
}
