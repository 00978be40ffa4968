//! Overlaps of speech.

use debrief_domain::transcript::content::Turn;
use debrief_domain::transcript::talk;

/// Returns when these turns are spoken, in milliseconds: sorted, without overlaps, for turns whose
/// both ends are stated.
pub(crate) fn spans<'a>(turns: impl IntoIterator<Item = &'a Turn>) -> Vec<(u64, u64)> {
    let mut spans: Vec<(u64, u64)> = turns
        .into_iter()
        .flat_map(talk::cues)
        .filter_map(|cue| Some((cue.start_ms?, cue.end_ms?)))
        .filter(|(start, end)| start < end)
        .collect();
    spans.sort_unstable();
    let mut apart: Vec<(u64, u64)> = Vec::with_capacity(spans.len());
    for (start, end) in spans {
        match apart.last_mut() {
            Some(last) if start <= last.1 => last.1 = last.1.max(end),
            _ => apart.push((start, end)),
        }
    }
    apart
}

/// Returns the total duration.
pub(crate) fn length(spans: &[(u64, u64)]) -> u64 {
    spans.iter().map(|(start, end)| end - start).sum()
}

/// Returns how long both are spoken at once.
pub(crate) fn together(one: &[(u64, u64)], other: &[(u64, u64)]) -> u64 {
    let (mut i, mut j, mut sum) = (0, 0, 0);
    while let (Some(a), Some(b)) = (one.get(i), other.get(j)) {
        sum += a.1.min(b.1).saturating_sub(a.0.max(b.0));
        if a.1 < b.1 { i += 1 } else { j += 1 }
    }
    sum
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_common_time_counts() {
        let turn =
            |start, end| Turn { start_ms: Some(start), end_ms: Some(end), ..Turn::default() };
        let one = spans(&[turn(50, 60), turn(0, 10), turn(5, 20), turn(7, 7)]);
        assert_eq!(one, [(0, 20), (50, 60)]);
        assert_eq!(length(&one), 30);
        assert_eq!(together(&one, &[(15, 55), (59, 70)]), 5 + 5 + 1);
        assert_eq!(together(&one, &[]), 0);
    }
}
