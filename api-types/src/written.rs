//! Answers to writes.

use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use utoipa::openapi::schema::{
    AllOfBuilder, KnownFormat, ObjectBuilder, Schema, SchemaFormat, Type,
};
use utoipa::openapi::{Ref, RefOr};
use utoipa::{PartialSchema, ToSchema};

/// The answer to a write: its result, and the position of the log that it reached.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Written<T> {
    /// The result of the write, mostly ids.
    #[serde(flatten)]
    pub answer: T,
    /// The position that this reached; pass it as `min_position` to read what was written.
    pub position: i64,
}

/// Implemented by hand, because `derive` would give all answers the same name.
impl<T: ToSchema> ToSchema for Written<T> {
    fn name() -> Cow<'static, str> {
        format!("Written{}", T::name()).into()
    }

    fn schemas(schemas: &mut Vec<(String, RefOr<Schema>)>) {
        schemas.push((T::name().into_owned(), T::schema()));
        T::schemas(schemas);
    }
}

impl<T: ToSchema> PartialSchema for Written<T> {
    fn schema() -> RefOr<Schema> {
        let position = ObjectBuilder::new()
            .schema_type(Type::Integer)
            .format(Some(SchemaFormat::KnownFormat(KnownFormat::Int64)))
            .description(Some(
                "The position that this reached; pass it as `min_position` to read what was \
                 written.",
            ));
        let reached = ObjectBuilder::new().property("position", position).required("position");
        AllOfBuilder::new().item(Ref::from_schema_name(T::name())).item(reached).into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[derive(Debug, PartialEq, Serialize, Deserialize, ToSchema)]
    struct Planted {
        id: u32,
    }

    #[test]
    fn the_answer_and_its_position_are_one_object() {
        let written = Written { answer: Planted { id: 7 }, position: 3 };
        let value = serde_json::to_value(&written).unwrap();
        assert_eq!(value, json!({"id": 7, "position": 3}));
        assert_eq!(serde_json::from_value::<Written<Planted>>(value).unwrap(), written);
        assert_eq!(Written::<Planted>::name(), "WrittenPlanted");
    }
}
