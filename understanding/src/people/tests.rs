use super::*;

fn turn(speaker: &str, start: u64, end: u64, text: &str) -> Turn {
    Turn {
        speaker: (!speaker.is_empty()).then(|| speaker.to_owned()),
        start_ms: Some(start),
        end_ms: Some(end),
        text: text.into(),
        ..Turn::default()
    }
}

/// A call in which these speak one after the other.
fn call(speakers: &[&str]) -> Content {
    let turns = speakers.iter().zip((0u64..).step_by(10)).enumerate();
    let turns = turns.map(|(index, (speaker, at))| Turn {
        index: index as u32,
        ..turn(speaker, at * 1_000, at * 1_000 + 9_000, "Some words said here by somebody.")
    });
    let mut content = Content { turns: turns.collect(), ..Content::default() };
    talk::measure(&mut content);
    content
}

fn unified(speakers: &[&str]) -> (Vec<(String, Vec<String>)>, Content) {
    let mut content = call(speakers);
    unify(&mut content);
    let once = content.clone();
    unify(&mut content);
    assert_eq!(content, once, "a second time changes nothing");
    for (index, turn) in content.turns.iter().enumerate() {
        assert_eq!(turn.index as usize, index);
    }
    let people = content.participants.iter();
    (people.map(|person| (person.name.clone(), person.other_names.clone())).collect(), content)
}

fn names(speakers: &[&str]) -> Vec<String> {
    unified(speakers).0.into_iter().map(|(name, _)| name).collect()
}

#[test]
fn spellings_of_one_name_are_one_person() {
    let (people, content) =
        unified(&["Okafor, Maya", "Ben", "maya okafor", "Maya Okafór (she/her)", "BEN"]);
    assert_eq!(
        people,
        [
            (
                "Maya Okafór".to_owned(),
                vec![
                    "Okafor, Maya".to_owned(),
                    "maya okafor".into(),
                    "Maya Okafór (she/her)".into()
                ]
            ),
            ("Ben".to_owned(), vec!["BEN".to_owned()]),
        ]
    );
    assert_eq!(content.participants[0].turns, 3);
    assert_eq!(names(&["maya.okafor@acme.example", "Ben", "Maya Okafor"]), ["Maya Okafor", "Ben"]);
    assert_eq!(names(&["Okafor, Maya", "Ben"]), ["Okafor, Maya", "Ben"], "as the file has it");
}

#[test]
fn a_first_name_joins_its_only_full_name_when_one_gives_way_to_the_other() {
    assert_eq!(names(&["Maya Okafor", "Ben", "Maya", "Ben", "Maya"]), ["Maya Okafor", "Ben"]);
    assert_eq!(names(&["Maya’s iPhone", "Ben", "Maya Okafor", "Ben"]), ["Maya Okafor", "Ben"]);
    // They answer each other: two people.
    assert_eq!(names(&["Maya", "Maya Okafor", "Maya"]).len(), 2);
    assert_eq!(names(&["Maya", "Ben", "Maya Okafor", "Maya Adler"]).len(), 4);
    assert_eq!(names(&["Speaker", "Speaker A"]).len(), 2);
    assert_eq!(names(&["Lumi | Offchain", "Lumi | Wonder", "Lumi"]).len(), 3);
}

#[test]
fn whoever_speaks_at_the_same_time_is_somebody_else() {
    let mut content = Content {
        turns: vec![
            turn("Maya Okafor (Acme)", 0, 10_000, "Hello there"),
            turn("Maya Okafor", 5_000, 9_000, "Hello to you"),
        ],
        ..Content::default()
    };
    unify(&mut content);
    assert_eq!(content.participants.len(), 2);
}

#[test]
fn a_first_name_in_the_chat_may_be_anybodys() {
    let mut content = call(&["Maya Okafor", "Ben", "Maya"]);
    content.turns[2].kind = TurnKind::Chat;
    unify(&mut content);
    assert_eq!(content.participants.len(), 3);
}

