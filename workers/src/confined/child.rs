//! The child's side: limits its own resources, then serves requests until its parent is gone.

use super::TASKS;
use super::protocol::{self, Header, Status};
use bytes::Bytes;
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use rustix::time::{ClockId, clock_gettime};
use std::io::{self, Write};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::process::ExitCode;
use std::sync::Mutex;
use std::sync::mpsc;
use std::time::Duration;
use tokio::signal::unix::{SignalKind, signal};

/// Location of the last panic. Its message is not kept, because it may quote a file.
static PANICKED_AT: Mutex<String> = Mutex::new(String::new());

/// Serves requests from standard input on standard output until the input ends, with at most
/// `memory` bytes of address space in addition to what the program has mapped so far.
pub fn serve(memory: u64) -> ExitCode {
    match serve_until_the_end(memory) {
        Ok(()) => ExitCode::SUCCESS,
        // Usually the parent has gone. There is nobody to report to.
        Err(_) => ExitCode::FAILURE,
    }
}

fn serve_until_the_end(memory: u64) -> io::Result<()> {
    bound(Resource::As, Some(memory.saturating_add(mapped())))?;
    // A core dump would contain people's words.
    bound(Resource::Core, Some(0))?;
    ignore_signals()?;
    std::panic::set_hook(Box::new(|panic| {
        let place = panic.location().map(ToString::to_string).unwrap_or_default();
        if let Ok(mut at) = PANICKED_AT.lock() {
            *at = place;
        }
    }));
    let (requests, received) = mpsc::channel();
    // A thread of its own reads, so that it notices at once when the parent is gone.
    std::thread::Builder::new().spawn(move || {
        let mut input = io::stdin().lock();
        loop {
            match protocol::receive(&mut input) {
                Ok(Some(request)) => drop(requests.send(request)),
                // Exits as it does when it runs out of memory anywhere else.
                Err(error) if error.kind() == io::ErrorKind::OutOfMemory => std::process::abort(),
                Ok(None) | Err(_) => std::process::exit(0),
            }
        }
    })?;
    let mut output = io::stdout().lock();
    for (header, head, bodies) in received {
        let (status, answer) = match perform(&header, &head, &bodies) {
            Ok(answer) => (Status::Done, answer),
            Err(sentence) => (Status::Failed, sentence.into_bytes()),
        };
        drop((head, bodies));
        output.write_all(&protocol::answer_prefix(status, answer.len()))?;
        output.write_all(&answer)?;
        output.flush()?;
    }
    Ok(())
}

/// Returns the bytes of address space that this process has mapped; 0 if the system does not say.
/// An allocator may reserve a gigabyte before anything is allocated.
fn mapped() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let size = status.lines().find_map(|line| line.strip_prefix("VmSize:"));
    let kibibytes = size.and_then(|size| size.split_whitespace().next()?.parse().ok());
    kibibytes.unwrap_or(0_u64).saturating_mul(1_024)
}

/// Lowers a resource limit of this process.
fn bound(resource: Resource, to: Option<u64>) -> io::Result<()> {
    let maximum = getrlimit(resource).maximum;
    let to = match (to, maximum) {
        (Some(to), Some(maximum)) => Some(to.min(maximum)),
        (to, maximum) => to.or(maximum),
    };
    Ok(setrlimit(resource, Rlimit { current: to, maximum })?)
}

/// Ignores signals, because the parent decides when this process ends: a signal to all processes of
/// a terminal or a service must not end what a job waits for within its grace.
fn ignore_signals() -> io::Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_io().build()?;
    let _inside = runtime.enter();
    // A handler stays installed for as long as the process lives.
    drop(signal(SignalKind::terminate())?);
    drop(signal(SignalKind::interrupt())?);
    Ok(())
}

/// Makes the kernel end this process with SIGXCPU once it has used `budget` more processor time,
/// rounded to whole seconds as the kernel counts.
fn bound_processor_time(budget: Duration) -> io::Result<()> {
    let used = clock_gettime(ClockId::ProcessCPUTime);
    let used = Duration::new(used.tv_sec as u64, used.tv_nsec as u32);
    let end = (used + budget).as_secs_f64().ceil() as u64;
    bound(Resource::Cpu, Some(end))
}

fn perform(header: &Header, head: &[u8], bodies: &[Bytes]) -> Result<Vec<u8>, String> {
    let task = TASKS.iter().find(|task| task.name == header.task);
    let task = task.ok_or_else(|| format!("there is no task {}", header.task))?;
    bound_processor_time(Duration::from_millis(header.budget_ms))
        .map_err(|error| format!("cannot limit processor time: {error}"))?;
    catch_unwind(AssertUnwindSafe(|| (task.perform)(head, bodies))).unwrap_or_else(|_| {
        let place = PANICKED_AT.lock().map(|at| at.clone()).unwrap_or_default();
        Err(format!("{} panicked at {place}", task.doing))
    })
}
