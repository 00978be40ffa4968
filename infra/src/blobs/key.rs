//! The name of a blob.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// A key of the form `<organization>/<kind>/<id>`: three segments of `[a-z0-9-]`, each of 1 to
/// [`BlobKey::MAX_SEGMENT`] characters. Every constructor checks this, deserialization included. A
/// key is therefore a safe path and a safe S3 key: it has no dots, so no traversal, and one case,
/// so no two keys collide on a case-insensitive file system.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct BlobKey(String);

/// The error for a text that is not a [`BlobKey`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a blob key is <organization>/<kind>/<id>, each 1 to 64 characters of a-z, 0-9 and '-'")]
pub struct InvalidBlobKey;

impl BlobKey {
    /// The maximum length of a segment.
    pub const MAX_SEGMENT: usize = 64;

    /// Creates the key of blob `id`, of a `kind` such as `"recording"`, of an organization.
    ///
    /// # Panics
    ///
    /// If `kind` is not a valid segment. Kinds are literals in the code, so the first test of the
    /// caller finds such a mistake.
    pub fn new(organization: Uuid, kind: &'static str, id: Uuid) -> Self {
        assert!(is_segment(kind), "{kind:?} cannot be the kind of a blob");
        Self(format!("{organization}/{kind}/{id}"))
    }

    /// Returns the whole key.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Returns the three segments: organization, kind, id.
    pub fn segments(&self) -> [&str; 3] {
        // The constructors guarantee exactly three.
        let mut segments = self.0.splitn(3, '/');
        std::array::from_fn(|_| segments.next().unwrap_or_default())
    }
}

fn is_segment(text: &str) -> bool {
    (1..=BlobKey::MAX_SEGMENT).contains(&text.len())
        && text.bytes().all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-'))
}

impl TryFrom<String> for BlobKey {
    type Error = InvalidBlobKey;

    fn try_from(text: String) -> Result<Self, InvalidBlobKey> {
        let mut count = 0;
        let valid = text.split('/').all(|segment| {
            count += 1;
            count <= 3 && is_segment(segment)
        });
        if valid && count == 3 { Ok(Self(text)) } else { Err(InvalidBlobKey) }
    }
}

impl FromStr for BlobKey {
    type Err = InvalidBlobKey;

    fn from_str(text: &str) -> Result<Self, InvalidBlobKey> {
        Self::try_from(text.to_owned())
    }
}

impl From<BlobKey> for String {
    fn from(key: BlobKey) -> Self {
        key.0
    }
}

impl fmt::Display for BlobKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn new_keys_parse_and_survive_json() {
        let key = BlobKey::new(Uuid::from_u128(7), "recording", Uuid::from_u128(9));
        assert_eq!(key.segments()[1], "recording");
        assert_eq!(key.to_string().parse(), Ok(key.clone()));
        let json = serde_json::to_string(&key).unwrap();
        assert_eq!(serde_json::from_str::<BlobKey>(&json).unwrap(), key);
    }

    #[test]
    fn nothing_else_is_a_key() {
        let long = format!("a/b/{}", "c".repeat(BlobKey::MAX_SEGMENT + 1));
        for text in [
            "", "/", "//", "a", "a/b", "a/b/", "/b/c", "a//c", "a/b/c/", "a/b/c/d", "../b/c",
            "a/../c", "a/b/..", "a/b/.", "A/b/c", "a/b/c\0", "a\\b/c/d", "a/b/c%2f", "a/b/é",
            "a/b/c\n", " a/b/c", &long,
        ] {
            assert_eq!(text.parse::<BlobKey>(), Err(InvalidBlobKey), "{text:?}");
            let json = serde_json::to_string(text).unwrap();
            assert!(serde_json::from_str::<BlobKey>(&json).is_err(), "{text:?}");
        }
    }

    #[test]
    #[should_panic(expected = "cannot be the kind")]
    fn a_kind_with_a_slash_is_a_mistake_in_the_code() {
        let _ = BlobKey::new(Uuid::nil(), "a/b", Uuid::nil());
    }
}
