//! Infers from file names the order of parts and the speakers of tracks.

/// The order of parts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Order {
    /// Indexes of the names, first part first.
    pub(super) places: Vec<usize>,
    /// When each part began, in seconds, if the names state it; in the order of `places`.
    pub(super) began: Option<Vec<i64>>,
}

/// A number after one of these counts sessions, not parts of one.
const SESSIONS: &[&str] = &[
    "session",
    "sessions",
    "week",
    "day",
    "lesson",
    "class",
    "episode",
    "ep",
    "s",
    "e",
    "w",
    "sitzung",
    "woche",
    "sesion",
    "sesión",
    "seance",
    "séance",
    "פגישה",
    "מפגש",
    "שיעור",
    "שבוע",
];

/// So does one after these, as in `call 2`; but `call_2` or `call (2)` is a file of a call.
const CALLS: &[&str] = &["call", "meeting", "interview", "coaching", "client", "שיחה"];

/// Words in file names that are not names of people.
const NOBODY: &[&str] = &[
    "audio",
    "video",
    "track",
    "channel",
    "left",
    "right",
    "mono",
    "stereo",
    "mic",
    "transcript",
    "transcription",
    "recording",
    "captions",
    "subtitles",
    "final",
    "copy",
    "new",
    "old",
    "edited",
    "corrected",
    "raw",
    "clean",
    "first",
    "second",
    "one",
    "two",
    "a",
    "b",
    "part",
    "speaker",
];

/// Returns the order that the names state: by Zoom's `GMT20240131-120000`, else by a single number
/// that counts from 0 or 1 (or: no number, then 1 or 2) without a gap, if all else is equal.
pub(super) fn order(names: &[&str]) -> Option<Order> {
    let stems: Vec<String> = names.iter().map(|name| stem(name).to_lowercase()).collect();
    let stamps: Option<Vec<i64>> = stems.iter().map(|stem| gmt(stem)).collect();
    if let Some(stamps) = stamps {
        let mut places: Vec<usize> = (0..names.len()).collect();
        places.sort_by_key(|place| stamps[*place]);
        let began: Vec<i64> = places.iter().map(|place| stamps[*place]).collect();
        if began.windows(2).all(|pair| pair[0] < pair[1]) {
            return Some(Order { places, began: Some(began) });
        }
    }
    let numbers = numbers(&stems)?;
    let mut places: Vec<usize> = (0..names.len()).collect();
    places.sort_by_key(|place| numbers[*place]);
    let first = numbers[*places.first()?];
    let whole = places.iter().zip(first..).all(|(place, number)| numbers[*place] == number);
    (whole && first <= 1).then_some(Order { places, began: None })
}

/// Returns the only number in which the names differ.
fn numbers(stems: &[String]) -> Option<Vec<u64>> {
    let split: Vec<(String, Vec<&str>)> = stems.iter().map(|stem| digits(stem)).collect();
    // `call`, `call 2`: the one without a number is the first.
    let longest = split.iter().max_by_key(|(_, numbers)| numbers.len())?;
    let slots = longest.1.len();
    let bare: Vec<usize> = (0..split.len()).filter(|at| split[*at].1.len() + 1 == slots).collect();
    let numbered: Vec<usize> = (0..split.len()).filter(|at| split[*at].1.len() == slots).collect();
    if bare.len() > 1 || bare.len() + numbered.len() != split.len() {
        return None;
    }
    let pattern = &longest.0;
    if numbered.iter().any(|at| split[*at].0 != *pattern) {
        return None;
    }
    let differs = |slot: &usize| {
        let mut values = numbered.iter().map(|at| split[*at].1[*slot]);
        let first = values.next();
        values.any(|value| Some(value) != first)
    };
    let slot = match (bare.as_slice(), numbered.len()) {
        // The number that the bare name lacks is at the end.
        ([_], 1) => slots.checked_sub(1)?,
        _ => {
            let mut slots = (0..slots).filter(differs);
            let slot = slots.next()?;
            if slots.next().is_some() {
                return None;
            }
            slot
        }
    };
    let before = pattern.match_indices('\u{0}').nth(slot)?.0;
    let head = pattern[..before].trim_end_matches(|c: char| !c.is_alphanumeric());
    let word = head.rsplit(|c: char| !c.is_alphabetic()).next()?;
    let glued = pattern[head.len()..before].trim_matches([' ', '#']).is_empty();
    let counted = pattern[before + 1..].trim_start_matches([' ', '_', '-']);
    let of_several = counted.starts_with("of") || pattern[before + 1..].starts_with('/');
    if !of_several && (SESSIONS.contains(&word) || glued && CALLS.contains(&word)) {
        return None;
    }
    let mut numbers = vec![0u64; split.len()];
    for at in &numbered {
        numbers[*at] = split[*at].1[slot].parse().ok()?;
    }
    if let [at] = bare[..] {
        let rest = pattern[before + 1..].trim_matches(|c: char| !c.is_alphanumeric());
        if !rest.is_empty() || split[at].0.trim_end() != head {
            return None;
        }
        let least = numbered.iter().map(|at| numbers[*at]).min()?;
        numbers[at] = least.checked_sub(1)?;
    }
    Some(numbers)
}

