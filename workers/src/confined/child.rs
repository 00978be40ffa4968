//! The child's side: bounds itself, then serves requests until its parent is gone.

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

/// Where the last panic was. Its message is kept nowhere: it may quote a file.
static PANICKED_AT: Mutex<String> = Mutex::new(String::new());

/// Serves requests from standard input on standard output until the input ends, with at most
/// `memory` bytes of address space beyond what the program itself has mapped by now.
pub fn serve(memory: u64) -> ExitCode {
    match serve_until_the_end(memory) {
        Ok(()) => ExitCode::SUCCESS,
        // The parent's end, mostly. There is nobody to tell.
        Err(_) => ExitCode::FAILURE,
    }
}

fn serve_until_the_end(memory: u64) -> io::Result<()> {
    bound(Resource::As, Some(memory.saturating_add(mapped())))?;
    // A core dump would hold what people said.
    bound(Resource::Core, Some(0))?;
    ignore_signals()?;
    std::panic::set_hook(Box::new(|panic| {
        let place = panic.location().map(ToString::to_string).unwrap_or_default();
        if let Ok(mut at) = PANICKED_AT.lock() {
            *at = place;
        }
    }));
    let (requests, received) = mpsc::channel();
    // Reading aside from the work finds out at once that the parent is gone.
    std::thread::Builder::new().spawn(move || {
        let mut input = io::stdin().lock();
        loop {
            match protocol::receive(&mut input) {
                Ok(Some(request)) => drop(requests.send(request)),
                // As it ends wherever else it runs out of memory.
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

/// Bytes of address space that this process has mapped; 0 where the system does not tell. An
/// allocator may reserve a gigabyte before it is asked for anything.
fn mapped() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let size = status.lines().find_map(|line| line.strip_prefix("VmSize:"));
    let kibibytes = size.and_then(|size| size.split_whitespace().next()?.parse().ok());
    kibibytes.unwrap_or(0_u64).saturating_mul(1_024)
}

/// Lowers a limit of this process.
fn bound(resource: Resource, to: Option<u64>) -> io::Result<()> {
    let maximum = getrlimit(resource).maximum;
    let to = match (to, maximum) {
        (Some(to), Some(maximum)) => Some(to.min(maximum)),
        (to, maximum) => to.or(maximum),
    };
    Ok(setrlimit(resource, Rlimit { current: to, maximum })?)
}

/// The parent decides when this process ends: a signal to all processes of a terminal or a service
/// must not take away what a job is waiting for while its grace lasts.
fn ignore_signals() -> io::Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_io().build()?;
    let _inside = runtime.enter();
    // A handler stays installed for as long as the process lives.
    drop(signal(SignalKind::terminate())?);
    drop(signal(SignalKind::interrupt())?);
    Ok(())
}

/// Has the kernel end this process with SIGXCPU once it has used `budget` more processor time than
/// now, in whole seconds, as the kernel counts.
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
        .map_err(|error| format!("processor time cannot be bounded: {error}"))?;
    catch_unwind(AssertUnwindSafe(|| (task.perform)(head, bodies))).unwrap_or_else(|_| {
        let place = PANICKED_AT.lock().map(|at| at.clone()).unwrap_or_default();
        Err(format!("{} panicked at {place}", task.doing))
    })
}
