//! Opens what the configuration names: database, keys and log for every process, everything else
//! once, when first needed. Whatever is opened registers its check in [`System::health`].

use crate::config::{Config, MasterKey as MasterKeySetting, Secret};
use crate::semantic::Semantic;
use anyhow::Context;
use debrief_api::{generate_key, hash_of_key};
use debrief_domain::ids::{ApiKeyId, OrganizationId};
use debrief_domain::organization::{ApiKeyCreated, Organization, OrganizationCommand};
use debrief_domain::principal::{Principal, Role};
use debrief_infra::blobs;
use debrief_infra::database::Database;
use debrief_infra::disk;
use debrief_infra::documents::Documents;
use debrief_infra::drafts::Drafts;
use debrief_infra::health::{Health, Unwell};
use debrief_infra::keys::{KeyError, KeyStore, MasterKey, MasterKeyError};
use debrief_infra::language::{self, LanguageModel, Place, Prices};
use debrief_infra::log::{AppenderOptions, CommandContext, CommandKey, EventLog, Metadata};
use debrief_infra::private;
use debrief_infra::queue::{self, Ledger, Queue};
use debrief_projections::directory;
use debrief_projections::engine::{self, Projection, Runner, Views};
use debrief_search::dense::semantic::SemanticSearch;
use debrief_workers::Metered;
use serde_json::json;
use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use tokio::sync::OnceCell;
use uuid::Uuid;

const NOT_MIGRATED: &str = "the log cannot be read; was `debrief migrate` run on this database?";

/// Everything outside the process that roles and commands work with.
pub(crate) struct System {
    pub(crate) database: Database,
    pub(crate) log: EventLog,
    pub(crate) ledger: Ledger,
    pub(crate) projections: Vec<Arc<dyn Projection>>,
    pub(crate) health: Health,
    /// Answers that this process is writing.
    pub(crate) drafts: Drafts,
    documents: OnceCell<Documents>,
    queue: OnceCell<Arc<dyn Queue>>,
    semantic: OnceCell<Option<Semantic>>,
    language_model: OnceCell<Option<Arc<dyn LanguageModel>>>,
    metered: OnceCell<Option<Metered>>,
    master_key_file: Option<PathBuf>,
    /// The path of the master key if it was created just now.
    pub(crate) master_key_made: Option<PathBuf>,
}

impl System {
    /// Opens database, keys and log. With `make`, creates missing directories and keys and migrates
    /// the schema.
    pub(crate) async fn open(config: &Config, make: bool) -> anyhow::Result<Self> {
        let url = config.database_url.as_str();
        if make {
            private::directory(&config.data_dir).context("data_dir")?;
            Database::mend(url).await?;
        }
        let database = match Database::open(url, config.database_connections).await {
            Err(error) if error.is_full() && disk::give_up_reserve(&config.data_dir)? => {
                tracing::error!(%error, "the disk is full; the reserve is given up to start at all");
                Database::open(url, config.database_connections).await?
            }
            opened => opened?,
        };
        if make {
            database.migrate().await.context("the database cannot be brought up to date")?;
        }
        let (master, master_key_made) = master_key(config, make, &database).await?;
        let keys = KeyStore::new(database.log.clone(), master);
        let options =
            AppenderOptions { batch_max: config.append_batch_max, ..AppenderOptions::default() };
        let retention = u32::try_from(config.updates_retention).unwrap_or(u32::MAX);
        let log = EventLog::new(database.log.clone(), keys, options);
        let health = Health::default();
        register(&health, &log, &database);
        let data_dir = config.data_dir.clone();
        health.register("disk", move || std::future::ready(check_disk(&data_dir)));
        if make && let Err(error) = disk::keep_reserve(&config.data_dir) {
            tracing::warn!(%error, "no space is kept in reserve for a start on a full disk");
        }
        Ok(Self {
            log,
            ledger: Ledger::new(database.queue.clone()),
            projections: debrief_projections::all(retention),
            health,
            drafts: Drafts::default(),
            documents: OnceCell::new(),
            queue: OnceCell::new(),
            semantic: OnceCell::new(),
            language_model: OnceCell::new(),
            metered: OnceCell::new(),
            database,
            master_key_file: config.master_key.file().cloned(),
            master_key_made,
        })
    }

    /// Fails if the database does not exist or was never migrated.
    pub(crate) async fn check(&self) -> anyhow::Result<()> {
        self.log.head().await.context(NOT_MIGRATED)?;
        match (self.log.keys().check().await, &self.master_key_file) {
            (Err(error @ KeyError::WrongMaster(_)), Some(file)) => {
                let file = file.display();
                Err(error)
                    .context(format!("{file} is not this log's master key: put that one back"))
            }
            (checked, _) => Ok(checked?),
        }
    }

