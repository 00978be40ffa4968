use super::*;
use debrief_domain::change::Change;
use debrief_domain::summary::Section;
use debrief_domain::summary::content::{ActionItem, Method, OwnSection, Point, Quote};
use std::collections::HashSet;

fn point(id: &str, text: &str) -> Point {
    let quote = Quote { text: text.to_owned(), turn: 1, speaker: None, start_ms: None };
    Point { id: id.to_owned(), text: text.to_owned(), turns: vec![1], quotes: vec![quote] }
}

fn points(letter: char, texts: &[&str]) -> Vec<Point> {
    let point = |(at, text): (usize, &&str)| point(&format!("{letter}{}", at + 1), text);
    texts.iter().enumerate().map(point).collect()
}

fn item(id: &str, text: &str, owner: Option<&str>, due: Option<&str>) -> ActionItem {
    ActionItem {
        point: point(id, text),
        owner: owner.map(str::to_owned),
        due: due.map(str::to_owned),
        ..ActionItem::default()
    }
}

fn english() -> Content {
    Content {
        language: Some("en".to_owned()),
        headline: Some(point("h1", "Maya wants to lead with more rest.")),
        overview: points(
            'o',
            &[
                "Maya spoke about the workload of her team.",
                "The budget of the team is basically gone.",
                "Weather was mentioned.",
                "Maya's sleep is better than in spring.",
            ],
        ),
        key_moments: points(
            'm',
            &["I said no for once.", "The team laughed.", "Maya paused before she answered."],
        ),
        topics: points('t', &["delegation", "sleep", "budget"]),
        decisions: points(
            'd',
            &["Maya moves the weekly meeting to Tuesday.", "Tomas takes over the budget."],
        ),
        action_items: vec![
            item("a1", "Write to Tomas about the plan.", Some("Maya"), Some("by Friday")),
            item("a2", "Book a room for the workshop.", None, None),
            item("a3", "Utilize the new tool.", Some("Omer"), None),
        ],
        open_questions: points('q', &["Who covers the night shift?", "What would Maya give up?"]),
        sections: vec![OwnSection {
            title: "Wins".to_owned(),
            points: points('s', &["A calm talk.", "Two walks."]),
        }],
        closing: Some("Warmly, Dana".to_owned()),
        ..Content::empty(Method::Extractive)
    }
}

fn hebrew() -> Content {
    Content {
        language: Some("he".to_owned()),
        headline: Some(point("h1", "מאיה רוצה להוביל עם יותר מנוחה.")),
        overview: points(
            'o',
            &["מאיה דיברה על העומס בצוות.", "התקציב של הצוות בעצם נגמר.", "הוזכר מזג האוויר."],
        ),
        key_moments: points('m', &["אמרתי לא.", "הצוות צחק.", "מאיה עצרה."]),
        topics: points('t', &["האצלה", "שינה", "תקציב"]),
        decisions: points('d', &["מאיה מזיזה את הישיבה ליום שלישי.", "תומס לוקח את התקציב."]),
        action_items: vec![
            item("a1", "לכתוב לתומס על התוכנית.", Some("מאיה"), Some("עד יום שישי")),
            item("a2", "להזמין חדר לסדנה.", None, None),
            item("a3", "לשלוח את השקפים.", Some("עומר"), None),
        ],
        open_questions: points('q', &["מי מכסה את משמרת הלילה?", "על מה מאיה תוותר?"]),
        ..Content::empty(Method::Extractive)
    }
}

