//! Rev's `.nlp` files: a table with `|`, one token per line.
//!
//! `token|speaker|ts|endTs|punctuation|case|tags`: times are in seconds or empty, `punctuation`
//! follows the token, and `case` is `LC`, `UC` (first letter), `CA` (all) or `MC` (as written).
//! Speakers are numbers and become `Speaker 1`.

use crate::kernel::lines::lines;
use crate::kernel::runs::{Runs, Word};
use crate::kernel::{Builder, Confidence, Format, Head, Source, time};

/// The Rev token format.
pub(crate) struct RevNlp;

impl Format for RevNlp {
    fn id(&self) -> &'static str {
        "rev_nlp"
    }

    fn name(&self) -> &'static str {
        "Rev tokens (.nlp)"
    }

    fn recognise(&self, head: &Head<'_>) -> Confidence {
        match lines(head.text()).next().and_then(|line| Columns::read(line.text)) {
            Some(_) => Confidence::Certain,
            None => Confidence::No,
        }
    }

    fn parse(&self, source: &Source<'_>, out: &mut Builder) {
        let mut lines = lines(source.text());
        let Some(columns) = lines.next().and_then(|line| Columns::read(line.text)) else {
            return;
        };
        let mut runs = Runs::default();
        // Punctuation after the last token.
        let mut mark = String::new();
        let mut speaker: (String, String) = Default::default();
        for line in lines {
            if out.is_full() {
                break;
            }
            if line.text.trim().is_empty() {
                continue;
            }
            let field = |place: Option<usize>| {
                place.and_then(|place| line.text.split('|').nth(place)).map_or("", str::trim)
            };
            let token = field(Some(columns.token));
            if token.is_empty() || token.starts_with('<') && token.ends_with('>') {
                continue;
            }
            let seconds = |place| field(place).parse().ok().map(time::seconds);
            let times = out.times(line.number, seconds(columns.start), seconds(columns.end));
            let said = field(Some(columns.speaker));
            if speaker.0 != said {
                let number = !said.is_empty() && said.bytes().all(|b| b.is_ascii_digit());
                let name = if number { format!("Speaker {said}") } else { said.to_owned() };
                speaker = (said.to_owned(), name);
            }
            let name = Some(&*speaker.1).filter(|name| !name.is_empty());
            // A row with only a mark: it follows the token, unless the token already has it.
            if !token.chars().any(char::is_alphanumeric) && !"&$%+=@#€£".contains(token) {
                if mark != token {
                    runs.glue(token);
                }
                mark.clear();
                continue;
            }
            let text = cased(token, field(columns.case));
            runs.word(Word { line: line.number, speaker: name, times, text: &text }, out);
            field(columns.punctuation).clone_into(&mut mark);
            runs.glue(&mark);
        }
        runs.finish(out);
    }
}

/// Returns a token in its written case.
fn cased(token: &str, case: &str) -> String {
    match case {
        "CA" => token.to_uppercase(),
        "UC" => {
            let mut letters = token.chars();
            letters
                .next()
                .map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
        }
        _ => token.to_owned(),
    }
}

struct Columns {
    token: usize,
    speaker: usize,
    start: Option<usize>,
    end: Option<usize>,
    punctuation: Option<usize>,
    case: Option<usize>,
}

impl Columns {
    fn read(line: &str) -> Option<Self> {
        if line.len() > 1000 {
            return None;
        }
        let names: Vec<_> = line.split('|').map(str::trim).collect();
        let place = |name: &str| names.iter().position(|known| known.eq_ignore_ascii_case(name));
        Some(Self {
            token: place("token")?,
            speaker: place("speaker")?,
            start: place("ts"),
            end: place("endTs"),
            punctuation: place("punctuation"),
            case: place("case"),
        })
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::{cut_anywhere, read, turns};

    const FILE: &str = "token|speaker|ts|endTs|punctuation|case|tags\nhi|1|0.5|0.75|,|UC|[]\nnoa|1|0.8|1.0|.|UC|[]\nok|2|||?|CA|[]\n<laugh>|2|||||\nyes|2|2.0|2.5||LC|[]\n";

    #[test]
    fn tokens_become_speech() {
        let content = read("rev_nlp", FILE);
        assert_eq!(
            turns(&content),
            [
                (Some("Speaker 1"), Some(500), Some(1_000), "Hi, Noa."),
                (Some("Speaker 2"), None, Some(2_500), "OK? yes"),
            ]
        );
    }

    #[test]
    fn marks_on_rows_of_their_own_follow_the_token() {
        let file = "token|speaker|ts|endTs|punctuation|case\nyeah|1|||,|UC\n,|1||||\nright|1||||\n.|1||||\nR|1||||\n&|1||||\nD|1||||\n";
        assert_eq!(read("rev_nlp", file).turns[0].text, "Yeah, right. R & D");
    }

    #[test]
    fn any_cut_is_read_as_far_as_it_goes() {
        cut_anywhere(FILE.as_bytes());
    }
}