/// Returns the stem with each run of digits replaced by NUL, and the runs.
fn digits(stem: &str) -> (String, Vec<&str>) {
    let mut pattern = String::with_capacity(stem.len());
    let mut runs = Vec::new();
    let mut rest = stem;
    while let Some(from) = rest.find(|c: char| c.is_ascii_digit()) {
        let length = rest[from..].bytes().take_while(u8::is_ascii_digit).count();
        pattern.push_str(&rest[..from]);
        pattern.push('\u{0}');
        runs.push(&rest[from..from + length]);
        rest = &rest[from + length..];
    }
    pattern.push_str(rest);
    (pattern, runs)
}

/// Returns the name without folders and endings such as `.transcript.vtt`.
pub(super) fn stem(name: &str) -> &str {
    let name = name.rsplit(['/', '\\']).next().unwrap_or(name);
    let is_ending = |ending: &str| {
        (1..=10).contains(&ending.len()) && ending.bytes().all(|b| b.is_ascii_alphabetic())
            || ["json3", "mp3", "mp4", "m4a"].contains(&ending)
    };
    let mut stem = name;
    for _ in 0..2 {
        match stem.rsplit_once('.') {
            Some((rest, ending)) if !rest.is_empty() && is_ending(ending) => stem = rest,
            _ => break,
        }
    }
    stem
}

/// Parses the time in a name such as `GMT20240131-120000_Recording` into Unix seconds.
pub(super) fn gmt(stem: &str) -> Option<i64> {
    let lower = stem.to_ascii_lowercase();
    let at = lower.find("gmt")? + 3;
    let stamp = lower.get(at..at + 15)?;
    let number = |from: usize, to: usize| -> Option<i64> {
        let part = stamp.get(from..to)?;
        part.bytes().all(|b| b.is_ascii_digit()).then(|| part.parse().ok())?
    };
    let (year, month, day) = (number(0, 4)?, number(4, 6)?, number(6, 8)?);
    let (hour, minute, second) = (number(9, 11)?, number(11, 13)?, number(13, 15)?);
    let valid = stamp.as_bytes()[8] == b'-'
        && (1..=12).contains(&month)
        && (1..=31).contains(&day)
        && hour < 24
        && minute < 60
        && second < 60;
    // Days from civil (Howard Hinnant, chrono-compatible low-level date algorithms).
    let year = if month <= 2 { year - 1 } else { year };
    let of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    let days = 365 * year + year / 4 - year / 100 + year / 400 + of_year - 719_468;
    valid.then_some(((days * 24 + hour) * 60 + minute) * 60 + second)
}

