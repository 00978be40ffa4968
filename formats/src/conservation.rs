//! Checks that no word of a file vanishes: what a file says, by a second and much simpler reading,
//! is in a turn, is a name, or is counted by a warning.
//!
//! The second reading knows nothing of speakers or damage: of captions it takes the lines that are
//! neither times nor numbers, of text all lines, of JSON the fullest texts under the keys of
//! text. Words are
//! compared without regard to order, case and punctuation. Numbers are not compared, because times
//! are numbers.
//!
//! For tests, fuzzing and measurements on many files; reading does not need it.

use std::collections::{HashMap, HashSet};

use crate::Content;
use crate::kernel::json_walk::{Frame, walk};
use crate::kernel::lines::lines;
use crate::kernel::{Source, markup};

/// The words of a file and what became of them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Balance {
    /// Words of the file, by the second reading.
    pub words: u64,
    /// Those that are in no turn and no name.
    pub missing: u64,
    /// Words that the warnings count.
    pub counted: u64,
    /// Some of the missing words.
    pub examples: Vec<String>,
}

impl Balance {
    /// Returns the number of words that vanished: missing, and not counted.
    pub fn lost(&self) -> u64 {
        self.missing.saturating_sub(self.counted)
    }
}

/// Maximum number of examples.
const EXAMPLES: usize = 20;
/// Words of chat programs and clocks around names and times, and the name of nobody.
const FRAME: &[&str] = &[
    "am",
    "pm",
    "from",
    "to",
    "everyone",
    "direct",
    "message",
    "privately",
    "minutes",
    "minute",
    "seconds",
    "second",
    "hour",
    "hours",
    "speaker",
    "unknown",
];
/// The line that a tool adds to what it wrote.
const TRAILER: &str = "Transcribed by https://otter.ai";

/// Compares a file with what was read from it. Returns `None` if the format has no second reading:
/// documents, archives and markup.
pub fn balance(file: &[u8], content: &Content) -> Option<Balance> {
    let source = Source::new(file).ok()?;
    let text = source.text();
    let texts = match content.format.as_str() {
        "webvtt" | "srt" | "sbv" => {
            vec![captions(&without_metadata(text), content.format == "webvtt")]
        }
        "microdvd" | "mpl2" => vec![after_numbers(text)],
        "otter_txt" | "riverside_txt" | "happy_scribe" | "zoom_captions" | "zoom_chat"
        | "whatsapp" | "gemini_notes" | "google_meet" | "named_text" | "headed_text"
        | "timed_text" | "name_above" => vec![text.replace(TRAILER, "")],
        format if format.ends_with("_json") => json(text),
        _ => return None,
    };
    let compared = texts.iter().map(|said| compare(said, content));
    compared.min_by_key(|balance| balance.missing)
}

/// Compares a text with the turns and the names.
fn compare(said: &str, content: &Content) -> Balance {
    let mut left: HashMap<String, u64> = HashMap::new();
    let mut balance = Balance::default();
    for word in words(said) {
        balance.words += 1;
        *left.entry(word).or_default() += 1;
    }
    for turn in &content.turns {
        for word in words(&turn.text) {
            if let Some(count) = left.get_mut(&word) {
                *count = count.saturating_sub(1);
            }
        }
    }
    let names = content.participants.iter().flat_map(|person| {
        std::iter::once(&person.name).chain(&person.other_names).flat_map(|name| words(name))
    });
    let names: HashSet<String> = names.collect();
    let missing = left.into_iter().filter(|(word, count)| {
        *count > 0 && !names.contains(word) && !FRAME.contains(&word.as_str())
    });
    for (word, count) in missing {
        balance.missing += count;
        if balance.examples.len() < EXAMPLES {
            balance.examples.push(word);
        }
    }
    balance.examples.sort();
    balance.counted = content.warnings.iter().map(|warning| warning.words).sum();
    balance
}

/// What is said in [`lost_in_noise`]: no two words are the same.
const TALK: &[&str] = &[
    "quokkas wander slowly",
    "zephyr nudges lanterns",
    "marble orchards hum",
    "velvet pickle jars",
    "tundra swans linger",
    "copper kettles whistle",
    "nimble foxes yawn",
    "amber pebbles gleam",
    "hollow gourds rattle",
    "crimson ferns unfurl",
];

/// Writes a turn: its number, its speaker, its text.
type Shape = dyn Fn(usize, &str, &str) -> String;

