//! Parses a model's answer.

use crate::openai::Failure;
use serde::Deserialize;

/// Returns the text of an answer. If the server does not enforce the requested JSON, models tend to
/// put it between code fences; these are removed.
pub(super) fn text(body: &[u8], held: bool) -> Result<String, Failure> {
    #[derive(Deserialize)]
    struct Answer {
        choices: Vec<Choice>,
    }
    #[derive(Deserialize)]
    struct Choice {
        message: Message,
        finish_reason: Option<String>,
    }
    #[derive(Deserialize)]
    struct Message {
        content: Option<String>,
        refusal: Option<String>,
    }
    // The parser's own message may quote the answer.
    let Ok(answer) = serde_json::from_slice::<Answer>(body) else {
        return Err(Failure::broken("not a completion in JSON; is this the address of an API?"));
    };
    let Some(choice) = answer.choices.into_iter().next() else {
        return Err(Failure::broken("a completion without choices"));
    };
    let refused = |why: &str| Err(Failure::Request(why.to_owned()));
    if choice.message.refusal.is_some_and(|it| !it.trim().is_empty()) {
        return refused("the model declined to answer");
    }
    match choice.finish_reason.as_deref() {
        Some("length") => {
            return refused(
                "the answer is longer than its token limit; what a model thinks \
                 before it writes may count",
            );
        }
        Some("content_filter") => return refused("the server's content filter removed the answer"),
        _ => {}
    }
    let content = choice.message.content.unwrap_or_default();
    let content = if held { content } else { unfenced(&content).to_owned() };
    if content.trim().is_empty() {
        return refused("the answer is empty");
    }
    Ok(content)
}

/// Returns the text between ```` ```json ```` and ```` ``` ````, or the text itself.
fn unfenced(text: &str) -> &str {
    let fenced = text.trim().strip_prefix("```").and_then(|it| it.strip_suffix("```"));
    let inner = fenced.and_then(|it| it.split_once('\n'));
    inner.map_or(text, |(_, inner)| inner.trim_end())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_and_refusals() {
        for (body, expected) in [
            (r#"{"choices": [{"message": {"content": " a\n"}}]}"#, Ok(" a\n")),
            (
                r#"{"choices": [{"message": {"content": "a", "refusal": null},
                "finish_reason": "stop"}, {"message": {"content": "b"}}], "usage": {}}"#,
                Ok("a"),
            ),
            (r#"{"choices": [{"message": {"content": "a", "refusal": ""}}]}"#, Ok("a")),
            (r#"{"choices": [{"message": {"content": null}}]}"#, Err("empty")),
            (r#"{"choices": [{"message": {"content": " \n"}}]}"#, Err("empty")),
            (r#"{"choices": [{"message": {"tool_calls": []}}]}"#, Err("empty")),
            (
                r#"{"choices": [{"message": {"content": "a"}, "finish_reason": "length"}]}"#,
                Err("longer"),
            ),
            (
                r#"{"choices": [{"message": {"content": ""}, "finish_reason": "content_filter"}]}"#,
                Err("filter"),
            ),
            (
                r#"{"choices": [{"message": {"content": "a", "refusal": "hunter2"}}]}"#,
                Err("declined"),
            ),
        ] {
            match (text(body.as_bytes(), true), expected) {
                (Ok(text), Ok(expected)) => assert_eq!(text, expected),
                (Err(Failure::Request(why)), Err(hint)) => {
                    assert!(why.contains(hint) && !why.contains("hunter2"), "{why}");
                }
                (other, _) => panic!("{body}: {other:?}"),
            }
        }
    }

    #[test]
    fn broken_answers() {
        for (body, hint) in [
            ("", "JSON"),
            ("<html>hunter2</html>", "JSON"),
            (r#"{"choices": "hunter2"}"#, "JSON"),
            (r#"{"choices": [{"message": {"content": ["hunter2"]}}]}"#, "JSON"),
            (r#"{"choices": []}"#, "without choices"),
        ] {
            match text(body.as_bytes(), true) {
                Err(Failure::Unavailable(why)) => {
                    assert!(why.contains(hint) && !why.contains("hunter2"), "{why}");
                }
                other => panic!("{body}: {other:?}"),
            }
        }
    }

    #[test]
    fn fences_are_taken_off() {
        for (text, expected) in [
            ("```json\n{\"a\": 1}\n```", "{\"a\": 1}"),
            ("\n```\n{}\n```\n", "{}"),
            ("{}", "{}"),
            ("```json {} ```", "```json {} ```"),
            ("```", "```"),
            ("```json\n{}", "```json\n{}"),
        ] {
            assert_eq!(unfenced(text), expected);
        }
    }
}
