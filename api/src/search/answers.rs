//! What answers a question: the best sentences of what was found, or a model's, each with what it
//! rests on.

use super::hits::NoteOut;
use crate::state::ApiState;
use debrief_domain::ids::TranscriptId;
use debrief_search::answer::Sentence;
use debrief_search::answer::cited::{self, Citation, CitedSentence};
use debrief_search::query::Hit;
use metrics::{counter, histogram};
use serde::{Deserialize, Serialize};
use std::time::Instant;
use utoipa::ToSchema;

/// Who is to answer.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(super) enum AnswerBy {
    /// Nobody.
    None,
    /// The best sentences of what was found.
    #[default]
    Extractive,
    /// A language model, from what was found.
    Model,
}

/// Words of a hit that bear a sentence out.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct CitationOut {
    /// Which of `hits`, from 0.
    hit: usize,
    /// The words, verbatim.
    quote: String,
    /// Its session; `null` where it is from a note of another system.
    transcript_id: Option<TranscriptId>,
    /// That note.
    #[serde(skip_serializing_if = "Option::is_none")]
    note: Option<NoteOut>,
    /// Its turn; `null` in notes.
    turn: Option<u32>,
    /// Who said it, where known.
    speaker: Option<String>,
    /// When its turn begins, in milliseconds from the start of the recording, where known.
    start_ms: Option<u64>,
}

/// A sentence that answers: of a session where it is extractive, else with what it rests on.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct SentenceOut {
    /// The words: verbatim where it is extractive.
    text: String,
    /// Its session; `null` where it is from a note of another system, or a model wrote it.
    transcript_id: Option<TranscriptId>,
    /// That note.
    #[serde(skip_serializing_if = "Option::is_none")]
    note: Option<NoteOut>,
    /// Its turn; `null` in notes.
    turn: Option<u32>,
    /// Who said it, where known.
    speaker: Option<String>,
    /// When its turn begins, in milliseconds from the start of the recording, where known.
    start_ms: Option<u64>,
    /// Where a model wrote it: what it rests on. Each was checked to stand where it says.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    citations: Vec<CitationOut>,
}

/// An answer out of what was found.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct AnswerOut {
    /// `extractive`: sentences from sessions, chosen. `model`: sentences that a language model
    /// wrote.
    method: &'static str,
    /// Best first, or as the model wrote them.
    sentences: Vec<SentenceOut>,
    /// What there is to say of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    remark: Option<String>,
}

/// The best sentences; `None` where there are none.
pub(super) fn extractive(sentences: Vec<Sentence>) -> Option<AnswerOut> {
    let sentence = |sentence: Sentence| {
        let (note, transcript_id) = NoteOut::or_session(sentence.note, sentence.transcript_id);
        SentenceOut {
            text: sentence.text,
            transcript_id,
            note,
            turn: sentence.turn,
            speaker: sentence.speaker,
            start_ms: sentence.start_ms,
            citations: Vec::new(),
        }
    };
    let sentences: Vec<SentenceOut> = sentences.into_iter().map(sentence).collect();
    (!sentences.is_empty()).then_some(AnswerOut { method: "extractive", sentences, remark: None })
}

/// What a model writes of these hits, as far as they bear it out; else the best sentences, with why.
pub(super) async fn by_model(
    state: &ApiState,
    question: &str,
    hits: &[Hit],
    best: Option<AnswerOut>,
) -> Option<AnswerOut> {
    let instead = |remark: &str| {
        let best =
            best.unwrap_or(AnswerOut { method: "extractive", sentences: Vec::new(), remark: None });
        Some(AnswerOut { remark: Some(remark.to_owned()), ..best })
    };
    let Some(model) = &state.language_model else {
        return instead("There is no language model in this installation.");
    };
    let prompt = cited::prompt(question, hits)?;
    let begun = Instant::now();
    let reply = model.write(&prompt).await;
    histogram!("debrief_search_answer_seconds").record(begun.elapsed());
    let reply = match reply {
        Ok(reply) => reply,
        Err(error) => {
            counter!("debrief_search_answer_failures_total").increment(1);
            tracing::warn!(%error, "a language model did not answer a question");
            return instead("The language model does not answer just now.");
        }
    };
    let Ok((sentences, left_out)) = cited::checked(&reply, hits) else {
        counter!("debrief_search_answer_failures_total").increment(1);
        tracing::warn!("a language model's answer is no JSON of the form that was asked for");
        return instead("The language model's answer could not be read.");
    };
    counter!("debrief_search_answer_unproven_total").increment(left_out as u64);
    if sentences.is_empty() {
        return instead(match left_out {
            0 => "The language model found no answer in these passages.",
            _ => "Nothing that the language model wrote is borne out by what it cites.",
        });
    }
    let remark = match left_out {
        0 => None,
        1 => Some("One sentence was left out: what it cites does not bear it out.".to_owned()),
        n => Some(format!("{n} sentences were left out: what they cite does not bear them out.")),
    };
    let sentences = sentences.into_iter().map(written).collect();
    Some(AnswerOut { method: "model", sentences, remark })
}

fn written(sentence: CitedSentence) -> SentenceOut {
    let citation = |citation: Citation| {
        let (note, transcript_id) = NoteOut::or_session(citation.note, citation.transcript_id);
        CitationOut {
            hit: citation.hit,
            quote: citation.quote,
            transcript_id,
            note,
            turn: citation.turn,
            speaker: citation.speaker,
            start_ms: citation.start_ms,
        }
    };
    SentenceOut {
        text: sentence.text,
        transcript_id: None,
        note: None,
        turn: None,
        speaker: None,
        start_ms: None,
        citations: sentence.citations.into_iter().map(citation).collect(),
    }
}
