//! A question in plain words → a query.
//!
//! Days, people and kinds named in the question become filters, unless the caller sets the filter:
//! explicit filters take precedence.

use crate::index::IndexError;
use crate::passages::Kind;
use crate::query::{About, Filters, Query, Snapshot};
use chrono::{DateTime, NaiveDate, TimeZone, Utc, Weekday};
use chrono_tz::Tz;
use debrief_domain::ids::ClientId;
use debrief_language::question::{self, Anchor, Context, Interpreted, Known, Mention, Role};
use std::cell::Cell;
use std::collections::BTreeSet;

/// The number of an organization's people that are matched with a question.
pub const PEOPLE_MAX: u32 = 5_000;

/// A question as the user asked it.
#[derive(Debug, Clone)]
pub struct Question {
    /// The text, in plain words.
    pub text: String,
    /// Explicit filters; they take precedence over the question.
    pub filters: Filters,
    /// Whether days, people and kinds are interpreted; otherwise the question is plain words.
    pub interpret: bool,
    /// The user's time zone.
    pub time_zone: Tz,
    /// Whether `3/4/2026` is the third of April.
    pub day_first: bool,
    /// The first day of a week.
    pub week_starts: Weekday,
    /// Named days, such as "the race".
    pub anchors: Vec<Anchor>,
}

/// An interpreted question.
#[derive(Debug)]
pub struct InterpretedQuestion {
    /// The query for the index.
    pub query: Query,
    /// The interpretation; `None` if it was not requested.
    pub interpreted: Option<Interpreted>,
    /// Languages in which words may occur in other forms, the question's first.
    pub languages: Vec<String>,
}

/// Interprets a question.
pub fn interpret(
    asked_for: &Question,
    asked: &Snapshot<'_>,
    clients: &[(ClientId, String)],
    now: DateTime<Utc>,
) -> Result<InterpretedQuestion, IndexError> {
    let given = &asked_for.filters;
    let zone = asked_for.time_zone;
    let mut query = Query { filters: given.clone(), ..Query::default() };
    let mut languages: BTreeSet<String> = asked.languages()?.into_iter().collect();
    if !asked_for.interpret {
        query.words.clone_from(&asked_for.text);
        query.nothing = is_nothing(&asked_for.text);
        return Ok(InterpretedQuestion {
            query,
            interpreted: None,
            languages: in_order(languages, None),
        });
    }
    let known = known(clients, asked.speakers(PEOPLE_MAX as usize)?);
    let forms: Vec<String> = languages.iter().cloned().collect();
    let failed = Cell::new(None);
    // "peer" is not Peter if the transcripts contain the word "peers".
    let is_said = |word: &str| {
        asked.holds(word, &forms).unwrap_or_else(|error| {
            failed.set(Some(error));
            false
        })
    };
    let interpreted = question::interpret(
        &asked_for.text,
        &Context {
            day_first: asked_for.day_first,
            week_starts: asked_for.week_starts,
            anchors: &asked_for.anchors,
            people: &known,
            is_said: &is_said,
            ..Context::on(now.with_timezone(&zone).date_naive())
        },
    );
    if let Some(error) = failed.take() {
        return Err(error);
    }
    languages.extend(interpreted.language.map(str::to_owned));
    let languages = in_order(languages, interpreted.language);
    query.words = interpreted.words.join(" ");
    query.phrases = interpreted.phrases.iter().map(|quote| quote.text.clone()).collect();
    query.excluded = interpreted.excluded.iter().map(|quote| quote.text.clone()).collect();
    if let Some(dates) = &interpreted.dates
        && given.from.is_none()
        && given.to.is_none()
    {
        query.filters.from = dates.from.map(|day| begin(day, zone));
        query.filters.to = dates.to.map(|day| begin(day, zone));
    }
    if given.client_ids.is_empty() && given.speakers.is_empty() {
        query.about = interpreted.people.iter().map(about).collect();
    }
    let kind = interpreted.kind.as_ref().map(|asked| match asked.kind {
        question::Kind::Promised => Kind::ActionItem,
        question::Kind::Decided => Kind::Decision,
        question::Kind::Asked => Kind::Question,
    });
    if let Some(kind) = kind
        && given.kinds.is_empty()
    {
        query.favoured = Some(kind);
        if query.words.is_empty() {
            query.filters.kinds = vec![kind];
        }
    }
    let nothing_else = query.about.is_empty()
        && query.phrases.is_empty()
        && interpreted.dates.is_none()
        && interpreted.kind.is_none();
    if query.words.is_empty() && nothing_else {
        // There are only stop words, so search for those.
        query.words.clone_from(&interpreted.text);
        query.nothing = is_nothing(&asked_for.text) && interpreted.excluded.is_empty();
    }
    Ok(InterpretedQuestion { query, interpreted: Some(interpreted), languages })
}