    /// Opens the store of long texts.
    pub(crate) async fn documents(&self, config: &Config) -> anyhow::Result<Documents> {
        let open = async || {
            let store = blobs::from_url(config.blob_url.as_str()).await.context("blob_url")?;
            let documents = Documents::new(store);
            let checked = documents.clone();
            self.health.register("blobs", move || {
                let documents = checked.clone();
                async move { documents.check().await }
            });
            anyhow::Ok(documents)
        };
        self.documents.get_or_try_init(open).await.cloned()
    }

    /// Opens the queue.
    pub(crate) async fn queue(&self, config: &Config) -> anyhow::Result<Arc<dyn Queue>> {
        let open = async || {
            let (url, ledger) = (config.queue_url.as_str(), self.ledger.clone());
            let opened = queue::from_url(url, &config.queue_prefix, ledger).await;
            let queue = opened.context("queue_url")?;
            let checked = (Arc::clone(&queue), self.log.clone(), self.ledger.clone());
            self.health.register("queue", move || {
                let (queue, log, ledger) = checked.clone();
                async move {
                    queue.check().await.map_err(Unwell::from)?;
                    queue::check(&log, &ledger).await
                }
            });
            anyhow::Ok(queue)
        };
        self.queue.get_or_try_init(open).await.cloned()
    }

    /// Opens the language model, if one is configured. All callers share it, with its breakers and
    /// its limit of requests.
    pub(crate) async fn language_model(
        &self,
        config: &Config,
    ) -> anyhow::Result<Option<Arc<dyn LanguageModel>>> {
        let open = async || {
            let first = Place {
                url: config.language_model_url.as_str(),
                key: config.language_model_key.as_ref().map(Secret::reveal),
            };
            let fallback = Place {
                url: config.language_model_fallback_url.as_str(),
                key: config.language_model_fallback_key.as_ref().map(Secret::reveal),
            };
            let opened = language::open(first, fallback, config.language_model_concurrency);
            let model = opened.context("language_model_url, language_model_fallback_url")?;
            if let Some(checked) = model.clone() {
                self.health.register("language_model", move || {
                    std::future::ready(checked.health().map_err(Unwell::degraded))
                });
            }
            anyhow::Ok(model)
        };
        self.language_model.get_or_try_init(open).await.cloned()
    }

    /// Opens the language model with its meter, if one is configured.
    pub(crate) async fn metered(
        &self,
        config: &Config,
        views: &Views,
    ) -> anyhow::Result<Option<Metered>> {
        let prices = Prices {
            input: config.language_model_price_in.millionths(),
            output: config.language_model_price_out.millionths(),
        };
        let open = async || {
            let Some(model) = self.language_model(config).await? else { return Ok(None) };
            let (log, views) = (self.log.clone(), views.clone());
            let budget = config.language_model_budget;
            anyhow::Ok(Some(Metered::new(model, log, views, prices, budget)))
        };
        self.metered.get_or_try_init(open).await.cloned()
    }

    /// Opens search by meaning, if a model is configured.
    pub(crate) async fn semantic(&self, config: &Config) -> anyhow::Result<Option<&Semantic>> {
        Ok(self.semantic.get_or_try_init(|| Semantic::open(config)).await?.as_ref())
    }

    /// Opens what answers questions by meaning.
    pub(crate) async fn semantic_search(&self, config: &Config) -> anyhow::Result<SemanticSearch> {
        let Some(Semantic { embedder, store }) = self.semantic(config).await? else {
            return Ok(SemanticSearch::off());
        };
        let key = config.embeddings_key.as_ref().map(|key| key.reveal().to_owned());
        let epoch = self.log.epoch().await?;
        Ok(SemanticSearch::new(Arc::clone(embedder), key, Arc::clone(store), epoch))
    }

    /// Returns a runner for each projection, none of them started.
    pub(crate) fn runners(&self) -> Vec<Runner> {
        let views = &self.database.views;
        self.projections
            .iter()
            .map(|projection| Runner::new(self.log.clone(), views.clone(), Arc::clone(projection)))
            .collect()
    }

    /// Returns the read models, which other processes keep up to date.
    pub(crate) fn views(&self) -> Views {
        Views::new(self.database.views.clone(), HashMap::new())
    }

    /// Brings the directory up to date with the log and returns it.
    pub(crate) async fn directory(&self) -> anyhow::Result<Views> {
        for runner in self.runners() {
            if runner.name() == "directory" {
                catch_up(&runner).await?;
            }
        }
        Ok(self.views())
    }

