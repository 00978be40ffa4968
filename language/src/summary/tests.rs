use chrono::NaiveDate;
use debrief_domain::summary::Section;
use debrief_domain::summary::content::{Content as Summary, Point, Quote};
use debrief_domain::transcript::content::{Content, Participant, Turn, TurnKind};
use proptest::prelude::*;

use super::{extractive, overview_of};

pub(super) fn session(turns: &[(&str, &str)]) -> Content {
    let mut content = Content { format: "test".into(), ..Content::default() };
    for (i, (name, text)) in turns.iter().enumerate() {
        let name = Some((*name).to_owned()).filter(|name| !name.is_empty());
        if let Some(name) = &name
            && !content.participants.iter().any(|p| p.name == *name)
        {
            content.participants.push(Participant {
                name: name.clone(),
                turns: 1,
                words: 1,
                ..Participant::default()
            });
        }
        content.turns.push(Turn {
            index: i as u32,
            speaker: name,
            start_ms: Some(i as u64 * 1000),
            text: (*text).to_owned(),
            ..Turn::default()
        });
    }
    content
}

fn quotes(summary: &Summary) -> impl Iterator<Item = &Quote> {
    summary.points().into_iter().flat_map(|(_, point)| &point.quotes)
}

pub(super) fn check(content: &Content) -> Summary {
    let summary = extractive(content, None);
    for quote in quotes(&summary) {
        let turn = &content.turns[quote.turn as usize];
        assert!(!quote.text.is_empty() && turn.text.contains(&quote.text), "{quote:?}");
        assert_eq!(quote.speaker, turn.speaker);
        assert_eq!(quote.start_ms, turn.start_ms);
    }
    for topic in &summary.topics {
        assert!(topic.turns.is_sorted());
        assert!(topic.turns.iter().any(|t| content.turns[*t as usize].text.contains(&topic.text)));
    }
    let mut ids = std::collections::HashSet::new();
    for (section, point) in summary.points() {
        assert!(!point.id.is_empty() && ids.insert(&point.id), "{}", point.id);
        assert!(!point.turns.is_empty(), "{}", point.id);
        if section != Section::Topics {
            assert_eq!(
                (&point.text, &point.turns[..]),
                (&point.quotes[0].text, &[point.quotes[0].turn][..])
            );
        }
    }
    assert_eq!(summary, extractive(content, None));
    summary
}

fn actions(turns: &[(&str, &str)]) -> Vec<(String, Option<String>, Option<String>)> {
    check(&session(turns))
        .action_items
        .into_iter()
        .map(|item| (item.point.text, item.owner, item.due))
        .collect()
}

#[test]
fn commitments_have_owner_and_date() {
    assert_eq!(
        actions(&[
            ("Maya", "Okay. I'll send the job description to Tom by Friday. That feels good."),
            ("Ruth", "Lovely. Can you email me the draft before our next session?"),
            ("Maya", "Yes, sure."),
            ("Ruth", "And let's schedule a check-in for next Tuesday."),
        ]),
        [
            (
                "I'll send the job description to Tom by Friday.".into(),
                Some("Maya".into()),
                Some("by Friday".into())
            ),
            (
                "Can you email me the draft before our next session?".into(),
                Some("Maya".into()),
                Some("before our next session".into())
            ),
            (
                "And let's schedule a check-in for next Tuesday.".into(),
                None,
                Some("next Tuesday".into())
            ),
        ]
    );
}

#[test]
fn manners_of_speaking_are_no_commitments() {
    assert_eq!(
        actions(&[
            ("Maya", "I'll be honest, I hate to write these things. Let me share my screen."),
            ("Ruth", "Can you tell me more about what you write there? Let's talk about Tom."),
            ("Maya", "He said he thought I'll send it every time. If I'll call him, he panics."),
        ]),
        []
    );
}

