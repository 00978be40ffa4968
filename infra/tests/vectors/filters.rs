//! Filters: exactly what passes them is found.

use crate::subject::{Subject, at_angle, day, entry, ids, names, organization, session};
use chrono::TimeDelta;
use debrief_domain::ids::ClientId;
use debrief_infra::vectors::{Entry, Filters, SessionInfo};
use uuid::Uuid;

struct World {
    sessions: Vec<(SessionInfo, Vec<Entry>)>,
}

impl World {
    /// Stores sessions of all combinations of properties.
    async fn new(subject: &Subject) -> Self {
        let organization = organization();
        let mut sessions = Vec::new();
        for n in 0..6_u8 {
            let info = SessionInfo {
                client: (n % 3 > 0).then(|| ClientId(Uuid::from_u128(u128::from(n % 3)))),
                coaches: names(&["Ann", "Bob"][..usize::from(n % 3)]),
                at: day(n.into()),
                ..session(organization)
            };
            let mut entries = Vec::new();
            for kind in ["turns", "notes"] {
                for speakers in [&[][..], &["Tom"], &["Tom", "Eve"], &["Eve"]] {
                    for language in [None, Some("en"), Some("de-CH")] {
                        entries.push(Entry {
                            kind: kind.to_owned(),
                            speakers: names(speakers),
                            language: language.map(str::to_owned),
                            ..entry(f32::from(n))
                        });
                    }
                }
            }
            subject.replace(&info, &entries).await;
            sessions.push((info, entries));
        }
        Self { sessions }
    }

    /// Compares what is found with a plain evaluation of the filters. Returns the number of
    /// results.
    async fn check(&self, subject: &Subject, filters: &Filters) -> usize {
        let any = |wanted: &[String], names: &[String]| {
            wanted.is_empty() || wanted.iter().any(|it| names.contains(it))
        };
        let mut expected = Vec::new();
        for (info, entries) in &self.sessions {
            let session = (filters.clients.is_empty()
                || info.client.is_some_and(|it| filters.clients.contains(&it)))
                && (filters.transcripts.is_empty()
                    || info
                        .subject
                        .transcript()
                        .is_some_and(|id| filters.transcripts.contains(&id)))
                && any(&filters.coaches, &info.coaches)
                && filters.from.is_none_or(|from| info.at >= from)
                && filters.to.is_none_or(|to| info.at < to);
            let entries = entries.iter().filter(|entry| {
                session
                    && any(&filters.kinds, std::slice::from_ref(&entry.kind))
                    && any(&filters.speakers, &entry.speakers)
                    && any(&filters.languages, entry.language.as_slice())
            });
            expected.extend(entries.map(|it| it.id));
        }
        expected.sort();
        let organization = self.sessions[0].0.organization;
        assert_eq!(subject.allowed(organization, filters).await, expected, "{filters:?}");
        expected.len()
    }

    fn single_filters(&self) -> Vec<Filters> {
        let default = Filters::default;
        let client = |n: u128| ClientId(Uuid::from_u128(n));
        let transcript = |n: usize| self.sessions[n].0.subject.transcript().unwrap();
        vec![
            Filters { kinds: names(&["notes"]), ..default() },
            Filters { kinds: names(&["notes", "turns", "other"]), ..default() },
            Filters { clients: vec![client(1)], ..default() },
            Filters { clients: vec![client(1), client(2)], ..default() },
            Filters { transcripts: vec![transcript(4)], ..default() },
            Filters { transcripts: vec![transcript(4), transcript(0)], ..default() },
            Filters { speakers: names(&["Tom"]), ..default() },
            Filters { speakers: names(&["Tom", "Eve"]), ..default() },
            Filters { coaches: names(&["Bob"]), ..default() },
            Filters { coaches: names(&["Ann", "Bob"]), ..default() },
            Filters { languages: names(&["en"]), ..default() },
            Filters { languages: names(&["en", "de-CH"]), ..default() },
            Filters { from: Some(day(3)), ..default() },
            Filters { to: Some(day(3)), ..default() },
            Filters { from: Some(day(2)), to: Some(day(4)), ..default() },
            Filters { from: Some(day(2) + TimeDelta::microseconds(1)), ..default() },
            Filters { to: Some(day(2) + TimeDelta::microseconds(1)), ..default() },
        ]
    }
}

