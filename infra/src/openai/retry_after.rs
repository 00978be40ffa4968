//! How long a server asks to wait.

use reqwest::header::{DATE, HeaderMap, RETRY_AFTER};
use std::time::{Duration, SystemTime};

/// The longest wait that is believed.
const LONGEST: Duration = Duration::from_secs(3_600);

/// Returns the wait that an answer asks for: `retry-after-ms` as OpenAI sends it, else `Retry-After`
/// in seconds or as a date (RFC 9110, 10.2.3). A date is compared with the server's own `Date`, as
/// the clocks may differ.
pub(super) fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let text = |name: &str| headers.get(name)?.to_str().ok().map(str::trim);
    let milliseconds = text("retry-after-ms").and_then(|it| it.parse::<f64>().ok());
    let wait = match milliseconds.map(|it| Duration::try_from_secs_f64(it / 1_000.0)) {
        Some(Ok(wait)) => wait,
        _ => {
            let said = text(RETRY_AFTER.as_str())?;
            match said.parse::<f64>() {
                Ok(seconds) => Duration::try_from_secs_f64(seconds).ok()?,
                Err(_) => {
                    let date =
                        text(DATE.as_str()).and_then(|it| httpdate::parse_http_date(it).ok());
                    let now = date.unwrap_or_else(SystemTime::now);
                    let until = httpdate::parse_http_date(said).ok()?;
                    until.duration_since(now).unwrap_or_default()
                }
            }
        }
    };
    Some(wait.min(LONGEST))
}

#[cfg(test)]
mod tests {
    use super::*;
    use reqwest::header::{HeaderName, HeaderValue};

    fn told(headers: &[(&str, &str)]) -> Option<Duration> {
        let pairs = headers.iter().map(|(name, value)| {
            (name.parse::<HeaderName>().unwrap(), HeaderValue::from_str(value).unwrap())
        });
        retry_after(&pairs.collect())
    }

    #[test]
    fn all_forms() {
        let date = ("date", "Mon, 30 Nov 2026 10:00:00 GMT");
        for (headers, expected) in [
            (vec![("retry-after", "20")], Some(20_000)),
            (vec![("retry-after", " 0.5 ")], Some(500)),
            (vec![("retry-after", "0")], Some(0)),
            (vec![("retry-after", "Mon, 30 Nov 2026 10:00:07 GMT"), date], Some(7_000)),
            (vec![("retry-after", "Mon, 30 Nov 2026 09:00:00 GMT"), date], Some(0)),
            (vec![("retry-after-ms", "1500"), ("retry-after", "20")], Some(1_500)),
            (vec![("retry-after-ms", "x"), ("retry-after", "20")], Some(20_000)),
            (vec![("retry-after", "1e300")], None),
            (vec![("retry-after", "99999999")], Some(3_600_000)),
            (vec![("retry-after", "-1")], None),
            (vec![("retry-after", "NaN")], None),
            (vec![("retry-after", "soon")], None),
            (vec![], None),
        ] {
            assert_eq!(told(&headers), expected.map(Duration::from_millis), "{headers:?}");
        }
    }

    #[test]
    fn a_date_without_the_servers_own_is_compared_with_this_clock() {
        let date = httpdate::fmt_http_date(SystemTime::now() + Duration::from_secs(60));
        let wait = told(&[("retry-after", &date)]).unwrap();
        assert!((50..=60).contains(&wait.as_secs()), "{wait:?}");
    }
}
