//! `reader`: does heavy work for the process that started it; see [`debrief_workers::confined`].

use crate::config::Config;
use anyhow::Context;
use clap::Args;
use debrief_workers::confined::{self, Children};
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

/// This program as a child of itself.
pub(crate) fn children(config: &Config) -> anyhow::Result<Children> {
    let program = Children::this_program().context("this program's file is not known")?;
    let memory = config.worker_memory_max.get().to_string();
    let arguments = vec!["reader".into(), "--memory".into(), memory.into()];
    Ok(Children::new(program, arguments, config.worker_concurrency))
}
