use super::*;
use debrief_domain::transcript::content::Gap;
use debrief_formats as formats;

fn part(name: &str, file: &str) -> Part {
    let content =
        formats::parse(file.as_bytes()).unwrap_or_else(|refusal| panic!("{name}: {refusal}"));
    Part { name: name.into(), content }
}

fn vtt(cues: &[(u64, u64, &str)]) -> String {
    let stamp = |s: u64| format!("{:02}:{:02}:{:02}.000", s / 3600, s / 60 % 60, s % 60);
    let cue = |(start, end, text): &(u64, u64, &str)| {
        format!("{} --> {}\n{text}\n\n", stamp(*start), stamp(*end))
    };
    format!("WEBVTT\n\n{}", cues.iter().map(cue).collect::<String>())
}

fn rows(content: &Content) -> Vec<(Option<u64>, &str, &str)> {
    let turns = content.turns.iter();
    turns.map(|turn| (turn.start_ms, turn.speaker.as_deref().unwrap_or("?"), &*turn.text)).collect()
}

const MORNING: &[(u64, u64, &str)] = &[
    (2, 10, "<v Anna>Good morning, how did the week go for you?"),
    (11, 20, "<v Ben>It went well, I finally talked to the whole team."),
    (20, 25, "<v Anna>And what did they say?"),
];

const LATER: &[(u64, u64, &str)] = &[
    (1, 5, "<v Ben>They were glad that somebody asked them at all."),
    (6, 9, "<v Anna>Then let us plan the next step from there."),
];

#[test]
fn one_file_comes_out_as_it_is() {
    let one = part("a.vtt", &vtt(MORNING));
    assert_eq!(merge(vec![one.clone()]).unwrap(), one.content);
    assert_eq!(merge(vec![]), Err(MergeError::Nothing));
    assert_eq!(merge(vec![one; MAX_FILES + 1]), Err(MergeError::TooMany));
}

#[test]
fn a_part_with_a_new_clock_follows_the_one_before() {
    let merged =
        merge(vec![part("call (2).vtt", &vtt(LATER)), part("call (1).vtt", &vtt(MORNING))])
            .unwrap();
    assert_eq!(merged.format, "webvtt");
    let starts: Vec<_> = rows(&merged).iter().map(|row| row.0).collect();
    assert_eq!(starts, [2_000, 11_000, 20_000, 26_000, 31_000].map(Some));
    assert_eq!(merged.duration_ms, Some(34_000));
    assert_eq!(merged.participants.len(), 2);
    let notes: Vec<_> = merged.warnings.iter().map(|warning| &*warning.message).collect();
    assert_eq!(
        notes,
        [
            "part 1 is call (1).vtt",
            "part 2 is call (2).vtt; its clock restarted and was shifted by 25 s, to the end of the previous part"
        ]
    );
    assert!(merged.turns.iter().enumerate().all(|(i, turn)| turn.index as usize == i));
}

#[test]
fn a_part_whose_clock_goes_on_stays_where_it_is() {
    let later: Vec<_> =
        LATER.iter().map(|(start, end, text)| (start + 30, end + 30, *text)).collect();
    let merged =
        merge(vec![part("call_1.vtt", &vtt(MORNING)), part("call_2.vtt", &vtt(&later))]).unwrap();
    assert_eq!(merged.turns[3].start_ms, Some(31_000));
}

#[test]
fn zoom_says_in_names_when_parts_began() {
    let merged = merge(vec![
        part("GMT20240131-120000_Recording.transcript.vtt", &vtt(MORNING)),
        part("GMT20240131-120500_Recording.transcript.vtt", &vtt(LATER)),
        part("GMT20240131-120500_RecordingnewChat.txt", "00:00:03\tCem:\tMe too\n"),
    ])
    .unwrap();
    let rows = rows(&merged);
    assert_eq!(rows[3].0, Some(301_000));
    assert_eq!(rows[4], (Some(303_000), "Cem", "Me too"));
    assert_eq!(merged.gaps, [Gap { start_ms: 25_000, end_ms: 301_000 }]);
    assert_eq!(merged.format, "webvtt+zoom_chat");
}

#[test]
fn after_a_part_without_times_no_time_is_known() {
    let text = "Anna: Good to see you.\nBen: And you, it has been a while.\nAnna: It has.\nBen: So much to tell.\n";
    let merged = merge(vec![part("call 1.txt", text), part("call 2.vtt", &vtt(LATER))]);
    assert_eq!(merged, Err(MergeError::Unrelated), "calls are numbered, not parts");
    let merged = merge(vec![part("noa p1.txt", text), part("noa p2.vtt", &vtt(LATER))]).unwrap();
    assert!(merged.turns.iter().all(|turn| turn.start_ms.is_none() && turn.cues.is_empty()));
    assert_eq!((merged.turns.len(), merged.duration_ms), (6, None));
    assert_eq!(merged.format, "named_text+webvtt");
}

