//! Other users of the machine read nothing.

use crate::support::{Profile, Server, Setup, VTT};
use std::fs::Permissions;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

fn everything(directory: &Path) -> Vec<PathBuf> {
    let mut found = vec![directory.to_owned()];
    for entry in std::fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        match path.is_dir() {
            true => found.extend(everything(&path)),
            false => found.push(path),
        }
    }
    found
}

fn mode(path: &Path) -> u32 {
    std::fs::metadata(path).unwrap().permissions().mode() & 0o777
}

#[track_caller]
fn assert_closed(server: &Server) {
    let all = everything(&server.data_dir());
    for path in &all {
        let expected = if path.is_dir() { 0o700 } else { 0o600 };
        // Files come and go while the server runs.
        assert!(!path.exists() || mode(path) == expected, "{:o} {}", mode(path), path.display());
    }
    let names = all.iter().map(|path| path.file_name().unwrap().to_string_lossy().into_owned());
    let names: Vec<_> = names.collect();
    for name in ["debrief.db", "debrief-views.db-wal", "debrief-queue.db-shm", "master.key"] {
        assert!(names.iter().any(|known| known == name), "{name} is not among {names:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn files_are_their_owners_alone() {
    let Some(mut server) = Setup::new(Profile::Embedded).start().await else { return };
    server.api().session(VTT, &[]).await;
    assert_closed(&server);
    server.stop("up").await;

    // An installation that was open, with files that an older version left.
    for path in everything(&server.data_dir()) {
        let wide = if path.is_dir() { 0o755 } else { 0o644 };
        std::fs::set_permissions(&path, Permissions::from_mode(wide)).unwrap();
    }
    let doctor = server.try_cli(&["doctor"]);
    let said = String::from_utf8_lossy(&doctor.stdout).into_owned();
    assert!(!doctor.status.success());
    for name in ["data (mode 0755)", "debrief.db (mode 0644)", "master.key (mode 0644)"] {
        assert!(said.contains(name), "{name}: {said}");
    }
    assert!(said.contains("chmod -R go-rwx"), "{said}");

    server.start("up").await;
    server.api().session(VTT.replace("Sunday", "Monday"), &[]).await;
    assert_closed(&server);
    assert!(server.log().contains("other users of this machine could read this directory"));
    let doctor = server.try_cli(&["doctor"]);
    assert!(doctor.status.success(), "{}", String::from_utf8_lossy(&doctor.stdout));
}
