//! Single calls: what is sent, and what is made of the answers.

use crate::openai::{Reply, Request, body, error, nobody, unending};
use crate::*;
use debrief_infra::language::{Finish, Message, Usage};
use futures::future::join_all;
use std::time::Instant;

#[tokio::test]
async fn what_is_sent() {
    let server = server(|_| answer()).await;
    let model = open(&server.url);
    assert_eq!(model.name(), "test");
    assert_eq!(model.write(&prompt()).await.unwrap().text, ANSWER);
    let keyless = from_url(&server.url, None).unwrap().unwrap();
    assert_eq!(keyless.write(&plain()).await.unwrap().text, ANSWER);
    let [full, bare]: [Request; 2] = server.requests().try_into().unwrap();
    let messages = json!([
        { "role": "system", "content": prompt().instructions },
        { "role": "user", "content": prompt().messages[0].text },
    ]);
    let format = json!({
        "type": "json_schema",
        "json_schema": { "name": "topics", "schema": schema(), "strict": true },
    });
    let mut expected = json!({ "model": "test", "messages": messages, "max_tokens": 300 });
    assert_eq!(bare.body, expected);
    assert_eq!(bare.authorization, None);
    expected["response_format"] = format;
    assert_eq!(full.body, expected);
    assert_eq!(full.authorization, Some(format!("Bearer {KEY}")));
    assert_eq!(server.models(), 0);
}

#[tokio::test]
async fn the_other_limit_is_used_where_the_server_wants_it() {
    let server = server(|request| match request.body.get("max_tokens") {
        Some(_) => refusal("max_tokens"),
        None => answer(),
    })
    .await;
    let model = open(&server.url);
    for requests in [2, 3, 4] {
        assert_eq!(model.write(&plain()).await.unwrap().text, ANSWER);
        assert_eq!(server.requests().len(), requests);
    }
    assert!(server.requests()[1..].iter().all(|it| it.body["max_completion_tokens"] == 300));
}

#[tokio::test]
async fn a_server_without_schemas_is_asked_for_json() {
    let server = server(|request| match request.body["response_format"]["type"].as_str() {
        Some("json_schema") => refusal("response_format"),
        _ => answer(),
    })
    .await;
    let model = open(&server.url);
    for requests in [2, 3] {
        assert_eq!(model.write(&prompt()).await.unwrap().text, ANSWER);
        assert_eq!(server.requests().len(), requests);
    }
    for request in &server.requests()[1..] {
        assert_eq!(request.body["response_format"], json!({ "type": "json_object" }));
        let instructions = request.body["messages"][0]["content"].as_str().unwrap();
        assert!(instructions.contains(&schema().to_string()), "{instructions}");
        assert!(instructions.contains("JSON"));
    }
    // One without a schema is sent as it is.
    model.write(&plain()).await.unwrap();
    let last = server.requests().pop().unwrap().body;
    assert_eq!(last["messages"][0]["content"], prompt().instructions);
    assert_eq!(last.get("response_format"), None);
}

/// The strictest server: it accepts neither the limit nor any format, and its model fences its
/// JSON.
#[tokio::test]
async fn all_that_a_server_refuses_is_left_out() {
    let server = server(|request| {
        if request.body.get("max_tokens").is_some() {
            return refusal("max_tokens");
        }
        match request.body.get("response_format") {
            Some(_) => error(422, json!("response_format: extra inputs are not permitted")),
            None => body(written(&format!("```json\n{ANSWER}\n```"))),
        }
    })
    .await;
    let model = open(&server.url);
    for requests in [4, 5] {
        assert_eq!(model.write(&prompt()).await.unwrap().text, ANSWER);
        assert_eq!(server.requests().len(), requests);
    }
}

#[tokio::test]
async fn a_refusal_for_another_reason_teaches_nothing() {
    // As OpenAI does where the limit is above the model's; the other one would fare no better.
    let server = server(|request| match request.body["max_tokens"].as_u64() {
        Some(..=300) => answer(),
        Some(_) => refusal("max_tokens"),
        None => refusal("max_completion_tokens"),
    })
    .await;
    let model = open(&server.url);
    let greedy = Prompt { tokens_max: 1_500, ..prompt() };
    assert_refused(&model.write(&greedy).await.unwrap_err(), "status 400, invalid_request_error");
    assert_eq!(server.requests().len(), 2);
    model.write(&prompt()).await.unwrap();
    assert_eq!(server.requests().len(), 3);
}

