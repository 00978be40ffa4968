//! Asks the model for the points of a part, and checks them.

use super::Stop;
use super::material::Material;
use crate::fault::Fault;
use crate::job::JobContext;
use crate::metered::{Account, Metered};
use debrief_domain::summary::Section;
use debrief_domain::summary::content::Checked;
use debrief_infra::language::{Message, ModelError, Prompt, Purpose};
use debrief_language::answer::{self, ask_again};
use debrief_language::evidence::{Claim, Evidence, Known, Problem, Stated, Verdict};
use debrief_language::parts::{self, Part};
use debrief_language::prompts::{self, Input};
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// Name of the schema of an answer.
const SCHEMA: &str = "session_points";
/// Tokens of an answer, at least and at most.
const ANSWER_MIN: u32 = 512;
const ANSWER_MAX: u32 = 8_192;
/// Share of the context that is left for the answer.
const ANSWER_SHARE: u32 = 4;
/// Most tokens of a part, however large the context: of longer texts, models leave out more.
const PART_MAX: u32 = 16_000;
/// Least tokens of a part that are worth asking for.
const PART_MIN: u32 = 200;
/// Tokens that are left free, because counting is an estimate.
const MARGIN: u32 = 128;
/// The timeout of a call.
const PATIENCE: Duration = Duration::from_secs(600);
/// How freely the model chooses its words.
const TEMPERATURE: f32 = 0.2;

/// What came of a call, as it is stored with the job.
#[derive(Debug, Serialize, Deserialize)]
enum Told {
    /// The model's text, and the model.
    Text(String, String),
    /// The answer did not fit, or the prompt: ask for less.
    TooLong,
    /// The answer was of no use.
    Malformed(String),
    /// A sentence for the coach.
    Refused(String),
}

/// The points of a part that stand.
#[derive(Default)]
pub(super) struct Answered {
    pub(super) points: Vec<Stated>,
    pub(super) checked: Checked,
    /// The model that wrote them.
    pub(super) model: String,
}

/// Asks for parts of one session.
pub(super) struct Asker<'a> {
    material: &'a Material,
    model: &'a Metered,
    account: Account,
    job: &'a JobContext,
    sections: Vec<Section>,
    terms: Vec<&'a str>,
    voice: Option<String>,
    evidence: Evidence<'a>,
    /// Tokens of an answer.
    answer_tokens: u32,
    /// Tokens of a part's turns.
    part_tokens: u32,
}

impl<'a> Asker<'a> {
    pub(super) async fn new(
        material: &'a Material,
        model: &'a Metered,
        account: Account,
        job: &'a JobContext,
    ) -> Result<Self, Stop> {
        let terms: Vec<&str> = material.terms.iter().map(String::as_str).collect();
        let names: Vec<&str> = terms.iter().copied().chain(material.client_name()).collect();
        let language = material.language.as_deref();
        let known = Known { held_on: material.held_on, names: &names, language };
        let mut asker = Self {
            material,
            model,
            account,
            job,
            sections: material.template.asked(),
            voice: material.voice_text(),
            evidence: Evidence::new(&material.content, &known),
            terms,
            answer_tokens: 0,
            part_tokens: 0,
        };
        let window = model.model().context_window().await;
        asker.answer_tokens = (window / ANSWER_SHARE).clamp(ANSWER_MIN, ANSWER_MAX);
        // The parts are not counted yet: as many as are possible.
        let empty = asker.prompt((99, 99), "")?;
        let frame = empty.tokens() + asker.answer_tokens + MARGIN;
        asker.part_tokens = window.saturating_sub(frame).min(PART_MAX);
        Ok(asker)
    }

    /// Divides the session into parts that the model can be asked for.
    pub(super) fn divide(&self) -> Result<Vec<Part>, Stop> {
        if self.part_tokens < PART_MIN {
            return Err(Stop::Fail(
                "The language model's context is too small for this prompt, its notes and any \
                 part of the session. Choose a shorter prompt, or tell the operator."
                    .to_owned(),
            ));
        }
        let count = |text: &str| self.model.model().count_tokens(text);
        Ok(parts::divide(&self.material.content, self.part_tokens, count))
    }

    fn prompt(&self, part: (u32, u32), turns: &str) -> Result<Prompt, Stop> {
        let material = self.material;
        let input = Input {
            turns,
            part: (part.1 > 1).then_some(part),
            notes: material.notes.as_deref(),
            vocabulary: &self.terms,
            running_note: material.note.as_ref().map(|(text, _)| text.as_str()),
            voice: self.voice.as_deref(),
            language: material.language.as_deref(),
            instructions: material.instructions.as_deref(),
            client: material.client_name(),
            coach: None,
            held_on: material.held_on,
        };
        let rendered = prompts::render(&material.template, &input)
            .map_err(|error| Stop::Fail(format!("The prompt cannot be used: {error}")))?;
        Ok(Prompt {
            purpose: Purpose::Summary,
            instructions: rendered.instructions,
            messages: vec![Message::user(rendered.text)],
            schema: Some((SCHEMA, answer::schema(&self.sections))),
            tokens_max: self.answer_tokens,
            temperature: Some(TEMPERATURE),
            patience: PATIENCE,
        })
    }

