//! Ranks sentences: TextRank over word overlap, and selection without repetition (MMR).
//!
//! Near-linear: similarities are sparse (only sentences that share a sufficiently rare word are
//! compared), and only the [`CANDIDATES`] nearest to the centre of the transcript are ranked.

use std::collections::HashMap;

use super::language::Language;
use crate::sentences::Sentence;

/// Maximum number of ranked sentences.
const CANDIDATES: usize = 1_500;
/// A word in more candidates does not connect them.
const COMMON: usize = 120;
const ROUNDS: usize = 20;
const DAMPING: f32 = 0.85;

/// Sentences as sparse unit vectors, with the centrality of each (0 to 1).
pub(crate) struct Ranking {
    vectors: Vec<Vec<(u32, f32)>>,
    pub(crate) central: Vec<f32>,
    /// For each word by number: how many turns contain it.
    pub(crate) turns_of: Vec<u32>,
}

impl Ranking {
    /// Ranks all sentences that are not `silent`.
    pub(crate) fn new(sentences: &[Sentence], silent: &[bool], language: &Language) -> Self {
        let vectors = vectors(sentences, silent, language);
        let mut central = vec![0.0; sentences.len()];
        let chosen = nearest_to_centre(&vectors);
        let edges = edges(&vectors, &chosen);
        for (place, score) in chosen.iter().zip(text_rank(&edges)) {
            central[*place] = score;
        }
        let top = central.iter().copied().fold(0.0, f32::max);
        if top > 0.0 {
            central.iter_mut().for_each(|score| *score /= top);
        }
        let turns_of = turns_of(sentences, &vectors);
        Self { vectors, central, turns_of }
    }

    /// Returns the numbers of the distinct content words of a sentence.
    pub(crate) fn terms(&self, place: usize) -> impl Iterator<Item = usize> + '_ {
        self.vectors[place].iter().map(|(term, _)| *term as usize)
    }

    /// Returns the cosine similarity of two sentences.
    pub(crate) fn similarity(&self, a: usize, b: usize) -> f32 {
        dot(&self.vectors[a], &self.vectors[b])
    }

    /// Selects up to `most` of `scored`, best first, each dissimilar to those before it and, with
    /// `spread`, from another part of the transcript.
    pub(crate) fn choose(
        &self,
        scored: &[(usize, f32)],
        most: usize,
        spread: bool,
        already: &[usize],
    ) -> Vec<usize> {
        let mut pool: Vec<(usize, f32)> =
            scored.iter().copied().filter(|(_, s)| *s > 0.0).collect();
        pool.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
        pool.truncate(400);
        let part = |place: usize| place * most / self.vectors.len().max(1);
        let mut chosen: Vec<usize> = Vec::new();
        while chosen.len() < most {
            let best = pool
                .iter()
                .map(|(place, score)| {
                    let same = chosen
                        .iter()
                        .chain(already)
                        .map(|other| self.similarity(*place, *other))
                        .fold(0.0, f32::max);
                    let crowd = chosen.iter().filter(|other| part(**other) == part(*place)).count();
                    let crowd = if spread { 0.6f32.powi(crowd as i32) } else { 1.0 };
                    (*place, if same > 0.75 { 0.0 } else { score * crowd * (1.0 - 0.7 * same) })
                })
                .filter(|(_, score)| *score > 0.0)
                .max_by(|a, b| a.1.total_cmp(&b.1).then(b.0.cmp(&a.0)));
            let Some((place, _)) = best else { break };
            pool.retain(|(other, _)| *other != place);
            chosen.push(place);
        }
        chosen
    }
}

fn vectors(sentences: &[Sentence], silent: &[bool], language: &Language) -> Vec<Vec<(u32, f32)>> {
    let mut ids: HashMap<String, u32> = HashMap::new();
    let mut in_sentences: Vec<u32> = Vec::new();
    let mut counted: Vec<Vec<(u32, f32)>> = Vec::with_capacity(sentences.len());
    for (sentence, silent) in sentences.iter().zip(silent) {
        let mut terms: Vec<u32> = Vec::new();
        if !silent {
            for word in sentence.words.iter().filter(|word| language.is_content(&word.lower)) {
                let next = ids.len() as u32;
                terms.push(*ids.entry(language.stem(&word.lower)).or_insert(next));
            }
        }
        in_sentences.resize(ids.len(), 0);
        terms.sort_unstable();
        let mut vector: Vec<(u32, f32)> = Vec::new();
        for term in terms {
            match vector.last_mut() {
                Some((last, count)) if *last == term => *count += 1.0,
                _ => {
                    in_sentences[term as usize] += 1;
                    vector.push((term, 1.0));
                }
            }
        }
        counted.push(vector);
    }
    let total = sentences.len() as f32;
    for vector in &mut counted {
        for (term, weight) in vector.iter_mut() {
            let idf = (1.0 + total / in_sentences[*term as usize] as f32).ln();
            *weight = (1.0 + weight.ln()) * idf;
        }
        let length = vector.iter().map(|(_, w)| w * w).sum::<f32>().sqrt();
        vector.iter_mut().for_each(|(_, w)| *w /= length.max(f32::MIN_POSITIVE));
    }
    counted
}

