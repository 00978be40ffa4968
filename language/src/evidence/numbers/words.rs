//! Words of numbers.

use std::collections::HashMap;
use std::sync::LazyLock;

/// What a word does in a number.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Role {
    /// 0 to 19.
    Unit(i64),
    /// 20 to 90.
    Ten(i64),
    /// 100, 1,000, 1,000,000: multiplies what is before it.
    Scale(i64),
    /// The denominator of a fraction.
    Part(i64),
    /// First to twelfth.
    Nth(i64),
    /// Counts without being added to anything: "twice", "שבועיים", "a couple".
    Alone(i64),
    And,
    A,
    Percent,
}

/// English and Hebrew. `~` marks words with other meanings.
const WORDS: &[(Role, &str)] = &[
    (Role::A, "a an"),
    (Role::And, "and"),
    (Role::Percent, "percent percents אחוז אחוזים"),
    (Role::Unit(0), "zero אפס"),
    (Role::Unit(1), "~one ~אחד ~אחת"),
    (Role::Unit(2), "two שניים שתיים שתי"),
    (Role::Unit(3), "three שלוש שלושה שלושת"),
    (Role::Unit(4), "four ארבע ארבעה ארבעת"),
    (Role::Unit(5), "five חמש חמישה חמשת"),
    (Role::Unit(6), "six שש שישה ששת"),
    (Role::Unit(7), "seven שבע שבעה שבעת"),
    (Role::Unit(8), "eight שמונה שמונת"),
    (Role::Unit(9), "nine תשע תשעה תשעת"),
    (Role::Unit(10), "ten עשר עשרה עשרת"),
    (Role::Unit(11), "eleven"),
    (Role::Unit(12), "twelve"),
    (Role::Unit(13), "thirteen"),
    (Role::Unit(14), "fourteen"),
    (Role::Unit(15), "fifteen"),
    (Role::Unit(16), "sixteen"),
    (Role::Unit(17), "seventeen"),
    (Role::Unit(18), "eighteen"),
    (Role::Unit(19), "nineteen"),
    (Role::Ten(20), "twenty עשרים"),
    (Role::Ten(30), "thirty שלושים"),
    (Role::Ten(40), "forty ארבעים"),
    (Role::Ten(50), "fifty חמישים"),
    (Role::Ten(60), "sixty שישים"),
    (Role::Ten(70), "seventy שבעים"),
    (Role::Ten(80), "eighty שמונים"),
    (Role::Ten(90), "ninety תשעים"),
    (Role::Scale(100), "hundred ~hundreds מאה ~מאות"),
    (Role::Scale(1000), "thousand ~thousands אלף ~אלפים"),
    (Role::Scale(1_000_000), "million ~millions מיליון ~מיליונים"),
    (Role::Scale(1_000_000_000), "billion ~billions מיליארד ~מיליארדים"),
    (Role::Alone(200), "מאתיים"),
    (Role::Alone(2000), "אלפיים"),
    (Role::Alone(12), "dozen"),
    (
        Role::Alone(2),
        "~couple ~pair ~twice ~double ~both שבועיים יומיים חודשיים שנתיים שעתיים פעמיים",
    ),
    (Role::Alone(3), "~thrice ~triple"),
    (Role::Alone(1), "~once ~single"),
    (Role::Part(2), "~half ~halves ~חצי"),
    (Role::Part(3), "thirds שליש שלישים"),
    (Role::Part(4), "~quarter ~quarters רבע רבעים"),
    (Role::Nth(1), "~first ~ראשון ~ראשונה"),
    (Role::Nth(2), "~second ~שני ~שנייה ~שניה"),
    (Role::Nth(3), "third ~שלישי ~שלישית"),
    (Role::Nth(4), "fourth ~רביעי ~רביעית"),
    (Role::Nth(5), "fifth ~חמישי ~חמישית"),
    (Role::Nth(6), "sixth ~שישי ~שישית"),
    (Role::Nth(7), "seventh ~שביעי ~שביעית"),
    (Role::Nth(8), "eighth ~שמיני ~שמינית"),
    (Role::Nth(9), "ninth ~תשיעי ~תשיעית"),
    (Role::Nth(10), "tenth ~עשירי ~עשירית"),
    (Role::Nth(11), "eleventh"),
    (Role::Nth(12), "twelfth"),
    (Role::Nth(15), "fifteenth"),
    (Role::Nth(20), "twentieth"),
    (Role::Nth(30), "thirtieth"),
];

