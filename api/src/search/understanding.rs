//! Converts a request into a search question, and the interpretation of a question into a response.

use crate::http::problem::Problem;
use crate::state::ApiState;
use chrono::Weekday;
use chrono_tz::Tz;
use debrief_api_types::search as types;
use debrief_api_types::search::{SearchRequest, WeekStart};
use debrief_domain::ids::ClientId;
use debrief_domain::principal::Viewer;
use debrief_language::question;
use debrief_language::question::{Anchor, How, Interpreted, Kind, Order, Role};
use debrief_projections::directory;
use debrief_search::interpretation::{PEOPLE_MAX, Question};

/// Returns the clients of an organization by name.
pub(super) async fn clients(
    state: &ApiState,
    viewer: Viewer,
) -> Result<Vec<(ClientId, String)>, Problem> {
    let rows = directory::clients(&state.views, viewer, 0, PEOPLE_MAX).await?;
    Ok(rows.into_iter().filter_map(|row| Some((row.id, row.name?))).collect())
}

/// Returns the question of a request.
pub(super) fn question(request: &SearchRequest) -> Question {
    let zone = request.time_zone.as_deref().and_then(|zone| zone.parse().ok());
    let anchor = |day: &types::NamedDay| Anchor { name: day.name.clone(), date: day.date };
    Question {
        text: request.query.clone(),
        filters: request.filters.clone(),
        interpret: request.interpret.unwrap_or(true),
        time_zone: zone.unwrap_or(Tz::UTC),
        day_first: request.day_first,
        week_starts: match request.week_starts {
            WeekStart::Monday => Weekday::Mon,
            WeekStart::Saturday => Weekday::Sat,
            WeekStart::Sunday => Weekday::Sun,
        },
        anchors: request.anchors.iter().map(anchor).collect(),
    }
}

/// Returns the interpretation of a question as the response contains it.
pub(super) fn interpreted(understood: Interpreted) -> types::Interpreted {
    types::Interpreted {
        text: understood.text,
        words: understood.words,
        phrases: understood.phrases.into_iter().map(part).collect(),
        excluded: understood.excluded.into_iter().map(part).collect(),
        dates: understood.dates.map(|dates| types::Dates {
            from: dates.from,
            to: dates.to,
            order: dates.order.map(|order| match order {
                Order::DayFirst => types::DateOrder::DayFirst,
                Order::MonthFirst => types::DateOrder::MonthFirst,
            }),
            quotes: dates.quotes.into_iter().map(part).collect(),
        }),
        people: understood.people.into_iter().map(mention).collect(),
        kind: understood.kind.map(|asked| types::AskedKind {
            kind: match asked.kind {
                Kind::Promised => types::QuestionKind::Promised,
                Kind::Decided => types::QuestionKind::Decided,
                Kind::Asked => types::QuestionKind::Asked,
            },
            quote: part(asked.quote),
        }),
        language: understood.language.map(str::to_owned),
    }
}

fn part(quote: question::Quote) -> types::QuestionPart {
    types::QuestionPart { text: quote.text, from: quote.from, to: quote.to }
}

fn mention(mention: question::Mention) -> types::Mention {
    let person = |person: question::Person| types::Person {
        index: person.index,
        id: person.id,
        name: person.name,
        role: match person.role {
            Role::Client => types::PersonRole::Client,
            Role::Coach => types::PersonRole::Coach,
            Role::Speaker => types::PersonRole::Speaker,
        },
    };
    types::Mention {
        people: mention.people.into_iter().map(person).collect(),
        how: match mention.how {
            How::Exact => types::Recognition::Exact,
            How::Part => types::Recognition::Part,
            How::Nickname => types::Recognition::Nickname,
            How::Misspelled => types::Recognition::Misspelled,
        },
        quote: part(mention.quote),
    }
}
