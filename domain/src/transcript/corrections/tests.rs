use crate::change::Change;
use crate::transcript::content::{Cue, Role, TURN_CHARS_MAX, Turn};
use crate::transcript::correction::VocabularyEntry;
use crate::transcript::talk;
use proptest::prelude::*;

use super::*;

/// A call of four turns, the first of which has two cues.
fn call() -> Content {
    let turn = |index, speaker: &str, start: u64, end: u64, text: &str| Turn {
        index,
        speaker: Some(speaker.to_owned()),
        start_ms: Some(start),
        end_ms: Some(end),
        text: text.to_owned(),
        ..Turn::default()
    };
    let mut turns = vec![
        turn(0, "Speaker 1", 0, 8_000, "So how did it go with the groan model?"),
        turn(1, "Speaker 2", 8_000, 12_000, "Well. Better."),
        turn(2, "Spk 2", 12_000, 15_000, "I asked more."),
        turn(3, "Speaker 1", 50_000, 55_000, "Good."),
    ];
    turns[0].cues = vec![
        Cue { at: 0, start_ms: Some(0), end_ms: Some(4_000) },
        Cue { at: 17, start_ms: Some(5_000), end_ms: Some(8_000) },
    ];
    let mut content = Content { format: "webvtt".to_owned(), turns, ..Content::default() };
    talk::measure(&mut content);
    content
}

fn id(n: u128) -> Uuid {
    Uuid::from_u128(n)
}

fn at(base: u32) -> TurnRef {
    TurnRef { base, part: None }
}

fn rename(from: &str, to: &str) -> Correction {
    Correction::RenameSpeaker { from: from.into(), to: to.into() }
}

fn edit(turn: TurnRef, was: &str, text: &str) -> Correction {
    Correction::EditTurn { turn, was: was.into(), text: text.into() }
}

fn split(turn: TurnRef, was: &str, at: u32, speaker: Change<String>) -> Correction {
    Correction::SplitTurn { turn, was: was.into(), at, speaker }
}

fn said(corrected: &Corrected) -> Vec<(&str, &str)> {
    let turns = &corrected.content.turns;
    turns.iter().map(|turn| (turn.speaker.as_deref().unwrap_or("?"), &*turn.text)).collect()
}

#[test]
fn no_corrections_change_nothing() {
    let corrected = apply(call(), &[]);
    assert_eq!(corrected.content, call());
    assert_eq!(corrected.refs, [at(0), at(1), at(2), at(3)]);
    assert_eq!(corrected.dormant, []);
}

#[test]
fn a_coach_puts_a_call_right() {
    let corrections = [
        (id(1), rename("Speaker 1", "Noa Levi")),
        (id(2), rename("Speaker 2", "Ben")),
        (id(3), rename("Spk 2", "Ben")),
        (id(4), Correction::SetRole { speaker: "Noa Levi".into(), role: Role::Coach }),
        (
            id(5),
            Correction::ApplyVocabulary {
                entries: vec![VocabularyEntry {
                    term: "GROW model".into(),
                    heard: vec!["Groan Model".into()],
                }],
            },
        ),
        (
            id(6),
            edit(
                at(0),
                "So how did it go with the GROW model?",
                "So, how did it go with the GROW model?",
            ),
        ),
        (id(7), split(at(1), "Well. Better.", 6, Change::Set("Noa Levi".into()))),
    ];
    let corrected = apply(call(), &corrections);
    assert_eq!(corrected.dormant, []);
    assert_eq!(
        said(&corrected),
        [
            ("Noa Levi", "So, how did it go with the GROW model?"),
            ("Ben", "Well."),
            ("Noa Levi", "Better."),
            ("Ben", "I asked more."),
            ("Noa Levi", "Good."),
        ]
    );
    let second = TurnRef { base: 1, part: Some(id(7)) };
    assert_eq!(corrected.refs, [at(0), at(1), second, at(2), at(3)]);
    let turns = &corrected.content.turns;
    assert_eq!(turns[0].cues.len(), 2);
    let cue = turns[0].cues[1];
    assert_eq!(
        turns[0].text.chars().skip(cue.at as usize).collect::<String>(),
        "with the GROW model?"
    );
    assert_eq!(cue.start_ms, Some(5_000));
    assert_eq!((turns[1].start_ms, turns[1].end_ms), (Some(8_000), None));
    assert_eq!((turns[2].start_ms, turns[2].end_ms), (None, Some(12_000)));
    let [noa, ben] = &corrected.content.participants[..] else { panic!("two people") };
    assert_eq!((noa.role, noa.turns, noa.words), (Role::Coach, 3, 11));
    assert_eq!(
        (&*ben.name, ben.turns, &ben.other_names[..]),
        ("Ben", 2, &["Speaker 2".to_owned(), "Spk 2".to_owned()][..])
    );

    // The second half has its own reference, whatever happens before it.
    let mut more = corrections.to_vec();
    more.push((id(8), edit(second, "Better.", "Better!")));
    assert_eq!(said(&apply(call(), &more))[2], ("Noa Levi", "Better!"));

    // Without the vocabulary, the edit made on its words is dormant; without the split, so is the
    // correction of its half.
    more.retain(|(id, _)| *id != Uuid::from_u128(5) && *id != Uuid::from_u128(7));
    let undone = apply(call(), &more);
    assert_eq!(
        undone.dormant,
        [(id(6), CorrectionError::TextChanged), (id(8), CorrectionError::NoSuchTurn)]
    );
    assert_eq!(said(&undone)[0], ("Noa Levi", "So how did it go with the groan model?"));
}

