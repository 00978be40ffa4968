use super::*;
use crate::testing::Stage;
use async_trait::async_trait;
use debrief_domain::model_call::ModelCallEvent;
use debrief_domain::principal::Principal;
use debrief_infra::language::Finish;
use std::sync::atomic::AtomicUsize;

/// A model that answers each prompt by its instructions.
#[derive(Debug, Default)]
struct Scripted {
    calls: AtomicUsize,
}

fn usage(prompt_tokens: u32, completion_tokens: u32) -> Usage {
    Usage { prompt_tokens, completion_tokens, estimated: false }
}

#[async_trait]
impl LanguageModel for Scripted {
    fn name(&self) -> &str {
        "scripted"
    }

    async fn write(&self, prompt: &Prompt) -> Result<Answer, ModelError> {
        self.stream(prompt, &mut |_| {}).await
    }

    async fn stream(&self, prompt: &Prompt, sink: &mut Sink<'_>) -> Result<Answer, ModelError> {
        self.calls.fetch_add(1, Ordering::Relaxed);
        match prompt.instructions.as_str() {
            "hang" => {
                sink("The first words.");
                std::future::pending().await
            }
            "be malformed" => {
                let why = "no JSON".to_owned();
                Err(ModelError::Malformed { why, usage: Some(usage(50, 5)) })
            }
            "be away" => {
                Err(ModelError::Unavailable { why: "refused".to_owned(), retry_after: None })
            }
            _ => Ok(Answer {
                text: "An answer.".to_owned(),
                usage: usage(1_000, 200),
                model: "the fallback".to_owned(),
                finish: Finish::Stop,
            }),
        }
    }

    async fn context_window(&self) -> u32 {
        8_000
    }

    fn count_tokens(&self, text: &str) -> u32 {
        tokens::estimate(text)
    }

    fn check(&self, _: Purpose) -> Result<(), ModelError> {
        Ok(())
    }

    fn health(&self) -> Result<(), ModelError> {
        Ok(())
    }
}

struct Desk {
    stage: Stage,
    model: Arc<Scripted>,
    metered: Metered,
    account: Account,
}

impl Desk {
    async fn new(budget: Option<u64>) -> Self {
        let stage = Stage::new().await;
        let model = Arc::new(Scripted::default());
        let metered = Metered::new(
            Arc::clone(&model) as Arc<dyn LanguageModel>,
            stage.context.log.clone(),
            stage.context.views.clone(),
            Prices { input: 1_000_000, output: 2_000_000 },
            budget.and_then(NonZeroU64::new),
        );
        let account = Account {
            organization: stage.organization,
            transcript_id: Some(TranscriptId(Uuid::from_u128(7))),
            metadata: Metadata {
                actor: Principal::System.to_string(),
                correlation_id: Uuid::now_v7(),
                causation_id: None,
            },
        };
        Self { stage, model, metered, account }
    }

    async fn ask(&self, instructions: &str) -> Result<Answer, ModelError> {
        let prompt = Prompt::new(Purpose::Summary, instructions, "a text");
        let asked = self.metered.write(&self.account, &prompt).await;
        self.stage.catch_up().await;
        asked
    }

    async fn records(&self) -> Vec<ModelCallEnded> {
        let events = self.stage.read().await.into_iter();
        events
            .filter_map(|event| event.of::<ModelCall>().unwrap())
            .map(|ModelCallEvent::Ended(ended)| ended)
            .collect()
    }
}

#[tokio::test]
async fn what_a_call_cost_is_recorded_whether_it_was_answered_or_not() {
    let desk = Desk::new(None).await;
    desk.ask("answer").await.unwrap();
    desk.ask("be malformed").await.unwrap_err();
    desk.ask("be away").await.unwrap_err();
    let records = desk.records().await;
    assert_eq!(records.len(), 2, "what cost nothing is not recorded: {records:?}");
    assert_eq!((records[0].model.as_str(), records[0].cost_micros), ("the fallback", 1_400));
    assert_eq!(records[0].transcript_id, desk.account.transcript_id);
    assert_eq!((records[1].outcome, records[1].cost_micros), (Outcome::Malformed, 60));
    let viewer = Viewer::everything(desk.stage.organization);
    let month = Month::of(Utc::now());
    let rows = usage::of_month(&desk.stage.context.views, viewer, month).await.unwrap();
    let of = |row: &usage::UsageRow| (row.model.clone(), row.calls, row.failed, row.cost_micros);
    let rows: Vec<_> = rows.iter().map(of).collect();
    assert_eq!(rows, [("scripted".into(), 1, 1, 60), ("the fallback".into(), 1, 0, 1_400)]);
    let stranger = Viewer::everything(OrganizationId(Uuid::from_u128(0x0b)));
    assert_eq!(usage::spent(&desk.stage.context.views, stranger, month).await.unwrap(), 0);
}

#[tokio::test]
async fn a_spent_budget_is_refused_before_anything_is_sent() {
    let desk = Desk::new(Some(1_201)).await;
    desk.ask("answer").await.unwrap();
    desk.ask("answer").await.expect("a call may begin with the last token");
    let told = desk.ask("answer").await.unwrap_err();
    assert!(told.to_string().contains("2400 of 1201 tokens"), "{told}");
    assert_eq!(desk.model.calls.load(Ordering::Relaxed), 2);
    assert_eq!(desk.records().await.len(), 2);
    let check = desk.metered.check(desk.stage.organization, Purpose::Refine).await;
    assert!(matches!(check, Err(ModelError::BudgetSpent(_))), "{check:?}");
    let other = OrganizationId(Uuid::from_u128(0x0b));
    desk.metered.check(other, Purpose::Refine).await.expect("each has a budget of its own");
}

#[tokio::test]
async fn a_call_that_nobody_waits_for_is_recorded_by_an_estimate() {
    let desk = Desk::new(None).await;
    let prompt = Prompt::new(Purpose::Refine, "hang", "a text");
    let mut heard = String::new();
    let mut sink = |piece: &str| heard.push_str(piece);
    let call = desk.metered.stream(&desk.account, &prompt, &mut sink);
    let cut = tokio::time::timeout(Duration::from_millis(50), call).await;
    assert!(cut.is_err(), "it hangs");
    assert_eq!(heard, "The first words.");
    let began = std::time::Instant::now();
    while desk.records().await.is_empty() {
        assert!(began.elapsed() < Duration::from_secs(30), "it is not recorded");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    let records = desk.records().await;
    let [record] = records.as_slice() else { panic!("{records:?}") };
    assert_eq!((record.outcome, record.estimated), (Outcome::Cancelled, true));
    assert_eq!(record.prompt_tokens, prompt.tokens());
    assert_eq!(record.completion_tokens, tokens::estimate("The first words."));
}
