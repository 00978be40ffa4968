//! Converts times of read models, in milliseconds since 1970, into times of responses.

use chrono::{DateTime, Utc};

pub(crate) fn at(millis: i64) -> DateTime<Utc> {
    DateTime::from_timestamp_millis(millis).unwrap_or_default()
}
