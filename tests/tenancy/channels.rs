//! WebSocket channels belong to an organization: a name reveals nothing about another's.

use crate::in_profiles;
use crate::resource::{Case, Resource};
use crate::support::Profile;
use crate::support::websocket::Socket;
use crate::world::{Ids, World, words};
use debrief_projections::updates::{Channel, ChannelKind};
use serde_json::json;
use std::collections::BTreeSet;
use std::time::Duration;
use uuid::Uuid;

pub(crate) const RESOURCE: Resource = Resource {
    file: file!(),
    prefixes: &["/v1/ws"],
    parameters: &[],
    cases: &[Case::elsewhere("get", "/v1/ws")],
};

in_profiles! { no_channel_tells_of_anothers_data }

async fn no_channel_tells_of_anothers_data(profile: Profile) {
    let Some(world) = World::new(profile).await else { return };
    let mut theirs = Socket::open(&world.theirs).await;
    match_saved_search(&world, &mut theirs).await;
    let told = told_channels(&world).await;

    for (kind, channel, epoch, head) in &told {
        let mut stranger = Socket::open(&world.stranger).await;
        let missing = kind.name.replace("<id>", &Uuid::now_v7().to_string());
        for since in [None, Some(0), Some(*head), Some(1_000)] {
            let mut answers = Vec::new();
            for name in [channel, &missing] {
                let since = since.map(|offset| (epoch.as_str(), offset));
                let mut answer = stranger.subscribe(name, since).await;
                answer["channel"] = json!(null);
                answers.push(answer);
                stranger.ask(json!({"t": "unsub", "channel": name})).await;
            }
            assert_eq!(answers[0], answers[1], "{channel} {since:?} tells the two apart");
            assert_eq!(answers[0]["offset"], 0, "{channel} {since:?}");
        }
        for odd in [
            format!("{}/{channel}", world.organization),
            format!("../{}/{channel}", world.organization),
            format!("{channel}/%"),
            kind.name.replace("<id>", "%"),
        ] {
            if odd != *channel {
                let refusal = stranger.refusal(json!({"t": "sub", "channel": odd})).await;
                assert_eq!(refusal, "unknown_channel", "{odd}");
            }
        }
    }

    let mut theirs = Socket::open(&world.theirs).await;
    let mut stranger = Socket::open(&world.stranger).await;
    for (_, channel, epoch, head) in &told {
        stranger.subscribe(channel, None).await;
        theirs.subscribe(channel, Some((epoch, *head))).await;
    }
    let path = format!("/v1/transcripts/{}", world.ids.transcript);
    world.theirs.patch(&path, &json!({"title": "Zanzibar"})).await.expect(200);
    index_note(&world, "two").await;
    let mut silent: BTreeSet<_> = told.iter().map(|(_, channel, ..)| channel.clone()).collect();
    while !silent.is_empty() {
        // The control: there are updates, on every channel.
        let update = theirs.next().await;
        silent.remove(update["channel"].as_str().unwrap());
    }
    stranger.nothing_for(Duration::from_secs(1)).await;

    // And what is said to whom it concerns holds no words.
    for (_, channel, epoch, head) in &told {
        let mut theirs = Socket::open(&world.theirs).await;
        theirs.subscribe(channel, Some((epoch, 0))).await;
        for _ in 0..=*head {
            let update = theirs.next().await.to_string();
            assert_eq!(words(&update), [""; 0], "{update}");
        }
    }
}

/// Has a note match the saved search, and waits until that is told.
async fn match_saved_search(world: &World, socket: &mut Socket) {
    socket.subscribe(&format!("searches/{}", world.ids.saved), None).await;
    index_note(world, "one").await;
    assert_eq!(socket.next().await["kind"], "saved_search.matched");
}

async fn index_note(world: &World, id: &str) {
    let note = json!({"id": id, "text": "Quokka in Zanzibar."});
    world.theirs.post("/v1/search/index", &json!({"note": note})).await.expect(202);
}

/// Channels of every kind on which there is something of theirs, with epoch and newest offset.
async fn told_channels(world: &World) -> Vec<(ChannelKind, String, String, i64)> {
    let Ids { transcript, summary, client, correction, saved, .. } = &world.ids;
    let mut told = Vec::new();
    for kind in Channel::KINDS {
        let mut socket = Socket::open(&world.theirs).await;
        let names: BTreeSet<String> = [transcript, summary, client, correction, saved]
            .into_iter()
            .map(|id| kind.name.replace("<id>", id))
            .collect();
        let before = told.len();
        for name in names {
            let begun = socket.subscribe(&name, None).await;
            socket.ask(json!({"t": "unsub", "channel": name})).await;
            let (epoch, head) = (&begun["epoch"], begun["offset"].as_i64().unwrap());
            if head > 0 {
                told.push((*kind, name, epoch.as_str().unwrap().to_owned(), head));
            }
        }
        assert!(told.len() > before, "the control: nothing of theirs is told on {}", kind.name);
    }
    told
}
