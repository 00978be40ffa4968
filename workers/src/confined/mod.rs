//! Confines heavy work, in code that may never return, to a process that can be killed.
//!
//! Parsing a file is processor work in third-party code that an abort does not stop, and that may
//! crash or exhaust the memory. It therefore runs in a child of this process, `debrief reader`;
//! [`Children`] keeps a few of them warm. A child limits its own processor time and memory, and the
//! kernel enforces the limits. It is killed when the attempt that waits for it ends, and it exits
//! with its parent. However it ends, the attempt gets a sentence that says so, and this process
//! goes on.
//!
//! A [`Task`] is a function from bytes to bytes that both sides know by name, such as
//! [`session::TASK`]. A new task is a constant and a line in [`TASKS`].
//!
//! Invariants: a child serves one request at a time. It is used again only after it has answered
//! and has read the whole request. It is given no secret, neither in its environment nor in its
//! arguments. Nothing that it prints or reports about its own failures contains a person's words.

mod child;
mod children;
mod protocol;
pub mod session;

pub use child::serve;
pub use children::Children;

use crate::fault::Fault;
use async_trait::async_trait;
use bytes::Bytes;
use std::fmt;
use std::time::Duration;

/// A task that a child can perform.
pub struct Task {
    /// The name in requests.
    pub name: &'static str,
    /// A description for people, as the beginning of a sentence.
    pub doing: &'static str,
    /// Performs it.
    pub perform: Perform,
}

/// A function from a head, as JSON, and bodies to an answer.
pub type Perform = fn(&[u8], &[Bytes]) -> Result<Vec<u8>, String>;

impl fmt::Debug for Task {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name)
    }
}

/// All tasks.
static TASKS: &[&Task] = &[&session::TASK];

/// A request to perform a task.
#[derive(Debug, Clone)]
pub struct Request {
    /// The task.
    pub task: &'static Task,
    /// The arguments, as JSON.
    pub head: Vec<u8>,
    /// The binary data, such as files.
    pub bodies: Vec<Bytes>,
}

/// Performs heavy work.
#[async_trait]
pub trait Confined: Send + Sync + fmt::Debug {
    /// Performs a task within `budget` of processor time.
    async fn perform(&self, request: Request, budget: Duration) -> Result<Bytes, Fault>;
}

/// Performs tasks in a thread of this process, where no program can be started as a child. Nothing
/// ends a task that does not return.
#[derive(Debug, Clone, Copy)]
pub struct InThread;

#[async_trait]
impl Confined for InThread {
    async fn perform(&self, request: Request, _: Duration) -> Result<Bytes, Fault> {
        let Request { task, head, bodies } = request;
        let performed = tokio::task::spawn_blocking(move || (task.perform)(&head, &bodies));
        match performed.await {
            Ok(Ok(answer)) => Ok(answer.into()),
            Ok(Err(sentence)) => Err(Fault::Failed(sentence)),
            Err(panic) => Err(Fault::Failed(format!("{} panicked: {panic}", task.doing))),
        }
    }
}

/// The end of the message of an attempt that used up its processor time.
const OF_PROCESSOR_TIME: &str = " s of processor time";

fn overran(task: &Task, budget: Duration) -> String {
    format!("{} took longer than {}{OF_PROCESSOR_TIME}", task.doing, budget.as_secs_f64())
}

/// Returns whether this is the message of an attempt that used up its processor time.
pub(crate) fn is_overrun(reason: &str) -> bool {
    reason.ends_with(OF_PROCESSOR_TIME)
}
