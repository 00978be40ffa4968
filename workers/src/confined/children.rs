//! The parent's side: keeps children warm, and reports how they ended.

use super::protocol::{self, Status};
use super::{Confined, Request, Task, overran};
use crate::fault::Fault;
use async_trait::async_trait;
use bytes::Bytes;
use metrics::counter;
use rustix::process::{Pid, setpriority_pgrp};
use std::ffi::OsString;
use std::io;
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::{ExitStatus, Stdio};
use std::sync::Mutex;
use std::time::Duration;
use tokio::process::{Child, ChildStdin, ChildStdout, Command};

/// How long a child works like any other process. After that its priority is lowered, so that short
/// work is not slowed down by long work beside it.
const SHORT: Duration = Duration::from_millis(300);
/// The niceness of long work.
const NICE: i32 = 10;

/// How long a child that closed its output may take to exit.
const ENDING: Duration = Duration::from_secs(5);

/// Signals whose meaning is reported.
const SIGABRT: i32 = 6;
const SIGKILL: i32 = 9;
const SIGSEGV: i32 = 11;
#[cfg(not(any(target_arch = "mips", target_arch = "mips64")))]
const SIGXCPU: i32 = 24;
#[cfg(any(target_arch = "mips", target_arch = "mips64"))]
const SIGXCPU: i32 = 30;

/// Processes that do heavy work, started when they are needed.
#[derive(Debug)]
pub struct Children {
    program: PathBuf,
    arguments: Vec<OsString>,
    /// Warm children that are not in use.
    idle: Mutex<Vec<Running>>,
    idle_max: usize,
}

/// A child, in use or warm. It is killed when this is dropped.
#[derive(Debug)]
struct Running {
    child: Child,
    input: ChildStdin,
    output: ChildStdout,
    /// Whether its priority was lowered, for good.
    is_slow: bool,
}

impl Children {
    /// Creates a pool of children that run `program` with these arguments, which make it call
    /// [`super::serve`]. At most `idle_max` are kept warm.
    pub fn new(program: PathBuf, arguments: Vec<OsString>, idle_max: usize) -> Self {
        Self { program, arguments, idle: Mutex::default(), idle_max }
    }

    /// Returns the program that is running, even if its file has been replaced since it was
    /// started.
    pub fn this_program() -> io::Result<PathBuf> {
        let itself = Path::new("/proc/self/exe");
        if itself.exists() { Ok(itself.to_owned()) } else { std::env::current_exe() }
    }

    fn take(&self) -> io::Result<Running> {
        loop {
            let idle = self.idle.lock().expect("no panic under this lock").pop();
            match idle {
                Some(mut running) => {
                    // A child that exited while idle is no failure of this request.
                    if running.child.try_wait()?.is_none() {
                        return Ok(running);
                    }
                }
                None => return self.start(),
            }
        }
    }

    fn start(&self) -> io::Result<Running> {
        let mut child = Command::new(&self.program)
            .args(&self.arguments)
            // The environment may contain keys, which parsing does not need.
            .env_clear()
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            // The parent handles an interrupt from a terminal.
            .process_group(0)
            .kill_on_drop(true)
            .spawn()?;
        counter!("debrief_confined_children_total").increment(1);
        let (input, output) = (child.stdin.take(), child.stdout.take());
        Ok(Running {
            child,
            input: input.expect("its standard input is a pipe"),
            output: output.expect("its standard output is a pipe"),
            is_slow: false,
        })
    }

    fn keep(&self, running: Running) {
        // A process may not raise its priority again.
        if running.is_slow {
            return;
        }
        let mut idle = self.idle.lock().expect("no panic under this lock");
        if idle.len() < self.idle_max {
            idle.push(running);
        }
    }
}

impl Running {
    async fn ask(&mut self, request: &Request, budget: Duration) -> io::Result<(Status, Vec<u8>)> {
        // An answer may come before the whole request has been read.
        let ask = protocol::ask(&mut self.input, request, budget);
        let hear = protocol::hear(&mut self.output);
        let mut talk = std::pin::pin!(async move { tokio::join!(ask, hear) });
        let (asked, heard) = tokio::select! {
            ended = &mut talk => ended,
            () = tokio::time::sleep(SHORT) => {
                self.is_slow = true;
                // Without an id it has exited.
                let group = self.child.id().and_then(|id| Pid::from_raw(id.cast_signed()));
                if let Some(group) = group
                    && let Err(error) = setpriority_pgrp(Some(group), NICE)
                {
                    tracing::debug!(%error, "cannot lower the priority of a process");
                }
                talk.await
            }
        };
        let heard = heard?;
        asked?;
        Ok(heard)
    }

    /// Kills the child if it has not exited, and returns its exit status.
    async fn end(mut self) -> io::Result<ExitStatus> {
        match tokio::time::timeout(ENDING, self.child.wait()).await {
            Ok(status) => status,
            Err(_) => {
                self.child.kill().await?;
                self.child.wait().await
            }
        }
    }
}

/// Returns the failure that is reported to a job when its child exited without an answer.
fn fault(status: ExitStatus, task: &Task, budget: Duration) -> Fault {
    let ended = match status.signal() {
        Some(SIGXCPU) => return Fault::Overran(overran(task, budget)),
        Some(SIGABRT | SIGSEGV) => "crashed; it may have run out of memory or stack".to_owned(),
        Some(SIGKILL) => "was killed; the machine may have run out of memory".to_owned(),
        Some(signal) => format!("was ended by signal {signal}"),
        None => format!("ended without an answer ({status})"),
    };
    Fault::Failed(format!("{}: its process {ended}", task.doing))
}

#[async_trait]
impl Confined for Children {
    async fn perform(&self, request: Request, budget: Duration) -> Result<Bytes, Fault> {
        let started = self.take().map_err(|error| {
            Fault::Unavailable(format!("cannot start a process for heavy work: {error}"))
        });
        let mut running = started?;
        match running.ask(&request, budget).await {
            Ok((Status::Done, answer)) => {
                self.keep(running);
                Ok(answer.into())
            }
            Ok((Status::Failed, sentence)) => {
                // The task may have left anything behind.
                drop(running);
                Err(Fault::Failed(String::from_utf8_lossy(&sentence).into_owned()))
            }
            Err(_) => {
                let ended = running.end().await;
                let ended = ended.map_err(|error| Fault::Failed(error.to_string()))?;
                counter!("debrief_confined_deaths_total").increment(1);
                Err(fault(ended, request.task, budget))
            }
        }
    }
}
