//! An aggregate for tests: it adds numbers.

use cqrs_es::event_sink::EventSink;
use cqrs_es::{Aggregate, DomainEvent};
use debrief_infra::log::{EventLog, Expected, StreamId};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

#[derive(Debug, Default, Clone, PartialEq, Serialize, Deserialize)]
pub struct Tally {
    pub sum: i64,
    pub events: i64,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", content = "payload")]
pub enum TallyEvent {
    #[serde(rename = "tally.added")]
    Added { amount: i64, sum: i64 },
}

#[derive(Debug, Clone)]
pub enum TallyCommand {
    Add(i64),
    /// Adds nothing: no event.
    Nothing,
    /// Refused if the sum has reached this.
    AddBelow(i64, i64),
    /// Lets another command change the stream before it decides, every time.
    LoseRace(Box<EventLog>, Uuid),
}

#[derive(Debug, PartialEq, thiserror::Error)]
#[error("the sum is too high")]
pub struct TooHigh;

impl DomainEvent for TallyEvent {
    fn event_type(&self) -> String {
        "tally.added".to_owned()
    }

    fn event_version(&self) -> String {
        "1".to_owned()
    }
}

impl Aggregate for Tally {
    const TYPE: &'static str = "tally";
    type Command = TallyCommand;
    type Event = TallyEvent;
    type Error = TooHigh;
    type Services = ();

    async fn handle(
        &mut self,
        command: TallyCommand,
        (): &(),
        sink: &EventSink<Self>,
    ) -> Result<(), TooHigh> {
        let amount = match command {
            TallyCommand::Nothing => return Ok(()),
            TallyCommand::AddBelow(_, limit) if self.sum >= limit => return Err(TooHigh),
            TallyCommand::Add(amount) | TallyCommand::AddBelow(amount, _) => amount,
            TallyCommand::LoseRace(log, id) => {
                let mut other = super::append(id, Expected::Any, 1);
                other.stream = StreamId { stream_type: Self::TYPE, id };
                other.events[0].event_type = "tally.added".to_owned();
                other.events[0].payload = serde_json::json!({"amount": 1, "sum": 0});
                super::committed(log.append(other).await.expect("the log works"));
                1
            }
        };
        sink.write(TallyEvent::Added { amount, sum: self.sum + amount }, self).await;
        Ok(())
    }

    fn apply(&mut self, TallyEvent::Added { amount, .. }: TallyEvent) {
        self.sum += amount;
        self.events += 1;
    }
}
