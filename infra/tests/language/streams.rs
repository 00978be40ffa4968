//! Streamed answers, whole and cut.

use crate::*;
use debrief_infra::language::Finish;
use futures::StreamExt;
use futures::future::join_all;
use std::time::Instant;

/// An answer of several scripts, so that pieces end within characters.
const WORDS: [&str; 5] = ["Sleep, ", "שינה", " и ", "睡眠", " 🙂"];

/// A stream with everything that the format allows: comments, other fields, an event of several
/// lines, ends of lines of all three kinds.
fn elaborate() -> String {
    let [one, two, three, four, five] = WORDS.map(delta);
    let two = two.replace('\n', "\r\n");
    let three = three.replace("\n\n", "\r\r");
    // As several lines of data, joined by line breaks, which JSON allows between its tokens.
    let four = four.replacen(",\"", ",\ndata: \"", 1).replacen(":[", ":\ndata:[", 1);
    assert!(four.matches("\ndata:").count() >= 1, "{four}");
    format!(
        ": ping\n\n{one}event: message\nid: 7\nretry: 10\n{two}:\n\n{three}data:\n\n{four}{five}{}",
        end()
    )
}

fn preview() -> Prompt {
    Prompt { schema: None, ..of(Purpose::Preview) }
}

#[tokio::test]
async fn what_is_asked_for_and_what_arrives() {
    let server = server(|_| streamed([elaborate()])).await;
    let model = open(&server.url);
    let (outcome, pieces) = follow(&*model, &preview()).await;
    let answer = outcome.unwrap();
    assert_eq!(pieces, WORDS);
    assert_eq!(answer.text, WORDS.concat());
    assert_eq!((answer.usage.tokens(), answer.usage.estimated), (37, false));
    assert_eq!((answer.finish, answer.model.as_str()), (Finish::Stop, "test"));
    let sent = server.requests().remove(0).body;
    assert_eq!(sent["stream"], true);
    assert_eq!(sent["stream_options"], json!({ "include_usage": true }));
}

#[tokio::test]
async fn pieces_that_end_anywhere() {
    let whole = Bytes::from(elaborate());
    let length = whole.len();
    let server = server(move |request| {
        let at = request.body["max_tokens"].as_u64().unwrap() as usize;
        match at {
            // Each byte by itself.
            0 => streamed(whole.chunks(1).map(Bytes::copy_from_slice)),
            at => streamed([whole.slice(..at), whole.slice(at..)]),
        }
    })
    .await;
    let model = open(&server.url);
    let outcomes = futures::stream::iter(0..length).map(async |at| {
        let prompt = Prompt { tokens_max: at as u32, ..preview() };
        let (outcome, pieces) = follow(&*model, &prompt).await;
        assert_eq!(outcome.unwrap().text, WORDS.concat(), "cut at {at}");
        assert_eq!(pieces, WORDS, "cut at {at}");
    });
    assert_eq!(outcomes.buffer_unordered(4).count().await, length);
}

/// A stream that stops anywhere, whether the connection is closed or lost, is an answer only after
/// the model said that it is done.
#[tokio::test]
async fn a_stream_that_stops_anywhere() {
    let text: String = WORDS.concat();
    let whole = Bytes::from(elaborate());
    let marker = "\"finish_reason\":\"stop\"";
    let said = elaborate().find(marker).unwrap();
    let complete_at = said + elaborate()[said..].find("\n\n").unwrap() + 2;
    let length = whole.len();
    let server = server(move |request| {
        let at = request.body["max_tokens"].as_u64().unwrap() as usize;
        let lost = request.body["messages"][1]["content"] == "lost";
        let part = whole.slice(..at);
        let end = lost.then(|| Err(std::io::Error::other("lost")));
        // In time for the part to be sent before the connection is closed.
        let end = futures::stream::iter(end).then(async |it| {
            tokio::time::sleep(Duration::from_millis(20)).await;
            it
        });
        let part = futures::stream::iter([Ok::<Bytes, std::io::Error>(part)]);
        stream_of(Body::from_stream(part.chain(end)))
    })
    .await;
    for kind in ["closed", "lost"] {
        let outcomes = futures::stream::iter(1..length).map(async |at| {
            let model = once(&server.url);
            let prompt = Prompt {
                tokens_max: at as u32,
                messages: vec![debrief_infra::language::Message::user(kind)],
                ..preview()
            };
            let (outcome, pieces) = follow(&model, &prompt).await;
            match outcome {
                Ok(answer) => {
                    assert!(at >= complete_at, "{kind} at {at}: accepted");
                    assert_eq!(answer.text, text);
                }
                Err(ModelError::Truncated { usage, .. }) => {
                    assert!(at < complete_at, "{kind} at {at}: not accepted");
                    assert!(usage.is_some_and(|it| it.estimated && it.prompt_tokens > 0));
                    assert!(text.starts_with(&pieces.concat()));
                }
                // Nothing arrived at all.
                Err(ModelError::Unavailable { .. }) => {
                    assert!(kind == "lost" && pieces.is_empty(), "{kind} at {at}");
                }
                other => panic!("{kind} at {at}: {other:?}"),
            }
        });
        assert_eq!(outcomes.buffer_unordered(32).count().await, length - 1);
    }
}

