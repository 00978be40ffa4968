//! Tests for models in this process only.

use crate::tiny::Tiny;
use crate::{assert_same, cosine, distance, one, open, texts};
use debrief_infra::embeddings::{EmbedError, Embedder, Role, Vector, from_url};
use serde_json::{Value, json};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use tempfile::TempDir;

/// Returns the directory of a real model, or says that there is none.
pub(crate) fn real_model() -> Option<String> {
    let usual = concat!(env!("CARGO_MANIFEST_DIR"), "/../models/all-MiniLM-L6-v2");
    let directory = std::env::var("DEBRIEF_MODEL").unwrap_or_else(|_| usual.to_owned());
    if Path::new(&directory).is_dir() {
        return Some(directory);
    }
    println!("skipped: no model; `scripts/install-model` puts one there, DEBRIEF_MODEL names one");
    None
}

fn url(directory: &Path) -> String {
    format!("candle:{}", directory.display())
}

fn written(tiny: &Tiny) -> TempDir {
    let directory = tempfile::tempdir().unwrap();
    tiny.write(directory.path());
    directory
}

async fn opened(tiny: &Tiny) -> Arc<dyn Embedder> {
    open(&url(written(tiny).path())).await
}

async fn refusal(directory: &Path) -> String {
    match from_url(&url(directory), None).await {
        Err(EmbedError::Config(why)) => why,
        other => panic!("{other:?}"),
    }
}

fn with(name: &'static str, content: Value) -> Tiny {
    Tiny { files: vec![(name, content)], ..Tiny::default() }
}

async fn vector(tiny: &Tiny, text: &str) -> Vector {
    one(&*opened(tiny).await, text, Role::Passage).await
}

#[tokio::test]
async fn what_is_missing_or_wrong_is_said() {
    let error = from_url("candle:", None).await.unwrap_err().to_string();
    assert!(error.contains("candle:./models/all-MiniLM-L6-v2"), "{error}");
    let nowhere = refusal(Path::new("/nowhere/at/all")).await;
    assert!(nowhere.contains("scripts/install-model /nowhere/at/all"), "{nowhere}");
    for name in ["config.json", "tokenizer.json", "model.safetensors"] {
        let directory = written(&Tiny::default());
        let file = directory.path().join(name);
        std::fs::remove_file(&file).unwrap();
        let missing = refusal(directory.path()).await;
        assert!(missing.contains(&format!("has no {name}")), "{missing}");
        assert!(missing.contains("scripts/install-model"), "{missing}");
        std::fs::write(&file, "{").unwrap();
        let damaged = refusal(directory.path()).await;
        assert!(damaged.contains(name), "{damaged}");
    }
}

#[tokio::test]
async fn other_models_are_refused() {
    let config = |config: Value| Tiny { config, ..Tiny::default() };
    let pooling = |mode: &str| json!({ "pooling_mode_mean_tokens": mode == "both", mode: true });
    let module = |kind: &str| json!([{ "path": "2_X", "type": format!("models.{kind}") }]);
    for (tiny, hint) in [
        (config(json!({ "model_type": "roberta" })), "model_type \"roberta\""),
        (config(json!({ "position_embedding_type": "relative_key" })), "relative_key"),
        (config(json!({ "hidden_act": "silu" })), "silu"),
        (config(json!({ "hidden_size": 48 })), "expected"),
        (config(json!({ "num_hidden_layers": 3 })), "has no encoder.layer.2"),
        (config(json!({ "num_attention_heads": 5 })), "multiple"),
        (config(json!({ "vocab_size": 50 })), "tokens, but the model has 50"),
        (with("1_Pooling/config.json", pooling("pooling_mode_max_tokens")), "max_tokens"),
        (with("1_Pooling/config.json", json!({ "pooling_mode": "lasttoken" })), "lasttoken"),
        (with("modules.json", module("Dense")), "a module Dense in \"2_X\""),
        (with("modules.json", module("Transformer")), "a module Transformer in \"2_X\""),
    ] {
        let why = refusal(written(&tiny).path()).await;
        assert!(why.contains(hint), "{why}");
    }
}

#[tokio::test]
async fn another_model_has_another_name() {
    let modes = json!({ "pooling_mode_cls_token": true });
    let models = [
        Tiny::default(),
        Tiny { seed: 2, ..Tiny::default() },
        Tiny { config: json!({ "hidden_act": "relu" }), ..Tiny::default() },
        with("1_Pooling/config.json", modes),
        with("sentence_bert_config.json", json!({ "max_seq_length": 20 })),
    ];
    let mut names = std::collections::HashSet::new();
    for tiny in &models {
        let name = opened(tiny).await.model().to_owned();
        assert!(name.starts_with("candle:"), "{name}");
        // Wherever the same files lie.
        assert_eq!(opened(tiny).await.model(), name);
        names.insert(name);
    }
    assert_eq!(names.len(), models.len());
}

