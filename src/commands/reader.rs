//! `reader`: does heavy work for the process that started it; see [`debrief_workers::confined`].

use clap::Args;
use debrief_workers::confined;
use std::process::ExitCode;

#[derive(Debug, Args)]
pub(crate) struct Reader {
    /// Bytes of memory that it may use
    #[arg(long)]
    memory: u64,
}

impl Reader {
    /// Serves its parent until that is gone.
    pub(crate) fn run(&self) -> ExitCode {
        confined::serve(self.memory)
    }
}
