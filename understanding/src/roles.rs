//! Assigns roles: who leads the session and who is coached.
//!
//! Invariant: a role requires strong, stated evidence, never talk time. In this order, and only
//! while a role is unknown:
//! 1. The organization knows the person by full name ([`Known`]).
//! 2. The name states it: `Coach`, `Noa (Coach)`, `Client 2`, `מאמנת`.
//! 3. Somebody says it of themselves or to the other, in fixed words: "I'm your coach", "you're my
//!    coach", "אני המאמנת שלך". Not if it is about others ("my coach told me"), a question,
//!    negated, hypothetical or quoted.
//! 4. Of exactly two speakers, one is known: the other has the other role.

use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;

use debrief_domain::transcript::content::{Content, Participant, Role, Turn, TurnKind};

use debrief_language::names::{Name, fold};

/// Names of an organization's people; both lists may be empty.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Known {
    /// Names of coaches.
    pub coaches: Vec<String>,
    /// Names of clients.
    pub clients: Vec<String>,
}

/// What coaches, therapists and mentors are called.
const COACHES: &str = "
    coach therapist counselor counsellor mentor
    מאמן מאמנת המאמן המאמנת מטפל מטפלת המטפל המטפלת מנטור מנטורית יועץ יועצת
    coachin trainer trainerin berater beraterin therapeut therapeutin mentorin
    entrenador entrenadora terapeuta mentora
    entraîneur entraîneuse accompagnateur accompagnatrice thérapeute
    treinador treinadora
    allenatore allenatrice
    therapeute begeleider begeleidster
    trener trenerka terapeutka kouč koučka koç valmentaja terapeut
    тренер тренерша коуч терапевт психолог ментор наставник наставница
    مدرب مدربة المدرب المدربة معالج معالجة المعالج المعالجة مرشد مرشدة
    コーチ セラピスト カウンセラー メンター 教练 教練 治疗师 治療師 咨询师 諮商師
    코치 상담사 상담자 치료사 멘토 โค้ช कोच";

/// What their clients are called.
const CLIENTS: &str = "
    client coachee patient mentee
    מתאמן מתאמנת המתאמן המתאמנת לקוח לקוחה הלקוח הלקוחה מטופל מטופלת המטופל המטופלת
    klient klientin kunde kundin patientin
    cliente clienta paciente
    cliente coaché coachée patiente
    paziente assistito assistita
    cliënt cliënte klant patiënt
    klientka pacjent pacjentka asiakas danışan müşteri
    клиент клиентка пациент пациентка
    عميل عميلة العميل العميلة متدرب متدربة المتدرب المتدربة
    クライアント クライエント 相談者 客户 客戶 来访者 來訪者 学员 學員
    고객 내담자 클라이언트 ลูกค้า ग्राहक";

/// Roles by label, folded as names are.
static ROLES: LazyLock<HashMap<String, Role>> = LazyLock::new(|| {
    let of = |labels: &'static str, role| {
        let folded = labels.split_whitespace().filter_map(|label| fold(label).into_iter().next());
        folded.map(move |label| (label, role))
    };
    of(COACHES, Role::Coach).chain(of(CLIENTS, Role::Client)).collect()
});

/// Statements of a coach about themselves.
const I_COACH: &[&str] = &[
    "im your coach",
    "i am your coach",
    "ill be your coach",
    "i will be your coach",
    "as your coach i",
    "as your coach im",
    "as your coach id",
    "as your coach ill",
    "אני המאמן שלך",
    "אני המאמנת שלך",
    "כמאמן שלך אני",
    "כמאמנת שלך אני",
];

/// Statements to a coach.
const YOU_COACH: &[&str] = &[
    "youre my coach",
    "you are my coach",
    "thank you for coaching me",
    "thanks for coaching me",
    "אתה המאמן שלי",
    "את המאמנת שלי",
];

/// Words that, earlier in the sentence, make it no statement.
const DOUBTS: &[&str] = &[
    "if",
    "not",
    "never",
    "imagine",
    "pretend",
    "suppose",
    "say",
    "says",
    "said",
    "saying",
    "told",
    "tells",
    "like",
    "when",
    "whether",
    "think",
    "thought",
    "wish",
    "were",
    "was",
    "who",
    "אם",
    "לא",
    "נגיד",
    "אמר",
    "אמרה",
    "אמרתי",
    "כאילו",
    "כש",
];

