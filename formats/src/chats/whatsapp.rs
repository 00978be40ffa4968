//! WhatsApp chat exports: `12/03/2026, 09:15 - Name: text` (Android) or `[12/03/2026, 09:15:33]
//! Name: text` (iOS), with dates and times in the format of the phone.
//!
//! A chat is written, not spoken, and has no recording: its turns are of that kind and have no
//! times, with a warning. The file does not state which of two numbers is the month, and it is not
//! guessed. Notices (`Messages … are end-to-end encrypted`, `Ruth added Maya`) have no name and
//! colon after the time and are skipped; so are placeholders of pictures and deleted messages.

use debrief_domain::transcript::content::TurnKind;

use crate::kernel::lines::lines;
use crate::kernel::{Builder, Confidence, Format, Head, Piece, Source};

/// Maximum length of a message's time, in bytes.
const STAMP_MAX: usize = 40;
/// Maximum length of a name, in bytes.
const NAME_MAX: usize = 120;
/// Number of lines examined at the beginning, and of messages that make a chat.
const LOOKED_AT: usize = 50;
const MESSAGES_MIN: usize = 2;

/// The WhatsApp chat format.
pub(crate) struct WhatsApp;

impl Format for WhatsApp {
    fn id(&self) -> &'static str {
        "whatsapp"
    }

    fn name(&self) -> &'static str {
        "WhatsApp chat (.txt)"
    }

    fn recognise(&self, head: &Head<'_>) -> Confidence {
        let mut filled = lines(head.text()).filter(|line| !line.text.trim().is_empty());
        if filled.next().is_none_or(|first| stamped(first.text).is_none()) {
            return Confidence::No;
        }
        let beginning = lines(head.text()).take(LOOKED_AT);
        let messages = beginning.filter_map(|line| written(stamped(line.text)?)).count();
        if messages >= MESSAGES_MIN { Confidence::Certain } else { Confidence::No }
    }

    fn parse(&self, source: &Source<'_>, out: &mut Builder) {
        out.warn(
            1,
            "the messages have dates and times but no recording: they were read without times",
        );
        // Author of the message that the lines belong to; `None` if it is skipped.
        let mut author: Option<&str> = None;
        let mut left_out = 0u32;
        for line in lines(source.text()) {
            if out.is_full() {
                return;
            }
            let mut text = unmarked(line.text);
            if let Some(rest) = stamped(line.text) {
                out.end_turn(line.number);
                let message = written(rest).filter(|(_, text)| !is_placeholder(text));
                left_out += u32::from(message.is_none());
                author = message.map(|(name, _)| name);
                text = message.map_or("", |(_, text)| text);
            }
            let text = without_edited(text);
            if author.is_some() && !text.is_empty() {
                let (line, kind) = (line.number, TurnKind::Chat);
                out.say(Piece { line, kind, speaker: author, text, ..Piece::default() });
            }
        }
        if left_out > 0 {
            out.warn(1, format!("{left_out} notices, pictures and deleted messages were skipped"));
        }
    }
}

/// Strips the direction marks that WhatsApp puts in front of a line.
fn unmarked(line: &str) -> &str {
    let mark =
        |c: char| matches!(c, '\u{200E}' | '\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{FEFF}');
    line.trim_matches(|c: char| c.is_whitespace() || mark(c))
}

/// Returns the text after a date and a time.
fn stamped(line: &str) -> Option<&str> {
    let line = unmarked(line);
    let (stamp, rest) = match line.strip_prefix('[') {
        Some(inside) => inside.split_once(']').filter(|(_, rest)| rest.starts_with(' '))?,
        // Android writes no seconds; a line with seconds is from a program's log.
        None => line.split_once(" - ").filter(|(stamp, _)| stamp.matches(':').count() < 2)?,
    };
    is_stamp(stamp).then(|| unmarked(rest))
}

/// Matches `12/03/2026, 09:15`, `3/12/26, 9:15 PM`, `12.03.26 09:15:33`, `2026-03-12, 9:15 a.m.`
fn is_stamp(stamp: &str) -> bool {
    if stamp.len() > STAMP_MAX {
        return false;
    }
    let Some((day, time)) = stamp.split_once([',', ' ']) else { return false };
    let mut numbers = day.split(['/', '.', '-']);
    let is_number = |text: &str, most| {
        (1..=most).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit())
    };
    let is_day = (0..3).all(|_| numbers.next().is_some_and(|number| is_number(number, 4)))
        && numbers.next().is_none_or(str::is_empty);
    let time = time.trim();
    let clock = time.split(|c: char| !(c.is_ascii_digit() || c == ':' || c == '.')).next();
    let numbers = clock.unwrap_or_default().split([':', '.']);
    let half = time.trim_start_matches(|c: char| c.is_ascii_digit() || c == ':' || c == '.');
    let half: String = half.chars().filter(|c| c.is_alphabetic()).collect();
    is_day
        && (2..=3).contains(&numbers.clone().count())
        && numbers.into_iter().all(|number| is_number(number, 2))
        && ["", "am", "pm"].contains(&half.to_lowercase().as_str())
}

