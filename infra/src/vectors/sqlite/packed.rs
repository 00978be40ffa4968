//! The passages of a session, packed into one blob for searching.
//!
//! A search has to look at every passage of an organization, and reading takes most of its time.
//! Each vector is therefore stored twice: exactly, in a row of its own, and coarsely, as one byte
//! per dimension, next to the others of its session.
//!
//! A coarse vector stores its distance from the exact one. For unit vectors q and x and their
//! coarse forms q' and x', |q·x − q'·x'| ≤ |x − x'| + |q − q'|·|x'| (Cauchy–Schwarz), so the coarse
//! product bounds the exact one from both sides, and no near passage is ever missed.

use super::failure::Failure;
use uuid::Uuid;

/// Bytes of a record before its codes.
const HEAD: usize = 36;
/// The largest code of a passage.
const PASSAGE_STEPS: f32 = 127.0;
/// The largest code of a question. A sum over `MAX_DIMENSIONS` stays below 2³¹: 127 · 2047 · 8192.
const QUESTION_STEPS: f32 = 2047.0;
/// An upper bound on the rounding error of a product of unit vectors.
const ROUNDING: f32 = 1e-4;

/// A passage in a blob.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Record<'a> {
    /// The entry's id.
    pub(super) id: Uuid,
    /// The number of its exact vector.
    pub(super) number: i64,
    /// The index of its group in the session.
    pub(super) group: u32,
    /// The value of one step of the codes.
    scale: f32,
    /// An upper bound on the distance between the exact vector and the coarse one.
    error: f32,
    /// A signed byte for each dimension.
    codes: &'a [u8],
}

impl<'a> Record<'a> {
    fn read(bytes: &'a [u8]) -> Option<Self> {
        let (id, rest) = bytes.split_first_chunk()?;
        let (number, rest) = rest.split_first_chunk()?;
        let (group, rest) = rest.split_first_chunk()?;
        let (scale, rest) = rest.split_first_chunk()?;
        let (error, codes) = rest.split_first_chunk()?;
        Some(Self {
            id: Uuid::from_bytes(*id),
            number: i64::from_le_bytes(*number),
            group: u32::from_le_bytes(*group),
            scale: f32::from_le_bytes(*scale),
            error: f32::from_le_bytes(*error),
            codes,
        })
    }

    /// Appends the record to a blob, under another group.
    pub(super) fn write(&self, group: u32, blob: &mut Vec<u8>) {
        blob.extend(self.id.as_bytes());
        blob.extend(self.number.to_le_bytes());
        blob.extend(group.to_le_bytes());
        blob.extend(self.scale.to_le_bytes());
        blob.extend(self.error.to_le_bytes());
        blob.extend(self.codes);
    }
}

/// Appends a unit vector to a blob.
pub(super) fn pack(id: Uuid, number: i64, group: u32, vector: &[f32], blob: &mut Vec<u8>) {
    let scale = largest(vector) / PASSAGE_STEPS;
    let mut codes = Vec::with_capacity(vector.len());
    let mut error = 0.0;
    for &x in vector {
        let code = (x / scale).round() as i8;
        error += f64::from(x - f32::from(code) * scale).powi(2);
        codes.push(code.cast_unsigned());
    }
    let error = error.sqrt() as f32 * 1.001;
    Record { id, number, group, scale, error, codes: &codes }.write(group, blob);
}

/// Returns the passages of a blob.
pub(super) fn unpack(
    blob: &[u8],
    dimensions: usize,
) -> Result<impl Iterator<Item = Record<'_>>, Failure> {
    let records = blob.chunks_exact(HEAD + dimensions);
    if !records.remainder().is_empty() {
        return Err(Failure::Damaged("a session's passages are truncated".to_owned()));
    }
    Ok(records.filter_map(Record::read))
}

/// The vector that passages are compared with.
pub(super) struct Question {
    exact: Vec<f32>,
    codes: Vec<i16>,
    scale: f32,
    error: f32,
}

impl Question {
    /// Creates a question from a unit vector.
    pub(super) fn new(exact: Vec<f32>) -> Self {
        let scale = largest(&exact) / QUESTION_STEPS;
        let codes: Vec<i16> = exact.iter().map(|x| (x / scale).round() as i16).collect();
        let difference = exact.iter().zip(&codes).map(|(x, &code)| x - f32::from(code) * scale);
        let error = difference.map(|it| f64::from(it).powi(2)).sum::<f64>().sqrt() as f32 * 1.001;
        Self { exact, codes, scale, error }
    }

    /// Returns the lower and the upper bound of the similarity to a passage.
    pub(super) fn bounds(&self, record: &Record<'_>) -> (f32, f32) {
        let coarse = dot_codes(record.codes, &self.codes) as f32 * record.scale * self.scale;
        let off = record.error + self.error * (1.0 + record.error) + ROUNDING;
        (coarse - off, coarse + off)
    }