/// Returns an outcome in short: `-d1` drops, `d1>topics@0` moves, `d1:text` changes, `+topics=…`
/// adds, `opening=…` and `closing=…` set, `model` and `unclear`.
fn short(outcome: &Outcome) -> String {
    let edits = match outcome {
        Outcome::Edits { edits, .. } => edits,
        Outcome::NeedsModel { .. } => return "model".to_owned(),
        Outcome::Unclear { .. } => return "unclear".to_owned(),
    };
    let set = |name: &str, change: &Change<String>| match change {
        Change::Keep => None,
        Change::Clear => Some(format!("{name}=none")),
        Change::Set(value) => Some(format!("{name}={value}")),
    };
    let one = |edit: &Edit| match edit {
        Edit::Drop { id } => format!("-{id}"),
        Edit::Move { id, section, position } => {
            let section = section.as_ref().map(Section::to_string).unwrap_or_default();
            let position = position.map(|at| format!("@{at}")).unwrap_or_default();
            format!("{id}>{section}{position}")
        }
        Edit::Change { id, text, owner, due, due_on, done, .. } => {
            let day = match due_on {
                Change::Set(day) => Some(format!("on={day}")),
                _ => None,
            };
            let parts = [
                text.clone(),
                set("owner", owner),
                set("due", due),
                day,
                done.map(|done| format!("done={done}")),
            ];
            format!("{id}:{}", parts.into_iter().flatten().collect::<Vec<_>>().join(" "))
        }
        Edit::Add { section, text, owner, due, .. } => {
            let more: String =
                [owner, due].into_iter().flatten().map(|w| format!(" [{w}]")).collect();
            format!("+{section}={text}{more}")
        }
        Edit::Merge { ids, text } => format!("merge {}={text}", ids.join(",")),
        Edit::SetOpening { text } => format!("opening={}", text.as_deref().unwrap_or("none")),
        Edit::SetClosing { text } => format!("closing={}", text.as_deref().unwrap_or("none")),
        Edit::RenameSection { title, to } => format!("{title}->{to}"),
    };
    edits.iter().map(one).collect::<Vec<_>>().join("; ")
}

