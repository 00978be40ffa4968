//! What the language model costs, and what a spent budget does.

use crate::in_profiles;
use crate::support::openai::{KEY, OpenAi};
use crate::support::{Profile, Setup, VTT, eventually};
use serde_json::{Value, json};

in_profiles! { calls_are_counted_until_the_budget_is_spent }

async fn calls_are_counted_until_the_budget_is_spent(profile: Profile) {
    let model = OpenAi::start().await;
    model.answers(&json!({"sentences": []}));
    let setup = Setup::new(profile)
        .set("language_model_url", model.url("writer"))
        .set("language_model_key", KEY)
        .set("language_model_price_in", "1.5")
        .set("language_model_budget", 2_000);
    let Some(server) = setup.start().await else { return };
    let api = server.api();
    let none = api.get("/v1/usage?month=2020-01").await.expect(200);
    assert_eq!((&none["total"]["calls"], &none["items"]), (&json!(0), &json!([])));
    assert_eq!(none["budget"]["left"], 2_000);
    assert_eq!(none["budget"]["renewed_on"], "2020-02-01");
    api.session(VTT, &[]).await;
    let question = json!({
        "query": "does he hand over every review?", "answer": "model", "filters": {"kinds": ["turns"]},
    });
    let ask = async || {
        let answer = api.post("/v1/search/query", &question).await.expect(200);
        answer["answer"]["remark"].as_str().unwrap_or_default().to_owned()
    };
    let of_search = |usage: &Value| {
        let items = usage["items"].as_array().unwrap().iter();
        items.into_iter().find(|it| it["purpose"] == "search_answer").cloned()
    };
    let mut usage = Value::Null;
    eventually("it is counted", async || {
        // Once the session is found, the model is asked about it.
        ask().await;
        usage = api.get("/v1/usage").await.expect(200);
        of_search(&usage).is_some()
    })
    .await;
    let item = of_search(&usage).unwrap();
    let tokens = item["tokens"].as_u64().unwrap();
    assert!(tokens > 0, "{usage}");
    assert_eq!(
        item["tokens"],
        json!(
            item["prompt_tokens"].as_u64().unwrap() + item["completion_tokens"].as_u64().unwrap()
        )
    );
    assert!(item["cost_micros"].as_u64().unwrap() > 0, "{usage}");
    let left = usage["budget"]["left"].as_u64().unwrap();
    assert_eq!(left, 2_000 - usage["total"]["tokens"].as_u64().unwrap());
    // Spent, nobody is asked any more, and the sentence says so.
    let spent = "This month's budget for the language model is spent.";
    let mut asked = 0;
    while ask().await != spent {
        asked += 1;
        assert!(asked < 2_000, "{}", api.get("/v1/usage").await.expect(200));
    }
    let chats = model.chats().len();
    assert_eq!(ask().await, spent);
    assert_eq!(model.chats().len(), chats);
    assert_eq!(api.get("/v1/usage").await.expect(200)["budget"]["left"], 0);
    // Another organization has a budget of its own.
    let other = server.organization("Other").await;
    assert_eq!(other.get("/v1/usage").await.expect(200)["budget"]["left"], 2_000);
    assert_eq!(other.get("/v1/usage").await.expect(200)["total"]["calls"], 0);
}