/// Splits a message into author and text; `None` for a notice.
fn written(rest: &str) -> Option<(&str, &str)> {
    let (name, text) = rest
        .split_once(':')
        .filter(|(_, text)| text.is_empty() || text.starts_with(char::is_whitespace))?;
    let name = unmarked(name);
    (!name.is_empty() && name.len() <= NAME_MAX).then(|| (name, unmarked(text)))
}

/// Returns whether the text stands for content that is not in the export or was deleted.
fn is_placeholder(text: &str) -> bool {
    let whole = text.starts_with('<') && text.ends_with('>');
    let omitted = text.ends_with(" omitted") && text.split_whitespace().count() <= 3;
    let deleted = ["This message was deleted", "You deleted this message", "null"];
    whole || omitted || deleted.iter().any(|notice| text.trim_end_matches('.') == *notice)
}

/// Strips the remark that a message was edited.
fn without_edited(text: &str) -> &str {
    text.strip_suffix("<This message was edited>").map_or(text, unmarked)
}

#[cfg(test)]
mod tests {
    use super::is_stamp;
    use crate::testing::{cut_anywhere, read, turns};
    use debrief_domain::transcript::content::TurnKind;

    const ANDROID: &str = "12/03/2026, 09:14 - Messages and calls are end-to-end encrypted.\n\
        12/03/2026, 09:15 - Noa Levi: Can we move the session?\nThursday is better.\n\
        12/03/2026, 09:17 - Ben: <Media omitted>\n\
        12/03/2026, 09:18 - Ben: Sure: at ten - as ever? <This message was edited>\n\
        12/03/2026, 09:18 - Ben: Good.\n12/03/2026, 09:19 - Noa Levi: This message was deleted\n";

    #[test]
    fn a_message_is_a_turn() {
        let content = read("whatsapp", ANDROID);
        assert_eq!(
            turns(&content),
            [
                (Some("Noa Levi"), None, None, "Can we move the session? Thursday is better."),
                (Some("Ben"), None, None, "Sure: at ten - as ever?"),
                (Some("Ben"), None, None, "Good."),
            ]
        );
        assert!(content.turns.iter().all(|turn| turn.kind == TurnKind::Chat));
        let warnings: Vec<&str> = content.warnings.iter().map(|w| w.message.as_str()).collect();
        assert!(warnings[0].contains("without times") && warnings[1].starts_with("3 notices"));
    }

    #[test]
    fn phones_write_days_and_clocks_in_many_ways() {
        let ios = "\u{200E}[3/12/26, 9:15:33\u{202F}PM] Noa: Hi.\n\
            \u{200E}[3/12/26, 9:16:00\u{202F}PM] Ben: \u{200E}image omitted\n\
            [3/12/26, 9:17:01\u{202F}PM] ~ Ben: Yes?\n";
        let said = read("whatsapp", ios);
        let texts: Vec<&str> = said.turns.iter().map(|turn| turn.text.as_str()).collect();
        assert_eq!(texts, ["Hi.", "Yes?"]);
        for stamp in
            ["12.03.26, 09:15", "12.3.2026 9:15:01", "2026-03-12, 9:15 a.m.", "1/2/24, 21.05"]
        {
            assert!(is_stamp(stamp), "{stamp}");
        }
        for other in
            ["00:13:46", "12/03/2026", "12/03, 09:15", "1/2/24, nine", "1/2/24, 9:15 to 10:00"]
        {
            assert!(!is_stamp(other), "{other}");
        }
    }

    #[test]
    fn a_log_is_no_chat() {
        let log = "2026-03-12 09:15:01 - INFO: started\n2026-03-12 09:15:02 - INFO: ready\n";
        assert!(crate::parse(log.as_bytes()).is_err());
    }

    #[test]
    fn any_cut_is_read_as_far_as_it_goes() {
        cut_anywhere(ANDROID.as_bytes());
    }
}