const ENGLISH: &[(&str, &str)] = &[
    // Dropping.
    ("Remove the second decision", "-d2"),
    ("please delete q2.", "-q2"),
    ("Drop everything about Tomas", "-d2; -a1"),
    ("delete the last two key moments", "-m2; -m3"),
    ("remove the first two topics", "-t1; -t2"),
    ("Remove topics 1-2", "-t1; -t2"),
    ("remove topics 1 to 3", "-t1; -t2; -t3"),
    ("drop action items 1 and 3", "-a1; -a3"),
    ("Get rid of the topics", "-t1; -t2; -t3"),
    ("remove all key moments", "-m1; -m2; -m3"),
    ("remove both decisions", "-d1; -d2"),
    ("take out the third sentence of the overview", "-o3"),
    ("Can you remove the decision about the budget?", "-d2"),
    ("drop the headline", "-h1"),
    ("remove the second-to-last topic", "-t2"),
    ("leave the second question out", "-q2"),
    ("remove the 3rd topic", "-t3"),
    ("delete m1 and m3", "-m1; -m3"),
    ("delete m1-m3", "-m1; -m2; -m3"),
    ("Remove the third decision", "unclear"),
    ("Remove d9", "unclear"),
    ("remove the decision", "unclear"),
    ("drop everything", "unclear"),
    ("delete the summary", "unclear"),
    ("remove the questions for next time", "unclear"),
    ("drop everything about horses", "unclear"),
    ("remove the point about the budget", "unclear"),
    ("remove the second point", "unclear"),
    ("remove the second one in Wins", "-s2"),
    ("remove the Wins section", "-s1; -s2"),
    ("remove two decisions", "unclear"),
    ("remove the boring parts", "model"),
    ("remove the part about Tomas", "unclear"),
    ("Can you drop the second key moment and the last topic?", "-m2; -t3"),
    ("remove everything from Wins", "-s1; -s2"),
    ("delete the second", "unclear"),
    ("remove it", "unclear"),
    ("remove all of Omer's action items", "-a3"),
    ("remove all action items of Omer", "-a3"),
    ("remove “Weather was mentioned.”", "-o3"),
    ("don't remove d2", "model"),
    ("remove everything except the decisions", "model"),
    // Words.
    ("change Maya to Maia in d1", "d1:Maia moves the weekly meeting to Tuesday."),
    ("replace “Utilize” with “Use”", "a3:Use the new tool."),
    ("replace utilize with use", "a3:Use the new tool."),
    ("Say “use” instead of “utilize”.", "a3:Use the new tool."),
    ("change workshop to offsite", "a2:Book a room for the offsite."),
    ("change Friday to Monday", "a1:due=by Monday on=2026-12-07"),
    (
        "call Maya Maia",
        "h1:Maia wants to lead with more rest.; o1:Maia spoke about the workload of her team.; \
         o4:Maia's sleep is better than in spring.; m3:Maia paused before she answered.; \
         d1:Maia moves the weekly meeting to Tuesday.; a1:owner=Maia; q2:What would Maia give up?",
    ),
    (
        "it's Thomas, not Tomas",
        "d2:Thomas takes over the budget.; a1:Write to Thomas about the plan.",
    ),
    ("change Wins to Victories", "Wins->Victories"),
    ("rename the Wins section to Victories", "Wins->Victories"),
    ("remove the word basically", "o2:The budget of the team is gone."),
    ("change elephant to mouse", "unclear"),
    ("call Tomas tomorrow", "model"),
    ("change Dana to Dina", "closing=Warmly, Dina"),
    ("change d1 to “Maya rests on Tuesdays.”", "d1:Maya rests on Tuesdays."),
    ("change the first decision to: Maya rests.", "d1:Maya rests."),
    ("the headline should say: More rest, better work.", "h1:More rest, better work."),
    ("change d1 to something warmer", "model"),
    ("change d1 to Maya rests", "unclear"),
    ("d1: Maya rests.", "d1:Maya rests."),
    ("remove the words “of the team” everywhere", "o2:The budget is basically gone."),
    ("change it to past tense", "model"),
    ("change the order of the topics", "model"),
    ("replace Tomas by Thomas in the decisions", "d2:Thomas takes over the budget."),
    ("change the word team to crew in m2", "m2:The crew laughed."),
    // Adding.
    ("add an action item: Call the bank", "+action_items=Call the bank"),
    ("Add to decisions: We meet on Mondays.", "+decisions=We meet on Mondays."),
    ("add a topic: trust", "+topics=trust"),
    ("add “trust” to the topics", "+topics=trust"),
    ("add an open question: Who pays?", "+open_questions=Who pays?"),
    ("add a question for next time: How was the walk?", "+next_questions=How was the walk?"),
    ("add to Wins: She slept.", "+Wins=She slept."),
    ("add an action item for Omer: Call the bank", "+action_items=Call the bank [Omer]"),
    ("add an action item: call the bank by Friday", "+action_items=call the bank [by Friday]"),
    ("add a decision about sleep", "model"),
    ("add more detail", "model"),
    ("add a greeting", "unclear"),
    ("add: Call the bank", "unclear"),
    ("add an action item", "unclear"),
    ("add a decision that we meet on Mondays", "+decisions=We meet on Mondays"),
    ("add an action item to call the bank", "+action_items=Call the bank"),
    ("add the action item “Call the bank” for Omer", "+action_items=Call the bank [Omer]"),
    // Order.
    ("Move the third moment first", "m3>@0"),
    ("move d2 to the top", "d2>@0"),
    ("put the first topic last", "t1>@2"),
    ("move m1 before m3", "m1>key_moments@1"),
    ("move m3 before the first moment", "m3>key_moments@0"),
    ("put the last topic after the first topic", "t3>topics@1"),
    ("move d1 to the action items", "d1>action_items"),
    ("move the second question to questions for next time", "q2>next_questions"),
    ("swap d1 and d2", "d1>@1; d2>@0"),
    ("move a3 up", "a3>@1"),
    ("make d1 the headline", "h1>decisions@0; d1>headline"),
    (
        "merge d1 and d2",
        "merge d1,d2=Maya moves the weekly meeting to Tuesday. Tomas takes over the budget.",
    ),
    ("put decisions before action items", "unclear"),
    ("move the fifth moment first", "unclear"),
    ("move the last two topics first", "t3>@0; t2>@0"),
    // Owners, times, states.
    ("make the second action item Omer's", "a2:owner=Omer"),
    ("assign a2 to Omer", "a2:owner=Omer"),
    ("Give the last task to Tomas", "a3:owner=Tomas"),
    ("a2 is Tomas'", "a2:owner=Tomas"),
    ("Omer will take a2", "a2:owner=Omer"),
    ("the owner of the first action item is Omer", "a1:owner=Omer"),
    ("remove the owner of a1", "a1:owner=none"),
    ("assign a2 to me", "unclear"),
    ("assign d1 to Omer", "unclear"),
    ("make the fifth action item Omer's", "unclear"),
    ("mark the first action item done", "a1:done=true"),
    ("mark a1 and a2 as done", "a1:done=true; a2:done=true"),
    ("a3 is done", "a3:done=true"),
    ("check off a1", "a1:done=true"),
    ("mark a1 as not done", "unclear"),
    ("mark d1 as done", "unclear"),
    ("the deadline of a2 is Friday", "a2:due=Friday on=2026-12-04"),
    ("set the deadline of the second action item to 2026-12-24", "a2:due=2026-12-24 on=2026-12-24"),
    ("a2 is due next month", "a2:due=next month on=2026-12-31"),
    ("a2 is due before the race", "a2:due=before the race"),
    ("remove the deadline of a1", "a1:due=none"),
    ("push the deadline of a1 to Monday", "a1:due=Monday on=2026-12-07"),
    ("a2's deadline is Monday", "a2:due=Monday on=2026-12-07"),
    ("remove a1's owner", "a1:owner=none"),
    ("Let Omer do the second task", "a2:owner=Omer"),
    ("mark Omer's tasks as done", "a3:done=true"),
    ("mark all action items as done", "a1:done=true; a2:done=true; a3:done=true"),
    // The frame.
    ("start with “Hi Maya,”", "opening=Hi Maya,"),
    ("Start with Hi Maya", "opening=Hi Maya"),
    ("sign off with “Talk soon, Dana”", "closing=Talk soon, Dana"),
    ("set the greeting to: Dear Maya", "opening=Dear Maya"),
    ("remove the sign-off", "closing=none"),
    ("remove the greeting", "unclear"),
    ("start with something nice", "unclear"),
    ("start with a warmer tone", "model"),
    // Length.
    ("shorten the key moments", "-m1"),
    ("shorten the overview to two sentences", "-o2; -o3"),
    ("shorten o2", "o2:The budget of the team is gone."),
    ("shorten d1", "model"),
    ("Make the summary shorter", "-o3; -m1; -t1; o2:The budget of the team is gone."),
    ("shorten the topics to five", "unclear"),
    ("make the topics half as long", "-t1"),
    ("only keep two topics", "-t1"),
    ("fewer topics", "-t1"),
    ("keep only the first decision", "model"),
    // Several.
    ("Remove d2 and mark a1 as done.", "-d2; a1:done=true"),
    ("drop t1, then move m3 first", "-t1; m3>@0"),
    ("delete q1. Start with “Hi,”", "-q1; opening=Hi,"),
    ("remove d2 and make it warmer", "model"),
    ("remove d2 and drop d9", "unclear"),
    // What needs a model.
    ("make it warmer", "model"),
    ("what did she mean?", "model"),
    ("make it more formal", "model"),
    ("translate it to Hebrew", "model"),
    ("rewrite the overview", "model"),
    ("why did Maya pause?", "model"),
    ("focus on her relationship with her team", "model"),
    ("", "model"),
];

