//! WhatsApp chat exports: `12/03/2026, 09:15 - Name: text` (Android), `[12/03/2026, 09:15:33]
//! Name: text` (iOS) or `12/03/2012 09:15:33: Name: text` (old), with dates and times in the format
//! of the phone. The space after the name's colon may be missing.
//!
//! A chat is written, not spoken, and has no recording: its turns are of that kind and have no
//! times, with a warning. The file does not state which of two numbers is the month, and it is not
//! guessed. Notices (`Messages … are end-to-end encrypted`, `Ruth added Maya`) have no name and
//! colon after the time and are skipped; so are placeholders of pictures and deleted messages.

use std::collections::HashSet;

use debrief_domain::transcript::content::TurnKind;

use crate::kernel::lines::lines;
use crate::kernel::{Builder, Confidence, Format, Head, Piece, Skip, Source, names};

/// Maximum length of a message's time, in bytes.
const STAMP_MAX: usize = 40;
/// Maximum length of a name, in bytes.
const NAME_MAX: usize = 120;
/// Number of lines examined at the beginning, and of messages that make a chat.
const LOOKED_AT: usize = 50;
const MESSAGES_MIN: usize = 2;
/// Number of filled lines within which the first message begins.
const ABOVE: usize = 5;
/// Maximum number of words of a name without a space after its colon.
const GLUED_WORDS: usize = 4;
/// Maximum number of authors; more than any group has.
const AUTHORS_MAX: usize = 5_000;

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
        let filled = || lines(head.text()).filter(|line| !line.text.trim().is_empty());
        // A heading may be in front.
        if filled().take(ABOVE).all(|line| stamped(line.text).is_none()) {
            return Confidence::No;
        }
        let beginning = || lines(head.text()).take(LOOKED_AT);
        let authors = Authors::of(head.text());
        let messages = beginning().filter_map(|line| authors.written(stamped(line.text)?)).count();
        if messages >= MESSAGES_MIN { Confidence::Certain } else { Confidence::No }
    }

    fn parse(&self, source: &Source<'_>, out: &mut Builder) {
        out.warn(
            1,
            "the messages have dates and times but no recording: they were read without times",
        );
        let authors = Authors::of(source.text());
        // Author of the message that the lines belong to, or why it is skipped.
        let mut author: Result<&str, Skip> = Err(Skip::BeforeMessage);
        for line in lines(source.text()) {
            if out.is_full() {
                return;
            }
            let mut text = unmarked(line.text);
            if let Some(rest) = stamped(line.text) {
                out.end_turn(line.number);
                (author, text) = match authors.written(rest) {
                    Some((_, text)) if is_placeholder(text) => (Err(Skip::Placeholder), text),
                    Some((name, text)) => (Ok(name), text),
                    None => (Err(Skip::Notice), unmarked(rest)),
                };
            }
            let text = without_edited(text);
            match author {
                Ok(name) if !text.is_empty() => {
                    let (line, kind, speaker) = (line.number, TurnKind::Chat, Some(name));
                    out.say(Piece { line, kind, speaker, text, ..Piece::default() });
                }
                Ok(_) => {}
                Err(kind) => out.skip(line.number, kind, text),
            }
        }
    }
}

/// The names in front of messages that have a space after their colon: theirs are also names
/// without one.
#[derive(Default)]
struct Authors<'a>(HashSet<&'a str>);

impl<'a> Authors<'a> {
    fn of(text: &'a str) -> Self {
        let mut authors = HashSet::new();
        for (name, _) in lines(text).filter_map(|line| spaced(stamped(line.text)?)) {
            if authors.len() < AUTHORS_MAX {
                authors.insert(name);
            }
        }
        Self(authors)
    }

    /// Splits a message into author and text; `None` for a notice.
    fn written<'t>(&self, rest: &'t str) -> Option<(&'t str, &'t str)> {
        spaced(rest).or_else(|| {
            let (name, text) = rest.split_once(':')?;
            let name = unmarked(name);
            let link = text.starts_with("//");
            let clock = name.ends_with(|c: char| c.is_ascii_digit())
                && text.starts_with(|c: char| c.is_ascii_digit());
            let known = self.0.contains(name);
            // Notices are sentences, and quote names of groups that may have a colon.
            let plausible = || {
                let bare = name.trim_start_matches(['~', ' ', '\u{A0}', '\u{202F}']);
                let words = bare.split_whitespace().count();
                words <= GLUED_WORDS
                    && names::is_plausible(bare)
                    && names::is_capitalised(bare)
                    && !names::is_label(bare)
            };
            (!link && (known || !clock && plausible())).then(|| (name, unmarked(text)))
        })
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
        None => line
            .split_once(" - ")
            .filter(|(stamp, _)| stamp.matches(':').count() < 2)
            .or_else(|| old(line))?,
    };
    is_stamp(stamp).then(|| unmarked(rest))
}

/// Splits `09/12/2012 17:03:48: Name: text`, as old versions wrote it. A day in the order of ISO is
/// from a program's log.
fn old(line: &str) -> Option<(&str, &str)> {
    let year = line.bytes().take_while(u8::is_ascii_digit).count();
    line.split_once(": ").filter(|_| (1..=2).contains(&year))
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

/// Splits a message with a space after the colon.
fn spaced(rest: &str) -> Option<(&str, &str)> {
    let ends = |at: usize| rest[at + 1..].chars().next().is_none_or(char::is_whitespace);
    let at = rest.find(':').filter(|at| ends(*at))?;
    let name = unmarked(&rest[..at]);
    (!name.is_empty() && name.len() <= NAME_MAX).then(|| (name, unmarked(&rest[at + 1..])))
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
        assert_eq!(
            warnings[1..],
            [
                "notices of the chat program were skipped (1 place, 8 words)",
                "pictures and deleted messages were skipped (2 places, 6 words)"
            ]
        );
        assert!(warnings[0].contains("without times"));
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
    fn no_message_is_a_notice_for_want_of_a_space() {
        for (file, expected) in [
            (
                "[2026/7/9 02:28:09] Noa: Are you there?\n[2026/7/9 02:28:37] ben k:Yes\n[2026/7/9 02:29:01] ben k: So?\n[2026/7/9 02:29:05] Noa:12:30 then\n",
                &[
                    ("Noa", "Are you there?"),
                    ("ben k", "Yes"),
                    ("ben k", "So?"),
                    ("Noa", "12:30 then"),
                ][..],
            ),
            (
                "1/2/26, 10:00 - Noa:Hi\n1/2/26, 10:01 - Ben:See https://a.example\n1/2/26, 10:02 - Ben changed the subject to \"a:b\"\n",
                &[("Noa", "Hi"), ("Ben", "See https://a.example")],
            ),
            (
                "09/12/2012 17:03:48: Noa Levi: Shall we?\n09/12/2012 17:04:10: Ben:Yes: at six\nand on\n",
                &[("Noa Levi", "Shall we?"), ("Ben", "Yes: at six and on")],
            ),
            // A heading in front.
            (
                "Chat with Ben\n12.03.26, 09:15 - Noa: Hi\n12.03.26, 09:16 - Ben: Yes\n",
                &[("Noa", "Hi"), ("Ben", "Yes")],
            ),
        ] {
            let content = read("whatsapp", file);
            let said: Vec<_> =
                turns(&content).into_iter().map(|turn| (turn.0.unwrap_or("?"), turn.3)).collect();
            assert_eq!(said, expected, "{file}");
        }
        let log = "09/12/2012 17:03:48 started\n09/12/2012 17:03:49 stopped\n";
        assert!(crate::parse(log.as_bytes()).is_err());
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