#[test]
fn a_request_belongs_to_who_takes_it_on_or_is_called_by_name() {
    let ask = |answer| {
        actions(&[
            ("Ruth", "Somebody wrote the plan for the harbour last summer."),
            ("Tom", "The harbour plan was mine."),
            ("Ruth", "Could you send the harbour plan to the council by Friday?"),
            ("Maya", answer),
        ])
        .into_iter()
        .map(|(_, owner, _)| owner)
        .collect::<Vec<_>>()
    };
    assert_eq!(ask("Sure, I'll do that."), [Some("Maya".into())]);
    // Assent to a request that names nobody is not a commitment.
    assert_eq!(ask("That makes sense."), [None]);
    assert_eq!(ask("No, I can't."), []);
    let named = actions(&[
        ("Ruth", "Tom, could you send Maya the harbour plan by Friday?"),
        ("Maya", "That works."),
        ("Tom", "Fine."),
    ]);
    assert_eq!(named[0].1, Some("Tom".into()));
}

#[test]
fn a_proposal_is_decided_when_somebody_agrees() {
    let decided = |answer| {
        let turns = [
            ("Ruth", "Let's keep the harbour plan for the spring."),
            ("Maya", answer),
            ("Ruth", "The harbour is closed in winter."),
        ];
        check(&session(&turns)).decisions.len()
    };
    assert_eq!(decided("Sounds good to me."), 1);
    assert_eq!(decided("Yes."), 1);
    assert_eq!(decided("No, the council wants it now."), 0);
    assert_eq!(decided("Yeah, the council also spoke about the harbour."), 0);
}

/// Among several people, a proposal without objection is a decision. Two people are the control.
#[test]
fn in_a_meeting_silence_agrees() {
    let decided = |proposal, next, third, fourth| {
        let turns = [
            ("Ruth", proposal),
            ("Ruth", next),
            ("Maya", "The harbour is closed in winter."),
            (third, "The council wants another plan."),
            (fourth, "Winter is long."),
        ];
        check(&session(&turns)).decisions.len()
    };
    let meeting = |proposal, next| decided(proposal, next, "Tom", "Ada");
    let two = |proposal, next| decided(proposal, next, "Ruth", "Maya");
    let lead = "Okay, so let's keep the harbour plan for the spring.";
    let within = "For the council, I think we should keep the harbour plan for the spring.";
    assert_eq!(meeting(lead, "The boats need paint."), 1);
    assert_eq!(two(lead, "The boats need paint."), 0);
    // Not summed up, but the topic is closed.
    assert_eq!(meeting(within, "Anything else?"), 1);
    assert_eq!(meeting(within, "The boats need paint."), 0);
    assert_eq!(two(within, "Anything else?"), 0);
    assert_eq!(meeting("That is when we're going to paint the harbour.", "Anything else?"), 0);
    // A question is not a decision before it is answered.
    assert_eq!(meeting("How about we keep the harbour plan for the spring?", "Well."), 0);
}

#[test]
fn requests_to_all_are_action_items() {
    let asked = actions(&[
        ("Ruth", "It would be great if everybody could review the harbour plan."),
        ("Tom", "The plan is on the table, so please have a look at the budget."),
        ("Ada", "There is a page for it, Maya, could you post the drawings there?"),
        ("Maya", "What could you post in winter? Nobody could post anything."),
    ]);
    let quotes: Vec<&str> = asked.iter().map(|(quote, _, _)| quote.as_str()).collect();
    assert_eq!(
        quotes,
        [
            "It would be great if everybody could review the harbour plan.",
            "The plan is on the table, so please have a look at the budget.",
            "There is a page for it, Maya, could you post the drawings there?",
        ]
    );
    let owners: Vec<Option<&str>> = asked.iter().map(|(_, owner, _)| owner.as_deref()).collect();
    assert_eq!(owners, [None, None, Some("Maya")]);
}

