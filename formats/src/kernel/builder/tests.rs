use super::*;

fn piece<'a>(speaker: &'a str, start: u64, end: u64, text: &'a str) -> Piece<'a> {
    Piece {
        line: 1,
        speaker: Some(speaker),
        start_ms: Some(start),
        end_ms: Some(end),
        text,
        ..Piece::default()
    }
}

fn build(pieces: &[Piece<'_>]) -> Content {
    let mut out = Builder::new("test");
    for piece in pieces {
        out.say(*piece);
    }
    out.finish()
}

#[test]
fn pieces_of_one_speaker_are_one_turn() {
    let content = build(&[
        piece("Anna", 0, 900, "So,  I thought"),
        piece("Anna", 1_000, 2_000, "about it."),
        piece("Ben", 2_500, 3_000, "And?"),
        piece("Anna", 3_000, 3_500, "Yes."),
    ]);
    let turns: Vec<_> = content
        .turns
        .iter()
        .map(|t| (t.index, t.speaker.as_deref(), t.start_ms, t.end_ms, &*t.text))
        .collect();
    assert_eq!(
        turns,
        [
            (0, Some("Anna"), Some(0), Some(2_000), "So, I thought about it."),
            (1, Some("Ben"), Some(2_500), Some(3_000), "And?"),
            (2, Some("Anna"), Some(3_000), Some(3_500), "Yes."),
        ]
    );
    let anna = &content.participants[0];
    assert_eq!((&*anna.name, anna.turns, anna.words), ("Anna", 2, 6));
    assert_eq!(anna.talk_ms, Some(2_400), "silence between cues is not speech");
    assert_eq!(content.duration_ms, Some(3_500));
}

#[test]
fn a_long_pause_starts_a_new_turn() {
    let content =
        build(&[piece("Anna", 0, 1_000, "Hold on."), piece("Anna", 31_001, 32_000, "Back again.")]);
    assert_eq!(content.turns.len(), 2);
}

#[test]
fn a_long_turn_ends_with_its_sentence() {
    let long = format!("{}end.", "word ".repeat(250));
    let content =
        build(&[piece("Anna", 0, 1_000, &long), piece("Anna", 1_000, 2_000, "New thought")]);
    assert_eq!(content.turns.len(), 2);
    let open_ended = "word ".repeat(250);
    let content =
        build(&[piece("Anna", 0, 1_000, &open_ended), piece("Anna", 1_000, 2_000, "goes on")]);
    assert_eq!(content.turns.len(), 1);
}

#[test]
fn a_piece_that_is_too_long_is_cut_without_inventing_times() {
    let long = "One sentence here. ".repeat(600);
    let content = build(&[piece("Anna", 10, 20, &long)]);
    assert!(content.turns.len() >= 3);
    let last = content.turns.len() - 1;
    for (i, turn) in content.turns.iter().enumerate() {
        assert!(turn.text.chars().count() <= TURN_CHARS_MAX);
        assert!(turn.text.ends_with("here."));
        assert_eq!(turn.start_ms, (i == 0).then_some(10));
        assert_eq!(turn.end_ms, (i == last).then_some(20));
    }
    assert_eq!(content.participants[0].talk_ms, Some(10));
    let joined: Vec<_> = content.turns.iter().map(|t| &*t.text).collect();
    assert_eq!(joined.join(" "), long.trim());
}

#[test]
fn warnings_are_capped() {
    let mut out = Builder::new("test");
    for line in 1..=150 {
        out.warn(line, "odd");
    }
    let warnings = out.finish().warnings;
    assert_eq!(warnings.len(), MAX_WARNINGS + 1);
    assert_eq!(warnings[MAX_WARNINGS].message, "… and 50 more");
}

#[test]
fn turns_are_capped() {
    let mut out = Builder::new("test");
    for i in 0..=MAX_TURNS {
        out.say(Piece {
            line: 7,
            speaker: Some(if i % 2 == 0 { "A" } else { "B" }),
            text: "x",
            ..Piece::default()
        });
    }
    assert!(out.is_full());
    let content = out.finish();
    assert_eq!(content.turns.len(), MAX_TURNS);
    assert_eq!(content.warnings.len(), 1);
}

#[test]
fn absurd_times_are_dropped_with_a_warning() {
    let mut out = Builder::new("test");
    assert_eq!(out.times(1, Some(Stamp::At(5)), Some(Stamp::At(4))), (Some(5), None));
    assert_eq!(out.times(2, Some(Stamp::Negative), Some(Stamp::At(4))), (None, Some(4)));
    assert_eq!(out.times(3, Some(Stamp::Absurd), None), (None, None));
    assert_eq!(out.finish().warnings.len(), 3);
}

#[test]
fn stated_language_wins_over_script() {
    let mut out = Builder::new("test");
    out.language("nonsense language");
    out.language("yi");
    out.say(piece("A", 0, 1, "שלום לכולם וברוכים הבאים לשיחה"));
    assert_eq!(out.finish().language.as_deref(), Some("yi"));
}

#[test]
fn pieces_with_times_are_cues_of_their_turn() {
    let mut out = Builder::new("test");
    out.say(piece("Anna", 0, 900, "So,  été"));
    out.say(Piece { speaker: Some("Anna"), text: "without time", ..Piece::default() });
    out.say(piece("Anna", 1_000, 2_000, "about\u{0} it."));
    out.say(piece("Ben", 2_500, 3_000, "One piece."));
    let content = out.finish();
    let anna = &content.turns[0];
    assert_eq!(anna.text, "So, été without time about it.");
    assert_eq!(
        anna.cues,
        [
            Cue { at: 0, start_ms: Some(0), end_ms: Some(900) },
            Cue { at: 21, start_ms: Some(1_000), end_ms: Some(2_000) },
        ]
    );
    assert_eq!(anna.text.chars().skip(21).collect::<String>(), "about it.");
    assert_eq!(content.turns[1].cues, [], "the turn says it itself");
}

#[test]
fn neither_kinds_nor_stated_languages_are_mixed() {
    let mut out = Builder::new("test");
    let anna = piece("Anna", 0, 900, "Hello");
    out.say(anna);
    out.say(Piece { kind: TurnKind::Chat, end_ms: None, ..anna });
    out.say(Piece { kind: TurnKind::Chat, ..anna });
    out.say(Piece { language: Some("de-de"), ..anna });
    out.say(Piece { language: Some("not a language"), ..anna });
    let content = out.finish();
    let turns: Vec<_> =
        content.turns.iter().map(|turn| (turn.kind, turn.language.as_deref())).collect();
    assert_eq!(
        turns,
        [
            (TurnKind::Speech, None),
            (TurnKind::Chat, None),
            (TurnKind::Speech, Some("de-DE")),
            (TurnKind::Speech, None),
        ]
    );
    assert_eq!((content.participants[0].turns, content.participants[0].messages), (4, 1));
}
