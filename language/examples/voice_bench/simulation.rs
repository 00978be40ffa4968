//! A simulated coach who edits ten drafts, and writers that learn from it, or do not.
//!
//! The coach has eight habits: a greeting, a sign-off, the second person, words that they never use,
//! no exclamation marks, British spelling, no headings, a closing question. In each session they
//! also make edits that are due to that session alone: another word, a changed number, a changed
//! name, an added sentence. Those are no habit, and whoever takes them for one writes worse drafts.
//!
//! What the coach approves depends on the session alone, not on the draft, so that the distance of
//! a draft to it measures the draft.

use debrief_domain::summary::content::{Content, Method, Point};
use debrief_domain::summary::text::{Style, render};
use debrief_domain::voice::{LessonState, Profile};
use debrief_language::voice::{Edited, apply, followed, learn, style};

/// Sessions of a run.
pub(crate) const SESSIONS: usize = 10;
/// Statements of a session, by section.
const OVERVIEW: usize = 6;
const DECISIONS: usize = 4;
const QUESTIONS: usize = 4;
/// How many of them every writer writes alike.
const ALIKE: usize = 4;

/// Names of the habits, in the order of [`Figures::habits`].
pub(crate) const HABITS: [&str; 8] =
    ["greeting", "sign-off", "person", "words", "!", "spelling", "headings", "question"];

/// How drafts are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Arm {
    /// By a model that knows nothing of the coach.
    Unlearned,
    /// By the same model, with what can be followed without one.
    Deterministic,
    /// By a model that follows the rules in plain words.
    Followed,
    /// By that model, for a coach who has no habits and makes one-off edits alone.
    Noise,
}

/// What one session measured.
#[derive(Debug, Clone)]
pub(crate) struct Figures {
    /// Word edit distance of the draft to what was approved, as a share of the longer.
    pub(crate) distance: f64,
    /// For each habit, the share of its places in the draft that do not follow it.
    pub(crate) habits: [f64; 8],
}

/// What a run measured.
pub(crate) struct Run {
    /// By session.
    pub(crate) sessions: Vec<Figures>,
    /// What the profile knew at the end.
    pub(crate) profile: Profile,
}

impl Run {
    /// Returns the number of lessons that are followed at the end.
    pub(crate) fn followed(&self) -> usize {
        self.profile.lessons.iter().filter(|l| l.state() == LessonState::Followed).count()
    }
}

const GREETING: &str = "Hi @,";
const SIGN_OFF: &str = "In your corner,\nDana";
const QUESTION: &str = "What would make the biggest difference before we meet again?";

/// Clients, one for each session.
const CLIENTS: [&str; SESSIONS] =
    ["Maya", "Noor", "Priya", "Lucia", "Ingrid", "Amara", "Yuki", "Zeynep", "Clara", "Ruth"];

/// Statements: `[third person|second person]`, `<avoided|used>`, `{American|British}`; `@` is the
/// client. Each ends with the mark of a writer who is easily excited.
const STATEMENTS: &[&str] = &[
    "[@ wants|You want] to <utilize|use> the quiet mornings to {prioritize|prioritise} what [she cares|you care] about!",
    "[@ has|You have] <commenced|started> to {organize|organise} the project with [her|your] deputy <regarding|about> the budget!",
    "The <individuals|people> around [her|you] notice that [@'s|your] {behavior|behaviour} has become calmer!",
    "[@ says she needs|You said you need] <additional|more> time to {analyze|analyse} what the board expects of [her|you]!",
    "[@ decided|You decided] to <leverage|build on> the strengths of [her|your] team before the {reorganization|reorganisation}!",
    "[She|You] <demonstrated|showed> how [she has|you have] {honored|honoured} the promise to [her|your] family!",
    "[@ plans|You plan] to <terminate|end> the weekly call, which [she does|you do] not {favor|favour}!",
    "[@ spoke|You spoke] with 14 <individuals|people> <regarding|about> [her|your] move to the new {center|centre}!",
    "[@ is|You are] ready to <commence|start> the talks in which [she apologizes|you {apologize|apologise}] to [her|your] brother!",
    "[@ will|You will] <endeavor|try> to {minimize|minimise} meetings that take [her|you] away from [her|your] work!",
    "The {color|colour} of the report does not matter, [@ realized|you {realized|realised}], while <individuals|people> wait for [her|you]!",
    "[@ asked|You asked] for <assistance|help> to {finalize|finalise} the plan that [she was|you were] proud of!",
    "[@ has|You have] not <obtained|got> the answer <regarding|about> [her|your] {labor|labour} contract!",
    "[She|You] {recognized|recognised} that [she|you] <utilize|use> work to avoid [her|your] grief!",
    "[@ wants|You want] [her|your] {neighbor|neighbour} to <assist|help> with the garden while [she travels|you travel]!",
    "[@'s|Your] manager will <demonstrate|show> the tool that could {harmonize|harmonise} [her|your] two calendars!",
    "[@ will|You will] <leverage|build on> the trust of [her|your] peers to {standardize|standardise} the reviews!",
    "[She feels|You feel] that <additional|more> praise would {energize|energise} the people who follow [her|you]!",
    "[@ promised|You promised] [herself|yourself] to <terminate|end> the habit of {apologizing|apologising} first!",
    "[@ hopes|You hope] to <obtain|get> a seat in the {theater|theatre} group of [her|your] town!",
    "[She|You] <endeavored|tried> to {sympathize|sympathise} with the 23 colleagues whom [her|your] choice upset!",
    "[@ talked|You talked] about [her|your] father, whose {humor|humour} [she misses|you miss], and asked for <assistance|help>!",
    "[@ is|You are] going to <commence|start> each day with what [she|you] {emphasized|emphasised} today!",
    "[@ knows|You know] that [her|your] {favorite|favourite} coach would <utilize|use> silence here!",
];