/// Assigns unknown roles.
pub fn assign(content: &mut Content, known: &Known) {
    let coaches = keys(&known.coaches);
    let clients = keys(&known.clients);
    for person in content.participants.iter_mut().filter(|p| p.role == Role::Unknown) {
        let spellings = || std::iter::once(&person.name).chain(&person.other_names);
        let of = |people: &HashSet<String>| {
            spellings().any(|name| Name::new(name).key().is_some_and(|key| people.contains(&key)))
        };
        person.role = match (of(&coaches), of(&clients)) {
            (true, false) => Role::Coach,
            (false, true) => Role::Client,
            _ => one(spellings().map(|name| labelled(name))),
        };
    }
    let stated = stated(content);
    for person in content.participants.iter_mut().filter(|p| p.role == Role::Unknown) {
        if let Some(role) = stated.get(&person.name) {
            person.role = *role;
        }
    }
    if let Some([first, second]) = two_speakers(content) {
        let roles = [content.participants[first].role, content.participants[second].role];
        for (place, other) in [(first, roles[1]), (second, roles[0])] {
            if content.participants[place].role == Role::Unknown {
                content.participants[place].role = opposite(other);
            }
        }
    }
}

fn keys(names: &[String]) -> HashSet<String> {
    names.iter().filter_map(|name| Name::new(name).key()).collect()
}

fn opposite(role: Role) -> Role {
    match role {
        Role::Coach => Role::Client,
        Role::Client => Role::Coach,
        Role::Unknown => Role::Unknown,
    }
}

/// Returns the role on which all statements agree.
fn one(roles: impl Iterator<Item = Role>) -> Role {
    let mut found = Role::Unknown;
    for role in roles.filter(|role| *role != Role::Unknown) {
        if found != Role::Unknown && found != role {
            return Role::Unknown;
        }
        found = role;
    }
    found
}

/// Returns the role that a name states: as the whole name, at its start, or in brackets.
fn labelled(name: &str) -> Role {
    let understood = Name::new(name);
    let role = |word: &str| ROLES.get(word).copied().unwrap_or(Role::Unknown);
    let first = understood.words.first().map_or(Role::Unknown, |word| role(word));
    let besides = understood.besides.iter().map(|beside| {
        // `(Executive Coach)`, but not `(Coach Inc)`.
        beside.rsplit(' ').next().map_or(Role::Unknown, &role)
    });
    one(std::iter::once(first).chain(besides))
}

/// Returns the indexes of the two speakers, if there are exactly two and all speech has a speaker.
fn two_speakers(content: &Content) -> Option<[usize; 2]> {
    let nobody = |turn: &Turn| turn.kind == TurnKind::Speech && turn.speaker.is_none();
    if content.turns.iter().any(nobody) {
        return None;
    }
    let speaks =
        |(place, person): (usize, &Participant)| (person.turns > person.messages).then_some(place);
    let mut speakers = content.participants.iter().enumerate().filter_map(speaks);
    let two = [speakers.next()?, speakers.next()?];
    speakers.next().is_none().then_some(two)
}

/// Returns the roles that people state, unless contradicted.
fn stated(content: &Content) -> HashMap<String, Role> {
    let mut said: HashMap<&str, Vec<Role>> = HashMap::new();
    for turn in content.turns.iter().filter(|turn| turn.kind == TurnKind::Speech) {
        let Some(speaker) = turn.speaker.as_deref() else { continue };
        for sentence in turn.text.split_inclusive(['.', '!', '?', '…', '؟', '？', ';', ':']) {
            let role = sentence_states(sentence);
            if role != Role::Unknown {
                said.entry(speaker).or_default().push(role);
            }
        }
    }
    let mut roles: HashMap<String, Role> = HashMap::new();
    let mut coaches = 0;
    for (speaker, stated) in said {
        let role = one(stated.into_iter());
        if role != Role::Unknown {
            coaches += u32::from(role == Role::Coach);
            roles.insert(speaker.to_owned(), role);
        }
    }
    // If two say that they coach, they practise or quote.
    if coaches > 1 { HashMap::new() } else { roles }
}

