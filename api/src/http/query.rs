//! The query string.
//!
//! What many operations share, [`Paging`] and [`MinPosition`], and the parameters of a single
//! operation are parts of one [`Query`]: each part is a struct, and together they refuse unknown
//! parameters. (`#[serde(flatten)]` would not do: it reads numbers as text, and accepts unknown
//! fields.)
//!
//! [`MinPosition`]: super::min_position::MinPosition
//! [`Paging`]: super::paging::Paging

use super::codes::Code;
use super::operation::{Describe, Described};
use super::problem::Problem;
use axum::extract::FromRequestParts;
use axum::extract::rejection::QueryRejection;
use axum::http::Uri;
use axum::http::request::Parts;
use serde::Deserialize;
use serde::de::{self, DeserializeOwned, Deserializer, Visitor};
use utoipa::IntoParams;

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
            [] => "this operation takes none".to_owned(),
            [one] => format!("expected {one}"),
            many => format!("expected one of {}", many.join(", ")),
        };
        Err(Problem::invalid_query(format!("Invalid query: unknown field `{name}`, {known}.")))
    }

    /// Deserializes the part with these fields.
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
            Err(Problem::invalid_query(format!("Invalid query: {cause}.")))
        }
        Err(other) => Err(Problem::invalid_query(other.body_text())),
    }
}

/// Returns the names of the fields of a struct, as its `Deserialize` asks for them.
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
            Err(de::Error::custom("only the names are needed"))
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::min_position::MinPosition;
    use crate::http::paging::{Paging, Position};

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
        assert_eq!(at, MinPosition::from(Some(7)));
        let Query(filter, paging, at) = read("").await.unwrap();
        assert_eq!(filter, Filter { client: None });
        assert_eq!((paging.after(), paging.limit()), (None, 50));
        assert_eq!(at, MinPosition::from(None));
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
            ("limit=0", "limit is 0; it must be 1 to 200."),
            ("limit=201", "1 to 200"),
            ("after=-1", "after must be the `next` of the previous page."),
            ("after=x", "after"),
            ("min_position=1.5", "min_position"),
        ] {
            let detail = read(query).await.err().unwrap_or_else(|| panic!("{query} was taken"));
            assert!(detail.contains(says), "{query}: {detail}");
        }
    }
}
