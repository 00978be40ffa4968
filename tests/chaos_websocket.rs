//! P7: a reconnecting client sees every update once, in order, or is told to reload.
//!
//! Clients follow channels over WebSockets that are cut at random moments, by themselves and by a
//! proxy that resets them, and resume by epoch and offset, while writers change transcripts and the
//! program is killed and restarted. Finally the sequence that each client saw is compared with the
//! stored one.

mod chaos_support;
mod support;

use chaos_support::proxy::Proxy;
use chaos_support::{pause, sized};
use futures::{SinkExt, StreamExt};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::ops::Bound;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};
use support::{Api, Profile, Server, Setup, VTT};
use tokio::net::TcpStream;
use tokio::sync::watch;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream};

in_profiles! { every_update_once_in_order, too_far_behind_is_told_to_reload }

/// How a client reconnects.
#[derive(Clone, Copy, PartialEq)]
enum Resume {
    /// With the epoch and offset of the last update it has.
    ByOffset,
    /// Without them: the control arm.
    Without,
}

/// The updates of a channel that a client saw.
#[derive(Default)]
struct Seen {
    /// The client's epoch and offset.
    place: Option<(String, i64)>,
    /// Position by offset, in the order of arrival; a new list after each reload.
    runs: Vec<Vec<(i64, i64)>>,
    connections: u64,
    resumed: u64,
    reloads: u64,
    /// Violations of the promise.
    faults: Vec<String>,
}

impl Seen {
    /// Continues from another offset, as told.
    fn reload(&mut self, epoch: &str, offset: i64) {
        self.place = Some((epoch.to_owned(), offset));
        self.runs.push(vec![(offset, 0)]);
    }

    fn take(&mut self, message: &Value) {
        let Some((_, last)) = &mut self.place else {
            self.faults.push("an update came before the answer".to_owned());
            return;
        };
        let offset = message["offset"].as_i64().unwrap_or_default();
        if offset != *last + 1 || message["prev"] != json!(*last) {
            self.faults.push(format!("{offset} came after {last}"));
        }
        *last = offset;
        let position = message["position"].as_i64().unwrap_or_default();
        self.runs.last_mut().expect("a run").push((offset, position));
    }
}

type Socket = WebSocketStream<MaybeTlsStream<TcpStream>>;

async fn connect(port: u16, key: &str) -> Option<Socket> {
    let mut request = format!("ws://127.0.0.1:{port}/v1/ws").into_client_request().ok()?;
    let bearer = format!("Bearer {key}").parse().ok()?;
    request.headers_mut().insert("Authorization", bearer);
    let connecting = tokio_tungstenite::connect_async(request);
    let opened = tokio::time::timeout(Duration::from_secs(10), connecting).await.ok()?;
    opened.ok().map(|(socket, _)| socket)
}

async fn next_json(socket: &mut Socket) -> Option<Value> {
    loop {
        match socket.next().await?.ok()? {
            Message::Text(text) => return serde_json::from_str(&text).ok(),
            Message::Close(_) => return None,
            _ => {}
        }
    }
}

/// Follows a channel until it has reached the offset in `goal`, over any number of connections,
/// each of them cut after a random time within `lives`.
async fn follow(
    port: u16,
    key: String,
    channel: String,
    resume: Resume,
    lives: std::ops::Range<u64>,
    goal: watch::Receiver<Option<BTreeMap<String, i64>>>,
) -> Seen {
    let mut seen = Seen::default();
    let reached = |seen: &Seen| {
        let goal = goal.borrow();
        let head = goal.as_ref().map(|heads| heads[&channel]);
        head.is_some_and(|head| seen.place.as_ref().is_some_and(|(_, offset)| *offset >= head))
    };
    while !reached(&seen) {
        let life = Duration::from_millis(rand::random_range(lives.clone()));
        let _ = tokio::time::timeout(
            life,
            connection(&mut seen, port, &key, &channel, resume, &reached),
        )
        .await;
        // Disconnected for a while: updates are missed, or replayed.
        pause(5..150).await;
    }
    seen
}

