use super::*;
use crate::transcript::content::Role;

fn turn(
    speaker: &str,
    start: impl Into<Option<u64>>,
    end: impl Into<Option<u64>>,
    text: &str,
) -> Turn {
    Turn {
        speaker: (!speaker.is_empty()).then(|| speaker.to_owned()),
        start_ms: start.into(),
        end_ms: end.into(),
        text: text.into(),
        ..Turn::default()
    }
}

fn chat(speaker: &str, start: u64, text: &str) -> Turn {
    Turn { kind: TurnKind::Chat, ..turn(speaker, start, None, text) }
}

fn measured(turns: Vec<Turn>) -> Content {
    let mut content = Content { turns, ..Content::default() };
    measure(&mut content);
    let once = content.clone();
    measure(&mut content);
    assert_eq!(content, once, "measuring twice changes nothing");
    content
}

fn person<'a>(content: &'a Content, name: &str) -> &'a Participant {
    content.participants.iter().find(|person| person.name == name).unwrap()
}

#[test]
fn a_small_talk_is_counted_by_hand() {
    let mut content = measured(vec![
        turn("Anna", 0, 10_000, "How are you? Really?! Fine."),
        turn("Ben", 9_000, 12_000, "Good, he said \"why?\" and https://a.example/?q=1 left."),
        chat("Cem", 11_000, "Hi, is it on?"),
        turn("Anna", 12_000, 15_000, "Okay."),
        turn("Anna", 20_000, 30_000, "And then…?"),
        turn("Anna", 70_000, 80_000, "Back."),
    ]);
    let names: Vec<_> = content.participants.iter().map(|person| &*person.name).collect();
    assert_eq!(names, ["Anna", "Ben", "Cem"]);
    let anna = person(&content, "Anna");
    assert_eq!((anna.turns, anna.words, anna.questions), (4, 9, 3));
    assert_eq!(anna.talk_ms, Some(33_000));
    assert_eq!(anna.longest_ms, Some(18_000), "with the pause of 5 s, up to that of 40 s");
    assert_eq!(anna.interruptions, Some(0));
    assert_eq!(anna.words_per_minute, Some(16));
    let ben = person(&content, "Ben");
    assert_eq!((ben.questions, ben.interruptions, ben.words_per_minute), (1, Some(1), None));
    let cem = person(&content, "Cem");
    assert_eq!((cem.turns, cem.messages, cem.words, cem.questions), (1, 1, 0, 0));
    assert_eq!((cem.talk_ms, cem.longest_ms, cem.interruptions), (None, None, None));
    assert_eq!(content.gaps, [Gap { start_ms: 30_000, end_ms: 70_000 }]);
    assert_eq!(content.duration_ms, Some(80_000));

    content.participants[1].role = Role::Coach;
    content.participants[1].other_names = vec!["Benjamin".into()];
    measure(&mut content);
    assert_eq!(content.participants[1].role, Role::Coach);
    assert_eq!(content.participants[1].other_names, ["Benjamin"]);
}

#[test]
fn cues_are_the_talk_and_their_overlap_counts_once() {
    let mut rolling = turn("Anna", 0, 6_000, "one two three");
    rolling.cues = vec![
        Cue { at: 0, start_ms: Some(0), end_ms: Some(3_000) },
        Cue { at: 4, start_ms: Some(2_000), end_ms: Some(4_000) },
        Cue { at: 8, start_ms: Some(5_000), end_ms: Some(6_000) },
    ];
    let content = measured(vec![rolling]);
    assert_eq!(content.participants[0].talk_ms, Some(5_000));
    assert_eq!(content.participants[0].longest_ms, Some(6_000));
}

#[test]
fn a_clock_that_begins_anew_hides_no_talk() {
    let content = measured(vec![
        turn("Anna", 590_000, 600_000, "first part"),
        turn("Ben", 1_000, 5_000, "second part"),
        turn("Anna", 6_000, 10_000, "still"),
    ]);
    let anna = person(&content, "Anna");
    assert_eq!((anna.talk_ms, anna.interruptions), (Some(14_000), Some(0)));
    assert_eq!(person(&content, "Ben").interruptions, Some(0));
    assert_eq!(content.gaps, []);
}

#[test]
fn a_start_and_an_end_far_apart_are_one_length() {
    let content = measured(vec![
        turn("Anna", 0, None, "one two"),
        turn("Anna", None, None, "three"),
        turn("Anna", None, 12_000, "four"),
        turn("Ben", 12_000, None, "five"),
        turn("Anna", None, 20_000, "six"),
    ]);
    let anna = person(&content, "Anna");
    assert_eq!((anna.talk_ms, anna.words_per_minute), (Some(12_000), Some(20)));
    assert_eq!(person(&content, "Ben").talk_ms, None);
}

#[test]
fn without_ends_there_is_neither_talk_nor_gap() {
    let content = measured(vec![
        turn("Anna", 0, None, "Hi"),
        turn("Ben", 100_000, None, "Yes?"),
        turn("", 110_000, None, "Nobody knows who"),
    ]);
    for person in &content.participants {
        assert_eq!((person.talk_ms, person.longest_ms, person.interruptions), (None, None, None));
    }
    assert_eq!(content.gaps, []);
    assert_eq!(content.duration_ms, Some(110_000));
}

#[test]
fn somebody_unknown_ends_a_monologue_and_interrupts_nobody() {
    let content = measured(vec![
        turn("Anna", 0, 10_000, "Hi"),
        turn("", 5_000, 11_000, "Who?"),
        turn("Anna", 10_500, 15_000, "Yes"),
    ]);
    let anna = person(&content, "Anna");
    assert_eq!((anna.longest_ms, anna.interruptions), (Some(10_000), Some(0)));
}

#[test]
fn the_third_speaker_cuts_in_on_the_first() {
    let content = measured(vec![
        turn("Anna", 0, 60_000, "A long story"),
        turn("Ben", 10_000, 11_000, "Mhm"),
        turn("Cem", 20_000, 21_000, "Wait"),
        turn("Anna", 59_900, 70_000, "So"),
        turn("Ben", 69_900, 71_000, "Rounding"),
    ]);
    let counts: Vec<_> = content.participants.iter().map(|p| p.interruptions).collect();
    assert_eq!(counts, [Some(0), Some(1), Some(1)]);
}

#[test]
fn question_marks_of_several_scripts_end_questions() {
    for (text, count) in [
        ("למה? כי ככה.", 1),
        ("كيف حالك؟ بخير", 1),
        ("元気ですか？はい。", 1),
        ("Wirklich?!?", 1),
        ("a?b=c", 0),
        ("Hm... what...?", 1),
        ("", 0),
    ] {
        assert_eq!(questions(text), count, "{text}");
    }
}

#[test]
fn marks_of_every_script_ask() {
    for (text, asked) in [
        ("So? And then?! Who?? e.g. a?b=c.", 3),
        ("“Why?” he said – and… when?", 2),
        ("مَن؟ متى؟", 2),
        ("誰？何時？と", 2),
        ("Really⁇ Now⁈ No⁉x", 2),
        ("Τι\u{037E} \u{E2}? \u{201C}", 2),
        ("", 0),
    ] {
        assert_eq!(questions(text), asked, "{text}");
    }
}
