//! Two organizations: one with data of every kind, and an unrelated one.

use crate::support::{Answer, Api, Profile, Server, Setup, VTT, eventually};
use reqwest::multipart::{Form, Part};
use serde_json::{Value, json};
use uuid::Uuid;

/// Ids for the requests.
#[derive(Debug, Clone)]
pub(crate) struct Ids {
    pub transcript: String,
    pub summary: String,
    /// A message that refines the summary.
    pub message: String,
    pub client: String,
    pub correction: String,
    pub saved: String,
    /// The name of a prompt of its owner's own.
    pub prompt: String,
    /// The id of an external note, chosen by its owner.
    pub note: String,
    /// The position of a dead letter of the worker `parse`.
    pub dead: i64,
}

impl Ids {
    /// Returns ids that do not exist.
    pub(crate) fn of_nothing() -> Self {
        let id = || Uuid::now_v7().to_string();
        Self {
            transcript: id(),
            summary: id(),
            message: id(),
            client: id(),
            correction: id(),
            saved: id(),
            prompt: "no-prompt".to_owned(),
            note: "no-note".to_owned(),
            dead: 1_000_000,
        }
    }

    /// Returns the id that a query parameter of this name filters by, if any.
    pub(crate) fn filter(&self, parameter: &str) -> Option<&str> {
        match parameter {
            "transcript_id" => Some(&self.transcript),
            "summary_id" => Some(&self.summary),
            "client_id" => Some(&self.client),
            _ => None,
        }
    }
}

/// A system with both.
pub(crate) struct World {
    /// Keeps the server running.
    _server: Server,
    /// The owner of the data.
    pub theirs: Api,
    /// The unrelated organization.
    pub stranger: Api,
    pub ids: Ids,
    pub organization: String,
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

/// Returns the owner's words that occur in a text.
pub(crate) fn words(text: &str) -> Vec<&'static str> {
    SECRETS.into_iter().filter(|word| text.contains(word)).collect()
}

fn id(of: &Value) -> String {
    of["id"].as_str().unwrap().to_owned()
}

impl World {
    pub(crate) async fn new(profile: Profile) -> Option<Self> {
        let setup = Setup::new(profile).separate().set("worker_max_attempts", 1);
        let mut server = setup.start().await?;
        let theirs = server.organization("Theirs").await;
        let stranger = server.api();
        let body = json!({"name": "Perpetua", "email": "perpetua@example.org"});
        let client = id(&theirs.post("/v1/clients", &body).await.expect(201));
        let session = corrected_session(&theirs, &client).await;
        let note = json!({"id": "own-note", "text": "Quokka in Zanzibar."});
        theirs.post("/v1/search/index", &json!({"note": note})).await.expect(202);
        let search = json!({"name": "Quokka", "query": "Zanzibar"});
        let saved = id(&theirs.post("/v1/search/saved", &search).await.expect(201));
        let words = json!({"entries": [{"term": "Quokka", "heard": ["kwokka"]}]});
        theirs.put("/v1/vocabulary", &words).await.expect(200);
        let template = json!({
            "title": "Quokka", "guidance": "Zanzibar", "sections": [{"section": "overview"}],
        });
        theirs.put("/v1/analyze/prompts/own-prompt", &template).await.expect(200);
        let rule = json!({"change": "add_rule", "text": "Say Quokka."});
        theirs.patch("/v1/analyze/voice", &json!({"changes": [rule]})).await.expect(200);
        let line = json!({"edit": "add", "kind": "goal", "text": "See Zanzibar."});
        let edits = json!({"base_version": 0, "edits": [line]});
        theirs.patch(&format!("/v1/clients/{client}/note"), &edits).await.expect(200);
        let message =
            json!({"summary_id": session["summary_id"], "message": "Is Quokka in Zanzibar?"});
        let message = theirs.post("/v1/analyze/refine", &message).await.expect(202);
        let dead = dead_letter(&mut server, &theirs).await;
        let organizations = server.cli(&["organizations", "list"]);
        let line = organizations.lines().find(|line| line.ends_with("Theirs")).unwrap();
        Some(Self {
            ids: Ids {
                transcript: id(&session),
                summary: session["summary_id"].as_str().unwrap().to_owned(),
                message: message["message_id"].as_str().unwrap().to_owned(),
                client,
                correction: session["correction_id"].as_str().unwrap().to_owned(),
                saved,
                prompt: "own-prompt".to_owned(),
                note: "own-note".to_owned(),
                dead,
            },
            organization: line.split_whitespace().next().unwrap().to_owned(),
            _server: server,
            theirs,
            stranger,
        })
    }

    /// Returns what only [`World::theirs`] may see: words and ids.
    pub(crate) fn secrets(&self) -> Vec<String> {
        let Ids { transcript, summary, message, client, correction, saved, .. } = &self.ids;
        let ids = [transcript, summary, message, client, correction, saved, &self.organization];
        SECRETS.into_iter().chain(ids.into_iter().map(String::as_str)).map(str::to_owned).collect()
    }
}

/// Creates a session with a correction; returns both ids.
async fn corrected_session(api: &Api, client: &str) -> Value {
    let form = Form::new()
        .part("file", Part::text(VTT).file_name("hush.vtt"))
        .text("title", "Zanzibar")
        .text("notes", "Quokka")
        .text("client_id", client.to_owned());
    let uploaded = id(&Answer::of(api.upload_request(form)).await.expect(202));
    api.until_ready(&uploaded).await;
    let path = format!("/v1/transcripts/{uploaded}");
    let wanted = json!({"kind": "rename_speaker", "from": "Dana Levi", "to": "Quokka Levi"});
    let corrected = api.post(&format!("{path}/corrections"), &wanted).await.expect(201);
    // From there on it is ready only after the summary is rewritten.
    api.get(&format!("{path}?min_position={}", corrected["position"])).await.expect(200);
    let mut session = api.until_ready(&uploaded).await;
    session["correction_id"] = corrected["correction_id"].clone();
    session
}

/// Creates a job that fails for good, because its file is lost; returns its position.
async fn dead_letter(server: &mut Server, api: &Api) -> i64 {
    server.stop("worker").await;
    let kept = server.blobs();
    let dead = api.upload(VTT, &[("title", "Zanzibar")]).await;
    for blob in server.blobs().into_iter().filter(|blob| !kept.contains(blob)) {
        std::fs::remove_file(blob).unwrap();
    }
    server.start("worker").await;
    eventually("there is a dead letter", async || {
        let letters = api.get("/v1/dead-letters").await.expect(200);
        letters["items"].as_array().unwrap().len() == 1
    })
    .await;
    dead.position
}
