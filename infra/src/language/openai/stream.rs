//! Reads a streamed answer.
//!
//! Invariant: an answer is whole only if the server said that it is. Whatever else ends a stream
//! is an error, which says what the part that arrived has cost.

use super::answer::Written;
use super::failed::Failed;
use super::{ENDPOINT, Left, OpenAiModel};
use crate::language::{ModelError, Prompt, Sink};
use crate::openai::{Events, Failure, late};
use serde_json::Value;
use std::time::Duration;
use tokio::time::timeout;

/// How long the count of tokens is waited for once the text is complete.
const COUNT: Duration = Duration::from_secs(2);
/// How long before the end of its time a stream is given up, to tell what it cost.
const MARGIN: Duration = Duration::from_millis(20);

impl OpenAiModel {
    /// Reads a stream to its end, which the server must have marked.
    pub(super) async fn follow(
        &self,
        mut events: Events,
        prompt: &Prompt,
        sink: &mut Sink<'_>,
        left: Left<'_>,
    ) -> Result<Written, Failed> {
        let mut written = Written::default();
        let mut begun = false;
        loop {
            let next = match (begun, &written.finish) {
                (false, _) => Ok(events.next().await),
                (true, None) => {
                    let rest = left().saturating_sub(MARGIN);
                    timeout(self.stall.min(rest), events.next()).await
                }
                (true, Some(_)) => {
                    timeout(COUNT.min(left().saturating_sub(MARGIN)), events.next()).await
                }
            };
            let complete = written.finish.is_some();
            let data = match next {
                Ok(Ok(Some(data))) if data.trim() == "[DONE]" => return Ok(written),
                Ok(Ok(Some(data))) => data,
                // What is missing is the count of tokens.
                _ if complete => return Ok(written),
                Ok(Ok(None)) => {
                    return Err(self.cut("the stream ended before the answer", prompt, &written));
                }
                Err(_) => {
                    let why = match left() <= MARGIN {
                        true => late(prompt.patience),
                        false => format!("the stream paused for {} s", self.stall.as_secs_f32()),
                    };
                    return Err(self.cut(&why, prompt, &written));
                }
                Ok(Err(Failure::Unavailable { .. })) if begun => {
                    return Err(self.cut("the connection was lost in it", prompt, &written));
                }
                Ok(Err(failure)) => return Err(failure.into()),
            };
            begun = true;
            let Ok(event) = serde_json::from_str::<Value>(&data) else {
                return Err(Failure::broken("an event that is not JSON").into());
            };
            let private = |word: &str| prompt.contains(word);
            if let Some(failure) = self.client.failure_in(&event, ENDPOINT, private) {
                return Err(failure.into());
            }
            let piece = written.take(event)?;
            if !piece.is_empty() {
                sink(&piece);
            }
        }
    }

    fn cut(&self, why: &str, prompt: &Prompt, written: &Written) -> Failed {
        let usage = written.usage(|text| self.estimate(prompt, text));
        Failed::cut(ModelError::Truncated { why: why.to_owned(), usage: Some(usage) })
    }
}