/// Puts noise between the turns of a small conversation, in several formats, and returns the first
/// file of which words were lost: in no turn, and in no warning's count. What a file with noise is
/// read as, or whether it is refused, does not matter.
pub fn lost_in_noise(noise: &str) -> Option<String> {
    let shapes: [(&str, &Shape); 7] = [
        ("WEBVTT\n\n", &|i, name, text| {
            format!("00:0{i}:00.000 --> 00:0{i}:05.000\n<v {name}>{text}\n\n")
        }),
        ("", &|i, name, text| {
            format!("{}\n00:0{i}:00,000 --> 00:0{i}:05,000\n{name}: {text}\n\n", i + 1)
        }),
        ("", &|_, name, text| format!("{name}: {text}\n\n")),
        ("", &|i, name, text| format!("[00:0{i}:00] {name}: {text}\n\n")),
        ("", &|i, name, text| format!("{name} | 00:0{i}\n{text}\n\n")),
        ("", &|i, name, text| format!("1/2/26, 10:0{i} - {name}: {text}\n")),
        ("", &|i, name, text| format!("00:0{i}:00\t{name}:\t{text}\r\n")),
    ];
    shapes.into_iter().find_map(|(head, shape)| {
        let mut file = head.to_owned();
        for (i, text) in TALK.iter().enumerate() {
            file.push_str(&shape(i, ["Anna Levi", "Ben"][i % 2], text));
            if i % 4 == 2 {
                file.push_str(noise);
                file.push_str("\n\n");
            }
        }
        let content = crate::parse(file.as_bytes()).ok()?;
        let read: HashSet<String> =
            content.turns.iter().flat_map(|turn| words(&turn.text)).collect();
        let said = TALK.iter().flat_map(|text| words(text));
        let missing = said.filter(|word| !read.contains(word)).count() as u64;
        let counted: u64 = content.warnings.iter().map(|warning| warning.words).sum();
        (missing > counted).then_some(file)
    })
}

/// Returns the words of a text, in lower case, without numbers and addresses.
fn words(text: &str) -> impl Iterator<Item = String> + '_ {
    text.split_whitespace()
        .filter(|word| !word.contains("://"))
        .flat_map(|word| word.split(|c: char| !c.is_alphanumeric()))
        .filter(|word| word.contains(char::is_alphabetic))
        .map(str::to_lowercase)
}

/// Returns the lines of captions that are neither times nor numbers nor notes, without markup. A
/// line that repeats the one before it is what roll-up captions repeat.
fn captions(text: &str, header: bool) -> String {
    let mut said = String::new();
    let mut last = String::new();
    let mut aside = header;
    let mut ids: Vec<String> = Vec::new();
    for line in lines(text) {
        let plain: String = markup::spans(line.text).into_iter().map(|span| span.text).collect();
        let plain = plain.trim();
        let begins_note = ["NOTE", "STYLE", "REGION"].iter().any(|word| plain.starts_with(word));
        if plain.is_empty() {
            aside = false;
            // What stood alone above a blank line was no id.
            ids.drain(..).for_each(|id| push(&id, &mut said));
        } else if line.text.contains("-->") || is_times(plain) {
            aside = false;
            // The line above the times is an id.
            ids.pop();
            ids.drain(..).for_each(|id| push(&id, &mut said));
            // Words may follow the times.
            let behind = line.text.split_whitespace();
            let spoken = |word: &&str| word.contains(char::is_alphabetic) && !word.contains(':');
            behind.filter(spoken).for_each(|word| push(word, &mut said));
        } else if aside || header && begins_note && ids.is_empty() {
            aside = true;
        } else if plain != last {
            plain.clone_into(&mut last);
            ids.push(plain.to_owned());
        }
    }
    ids.iter().for_each(|id| push(id, &mut said));
    said
}

/// Returns captions in which what is JSON, as Microsoft Graph writes it into cues, is replaced by the
/// text that was spoken.
fn without_metadata(text: &str) -> String {
    let mut plain = String::new();
    let mut rest = text;
    while let Some(at) = rest.find("\n{") {
        let (before, from) = rest.split_at(at + 1);
        plain.push_str(before);
        let mut values = serde_json::Deserializer::from_str(from).into_iter::<serde_json::Value>();
        let length = match values.next() {
            Some(Ok(metadata)) => {
                plain.push_str(metadata["spokenText"].as_str().unwrap_or_default());
                values.byte_offset()
            }
            _ => {
                plain.push('{');
                1
            }
        };
        rest = &from[length..];
    }
    plain + rest
}

/// Matches SBV's `0:00:03.900,0:00:08.460`, and damaged arrows.
fn is_times(line: &str) -> bool {
    line.matches(':').count() >= 2 && !line.contains(char::is_alphabetic)
}

