//! The contract of embedding models, run against every adapter.
//!
//! The model in process is a tiny one with random weights that the tests create. A real one is
//! tested by the same suite if there is one: `scripts/install-model` installs it into
//! `models/all-MiniLM-L6-v2`, and `DEBRIEF_MODEL` names another directory.

#[cfg(feature = "candle")]
mod in_process;
#[path = "../support/openai.rs"]
mod openai;
mod protocol;
mod server;
#[cfg(feature = "candle")]
mod tiny;

use debrief_infra::embeddings::{Embedder, Role, Vector, from_url};
use futures::future::join_all;
use std::sync::Arc;
use std::time::Duration;

const ROLES: [Role; 2] = [Role::Passage, Role::Question];

/// Opens a model that must exist.
async fn open(url: &str) -> Arc<dyn Embedder> {
    from_url(url, None).await.unwrap().unwrap()
}

/// Returns the vector of one text.
async fn one(model: &dyn Embedder, text: &str, role: Role) -> Vector {
    let vectors = model.embed(&[text.to_owned()], role).await.unwrap();
    assert_eq!(vectors.len(), 1);
    vectors.into_iter().next().unwrap()
}

fn cosine(one: &[f32], other: &[f32]) -> f32 {
    assert_eq!(one.len(), other.len());
    one.iter().zip(other).map(|(one, other)| one * other).sum()
}

/// Returns the greatest difference between two vectors in any dimension.
fn distance(one: &[f32], other: &[f32]) -> f32 {
    assert_eq!(one.len(), other.len());
    one.iter().zip(other).map(|(one, other)| (one - other).abs()).fold(0.0, f32::max)
}

#[track_caller]
fn assert_same(one: &[f32], other: &[f32]) {
    let distance = distance(one, other);
    assert!(distance <= 1e-5, "the vectors differ by {distance}");
}

#[track_caller]
fn assert_of_length_one(vector: &[f32]) {
    let length = cosine(vector, vector).sqrt();
    assert!((length - 1.0).abs() < 1e-4, "a vector has length {length}");
}

/// Returns texts of all lengths, all different.
fn texts(count: usize) -> Vec<String> {
    const WORDS: [&str; 8] = ["sleep", "goal", "run", "doubt", "plan", "week", "feel", "coach"];
    let word = |index: usize, place: usize| WORDS[(index * 5 + place * (index + 3)) % WORDS.len()];
    let text = |index: usize| {
        let length = 1 + index * 7 % 40;
        let words: Vec<&str> = (0..length).map(|place| word(index, place)).collect();
        format!("{} {index}", words.join(" "))
    };
    (0..count).map(text).collect()
}

async fn suite(model: Arc<dyn Embedder>) {
    macro_rules! run {
        ($($case:ident),+ $(,)?) => { $({
            let start = std::time::Instant::now();
            $case(&model).await;
            println!("  {}: {:.2} s", stringify!($case), start.elapsed().as_secs_f64());
        })+ };
    }
    run!(
        it_is_ready_and_has_a_name,
        one_vector_for_each_text_in_order,
        a_text_has_one_vector_whatever_stands_beside_it,
        any_text_is_taken,
        a_long_text_is_read_as_far_as_that_goes,
        many_may_ask_at_once,
        a_call_that_is_given_up_leaves_it_usable,
    );
}

async fn it_is_ready_and_has_a_name(model: &Arc<dyn Embedder>) {
    model.check().await.unwrap();
    let name = model.model().to_owned();
    assert!(!name.is_empty() && name.chars().count() <= 200, "{name}");
    assert!(model.batch() > 0);
    one(&**model, "a text", Role::Passage).await;
    model.check().await.unwrap();
    assert_eq!(model.model(), name);
}

async fn one_vector_for_each_text_in_order(model: &Arc<dyn Embedder>) {
    for role in ROLES {
        assert!(model.embed(&[], role).await.unwrap().is_empty());
        let texts = texts(model.batch() * 2 + 3);
        let vectors = model.embed(&texts, role).await.unwrap();
        assert_eq!(vectors.len(), texts.len());
        for (index, vector) in vectors.iter().enumerate() {
            assert_eq!(vector.len(), vectors[0].len());
            assert_of_length_one(vector);
            // That they are in order means something only if no two are the same.
            for other in &vectors[..index] {
                assert!(distance(vector, other) > 1e-4, "two texts have one vector");
            }
        }
        for index in [0, 1, texts.len() / 2, texts.len() - 1] {
            assert_same(&vectors[index], &one(&**model, &texts[index], role).await);
        }
    }
}

