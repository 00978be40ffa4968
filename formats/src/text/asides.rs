//! Lines that tools write between and around the speech: who made the transcript, when it began.

/// Maximum length of such a line.
const MAX_LINE: usize = 200;

/// Text of Teams after the name of the person who started or stopped the transcription.
const STARTS: &[&str] = &[
    " started transcription",
    " stopped transcription",
    " hat die Transkription gestartet",
    " hat die Transkription beendet",
    " a démarré la transcription",
    " a arrêté la transcription",
    " inició la transcripción",
    " detuvo la transcripción",
    " ha avviato la trascrizione",
    " ha interrotto la trascrizione",
    " iniciou a transcrição",
    " parou a transcrição",
    " interrompeu a transcrição",
    " heeft de transcriptie gestart",
    " heeft de transcriptie gestopt",
    " התחיל את התמלול",
    " התחילה את התמלול",
    " הפסיק את התמלול",
    " הפסיקה את התמלול",
];

/// Returns whether a line is a tool's and not speech.
pub(crate) fn is_aside(line: &str) -> bool {
    line.len() <= MAX_LINE
        && (STARTS.iter().any(|words| line.trim_end_matches('*').ends_with(words))
            || line.starts_with("VIEW RECORDING")
            || line.starts_with("ACTION ITEM: ")
            || is_credit(line)
            || (line.len() >= 3 && line.bytes().all(|b| matches!(b, b'-' | b'=' | b'*' | b'_'))))
}

/// Matches `Transcribed by https://otter.ai` and `(Transcribed by TurboScribe. Go Unlimited to
/// remove this message.)`: the tool's name is an address, or the line is in brackets.
fn is_credit(line: &str) -> bool {
    let bare = line.trim_matches(['(', ')', '*', '_', '[', ']', ' ']);
    let by = ["Transcribed by ", "Transcribed with ", "Transcript by ", "Transcription by "]
        .iter()
        .find_map(|words| bare.strip_prefix(words));
    by.is_some_and(|tool| {
        tool.starts_with("http") || tool.starts_with("Otter") || line.starts_with('(')
    })
}

#[cfg(test)]
mod tests {
    use super::is_aside;

    #[test]
    fn credits_and_speech() {
        for line in [
            "Transcribed by https://otter.ai",
            "(Transcribed by TurboScribe. Go Unlimited to remove this message.)",
            "Noa Levi started transcription",
            "-----",
        ] {
            assert!(is_aside(line), "{line}");
        }
        for line in ["Transcribed by hand, it takes days.", "We started transcription.", "so"] {
            assert!(!is_aside(line), "{line}");
        }
    }
}
