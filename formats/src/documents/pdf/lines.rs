//! Groups letters into lines by their position.

/// A letter on a page.
#[derive(Debug, Clone, Copy)]
pub(super) struct Letter {
    pub(super) c: char,
    /// Position where it begins.
    pub(super) from: (f64, f64),
    /// Position where the next one would begin.
    pub(super) to: (f64, f64),
    /// Height.
    pub(super) size: f64,
}

/// A gap of this fraction of the height separates words.
const SPACE: f64 = 0.18;
/// A gap of this many heights separates columns.
const TAB: f64 = 3.0;
/// Letters offset vertically by this many heights are on another line.
const LINE: f64 = 0.5;
/// And by this many, in another paragraph.
const PARAGRAPH: f64 = 1.9;

/// The text so far.
#[derive(Debug, Default)]
pub(super) struct Lines {
    text: String,
    line: String,
    last: Option<Letter>,
    /// Letters of right-to-left scripts on this line to the right, and to the left, of the previous
    /// one.
    rightward: u32,
    leftward: u32,
}

impl Lines {
    /// Returns the number of bytes so far.
    pub(super) fn len(&self) -> usize {
        self.text.len() + self.line.len()
    }

    /// Adds a letter.
    pub(super) fn letter(&mut self, letter: Letter) {
        if letter.c.is_control() {
            return;
        }
        if let Some(last) = self.last {
            let size = last.size.max(letter.size).max(0.01);
            let down = last.from.1 - letter.from.1;
            let gap = letter.from.0 - last.to.0;
            // Right-to-left text may also be stored in reading order.
            let back = gap < 0.0 && !(is_rtl(letter.c) || is_rtl(last.c));
            if down.abs() > LINE * size || back && -gap > size {
                self.end_line();
                if down > PARAGRAPH * size {
                    self.text.push('\n');
                }
            } else if is_rtl(letter.c) && is_rtl(last.c) {
                let steps = letter.from.0 - last.from.0;
                if steps > 0.0 {
                    self.rightward += 1;
                } else {
                    self.leftward += 1;
                }
                let apart = if steps > 0.0 { gap } else { last.from.0 - letter.to.0 };
                self.space(apart, size);
            } else {
                self.space(gap, size);
            }
        }
        self.line.push(letter.c);
        self.last = Some(letter);
    }

    fn space(&mut self, gap: f64, size: f64) {
        if gap > TAB * size {
            self.line.push('\t');
        } else if gap > SPACE * size && !self.line.ends_with(char::is_whitespace) {
            self.line.push(' ');
        }
    }

    fn end_line(&mut self) {
        let seen = self.rightward > self.leftward;
        (self.rightward, self.leftward) = (0, 0);
        match seen {
            true => self.text.push_str(&logical(&self.line)),
            false => self.text.push_str(self.line.trim_end()),
        }
        self.text.push('\n');
        self.line.clear();
    }

    /// Ends a page.
    pub(super) fn page(&mut self) {
        if !self.line.is_empty() {
            self.end_line();
        }
        let last = self.text.trim_end().rsplit('\n').next().unwrap_or_default();
        if is_page_number(last) {
            let end = self.text.trim_end().len() - last.len();
            self.text.truncate(end);
        }
        self.last = None;
    }

    /// Returns the whole text.
    pub(super) fn finish(mut self) -> String {
        self.page();
        self.text
    }
}

/// Matches `3`, `3 / 12`, `Page 3 of 12`: the text at the foot of a page.
fn is_page_number(line: &str) -> bool {
    line.len() <= 24
        && line.contains(|c: char| c.is_ascii_digit())
        && line.split([' ', '/', '\t']).all(|word| {
            word.bytes().all(|b| b.is_ascii_digit()) || matches!(word, "Page" | "page" | "of" | "-")
        })
}

/// Returns whether a character is of a right-to-left script: Hebrew, Arabic and their neighbours.
fn is_rtl(c: char) -> bool {
    matches!(c, '\u{0590}'..='\u{08FF}' | '\u{FB1D}'..='\u{FDFF}' | '\u{FE70}'..='\u{FEFF}')
}

/// Converts a line from visual to logical order: reverses all of it, and restores words and numbers
/// of left-to-right scripts.
fn logical(line: &str) -> String {
    let turned: Vec<char> = line.trim().chars().rev().map(mirrored).collect();
    let mut text = String::with_capacity(line.len());
    let mut at = 0;
    while at < turned.len() {
        if !is_ltr(turned[at]) {
            text.push(turned[at]);
            at += 1;
            continue;
        }
        // The run includes everything up to its last letter.
        let mut end = at;
        let mut next = at;
        while next < turned.len() && !is_rtl(turned[next]) {
            if is_ltr(turned[next]) {
                end = next + 1;
            }
            next += 1;
        }
        text.extend(turned[at..end].iter().rev().map(|c| mirrored(*c)));
        at = end;
    }
    text
}

fn is_ltr(c: char) -> bool {
    c.is_alphanumeric() && !is_rtl(c)
}

fn mirrored(c: char) -> char {
    match c {
        '(' => ')',
        ')' => '(',
        '[' => ']',
        ']' => '[',
        '{' => '}',
        '}' => '{',
        '<' => '>',
        '>' => '<',
        '«' => '»',
        '»' => '«',
        c => c,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_seen_is_turned_into_what_is_read() {
        assert_eq!(logical("!םולש"), "שלום!");
        assert_eq!(logical("Zoom-ב 10:30 העשב"), "בשעה 10:30 ב-Zoom");
        assert_eq!(logical("(ןכ) היעונ"), "נועיה (כן)");
    }

    #[test]
    fn page_numbers_are_no_words() {
        for number in ["3", "3/12", "Page 3 of 12", "- 3 -"] {
            assert!(is_page_number(number), "{number}");
        }
        for words in ["", "yes", "12:30", "of", "three of 3"] {
            assert!(!is_page_number(words), "{words}");
        }
    }

    #[test]
    fn gaps_are_spaces_and_steps_are_lines() {
        let mut lines = Lines::default();
        let mut put = |text: &str, x: f64, y: f64| {
            for (i, c) in text.chars().enumerate() {
                let x = x + i as f64 * 5.0;
                lines.letter(Letter { c, from: (x, y), to: (x + 5.0, y), size: 10.0 });
            }
        };
        put("Noa:", 0.0, 100.0);
        put("hi", 25.0, 100.0);
        put("there", 0.0, 88.0);
        put("Ben", 0.0, 60.0);
        put("00:05", 300.0, 60.0);
        assert_eq!(lines.finish(), "Noa: hi\nthere\n\nBen\t00:05\n");
    }
}
