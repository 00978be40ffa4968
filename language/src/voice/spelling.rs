//! British and American spelling of English words.
//!
//! Invariant: a word changes only if it is in the lists, by its root and a known ending, so that
//! "size", "prize", "color" in a name of more letters, or "metre" in French stay as they are.

use debrief_domain::voice::Spelling;
use std::collections::HashMap;
use std::sync::LazyLock;

/// Roots whose verbs end in -ize in American and -ise in British spelling, with their forms.
static ISE: super::lists::List = super::lists::list!(
    "
    organ, reorgan, priorit, real, recogn, emphas, summar, apolog, author, capital,
    categor, character, civil, colon, critic, custom, econom, energ, equal, familiar, final,
    formal, general, global, harmon, hospital, human, ideal, immun, individual, internal, item,
    jeopard, legal, local, material, maxim, memor, minim, mobil, modern, monet, monopol, moral,
    natural, neutral, normal, optim, patron, penal, personal, polar, public, random, rational,
    revolution, scrutin, sensit, social, special, stabil, standard, steril, strateg, styl, symbol,
    sympath, synchron, systemat, theor, traumat, trivial, util, vandal, verbal, victim, visual,
    vocal, catastroph, conceptual, context, crystal, external, incentiv, operational, prototyp,
    depriorit, agon, antagon, fantas, mesmer, dramat, empath, decentral"
);

/// Other words: American, British. Endings are added to both. Words that are right in both varieties
/// ("judgment"), or another word in one of them ("program", "tire"), are left out.
const PAIRS: &[(&str, &str)] = &[
    ("analyze", "analyse"),
    ("paralyze", "paralyse"),
    ("catalyze", "catalyse"),
    ("behavior", "behaviour"),
    ("color", "colour"),
    ("favor", "favour"),
    ("favorite", "favourite"),
    ("flavor", "flavour"),
    ("harbor", "harbour"),
    ("honor", "honour"),
    ("humor", "humour"),
    ("labor", "labour"),
    ("neighbor", "neighbour"),
    ("neighborhood", "neighbourhood"),
    ("endeavor", "endeavour"),
    ("rumor", "rumour"),
    ("vigor", "vigour"),
    ("savor", "savour"),
    ("demeanor", "demeanour"),
    ("candor", "candour"),
    ("favorable", "favourable"),
    ("behavioral", "behavioural"),
    ("center", "centre"),
    ("theater", "theatre"),
    ("fiber", "fibre"),
    ("caliber", "calibre"),
    ("defense", "defence"),
    ("offense", "offence"),
    ("pretense", "pretence"),
    ("skeptical", "sceptical"),
    ("skeptic", "sceptic"),
    ("skepticism", "scepticism"),
    ("gray", "grey"),
    ("enroll", "enrol"),
    ("enrollment", "enrolment"),
    ("fulfill", "fulfil"),
    ("fulfillment", "fulfilment"),
    ("skillful", "skilful"),
    ("willful", "wilful"),
    ("installment", "instalment"),
    ("acknowledgment", "acknowledgement"),
    ("aging", "ageing"),
    ("traveling", "travelling"),
    ("traveled", "travelled"),
    ("traveler", "traveller"),
    ("canceled", "cancelled"),
    ("canceling", "cancelling"),
    ("counseling", "counselling"),
    ("counselor", "counsellor"),
    ("modeling", "modelling"),
    ("modeled", "modelled"),
    ("labeled", "labelled"),
    ("labeling", "labelling"),
    ("leveled", "levelled"),
    ("signaling", "signalling"),
    ("signaled", "signalled"),
    ("channeled", "channelled"),
    ("channeling", "channelling"),
    ("mom", "mum"),
    ("catalog", "catalogue"),
    ("jewelry", "jewellery"),
    ("maneuver", "manoeuvre"),
    ("pajamas", "pyjamas"),
    ("artifact", "artefact"),
];

/// Returns the word in the other spelling, in lower case; `None` if it has one spelling.
pub(super) fn respelled(word: &str, to: Spelling) -> Option<String> {
    // Also the plural of nouns that both varieties spell alike.
    if matches!(word, "analyses" | "paralyses") {
        return None;
    }
    let from_american = to == Spelling::British;
    let (old, new) = if from_american { ("iz", "is") } else { ("is", "iz") };
    for ending in ["e", "es", "ed", "er", "ers", "ing", "ation", "ations", "ational", "able"] {
        if let Some(stem) = word.strip_suffix(ending)
            && let Some(root) = stem.strip_suffix(old)
            && ISE.contains(root)
        {
            return Some(format!("{root}{new}{ending}"));
        }
    }
    let forms = if from_american { &FORMS.0 } else { &FORMS.1 };
    forms.get(word).cloned()
}

/// All forms of [`PAIRS`]: British by American, and American by British.
static FORMS: LazyLock<(HashMap<String, String>, HashMap<String, String>)> = LazyLock::new(|| {
    let mut forms = (HashMap::new(), HashMap::new());
    for (american, british) in PAIRS {
        let mut add = |american: String, british: String| {
            forms.0.insert(american.clone(), british.clone());
            forms.1.insert(british, american);
        };
        add((*american).to_owned(), (*british).to_owned());
        for ending in ["s", "d", "ed", "ing", "ful", "less"] {
            // "analyzing" leaves out the last letter, "colors" does not.
            let stems = match (american.strip_suffix('e'), british.strip_suffix('e')) {
                (Some(american), Some(british)) if matches!(ending, "ed" | "ing") => {
                    (american, british)
                }
                _ => (*american, *british),
            };
            add(format!("{}{ending}", stems.0), format!("{}{ending}", stems.1));
        }
    }
    forms
});

/// Returns the variety in which a word is spelled, if it has another spelling in the other.
pub(super) fn variety(word: &str) -> Option<Spelling> {
    if respelled(word, Spelling::British).is_some() {
        Some(Spelling::American)
    } else if respelled(word, Spelling::American).is_some() {
        Some(Spelling::British)
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_of_the_lists_are_respelled_both_ways() {
        for (american, british) in [
            ("organize", "organise"),
            ("organizations", "organisations"),
            ("prioritizing", "prioritising"),
            ("realized", "realised"),
            ("behavior", "behaviour"),
            ("behaviors", "behaviours"),
            ("colorful", "colourful"),
            ("favored", "favoured"),
            ("analyzing", "analysing"),
            ("analyzed", "analysed"),
            ("centers", "centres"),
            ("counselor", "counsellor"),
            ("fulfill", "fulfil"),
        ] {
            assert_eq!(respelled(american, Spelling::British).as_deref(), Some(british));
            assert_eq!(respelled(british, Spelling::American).as_deref(), Some(american));
            assert_eq!(variety(american), Some(Spelling::American));
            assert_eq!(variety(british), Some(Spelling::British));
        }
    }

    #[test]
    fn other_words_stay() {
        for word in [
            "size", "prize", "seize", "advise", "exercise", "surprise", "rise", "wise", "promise",
            "tired", "tire", "program", "colorado", "doctor", "major", "letter", "honest",
            "color1",
        ] {
            assert_eq!(respelled(word, Spelling::British), None, "{word}");
            assert_eq!(respelled(word, Spelling::American), None, "{word}");
        }
    }
}
