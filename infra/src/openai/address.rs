//! Parses the URL of a server.

use reqwest::Url;

/// `https://HOST/v1?model=NAME`, checked.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Address {
    /// The model's name on the server.
    pub(crate) model: String,
    /// The URL without parameters.
    base: Url,
    /// The other parameters of the URL, each at most once.
    parameters: Vec<(String, String)>,
}

impl Address {
    /// Parses the URL of a server whose API is at `endpoint`; besides `model`, it may have these
    /// parameters. Errors say what to write and never repeat the URL: a mistyped one may contain a
    /// secret.
    pub(crate) fn parse(url: &str, endpoint: &str, parameters: &[&str]) -> Result<Self, String> {
        let refuse = |text: &str| Err(text.to_owned());
        let Ok(mut base) = Url::parse(url) else {
            return refuse("the URL is malformed; write https://HOST/v1?model=NAME");
        };
        if base.scheme() == "https" && cfg!(not(feature = "https")) {
            return refuse(
                "built without https; rebuild with `--features https` (or \
                 `full`), or name a server by http://",
            );
        }
        if !base.username().is_empty() || base.password().is_some() {
            return refuse("credentials do not belong in the URL; the key is a separate setting");
        }
        if base.fragment().is_some() {
            return refuse("the URL contains a #; write %23 for a # in the model's name");
        }
        let (mut model, mut others) = (None, Vec::new());
        for (name, value) in base.query_pairs() {
            let twice = match &*name {
                "model" if value.trim().is_empty() => return refuse("model= names no model"),
                "model" => model.replace(value.into_owned()).is_some(),
                name if parameters.contains(&name) => {
                    let twice = others.iter().any(|(other, _)| other == name);
                    others.push((name.to_owned(), value.into_owned()));
                    twice
                }
                _ => {
                    let known = [&["model"], parameters].concat().join(" and ");
                    return Err(format!("the URL takes {known} and no other parameter"));
                }
            };
            if twice {
                return refuse("the URL has a parameter twice");
            }
        }
        let Some(model) = model else {
            return refuse("the URL must name a model; add ?model=NAME at its end");
        };
        base.set_query(None);
        let address = Self { model, base, parameters: others };
        if address.path().ends_with(&format!("/{endpoint}")) {
            return Err(format!(
                "/{endpoint} is added to the URL; write it without, as https://HOST/v1"
            ));
        }
        Ok(address)
    }

    /// Returns the URL of an endpoint.
    pub(crate) fn at(&self, endpoint: &str) -> Url {
        let mut url = self.base.clone();
        url.set_path(&format!("{}/{endpoint}", self.path()));
        url
    }

    /// Returns the URL of a page beside the API: of `https://HOST/v1`, `https://HOST/page`.
    pub(crate) fn beside(&self, page: &str) -> Url {
        let mut url = self.base.clone();
        let path = self.path();
        url.set_path(&format!("{}/{page}", path.strip_suffix("/v1").unwrap_or(path)));
        url
    }

    /// Returns the host.
    pub(crate) fn host(&self) -> &str {
        self.base.host_str().unwrap_or_default()
    }

    /// Returns a parameter of the URL.
    pub(crate) fn parameter(&self, name: &str) -> Option<&str> {
        let found = self.parameters.iter().find(|(other, _)| other == name);
        found.map(|(_, value)| value.as_str())
    }

    /// Returns host, port and path in their usual form.
    pub(crate) fn place(&self) -> String {
        let host = self.base.host_str().unwrap_or_default();
        let port = self.base.port().map(|it| format!(":{it}")).unwrap_or_default();
        format!("{host}{port}{}", self.path())
    }

    fn path(&self) -> &str {
        self.base.path().trim_end_matches('/')
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(url: &str) -> Result<Address, String> {
        Address::parse(url, "some/thing", &["size"])
    }

    #[test]
    fn a_full_url() {
        let address = parse("http://127.0.0.1:8080/v1/?model=BAAI/bge-m3%23x&size=256").unwrap();
        assert_eq!(address.at("some/thing").as_str(), "http://127.0.0.1:8080/v1/some/thing");
        assert_eq!(address.model, "BAAI/bge-m3#x");
        assert_eq!(address.parameter("size"), Some("256"));
        assert_eq!(address.place(), "127.0.0.1:8080/v1");
        assert_eq!(address.beside("props").as_str(), "http://127.0.0.1:8080/props");
    }

    #[test]
    fn no_path_and_no_parameters() {
        let address = parse("http://host?model=m").unwrap();
        assert_eq!(address.at("some/thing").as_str(), "http://host/some/thing");
        assert_eq!((address.parameter("size"), &*address.place()), (None, "host"));
        assert_eq!(address.beside("a/b").as_str(), "http://host/a/b");
    }

    #[test]
    fn refusals_say_what_to_write_and_repeat_no_secret() {
        for (url, hint) in [
            ("http://", "malformed"),
            ("http://host:hunter2/v1?model=m", "malformed"),
            ("http://hunter2@host/v1?model=m", "credentials"),
            ("http://user:hunter2@host/v1?model=m", "credentials"),
            ("http://host/v1", "?model=NAME"),
            ("http://host/v1?model=", "names no model"),
            ("http://host/v1?model=m&model=n", "twice"),
            ("http://host/v1?model=m&size=1&size=hunter2", "twice"),
            ("http://host/v1?model=m&key=hunter2", "takes model and size and no other"),
            ("http://host/v1?model=m#hunter2", "%23"),
            ("http://host/v1/some/thing?model=m", "without"),
            ("http://host/v1/some/thing/?model=m", "without"),
        ] {
            let error = parse(url).unwrap_err();
            assert!(error.contains(hint), "{url}: {error}");
            assert!(!error.contains("hunter2"), "{url}: {error}");
        }
    }

    #[test]
    fn https_needs_its_feature() {
        let parsed = parse("https://host/v1?model=m");
        match cfg!(feature = "https") {
            true => assert!(parsed.is_ok()),
            false => assert!(parsed.unwrap_err().contains("--features https")),
        }
    }
}
