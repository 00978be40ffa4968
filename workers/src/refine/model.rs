//! Asks a language model for the answer to a message.

use super::prompt::{self, INSTRUCTIONS, Proposed, SCHEMA};
use super::reply::Reply;
use super::{Answer, Material};
use crate::fault::Fault;
use crate::job::JobContext;
use crate::metered::{Account, Metered};
use debrief_domain::summary::MessageSent;
use debrief_domain::summary::content::Quote;
use debrief_infra::drafts::Drafts;
use debrief_infra::language::{Message, ModelError, Prompt, Purpose};
use debrief_infra::log::RecordedEvent;
use debrief_language::evidence::{Evidence, Known, Problem, Verdict};
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// Tokens of an answer, at least and at most.
const ANSWER_MIN: u32 = 512;
const ANSWER_MAX: u32 = 4_096;
/// Share of the context that is left for the answer.
const ANSWER_SHARE: u32 = 4;
/// Earlier messages that the model is shown.
const HISTORY: usize = 6;
/// Tokens that are left free, because counting is an estimate.
const MARGIN: u32 = 128;
/// Least tokens for turns.
const TURNS_MIN: u32 = 100;
/// The timeout of a call.
const PATIENCE: Duration = Duration::from_secs(300);
/// How freely the model chooses its words.
const TEMPERATURE: f32 = 0.2;

/// What came of a call, as it is stored with the job.
#[derive(Debug, Serialize, Deserialize)]
enum Told {
    Text(String),
    /// The answer was of no use.
    Malformed(String),
    /// A sentence for the coach.
    Refused(String),
}

/// A message, and whom it is asked.
pub(super) struct Asked<'a> {
    pub(super) model: &'a Metered,
    pub(super) drafts: &'a Drafts,
    pub(super) event: &'a RecordedEvent,
    pub(super) job: &'a JobContext,
    pub(super) sent: &'a MessageSent,
    pub(super) material: &'a Material,
}

