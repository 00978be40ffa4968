//! The query string.
//!
//! What many operations share, [`Paging`] and [`MinPosition`], and what an operation has of its own
//! are parts of one [`Query`]: each part is a struct, and together they refuse what none of them
//! knows. (`#[serde(flatten)]` could not: it reads numbers as text, and takes unknown fields.)

use super::codes::Code;
use super::operation::{Describe, Described};
use super::problem::Problem;
use crate::state::ApiState;
use axum::extract::FromRequestParts;
use axum::extract::rejection::QueryRejection;
use axum::http::Uri;
use axum::http::request::Parts;
use debrief_api_types::Page;
use debrief_projections::engine::Stale;
use serde::Deserialize;
use serde::de::{self, DeserializeOwned, Deserializer, Visitor};
use std::fmt::Display;
use std::str::FromStr;
use utoipa::IntoParams;
use utoipa::openapi::path::{Parameter, ParameterBuilder, ParameterIn};
use utoipa::openapi::schema::{ObjectBuilder, Type};

/// The query string, in up to three parts.
pub(crate) struct Query<A, B = Nothing, C = Nothing>(pub(crate) A, pub(crate) B, pub(crate) C);

/// No further part.
#[derive(Debug, Deserialize, IntoParams)]
pub(crate) struct Nothing {}

impl<A, B, C, S> FromRequestParts<S> for Query<A, B, C>
where
    A: DeserializeOwned,
    B: DeserializeOwned,
    C: DeserializeOwned,
    S: Send + Sync,
{
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let pairs = Pairs::of(&parts.uri)?;
        let [a, b, c] = [fields_of::<A>(), fields_of::<B>(), fields_of::<C>()];
        pairs.refuse_all_but(&[a, b, c].concat())?;
        Ok(Self(pairs.read(a)?, pairs.read(b)?, pairs.read(c)?))
    }
}

impl<A: IntoParams, B: IntoParams, C: IntoParams> Describe for Query<A, B, C> {
    fn describe(described: &mut Described<'_>) {
        described.takes_query::<A>();
        described.takes_query::<B>();
        described.takes_query::<C>();
        described.refuses(Code::InvalidQuery);
    }
}

/// The pairs of a query: the name of each, and the pair as it was sent.
struct Pairs<'a>(Vec<(String, &'a str)>);

impl<'a> Pairs<'a> {
    fn of(uri: &'a Uri) -> Result<Self, Problem> {
        let decoded: Vec<(String, String)> = decoded(uri)?;
        // As forms are read: what is empty between two `&` is no pair.
        let sent = uri.query().unwrap_or_default().split('&').filter(|pair| !pair.is_empty());
        Ok(Self(decoded.into_iter().map(|(name, _)| name).zip(sent).collect()))
    }

    fn refuse_all_but(&self, known: &[&str]) -> Result<(), Problem> {
        let Some((name, _)) = self.0.iter().find(|(name, _)| !known.contains(&name.as_str()))
        else {
            return Ok(());
        };
        let known: Vec<String> = known.iter().map(|name| format!("`{name}`")).collect();
        let known = match known.as_slice() {
            [] => "there are none here".to_owned(),
            [one] => format!("the only one here is {one}"),
            many => format!("expected one of {}", many.join(", ")),
        };
        Err(Problem::invalid_query(format!(
            "The query cannot be read: unknown field `{name}`, {known}."
        )))
    }

    /// Reads the part with these fields.
    fn read<T: DeserializeOwned>(&self, fields: &[&str]) -> Result<T, Problem> {
        let own = self.0.iter().filter(|(name, _)| fields.contains(&name.as_str()));
        let query: Vec<&str> = own.map(|(_, pair)| *pair).collect();
        let uri = format!("/?{}", query.join("&"));
        decoded(&uri.parse().map_err(|error| Problem::internal(&error))?)
    }
}

