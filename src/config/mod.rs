//! The settings of the program: typed, checked as a whole, each with its source.
//!
//! `debrief.default.toml` documents every setting and is itself the defaults. A file, the
//! environment and flags override it. Nothing else in the program reads the environment or asks
//! whether a setting was given: a [`Config`] is complete and every value in it is within its
//! bounds. Nothing that this module prints contains a secret.
//!
//! A new setting is a line in `settings!` below and its paragraph in `debrief.default.toml`.

mod layers;
mod problem;
mod read;
mod redact;
mod values;

#[cfg(test)]
mod tests;

use std::net::SocketAddr;
use std::num::NonZeroU64;
use std::path::{Path, PathBuf};

use debrief_infra::{blobs, database, embeddings, language, queue, vectors};
use layers::Layers;
use problem::Setting;
use redact::Kind;

pub(crate) use problem::{ConfigError, Problem, Source};
pub(crate) use read::{name as display_name, names_of_workers};
pub(crate) use values::{Address, Kinds, LogFormat, MasterKey, Price, Secret, Size, Timespan};

/// Every setting with its default and documentation, as TOML.
pub(crate) const DEFAULTS: &str = include_str!("../../debrief.default.toml");

/// Defines each setting by its field, its type, how it may be shown, and the function that parses
/// it. That function may use the settings above its own.
macro_rules! settings {
    ($($(#[$doc:meta])* $key:ident: $type:ty, $kind:ident, $read:expr;)*) => {
        /// The settings. See `debrief.default.toml` for what each one means.
        #[derive(Clone, Debug)]
        pub(crate) struct Config {
            $($(#[$doc])* pub(crate) $key: $type,)*
            /// In the order of the fields.
            sources: Vec<Source>,
        }

        const KEYS: &[&str] = &[$(stringify!($key)),*];

        impl Config {
            fn read(layers: &mut Layers) -> Self {
                let mut sources = Vec::with_capacity(KEYS.len());
                $(
                    let ($key, source) = layers.read(stringify!($key), Kind::$kind, $read);
                    sources.push(source);
                )*
                Self { $($key,)* sources }
            }

            /// In the order of the fields.
            fn values(&self) -> Vec<String> {
                vec![$(self.$key.show()),*]
            }
        }
    };
}

const SECOND: Timespan = Timespan::from_millis(1_000);
const TEN_MINUTES: Timespan = Timespan::from_millis(600_000);
const HOUR: Timespan = Timespan::from_millis(3_600_000);
const DAY: Timespan = Timespan::from_millis(86_400_000);
const KIB: Size = Size::from_bytes(1 << 10);
const BUDGET_MAX: NonZeroU64 = NonZeroU64::new(1_000_000_000_000).expect("more than 0");
const GIB: Size = Size::from_bytes(1 << 30);

settings! {
    data_dir: PathBuf, Plain, read::directory;
    /// Never empty; the default is SQLite in `data_dir`.
    database_url: Address, Url, |text| {
        let file = || format!("sqlite:{}", data_dir.join("debrief.db").display());
        read::port_url_or(text, database::check_url, "SQLite in data_dir", file)
    };
    database_connections: u32, Plain, |text| read::count(text, 2, 1_000);
    queue_url: Address, Url, |text| read::port_url(text, queue::check_url);
    queue_prefix: String, Plain, read::queue_prefix;
    /// Never empty; the default is a directory in `data_dir`.
    blob_url: Address, Url, |text| {
        let directory = || format!("directory:{}", data_dir.join("blobs").display());
        read::port_url_or(text, blobs::check_url, "a directory in data_dir", directory)
    };
    /// The default is a directory in `data_dir`.
    search_dir: PathBuf, Plain, |text| {
        Ok(read::or_empty(text, read::directory)?.unwrap_or_else(|| data_dir.join("search")))
    };
    embeddings_url: Address, Url, |text| read::port_url(text, embeddings::check_url);
    /// Never empty; the default is a SQLite file in `data_dir`.
    vector_url: Address, Url, |text| {
        let file = || format!("sqlite:{}", data_dir.join("vectors.db").display());
        read::port_url_or(text, vectors::check_url, "SQLite in data_dir", file)
    };
    language_model_url: Address, Url, |text| read::port_url(text, language::check_url);
    language_model_fallback_url: Address, Url, |text| read::port_url(text, language::check_url);
    language_model_concurrency: usize, Plain, |text| read::count(text, 1, 1_000);
    language_model_price_in: Price, Plain, read::price;
    language_model_price_out: Price, Plain, read::price;
    /// Tokens of each organization in a month; `None`: as many as it likes.
    language_model_budget: Option<NonZeroU64>, Plain, |text| {
        read::or_empty(text, |text| read::count(text, NonZeroU64::MIN, BUDGET_MAX))
    };
    master_key: MasterKey, Secret, |text| {
        let made = || MasterKey::MadeInFile(data_dir.join("master.key"));
        Ok(read::or_empty(text, read::master_key)?.unwrap_or_else(made))
    };
    /// `None`: the first start generates one.
    api_key: Option<Secret>, Secret, |text| read::or_empty(text, read::api_key);
    embeddings_key: Option<Secret>, Secret, |text| read::or_empty(text, read::foreign_key);
    vector_key: Option<Secret>, Secret, |text| read::or_empty(text, read::foreign_key);
    language_model_key: Option<Secret>, Secret, |text| read::or_empty(text, read::foreign_key);
    language_model_fallback_key: Option<Secret>, Secret, |text| {
        read::or_empty(text, read::foreign_key)
    };
    organization_name: String, Plain, read::name;
    listen: SocketAddr, Plain, read::socket_address;
    /// As configured; see [`Config::public_url`].
    public_url: Option<Address>, Url, |text| read::or_empty(text, read::public_url);
    /// `None`: as many as the limit of open files leaves.
    http_max_connections: Option<usize>, Plain, |text| {
        read::or_empty(text, |text| read::count(text, 4, 1_000_000))
    };
    http_idle_timeout: Timespan, Plain, |text| read::span(text, SECOND, HOUR);
    upload_max_bytes: Size, Plain, |text| read::size(text, KIB, Size::from_bytes(100 << 30));
    upload_idle_timeout: Timespan, Plain, |text| read::span(text, SECOND, HOUR);
    upload_timeout: Timespan, Plain, |text| read::span(text, SECOND, DAY);
    request_max_bytes: Size, Plain, |text| read::size(text, KIB, GIB);
    request_timeout: Timespan, Plain, |text| read::span(text, SECOND, HOUR);
    min_position_timeout: Timespan, Plain, |text| read::span(text, Timespan::from_millis(1), HOUR);
    pending_sessions_max: u64, Plain, |text| read::count(text, 1, 10_000_000);
    pending_bytes_max: Size, Plain, |text| read::size(text, KIB, Size::from_bytes(1 << 50));
    /// `None`: as many as there are processors.
    search_concurrency: Option<usize>, Plain, |text| {
        read::or_empty(text, |text| read::count(text, 2, 1_000))
    };
    shutdown_grace: Timespan, Plain, |text| read::span(text, Timespan::from_millis(0), HOUR);
    append_batch_max: usize, Plain, |text| read::count(text, 1, 10_000);
    workers: Kinds, Plain, read::kinds_of_workers;
    worker_concurrency: usize, Plain, |text| read::count(text, 1, 1_000);
    worker_timeout: Timespan, Plain, |text| read::span(text, SECOND, DAY);
    worker_cpu_budget: Timespan, Plain, |text| read::span(text, SECOND, HOUR);
    worker_memory_max: Size, Plain, |text| {
        read::size(text, Size::from_bytes(2 << 30), Size::from_bytes(1 << 40))
    };
    /// At most `queue::LEASE_MAX`.
    worker_lease: Timespan, Plain, |text| read::span(text, Timespan::from_millis(2_000), TEN_MINUTES);
    worker_max_attempts: u32, Plain, |text| read::count(text, 1, 100);
    /// At most `queue::PAUSE_MAX`, as the next one.
    worker_backoff_min: Timespan, Plain, |text| read::span(text, Timespan::from_millis(1), HOUR);
    worker_backoff_max: Timespan, Plain, |text| read::span(text, Timespan::from_millis(1), HOUR);
    updates_retention: u64, Plain, |text| read::count(text, 100, 10_000_000);
    websocket_max_connections: usize, Plain, |text| read::count(text, 1, 1_000_000);
    websocket_max_subscriptions: usize, Plain, |text| read::count(text, 1, 10_000);
    websocket_queue_bytes: Size, Plain, |text| read::size(text, KIB, GIB);
    log_format: LogFormat, Plain, read::log_format;
    log_filter: String, Plain, read::log_filter;
}

impl Config {
    /// Loads the settings, or returns everything that is wrong with them.
    ///
    /// Reads nothing but `file`. Flags are given by the names of their settings.
    pub(crate) fn load(
        file: Option<&Path>,
        environment: impl Iterator<Item = (String, String)>,
        flags: Vec<(&'static str, String)>,
    ) -> Result<Self, ConfigError> {
        let mut layers = Layers::new(KEYS);
        layers.add_defaults(DEFAULTS);
        if let Some(path) = file {
            layers.add_file(path);
        }
        layers.add_environment(environment);
        layers.add_flags(flags);
        layers.refuse_unknown();
        let config = Self::read(&mut layers);
        config.check_together(&mut layers);
        if layers.problems.is_empty() {
            return Ok(config);
        }
        Err(ConfigError { problems: layers.problems })
    }

    /// Checks settings that depend on each other.
    fn check_together(&self, layers: &mut Layers) {
        let setting = |key: &'static str, value: Timespan| Setting {
            key,
            value: value.to_string(),
            at: self.source(key),
        };
        for (low, low_span, high, high_span) in [
            (
                "worker_backoff_min",
                self.worker_backoff_min,
                "worker_backoff_max",
                self.worker_backoff_max,
            ),
            (
                "upload_idle_timeout",
                self.upload_idle_timeout,
                "upload_timeout",
                self.upload_timeout,
            ),
            (
                "min_position_timeout",
                self.min_position_timeout,
                "request_timeout",
                self.request_timeout,
            ),
        ] {
            if low_span > high_span && layers.is_right(low) && layers.is_right(high) {
                layers.problems.push(Problem::OutOfOrder {
                    low: setting(low, low_span),
                    high: setting(high, high_span),
                });
            }
        }
    }

    fn source(&self, key: &str) -> Source {
        let index = KEYS.iter().position(|known| *known == key);
        index.map_or(Source::Default, |index| self.sources[index].clone())
    }

    /// Returns every setting, its value as far as it may be shown, and its source.
    pub(crate) fn describe(&self) -> Vec<(&'static str, String, Source)> {
        let rows = KEYS.iter().zip(self.values()).zip(&self.sources);
        rows.map(|((key, value), source)| (*key, value, source.clone())).collect()
    }

    /// Returns the URL for links, without a trailing slash, given the bound address.
    pub(crate) fn public_url(&self, mut bound: SocketAddr) -> String {
        if let Some(url) = &self.public_url {
            return url.as_str().trim_end_matches('/').to_owned();
        }
        // A link cannot name "every address".
        match bound.ip() {
            std::net::IpAddr::V4(ip) if ip.is_unspecified() => {
                bound.set_ip(std::net::Ipv4Addr::LOCALHOST.into());
            }
            std::net::IpAddr::V6(ip) if ip.is_unspecified() => {
                bound.set_ip(std::net::Ipv6Addr::LOCALHOST.into());
            }
            _ => {}
        }
        format!("http://{bound}")
    }
}

/// Returns the environment variables of this process that concern the program.
pub(crate) fn environment() -> Vec<(String, String)> {
    std::env::vars_os()
        .map(|(name, value)| {
            let name = name.to_string_lossy().into_owned();
            (name, value.to_string_lossy().into_owned())
        })
        .filter(|(name, _)| name.starts_with(layers::ENVIRONMENT))
        .collect()
}

/// Returns the file to read: the one named by `--config` or `DEBRIEF_CONFIG`, else `debrief.toml`
/// in `directory` if it exists. A named file need not exist: `load` reports that.
pub(crate) fn file_to_read(
    flag: Option<&Path>,
    environment: &[(String, String)],
    directory: &Path,
) -> Option<PathBuf> {
    if let Some(path) = flag {
        return Some(path.to_owned());
    }
    let named =
        environment.iter().find(|(name, value)| name == "DEBRIEF_CONFIG" && !value.is_empty());
    if let Some((_, path)) = named {
        return Some(path.into());
    }
    Some(directory.join("debrief.toml")).filter(|path| path.exists())
}

/// How a value is shown to users.
trait Show {
    fn show(&self) -> String;
}

macro_rules! show_as_displayed {
    ($($type:ty),*) => { $(impl Show for $type {
        fn show(&self) -> String {
            self.to_string()
        }
    })* };
}

show_as_displayed!(
    u32, u64, usize, NonZeroU64, String, SocketAddr, Address, Kinds, MasterKey, Price, Secret,
    Size, Timespan, LogFormat
);

impl Show for PathBuf {
    fn show(&self) -> String {
        self.display().to_string()
    }
}

impl<T: Show> Show for Option<T> {
    fn show(&self) -> String {
        self.as_ref().map(Show::show).unwrap_or_default()
    }
}