fn turns_of(sentences: &[Sentence], vectors: &[Vec<(u32, f32)>]) -> Vec<u32> {
    let mut turns_of: Vec<u32> = Vec::new();
    let mut last: Vec<usize> = Vec::new();
    for (sentence, vector) in sentences.iter().zip(vectors) {
        for term in vector.iter().map(|(term, _)| *term as usize) {
            if term >= turns_of.len() {
                turns_of.resize(term + 1, 0);
                last.resize(term + 1, usize::MAX);
            }
            if last[term] != sentence.turn {
                last[term] = sentence.turn;
                turns_of[term] += 1;
            }
        }
    }
    turns_of
}

/// Returns the indexes of the sentences nearest to the sum of all, in order.
fn nearest_to_centre(vectors: &[Vec<(u32, f32)>]) -> Vec<usize> {
    let mut filled: Vec<usize> = (0..vectors.len()).filter(|i| !vectors[*i].is_empty()).collect();
    if filled.len() <= CANDIDATES {
        return filled;
    }
    let mut centre: HashMap<u32, f32> = HashMap::new();
    for (term, weight) in vectors.iter().flatten() {
        *centre.entry(*term).or_default() += weight;
    }
    let near = |i: &usize| -> f32 { vectors[*i].iter().map(|(term, w)| w * centre[term]).sum() };
    let mut scored: Vec<(usize, f32)> = filled.iter().map(|i| (*i, near(i))).collect();
    scored.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
    filled = scored.into_iter().take(CANDIDATES).map(|(i, _)| i).collect();
    filled.sort_unstable();
    filled
}

/// Returns the similarities between the chosen, by their index among the chosen.
fn edges(vectors: &[Vec<(u32, f32)>], chosen: &[usize]) -> Vec<Vec<(usize, f32)>> {
    let mut holders: HashMap<u32, Vec<(usize, f32)>> = HashMap::new();
    for (node, place) in chosen.iter().enumerate() {
        for (term, weight) in &vectors[*place] {
            holders.entry(*term).or_default().push((node, *weight));
        }
    }
    let mut edges = vec![Vec::new(); chosen.len()];
    let mut sums = vec![0.0f32; chosen.len()];
    let mut touched = Vec::new();
    for (node, place) in chosen.iter().enumerate() {
        for (term, weight) in &vectors[*place] {
            let holders = &holders[term];
            if holders.len() > COMMON {
                continue;
            }
            for (other, theirs) in holders.iter().filter(|(other, _)| *other != node) {
                if sums[*other] == 0.0 {
                    touched.push(*other);
                }
                sums[*other] += weight * theirs;
            }
        }
        for other in touched.drain(..) {
            if sums[other] > 0.05 {
                edges[node].push((other, sums[other]));
            }
            sums[other] = 0.0;
        }
    }
    edges
}

fn text_rank(edges: &[Vec<(usize, f32)>]) -> Vec<f32> {
    let weight: Vec<f32> = edges.iter().map(|e| e.iter().map(|(_, w)| w).sum()).collect();
    let mut rank = vec![1.0f32; edges.len()];
    for _ in 0..ROUNDS {
        let mut next = vec![1.0 - DAMPING; edges.len()];
        for (node, out) in edges.iter().enumerate().filter(|(node, _)| weight[*node] > 0.0) {
            for (other, w) in out {
                next[*other] += DAMPING * rank[node] * w / weight[node];
            }
        }
        rank = next;
    }
    rank
}

fn dot(a: &[(u32, f32)], b: &[(u32, f32)]) -> f32 {
    let (mut i, mut j, mut sum) = (0, 0, 0.0);
    while let (Some((x, v)), Some((y, w))) = (a.get(i), b.get(j)) {
        match x.cmp(y) {
            std::cmp::Ordering::Less => i += 1,
            std::cmp::Ordering::Greater => j += 1,
            std::cmp::Ordering::Equal => {
                sum += v * w;
                i += 1;
                j += 1;
            }
        }
    }
    sum
}
