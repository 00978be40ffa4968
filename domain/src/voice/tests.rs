use super::*;

fn uses(to: &str, stance: Stance) -> Observation {
    let habit = Habit::Words { from: "utilize".to_owned(), to: to.to_owned() };
    let (before, after) = ("utilize".to_owned(), to.to_owned());
    Observation { habit, language: Some("en".to_owned()), stance, before, after }
}

fn states(profile: &Profile) -> Vec<(&str, LessonState)> {
    profile.lessons.iter().map(|lesson| (lesson.id.as_str(), lesson.state())).collect()
}

const USE: &str = "en:words:utilize=use";

#[test]
fn a_lesson_needs_two_sessions() {
    let mut profile = Profile::default();
    assert_eq!(profile.observe("1", vec![uses("use", Stance::For)]), [USE]);
    profile.observe("1", vec![uses("use", Stance::For), uses("use", Stance::For)]);
    assert_eq!(states(&profile), [(USE, LessonState::Once)], "one session twice is one session");
    profile.observe("2", vec![uses("use", Stance::For)]);
    assert_eq!(states(&profile), [(USE, LessonState::Followed)]);
}

#[test]
fn what_is_only_kept_begins_no_lesson() {
    let mut profile = Profile::default();
    for session in ["1", "2", "3"] {
        profile.observe(session, vec![uses("use", Stance::Kept)]);
        profile.observe(session, vec![uses("use", Stance::Against)]);
    }
    assert_eq!(states(&profile), []);
}

#[test]
fn a_rival_contradicts_and_may_take_over() {
    let mut profile = Profile::default();
    for session in ["1", "2"] {
        profile.observe(session, vec![uses("use", Stance::For)]);
    }
    for session in ["3", "4", "5"] {
        profile.observe(session, vec![uses("use", Stance::Kept)]);
    }
    profile.observe("6", vec![uses("apply", Stance::For)]);
    assert_eq!(profile.lessons[0].state(), LessonState::Followed, "one exception is no rule");
    profile.observe("7", vec![uses("apply", Stance::For)]);
    let apply = "en:words:utilize=apply";
    assert_eq!(
        states(&profile),
        [(USE, LessonState::Contradicted), (apply, LessonState::Followed)]
    );
}

#[test]
fn everything_learned_can_be_taken_back() {
    let mut profile = Profile::default();
    profile.observe("1", vec![uses("use", Stance::For)]);
    let once = profile.clone();
    profile.observe("2", vec![uses("use", Stance::For)]);
    let twice = profile.clone();
    assert!(profile.revert("2"));
    assert_eq!(profile, once);
    assert!(!profile.revert("2"));
    let mut profile = twice;
    profile.forget(USE).unwrap();
    assert_eq!(profile, Profile::default());
    assert_eq!(profile.forget(USE), Err(VoiceError::Unknown(USE.to_owned())));
}

#[test]
fn rules_of_the_coach_are_bounded_and_named() {
    let mut profile = Profile::default();
    assert_eq!(profile.add_rule(" Be\nbrief. ").unwrap(), "own-1");
    assert_eq!(profile.own[0].text, "Be brief.");
    assert_eq!(profile.add_rule("\u{200b}"), Err(VoiceError::EmptyRule));
    let long = "x".repeat(RULE_MAX + 1);
    assert_eq!(profile.add_rule(&long), Err(VoiceError::LongRule(RULE_MAX + 1)));
    assert!(profile.add_rule(&long[1..]).is_ok());
    profile.remove_rule("own-1").unwrap();
    assert_eq!(profile.add_rule("Be kind.").unwrap(), "own-3");
    for number in profile.own.len()..OWN_RULES_MAX {
        profile.add_rule(&format!("Rule {number}")).unwrap();
    }
    assert_eq!(profile.add_rule("One more"), Err(VoiceError::TooManyRules));
    assert!(profile.edit_rule("en:words:utilize=use", "x").is_err());
    profile.observe("1", vec![uses("use", Stance::For)]);
    profile.edit_rule(USE, "Say “use”.").unwrap();
    profile.switch_rule(USE, false).unwrap();
    assert!(profile.off.contains(USE));
    profile.switch_rule(USE, true).unwrap();
    profile.remove_rule(USE).unwrap();
    assert!(profile.edited.is_empty() && profile.off.is_empty());
}

#[test]
fn lessons_and_their_evidence_are_bounded() {
    let mut profile = Profile::default();
    for session in 0..EVIDENCE_MAX + 5 {
        profile.observe(&session.to_string(), vec![uses("use", Stance::For)]);
    }
    assert_eq!(profile.lessons[0].evidence.len(), EVIDENCE_MAX);
    assert_eq!(profile.lessons[0].evidence[0].session, "5");
    for number in 0..LESSONS_MAX + 5 {
        let habit = Habit::Words { from: format!("w{number}"), to: "x".repeat(500) };
        let before = "y".repeat(500);
        let seen = Observation { habit, before, ..uses("use", Stance::For) };
        profile.observe(&format!("s{number}"), vec![seen]);
    }
    assert_eq!(profile.lessons.len(), LESSONS_MAX);
    assert_eq!(profile.lessons[0].id, USE, "what is followed stays");
    assert_eq!(profile.lessons[1].evidence[0].before.chars().count(), EXCERPT_MAX + 1);
}

#[test]
fn a_profile_is_read_as_it_was_written() {
    let mut profile = Profile::default();
    profile.observe("1", vec![uses("use", Stance::For)]);
    profile.add_rule("Be brief.").unwrap();
    let json = serde_json::to_string(&profile).unwrap();
    assert_eq!(serde_json::from_str::<Profile>(&json).unwrap(), profile);
    assert_eq!(serde_json::from_str::<Profile>("{}").unwrap(), Profile::default());
}
