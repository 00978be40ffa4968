//! Zoom's saved chat: `00:13:46<TAB>Name:<TAB>text`, or `13:05:22 From Name to Everyone:`.
//!
//! A chat is written, not spoken: its turns are of that kind, have a start but no end, and count as
//! messages, not as speech. Reactions and quotes in replies are skipped. Times of day are relative
//! to the first message, with a warning.

use debrief_domain::transcript::content::TurnKind;

use super::chat_quotes::{About, Quotes};
use crate::kernel::clock::{Clock, OF_DAY};
use crate::kernel::lines::lines;
use crate::kernel::time::{self, Stamp};
use crate::kernel::{Builder, Confidence, Format, Head, Piece, Skip, Source};

/// Number of filled lines within which the first message begins.
const ABOVE: usize = 4;

/// The Zoom chat format.
pub(crate) struct ZoomChat;

impl Format for ZoomChat {
    fn id(&self) -> &'static str {
        "zoom_chat"
    }

    fn name(&self) -> &'static str {
        "Zoom chat (.txt)"
    }

    fn recognise(&self, head: &Head<'_>) -> Confidence {
        let mut filled = lines(head.text()).filter(|line| !line.text.trim().is_empty());
        let first = filled.by_ref().take(ABOVE).position(|line| message(line.text).is_some());
        // A heading may be in front; then one message alone is no evidence.
        let mut more = || filled.any(|line| message(line.text).is_some());
        match first {
            Some(0) => Confidence::Certain,
            Some(_) if more() => Confidence::Certain,
            _ => Confidence::No,
        }
    }

    fn parse(&self, source: &Source<'_>, out: &mut Builder) {
        let mut speaker: Option<&str> = None;
        let mut start = None;
        let mut left_out = false;
        let mut first = false;
        let mut quotes = Quotes::default();
        let mut clock: Option<Clock> = None;
        for line in lines(source.text()) {
            if out.is_full() {
                return;
            }
            let mut text = line.text.trim();
            if let Some(message) = message(line.text) {
                out.end_turn(line.number);
                let (ms, _) = out.times(line.number, Some(message.start), None);
                if message.of_day && clock.is_none() {
                    out.warn(line.number, OF_DAY);
                    clock = Some(Clock::default());
                }
                start = match (&mut clock, ms) {
                    (Some(clock), Some(ms)) => Some(clock.since(ms, line.number, out)),
                    (_, ms) => ms,
                };
                speaker = Some(message.name);
                text = message.text;
                (left_out, first) = (false, true);
            }
            if left_out {
                out.skip(line.number, Skip::Reaction, text);
                continue;
            }
            if text.is_empty() {
                continue;
            }
            // The message may be below its heading, and the text of a reply below its quote.
            if first {
                match quotes.about(text) {
                    Some(About::Reaction) => {
                        left_out = true;
                        out.skip(line.number, Skip::Reaction, text);
                        continue;
                    }
                    Some(About::Reply) => {
                        out.skip(line.number, Skip::Quote, text);
                        continue;
                    }
                    None => {
                        quotes.remember(text);
                        first = false;
                    }
                }
            }
            if speaker.is_none() {
                out.skip(line.number, Skip::BeforeMessage, text);
                continue;
            }
            // One message is one turn; its later lines have no times of their own.
            let start_ms = start.take();
            out.say(Piece {
                line: line.number,
                kind: TurnKind::Chat,
                speaker,
                start_ms,
                text,
                ..Piece::default()
            });
        }
    }
}

struct Message<'a> {
    name: &'a str,
    start: Stamp,
    of_day: bool,
    text: &'a str,
}

