//! Rebuilds that are killed.

use crate::in_profiles;
use crate::support::process::Process;
use crate::support::{Profile, Server, Setup, VTT};
use std::time::{Duration, Instant};

in_profiles! { killed_rebuilds_are_waited_for_once }

async fn claims(server: &Server) -> i64 {
    let database = server.database().await;
    let sql = "SELECT COUNT(*) FROM projection_checkpoints WHERE name LIKE '%/rebuild'";
    let rows = database.views.query(sql, &[]).await.unwrap();
    let claims = rows[0].get(0).unwrap();
    database.close().await;
    claims
}

async fn killed_rebuilds_are_waited_for_once(profile: Profile) {
    let Some(server) = Setup::new(profile).start().await else { return };
    let api = server.api();
    let uploads = (0..60).map(async |n| {
        let file = VTT.replace("two of them", &format!("{n} of them"));
        api.session(file, &[]).await
    });
    futures::future::join_all(uploads).await;
    let database = server.database().await;
    let log = server.data_dir().join("../rebuild.log");
    let sql = "SELECT COUNT(*) FROM projection_checkpoints WHERE name LIKE '%/rebuild'";
    let mut killed = 0;
    let began = Instant::now();
    while killed < 6 {
        assert!(began.elapsed() < Duration::from_secs(60), "only {killed} could be killed");
        let command = server.command(&["projections", "rebuild"]);
        let mut rebuild = Process::start("rebuild", command, log.clone());
        // The first is killed while it builds; the others while they wait for it.
        while rebuild.runs() {
            let rows = database.views.query(sql, &[]).await.unwrap();
            if rows[0].get::<i64>(0).unwrap() > 0 {
                break;
            }
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        rebuild.kill();
        if claims(&server).await > 0 {
            killed += 1;
        }
    }
    database.close().await;
    let began = Instant::now();
    let said = server.cli(&["projections", "rebuild"]);
    let took = began.elapsed();
    println!("{killed} killed; the next took {took:?}:\n{said}");
    assert!(took < Duration::from_secs(9), "{took:?}");
    assert_eq!(claims(&server).await, 0);
    let left = std::fs::read_dir(server.data_dir())
        .unwrap()
        .filter(|entry| entry.as_ref().unwrap().file_name().to_string_lossy().contains(".claim-"));
    assert_eq!(left.count(), 0, "locks of the dead stay");
}
