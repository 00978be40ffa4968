//! A disk without space: a file system of 48 MiB, in namespaces of the test's own, so that it needs
//! no privileges.

use crate::support::{Answer, Api, VTT, eventually};
use serde_json::Value;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;
use tempfile::TempDir;

/// Mounts the file system; then runs the server again and again. Before each start, a command is
/// read from a file.
const SCRIPT: &str = r#"
mount -t tmpfs -o size=48m,mode=700 none "$PLACE/data" || exit 3
echo mounted > "$PLACE/mounted"
n=0
while true; do
    "$PROGRAM" up > "$PLACE/log-$n" 2>&1 &
    echo $! > "$PLACE/pid-$n"
    wait $!
    n=$((n + 1))
    while [ ! -e "$PLACE/next-$n" ]; do sleep 0.05; done
    . "$PLACE/next-$n"
done
"#;

/// A server on a small disk; ends when dropped.
struct Small {
    shell: Child,
    place: TempDir,
    port: u16,
    runs: usize,
}

impl Small {
    /// Returns `None`, with a message, where file systems cannot be mounted.
    async fn start() -> Option<Self> {
        let place = tempfile::tempdir().unwrap();
        std::fs::create_dir(place.path().join("data")).unwrap();
        let port = 20_000 + rand::random::<u16>() % 5_000;
        let mut shell = Command::new("unshare");
        for (name, _) in std::env::vars_os() {
            if name.to_string_lossy().starts_with("DEBRIEF_") {
                shell.env_remove(name);
            }
        }
        let shell = shell
            .args(["--user", "--map-root-user", "--mount", "sh", "-c", SCRIPT])
            .current_dir(place.path())
            .env("PLACE", place.path())
            .env("PROGRAM", env!("CARGO_BIN_EXE_debrief"))
            .env("DEBRIEF_DATA_DIR", place.path().join("data"))
            .env("DEBRIEF_LISTEN", format!("127.0.0.1:{port}"))
            .env("DEBRIEF_API_KEY", "dbf_test_of_a_small_disk")
            .stdin(Stdio::null())
            .spawn();
        let Ok(mut shell) = shell else {
            println!("skipped: there is no unshare");
            return None;
        };
        while !place.path().join("mounted").exists() {
            if shell.try_wait().unwrap().is_some() {
                println!("skipped: namespaces or mounts are not allowed here");
                return None;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        let small = Self { shell, place, port, runs: 0 };
        small.until_it_answers().await;
        Some(small)
    }

    fn api(&self) -> Api {
        Api::new(&format!("http://127.0.0.1:{}", self.port), "dbf_test_of_a_small_disk")
    }

    async fn until_it_answers(&self) {
        let url = format!("http://127.0.0.1:{}/livez", self.port);
        eventually("the server answers", async || {
            reqwest::get(&url).await.is_ok_and(|answer| answer.status() == 200)
        })
        .await;
    }

    fn log(&self) -> String {
        let path = self.place.path().join(format!("log-{}", self.runs));
        String::from_utf8_lossy(&std::fs::read(path).unwrap_or_default()).into_owned()
    }

    fn pid(&self) -> String {
        std::fs::read_to_string(self.place.path().join(format!("pid-{}", self.runs))).unwrap()
    }

    fn signal(&self, name: &str) {
        let script = format!("kill -{name} {}", self.pid());
        assert!(Command::new("sh").args(["-c", &script]).status().unwrap().success());
    }

    /// Stops the server, runs a command beside its files, and starts it again.
    async fn restart_after(&mut self, command: &str) {
        self.signal("TERM");
        let pid = self.pid();
        let process = Path::new("/proc").join(pid.trim());
        eventually("the server stops", async || !process.exists()).await;
        self.runs += 1;
        let next = self.place.path().join(format!("next-{}", self.runs));
        std::fs::write(next.with_extension("new"), command).unwrap();
        std::fs::rename(next.with_extension("new"), next).unwrap();
        self.until_it_answers().await;
    }

    async fn readiness(&self) -> (u16, Value) {
        let url = format!("http://127.0.0.1:{}/readyz", self.port);
        let answer = reqwest::get(url).await.unwrap();
        let status = answer.status().as_u16();
        let body: Value = answer.json().await.unwrap();
        (status, body["dependencies"].clone())
    }
}

impl Drop for Small {
    fn drop(&mut self) {
        let _ = self.shell.kill();
        let _ = self.shell.wait();
        let _ = Command::new("kill").args(["-9", self.pid().trim()]).status();
        if std::thread::panicking() {
            println!("--- the log of the server:\n{}", self.log());
        }
    }
}

/// A transcript in a file of two megabytes, nearly all of it a comment.
fn large(n: usize) -> String {
    let line = "Recorded in the small room on the second floor, as always.\n";
    let said = VTT.replace("two of them", &format!("{n} of them"));
    format!("{said}\nNOTE\n{}\n", line.repeat(2_000_000 / line.len()))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_full_disk_loses_nothing_and_still_serves_reads() {
    let Some(mut small) = Small::start().await else { return };
    let first = small.api().session(VTT, &[("title", "Before")]).await;
    let path = format!("/v1/transcripts/{}", first["id"].as_str().unwrap());
    let (_, said) = small.readiness().await;
    assert_eq!(said["disk"], "ok");

    let mut accepted = Vec::new();
    let refused = loop {
        let api = small.api();
        let answer = Answer::of(api.upload_request(api.form(large(accepted.len()), &[]))).await;
        if answer.status != 202 {
            break answer;
        }
        accepted.push(answer.json()["id"].as_str().unwrap().to_owned());
        assert!(accepted.len() < 60, "the disk does not fill up");
    };
    assert_eq!(refused.problem(507), "storage_full");
    assert!(refused.text.contains("disk is full"), "{}", refused.text);
    let (status, said) = small.readiness().await;
    assert_eq!((status, &said["disk"]), (503, &Value::from("full")), "{said}");
    assert_eq!(small.api().get(&path).await.expect(200)["title"], "Before");

    // Not a byte is left when it starts again.
    let fill = r#"dd if=/dev/zero of="$PLACE/data/filler" bs=64k 2>/dev/null
        dd if=/dev/zero of="$PLACE/data/filler2" bs=1k 2>/dev/null
        df -k "$PLACE/data" > "$PLACE/space""#;
    small.restart_after(fill).await;
    let space = std::fs::read_to_string(small.place.path().join("space")).unwrap();
    assert!(space.lines().last().unwrap().contains(" 100% "), "{space}");
    assert_eq!(small.api().get(&path).await.expect(200)["title"], "Before");
    let (status, said) = small.readiness().await;
    assert_eq!((status, &said["disk"]), (503, &Value::from("full")), "{said}");
    let api = small.api();
    let answer = Answer::of(api.upload_request(api.form(large(100).repeat(4), &[]))).await;
    assert_eq!(answer.problem(507), "storage_full");

    // With space again, everything that was accepted becomes ready.
    let grow = r#"rm "$PLACE/data/filler" "$PLACE/data/filler2"
        mount -o remount,size=400m "$PLACE/data""#;
    small.restart_after(grow).await;
    for id in &accepted {
        small.api().until_ready(id).await;
    }
    small.api().session(VTT.replace("Sunday", "Monday"), &[]).await;
    eventually("it is ready", async || small.readiness().await.0 == 200).await;
    println!("{} uploads were accepted before the disk was full", accepted.len());
}
