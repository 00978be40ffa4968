//! What the URL of a server says.

use crate::embeddings::EmbedError;
use reqwest::Url;
use sha2::{Digest, Sha256};

/// `https://HOST/v1?model=NAME&dimensions=N`, checked.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Address {
    /// Where passages and questions go.
    pub(super) embeddings: Url,
    /// Where the server lists its models, if it does.
    pub(super) models: Url,
    /// The model's name on the server.
    pub(super) model_name: String,
    /// How many dimensions to ask for; whatever the model has where it is not given.
    pub(super) dimensions: Option<usize>,
    /// Server, model and dimensions in at most 200 characters.
    pub(super) name: String,
}

impl Address {
    /// Reads a URL. Errors never repeat it: a mistyped one may hold a secret.
    pub(super) fn parse(url: &str) -> Result<Self, EmbedError> {
        let refuse = |text: &str| Err(EmbedError::Config(text.to_owned()));
        let Ok(mut base) = Url::parse(url) else {
            return refuse("the URL is malformed; write https://HOST/v1?model=NAME");
        };
        if base.scheme() == "https" && cfg!(not(feature = "https")) {
            return refuse(
                "this program was built without https: build it with `--features https` (or \
                 `full`), or name a server by http://",
            );
        }
        if !base.username().is_empty() || base.password().is_some() {
            return refuse("credentials do not belong in the URL; the key is a setting of its own");
        }
        if base.fragment().is_some() {
            return refuse("the URL ends at a #; write %23 for one in the model's name");
        }
        let (mut model, mut dimensions) = (None, None);
        for (name, value) in base.query_pairs() {
            let twice = match &*name {
                "model" if value.trim().is_empty() => return refuse("model= names no model"),
                "model" => model.replace(value.into_owned()).is_some(),
                "dimensions" => match value.parse() {
                    Ok(number @ 1..=65_536) => dimensions.replace(number).is_some(),
                    _ => return refuse("dimensions= is a whole number, as in dimensions=512"),
                },
                _ => return refuse("the URL's parameters are model and dimensions, no others"),
            };
            if twice {
                return refuse("a parameter of the URL is given twice");
            }
        }
        let Some(model) = model else {
            return refuse("the URL must name a model; add ?model=NAME at its end");
        };
        base.set_query(None);
        let path = base.path().trim_end_matches('/').to_owned();
        if path.ends_with("/embeddings") {
            return refuse("/embeddings is added to the URL; write it without, as https://HOST/v1");
        }
        let at = |end: &str| {
            let mut url = base.clone();
            url.set_path(&format!("{path}/{end}"));
            url
        };
        let host = base.host_str().unwrap_or_default();
        let port = base.port().map(|it| format!(":{it}")).unwrap_or_default();
        let size = dimensions.map(|it| format!("#{it}")).unwrap_or_default();
        let mut name = format!("openai:{model}@{host}{port}{path}{size}");
        if name.chars().count() > 200 {
            name = format!("openai:{}", hex::encode(Sha256::digest(name)));
        }
        Ok(Self {
            embeddings: at("embeddings"),
            models: at("models"),
            model_name: model,
            dimensions,
            name,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_full_url() {
        let address =
            Address::parse("http://127.0.0.1:8080/v1/?model=BAAI/bge-m3%23x&dimensions=256")
                .unwrap();
        assert_eq!(address.embeddings.as_str(), "http://127.0.0.1:8080/v1/embeddings");
        assert_eq!(address.models.as_str(), "http://127.0.0.1:8080/v1/models");
        assert_eq!(address.model_name, "BAAI/bge-m3#x");
        assert_eq!(address.dimensions, Some(256));
        assert_eq!(address.name, "openai:BAAI/bge-m3#x@127.0.0.1:8080/v1#256");
    }

    #[test]
    fn no_path_and_no_dimensions() {
        let address = Address::parse("http://host?model=m").unwrap();
        assert_eq!(address.embeddings.as_str(), "http://host/embeddings");
        assert_eq!((address.dimensions, &*address.name), (None, "openai:m@host"));
    }

    #[test]
    fn names_tell_models_apart_and_are_bounded() {
        let name = |rest: &str| Address::parse(&format!("http://host{rest}")).unwrap().name;
        let long = "x".repeat(300);
        let names = [
            name("/v1?model=m"),
            name("/v2?model=m"),
            name("/v1?model=n"),
            name("/v1?model=m&dimensions=8"),
            name(&format!("/v1?model={long}")),
            name(&format!("/v1?model={long}y")),
        ];
        let distinct: std::collections::HashSet<_> = names.iter().collect();
        assert_eq!(distinct.len(), names.len());
        assert!(names.iter().all(|it| it.chars().count() <= 200));
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
            ("http://host/v1?model=m&key=hunter2", "model and dimensions"),
            ("http://host/v1?model=m&dimensions=hunter2", "whole number"),
            ("http://host/v1?model=m&dimensions=0", "whole number"),
            ("http://host/v1?model=m#hunter2", "%23"),
            ("http://host/v1/embeddings?model=m", "without"),
        ] {
            let error = Address::parse(url).unwrap_err().to_string();
            assert!(error.contains(hint), "{url}: {error}");
            assert!(!error.contains("hunter2"), "{url}: {error}");
        }
    }

    #[test]
    fn https_needs_its_feature() {
        let parsed = Address::parse("https://host/v1?model=m");
        match cfg!(feature = "https") {
            true => assert!(parsed.is_ok()),
            false => assert!(parsed.unwrap_err().to_string().contains("--features https")),
        }
    }
}
