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
    /// After the whole value, with a line between that is not JSON; the walk ended there.
    Odd,
}

enum State {
    Value,
    First,
    Key,
    After,
}

/// Called at every key.
type OnKey<'f> = dyn FnMut(&[Frame]) + 'f;
/// Called after every value with its range; ends the walk by returning `false`.
type OnValue<'f> = dyn FnMut(&[Frame], usize, usize) -> bool + 'f;

/// Walks over the first value in `text`. `key` is called at every key, `value` after every value
/// with its range until it returns `false`. Returns where the walk ended, and how.
pub(crate) fn walk(text: &str, key: &mut OnKey<'_>, value: &mut OnValue<'_>) -> (usize, End) {
    if is_lines(text) {
        return walk_lines(text, key, value);
    }
    match walk_value(text, 0, &mut Vec::new(), key, value) {
        (at, End::Whole) => {
            let rest = text[at..].trim_matches(|c: char| c.is_whitespace() || c == '\u{FFFD}');
            (at, if rest.is_empty() { End::Whole } else { End::More })
        }
        end => end,
    }
}

/// Same, for objects on lines of their own, which are treated as the items of a list. A line that is
/// none is passed over.
fn walk_lines(text: &str, key: &mut OnKey<'_>, value: &mut OnValue<'_>) -> (usize, End) {
    let (mut at, mut index) = (0, 0u32);
    let mut odd = None;
    while let Some(start) = object(text, at) {
        if !text[at..start].trim().is_empty() {
            odd.get_or_insert(at + blank(&text.as_bytes()[at..]));
        }
        let mut frames = vec![Frame { start: 0, object: false, key: (0, 0), index }];
        match walk_value(text, start, &mut frames, key, value) {
            (end, End::Whole) => {
                at = end;
                index = index.saturating_add(1);
            }
            (end, how @ (End::Cut | End::Broken)) => {
                // Nothing follows: the file ends here.
                let Some(next) =
                    next_line(text, start).filter(|next| object(text, *next).is_some())
                else {
                    return (end, how);
                };
                odd.get_or_insert(start);
                at = next;
            }
            stopped => return stopped,
        }
    }
    let rest = &text[at..];
    if rest.trim().is_empty() {
        return odd.map_or((text.len(), End::Whole), |odd| (odd, End::Odd));
    }
    (odd.unwrap_or(at + blank(rest.as_bytes())), End::Odd)
}

/// Returns the start of the next object that is first on its line or directly follows `from`.
fn object(text: &str, from: usize) -> Option<usize> {
    let mut at = from;
    loop {
        let start = at + blank(&text.as_bytes()[at..]);
        if text.as_bytes().get(start) == Some(&b'{') {
            return Some(start);
        }
        at = next_line(text, start)?;
    }
}

fn next_line(text: &str, from: usize) -> Option<usize> {
    memchr::memchr(b'\n', &text.as_bytes()[from..]).map(|at| from + at + 1)
}

fn blank(bytes: &[u8]) -> usize {
    bytes.iter().take_while(|b| b.is_ascii_whitespace()).count()
}

/// Walks over the value at `at`, inside these frames.
fn walk_value(
    text: &str,
    mut at: usize,
    frames: &mut Vec<Frame>,
    key: &mut OnKey<'_>,
    value: &mut OnValue<'_>,
) -> (usize, End) {
    let bytes = text.as_bytes();
    let outside = frames.len();
    let mut state = State::Value;
    loop {
        at += bytes[at..].iter().take_while(|b| b.is_ascii_whitespace()).count();
        let Some(byte) = bytes.get(at) else {
            return (at, End::Cut);
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
                if !value(frames, start, at) {
                    return (at, End::Stopped);
                }
                state = State::After;
            }
            (State::First | State::After, b'}' | b']') => {
                match frames.pop() {
                    Some(frame) if frame.object == (*byte == b'}') => {
                        at += 1;
                        if !value(frames, frame.start, at) {
                            return (at, End::Stopped);
                        }
                    }
                    _ => return (at, End::Broken),
                }
                state = State::After;
            }
            (State::First, _) => {
                state = if in_object(frames) { State::Key } else { State::Value };
                continue;
            }
            (State::Key, b'"') => {
                let Some(end) = string(bytes, at) else {
                    return (at, End::Cut);
                };
                if let Some(frame) = frames.last_mut() {
                    frame.key = (at + 1, end - 1);
                }
                key(frames);
                at = end + bytes[end..].iter().take_while(|b| b.is_ascii_whitespace()).count();
                match bytes.get(at) {
                    Some(b':') => at += 1,
                    Some(_) => return (at, End::Broken),
                    None => return (at, End::Cut),
                }
                state = State::Value;
            }
            (State::After, b',') => {
                at += 1;
                if let Some(frame) = frames.last_mut() {
                    frame.index = frame.index.saturating_add(1);
                }
                state = if in_object(frames) { State::Key } else { State::Value };
            }
            _ => return (at, End::Broken),
        }
        if frames.len() == outside && matches!(state, State::After) {
            return (at, End::Whole);
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