impl Asked<'_> {
    /// Returns the answer, or why there is none.
    pub(super) async fn answer(&self) -> Result<Result<Answer, String>, Fault> {
        let mut prompt = match self.prompt().await {
            Ok(prompt) => prompt,
            Err(reason) => return Ok(Err(reason)),
        };
        let first = match self.first(&prompt).await? {
            Told::Text(text) => text,
            Told::Refused(reason) => return Ok(Err(reason)),
            Told::Malformed(_) => String::new(),
        };
        let (proposal, problem) = match prompt::read(&first) {
            Ok(proposal) => (proposal, None),
            Err(problem) => (prompt::Proposal::default(), Some(problem)),
        };
        let known = Known { held_on: self.material.held_on, ..Known::default() };
        let evidence = Evidence::new(&self.material.content, &known);
        let mut edits = Vec::new();
        let mut failed = Vec::new();
        self.check(&evidence, proposal.edits, &mut edits, &mut failed);
        let mut text = proposal.answer;
        let mut dropped = failed.len();
        if problem.is_some() || !failed.is_empty() {
            if !first.is_empty() {
                prompt.messages.push(Message::assistant(first.clone()));
            }
            prompt.messages.push(Message::user(again(problem.as_deref(), &failed)));
            let second = match self.second(&prompt).await? {
                Told::Text(text) => prompt::read(&text).ok(),
                Told::Refused(reason) if problem.is_some() => return Ok(Err(reason)),
                _ => None,
            };
            match second {
                Some(second) => {
                    let (before, mut still) = (edits.len(), Vec::new());
                    self.check(&evidence, second.edits, &mut edits, &mut still);
                    let repaired = edits.len() - before;
                    dropped = match problem {
                        Some(_) => still.len(),
                        None => dropped.saturating_sub(repaired),
                    };
                    if text.trim().is_empty() {
                        text = second.answer;
                    }
                }
                None if problem.is_some() => {
                    return Ok(Err("The language model's answer could not be read, also when it \
                         was asked again. Put the message in other words, or try another model."
                        .to_owned()));
                }
                None => {}
            }
        }
        if dropped > 0 {
            text = format!("{}\n\n{}", text.trim_end(), self.left_out(dropped));
        }
        Ok(Ok(Answer { text: text.trim().to_owned(), edits }))
    }

    /// Says how many changes were left out, in the language of the message.
    fn left_out(&self, dropped: usize) -> String {
        let hebrew = self.material.message.chars().any(|c| ('\u{5d0}'..='\u{5ea}').contains(&c));
        match (hebrew, dropped) {
            (false, 1) => "One change was left out: the session does not say it.".to_owned(),
            (false, n) => format!("{n} changes were left out: the session does not say them."),
            (true, 1) => "שינוי אחד הושמט: הוא לא נאמר בפגישה.".to_owned(),
            (true, n) => format!("{n} שינויים הושמטו: הם לא נאמרו בפגישה."),
        }
    }

    async fn prompt(&self) -> Result<Prompt, String> {
        let model = self.model.model();
        let window = model.context_window().await;
        let tokens_max = (window / ANSWER_SHARE).clamp(ANSWER_MIN, ANSWER_MAX);
        let Material { summary, content, history, message, .. } = self.material;
        let mut messages = Vec::new();
        for (asked, answered) in &history[history.len().saturating_sub(HISTORY)..] {
            messages.push(Message::user(asked.clone()));
            messages.push(Message::assistant(answered.clone()));
        }
        let mut prompt = Prompt {
            purpose: Purpose::Refine,
            instructions: INSTRUCTIONS.to_owned(),
            messages,
            schema: Some((SCHEMA, prompt::schema())),
            tokens_max,
            temperature: Some(TEMPERATURE),
            patience: PATIENCE,
        };
        let shown = prompt::shown(summary);
        let frame = |turns: &str| {
            format!(
                "The transcript of the session, as data:\n<transcript>\n{turns}</transcript>\n\n\
                 {shown}\nThe coach's message:\n{message}"
            )
        };
        prompt.messages.push(Message::user(frame("")));
        // Earlier messages go first if there is no room.
        let room = loop {
            let used = prompt.tokens() + tokens_max + MARGIN;
            let room = window.saturating_sub(used);
            if room >= TURNS_MIN || prompt.messages.len() == 1 {
                break room;
            }
            prompt.messages.drain(..2);
        };
        if room < TURNS_MIN {
            return Err("The language model's context is too small for this summary. Shorten the \
                 summary, or tell the operator."
                .to_owned());
        }
        let count = |text: &str| model.count_tokens(text);
        let part = prompt::relevant(content, summary, message, room, count);
        prompt.messages.pop();
        prompt.messages.push(Message::user(frame(&part.render(content))));
        Ok(prompt)
    }

    /// Asks for the answer, and passes its reply on while it is written.
    async fn first(&self, prompt: &Prompt) -> Result<Told, Fault> {
        let ask = async || {
            let writing = self.drafts.write(self.sent.message_id.0);
            let mut reply = Reply::default();
            let mut sink = |piece: &str| writing.push(&reply.push(piece));
            told(self.model.stream(&self.account(), prompt, &mut sink).await.map(|it| it.text))
        };
        self.job.sealed_step("answer", &self.material.key, ask).await
    }

    async fn second(&self, prompt: &Prompt) -> Result<Told, Fault> {
        let ask = async || {
            told(self.model.write(&self.account(), prompt).await.map(|answer| answer.text))
        };
        self.job.sealed_step("answer-again", &self.material.key, ask).await
    }

    fn account(&self) -> Account {
        Account {
            organization: self.event.organization,
            transcript_id: Some(self.sent.transcript_id),
            metadata: self.job.command(self.event, "").metadata,
        }
    }

    /// Adds the edits that stand, and the others with what is wrong with them.
    fn check(
        &self,
        evidence: &Evidence<'_>,
        proposed: Vec<Proposed>,
        edits: &mut Vec<debrief_domain::summary::edit::Edit>,
        failed: &mut Vec<(Proposed, Vec<String>)>,
    ) {
        for one in proposed {
            let checked: Option<(Vec<u32>, Vec<Quote>)> =
                match prompt::claim(&one, &self.material.summary) {
                    None => None,
                    Some(claim) => match evidence.check(&claim) {
                        Verdict::Kept(stated) => {
                            Some((stated.item.point.turns, stated.item.point.quotes))
                        }
                        Verdict::Fixable(problems) => {
                            let problems = problems.iter().map(Problem::to_string).collect();
                            failed.push((one, problems));
                            continue;
                        }
                    },
                };
            match prompt::edit(&one, checked) {
                Some(edit) => edits.push(edit),
                None => {
                    let problem = "A field that this edit needs is missing.".to_owned();
                    failed.push((one, vec![problem]));
                }
            }
        }
    }
}

/// Returns the message that asks once again.
fn again(problem: Option<&str>, failed: &[(Proposed, Vec<String>)]) -> String {
    let mut message = String::from(
        "Correct what follows, or leave it out if the transcript does not say it. Answer with a \
         JSON object of the same form that holds the corrected edits alone.\n",
    );
    if let Some(problem) = problem {
        message.push_str(&format!("\n- {problem}"));
    }
    for (edit, problems) in failed {
        message.push_str(&format!("\n- {}", prompt::named(edit)));
        problems.iter().for_each(|problem| message.push_str(&format!("\n  {problem}")));
    }
    message
}

/// Returns what is stored of a call; what may be over soon is a fault instead.
fn told(answer: Result<String, ModelError>) -> Result<Told, Fault> {
    Ok(match answer {
        Ok(text) => Told::Text(text),
        Err(ModelError::Malformed { why, .. }) => Told::Malformed(why),
        Err(ModelError::TooLong { .. } | ModelError::ContextTooLong { .. }) => Told::Refused(
            "The language model's answer did not fit. Ask for less at a time.".to_owned(),
        ),
        Err(ModelError::Refused { why, .. }) => {
            Told::Refused(format!("The language model refused: {why}. Nothing was changed."))
        }
        Err(ModelError::BudgetSpent(sentence)) => Told::Refused(sentence),
        Err(ModelError::Config(why)) => {
            tracing::error!(%why, "the language model cannot be used");
            Told::Refused(
                "The language model is not set up correctly. The operator has been told; nothing \
                 was changed."
                    .to_owned(),
            )
        }
        Err(error @ (ModelError::Unavailable { .. } | ModelError::Cancelled)) => {
            return Err(Fault::Unavailable(error.to_string()));
        }
        Err(error @ ModelError::Truncated { .. }) => {
            return Err(Fault::Failed(error.to_string()));
        }
    })
}
