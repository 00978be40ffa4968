//! Parses the URL of a server.

use crate::embeddings::EmbedError;
use crate::openai;
use reqwest::Url;
use sha2::{Digest, Sha256};

/// The path of the API.
pub(super) const ENDPOINT: &str = "embeddings";

/// `https://HOST/v1?model=NAME&dimensions=N`, checked.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Address {
    /// The URL for embedding.
    pub(super) embeddings: Url,
    /// The URL of the server's list of models, if it has one.
    pub(super) models: Url,
    /// The model's name on the server.
    pub(super) model_name: String,
    /// The number of dimensions to request; the model's default if `None`.
    pub(super) dimensions: Option<usize>,
    /// Server, model and dimensions in at most 200 characters.
    pub(super) name: String,
}

impl Address {
    /// Parses a URL. Errors never repeat it: a mistyped one may contain a secret.
    pub(super) fn parse(url: &str) -> Result<Self, EmbedError> {
        let address = openai::Address::parse(url, ENDPOINT, &["dimensions"]);
        let address = address.map_err(EmbedError::Config)?;
        let dimensions = match address.parameter("dimensions").map(str::parse) {
            None => None,
            Some(Ok(number @ 1..=65_536)) => Some(number),
            Some(_) => {
                return Err(EmbedError::Config(
                    "dimensions= is a whole number, as in dimensions=512".to_owned(),
                ));
            }
        };
        let size = dimensions.map(|it| format!("#{it}")).unwrap_or_default();
        let mut name = format!("openai:{}@{}{size}", address.model, address.place());
        if name.chars().count() > 200 {
            name = format!("openai:{}", hex::encode(Sha256::digest(name)));
        }
        Ok(Self {
            embeddings: address.at(ENDPOINT),
            models: address.at("models"),
            model_name: address.model,
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
            ("http://user:hunter2@host/v1?model=m", "credentials"),
            ("http://host/v1?model=m&key=hunter2", "model and dimensions"),
            ("http://host/v1?model=m&dimensions=hunter2", "whole number"),
            ("http://host/v1?model=m&dimensions=0", "whole number"),
            ("http://host/v1/embeddings?model=m", "without"),
        ] {
            let error = Address::parse(url).unwrap_err().to_string();
            assert!(error.contains(hint), "{url}: {error}");
            assert!(!error.contains("hunter2"), "{url}: {error}");
        }
    }
}
