//! `debrief doctor`. What it says of damage, permissions and missing files is tested with those.

use crate::in_profiles;
use crate::support::{Profile, Server, Setup, VTT};
use serde_json::Value;

in_profiles! { it_finds_nothing_wrong_with_a_server_that_runs, it_says_what_is_wrong }

fn findings(server: &Server) -> (bool, Vec<Value>) {
    let output = server.try_cli(&["doctor", "--json"]);
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let findings = serde_json::from_str(&text).unwrap_or_else(|error| {
        panic!("{error}: {text}\n{}", String::from_utf8_lossy(&output.stderr))
    });
    (output.status.success(), findings)
}

fn problems(server: &Server) -> Vec<String> {
    let (well, findings) = findings(server);
    let problems: Vec<_> = findings
        .iter()
        .filter(|finding| finding["state"] == "problem")
        .map(|finding| format!("{}: {}", finding["check"], finding["found"]))
        .collect();
    assert_eq!(well, problems.is_empty(), "{problems:?}");
    problems
}

async fn it_finds_nothing_wrong_with_a_server_that_runs(profile: Profile) {
    let Some(mut server) = Setup::new(profile).start().await else { return };
    server.api().session(VTT, &[]).await;
    assert_eq!(problems(&server), [] as [String; 0]);
    let (_, found) = findings(&server);
    let checks: std::collections::BTreeSet<_> =
        found.iter().map(|finding| finding["check"].as_str().unwrap()).collect();
    for check in
        ["permissions", "disk", "master key", "log", "clock", "read models", "queue", "search"]
    {
        assert!(checks.contains(check), "{check} is not among {checks:?}");
    }
    let text = server.cli(&["doctor"]);
    assert!(
        text.lines()
            .all(|line| line.contains(" ok ") || line.contains("notice") || line.contains("→"))
    );
    server.stop("up").await;
    assert_eq!(problems(&server), [] as [String; 0], "after it was stopped");
}

async fn it_says_what_is_wrong(profile: Profile) {
    let Some(mut server) = Setup::new(profile).start().await else { return };
    server.api().session(VTT, &[]).await;
    server.stop("up").await;
    let database = server.database().await;
    let now = chrono::Utc::now();
    let tomorrow = (now + chrono::TimeDelta::days(1)).timestamp_millis();
    for sql in [
        "UPDATE projection_checkpoints SET position = position + 1000 WHERE name = 'directory'",
        "UPDATE projection_checkpoints SET event_id = '00000000-0000-7000-8000-000000000000' \
         WHERE name = 'updates'",
    ] {
        assert_eq!(database.views.execute(sql, &[]).await.unwrap(), 1, "{sql}");
    }
    let sql = "UPDATE relay_checkpoints SET epoch = 'another' WHERE consumer = 'parse'";
    assert_eq!(database.queue.execute(sql, &[]).await.unwrap(), 1);
    let sql = "INSERT INTO work (consumer, position, key, event_id, organization_id, stream_id, state, \
         created_at, available_at) VALUES ('parse', 1, '', '00000000-0000-7000-8000-000000000000', \
         '00000000-0000-7000-8000-000000000000', '00000000-0000-7000-8000-000000000000', 'ready', $1, $1)";
    database.queue.execute(sql, &[tomorrow.into()]).await.unwrap();
    database.close().await;
    if profile == Profile::Embedded {
        std::fs::write(server.data_dir().join("search/0/index-0/x"), "").unwrap_or_else(|_| {
            std::fs::create_dir_all(server.data_dir().join("search/0/index-0")).unwrap();
        });
    }
    let mut expected = vec![
        "directory is of another log",
        "updates is of another log",
        "the work of parse is of another log",
        "1 jobs are due in more than 60 minutes",
    ];
    if profile == Profile::Embedded {
        expected.push("index-0");
    }
    let problems = problems(&server);
    for text in &expected {
        assert!(problems.iter().any(|problem| problem.contains(text)), "{text}: {problems:?}");
    }
    assert_eq!(problems.len(), expected.len(), "{problems:?}");
    // As it says, a restart mends all of it.
    server.start("up").await;
    server.api().session(VTT.replace("Sunday", "Monday"), &[]).await;
    assert_eq!(self::problems(&server), [] as [String; 0]);
}
