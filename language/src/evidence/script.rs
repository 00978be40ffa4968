//! Names in two scripts: a point in English about a session in Hebrew says "Yaakov" of "יעקב".
//!
//! Names are compared by their consonants, in Latin, Hebrew and Cyrillic letters. That is loose:
//! it is asked only where the scripts differ and letters cannot be compared.

/// Maximum length of a name in letters.
const MOST: usize = 40;

/// A script whose names can be compared with those of another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Script {
    Latin,
    Hebrew,
    Cyrillic,
}

/// The consonants of a name: one reading, or two where a letter has two sounds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Skeleton {
    pub(super) script: Script,
    readings: [String; 2],
    /// Whether it begins with a vowel, or a letter that stands for one.
    open: bool,
}

impl Skeleton {
    /// Returns the skeleton of a folded name; `None` for other scripts, and if it has no consonant.
    pub(super) fn of(name: &str) -> Option<Self> {
        let letters: Vec<char> = name.chars().filter(|c| c.is_alphabetic()).take(MOST).collect();
        let first = *letters.first()?;
        let script = match first {
            'a'..='z' => Script::Latin,
            '\u{5D0}'..='\u{5EA}' => Script::Hebrew,
            '\u{430}'..='\u{45F}' => Script::Cyrillic,
            _ => return None,
        };
        let mut readings = [String::new(), String::new()];
        let mut at = 0;
        while at < letters.len() {
            let next = letters.get(at + 1).copied();
            let ([one, other], length) = match script {
                Script::Latin => latin(letters[at], next),
                Script::Hebrew => (hebrew(letters[at]), 1),
                Script::Cyrillic => (cyrillic(letters[at]), 1),
            };
            for (reading, sound) in readings.iter_mut().zip([one, other]) {
                // "Anna", "Hannah": doubled letters are one sound.
                if !reading.ends_with(sound) || sound.is_empty() {
                    reading.push_str(sound);
                }
            }
            at += length;
        }
        let open = match script {
            Script::Latin => "aeiouyh".contains(first),
            Script::Hebrew => "אעהיו".contains(first),
            Script::Cyrillic => "аеёиоуыэюя".contains(first),
        };
        (!readings[0].is_empty() || !readings[1].is_empty()).then_some(Self {
            script,
            readings,
            open,
        })
    }

    /// Returns whether two names in different scripts may be one.
    pub(super) fn sounds_like(&self, other: &Self) -> bool {
        let same = || {
            self.readings
                .iter()
                .any(|one| !one.is_empty() && other.readings.iter().any(|two| one == two))
        };
        self.script != other.script && self.open == other.open && same()
    }
}

fn latin(c: char, next: Option<char>) -> ([&'static str; 2], usize) {
    let pair = |sound, more| ([sound, more], 2);
    match (c, next) {
        ('s', Some('h')) => pair("S", "S"),
        ('c' | 'k', Some('h')) => pair("K", "C"),
        ('p', Some('h')) => pair("P", "P"),
        ('t', Some('h')) => pair("T", "T"),
        ('t', Some('z' | 's')) => pair("Z", "Z"),
        ('z' | 'j', Some('h')) => pair("Z", "Z"),
        ('b' | 'v' | 'w', _) => (["B", "B"], 1),
        ('c' | 'k' | 'q', _) => (["K", "K"], 1),
        ('d', _) => (["D", "D"], 1),
        ('f' | 'p', _) => (["P", "P"], 1),
        ('g' | 'j', _) => (["G", "G"], 1),
        ('l', _) => (["L", "L"], 1),
        ('m', _) => (["M", "M"], 1),
        ('n', _) => (["N", "N"], 1),
        ('r', _) => (["R", "R"], 1),
        ('s', _) => (["S", "S"], 1),
        ('t', _) => (["T", "T"], 1),
        ('x', _) => (["KS", "KS"], 1),
        ('z', _) => (["Z", "Z"], 1),
        _ => (["", ""], 1),
    }
}

/// Hebrew letters; finals are folded.
fn hebrew(c: char) -> [&'static str; 2] {
    match c {
        'ב' => ["B", "B"],
        'ג' => ["G", "G"],
        'ד' => ["D", "D"],
        'ז' => ["Z", "Z"],
        // "Rachel" and "Hannah".
        'ח' => ["K", ""],
        'ט' | 'ת' => ["T", "T"],
        'כ' | 'ק' => ["K", "K"],
        'ל' => ["L", "L"],
        'מ' => ["M", "M"],
        'נ' => ["N", "N"],
        'ס' | 'ש' => ["S", "S"],
        'פ' => ["P", "P"],
        'צ' => ["Z", "Z"],
        'ר' => ["R", "R"],
        // "Ya'akov" and "Yaakov": a vowel, or the consonant of "David".
        'ו' => ["", "B"],
        _ => ["", ""],
    }
}

fn cyrillic(c: char) -> [&'static str; 2] {
    match c {
        'б' | 'в' => ["B", "B"],
        'г' => ["G", ""],
        'д' => ["D", "D"],
        'ж' | 'з' | 'ц' => ["Z", "Z"],
        'к' | 'х' => ["K", "K"],
        'л' => ["L", "L"],
        'м' => ["M", "M"],
        'н' => ["N", "N"],
        'п' | 'ф' => ["P", "P"],
        'р' => ["R", "R"],
        'с' | 'ш' | 'щ' => ["S", "S"],
        'т' => ["T", "T"],
        'ч' => ["C", "C"],
        _ => ["", ""],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn alike(one: &str, other: &str) -> bool {
        let (one, other) = (Skeleton::of(one), Skeleton::of(other));
        one.zip(other).is_some_and(|(one, other)| one.sounds_like(&other))
    }

    #[test]
    fn names_of_two_scripts_are_compared_by_sound() {
        for (one, other) in [
            ("yaakov", "יעקב"),
            ("maya", "מאיה"),
            ("rachel", "רחל"),
            ("david", "דוד"),
            ("noa", "נועה"),
            ("shlomo", "שלמה"),
            ("tom", "תומ"),
            ("yitzhak", "יצחק"),
            ("omer", "עומר"),
            ("maxim", "максим"),
            ("sasha", "саша"),
        ] {
            assert!(alike(one, other), "{one} {other}");
        }
        for (one, other) in [
            ("tom", "אתמ"),
            ("oliver", "יעקב"),
            ("sarah", "רחל"),
            ("maya", "נועה"),
            ("noa", "noa"),
            ("aia", "איה"),
        ] {
            assert!(!alike(one, other), "{one} {other}");
        }
    }
}
