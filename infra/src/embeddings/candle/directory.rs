//! Loads a model's files as sentence-transformers writes them.

use super::bert::{Bert, Config, Pooling};
use crate::embeddings::EmbedError;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use sha2::{Digest, Sha256};
use std::collections::HashMap;
use std::io;
use std::path::{Path, PathBuf};
use tokenizers::{Tokenizer, TruncationParams};

/// Incremented when the same files begin to give other vectors.
const REVISION: &str = "1";

/// A model as loaded from its directory.
pub(super) struct Model {
    /// Derived from the content of all files.
    pub(super) name: String,
    pub(super) bert: Bert,
    pub(super) tokenizer: Tokenizer,
    pub(super) pooling: Pooling,
    /// Whether texts are lowercased before tokenization.
    pub(super) lowercase: bool,
    /// The prefix of a question and of a passage.
    pub(super) question: String,
    pub(super) passage: String,
}

/// `modules.json`: the processing steps of a text.
#[derive(Deserialize)]
struct Module {
    path: String,
    #[serde(rename = "type")]
    kind: String,
}

/// `sentence_bert_config.json`.
#[derive(Default, Deserialize)]
#[serde(default)]
struct SentenceBertConfig {
    max_seq_length: Option<usize>,
    do_lower_case: bool,
}

/// `config_sentence_transformers.json`.
#[derive(Default, Deserialize)]
#[serde(default)]
struct SentenceTransformersConfig {
    prompts: HashMap<String, String>,
    default_prompt_name: Option<String>,
}

impl SentenceTransformersConfig {
    fn prompt(&self, names: &[&str]) -> String {
        let names = names.iter().copied().chain(self.default_prompt_name.as_deref());
        names.filter_map(|name| self.prompts.get(name)).next().cloned().unwrap_or_default()
    }
}

impl Model {
    /// Loads a directory. Takes a second, and needs twice the memory meanwhile.
    pub(super) fn load(directory: &Path) -> Result<Self, EmbedError> {
        if directory.as_os_str().is_empty() {
            return Err(EmbedError::Config(
                "candle: needs a directory, as in candle:./models/all-MiniLM-L6-v2".to_owned(),
            ));
        }
        let mut files = Files { directory: directory.to_owned(), hash: Sha256::new() };
        files.hash.update(REVISION);
        let config: Config = files.needed_json("config.json")?;
        check_supported(directory, &config)?;
        let modules: Option<Vec<Module>> = files.json("modules.json")?;
        let pooling = match &modules {
            None => files.pooling("1_Pooling")?.unwrap_or(Pooling::Mean),
            Some(modules) => match files.pooling_module(modules)? {
                Some(path) => files.pooling(path)?.unwrap_or(Pooling::Mean),
                None => Pooling::Mean,
            },
        };
        let limits: SentenceBertConfig =
            files.json("sentence_bert_config.json")?.unwrap_or_default();
        let prompts: SentenceTransformersConfig =
            files.json("config_sentence_transformers.json")?.unwrap_or_default();
        let most = limits.max_seq_length.unwrap_or(usize::MAX).min(config.max_position_embeddings);
        let tokenizer = files.tokenizer(&config, most)?;
        let weights = files.needed("model.safetensors")?;
        let bert = Bert::load(&config, &weights)
            .map_err(|error| files.wrong("model.safetensors", &error))?;
        Ok(Self {
            name: format!("candle:{}", &hex::encode(files.hash.finalize())[..16]),
            bert,
            tokenizer,
            pooling,
            lowercase: limits.do_lower_case,
            question: prompts.prompt(&["query"]),
            passage: prompts.prompt(&["document", "passage"]),
        })
    }
}

/// The files of a directory; their content determines the model's name.
struct Files {
    directory: PathBuf,
    hash: Sha256,
}

impl Files {
    fn read(&mut self, name: &str) -> Result<Option<Vec<u8>>, EmbedError> {
        let content = match std::fs::read(self.directory.join(name)) {
            Ok(content) => content,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(self.wrong(name, &error)),
        };
        self.hash.update(name);
        self.hash.update((content.len() as u64).to_be_bytes());
        self.hash.update(&content);
        Ok(Some(content))
    }

