//! Redacts values for printing.

/// How a setting's value may be shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// Unchanged.
    Plain,
    /// Without its password.
    Url,
    /// Never.
    Secret,
}

const LONGEST_SHOWN: usize = 60;

/// Describes a wrong value, as the rest of a sentence that begins with "… is ".
pub(super) fn shape(kind: Kind, text: &str) -> String {
    let characters = |n: usize| format!("{n} character{}", if n == 1 { "" } else { "s" });
    let length = text.chars().count();
    match kind {
        _ if text.is_empty() => "empty".to_owned(),
        Kind::Plain => quoted(text),
        Kind::Url if text.contains("://") => quoted(&address(text)),
        // The user may have put the password alone here.
        Kind::Url => format!("a text of {} without \"://\"", characters(length)),
        Kind::Secret => format!("a text of {}", characters(length)),
    }
}

fn quoted(text: &str) -> String {
    match text.char_indices().nth(LONGEST_SHOWN) {
        Some((end, _)) => format!("{:?}…", &text[..end]),
        None => format!("{text:?}"),
    }
}

/// Removes passwords, the tokens that NATS uses in their place, and secret parameters.
///
/// A password may contain an unescaped `/`, `?` or `@`, so everything up to the last `@` counts as
/// part of it: better to hide a host too many than to show half a password.
pub(super) fn address(text: &str) -> String {
    let Some((scheme, rest)) = text.split_once("://") else {
        return text.to_owned();
    };
    let (credentials, rest) = match rest.rsplit_once('@') {
        Some((credentials, rest)) => (Some(credentials), rest),
        None => (None, rest),
    };
    let credentials = match credentials.map(|c| c.split_once(':').ok_or(c)) {
        None => String::new(),
        Some(Ok((user, _))) => format!("{user}:***@"),
        Some(Err(user)) if scheme.starts_with("postgres") => format!("{user}@"),
        Some(Err(_)) => "***@".to_owned(),
    };
    let rest = match rest.split_once('?') {
        Some((path, query)) => {
            let parameters: Vec<_> = query.split('&').map(parameter).collect();
            format!("{path}?{}", parameters.join("&"))
        }
        None => rest.to_owned(),
    };
    format!("{scheme}://{credentials}{rest}")
}

fn parameter(text: &str) -> String {
    const SECRET: [&str; 5] = ["pass", "secret", "token", "key", "sig"];
    match text.split_once('=') {
        Some((name, _)) if SECRET.iter().any(|s| name.to_ascii_lowercase().contains(s)) => {
            format!("{name}=***")
        }
        _ => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_shown_without_their_secrets() {
        for (address_, shown) in [
            ("postgres://u:hunter2@h:5432/d", "postgres://u:***@h:5432/d"),
            ("postgres://u:hun/ter@2@h/d", "postgres://u:***@h/d"),
            ("postgres://u@h/d", "postgres://u@h/d"),
            ("postgres://h/d?user=u&password=hunter2", "postgres://h/d?user=u&password=***"),
            ("nats://hunter2@h:4222", "nats://***@h:4222"),
            ("nats://u:hunter2@h1,nats://u:hunter2@h2", "nats://u:***@h2"),
            ("s3://AKIA:hunter2@bucket/p", "s3://AKIA:***@bucket/p"),
            ("s3://bucket?secret_access_key=hunter2", "s3://bucket?secret_access_key=***"),
            ("sqlite:./a.db", "sqlite:./a.db"),
            ("embedded", "embedded"),
        ] {
            assert_eq!(address(address_), shown);
        }
    }

    #[test]
    fn a_wrong_value_is_described_as_far_as_it_may_be() {
        assert_eq!(shape(Kind::Plain, ""), "empty");
        assert_eq!(shape(Kind::Plain, "80\"80"), "\"80\\\"80\"");
        assert_eq!(shape(Kind::Plain, &"ü".repeat(61)), format!("\"{}\"…", "ü".repeat(60)));
        assert_eq!(shape(Kind::Url, "mysql://u:hunter2@h"), "\"mysql://u:***@h\"");
        assert_eq!(shape(Kind::Url, "hunter2"), "a text of 7 characters without \"://\"");
        assert_eq!(shape(Kind::Secret, "hunter2"), "a text of 7 characters");
        assert_eq!(shape(Kind::Secret, "x"), "a text of 1 character");
    }
}
