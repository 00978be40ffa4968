//! Parses settings.
//!
//! Every value, from a file, the environment or a flag, is text first and parsed by the same
//! function. A function that refuses a value returns what it accepts; the caller adds the source
//! and the value, as it knows whether the value may be shown.

use std::fmt;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::str::FromStr;

use debrief_domain::visible::is_visible;
use debrief_infra::url::has_scheme;

use super::values::{Address, Kinds, LogFormat, MasterKey, Price, Secret, Size, Timespan};

/// What is accepted, as the end of a sentence that begins with "expected ".
pub(super) type Accepts = String;

/// Parses an optional value: empty means that it follows from other settings.
pub(super) fn or_empty<T>(
    text: &str,
    read: impl Fn(&str) -> Result<T, Accepts>,
) -> Result<Option<T>, Accepts> {
    if text.is_empty() {
        return Ok(None);
    }
    read(text).map(Some)
}

pub(super) fn directory(text: &str) -> Result<PathBuf, Accepts> {
    if text.is_empty() || text.contains(char::is_control) {
        return Err("the path of a directory, such as \"./debrief-data\"".into());
    }
    Ok(PathBuf::from(text))
}

pub(super) fn socket_address(text: &str) -> Result<SocketAddr, Accepts> {
    text.parse().map_err(|_| {
        "an IP address and a port, such as \"127.0.0.1:8080\" or \"0.0.0.0:8080\" (not a \
         port alone or a name such as localhost)"
            .into()
    })
}

pub(super) fn count<T: FromStr + PartialOrd + fmt::Display>(
    text: &str,
    least: T,
    most: T,
) -> Result<T, Accepts> {
    match text.parse::<T>() {
        Ok(number) if number >= least && number <= most => Ok(number),
        _ => Err(format!("a whole number from {least} to {most}")),
    }
}

pub(super) fn span(text: &str, least: Timespan, most: Timespan) -> Result<Timespan, Accepts> {
    match text.parse::<Timespan>() {
        Ok(span) if span >= least && span <= most => Ok(span),
        _ => Err(format!(
            "a whole number and a unit (ms, s, m, h, d) from \"{least}\" to \"{most}\""
        )),
    }
}

pub(super) fn size(text: &str, least: Size, most: Size) -> Result<Size, Accepts> {
    match text.parse::<Size>() {
        Ok(size) if size >= least && size <= most => Ok(size),
        _ => Err(format!(
            "a whole number and a unit (B, KiB, MiB, GiB, kB, MB, GB) from \"{least}\" to \
             \"{most}\""
        )),
    }
}

/// Parses the price of a million tokens.
pub(super) fn price(text: &str) -> Result<Price, Accepts> {
    match text.parse::<Price>() {
        Ok(price) if price.millionths() <= 1_000_000_000_000 => Ok(price),
        _ => Err("a price of a million tokens from \"0\" to \"1000000\", with at most six digits \
                  after the point, such as \"0.15\""
            .into()),
    }
}

/// Parses a display name.
pub(crate) fn name(text: &str) -> Result<String, Accepts> {
    let length = text.chars().count();
    if !is_visible(text) || length > 200 || text.chars().any(char::is_control) {
        return Err("a name of 1 to 200 characters on one line".into());
    }
    Ok(text.trim().to_owned())
}

pub(super) fn queue_prefix(text: &str) -> Result<String, Accepts> {
    let allowed = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_' || b == b'-';
    if text.is_empty() || text.len() > 32 || !text.bytes().all(allowed) {
        return Err("1 to 32 characters of a-z, 0-9, _ and -".into());
    }
    Ok(text.to_owned())
}

/// Returns the names of all kinds of workers, as a list in a sentence.
pub(crate) fn names_of_workers() -> String {
    let names: Vec<&str> = debrief_workers::ALL.iter().map(|worker| worker.name).collect();
    names.join(", ")
}

pub(super) fn kinds_of_workers(text: &str) -> Result<Kinds, Accepts> {
    if text == "all" {
        return Ok(Kinds::ALL);
    }
    let known = |name: &str| debrief_workers::ALL.iter().find(|worker| worker.name == name.trim());
    let names: Option<Vec<_>> = text.split(',').map(|name| Some(known(name)?.name)).collect();
    names.map(Kinds::some).ok_or_else(|| {
        format!("\"all\", or one or more of {}, separated by commas", names_of_workers())
    })
}

/// Parses the URL of a port: `check` is the port's own.
pub(super) fn port_url(
    text: &str,
    check: impl Fn(&str) -> Result<(), String>,
) -> Result<Address, Accepts> {
    check(text).map(|()| Address::new(text))
}

/// The same, with a `default` for an empty value, which is `described` in what is accepted.
pub(super) fn port_url_or(
    text: &str,
    check: impl Fn(&str) -> Result<(), String>,
    described: &str,
    default: impl FnOnce() -> String,
) -> Result<Address, Accepts> {
    if text.is_empty() {
        return Ok(Address::new(default()));
    }
    port_url(text, check).map_err(|accepts| format!("{accepts}, or \"\" for {described}"))
}

pub(super) fn public_url(text: &str) -> Result<Address, Accepts> {
    let text = text.trim_end_matches('/');
    if !has_scheme(text, &["http://", "https://"]) {
        return Err(
            "\"https://HOST\" or \"http://HOST:PORT\", or \"\" for the listen address".into()
        );
    }
    Ok(Address::new(text))
}

