//! The forms of URLs. Each port that is chosen by one has a `check_url`, which tells without
//! opening anything whether it is of a form that the port takes.

/// Whether `url` begins with one of `schemes` and goes on: with a host after `scheme://`, with a
/// path after `scheme:`.
pub fn has_scheme(url: &str, schemes: &[&str]) -> bool {
    schemes.iter().any(|scheme| {
        url.strip_prefix(scheme).is_some_and(|rest| {
            let wrong = if scheme.ends_with('/') { "/" } else { "//" };
            !rest.is_empty() && !rest.starts_with(wrong)
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_scheme_needs_something_after_it() {
        let schemes = ["sqlite:", "postgres://"];
        for url in ["sqlite:a.db", "sqlite:/var/lib/a.db", "postgres://u:p@h/d"] {
            assert!(has_scheme(url, &schemes), "{url}");
        }
        for url in ["mysql://h/d", "sqlite:", "sqlite://a.db", "postgres://", "postgres:///d", ""] {
            assert!(!has_scheme(url, &schemes), "{url}");
        }
    }
}
