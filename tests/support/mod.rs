//! Runs the built program as users do, for black-box tests.
//!
//! ```ignore
//! let Some(mut server) = Setup::new(Profile::Embedded).set("worker_lease", "2s").start().await
//! else { return };                                   // a service is missing; a message was printed
//! let api = server.api();                            // the owner's; server.organization("B")
//! let uploaded = api.upload(support::VTT, &[("title", "First")]).await;
//! api.until_ready(&uploaded.id).await;
//! server.kill("up");                                 // as kill -9 does
//! server.start("up").await;                          // the same port, the same data
//! ```
//!
//! Each server has its own directory and port and, if distributed, its own database and NATS
//! prefix. Dropping it kills its processes and removes everything, except what it left in NATS,
//! which is removed with the NATS of `scripts/with-services`. If the test failed, the end of its
//! log is printed.
#![allow(dead_code)] // Each test binary uses a part.
#![allow(unreachable_pub)] // Shared between test binaries as a module.

pub mod client;
pub mod openai;
pub mod process;
pub mod websocket;

#[allow(unused_imports)]
pub use client::{Answer, Api, Uploaded};
use debrief_infra::database::Database;
use process::Process;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};
use tempfile::TempDir;
use uuid::Uuid;

/// A small transcript that gets a summary.
pub const VTT: &str = "WEBVTT\n\n\
    00:00:01.000 --> 00:00:06.000\n<v Dana Levi>What would you like to take from today?\n\n\
    00:00:07.000 --> 00:00:15.000\n<v Omer Katz>I want to stop doing every review myself. \
    I will hand two of them to Noa by Friday.\n\n\
    00:00:16.000 --> 00:00:20.000\n<v Dana Levi>What could get in the way of that?\n\n\
    00:00:21.000 --> 00:00:30.000\n<v Omer Katz>Mostly that I do not trust the result. \
    We decided to look at the numbers together on Sunday.\n";

/// Returns the samples in the repository: file name and text.
pub fn samples() -> Vec<(String, String)> {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("samples");
    let mut samples: Vec<_> = std::fs::read_dir(directory)
        .unwrap()
        .map(|entry| {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            (name, std::fs::read_to_string(path).unwrap())
        })
        .collect();
    samples.sort();
    samples
}

/// The stores that the program uses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Profile {
    /// SQLite, the queue in it, blobs in a directory; one process.
    Embedded,
    /// Postgres, NATS, blobs in a directory; one process, or one for each role.
    Distributed,
}

/// Instantiates tests for both profiles: `in_profiles! { uploads, deletes }` runs
/// `async fn uploads(profile: Profile)` as `embedded::uploads` and `distributed::uploads`.
#[macro_export]
macro_rules! in_profiles {
    ($($test:ident),+ $(,)?) => {
        $crate::in_profiles!(@ embedded Embedded $($test)+);
        $crate::in_profiles!(@ distributed Distributed $($test)+);
    };
    (@ $module:ident $profile:ident $($test:ident)+) => {
        mod $module {
            $(
                #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
                async fn $test() {
                    super::$test($crate::support::Profile::$profile).await;
                }
            )+
        }
    };
}

/// The configuration of a server.
pub struct Setup {
    profile: Profile,
    settings: Vec<(String, String)>,
    separate: bool,
    postgres: Option<String>,
    nats: Option<String>,
    open_files: Option<u32>,
}

impl Setup {
    pub fn new(profile: Profile) -> Self {
        Self {
            profile,
            settings: Vec::new(),
            separate: false,
            postgres: None,
            nats: None,
            open_files: None,
        }
    }

    /// Sets any setting of debrief.default.toml.
    pub fn set(mut self, key: &str, value: impl ToString) -> Self {
        self.settings.push((key.to_owned(), value.to_string()));
        self
    }

    /// Runs a process for each of `api`, `worker` and `relay` instead of one `up`.
    pub fn separate(mut self) -> Self {
        self.separate = true;
        self
    }

    /// Uses another Postgres than the shared one, given as a superuser's URL of a maintenance
    /// database, for tests that stop it.
    pub fn postgres(mut self, url: &str) -> Self {
        self.postgres = Some(url.to_owned());
        self
    }

    /// Uses another NATS than the shared one.
    pub fn nats(mut self, url: &str) -> Self {
        self.nats = Some(url.to_owned());
        self
    }

    /// Lets each process open so many files, as `ulimit -n` does.
    pub fn open_files(mut self, count: u32) -> Self {
        self.open_files = Some(count);
        self
    }

