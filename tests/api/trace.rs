//! A correlation id leads from a request to everything that followed from it, and no log line
//! contains personal content.

use crate::in_profiles;
use crate::support::{Answer, Profile, Setup, Uploaded, VTT};
use serde_json::Value;
use uuid::Uuid;

in_profiles! { a_correlation_id_leads_everywhere }

async fn a_correlation_id_leads_everywhere(profile: Profile) {
    let filter = "info,debrief_infra=debug,debrief_projections=debug";
    let setup = Setup::new(profile).separate().set("log_filter", filter);
    let Some(mut server) = setup.start().await else { return };
    let api = server.api();
    let id = Uuid::new_v4().to_string();
    let form = api.form(VTT, &[("title", "Zanzibar retreat"), ("notes", "Quokka sanctuary")]);
    let answer = Answer::of(api.upload_request(form).header("x-correlation-id", &id)).await;
    assert_eq!(answer.header("x-correlation-id"), Some(id.as_str()));
    let uploaded = Uploaded::of(&answer.expect(202));
    api.until_ready(&uploaded.id).await;

    let mut types = Vec::new();
    for event in server.events() {
        if event["metadata"]["correlation_id"] == id {
            let position = event["position"].to_string();
            let shown: Value =
                serde_json::from_str(&server.cli(&["events", "show", &position])).unwrap();
            assert_eq!(shown["metadata"]["correlation_id"], id);
            types.push(event["type"].as_str().unwrap().to_owned());
        }
    }
    assert_eq!(types, ["transcript.uploaded", "transcript.parsed", "summary.created"]);

    let lines = |log: String| -> Vec<Value> {
        let lines = log.lines().filter(|line| line.contains(&id));
        lines.map(|line| serde_json::from_str(line).unwrap()).collect()
    };
    let messages = |lines: &[Value]| -> Vec<String> {
        lines.iter().map(|l| l["message"].as_str().unwrap_or_default().to_owned()).collect()
    };
    let request = lines(server.process("api").log());
    assert!(messages(&request).iter().any(|message| message == "answered"), "{request:?}");
    let relay = lines(server.process("relay").log());
    assert!(!relay.is_empty(), "the relay says nothing of it");
    let worker = lines(server.process("worker").log());
    for name in ["parse", "summarize"] {
        let done = |line: &&Value| line["message"] == "done" && line["span"]["worker"] == name;
        assert_eq!(worker.iter().filter(done).count(), 1, "{name}: {worker:?}");
    }
    for projection in ["transcripts", "updates"] {
        let told =
            worker.iter().any(|l| l["message"] == "projected" && l["projection"] == projection);
        assert!(told, "the projection {projection} says nothing of it: {worker:?}");
    }

    // An external value that is not an id is not logged.
    let form = api.form(VTT, &[]);
    let odd = Answer::of(api.upload_request(form).header("x-correlation-id", "a\"b evil")).await;
    assert!(odd.header("x-correlation-id").unwrap().parse::<Uuid>().is_ok());

    let log = server.log();
    for secret in
        ["Zanzibar", "Quokka", "Omer", "numbers together", &api.key, "session.vtt", "evil"]
    {
        assert!(!log.contains(secret), "the log tells of {secret:?}");
    }
    let tail = server.cli(&["events", "tail", "--after", "0", "--json"]);
    assert!(!tail.contains("Zanzibar") && !tail.contains("Omer"), "shown without --reveal");
    assert!(
        server.cli(&["events", "tail", "--after", "0", "--json", "--reveal"]).contains("Zanzibar")
    );
}