/// Returns the distinguishing words of each name, if they may be names of people: only letters, at
/// most three words, different for each.
pub(super) fn speakers(names: &[&str]) -> Option<Vec<String>> {
    let words: Vec<Vec<&str>> = names
        .iter()
        .map(|name| {
            let words = stem(name).split(|c: char| !c.is_alphanumeric() && c != '\'');
            words.filter(|word| !word.is_empty()).collect()
        })
        .collect();
    let first = words.first()?;
    let least = words.iter().map(Vec::len).min()?;
    let head = (0..least).take_while(|at| words.iter().all(|w| w[*at] == first[*at])).count();
    let last = |words: &[&str], at: usize| words[words.len() - 1 - at].to_owned();
    let tail =
        (0..least - head).take_while(|at| words.iter().all(|w| last(w, *at) == last(first, *at)));
    let tail = tail.count();
    let own: Vec<String> =
        words.iter().map(|words| words[head..words.len() - tail].join(" ")).collect();
    let is_name = |name: &String| {
        (1..=3).contains(&name.split(' ').filter(|word| !word.is_empty()).count())
            && name.chars().all(|c| c.is_alphabetic() || c == ' ' || c == '\'')
            && !name.split(' ').any(|word| NOBODY.contains(&word.to_lowercase().as_str()))
    };
    let mut distinct: Vec<String> = own.iter().map(|name| name.to_lowercase()).collect();
    distinct.sort_unstable();
    distinct.dedup();
    (own.iter().all(is_name) && distinct.len() == own.len()).then_some(own)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn places(names: &[&str]) -> Option<Vec<usize>> {
        order(names).map(|order| order.places)
    }

    #[test]
    fn parts_are_numbered_in_many_ways() {
        for names in [
            ["call part 2.vtt", "call part 1.vtt"],
            ["noa_2024-05-01_2.srt", "noa_2024-05-01_1.srt"],
            ["Noa (2).txt", "Noa (1).txt"],
            ["Noa (2).txt", "Noa.txt"],
            ["Noa (1).txt", "Noa.txt"],
            ["call-2of2.vtt", "call-1of2.vtt"],
            ["x/שיחה חלק 2.vtt", "שיחה חלק 1.vtt"],
            [
                "GMT20240131-130000_Recording.transcript.vtt",
                "GMT20240131-120000_Recording.transcript.vtt",
            ],
        ] {
            assert_eq!(places(&names), Some(vec![1, 0]), "{names:?}");
        }
        let three = order(&["p10.vtt", "p9.vtt", "p11.vtt"]);
        assert_eq!(three, None, "parts begin at 0 or 1");
        assert_eq!(places(&["p2.vtt", "p1.vtt", "p3.vtt"]), Some(vec![1, 0, 2]));
    }

    #[test]
    fn other_numbers_are_no_parts() {
        for names in [
            ["session 1.vtt", "session 2.vtt"],
            ["noa session_1.vtt", "noa session_2.vtt"],
            ["call 1.vtt", "call 2.vtt"],
            ["פגישה 1.vtt", "פגישה 2.vtt"],
            ["2024-01-01.vtt", "2024-01-08.vtt"],
            ["call_1.vtt", "call_3.vtt"],
            ["noa 1.vtt", "ben 2.vtt"],
            ["noa 1 1.vtt", "noa 2 2.vtt"],
            ["noa.vtt", "ben.vtt"],
            ["noa.vtt", "noa.vtt"],
        ] {
            assert_eq!(places(&names), None, "{names:?}");
        }
    }

    #[test]
    fn zoom_says_when_a_recording_began() {
        let order =
            order(&["GMT20240301-000010_Recording.vtt", "GMT20240229-235950_Recording.vtt"])
                .unwrap();
        let began = order.began.unwrap();
        assert_eq!(order.places, [1, 0]);
        assert_eq!(began[1] - began[0], 20);
        assert_eq!(gmt("GMT19700101-000001"), Some(1));
        assert_eq!(gmt("GMT20241301-000001"), None);
        assert_eq!(gmt("GMT2024"), None);
    }

    #[test]
    fn what_sets_tracks_apart_may_be_a_name() {
        let names = |names: &[&str]| speakers(names);
        assert_eq!(
            names(&["d1c01_doctor.TextGrid", "d1c01_patient.TextGrid"]),
            Some(vec!["doctor".to_owned(), "patient".to_owned()])
        );
        assert_eq!(
            names(&["Noa Levi - call.json", "Ben - call.json"]),
            Some(vec!["Noa Levi".to_owned(), "Ben".to_owned()])
        );
        assert_eq!(names(&["call_left.json", "call_right.json"]), None);
        assert_eq!(names(&["call_1.json", "call_2.json"]), None);
        assert_eq!(names(&["call.json", "call_ben.json"]), None);
    }
}
