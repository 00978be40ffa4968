//! Lists: where a page starts, how many items it has, and whether another follows.

use super::problem::Problem;
use debrief_api_types::Page;
use serde::Deserialize;
use std::fmt::Display;
use std::str::FromStr;
use utoipa::IntoParams;
use utoipa::openapi::path::{Parameter, ParameterBuilder, ParameterIn};
use utoipa::openapi::schema::{ObjectBuilder, Type};

/// A limit: `DEFAULT` if the client sends none, at most `MAX`.
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
            Some(limit) => Err(format!("limit is {limit}; it must be 1 to {MAX}")),
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

/// Which page of a list: where it starts, and how many items it has.
///
/// `C` is the cursor, which identifies an item's place in the list.
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
        let after = after.map_err(|_| "after must be the `next` of the previous page")?;
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
    /// Returns the item before the page; `None` for the first page.
    pub(crate) fn after(&self) -> Option<&C> {
        self.after.as_ref()
    }

    /// Returns the maximum number of items on the page.
    pub(crate) fn limit(&self) -> usize {
        self.limit.get()
    }

    /// Reads the page. `read` gets the cursor and a number of rows, one more than the page holds,
    /// to find out whether another page follows. `place` returns the cursor of a row.
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

/// A cursor: a position in the log. Lists are in the order in which their items were created.
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

    #[tokio::test]
    async fn a_page_is_followed_by_another_if_there_is_one_more_row() {
        for (rows, next) in [(2, None), (3, Some("2"))] {
            let (after, limit) = (Some("0".to_owned()), Some(2));
            let paging = Paging::<Position, 50, 200>::try_from(SentPaging { after, limit });
            let read = async |after: Option<Position>, limit: u32| {
                assert_eq!((after, limit), (Some(Position(0)), 3));
                Ok::<_, Problem>((1..=rows).collect::<Vec<i64>>())
            };
            let page = paging.unwrap().page(read, |row| Position(*row)).await.unwrap();
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
