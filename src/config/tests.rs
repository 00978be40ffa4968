use std::collections::BTreeSet;

use super::*;

/// Loads a file with this text, these variables and these flags.
fn load(
    text: &str,
    environment: &[(&str, &str)],
    flags: &[(&'static str, &str)],
) -> Result<Config, ConfigError> {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("my.toml");
    std::fs::write(&file, text).unwrap();
    let environment = environment.iter();
    let loaded = Config::load(
        Some(&file),
        environment.map(|(name, value)| ((*name).to_owned(), (*value).to_owned())),
        flags.iter().map(|(key, value)| (*key, (*value).to_owned())).collect(),
    );
    loaded.map_err(|mut error| {
        // So that messages can be compared.
        for problem in &mut error.problems {
            match problem {
                Problem::Syntax { at, .. }
                | Problem::UnknownKey { at, .. }
                | Problem::WrongValue { at, .. } => shorten(at),
                Problem::OutOfOrder { low, high } => {
                    shorten(&mut low.at);
                    shorten(&mut high.at);
                }
                Problem::Unreadable { .. } => {}
            }
        }
        error
    })
}

fn shorten(at: &mut Source) {
    if let Source::File { path, .. } = at {
        *path = "my.toml".into();
    }
}

/// Returns all problems, one per line.
fn problems(
    text: &str,
    environment: &[(&str, &str)],
    flags: &[(&'static str, &str)],
) -> Vec<String> {
    let error = load(text, environment, flags).expect_err("this should have been refused");
    error.problems.iter().map(ToString::to_string).collect()
}

fn source_of(config: &Config, key: &str) -> String {
    config.source(key).to_string()
}

#[test]
fn the_defaults_are_right_and_documented() {
    let config = Config::load(None, std::iter::empty(), vec![]).unwrap();
    assert!(config.sources.iter().all(|at| *at == Source::Default));

    let mut documented = BTreeSet::new();
    let mut before = "";
    for line in DEFAULTS.lines() {
        assert!(line.chars().count() <= 100, "too long: {line}");
        if let Some((key, _)) = line.split_once(" = ").filter(|_| !line.starts_with('#')) {
            assert!(before.starts_with("# "), "{key} has no comment above it");
            assert!(documented.insert(key), "{key} is there twice");
        }
        before = line;
    }
    assert_eq!(documented, KEYS.iter().copied().collect());
}

#[test]
fn the_defaults_are_the_ones_that_are_promised() {
    let config = Config::load(None, std::iter::empty(), vec![]).unwrap();
    assert_eq!(config.data_dir, Path::new("./debrief-data"));
    assert_eq!(config.database_url.as_str(), "sqlite:./debrief-data/debrief.db");
    assert_eq!(config.blob_url.as_str(), "directory:./debrief-data/blobs");
    assert_eq!(config.embeddings_url.as_str(), "none");
    assert_eq!(config.vector_url.as_str(), "sqlite:./debrief-data/vectors.db");
    let key = MasterKey::MadeInFile("./debrief-data/master.key".into());
    assert_eq!(config.master_key, key);
    assert_eq!(config.queue_url.as_str(), "embedded");
    assert_eq!(config.api_key, None);
    assert_eq!(config.listen.to_string(), "127.0.0.1:8080");
    assert_eq!(config.upload_max_bytes.get(), 200 << 20);
    assert_eq!(config.worker_lease.get().as_secs(), 10);
    assert_eq!(config.log_format, LogFormat::Text);
}

#[test]
fn workers_are_all_or_some_of_those_that_there_are() {
    let config = load("", &[], &[]).unwrap();
    assert!(config.workers.are_all() && config.workers.include("parse"));
    let config = load("workers = 'all'", &[("DEBRIEF_WORKERS", "parse, watch")], &[]).unwrap();
    assert!(config.workers.include("parse") && config.workers.include("watch"));
    assert!(!config.workers.include("forget") && !config.workers.are_all());
    for wrong in ["parse,mial", "", "parse,,watch", "parse,all"] {
        let error = load("", &[], &[("workers", wrong)]).unwrap_err().to_string();
        assert!(error.contains("flag --workers"), "{error}");
        let names: Vec<_> = debrief_workers::ALL.iter().map(|worker| worker.name).collect();
        assert!(error.contains(&names.join(", ")), "{error}");
    }
}

#[test]
fn what_is_empty_follows_data_dir() {
    let config = load("data_dir = '/srv/d'", &[], &[("blob_url", "s3://b")]).unwrap();
    assert_eq!(config.database_url.as_str(), "sqlite:/srv/d/debrief.db");
    assert_eq!(config.blob_url.as_str(), "s3://b");
}

#[test]
fn flags_win_over_the_environment_over_the_file_over_the_defaults() {
    let file = "queue_prefix = 'file'\norganization_name = 'file'\nlog_filter = 'warn'";
    let environment = [
        ("DEBRIEF_QUEUE_PREFIX", "environment"),
        ("DEBRIEF_ORGANIZATION_NAME", "environment"),
        ("PATH", "/bin"),
    ];
    let config = load(file, &environment, &[("queue_prefix", "flag")]).unwrap();
    assert_eq!(config.queue_prefix, "flag");
    assert_eq!(source_of(&config, "queue_prefix"), "flag --queue-prefix");
    assert_eq!(config.organization_name, "environment");
    let variable = "environment variable DEBRIEF_ORGANIZATION_NAME";
    assert_eq!(source_of(&config, "organization_name"), variable);
    assert_eq!(config.log_filter, "warn");
    assert!(source_of(&config, "log_filter").ends_with("my.toml, line 3"));
    assert_eq!(source_of(&config, "listen"), "default");
}

#[test]
fn a_file_may_write_whole_numbers_without_quotes() {
    let config = load("worker_concurrency = 1_0\nappend_batch_max = '7'", &[], &[]).unwrap();
    assert_eq!((config.worker_concurrency, config.append_batch_max), (10, 7));
}

#[test]
fn an_unknown_key_is_named_with_its_place_and_the_nearest_right_one() {
    let file = "\n# comment\ndatbase_url = ''\nport = 8080\n[worker]\nlease = '3s'";
    let environment = [("DEBRIEF_LISTN", "x"), ("DEBRIEF_Log_Filter", "x"), ("DEBRIEF_ZZ", "x")];
    assert_eq!(
        problems(file, &environment, &[("data-dir", "x")]),
        [
            "my.toml, line 3: `datbase_url` is not a setting; did you mean `database_url`?",
            "my.toml, line 4: `port` is not a setting; debrief.default.toml lists all settings",
            "my.toml, line 6: `worker.lease` is not a setting; sections are not supported: did you \
             mean `worker_lease`, above the first [section]?",
            "environment variable DEBRIEF_LISTN is not a setting; did you mean DEBRIEF_LISTEN?",
            "environment variable DEBRIEF_Log_Filter is not a setting; did you mean \
             DEBRIEF_LOG_FILTER?",
            "environment variable DEBRIEF_ZZ is not a setting; debrief.default.toml lists all \
             settings",
            "flag --data-dir is not a setting; did you mean --data-dir?",
        ],
    );
}

#[test]
fn the_nearest_key_is_found_through_typing_errors_and_left_out_words() {
    for (wrong, right) in [
        ("database", "database_url"),
        ("lease", "worker_lease"),
        ("backoff_max", "worker_backoff_max"),
        ("server.listen", "listen"),
        ("upload_max_byte", "upload_max_bytes"),
        ("queue.prefix", "queue_prefix"),
        ("apikey", "api_key"),
        ("log_level", "log_filter"),
    ] {
        let found = problems(&format!("{wrong} = 1"), &[], &[]);
        assert!(found[0].contains(&format!("did you mean `{right}`")), "{found:?}");
    }
}

#[test]
fn variables_of_others_are_left_alone() {
    let others = [
        ("DEBRIEF_CONFIG", "x"),
        ("DEBRIEF_CORPUS", "x"),
        ("DEBRIEF_TEST_POSTGRES_URL", "x"),
        ("DEBRIEF_BENCH_SECONDS", "x"),
        ("DEBRIEF_SERVICE_HOST", "10.0.0.1"),
        ("DEBRIEF_API_SERVICE_PORT_HTTP", "80"),
        ("DEBRIEF_PORT", "tcp://10.0.0.1:80"),
        ("DEBRIEF_PORT_80_TCP_ADDR", "10.0.0.1"),
    ];
    assert!(load("", &others, &[]).is_ok());
    assert_eq!(problems("", &[("DEBRIEF_PORT", "80")], &[]).len(), 1);
}

#[test]
fn a_wrong_value_is_shown_with_its_place_and_what_would_be_right() {
    let file = "listen = 8080\nrequest_timeout = 30\nlog_format = true\ndata_dir = []\n\
                worker_lease = '1s'\nupload_max_bytes = '2 MO'\nqueue_prefix = ''";
    assert_eq!(
        problems(file, &[("DEBRIEF_DATABASE_CONNECTIONS", "1")], &[("log_filter", "inof")]),
        [
            "my.toml, line 4: data_dir is a list; expected the path of a directory, such as \
             \"./debrief-data\"",
            "environment variable DEBRIEF_DATABASE_CONNECTIONS: database_connections is \"1\"; \
             expected a whole number from 2 to 1000",
            "my.toml, line 7: queue_prefix is empty; expected 1 to 32 characters of a-z, 0-9, _ \
             and -",
            "my.toml, line 1: listen is \"8080\"; expected an IP address and a port, such as \
             \"127.0.0.1:8080\" or \"0.0.0.0:8080\" (not a port alone or a name such as localhost)",
            "my.toml, line 6: upload_max_bytes is \"2 MO\"; expected a whole number and a unit (B, \
             KiB, MiB, GiB, kB, MB, GB) from \"1KiB\" to \"100GiB\"",
            "my.toml, line 2: request_timeout is \"30\"; expected a whole number and a unit (ms, \
             s, m, h, d) from \"1s\" to \"1h\"",
            "my.toml, line 5: worker_lease is \"1s\"; expected a whole number and a unit (ms, s, \
             m, h, d) from \"2s\" to \"10m\"",
            "my.toml, line 3: log_format is true; expected \"text\" or \"json\"",
            "flag --log-filter: log_filter is \"inof\"; expected a level (error, warn, info, \
             debug, trace, off) or a comma-separated list such as \"info,sqlx=warn\"",
        ],
    );
}

#[test]
fn a_value_is_refused_even_where_a_stronger_one_hides_it() {
    let found = problems("listen = 'x'", &[("DEBRIEF_LISTEN", "127.0.0.1:1")], &[]);
    assert!(found[0].starts_with("my.toml, line 1: listen is \"x\""), "{found:?}");
}

#[test]
fn secrets_are_never_repeated() {
    let secret = "hunter2";
    let file = format!("api_key = '{secret}'\nmaster_key = '{secret}'\nqueue_url = '{secret}'");
    let url = format!("mysql://u:{secret}@h/d");
    let error = load(&file, &[("DEBRIEF_DATABASE_URL", &url)], &[]).unwrap_err();
    assert_eq!(
        error.to_string(),
        "the configuration has 4 problems:\n  \
         environment variable DEBRIEF_DATABASE_URL: database_url is \"mysql://u:***@h/d\"; \
         expected \"sqlite:PATH\" or \"postgres://USER:PASSWORD@HOST/NAME\", or \"\" for SQLite \
         in data_dir\n  \
         my.toml, line 3: queue_url is a text of 7 characters without \"://\"; expected \
         \"embedded\" or \"nats://HOST:4222\"\n  \
         my.toml, line 2: master_key is a text of 7 characters; expected 64 hexadecimal digits \
         (as from `openssl rand -hex 32`), \"file:PATH\", or \"\" for a file in data_dir\n  \
         my.toml, line 1: api_key is a text of 7 characters; expected 20 to 200 ASCII characters \
         without spaces (as from `openssl rand -hex 32`), or \"\" to generate one",
    );
    assert!(!format!("{error:?}").contains(secret));

    let key = "5e".repeat(32);
    let file = format!("api_key = '{key}'\nmaster_key = '{key}'");
    let url = format!("postgres://u:{key}@h/d");
    let config = load(&file, &[], &[("database_url", &url)]).unwrap();
    let shown = format!("{config:?} {:?}", config.describe());
    assert!(!shown.contains(&key) && !shown.contains("94, 94"), "{shown}");
}

#[test]
fn a_file_that_is_not_toml_is_refused_without_repeating_its_lines() {
    let file = "listen = '127.0.0.1:1'\napi_key = hunter2\napi_key = 'hunter2\n";
    let found = problems(file, &[("DEBRIEF_LISTN", "x")], &[]);
    assert!(found[0].starts_with("my.toml, line 2: not TOML: "), "{found:?}");
    assert!(found.iter().any(|line| line.contains("line 3")), "{found:?}");
    assert!(found.iter().any(|line| line.contains("DEBRIEF_LISTN")), "{found:?}");
    assert!(!found.concat().contains("hunter2"), "{found:?}");

    let twice = problems("log_filter = 'info'\nlog_filter = 'warn'", &[], &[]);
    assert_eq!(twice, ["my.toml, line 2: not TOML: duplicate key"]);
}

#[test]
fn a_file_that_cannot_be_read_is_refused() {
    let missing = Path::new("/nowhere/debrief.toml");
    let error = Config::load(Some(missing), std::iter::empty(), vec![]).unwrap_err();
    let sentence = error.to_string();
    let expected = "the configuration has a problem:\n  /nowhere/debrief.toml: cannot be read: ";
    assert!(sentence.starts_with(expected), "{sentence}");
}

#[test]
fn a_value_that_is_not_utf8_is_refused() {
    let found = problems("", &[("DEBRIEF_DATA_DIR", "d\u{fffd}")], &[]);
    let expected =
        "environment variable DEBRIEF_DATA_DIR: data_dir is not valid text; expected UTF-8";
    assert_eq!(found, [expected]);
}

#[test]
fn settings_that_contradict_each_other_are_refused() {
    assert_eq!(
        problems(
            "worker_backoff_min = '10m'\nupload_timeout = '10s'",
            &[("DEBRIEF_MIN_POSITION_TIMEOUT", "45s")],
            &[],
        ),
        [
            "worker_backoff_min = \"10m\" (my.toml, line 1) is longer than worker_backoff_max = \
             \"5m\" (default); decrease the first or increase the second",
            "upload_idle_timeout = \"20s\" (default) is longer than upload_timeout = \"10s\" \
             (my.toml, line 2); decrease the first or increase the second",
            "min_position_timeout = \"45s\" (environment variable DEBRIEF_MIN_POSITION_TIMEOUT) \
             is longer than request_timeout = \"30s\" (default); decrease the first or increase \
             the second",
        ],
    );
    // A value that cannot be parsed contradicts nothing.
    let found = problems("worker_backoff_min = '10m'\nworker_backoff_max = 20", &[], &[]);
    assert_eq!(found.len(), 1, "{found:?}");
}

#[test]
fn links_name_an_address_that_can_be_reached() {
    let config = load("", &[], &[]).unwrap();
    for (bound, url) in [
        ("127.0.0.1:4711", "http://127.0.0.1:4711"),
        ("0.0.0.0:80", "http://127.0.0.1:80"),
        ("[::]:80", "http://[::1]:80"),
    ] {
        assert_eq!(config.public_url(bound.parse().unwrap()), url);
    }
    let config = load("public_url = 'https://d.example/'", &[], &[]).unwrap();
    assert_eq!(config.public_url(config.listen), "https://d.example");
}

#[test]
fn the_file_is_the_one_named_or_the_one_that_is_there() {
    let directory = tempfile::tempdir().unwrap();
    let here = directory.path();
    let named = [("DEBRIEF_CONFIG".to_owned(), "b.toml".to_owned())];
    assert_eq!(file_to_read(None, &[], here), None);
    std::fs::write(here.join("debrief.toml"), "").unwrap();
    assert_eq!(file_to_read(None, &[], here), Some(here.join("debrief.toml")));
    assert_eq!(file_to_read(None, &named, here), Some("b.toml".into()));
    assert_eq!(file_to_read(Some(Path::new("a.toml")), &named, here), Some("a.toml".into()));
}
