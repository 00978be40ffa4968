//! Prompts that do not fit are not sent, and none is cut.

use crate::*;
use debrief_infra::language::tokens;

/// A prompt of about this many tokens.
fn long(tokens: u32) -> Prompt {
    Prompt::new(Purpose::Summary, "Sum it up.", "sleep ".repeat(tokens as usize))
}

async fn fits(model: &dyn LanguageModel, tokens: u32) -> bool {
    match model.write(&long(tokens)).await {
        Ok(_) => true,
        Err(ModelError::ContextTooLong { .. }) => false,
        Err(other) => panic!("{other}"),
    }
}

#[tokio::test]
async fn what_the_url_says_counts() {
    let server = server(|_| answer()).await;
    let model = open(&format!("{}&context=4000", server.url));
    assert_eq!(model.context_window().await, 4_000);
    // With 1,000 for the answer.
    assert!(fits(&*model, 2_900).await);
    let sent = server.requests().remove(0).body;
    assert_eq!(sent["messages"][1]["content"], long(2_900).messages[0].text);
    assert!(!fits(&*model, 3_100).await);
    assert_eq!(server.requests().len(), 1);
    assert_eq!((server.models(), server.pages_read()), (0, 0));
    let told = model.write(&long(3_100)).await.unwrap_err();
    assert!(told.to_string().contains("more than the 4000"), "{told}");
}

#[tokio::test]
async fn what_the_server_says_counts_and_is_asked_once() {
    for (page, json) in [
        ("/props", json!({ "default_generation_settings": { "n_ctx": 4096 } })),
        ("/api/ps", json!({ "models": [{ "name": "test", "context_length": 4096 }] })),
        ("/v1/models", json!({ "data": [{ "id": "test", "max_model_len": 4096 }] })),
        ("/v1/models", json!({ "data": [{ "id": "x", "meta": { "n_ctx_train": 4096 } }] })),
    ] {
        let server = server(|_| answer()).await;
        server.serve(page, json);
        let model = open(&server.url);
        // What fits anywhere asks nothing.
        assert!(fits(&*model, 500).await);
        assert_eq!((server.models(), server.pages_read()), (0, 0));
        assert!(!fits(&*model, 3_500).await, "{page}");
        assert!(fits(&*model, 2_500).await, "{page}");
        assert_eq!(model.context_window().await, 4_096);
        assert_eq!((server.models(), server.pages_read()), (1, 2));
    }
}

#[tokio::test]
async fn a_server_that_does_not_say_has_what_is_documented() {
    let server = server(|_| answer()).await;
    let model = open(&server.url);
    assert_eq!(model.context_window().await, 8_192);
    assert!(fits(&*model, 7_000).await);
    assert!(!fits(&*model, 7_300).await);
    let away = open(&crate::openai::nobody());
    assert_eq!(away.context_window().await, 8_192);
}

#[tokio::test]
async fn what_a_server_says_when_it_refuses_is_remembered() {
    let server = server(|_| {
        error(400, json!({ "code": 400, "type": "exceed_context_size_error", "n_ctx": 3000 }))
    })
    .await;
    let model = once(&server.url);
    let told = model.write(&long(4_000)).await.unwrap_err();
    assert!(matches!(told, ModelError::ContextTooLong { window: Some(3_000), .. }), "{told:?}");
    assert_eq!(model.context_window().await, 3_000);
    assert!(!fits(&model, 4_000).await);
    assert_eq!(server.requests().len(), 1);
}

#[tokio::test]
async fn a_server_that_counts_more_raises_the_estimate() {
    let server = server(|request| {
        let text = request.body["messages"][1]["content"].as_str().unwrap().to_owned();
        let counted = 2 * text.matches("sleep").count();
        let usage = json!({ "prompt_tokens": counted, "completion_tokens": 1 });
        let choices = json!([{ "message": { "content": "x" } }]);
        body(json!({ "choices": choices, "usage": usage }).to_string())
    })
    .await;
    let model = open(&format!("{}&context=8192", server.url));
    let text = "sleep ".repeat(1_000);
    assert_eq!(model.count_tokens(&text), tokens::estimate(&text));
    assert!(fits(&*model, 4_000).await);
    let raised = model.count_tokens(&text);
    assert!((1_900..=2_000).contains(&raised), "{raised}");
    assert!(!fits(&*model, 4_000).await);
    // It was the estimate, and nothing else, that let it through before.
    assert!(fits(&*open(&format!("{}&context=8192", server.url)), 4_000).await);
}
