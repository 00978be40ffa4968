//! Parses spellings of names into comparable words, without case, accents and additions.

use std::borrow::Cow;

use debrief_domain::transcript::names::clean;
use unicode_normalization::UnicodeNormalization;

/// Longer spellings are not parsed.
const MAX_CHARS: usize = 200;

/// Additions that fit anybody, so they distinguish nobody.
const HARMLESS: &[&str] = &[
    "guest",
    "host",
    "co host",
    "cohost",
    "me",
    "you",
    "unverified",
    "external",
    "internal",
    "presenter",
    "organizer",
    "organiser",
    "attendee",
    "participant",
    "owner",
    "moderator",
    "gast",
    "invitado",
    "invitada",
    "invité",
    "invite",
    "מארח",
    "מארחת",
    "אורח",
    "אורחת",
    "אני",
];

const PRONOUNS: &[&str] = &[
    "she", "her", "hers", "he", "him", "his", "they", "them", "theirs", "ze", "hir", "xe", "xem",
    "any", "all", "sie", "ihr", "er", "ihm", "elle", "il", "ella", "él", "el",
];

/// Words after a comma that are not first names.
const TITLES: &[&str] = &[
    "jr", "sr", "ii", "iii", "phd", "md", "mba", "msc", "ma", "bsc", "acc", "pcc", "mcc", "icf",
    "cpcc", "cpc", "lcsw", "lmft", "rn", "esq", "pmp", "cpa", "psyd", "edd", "mph", "mpa",
];

const DEVICES: &[&str] = &[
    "iphone",
    "ipad",
    "macbook",
    "macbook pro",
    "macbook air",
    "mac",
    "imac",
    "phone",
    "laptop",
    "computer",
    "pc",
    "galaxy",
    "pixel",
    "android",
    "tablet",
];

/// A parsed spelling of a name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Name {
    /// First name first, in lower case without accents. Empty if it cannot be determined, as in an
    /// address of one word.
    pub words: Vec<String>,
    /// Company, nickname and the like, from brackets and after bars.
    pub besides: Vec<String>,
    /// The name for display, without generic additions such as `(she/her)`.
    pub shown: String,
    /// Same, without anything in brackets or after bars.
    pub bare: String,
    /// Whether a person would write it like this: not an address, `Last, First`, a device or
    /// initials.
    pub natural: bool,
}

impl Name {
    /// Parses a spelling.
    pub fn new(spelled: &str) -> Self {
        let spelled = clean(spelled).map(Cow::into_owned).unwrap_or_default();
        if spelled.chars().nth(MAX_CHARS).is_some() {
            return Self {
                words: Vec::new(),
                besides: Vec::new(),
                bare: spelled.clone(),
                shown: spelled,
                natural: false,
            };
        }
        let (core, besides, shown) = peel(&spelled);
        let mut natural = true;
        let mut words = Vec::new();
        if let Some(local) = local_part(&core) {
            natural = false;
            let parts = fold(local);
            if parts.len() >= 2 {
                words = parts;
            }
        } else if let Some(owner) = owner(&core) {
            natural = false;
            words = fold(&owner);
        } else {
            match core.split_once(',') {
                Some((last, first)) if !first.contains(',') && !first.trim().is_empty() => {
                    if is_title(first) {
                        words = fold(last);
                    } else {
                        natural = false;
                        words = fold(first);
                        words.extend(fold(last));
                    }
                }
                _ => words = fold(&core),
            }
        }
        Self { words, besides, shown, bare: core, natural }
    }

    /// Returns the key that spellings of one name share. A single word with an addition does not
    /// share the key of the word alone: the addition may be there to distinguish people.
    pub fn key(&self) -> Option<String> {
        match self.words.as_slice() {
            [] => None,
            [word] if !self.besides.is_empty() => {
                let mut besides = self.besides.clone();
                besides.sort_unstable();
                Some(format!("{word}|{}", besides.join("|")))
            }
            words => Some(words.join(" ")),
        }
    }
}

/// Splits off what is in brackets, or after a bar, a dash or an `@`. Also returns the spelling
/// without generic additions.
fn peel(spelled: &str) -> (String, Vec<String>, String) {
    let mut core = spelled.to_owned();
    let mut shown = spelled.to_owned();
    let mut besides = Vec::new();
    while let Some((rest, beside)) = last_beside(&core) {
        let (rest, beside) = (rest.trim().to_owned(), beside.trim().to_owned());
        if rest.is_empty() {
            break;
        }
        let folded = fold(&beside).join(" ");
        if is_harmless(&beside, &folded) {
            // Only from the end, if nothing else was kept after it.
            if shown == core {
                shown.clone_from(&rest);
            }
        } else if !folded.is_empty() {
            besides.push(folded);
        }
        core = rest;
    }
    (core, besides, shown)
}

fn last_beside(core: &str) -> Option<(&str, &str)> {
    for (open, close) in [('(', ')'), ('[', ']')] {
        if let Some(inner) = core.strip_suffix(close) {
            return inner.rsplit_once(open);
        }
        if let Some((inner, rest)) = core.strip_prefix(open).and_then(|core| core.split_once(close))
        {
            return Some((rest, inner));
        }
    }
    [" | ", " – ", " — ", " - ", " @ ", "|"].iter().find_map(|bar| core.rsplit_once(bar))
}