    /// Starts the server and waits until it is ready. Prints a message and returns `None` if a
    /// service that the profile needs is missing.
    pub async fn start(self) -> Option<Server> {
        let directory = tempfile::Builder::new().prefix("debrief-").tempdir().unwrap();
        let key = format!("dbf_test_{}", Uuid::new_v4().simple());
        let mut settings = vec![
            ("data_dir".to_owned(), directory.path().join("data").display().to_string()),
            ("api_key".to_owned(), key.clone()),
            ("log_format".to_owned(), "json".to_owned()),
        ];
        let mut database = None;
        if self.profile == Profile::Distributed {
            let postgres = self.postgres.or_else(|| service("DEBRIEF_TEST_POSTGRES_URL"))?;
            let nats = self.nats.or_else(|| service("DEBRIEF_TEST_NATS_URL"))?;
            let made = TestDatabase::create(&postgres).await;
            settings.push(("database_url".to_owned(), made.url.clone()));
            settings.push(("queue_url".to_owned(), nats));
            let prefix = format!("t_{}", &Uuid::new_v4().simple().to_string()[..16]);
            settings.push(("queue_prefix".to_owned(), prefix));
            database = Some(made);
        }
        settings.extend(self.settings);
        let mut server = Server {
            processes: Vec::new(),
            profile: self.profile,
            key,
            settings,
            open_files: self.open_files,
            // Below the system's ephemeral ports, so that it is still free after a stop.
            port: 10_000 + rand::random::<u16>() % 10_000,
            directory,
            database,
        };
        server.cli(&["migrate"]);
        let roles: &[&str] = if self.separate { &["api", "worker", "relay"] } else { &["up"] };
        for role in roles {
            server.launch(role).await;
        }
        server.until_ready().await;
        Some(server)
    }
}

fn service(variable: &str) -> Option<String> {
    if !cfg!(all(feature = "postgres", feature = "nats")) {
        println!("skipped: built without the features postgres and nats");
        return None;
    }
    let url = std::env::var(variable).ok();
    if url.is_none() {
        println!("skipped: {variable} is not set (scripts/with-services sets it)");
    }
    url
}

/// A running system.
pub struct Server {
    // First, so that they end before what they use is removed.
    processes: Vec<Process>,
    pub profile: Profile,
    key: String,
    settings: Vec<(String, String)>,
    open_files: Option<u32>,
    pub port: u16,
    directory: TempDir,
    database: Option<TestDatabase>,
}

impl Server {
    /// Returns `http://127.0.0.1:PORT`.
    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// Returns a client with the owner's key.
    pub fn api(&self) -> Api {
        Api::new(&self.url(), &self.key)
    }

    /// Creates another organization; returns a client with its owner's key.
    pub async fn organization(&self, name: &str) -> Api {
        let said = self.cli(&["organizations", "create", name]);
        let key = said.lines().last().unwrap().trim().to_owned();
        let api = Api::new(&self.url(), &key);
        // The key is known once the directory is projected.
        eventually("the new organization's key works", async || {
            api.get("/v1/transcripts").await.status == 200
        })
        .await;
        api
    }

    /// Returns the server's data directory.
    pub fn data_dir(&self) -> PathBuf {
        self.directory.path().join("data")
    }

    /// Returns the files in the blob directory, by path.
    pub fn blobs(&self) -> Vec<PathBuf> {
        files_under(&self.data_dir().join("blobs"))
    }

    /// Returns the database URL: `sqlite:…` or `postgres://…`.
    pub fn database_url(&self) -> String {
        match &self.database {
            Some(database) => database.url.clone(),
            None => format!("sqlite:{}", self.data_dir().join("debrief.db").display()),
        }
    }

