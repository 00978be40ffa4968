use super::*;
use proptest::prelude::*;

fn asked() -> Vec<Section> {
    let mut sections = Section::COMMON.to_vec();
    sections.push(Section::Own("Wins".to_owned()));
    sections
}

fn one(json: &Value) -> Answer {
    read(&json.to_string(), &asked()).unwrap()
}

#[test]
fn what_the_schema_asks_for_is_read() {
    let point =
        json!({"text": "Tom gets it", "turns": [1], "quotes": [{"turn": 1, "text": "to Tom"}]});
    let mut item = point.clone();
    item["owner"] = json!("Maya");
    item["due"] = Value::Null;
    let answer = one(&json!({
        "headline": point, "overview": [point, point], "key_moments": [], "topics": [],
        "progress": [], "decisions": [point], "action_items": [item], "open_questions": [],
        "next_questions": [], "sections": [{"title": "Wins", "points": [point]}],
    }));
    assert_eq!(answer.problems, [""; 0]);
    let sections: Vec<&str> = answer.claims.iter().map(|claim| claim.section.as_str()).collect();
    assert_eq!(sections, ["headline", "overview", "overview", "decisions", "action_items", "Wins"]);
    let item = &answer.claims[4];
    assert_eq!((item.owner.as_deref(), item.due.as_deref()), (Some("Maya"), None));
    assert_eq!(item.quotes, [ClaimedQuote { turn: Some(1), text: "to Tom".into() }]);

    let schema = schema(&asked());
    let fields: Vec<&String> = schema["properties"].as_object().unwrap().keys().collect();
    assert_eq!(fields.len(), Section::COMMON.len() + 1);
    assert_eq!(schema["required"].as_array().unwrap().len(), fields.len());
    assert_eq!(
        schema["properties"]["sections"]["items"]["properties"]["title"]["enum"],
        json!(["Wins"])
    );
}