#[test]
fn several_speakers_can_be_one_and_a_turn_somebody_elses() {
    let merge = Correction::MergeSpeakers {
        from: vec!["Speaker 2".into(), "Spk 2".into()],
        into: "Ben".into(),
    };
    let corrected = apply(call(), &[(id(1), merge)]);
    let names: Vec<_> = corrected.content.participants.iter().map(|p| &*p.name).collect();
    assert_eq!(names, ["Speaker 1", "Ben"]);
    for (speaker, name) in [(None, "?"), (Some("Dana".to_owned()), "Dana")] {
        let set = Correction::SetSpeaker { turn: at(3), was: "Good.".into(), speaker };
        let corrected = apply(call(), &[(id(1), set)]);
        assert_eq!(said(&corrected)[3].0, name);
        assert_eq!(corrected.content.participants[0].turns, 1);
    }
}

#[test]
fn what_does_not_fit_is_refused_in_a_sentence() {
    let now = apply(call(), &[]);
    let long = "x".repeat(TURN_CHARS_MAX + 1);
    let set = |speaker: Option<&str>| Correction::SetSpeaker {
        turn: at(3),
        was: "Good.".into(),
        speaker: speaker.map(str::to_owned),
    };
    let merge = |from: &[&str]| Correction::MergeSpeakers {
        from: from.iter().map(|name| (*name).to_owned()).collect(),
        into: "Speaker 1".into(),
    };
    for (correction, error) in [
        (rename("Nobody", "Ben"), CorrectionError::UnknownSpeaker),
        (rename("Speaker 1", "Speaker 1"), CorrectionError::NothingChanges),
        (rename("Speaker 1", " \u{200F}"), CorrectionError::NoName),
        (rename("Speaker 1", "unknown"), CorrectionError::NoName),
        (rename("Speaker 1", "a\nb"), CorrectionError::NameWithControls),
        (rename("Speaker 1", &"n".repeat(201)), CorrectionError::NameTooLong),
        (merge(&[]), CorrectionError::NobodyToMerge),
        (merge(&["Speaker 1"]), CorrectionError::NothingChanges),
        (merge(&["Spk 2", "Nobody"]), CorrectionError::UnknownSpeaker),
        (edit(at(9), "x", "y"), CorrectionError::NoSuchTurn),
        (edit(TurnRef { base: 0, part: Some(id(9)) }, "x", "y"), CorrectionError::NoSuchTurn),
        (edit(at(3), "Bad.", "y"), CorrectionError::TextChanged),
        (edit(at(3), "Good.", " \u{0} "), CorrectionError::EmptyText),
        (edit(at(3), "Good.", &long), CorrectionError::TextTooLong),
        (edit(at(3), "Good.", " Good. "), CorrectionError::NothingChanges),
        (set(Some("Speaker 1")), CorrectionError::NothingChanges),
        (set(Some("")), CorrectionError::NoName),
        (split(at(3), "Good.", 0, Change::Keep), CorrectionError::SplitOutside),
        (split(at(3), "Good.", 5, Change::Keep), CorrectionError::SplitOutside),
        (
            Correction::SetRole { speaker: "X".into(), role: Role::Coach },
            CorrectionError::UnknownSpeaker,
        ),
        (Correction::ApplyVocabulary { entries: vec![] }, CorrectionError::NoEntries),
    ] {
        assert_eq!(check(&now, &correction), Err(error), "{correction:?}");
        let resting = apply(call(), &[(id(1), correction)]);
        assert_eq!(resting.content, call());
        assert_eq!(resting.dormant, [(id(1), error)]);
    }
    assert_eq!(check(&now, &rename("Speaker 1", "Ben")), Ok(()));
    let twice = split(at(1), "Well. Better.", 6, Change::Keep);
    let again = split(at(3), "Good.", 2, Change::Keep);
    let corrected = apply(call(), &[(id(1), twice), (id(1), again)]);
    assert_eq!(corrected.dormant, [(id(1), CorrectionError::Twice)]);
}

fn names() -> impl Strategy<Value = String> {
    prop_oneof![
        proptest::sample::select(vec!["Speaker 1", "Speaker 2", "Spk 2", "Ben", "Noa"])
            .prop_map(str::to_owned),
        any::<String>(),
    ]
}

