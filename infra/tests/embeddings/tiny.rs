//! A model of the kind that runs in process, small enough to be created for each test.

use candle_core::{Device, Tensor};
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use serde_json::{Value, json};
use std::collections::HashMap;
use std::path::Path;

const HIDDEN: usize = 32;
const INNER: usize = 64;
const LAYERS: usize = 2;
const POSITIONS: usize = 64;

/// What can vary.
pub(crate) struct Tiny {
    pub(crate) seed: u64,
    /// The prefix of all tensor names.
    pub(crate) prefix: &'static str,
    /// Files in addition to the three required ones.
    pub(crate) files: Vec<(&'static str, Value)>,
    /// Fields of `config.json` that differ.
    pub(crate) config: Value,
}

impl Default for Tiny {
    fn default() -> Self {
        Self { seed: 1, prefix: "", files: Vec::new(), config: json!({}) }
    }
}

impl Tiny {
    /// Writes it into a directory.
    pub(crate) fn write(&self, directory: &Path) {
        let vocabulary = vocabulary();
        let mut config = json!({
            "model_type": "bert", "hidden_act": "gelu", "layer_norm_eps": 1e-12,
            "hidden_size": HIDDEN, "intermediate_size": INNER, "num_hidden_layers": LAYERS,
            "num_attention_heads": 4, "max_position_embeddings": POSITIONS,
            "vocab_size": vocabulary.len(),
        });
        let changes = self.config.as_object().unwrap().clone();
        config.as_object_mut().unwrap().extend(changes);
        write(directory, "config.json", &config);
        write(directory, "tokenizer.json", &tokenizer(&vocabulary));
        for (name, content) in &self.files {
            write(directory, name, content);
        }
        let tensors = self.tensors(vocabulary.len());
        candle_core::safetensors::save(&tensors, directory.join("model.safetensors")).unwrap();
    }

    /// Random weights, large enough for words to affect each other.
    fn tensors(&self, words: usize) -> HashMap<String, Tensor> {
        let mut random = StdRng::seed_from_u64(self.seed);
        let mut tensors = HashMap::new();
        let mut add = |name: String, shape: &[usize], center: f32, width: f32| {
            let count = shape.iter().product();
            let values: Vec<f32> =
                (0..count).map(|_| center + random.random_range(-width..width)).collect();
            let tensor = Tensor::from_vec(values, shape, &Device::Cpu).unwrap();
            tensors.insert(format!("{}{name}", self.prefix), tensor);
        };
        for (table, rows) in [("word", words), ("position", POSITIONS), ("token_type", 2)] {
            add(format!("embeddings.{table}_embeddings.weight"), &[rows, HIDDEN], 0.0, 1.0);
        }
        let mut norms = vec!["embeddings.LayerNorm".to_owned()];
        for layer in 0..LAYERS {
            let name = |part: &str| format!("encoder.layer.{layer}.{part}");
            for (part, from, to) in [
                ("attention.self.query", HIDDEN, HIDDEN),
                ("attention.self.key", HIDDEN, HIDDEN),
                ("attention.self.value", HIDDEN, HIDDEN),
                ("attention.output.dense", HIDDEN, HIDDEN),
                ("intermediate.dense", HIDDEN, INNER),
                ("output.dense", INNER, HIDDEN),
            ] {
                add(format!("{}.weight", name(part)), &[to, from], 0.0, 0.4);
                add(format!("{}.bias", name(part)), &[to], 0.0, 0.1);
            }
            norms.extend(["attention.output.LayerNorm", "output.LayerNorm"].map(name));
        }
        for norm in norms {
            add(format!("{norm}.weight"), &[HIDDEN], 1.0, 0.2);
            add(format!("{norm}.bias"), &[HIDDEN], 0.0, 0.1);
        }
        tensors
    }
}

fn write(directory: &Path, name: &str, content: &Value) {
    let path = directory.join(name);
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(path, content.to_string()).unwrap();
}

/// Letters, digits and signs, so that any word can be tokenized, and some words.
fn vocabulary() -> Vec<String> {
    let mut words: Vec<String> = ["[PAD]", "[UNK]", "[CLS]", "[SEP]"].map(str::to_owned).to_vec();
    for letter in ('a'..='z').chain('0'..='9') {
        words.push(letter.to_string());
        words.push(format!("##{letter}"));
    }
    words.extend(",.?!-'日本".chars().map(String::from));
    let more = ["sleep", "goal", "run", "doubt", "plan", "week", "feel", "coach", "the", "athlete"];
    words.extend(more.map(str::to_owned));
    words
}

/// A tokenizer like BERT's, which, as that of all-MiniLM-L6-v2, pads and truncates by default.
fn tokenizer(vocabulary: &[String]) -> Value {
    let vocabulary: HashMap<&str, usize> =
        vocabulary.iter().enumerate().map(|(id, word)| (word.as_str(), id)).collect();
    let special = |id: usize, content: &str| {
        json!({
            "id": id, "content": content, "special": true, "single_word": false,
            "lstrip": false, "rstrip": false, "normalized": false,
        })
    };
    let mark = |name: &str| json!({ "SpecialToken": { "id": name, "type_id": 0 } });
    let text = |name: &str| json!({ "Sequence": { "id": name, "type_id": 0 } });
    json!({
        "version": "1.0",
        "truncation": { "max_length": 8, "strategy": "LongestFirst", "stride": 0 },
        "padding": {
            "strategy": { "Fixed": 40 }, "direction": "Right", "pad_to_multiple_of": null,
            "pad_id": 0, "pad_type_id": 0, "pad_token": "[PAD]",
        },
        "added_tokens": [
            special(0, "[PAD]"), special(1, "[UNK]"), special(2, "[CLS]"), special(3, "[SEP]"),
        ],
        "normalizer": {
            "type": "BertNormalizer", "clean_text": true, "handle_chinese_chars": true,
            "strip_accents": null, "lowercase": true,
        },
        "pre_tokenizer": { "type": "BertPreTokenizer" },
        "post_processor": {
            "type": "TemplateProcessing",
            "single": [mark("[CLS]"), text("A"), mark("[SEP]")],
            "pair": [mark("[CLS]"), text("A"), mark("[SEP]"), text("B"), mark("[SEP]")],
            "special_tokens": {
                "[CLS]": { "id": "[CLS]", "ids": [2], "tokens": ["[CLS]"] },
                "[SEP]": { "id": "[SEP]", "ids": [3], "tokens": ["[SEP]"] },
            },
        },
        "decoder": { "type": "WordPiece", "prefix": "##", "cleanup": true },
        "model": {
            "type": "WordPiece", "unk_token": "[UNK]", "continuing_subword_prefix": "##",
            "max_input_chars_per_word": 100, "vocab": vocabulary,
        },
    })
}
