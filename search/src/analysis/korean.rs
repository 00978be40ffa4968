//! Korean words without particles and the endings of common verbs.
//!
//! A noun is written together with its particles (`회의를`, `회의에서는`). Which particles are
//! possible depends on whether the syllable before them ends in a consonant, so `아이` ("child")
//! does not end in the particle `이`.

/// What must precede a particle.
#[derive(Clone, Copy)]
enum After {
    /// A syllable that ends in a consonant.
    Consonant,
    /// A syllable that ends in a vowel.
    Vowel,
    /// A syllable that ends in a vowel or in ㄹ.
    VowelOrL,
    Any,
}

use After::{Any, Consonant, Vowel, VowelOrL};

/// Particles, plural, and the copula, longest first.
const PARTICLES: &[(&str, After)] = &[
    ("이었습니다", Consonant),
    ("였습니다", Vowel),
    ("이라도", Consonant),
    ("이라고", Consonant),
    ("이라는", Consonant),
    ("에서는", Any),
    ("에서도", Any),
    ("에게서", Any),
    ("한테서", Any),
    ("입니다", Any),
    ("입니까", Any),
    ("이에요", Consonant),
    ("이었어", Consonant),
    ("으로서", Consonant),
    ("으로써", Consonant),
    ("으로", Consonant),
    ("에서", Any),
    ("에게", Any),
    ("에는", Any),
    ("에도", Any),
    ("한테", Any),
    ("께서", Any),
    ("까지", Any),
    ("부터", Any),
    ("보다", Any),
    ("처럼", Any),
    ("마다", Any),
    ("밖에", Any),
    ("조차", Any),
    ("마저", Any),
    ("대로", Any),
    ("만큼", Any),
    ("하고", Any),
    ("라도", Vowel),
    ("라고", Vowel),
    ("라는", Vowel),
    ("이랑", Consonant),
    ("이나", Consonant),
    ("이며", Consonant),
    ("이고", Consonant),
    ("예요", Vowel),
    ("이다", Consonant),
    ("로서", VowelOrL),
    ("로써", VowelOrL),
    ("들", Any),
    ("은", Consonant),
    ("는", Vowel),
    ("이", Consonant),
    ("가", Vowel),
    ("을", Consonant),
    ("를", Vowel),
    ("과", Consonant),
    ("와", Vowel),
    ("로", VowelOrL),
    ("랑", Vowel),
    ("나", Vowel),
    ("야", Vowel),
    ("아", Consonant),
    ("에", Any),
    ("의", Any),
    ("도", Any),
    ("만", Any),
    ("께", Any),
];

/// Endings of verbs made of nouns with 하다 and 되다, longest first: `결정했어요` is from `결정`.
const VERBS: &[&str] = &[
    "하겠습니다",
    "했습니다",
    "되었습니다",
    "됐습니다",
    "하였습니다",
    "합니다",
    "됩니다",
    "할게요",
    "하려고",
    "하기로",
    "했어요",
    "했는데",
    "했지만",
    "됐어요",
    "하는데",
    "하세요",
    "하지만",
    "해야",
    "하면",
    "하기",
    "하는",
    "하다",
    "하던",
    "했던",
    "했다",
    "했어",
    "했고",
    "하죠",
    "해요",
    "해서",
    "되는",
    "되다",
    "됐다",
    "된다",
    "되어",
    "돼요",
    "할",
    "한",
    "해",
    "됨",
    "된",
    "될",
];
/// The number of particles that may follow each other: `사람들에게는`.
const DEPTH: usize = 3;

/// Adds a word and its forms without particles.
pub(super) fn add_stems(word: &str, stems: &mut Vec<String>) {
    super::push(stems, word.to_owned());
    let mut rest = word;
    for _ in 0..DEPTH {
        let Some(shorter) = without_particle(rest).or_else(|| without_verb(rest)) else { break };
        super::push(stems, shorter.to_owned());
        rest = shorter;
    }
}

fn without_particle(word: &str) -> Option<&str> {
    PARTICLES.iter().find_map(|(particle, after)| {
        let rest = word.strip_suffix(particle)?;
        let last = rest.chars().last().and_then(consonant)?;
        let fits = match after {
            Consonant => last != 0,
            Vowel => last == 0,
            VowelOrL => last == 0 || last == L,
            Any => true,
        };
        fits.then_some(rest)
    })
}

fn without_verb(word: &str) -> Option<&str> {
    VERBS.iter().find_map(|verb| {
        let rest = word.strip_suffix(verb)?;
        (rest.chars().count() >= 2).then_some(rest)
    })
}

/// The number of ㄹ among the consonants that end a syllable.
const L: u32 = 8;

/// Returns the number of the consonant that ends a syllable, 0 if none does; `None` if it is no
/// syllable of Hangul.
fn consonant(syllable: char) -> Option<u32> {
    ('가'..='힣').contains(&syllable).then(|| (u32::from(syllable) - u32::from('가')) % 28)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stems(word: &str) -> Vec<String> {
        let mut stems = Vec::new();
        add_stems(word, &mut stems);
        stems
    }

    #[test]
    fn particles_of_all_usual_kinds_are_left_out() {
        for (word, noun) in [
            ("회의를", "회의"),
            ("회의에서", "회의"),
            ("회의에서는", "회의"),
            ("회의가", "회의"),
            ("회의와", "회의"),
            ("집은", "집"),
            ("집으로", "집"),
            ("서울로", "서울"),
            ("사람들에게는", "사람"),
            ("보고서까지", "보고서"),
            ("예산이랑", "예산"),
            ("예산입니다", "예산"),
            ("결정했어요", "결정"),
            ("결정합니다", "결정"),
        ] {
            assert!(stems(word).contains(&noun.to_owned()), "{word}: {:?}", stems(word));
        }
    }

    #[test]
    fn a_syllable_that_cannot_be_a_particle_stays() {
        assert_eq!(stems("아이"), ["아이"]);
        assert_eq!(stems("평가"), ["평가"]);
        assert_eq!(stems("나"), ["나"]);
    }
}
