//! The OpenAPI document is true: schemathesis makes requests of it, right ones and wrong ones, and
//! compares the answers with what the document says.
//!
//! `scripts/install-test-dependencies` installs it. It sends as much as fits in [`BUDGET`].

#[path = "support/mod.rs"]
mod support;

use serde_json::Value;
use std::process::Stdio;
use std::time::Duration;
use support::{Profile, Setup, VTT};
use tokio::io::AsyncReadExt;

/// Seconds that it may take; the whole test stays below three minutes.
const BUDGET: &str = "75";
/// Longest time of a run, with what it does before and after.
const PATIENCE: Duration = Duration::from_secs(150);

/// What an answer must be. Not asked is whether all that the schemas allow is accepted: they say
/// nothing of, for example, the ids of an organization.
const CHECKS: &str = "not_a_server_error,status_code_conformance,content_type_conformance,\
    response_headers_conformance,response_schema_conformance,negative_data_rejection,ignored_auth,\
    unsupported_method,allow_header_conformance";

/// Takes out that any other problem may be answered: each status has to be documented where it
/// comes.
fn without_defaults(document: &mut Value) {
    for item in document["paths"].as_object_mut().unwrap().values_mut() {
        for operation in item.as_object_mut().unwrap().values_mut() {
            operation["responses"].as_object_mut().unwrap().remove("default");
        }
    }
}

/// Runs it on a document; returns whether all answers were right, and what it printed.
async fn run(
    program: &str,
    document: &Value,
    url: &str,
    key: &str,
    budget: &str,
) -> (bool, String) {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("openapi.json");
    std::fs::write(&file, document.to_string()).unwrap();
    let mut child = tokio::process::Command::new(program)
        .args(["run", file.to_str().unwrap(), "--url", url, "--header"])
        .arg(format!("Authorization: Bearer {key}"))
        .args(["--phases", "coverage,fuzzing", "--checks", CHECKS, "--max-time", budget])
        .args(["--request-timeout", "20", "--continue-on-failure", "--workers", "2"])
        .args(["--warnings", "off", "--generation-database", "none", "--seed", "20261130"])
        .current_dir(directory.path())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .kill_on_drop(true)
        .spawn()
        .unwrap();
    let mut output = String::new();
    let mut stdout = child.stdout.take().unwrap();
    let ended = tokio::time::timeout(PATIENCE, async {
        stdout.read_to_string(&mut output).await.unwrap();
        child.wait().await.unwrap()
    });
    let status = ended.await.expect("it ends in time");
    (status.success(), output)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn answers_are_as_the_document_says() {
    let Ok(program) = std::env::var("DEBRIEF_TEST_SCHEMATHESIS") else {
        println!("skipped: DEBRIEF_TEST_SCHEMATHESIS does not name the program");
        return;
    };
    let Some(server) = Setup::new(Profile::Embedded).start().await else { return };
    let api = server.api();
    api.session(VTT, &[]).await;
    let mut document = api.get("/openapi.json").await.expect(200);
    without_defaults(&mut document);
    let (right, output) = run(&program, &document, &api.url, &api.key, BUDGET).await;
    assert!(right, "{output}");
    println!("{}", output.lines().rev().take(6).collect::<Vec<_>>().join("\n"));

    // Control: a document that says too little of one operation is noticed.
    let clients = &mut document["paths"]["/v1/clients"];
    clients["post"]["responses"].as_object_mut().unwrap().remove("422");
    let only = serde_json::json!({"/v1/clients": clients.take()});
    document["paths"] = only;
    let (right, output) = run(&program, &document, &api.url, &api.key, "15").await;
    assert!(!right && output.contains("422"), "{output}");
}
