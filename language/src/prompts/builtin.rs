//! The templates that every organization has.
//!
//! To change one, raise [`VERSION`]: a summary names the version that it came from.

use debrief_domain::summary::Section;

use super::{Guide, Length, Template};

/// Version of all built-in templates.
pub const VERSION: u32 = 1;

/// Name of the template that is used if none is chosen.
pub const DEFAULT: &str = "regular";

/// A template as it is written here.
struct Kind {
    name: &'static str,
    title: &'static str,
    guidance: &'static str,
    /// Guidance of sections; those that all templates share have theirs in [`COMMON`].
    sections: &'static [(&'static str, &'static str)],
    tone: &'static str,
    length: Length,
}

/// The sections that every template has, unless it says otherwise, with their guidance.
const COMMON: &[(&str, &str)] = &[
    ("headline", "The one sentence that {{ client or 'the client' }} would want to remember."),
    ("overview", "What the session was about and what came of it, for somebody who was not there."),
    (
        "key_moments",
        "Moments at which something became clear or changed: an insight, a turn, a strong feeling.",
    ),
    ("topics", "Two to four words for each subject, with all turns that speak of it."),
    (
        "progress",
        "What has moved since the last session on goals and earlier agreements, forward or back.",
    ),
    ("decisions", "What was decided, and by whom."),
    ("action_items", "What somebody said they would do, with owner and date as said."),
    ("open_questions", "Questions that were asked and not answered."),
    ("next_questions", "Questions that were left for the next session, as they were put."),
];

