//! What was promised, decided and asked comes first, and words are found in the forms of many
//! languages.

use chrono::{TimeZone, Utc};
use debrief_domain::ids::{ClientId, OrganizationId, TranscriptId};
use debrief_domain::principal::Viewer;
use debrief_domain::subject::Subject;
use debrief_domain::summary::content::{ActionItem, Content as Summary, Method, Point, Quote};
use debrief_domain::transcript::content::{Content, Participant, Role, Turn};
use debrief_search::index::{Checkpoint, Index, SCHEMA};
use debrief_search::interpretation::{InterpretedQuestion, Question, interpret, respell};
use debrief_search::passages::Kind;
use debrief_search::query::{Filters, Found, Snapshot};
use debrief_sessions::Session;
use uuid::Uuid;

const OURS: OrganizationId = OrganizationId(Uuid::from_u128(1));
const NORA: ClientId = ClientId(Uuid::from_u128(7));

fn said(number: u128, language: Option<&str>, turns: &[(&str, &str)]) -> Session {
    let turn = |(index, (speaker, text)): (usize, &(&str, &str))| Turn {
        index: u32::try_from(index).unwrap(),
        speaker: Some((*speaker).to_owned()),
        text: (*text).to_owned(),
        ..Turn::default()
    };
    Session {
        organization: OURS,
        subject: Subject::Transcript(TranscriptId(Uuid::from_u128(number))),
        title: None,
        client_id: None,
        held_at: Some(Utc.with_ymd_and_hms(2026, 3, number as u32, 9, 0, 0).unwrap()),
        uploaded_at: Utc.with_ymd_and_hms(2026, 3, 28, 9, 0, 0).unwrap(),
        notes: None,
        language: language.map(str::to_owned),
        content: Some(Content {
            turns: turns.iter().enumerate().map(turn).collect(),
            ..Content::default()
        }),
        summary: None,
        note: None,
    }
}

/// Adds action items: the turn, and who will do it if not who says it.
fn with_items(mut session: Session, items: &[(u32, Option<&str>)]) -> Session {
    let content = session.content.as_ref().unwrap();
    let item = |(turn, owner): &(u32, Option<&str>)| {
        let said = &content.turns[*turn as usize];
        ActionItem {
            point: Point::of_quote(Quote {
                text: said.text.clone(),
                turn: *turn,
                speaker: said.speaker.clone(),
                start_ms: None,
            }),
            owner: owner.map(str::to_owned).or(said.speaker.clone()),
            ..ActionItem::default()
        }
    };
    session.summary = Some(Summary {
        action_items: items.iter().map(item).collect(),
        ..Summary::empty(Method::Extractive)
    });
    session
}

fn index_of(sessions: &[Session]) -> Index {
    let index = Index::in_memory().unwrap();
    let mut writer = index.writer().unwrap();
    for session in sessions {
        writer.replace(session).unwrap();
    }
    writer
        .commit(&Checkpoint { schema: SCHEMA, epoch: "e".to_owned(), position: 1, event: None })
        .unwrap();
    index
}

fn question(text: &str) -> Question {
    Question {
        text: text.to_owned(),
        filters: Filters::default(),
        interpret: true,
        time_zone: chrono_tz::Tz::UTC,
        day_first: false,
        week_starts: chrono::Weekday::Mon,
        anchors: Vec::new(),
    }
}

fn ask(index: &Index, text: &str) -> (Found, Vec<(String, String)>) {
    ask_all(index, &question(text))
}

fn ask_all(index: &Index, question: &Question) -> (Found, Vec<(String, String)>) {
    let asked = Snapshot::by(index, Viewer::everything(OURS)).unwrap();
    let clients = [(NORA, "Nora Vance".to_owned())];
    let now = Utc.with_ymd_and_hms(2026, 3, 30, 9, 0, 0).unwrap();
    let mut understood = interpret(question, &asked, &clients, now).unwrap();
    let respelled = respell(&mut understood, &asked).unwrap();
    let respelled = respelled.into_iter().map(|one| (one.word, one.searched)).collect();
    let InterpretedQuestion { query, languages, .. } = understood;
    let languages: Vec<&str> = languages.iter().map(String::as_str).collect();
    (asked.search(&query, &languages, 10, 0, |_| false).unwrap(), respelled)
}

fn texts(found: &Found) -> Vec<&str> {
    found.hits.iter().map(|hit| hit.stored.passage.lines[0].text.as_str()).collect()
}

