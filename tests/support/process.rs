//! A process of the program.

use std::fs::File;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// A started process; killed when dropped.
pub struct Process {
    pub role: String,
    child: Child,
    log: PathBuf,
    stopped: bool,
}

impl Process {
    /// Starts it; its output goes to the file `log`.
    pub fn start(role: &str, mut command: Command, log: PathBuf) -> Self {
        let file = File::create(&log).unwrap();
        let child = command
            .stdin(Stdio::null())
            .stdout(file.try_clone().unwrap())
            .stderr(file)
            .spawn()
            .unwrap();
        Self { role: role.to_owned(), child, log, stopped: false }
    }

    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Returns whether it is running.
    pub fn runs(&mut self) -> bool {
        self.child.try_wait().unwrap().is_none()
    }

    /// Returns whether the test ended it.
    pub fn was_stopped(&self) -> bool {
        self.stopped
    }

    /// Kills it.
    pub fn kill(&mut self) {
        self.stopped = true;
        let _ = self.child.kill();
        let _ = self.child.wait();
    }

    /// Sends a signal by its name, such as `TERM`, `STOP` or `CONT`.
    pub fn signal(&mut self, name: &str) {
        self.stopped |= name == "TERM";
        let script = format!("kill -{name} {}", self.child.id());
        assert!(Command::new("sh").args(["-c", &script]).status().unwrap().success());
    }

    /// Its id in the system.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// Stops it with TERM and waits for its end; returns how long it took.
    pub async fn stop(&mut self) -> Duration {
        let began = Instant::now();
        self.signal("TERM");
        self.ended().await;
        began.elapsed()
    }

    /// Waits up to a minute for its end.
    pub async fn ended(&mut self) {
        let began = Instant::now();
        while self.runs() {
            assert!(began.elapsed() < Duration::from_secs(60), "`{}` does not end", self.role);
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }

    /// Waits until it has printed a text. Returns `false` if it ended first.
    pub async fn said(&mut self, words: &str, patience: Duration) -> bool {
        let began = Instant::now();
        loop {
            let runs = self.runs();
            if self.log().contains(words) {
                return true;
            }
            if !runs {
                return false;
            }
            assert!(began.elapsed() < patience, "`{}` did not say {words:?}", self.role);
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }

    /// Returns its output.
    pub fn log(&self) -> String {
        String::from_utf8_lossy(&std::fs::read(&self.log).unwrap_or_default()).into_owned()
    }

    /// Returns the last lines of its output.
    pub fn log_end(&self, lines: usize) -> String {
        let log = self.log();
        let all: Vec<_> = log.lines().collect();
        all[all.len().saturating_sub(lines)..].join("\n")
    }

    /// Returns its resident memory, in bytes.
    pub fn resident_bytes(&self) -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).unwrap();
        let line = status.lines().find(|line| line.starts_with("VmRSS:")).unwrap();
        line.split_whitespace().nth(1).unwrap().parse::<u64>().unwrap() * 1024
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.kill();
    }
}