/// One connection, to its end. Dropping it closes its TCP connection at once.
async fn connection(
    seen: &mut Seen,
    port: u16,
    key: &str,
    channel: &str,
    resume: Resume,
    reached: &impl Fn(&Seen) -> bool,
) -> Option<()> {
    let mut socket = connect(port, key).await?;
    seen.connections += 1;
    let mut request = json!({"t": "sub", "id": 1, "channel": channel});
    let since = seen.place.clone().filter(|_| resume == Resume::ByOffset);
    if let Some((epoch, offset)) = &since {
        request["since"] = json!({"epoch": epoch, "offset": offset});
    }
    socket.send(Message::text(request.to_string())).await.ok()?;
    let answer = next_json(&mut socket).await?;
    let ok = &answer["ok"];
    let (Some(epoch), Some(offset)) = (ok["epoch"].as_str(), ok["offset"].as_i64()) else {
        if answer["err"]["temporary"] != true {
            seen.faults.push(format!("refused: {answer}"));
        }
        return None;
    };
    match since {
        None => seen.reload(epoch, offset),
        Some((_, from)) if ok["recovered"] == true => {
            seen.resumed += 1;
            if from != offset {
                seen.faults.push(format!("resumed at {offset} instead of {from}"));
            }
        }
        Some(_) => {
            seen.reloads += 1;
            seen.reload(epoch, offset);
        }
    }
    while !reached(seen) {
        // The goal is set when no more updates may come, so check regularly.
        let next = tokio::time::timeout(Duration::from_millis(100), next_json(&mut socket));
        let Ok(message) = next.await else { continue };
        let message = message?;
        match message["t"].as_str() {
            Some("ev") => seen.take(&message),
            Some("reload") => {
                seen.reloads += 1;
                let epoch = message["epoch"].as_str().unwrap_or_default().to_owned();
                seen.reload(&epoch, message["offset"].as_i64().unwrap_or_default());
            }
            _ => seen.faults.push(format!("unknown message {message}")),
        }
    }
    Some(())
}

/// Changes transcripts until told to stop.
async fn write(api: Api, ids: Vec<String>, stop: Arc<AtomicBool>, written: Arc<AtomicU64>) {
    while !stop.load(Ordering::SeqCst) {
        let id = &ids[rand::random_range(0..ids.len())];
        let title = format!("Title {}", rand::random::<u32>());
        let request = api.request(reqwest::Method::PATCH, &format!("/v1/transcripts/{id}"));
        let request = request.json(&json!({"title": title})).timeout(Duration::from_secs(10));
        match support::Answer::try_of(request).await {
            Ok(answer) if answer.status == 200 => {
                written.fetch_add(1, Ordering::SeqCst);
            }
            _ => tokio::time::sleep(Duration::from_millis(50)).await,
        }
    }
}

/// Waits until the updates of all events are stored.
async fn up_to_date(server: &Server) {
    let events = server.events().len() as i64;
    let database = server.database().await;
    support::eventually("updates are up", async || {
        let sql = "SELECT position FROM projection_checkpoints WHERE name = 'updates'";
        let rows = database.views.query(sql, &[]).await.expect("checkpoints");
        rows[0].get::<i64>(0).expect("a position") >= events
    })
    .await;
}

/// Returns the stored updates of a channel: position by offset.
async fn stored(server: &Server, channel: &str) -> BTreeMap<i64, i64> {
    let database = server.database().await;
    let sql = "SELECT \"offset\", position FROM updates WHERE channel LIKE $1 ORDER BY \"offset\"";
    let rows = database.views.query(sql, &[format!("%/{channel}").into()]).await;
    let rows = rows.expect("updates can be read");
    rows.iter().map(|row| (row.get(0).unwrap(), row.get(1).unwrap())).collect()
}

