//! WebSocket channels belong to an organization: a name reveals nothing about another's.

use crate::in_profiles;
use crate::resource::{Case, Resource};
use crate::support::Profile;
use crate::support::websocket::Socket;
use crate::world::{World, words};
use serde_json::json;
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
    let mut stranger = Socket::open(&world.stranger).await;
    let mut theirs = Socket::open(&world.theirs).await;
    let channel = format!("transcripts/{}", world.ids.transcript);
    let own = theirs.subscribe(&channel, None).await;
    let head = own["offset"].as_i64().unwrap();
    assert!(head > 0, "control: there are updates to see");
    let epoch = own["epoch"].as_str().unwrap();

    let missing = format!("transcripts/{}", Uuid::now_v7());
    for since in [None, Some((epoch, 0)), Some((epoch, head)), Some((epoch, 1_000))] {
        let mut answers = Vec::new();
        for name in [channel.as_str(), &missing, "transcripts"] {
            let mut answer = stranger.subscribe(name, since).await;
            answer["channel"] = json!(null);
            answers.push(answer);
            stranger.ask(json!({"t": "unsub", "channel": name})).await;
        }
        assert_eq!(answers[0], answers[1], "{since:?} tells the two apart");
        assert_eq!(answers[0], answers[2], "{since:?}");
        assert_eq!(answers[0]["offset"], 0, "{since:?}");
    }
    for odd in [
        format!("{}/transcripts", world.organization),
        format!("{}/{channel}", world.organization),
        format!("../{}/transcripts", world.organization),
        "transcripts/%".to_owned(),
        "*".to_owned(),
    ] {
        let refusal = stranger.refusal(json!({"t": "sub", "channel": odd})).await;
        assert_eq!(refusal, "unknown_channel", "{odd}");
    }
    stranger.subscribe(&channel, None).await;
    stranger.subscribe("transcripts", None).await;
    let path = format!("/v1/transcripts/{}", world.ids.transcript);
    world.theirs.patch(&path, &json!({"title": "Zanzibar"})).await.expect(200);
    assert_eq!(theirs.next().await["offset"], head + 1, "control: there was an update");
    stranger.nothing_for(Duration::from_secs(1)).await;
    // Nor do updates for the owner contain personal words.
    theirs.ask(json!({"t": "unsub", "channel": channel})).await;
    theirs.subscribe(&channel, Some((epoch, 0))).await;
    for _ in 0..=head {
        let update = theirs.next().await.to_string();
        assert_eq!(words(&update), [""; 0], "{update}");
    }
}