pub(super) fn master_key(text: &str) -> Result<MasterKey, Accepts> {
    let accepts = "64 hexadecimal digits (as from `openssl rand -hex 32`), \"file:PATH\", or \
                   \"\" for a file in data_dir";
    match text.strip_prefix("file:") {
        Some("") => return Err(accepts.into()),
        Some(path) => return Ok(MasterKey::File(path.into())),
        None => {}
    }
    let mut key = [0; 32];
    if text.len() != 64 || !text.bytes().all(|b| b.is_ascii_hexdigit()) {
        return Err(accepts.into());
    }
    for (byte, pair) in key.iter_mut().zip(text.as_bytes().chunks(2)) {
        let digit = |b: u8| (b as char).to_digit(16).unwrap_or(0) as u8;
        *byte = digit(pair[0]) << 4 | digit(pair[1]);
    }
    Ok(MasterKey::Given(key))
}

/// Parses an API key. It is sent in a header: visible ASCII only.
pub(super) fn api_key(text: &str) -> Result<Secret, Accepts> {
    if !(20..=200).contains(&text.len()) || !text.bytes().all(|b| b.is_ascii_graphic()) {
        return Err(
            "20 to 200 ASCII characters without spaces (as from `openssl rand -hex 32`), or \
             \"\" to generate one"
                .into(),
        );
    }
    Ok(Secret::new(text))
}

/// Parses another service's key. It is sent in a header: visible ASCII only.
pub(super) fn foreign_key(text: &str) -> Result<Secret, Accepts> {
    if text.len() > 1_000 || !text.bytes().all(|b| b.is_ascii_graphic()) {
        return Err("at most 1000 ASCII characters without spaces, or \"\" for none".into());
    }
    Ok(Secret::new(text))
}

pub(super) fn log_format(text: &str) -> Result<LogFormat, Accepts> {
    match text {
        "text" => Ok(LogFormat::Text),
        "json" => Ok(LogFormat::Json),
        _ => Err("\"text\" or \"json\"".into()),
    }
}

/// Checked here because tracing reads a misspelt level as the name of a target, and then logs all
/// of that target and nothing else.
pub(super) fn log_filter(text: &str) -> Result<String, Accepts> {
    const LEVELS: [&str; 6] = ["error", "warn", "info", "debug", "trace", "off"];
    let part = |part: &str| {
        let (target, level) = part.trim().split_once('=').unwrap_or(("all", part.trim()));
        let named = |b: u8| b.is_ascii_alphanumeric() || b"_:-".contains(&b);
        LEVELS.contains(&level.to_ascii_lowercase().as_str())
            && !target.is_empty()
            && target.bytes().all(named)
    };
    if !text.split(',').all(part) {
        return Err(
            "a level (error, warn, info, debug, trace, off) or a comma-separated list such as \
             \"info,sqlx=warn\""
                .into(),
        );
    }
    Ok(text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_url_of_a_port_is_what_the_port_takes() {
        let check = |text: &str| match text {
            "here" => Ok(()),
            _ => Err("\"here\"".to_owned()),
        };
        let there = || "there".to_owned();
        assert_eq!(port_url("here", check), Ok(Address::new("here")));
        assert_eq!(port_url("", check), Err("\"here\"".to_owned()));
        assert_eq!(port_url_or("", check, "there", there), Ok(Address::new("there")));
        let accepts = "\"here\", or \"\" for there".to_owned();
        assert_eq!(port_url_or("x", check, "there", there), Err(accepts));
        assert!(public_url("https://h/").is_ok() && public_url("h").is_err());
    }

    #[test]
    fn a_master_key_is_digits_or_a_file() {
        let digits = "00ff".to_owned() + &"a1".repeat(30);
        let MasterKey::Given(key) = master_key(&digits).unwrap() else {
            panic!("digits are a key");
        };
        assert_eq!(key[..3], [0x00, 0xff, 0xa1]);
        assert_eq!(master_key("file:k"), Ok(MasterKey::File("k".into())));
        for text in ["file:", "ff", &"g".repeat(64), &"ü".repeat(32)] {
            assert!(master_key(text).is_err(), "{text}");
        }
    }

    #[test]
    fn an_api_key_is_long_and_fits_in_a_header() {
        assert!(api_key(&"k".repeat(20)).is_ok());
        for text in ["k".repeat(19), "k".repeat(201), "k".repeat(20) + " ", "ü".repeat(20)] {
            assert!(api_key(&text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_price_is_bounded() {
        assert_eq!(price("0.15").map(Price::millionths), Ok(150_000));
        for text in ["1000000.1", "-1", "free", ""] {
            assert!(price(text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_log_filter_names_levels_that_exist() {
        for text in ["info", "WARN", "info,sqlx=warn,debrief_workers::relay=trace"] {
            assert!(log_filter(text).is_ok(), "{text}");
        }
        for text in ["", "inof", "info,", "sqlx", "sqlx=loud", "=info", "a[b]=info"] {
            assert!(log_filter(text).is_err(), "{text}");
        }
    }

    #[test]
    fn names_and_prefixes_are_bounded() {
        assert_eq!(name(" My practice "), Ok("My practice".to_owned()));
        assert!(name(" ").is_err() && name("a\nb").is_err() && name(&"a".repeat(201)).is_err());
        assert!(queue_prefix("debrief-2_a").is_ok());
        for text in ["", "Debrief", "a.b", "a b", &"a".repeat(33)] {
            assert!(queue_prefix(text).is_err(), "{text}");
        }
    }
}