#[tokio::test]
async fn streams_that_are_of_no_use() {
    let finish = |reason: &str| {
        event(&json!({ "choices": [{ "delta": {}, "finish_reason": reason }] }))
            + "data: [DONE]\n\n"
    };
    let message = |delta: Value| event(&json!({ "choices": [{ "delta": delta }] }));
    for (stream, kind) in [
        (delta("x") + &finish("length"), "too_long"),
        (delta("x") + &finish("content_filter"), "refused"),
        (message(json!({ "refusal": SECRET })) + &finish("stop"), "refused"),
        (message(json!({ "tool_calls": [{ "index": 0 }] })) + &finish("tool_calls"), "malformed"),
        (message(json!({ "tool_calls": [{ "index": 0 }] })) + &finish("stop"), "malformed"),
        (message(json!({ "content": 7 })), "malformed"),
        (finish("stop"), "malformed"),
        (format!("data: {SECRET}\n\n"), "malformed"),
        ("data: {\"choices\": [\n\n".to_owned(), "malformed"),
        (delta(SECRET) + &event(&json!({ "error": { "message": SECRET } })), "unavailable"),
        (event(&json!({ "error": { "code": "context_length_exceeded" } })), "context_too_long"),
        (event(&json!({ "error": { "code": 503, "message": SECRET } })), "unavailable"),
        (event(&json!({ "error": { "code": "insufficient_quota" } })), "config"),
        (String::new(), "truncated"),
        ("data: [DON".to_owned(), "truncated"),
    ] {
        let shown = stream.clone();
        let server = server(move |_| streamed([stream.clone()])).await;
        let (model, prompt) = (once(&server.url), preview());
        let error = told(&model, &prompt, follow(&model, &prompt).await.0);
        assert_eq!(error.as_str(), kind, "{shown}");
    }
    let broken = b"data: {\"choices\": [{\"delta\": {\"content\": \"\xff\"}}]}\n\n";
    let server = server(|_| streamed([&broken[..]])).await;
    assert_malformed(&follow(&once(&server.url), &preview()).await.0.unwrap_err(), "UTF-8");
}

#[tokio::test]
async fn an_answer_without_end_is_not_read_to_it() {
    for (piece, passed_on) in [
        (delta(&"x".repeat(1024 * 1024)), 1),
        (format!(": {}\n\n", "x".repeat(1024 * 1024)), 0),
        ("x".repeat(1024 * 1024), 0),
    ] {
        let piece = Bytes::from(piece);
        let server = server(move |_| {
            let piece = piece.clone();
            let pieces =
                futures::stream::repeat_with(move || Ok::<_, std::io::Error>(piece.clone()));
            stream_of(Body::from_stream(pieces))
        })
        .await;
        let (outcome, pieces) = follow(&once(&server.url), &preview()).await;
        assert_malformed(&outcome.unwrap_err(), "too long");
        assert_eq!(pieces.len(), passed_on);
    }
}

#[tokio::test]
async fn a_schema_holds_for_streams_too() {
    for (text, right) in [(ANSWER, true), ("{\"subjects\": []}", false), ("no", false)] {
        let server = server(move |_| streamed([delta(text), end()])).await;
        let (outcome, pieces) = follow(&once(&server.url), &prompt()).await;
        assert_eq!(outcome.is_ok(), right, "{text}: {outcome:?}");
        assert_eq!(pieces, [text]);
    }
}

#[tokio::test]
async fn a_server_that_does_not_stream() {
    let json =
        |text: String| Reply::Now(([("content-type", "application/json")], text).into_response());
    let one = server(move |_| json(written(ANSWER))).await;
    let (outcome, pieces) = follow(&once(&one.url), &prompt()).await;
    assert_eq!(outcome.unwrap().usage.tokens(), 37);
    assert_eq!(pieces, [ANSWER]);
    let page = || Reply::Now(axum::response::Html(format!("<p>{SECRET}</p>")).into_response());
    let other = server(move |_| page()).await;
    let (model, prompt) = (once(&other.url), prompt());
    let error = told(&model, &prompt, follow(&model, &prompt).await.0);
    assert_malformed(&error, "neither events nor JSON");
}

#[tokio::test]
async fn tokens_that_are_not_counted_are_estimated() {
    let server = server(|request| match request.body.get("stream_options") {
        Some(_) => refusal("stream_options"),
        None => streamed([delta(ANSWER), "data: [DONE]\n\n".to_owned()]),
    })
    .await;
    let model = once(&server.url);
    for requests in [2, 3] {
        let answer = follow(&model, &prompt()).await.0.unwrap();
        assert_eq!(answer.usage.prompt_tokens, prompt().tokens());
        assert_eq!(answer.usage.completion_tokens, model.count_tokens(ANSWER));
        assert_eq!((answer.usage.estimated, answer.finish), (true, Finish::Unsaid));
        assert_eq!(server.requests().len(), requests);
    }
}