    fn needed(&mut self, name: &str) -> Result<Vec<u8>, EmbedError> {
        let content = self.read(name)?;
        content.ok_or_else(|| {
            let directory = self.directory.display();
            EmbedError::Config(format!(
                "{directory} has no {name}; `scripts/install-model {directory}` puts a model there"
            ))
        })
    }

    fn json<T: DeserializeOwned>(&mut self, name: &str) -> Result<Option<T>, EmbedError> {
        let Some(content) = self.read(name)? else { return Ok(None) };
        serde_json::from_slice(&content).map(Some).map_err(|error| self.wrong(name, &error))
    }

    fn needed_json<T: DeserializeOwned>(&mut self, name: &str) -> Result<T, EmbedError> {
        let content = self.needed(name)?;
        serde_json::from_slice(&content).map_err(|error| self.wrong(name, &error))
    }

    fn wrong(&self, name: &str, error: &dyn std::fmt::Display) -> EmbedError {
        EmbedError::Config(format!("{}: {error}", self.directory.join(name).display()))
    }

    /// Returns the folder of the pooling, if a text is processed by an encoder, a pooling and
    /// nothing else that matters.
    fn pooling_module<'a>(&self, modules: &'a [Module]) -> Result<Option<&'a str>, EmbedError> {
        let mut pooling = None;
        for module in modules {
            match module.kind.rsplit('.').next().unwrap_or_default() {
                "Transformer" if module.path.is_empty() => {}
                "Pooling" => pooling = Some(module.path.as_str()),
                // All vectors are normalized, whether or not the model says so.
                "Normalize" => {}
                other => {
                    return Err(self.wrong(
                        "modules.json",
                        &format!(
                            "a module {other} in {:?} is not supported, only Transformer in the \
                             directory itself, Pooling and Normalize",
                            module.path
                        ),
                    ));
                }
            }
        }
        Ok(pooling)
    }

    fn pooling(&mut self, path: &str) -> Result<Option<Pooling>, EmbedError> {
        let name = format!("{path}/config.json");
        let Some(said) = self.json::<HashMap<String, serde_json::Value>>(&name)? else {
            return Ok(None);
        };
        let modes: Vec<&str> = match said.get("pooling_mode") {
            Some(mode) => vec![mode.as_str().unwrap_or("unknown")],
            None => {
                let modes = said.iter().filter(|(_, value)| **value == true);
                modes.filter_map(|(name, _)| name.strip_prefix("pooling_mode_")).collect()
            }
        };
        match modes[..] {
            ["mean_tokens" | "mean"] => Ok(Some(Pooling::Mean)),
            ["cls_token" | "cls"] => Ok(Some(Pooling::First)),
            _ => Err(self.wrong(
                &name,
                &format!("pools by {modes:?}; mean_tokens alone or cls_token alone is supported"),
            )),
        }
    }

    fn tokenizer(&mut self, config: &Config, most: usize) -> Result<Tokenizer, EmbedError> {
        let name = "tokenizer.json";
        let content = self.needed(name)?;
        let mut tokenizer =
            Tokenizer::from_bytes(&content).map_err(|error| self.wrong(name, &error))?;
        // The file may pad and truncate for an earlier use.
        tokenizer.with_padding(None);
        let cut = TruncationParams { max_length: most, ..TruncationParams::default() };
        tokenizer.with_truncation(Some(cut)).map_err(|error| self.wrong(name, &error))?;
        let (tokens, words) = (tokenizer.get_vocab_size(true), config.vocab_size);
        if tokens > words {
            return Err(self.wrong(name, &format!("{tokens} tokens, but the model has {words}")));
        }
        Ok(tokenizer)
    }
}

fn check_supported(directory: &Path, config: &Config) -> Result<(), EmbedError> {
    let refuse = |what: &str, value: &str| {
        Err(EmbedError::Config(format!(
            "{}: {what} {value:?} is not supported; a model of the BERT family with absolute \
             positions is, such as all-MiniLM-L6-v2",
            directory.join("config.json").display()
        )))
    };
    match (config.model_type.as_deref(), config.position_embedding_type.as_deref()) {
        (Some(kind), _) if kind != "bert" => refuse("model_type", kind),
        (_, Some(kind)) if kind != "absolute" => refuse("position_embedding_type", kind),
        _ => Ok(()),
    }
}
