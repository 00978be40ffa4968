//! Google Meet's transcript document, exported as text or Markdown, in all its generations: `Name:
//! text` (2023), `**Name:** text` (end of 2023), with times between paragraphs (since 2024).
//!
//! Title, attendees, disclaimer and the text after "Meeting ended after" are not speech. The
//! attendees help to accept a name but never add a person: rooms, presentations and note takers are
//! listed there too.

use super::named_text::{self, Part};
use crate::kernel::lines::lines;
use crate::kernel::{Builder, Confidence, Format, Head, Source, names};

/// The Google Meet transcript format.
pub(crate) struct GoogleMeet;

/// Number of lines at the beginning that may precede the conversation.
const ABOVE: usize = 40;
const DISCLAIMER: &str = "This editable transcript was computer generated";
/// The end of the title and the heading of the conversation, in the languages of Meet.
pub(crate) const TITLES: &[&str] = &[
    "Transcript",
    "Transcription",
    "transcription",
    "Transcripción",
    "transcripción",
    "Transkript",
    "Transcrição",
    "transcrição",
    "Trascrizione",
    "trascrizione",
    "Transcriptie",
    "transcriptie",
    "תמליל",
];
/// Headings of the attendees.
const ATTENDEES: &[&str] = &[
    "Attendees",
    "Participants",
    "Invités",
    "Asistentes",
    "Participantes",
    "Teilnehmer",
    "Partecipanti",
    "Deelnemers",
    "משתתפים",
];
const ENDS: &[&str] = &["Meeting ended after ", "Transcription ended after "];

impl Format for GoogleMeet {
    fn id(&self) -> &'static str {
        "google_meet"
    }

    fn name(&self) -> &'static str {
        "Google Meet transcript"
    }

    fn recognise(&self, head: &Head<'_>) -> Confidence {
        let (mut title, mut attendees, mut disclaimer, mut end) = (false, false, false, false);
        for (i, line) in lines(head.text()).filter(|l| !l.text.trim().is_empty()).enumerate() {
            let bare = bare(line.text);
            title |= i < 3 && is_title(bare);
            attendees |= i < ABOVE && ATTENDEES.contains(&bare);
            disclaimer |= i < ABOVE && bare.starts_with(DISCLAIMER);
            end |= is_end(bare);
        }
        match (title, attendees, disclaimer, end) {
            (_, _, true, _) => Confidence::Certain,
            (true, true, ..) | (true, _, _, true) | (_, true, _, true) => Confidence::Certain,
            (_, _, _, true) => Confidence::Likely,
            _ => Confidence::No,
        }
    }

    fn parse(&self, source: &Source<'_>, out: &mut Builder) {
        named_text::read(source.text(), &conversation(source.text(), 0), out);
    }
}

/// Finds the conversation, from this line on.
pub(crate) fn conversation(text: &str, from: u32) -> Part<'_> {
    let mut part = Part { from: from + 1, ..Part::default() };
    let mut filled = 0;
    let mut attendees = false;
    for line in lines(text).filter(|line| line.number > from) {
        let bare = bare(line.text);
        if bare.is_empty() {
            continue;
        }
        if is_end(bare) {
            part.to = Some(line.number);
            break;
        }
        filled += 1;
        if filled > ABOVE {
            continue;
        }
        if attendees {
            part.known.extend(bare.split(", ").map(str::trim).filter(|n| names::is_plausible(n)));
        }
        if attendees
            || (filled <= 3 && is_title(bare))
            || TITLES.contains(&bare)
            || ATTENDEES.contains(&bare)
            || bare.starts_with(DISCLAIMER)
        {
            part.from = line.number + 1;
        }
        attendees = ATTENDEES.contains(&bare);
    }
    part
}

/// Strips Markdown marks from a line.
pub(crate) fn bare(line: &str) -> &str {
    line.trim_matches(|c: char| {
        c.is_whitespace() || matches!(c, '#' | '*' | '_') || names::is_mark(c)
    })
}

/// Matches `Weekly (2024-03-01) - Transcript`, or the word alone.
fn is_title(bare: &str) -> bool {
    TITLES.iter().any(|word| {
        bare.strip_suffix(word).is_some_and(|before| {
            before.is_empty() || ["- ", "– ", ": "].iter().any(|mark| before.ends_with(mark))
        })
    })
}