/// Returns the number of updates of the channel that a client should have seen and did not.
fn missed(seen: &Seen, stored: &BTreeMap<i64, i64>) -> usize {
    let Some(&(first, _)) = seen.runs.first().and_then(|run| run.first()) else { return 0 };
    let saw: BTreeMap<i64, i64> =
        seen.runs.iter().flat_map(|run| run[1..].iter().copied()).collect();
    stored.range(first + 1..).filter(|(offset, _)| !saw.contains_key(offset)).count()
}

async fn every_update_once_in_order(profile: Profile) {
    let clients = sized(60, 200);
    let restarts = sized(2, 3);
    let Some(mut server) = Setup::new(profile).set("worker_lease", "2s").start().await else {
        return;
    };
    let api = server.api();
    let mut ids = Vec::new();
    for n in 0..6 {
        ids.push(api.upload(VTT, &[("title", &format!("Session {n}"))]).await.id);
    }
    for id in &ids {
        api.until_ready(id).await;
    }
    let proxy = Proxy::start(server.port, 100..3_000).await;
    let (set_goal, goal) = watch::channel(None);
    let channel_of = |n: usize| match n % 2 {
        0 => "transcripts".to_owned(),
        _ => format!("transcripts/{}", ids[n / 2 % ids.len()]),
    };
    let mut followers = Vec::new();
    for n in 0..clients {
        // The proxy resets a third; the others drop the connection themselves.
        let (port, lives) =
            if n % 3 == 0 { (proxy.port, 60_000..60_001) } else { (server.port, 50..2_500) };
        let (key, channel) = (api.key.clone(), channel_of(n));
        let task = follow(port, key, channel, Resume::ByOffset, lives, goal.clone());
        followers.push((channel_of(n), Resume::ByOffset, tokio::spawn(task)));
    }
    for n in 0..clients / 10 {
        let (key, channel) = (api.key.clone(), channel_of(n));
        let task = follow(server.port, key, channel, Resume::Without, 50..2_500, goal.clone());
        followers.push((channel_of(n), Resume::Without, tokio::spawn(task)));
    }

    let (stop, written) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicU64::new(0)));
    let writers: Vec<_> = (0..4)
        .map(|_| {
            let (stop, written) = (Arc::clone(&stop), Arc::clone(&written));
            tokio::spawn(write(api.clone(), ids.clone(), stop, written))
        })
        .collect();
    let began = Instant::now();
    for n in 0..restarts {
        tokio::time::sleep(Duration::from_secs(sized(4, 10))).await;
        if n % 2 == 0 {
            server.kill("up");
        } else {
            server.stop("up").await;
        }
        server.start("up").await;
    }
    tokio::time::sleep(Duration::from_secs(sized(4, 10))).await;
    stop.store(true, Ordering::SeqCst);
    for writer in writers {
        writer.await.expect("a writer ends");
    }
    let took = began.elapsed();

    // The program has projected everything; what is stored now is the goal.
    up_to_date(&server).await;
    let mut all_stored = BTreeMap::new();
    let mut channels: Vec<String> = (0..clients).map(channel_of).collect();
    channels.sort();
    channels.dedup();
    for channel in channels {
        let updates = stored(&server, &channel).await;
        assert!(updates.keys().copied().eq(1..=updates.len() as i64), "offsets have a gap");
        all_stored.insert(channel, updates);
    }
    let heads = all_stored.iter().map(|(channel, all)| (channel.clone(), all.len() as i64));
    set_goal.send_replace(Some(heads.collect()));

    let (mut total, mut connections, mut resumed, mut reloads, mut bad) = (0, 0, 0, 0, 0);
    let (mut control_missed, mut control) = (0, 0);
    let settled = Instant::now();
    for (channel, resume, follower) in followers {
        let seen = tokio::time::timeout(Duration::from_secs(60), follower).await;
        let seen = seen.expect("a client reaches the end").expect("a client ends");
        let stored = &all_stored[&channel];
        if resume == Resume::Without {
            control += 1;
            control_missed += missed(&seen, stored);
            continue;
        }
        connections += seen.connections;
        resumed += seen.resumed;
        reloads += seen.reloads;
        let mut wrong = !seen.faults.is_empty();
        for (i, run) in seen.runs.iter().enumerate() {
            total += run.len() - 1;
            let (from, to) = (run[0].0, run[run.len() - 1].0);
            // Empty if it was told to reload again before anything arrived.
            let received = (Bound::Excluded(from), Bound::Included(to));
            let expected = stored.range(received).map(|(offset, position)| (*offset, *position));
            wrong |= !expected.eq(run[1..].iter().copied());
            wrong |= i + 1 == seen.runs.len() && to != stored.len() as i64;
        }
        // Without a reload, none may be missing.
        wrong |= seen.reloads == 0 && missed(&seen, stored) > 0;
        if wrong {
            bad += 1;
            println!("{channel}: {:?}", &seen.faults[..seen.faults.len().min(5)]);
        }
    }
    println!(
        "P7 {profile:?}: {clients} clients, {restarts} restarts, {:.1} s; {} changes written, {} \
         updates stored in `transcripts`; {connections} connections ({} reset by the proxy), \
         {resumed} resumed, {reloads} told to reload; {total} updates received; clients with a \
         gap, a repetition or a wrong order: {bad}; all at the end {:.2} s after the last write",
        took.as_secs_f64(),
        written.load(Ordering::SeqCst),
        all_stored["transcripts"].len(),
        proxy.cut(),
        settled.elapsed().as_secs_f64(),
    );
    println!(
        "P7 {profile:?}: control, {control} clients without an offset: {control_missed} updates missed"
    );
    assert_eq!(bad, 0);
    assert!(control_missed > 0, "the control arm must miss updates");
    assert!(resumed > clients as u64, "too few interruptions to show anything");
}