/// Returns whether a text has neither letters nor digits, although it is not empty: an empty
/// question asks for everything that passes the filters.
fn is_nothing(text: &str) -> bool {
    !text.trim().is_empty() && !text.contains(char::is_alphanumeric)
}

/// A word of a question that was taken for a misspelling.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Respelled {
    /// The word as asked.
    pub word: String,
    /// The word of the sessions that is searched for.
    pub searched: String,
}

/// Replaces words of an interpreted question that no passage has by words of the sessions that are
/// spelled nearly so, and returns them.
pub fn respell(
    question: &mut InterpretedQuestion,
    asked: &Snapshot<'_>,
) -> Result<Vec<Respelled>, IndexError> {
    let Some(interpreted) = &question.interpreted else { return Ok(Vec::new()) };
    let languages: Vec<&str> = question.languages.iter().map(String::as_str).collect();
    let found = asked.respell(&interpreted.words, &languages)?;
    let mut respelled = Vec::new();
    let mut words = Vec::with_capacity(interpreted.words.len());
    for (word, searched) in interpreted.words.iter().zip(found) {
        words.push(searched.clone().unwrap_or_else(|| word.clone()));
        let new = |searched| Respelled { word: word.clone(), searched };
        respelled.extend(searched.map(new));
    }
    if !respelled.is_empty() {
        question.query.words = words.join(" ");
    }
    Ok(respelled)
}

/// Puts the question's language first.
fn in_order(languages: BTreeSet<String>, first: Option<&str>) -> Vec<String> {
    let mut languages: Vec<String> = languages.into_iter().collect();
    languages.sort_by_key(|language| Some(language.as_str()) != first);
    languages
}

/// Returns the start of a day; if clocks are advanced at midnight, the first moment that exists.
fn begin(day: NaiveDate, zone: Tz) -> DateTime<Utc> {
    let midnight = day.and_time(chrono::NaiveTime::MIN);
    let later = || zone.from_local_datetime(&(midnight + chrono::Duration::hours(1))).earliest();
    let local = zone.from_local_datetime(&midnight).earliest().or_else(later);
    local.map_or_else(|| midnight.and_utc(), |local| local.with_timezone(&Utc))
}

/// Returns the clients, and the speakers who are not clients by that name.
fn known(clients: &[(ClientId, String)], speakers: Vec<String>) -> Vec<Known> {
    let client = |(id, name): &(ClientId, String)| Known {
        id: Some(id.0),
        name: name.clone(),
        role: Role::Client,
    };
    let names: BTreeSet<String> = clients.iter().map(|(_, name)| name.to_lowercase()).collect();
    let unknown = speakers.into_iter().filter(|name| !names.contains(&name.to_lowercase()));
    let speaker = |name| Known { id: None, name, role: Role::Speaker };
    clients.iter().map(client).chain(unknown.map(speaker)).collect()
}

/// Returns everyone that a name may mean.
fn about(mention: &Mention) -> About {
    About {
        clients: mention.people.iter().filter_map(|person| person.id).map(ClientId).collect(),
        names: mention.people.iter().map(|person| person.name.clone()).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_begin_where_the_asker_is() {
        let day = NaiveDate::from_ymd_opt(2026, 3, 1).unwrap();
        assert_eq!(begin(day, Tz::UTC).to_rfc3339(), "2026-03-01T00:00:00+00:00");
        assert_eq!(begin(day, Tz::Asia__Jerusalem).to_rfc3339(), "2026-02-28T22:00:00+00:00");
        // Clocks were advanced from 23:59 to 01:00.
        let day = NaiveDate::from_ymd_opt(2018, 11, 4).unwrap();
        assert_eq!(begin(day, Tz::America__Sao_Paulo).to_rfc3339(), "2018-11-04T03:00:00+00:00");
    }

    #[test]
    fn a_client_who_speaks_is_known_once() {
        let maya = (ClientId(uuid::Uuid::from_u128(1)), "Maya Lind".to_owned());
        let known = known(&[maya], vec!["maya lind".to_owned(), "Ruth".to_owned()]);
        let names: Vec<&str> = known.iter().map(|known| known.name.as_str()).collect();
        assert_eq!(names, ["Maya Lind", "Ruth"]);
    }
}
