//! Expected versions, and conflicting commands.

use crate::support::tally::{Tally, TallyCommand, TooHigh};
use crate::support::*;
use debrief_domain::ids::OrganizationId;
use debrief_infra::log::{Appended, CommandError, Expected, StreamId};
use serde_json::json;
use tokio::task::JoinSet;
use uuid::Uuid;

pub(crate) async fn one_of_two_wins(place: Shared) {
    let nodes = [place.node().await, place.node().await];
    let (mut wins, mut conflicts) = ([0, 0], 0);
    let id = Uuid::now_v7();
    let began = std::time::Instant::now();
    for version in 0..200 {
        let expected = Expected::Version(version);
        let (a, b) = tokio::join!(
            nodes[0].log.append(append(id, expected, 1)),
            nodes[(version % 2) as usize].log.append(append(id, expected, 1)),
        );
        match (a.unwrap(), b.unwrap()) {
            (Appended::Committed { .. }, Appended::Conflict { actual }) => {
                assert_eq!(actual, version + 1);
                wins[0] += 1;
            }
            (Appended::Conflict { actual }, Appended::Committed { .. }) => {
                assert_eq!(actual, version + 1);
                wins[1] += 1;
            }
            other => panic!("not one of two: {other:?}"),
        }
        conflicts += 1;
    }
    let took = began.elapsed();
    let log = everything(&nodes[0].log).await;
    assert_gapless(&log);
    assert_eq!(log.len(), 200);
    println!(
        "200 pairs: {conflicts} conflicts, first {} and second {} times, {:.1} ms each",
        wins[0],
        wins[1],
        took.as_secs_f64() * 5.0
    );
}

/// A version that is passed, one that is not reached, and a new stream that is not new; each alone
/// in its batch and next to a valid append.
pub(crate) async fn another_version_is_a_conflict(place: Shared) {
    let node = place.node().await;
    let id = Uuid::now_v7();
    committed(node.log.append(append(id, Expected::Version(0), 2)).await.unwrap());
    for version in [0, 1, 3] {
        let wrong = || node.log.append(append(id, Expected::Version(version), 1));
        assert_eq!(wrong().await.unwrap(), Appended::Conflict { actual: 2 }, "{version}");
        let other = node.log.append(append(Uuid::now_v7(), Expected::Version(0), 1));
        let (wrong, other) = tokio::join!(wrong(), other);
        assert_eq!(wrong.unwrap(), Appended::Conflict { actual: 2 }, "{version}");
        committed(other.unwrap());
    }
    committed(node.log.append(append(id, Expected::Version(2), 1)).await.unwrap());
    let log = everything(&node.log).await;
    assert_gapless(&log);
    assert_eq!(log.len(), 6);
}

pub(crate) async fn any_version_will_do(place: Shared) {
    let node = place.node().await;
    let id = Uuid::now_v7();
    let mut writers = JoinSet::new();
    for _ in 0..100 {
        let log = node.log.clone();
        writers.spawn(async move {
            committed(log.append(append(id, Expected::Any, 2)).await.unwrap()).1
        });
    }
    let mut versions = writers.join_all().await;
    versions.sort();
    assert_eq!(versions, (1..=100).map(|n| 2 * n).collect::<Vec<_>>());
    assert_gapless(&everything(&node.log).await);
    println!("100 appends of 2 events to one stream, versions 2, 4 … 200");
}

pub(crate) async fn create_meets_a_stream_that_exists(place: Shared) {
    let log = place.node().await.log;
    let id = Uuid::now_v7();
    let first = log.create::<Tally>(context("a"), id, TallyCommand::AddBelow(5, 5)).await.unwrap();
    assert_eq!((first.version, first.replayed), (1, false));
    let refused = log.create::<Tally>(context("b"), id, TallyCommand::AddBelow(5, 5)).await;
    assert!(matches!(refused, Err(CommandError::Refused(TooHigh))), "{refused:?}");
    let second = log.create::<Tally>(context("c"), id, TallyCommand::Add(3)).await.unwrap();
    assert_eq!((second.version, second.replayed), (2, false));
    let again = log.create::<Tally>(context("a"), id, TallyCommand::AddBelow(5, 5)).await.unwrap();
    assert_eq!((again.position, again.version, again.replayed), (first.position, 1, true));
    let (tally, version) = log.load::<Tally>(organization(), id).await.unwrap();
    assert_eq!((tally.sum, version), (8, 2));

    // Many at once: one creates the stream, the others follow.
    let id = Uuid::now_v7();
    let mut creators = JoinSet::new();
    for n in 0..20 {
        let log = log.clone();
        creators.spawn(async move {
            let context = context(format!("many {n}"));
            match log.create::<Tally>(context, id, TallyCommand::AddBelow(1, 1)).await {
                Ok(_) => true,
                Err(CommandError::Refused(TooHigh)) => false,
                Err(other) => panic!("{other}"),
            }
        });
    }
    let won = creators.join_all().await.into_iter().filter(|won| *won).count();
    assert_eq!(won, 1);
    println!("20 creations of one stream at once: {won} won, 19 refused");
}

