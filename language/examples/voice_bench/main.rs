//! Measures how fast drafts come to read as their coach writes: `voice_bench [SEED…]`, run by
//! `scripts/voice-bench`. The simulation is described in its module.

mod simulation;

use simulation::{Arm, HABITS, Run, SESSIONS, run};
use std::io::{self, Write};
use std::{env, error};

const ARMS: [(Arm, &str); 4] = [
    (Arm::Unlearned, "without learning"),
    (Arm::Deterministic, "learned, without a model"),
    (Arm::Followed, "learned, model follows the rules"),
    (Arm::Noise, "one-off edits alone"),
];

fn main() -> Result<(), Box<dyn error::Error>> {
    let seeds: Vec<u64> = env::args().skip(1).map(|seed| seed.parse()).collect::<Result<_, _>>()?;
    let seeds = if seeds.is_empty() { (1..=20).collect() } else { seeds };
    let mut out = io::stdout().lock();
    writeln!(out, "Word edit distance of draft to approved text, mean of {} seeds\n", seeds.len())?;
    write!(out, "{:34}", "session")?;
    for session in 1..=SESSIONS {
        write!(out, "{session:>6}")?;
    }
    writeln!(out, "{:>9}{:>8}", "worst", "lessons")?;
    let mut last = Vec::new();
    for (arm, name) in ARMS {
        let runs: Vec<Run> = seeds.iter().map(|seed| run(arm, *seed)).collect();
        write!(out, "{name:34}")?;
        for session in 0..SESSIONS {
            write!(out, "{:>6.2}", mean(runs.iter().map(|run| run.sessions[session].distance)))?;
        }
        let worst = runs.iter().map(|run| run.sessions[SESSIONS - 1].distance).fold(0.0, f64::max);
        let lessons = mean(runs.iter().map(|run| run.followed() as f64));
        writeln!(out, "{worst:>9.2}{lessons:>8.1}")?;
        last.push((name, runs));
    }
    writeln!(out, "\nPlaces of each habit that the tenth draft does not follow\n")?;
    write!(out, "{:34}", "")?;
    for habit in HABITS {
        write!(out, "{habit:>10}")?;
    }
    writeln!(out)?;
    for (name, runs) in &last[..3] {
        write!(out, "{name:34}")?;
        for habit in 0..HABITS.len() {
            let missed = mean(runs.iter().map(|run| run.sessions[SESSIONS - 1].habits[habit]));
            write!(out, "{missed:>10.2}")?;
        }
        writeln!(out)?;
    }
    Ok(())
}

fn mean(values: impl Iterator<Item = f64>) -> f64 {
    let values: Vec<f64> = values.collect();
    values.iter().sum::<f64>() / values.len().max(1) as f64
}
