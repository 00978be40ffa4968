//! Prompts of organizations' own, for their lists.

mod query;

pub use query::*;

use crate::engine::ColumnType::{Integer, Text};
use crate::engine::{Op, Projection, Table};
use debrief_domain::event::DecodeError;
use debrief_domain::prompt::{Prompt, PromptEvent};
use debrief_infra::log::RecordedEvent;

const PROMPTS: Table = Table {
    name: "own_prompts",
    key: &[("id", Text)],
    columns: &[
        ("organization_id", Text),
        ("name", Text),
        ("version", Integer),
        ("title", Text),
        ("written_at", Integer),
    ],
    indexes: &[&["organization_id", "name"]],
};

/// Fills `own_prompts`. Templates themselves are read from the log.
#[derive(Debug, Clone, Copy)]
pub struct Prompts;

impl Projection for Prompts {
    fn name(&self) -> &'static str {
        "prompts"
    }

    fn version(&self) -> u32 {
        1
    }

    fn tables(&self) -> &'static [Table] {
        &[PROMPTS]
    }

    fn project(&self, event: &RecordedEvent) -> Result<Vec<Op>, DecodeError> {
        let Some(of_prompt) = event.of::<Prompt>()? else { return Ok(Vec::new()) };
        let key = vec![event.stream_id.into()];
        Ok(vec![match of_prompt {
            PromptEvent::Written(written) => Op::Put {
                table: PROMPTS.name,
                key,
                columns: vec![
                    ("organization_id", event.organization.0.into()),
                    ("name", written.name.into()),
                    ("version", written.version.into()),
                    ("title", written.template.into_known().map(|it| it.title).into()),
                    ("written_at", event.recorded_at.timestamp_millis().into()),
                ],
            },
            PromptEvent::Deleted(_) => Op::Delete { table: PROMPTS.name, key },
        }])
    }
}
