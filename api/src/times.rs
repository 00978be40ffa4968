//! Times of read models, which are milliseconds since 1970, as times of answers.

use chrono::{DateTime, Utc};

pub(crate) fn at(millis: i64) -> DateTime<Utc> {
    DateTime::from_timestamp_millis(millis).unwrap_or_default()
}
