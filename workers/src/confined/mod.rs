//! Heavy work in code that may not come to an end, confined to a process that can be killed.
//!
//! Reading a file is processor work in third-party code that no abort stops, and that may crash or
//! fill the memory. So it is done by a child of this process, `debrief reader`: [`Children`] keeps a
//! few of them warm. A child bounds its own processor time and memory, so that the kernel ends it;
//! it is killed when the attempt that waits for it ends; and it ends with its parent. Whatever
//! becomes of it, the attempt gets a sentence and this process goes on.
//!
//! A [`Task`] is a function from bytes to bytes that both sides know by name, such as
//! [`session::TASK`]: another one is a constant, and a line in [`TASKS`].
//!
//! Invariants: a child serves one request at a time; it is used again only after an answer to the
//! last request that was read in full; it is given no secret, neither in its environment nor in its
//! arguments; nothing that it prints or answers about its own failures holds a person's words.

mod child;
mod children;
mod protocol;
pub mod session;

pub use child::serve;
pub use children::Children;

use crate::worker::Fault;
use async_trait::async_trait;
use bytes::Bytes;
use std::fmt;
use std::time::Duration;

/// A piece of work that a child can do.
pub struct Task {
    /// Names it in requests.
    pub name: &'static str,
    /// What it is for people, as the beginning of a sentence.
    pub doing: &'static str,
    /// Does it.
    pub perform: Perform,
}

/// From what is asked, as JSON, and the bytes that come with it, to an answer.
pub type Perform = fn(&[u8], &[Bytes]) -> Result<Vec<u8>, String>;

impl fmt::Debug for Task {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name)
    }
}

/// All that a child can do.
static TASKS: &[&Task] = &[&session::TASK];

/// A request for a task.
#[derive(Debug, Clone)]
pub struct Request {
    /// What is to be done.
    pub task: &'static Task,
    /// What is asked, as JSON.
    pub head: Vec<u8>,
    /// What comes with it, such as files.
    pub bodies: Vec<Bytes>,
}

/// Where heavy work is done.
#[async_trait]
pub trait Confined: Send + Sync + fmt::Debug {
    /// Does a task within `budget` of processor time.
    async fn perform(&self, request: Request, budget: Duration) -> Result<Bytes, Fault>;
}

/// In a thread of this process, where there is no program to be a child: nothing ends what does not
/// end by itself.
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

/// How the reasons of attempts end that used up their processor time.
const OF_PROCESSOR_TIME: &str = " s of processor time";

fn overran(task: &Task, budget: Duration) -> String {
    format!("{} took longer than {}{OF_PROCESSOR_TIME}", task.doing, budget.as_secs_f64())
}

/// Whether this is the reason of an attempt that used up its processor time.
pub(crate) fn is_overrun(reason: &str) -> bool {
    reason.ends_with(OF_PROCESSOR_TIME)
}