fn push(text: &str, said: &mut String) {
    said.push_str(text);
    said.push('\n');
}

/// Returns the text behind two numbers in brackets, without styling.
fn after_numbers(text: &str) -> String {
    let mut said = String::new();
    for line in lines(text) {
        let mut rest = line.text.trim();
        while let Some((mark, behind)) =
            rest.strip_prefix(['{', '[']).and_then(|inner| inner.split_once(['}', ']']))
            && mark.bytes().all(|b| b.is_ascii_digit() || matches!(b, b':' | b'y' | b'i' | b'b'))
        {
            rest = behind;
        }
        push(&rest.replace('|', " "), &mut said);
    }
    said
}

/// Keys of text, and words in the paths of lists that are generated.
const TEXT: &[&str] =
    &["text", "transcript", "words", "sentence", "content", "Content", "body", "word", "display"];
const GENERATED: &[&str] = &["summar", "action", "chapter", "highlight", "topic", "question"];

/// Returns the texts at the paths of a JSON file that have many words: the same may be written twice,
/// as text and as single words, one of them without punctuation.
fn json(text: &str) -> Vec<String> {
    let mut at: HashMap<String, String> = HashMap::new();
    walk(text, &mut |_: &[Frame]| {}, &mut |frames, start, end| {
        let Some(key) = frames.last().filter(|frame| frame.object).map(|frame| frame.key(text))
        else {
            return true;
        };
        let raw = &text[start..end];
        if raw.starts_with('"')
            && TEXT.contains(&key)
            && let Ok(value) = serde_json::from_str::<String>(raw)
        {
            let path: Vec<&str> = frames.iter().map(|frame| frame.key(text)).collect();
            let path = path.join(".");
            // Of alternatives, one is what was said.
            let other = frames.windows(2).any(|pair| {
                !pair[1].object && pair[1].index > 0 && pair[0].key(text) == "alternatives"
            });
            if !other && !GENERATED.iter().any(|word| path.to_lowercase().contains(word)) {
                push(&value, at.entry(path).or_default());
            }
        }
        true
    });
    let texts: Vec<(usize, String)> =
        at.into_values().map(|text| (words(&text).count(), text)).collect();
    let most = texts.iter().map(|(count, _)| *count).max().unwrap_or_default();
    texts.into_iter().filter(|(count, _)| *count * 2 >= most).map(|(_, text)| text).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::parse;

    fn of(file: &str) -> Balance {
        let content = parse(file.as_bytes()).unwrap();
        balance(file.as_bytes(), &content).unwrap()
    }

    #[test]
    fn a_file_that_is_read_whole_balances() {
        for (format, file) in crate::bad_input::FILES {
            let content = parse(file.as_bytes()).unwrap();
            if let Some(balance) = balance(file.as_bytes(), &content) {
                // Some JSON has words outside of objects.
                assert!(balance.words > 0 || format.ends_with("_json"), "{format}");
                assert_eq!(balance.lost(), 0, "{format}: {balance:?}");
            }
        }
    }

    #[test]
    fn what_is_lost_is_found() {
        let file = "Our call today\n\nNoa: Hi there, all.\nBen: Yes, I see.\nNoa: Bye then.\n";
        let mut content = parse(file.as_bytes()).unwrap();
        let whole = balance(file.as_bytes(), &content).unwrap();
        assert_eq!((whole.missing, whole.counted, whole.lost()), (3, 3, 0), "{whole:?}");
        content.turns.pop();
        let less = balance(file.as_bytes(), &content).unwrap();
        assert_eq!((less.lost(), &less.examples[..2]), (2, &["bye".to_owned(), "call".into()][..]));
        content.warnings.clear();
        assert_eq!(balance(file.as_bytes(), &content).unwrap().lost(), 5);
    }

    #[test]
    fn the_second_reading_knows_captions_and_json() {
        let vtt = "WEBVTT\nKind: x\n\nNOTE of it\n\nid 1\n00:01.000 --> 00:02.000\n<i>Hi</i> there\n\n00:02.000 --> 00:03.000\nHi there\nto you\n";
        assert_eq!(captions(vtt, true), "Hi there\nto you\n");
        let file = r#"{"text": "hi", "summary": {"text": "a b c d e"}, "segments": [{"start": 1, "end": 2, "text": "Hi there,"}, {"text": "you"}]}"#;
        assert_eq!(json(file), ["Hi there,\nyou\n"]);
        assert_eq!(of(file).lost(), 0);
    }
}