#[tokio::test]
async fn weights_may_be_named_in_two_ways() {
    let text = "a goal for the week";
    let plain = vector(&Tiny::default(), text).await;
    assert_same(&plain, &vector(&Tiny { prefix: "bert.", ..Tiny::default() }, text).await);
}

#[tokio::test]
async fn the_tokenizer_neither_pads_nor_cuts_as_its_file_says() {
    let model = opened(&Tiny::default()).await;
    // Eight tokens are the file's, 64 the model's.
    let long = |end: &str| format!("{}{end}", "the plan ".repeat(20));
    let vectors = model.embed(&[long("run"), long("sleep")], Role::Passage).await.unwrap();
    assert!(distance(&vectors[0], &vectors[1]) > 1e-4);
    let short = with("sentence_bert_config.json", json!({ "max_seq_length": 20 }));
    let model = opened(&short).await;
    let vectors = model.embed(&[long("run"), long("sleep")], Role::Passage).await.unwrap();
    assert_same(&vectors[0], &vectors[1]);
}

#[tokio::test]
async fn pooling_is_what_the_files_say() {
    let text = "a goal for the week";
    let modules = json!([
        { "path": "", "type": "sentence_transformers.models.Transformer" },
        { "path": "pool", "type": "sentence_transformers.models.Pooling" },
        { "path": "2_Normalize", "type": "sentence_transformers.models.Normalize" },
    ]);
    let first = json!({ "pooling_mode_cls_token": true, "pooling_mode_mean_tokens": false });
    let mean = vector(&Tiny::default(), text).await;
    let told = vector(&with("1_Pooling/config.json", first.clone()), text).await;
    assert!(distance(&mean, &told) > 1e-3);
    let newer = with("1_Pooling/config.json", json!({ "pooling_mode": "cls" }));
    assert_same(&vector(&newer, text).await, &told);
    let files = vec![("modules.json", modules), ("pool/config.json", first)];
    assert_same(&vector(&Tiny { files, ..Tiny::default() }, text).await, &told);
}

#[tokio::test]
async fn prompts_stand_before_questions_and_passages() {
    let prompts = json!({ "prompts": { "query": "run: ", "passage": "plan: " } });
    let prompted = opened(&with("config_sentence_transformers.json", prompts)).await;
    let plain = opened(&Tiny::default()).await;
    for (role, text) in [(Role::Question, "run: sleep"), (Role::Passage, "plan: sleep")] {
        let expected = one(&*plain, text, role).await;
        assert_same(&one(&*prompted, "sleep", role).await, &expected);
    }
    let question = one(&*plain, "sleep", Role::Question).await;
    assert_same(&question, &one(&*plain, "sleep", Role::Passage).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_question_takes_the_next_turn() {
    let model = opened(&Tiny::default()).await;
    // The best of three: on a busy machine, the question may be late to stand in line.
    let mut least = usize::MAX;
    for _ in 0..3 {
        least = least.min(calls_before_a_question(&model).await);
    }
    assert!(least <= 3, "{least} calls went before");
}

/// Sixteen calls take turns, piece by piece. When the first is done, the others are at their last
/// piece, and a question arrives: how many of them does it wait for?
async fn calls_before_a_question(model: &Arc<dyn Embedder>) -> usize {
    let done = Arc::new(AtomicUsize::new(0));
    let passages: Vec<_> = (0..16)
        .map(|_| {
            let (model, done) = (model.clone(), done.clone());
            tokio::spawn(async move {
                model.embed(&texts(32), Role::Passage).await.unwrap();
                done.fetch_add(1, Ordering::SeqCst);
            })
        })
        .collect();
    while done.load(Ordering::SeqCst) == 0 {
        tokio::task::yield_now().await;
    }
    let before = done.load(Ordering::SeqCst);
    one(&**model, "why?", Role::Question).await;
    let waited = done.load(Ordering::SeqCst) - before;
    for call in passages {
        call.await.unwrap();
    }
    waited
}

#[tokio::test]
async fn the_real_model_knows_what_is_near() {
    let Some(directory) = real_model() else { return };
    let model = open(&url(Path::new(&directory))).await;
    let near = async |one_text: &str, other: &str| {
        let texts = [one_text.to_owned(), other.to_owned()];
        let vectors = model.embed(&texts, Role::Passage).await.unwrap();
        cosine(&vectors[0], &vectors[1])
    };
    for (text, paraphrase, unrelated) in [
        (
            "She cannot fall asleep the night before a race.",
            "Before competitions the athlete lies awake.",
            "The invoice for March has been paid.",
        ),
        (
            "How do I say no to my boss?",
            "I find it hard to set limits with my manager.",
            "We ran ten kilometres along the river.",
        ),
    ] {
        let (close, far) = (near(text, paraphrase).await, near(text, unrelated).await);
        println!("{close:.3} for a paraphrase, {far:.3} for something else");
        assert!(close > far + 0.2, "{close} and {far}");
    }
}