/// Matches the last line, with the length of the call; in other languages by the waving hand.
fn is_end(bare: &str) -> bool {
    let has_time =
        || bare.split_whitespace().any(|word| crate::kernel::time::stamp(word).is_some());
    (bare.ends_with('👋') || is_of_transcription(bare)) && bare.len() <= 200 && has_time()
        || ENDS.iter().any(|words| {
            bare.strip_prefix(words)
                .is_some_and(|rest| crate::kernel::time::leading(rest).is_some())
        })
}

/// Matches `Transkription nach 00:50:32 beendet`: neither a sentence nor speech.
fn is_of_transcription(bare: &str) -> bool {
    const WORDS: &[&str] = &[
        "transkription",
        "transcription",
        "transcripción",
        "transcrição",
        "trascrizione",
        "transcriptie",
        "תמלול",
    ];
    let lower = bare.to_lowercase();
    !bare.ends_with(['.', '?', '!'])
        && !bare.contains(": ")
        && bare.split_whitespace().count() <= 8
        && bare.split_whitespace().any(|word| word.matches(':').count() == 2)
        && WORDS.iter().any(|word| lower.contains(word))
}

#[cfg(test)]
mod tests {
    use crate::testing::{cut_anywhere, read, turns};

    const FIRST: &str = "## Weekly (2023-04-20 16:04 GMT+1) - Transcript\n\n### Attendees\nNoa Levi, Noa Levi's Presentation, Ben, Meeting Note Taker\n\n# Transcript\n\n#### **This editable transcript was computer generated and might contain errors.**\n\nNoa Levi: Welcome. Remember: breathe.\n\nNoa Levi:  Shall we?\n\nBen: Yes.\n\nMeeting ended after 00:50:32 👋\n";
    const SECOND: &str = "# Weekly - Transcript\n\n# **Attendees**\n\nNoa Levi, Ben\n\n# **Transcript**\n\n*This editable transcript was computer generated and might contain errors.*\n\n**Noa Levi:** Welcome.\n\n**Ben:** Yes.\n\n*Meeting ended after 00:01:00*\n";
    const THIRD: &str = "# Weekly - 2024/11/21 15:51 GMT - Transcript\n### Attendees\nNoa Levi, Ben\n\n### Transcript\nNoa Levi: Welcome.\n\n### 00:05:00\n\nBen: Yes.\nMeeting ended after 00:50:32 👋\n\nThis editable transcript was computer generated and might contain errors. People: can change it.\n";

    #[test]
    fn three_generations_give_the_same_people() {
        for (file, second, last) in [
            (FIRST, "Welcome. Remember: breathe. Shall we?", None),
            (SECOND, "Welcome.", None),
            (THIRD, "Welcome.", Some(300_000)),
        ] {
            let content = read("google_meet", file);
            assert_eq!(
                turns(&content),
                [(Some("Noa Levi"), None, None, second), (Some("Ben"), last, None, "Yes.")]
            );
            assert_eq!(content.participants.len(), 2);
            let warned: Vec<_> = content.warnings.iter().map(|it| &*it.message).collect();
            assert!(
                matches!(warned[..], [told] if told.starts_with("text around the conversation")),
                "{warned:?}"
            );
        }
    }

    #[test]
    fn other_languages() {
        for (title, attendees, heading, end) in [
            (
                "Réunion (2024-03-01) – Transcription",
                "Participants",
                "Transcription",
                "La réunion a pris fin au bout de 00:50:32 👋",
            ),
            (
                "Reunión (2024-03-01): transcripción",
                "Asistentes",
                "Transcripción",
                "La reunión ha finalizado después de 00:50:32 👋",
            ),
            (
                "Woche – 2024/03/01 – Transkript",
                "Teilnehmer",
                "Transkript",
                "Besprechung nach 00:50:32 beendet 👋",
            ),
        ] {
            let file = format!(
                "{title}\n{attendees}\nNoa Levi, Ben Cohen\n{heading}\n00:00:00\nNoa Levi: Hallo.\nBen Cohen: Ja.\n{end}\nA disclaimer: of some words.\n"
            );
            let content = read("google_meet", &file);
            assert_eq!(
                turns(&content),
                [
                    (Some("Noa Levi"), Some(0), None, "Hallo."),
                    (Some("Ben Cohen"), None, None, "Ja.")
                ],
                "{title}"
            );
        }
    }

    #[test]
    fn any_cut_is_read_as_far_as_it_goes() {
        cut_anywhere(FIRST.as_bytes());
        cut_anywhere(SECOND.as_bytes());
        cut_anywhere(THIRD.as_bytes());
    }
}
