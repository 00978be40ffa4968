//! Reads an upload's fields and hands its files on.

use super::intake::{Intake, stalled, too_large};
use crate::http::extract::{Checks, Query};
use crate::http::problem::Problem;
use crate::state::ApiState;
use axum::extract::{FromRequest, FromRequestParts, Multipart, Request};
use axum::http::header;
use bytes::Bytes;
use chrono::{DateTime, Utc};
use debrief_domain::ids::ClientId;
use futures::StreamExt;
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// Fields that a form may have.
const NAMES: &str =
    "`file`, `title`, `client_id`, `held_at`, `language`, `notes`, `allow_duplicate`";
/// Longest value of a field.
const FIELD_MAX: usize = 128 << 10;
/// Parts that a form may have.
const PARTS_MAX: usize = 32;
/// Longest name of a file that is kept, in characters.
const FILENAME_MAX: usize = 255;

/// The fields as they were sent.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(in crate::transcripts) struct Fields {
    pub(super) filename: Option<String>,
    pub(super) title: Option<String>,
    pub(super) client_id: Option<String>,
    pub(super) held_at: Option<String>,
    pub(super) language: Option<String>,
    pub(super) notes: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) allow_duplicate: Option<String>,
}

/// Fields that are more than text.
pub(super) struct Typed {
    pub(super) client_id: Option<ClientId>,
    pub(super) held_at: Option<DateTime<Utc>>,
    pub(super) allow_duplicate: bool,
}

impl Fields {
    /// Whether there is nothing beside files.
    pub(in crate::transcripts) fn are_empty(&self) -> bool {
        let Self { filename: _, title, client_id, held_at, language, notes, allow_duplicate } =
            self;
        [title, client_id, held_at, language, notes, allow_duplicate].iter().all(|f| f.is_none())
    }

    pub(super) fn typed(&self, checks: &mut Checks) -> Typed {
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
    Problem::bad_request(
        "broken_form",
        format!(
            "The form broke off or cannot be read: {error}. Nothing was stored; send it again."
        ),
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
            return Err(Problem::bad_request(
                "too_many_parts",
                format!(
                    "The form has more than {PARTS_MAX} parts; it may have {NAMES}, each once but `file`."
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
            return Err(Problem::bad_request(
                "unknown_field",
                format!("The form has a field that is unknown here; it may have {NAMES}."),
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

pub(super) fn no_file() -> Problem {
    Problem::bad_request("no_file", "The form has no part named `file`, with the transcript.")
}

fn twice(name: &str) -> Problem {
    Problem::bad_request("repeated_field", format!("The form has `{name}` twice; send it once."))
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
            return Err(Problem::too_large(format!("The field `{name}` is far too long.")));
        }
    }
    String::from_utf8(bytes).map_err(|_| {
        let mut checks = Checks::default();
        checks.fail(name, "is not UTF-8 text; send it as UTF-8.");
        checks.done().err().unwrap_or_else(|| broken(&"a field is not text"))
    })
}

async fn body(
    state: &ApiState,
    request: Request,
    intake: &mut Intake<'_>,
) -> Result<Fields, Problem> {
    let (mut parts, body) = request.into_parts();
    let Query(mut fields) = Query::<Fields>::from_request_parts(&mut parts, state).await?;
    let filename = fields.filename.take().as_deref().and_then(clean_filename);
    let pieces = body
        .into_data_stream()
        .map(|piece: Result<Bytes, axum::Error>| {
            piece.map_err(|error| {
                Problem::bad_request("broken_body", format!("The body broke off: {error}."))
            })
        })
        .boxed();
    intake.take(filename, pieces).await?;
    Ok(fields)
}

/// The last part of a path, without control characters, cut to a sensible length.
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
