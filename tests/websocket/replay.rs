//! Resuming: from where a client left off, without a gap and without a repetition, or with an
//! explicit answer that this is impossible.

use crate::support::websocket::Socket;
use crate::support::{Profile, Setup};
use crate::{follows, in_profiles, transcript, write};
use serde_json::json;
use std::time::Duration;

in_profiles! { history_joins_the_present, what_cannot_be_replayed_is_told,
a_rebuild_tells_everyone_to_reload }

async fn history_joins_the_present(profile: Profile) {
    // The projection runs in another process: only the stored updates connect the two.
    let Some(server) = Setup::new(profile).separate().start().await else { return };
    let api = server.api();
    let id = transcript(&api).await;
    let channel = format!("transcripts/{id}");
    // Updates are a separate projection, which may be behind the one that says `ready`.
    let reached = async |head: i64| loop {
        let mut socket = Socket::open(&api).await;
        let begun = socket.subscribe(&channel, None).await;
        match begun["offset"].as_i64().unwrap() {
            offset if offset == head => break (socket, begun),
            offset => assert!(offset < head, "{begun}"),
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    };
    let (mut socket, begun) = reached(3).await;
    let (epoch, start) = (begun["epoch"].as_str().unwrap(), 3);
    assert_eq!(begun["recovered"], false, "{begun}");

    // Read all the time, as a client must: otherwise the connection is closed as too slow.
    let watching = tokio::spawn(async move {
        let mut updates = Vec::new();
        for _ in 0..300 {
            updates.push(socket.next().await);
        }
        (socket, updates)
    });
    let mut positions = write(&api, &id, 150, 1).await;
    reached(start + 150).await;
    let writer = tokio::spawn({
        let (api, id) = (api.clone(), id.clone());
        async move { write(&api, &id, 150, 1).await }
    });
    // Some start while others write: from the beginning, the middle and the end.
    let mut readers = Vec::new();
    for n in 0..12 {
        let (api, channel, epoch) = (api.clone(), channel.clone(), epoch.to_owned());
        let from = [0, start, start + 75, start + 150][n % 4];
        readers.push(tokio::spawn(async move {
            tokio::time::sleep(Duration::from_millis(60 * n as u64)).await;
            let mut socket = Socket::open(&api).await;
            let begun = socket.subscribe(&channel, Some((&epoch, from))).await;
            assert_eq!((&begun["recovered"], &begun["offset"]), (&json!(true), &json!(from)));
            let mut positions = Vec::new();
            for offset in from..start + 300 {
                let update = socket.next().await;
                positions.push((offset + 1, follows(&update, &channel, offset)));
            }
            socket.nothing_for(Duration::from_millis(300)).await;
            positions
        }));
    }
    positions.extend(writer.await.unwrap());
    // The updates are what was written, complete and in the order of the log.
    let told: Vec<(i64, i64)> =
        positions.iter().zip(start + 1..).map(|(position, offset)| (offset, *position)).collect();
    let (mut socket, updates) = watching.await.unwrap();
    for (update, offset) in updates.iter().zip(start..) {
        let position = follows(update, &channel, offset);
        assert_eq!(position, positions[(offset - start) as usize]);
    }
    for reader in readers {
        let seen: Vec<_> =
            reader.await.unwrap().into_iter().filter(|(offset, _)| *offset > start).collect();
        assert!(told.ends_with(&seen) && seen.len() >= 150, "{seen:?}");
    }
    // The organization's channel reports the same with its own offsets.
    let all = socket.subscribe("transcripts", Some((epoch, 0))).await;
    assert_eq!(all["recovered"], true);
    for offset in 0..303 {
        let update = socket.next().await;
        follows(&update, "transcripts", offset);
    }
    // After unsubscribing nothing arrives for a channel.
    let ended = socket.ask(json!({"t": "unsub", "channel": channel})).await;
    assert_eq!(ended["ok"], json!({"channel": channel}));
    write(&api, &id, 1, 1).await;
    follows(&socket.next().await, "transcripts", 303);
    socket.nothing_for(Duration::from_millis(500)).await;
    // It can be resumed from where it was.
    socket.subscribe(&channel, Some((epoch, 303))).await;
    follows(&socket.next().await, &channel, 303);
}

async fn what_cannot_be_replayed_is_told(profile: Profile) {
    let setup = Setup::new(profile).set("updates_retention", 100);
    let Some(server) = setup.start().await else { return };
    let api = server.api();
    let id = transcript(&api).await;
    let channel = format!("transcripts/{id}");
    let position = *write(&api, &id, 250, 1).await.last().unwrap();
    api.get(&format!("/v1/transcripts/{id}?min_position={position}")).await.expect(200);
    let mut socket = Socket::open(&api).await;
    let mut begun = socket.subscribe(&channel, None).await;
    while begun["offset"] != 253 {
        socket.ask(json!({"t": "unsub", "channel": channel})).await;
        tokio::time::sleep(Duration::from_millis(100)).await;
        begun = socket.subscribe(&channel, None).await;
    }
    let epoch = begun["epoch"].as_str().unwrap().to_owned();
    let cases = [
        ("beyond the head", epoch.as_str(), 254),
        ("far beyond", &epoch, i64::MAX),
        ("before the beginning", &epoch, -1),
        ("far before", &epoch, i64::MIN),
        ("trimmed", &epoch, 0),
        ("just trimmed", &epoch, 152),
        ("another epoch", "0123456789ab-1", 253),
        ("no epoch", "", 253),
    ];
    for (name, epoch, offset) in cases {
        let mut socket = Socket::open(&api).await;
        let begun = socket.subscribe(&channel, Some((epoch, offset))).await;
        assert_eq!(begun["recovered"], false, "{name}: {begun}");
        assert_eq!(begun["offset"], 253, "{name}: {begun}");
        socket.nothing_for(Duration::from_millis(100)).await;
    }
    // Where resuming is possible, all updates arrive: the last 100, as configured.
    for from in [153, 200, 252, 253] {
        let mut socket = Socket::open(&api).await;
        let begun = socket.subscribe(&channel, Some((&epoch, from))).await;
        assert_eq!(begun["recovered"], true, "from {from}: {begun}");
        for offset in from..253 {
            follows(&socket.next().await, &channel, offset);
        }
    }
    // The next update reaches all.
    write(&api, &id, 1, 1).await;
    follows(&socket.next().await, &channel, 253);
}

async fn a_rebuild_tells_everyone_to_reload(profile: Profile) {
    let Some(server) = Setup::new(profile).start().await else { return };
    let api = server.api();
    let id = transcript(&api).await;
    let channel = format!("transcripts/{id}");
    let mut socket = Socket::open(&api).await;
    let begun = socket.subscribe(&channel, None).await;
    let all = socket.subscribe("transcripts", None).await;
    assert_eq!(all["epoch"], begun["epoch"]);
    server.cli(&["projections", "rebuild", "transcripts"]);
    socket.nothing_for(Duration::from_millis(1_500)).await;

    server.cli(&["projections", "rebuild", "updates"]);
    let mut told = std::collections::BTreeMap::new();
    for _ in 0..2 {
        let reload = socket.next().await;
        assert_eq!(reload["t"], "reload", "{reload}");
        assert_ne!(reload["epoch"], begun["epoch"]);
        told.insert(reload["channel"].as_str().unwrap().to_owned(), reload);
    }
    let reload = &told[&channel];
    assert!(told.contains_key("transcripts"));
    let (epoch, offset) = (reload["epoch"].as_str().unwrap(), reload["offset"].as_i64().unwrap());
    socket.nothing_for(Duration::from_millis(300)).await;
    write(&api, &id, 2, 1).await;
    let mut next = offset;
    for _ in 0..4 {
        let update = socket.next().await;
        if update["channel"] == channel {
            follows(&update, &channel, next);
            next += 1;
        }
    }
    assert_eq!(next, offset + 2);
    // Old offsets are invalid; new ones are valid.
    let mut other = Socket::open(&api).await;
    let before = other.subscribe(&channel, Some((begun["epoch"].as_str().unwrap(), offset))).await;
    assert_eq!((&before["recovered"], &before["epoch"]), (&json!(false), &json!(epoch)));
    other.ask(json!({"t": "unsub", "channel": channel})).await;
    let now = other.subscribe(&channel, Some((epoch, offset))).await;
    assert_eq!(now["recovered"], true);
    follows(&other.next().await, &channel, offset);
}