/// The pieces, and then nothing more, without an end.
fn stalled(pieces: Vec<String>) -> Reply {
    let pieces = pieces.into_iter().map(|it| Ok::<_, std::io::Error>(Bytes::from(it)));
    stream_of(Body::from_stream(futures::stream::iter(pieces).chain(futures::stream::pending())))
}

#[tokio::test]
async fn slow_streams() {
    // One that stops in the middle is not waited for until the end of the patience.
    let silent = server(|_| stalled(vec![delta("x")])).await;
    let start = Instant::now();
    let model = once(&silent.url).with_stall(Duration::from_millis(300));
    let told = follow(&model, &preview()).await.0.unwrap_err();
    assert!(
        matches!(&told, ModelError::Truncated { why, .. } if why.contains("paused for 0.3 s")),
        "{told:?}"
    );
    assert!(start.elapsed() < Duration::from_secs(8), "{:?}", start.elapsed());
    // One that never begins is.
    let mute = server(|_| stalled(vec![": ping\n\n".to_owned()])).await;
    let model = once(&mute.url).with_stall(Duration::from_millis(100));
    assert_unavailable(&follow(&model, &hasty()).await.0.unwrap_err(), "no answer within 0.5 s");
    // One whose every byte is slow has no more time than others.
    let slow = server(|_| {
        let bytes = futures::stream::repeat_with(|| Ok::<_, std::io::Error>(Bytes::from("x")));
        stream_of(Body::from_stream(bytes.then(async |it| {
            tokio::time::sleep(Duration::from_millis(30)).await;
            it
        })))
    })
    .await;
    assert_unavailable(
        &follow(&once(&slow.url), &hasty()).await.0.unwrap_err(),
        "no answer within 0.5 s",
    );
    // One that goes on for too long cost what it wrote.
    let endless = server(|_| {
        let pieces = futures::stream::repeat_with(|| Ok::<_, std::io::Error>(delta("x ").into()));
        stream_of(Body::from_stream(pieces.then(async |it: Result<Bytes, _>| {
            tokio::time::sleep(Duration::from_millis(30)).await;
            it
        })))
    })
    .await;
    let (outcome, pieces) = follow(&once(&endless.url), &hasty()).await;
    let told = outcome.unwrap_err();
    assert!(
        matches!(&told, ModelError::Truncated { why, .. } if why.contains("within 0.5 s")),
        "{told:?}"
    );
    assert_eq!(told.usage().unwrap().completion_tokens as usize, pieces.len());
    // One that is complete but does not end is complete.
    let finished = event(&json!({ "choices": [{ "delta": {}, "finish_reason": "stop" }] }));
    let open_ended = server(move |_| stalled(vec![delta(ANSWER), finished.clone()])).await;
    assert_eq!(follow(&once(&open_ended.url), &prompt()).await.0.unwrap().text, ANSWER);
}

#[tokio::test]
async fn pieces_are_passed_on_when_they_arrive() {
    let server = server(|_| {
        let pieces = ["a", "b", "c"].map(delta).into_iter().chain([end()]);
        let pieces = futures::stream::iter(pieces).then(async |it| {
            tokio::time::sleep(Duration::from_millis(200)).await;
            Ok::<_, std::io::Error>(Bytes::from(it))
        });
        stream_of(Body::from_stream(pieces))
    })
    .await;
    let (model, start) = (once(&server.url), Instant::now());
    let mut times = Vec::new();
    model.stream(&preview(), &mut |_| times.push(start.elapsed())).await.unwrap();
    assert_eq!(times.len(), 3);
    for pair in times.windows(2) {
        assert!(pair[1] - pair[0] >= Duration::from_millis(100), "{times:?}");
    }
}

/// A call that its caller drops ends at the server, and its slot is free.
#[tokio::test]
async fn a_dropped_call_makes_room() {
    let server = server(|request| match request.body["messages"][1]["content"] == "wait" {
        true => stalled(vec![delta("x")]),
        false => streamed([delta(ANSWER), end()]),
    })
    .await;
    let model = once(&server.url).with_concurrency(1);
    let waiting =
        Prompt { messages: vec![debrief_infra::language::Message::user("wait")], ..preview() };
    let mut sink = |_: &str| {};
    let dropped =
        tokio::time::timeout(Duration::from_millis(300), model.stream(&waiting, &mut sink));
    dropped.await.unwrap_err();
    follow(&model, &prompt()).await.0.unwrap();
}

#[tokio::test]
async fn streams_share_the_limit_of_requests() {
    let server = server(|_| {
        let pieces = futures::stream::iter([delta(ANSWER), end()]).then(async |it| {
            tokio::time::sleep(Duration::from_millis(20)).await;
            Ok::<_, std::io::Error>(Bytes::from(it))
        });
        stream_of(Body::from_stream(pieces))
    })
    .await;
    let model = once(&server.url).with_concurrency(2);
    let start = Instant::now();
    let outcomes = join_all((0..10).map(|_| async { follow(&model, &prompt()).await.0 })).await;
    assert!(outcomes.iter().all(Result::is_ok));
    // Two at a time, each of 40 ms.
    assert!(start.elapsed() >= Duration::from_millis(5 * 40), "{:?}", start.elapsed());
}