pub(crate) async fn conflicts_are_tried_again_within_bounds(place: Shared) {
    let log = place.node().await.log;
    let id = Uuid::now_v7();
    let command = TallyCommand::LoseRace(Box::new(log.clone()), id);
    let lost = log.execute::<Tally>(context("loser"), id, command).await;
    assert!(matches!(lost, Err(CommandError::Conflict)), "{lost:?}");
    let (tally, version) = log.load::<Tally>(organization(), id).await.unwrap();
    assert_eq!((tally.sum, tally.events), (version, version), "the loser left something");
    assert!((2..=20).contains(&version), "{version} attempts");
    println!("a command that always loses gave up after {version} attempts");
}

pub(crate) async fn a_hot_aggregate_takes_every_command(place: Shared) {
    let nodes = [place.node().await, place.node().await];
    for (name, nodes) in [("1 node", &nodes[..1]), ("2 nodes", &nodes[..])] {
        let began = std::time::Instant::now();
        let id = Uuid::now_v7();
        let mut commands = JoinSet::new();
        for n in 0..50 {
            let log = nodes[n % nodes.len()].log.clone();
            let context = context(format!("{id} {n}"));
            commands.spawn(async move {
                log.execute::<Tally>(context, id, TallyCommand::Add(1)).await.map(|c| c.version)
            });
        }
        let answers = commands.join_all().await;
        let refused = answers.iter().filter(|answer| answer.is_err()).count();
        let mut versions: Vec<i64> = answers.into_iter().flatten().collect();
        versions.sort();
        println!(
            "50 commands on one aggregate, {name}: {refused} refused, {:.0} ms",
            began.elapsed().as_secs_f64() * 1e3
        );
        assert_eq!(versions, (1..=50).collect::<Vec<i64>>());
        // Each was decided on the state left by the previous one.
        let stream = StreamId { stream_type: "tally", id };
        let events = nodes[0].log.read_stream(organization(), stream, 0, 100).await.unwrap();
        let sums: Vec<i64> = events.iter().map(|e| e.payload["sum"].as_i64().unwrap()).collect();
        assert_eq!(sums, (1..=50).collect::<Vec<i64>>());
    }
}

pub(crate) async fn a_long_stream_is_loaded_whole(place: Shared) {
    let log = place.node().await.log;
    let id = Uuid::now_v7();
    for chunk in 0..20_i64 {
        let mut add = append(id, Expected::Version(chunk * 500), 500);
        add.stream.stream_type = "tally";
        for (event, n) in add.events.iter_mut().zip(1..) {
            event.event_type = "tally.added".into();
            event.payload = json!({"amount": chunk * 500 + n, "sum": 0});
        }
        committed(log.append(add).await.unwrap());
    }
    let began = std::time::Instant::now();
    let (tally, version) = log.load::<Tally>(organization(), id).await.unwrap();
    assert_eq!((tally.events, version), (10_000, 10_000));
    assert_eq!(tally.sum, 10_000 * 10_001 / 2);
    let added = log.execute::<Tally>(context("more"), id, TallyCommand::Add(1)).await.unwrap();
    assert_eq!(added.version, 10_001);
    println!("10,000 events loaded and one added in {:?}", began.elapsed());
}

pub(crate) async fn another_organization_sees_nothing(place: Shared) {
    let log = place.node().await.log;
    let id = Uuid::now_v7();
    for n in 0..3 {
        log.execute::<Tally>(context(format!("a{n}")), id, TallyCommand::Add(1)).await.unwrap();
    }
    let other = OrganizationId(Uuid::from_u128(0x0b));
    let stream = StreamId { stream_type: "tally", id };
    assert_eq!(log.read_stream(organization(), stream, 0, 10).await.unwrap().len(), 3);
    assert_eq!(log.read_stream(other, stream, 0, 10).await.unwrap().len(), 0);
    let (tally, version) = log.load::<Tally>(other, id).await.unwrap();
    assert_eq!((tally, version), (Tally::default(), 0));
    // Writing is impossible, too.
    let mut foreign = context("b");
    foreign.organization = other;
    let written = log.execute::<Tally>(foreign.clone(), id, TallyCommand::Add(100)).await;
    assert!(matches!(written, Err(CommandError::Conflict)), "{written:?}");
    let written = log.create::<Tally>(foreign, id, TallyCommand::Add(100)).await;
    assert!(matches!(written, Err(CommandError::Conflict)), "{written:?}");
    assert_eq!(log.load::<Tally>(organization(), id).await.unwrap().0.sum, 3);
    assert_eq!(log.head().await.unwrap(), 3);
    println!("3 events of one organization, 0 of them seen and 0 added by another");
}