/// Statements that every writer writes alike.
const PLAIN: &[&str] = &[
    "The board meets on the second floor and has four open places.",
    "Two of the three departments moved to the new building in autumn.",
    "The launch went well, and the numbers were better than those of last year.",
    "A long walk by the river was the best part of the month.",
    "The contract with the supplier ran out, and nobody had seen it coming.",
    "The school of the children is near the station, with a bus every ten minutes.",
    "Silence in a meeting is not the same as consent.",
    "The first plan was too large, the next one was too vague.",
    "There is a gap between what the team hears and what was meant.",
    "Sleep was short in the week of the fair, and long after it.",
    "The old office had a view of the castle wall and no heating.",
    "It took a year until the two firms spoke with one voice.",
];

/// Words that are in statements and are changed once, to what.
const SYNONYMS: &[(&str, &str)] = &[
    ("quiet", "early"),
    ("calmer", "steadier"),
    ("strengths", "talents"),
    ("budget", "money"),
    ("proud", "fond"),
    ("garden", "hedge"),
    ("trust", "respect"),
    ("praise", "thanks"),
    ("habit", "reflex"),
    ("grief", "loss"),
    ("town", "village"),
    ("silence", "pauses"),
    ("report", "paper"),
    ("deputy", "second"),
    ("peers", "equals"),
    ("promise", "word"),
    ("answer", "reply"),
    ("project", "programme"),
    ("tool", "software"),
    ("choice", "verdict"),
];

/// Sentences that are added once.
const ADDED: &[&str] = &[
    "The flight to Lisbon is on the ninth.",
    "Tomas joins the board in the spring.",
    "The lease ends before the summer.",
    "Omer has the numbers of the last quarter.",
    "A new nurse comes on Thursdays.",
    "The dog is well again.",
    "Initech has sent the offer.",
    "The choir sings in June.",
    "The car is sold.",
    "There was snow on the way home.",
    "Lena's school begins at eight.",
    "The audit found nothing.",
];

/// Numbers drawn from a seed (SplitMix64, Steele and others 2014).
struct Draw(u64);

impl Draw {
    fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        ((z ^ (z >> 31)) % end as u64) as usize
    }

    fn shuffled<T: Clone>(&mut self, all: &[T]) -> Vec<T> {
        let mut all = all.to_vec();
        for at in (1..all.len()).rev() {
            all.swap(at, self.below(at + 1));
        }
        all
    }
}

/// How a writer writes.
#[derive(Debug, Clone, Default)]
struct Writer {
    greeting: Option<String>,
    sign_off: Option<String>,
    question: Option<String>,
    second_person: bool,
    /// Words in place of others.
    words: Vec<(String, String)>,
    calm: bool,
    british: bool,
    bare: bool,
}

impl Writer {
    /// The coach.
    fn coach() -> Self {
        let words = slots('<', '>').map(|(from, to)| (from.to_owned(), to.to_owned())).collect();
        Self {
            greeting: Some(GREETING.to_owned()),
            sign_off: Some(SIGN_OFF.to_owned()),
            question: Some(QUESTION.to_owned()),
            second_person: true,
            words,
            calm: true,
            british: true,
            bare: true,
        }
    }