const HEBREW: &[(&str, &str)] = &[
    ("מחק את ההחלטה השנייה", "-d2"),
    ("תסירי את q2 בבקשה", "-q2"),
    ("הסר את הנושא האחרון", "-t3"),
    ("תמחקי את שני הרגעים הראשונים", "-m1; -m2"),
    ("מחק את שתי המשימות האחרונות", "-a2; -a3"),
    ("הסר את כל הנושאים", "-t1; -t2; -t3"),
    ("תוריד את כל מה שקשור לתומס", "-d2; -a1"),
    ("מחק את ההחלטה על התקציב", "-d2"),
    ("הסר את ההחלטה החמישית", "unclear"),
    ("מחק את ההחלטה", "unclear"),
    ("מחק הכול", "unclear"),
    ("הסר את a1 ואת a3", "-a1; -a3"),
    ("מחק משימות 1 ו-3", "-a1; -a3"),
    ("הוסף משימה: להתקשר לבנק", "+action_items=להתקשר לבנק"),
    ("תוסיפי להחלטות: נפגשים בימי שני", "+decisions=נפגשים בימי שני"),
    ("הוסף נושא: אמון", "+topics=אמון"),
    ("הוסף עוד פרטים", "model"),
    ("החלף את התקציב בכסף", "d2:תומס לוקח את כסף.; o2:כסף של הצוות בעצם נגמר."),
    ("כתוב “סדנא” במקום “סדנה”", "a2:להזמין חדר לסדנא."),
    (
        "החלף את השם מאיה במיה",
        "h1:מיה רוצה להוביל עם יותר מנוחה.; o1:מיה דיברה על העומס בצוות.; m3:מיה עצרה.; \
         d1:מיה מזיזה את הישיבה ליום שלישי.; a1:owner=מיה; q2:על מה מיה תוותר?",
    ),
    ("שנה את d1 ל\"מאיה נחה ביום שלישי.\"", "d1:מאיה נחה ביום שלישי."),
    ("שנה את הכותרת ל“יותר מנוחה”", "h1:יותר מנוחה"),
    ("העבר את הרגע השלישי להתחלה", "m3>@0"),
    ("שים את הנושא הראשון בסוף", "t1>@2"),
    ("העבר את m1 לפני m3", "m1>key_moments@1"),
    ("תעבירי את d1 למשימות", "d1>action_items"),
    ("תן את המשימה השנייה לעומר", "a2:owner=עומר"),
    ("העבר את המשימה השנייה לעומר", "a2:owner=עומר"),
    ("המשימה השנייה של עומר", "a2:owner=עומר"),
    ("תן את המשימה השנייה לי", "unclear"),
    ("תן את ההחלטה הראשונה לעומר", "unclear"),
    ("סמן את המשימה הראשונה כבוצעה", "a1:done=true"),
    ("המשימה השלישית בוצעה", "a3:done=true"),
    ("המועד של a2 הוא יום שישי", "a2:due=יום שישי on=2026-12-04"),
    ("הדדליין של המשימה השנייה הוא מחר", "a2:due=מחר on=2026-12-01"),
    ("הסר את המועד של a1", "a1:due=none"),
    ("פתח ב“היי מאיה,”", "opening=היי מאיה,"),
    ("תתחילי ב״היי מאיה״", "opening=היי מאיה"),
    ("סיים ב“בחום, דנה”", "closing=בחום, דנה"),
    ("הסר את הברכה", "unclear"),
    ("קצר את רגעי המפתח", "-m1"),
    ("תקצרי את הסקירה לשני משפטים", "-o3"),
    ("קצר את o2", "o2:התקציב של הצוות נגמר."),
    ("קצר את d1", "model"),
    ("מזג את d1 ואת d2", "merge d1,d2=מאיה מזיזה את הישיבה ליום שלישי. תומס לוקח את התקציב."),
    ("הפוך את d1 לכותרת", "h1>decisions@0; d1>headline"),
    ("מחק את d2 וסמן את a1 כבוצעה", "-d2; a1:done=true"),
    ("תורידי את ההחלטה השנייה ואת הנושא האחרון", "-d2; -t3"),
    ("אפשר למחוק את הנושא השלישי?", "-t3"),
    ("תמחק את הנקודה על תומס", "unclear"),
    ("מחק את כל המשימות של עומר", "-a3"),
    ("הוסף משימה", "unclear"),
    ("הוסף משימה לעומר: להתקשר לבנק", "+action_items=להתקשר לבנק [עומר]"),
    ("החלף בין d1 ו-d2", "d1>@1; d2>@0"),
    ("תקרא לתומס מחר", "model"),
    ("אל תמחק את d2", "model"),
    ("מחק את המילה בעצם", "o2:התקציב של הצוות נגמר."),
    ("השאר רק שני נושאים", "-t3"),
    ("הסר את הרגע לפני האחרון", "-m2"),
    ("האחראי של a2 הוא עומר", "a2:owner=עומר"),
    ("קבע את המועד של המשימה השנייה ליום חמישי", "a2:due=יום חמישי on=2026-12-03"),
    ("סמן את כל המשימות כבוצעו", "a1:done=true; a2:done=true; a3:done=true"),
    ("סיים בשאלה", "unclear"),
    ("תעשה את זה יותר חם", "model"),
    ("למה היא התכוונה?", "model"),
    ("תרגם לאנגלית", "model"),
];

