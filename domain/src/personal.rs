//! A person's words.
//!
//! Invariant: a person's words enter an event only inside [`Personal`]. The event log finds these
//! fields by their JSON form, `{"$personal": value}`, and seals them under a key of the person
//! they concern; once that key is deleted they read as [`Personal::Erased`].

use serde::de::{Error as _, IgnoredAny, MapAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;

/// Field that marks a personal value in an event's JSON.
pub const PERSONAL: &str = "$personal";
/// Field that marks a value whose key was deleted.
pub const ERASED: &str = "$erased";

/// A value that holds a person's words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Personal<T> {
    /// Readable.
    Known(T),
    /// Erased with the key of the person it concerned.
    Erased,
}

impl<T> Personal<T> {
    /// The value, unless it was erased.
    pub fn known(&self) -> Option<&T> {
        match self {
            Self::Known(value) => Some(value),
            Self::Erased => None,
        }
    }

    /// The value, unless it was erased.
    pub fn into_known(self) -> Option<T> {
        match self {
            Self::Known(value) => Some(value),
            Self::Erased => None,
        }
    }
}

impl<T> From<T> for Personal<T> {
    fn from(value: T) -> Self {
        Self::Known(value)
    }
}

impl<T: Serialize> Serialize for Personal<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        use serde::ser::SerializeMap;
        let mut map = serializer.serialize_map(Some(1))?;
        match self {
            Self::Known(value) => map.serialize_entry(PERSONAL, value)?,
            Self::Erased => map.serialize_entry(ERASED, &true)?,
        }
        map.end()
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Personal<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(PersonalVisitor(PhantomData))
    }
}

struct PersonalVisitor<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for PersonalVisitor<T> {
    type Value = Personal<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "a personal field: {{\"{PERSONAL}\": …}} or {{\"{ERASED}\": true}}")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut read = None;
        while let Some(key) = map.next_key::<Cow<'de, str>>()? {
            match key.as_ref() {
                ERASED => {
                    map.next_value::<IgnoredAny>()?;
                    read = Some(Personal::Erased);
                }
                PERSONAL if read.is_none() => read = Some(Personal::Known(map.next_value()?)),
                _ => drop(map.next_value::<IgnoredAny>()?),
            }
        }
        read.ok_or_else(|| A::Error::custom("a personal field holds neither words nor an erasure"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_words_and_reads_erasures() {
        let words = Personal::Known("hello".to_owned());
        let json = serde_json::to_value(&words).unwrap();
        assert_eq!(json, serde_json::json!({"$personal": "hello"}));
        assert_eq!(serde_json::from_value::<Personal<String>>(json).unwrap(), words);
        let erased = serde_json::json!({"$erased": true});
        assert_eq!(serde_json::from_value::<Personal<String>>(erased).unwrap(), Personal::Erased);
        assert!(serde_json::from_value::<Personal<String>>(serde_json::json!({})).is_err());
    }
}