async fn a_text_has_one_vector_whatever_stands_beside_it(model: &Arc<dyn Embedder>) {
    let text = "the athlete sleeps badly before a race".to_owned();
    for role in ROLES {
        let alone = one(&**model, &text, role).await;
        for beside in ["", "x", "another text of about the same length", &"and on ".repeat(400)] {
            let texts = [beside.to_owned(), text.clone(), beside.to_owned(), text.clone()];
            let vectors = model.embed(&texts, role).await.unwrap();
            assert_same(&vectors[1], &alone);
            assert_same(&vectors[3], &alone);
            // Control: that text is another one.
            assert!(distance(&vectors[0], &alone) > 1e-4);
        }
    }
}

async fn any_text_is_taken(model: &Arc<dyn Embedder>) {
    let strange = [
        "",
        " ",
        "\n\t ",
        "\0",
        "\u{feff}",
        "[CLS] [SEP] [PAD]",
        "🏃‍♀️🏁",
        "مرحبا بالعالم",
        "日本語の文章",
        "a\u{301}\u{301}\u{301}",
        "\u{202e}right to left",
        "</s><|endoftext|>",
        "\"}],{\\",
    ];
    let mut texts: Vec<String> = strange.map(str::to_owned).to_vec();
    texts.push("x".repeat(100_000));
    texts.push("日".repeat(100_000));
    texts.push("a b ".repeat(500_000));
    for role in ROLES {
        let vectors = model.embed(&texts, role).await.unwrap();
        assert_eq!(vectors.len(), texts.len());
        for (vector, text) in vectors.iter().zip(&texts) {
            assert_of_length_one(vector);
            assert_same(vector, &one(&**model, text, role).await);
        }
    }
}

async fn a_long_text_is_read_as_far_as_that_goes(model: &Arc<dyn Embedder>) {
    let start = "the plan for the week ".repeat(2_000);
    let (one_end, other_end) = (format!("{start} rest"), format!("{start} race"));
    let beginning = format!("doubt {start}");
    let vectors = model.embed(&[one_end, other_end, beginning], Role::Passage).await.unwrap();
    assert_same(&vectors[0], &vectors[1]);
    assert!(distance(&vectors[0], &vectors[2]) > 1e-4, "it reads nothing");
}

async fn many_may_ask_at_once(model: &Arc<dyn Embedder>) {
    let texts = texts(5);
    let expected = model.embed(&texts, Role::Passage).await.unwrap();
    let asked = join_all((0..20).map(|index| {
        let (model, texts) = (model.clone(), &texts);
        async move {
            let text = &texts[index % texts.len()];
            one(&*model, text, Role::Question).await;
            one(&*model, text, Role::Passage).await
        }
    }));
    for (index, vector) in asked.await.iter().enumerate() {
        assert_same(vector, &expected[index % texts.len()]);
    }
}

async fn a_call_that_is_given_up_leaves_it_usable(model: &Arc<dyn Embedder>) {
    let texts = texts(model.batch() * 3);
    for milliseconds in [0, 1, 5, 20] {
        let call = model.embed(&texts, Role::Passage);
        let _ = tokio::time::timeout(Duration::from_millis(milliseconds), call).await;
        let soon = one(&**model, "still there?", Role::Passage);
        tokio::time::timeout(Duration::from_secs(20), soon).await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server() {
    let server = server::honest().await;
    suite(open(&server.url).await).await;
}

/// The strictest kind of server: numbered out of order, few texts at once, short texts.
#[tokio::test(flavor = "multi_thread")]
async fn a_strict_server() {
    let server = server::strict().await;
    suite(open(&server.url).await).await;
}

#[cfg(feature = "candle")]
#[tokio::test(flavor = "multi_thread")]
async fn a_tiny_model() {
    let directory = tempfile::tempdir().unwrap();
    tiny::Tiny::default().write(directory.path());
    suite(open(&format!("candle:{}", directory.path().display())).await).await;
}

#[cfg(feature = "candle")]
#[tokio::test(flavor = "multi_thread")]
async fn a_real_model() {
    let Some(directory) = in_process::real_model() else { return };
    suite(open(&format!("candle:{directory}")).await).await;
}