/// Returns the role that a sentence states of its speaker.
fn sentence_states(sentence: &str) -> Role {
    // A cheap check first: most sentences have none of these words.
    if !["coach", "Coach", "מאמ"].iter().any(|word| sentence.contains(word))
        || sentence.trim_end().ends_with(['?', '؟', '？'])
        || sentence.contains(['"', '“', '”', '„', '«'])
    {
        return Role::Unknown;
    }
    let words = fold(sentence);
    let states = |phrases: &[&str]| {
        phrases.iter().any(|phrase| {
            let length = phrase.split(' ').count();
            words.windows(length).enumerate().any(|(at, window)| {
                window.iter().map(String::as_str).eq(phrase.split(' '))
                    && !words[..at].iter().any(|word| DOUBTS.contains(&word.as_str()))
            })
        })
    };
    match (states(I_COACH), states(YOU_COACH)) {
        (true, false) => Role::Coach,
        (false, true) => Role::Client,
        _ => Role::Unknown,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use debrief_domain::transcript::talk;

    fn roles(turns: &[(&str, &str)], coaches: &[&str], clients: &[&str]) -> Vec<Role> {
        let turns = turns.iter().map(|(speaker, text)| Turn {
            speaker: (!speaker.is_empty()).then(|| (*speaker).to_owned()),
            text: (*text).to_owned(),
            ..Turn::default()
        });
        let mut content = Content { turns: turns.collect(), ..Content::default() };
        talk::measure(&mut content);
        let names = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
        assign(&mut content, &Known { coaches: names(coaches), clients: names(clients) });
        content.participants.iter().map(|person| person.role).collect()
    }

    use Role::{Client, Coach, Unknown};

    #[test]
    fn the_organization_knows_its_people() {
        let talk = [("Levi, Noa (she/her)", "Hi"), ("Ben", "Hello"), ("Levi, Noa (she/her)", "So")];
        assert_eq!(roles(&talk, &["Noa Levi"], &[]), [Coach, Client]);
        assert_eq!(roles(&talk, &[], &["BEN"]), [Coach, Client]);
        assert_eq!(roles(&talk, &["Noa Levi"], &["Noa Levi"]), [Unknown, Unknown]);
        assert_eq!(roles(&talk, &["Noa"], &["Benjamin"]), [Unknown, Unknown]);
        let three = [("Noa Levi", "Hi"), ("Ben", "Hello"), ("Cem", "Hey")];
        assert_eq!(roles(&three, &["Noa Levi"], &[]), [Coach, Unknown, Unknown]);
        let unnamed = [("Noa Levi", "Hi"), ("Ben", "Hello"), ("", "Hey")];
        assert_eq!(roles(&unnamed, &["Noa Levi"], &[]), [Coach, Unknown]);
    }

    #[test]
    fn labels_say_it_themselves() {
        for (one, other, expected) in [
            ("Coach", "Noa", [Coach, Client]),
            ("Therapist", "Client", [Coach, Client]),
            ("Noa (Executive Coach)", "Ben", [Coach, Client]),
            ("Coach Noa", "Ben", [Coach, Client]),
            ("מאמנת", "מתאמן", [Coach, Client]),
            ("Coachee", "Noa", [Client, Coach]),
            ("Noa | Coach Inc", "Ben", [Unknown, Unknown]),
            ("Speaker 1", "Speaker 2", [Unknown, Unknown]),
            ("Coach 1", "Coach 2", [Coach, Coach]),
            ("Beraterin", "Klientin", [Coach, Client]),
            ("Coachin", "Mia", [Coach, Client]),
            ("Entrenadora", "Luis", [Coach, Client]),
            ("Thérapeute", "Léa", [Coach, Client]),
            ("Iris", "Cliente", [Coach, Client]),
            ("コーチ", "クライアント", [Coach, Client]),
            ("المدربة", "العميلة", [Coach, Client]),
            ("Тренер", "Клиентка", [Coach, Client]),
            ("코치", "내담자", [Coach, Client]),
            ("教练", "客户", [Coach, Client]),
            ("Consuelo", "Klaus", [Unknown, Unknown]),
        ] {
            assert_eq!(roles(&[(one, "a"), (other, "b")], &[], &[]), expected, "{one}");
        }
    }

    #[test]
    fn the_talk_may_say_so() {
        for (said, expected) in [
            ("Welcome, I'm Noa and I’m your coach.", [Coach, Client]),
            ("As your coach, I want to be honest.", [Coach, Client]),
            ("You're my coach, you know me.", [Client, Coach]),
            ("Thanks for coaching me!", [Client, Coach]),
            ("שלום, אני המאמנת שלך.", [Coach, Client]),
            ("My coach told me to wait.", [Unknown, Unknown]),
            ("As your coach told you, wait.", [Unknown, Unknown]),
            ("If I am your coach, what then.", [Unknown, Unknown]),
            ("He said I'm your coach now.", [Unknown, Unknown]),
            ("So I'm your coach?", [Unknown, Unknown]),
            ("I am not your coach.", [Unknown, Unknown]),
            ("I'm your coachman.", [Unknown, Unknown]),
        ] {
            assert_eq!(roles(&[("Noa", said), ("Ben", "Yes.")], &[], &[]), expected, "{said}");
        }
        let both = [("Noa", "I'm your coach."), ("Ben", "No, I'm your coach.")];
        assert_eq!(roles(&both, &[], &[]), [Unknown, Unknown]);
        let much = [("Noa", "I talk and talk and talk."), ("Ben", "Yes.")];
        assert_eq!(roles(&much, &[], &[]), [Unknown, Unknown], "who talks more says nothing");
    }
}
