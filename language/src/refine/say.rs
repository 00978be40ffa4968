//! What a refinement answers, in English and Hebrew.

use super::lexicon::Tongue;
use debrief_domain::summary::Section;

/// Writes answers in the language of the instruction.
#[derive(Debug, Clone, Copy)]
pub(super) struct Say(pub(super) Tongue);

impl Say {
    /// Returns one of two texts.
    pub(super) fn of(self, english: impl Into<String>, hebrew: impl Into<String>) -> String {
        match self.0 {
            Tongue::English => english.into(),
            Tongue::Hebrew => hebrew.into(),
        }
    }

    /// Returns what a section is called, of one point or of several.
    pub(super) fn section(self, section: &Section, one: bool) -> String {
        let (english, hebrew) = match (section, one) {
            (Section::Headline, _) => ("headline", "כותרת"),
            (Section::Overview, true) => ("overview sentence", "משפט בסקירה"),
            (Section::Overview, false) => ("overview sentences", "משפטים בסקירה"),
            (Section::KeyMoments, true) => ("key moment", "רגע מפתח"),
            (Section::KeyMoments, false) => ("key moments", "רגעי מפתח"),
            (Section::Topics, true) => ("topic", "נושא"),
            (Section::Topics, false) => ("topics", "נושאים"),
            (Section::Progress, true) => ("point on progress", "נקודת התקדמות"),
            (Section::Progress, false) => ("points on progress", "נקודות התקדמות"),
            (Section::Decisions, true) => ("decision", "החלטה"),
            (Section::Decisions, false) => ("decisions", "החלטות"),
            (Section::ActionItems, true) => ("action item", "משימה"),
            (Section::ActionItems, false) => ("action items", "משימות"),
            (Section::OpenQuestions, true) => ("open question", "שאלה פתוחה"),
            (Section::OpenQuestions, false) => ("open questions", "שאלות פתוחות"),
            (Section::NextQuestions, true) => ("question for next time", "שאלה לפגישה הבאה"),
            (Section::NextQuestions, false) => ("questions for next time", "שאלות לפגישה הבאה"),
            (Section::Own(title), true) => {
                return self.of(format!("point of “{title}”"), format!("נקודה ב“{title}”"));
            }
            (Section::Own(title), false) => {
                return self.of(format!("points of “{title}”"), format!("נקודות ב“{title}”"));
            }
        };
        self.of(english, hebrew)
    }

    /// Returns the names of points: their ids.
    pub(super) fn ids(self, ids: &[String]) -> String {
        match ids {
            [] => String::new(),
            [one] => one.clone(),
            [first @ .., last] => {
                let and = self.of(" and ", " ו-");
                format!("{}{and}{last}", first.join(", "))
            }
        }
    }

    pub(super) fn no_point(self, id: &str) -> String {
        self.of(
            format!("There is no point {id}. Which one do you mean?"),
            format!("אין נקודה {id}. לאיזו נקודה הכוונה?"),
        )
    }

    pub(super) fn none_of(self, section: &Section) -> String {
        let name = self.section(section, false);
        self.of(
            format!("There are no {name}. What should be changed instead?"),
            format!("אין {name}. מה לשנות במקום זה?"),
        )
    }

    pub(super) fn only(self, section: &Section, count: usize) -> String {
        let name = self.section(section, count == 1);
        let numbers =
            ["no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"];
        let number = numbers.get(count).map_or_else(|| count.to_string(), |n| (*n).to_owned());
        let verb = if count == 1 { "is" } else { "are" };
        self.of(
            format!("There {verb} only {number} {name}. Which do you mean?"),
            format!("יש רק {count} {name}. לאיזו הכוונה?"),
        )
    }

    pub(super) fn which_of(self, section: &Section, ids: &[String]) -> String {
        let name = self.section(section, false);
        let (count, ids) = (ids.len(), self.ids(ids));
        self.of(
            format!("There are {count} {name}: {ids}. Which do you mean?"),
            format!("יש {count} {name}: {ids}. לאיזו הכוונה?"),
        )
    }

    pub(super) fn which_of_these(self, ids: &[String]) -> String {
        let ids = self.ids(ids);
        self.of(
            format!("That fits {ids}. Which do you mean?"),
            format!("זה מתאים ל-{ids}. לאיזו הכוונה?"),
        )
    }

