//! Servers of a single test, to be stopped, killed and restarted.

use debrief_infra::database::Database;
use serde_json::Value;
use std::fs::File;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// Returns a free port below the system's ephemeral ports.
fn free_port() -> u16 {
    loop {
        let port = 20_000 + rand::random::<u16>() % 12_000;
        if std::net::TcpListener::bind(("127.0.0.1", port)).is_ok() {
            return port;
        }
    }
}

fn log_file(path: &Path) -> File {
    File::options().create(true).append(true).open(path).expect("a log file")
}

/// Sends a signal by its name.
fn signal(child: &Child, name: &str) {
    let status = Command::new("kill").arg(format!("-{name}")).arg(child.id().to_string()).status();
    assert!(status.expect("kill runs").success(), "no process to signal");
}

async fn ended(child: &mut Child) {
    let began = Instant::now();
    while child.try_wait().expect("its state").is_none() {
        assert!(began.elapsed() < Duration::from_secs(60), "a server does not end");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

/// A Postgres of a single test; stopped when dropped.
pub(crate) struct Postgres {
    directory: tempfile::TempDir,
    bin: PathBuf,
    port: u16,
    child: Option<Child>,
}

impl Postgres {
    /// Prints a message and returns `None` if the programs are not installed.
    pub(crate) async fn start() -> Option<Self> {
        let Ok(bin) = std::env::var("DEBRIEF_TEST_PG_BIN") else {
            println!("skipped: DEBRIEF_TEST_PG_BIN is not set (scripts/with-services sets it)");
            return None;
        };
        let directory = tempfile::Builder::new().prefix("pg-").tempdir().expect("a directory");
        let mut server = Self { directory, bin: bin.into(), port: free_port(), child: None };
        let data = server.data();
        std::fs::create_dir(&data).expect("a directory");
        if is_root() {
            let owned = Command::new("chown").arg("postgres").arg(&data).status();
            assert!(owned.expect("chown runs").success());
            let open = Command::new("chmod").arg("755").arg(server.directory.path()).status();
            assert!(open.expect("chmod runs").success());
        }
        let mut initdb = server.command("initdb");
        initdb.args(["--auth=trust", "--username=postgres", "--encoding=UTF8", "--no-sync"]);
        let output = initdb.arg("--locale=C.UTF-8").arg("--pgdata").arg(&data).output();
        let output = output.expect("initdb runs");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        server.run().await;
        Some(server)
    }

    fn data(&self) -> PathBuf {
        self.directory.path().join("data")
    }

    /// Postgres does not run as root.
    fn command(&self, program: &str) -> Command {
        let program = self.bin.join(program);
        let mut command = if is_root() {
            let mut command = Command::new("setpriv");
            command.args(["--reuid=postgres", "--regid=postgres", "--init-groups"]).arg(program);
            command
        } else {
            Command::new(program)
        };
        command.current_dir(self.data()).stdin(Stdio::null());
        command
    }

    /// Returns a superuser's URL of a maintenance database.
    pub(crate) fn url(&self) -> String {
        format!("postgres://postgres@127.0.0.1:{}/postgres", self.port)
    }

    /// Starts it, and waits until it responds.
    pub(crate) async fn run(&mut self) {
        let log = log_file(&self.directory.path().join("postgres.log"));
        let mut command = self.command("postgres");
        command.arg("-D").arg(self.data()).arg("-p").arg(self.port.to_string());
        command.args(["-c", "listen_addresses=127.0.0.1", "-c", "unix_socket_directories="]);
        command.args(["-c", "max_connections=200"]);
        command.stdout(log.try_clone().expect("a handle")).stderr(log).process_group(0);
        self.child = Some(command.spawn().expect("Postgres starts"));
        let admin = Database::open(&self.url(), 2).await.expect("a URL");
        let began = Instant::now();
        while admin.log.check().await.is_err() {
            assert!(began.elapsed() < Duration::from_secs(60), "Postgres does not answer");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        admin.close().await;
    }

    /// Stops it: `INT` is its fast shutdown, `QUIT` its immediate one.
    pub(crate) async fn stop(&mut self, name: &str) {
        let mut child = self.child.take().expect("it runs");
        signal(&child, name);
        ended(&mut child).await;
    }

    /// Ends every connection but this one; returns their number.
    pub(crate) async fn terminate_connections(&self) -> i64 {
        let admin = Database::open(&self.url(), 2).await.expect("a URL");
        let sql = "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity \
             WHERE pid <> pg_backend_pid() AND application_name = 'debrief' \
             AND datname <> 'postgres'";
        let rows = admin.log.query(sql, &[]).await.expect("Postgres answers");
        admin.close().await;
        rows[0].get(0).expect("a count")
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        if let Some(mut child) = self.child.take() {
            signal(&child, "QUIT");
            let _ = child.wait();
        }
    }
}

fn is_root() -> bool {
    let id = Command::new("id").arg("-u").output().expect("id runs");
    id.stdout.starts_with(b"0\n")
}

/// A NATS of a single test; killed when dropped.
pub(crate) struct Nats {
    directory: tempfile::TempDir,
    port: u16,
    monitor: u16,
    child: Option<Child>,
}

impl Nats {
    pub(crate) async fn start() -> Self {
        let directory = tempfile::Builder::new().prefix("nats-").tempdir().expect("a directory");
        let (port, monitor) = (free_port(), free_port());
        let mut server = Self { directory, port, monitor, child: None };
        server.run().await;
        server
    }

    pub(crate) fn url(&self) -> String {
        format!("nats://127.0.0.1:{}", self.port)
    }

    fn store(&self) -> PathBuf {
        self.directory.path().join("store")
    }

    /// Starts it, and waits until it responds.
    pub(crate) async fn run(&mut self) {
        let log = log_file(&self.directory.path().join("nats.log"));
        let mut command = Command::new("nats-server");
        command.args(["-a", "127.0.0.1", "-p", &self.port.to_string()]);
        command.args(["-m", &self.monitor.to_string(), "-js", "-sd"]).arg(self.store());
        command.stdin(Stdio::null()).stdout(log.try_clone().expect("a handle")).stderr(log);
        self.child = Some(command.spawn().expect("nats-server starts"));
        let began = Instant::now();
        while self.messages().await.is_none() {
            assert!(began.elapsed() < Duration::from_secs(30), "nats-server does not answer");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// Kills it.
    pub(crate) fn kill(&mut self) {
        let mut child = self.child.take().expect("it runs");
        let _ = child.kill();
        let _ = child.wait();
    }

    /// Deletes its store. It must not be running.
    pub(crate) fn delete_store(&self) {
        assert!(self.child.is_none(), "it runs");
        std::fs::remove_dir_all(self.store()).expect("a store to delete");
    }

    /// Returns the messages in its streams: jobs dispatched and not done.
    pub(crate) async fn messages(&self) -> Option<u64> {
        let url = format!("http://127.0.0.1:{}/jsz", self.monitor);
        let answer = reqwest::get(url).await.ok()?;
        let state: Value = answer.json().await.ok()?;
        state["messages"].as_u64()
    }
}

impl Drop for Nats {
    fn drop(&mut self) {
        if let Some(mut child) = self.child.take() {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}
