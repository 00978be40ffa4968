//! Rules for the fields of a request.

use super::problem::Problem;
use chrono::{DateTime, Datelike, Utc};
use debrief_api_types::FieldError;
use debrief_domain::visible::is_visible;
use std::ops::RangeInclusive;

/// Years in which a session can have been held.
const YEARS: RangeInclusive<i32> = 1900..=9999;

/// Collects violations in the fields of a request.
#[derive(Default)]
pub(crate) struct Checks(Vec<FieldError>);

impl Checks {
    pub(crate) fn fail(&mut self, field: &str, message: impl Into<String>) {
        self.0.push(FieldError { field: field.to_owned(), message: message.into() });
    }

    /// Checks for text of 1 to `max` characters, without control characters except line breaks and
    /// tabs.
    pub(crate) fn text(&mut self, field: &str, text: &str, max: usize) {
        let length = text.chars().count();
        if !is_visible(text) {
            let message = "is empty, or shows nothing: send some text. An optional field can be \
                left out, and null clears it.";
            self.fail(field, message);
        } else if length > max {
            self.fail(field, format!("has {length} characters; the limit is {max}."));
        } else if text.chars().any(|c| c.is_control() && !matches!(c, '\n' | '\r' | '\t')) {
            self.fail(field, "has control characters; send plain text.");
        }
    }

    /// An address of up to `max` characters that can be opened in a browser. It is shown as a link:
    /// nothing that runs, nothing that hides, nothing that ends the line it is written on.
    pub(crate) fn web_address(&mut self, field: &str, url: &str, max: usize) {
        let length = url.chars().count();
        let host = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://"));
        if length > max {
            self.fail(field, format!("has {length} characters; the limit is {max}."));
        } else if host.is_none_or(|host| host.is_empty() || host.starts_with('/')) {
            self.fail(field, "must begin with https:// or http://, and name a host.");
        } else if url.chars().any(|c| !is_visible(c.encode_utf8(&mut [0; 4]))) {
            let message = "has spaces, line breaks, control characters or invisible characters; \
                percent-encode them.";
            self.fail(field, message);
        }
    }

    /// When something took place, in the years that calendars of four digits can state.
    pub(crate) fn held_at(&mut self, field: &str, at: &DateTime<Utc>) {
        if !YEARS.contains(&at.year()) {
            let (first, last) = (YEARS.start(), YEARS.end());
            self.fail(field, format!("must be in the years {first} to {last}, in UTC."));
        }
    }

    /// A BCP 47 language tag, by its outline: RFC 5646, section 2.1.
    pub(crate) fn language(&mut self, field: &str, tag: &str) {
        let mut parts = tag.split('-');
        let primary = parts.next().unwrap_or_default();
        let well_formed = (2..=3).contains(&primary.len())
            && primary.chars().all(|c| c.is_ascii_alphabetic())
            && parts.all(|part| {
                (1..=8).contains(&part.len()) && part.chars().all(|c| c.is_ascii_alphanumeric())
            })
            && tag.len() <= 35;
        if !well_formed {
            self.fail(field, "must be a language tag such as `en`, `he` or `pt-BR`.");
        }
    }

    pub(crate) fn done(self) -> Result<(), Problem> {
        if self.0.is_empty() { Ok(()) } else { Err(Problem::invalid(self.0)) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn language(tag: &str) -> bool {
        let mut checks = Checks::default();
        checks.language("language", tag);
        checks.done().is_ok()
    }

    #[test]
    fn text_that_shows_nothing_is_refused() {
        let text = |text: &str| {
            let mut checks = Checks::default();
            checks.text("title", text, 10);
            checks.done().is_ok()
        };
        assert!(["Noa", "\u{200F}נועה", "✅", "a\nb"].iter().all(|fits| text(fits)));
        for bad in
            ["", "  ", "\u{200B}", "\u{202E}\u{2066}", "\u{FEFF} \u{AD}", "a\u{0}", "01234567890"]
        {
            assert!(!text(bad), "{bad:?}");
        }
    }

    #[test]
    fn addresses_are_of_the_web_and_of_one_piece() {
        let address = |url: &str| {
            let mut checks = Checks::default();
            checks.web_address("url", url, 40);
            checks.done().is_ok()
        };
        assert!(
            ["https://a.example/n?id=1#x", "http://כתובת.example/נ"].iter().all(|url| address(url))
        );
        for bad in [
            "",
            "https://",
            "https:///x",
            "ftp://a.example",
            "javascript:alert(1)",
            "https://a.example/\r\nSet-Cookie: x",
            "https://a.example/a b",
            "https://a.example/\u{0}",
            "https://a.example/\u{202E}gpj",
            "https://a.example/01234567890123456789012345",
        ] {
            assert!(!address(bad), "{bad:?}");
        }
    }

    #[test]
    fn sessions_are_held_in_years_of_four_digits() {
        for (at, fits) in [
            ("1899-12-31T23:59:59Z", false),
            ("1900-01-01T00:00:00Z", true),
            ("9999-12-31T23:59:59Z", true),
            ("9999-12-31T23:59:59-01:00", false),
            ("+10000-01-01T00:00:00Z", false),
        ] {
            let mut checks = Checks::default();
            checks.held_at("held_at", &at.parse().unwrap());
            assert_eq!(checks.done().is_ok(), fits, "{at}");
        }
    }

    #[test]
    fn knows_language_tags_by_their_outline() {
        assert!(["en", "he", "pt-BR", "zh-Hant-TW", "de-1996"].iter().all(|tag| language(tag)));
        assert!(["", "e", "english", "en_US", "en-", "עב"].iter().all(|tag| !language(tag)));
    }
}