#[test]
fn deadlines_are_days_where_the_day_of_the_session_is_known() {
    let content = session(&[
        ("Maya", "Okay. I'll send the job description to Tom by Friday. That feels good."),
        ("Maya", "And I'll write the report for the council before our next session."),
    ]);
    let days = |held_on| -> Vec<Option<NaiveDate>> {
        extractive(&content, held_on).action_items.into_iter().map(|item| item.due_on).collect()
    };
    let day = |day| NaiveDate::from_ymd_opt(2026, 3, day);
    assert_eq!(days(day(18)), [day(20), None]);
    assert_eq!(days(None), [None, None]);
}

#[test]
fn questions_to_think_about_are_for_next_time() {
    let summary = check(&session(&[
        ("Ruth", "What would your team say about delegating the budget?"),
        ("Maya", "They would say that I hold on to the numbers far too tightly."),
        (
            "Ruth",
            "What would you lose if you handed the budget over? Sit with that until next time.",
        ),
        ("Maya", "I will."),
        ("Ruth", "Who could hold you accountable for this plan next month?"),
    ]));
    let texts = |points: &[Point]| points.iter().map(|p| p.turns[0]).collect::<Vec<_>>();
    assert_eq!(texts(&summary.next_questions), [2]);
    assert!(texts(&summary.open_questions).contains(&2));
    assert_eq!(summary.language.as_deref(), Some("en"));
}

#[test]
fn hebrew_commitments_and_dates() {
    assert_eq!(
        actions(&[
            ("נועה", "אני אשלח לדני את המסמך עד יום חמישי. אני אוהבת את הרעיון."),
            ("רות", "מצוין. תוכלי לכתוב לי סיכום לפני הפגישה הבאה?"),
        ]),
        [
            (
                "אני אשלח לדני את המסמך עד יום חמישי.".into(),
                Some("נועה".into()),
                Some("עד יום חמישי".into())
            ),
            (
                "תוכלי לכתוב לי סיכום לפני הפגישה הבאה?".into(),
                Some("נועה".into()),
                Some("לפני הפגישה הבאה".into())
            ),
        ]
    );
}

#[test]
fn open_questions_are_those_without_an_answer() {
    let summary = check(&session(&[
        ("Ruth", "What would your team say about delegating the budget?"),
        ("Maya", "They would say that I hold on to the numbers far too tightly."),
        ("Ruth", "And what would you lose if you handed the budget over?"),
        ("Maya", "I don't know. I need to think about that."),
        ("Ruth", "How is the garden project coming along these days?"),
        ("Maya", "It grows, slowly but surely."),
        ("Ruth", "Who could hold you accountable for this plan next month?"),
    ]));
    let open: Vec<_> = summary.open_questions.iter().map(|q| q.turns[0]).collect();
    assert_eq!(open, [2, 6]);
}

#[test]
fn decisions_are_found_unless_they_are_not_made() {
    let summary = check(&session(&[
        ("Maya", "I haven't decided about the reorganization of the platform team."),
        ("Maya", "So I've decided to hand the weekly report over to Tom."),
    ]));
    let decided: Vec<_> = summary.decisions.iter().map(|q| q.turns[0]).collect();
    assert_eq!(decided, [1]);
}

#[test]
fn greetings_and_technicalities_weigh_nothing() {
    let summary = check(&session(&[
        ("A", "Good morning, how are you today, can you hear me well on this line?"),
        ("B", "Let me share my screen so you can see the numbers of the quarter."),
        ("A", "Revenue of the northern region fell because two distributors left us."),
    ]));
    assert_eq!(summary.headline.as_ref().map(|q| q.turns[0]), Some(2));
    assert_eq!(summary.overview.len(), 1);
}

#[test]
fn chat_weighs_nothing_beside_speech() {
    let mut content = session(&[
        ("Maya", "I've decided to hand the quarterly report over to Tomas."),
        ("Bot", "I'll send the quarterly report of the recording to everybody by Friday."),
        ("Maya", "The quarterly report costs me three days of every quarter."),
    ]);
    content.turns[1].kind = TurnKind::Chat;
    let summary = check(&content);
    assert!(quotes(&summary).all(|quote| quote.turn != 1));
    assert!(summary.topics.iter().all(|topic| !topic.turns.contains(&1)));
    // If nothing was spoken, the chat is the session.
    content.turns.iter_mut().for_each(|turn| turn.kind = TurnKind::Chat);
    assert_eq!(check(&content).action_items.len(), 1);
}

