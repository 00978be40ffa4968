//! One command key has one effect (P3).

use crate::support::tally::{Tally, TallyCommand};
use crate::support::*;
use debrief_domain::ids::OrganizationId;
use debrief_infra::log::{Append, Appended, CommandError, Expected};
use serde_json::json;
use tokio::task::JoinSet;
use uuid::Uuid;

const SENDINGS: usize = 20;

/// Returns what a caller learns from a first or a repeated execution.
fn answer(appended: Appended, asked: &Append) -> (i64, i64, serde_json::Value, bool) {
    match appended {
        Appended::Committed { position, version, .. } => {
            (position, version, asked.answer.clone(), true)
        }
        Appended::Replayed(stored) => (stored.position, stored.version, stored.answer, false),
        other => panic!("{other:?}"),
    }
}

pub(crate) async fn one_key_has_one_effect(place: Shared) {
    let keys: usize = if full() { 1_000 } else { 100 };
    let nodes = [place.node().await, place.node().await];
    let (mut first, mut replayed) = (0, 0);
    for batch in 0..keys / 25 {
        let mut groups = JoinSet::new();
        for n in 0..25 {
            let logs = [nodes[0].log.clone(), nodes[1].log.clone()];
            groups.spawn(async move {
                let id = Uuid::now_v7();
                let asked = Append {
                    key: key(format!("key {batch} {n}")),
                    ..append(id, Expected::Version(0), 1 + n % 3)
                };
                let sendings = (0..SENDINGS).map(|i| logs[i % 2].append(asked.clone()));
                let answers: Vec<_> = futures::future::join_all(sendings)
                    .await
                    .into_iter()
                    .map(|appended| answer(appended.unwrap(), &asked))
                    .collect();
                for other in &answers {
                    let same = |a: &(i64, i64, _, _)| (a.0, a.1);
                    assert_eq!(same(other), same(&answers[0]), "answers differ");
                    assert_eq!(other.2, asked.answer);
                }
                let events = logs[0].read_stream(organization(), stream(id), 0, 100).await;
                assert_eq!(events.unwrap().len(), 1 + n % 3, "one effect");
                answers.iter().filter(|answer| answer.3).count()
            });
        }
        for firsts in groups.join_all().await {
            assert_eq!(firsts, 1, "sendings that took effect");
            first += firsts;
            replayed += SENDINGS - firsts;
        }
    }
    assert_gapless(&everything(&nodes[0].log).await);
    println!(
        "{keys} keys, {SENDINGS} sendings each on 2 nodes: {first} effects, {replayed} replays"
    );
}

pub(crate) async fn control_without_a_key_every_sending_has_an_effect(place: Shared) {
    let log = place.node().await.log;
    let id = Uuid::now_v7();
    let asked = append(id, Expected::Any, 1);
    let sendings = (0..SENDINGS)
        .map(|n| log.append(Append { key: key(format!("another {n}")), ..asked.clone() }));
    for appended in futures::future::join_all(sendings).await {
        committed(appended.unwrap());
    }
    let effects = log.read_stream(organization(), stream(id), 0, 100).await.unwrap().len();
    assert_eq!(effects, SENDINGS);
    println!("control: {SENDINGS} keys, {effects} effects");
}

pub(crate) async fn a_key_names_one_command(place: Shared) {
    let node = place.node().await;
    let (log, id) = (&node.log, Uuid::now_v7());
    let asked = Append { key: key("k"), ..append(id, Expected::Any, 1) };
    committed(log.append(asked.clone()).await.unwrap());
    let mut other = asked.clone();
    other.key.fingerprint = [8; 32];
    assert_eq!(log.append(other.clone()).await.unwrap(), Appended::KeyReused);
    let looked_up = log.answer_to(organization(), &other.key).await.unwrap();
    assert_eq!(looked_up, Some(Appended::KeyReused));
    assert_eq!(log.answer_to(organization(), &key("unknown")).await.unwrap(), None);

    let mut changed = context("k");
    changed.key.fingerprint = [8; 32];
    let executed =
        log.execute::<Tally>(changed.clone(), Uuid::now_v7(), TallyCommand::Add(1)).await;
    assert!(matches!(executed, Err(CommandError::KeyReused)), "{executed:?}");
    let executed = log.execute::<Tally>(changed, Uuid::now_v7(), TallyCommand::Nothing).await;
    assert!(matches!(executed, Err(CommandError::KeyReused)), "{executed:?}");

    let elsewhere = OrganizationId(Uuid::from_u128(0x0b));
    let foreign = Append { organization: elsewhere, ..append(Uuid::now_v7(), Expected::Any, 1) };
    let foreign = Append { key: key("k"), ..foreign };
    committed(log.append(foreign).await.unwrap());
    let keys = count(&node.database, "SELECT COUNT(*) FROM command_keys", &[]).await;
    assert_eq!((log.head().await.unwrap(), keys), (2, 2));
    println!("1 key in 2 organizations: 2 commands; 3 reuses for another command refused");
}

pub(crate) async fn answers_outlive_the_process(place: Shared) {
    let first = place.node().await;
    let id = Uuid::now_v7();
    let mut asked = context("k");
    asked.answer = json!({"id": id});
    let before = first.log.execute::<Tally>(asked.clone(), id, TallyCommand::Add(5)).await.unwrap();
    let epoch = first.log.epoch().await.unwrap();
    drop(first.log);
    first.database.close().await;
    let second = place.node().await;
    second.database.migrate().await.unwrap();
    assert_eq!(second.log.epoch().await.unwrap(), epoch);
    asked.answer = json!({"id": "another"});
    let after = second.log.execute::<Tally>(asked, id, TallyCommand::Add(5)).await.unwrap();
    assert!(after.replayed && !before.replayed);
    assert_eq!((after.position, after.version), (before.position, before.version));
    assert_eq!(after.answer, json!({"id": id}));
    assert_eq!(second.log.load::<Tally>(organization(), id).await.unwrap().0.sum, 5);
    println!("1 answer given before closing, the same 1 after reopening");
}

pub(crate) async fn a_command_that_would_now_be_refused_is_answered(place: Shared) {
    let log = place.node().await.log;
    let id = Uuid::now_v7();
    let command = TallyCommand::AddBelow(5, 5);
    let first = log.execute::<Tally>(context("k"), id, command.clone()).await.unwrap();
    log.execute::<Tally>(context("between"), id, TallyCommand::Add(1)).await.unwrap();
    let again = log.execute::<Tally>(context("k"), id, command.clone()).await.unwrap();
    assert_eq!((again.position, again.version, again.replayed), (first.position, 1, true));
    let fresh = log.execute::<Tally>(context("l"), id, command).await;
    assert!(matches!(fresh, Err(CommandError::Refused(_))), "{fresh:?}");
    let nothing = log.execute::<Tally>(context("m"), id, TallyCommand::Nothing).await.unwrap();
    assert_eq!((nothing.position, nothing.version, nothing.replayed), (2, 2, false));
    println!("1 replay where a fresh command is refused");
}
