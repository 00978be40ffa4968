//! Parses Qdrant's address: `http://HOST:6334?prefix=debrief`.

use crate::vectors::VectorError;

/// The default prefix of collection names.
const PREFIX: &str = "debrief";

/// A parsed URL.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Address {
    /// Scheme, host and port.
    pub(super) server: String,
    /// Characters `a-z`, `0-9` and `-`.
    pub(super) prefix: String,
}

impl Address {
    /// Parses a URL. Errors do not repeat it: a mistyped one may contain a secret.
    pub(super) fn parse(url: &str) -> Result<Self, VectorError> {
        let config = |text: &str| Err(VectorError::Config(text.to_owned()));
        let (server, parameters) = url.split_once('?').unwrap_or((url, ""));
        let server = server.strip_suffix('/').unwrap_or(server);
        let Some((scheme @ ("http" | "https"), host)) = server.split_once("://") else {
            return config("qdrant: needs an address, as in qdrant:http://127.0.0.1:6334");
        };
        if host.contains('@') {
            return config("Qdrant's URL takes no credentials: the API key is a separate setting");
        }
        if host.is_empty() || host.contains(|c: char| c == '/' || c == '#' || c.is_whitespace()) {
            return config(
                "Qdrant's URL needs a host and a port, as in qdrant:http://127.0.0.1:6334",
            );
        }
        // In an IPv6 address colons are in brackets.
        let port = host.rsplit_once(':').filter(|(_, port)| !port.ends_with(']'));
        let server = match port {
            Some(_) => format!("{scheme}://{host}"),
            None => format!("{scheme}://{host}:6334"),
        };
        let mut prefix = PREFIX.to_owned();
        for parameter in parameters.split('&').filter(|it| !it.is_empty()) {
            let Some(("prefix", value)) = parameter.split_once('=') else {
                return config("Qdrant's URL takes one parameter: ?prefix=NAME");
            };
            let allowed = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
            if value.is_empty() || value.len() > 60 || !value.chars().all(allowed) {
                return config(
                    "the prefix in Qdrant's URL is at most 60 characters of a-z, 0-9 and -",
                );
            }
            value.clone_into(&mut prefix);
        }
        Ok(Self { server, prefix })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses() {
        for (url, server, prefix) in [
            ("http://127.0.0.1:6334", "http://127.0.0.1:6334", "debrief"),
            ("http://host", "http://host:6334", "debrief"),
            ("https://host:443/?prefix=a-1", "https://host:443", "a-1"),
            ("http://[::1]", "http://[::1]:6334", "debrief"),
            ("http://[::1]:7?", "http://[::1]:7", "debrief"),
        ] {
            let address = Address::parse(url).unwrap();
            assert_eq!((address.server.as_str(), address.prefix.as_str()), (server, prefix));
        }
    }

    #[test]
    fn refusals_say_what_to_write_and_repeat_no_secret() {
        for url in [
            "",
            "hunter2",
            "ftp://hunter2",
            "http://",
            "http://user:hunter2@host:6334",
            "http://hunter2@host",
            "http://host/hunter2",
            "http://host?api_key=hunter2",
            "http://host?prefix=Hunter2",
            "http://host?prefix=a_b",
            "http://host?prefix=",
        ] {
            let error = Address::parse(url).unwrap_err().to_string();
            assert!(!error.to_lowercase().contains("hunter2"), "{url}: {error}");
            assert!(error.starts_with("vector store configuration: "), "{url}: {error}");
        }
    }
}
