//! Answers to a question: the best sentences of the hits, or a language model's sentences with
//! their citations.

use super::hits::note;
use crate::http::auth::{Caller, Read};
use crate::http::command::account;
use crate::state::ApiState;
use debrief_api_types::search::{Answer, AnswerMethod, AnswerSentence, Citation};
use debrief_infra::language::ModelError;
use debrief_search::answer::Sentence;
use debrief_search::answer::cited::{self, CitedSentence};
use debrief_search::query::Hit;
use metrics::{counter, histogram};
use std::time::Instant;

/// Returns an answer of the best sentences; `None` if there are none.
pub(super) fn extractive(sentences: Vec<Sentence>) -> Option<Answer> {
    let sentence = |sentence: Sentence| AnswerSentence {
        text: sentence.text,
        transcript_id: sentence.subject.transcript(),
        note: sentence.note.map(note),
        turn: sentence.turn,
        speaker: sentence.speaker,
        start_ms: sentence.start_ms,
        citations: Vec::new(),
    };
    let sentences: Vec<AnswerSentence> = sentences.into_iter().map(sentence).collect();
    (!sentences.is_empty()).then_some(Answer {
        method: AnswerMethod::Extractive,
        sentences,
        remark: None,
    })
}

/// Returns a language model's sentences as far as their citations support them; otherwise the best
/// sentences, with a remark that says why.
pub(super) async fn by_model(
    state: &ApiState,
    caller: &Caller<Read>,
    question: &str,
    hits: &[Hit],
    best: Option<Answer>,
) -> Option<Answer> {
    let instead = |remark: &str| {
        let best = best.unwrap_or(Answer {
            method: AnswerMethod::Extractive,
            sentences: Vec::new(),
            remark: None,
        });
        Some(Answer { remark: Some(remark.to_owned()), ..best })
    };
    let Some(model) = &state.language_model else {
        return instead("No language model is configured.");
    };
    let prompt = cited::prompt(question, hits)?;
    let begun = Instant::now();
    let account = account(caller, None);
    let reply = model.write(&account, &prompt).await;
    histogram!("debrief_search_answer_seconds").record(begun.elapsed());
    let reply = match reply {
        Ok(reply) => reply,
        Err(error) => {
            counter!("debrief_search_answer_failures_total").increment(1);
            tracing::warn!(%error, "a language model did not answer a question");
            return instead(why_not(&error));
        }
    };
    let Ok((sentences, left_out)) = cited::checked(&reply.text, hits) else {
        counter!("debrief_search_answer_failures_total").increment(1);
        tracing::warn!("a language model's answer is not JSON of the requested form");
        return instead(UNREADABLE);
    };
    counter!("debrief_search_answer_unproven_total").increment(left_out as u64);
    if sentences.is_empty() {
        return instead(match left_out {
            0 => "The language model found no answer in these passages.",
            _ => "Nothing that the language model wrote is supported by its citations.",
        });
    }
    let remark = match left_out {
        0 => None,
        1 => Some("One sentence was left out: its citations do not support it.".to_owned()),
        n => Some(format!("{n} sentences were left out: their citations do not support them.")),
    };
    let sentences = sentences.into_iter().map(written).collect();
    Some(Answer { method: AnswerMethod::Model, sentences, remark })
}

const UNREADABLE: &str = "The language model's answer could not be read.";

/// Says why a model did not answer, to the person who asked.
fn why_not(error: &ModelError) -> &'static str {
    match error {
        ModelError::Refused { .. } => "The language model does not answer this question.",
        ModelError::TooLong { .. }
        | ModelError::Truncated { .. }
        | ModelError::Malformed { .. } => UNREADABLE,
        ModelError::ContextTooLong { .. } => "The passages are too long for the language model.",
        ModelError::BudgetSpent(_) => "This month's budget for the language model is spent.",
        ModelError::Unavailable { .. } | ModelError::Config(_) | ModelError::Cancelled => {
            "The language model is unavailable right now."
        }
    }
}

fn written(sentence: CitedSentence) -> AnswerSentence {
    let citation = |citation: cited::Citation| Citation {
        hit: citation.hit,
        quote: citation.quote,
        transcript_id: citation.subject.transcript(),
        note: citation.note.map(note),
        turn: citation.turn,
        speaker: citation.speaker,
        start_ms: citation.start_ms,
    };
    AnswerSentence {
        text: sentence.text,
        transcript_id: None,
        note: None,
        turn: None,
        speaker: None,
        start_ms: None,
        citations: sentence.citations.into_iter().map(citation).collect(),
    }
}
