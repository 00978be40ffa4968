//! The migrations: the files in `migrations/`, embedded in the program.
//!
//! sqlx's `migrate!` is not used because it would compile sqlx and SQLite a second time for the
//! build.

use sqlx::SqlSafeStr;
use sqlx::migrate::{Migration, MigrationType, Migrator};

/// A file in `migrations/`: its version, description and SQL.
pub(super) type File = (i64, &'static str, &'static str);

/// Lists the files of a folder; `NAME` stands for `migrations/FOLDER/NAME.sql`.
macro_rules! files {
    ($folder:literal: $($version:literal $about:literal),+ $(,)?) => {
        &[$((
            $version,
            $about,
            include_str!(concat!(
                "../../../migrations/", $folder, "/", stringify!($version), "_", $about, ".sql"
            )),
        )),+]
    };
}

pub(super) const SQLITE_LOG: &[File] = files!("sqlite/log": 20261121000001 "log");
pub(super) const SQLITE_VIEWS: &[File] = files!("sqlite/views":
    20261121000101 "views", 20261121000102 "asked_questions", 20261130000111 "log_epoch",
    20261130000131 "log_event");
pub(super) const SQLITE_QUEUE: &[File] = files!("sqlite/queue":
    20261121000201 "queue", 20261121000202 "leases", 20261130000201 "fair_parts",
    20261130000202 "steps", 20261130000211 "log_epoch",
    20261130000231 "log_event");

/// The migrations of the log, the read models and the queue.
#[cfg(feature = "postgres")]
pub(super) const POSTGRES: [&[File]; 3] = [
    files!("postgres/log": 20261121000001 "log", 20261121000002 "append"),
    files!("postgres/views":
        20261121000101 "views", 20261121000102 "asked_questions", 20261130000111 "log_epoch",
    20261130000131 "log_event"),
    files!("postgres/queue":
        20261121000201 "queue", 20261121000202 "leases", 20261130000201 "fair_parts",
        20261130000202 "steps", 20261130000211 "log_epoch",
    20261130000231 "log_event"),
];

/// Returns a migrator to the newest version of these files.
pub(super) fn migrator(folder: &[File]) -> Migrator {
    let migrations = folder.iter().map(|(version, about, sql)| {
        let about = about.replace('_', " ").into();
        Migration::new(*version, about, MigrationType::Simple, sql.into_sql_str(), false)
    });
    Migrator::with_migrations(migrations.collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::path::Path;

    fn on_disk(folder: &str) -> Vec<String> {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../migrations").join(folder);
        let files = std::fs::read_dir(folder).unwrap();
        let mut names: Vec<String> =
            files.map(|file| file.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    fn listed(folder: &[File]) -> Vec<String> {
        folder.iter().map(|(version, about, _)| format!("{version}_{about}.sql")).collect()
    }

    #[test]
    fn every_file_is_listed() {
        assert_eq!(listed(SQLITE_LOG), on_disk("sqlite/log"));
        assert_eq!(listed(SQLITE_VIEWS), on_disk("sqlite/views"));
        assert_eq!(listed(SQLITE_QUEUE), on_disk("sqlite/queue"));
        #[cfg(feature = "postgres")]
        for (files, part) in POSTGRES.into_iter().zip(["log", "views", "queue"]) {
            assert_eq!(listed(files), on_disk(&format!("postgres/{part}")));
        }
    }
}
