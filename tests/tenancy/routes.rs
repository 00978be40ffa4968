//! Every route of the program, and of a program that leaks.

use crate::examine::{Report, Target, examine};
use crate::leaky::{self, Fault};
use crate::support::Profile;
use crate::world::{Ids, World};
use crate::{RESOURCES, in_profiles, transcripts};
use std::time::Duration;

in_profiles! { no_route_shows_anothers_data }

async fn no_route_shows_anothers_data(profile: Profile) {
    let Some(world) = World::new(profile).await else { return };
    let (stranger, none) = (&world.stranger, Ids::of_nothing());
    let document = stranger.get("/openapi.json").await.expect(200);
    let target = Target {
        theirs: &world.theirs,
        stranger,
        real: &world.ids,
        none: &none,
        secrets: &world.secrets(),
        resources: &RESOURCES,
        patience: Duration::from_secs(30),
    };
    let mut report = examine(&target, &document).await;
    transcripts::through_ones_own(stranger, &world.ids, &none, &mut report).await;
    let Report { findings, operations, requests, shown_to_owner } = report;
    println!("{operations} operations, {requests} requests, {} findings", findings.len());
    assert!(findings.is_empty(), "\n{}", findings.join("\n"));
    assert!(shown_to_owner >= 15, "the search for secrets finds too little: {shown_to_owner}");
}

/// Control: the same examination finds each kind of leak, also in a route that no file names.
#[tokio::test]
async fn every_way_to_leak_is_found() {
    let found = async |fault| leaky::examined(fault).await.findings;
    assert_eq!(found(Fault::None).await, [""; 0]);
    for (fault, at, what) in [
        (Fault::ShowsAnothers, "get /v1/things/{id}", "is open to others"),
        (Fault::ShowsAnothersPart, "get /v1/things/{id}/part", "shows"),
        (Fault::TellsThatItIsThere, "get /v1/things/{id}", "tells the two apart"),
        (Fault::ListsAll, "get /v1/things", "finds something for who has nothing"),
        (Fault::FiltersByAnyClient, "get /v1/things", "finds something for who has nothing"),
        (Fault::DeletesAnothers, "delete /v1/things/{id}", "is open to others"),
        (Fault::DeletesAnothers, "get /v1/things", "changed by somebody else"),
        (Fault::NeedsNoToken, "get /v1/things/{id}/part", "without a token it answers 404"),
        (Fault::TakesAnyToken, "get /v1/things", "with nobody's token it answers 200"),
        (Fault::HidesFromTheOwner, "get /v1/things/{id}/part", "the owner is answered 404"),
        (Fault::HasAnotherBody, "post /v1/things/{id}/merge", "add a case with one to"),
        (Fault::HasAnotherResource, "get /v1/others/{id}", "a new file tests/tenancy/others.rs"),
        (Fault::LostARoute, "post /v1/things", "there is no such operation"),
    ] {
        let findings = found(fault).await;
        let named = |finding: &String| {
            finding.strip_prefix(at).is_some_and(|it| it.starts_with(": ") && it.contains(what))
        };
        assert!(findings.iter().any(named), "{fault:?}, {at}, {what}: {findings:#?}");
    }
}
