//! Gemini's notes of a Google Meet call: a Notes section, then a Transcript section.
//!
//! Only the transcript is speech; Gemini wrote the notes. A document without a transcript therefore
//! has no turns.

use super::google_meet::{TITLES, bare, conversation};
use super::named_text::{self, Part};
use crate::kernel::lines::lines;
use crate::kernel::{Builder, Confidence, Format, Head, Skip, Source};

/// The Gemini notes format.
pub(crate) struct GeminiNotes;

/// Headings of the notes, in the languages of Meet.
const NOTES: &[&str] = &["Notes", "Notizen", "Notas", "Note", "Notities", "Anotações", "הערות"];
/// Headings of sections in the notes.
const SECTIONS: &[&str] = &[
    "Summary",
    "Details",
    "Suggested next steps",
    "Next steps",
    "Decisions",
    "Zusammenfassung",
    "Nächste Schritte",
    "Résumé",
    "Détails",
    "Prochaines étapes",
    "Resumen",
    "Detalles",
    "Próximos pasos",
    "Resumo",
    "Detalhes",
    "Próximas etapas",
    "Riepilogo",
    "Dettagli",
    "Passaggi successivi",
    "Samenvatting",
    "Volgende stappen",
    "סיכום",
    "פרטים",
    "השלבים הבאים",
];
const REVIEW: &str = "You should review Gemini's notes";

impl Format for GeminiNotes {
    fn id(&self) -> &'static str {
        "gemini_notes"
    }

    fn name(&self) -> &'static str {
        "Gemini notes with transcript"
    }

    fn recognise(&self, head: &Head<'_>) -> Confidence {
        let (mut notes, mut signed, mut sections) = (false, false, 0);
        for (i, line) in lines(head.text()).filter(|l| !l.text.trim().is_empty()).enumerate() {
            let heading = heading(line.text);
            notes |= i < 5 && NOTES.contains(&heading);
            sections += u32::from(SECTIONS.contains(&heading));
            signed |= line.text.replace('’', "'").contains(REVIEW);
            if TITLES.contains(&heading) {
                break;
            }
        }
        match (notes, signed, sections) {
            (_, true, 1..) | (true, true, _) => Confidence::Certain,
            (true, false, 1..) => Confidence::Certain,
            _ => Confidence::No,
        }
    }

    fn parse(&self, source: &Source<'_>, out: &mut Builder) {
        let text = source.text();
        // The last such heading: the notes may link to the transcript with the same words.
        let begin = lines(text).filter(|line| TITLES.contains(&heading(line.text))).last();
        let Some(begin) = begin else {
            out.warn(1, "the document contains Gemini's notes but no transcript");
            return;
        };
        let part = Part { before: Some(Skip::Notes), ..conversation(text, begin.number) };
        named_text::read(text, &part, out);
    }
}

/// Returns a heading without Markdown marks and the leading picture.
fn heading(line: &str) -> &str {
    let bare = bare(line);
    if bare.len() > 60 {
        return bare;
    }
    let start = bare.find(|c: char| c.is_alphanumeric()).unwrap_or(0);
    &bare[start..]
}

#[cfg(test)]
mod tests {
    use crate::parse;
    use crate::testing::{cut_anywhere, read, turns};

    const FILE: &str = "# 📝 Notes\n\nNov 3, 2025\n\n## Weekly\n\nInvited Noa Levi, Ben\n\n### Summary\n\nNoa Levi: said things.\n\n### Details\n\n* Budget: They agreed.\n\n*You should review Gemini's notes to make sure they're accurate.*\n\n# 📖 Transcript\n\nNov 3, 2025\n\n## Weekly - Transcript\n\n### 00:00:00\n\n**Noa Levi:** Welcome.\n**Ben:** Yes.\n\n### Transcription ended after 00:50:32\n\n*This editable transcript was computer generated and might contain errors.*\n";

    #[test]
    fn only_the_transcript_is_speech() {
        let content = read("gemini_notes", FILE);
        assert_eq!(
            turns(&content),
            [(Some("Noa Levi"), Some(0), None, "Welcome."), (Some("Ben"), None, None, "Yes.")]
        );
        let warned: Vec<_> = content.warnings.iter().map(|it| (it.line, &*it.message)).collect();
        assert!(
            matches!(warned[..], [(1, notes), (_, around)]
                if notes.starts_with("notes that a program wrote")
                    && around.starts_with("text around the conversation")),
            "{warned:?}"
        );
    }

    #[test]
    fn other_languages() {
        for (notes, summary, transcript, end) in [
            ("Notizen", "Zusammenfassung", "Transkript", "Transkription nach 00:50:32 beendet"),
            ("הערות", "סיכום", "תמליל", "התמלול הסתיים אחרי 00:50:32"),
        ] {
            let file = format!(
                "{notes}\n1.5.2026\n{summary}\nNoa: said things.\n\n{transcript}\n1.5.2026\nWeekly – {transcript}\n00:00:00\nNoa Levi: Hi.\nBen: Yes.\n{end}\nA disclaimer: of some words.\n"
            );
            assert_eq!(
                turns(&read("gemini_notes", &file)),
                [(Some("Noa Levi"), Some(0), None, "Hi."), (Some("Ben"), None, None, "Yes.")]
            );
        }
    }

    #[test]
    fn notes_alone_say_nothing() {
        let notes = &FILE[..FILE.find("# 📖").unwrap()];
        assert_eq!(parse(notes.as_bytes()).unwrap_err().code(), "no_speech");
    }

    #[test]
    fn any_cut_is_read_as_far_as_it_goes() {
        cut_anywhere(FILE.as_bytes());
    }
}
