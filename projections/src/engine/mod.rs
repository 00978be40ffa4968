//! The engine that runs projections.

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
pub use checkpoint::{Checkpoint, check, checkpoints};
pub use counters::ADDED_THROUGH;
pub use op::Op;
pub use runner::Runner;
pub use series::Series;
pub use table::{Column, ColumnType, Table};
pub use verify::{Difference, Verified, verify};
pub use views::{Stale, Views};

use debrief_domain::event::DecodeError;
use debrief_infra::database::DatabaseError;
use debrief_infra::log::{LogError, RecordedEvent};

/// Maps events to rows.
pub trait Projection: Send + Sync {
    /// Name of its checkpoint.
    fn name(&self) -> &'static str;

    /// Version of tables and code. Increment it with every change of either: the read model is then
    /// rebuilt at the next start.
    fn version(&self) -> u32;

    /// Tables that it fills.
    fn tables(&self) -> &'static [Table];

    /// Returns the changes of an event. Pure: the same event always gives the same changes.
    fn project(&self, event: &RecordedEvent) -> Result<Vec<Op>, DecodeError>;

    /// Returns its tables whose rows are numbered by [`Op::Append`].
    fn series(&self) -> Vec<Series> {
        Vec::new()
    }
}

/// A projection cannot continue.
#[derive(Debug, thiserror::Error)]
pub enum ProjectionError {
    /// The log cannot be read.
    #[error(transparent)]
    Log(#[from] LogError),
    /// The read model cannot be written.
    #[error(transparent)]
    Database(#[from] DatabaseError),
    /// An event cannot be decoded. Skipping it would make the read model wrong for ever.
    #[error("event {position} cannot be projected: {source}")]
    Decode {
        /// Position of the event.
        position: i64,
        /// Cause.
        source: DecodeError,
    },
    /// Other code filled the tables: writing to them would mix the two.
    #[error(
        "the tables of {name} have version {found}, this process has version {own}: it only reads \
         them, and leaves writing to the other"
    )]
    OtherVersion {
        /// Name of the projection.
        name: &'static str,
        /// Version of the code that filled the tables.
        found: i64,
        /// Version of the code in this process.
        own: i64,
    },
    /// A build made no progress for so long that another one took over.
    #[error("the build {0} made no progress and another took over")]
    SetAside(String),
    /// There is no projection with this name.
    #[error("there is no projection \"{0}\"")]
    Unknown(String),
}

impl ProjectionError {
    /// Returns whether the disk is full.
    pub fn is_full(&self) -> bool {
        match self {
            Self::Log(error) => error.is_full(),
            Self::Database(error) => error.is_full(),
            _ => false,
        }
    }

    /// Returns whether the read model belongs to another log: it can be read, but has to be rebuilt.
    pub fn is_diverged(&self) -> bool {
        matches!(self, Self::Log(LogError::Diverged(_)))
    }
}