/// A client that was disconnected for longer than the retention, or that knows another epoch.
async fn too_far_behind_is_told_to_reload(profile: Profile) {
    let Some(server) = Setup::new(profile).set("updates_retention", 100).start().await else {
        return;
    };
    let api = server.api();
    let id = api.upload(VTT, &[]).await.id;
    api.until_ready(&id).await;
    let ask = async |since: Value| {
        let mut socket = connect(server.port, &api.key).await.expect("a connection");
        let sub = json!({"t": "sub", "id": 1, "channel": "transcripts", "since": since});
        socket.send(Message::text(sub.to_string())).await.expect("it is open");
        next_json(&mut socket).await.expect("an answer")["ok"].clone()
    };
    let start = ask(Value::Null).await;
    for n in 0..150 {
        let title = json!({"title": n.to_string()});
        api.patch(&format!("/v1/transcripts/{id}"), &title).await.expect(200);
    }
    up_to_date(&server).await;
    let since = |epoch: &Value, offset: &Value| json!({"epoch": epoch, "offset": offset});
    let behind = ask(since(&start["epoch"], &start["offset"])).await;
    let other = ask(since(&json!("another-history-1"), &behind["offset"])).await;
    let ahead = ask(since(&start["epoch"], &json!(1_000_000))).await;
    let fresh = ask(since(&start["epoch"], &behind["offset"])).await;
    println!(
        "P7 {profile:?}: 150 updates behind with 100 kept: recovered {}; another epoch: {}; an \
         offset that was never given: {}; at the newest: {}",
        behind["recovered"], other["recovered"], ahead["recovered"], fresh["recovered"]
    );
    assert_eq!((&behind["recovered"], &other["recovered"]), (&json!(false), &json!(false)));
    assert_eq!((&ahead["recovered"], &fresh["recovered"]), (&json!(false), &json!(true)));
    assert!(behind["offset"].as_i64() > start["offset"].as_i64().map(|start| start + 100));
}
