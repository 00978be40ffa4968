//! Servers that a test can stop and start again.

use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// A nats-server with a store and a port of its own.
pub struct Nats {
    pub port: u16,
    store: tempfile::TempDir,
    child: Option<Child>,
}

impl Nats {
    /// Returns `None`, with a message, if the tests run without servers.
    pub async fn start() -> Option<Self> {
        if std::env::var("DEBRIEF_TEST_NATS_URL").is_err() {
            println!("skipped: DEBRIEF_TEST_NATS_URL is not set");
            return None;
        }
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        drop(listener);
        let mut nats = Self { port, store: tempfile::tempdir().unwrap(), child: None };
        nats.restart().await;
        Some(nats)
    }

    pub fn url(&self) -> String {
        format!("nats://127.0.0.1:{}", self.port)
    }

    fn directory(&self) -> PathBuf {
        self.store.path().join("store")
    }

    pub async fn restart(&mut self) {
        let child = Command::new("nats-server")
            .args(["-a", "127.0.0.1", "-p", &self.port.to_string(), "-js", "-sd"])
            .arg(self.directory())
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        self.child = Some(child);
        let began = Instant::now();
        while tokio::net::TcpStream::connect(("127.0.0.1", self.port)).await.is_err() {
            assert!(began.elapsed() < Duration::from_secs(10), "nats-server does not start");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// Kills it, as `kill -9` does.
    pub fn kill(&mut self) {
        if let Some(mut child) = self.child.take() {
            child.kill().unwrap();
            child.wait().unwrap();
        }
    }

    pub fn delete_store(&self) {
        assert!(self.child.is_none(), "the server runs");
        std::fs::remove_dir_all(self.directory()).unwrap();
    }
}

impl Drop for Nats {
    fn drop(&mut self) {
        self.kill();
    }
}