pub(crate) async fn each_filter(subject: &Subject) {
    let world = World::new(subject).await;
    assert_eq!(world.check(subject, &Filters::default()).await, 6 * 24);
    for filters in world.single_filters() {
        let found = world.check(subject, &filters).await;
        assert!(found > 0, "{filters:?} shows nothing");
    }
    let client = ClientId(Uuid::from_u128(99));
    for filters in [
        Filters { kinds: names(&["Notes"]), ..Filters::default() },
        Filters { clients: vec![client], ..Filters::default() },
        Filters { speakers: names(&["To", "tom", ""]), ..Filters::default() },
        Filters { coaches: names(&["Tom"]), ..Filters::default() },
        Filters { languages: names(&["de"]), ..Filters::default() },
    ] {
        assert_eq!(world.check(subject, &filters).await, 0, "{filters:?}");
    }
}

pub(crate) async fn filters_together(subject: &Subject) {
    let world = World::new(subject).await;
    let single = world.single_filters();
    let mut some = 0;
    for one in &single {
        for other in &single {
            let pick = |a: &Vec<String>, b: &Vec<String>| if b.is_empty() { a } else { b }.clone();
            let both = Filters {
                kinds: pick(&one.kinds, &other.kinds),
                speakers: pick(&one.speakers, &other.speakers),
                coaches: pick(&one.coaches, &other.coaches),
                languages: pick(&one.languages, &other.languages),
                clients: [one.clients.clone(), other.clients.clone()].concat(),
                transcripts: [one.transcripts.clone(), other.transcripts.clone()].concat(),
                from: other.from.or(one.from),
                to: other.to.or(one.to),
            };
            some += u32::from(world.check(subject, &both).await > 0);
        }
    }
    assert!(some > 150, "{some} combinations show something");
}

pub(crate) async fn a_narrow_filter_fills_the_limit(subject: &Subject) {
    let organization = organization();
    let mut far = Vec::new();
    for n in 0..10_u8 {
        let entries: Vec<Entry> = (0..200)
            .map(|it| match it % 100 {
                // 1 %, and farther than all others.
                0 => Entry { kind: "rare".to_owned(), ..entry(170.0 + f32::from(n)) },
                _ => entry(f32::from(n)),
            })
            .collect();
        subject.replace(&session(organization), &entries).await;
        far.extend(entries.into_iter().filter(|it| it.kind == "rare"));
    }
    let rare = Filters { kinds: names(&["rare"]), ..Filters::default() };
    let near = subject.nearest(organization, &at_angle(0.0), 20, &rare).await;
    let mut found: Vec<Uuid> = near.iter().map(|it| it.id).collect();
    found.sort();
    assert_eq!(found, ids(&far));
    assert!(near.is_sorted_by(|a, b| a.similarity >= b.similarity));
}

pub(crate) async fn any_name(subject: &Subject) {
    let organization = organization();
    let strange = [
        "O'Brien",
        "\"",
        "'); DROP TABLE session; --",
        "a\0b",
        "a",
        "a\0",
        "\\",
        "%",
        "_",
        "[\"x\"]",
        "שלום עולם",
        "محمد",
        "\u{202e}txt",
        "e\u{301}",
        "é",
        "👩‍👩‍👧",
        " ",
        "",
        "\n",
        "null",
        "1",
        "\u{fffd}",
        "\u{1}",
    ];
    let mut all = Vec::new();
    for name in strange {
        let info = SessionInfo { coaches: names(&[name]), ..session(organization) };
        let entry = Entry {
            kind: name.to_owned(),
            speakers: names(&[name, "x"]),
            language: Some(name.to_owned()),
            ..entry(10.0)
        };
        subject.replace(&info, std::slice::from_ref(&entry)).await;
        all.push((name, entry.id));
    }
    for (name, id) in all {
        for filters in [
            Filters { coaches: names(&[name]), ..Filters::default() },
            Filters { kinds: names(&[name]), ..Filters::default() },
            Filters { speakers: names(&[name]), ..Filters::default() },
            Filters { languages: names(&[name]), ..Filters::default() },
        ] {
            assert_eq!(subject.allowed(organization, &filters).await, [id], "{filters:?}");
        }
    }
}

pub(crate) async fn nothing_lies_between_the_later_and_the_earlier(subject: &Subject) {
    let world = World::new(subject).await;
    for (from, to) in [(3, 3), (4, 2), (-1_000_000, -999_999)] {
        let filters = Filters { from: Some(day(from)), to: Some(day(to)), ..Filters::default() };
        assert_eq!(world.check(subject, &filters).await, 0);
    }
}
