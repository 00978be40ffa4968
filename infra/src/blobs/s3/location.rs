//! Parses `s3://` URLs.

use crate::blobs::{BlobError, percent_decode};

/// `s3://bucket/prefix?endpoint=…&region=…&path_style=…`, checked.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Location {
    pub(super) bucket: String,
    /// Without slashes at its ends; empty if there is none.
    pub(super) prefix: String,
    pub(super) endpoint: Option<String>,
    pub(super) region: Option<String>,
    /// Puts the bucket in the path instead of the host name. The default is on for a custom
    /// endpoint: hardly any has a host name for each bucket.
    pub(super) path_style: bool,
}

impl Location {
    /// Parses a URL. Errors never repeat it.
    pub(super) fn parse(url: &str) -> Result<Self, BlobError> {
        let refuse = |text: &str| Err(BlobError::Config(format!("s3: {text}")));
        let rest = url.strip_prefix("s3://").unwrap_or(url);
        let (place, query) = rest.split_once('?').unwrap_or((rest, ""));
        let (bucket, prefix) = place.split_once('/').unwrap_or((place, ""));
        if bucket.contains('@') {
            return refuse(
                "credentials do not belong in the URL: AWS_ACCESS_KEY_ID and \
                 AWS_SECRET_ACCESS_KEY, a profile or the machine's role give them",
            );
        }
        let named = |byte: u8| byte.is_ascii_alphanumeric() || b"-._".contains(&byte);
        if bucket.is_empty() || !bucket.bytes().all(named) {
            return refuse("the URL needs the name of a bucket, as in s3://bucket/prefix");
        }
        let prefix = prefix.trim_matches('/');
        if prefix.split('/').any(|it| it == "." || it == "..")
            || !prefix.bytes().all(|byte| named(byte) || byte == b'/')
        {
            return refuse("the prefix may hold letters, digits, '-', '_', '.' and '/'");
        }
        let (mut endpoint, mut region, mut path_style) = (None, None, None);
        for pair in query.split('&').filter(|it| !it.is_empty()) {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            let Some(value) = percent_decode(value) else {
                return refuse("a parameter of the URL has a malformed % escape");
            };
            match name {
                "endpoint" if value.starts_with("http://") || value.starts_with("https://") => {
                    endpoint = Some(value);
                }
                "endpoint" => return refuse("endpoint must begin with http:// or https://"),
                "region" if !value.is_empty() => region = Some(value),
                "region" => return refuse("region is empty"),
                "path_style" => match value.parse() {
                    Ok(on) => path_style = Some(on),
                    Err(_) => return refuse("path_style is true or false"),
                },
                _ => return refuse("the parameters are endpoint, region and path_style"),
            }
        }
        Ok(Self {
            bucket: bucket.into(),
            prefix: prefix.into(),
            path_style: path_style.unwrap_or(endpoint.is_some()),
            endpoint,
            region,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_full_url() {
        let url =
            "s3://bucket/a/b/?endpoint=http://127.0.0.1:5000&region=us-east-1&path_style=true";
        let expected = Location {
            bucket: "bucket".into(),
            prefix: "a/b".into(),
            endpoint: Some("http://127.0.0.1:5000".into()),
            region: Some("us-east-1".into()),
            path_style: true,
        };
        assert_eq!(Location::parse(url).unwrap(), expected);
        let escaped = url.replace("http://", "http%3A%2F%2F");
        assert_eq!(Location::parse(&escaped).unwrap(), expected);
    }

    #[test]
    fn path_style_follows_the_endpoint_unless_it_is_given() {
        let path_style = |url| Location::parse(url).unwrap().path_style;
        assert!(!path_style("s3://bucket"));
        assert!(path_style("s3://bucket?endpoint=http://minio:9000"));
        assert!(!path_style("s3://bucket?endpoint=https://x.example&path_style=false"));
    }

    #[test]
    fn refusals_say_what_to_change_and_repeat_no_secret() {
        for (url, hint) in [
            ("s3://", "name of a bucket"),
            ("s3:///prefix", "name of a bucket"),
            ("s3://key:hunter2@bucket", "AWS_ACCESS_KEY_ID"),
            ("s3://bucket/../other", "prefix"),
            ("s3://bucket/hunter2 x", "prefix"),
            ("s3://bucket?endpoint=hunter2:9000", "http://"),
            ("s3://bucket?region=", "region"),
            ("s3://bucket?path_style=hunter2", "true or false"),
            ("s3://bucket?secret=hunter2", "endpoint, region"),
            ("s3://bucket?region=%zz", "escape"),
        ] {
            let error = Location::parse(url).unwrap_err().to_string();
            assert!(error.contains(hint), "{url}: {error}");
            assert!(!error.contains("hunter2"), "{url}: {error}");
        }
    }
}
