//! Words for what somebody is in a conversation, which stand where a name would.

/// Words that denote a person in a conversation, in lower case.
const ROLES: &[&str] = &[
    "advisor",
    "adviser",
    "agent",
    "attorney",
    "caller",
    "candidate",
    "chair",
    "chairlady",
    "chairman",
    "chairperson",
    "chairwoman",
    "client",
    "clerk",
    "coach",
    "coachee",
    "commissioner",
    "counsel",
    "counsellor",
    "counselor",
    "court",
    "customer",
    "defendant",
    "deputy",
    "director",
    "doctor",
    "expert",
    "facilitator",
    "guest",
    "host",
    "interpreter",
    "interviewee",
    "interviewer",
    "judge",
    "leader",
    "manager",
    "mayor",
    "me",
    "mediator",
    "mentee",
    "mentor",
    "minister",
    "moderator",
    "narrator",
    "nurse",
    "operator",
    "panelist",
    "panellist",
    "patient",
    "physician",
    "presenter",
    "president",
    "producer",
    "prosecutor",
    "rapporteur",
    "recorder",
    "registrar",
    "researcher",
    "respondent",
    "secretary",
    "speaker",
    "student",
    "supervisor",
    "teacher",
    "them",
    "therapist",
    "trainer",
    "translator",
    "witness",
    "you",
    // German
    "beraterin",
    "berater",
    "coachin",
    "gast",
    "interviewerin",
    "klient",
    "klientin",
    "kunde",
    "kundin",
    "leiter",
    "leiterin",
    "moderatorin",
    "präsident",
    "präsidentin",
    "therapeut",
    "therapeutin",
    "vorsitzende",
    "vorsitzender",
    "vorsitz",
    // French
    "animateur",
    "animatrice",
    "cliente",
    "coache",
    "invité",
    "invitée",
    "journaliste",
    "présidente",
    "président",
    "rapporteure",
    "thérapeute",
    // Spanish, Portuguese, Italian
    "anfitrión",
    "cliente",
    "entrenador",
    "entrenadora",
    "entrevistador",
    "entrevistadora",
    "intervistatore",
    "intervistatrice",
    "moderador",
    "moderadora",
    "moderatore",
    "moderatrice",
    "paciente",
    "presidenta",
    "presidente",
    "terapeuta",
    "treinador",
    "treinadora",
    // Hebrew
    "לקוח",
    "לקוחה",
    "מאמן",
    "מאמנת",
    "מתאמן",
    "מתאמנת",
    "מנחה",
    "מטופל",
    "מטופלת",
];

/// Articles in front of them.
const ARTICLES: &[&str] = &[
    "the", "a", "an", "der", "die", "das", "le", "la", "les", "el", "los", "las", "o", "os", "as",
    "il", "lo", "de", "het",
];

/// Words that may stand in front of a role: `Vice Chair`, `Acting President`.
const RANKS: &[&str] = &[
    "acting",
    "assistant",
    "associate",
    "co",
    "deputy",
    "first",
    "former",
    "honorary",
    "lead",
    "presiding",
    "second",
    "senior",
    "temporary",
    "vice",
];

/// Words with which a person's title begins: `The Hon. Ann Ash`, `The Right Honourable …`.
const TITLES: &[&str] =
    &["hon", "hon.", "honorable", "honourable", "rev", "rev.", "reverend", "right", "rt", "rt."];

/// Offices that stand behind a name and a comma: `Ann Ash, Minister of Finance`.
const OFFICES: &[&str] = &[
    "ambassador",
    "analyst",
    "ceo",
    "cfo",
    "chief",
    "coo",
    "cto",
    "esq",
    "executive",
    "founder",
    "head",
    "md",
    "member",
    "mp",
    "officer",
    "partner",
    "phd",
    "professor",
    "senator",
    "vp",
];

/// Returns whether a word, in lower case, denotes a person in a conversation.
pub(crate) fn is_role(word: &str) -> bool {
    ROLES.contains(&word)
}

/// Returns whether this is a role with an article, in any case: `The Chair`, `the Vice-Chair`, `die
/// Beraterin`; perhaps with a number, or with a name in brackets: `The Chair (Mr. Ash)`.
pub(crate) fn is_role_with_article(name: &str) -> bool {
    let bare = name.split_once('(').map_or(name, |(bare, _)| bare).trim_start();
    // Most names begin with no article; these are found without a copy.
    let Some((first, rest)) = bare.split_once([' ', '\u{A0}']) else { return false };
    if !ARTICLES.iter().any(|article| article.eq_ignore_ascii_case(first)) {
        return false;
    }
    let lower = rest.to_lowercase();
    let words = lower.split([' ', '-', '\u{A0}']).filter(|word| !word.is_empty());
    let mut rest = words.skip_while(|word| RANKS.contains(word));
    let Some(role) = rest.next() else { return false };
    // `The Chair of the Committee` has more; `The Speaker 2`.
    let more = rest.next();
    let fits = more.is_none_or(|word| {
        matches!(word, "of" | "for" | "pro" | "elect") || word.bytes().all(|b| b.is_ascii_digit())
    });
    fits && is_role(role)
}

/// Returns whether this is an article in front of a title: `The Hon. Ann Ash`.
pub(crate) fn is_titled(lower: &str) -> bool {
    let mut words = lower.split_whitespace();
    words.next() == Some("the") && words.next().is_some_and(|word| TITLES.contains(&word))
}

/// Returns whether a text, behind a name and a comma, begins with an office.
pub(crate) fn is_office(text: &str) -> bool {
    let first = text.split([' ', '-', '.']).find(|word| !word.is_empty()).unwrap_or_default();
    let lower = first.to_lowercase();
    let upper = first.chars().next().is_some_and(char::is_uppercase);
    upper && (OFFICES.contains(&&*lower) || RANKS.contains(&&*lower) || is_role(&lower))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn roles_may_have_an_article() {
        for name in [
            "The Chair",
            "the client",
            "The Vice-Chair",
            "The Acting President pro tem",
            "The Chair (Mr. Ash)",
            "Die Beraterin",
            "Le président",
            "La Coach",
            "The Interviewer 2",
        ] {
            assert!(is_role_with_article(name), "{name}");
        }
        for name in ["The", "The point", "The Chair is", "Chair", "The Red Line", ""] {
            assert!(!is_role_with_article(name), "{name}");
        }
    }

    #[test]
    fn offices_stand_behind_a_name() {
        for office in ["Minister of Finance", "CEO", "Vice President, Sales", "Deputy Director"] {
            assert!(is_office(office), "{office}");
        }
        for other in ["what I mean", "and then", "minister", ""] {
            assert!(!is_office(other), "{other}");
        }
    }
}