    /// A model that does what rules in plain words say, and nothing else.
    fn of_rules(rules: &[String]) -> Self {
        let mut writer = Self::default();
        for rule in rules {
            let quoted: Vec<&str> =
                rule.split('“').skip(1).filter_map(|part| part.split('”').next()).collect();
            let says = |words: &str| rule.contains(words);
            let text =
                || quoted.first().map(|text| text.replace("{client}", "@").replace(" / ", "\n"));
            if says("greeting") {
                writer.greeting = text();
            } else if says("with the question") {
                writer.question = text();
            } else if says("with the sign-off") {
                writer.sign_off = text();
            } else if says("with a question") {
                writer.question = Some("What is one thing that you take away?".to_owned());
            } else if says("as “you”") {
                writer.second_person = true;
            } else if says("never") && quoted.len() == 2 {
                writer.words.push((quoted[1].to_owned(), quoted[0].to_owned()));
            } else if says("no exclamation marks") {
                writer.calm = true;
            } else if says("British") {
                writer.british = true;
            } else if says("no headings") {
                writer.bare = true;
            }
        }
        writer
    }

    fn statement(&self, template: &str, client: &str) -> String {
        let mut text = template.replace('@', client);
        // The person's words hold others.
        text = chosen(&text, '[', ']', |third, second| {
            if self.second_person { second } else { third }.to_owned()
        });
        text = chosen(&text, '{', '}', |american, british| {
            if self.british { british } else { american }.to_owned()
        });
        text = chosen(&text, '<', '>', |from, to| {
            let known = self.words.iter().find(|(known, _)| known == from);
            known.map_or(from, |(_, other)| if other == to { to } else { other }).to_owned()
        });
        if self.calm { text.replace('!', ".") } else { text }
    }

    fn content(&self, session: &Session) -> Content {
        let mut points = session.statements.iter().map(|template| Point {
            text: self.statement(template, session.client),
            ..Point::default()
        });
        let named =
            |text: &Option<String>| text.as_ref().map(|text| text.replace('@', session.client));
        let closing: Vec<String> =
            named(&self.question).into_iter().chain(named(&self.sign_off)).collect();
        Content {
            language: Some("en".to_owned()),
            opening: named(&self.greeting),
            overview: points.by_ref().take(OVERVIEW).collect(),
            decisions: points.by_ref().take(DECISIONS).collect(),
            open_questions: points.collect(),
            closing: (!closing.is_empty()).then(|| closing.join("\n\n")),
            ..Content::empty(Method::LanguageModel)
        }
    }

    fn style(&self) -> Style {
        Style { headings: !self.bare, ..Style::default() }
    }
}

/// A session: what is to be said, and the edits that are due to it alone.
struct Session {
    client: &'static str,
    statements: Vec<&'static str>,
    synonyms: Vec<(&'static str, &'static str)>,
    added: &'static str,
}

impl Session {
    /// Returns a text with the edits that are no habit: other words and numbers, where they occur, and
    /// a sentence.
    fn with_one_offs(&self, text: &str) -> String {
        let mut text = text.replace(" 14 ", " 17 ").replace(" 23 ", " 32 ");
        for (from, to) in &self.synonyms {
            text = text.replacen(&format!(" {from} "), &format!(" {to} "), 1);
        }
        let at = text.find("\n- ").map_or(0, |at| at + 1);
        text.insert_str(at, &format!("- {}\n", self.added));
        text
    }
}

/// Returns the sessions of a run.
fn sessions(seed: u64) -> Vec<Session> {
    let mut draw = Draw(seed);
    let synonyms = draw.shuffled(SYNONYMS);
    let added = draw.shuffled(ADDED);
    let each = synonyms.len() / SESSIONS;
    (0..SESSIONS)
        .map(|at| Session {
            client: CLIENTS[at],
            statements: statements(&mut draw),
            synonyms: synonyms[at * each..(at + 1) * each].to_vec(),
            added: added[at],
        })
        .collect()
}

fn statements(draw: &mut Draw) -> Vec<&'static str> {
    let own = OVERVIEW + DECISIONS + QUESTIONS - ALIKE;
    let mut all = draw.shuffled(STATEMENTS)[..own].to_vec();
    all.extend_from_slice(&draw.shuffled(PLAIN)[..ALIKE]);
    draw.shuffled(&all)
}

