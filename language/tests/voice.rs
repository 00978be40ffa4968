//! The simulated coach of `scripts/voice-bench`, with bounds.

#[path = "../examples/voice_bench/simulation.rs"]
mod simulation;

use debrief_domain::voice::Habit;
use debrief_language::voice::describe;
use simulation::{Arm, HABITS, Run, SESSIONS, run};

const SEEDS: std::ops::Range<u64> = 100..112;

fn last(run: &Run) -> f64 {
    run.sessions[SESSIONS - 1].distance
}

#[test]
fn drafts_come_to_read_as_the_coach_writes() {
    for seed in SEEDS {
        let without = run(Arm::Unlearned, seed);
        for figures in &without.sessions {
            assert!((0.33..0.50).contains(&figures.distance), "{seed}: {figures:?}");
        }
        let with = run(Arm::Followed, seed);
        assert_eq!(with.sessions[0].distance, without.sessions[0].distance, "nothing is known yet");
        assert!(last(&with) <= 0.08, "{seed}: {}", last(&with));
        // A word that came up in one session before the tenth is not known yet.
        let most = |habit: &str| if habit == "words" { 0.20 } else { 0.0 };
        for (habit, missed) in HABITS.iter().zip(with.sessions[SESSIONS - 1].habits) {
            assert!(missed <= most(habit), "{seed}: {habit} {missed}");
        }
        let alone = run(Arm::Deterministic, seed);
        assert!(last(&alone) <= 0.7 * last(&without), "{seed}: {}", last(&alone));
        for (place, habit) in HABITS.iter().enumerate().filter(|(_, name)| **name != "person") {
            let missed = alone.sessions[SESSIONS - 1].habits[place];
            assert!(missed <= most(habit), "{seed}: {habit} {missed} without a model");
        }
    }
}

#[test]
fn one_off_edits_are_not_learned() {
    for seed in SEEDS {
        let run = run(Arm::Noise, seed);
        assert_eq!(run.followed(), 0, "{seed}: {:#?}", run.profile.lessons);
        assert!(describe(&run.profile).is_empty());
        assert!(!run.profile.lessons.is_empty(), "{seed}: they are seen all the same");
    }
}

#[test]
fn nothing_but_the_habits_is_learned() {
    for seed in SEEDS {
        let run = run(Arm::Followed, seed);
        for lesson in run.profile.lessons.iter().filter(|lesson| lesson.is_followed()) {
            let is_habit = match &lesson.habit {
                Habit::Words { from, to } => simulation::is_pair(from, to),
                Habit::Phrase { .. } | Habit::SentenceLength { .. } | Habit::Tone { .. } => false,
                _ => true,
            };
            assert!(is_habit, "{seed}: {lesson:?}");
        }
    }
}
