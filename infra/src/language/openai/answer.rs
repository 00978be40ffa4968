//! What a model wrote, from a whole answer or from the events of a stream.

use super::ANSWER_BYTES;
use super::failed::{Failed, Fault};
use crate::language::{Answer, Finish, ModelError, Prompt, Usage};
use crate::openai::Failure;
use serde::Deserialize;
use serde_json::Value;

/// What a model wrote so far.
#[derive(Debug, Default)]
pub(super) struct Written {
    text: String,
    /// Whether the model declined.
    declined: bool,
    /// Whether it called a tool. None was offered.
    tools: bool,
    /// Why it stopped.
    pub(super) finish: Option<String>,
    usage: Option<Counts>,
}

#[derive(Deserialize)]
struct Completion {
    #[serde(default)]
    choices: Vec<Choice>,
    usage: Option<Counts>,
}

#[derive(Deserialize)]
struct Choice {
    #[serde(default)]
    index: u32,
    /// In whole answers.
    message: Option<Message>,
    /// In events of a stream.
    delta: Option<Message>,
    finish_reason: Option<String>,
}

#[derive(Deserialize)]
struct Message {
    content: Option<String>,
    refusal: Option<String>,
    tool_calls: Option<Vec<Value>>,
    function_call: Option<Value>,
}

#[derive(Debug, Clone, Copy, Deserialize)]
struct Counts {
    prompt_tokens: Option<u32>,
    completion_tokens: Option<u32>,
}

impl Written {
    /// Reads a whole answer.
    pub(super) fn whole(body: &[u8]) -> Result<Self, Failure> {
        // The parser's own message may quote the answer.
        let Ok(completion) = serde_json::from_slice::<Completion>(body) else {
            return Err(Failure::broken(
                "not a completion in JSON; is this the address of an API?",
            ));
        };
        let mut written = Self { usage: completion.usage, ..Self::default() };
        let Some(Choice { message: Some(message), finish_reason, .. }) =
            completion.choices.into_iter().next()
        else {
            return Err(Failure::broken("a completion without choices"));
        };
        written.add(message);
        written.finish = finish_reason;
        Ok(written)
    }

    /// Takes an event of a stream, and returns what it adds to the text.
    pub(super) fn take(&mut self, event: Value) -> Result<String, Failure> {
        let Ok(completion) = serde_json::from_value::<Completion>(event) else {
            return Err(Failure::broken("an event that is no part of a completion"));
        };
        self.usage = completion.usage.or(self.usage);
        let before = self.text.len();
        // Only one choice is asked for.
        for choice in completion.choices.into_iter().filter(|it| it.index == 0) {
            if let Some(delta) = choice.delta {
                self.add(delta);
            }
            self.finish = choice.finish_reason.or(self.finish.take());
        }
        if self.text.len() > ANSWER_BYTES {
            return Err(Failure::broken("too long"));
        }
        Ok(self.text[before..].to_owned())
    }

    fn add(&mut self, message: Message) {
        self.text.push_str(&message.content.unwrap_or_default());
        self.declined |= message.refusal.is_some_and(|it| !it.trim().is_empty());
        self.tools |= message.tool_calls.is_some_and(|it| !it.is_empty());
        self.tools |= message.function_call.is_some_and(|it| !it.is_null());
    }

    /// Returns the tokens as the server counted them, or as `estimate` does for the prompt and the
    /// text.
    pub(super) fn usage(&self, estimate: impl FnOnce(&str) -> (u32, u32)) -> Usage {
        match self.usage {
            Some(Counts { prompt_tokens: Some(read), completion_tokens: Some(written) })
                if read > 0 =>
            {
                Usage { prompt_tokens: read, completion_tokens: written, estimated: false }
            }
            _ => {
                let (prompt_tokens, completion_tokens) = estimate(&self.text);
                Usage { prompt_tokens, completion_tokens, estimated: true }
            }
        }
    }