fn decoded<T: DeserializeOwned>(uri: &Uri) -> Result<T, Problem> {
    match axum::extract::Query::try_from_uri(uri) {
        Ok(axum::extract::Query(value)) => Ok(value),
        Err(QueryRejection::FailedToDeserializeQueryString(error)) => {
            let cause = super::extract::cause(&error);
            Err(Problem::invalid_query(format!("The query cannot be read: {cause}.")))
        }
        Err(other) => Err(Problem::invalid_query(other.body_text())),
    }
}

/// The names of the fields of a struct, as its `Deserialize` asks for them.
fn fields_of<T: DeserializeOwned>() -> &'static [&'static str] {
    struct Fields<'a>(&'a mut &'static [&'static str]);

    impl<'de> Deserializer<'de> for Fields<'_> {
        type Error = de::value::Error;

        fn deserialize_any<V: Visitor<'de>>(self, _: V) -> Result<V::Value, Self::Error> {
            Err(de::Error::custom("a part of a query is a struct"))
        }

        fn deserialize_struct<V: Visitor<'de>>(
            self,
            _: &'static str,
            fields: &'static [&'static str],
            _: V,
        ) -> Result<V::Value, Self::Error> {
            *self.0 = fields;
            Err(de::Error::custom("all that was wanted are the names"))
        }

        serde::forward_to_deserialize_any! {
            bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf
            option unit unit_struct newtype_struct seq tuple tuple_struct map enum identifier
            ignored_any
        }
    }

    let mut fields: &'static [&'static str] = &[];
    let _ = T::deserialize(Fields(&mut fields));
    fields
}

/// Reads one's own writes.
#[derive(Debug, Clone, Copy, Default, Deserialize, IntoParams)]
pub(crate) struct MinPosition {
    /// Wait until the answer includes all writes up to this position.
    min_position: Option<i64>,
}

impl MinPosition {
    /// Waits until a read model includes the position.
    pub(crate) async fn in_projection(
        self,
        state: &ApiState,
        projection: &'static str,
    ) -> Result<(), Problem> {
        let Some(position) = self.known(state).await? else { return Ok(()) };
        let timeout = state.limits.min_position_timeout;
        state.views.wait_for(projection, position, timeout).await.map_err(|error| match error {
            Stale::Behind { .. } => {
                tracing::warn!(projection, %error, "a read waited in vain");
                Problem::unavailable(
                    "What you wrote cannot be read yet. Read again in a moment, or without \
                     min_position for what there is.",
                )
            }
            Stale::Database(error) => error.into(),
        })
    }

    /// Waits until the full-text index of this process includes the position.
    pub(crate) async fn in_search(self, state: &ApiState) -> Result<(), Problem> {
        let Some(position) = self.known(state).await? else { return Ok(()) };
        if state.search.wait_for(position, state.limits.min_position_timeout).await {
            return Ok(());
        }
        tracing::warn!(position, reached = state.search.position(), "a search waited in vain");
        Err(Problem::unavailable(
            "What you wrote cannot be found yet. Ask again in a moment, or without min_position \
             for what there is.",
        ))
    }

    /// The position, if one was given, and the log has reached it.
    async fn known(self, state: &ApiState) -> Result<Option<i64>, Problem> {
        let Some(position) = self.min_position else { return Ok(None) };
        if position < 0 {
            return Err(Problem::invalid_query(format!(
                "min_position is {position}; it is the `position` that a write answered."
            )));
        }
        let head = state.log.head().await?;
        if position > head {
            return Err(Problem::invalid_query(format!(
                "min_position is {position}, but nothing beyond {head} was written yet."
            )));
        }
        Ok(Some(position))
    }
}

/// How many items to answer: `DEFAULT` where the client does not say, at most `MAX`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(try_from = "SentLimit")]
pub(crate) struct Limit<const DEFAULT: u32, const MAX: u32>(u32);

#[derive(Deserialize)]
struct SentLimit {
    limit: Option<u32>,
}

