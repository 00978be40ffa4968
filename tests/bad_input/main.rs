//! P10: bad input gets a clear error that says what to change, costs bounded time and memory, and
//! leaves nothing behind.

mod analyze;
mod body;
mod bounds;
mod file;
mod form;
mod memory;
mod request;
#[path = "../support/mod.rs"]
mod support;

use reqwest::RequestBuilder;
use support::{Answer, Server, eventually};

/// A wrong request, and the expected error.
struct Case {
    name: String,
    request: RequestBuilder,
    status: u16,
    code: &'static str,
    /// Words that the problem's `detail` must contain: what to change.
    says: &'static str,
}

fn case(
    name: impl Into<String>,
    request: RequestBuilder,
    status: u16,
    code: &'static str,
    says: &'static str,
) -> Case {
    Case { name: name.into(), request, status, code, says }
}

/// Sends each wrong request and checks its answer; then checks that none of them had an effect.
async fn check(server: &Server, cases: Vec<Case>) {
    let events = server.events().len();
    let blobs = server.blobs();
    let mut wrong = Vec::new();
    let count = cases.len();
    assert!(count > 0);
    for Case { name, request, status, code, says } in cases {
        let answer = match Answer::try_of(request).await {
            Ok(answer) => answer,
            Err(error) => {
                wrong.push(format!("{name}: no answer: {error:?}"));
                continue;
            }
        };
        let checked = std::panic::catch_unwind(|| {
            let found = answer.problem(status);
            assert_eq!(found, code, "{}", answer.text);
            let detail = answer.json()["detail"].as_str().unwrap().to_owned();
            assert!(detail.contains(says), "does not say {says:?}: {detail}");
        });
        if let Err(panic) = checked {
            let reason = panic.downcast_ref::<String>().cloned().unwrap_or_default();
            wrong.push(format!("{name}: {reason}"));
        }
        let came = server.blobs();
        if came != blobs {
            wrong.push(format!("{name}: left {came:?}"));
        }
    }
    let came = server.events().len() - events;
    assert_eq!(came, 0, "events came of bad input");
    assert!(wrong.is_empty(), "{} of {count} cases:\n{}", wrong.len(), wrong.join("\n"));
    println!("{count} cases");
}

/// Waits until no file of an aborted upload is left, complete or not.
async fn no_blob_is_left(server: &Server) {
    eventually("nothing is left of the upload", async || server.blobs().is_empty()).await;
}
