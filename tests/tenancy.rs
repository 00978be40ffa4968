//! P8: no organization reads or changes another's data, or learns that it exists.
//!
//! The routes come from `/openapi.json`. A route that is not in the table of [`routes`] fails the
//! test, so that every new route has to be added there.

#[path = "tenancy/channels.rs"]
mod channels;
#[path = "tenancy/keys.rs"]
mod keys;
#[path = "tenancy/routes.rs"]
mod routes;
mod support;

use serde_json::json;
use support::{Api, Profile, Server, Setup, VTT, eventually};

/// A system with two organizations: one with data of every kind, and an unrelated one.
struct World {
    /// Keeps the server running.
    _server: Server,
    /// The owner of the data.
    theirs: Api,
    /// The unrelated organization.
    stranger: Api,
    transcript: String,
    summary: String,
    client: String,
    correction: String,
    saved: String,
    organization: String,
    /// Position of a dead letter of the worker `parse`.
    dead: i64,
}

/// Words that only [`World::theirs`] may read.
const SECRETS: [&str; 7] = [
    "Zanzibar",
    "Quokka",
    "Perpetua",
    "perpetua@example.org",
    "hush.vtt",
    "Omer",
    "numbers together",
];

impl World {
    async fn new(profile: Profile) -> Option<Self> {
        let setup = Setup::new(profile).separate().set("worker_max_attempts", 1);
        let mut server = setup.start().await?;
        let theirs = server.organization("Theirs").await;
        let stranger = server.api();
        let body = json!({"name": "Perpetua", "email": "perpetua@example.org"});
        let client = theirs.post("/v1/clients", &body).await.expect(201);
        let client = client["id"].as_str().unwrap().to_owned();
        let file = reqwest::multipart::Part::text(VTT).file_name("hush.vtt");
        let form = reqwest::multipart::Form::new()
            .part("file", file)
            .text("title", "Zanzibar")
            .text("notes", "Quokka")
            .text("client_id", client.clone());
        let uploaded = support::Answer::of(theirs.upload_request(form)).await.expect(202);
        let session = theirs.until_ready(uploaded["id"].as_str().unwrap()).await;
        let path = format!("/v1/transcripts/{}/corrections", session["id"].as_str().unwrap());
        let wanted = json!({"kind": "rename_speaker", "from": "Dana Levi", "to": "Quokka Levi"});
        let corrected = theirs.post(&path, &wanted).await.expect(201);
        // From there on it is ready only after the summary is rewritten.
        let id = session["id"].as_str().unwrap();
        let seen = format!("/v1/transcripts/{id}?min_position={}", corrected["position"]);
        theirs.get(&seen).await.expect(200);
        let session = theirs.until_ready(session["id"].as_str().unwrap()).await;
        let note = json!({"id": "own-note", "text": "Quokka in Zanzibar."});
        theirs.post("/v1/search/index", &json!({"note": note})).await.expect(202);
        let search = json!({"name": "Quokka", "query": "Zanzibar"});
        let saved = theirs.post("/v1/search/saved", &search).await.expect(201);
        // A job that fails for good because its file is lost.
        server.stop("worker").await;
        let kept = server.blobs();
        let dead = theirs.upload(VTT, &[("title", "Zanzibar")]).await;
        for blob in server.blobs().into_iter().filter(|blob| !kept.contains(blob)) {
            std::fs::remove_file(blob).unwrap();
        }
        server.start("worker").await;
        eventually("there is a dead letter", async || {
            let letters = theirs.get("/v1/dead-letters").await.expect(200);
            letters["items"].as_array().unwrap().len() == 1
        })
        .await;
        let organizations = server.cli(&["organizations", "list"]);
        let line = organizations.lines().find(|line| line.ends_with("Theirs")).unwrap();
        Some(Self {
            transcript: session["id"].as_str().unwrap().to_owned(),
            summary: session["summary_id"].as_str().unwrap().to_owned(),
            client,
            saved: saved["id"].as_str().unwrap().to_owned(),
            correction: corrected["correction_id"].as_str().unwrap().to_owned(),
            organization: line.split_whitespace().next().unwrap().to_owned(),
            dead: dead.position,
            _server: server,
            theirs,
            stranger,
        })
    }

    /// Returns the owner's words and ids that occur in a text.
    fn leaks(&self, text: &str) -> Vec<String> {
        let ids = [&self.transcript, &self.summary, &self.client, &self.organization];
        let secrets = SECRETS.iter().map(|word| (*word).to_owned());
        secrets.chain(ids.into_iter().cloned()).filter(|secret| text.contains(secret)).collect()
    }
}
