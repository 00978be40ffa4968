//! `summarize`, `refine`: summaries from the command line.

mod print;
mod refine;
mod summarize;

pub(super) use refine::{Refine, run as run_refine};
pub(super) use summarize::{Summarize, run as run_summarize};

use super::client::{Client, Failed};
use super::upload::key;
use crate::config::Config;
use debrief_api_types::summaries::Summary;
use debrief_domain::ids::{SummaryId, TranscriptId};
use std::time::Duration;
use uuid::Uuid;

/// The interval between two requests for the state.
const POLL: Duration = Duration::from_millis(250);

/// Returns a client of the server that the command is for.
fn client(config: &Config, url: Option<&str>) -> anyhow::Result<Client> {
    let url = url.map_or_else(|| config.public_url(config.listen), str::to_owned);
    Client::new(&url, &key(config)?)
}

/// Returns the summary with this id, or that of the session with this id.
async fn find(client: &Client, id: Uuid) -> Result<Summary, Failed> {
    let of_session = SummaryId::of(TranscriptId(id));
    match client.get(&format!("/v1/summaries/{of_session}")).await {
        Err(Failed::Refused { .. }) => client.get(&format!("/v1/summaries/{id}")).await,
        found => found,
    }
}

async fn get(client: &Client, id: SummaryId, query: &str) -> Result<Summary, Failed> {
    client.get(&format!("/v1/summaries/{id}{query}")).await
}
