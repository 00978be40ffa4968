use super::*;
use serde_json::Value;
use std::time::Duration;

const NONE: Place<'_> = Place { url: "none", key: Some("key") };
const MODEL: Place<'_> = Place { url: "http://host/v1?model=m", key: None };

#[test]
fn none_is_no_model() {
    assert!(from_url("none", Some("key")).unwrap().is_none());
    assert!(open(NONE, NONE, 4).unwrap().is_none());
    let error = open(NONE, MODEL, 4).unwrap_err();
    assert!(error.to_string().contains("a fallback but no model"), "{error}");
    assert_eq!(open(MODEL, NONE, 4).unwrap().unwrap().name(), "m");
    assert_eq!(open(MODEL, MODEL, 4).unwrap().unwrap().name(), "m");
}

#[test]
fn urls_that_are_no_model_are_refused_in_a_sentence() {
    for (url, hint) in [
        ("", "https://HOST/v1?model=NAME"),
        ("NONE", "https://HOST/v1?model=NAME"),
        ("ftp://hunter2@host", "https://HOST/v1?model=NAME"),
        ("http://hunter2@host/v1?model=m", "credentials"),
        ("http://host/v1", "?model=NAME"),
        ("http://host/v1?model=m&key=hunter2", "takes model and context and no other parameter"),
        ("http://host/v1?model=m&dimensions=3", "takes model and context and no other parameter"),
        ("http://host/v1?model=m&context=hunter2", "context= is the number of tokens"),
        ("http://host/v1/chat/completions?model=m", "/chat/completions is added"),
    ] {
        let error = from_url(url, None).unwrap_err();
        assert!(matches!(&error, ModelError::Config(why) if why.contains(hint)), "{error}");
        assert!(!error.to_string().contains("hunter2"), "{error}");
        assert!(check_url(url).unwrap_err().contains(hint));
    }
    check_url("http://host/v1?model=m&context=32768").unwrap();
}

#[test]
fn nothing_prints_the_key_or_the_prompt() {
    let model = from_url("http://host?model=m", Some("hunter2")).unwrap().unwrap();
    assert_eq!(model.name(), "m");
    let prompt = Prompt {
        messages: vec![Message::user("hunter2"), Message::assistant("hunter2")],
        schema: Some(("name", Value::from("hunter2"))),
        ..Prompt::new(Purpose::Summary, "hunter2", "")
    };
    let shown = format!("{model:?} {prompt:?} {:?}", prompt.messages);
    assert!(!shown.contains("hunter2"), "{shown}");
    let usage = Usage::default();
    let answer = Answer { text: "hunter2".into(), usage, model: "m".into(), finish: Finish::Stop };
    assert!(!format!("{answer:?}").contains("hunter2"));
    let error = from_url("http://host?model=m", Some("hunter2\nx")).unwrap_err();
    assert!(!format!("{error} {error:?}").contains("hunter2"), "{error}");
}

#[test]
fn the_tokens_of_a_prompt_are_those_of_all_that_is_sent() {
    let prompt = Prompt::new(Purpose::Refine, "Shorten it.", "I sleep badly.");
    let longer = Prompt {
        messages: vec![Message::user("I sleep badly."), Message::assistant("Why?")],
        schema: Some(("x", serde_json::json!({"type": "object"}))),
        ..prompt.clone()
    };
    let more = tokens::estimate("Why?") + 8 + tokens::estimate("{\"type\":\"object\"}");
    assert_eq!(longer.tokens(), prompt.tokens() + more);
}

#[test]
fn purposes_are_numbered_in_the_order_of_their_list() {
    for (number, purpose) in Purpose::ALL.into_iter().enumerate() {
        assert_eq!(purpose as usize, number, "{}", purpose.as_str());
    }
}

#[tokio::test]
async fn a_cancelled_call_ends() {
    let stop = CancellationToken::new();
    assert_eq!(unless_cancelled(&stop, async { Ok(7) }).await, Ok(7));
    let call = unless_cancelled(&stop, async {
        tokio::time::sleep(Duration::from_secs(3_600)).await;
        Ok(7)
    });
    let (outcome, ()) = tokio::join!(call, async { stop.cancel() });
    assert_eq!(outcome, Err(ModelError::Cancelled));
}
