//! The Snowball algorithms of languages that are written in Latin letters. Other scripts have rules
//! of their own: [`super::script`].

use frostem::Algorithm;

/// Returns the Snowball algorithms of these languages, each once; that of English if no language is
/// given.
pub(super) fn algorithms<'a>(languages: impl IntoIterator<Item = &'a str>) -> Vec<Algorithm> {
    let mut algorithms: Vec<Algorithm> = Vec::new();
    let mut given = false;
    for language in languages {
        given = true;
        if let Some(algorithm) = algorithm(language)
            && !algorithms.contains(&algorithm)
        {
            algorithms.push(algorithm);
        }
    }
    if !given {
        algorithms.push(Algorithm::English);
    }
    algorithms
}

/// Returns the Snowball algorithm of a language.
fn algorithm(language: &str) -> Option<Algorithm> {
    let primary = language.split('-').next().unwrap_or_default().to_ascii_lowercase();
    Some(match primary.as_str() {
        "ca" => Algorithm::Catalan,
        // Slovak has none; the two share most endings.
        "cs" | "sk" => Algorithm::Czech,
        "da" => Algorithm::Danish,
        "de" => Algorithm::German,
        "en" => Algorithm::English,
        "es" | "gl" => Algorithm::Spanish,
        "et" => Algorithm::Estonian,
        "eu" => Algorithm::Basque,
        "fi" => Algorithm::Finnish,
        "fr" => Algorithm::French,
        "ga" => Algorithm::Irish,
        "hu" => Algorithm::Hungarian,
        "id" | "ms" => Algorithm::Indonesian,
        "it" => Algorithm::Italian,
        "lt" => Algorithm::Lithuanian,
        "nb" | "nn" | "no" => Algorithm::Norwegian,
        "nl" => Algorithm::Dutch,
        "pl" => Algorithm::Polish,
        "pt" => Algorithm::Portuguese,
        "ro" => Algorithm::Romanian,
        "sv" => Algorithm::Swedish,
        "tr" => Algorithm::Turkish,
        _ => return None,
    })
}