    /// Returns the answer, unless it is of no use.
    pub(super) fn into_answer(
        self,
        prompt: &Prompt,
        model: &str,
        usage: Usage,
    ) -> Result<Answer, Failed> {
        let usage_known = Some(usage);
        let refused = |why: &str| ModelError::Refused { why: why.to_owned(), usage: usage_known };
        let useless = |why: &str| ModelError::Malformed { why: why.to_owned(), usage: usage_known };
        if self.declined {
            return Err(refused("the model declined to answer").into());
        }
        let finish = match self.finish.as_deref() {
            Some("length" | "max_tokens" | "model_length") => {
                return Err(ModelError::TooLong { usage: usage_known }.into());
            }
            Some("content_filter") => {
                return Err(refused("the server's content filter removed the answer").into());
            }
            Some("error") => {
                let error = ModelError::unavailable("the server failed while it answered");
                return Err(Failed { error, fault: Some(Fault::Away), again: true });
            }
            Some("tool_calls" | "function_call") => return Err(useless("it calls a tool").into()),
            Some(_) => Finish::Stop,
            None => Finish::Unsaid,
        };
        if self.tools {
            return Err(useless("it calls a tool").into());
        }
        let text = thought_through(&self.text);
        let text = match &prompt.schema {
            None => text,
            Some((_, schema)) => json(text, schema).map_err(useless)?,
        };
        if text.trim().is_empty() {
            return Err(useless("it is empty").into());
        }
        Ok(Answer { text: text.to_owned(), usage, model: model.to_owned(), finish })
    }
}

/// Returns what follows a model's thoughts, where a server leaves them in the text.
fn thought_through(text: &str) -> &str {
    match text.trim_start().strip_prefix("<think>").and_then(|it| it.split_once("</think>")) {
        Some((_, rest)) => rest.trim_start(),
        None => text,
    }
}