/// Other languages by primary subtag: words of 0 to 20, of the tens to 90, of 100 and of 1,000,
/// separated by commas; forms of one number by spaces. 1 has other meanings everywhere.
const OTHERS: &[(&str, &str)] = &[
    (
        "de",
        "null, ein eins eine einen einem einer, zwei, drei, vier, fünf, sechs, sieben, acht, neun, \
         zehn, elf, zwölf, dreizehn, vierzehn, fünfzehn, sechzehn, siebzehn, achtzehn, neunzehn, \
         zwanzig, dreißig, vierzig, fünfzig, sechzig, siebzig, achtzig, neunzig, hundert, tausend",
    ),
    (
        "es",
        "cero, un uno una, dos, tres, cuatro, cinco, seis, siete, ocho, nueve, diez, once, doce, \
         trece, catorce, quince, dieciséis, diecisiete, dieciocho, diecinueve, veinte, treinta, \
         cuarenta, cincuenta, sesenta, setenta, ochenta, noventa, cien ciento, mil",
    ),
    (
        "fr",
        "zéro, un une, deux, trois, quatre, cinq, six, sept, huit, neuf, dix, onze, douze, treize, \
         quatorze, quinze, seize, dix-sept, dix-huit, dix-neuf, vingt, trente, quarante, cinquante, \
         soixante, septante, huitante octante, nonante, cent cents, mille",
    ),
    (
        "it",
        "zero, un uno una, due, tre, quattro, cinque, sei, sette, otto, nove, dieci, undici, dodici, \
         tredici, quattordici, quindici, sedici, diciassette, diciotto, diciannove, venti, trenta, \
         quaranta, cinquanta, sessanta, settanta, ottanta, novanta, cento, mille mila",
    ),
    (
        "nl",
        "nul, een één, twee, drie, vier, vijf, zes, zeven, acht, negen, tien, elf, twaalf, dertien, \
         veertien, vijftien, zestien, zeventien, achttien, negentien, twintig, dertig, veertig, \
         vijftig, zestig, zeventig, tachtig, negentig, honderd, duizend",
    ),
    (
        "pt",
        "zero, um uma, dois duas, três, quatro, cinco, seis, sete, oito, nove, dez, onze, doze, \
         treze, catorze quatorze, quinze, dezesseis, dezessete, dezoito, dezenove, vinte, trinta, \
         quarenta, cinquenta, sessenta, setenta, oitenta, noventa, cem cento, mil",
    ),
    (
        "ru",
        "ноль, один одна одно, два две двух, три трёх трех, четыре четырёх, пять пяти, шесть шести, \
         семь семи, восемь восьми, девять девяти, десять десяти, одиннадцать, двенадцать, \
         тринадцать, четырнадцать, пятнадцать, шестнадцать, семнадцать, восемнадцать, девятнадцать, \
         двадцать, тридцать, сорок, пятьдесят, шестьдесят, семьдесят, восемьдесят, девяносто, сто, \
         тысяча тысячи тысяч",
    ),
];

/// Letters that Hebrew words are joined to.
pub(super) const PREFIXES: &[char] = &['ו', 'ב', 'ל', 'מ', 'ה', 'כ', 'ש'];

/// A role, and whether the word has other meanings.
type Meaning = (Role, bool);

static ROLES: LazyLock<HashMap<&str, Meaning>> = LazyLock::new(|| {
    let entries =
        WORDS.iter().flat_map(|(role, words)| words.split(' ').map(move |word| (role, word)));
    entries
        .map(|(role, word)| match word.strip_prefix('~') {
            Some(word) => (word, (*role, true)),
            None => (word, (*role, false)),
        })
        .collect()
});

static OTHER_ROLES: LazyLock<HashMap<(&str, &str), Meaning>> = LazyLock::new(|| {
    let mut roles = HashMap::new();
    for (tag, words) in OTHERS {
        for (place, forms) in (0i64..).zip(words.split(", ")) {
            let role = match place {
                0..=19 => Role::Unit(place),
                20..=27 => Role::Ten((place - 18) * 10),
                28 => Role::Scale(100),
                _ => Role::Scale(1000),
            };
            roles.extend(forms.split(' ').map(|form| ((*tag, form), (role, place == 1))));
        }
    }
    roles
});

/// Returns what a word in lower case does in a number.
pub(super) fn meaning(word: &str, tags: &[&str]) -> Option<Meaning> {
    let other = || tags.iter().find_map(|tag| OTHER_ROLES.get(&(*tag, word)));
    ROLES.get(word).or_else(other).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_list_has_all_its_numbers() {
        for (tag, words) in OTHERS {
            assert_eq!(words.split(", ").count(), 30, "{tag}");
        }
        assert_eq!(meaning("zwanzig", &["de"]), Some((Role::Ten(20), false)));
        assert_eq!(meaning("neunzig", &["de"]), Some((Role::Ten(90), false)));
        assert_eq!(meaning("tausend", &["de"]), Some((Role::Scale(1000), false)));
        assert_eq!(meaning("due", &["en"]), None);
        assert_eq!(meaning("due", &["it"]), Some((Role::Unit(2), false)));
    }
}