const BUDGET: &[(&str, &str)] = &[
    ("Ines", "What about the budget of the festival?"),
    ("Nora", "The budget is what keeps me awake, the budget and nothing else."),
    ("Nora", "I'll call the bank on Tuesday."),
    ("Ines", "Could you bring me the figures next time?"),
    ("Ines", "I'll look for an article about it."),
    ("Nora", "I'll cut the budget for the stage by half."),
];
const HOLIDAY: &[(&str, &str)] = &[
    ("Ines", "Where will you go this summer?"),
    ("Nora", "I'll book a cabin by the lake on Monday."),
];

#[test]
fn promises_of_who_is_named_come_first_whether_or_not_they_hold_the_words() {
    let mut budget = with_items(
        said(2, Some("en"), BUDGET),
        &[(2, None), (3, Some("Nora")), (4, None), (5, None)],
    );
    budget.client_id = Some(NORA);
    let holiday = with_items(said(3, Some("en"), HOLIDAY), &[(1, None)]);
    let index = index_of(&[holiday, budget]);

    let (found, _) = ask(&index, "what did Nora promise about the budget?");
    assert_eq!(found.of_kind, 4);
    assert_eq!(
        texts(&found)[..4],
        [
            "I'll cut the budget for the stage by half.",
            "I'll call the bank on Tuesday.",
            "Could you bring me the figures next time?",
            "I'll book a cabin by the lake on Monday.",
        ],
        "with the word, near it, and from another session"
    );
    assert!(found.hits[..4].iter().all(|hit| hit.stored.passage.kind == Kind::ActionItem));
    assert!(found.hits[4..].iter().all(|hit| hit.stored.passage.by.as_deref() != Some("Nora")));
    let answer: Vec<&str> = found.answer.iter().map(|one| one.text.as_str()).collect();
    assert_eq!(answer, &texts(&found)[..3]);
    assert!(found.hits.windows(2).all(|pair| pair[0].score >= pair[1].score));

    // Nobody is named: only what has to do with the words.
    let (found, _) = ask(&index, "what was promised about the budget?");
    assert!(found.of_kind >= 3, "{}", found.of_kind);
    assert!(!texts(&found)[..found.of_kind].contains(&"I'll book a cabin by the lake on Monday."));
    // Control: a question for no kind finds what was said.
    let (found, _) = ask(&index, "what did Nora say about the budget?");
    assert_eq!((found.of_kind, found.hits[0].stored.passage.kind), (0, Kind::Turns));
    // Without other words, the promises of who is named come before those of others.
    let (found, _) = ask(&index, "what did Nora promise?");
    assert_eq!(found.of_kind, 4);
    assert_eq!(texts(&found)[0], "I'll book a cabin by the lake on Monday.", "the newest");
}

#[test]
fn a_client_is_who_is_called_so_in_the_transcript() {
    let mut session =
        with_items(said(2, Some("en"), &[("N. V.", "I'll call the bank.")]), &[(0, None)]);
    session.client_id = Some(NORA);
    let person = Participant { name: "N. V.".into(), role: Role::Client, ..Participant::default() };
    session.content.as_mut().unwrap().participants.push(person);
    let (found, _) = ask(&index_of(&[session]), "what did Nora Vance promise about money?");
    assert_eq!(found.of_kind, 1, "{:?}", texts(&found));
}