/// Returns the JSON of a text: models that are not held to it tend to put it between code fences,
/// or to introduce it. It has the type and the members that the schema requires at its top; what
/// is further down is for the caller, who can use the parts that are right.
fn json<'a>(text: &'a str, schema: &Value) -> Result<&'a str, &'static str> {
    let inner = || {
        let from = text.find(['{', '['])?;
        let to = text.rfind(['}', ']'])?;
        text.get(from..=to)
    };
    let parse = |text: &'a str| Some((text, serde_json::from_str::<Value>(text).ok()?));
    let found = parse(text).or_else(|| parse(inner()?));
    let Some((text, value)) = found else { return Err("it is not JSON") };
    let right = match schema.get("type").and_then(Value::as_str) {
        Some("object") => value.is_object(),
        Some("array") => value.is_array(),
        _ => true,
    };
    let required = schema.get("required").and_then(Value::as_array);
    let mut required = required.into_iter().flatten().filter_map(Value::as_str);
    match right && required.all(|name| value.get(name).is_some()) {
        true => Ok(text),
        false => Err("its JSON is not of the requested form"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::language::Purpose;
    use serde_json::json;

    fn prompt(schema: Option<Value>) -> Prompt {
        let schema = schema.map(|it| ("x", it));
        Prompt { schema, ..Prompt::new(Purpose::Preview, "", "") }
    }

    fn answer(body: &str, schema: Option<Value>) -> Result<String, ModelError> {
        let written = Written::whole(body.as_bytes()).map_err(|it| Failed::from(it).error)?;
        let usage = written.usage(|_| (7, 8));
        let answer = written.into_answer(&prompt(schema), "m", usage);
        answer.map(|it| it.text).map_err(|it| it.error)
    }

    fn of(text: &str, schema: Value) -> Result<String, ModelError> {
        let body = json!({"choices": [{"message": {"content": text}}]});
        answer(&body.to_string(), Some(schema))
    }

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
            (r#"{"choices": [{"message": {"content": "<think>\nb</think>\n\na"}}]}"#, Ok("a")),
            (r#"{"choices": [{"message": {"content": "a", "tool_calls": []}}]}"#, Ok("a")),
            (r#"{"choices": [{"message": {"content": null}}]}"#, Err("malformed")),
            (r#"{"choices": [{"message": {"content": " \n"}}]}"#, Err("malformed")),
            (r#"{"choices": [{"message": {"content": "<think>a</think>"}}]}"#, Err("malformed")),
            (
                r#"{"choices": [{"message": {"content": "a", "tool_calls": [{}]}}]}"#,
                Err("malformed"),
            ),
            (
                r#"{"choices": [{"message": {"content": "a", "function_call": {}}}]}"#,
                Err("malformed"),
            ),
            (
                r#"{"choices": [{"message": {"content": "a"}, "finish_reason": "tool_calls"}]}"#,
                Err("malformed"),
            ),
            (
                r#"{"choices": [{"message": {"content": "a"}, "finish_reason": "length"}]}"#,
                Err("too_long"),
            ),
            (
                r#"{"choices": [{"message": {"content": ""}, "finish_reason": "content_filter"}]}"#,
                Err("refused"),
            ),
            (
                r#"{"choices": [{"message": {"content": "a", "refusal": "hunter2"}}]}"#,
                Err("refused"),
            ),
            (
                r#"{"choices": [{"message": {"content": "a"}, "finish_reason": "error"}]}"#,
                Err("unavailable"),
            ),
        ] {
            match (answer(body, None), expected) {
                (Ok(text), Ok(expected)) => assert_eq!(text, expected),
                (Err(error), Err(kind)) => {
                    assert_eq!(error.as_str(), kind, "{body}");
                    assert!(!error.to_string().contains("hunter2"), "{error}");
                    let usage = Usage { prompt_tokens: 7, completion_tokens: 8, estimated: true };
                    assert_eq!(error.usage(), Some(usage).filter(|_| kind != "unavailable"));
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
            match answer(body, None) {
                Err(ModelError::Malformed { why, usage: None }) => {
                    assert!(why.contains(hint) && !why.contains("hunter2"), "{why}");
                }
                other => panic!("{body}: {other:?}"),
            }
        }
    }

    #[test]
    fn json_is_taken_out_of_what_is_around_it() {
        for text in [
            "{\"a\": 1}",
            " {\"a\": 1}\n",
            "```json\n{\"a\": 1}\n```",
            "Here you are: {\"a\": 1}. Is it right?",
            "<think>{\"b\"}</think>{\"a\": 1}",
        ] {
            let taken = of(text, json!({"type": "object", "required": ["a"]})).unwrap();
            assert_eq!(taken.trim(), "{\"a\": 1}");
        }
    }

    #[test]
    fn json_of_another_form_is_of_no_use() {
        let object = json!({"type": "object", "required": ["a"]});
        for text in ["I cannot say.", "```json\n{\"a\": 1", "{\"b\": 1}", "[1]", "\"a\"", "{"] {
            let error = of(text, object.clone()).unwrap_err();
            assert!(matches!(error, ModelError::Malformed { usage: Some(_), .. }), "{text}");
        }
        of("[1]", json!({"type": "array"})).unwrap();
        of("{\"b\": 1}", json!({"type": "object"})).unwrap();
    }

    #[test]
    fn what_the_server_counted_counts() {
        for (usage, expected) in [
            (json!({"prompt_tokens": 5, "completion_tokens": 0}), (5, 0, false)),
            (json!({"prompt_tokens": 5}), (7, 1, true)),
            (json!({"prompt_tokens": 0, "completion_tokens": 0}), (7, 1, true)),
            (json!(null), (7, 1, true)),
        ] {
            let body = json!({"choices": [{"message": {"content": "a"}}], "usage": usage});
            let written = Written::whole(body.to_string().as_bytes()).unwrap();
            let Usage { prompt_tokens, completion_tokens, estimated } =
                written.usage(|text| (7, text.len() as u32));
            assert_eq!((prompt_tokens, completion_tokens, estimated), expected, "{usage}");
        }
    }

    #[test]
    fn events_add_up() {
        let mut written = Written::default();
        let delta = |text: &str| json!({"choices": [{"index": 0, "delta": {"content": text}}]});
        assert_eq!(written.take(delta("a")).unwrap(), "a");
        assert_eq!(written.take(json!({"choices": [{"delta": {"role": "x"}}]})).unwrap(), "");
        let other = json!({"choices": [{"index": 1, "delta": {"content": "no"}}]});
        assert_eq!(written.take(other).unwrap(), "");
        assert_eq!(written.take(delta("b")).unwrap(), "b");
        assert_eq!(written.finish, None);
        let last = json!({"choices": [{"delta": {}, "finish_reason": "stop"}]});
        written.take(last).unwrap();
        let counts = json!({"prompt_tokens": 3, "completion_tokens": 2});
        written.take(json!({"choices": [], "usage": counts})).unwrap();
        written.take(json!({"choices": [], "usage": null})).unwrap();
        let usage = written.usage(|_| (0, 0));
        assert_eq!((usage.tokens(), usage.estimated), (5, false));
        let answer = written.into_answer(&prompt(None), "m", usage).unwrap();
        assert_eq!((answer.text.as_str(), answer.finish), ("ab", Finish::Stop));
        let broken = Written::default().take(json!({"choices": [{"delta": {"content": 7}}]}));
        assert!(matches!(broken, Err(Failure::Malformed(_))), "{broken:?}");
    }
}