fn texts() -> impl Strategy<Value = String> {
    let known: Vec<String> = call().turns.into_iter().map(|turn| turn.text).collect();
    prop_oneof![proptest::sample::select(known), "[a-z .]{0,20}", any::<String>()]
}

fn refs() -> impl Strategy<Value = TurnRef> {
    (0..5u32, proptest::option::weighted(0.3, 0..12u128))
        .prop_map(|(base, part)| TurnRef { base, part: part.map(id) })
}

fn corrections() -> impl Strategy<Value = Correction> {
    let change =
        prop_oneof![Just(Change::Keep), Just(Change::Clear), names().prop_map(Change::Set),];
    prop_oneof![
        (names(), names()).prop_map(|(from, to)| Correction::RenameSpeaker { from, to }),
        (proptest::collection::vec(names(), 0..4), names())
            .prop_map(|(from, into)| Correction::MergeSpeakers { from, into }),
        (names(), any::<bool>()).prop_map(|(speaker, coach)| Correction::SetRole {
            speaker,
            role: if coach { Role::Coach } else { Role::Unknown },
        }),
        (refs(), texts(), texts()).prop_map(|(turn, was, text)| Correction::EditTurn {
            turn,
            was,
            text
        }),
        (refs(), texts(), proptest::option::of(names()))
            .prop_map(|(turn, was, speaker)| Correction::SetSpeaker { turn, was, speaker }),
        (refs(), texts(), 0..40u32, change).prop_map(|(turn, was, at, speaker)| {
            Correction::SplitTurn { turn, was, at, speaker }
        }),
        proptest::collection::vec(("[a-z]{1,6}", proptest::collection::vec(texts(), 1..3)), 1..3)
            .prop_map(|entries| Correction::ApplyVocabulary {
                entries: entries
                    .into_iter()
                    .map(|(term, heard)| VocabularyEntry { term, heard })
                    .collect(),
            }),
    ]
}

/// Follows the texts that result, so that most corrections apply.
fn fitting(now: &Corrected, correction: Correction) -> Correction {
    let Some(turn) = now.content.turns.get(now.refs.len() / 2) else { return correction };
    let place = now.refs[now.refs.len() / 2];
    let was = turn.text.clone();
    match correction {
        Correction::EditTurn { text, .. } => Correction::EditTurn { turn: place, was, text },
        Correction::SetSpeaker { speaker, .. } => {
            Correction::SetSpeaker { turn: place, was, speaker }
        }
        Correction::SplitTurn { at, speaker, .. } => {
            Correction::SplitTurn { turn: place, was, at, speaker }
        }
        other => other,
    }
}

fn is_sound(content: &Content, refs: &[TurnRef]) {
    assert_eq!(content.turns.len(), refs.len());
    let times = |turns: &[Turn]| -> Vec<u64> {
        turns
            .iter()
            .flat_map(|turn| {
                let cues = turn.cues.iter().flat_map(|cue| [cue.start_ms, cue.end_ms]);
                [turn.start_ms, turn.end_ms].into_iter().chain(cues).flatten().collect::<Vec<_>>()
            })
            .collect()
    };
    let original = times(&call().turns);
    for (i, turn) in content.turns.iter().enumerate() {
        assert_eq!(turn.index as usize, i);
        assert!(!turn.text.trim().is_empty());
        let chars = turn.text.chars().count();
        assert!(chars <= TURN_CHARS_MAX);
        assert!(turn.cues.windows(2).all(|pair| pair[0].at < pair[1].at));
        assert!(turn.cues.iter().all(|cue| (cue.at as usize) < chars));
        if let Some(name) = &turn.speaker {
            assert!(content.participants.iter().any(|person| person.name == *name));
        }
    }
    assert!(times(&content.turns).iter().all(|time| original.contains(time)), "no time is made up");
    let mut again = content.clone();
    talk::measure(&mut again);
    assert_eq!(again, *content);
}

proptest! {
    #[test]
    fn any_list_of_corrections_is_sound_and_undone(
        list in proptest::collection::vec((corrections(), any::<bool>()), 0..12),
        undo in any::<proptest::sample::Index>(),
    ) {
        let mut made = Vec::new();
        for (n, (correction, fit)) in list.into_iter().enumerate() {
            let now = apply(call(), &made);
            let correction = if fit { fitting(&now, correction) } else { correction };
            let checked = check(&now, &correction);
            made.push((id(n as u128 + 1), correction));
            let then = apply(call(), &made);
            prop_assert_eq!(checked.is_ok(), !then.dormant.iter().any(|(dormant, _)| *dormant == id(n as u128 + 1)));
            is_sound(&then.content, &then.refs);
        }
        if !made.is_empty() {
            made.remove(undo.index(made.len()));
            let then = apply(call(), &made);
            is_sound(&then.content, &then.refs);
        }
        prop_assert_eq!(apply(call(), &[]).content, call());
    }
}
