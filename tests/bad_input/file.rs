//! Files that are not transcripts, and transcripts that do not look like one.

use crate::support::{Profile, Setup, VTT, eventually};
use crate::{Case, case, check};
use reqwest::Method;
use reqwest::multipart::{Form, Part};
use serde_json::json;

/// Returns a file with these first bytes, and enough after them.
fn file_of(head: &[u8]) -> Vec<u8> {
    let mut file = head.to_vec();
    // Not text, not zero, not compressible, like the content of such files.
    file.extend((0..4096_u32).map(|n| (n.wrapping_mul(2_654_435_761) >> 24) as u8));
    file
}

fn kinds() -> Vec<(&'static str, Vec<u8>, &'static str)> {
    vec![
        ("a GIF", file_of(b"GIF89a\x01\0\x01\0"), "GIF"),
        ("a PNG", file_of(b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR"), "PNG"),
        ("an MP3", file_of(b"ID3\x04\0\0\0\0\0\x23TSSE"), "MP3"),
        ("a gzip archive", file_of(b"\x1F\x8B\x08\0\0\0\0\0"), "GZ"),
        ("random bytes", file_of(b"\xfe\x01\x80\x03"), "not a text transcript"),
    ]
}

/// Formats that can contain a transcript are accepted; the parser finds that these do not.
#[tokio::test(flavor = "multi_thread")]
async fn documents_that_cannot_be_read_fail_with_a_reason() {
    let Some(server) = Setup::new(Profile::Embedded).start().await else { return };
    let api = server.api();
    for (file, says) in [
        (file_of(b"%PDF-1.7\n%\xE2\xE3\xCF\xD3\n"), "PDF"),
        (file_of(b"PK\x03\x04\x14\0\0\0\x08\0"), "ZIP"),
        (b"<!DOCTYPE html><html><body><p>Hello</p></body></html>".to_vec(), "web page"),
    ] {
        let uploaded = api.upload(file, &[]).await;
        let path = format!("/v1/transcripts/{}/status", uploaded.id);
        eventually("it fails", async || {
            let status = api.get(&format!("{path}?min_position={}", uploaded.position)).await;
            let status = status.expect(200);
            let message = status["error"]["message"].as_str().unwrap_or_default();
            assert!(status["state"] != "failed" || message.contains(says), "{status}");
            status["state"] == "failed"
        })
        .await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_transcript_is_refused() {
    let Some(server) = Setup::new(Profile::Embedded).start().await else { return };
    let api = server.api();
    let mut cases: Vec<Case> = Vec::new();
    let mut both = |name: &str, file: Vec<u8>, filename: &str, status, code, says| {
        let part = Part::bytes(file.clone()).file_name(filename.to_owned());
        let form = api.upload_request(Form::new().part("file", part));
        let path = format!("/v1/transcripts/upload?filename={filename}");
        let body = api.request(Method::POST, &path).body(file);
        cases.push(case(format!("{name} as {filename}, form"), form, status, code, says));
        cases.push(case(format!("{name} as {filename}, body"), body, status, code, says));
    };
    for (name, file, says) in kinds() {
        for filename in ["what-it-is", "talk.vtt", "talk.txt"] {
            both(name, file.clone(), filename, 415, "binary_file", says);
        }
    }
    let empty = "contains a transcript";
    both("nothing", Vec::new(), "talk.vtt", 422, "empty_file", empty);
    both("white space", b" \n\t\r\n  ".repeat(100), "talk.vtt", 422, "empty_file", empty);
    both("a byte order mark", b"\xEF\xBB\xBF".to_vec(), "talk.vtt", 422, "empty_file", empty);
    let prose = b"It was a dark and stormy night. Nobody spoke.\n".repeat(20);
    both(
        "prose",
        prose,
        "talk.vtt",
        422,
        "unrecognised_format",
        "Debrief reads captions (WebVTT, SRT and others)",
    );
    let json = br#"{"answer": 42}"#.to_vec();
    both("JSON", json, "talk.json", 422, "unrecognised_format", "Export the transcript");
    check(&server, cases).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_suffix_is_no_fault() {
    let Some(server) = Setup::new(Profile::Embedded).start().await else { return };
    let api = server.api();
    let srt = "1\n00:00:01,000 --> 00:00:03,000\nDana: Hello.\n\n\
               2\n00:00:04,000 --> 00:00:06,000\nOmer: Hello to you.\n";
    let text = "Dana: Hello, how was the week?\nOmer: It was long.\nDana: Tell me.\n";
    for (format, file) in [("webvtt", VTT), ("srt", srt), ("named_text", text)] {
        for filename in ["a.vtt", "a.srt", "a.txt", "a.pdf", "a.mp3", "a", ".", "…", ""] {
            let part = Part::text(file).file_name(filename).mime_str("audio/mpeg").unwrap();
            let form = Form::new().part("file", part);
            let answer = crate::support::Answer::of(api.upload_request(form)).await.expect(202);
            let transcript = api.until_ready(answer["id"].as_str().unwrap()).await;
            assert_eq!(transcript["format"], json!(format), "{filename}");
        }
    }
}