    /// Returns the points of a part that stand.
    pub(super) async fn part(
        &self,
        at: usize,
        total: usize,
        part: &Part,
    ) -> Result<Answered, Stop> {
        let number = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
        let place = (number(at + 1), number(total));
        let name = format!("part-{at}");
        match self.points(&name, place, part).await? {
            Some(answered) => Ok(answered),
            // The answer did not fit: once in two halves.
            None => {
                let mut whole = Answered::default();
                for (half, pieces) in halves(part).into_iter().enumerate() {
                    let name = format!("{name}-half-{half}");
                    let answered = self.points(&name, place, &pieces).await?;
                    let answered = answered.ok_or_else(|| {
                        Stop::Fail(
                            "The language model's answers are longer than it may write, even for \
                             small parts of this session. Choose a shorter prompt, or tell the \
                             operator."
                                .to_owned(),
                        )
                    })?;
                    whole.points.extend(answered.points);
                    whole.checked.kept += answered.checked.kept;
                    whole.checked.repaired += answered.checked.repaired;
                    whole.checked.dropped += answered.checked.dropped;
                    whole.model = answered.model;
                }
                Ok(whole)
            }
        }
    }

    /// Asks for the points of a part, and once again for those that do not stand. `None` if the
    /// answer does not fit.
    async fn points(
        &self,
        name: &str,
        place: (u32, u32),
        part: &Part,
    ) -> Result<Option<Answered>, Stop> {
        let mut prompt = self.prompt(place, &part.render(&self.material.content))?;
        let (first, model) = match self.call(name, &prompt).await? {
            Told::Text(text, model) => (text, model),
            Told::TooLong => return Ok(None),
            Told::Refused(reason) => return Err(Stop::Fail(reason)),
            Told::Malformed(why) => (String::new(), why),
        };
        let mut answered = Answered { model, ..Answered::default() };
        let (failed, again) = match answer::read(&first, &self.sections) {
            Ok(read) => {
                let failed = self.check(read.claims, &mut answered.points);
                answered.checked.kept = count(answered.points.len());
                if failed.is_empty() && read.problems.is_empty() {
                    return Ok(Some(answered));
                }
                let again = ask_again(&failed, &read.problems);
                (failed.len(), again)
            }
            Err(error) => (0, error.to_string()),
        };
        if !first.is_empty() {
            prompt.messages.push(Message::assistant(first.clone()));
        }
        prompt.messages.push(Message::user(again));
        let is_read = answered.checked.kept > 0 || failed > 0;
        let second = match self.call(&format!("{name}-again"), &prompt).await? {
            Told::Text(text, model) => {
                answered.model = model;
                answer::read(&text, &self.sections).ok()
            }
            Told::Refused(reason) if !is_read => return Err(Stop::Fail(reason)),
            Told::TooLong if !is_read => return Ok(None),
            _ => None,
        };
        let Some(second) = second else {
            if is_read {
                answered.checked.dropped = count(failed);
                return Ok(Some(answered));
            }
            return Err(Stop::Fail(
                "The language model's answers could not be read, also when it was asked again. \
                 The summary stays as it is; another model may do better."
                    .to_owned(),
            ));
        };
        let before = answered.points.len();
        let still = self.check(second.claims, &mut answered.points);
        let right = count(answered.points.len() - before);
        if is_read {
            // More points than were asked for again are no repair.
            answered.checked.repaired = right.min(count(failed));
            answered.checked.kept += right - answered.checked.repaired;
            answered.checked.dropped = count(failed).saturating_sub(answered.checked.repaired);
        } else {
            answered.checked.repaired = right;
            answered.checked.dropped = count(still.len());
        }
        Ok(Some(answered))
    }

    /// Adds the points that stand; returns the others with what is wrong with them.
    fn check(&self, claims: Vec<Claim>, points: &mut Vec<Stated>) -> Vec<(Claim, Vec<Problem>)> {
        let mut failed = Vec::new();
        for claim in claims {
            match self.evidence.check(&claim) {
                Verdict::Kept(stated) => points.push(*stated),
                Verdict::Fixable(problems) => failed.push((claim, problems)),
            }
        }
        failed
    }

    /// Asks the model, or returns what it answered in an earlier attempt.
    async fn call(&self, step: &str, prompt: &Prompt) -> Result<Told, Stop> {
        let ask = async || match self.model.write(&self.account, prompt).await {
            Ok(answer) => Ok(Told::Text(answer.text, answer.model)),
            Err(error) => told(error),
        };
        Ok(self.job.sealed_step(step, &self.material.key, ask).await?)
    }
}

/// Returns what is stored of a failure; what may be over soon is a fault instead.
fn told(error: ModelError) -> Result<Told, Fault> {
    Ok(match error {
        ModelError::TooLong { .. } | ModelError::ContextTooLong { .. } => Told::TooLong,
        ModelError::Malformed { why, .. } => Told::Malformed(why),
        ModelError::Refused { why, .. } => Told::Refused(format!(
            "The language model refused this session: {why}. The summary stays as it is."
        )),
        ModelError::BudgetSpent(sentence) => Told::Refused(sentence),
        ModelError::Config(why) => {
            tracing::error!(%why, "the language model cannot be used");
            Told::Refused(
                "The language model is not set up correctly. The operator has been told; the \
                 summary stays as it is."
                    .to_owned(),
            )
        }
        error @ (ModelError::Unavailable { .. } | ModelError::Cancelled) => {
            return Err(Fault::Unavailable(error.to_string()));
        }
        error @ ModelError::Truncated { .. } => return Err(Fault::Failed(error.to_string())),
    })
}

fn count(n: usize) -> u32 {
    u32::try_from(n).unwrap_or(u32::MAX)
}

/// Returns the two halves of a part. A part of one piece has none: it is asked for again as it is.
fn halves(part: &Part) -> Vec<Part> {
    let middle = part.pieces.len() / 2;
    if middle == 0 {
        return vec![part.clone()];
    }
    let (first, second) = part.pieces.split_at(middle);
    [first, second]
        .map(|pieces| Part { pieces: pieces.to_vec(), tokens: part.tokens.div_ceil(2) })
        .to_vec()
}
