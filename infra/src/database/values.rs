//! Values of columns and placeholders, the same for both databases.

use super::DatabaseError;

/// A value of a column or a placeholder.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// `NULL`.
    Null,
    /// A 64-bit integer; also booleans, as 0 and 1.
    Integer(i64),
    /// A double.
    Real(f64),
    /// A text; also ids and JSON.
    Text(String),
    /// Bytes.
    Bytes(Vec<u8>),
}

macro_rules! value_from {
    ($($type:ty => |$v:ident| $make:expr),+ $(,)?) => {
        $(impl From<$type> for Value {
            fn from($v: $type) -> Self { $make }
        })+
    };
}
value_from! {
    i64 => |v| Self::Integer(v),
    u32 => |v| Self::Integer(v.into()),
    bool => |v| Self::Integer(v.into()),
    f64 => |v| Self::Real(v),
    String => |v| Self::Text(v),
    &str => |v| Self::Text(v.to_owned()),
    uuid::Uuid => |v| Self::Text(v.to_string()),
    Vec<u8> => |v| Self::Bytes(v),
}

impl<T: Into<Value>> From<Option<T>> for Value {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Null, Into::into)
    }
}

impl Value {
    fn kind(&self) -> &'static str {
        match self {
            Self::Null => "nothing",
            Self::Integer(_) => "an integer",
            Self::Real(_) => "a double",
            Self::Text(_) => "text",
            Self::Bytes(_) => "bytes",
        }
    }
}

/// A type that a column can be read as.
pub trait FromValue: Sized {
    /// The expected type, for the error.
    const EXPECTED: &'static str;
    /// Returns the value if it is of this type.
    fn from_value(value: &Value) -> Option<Self>;
}

macro_rules! from_value {
    ($($type:ty, $expected:literal, $pattern:pat => $take:expr);+ $(;)?) => {
        $(impl FromValue for $type {
            const EXPECTED: &'static str = $expected;
            fn from_value(value: &Value) -> Option<Self> {
                match value { $pattern => $take, _ => None }
            }
        })+
    };
}
from_value! {
    i64, "an integer", Value::Integer(v) => Some(*v);
    u32, "an integer of 32 bits", Value::Integer(v) => u32::try_from(*v).ok();
    bool, "0 or 1", Value::Integer(v) => Some(*v != 0);
    f64, "a double", Value::Real(v) => Some(*v);
    String, "text", Value::Text(v) => Some(v.clone());
    uuid::Uuid, "an id", Value::Text(v) => v.parse().ok();
    Vec<u8>, "bytes", Value::Bytes(v) => Some(v.clone());
}

impl<T: FromValue> FromValue for Option<T> {
    const EXPECTED: &'static str = T::EXPECTED;
    fn from_value(value: &Value) -> Option<Self> {
        match value {
            Value::Null => Some(None),
            other => T::from_value(other).map(Some),
        }
    }
}

/// A row of a result.
#[derive(Debug, Clone, PartialEq)]
pub struct Row(pub Vec<Value>);

impl Row {
    /// Reads column `index`, from 0.
    pub fn get<T: FromValue>(&self, index: usize) -> Result<T, DatabaseError> {
        let value = self.0.get(index).unwrap_or(&Value::Null);
        T::from_value(value).ok_or_else(|| DatabaseError::Type {
            column: index,
            expected: T::EXPECTED,
            found: value.kind(),
        })
    }
}