#[test]
fn chat_stands_between_the_turns() {
    let chat = "00:00:01\tCem:\tHello all\r\n00:00:15\tBen:\tSee https://a.example\r\n00:09:00\tCem:\tBye\r\n";
    let merged =
        merge(vec![part("chat.txt", chat), part("transcript.vtt", &vtt(MORNING))]).unwrap();
    let said: Vec<_> =
        rows(&merged).iter().map(|row| (row.1, row.2.split(' ').next().unwrap())).collect();
    assert_eq!(
        said,
        [
            ("Cem", "Hello"),
            ("Anna", "Good"),
            ("Ben", "It"),
            ("Ben", "See"),
            ("Anna", "And"),
            ("Cem", "Bye")
        ]
    );
    let ben = merged.participants.iter().find(|person| person.name == "Ben").unwrap();
    assert_eq!((ben.turns, ben.messages, ben.words), (2, 1, 10));
    assert_eq!(merged.format, "webvtt+zoom_chat", "speech first");
    assert_eq!(merged.gaps, []);
}

#[test]
fn a_chat_with_times_of_day_comes_last() {
    let chat =
        "13:05:22\t From Cem to Everyone:\n\tHi all\n13:05:30\t From Ben to Everyone:\n\tok\n";
    let merged = merge(vec![part("t.vtt", &vtt(MORNING)), part("chat.txt", chat)]).unwrap();
    assert_eq!(rows(&merged)[3..], [(None, "Cem", "Hi all"), (None, "Ben", "ok")]);
}

const DOCTOR: &str = "{\"segments\":[{\"start\":0,\"end\":4,\"text\":\"Hello, how can I help you today?\"},{\"start\":9,\"end\":12,\"text\":\"Since when?\"}]}";
const PATIENT: &str = "{\"segments\":[{\"start\":4.5,\"end\":8,\"text\":\"My knee hurts.\"},{\"start\":13,\"end\":15,\"text\":\"A week.\"}]}";

#[test]
fn captions_and_chat_by_the_wall_clock_meet() {
    let captions = "[Noa] 13:00:05\nHi there.\n\n[Ben] 13:00:20\nYes.\n";
    let chat = "12:59:50 From Ben to Everyone:\n\tearly\n13:00:10 From Noa to Everyone:\n\tlink\n";
    let merged = merge(vec![part("captions.txt", captions), part("chat.txt", chat)]).unwrap();
    assert_eq!(
        rows(&merged),
        [
            (None, "Ben", "early"),
            (Some(0), "Noa", "Hi there."),
            (Some(5_000), "Noa", "link"),
            (Some(15_000), "Ben", "Yes."),
        ]
    );
}

#[test]
fn tracks_of_one_speaker_each_are_a_conversation() {
    let merged = merge(vec![part("x_Noa.json", DOCTOR), part("x_Ben.json", PATIENT)]).unwrap();
    assert_eq!(
        rows(&merged),
        [
            (Some(0), "Noa", "Hello, how can I help you today?"),
            (Some(4_500), "Ben", "My knee hurts."),
            (Some(9_000), "Noa", "Since when?"),
            (Some(13_000), "Ben", "A week."),
        ]
    );
    assert_eq!(merged.warnings.len(), 3);
    let nobody = merge(vec![part("left.json", DOCTOR), part("right.json", PATIENT)]);
    assert_eq!(nobody, Err(MergeError::Unrelated), "two sides are no names");
}

#[test]
fn a_copy_without_times_is_left_out() {
    let text = "Anna: Good morning, how did the week go for you?\nBen: It went well, I finally talked to the whole team.\nAnna: And what did they say?\nBen:\n";
    for files in [
        vec![part("a.txt", text), part("b.vtt", &vtt(MORNING))],
        vec![part("b.vtt", &vtt(MORNING)), part("a.txt", text)],
    ] {
        let merged = merge(files).unwrap();
        assert_eq!(merged.format, "webvtt");
        assert_eq!(merged.turns.len(), 3);
        assert_eq!(merged.warnings[0].message, "a.txt has the same text as b.vtt and was skipped");
    }
}

#[test]
fn different_calls_are_not_put_in_a_row() {
    let files = vec![part("noa.vtt", &vtt(MORNING)), part("dana.vtt", &vtt(LATER))];
    assert_eq!(merge(files), Err(MergeError::Unrelated));
}

#[test]
fn turns_of_another_language_say_so() {
    let hebrew = [(1, 20, "<v נועה>שלום לכולם, מה שלומכם היום ואיך עבר השבוע האחרון")];
    let mut first = part("p1.vtt", &vtt(MORNING));
    first.content.language = Some("en".into());
    let merged = merge(vec![first, part("p2.vtt", &vtt(&hebrew))]).unwrap();
    assert_eq!(merged.language.as_deref(), Some("en"));
    let languages: Vec<_> = merged.turns.iter().map(|turn| turn.language.as_deref()).collect();
    assert_eq!(languages, [None, None, None, Some("he")]);
}
