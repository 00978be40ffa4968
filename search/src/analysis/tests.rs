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

#[test]
fn a_script_has_its_rules_whatever_the_language_is_said_to_be() {
    for (one, other) in [
        ("встречи", "встреча"),
        ("зустрічі", "зустріч"),
        ("اجازة", "الإجازة"),
        ("والمكتب", "مكتب"),
        ("회의를", "회의"),
        ("הפגישות", "פגישה"),
    ] {
        assert!(share("en", one, other), "{one} {other}");
    }
    assert!(!share("en", "встреча", "вечер"));
    assert!(!share("en", "مكتب", "كتاب"));
}

#[test]
fn words_joined_by_hyphens_are_also_one() {
    let mut analyzer = Analyzer::new(["en"]);
    let indexed = analyzer.tokens("She e-mailed on 3-14.");
    assert_eq!(indexed[1].joined, ["email"], "{indexed:?}");
    assert_eq!(indexed[1].also, ["emailed"]);
    assert!(indexed[4].also.is_empty(), "numbers are not joined");
    let asked = analyzer.asked("e-mail");
    assert_eq!((asked[0].stems.len(), asked[1].stems.as_slice()), (0, &["mail".to_owned()][..]));
    assert!(asked.iter().all(|token| token.joined == ["email"]), "{asked:?}");
}

#[test]
fn questions_in_scripts_without_spaces_are_compared_by_pairs() {
    let mut analyzer = Analyzer::new([]);
    let words = |text: &str, analyzer: &mut Analyzer| -> Vec<String> {
        analyzer.asked(text).into_iter().map(|token| token.word).collect()
    };
    assert_eq!(words("会議の内容", &mut analyzer), ["会議", "内容"]);
    assert_eq!(words("の", &mut analyzer), ["の"], "if there is nothing else");
    assert_eq!(words("预算的问题", &mut analyzer), ["预算", "问题"]);
    let indexed = analyzer.tokens("会議");
    assert_eq!(indexed[0].stems, ["会", "会議"]);
}