#[test]
fn the_schema_has_only_what_is_asked_for() {
    let schema = schema(&[Section::Decisions]);
    assert_eq!(schema["required"], json!(["decisions"]));
    let answer = read(r#"{"decisions": [], "overview": ["a"]}"#, &[Section::Decisions]).unwrap();
    assert_eq!(answer, Answer::default());
}

#[test]
fn mix_ups_are_understood() {
    let answer = one(&json!({
        "headline": "In one sentence",
        "decisions": {"text": 42, "turns": "7", "quotes": "as said", "mood": "good"},
        "action_items": [{"text": "Call", "turn": 3.0, "quotes": ["one", {"turn": "[4]", "text": "two"}], "owner": ""}],
        "sections": {"wins": [{"text": "Won", "turns": ["1", 2]}]},
        "comment": "extra",
    }));
    assert_eq!(answer.problems, [""; 0]);
    let [headline, decision, item, win] = &answer.claims[..] else { panic!("{answer:?}") };
    assert_eq!((headline.text.as_str(), headline.turns.len()), ("In one sentence", 0));
    assert_eq!((decision.text.as_str(), &decision.turns[..]), ("42", &[7][..]));
    assert_eq!(decision.quotes, [ClaimedQuote { turn: None, text: "as said".into() }]);
    assert_eq!((&item.turns[..], item.quotes[1].turn, &item.owner), (&[3][..], Some(4), &None));
    assert_eq!((&win.section, &win.turns[..]), (&Section::Own("Wins".into()), &[1, 2][..]));
    let fenced = "```json\n{\"decisions\": [\"a\"]}\n```";
    assert_eq!(read(fenced, &asked()).unwrap().claims.len(), 1);
}

#[test]
fn what_is_not_plain_is_a_problem_with_its_path() {
    let long = "a".repeat(MAX_TEXT + 1);
    let answer = one(&json!({
        "overview": [7, {"turns": [1]}, {"text": "ok"}, {"text": long}],
        "decisions": 7,
        "topics": [{"text": "a", "turns": [-1]}, {"text": "a", "turns": ["one"]}],
        "progress": [{"text": "a", "quotes": [{"turn": 1, "text": ["x"]}]}],
        "key_moments": (0..=MAX_POINTS).map(|_| json!({"text": "a"})).collect::<Vec<_>>(),
        "sections": [{"title": "Losses", "points": [{"text": "a"}]}],
    }));
    assert_eq!(answer.claims.len(), 1 + MAX_POINTS);
    assert_eq!(
        answer.problems,
        [
            "overview[0] is a number, not a point.",
            "overview[1] has no text.",
            "overview[3] has a text of more than 600 characters.",
            "key_moments has 41 points, more than 40.",
            "topics[0] has a turn that is a number, not the number of a turn.",
            "topics[1] has a turn that is a string, not the number of a turn.",
            "progress[0] has a quote that is a list, not a string.",
            "decisions is a number, not a list of points.",
            "sections has a title that was not asked for.",
        ]
    );
}

#[test]
fn an_answer_that_is_none_says_why() {
    let fails = |text: &str| read(text, &asked()).unwrap_err();
    assert_eq!(fails("  "), AnswerError::Empty);
    assert_eq!(fails("{\"overview\": [{\"text\": \"I wan"), AnswerError::CutOff);
    assert_eq!(fails("I cannot help with that."), AnswerError::NotJson("line 1, column 1".into()));
    assert_eq!(fails("[]"), AnswerError::NotJson("it is a list".into()));
    assert_eq!(fails(&" ".repeat(MAX_BYTES + 1)), AnswerError::TooLong);
    assert!(fails("{} {}").to_string().contains("answer with the object alone"));
}

#[test]
fn a_second_request_names_each_point_and_its_problems() {
    let claim = Claim {
        section: Section::ActionItems,
        text: "Call Tom".into(),
        turns: vec![3],
        quotes: vec![ClaimedQuote { turn: Some(3), text: "I'll ring Tom".into() }],
        owner: Some("Maya".into()),
        due: None,
    };
    let problems = vec![Problem::NotSaid("I'll ring Tom".into()), Problem::NoTurn(3)];
    let message = ask_again(&[(claim, problems)], &["overview[1] has no text.".to_owned()]);
    for part in [
        "- overview[1] has no text.",
        "- In action_items: {",
        "\"owner\":\"Maya\"",
        "The quote “I'll ring Tom” is not in the transcript",
        "The transcript has no turn 3.",
    ] {
        assert!(message.contains(part), "{part}: {message}");
    }
}

fn json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        "\\PC{0,12}".prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 48, 6, |inner| {
        let name = prop_oneof![
            Just("overview"),
            Just("action_items"),
            Just("sections"),
            Just("text"),
            Just("turns"),
            Just("quotes"),
            Just("turn"),
            Just("title"),
            Just("points"),
            Just("headline")
        ];
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
            proptest::collection::vec((name, inner), 0..6).prop_map(|fields| {
                Value::Object(fields.into_iter().map(|(n, v)| (n.to_owned(), v)).collect())
            }),
        ]
    })
}

proptest! {
    #[test]
    fn any_json_is_read_within_bounds(value in json()) {
        if let Ok(answer) = read(&value.to_string(), &asked()) {
            for claim in answer.claims {
                prop_assert!(claim.text.chars().count() <= MAX_TEXT);
                prop_assert!(claim.quotes.len() <= MAX_QUOTES && claim.turns.len() <= MAX_TURNS);
            }
        }
    }

    #[test]
    fn an_answer_cut_anywhere_is_never_half_read(at in 1usize..80) {
        let whole = r#"{"overview": [{"text": "a", "turns": [1], "quotes": [{"turn": 1, "text": "b"}]}]}"#;
        prop_assert_eq!(read(&whole[..at.min(whole.len() - 1)], &asked()), Err(AnswerError::CutOff));
    }
}