/// Runs the sessions of a seed.
pub(crate) fn run(arm: Arm, seed: u64) -> Run {
    let mut profile = Profile::default();
    let mut figures = Vec::new();
    for (at, session) in sessions(seed).iter().enumerate() {
        let rules: Vec<String> =
            followed(&profile, Some("en")).into_iter().map(|rule| rule.text).collect();
        let draft = match arm {
            Arm::Unlearned => {
                let writer = Writer::default();
                render(&writer.content(session), &writer.style())
            }
            Arm::Deterministic => {
                let content = Writer::default().content(session);
                let content = apply(&profile, &content, Some(session.client));
                render(&content, &style(&profile, Some("en"), Style::default()))
            }
            Arm::Followed | Arm::Noise => {
                let writer = Writer::of_rules(&rules);
                render(&writer.content(session), &writer.style())
            }
        };
        let coach = if arm == Arm::Noise { Writer::default() } else { Writer::coach() };
        let approved = session.with_one_offs(&render(&coach.content(session), &coach.style()));
        figures.push(Figures {
            distance: distance(&draft, &approved),
            habits: missed(&draft, session),
        });
        if arm != Arm::Unlearned {
            let edited = Edited {
                session: &format!("session {}", at + 1),
                names: &[session.client],
                generated: &draft,
                approved: &approved,
            };
            learn(&mut profile, &edited);
        }
    }
    Run { sessions: figures, profile }
}

/// Returns the number of words to be put in, taken out or replaced, as a share of the longer text.
fn distance(a: &str, b: &str) -> f64 {
    let words = |text: &str| text.split_whitespace().map(str::to_owned).collect::<Vec<_>>();
    let (a, b) = (words(a), words(b));
    strsim::generic_levenshtein(&a, &b) as f64 / a.len().max(b.len()).max(1) as f64
}

/// Returns for each habit the share of its places that a draft does not follow.
fn missed(draft: &str, session: &Session) -> [f64; 8] {
    let lower = draft.to_lowercase();
    let words: Vec<&str> = lower
        .split(|c: char| !c.is_alphanumeric() && c != '\'')
        .filter(|w| !w.is_empty())
        .collect();
    let count = |wanted: &[&str]| words.iter().filter(|word| wanted.contains(word)).count() as f64;
    let share = |bad: f64, good: f64| if bad + good == 0.0 { 0.0 } else { bad / (bad + good) };
    let has = |text: &str| {
        f64::from(!draft.contains(&text.replace('@', session.client).replace('\n', "  \n")))
    };
    let body = session.statements.concat();
    let of = |open, close| -> Vec<(&'static str, &'static str)> {
        slots(open, close).filter(|(from, _)| body.contains(from)).collect()
    };
    let spaced = format!(" {} ", words.join(" "));
    let pairs = |pairs: Vec<(&str, &str)>| {
        let times = |text: &str| spaced.matches(&format!(" {text} ")).count() as f64;
        share(
            pairs.iter().map(|(from, _)| times(from)).sum(),
            pairs.iter().map(|(_, to)| times(to)).sum(),
        )
    };
    let client = session.client.to_lowercase();
    let third = ["she", "her", "herself", &client, &format!("{client}'s")];
    // The greeting names the client too.
    let greeted = 1.0 - has(GREETING);
    // And the sign-off addresses them.
    let signed = 1.0 - has(SIGN_OFF);
    [
        has(GREETING),
        has(SIGN_OFF),
        share(count(&third) - greeted, count(&["you", "your", "yourself"]) - signed),
        pairs(of('<', '>')),
        f64::from(u8::from(draft.contains('!'))),
        pairs(of('{', '}')),
        f64::from(u8::from(draft.contains("## "))),
        has(QUESTION),
    ]
}

/// Returns the two sides of all places of a kind.
fn slots(open: char, close: char) -> impl Iterator<Item = (&'static str, &'static str)> {
    let mut all: Vec<(&str, &str)> = STATEMENTS
        .iter()
        .flat_map(|statement| statement.split(open).skip(1))
        .filter_map(|part| part.split(close).next()?.split_once('|'))
        .collect();
    all.sort_unstable();
    all.dedup();
    all.into_iter()
}

/// Returns a text with each place of a kind replaced by what is chosen of its two sides.
fn chosen(text: &str, open: char, close: char, choose: impl Fn(&str, &str) -> String) -> String {
    let mut result = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(from) = rest.find(open) {
        let (before, after) = rest.split_at(from);
        result.push_str(before);
        // A place may hold one of another kind, which has a bar of its own.
        let Some(to) = after.find(close) else { break };
        let inner = &after[open.len_utf8()..to];
        let mut depth = 0;
        let bar = inner.char_indices().find(|(_, c)| {
            match c {
                '<' | '{' => depth += 1,
                '>' | '}' => depth -= 1,
                _ => {}
            }
            *c == '|' && depth == 0
        });
        if let Some((bar, _)) = bar {
            result.push_str(&choose(&inner[..bar], &inner[bar + 1..]));
        }
        rest = &after[to + close.len_utf8()..];
    }
    result + rest
}

/// Whether the coach has the habit of replacing these words.
#[allow(dead_code, reason = "the table does not ask; the tests do")]
pub(crate) fn is_pair(from: &str, to: &str) -> bool {
    slots('<', '>').any(|pair| pair == (from, to))
}