fn is_harmless(beside: &str, folded: &str) -> bool {
    let mut parts =
        beside.split(['/', ',', ' ']).map(str::trim).filter(|p| !p.is_empty()).peekable();
    let pronouns = beside.contains('/')
        && parts.peek().is_some()
        && parts.all(|part| PRONOUNS.contains(&part.to_lowercase().as_str()));
    pronouns || HARMLESS.contains(&folded)
}

fn is_title(text: &str) -> bool {
    let words = fold(&text.replace('.', ""));
    !words.is_empty() && words.iter().all(|word| TITLES.contains(&word.as_str()))
}

/// Returns the part of an address before the `@`.
fn local_part(core: &str) -> Option<&str> {
    let (local, domain) = core.split_once('@')?;
    let fits = !local.is_empty()
        && domain.contains('.')
        && !core.contains(char::is_whitespace)
        && !domain.starts_with('.');
    fits.then(|| local.split('+').next().unwrap_or(local))
}

/// Returns the owner of a device: `Noa's iPhone`, `iPhone von Noa`.
fn owner(core: &str) -> Option<String> {
    let lower = core.to_lowercase().replace('’', "'");
    if let Some((owner, device)) = lower.split_once("'s ") {
        return DEVICES.contains(&device.trim()).then(|| owner.to_owned());
    }
    let (device, owner) =
        [" von ", " de ", " di ", " of "].iter().find_map(|of| lower.split_once(of))?;
    DEVICES.contains(&device.trim()).then(|| owner.to_owned())
}

/// Splits into words in lower case, without accents and vowel points, apostrophes and full stops.
pub fn fold(text: &str) -> Vec<String> {
    let mut plain = String::with_capacity(text.len());
    for c in text.nfkd() {
        match c {
            // Latin, Greek and Cyrillic accents; Hebrew and Arabic points. Marks of other scripts
            // are letters.
            '\u{300}'..='\u{36F}' | '\u{591}'..='\u{5C7}' | '\u{64B}'..='\u{652}' => {}
            '\'' | '’' | '‘' | '`' | '׳' | '״' | '"' => {}
            'ł' | 'Ł' => plain.push('l'),
            'ø' | 'Ø' => plain.push('o'),
            'đ' | 'Đ' => plain.push('d'),
            'ı' => plain.push('i'),
            'ß' => plain.push_str("ss"),
            'æ' | 'Æ' => plain.push_str("ae"),
            'œ' | 'Œ' => plain.push_str("oe"),
            c if c.is_alphanumeric() => plain.extend(c.to_lowercase()),
            // Marks that are part of a word in other scripts.
            c if !c.is_ascii() && !c.is_whitespace() && !c.is_control() => plain.push(c),
            _ => plain.push(' '),
        }
    }
    plain.split_whitespace().map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(spelled: &str) -> String {
        Name::new(spelled).key().unwrap_or_default()
    }

    #[test]
    fn one_name_has_many_spellings() {
        for spelled in [
            "Maya Okafor",
            "MAYA  okafor",
            "Okafor, Maya",
            "Maya Okafór (she/her)",
            "Maya Okafor (Guest)",
            "Okafor, Maya (Unverified)",
            "Maya Okafor | Acme",
            "Maya Okafor - Acme",
            "[EF] Maya Okafor",
            "Maya Okafor (Acme) [Host]",
            "Maya Okafor, PCC",
            "maya.okafor@acme.example",
            "Maya Okafor’s iPhone",
            "iPad von Maya Okafor",
            "\u{200F}Maya Okafor",
        ] {
            assert_eq!(key(spelled), "maya okafor", "{spelled}");
        }
        assert_eq!(key("Łukasz Rożmej"), key("lukasz rozmej"));
        assert_eq!(key("נוֹעָה לוי"), key("נועה לוי"));
        assert_eq!(key("Paul O'Leary"), key("Paul O’Leary"));
    }

    #[test]
    fn other_names_stay_other_names() {
        assert_ne!(key("Lumi | Offchain"), key("Lumi | Wonder"));
        assert_ne!(key("Lumi | Offchain"), key("Lumi"));
        assert_ne!(key("Speaker 1"), key("Speaker 2"));
        assert_ne!(key("आशा"), key("ईशा"));
        assert_eq!(key("maya@acme.example"), "");
        assert_eq!(key("Maya (host)"), key("maya"));
        assert_eq!(key("Call-In User_1"), "call in user 1");
    }

    #[test]
    fn what_is_said_of_anybody_is_not_shown() {
        for (spelled, shown) in [
            ("Maya Okafor (she/her)", "Maya Okafor"),
            ("Maya (Guest) (they/them)", "Maya"),
            ("Maya Okafor (Acme)", "Maya Okafor (Acme)"),
            ("Maya | Acme (she/her)", "Maya | Acme"),
            ("(she/her)", "(she/her)"),
            ("Guest", "Guest"),
        ] {
            assert_eq!(Name::new(spelled).shown, shown);
        }
    }
}