    /// Creates the first organization if there is none, and stores the configured key if it is
    /// unknown. Returns a key that was generated, to be shown once.
    pub(crate) async fn ensure_owner(&self, config: &Config) -> anyhow::Result<Option<String>> {
        let views = self.directory().await?;
        let organizations = directory::organizations(&views).await?;
        let configured = config.api_key.as_ref().map(|key| key.reveal().to_owned());
        let Some((first, _)) = organizations.first() else {
            let (secret, generated) = match configured {
                Some(secret) => (secret, false),
                None => (generate_key().secret, true),
            };
            self.create_organization(&config.organization_name, &secret).await?;
            self.directory().await?;
            return Ok(Some(secret).filter(|_| generated));
        };
        if let Some(secret) = configured
            && directory::api_key(&views, &hash_of_key(&secret)).await?.is_none()
        {
            let command = OrganizationCommand::CreateApiKey(owner_key(&secret));
            let context = operator_context(*first);
            self.log.execute::<Organization>(context, first.0, command).await?;
            self.directory().await?;
        }
        Ok(None)
    }

    /// Creates an organization with its owner's key.
    pub(crate) async fn create_organization(
        &self,
        name: &str,
        secret: &str,
    ) -> anyhow::Result<OrganizationId> {
        let id = OrganizationId(Uuid::now_v7());
        let owner_key = owner_key(secret);
        let command = OrganizationCommand::Create { name: name.to_owned(), owner_key };
        self.log.create::<Organization>(operator_context(id), id.0, command).await?;
        Ok(id)
    }
}

/// Brings a read model up to date. On a full disk it stays as it is: it can be read, and catches up
/// once there is space.
pub(crate) async fn catch_up(runner: &Runner) -> anyhow::Result<()> {
    let caught_up = async {
        runner.prepare().await?;
        runner.catch_up().await
    };
    match caught_up.await {
        Err(error) if error.is_full() => {
            tracing::error!(
                projection = runner.name(),
                %error,
                "the read model stays as it is until there is space"
            );
            Ok(())
        }
        caught_up => Ok(caught_up.map(|_| ())?),
    }
}

/// Checks that there is space in the data directory. A process that keeps nothing there has none.
fn check_disk(data_dir: &Path) -> Result<(), Unwell> {
    if !data_dir.exists() {
        return Ok(());
    }
    let free = disk::free(data_dir)?;
    if free < disk::FREE_MIN {
        let reason = format!("{} KiB are free for {}", free >> 10, data_dir.display());
        return Err(Unwell::new("full", reason));
    }
    Ok(())
}

/// Registers the checks of the log, its keys and the read models.
fn register(health: &Health, log: &EventLog, database: &Database) {
    let checked = log.clone();
    health.register("log", move || {
        let log = checked.clone();
        async move { log.check().await }
    });
    let checked = log.clone();
    health.register("keys", move || {
        let log = checked.clone();
        async move { log.keys().check().await }
    });
    let checked = (log.clone(), database.views.clone());
    health.register("read_models", move || {
        let (log, views) = checked.clone();
        async move { engine::check(&log, &views).await }
    });
}

fn owner_key(secret: &str) -> ApiKeyCreated {
    ApiKeyCreated {
        key_id: ApiKeyId(Uuid::now_v7()),
        name: "Owner".to_owned(),
        secret_sha256: hash_of_key(secret),
        role: Role::Owner,
    }
}

fn operator_context(organization: OrganizationId) -> CommandContext {
    CommandContext {
        organization,
        metadata: Metadata {
            actor: Principal::System.to_string(),
            correlation_id: Uuid::now_v7(),
            causation_id: None,
        },
        key: CommandKey { key: format!("operator:{}", Uuid::now_v7()), fingerprint: [0; 32] },
        answer: json!({}),
        data_key: None,
        wrapped_keys: Vec::new(),
    }
}

async fn master_key(
    config: &Config,
    make: bool,
    database: &Database,
) -> anyhow::Result<(MasterKey, Option<PathBuf>)> {
    Ok(match &config.master_key {
        MasterKeySetting::Given(secret) => (MasterKey::from_bytes(*secret), None),
        MasterKeySetting::File(path) => (MasterKey::from_file(path)?, None),
        MasterKeySetting::MadeInFile(path) if path.exists() => (MasterKey::from_file(path)?, None),
        MasterKeySetting::MadeInFile(path) if make => {
            // Another process may have made it just now, and used it.
            if KeyStore::are_stored(&database.log).await? && !path.exists() {
                return Err(MasterKeyError::Missing(path.clone()).into());
            }
            let (key, made) = MasterKey::from_file_or_new(path)?;
            (key, made.then(|| path.clone()))
        }
        // Also where the database was never migrated, which is told of first.
        MasterKeySetting::MadeInFile(path) => {
            KeyStore::are_stored(&database.log).await.context(NOT_MIGRATED)?;
            return Err(MasterKeyError::Missing(path.clone()).into());
        }
    })
}