const KINDS: &[Kind] = &[
    Kind {
        name: "first-session",
        title: "First session",
        guidance: "\
This is a first session{% if client %} with {{ client }}{% endif %}. What matters is why they come,
what they hope for, what they have tried, what helps and what stands in the way, and how coach and
client agreed to work together.",
        sections: &[
            ("progress", "Where they stand now, in their own words: the starting point."),
            ("Reasons for coming", "Why they seek coaching, and why now."),
            ("Hopes and goals", "What they want to be different, and how they would notice."),
            ("Strengths and resources", "What they can build on: abilities, people, what worked before."),
            ("How we work together", "What was agreed on frequency, confidentiality, contact and roles."),
        ],
        tone: "Warm and respectful; nothing is labelled or explained away.",
        length: Length::Long,
    },
    Kind {
        name: "regular",
        title: "Regular session",
        guidance: "\
A session of a longer coaching process. Begin with what happened since the last one, follow the
subject that {{ client or 'the client' }} brought, and end with what they take with them.",
        sections: &[],
        tone: "Clear and encouraging, close to the client's own words.",
        length: Length::Medium,
    },
    Kind {
        name: "goal-review",
        title: "Goal review",
        guidance: "\
Coach and client look back on goals. For each goal that is spoken of: what was intended, what
happened, what was learned, and whether it stays, changes or ends.",
        sections: &[
            ("progress", "One point for each goal: what was intended and where it stands, with the measures that were named."),
            ("What helped", "What made progress possible."),
            ("What got in the way", "Obstacles as they were described, without blame."),
            ("Goals from here", "Goals that were kept, changed, added or ended, and how success will be seen."),
        ],
        tone: "Factual and appreciative.",
        length: Length::Medium,
    },
    Kind {
        name: "performance",
        title: "Performance",
        guidance: "\
The subject is performance at work. Keep what was observed apart from how it was judged. Name
situations, behaviour and effects as they were told, and what will be tried instead.",
        sections: &[
            ("Feedback", "Feedback that was given or reported: the situation, the behaviour, the effect."),
            ("Practice", "What will be practised, how often, and how it will be noticed."),
        ],
        tone: "Direct, concrete and fair.",
        length: Length::Medium,
    },
    Kind {
        name: "sport",
        title: "Sport",
        guidance: "\
The client is an athlete. Keep training, competition, body and mind apart. Loads, times, distances,
weights and results are copied exactly as said, with their units.",
        sections: &[
            ("Training", "What was trained and how it went: loads, times, distances, repetitions."),
            ("Technique and tactics", "What was worked on in technique and tactics, and the cues that were given."),
            ("Body", "Sleep, fatigue, pain and injuries as reported; no diagnosis."),
            ("Mind", "Focus, nerves, confidence and routines."),
            ("Next competition", "What comes up, the aim, and the plan for it."),
        ],
        tone: "Short and plain, in the language of the sport.",
        length: Length::Medium,
    },
    Kind {
        name: "cricket",
        title: "Cricket",
        guidance: "\
The client plays cricket. Keep batting, bowling, fielding and the mental game apart. Scores, overs,
deliveries, speeds and dismissals are copied exactly as said. Keep the terms of the game: they need no
explanation.",
        sections: &[
            ("Batting", "Stance, shots, shot selection, running, dismissals, and what was worked on."),
            ("Bowling", "Run-up, action, line and length, variations, overs and workload."),
            ("Fielding", "Catching, throwing, positions, wicket-keeping."),
            ("Match plan", "Opponents, conditions, roles and plans for the next match."),
            ("Mind", "Routines between balls, pressure, confidence, setbacks."),
            ("Body", "Workload, fatigue, pain and recovery as reported; no diagnosis."),
        ],
        tone: "Short and plain, as one cricketer to another.",
        length: Length::Medium,
    },
    Kind {
        name: "executive",
        title: "Executive",
        guidance: "\
The client leads an organization or a part of it. Stakeholders, interests and consequences matter, and
so does the client's own part. Names of companies, people and projects are copied exactly.",
        sections: &[
            ("Stakeholders", "People and groups that were spoken of, what they want, and what the client wants of them."),
            ("Leadership", "What became visible of how the client leads, in their own words."),
            ("Risks", "Risks and concerns that were named."),
        ],
        tone: "Concise and businesslike.",
        length: Length::Short,
    },
    Kind {
        name: "relationship",
        title: "Relationship",
        guidance: "\
The subject is a relationship: a couple, a family, colleagues. Every person's view is told as theirs;
nobody is right or wrong. What an absent person feels or wants is only what somebody said of it.",
        sections: &[
            ("Views", "How each person who spoke sees it, each in a point of their own."),
            ("Needs and wishes", "What each person needs or asks for."),
            ("Agreements", "What was agreed between people, however small."),
        ],
        tone: "Gentle and even-handed.",
        length: Length::Medium,
    },
    Kind {
        name: "group",
        title: "Group",
        guidance: "\
Several clients take part. Say who said what; a statement of one is not the group's. Action items have
the name of the person who took them on.",
        sections: &[
            ("Check-in", "How each person arrived and what they brought."),
            ("Contributions", "What each person contributed that others took up."),
            ("Agreements", "What the group agreed on."),
        ],
        tone: "Neutral; everybody has room.",
        length: Length::Long,
    },
];

/// Returns all built-in templates.
pub fn all() -> Vec<Template> {
    KINDS.iter().map(template).collect()
}

/// Returns the built-in template with this name.
pub fn named(name: &str) -> Option<Template> {
    KINDS.iter().find(|kind| kind.name == name).map(template)
}

fn template(kind: &Kind) -> Template {
    let own = |name: &str| kind.sections.iter().find(|(section, _)| *section == name);
    let common = COMMON.iter().map(|common| own(common.0).unwrap_or(common));
    let added =
        kind.sections.iter().filter(|(name, _)| !COMMON.iter().any(|(common, _)| common == name));
    let guide = |(name, guidance): &(&str, &str)| Guide {
        section: Section::from((*name).to_owned()),
        guidance: (*guidance).to_owned(),
    };
    Template {
        name: kind.name.to_owned(),
        title: kind.title.to_owned(),
        guidance: kind.guidance.to_owned(),
        sections: common.chain(added).map(guide).collect(),
        tone: kind.tone.to_owned(),
        length: kind.length,
        language: None,
    }
}
