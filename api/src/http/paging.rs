//! Lists: where a page begins, how many items it has, and whether another follows.
//!
//! Invariant: a page that holds text of users ends early, with a cursor, at [`PAGE_BYTES`].

use super::problem::Problem;
use debrief_api_types::Page;
use serde::{Deserialize, Serialize};
use std::fmt::Display;
use std::io;
use std::str::FromStr;
use utoipa::IntoParams;
use utoipa::openapi::path::{Parameter, ParameterBuilder, ParameterIn};
use utoipa::openapi::schema::{ObjectBuilder, Type};

/// The most JSON that the items of a page have together, in bytes. One item that is larger is a page
/// of its own.
pub(crate) const PAGE_BYTES: usize = 1 << 20;
/// Rows that are read at a time: a page that ends early has not read all that it could have held.
const ROWS_AT_ONCE: usize = 50;

/// Counts the bytes of a page.
#[derive(Debug, Default)]
pub(crate) struct PageSize {
    bytes: usize,
    items: usize,
}

impl PageSize {
    /// Whether the page has room for the item, which then counts. The first item always fits.
    pub(crate) fn takes(&mut self, item: &impl Serialize) -> Result<bool, Problem> {
        struct Count(usize);

        impl io::Write for Count {
            fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
                self.0 += bytes.len();
                Ok(bytes.len())
            }

            fn flush(&mut self) -> io::Result<()> {
                Ok(())
            }
        }

        let mut count = Count(self.bytes);
        serde_json::to_writer(&mut count, item).map_err(|error| Problem::internal(&error))?;
        if self.items > 0 && count.0 > PAGE_BYTES {
            return Ok(false);
        }
        *self = Self { bytes: count.0, items: self.items + 1 };
        Ok(true)
    }
}

/// How many of the items, from the first, fit on a page.
pub(crate) fn fitting<T: Serialize>(items: &[T]) -> Result<usize, Problem> {
    let mut size = PageSize::default();
    for (index, item) in items.iter().enumerate() {
        if !size.takes(item)? {
            return Ok(index);
        }
    }
    Ok(items.len())
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

    /// Reads the page. `read` gets the cursor and a number of rows, one more than will be used:
    /// that one tells whether another row follows. `place` is the cursor of a row, `show` the item
    /// that it becomes.
    pub(crate) async fn page<R, T, E, F>(
        self,
        read: impl Fn(Option<C>, u32) -> F,
        place: impl Fn(&R) -> C,
        show: impl Fn(R) -> T,
    ) -> Result<Page<T>, Problem>
    where
        T: Serialize,
        F: Future<Output = Result<Vec<R>, E>>,
        Problem: From<E>,
    {
        let most = self.limit();
        let (mut items, mut size) = (Vec::new(), PageSize::default());
        let (mut after, mut last) = (self.after, None);
        loop {
            let count = (most - items.len()).min(ROWS_AT_ONCE);
            let rows = read(after.take(), count as u32 + 1).await?;
            let more = rows.len() > count;
            for row in rows.into_iter().take(count) {
                let cursor = place(&row);
                let item = show(row);
                if !size.takes(&item)? {
                    return Ok(Page { items, next: last });
                }
                last = Some(cursor.to_string());
                after = Some(cursor);
                items.push(item);
            }
            if !more || items.len() == most {
                return Ok(Page { items, next: last.filter(|_| more) });
            }
        }
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

    fn paging(after: &str, limit: u32) -> Paging<Position, 50, 200> {
        Paging::try_from(SentPaging { after: Some(after.to_owned()), limit: Some(limit) }).unwrap()
    }

    /// Rows `after + 1..=last`.
    async fn rows(after: Option<Position>, limit: u32, last: i64) -> Result<Vec<i64>, Problem> {
        let after = after.map_or(0, |Position(after)| after);
        Ok((after + 1..=last).take(limit as usize).collect())
    }

    #[tokio::test]
    async fn a_page_is_followed_by_another_if_there_is_one_more_row() {
        for (last, limit, items, next) in [
            (2, 2, 2, None),
            (3, 2, 2, Some("2")),
            (0, 2, 0, None),
            (150, 150, 150, None),
            (151, 150, 150, Some("150")),
            (50, 150, 50, None),
            (101, 150, 101, None),
        ] {
            let read = |after, count| rows(after, count, last);
            let page =
                paging("0", limit).page(read, |row| Position(*row), |row| row).await.unwrap();
            assert_eq!(page.items, (1..=items).collect::<Vec<i64>>(), "{last} rows, {limit}");
            assert_eq!(page.next.as_deref(), next, "{last} rows, {limit}");
        }
    }

    #[tokio::test]
    async fn a_page_ends_early_where_its_items_are_large() {
        for (bytes, on_a_page) in [(PAGE_BYTES / 4, 3), (PAGE_BYTES - 2, 1), (3 * PAGE_BYTES, 1)] {
            let (mut seen, mut after) = (Vec::new(), "0".to_owned());
            loop {
                let read = |after, count| rows(after, count, 7);
                let show = |row: i64| (row, "x".repeat(bytes));
                let page =
                    paging(&after, 200).page(read, |row| Position(*row), show).await.unwrap();
                assert!(page.items.len() <= on_a_page, "{} items of {bytes}", page.items.len());
                seen.extend(page.items.into_iter().map(|(row, _)| row));
                match page.next {
                    Some(next) => after = next,
                    None => break,
                }
            }
            assert_eq!(seen, (1..=7).collect::<Vec<i64>>(), "items of {bytes}");
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