#[test]
fn words_are_found_in_their_forms() {
    for (language, text, words) in [
        (
            Some("fr"),
            "C'est l’école et l'avocat, d'abord.",
            &["école", "avocat", "l'école", "ecole"][..],
        ),
        (
            Some("it"),
            "Dopo l'intervista, dell'anno prossimo.",
            &["intervista", "interviste", "anno"],
        ),
        (None, "Avant l'entretien avec l'avocate.", &["entretien", "avocate"]),
        (Some("ca"), "L'empresa d'en Pere és d'aquí.", &["empresa"]),
        (Some("pt"), "Um copo d'água por dia.", &["água", "agua"]),
        (Some("ko"), "어제 회의를 했고 예산에서는 문제가 없었습니다.", &["회의", "예산", "문제"]),
        (Some("ja"), "会議の内容を共有しました。", &["会議", "内容", "会議の内容"]),
        (Some("zh"), "我们讨论了预算的问题。", &["预算", "问题"]),
        (Some("th"), "เราคุยเรื่องงบประมาณ", &["งบประมาณ"]),
        (None, "بعد الإجازة والعمل بالمكتب", &["اجازة", "إجازة", "عمل", "مكتب", "المكتب"]),
        (Some("ar"), "ناقشنا ميزانيتها في الاجتماع", &["ميزانية", "اجتماع"]),
        (None, "Наша встреча была долгой, без конфликтов.", &["встречи", "встречу", "конфликт"]),
        (None, "Наступна зустріч щодо бюджету.", &["зустрічі", "бюджет"]),
        (Some("pl"), "Rozmawialiśmy o budżecie i o spotkaniach.", &["budżet", "spotkanie"]),
        (Some("cs"), "Mluvili jsme o rozpočtu a o schůzkách.", &["rozpočet", "schůzka"]),
        (Some("fi"), "Puhuimme kokouksessa budjetista.", &["kokous", "budjetti"]),
        (Some("tr"), "Toplantıda bütçeyi konuştuk.", &["toplantı", "bütçe"]),
        (Some("he"), "דיברנו על הפגישות ועל התקציב בבית.", &["פגישה", "תקציב", "בית"]),
        (
            Some("en"),
            "She e-mailed my co-worker about the follow-up.",
            &["email", "e-mail", "coworker", "followup", "co-workers"],
        ),
        (Some("en"), "I got the email of a coworker.", &["e-mail", "co-worker"]),
    ] {
        let index = index_of(&[said(1, language, &[("Ada", text)]), said(2, Some("en"), HOLIDAY)]);
        for word in words {
            let (found, respelled) = ask(&index, word);
            assert!(respelled.is_empty(), "{word}: {respelled:?}");
            let first = found.hits.first().map(|hit| hit.stored.subject.id().as_u128());
            assert_eq!(first, Some(1), "{word} in {text}");
            assert_eq!(found.hits.len(), 1, "{word}");
            assert!(found.hits[0].highlights.iter().any(|ranges| !ranges.is_empty()), "{word}");
        }
    }
}

#[test]
fn a_misspelled_word_is_taken_for_one_of_the_sessions_and_said() {
    let index = index_of(&[
        said(
            1,
            Some("en"),
            &[("Ada", "The restaurant of Katharina opens; we talked with the therapist.")],
        ),
        said(2, Some("en"), HOLIDAY),
    ]);
    for (asked, searched) in [
        ("resturant", "restaurant"),
        ("restuarant", "restaurant"),
        ("Katarina", "katharina"),
        ("terapist", "therapist"),
    ] {
        let (found, respelled) = ask(&index, asked);
        assert_eq!(respelled, [(asked.to_owned(), searched.to_owned())]);
        assert_eq!(found.hits.len(), 1, "{asked}");
    }
    // Nothing is near enough, or the word is there.
    for (asked, hits) in [("zeppelin", 0), ("cabins", 1), ("lamp", 0)] {
        let (found, respelled) = ask(&index, asked);
        assert!(respelled.is_empty(), "{asked}: {respelled:?}");
        assert_eq!(found.hits.len(), hits, "{asked}");
    }
}

#[test]
fn symbols_find_nothing_and_no_question_finds_everything() {
    let index = index_of(&[said(2, Some("en"), HOLIDAY)]);
    for symbols in ["✅", "()*{}", "?!", "—", "🙂🙂"] {
        let (found, _) = ask(&index, symbols);
        assert!(found.hits.is_empty(), "{symbols}");
        let plain = Question { interpret: false, ..question(symbols) };
        assert!(ask_all(&index, &plain).0.hits.is_empty(), "{symbols}");
    }
    assert!(!ask(&index, "").0.hits.is_empty());
    assert!(!ask(&index, "lake ✅").0.hits.is_empty());
}

#[test]
fn a_language_is_found_by_its_tag_however_the_file_says_it() {
    let index = index_of(&[
        said(1, Some("eng"), &[("Ada", "The lake is cold.")]),
        said(2, Some("pt_br"), &[("Ada", "O lago está frio.")]),
    ]);
    for (tag, session) in [("en", 1), ("pt", 2), ("pt-BR", 2)] {
        let filters = Filters { languages: vec![tag.to_owned()], ..Filters::default() };
        let (found, _) = ask_all(&index, &Question { filters, ..question("") });
        let ids: Vec<u128> =
            found.hits.iter().map(|hit| hit.stored.subject.id().as_u128()).collect();
        assert_eq!(ids, [session], "{tag}");
    }
}
