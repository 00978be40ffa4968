//! Many corrections of a long transcript at once, and transcripts with a crowd of people.

use crate::support::{Api, Profile, Setup, eventually};
use futures::future::join_all;
use serde_json::{Value, json};
use std::fmt::Write;

const AT_ONCE: usize = 40;
const TURNS: usize = 4_000;

async fn correct(api: &Api, id: &str, correction: &Value) -> Value {
    let path = format!("/v1/transcripts/{id}/corrections");
    loop {
        let answer = api.post(&path, correction).await;
        if answer.status == 201 {
            return answer.json();
        }
        // Who has to wait too long is told when to come back.
        assert_eq!(answer.problem(503), "unavailable");
        let after = answer.header("retry-after").unwrap().parse().unwrap();
        tokio::time::sleep(std::time::Duration::from_secs(after)).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn corrections_at_once_all_succeed_and_hold_the_turns_once() {
    let Some(mut server) = Setup::new(Profile::Embedded).start().await else { return };
    let api = server.api();
    let text: String = (0..TURNS).fold(String::new(), |mut text, n| {
        writeln!(text, "{}: this is remark {n} of a long day.", ["Dana", "Omer"][n % 2]).unwrap();
        text
    });
    let id = api.session(text, &[]).await["id"].as_str().unwrap().to_owned();
    let before = server.process("up").resident_bytes();
    let corrections: Vec<Value> = (0..AT_ONCE)
        .map(|n| json!({"kind": "edit_turn", "turn": n, "text": format!("Corrected {n}.")}))
        .collect();
    let made = join_all(corrections.iter().map(|correction| correct(&api, &id, correction))).await;
    let grown = server.process("up").resident_bytes().saturating_sub(before) >> 20;
    println!("memory grew by {grown} MiB");
    assert!(grown < 150, "memory grew by {grown} MiB");
    let last = made.iter().map(|made| made["position"].as_i64().unwrap()).max().unwrap();
    let path = format!("/v1/transcripts/{id}/turns?limit={}&min_position={last}", AT_ONCE + 1);
    let turns = api.get(&path).await.expect(200);
    for n in 0..AT_ONCE {
        assert_eq!(turns["turns"][n]["text"], format!("Corrected {n}."));
    }
    assert_eq!(turns["revision"], 1 + AT_ONCE);
    let listed = api.get(&format!("/v1/transcripts/{id}/corrections?limit=25")).await.expect(200);
    assert_eq!(listed["items"].as_array().unwrap().len(), 25);
    let rest = format!("/v1/transcripts/{id}/corrections?after={}", listed["next"]);
    let rest = api.get(&rest).await.expect(200);
    assert_eq!((rest["items"].as_array().unwrap().len(), &rest["next"]), (15, &Value::Null));
}

fn names(transcript: &Value) -> Vec<&str> {
    let people = transcript["participants"].as_array().unwrap().iter();
    people.map(|person| person["name"].as_str().unwrap()).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_crowd_is_bounded_and_a_correction_says_what_changes() {
    let Some(server) = Setup::new(Profile::Embedded).start().await else { return };
    let api = server.api();
    let letter = |n: usize| char::from(b'a' + (n % 26) as u8);
    let word = |n: usize| format!("{}{}{}x", letter(n), letter(n / 26), letter(n / 676));
    let text: String = (0..3_000).fold(String::from("WEBVTT\n\n"), |mut text, n| {
        let at = format!("{:02}:{:02}:{:02}", n / 3600, n / 60 % 60, n % 60);
        let (first, last) = (word(n), word(n * 7 + 3));
        write!(text, "{at}.000 --> {at}.900\n<v {first} {last}>So it is.\n\n").unwrap();
        text
    });
    let session = api.session(text, &[]).await;
    let id = session["id"].as_str().unwrap();
    let people = names(&session);
    assert_eq!((people.len(), &session["turn_count"]), (1_000, &json!(3_000)));
    let warnings = session["warnings"].to_string();
    assert!(warnings.contains("2000 with the fewest turns"), "{warnings}");
    // What a correction changes is one of a thousand.
    let mut expected: Vec<String> = people.iter().map(|name| (*name).to_owned()).collect();
    let rename = |from: &str, to: &str| json!({"kind": "rename_speaker", "from": from, "to": to});
    correct(&api, id, &rename(people[500], "Noa Levi")).await;
    expected[500] = "Noa Levi".into();
    correct(&api, id, &rename(people[7], "Dana Katz")).await;
    expected[7] = "Dana Katz".into();
    let merge = json!({"kind": "merge_speakers", "from": [people[900]], "into": people[3]});
    let merged = correct(&api, id, &merge).await;
    let mut united = expected.clone();
    united.remove(900);
    let transcript = |position: &Value| format!("/v1/transcripts/{id}?min_position={position}");
    let now = api.get(&transcript(&merged["position"])).await.expect(200);
    assert_eq!(names(&now), united);
    let listed = api.get("/v1/transcripts").await.expect(200);
    assert_eq!(names(&listed["items"][0]), united);
    let correction = merged["correction_id"].as_str().unwrap();
    let undone = api.delete(&format!("/v1/transcripts/{id}/corrections/{correction}")).await;
    let undone = undone.expect(200);
    let now = api.get(&transcript(&undone["position"])).await.expect(200);
    assert_eq!(names(&now), expected);
    let sizes = |kind: &str| -> Vec<usize> {
        let tail = ["events", "tail", "--after", "0", "--json", "--reveal"];
        let events = tokio::task::block_in_place(|| server.cli(&tail));
        events.lines().filter(|event| event.contains(kind)).map(str::len).collect()
    };
    let corrected = sizes("transcript.corrected");
    assert_eq!(corrected.len(), 3);
    assert!(corrected.iter().all(|bytes| *bytes < 4_000), "{corrected:?} bytes");
    assert!(sizes("transcript.parsed")[0] > 100_000, "control: the whole list is long");
    // A rebuilt read model has the same people.
    let said = tokio::task::block_in_place(|| server.cli(&["projections", "verify"]));
    println!("{said}");
    api.delete(&format!("/v1/transcripts/{id}")).await.expect(200);
    eventually("nothing is left of the changes", async || {
        let database = server.database().await;
        let rows = database.views.query("SELECT COUNT(*) FROM participant_changes", &[]).await;
        let left: i64 = rows.unwrap()[0].get(0).unwrap();
        database.close().await;
        left == 0
    })
    .await;
}
