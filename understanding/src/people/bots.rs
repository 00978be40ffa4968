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

/// What note takers do, by the beginnings of words in lower case.
const DOES: &[&str] = &[
    "record",
    "transcri",
    "note",
    "summar",
    "recap",
    "minutes",
    "aufzeichn",
    "aufgezeichnet",
    "aufnahme",
    "aufgenommen",
    "mitschrift",
    "notizen",
    "transkri",
    "enregistr",
    "graba",
    "notas",
    "gravaç",
    "gravad",
    "gravand",
    "registra",
    "trascri",
    "appunti",
    "opname",
    "opgenomen",
    "notulen",
    "הקלט",
    "מוקלט",
    "מקליט",
    "תמלול",
    "מתמלל",
    "סיכום",
];

/// To what they do it, in the same way.
const TO: &[&str] = &[
    "meeting",
    "call",
    "session",
    "conversation",
    "besprechung",
    "gespräch",
    "sitzung",
    "réunion",
    "appel",
    "reunión",
    "llamada",
    "sesión",
    "reunião",
    "chamada",
    "sessão",
    "riunione",
    "chiamata",
    "vergadering",
    "gesprek",
    "פגישה",
    "הפגישה",
    "שיחה",
    "השיחה",
];

/// Longer texts are not announcements.
const MAX_ANNOUNCEMENT: usize = 500;

/// Returns whether a note taker may say this of itself: that it records, transcribes or takes notes
/// of the meeting, or where they are.
pub(super) fn is_announcement(text: &str) -> bool {
    if text.len() > MAX_ANNOUNCEMENT {
        return false;
    }
    let lower = text.to_lowercase();
    let has = |stems: &[&str]| {
        let mut words = lower.split(|c: char| !c.is_alphanumeric());
        words.any(|word| stems.iter().any(|stem| word.starts_with(stem)))
    };
    has(DOES) && (has(TO) || lower.contains("https://") || lower.contains("http://"))
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
    fn announcements_are_not_talk() {
        for text in [
            "Hi, I'm recording this meeting and taking notes for Maya.",
            "Maya added Acme meeting notes to the meeting.",
            "The transcript is at https://acme.example/t/5",
            "Dieses Gespräch wird aufgezeichnet.",
            "Cette réunion est enregistrée par Maya.",
            "Esta llamada se está grabando.",
            "הפגישה מוקלטת ומתומללת על ידי סיכום חכם",
        ] {
            assert!(is_announcement(text), "{text}");
        }
        for text in [
            "I am a human, by the way.",
            "I wrote that note last week.",
            "So how was the call with your sister?",
            "See https://acme.example",
            "",
        ] {
            assert!(!is_announcement(text), "{text}");
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