fn message(line: &str) -> Option<Message<'_>> {
    if !line.starts_with(|c: char| c.is_ascii_digit()) {
        return None;
    }
    // A date may precede the time of day.
    let (line, dated) = match line.split_once(' ') {
        Some((date, rest)) if is_date(date) => (rest, true),
        _ => (line, false),
    };
    let (start, _, rest) = time::leading_moment(line)?;
    let rest = rest.strip_prefix(['\t', ' '])?;
    let from = rest.trim_start().strip_prefix("From ");
    if let Some(named) = from {
        let ends = || {
            named.char_indices().take(300).filter(|(at, c)| {
                *c == ':' && named[at + 1..].chars().next().is_none_or(char::is_whitespace)
            })
        };
        // A name may contain a colon; the recipient marks its end.
        let addressed = ends().find(|(at, _)| is_addressed(&named[..*at])).or_else(|| {
            // The space after the colon may be missing.
            let mut colons = named.char_indices().take(300).filter(|(_, c)| *c == ':');
            colons.find(|(at, _)| is_addressed(&named[..*at]))
        });
        let end = addressed.or_else(|| ends().next())?;
        let (name, text) = (&named[..end.0], &named[end.0 + 1..]);
        let lower = name.to_ascii_lowercase();
        let to = lower.rfind(" to ").unwrap_or(name.len());
        let name = name[..to].trim();
        return (!name.is_empty()).then_some(Message {
            name,
            start,
            of_day: true,
            text: text.trim(),
        });
    }
    if let Some((name, text)) = addressed(rest.trim_start()) {
        return Some(Message { name, start, of_day: true, text });
    }
    let (name, text) = rest.split_once('\t')?;
    let name = sender(name.strip_suffix(':')?.trim());
    (!name.is_empty() && name.len() <= 300).then_some(Message {
        name,
        start,
        of_day: dated,
        text: text.trim(),
    })
}

/// Words before the sender and before the recipient in languages other than English.
const FROM_TO: &[(&str, &str)] = &[
    ("Von ", " an "),
    ("De ", " à "),
    ("De ", " para "),
    ("De ", " a "),
    ("Da ", " a "),
    ("Van ", " naar "),
    ("Van ", " aan "),
    ("מאת ", " אל "),
];

/// Splits `Von Name an Alle: text` into sender and message.
fn addressed(text: &str) -> Option<(&str, &str)> {
    let reach = &text[..text.floor_char_boundary(300)];
    let end = reach
        .match_indices(':')
        .map(|(at, _)| at)
        .find(|at| text[at + 1..].chars().next().is_none_or(char::is_whitespace))?;
    let (heading, text) = (&text[..end], text[end + 1..].trim());
    FROM_TO.iter().find_map(|(from, to)| {
        let (name, recipient) = heading.strip_prefix(from)?.rsplit_once(to)?;
        let (name, recipient) = (name.trim(), recipient.trim());
        (!name.is_empty() && !recipient.is_empty()).then_some((name, text))
    })
}

/// Returns whether the text ends with the recipient of a message.
fn is_addressed(text: &str) -> bool {
    let lower = text.trim_end().to_ascii_lowercase();
    lower.ends_with(" to everyone") || PRIVATE.iter().any(|mark| lower.ends_with(mark))
}

/// Returns the name without the recipient that newer chats append.
fn sender(name: &str) -> &str {
    let lower = name.to_ascii_lowercase();
    if !is_addressed(name) {
        return name;
    }
    let private = PRIVATE.iter().find_map(|mark| lower.strip_suffix(mark)).unwrap_or(&lower);
    let end = private.rfind(" to ").unwrap_or(private.len());
    name[..end].trim_end()
}

/// Text after the recipient of a private message.
const PRIVATE: &[&str] = &["(direct message)", "(privately)"];

fn is_date(word: &str) -> bool {
    word.len() == 10
        && word.bytes().enumerate().all(|(i, b)| match i {
            4 | 7 => b == b'-',
            _ => b.is_ascii_digit(),
        })
}

#[cfg(test)]
mod tests {
    use debrief_domain::transcript::content::TurnKind;

    use super::OF_DAY;
    use crate::testing::{cut_anywhere, read, turns};