impl<const DEFAULT: u32, const MAX: u32> Limit<DEFAULT, MAX> {
    /// The limit of a JSON body.
    pub(crate) fn in_body(limit: Option<u32>) -> Result<Self, Problem> {
        Self::of(limit).map_err(|why| Problem::invalid_query(format!("{why}.")))
    }

    fn of(limit: Option<u32>) -> Result<Self, String> {
        match limit {
            None => Ok(Self(DEFAULT)),
            Some(limit) if (1..=MAX).contains(&limit) => Ok(Self(limit)),
            Some(limit) => Err(format!("limit is {limit}; it can be 1 to {MAX}")),
        }
    }

    pub(crate) fn get(self) -> usize {
        self.0 as usize
    }
}

impl<const DEFAULT: u32, const MAX: u32> TryFrom<SentLimit> for Limit<DEFAULT, MAX> {
    type Error = String;

    fn try_from(sent: SentLimit) -> Result<Self, String> {
        Self::of(sent.limit)
    }
}

impl<const DEFAULT: u32, const MAX: u32> IntoParams for Limit<DEFAULT, MAX> {
    fn into_params(_: impl Fn() -> Option<ParameterIn>) -> Vec<Parameter> {
        let schema = ObjectBuilder::new()
            .schema_type(Type::Integer)
            .minimum(Some(1))
            .maximum(Some(MAX))
            .default(Some(DEFAULT.into()));
        let text = format!("Number of items, 1 to {MAX}; default {DEFAULT}.");
        vec![in_query("limit").description(Some(text)).schema(Some(schema)).build()]
    }
}

/// Which page of a list: where it begins, and how many items it has.
///
/// `C` is the cursor: what places an item in the list.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(try_from = "SentPaging", bound = "C: FromStr")]
pub(crate) struct Paging<C, const DEFAULT: u32, const MAX: u32> {
    after: Option<C>,
    limit: Limit<DEFAULT, MAX>,
}

#[derive(Deserialize)]
struct SentPaging {
    after: Option<String>,
    limit: Option<u32>,
}

impl<C: FromStr, const DEFAULT: u32, const MAX: u32> TryFrom<SentPaging>
    for Paging<C, DEFAULT, MAX>
{
    type Error = String;

    fn try_from(sent: SentPaging) -> Result<Self, String> {
        let after = sent.after.map(|after| after.parse()).transpose();
        let after = after.map_err(|_| "after is not the `next` of a page")?;
        Ok(Self { after, limit: Limit::of(sent.limit)? })
    }
}

impl<C, const DEFAULT: u32, const MAX: u32> IntoParams for Paging<C, DEFAULT, MAX> {
    fn into_params(provider: impl Fn() -> Option<ParameterIn>) -> Vec<Parameter> {
        let text = "The `next` of the page before; the first page without it.";
        let schema = ObjectBuilder::new().schema_type(Type::String);
        let after = in_query("after").description(Some(text)).schema(Some(schema)).build();
        [vec![after], Limit::<DEFAULT, MAX>::into_params(provider)].concat()
    }
}

impl<C: FromStr + Display, const DEFAULT: u32, const MAX: u32> Paging<C, DEFAULT, MAX> {
    /// The item before the page; `None` for the first page.
    pub(crate) fn after(&self) -> Option<&C> {
        self.after.as_ref()
    }

    /// The most items on the page.
    pub(crate) fn limit(&self) -> usize {
        self.limit.get()
    }

    /// Reads the page. `read` gets the cursor and a number of rows, one more than the page holds:
    /// that one tells whether another page follows. `place` is the cursor of a row.
    pub(crate) async fn page<R, E, F>(
        self,
        read: impl FnOnce(Option<C>, u32) -> F,
        place: impl Fn(&R) -> C,
    ) -> Result<Page<R>, Problem>
    where
        F: Future<Output = Result<Vec<R>, E>>,
        Problem: From<E>,
    {
        let size = self.limit();
        let mut items = read(self.after, self.limit.0 + 1).await?;
        let more = items.len() > size;
        items.truncate(size);
        let next = items.last().filter(|_| more).map(|last| place(last).to_string());
        Ok(Page { items, next })
    }
}

