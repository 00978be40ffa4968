//! What calls of language models cost, by organization and month.

mod month;
mod query;

pub use month::{InvalidMonth, Month};
pub use query::*;

use crate::engine::ColumnType::{Integer, Text};
use crate::engine::{ADDED_THROUGH, Op, Projection, Table};
use debrief_domain::event::DecodeError;
use debrief_domain::model_call::{ModelCall, ModelCallEvent, Outcome};
use debrief_infra::log::RecordedEvent;

const USAGE: Table = Table {
    name: "model_usage",
    key: &[("organization_id", Text), ("month", Text), ("purpose", Text), ("model", Text)],
    columns: &[
        ("calls", Integer),
        ("failed", Integer),
        ("estimated", Integer),
        ("prompt_tokens", Integer),
        ("completion_tokens", Integer),
        ("cost_micros", Integer),
        (ADDED_THROUGH, Integer),
    ],
    indexes: &[],
};

/// Fills `model_usage`. A call belongs to the month (UTC) in which it was recorded.
#[derive(Debug, Clone, Copy)]
pub struct Usage;

impl Projection for Usage {
    fn name(&self) -> &'static str {
        "usage"
    }

    fn version(&self) -> u32 {
        1
    }

    fn tables(&self) -> &'static [Table] {
        &[USAGE]
    }

    fn project(&self, event: &RecordedEvent) -> Result<Vec<Op>, DecodeError> {
        let Some(ModelCallEvent::Ended(call)) = event.of::<ModelCall>()? else {
            return Ok(Vec::new());
        };
        Ok(vec![Op::Add {
            table: USAGE.name,
            key: vec![
                event.organization.0.into(),
                Month::of(event.recorded_at).to_string().into(),
                call.purpose.into(),
                call.model.into(),
            ],
            columns: vec![
                ("calls", 1),
                ("failed", i64::from(call.outcome != Outcome::Answered)),
                ("estimated", i64::from(call.estimated)),
                ("prompt_tokens", call.prompt_tokens.into()),
                ("completion_tokens", call.completion_tokens.into()),
                ("cost_micros", i64::try_from(call.cost_micros).unwrap_or(i64::MAX)),
            ],
        }])
    }
}
