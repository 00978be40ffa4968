use super::*;

fn stems(language: &str, text: &str) -> Vec<Vec<String>> {
    Analyzer::new([language]).tokens(text).into_iter().map(|token| token.stems).collect()
}

fn share(language: &str, one: &str, other: &str) -> bool {
    let (one, other) = (stems(language, one), stems(language, other));
    one[0].iter().any(|stem| other[0].contains(stem))
}

#[test]
fn words_match_in_their_forms() {
    assert!(share("en", "sleeping", "Sleep"));
    assert!(share("en", "Maya's", "Maya"));
    assert!(share("en", "Maya’s", "maya"));
    assert!(share("fr", "décidé", "decide"));
    assert!(share("de", "Entscheidungen", "Entscheidung"));
    assert!(!share("en", "sleep", "slip"));
}

#[test]
fn hebrew_words_match_without_prefixes_niqqud_and_final_letters() {
    assert!(share("he", "בשינה", "השינה"));
    assert!(share("he", "וּבַשֵּׁינָה", "שינה"));
    assert!(share("he", "אימונים", "האימון"));
    assert!(share("he", "כשהאימון", "אימון"));
    assert!(!share("he", "שינה", "ריצה"));
}

#[test]
fn words_know_where_they_stand() {
    let text = "Ça va — “Maya’s” sleep";
    let tokens = Analyzer::new([]).tokens(text);
    let words: Vec<&str> = tokens.iter().map(|token| &text[token.range.clone()]).collect();
    assert_eq!(words, ["Ça", "va", "Maya’s", "sleep"]);
    assert_eq!(tokens[0].word, "ca");
    assert_eq!(tokens[2].word, "maya");
}

#[test]
fn several_languages_give_several_stems() {
    let mut analyzer = Analyzer::new(["en", "de"]);
    let tokens = analyzer.tokens("Entscheidungen");
    assert!(tokens[0].stems.len() == 2, "{tokens:?}");
}

#[test]
fn noise_is_no_word() {
    assert!(Analyzer::new([]).tokens(&"x".repeat(65)).is_empty());
    assert!(Analyzer::new([]).tokens("… — !?").is_empty());
}

proptest::proptest! {
    #[test]
    fn any_text_has_words_that_stand_in_it(text in "\\PC*") {
        for token in Analyzer::new(["en", "he"]).tokens(&text) {
            proptest::prop_assert!(text.get(token.range.clone()).is_some());
            proptest::prop_assert!(!token.stems.is_empty() && !token.word.is_empty());
        }
    }
}