#[test]
fn an_overview_keeps_to_its_budget_of_words() {
    let content = session(&[
        ("Maya", "The quarterly report costs me three days of every quarter, and my sleep."),
        ("Ruth", "What would happen if Tomas wrote the quarterly report?"),
        ("Maya", "Tomas knows the numbers, so the quarterly report would be done in two days."),
        ("Maya", "My sleep would be better if Tomas presented the numbers to the board."),
    ]);
    for budget in [0, 5, 13, 20, 40, 1000] {
        let quotes = overview_of(&content, budget);
        let words: usize = quotes.iter().map(|q| q.text.split_whitespace().count()).sum();
        assert!(words <= budget, "{words} of {budget}");
        assert!(quotes.is_sorted_by_key(|quote| quote.turn));
        assert_eq!(quotes.is_empty(), budget < 9, "{budget}");
    }
}

#[test]
fn very_small_transcripts_work() {
    assert_eq!(check(&session(&[])).headline, None);
    let one = check(&session(&[("", "Ok.")]));
    assert!(one.headline.is_none() && one.topics.is_empty());
    let one = check(&session(&[("Maya", "Today I ran ten kilometres without stopping once.")]));
    assert!(one.headline.is_some());
    assert_eq!(one.overview.len(), 1);
    assert!(one.decisions.is_empty() && one.action_items.is_empty());
}

#[test]
fn a_language_without_a_pack_still_has_an_overview() {
    let summary = check(&session(&[
        ("Eva", "Der Halbmarathon in Hamburg macht mir Sorgen, weil mein Knie schmerzt."),
        ("Jan", "Seit wann schmerzt das Knie beim Laufen?"),
        ("Eva", "Seit dem langen Lauf am Sonntag, nach etwa fünfzehn Kilometern."),
        ("Jan", "Dann laufen wir diese Woche kürzer und das Knie bekommt eine Pause."),
    ]));
    assert!(summary.overview.len() >= 2);
    assert!(summary.topics.iter().any(|t| t.text == "Knie"), "{:?}", summary.topics);
}

#[test]
fn a_long_transcript_is_bounded() {
    let words = ["plan", "team", "budget", "delegate", "report", "trust", "fear", "goal"];
    let texts: Vec<String> = (0..30_000)
        .map(|i: usize| {
            format!("We spoke of {} and {} number {i}.", words[i % 8], words[i / 8 % 8])
        })
        .collect();
    let turns: Vec<_> =
        texts.iter().enumerate().map(|(i, t)| (["A", "B"][i % 2], t.as_str())).collect();
    let summary = extractive(&session(&turns), None);
    assert!((3..=7).contains(&summary.overview.len()));
}

proptest! {
    #[test]
    fn quotes_are_verbatim_whatever_is_said(
        turns in proptest::collection::vec(("(A|B|נועה|)", "(\\PC{0,40}[.?! ]){0,6}"), 0..12)
    ) {
        let turns: Vec<_> = turns.iter().map(|(n, t)| (n.as_str(), t.as_str())).collect();
        check(&session(&turns));
    }

    #[test]
    fn speech_of_cues_never_panics(
        parts in proptest::collection::vec(prop_oneof![
            Just("I'll send "), Just("by Friday "), Just("next "), Just("week. "), Just("Can you "),
            Just("I've decided "), Just("what matters? "), Just("I don't know. "), Just("אני אשלח "),
            Just("עד יום "), Just("חמישי. "), Just("Dr. "), Just("… "), Just("14th ")
        ], 0..40)
    ) {
        let text = parts.concat();
        check(&session(&[("A", &text), ("B", "Yes."), ("A", &text)]));
    }
}
