//! Prints the pieces of transcripts as JSON lines, so that `scripts/quality` can compare them with
//! the results of other parsers: `cues FILE …`.
//!
//! One line per file: `{"file", "format", "pieces": [{"turn", "at", "start_ms", "end_ms",
//! "speaker", "text"}]}`, or `{"file", "refused"}`. A piece is a cue; a turn without cues is one
//! piece.

use std::io::{self, Write};
use std::{env, error, fs};

use debrief_domain::transcript::content::{Cue, Turn};
use debrief_formats as formats;
use serde_json::{Value, json};

fn main() -> Result<(), Box<dyn error::Error>> {
    for file in env::args().skip(1) {
        let line = match formats::parse(&fs::read(&file)?) {
            Ok(content) => {
                let pieces: Vec<Value> = content.turns.iter().flat_map(pieces).collect();
                json!({ "file": file, "format": content.format, "pieces": pieces })
            }
            Err(refusal) => json!({ "file": file, "refused": refusal.to_string() }),
        };
        writeln!(io::stdout(), "{line}")?;
    }
    Ok(())
}

fn pieces(turn: &Turn) -> Vec<Value> {
    let whole = [Cue { at: 0, start_ms: turn.start_ms, end_ms: turn.end_ms }];
    let cues = if turn.cues.is_empty() { &whole[..] } else { &turn.cues };
    let ends = cues.iter().skip(1).map(|cue| cue.at as usize).chain([usize::MAX]);
    let piece = |(cue, end): (&Cue, usize)| {
        let from = cue.at as usize;
        let text: String = turn.text.chars().skip(from).take(end.saturating_sub(from)).collect();
        json!({
            "turn": turn.index,
            "at": cue.at,
            "start_ms": cue.start_ms,
            "end_ms": cue.end_ms,
            "speaker": turn.speaker,
            "text": text.trim(),
        })
    };
    cues.iter().zip(ends).map(piece).collect()
}
