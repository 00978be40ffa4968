//! The engine that carries projections out.

mod batch;
mod build;
mod checkpoint;
mod claim;
mod counters;
mod op;
mod runner;
mod series;
mod table;
mod verify;
mod views;

pub use build::{Rebuilt, rebuild};
pub use checkpoint::{Checkpoint, checkpoints};
pub use counters::ADDED_THROUGH;
pub use op::Op;
pub use runner::Runner;
pub use series::Series;
pub use table::{Column, Kind, Table};
pub use verify::{Difference, Verified, verify};
pub use views::{Stale, Views};

use debrief_domain::event::DecodeError;
use debrief_infra::database::DatabaseError;
use debrief_infra::log::{LogError, RecordedEvent};

/// From events to rows.
pub trait Projection: Send + Sync {
    /// Names its checkpoint.
    fn name(&self) -> &'static str;

    /// Version of tables and code: raise it with every change of either, and the read model is
    /// rebuilt at the next start.
    fn version(&self) -> u32;

    /// The tables that it fills.
    fn tables(&self) -> &'static [Table];

    /// What an event changes. Pure: the same event always gives the same changes.
    fn project(&self, event: &RecordedEvent) -> Result<Vec<Op>, DecodeError>;

    /// Those of its tables whose rows are numbered by [`Op::Append`].
    fn series(&self) -> Vec<Series> {
        Vec::new()
    }
}

/// A projection cannot go on.
#[derive(Debug, thiserror::Error)]
pub enum ProjectionError {
    /// The log cannot be read.
    #[error(transparent)]
    Log(#[from] LogError),
    /// The read model cannot be written.
    #[error(transparent)]
    Database(#[from] DatabaseError),
    /// An event cannot be understood. Skipping it would make the read model wrong for ever.
    #[error("event {position} cannot be projected: {source}")]
    Decode {
        /// Where it stands.
        position: i64,
        /// What is wrong.
        source: DecodeError,
    },
    /// The tables were filled by other code: writing to them would mix the two.
    #[error(
        "the tables of {name} are of version {found}, this process has version {own}: it can read \
         them, and leaves writing to the other"
    )]
    OtherVersion {
        /// The projection.
        name: &'static str,
        /// Version of the code that filled the tables.
        found: i64,
        /// Version of the code in this process.
        own: i64,
    },
    /// A build did not move for so long that another one took its place.
    #[error("the build {0} came to a standstill and was set aside for another")]
    SetAside(String),
    /// There is no projection of this name.
    #[error("there is no projection \"{0}\"")]
    Unknown(String),
}