    /// Runs a subcommand on the same data to its end; returns its standard output, and panics if it
    /// fails.
    pub fn cli(&self, arguments: &[&str]) -> String {
        let output = self.try_cli(arguments);
        let (out, err) =
            (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        assert!(output.status.success(), "debrief {arguments:?} failed:\n{out}\n{err}");
        out.into_owned()
    }

    /// Runs a subcommand to its end.
    pub fn try_cli(&self, arguments: &[&str]) -> std::process::Output {
        self.command(arguments).output().unwrap()
    }

    /// Returns all events, as printed by `debrief events tail --json`.
    pub fn events(&self) -> Vec<serde_json::Value> {
        self.cli(&["events", "tail", "--after", "0", "--json"])
            .lines()
            .map(|line| serde_json::from_str(line).unwrap())
            .collect()
    }

    /// Returns a command with this server's settings and none of the environment's.
    pub fn command(&self, arguments: &[&str]) -> Command {
        let program = env!("CARGO_BIN_EXE_debrief");
        let mut command = match self.open_files {
            None => Command::new(program),
            Some(count) => {
                let mut command = Command::new("sh");
                let script = format!("ulimit -n {count} && exec \"$0\" \"$@\"");
                command.args(["-c", &script, program]);
                command
            }
        };
        command.args(arguments).current_dir(self.directory.path());
        for (name, _) in std::env::vars_os() {
            if name.to_string_lossy().starts_with("DEBRIEF_") {
                command.env_remove(name);
            }
        }
        command.env("DEBRIEF_LISTEN", format!("127.0.0.1:{}", self.port));
        for (key, value) in &self.settings {
            command.env(format!("DEBRIEF_{}", key.to_uppercase()), value);
        }
        command
    }

    /// Starts another process of a role (`up`, `api`, `worker` or `relay`), on the same port and
    /// data. Does not wait until it is ready.
    pub fn spawn(&mut self, role: &str) {
        let count = self.processes.len();
        let log = self.directory.path().join(format!("{role}-{count}.log"));
        let process = Process::start(role, self.command(&[role]), log);
        self.processes.push(process);
    }

    /// Starts another process of a role and, if it serves HTTP, waits until it is ready.
    pub async fn start(&mut self, role: &str) {
        self.spawn(role);
        if matches!(role, "up" | "api") {
            self.until_ready().await;
        }
    }

    /// The first start: if the port is in use, tries another.
    async fn launch(&mut self, role: &str) {
        for _ in 0..20 {
            self.spawn(role);
            let process = self.processes.last_mut().unwrap();
            if process.said("Debrief is ", Duration::from_secs(60)).await {
                return;
            }
            let log = process.log();
            assert!(log.contains("cannot listen"), "`{role}` did not start:\n{log}");
            self.processes.pop();
            self.port += 1;
        }
        panic!("no free port");
    }

    /// Changes a setting; applies from the next start on.
    pub fn set(&mut self, key: &str, value: impl ToString) {
        self.settings.retain(|(known, _)| known != key);
        self.settings.push((key.to_owned(), value.to_string()));
    }

    /// Returns the newest process of a role.
    pub fn process(&mut self, role: &str) -> &mut Process {
        let found = self.processes.iter_mut().rev().find(|process| process.role == role);
        found.unwrap_or_else(|| panic!("no `{role}` was started"))
    }

    /// Returns the running processes of a role, oldest first.
    pub fn processes(&mut self, role: &str) -> Vec<&mut Process> {
        self.processes
            .iter_mut()
            .filter_map(|p| (p.role == role && p.runs()).then_some(p))
            .collect()
    }

    /// Kills the newest process of a role, as `kill -9` does.
    pub fn kill(&mut self, role: &str) {
        self.process(role).kill();
    }

    /// Stops the newest process of a role and waits for its end; returns how long it took.
    pub async fn stop(&mut self, role: &str) -> Duration {
        self.process(role).stop().await
    }

    /// Waits until `/readyz` says so.
    pub async fn until_ready(&mut self) {
        let url = format!("{}/readyz", self.url());
        let began = Instant::now();
        loop {
            if reqwest::get(&url).await.is_ok_and(|answer| answer.status() == 200) {
                return;
            }
            for process in &mut self.processes {
                assert!(
                    process.runs() || process.was_stopped(),
                    "`{}` ended:\n{}",
                    process.role,
                    process.log()
                );
            }
            assert!(began.elapsed() < Duration::from_secs(60), "not ready after 60 s");
            tokio::time::sleep(Duration::from_millis(25)).await;
        }
    }

    /// Returns the log lines of all processes so far.
    pub fn log(&self) -> String {
        self.processes.iter().map(Process::log).collect()
    }

    /// Opens the database of this server, to inspect what no API shows.
    pub async fn database(&self) -> Database {
        Database::open(&self.database_url(), 2).await.unwrap()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        for process in &mut self.processes {
            process.kill();
            if std::thread::panicking() {
                println!("--- the end of the log of `{}`:\n{}", process.role, process.log_end(80));
            }
        }
    }
}

/// A database of one test; dropped with it.
pub struct TestDatabase {
    pub url: String,
    admin: String,
    name: String,
}

impl TestDatabase {
    pub async fn create(admin: &str) -> Self {
        let name = format!("t_{}", Uuid::new_v4().simple());
        on_server(admin, &format!("CREATE DATABASE {name}")).await;
        let (server, _) = admin.rsplit_once('/').unwrap();
        Self { url: format!("{server}/{name}"), admin: admin.to_owned(), name }
    }
}

impl Drop for TestDatabase {
    fn drop(&mut self) {
        let (admin, name) = (self.admin.clone(), self.name.clone());
        // A separate runtime, because this one may be shutting down.
        let dropped = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
            let drop = format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)");
            runtime.unwrap().block_on(on_server(&admin, &drop));
        })
        .join();
        if dropped.is_err() {
            println!("cannot drop the database {}", self.name);
        }
    }
}

async fn on_server(url: &str, statement: &str) {
    let admin = Database::open(url, 2).await.unwrap();
    admin.log.execute(statement, &[]).await.unwrap();
    admin.close().await;
}

/// Waits up to 30 s for a condition.
pub async fn eventually(what: &str, mut holds: impl AsyncFnMut() -> bool) {
    let began = Instant::now();
    while !holds().await {
        assert!(began.elapsed() < Duration::from_secs(30), "not within 30 s: {what}");
        tokio::time::sleep(Duration::from_millis(25)).await;
    }
}

/// Returns all files under a directory.
pub fn files_under(directory: &Path) -> Vec<PathBuf> {
    let Ok(entries) = std::fs::read_dir(directory) else { return Vec::new() };
    let mut files = Vec::new();
    for entry in entries {
        let path = entry.unwrap().path();
        if path.is_dir() { files.extend(files_under(&path)) } else { files.push(path) }
    }
    files
}