    /// Returns the similarity to a stored exact vector; `None` if their lengths differ.
    pub(super) fn similarity(&self, stored: &[u8]) -> Option<f32> {
        let (floats, rest) = stored.as_chunks::<4>();
        if !rest.is_empty() || floats.len() != self.exact.len() {
            return None;
        }
        Some(dot(floats, &self.exact).clamp(-1.0, 1.0))
    }
}

/// Returns an exact vector in its stored form.
pub(super) fn to_bytes(vector: &[f32]) -> Vec<u8> {
    vector.iter().flat_map(|x| x.to_le_bytes()).collect()
}

/// Returns the largest absolute component; never 0, as the vector has length 1.
fn largest(vector: &[f32]) -> f32 {
    vector.iter().fold(f32::MIN_POSITIVE, |largest, x| largest.max(x.abs()))
}

/// Uses integers, so that compilers vectorize it on any machine.
fn dot_codes(passage: &[u8], question: &[i16]) -> i32 {
    let products = passage.iter().zip(question);
    products.map(|(&p, &q)| i32::from(p.cast_signed()) * i32::from(q)).sum()
}

/// Uses eight parallel sums, which vectorize where one sum may not.
fn dot(stored: &[[u8; 4]], question: &[f32]) -> f32 {
    let mut sums = [0.0; 8];
    let (stored, stored_rest) = stored.as_chunks::<8>();
    let (question, question_rest) = question.as_chunks::<8>();
    for (a, b) in stored.iter().zip(question) {
        for lane in 0..8 {
            sums[lane] += f32::from_le_bytes(a[lane]) * b[lane];
        }
    }
    let rest = stored_rest.iter().zip(question_rest);
    sums.iter().sum::<f32>() + rest.map(|(a, b)| f32::from_le_bytes(*a) * b).sum::<f32>()
}

#[cfg(test)]
mod tests {
    use super::super::super::rules::unit;
    use super::*;
    use rand::rngs::StdRng;
    use rand::{RngExt, SeedableRng};

    fn vectors(dimensions: usize, spiky: bool) -> impl Iterator<Item = Vec<f32>> {
        let mut random = StdRng::seed_from_u64(dimensions as u64);
        std::iter::repeat_with(move || {
            let mut vector: Vec<f32> =
                (0..dimensions).map(|_| random.random_range(-1.0..1.0)).collect();
            if spiky {
                vector[0] *= 30.0;
            }
            unit(&vector).unwrap()
        })
    }

    #[test]
    fn what_is_packed_is_unpacked() {
        let mut blob = Vec::new();
        let ids: Vec<Uuid> = (0..3).map(Uuid::from_u128).collect();
        for ((id, number), vector) in ids.iter().zip(7..).zip(vectors(5, false)) {
            pack(*id, number, 2, &vector, &mut blob);
        }
        let records: Vec<Record<'_>> = unpack(&blob, 5).unwrap().collect();
        let found: Vec<(Uuid, i64, u32)> =
            records.iter().map(|it| (it.id, it.number, it.group)).collect();
        assert_eq!(found, [(ids[0], 7, 2), (ids[1], 8, 2), (ids[2], 9, 2)]);
        let mut again = Vec::new();
        records.iter().for_each(|record| record.write(2, &mut again));
        assert_eq!(again, blob);
        assert!(unpack(&blob[1..], 5).is_err());
        assert!(unpack(&blob, 6).is_err());
    }

    #[test]
    fn the_exact_similarity_lies_within_its_bounds() {
        for (dimensions, spiky) in [(1, false), (3, true), (384, false), (384, true), (8192, true)]
        {
            let mut widest: f32 = 0.0;
            let mut vectors = vectors(dimensions, spiky);
            for question in vectors.by_ref().take(10).collect::<Vec<_>>() {
                let question = Question::new(question);
                for passage in vectors.by_ref().take(50) {
                    let mut blob = Vec::new();
                    pack(Uuid::nil(), 0, 0, &passage, &mut blob);
                    let record = unpack(&blob, dimensions).unwrap().next().unwrap();
                    let (low, high) = question.bounds(&record);
                    let exact = question.similarity(&to_bytes(&passage)).unwrap();
                    assert!(low < exact && exact < high, "{low} {exact} {high}");
                    widest = widest.max(high - low);
                }
            }
            println!("{dimensions} spiky={spiky}: bounds up to {widest} apart");
        }
    }

    #[test]
    fn sums_do_not_overflow() {
        assert_eq!(dot_codes(&[127; 8192], &[2047; 8192]), 127 * 2047 * 8192);
    }
}