    const FILE: &str = "00:13:46\tPotuz:\tgm\r\n00:13:48\tPotuz:\tagain\r\n00:18:23\tEnrico (tbenr):\tReplying to \"is it...\"\r\n\r\nHere too\r\n00:18:30\tKalo | Obol:\tReacted to \"is it...\" with 👍\r\n00:18:31\tBen:\tReacted to two... with \"👍\"\r\n00:18:32\tBen:\tReacted to \"three\r\n\r\nlines\" with 👍\r\n00:19:09\tRaúl:\thttps://a.example/b: c\r\nsecond: line\r\n";

    #[test]
    fn messages_are_turns_without_talk_time() {
        let content = read("zoom_chat", FILE);
        assert_eq!(
            turns(&content),
            [
                (Some("Potuz"), Some(826_000), None, "gm"),
                (Some("Potuz"), Some(828_000), None, "again"),
                (Some("Enrico (tbenr)"), Some(1_103_000), None, "Here too"),
                (Some("Raúl"), Some(1_149_000), None, "https://a.example/b: c second: line"),
            ]
        );
        assert!(content.turns.iter().all(|turn| turn.kind == TurnKind::Chat));
        assert!(content.turns.iter().all(|turn| turn.cues.is_empty()));
        let potuz = &content.participants[0];
        assert_eq!((potuz.messages, potuz.words, potuz.talk_ms), (2, 0, None));
        assert_eq!(content.word_count(), 10, "where all is chat, its words are the file's");
        let warned: Vec<_> = content.warnings.iter().map(|it| (it.line, &*it.message)).collect();
        assert_eq!(
            warned,
            [
                (3, "quotations in replies were skipped (1 place, 4 words)"),
                (6, "reactions were skipped (4 places, 14 words)")
            ]
        );
    }

    #[test]
    fn older_chats_say_from_and_to() {
        let content = read(
            "zoom_chat",
            "13:05:22\t From Noa Levi to Everyone:\n\tHi all\n13:05:30\t From  Ben  To  Noa (Direct Message) : ok\n",
        );
        assert_eq!(
            turns(&content),
            [(Some("Noa Levi"), Some(0), None, "Hi all"), (Some("Ben"), Some(8_000), None, "ok"),]
        );
        assert_eq!(content.warnings[0].message, OF_DAY);
    }

    #[test]
    fn chats_in_other_languages() {
        for (from, to) in [
            ("Von", "an Alle"),
            ("De", "à Tout le monde"),
            ("De", "para Todos"),
            ("Da", "a Tutti"),
            ("מאת", "אל כולם"),
        ] {
            let file = format!(
                "10:00:01 {from} Noa Levi {to}:\n\tHi\n10:00:05\t {from}  Ben  {to} : so: yes\n"
            );
            assert_eq!(
                turns(&read("zoom_chat", &file)),
                [
                    (Some("Noa Levi"), Some(0), None, "Hi"),
                    (Some("Ben"), Some(4_000), None, "so: yes")
                ]
            );
        }
    }

    #[test]
    fn recipients_are_no_part_of_a_name() {
        let content = read(
            "zoom_chat",
            "00:13:46\tNoa (Direct Message):\thi\n00:13:48\tTom to Noa(Direct Message):\tlo\n00:13:50\tAnn to Everyone:\tyo\n",
        );
        let names: Vec<_> = turns(&content).iter().map(|turn| turn.0.unwrap_or("?")).collect();
        assert_eq!(names, ["Noa", "Tom", "Ann"]);
        let content = read(
            "zoom_chat",
            "11:59:00 AM From Ann: HR to Everyone:\n\tx\n12:00:30 PM From Ben to Everyone : I want to go: yes\n01:00:00 PM From Tom to Everyone:\n\tReacted to \"x\" with 👍\n",
        );
        assert_eq!(
            turns(&content),
            [
                (Some("Ann: HR"), Some(0), None, "x"),
                (Some("Ben"), Some(90_000), None, "I want to go: yes")
            ]
        );
    }

    #[test]
    fn any_cut_is_read_as_far_as_it_goes() {
        cut_anywhere(FILE.as_bytes());
    }
}
