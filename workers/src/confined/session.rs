//! The task of parsing the files of a session.

use super::{Confined, Request, Task};
use crate::fault::Fault;
use bytes::Bytes;
use debrief_domain::transcript::content::Content;
pub use debrief_understanding::roles::Known;
use debrief_understanding::session::{self, File};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use std::time::Duration;

/// Parses files into participants and turns.
pub static TASK: Task = Task { name: "read_session", doing: "reading the files", perform };

/// The arguments; the bodies are the files.
#[derive(Debug, Serialize, Deserialize)]
struct Head {
    /// The files' names.
    names: Vec<String>,
    /// Names of coaches and clients of the organization.
    coaches: Vec<String>,
    clients: Vec<String>,
}

/// The answer.
#[derive(Debug, Serialize, Deserialize)]
enum Answer<T> {
    Read(T),
    Unreadable { code: String, message: String },
}

/// A parsed session.
#[derive(Debug)]
pub struct Session {
    /// The content.
    pub content: Content,
    /// The content as JSON.
    pub json: Bytes,
}

/// The reason why files cannot be parsed as a session.
#[derive(Debug)]
pub struct ReadError {
    /// Machine-readable reason.
    pub code: String,
    /// A sentence for people.
    pub message: String,
}

fn perform(head: &[u8], files: &[Bytes]) -> Result<Vec<u8>, String> {
    let head: Head = serde_json::from_slice(head).map_err(|error| error.to_string())?;
    let files: Vec<_> =
        head.names.iter().zip(files).map(|(name, bytes)| File { name, bytes }).collect();
    let known = Known { coaches: head.coaches, clients: head.clients };
    let answer = match session::read(&files, &known) {
        Ok(content) => Answer::Read(content),
        Err(unread) => {
            Answer::Unreadable { code: unread.code().to_owned(), message: unread.to_string() }
        }
    };
    serde_json::to_vec(&answer).map_err(|error| format!("the turns cannot be written: {error}"))
}

/// Parses files, each with its name, as one session.
pub async fn read(
    place: &dyn Confined,
    files: Vec<(String, Bytes)>,
    known: Known,
    budget: Duration,
) -> Result<Result<Session, ReadError>, Fault> {
    let (names, bodies) = files.into_iter().unzip();
    let head = Head { names, coaches: known.coaches, clients: known.clients };
    let head = serde_json::to_vec(&head)
        .map_err(|error| Fault::Failed(format!("the files cannot be passed on: {error}")))?;
    let answer = place.perform(Request { task: &TASK, head, bodies }, budget).await?;
    // Deserialized off the async threads: a long session is megabytes of JSON.
    tokio::task::spawn_blocking(move || open(&answer))
        .await
        .map_err(|error| Fault::Failed(format!("the answer cannot be read: {error}")))?
        .map_err(|error| Fault::Failed(format!("the answer cannot be read: {error}")))
}

fn open(answer: &Bytes) -> Result<Result<Session, ReadError>, serde_json::Error> {
    Ok(match serde_json::from_slice::<Answer<&RawValue>>(answer)? {
        Answer::Read(json) => {
            let content = serde_json::from_str(json.get())?;
            Ok(Session { content, json: answer.slice_ref(json.get().as_bytes()) })
        }
        Answer::Unreadable { code, message } => Err(ReadError { code, message }),
    })
}