#[test]
fn note_takers_are_left_out_and_screens_are_nobody() {
    let long = ["Maya", "Ben"].repeat(10);
    let mut speakers = vec!["Maya", "Otter.ai", "Maya's Presentation"];
    speakers.extend(long);
    let mut content = call(&speakers);
    content.turns[1].text = "I am recording this meeting and taking notes for Maya.".into();
    unify(&mut content);
    let once = content.clone();
    unify(&mut content);
    assert_eq!(content, once, "a second time changes nothing");
    let people = &content.participants;
    assert_eq!(people.len(), 2);
    assert_eq!(content.turns.len(), 22);
    assert_eq!(content.turns[1].speaker, None);
    let warnings: Vec<_> = content.warnings.iter().map(|warning| &*warning.message).collect();
    assert_eq!(
        warnings,
        [
            "announcements of note takers were dropped: 1 (Otter.ai; 10 words)",
            "turns from a shared screen have no speaker: 1"
        ]
    );
    assert_eq!(content.warnings[0].words, 10);
    assert!(people.iter().all(|person| !person.named_like_a_bot));
    let mut alone = call(&["Otter.ai"]);
    alone.turns[0].text = "I am recording this meeting.".into();
    unify(&mut alone);
    assert_eq!(alone.turns.len(), 1, "nothing would be left");
}

#[test]
fn whoever_speaks_through_a_bots_account_is_heard() {
    let mut content = call(&["Maya", "AB Zoom Bot", "Ben", "AB Zoom Bot", "Maya", "Gemini"]);
    content.turns[1].text = "I am recording this meeting.".into();
    content.turns[3].text = "I am a human, by the way.".into();
    content.turns[5].text = "Gemini is taking notes of the call.".into();
    unify(&mut content);
    let marked: Vec<_> = content
        .participants
        .iter()
        .map(|person| (&*person.name, person.turns, person.named_like_a_bot))
        .collect();
    assert_eq!(marked, [("Maya", 2, false), ("AB Zoom Bot", 2, true), ("Ben", 1, false)]);
    assert_eq!(content.warnings.len(), 1, "{:?}", content.warnings);
    let read: Content = serde_json::from_value(serde_json::to_value(&content).unwrap()).unwrap();
    assert_eq!(read, content);
    let json = serde_json::to_value(&content.participants[0]).unwrap();
    assert!(json.get("named_like_a_bot").is_none(), "as before for everybody else");
}

#[test]
fn roles_and_other_names_are_kept() {
    let mut content = call(&["MAYA OKAFOR", "Maya Okafor"]);
    content.participants[0].role = Role::Coach;
    content.participants[0].other_names = vec!["Speaker 1".into()];
    unify(&mut content);
    let maya = &content.participants[0];
    assert_eq!((&*maya.name, maya.role), ("Maya Okafor", Role::Coach));
    assert_eq!(maya.other_names, ["MAYA OKAFOR", "Speaker 1"]);
}

#[test]
fn initials_are_whoever_has_them_in_brackets() {
    assert_eq!(
        unified(&["Adam Levine (AL)", "Murch (M)", "AL", "M", "AL"]).0,
        [
            ("Adam Levine".to_owned(), vec!["Adam Levine (AL)".to_owned(), "AL".into()]),
            ("Murch".to_owned(), vec!["Murch (M)".to_owned(), "M".into()]),
        ]
    );
    // No name has them in brackets, or two have.
    assert_eq!(names(&["Adam Levine", "AL"]), ["Adam Levine", "AL"]);
    assert_eq!(
        names(&["Adam Levine (AL)", "Ann Lund (AL)", "AL"]),
        ["Adam Levine (AL)", "Ann Lund (AL)", "AL"]
    );
    // A company, and its meeting room.
    assert_eq!(names(&["Ben Ash (IBM)", "IBM"]), ["Ben Ash (IBM)", "IBM"]);
    assert_eq!(names(&["Ada Ash (Acme)", "Acme"]), ["Ada Ash (Acme)", "Acme"]);
}

#[test]
fn shared_audio_is_nobodys() {
    let file = "WEBVTT\n\n1\n00:00:01.000 --> 00:00:02.000\nMarco De Rossi: Hi.\n\n2\n00:00:03.000 --> 00:00:04.000\nAudio shared by Marco De Rossi: La la.\n\n3\n00:00:05.000 --> 00:00:06.000\nMarco De Rossi: So.\n\n4\n00:00:07.000 --> 00:00:08.000\nAudio shared by Marco De Rossi: La.\n";
    let mut content = debrief_formats::parse(file.as_bytes()).unwrap();
    unify(&mut content);
    let shared = &content.turns[1];
    assert_eq!((&shared.speaker, &*shared.text), (&None, "La la."));
    assert_eq!((shared.start_ms, shared.end_ms), (Some(3_000), Some(4_000)));
    assert_eq!(content.participants.len(), 1);
}
