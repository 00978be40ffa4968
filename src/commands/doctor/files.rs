//! The files of an installation: who can read them, whether they are whole, and whether there is
//! space for more.

use super::Finding;
use crate::config::{Config, MasterKey as MasterKeySetting};
use debrief_infra::database::{
    Database, DatabaseError, Examined, Part, SET_ASIDE_FOR, examine, refuse_without_log,
    set_aside_of, sqlite_path,
};
use debrief_infra::disk;
use debrief_infra::keys::{KeyStore, MasterKey, MasterKeyError};
use debrief_infra::private;
use std::path::{Path, PathBuf};

/// Below this, it is time to look for space.
const FREE_LOW: u64 = 1 << 30;

/// Who can read the files.
pub(super) fn permissions(config: &Config) -> Vec<Finding> {
    const CHECK: &str = "permissions";
    let mut paths = vec![config.data_dir.clone(), config.search_dir.clone()];
    paths.extend(config.blob_url.as_str().strip_prefix("directory:").map(PathBuf::from));
    let entries = std::fs::read_dir(&config.data_dir).into_iter().flatten().flatten();
    paths.extend(entries.map(|entry| entry.path()));
    if let Some(log) = sqlite_path(config.database_url.as_str()) {
        paths.extend(Part::ALL.map(|part| part.path(&log)));
    }
    paths.extend(config.master_key.file().cloned());
    paths.sort();
    paths.dedup();
    let exposed: Vec<_> =
        paths.iter().filter_map(|path| Some((path, private::exposed(path)?))).collect();
    if exposed.is_empty() {
        return vec![Finding::ok(CHECK, "only their owner can read the files")];
    }
    exposed
        .into_iter()
        .map(|(path, mode)| {
            let found = format!(
                "other users of this machine can read {} (mode {mode:04o})",
                path.display()
            );
            let cure = format!(
                "restart Debrief, which closes its own, or run `chmod -R go-rwx {}` as the owner",
                path.display()
            );
            Finding::problem(CHECK, found, cure)
        })
        .collect()
}

/// Whether there is space.
pub(super) fn disk(data_dir: &Path) -> Finding {
    const CHECK: &str = "disk";
    let there = data_dir.ancestors().find(|path| path.exists()).unwrap_or(Path::new("."));
    let free = match disk::free(there) {
        Ok(free) => free,
        Err(error) => {
            return Finding::failure(CHECK, format!("the space on the disk is not known: {error}"));
        }
    };
    let found = format!("{} MiB are free for {}", free >> 20, data_dir.display());
    if free < disk::FREE_MIN {
        Finding::problem(CHECK, found, "make space: writes are answered with 507")
    } else if free < FREE_LOW {
        Finding::notice(CHECK, found, "make space soon")
    } else {
        Finding::ok(CHECK, found)
    }
}

/// Whether the SQLite files are whole, and all there.
pub(super) async fn databases(log: &Path) -> Vec<Finding> {
    const CHECK: &str = "database";
    if let Err(error) = refuse_without_log(log) {
        return vec![Finding::failure(CHECK, error)];
    }
    let mut findings = Vec::new();
    for part in Part::ALL {
        let path = part.path(log);
        let shown = path.display().to_string();
        findings.push(match look(path.clone()).await {
            Ok(Examined::Damaged(reason)) => {
                Finding::failure(CHECK, DatabaseError::damaged(part, &path, reason))
            }
            Ok(Examined::Missing) if part.is_rebuilt() => Finding::notice(
                CHECK,
                format!("{shown} does not exist"),
                "the next start creates it from the log",
            ),
            Ok(Examined::Missing) => Finding::problem(
                CHECK,
                format!("{shown} does not exist: there is no log"),
                "`debrief up` or `debrief migrate` begins one; --data-dir names another place",
            ),
            Ok(Examined::Sound | Examined::SoundSoFar) => {
                Finding::ok(CHECK, format!("{shown} is whole"))
            }
            Err(error) => Finding::failure(CHECK, format!("{shown} cannot be read: {error}")),
        });
        for kept in set_aside_of(&path) {
            let days = SET_ASIDE_FOR.as_secs() / 86_400;
            findings.push(Finding::notice(
                CHECK,
                format!("{} was damaged and is set aside", kept.display()),
                format!("remove it when it is not needed; after {days} days the next start does"),
            ));
        }
    }
    findings
}

/// Whether the file of vectors is whole.
pub(super) async fn vectors(config: &Config) -> Option<Finding> {
    const CHECK: &str = "vectors";
    let path = PathBuf::from(config.vector_url.as_str().strip_prefix("sqlite:")?);
    let shown = path.display().to_string();
    match look(path).await {
        Ok(Examined::Missing) => None,
        Ok(Examined::Damaged(reason)) => Some(Finding::problem(
            CHECK,
            format!("{shown} is damaged ({reason})"),
            "nothing has to be done: at its next use it is made anew from the log",
        )),
        Ok(Examined::Sound | Examined::SoundSoFar) => {
            Some(Finding::ok(CHECK, format!("{shown} is whole")))
        }
        Err(error) => Some(Finding::failure(CHECK, format!("{shown} cannot be read: {error}"))),
    }
}

async fn look(path: PathBuf) -> anyhow::Result<Examined> {
    Ok(tokio::task::spawn_blocking(move || examine(&path, None)).await??)
}

/// Whether the master key is there, and is that of the log.
pub(super) async fn key(config: &Config, database: Option<&Database>) -> Finding {
    const CHECK: &str = "master key";
    let key = match &config.master_key {
        MasterKeySetting::Given(secret) => Ok(MasterKey::from_bytes(*secret)),
        MasterKeySetting::File(path) | MasterKeySetting::MadeInFile(path) => {
            MasterKey::from_file(path)
        }
    };
    let key = match (key, database) {
        (Ok(key), _) => key,
        (Err(error), Some(database)) => {
            return match (KeyStore::are_stored(&database.log).await, config.master_key.file()) {
                (Ok(true), Some(path)) if !path.exists() => {
                    Finding::failure(CHECK, MasterKeyError::Missing(path.clone()))
                }
                (Ok(false), Some(path)) if !path.exists() => {
                    Finding::ok(CHECK, format!("{} is created when it is needed", path.display()))
                }
                _ => Finding::failure(CHECK, error),
            };
        }
        (Err(error), None) => return Finding::failure(CHECK, error),
    };
    let Some(database) = database else {
        return Finding::ok(CHECK, "it can be read; whether it is the log's is not known");
    };
    match KeyStore::new(database.log.clone(), key).check().await {
        Ok(()) => Finding::ok(CHECK, "it opens the keys of the log"),
        Err(error) => Finding::problem(
            CHECK,
            error.to_string(),
            "put back the master key that belongs to this log from its backup",
        ),
    }
}
