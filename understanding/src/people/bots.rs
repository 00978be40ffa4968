//! Participants that are not people: note-taking bots, and shared screens.

/// Maximum length of a program's name.
const MAX_BYTES: usize = 400;

/// A name with one of these words is a note taker.
const NOTE_TAKERS: &[&str] = &[
    "notetaker",
    "note taker",
    "note-taker",
    "otterpilot",
    "otter pilot",
    "meeting notes",
    "meeting bot",
    "meeting assistant",
    "notes bot",
    "recording bot",
    "recorder bot",
    "zoom bot",
    "transcription bot",
    "ai companion",
    "notes by gemini",
    "notes with gemini",
];

/// Names under which products join. They match as part of a name.
const SITES: &[&str] = &[
    "otter.ai",
    "fireflies.ai",
    "read.ai",
    "fathom.video",
    "fathom.ai",
    "tl;dv",
    "tldv.io",
    "avoma.com",
    "grain.com",
    "grain.co",
    "krisp.ai",
    "meetgeek.ai",
    "sembly.ai",
    "fellow.app",
    "circleback.ai",
    "notta.ai",
    "spinach.ai",
    "spinach.io",
    "nyota.ai",
    "gong.io",
    "chorus.ai",
    "airgram.io",
    "tactiq.io",
    "recall.ai",
    "rewatch.com",
    "vexa.ai",
    "bluedothq.com",
    "supernormal.com",
];

/// Plain product names; they must be the whole name, because people have such names too.
const PRODUCTS: &[&str] = &[
    "otter",
    "otter ai",
    "fireflies",
    "fireflies ai",
    "read ai",
    "fathom",
    "fathom ai",
    "tldv",
    "avoma",
    "krisp",
    "krisp ai",
    "meetgeek",
    "sembly",
    "sembly ai",
    "circleback",
    "supernormal",
    "airgram",
    "tactiq",
    "notta",
    "gemini",
    "google gemini",
    "copilot",
    "microsoft copilot",
];

/// Returns whether this is the name of a note-taking program.
pub(super) fn is_bot(name: &str) -> bool {
    if name.len() > MAX_BYTES {
        return false;
    }
    let lower = name.to_lowercase();
    let words = lower.split_whitespace().collect::<Vec<_>>().join(" ");
    let has = |part: &str| {
        words.match_indices(part).any(|(at, _)| {
            let free = |c: Option<char>| c.is_none_or(|c| !c.is_alphanumeric());
            free(words[..at].chars().next_back()) && free(words[at + part.len()..].chars().next())
        })
    };
    NOTE_TAKERS.iter().chain(SITES).any(|part| has(part)) || PRODUCTS.contains(&words.as_str())
}

/// Returns whether this is a shared screen or sound: `Noa's Presentation`, `Noa (Presentation)`,
/// Zoom's `Audio shared by Noa`.
pub(super) fn is_screen(name: &str) -> bool {
    let lower = name.to_lowercase().replace('’', "'");
    lower.ends_with("'s presentation")
        || lower.ends_with("s' presentation")
        || lower.ends_with("(presentation)")
        || lower.ends_with("(presenting)")
        || lower.ends_with("'s screen")
        || lower.starts_with("audio shared by ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn note_takers_are_not_people() {
        for name in [
            "Otter.ai",
            "Noa's Notetaker",
            "Noa’s OtterPilot",
            "Fireflies.ai Notetaker Ben",
            "Fathom Notetaker",
            "read.ai meeting notes",
            "Zoom Bot",
            "tl;dv Recorder",
            "Gemini",
            "Take notes with Gemini",
            "AI  Companion",
        ] {
            assert!(is_bot(name), "{name}");
        }
        for name in [
            "Gemini Rossi",
            "Otto",
            "Ottery Pilots",
            "Fathoma",
            "Noa",
            "Jamie",
            "Meeting Room 3",
            "Abbott",
            "Spinach",
            "Grain",
        ] {
            assert!(!is_bot(name), "{name}");
        }
    }

    #[test]
    fn a_screen_is_not_its_owner() {
        for name in [
            "Noa's Presentation",
            "Noa’s presentation",
            "Noa (Presentation)",
            "Audio shared by Noa",
        ] {
            assert!(is_screen(name), "{name}");
        }
        assert!(!is_screen("Presentation Coach"));
    }
}