    pub(super) fn which_questions(self) -> String {
        self.of(
            "Do you mean the open questions or the questions for next time?",
            "הכוונה לשאלות הפתוחות או לשאלות לפגישה הבאה?",
        )
    }

    pub(super) fn which_section(self) -> String {
        self.of(
            "In which section? Name it, or the id of the point.",
            "באיזה חלק? אפשר לציין את החלק או את מזהה הנקודה.",
        )
    }

    pub(super) fn mentions_nothing(self, words: &str) -> String {
        self.of(
            format!("No point mentions “{words}”. What do you mean?"),
            format!("אין נקודה שמזכירה את “{words}”. למה הכוונה?"),
        )
    }

    pub(super) fn not_there(self, words: &str) -> String {
        self.of(
            format!("“{words}” is not in the summary. Which words should be changed?"),
            format!("“{words}” לא מופיע בסיכום. אילו מילים לשנות?"),
        )
    }

    pub(super) fn not_an_item(self, id: &str) -> String {
        self.of(
            format!("{id} is not an action item, and only those have an owner, a deadline and a state. Should it become one?"),
            format!("{id} אינה משימה, ורק למשימות יש אחראי, מועד ומצב. להפוך אותה למשימה?"),
        )
    }

    pub(super) fn who(self, words: &str) -> String {
        self.of(
            format!("Who is “{words}”? Please give a name."),
            format!("מי זה “{words}”? צריך שם."),
        )
    }

    pub(super) fn which_text(self, section: &Section) -> String {
        let name = self.section(section, true);
        self.of(
            format!("What should the new {name} say? Write it after a colon."),
            format!("מה לכתוב ({name})? אפשר אחרי נקודתיים."),
        )
    }

    pub(super) fn add_where(self) -> String {
        self.of(
            "To which section? For example: add a decision: …",
            "לאיזה חלק? למשל: הוסף החלטה: …",
        )
    }

    pub(super) fn frame_words(self) -> String {
        self.of(
            "Which words? Put them in quotation marks, such as: start with “Hi Maya,”.",
            "באילו מילים? אפשר לכתוב אותן במירכאות, למשל: פתח ב“היי מאיה,”.",
        )
    }

    pub(super) fn which_words(self, id: &str, words: &str) -> String {
        self.of(
            format!(
                "Should {id} read “{words}”, word for word? Then put the words in quotation marks."
            ),
            format!("לכתוב ב-{id} “{words}”, מילה במילה? אם כן, צריך לשים את המילים במירכאות."),
        )
    }

    pub(super) fn sections_are_fixed(self) -> String {
        self.of(
            "The sections stand in a fixed order. Should points be moved to another section instead?",
            "סדר החלקים קבוע. להעביר נקודות לחלק אחר במקום זה?",
        )
    }

    pub(super) fn everything(self) -> String {
        self.of(
            "That would leave nothing of the summary. Which points should go?",
            "לא יישאר כלום מהסיכום. אילו נקודות להסיר?",
        )
    }

    pub(super) fn two_points(self) -> String {
        self.of("Which two points do you mean?", "לאילו שתי נקודות הכוונה?")
    }

    /// Says what the instruction needs, and what can be done without it.
    pub(super) fn needs_model(self, kind: Need) -> String {
        let (english, hebrew) = match kind {
            Need::Answer => ("Answering a question", "מענה על שאלה"),
            Need::Tone => ("Changing the tone or the wording", "שינוי הטון או הניסוח"),
            Need::Translation => ("Translating", "תרגום"),
            Need::Rewriting => (
                "Shortening this further means rewriting its sentences, which",
                "כדי לקצר עוד צריך לנסח מחדש, וזה",
            ),
            Need::Other => ("This instruction", "ההוראה הזאת"),
        };
        self.of(
            format!("{english} needs a language model. Without one, points can be shortened, dropped, added, changed, moved and assigned, and words replaced."),
            format!("{hebrew} דורש מודל שפה. בלעדיו אפשר לקצר, להסיר, להוסיף, לשנות, להזיז ולהקצות נקודות ולהחליף מילים."),
        )
    }
}

/// Why a language model is needed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Need {
    Answer,
    Tone,
    Translation,
    Rewriting,
    Other,
}
