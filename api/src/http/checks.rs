//! Rules for the fields of a request.

use super::problem::Problem;
use debrief_api_types::FieldError;

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
        if text.trim().is_empty() {
            let message = "is empty: send some text. An optional field can be left out, and null \
                clears it.";
            self.fail(field, message);
        } else if length > max {
            self.fail(field, format!("has {length} characters; the limit is {max}."));
        } else if text.chars().any(|c| c.is_control() && !matches!(c, '\n' | '\r' | '\t')) {
            self.fail(field, "has control characters; send plain text.");
        }
    }

    /// Checks the outline of a BCP 47 language tag: RFC 5646, section 2.1.
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
    fn knows_language_tags_by_their_outline() {
        assert!(["en", "he", "pt-BR", "zh-Hant-TW", "de-1996"].iter().all(|tag| language(tag)));
        assert!(["", "e", "english", "en_US", "en-", "עב"].iter().all(|tag| !language(tag)));
    }
}
