//! Idempotency keys and API keys belong to an organization.

use crate::in_profiles;
use crate::support::{Answer, Profile, Setup, VTT};
use reqwest::Method;
use serde_json::json;

in_profiles! { the_same_idempotency_key_is_anothers_own }

async fn the_same_idempotency_key_is_anothers_own(profile: Profile) {
    let Some(server) = Setup::new(profile).start().await else { return };
    let (one, two) = (server.api(), server.organization("Two").await);
    let client = |api: &crate::support::Api, name: &str| {
        let request = api.request(Method::POST, "/v1/clients").json(&json!({"name": name}));
        Answer::of(request.header("idempotency-key", "first"))
    };
    let first = client(&one, "Zanzibar").await;
    // Neither another organization's answer nor the information that the key is in use.
    let second = client(&two, "Quokka").await;
    let (first_id, second_id) = (first.expect(201)["id"].clone(), second.expect(201)["id"].clone());
    assert_ne!(first_id, second_id);
    assert_eq!(second.header("idempotency-replayed"), None);
    assert_eq!(client(&one, "Zanzibar").await.expect(201)["id"], first_id);
    assert_eq!(client(&two, "Quokka").await.expect(201)["id"], second_id);
    assert_eq!(client(&two, "Zanzibar").await.problem(422), "idempotency_key_reused");

    let upload = |api: &crate::support::Api| {
        Answer::of(api.upload_request(api.form(VTT, &[])).header("idempotency-key", "file"))
    };
    let (first, second) = (upload(&one).await, upload(&two).await);
    assert_ne!(first.expect(202)["id"], second.expect(202)["id"]);
    for (api, answer) in [(&one, &first), (&two, &second)] {
        let path = format!("/v1/transcripts?min_position={}", second.json()["position"]);
        let list = api.get(&path).await.expect(200);
        assert_eq!(list["items"].as_array().unwrap().len(), 1);
        assert_eq!(list["items"][0]["id"], answer.json()["id"]);
    }
}