fn in_query(name: &str) -> ParameterBuilder {
    ParameterBuilder::new().name(name).parameter_in(ParameterIn::Query)
}

/// A cursor: a position in the log. Lists are in the order in which their items came to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Position(pub(crate) i64);

impl FromStr for Position {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        text.parse().ok().filter(|position| *position >= 0).map(Self).ok_or(())
    }
}

impl Display for Position {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, Deserialize, PartialEq)]
    struct Filter {
        client: Option<u32>,
    }

    type List = Query<Filter, Paging<Position, 50, 200>, MinPosition>;

    async fn read(query: &str) -> Result<List, String> {
        let (mut parts, ()) =
            axum::http::Request::get(format!("/v1/x?{query}")).body(()).unwrap().into_parts();
        let read = List::from_request_parts(&mut parts, &()).await;
        read.map_err(|problem| {
            assert_eq!(problem.code(), Code::InvalidQuery, "{query}");
            problem.detail().to_owned()
        })
    }

    #[tokio::test]
    async fn the_parts_share_one_query() {
        let Query(filter, paging, at) =
            read("min_position=7&client=3&&limit=2&%61fter=9").await.unwrap();
        assert_eq!(filter, Filter { client: Some(3) });
        assert_eq!((paging.after(), paging.limit()), (Some(&Position(9)), 2));
        assert_eq!(at.min_position, Some(7));
        let Query(filter, paging, at) = read("").await.unwrap();
        assert_eq!(filter, Filter { client: None });
        assert_eq!((paging.after(), paging.limit()), (None, 50));
        assert_eq!(at.min_position, None);
    }

    #[tokio::test]
    async fn what_no_part_knows_is_refused_with_what_they_know() {
        for (query, says) in [
            ("sort=x", "unknown field `sort`, expected one of `client`, `after`, `limit`, `min_po"),
            ("client=1&minposition=1", "`minposition`"),
            ("limit=1&limit=1", "limit"),
            ("min_position=1&min_position=1", "min_position"),
            ("client=x", "client"),
            ("limit=x", "limit"),
            ("limit=", "limit"),
            ("limit=0", "limit is 0; it can be 1 to 200."),
            ("limit=201", "1 to 200"),
            ("after=-1", "after is not the `next` of a page."),
            ("after=x", "after"),
            ("min_position=1.5", "min_position"),
        ] {
            let detail = read(query).await.err().unwrap_or_else(|| panic!("{query} was taken"));
            assert!(detail.contains(says), "{query}: {detail}");
        }
    }

    #[tokio::test]
    async fn a_page_is_followed_by_another_if_there_is_one_more_row() {
        for (rows, next) in [(2, None), (3, Some("2"))] {
            let Query(_, paging, _) = read("limit=2&after=0").await.unwrap();
            let read = async |after: Option<Position>, limit: u32| {
                assert_eq!((after, limit), (Some(Position(0)), 3));
                Ok::<_, Problem>((1..=rows).collect::<Vec<i64>>())
            };
            let page = paging.page(read, |row| Position(*row)).await.unwrap();
            assert_eq!((page.items, page.next.as_deref()), (vec![1, 2], next));
        }
    }

    #[test]
    fn the_document_states_limits_and_defaults() {
        let parameters = Paging::<Position, 50, 200>::into_params(|| None);
        let limit = serde_json::to_value(&parameters[1]).unwrap();
        assert_eq!(limit["description"], "Number of items, 1 to 200; default 50.");
        let schema = &limit["schema"];
        assert_eq!((&schema["default"], &schema["maximum"]), (&50.into(), &200.into()));
    }
}