#[tokio::test]
async fn what_the_status_says() {
    let repeating = |status: u16, code: &'static str| {
        move |_: &Request| {
            let message = format!("{SECRET} {KEY}");
            error(status, json!({ "message": message, "type": SECRET, "code": code }))
        }
    };
    for status in [408, 429, 500, 502, 503, 504, 529] {
        let told = failure_of(repeating(status, "overloaded")).await;
        assert_unavailable(&told, &format!("status {status}, overloaded"));
    }
    for (status, code, hint) in [
        (401, "invalid_api_key", "key"),
        (402, "x", "account"),
        (403, "x", "may not use this model"),
        (404, "model_not_found", "model="),
        (404, "x", "/chat/completions"),
        (405, "x", "URL"),
        (429, "insufficient_quota", "quota"),
        // A code that is the key or a word of the prompt is not repeated.
        (401, KEY, "status 401: the server does not accept the key"),
        (401, SECRET, "status 401: the server does not accept the key"),
    ] {
        assert_config(&failure_of(repeating(status, code)).await, hint);
    }
    for status in [400, 422] {
        let told = failure_of(repeating(status, "invalid_value")).await;
        assert_refused(&told, &format!("status {status}, invalid_value"));
    }
    for (status, code) in [
        (400, "context_length_exceeded"),
        (422, "context_length_exceeded"),
        (413, "x"),
        (400, "exceed_context_size_error"),
    ] {
        let told = failure_of(repeating(status, code)).await;
        assert!(matches!(told, ModelError::ContextTooLong { .. }), "{status} {code}: {told:?}");
    }
    let busy = |_: &Request| {
        let headers = [("retry-after", "20")];
        Reply::Now((StatusCode::TOO_MANY_REQUESTS, headers, KEY).into_response())
    };
    let told = failure_of(busy).await;
    assert_unavailable(&told, "status 429; it asks for a retry in 20 s");
    let ModelError::Unavailable { retry_after, .. } = told else { panic!("{told:?}") };
    assert_eq!(retry_after, Some(Duration::from_secs(20)));
}

#[tokio::test]
async fn nothing_follows_a_redirect() {
    let elsewhere = server(|_| answer()).await;
    let location = elsewhere.url.replace("?model=test", "/chat/completions");
    let told = failure_of(move |_| {
        let headers = [("location", location.clone())];
        Reply::Now((StatusCode::TEMPORARY_REDIRECT, headers).into_response())
    });
    assert_config(&told.await, "redirects to another address");
    assert!(elsewhere.requests().is_empty());
}

#[tokio::test]
async fn a_server_that_hangs_or_is_away() {
    let start = Instant::now();
    assert_unavailable(&failure_of(|_| Reply::Never).await, "no answer within 0.5 s");
    assert_unavailable(&failure_of(|_| unending("{")).await, "no answer within 0.5 s");
    assert!(start.elapsed() < Duration::from_secs(5));
    assert_unavailable(&failure(&once(&nobody())).await, "onnect");
    // Nor does one last that is patient without end.
    let prompt = Prompt { patience: Duration::MAX, ..prompt() };
    assert_unavailable(&once(&nobody()).write(&prompt).await.unwrap_err(), "onnect");
}

