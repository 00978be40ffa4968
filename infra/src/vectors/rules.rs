//! Checks that are the same for every adapter.

use super::{Entry, VectorError};
use std::collections::HashMap;

/// The maximum number of dimensions: with more, sums of coarse products could overflow (`sqlite`).
const MAX_DIMENSIONS: usize = 8_192;
/// The maximum length of a collection's name.
const MAX_NAME: usize = 60;

/// Rejects names that not every adapter can store.
pub(super) fn check_name(collection: &str) -> Result<(), VectorError> {
    let allowed = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    if collection.is_empty() || collection.len() > MAX_NAME || !collection.chars().all(allowed) {
        return Err(VectorError::Other(format!(
            "a collection's name is at most {MAX_NAME} characters of a-z, 0-9 and -"
        )));
    }
    Ok(())
}

/// Rejects collections of vectors without dimensions, or with too many.
pub(super) fn check_dimensions(dimensions: usize) -> Result<(), VectorError> {
    if (1..=MAX_DIMENSIONS).contains(&dimensions) {
        return Ok(());
    }
    Err(VectorError::Other(format!(
        "vectors have from 1 to {MAX_DIMENSIONS} dimensions, not {dimensions}"
    )))
}

/// Returns the error for vectors that do not fit their collection.
pub(super) fn other_dimensions(expected: usize, found: usize) -> VectorError {
    VectorError::Other(format!(
        "a vector of {found} dimensions does not fit a collection of {expected}"
    ))
}

/// Normalizes the vector to length 1; the input may be off by a rounding error or more.
pub(super) fn unit(vector: &[f32]) -> Result<Vec<f32>, VectorError> {
    let length = vector.iter().map(|&x| f64::from(x).powi(2)).sum::<f64>().sqrt();
    if !length.is_finite() {
        return Err(VectorError::Other(
            "a vector contains a value that is not a number".to_owned(),
        ));
    }
    if length == 0.0 {
        return Err(VectorError::Other("a vector of length 0 has no direction".to_owned()));
    }
    Ok(vector.iter().map(|&x| (f64::from(x) / length) as f32).collect())
}

/// Returns each id once, in order: an entry with a vector before one without, else the last.
pub(super) fn distinct(entries: &[Entry]) -> Vec<&Entry> {
    let mut places = HashMap::with_capacity(entries.len());
    let mut distinct: Vec<&Entry> = Vec::with_capacity(entries.len());
    for entry in entries {
        match places.entry(entry.id) {
            std::collections::hash_map::Entry::Vacant(place) => {
                place.insert(distinct.len());
                distinct.push(entry);
            }
            std::collections::hash_map::Entry::Occupied(place) => {
                let place = &mut distinct[*place.get()];
                if entry.vector.is_some() || place.vector.is_none() {
                    *place = entry;
                }
            }
        }
    }
    distinct
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_every_adapter_can_keep() {
        for good in ["a", "minilm-384-v2", "0", &"x".repeat(60)] {
            check_name(good).unwrap();
        }
        for bad in ["", "A", "a_b", "a/b", "ä", "a b", &"x".repeat(61)] {
            check_name(bad).unwrap_err();
        }
    }

    #[test]
    fn vectors_are_brought_to_length_1() {
        assert_eq!(unit(&[3.0, 4.0]).unwrap(), [0.6, 0.8]);
        assert_eq!(unit(&[f32::MAX, 0.0]).unwrap(), [1.0, 0.0]);
        for bad in [&[][..], &[0.0, 0.0], &[f32::NAN, 1.0], &[f32::INFINITY, 1.0]] {
            unit(bad).unwrap_err();
        }
    }

    #[test]
    fn an_id_counts_once() {
        let entry = |id: u128, kind: &str, vector: Option<Vec<f32>>| Entry {
            id: uuid::Uuid::from_u128(id),
            kind: kind.to_owned(),
            speakers: Vec::new(),
            language: None,
            vector,
        };
        let entries = [
            entry(1, "a", Some(vec![1.0])),
            entry(2, "b", None),
            entry(1, "c", None),
            entry(2, "d", Some(vec![1.0])),
            entry(2, "e", Some(vec![1.0])),
        ];
        let kinds: Vec<&str> = distinct(&entries).iter().map(|it| it.kind.as_str()).collect();
        assert_eq!(kinds, ["a", "e"]);
    }
}
