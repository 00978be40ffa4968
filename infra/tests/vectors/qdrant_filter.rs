//! Qdrant's filters over payloads. What is not implemented is refused, never ignored: every message
//! is destructured into all of its fields.

use qdrant_client::qdrant::condition::ConditionOneOf;
use qdrant_client::qdrant::r#match::MatchValue;
use qdrant_client::qdrant::point_id::PointIdOptions;
use qdrant_client::qdrant::value::Kind;
use qdrant_client::qdrant::{Condition, FieldCondition, Filter, Match, PointId, Range, Value};
use std::collections::{HashMap, HashSet};
use tonic::Status;

pub(crate) type Payload = HashMap<String, Value>;

pub(crate) fn id(id: Option<&PointId>) -> Result<String, Status> {
    match id.and_then(|it| it.point_id_options.as_ref()) {
        Some(PointIdOptions::Uuid(id)) => match uuid::Uuid::try_parse(id) {
            Ok(id) => Ok(id.to_string()),
            Err(error) => Err(Status::invalid_argument(format!("Unable to parse UUID: {error}"))),
        },
        Some(PointIdOptions::Num(_)) => Err(Status::unimplemented("numeric ids")),
        None => Err(Status::invalid_argument("Empty ID is not allowed")),
    }
}

/// A parsed filter.
#[derive(Default)]
pub(crate) struct Compiled {
    should: Vec<Test>,
    must: Vec<Test>,
    must_not: Vec<Test>,
}

enum Test {
    HasId(HashSet<String>),
    AnyOf(String, Vec<String>),
    Within(String, Range),
    Filter(Compiled),
}

impl Compiled {
    /// Without a filter, all points pass.
    pub(crate) fn new(filter: Option<&Filter>) -> Result<Self, Status> {
        let Some(Filter { should, must, must_not, min_should }) = filter else {
            return Ok(Self::default());
        };
        if min_should.is_some() {
            return Err(Status::unimplemented("min_should"));
        }
        let compile = |conditions: &[Condition]| {
            conditions.iter().map(Test::new).collect::<Result<Vec<Test>, Status>>()
        };
        Ok(Self { should: compile(should)?, must: compile(must)?, must_not: compile(must_not)? })
    }

    pub(crate) fn passes(&self, id: &str, payload: &Payload) -> bool {
        let met = |test: &Test| test.is_met(id, payload);
        self.must.iter().all(met)
            && !self.must_not.iter().any(met)
            && (self.should.is_empty() || self.should.iter().any(met))
    }
}

impl Test {
    fn new(condition: &Condition) -> Result<Self, Status> {
        match &condition.condition_one_of {
            Some(ConditionOneOf::Field(field)) => Self::of_field(field),
            Some(ConditionOneOf::HasId(wanted)) => {
                let wanted: Result<HashSet<String>, Status> =
                    wanted.has_id.iter().map(|it| id(Some(it))).collect();
                Ok(Self::HasId(wanted?))
            }
            Some(ConditionOneOf::Filter(filter)) => Ok(Self::Filter(Compiled::new(Some(filter))?)),
            other => Err(Status::unimplemented(format!("condition {other:?}"))),
        }
    }

    fn of_field(condition: &FieldCondition) -> Result<Self, Status> {
        let FieldCondition {
            key,
            r#match,
            range,
            geo_bounding_box: None,
            geo_radius: None,
            values_count: None,
            geo_polygon: None,
            datetime_range: None,
            is_empty: None,
            is_null: None,
        } = condition
        else {
            return Err(Status::unimplemented(format!("condition on a field: {condition:?}")));
        };
        match (r#match, range) {
            (Some(Match { match_value: Some(wanted) }), None) => match wanted {
                MatchValue::Keyword(word) => Ok(Self::AnyOf(key.clone(), vec![word.clone()])),
                MatchValue::Keywords(words) => Ok(Self::AnyOf(key.clone(), words.strings.clone())),
                other => Err(Status::unimplemented(format!("match {other:?}"))),
            },
            (None, Some(range)) => Ok(Self::Within(key.clone(), *range)),
            _ => Err(Status::invalid_argument("a condition on a field is a match or a range")),
        }
    }

    fn is_met(&self, id: &str, payload: &Payload) -> bool {
        match self {
            Self::HasId(wanted) => wanted.contains(id),
            Self::Filter(filter) => filter.passes(id, payload),
            Self::AnyOf(key, wanted) => {
                values(payload, key).iter().any(|value| match &value.kind {
                    Some(Kind::StringValue(value)) => wanted.contains(value),
                    _ => false,
                })
            }
            Self::Within(key, Range { lt, gt, gte, lte }) => {
                values(payload, key).iter().any(|value| {
                    let number = match value.kind {
                        Some(Kind::IntegerValue(value)) => value as f64,
                        Some(Kind::DoubleValue(value)) => value,
                        _ => return false,
                    };
                    lt.is_none_or(|it| number < it)
                        && gt.is_none_or(|it| number > it)
                        && gte.is_none_or(|it| number >= it)
                        && lte.is_none_or(|it| number <= it)
                })
            }
        }
    }
}

/// A condition on a list holds if it holds for any of its values.
fn values<'a>(payload: &'a Payload, key: &str) -> &'a [Value] {
    match payload.get(key) {
        Some(Value { kind: Some(Kind::ListValue(list)) }) => &list.values,
        Some(value) => std::slice::from_ref(value),
        None => &[],
    }
}