#[tokio::test]
async fn answers_that_are_of_no_use() {
    let choice = |message: Value, reason: &str| {
        json!({ "choices": [{ "message": message, "finish_reason": reason }] }).to_string()
    };
    for (answer, hint) in [
        (format!("<html>{SECRET}{KEY}</html>"), "JSON"),
        (format!(r#"{{"choices": ["{SECRET}", "{KEY}"]}}"#), "JSON"),
        (r#"{"choices": []}"#.to_owned(), "without choices"),
        (" ".repeat(2 * 1024 * 1024), "too long"),
        (choice(json!({ "content": "" }), "stop"), "not JSON"),
        (choice(json!({ "content": null }), "stop"), "not JSON"),
        (choice(json!({ "content": SECRET }), "stop"), "not JSON"),
        (choice(json!({ "content": "{\"topics\": [" }), "stop"), "not JSON"),
        (choice(json!({ "content": format!("{{\"{SECRET}\": 1}}") }), "stop"), "requested form"),
        (choice(json!({ "tool_calls": [{ "id": SECRET }] }), "tool_calls"), "calls a tool"),
        (choice(json!({ "content": ANSWER, "tool_calls": [{}] }), "stop"), "calls a tool"),
    ] {
        assert_malformed(&failure_of(move |_| body(answer.clone())).await, hint);
    }
    for (answer, hint) in [
        (choice(json!({ "content": null, "refusal": SECRET }), "stop"), "declined to answer"),
        (choice(json!({ "content": SECRET }), "content_filter"), "filter"),
    ] {
        assert_refused(&failure_of(move |_| body(answer.clone())).await, hint);
    }
    let cut = choice(json!({ "content": ANSWER }), "length");
    let told = failure_of(move |_| body(cut.clone())).await;
    assert!(matches!(told, ModelError::TooLong { usage: Some(_) }), "{told:?}");
}

/// The control arm of the test above.
#[tokio::test]
async fn an_answer_that_is_right_is_returned_with_its_cost() {
    let server = server(|_| answer()).await;
    let answer = once(&server.url).write(&hasty()).await.unwrap();
    let usage = Usage { prompt_tokens: 30, completion_tokens: 7, estimated: false };
    let (text, model) = (ANSWER.to_owned(), "test".to_owned());
    assert_eq!(answer, Answer { text, usage, model, finish: Finish::Stop });
}

#[tokio::test]
async fn what_is_not_counted_is_estimated() {
    let bare = json!({ "choices": [{ "message": { "content": ANSWER } }] }).to_string();
    let server = server(move |_| body(bare.clone())).await;
    let model = once(&server.url);
    let Answer { usage, finish, .. } = model.write(&prompt()).await.unwrap();
    assert_eq!(usage.prompt_tokens, prompt().tokens());
    assert_eq!(usage.completion_tokens, model.count_tokens(ANSWER));
    assert_eq!((usage.estimated, finish), (true, Finish::Unsaid));
}

#[tokio::test]
async fn failures_that_cost_something_say_what() {
    let message = json!({ "content": "x", "refusal": SECRET });
    let choice = json!({ "message": message, "finish_reason": "stop" });
    let usage = json!({ "prompt_tokens": 30, "completion_tokens": 7 });
    let answer = json!({ "choices": [choice], "usage": usage }).to_string();
    let told = failure_of(move |_| body(answer.clone())).await;
    assert_eq!(told.usage().map(|it| (it.tokens(), it.estimated)), Some((37, false)));
    assert_eq!(failure_of(|_| error(400, json!({}))).await.usage(), None);
}

#[tokio::test]
async fn a_conversation_is_sent_in_its_order() {
    let server = server(|_| answer()).await;
    let messages = vec![Message::user("one"), Message::assistant("two"), Message::user("three")];
    let prompt = Prompt { messages, temperature: Some(0.5), ..plain() };
    once(&server.url).write(&prompt).await.unwrap();
    let sent = server.requests().remove(0).body;
    let said: Vec<_> = sent["messages"].as_array().unwrap()[1..]
        .iter()
        .map(|it| (it["role"].as_str().unwrap(), it["content"].as_str().unwrap()))
        .collect();
    assert_eq!(said, [("user", "one"), ("assistant", "two"), ("user", "three")]);
    assert_eq!(sent["temperature"], 0.5);
}

/// As OpenAI's models that think before they write.
#[tokio::test]
async fn a_temperature_that_is_refused_is_left_out() {
    let server = server(|request| match request.body.get("temperature") {
        Some(_) => refusal("temperature"),
        None => answer(),
    })
    .await;
    let model = once(&server.url);
    let prompt = Prompt { temperature: Some(0.5), ..prompt() };
    for requests in [2, 3] {
        model.write(&prompt).await.unwrap();
        assert_eq!(server.requests().len(), requests);
    }
}

#[tokio::test]
async fn no_tools_are_offered() {
    let server = server(|request| match request.body.get("stream") {
        Some(_) => streamed([delta(ANSWER), end()]),
        None => answer(),
    })
    .await;
    let model = once(&server.url);
    model.write(&prompt()).await.unwrap();
    follow(&model, &prompt()).await.0.unwrap();
    for request in server.requests() {
        let sent = request.body.as_object().unwrap();
        assert!(!sent.keys().any(|it| it.contains("tool") || it.contains("function")), "{sent:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn no_more_requests_at_once_than_configured() {
    for limit in [1, 4, 9] {
        let reply = || Reply::After(Duration::from_millis(20), written(ANSWER).into_response());
        let server = server(move |_| reply()).await;
        let model = once(&server.url).with_concurrency(limit);
        let prompt = prompt();
        for outcome in join_all((0..30).map(|_| model.write(&prompt))).await {
            outcome.unwrap();
        }
        assert_eq!(server.most_at_once(), limit);
    }
}

#[tokio::test]
async fn the_wait_for_a_turn_is_part_of_the_patience() {
    let server = server(|_| Reply::Never).await;
    let model = open(&server.url);
    let patient = prompt();
    let waiting = join_all((0..4).map(|_| model.write(&patient)));
    let late = async {
        tokio::time::sleep(Duration::from_millis(300)).await;
        // More than it takes to open the breaker; but these say nothing of the server.
        for _ in 0..4 {
            assert_unavailable(&failure(&*model).await, "no slot within 0.5 s");
        }
    };
    tokio::select! {
        _ = waiting => panic!("answered"),
        () = late => {}
    }
    assert_eq!(server.requests().len(), 4);
    // Those that were given up have made room.
    assert_unavailable(&failure(&*model).await, "no answer within 0.5 s");
}

#[tokio::test]
async fn all_requests_of_a_call_share_its_patience() {
    let server = server(|request| match request.body.get("response_format") {
        Some(_) => match refusal("response_format") {
            Reply::Now(response) => Reply::After(Duration::from_millis(300), response),
            other => other,
        },
        None => answer(),
    })
    .await;
    assert_unavailable(&failure(&*open(&server.url)).await, "no answer within 0.5 s");
    assert_eq!(server.requests().len(), 2);
}

/// A server that speaks plain HTTP does not speak HTTPS; nothing is sent to it.
#[cfg(feature = "https")]
#[tokio::test]
async fn https_is_spoken_where_it_is_asked_for() {
    let server = server(|_| answer()).await;
    let model = open(&server.url.replace("http://", "https://"));
    assert_unavailable(&failure(&*model).await, "onnect");
    assert!(server.requests().is_empty());
}
