//! The walk over JSON text: where each value starts and ends, and under which keys.

/// Maximum depth, more than any transcript has; deeper values are not read.
const MAX_DEPTH: usize = 64;

/// An open object or array.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Frame {
    start: usize,
    /// Whether it is an object.
    pub(crate) object: bool,
    /// Range of the current key, without quotes.
    key: (usize, usize),
    /// Current index, in an array.
    pub(crate) index: u32,
}

impl Frame {
    /// Returns the current key as written; empty in an array.
    pub(crate) fn key<'a>(&self, text: &'a str) -> &'a str {
        text.get(self.key.0..self.key.1).unwrap_or_default()
    }
}

/// How a walk ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum End {
    /// After the whole value.
    Whole,
    /// After the whole value, with text following.
    More,
    /// The visitor stopped the walk.
    Stopped,
    /// The text is cut off.
    Cut,
    /// It is not JSON.
    Broken,
    /// Too many levels.
    TooDeep,
}

enum State {
    Value,
    First,
    Key,
    After,
}

/// Walks over the first value in `text`. `key` is called at every key, `value` after every value
/// with its range until it returns `false`. Returns where the walk ended, and how.
pub(crate) fn walk(
    text: &str,
    key: &mut dyn FnMut(&[Frame]),
    value: &mut dyn FnMut(&[Frame], usize, usize) -> bool,
) -> (usize, End) {
    let bytes = text.as_bytes();
    let mut frames: Vec<Frame> = Vec::new();
    let mut state = State::Value;
    let mut at = 0;
    // Values on lines of their own are treated as the items of a list.
    let lines = is_lines(text);
    if lines {
        frames.push(Frame { start: 0, object: false, key: (0, 0), index: 0 });
    }
    loop {
        at += bytes[at..].iter().take_while(|b| b.is_ascii_whitespace()).count();
        let Some(byte) = bytes.get(at) else {
            let whole = lines && frames.len() == 1 && matches!(state, State::After);
            return (at, if whole { End::Whole } else { End::Cut });
        };
        match (&state, byte) {
            (State::Value, b'{' | b'[') => {
                if frames.len() == MAX_DEPTH {
                    return (at, End::TooDeep);
                }
                let object = *byte == b'{';
                frames.push(Frame { start: at, object, key: (0, 0), index: 0 });
                at += 1;
                state = State::First;
                continue;
            }
            (State::Value, _) => {
                let start = at;
                at = match byte {
                    b'"' => match string(bytes, at) {
                        Some(end) => end,
                        None => return (at, End::Cut),
                    },
                    _ => at + bytes[at..].iter().take_while(|b| literal(**b)).count(),
                };
                if at == start {
                    return (at, End::Broken);
                }
                if *byte != b'"' && at == bytes.len() && !frames.is_empty() {
                    // A truncated number is a different number.
                    return (at, End::Cut);
                }
                if !value(&frames, start, at) {
                    return (at, End::Stopped);
                }
                state = State::After;
            }
            (State::First | State::After, b'}' | b']') => {
                match frames.pop() {
                    Some(frame) if frame.object == (*byte == b'}') => {
                        at += 1;
                        if !value(&frames, frame.start, at) {
                            return (at, End::Stopped);
                        }
                    }
                    _ => return (at, End::Broken),
                }
                state = State::After;
            }
            (State::First, _) => {
                state = if in_object(&frames) { State::Key } else { State::Value };
                continue;
            }
            (State::Key, b'"') => {
                let Some(end) = string(bytes, at) else {
                    return (at, End::Cut);
                };
                if let Some(frame) = frames.last_mut() {
                    frame.key = (at + 1, end - 1);
                }
                key(&frames);
                at = end + bytes[end..].iter().take_while(|b| b.is_ascii_whitespace()).count();
                match bytes.get(at) {
                    Some(b':') => at += 1,
                    Some(_) => return (at, End::Broken),
                    None => return (at, End::Cut),
                }
                state = State::Value;
            }
            (State::After, b'{') if lines && frames.len() == 1 => {
                frames[0].index = frames[0].index.saturating_add(1);
                state = State::Value;
            }
            (State::After, b',') => {
                at += 1;
                if let Some(frame) = frames.last_mut() {
                    frame.index = frame.index.saturating_add(1);
                }
                state = if in_object(&frames) { State::Key } else { State::Value };
            }
            _ => return (at, End::Broken),
        }
        if frames.is_empty() && matches!(state, State::After) {
            let rest = text[at..].trim_matches(|c: char| c.is_whitespace() || c == '\u{FFFD}');
            return (at, if rest.is_empty() { End::Whole } else { End::More });
        }
    }
}

/// Returns whether a text is JSON Lines (an object per line) and not one value.
pub(crate) fn is_lines(text: &str) -> bool {
    let mut filled = text.lines().map(str::trim).filter(|line| !line.is_empty());
    let first = filled.next().is_some_and(|line| line.starts_with('{') && line.ends_with('}'));
    first && filled.next().is_some_and(|line| line.starts_with('{'))
}

fn in_object(frames: &[Frame]) -> bool {
    frames.last().is_some_and(|frame| frame.object)
}

/// Returns the end of the string that starts at `at`.
fn string(bytes: &[u8], at: usize) -> Option<usize> {
    let mut at = at + 1;
    loop {
        at += bytes.get(at..)?.iter().position(|b| matches!(b, b'"' | b'\\'))?;
        if bytes[at] == b'"' {
            return Some(at + 1);
        }
        at += 2;
    }
}

fn literal(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'+' | b'.')
}

/// A parsed path.
#[derive(Debug)]
pub(crate) struct Path<'p>(Vec<Step<'p>>);

#[derive(Debug)]
enum Step<'p> {
    Key(&'p str),
    /// `*`: any key.
    AnyKey,
    Any,
    At(u32),
}

impl<'p> Path<'p> {
    /// Parses `results.channels[].alternatives[0].words[]` or `results.*.transcript`.
    pub(crate) fn new(path: &'p str) -> Self {
        let mut steps = Vec::new();
        for part in path.split('.') {
            let (key, indices) = part.split_at(part.find('[').unwrap_or(part.len()));
            match key {
                "" => {}
                "*" => steps.push(Step::AnyKey),
                key => steps.push(Step::Key(key)),
            }
            for index in indices.split('[').skip(1) {
                let index = index.trim_end_matches(']');
                steps.push(index.parse().map_or(Step::Any, Step::At));
            }
        }
        Self(steps)
    }

    /// Returns whether the value inside these frames is at the path.
    pub(crate) fn fits(&self, text: &str, frames: &[Frame]) -> bool {
        self.0.len() == frames.len()
            && self.0.iter().zip(frames).rev().all(|(step, frame)| match step {
                Step::Key(key) => frame.object && frame.key(text) == *key,
                Step::AnyKey => frame.object,
                Step::Any => !frame.object,
                Step::At(index) => !frame.object && frame.index == *index,
            })
    }
}
