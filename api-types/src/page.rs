//! Lists.

use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use utoipa::openapi::schema::{ArrayBuilder, ObjectBuilder, Schema, SchemaType, Type};
use utoipa::openapi::{Ref, RefOr};
use utoipa::{PartialSchema, ToSchema};

/// A page of a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Page<T> {
    /// What is on the page.
    pub items: Vec<T>,
    /// Pass as `after` for the next page; `None` on the last.
    pub next: Option<String>,
}

impl<T> Page<T> {
    /// Returns a list that fits on one page.
    pub fn whole(items: Vec<T>) -> Self {
        Self { items, next: None }
    }

    /// Returns a page of converted items with the same cursor.
    pub fn map<U>(self, f: impl FnMut(T) -> U) -> Page<U> {
        Page { items: self.items.into_iter().map(f).collect(), next: self.next }
    }
}

/// Implemented by hand, because `derive` would give all pages the same name.
impl<T: ToSchema> ToSchema for Page<T> {
    fn name() -> Cow<'static, str> {
        format!("{}Page", T::name()).into()
    }

    fn schemas(schemas: &mut Vec<(String, RefOr<Schema>)>) {
        schemas.push((T::name().into_owned(), T::schema()));
        T::schemas(schemas);
    }
}

impl<T: ToSchema> PartialSchema for Page<T> {
    fn schema() -> RefOr<Schema> {
        let items = ArrayBuilder::new().items(Ref::from_schema_name(T::name()));
        let next = ObjectBuilder::new()
            .schema_type(SchemaType::from_iter([Type::String, Type::Null]))
            .description(Some("Pass as `after` for the next page; `null` on the last."));
        ObjectBuilder::new()
            .description(Some("A page of a list."))
            .property("items", items)
            .property("next", next)
            .required("items")
            .into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    #[derive(Serialize, ToSchema)]
    struct Apple {
        #[allow(dead_code)]
        weight: u32,
    }

    #[test]
    fn a_page_is_named_after_what_it_holds_and_refers_to_it() {
        assert_eq!(Page::<Apple>::name(), "ApplePage");
        let schema = serde_json::to_value(Page::<Apple>::schema()).unwrap();
        let items: &Value = &schema["properties"]["items"]["items"];
        assert_eq!(*items, json!({"$ref": "#/components/schemas/Apple"}));
        let mut schemas = Vec::new();
        Page::<Apple>::schemas(&mut schemas);
        assert_eq!(schemas[0].0, "Apple");
    }

    #[test]
    fn the_last_page_says_that_it_is_the_last() {
        let page = Page::whole(vec![1, 2]).map(|n| n + 1);
        assert_eq!(serde_json::to_value(page).unwrap(), json!({"items": [2, 3], "next": null}));
    }
}