fn context() -> Context {
    Context { held_on: NaiveDate::from_ymd_opt(2026, 11, 30) }
}

/// Compares as sets: the order of edits that do not depend on each other is no matter.
fn same(a: &str, b: &str) -> bool {
    let set = |text: &str| text.split("; ").map(str::to_owned).collect::<HashSet<_>>();
    a == b || !a.contains('>') && set(a) == set(b)
}

#[test]
fn instructions_are_followed_or_refused() {
    let mut wrong = Vec::new();
    for (content, table) in [(english(), ENGLISH), (hebrew(), HEBREW)] {
        for (message, expected) in table {
            let outcome = refine(&content, message, context());
            if !same(&short(&outcome), expected) {
                wrong.push(format!(
                    "{message}\n  expected {expected}\n  got      {}",
                    short(&outcome)
                ));
            }
        }
    }
    assert!(ENGLISH.len() + HEBREW.len() >= 200);
    assert!(wrong.is_empty(), "{} are wrong:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn edits_can_be_applied_and_leave_the_quotes() {
    for (content, table) in [(english(), ENGLISH), (hebrew(), HEBREW)] {
        for (message, _) in table {
            let Outcome::Edits { edits, said } = refine(&content, message, context()) else {
                continue;
            };
            let edited = edit::apply(&content, &edits, []).expect(message);
            assert!(!said.is_empty());
            let quotes = |content: &Content| -> HashSet<String> {
                let points = content.points();
                points.iter().flat_map(|(_, p)| &p.quotes).map(|q| q.text.clone()).collect()
            };
            assert!(quotes(&edited).is_subset(&quotes(&content)), "{message}");
            // What no edit names is as it was.
            let named: HashSet<String> = edits
                .iter()
                .flat_map(|edit| match edit {
                    Edit::Drop { id } | Edit::Change { id, .. } | Edit::Move { id, .. } => {
                        vec![id.clone()]
                    }
                    Edit::Merge { ids, .. } => ids.clone(),
                    _ => Vec::new(),
                })
                .collect();
            for (_, before) in content.points().iter().filter(|(_, p)| !named.contains(&p.id)) {
                let after = edited.points();
                assert!(after.iter().any(|(_, p)| p == before), "{message}: {}", before.id);
            }
        }
    }
}

#[test]
fn answers_are_in_the_language_of_the_instruction() {
    let say = |content: &Content, message: &str| match refine(content, message, context()) {
        Outcome::Edits { said, .. } => said,
        Outcome::NeedsModel { why } => why,
        Outcome::Unclear { question } => question,
    };
    let english = english();
    assert_eq!(
        say(&english, "Remove the third decision"),
        "There are only two decisions. Which do you mean?"
    );
    assert_eq!(say(&english, "remove d2"), "Dropped d2 (“Tomas takes over the budget.”).");
    assert_eq!(say(&english, "swap d1 and d2"), "Swapped d1 and d2.");
    assert_eq!(say(&english, "assign a2 to me"), "Who is “me”? Please give a name.");
    assert!(
        say(&english, "make it warmer")
            .starts_with("Changing the tone or the wording needs a language model.")
    );
    assert!(say(&english, "what did she mean?").starts_with("Answering a question needs"));
    let is_hebrew = |text: &str| text.chars().any(|c| ('\u{5D0}'..='\u{5EA}').contains(&c));
    for message in ["מחק את ההחלטה החמישית", "למה היא התכוונה?", "מחק את d2"]
    {
        assert!(is_hebrew(&say(&hebrew(), message)), "{message}");
    }
}

#[test]
fn an_empty_summary_is_asked_about() {
    let empty = Content::empty(Method::Extractive);
    for message in ["remove the second decision", "mark all action items as done", "drop d1"] {
        let outcome = refine(&empty, message, context());
        assert!(matches!(outcome, Outcome::Unclear { .. }), "{message}: {outcome:?}");
    }
}

#[test]
fn long_messages_are_answered_in_bounded_time() {
    for words in
        ["change a to ", "add to in for : ", "move the first and ", "החלף את ב ל ", "“a” to is "]
    {
        let message: String = words.chars().cycle().take(MESSAGE_MAX).collect();
        let begun = std::time::Instant::now();
        refine(&english(), &message, context());
        refine(&english(), &format!("{message}x"), context());
        assert!(begun.elapsed().as_secs() < 10, "{words}: {:?}", begun.elapsed());
    }
}

proptest::proptest! {
    #[test]
    fn no_message_breaks_it(words in proptest::collection::vec(0usize..46, 0..14)) {
        const WORDS: &[&str] = &[
            "remove", "the", "second", "d1", "and", "“", "”", "\"", "'s", "to", "first", "last",
            "two", "1-3", "action", "items", "about", "Tomas", "make", "add", ":", ",", ".", "מחק",
            "את", "ל", "ב\"", "החלטה", "ו", "-", "shorten", "to", "move", "before", "😀", "is",
            "done", "due", "Omer's", "replace", "ב’היי", "ולמחוק’ל", "İ’s", "וסמן", "a1’s", "ל-d2",
        ];
        let message = words.iter().map(|at| WORDS[*at]).collect::<Vec<_>>().join(" ");
        for content in [english(), hebrew(), Content::empty(Method::Extractive)] {
            if let Outcome::Edits { edits, .. } = refine(&content, &message, context()) {
                proptest::prop_assert!(edit::apply(&content, &edits, []).is_ok(), "{}", message);
            }
        }
    }
}
