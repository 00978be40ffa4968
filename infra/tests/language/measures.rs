//! What is counted of calls, as `docs/language-model.md` lists it.

use crate::*;
use debrief_infra::language::Fallback;
use metrics_util::debugging::{DebugValue, DebuggingRecorder};
use std::collections::BTreeMap;

/// Runs this, and returns all metrics: names with their labels, in order, and values; of times, how
/// many there were.
fn measured(run: impl Future<Output = ()>) -> BTreeMap<String, f64> {
    let recorder = DebuggingRecorder::new();
    let snapshotter = recorder.snapshotter();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    metrics::with_local_recorder(&recorder, || runtime.block_on(run));
    let row = |(key, _, _, value): (metrics_util::CompositeKey, _, _, DebugValue)| {
        let mut labels: Vec<_> =
            key.key().labels().map(|it| format!("{}={}", it.key(), it.value())).collect();
        labels.sort();
        let value = match value {
            DebugValue::Counter(count) => count as f64,
            DebugValue::Gauge(value) => value.into_inner(),
            DebugValue::Histogram(values) => values.len() as f64,
        };
        (format!("{} {}", key.key().name(), labels.join(" ")), value)
    };
    snapshotter.snapshot().into_vec().into_iter().map(row).collect()
}

#[test]
fn calls_tokens_and_times() {
    let found = measured(async {
        let server = server(|request| match request.body.get("stream") {
            Some(_) => streamed([delta(ANSWER), end()]),
            None => answer(),
        })
        .await;
        let model = once(&server.url);
        model.write(&prompt()).await.unwrap();
        follow(&model, &of(Purpose::Refine)).await.0.unwrap();
    });
    for (metric, expected) in [
        ("calls_total outcome=answered place=first purpose=search_answer", 1.0),
        ("calls_total outcome=answered place=first purpose=refine", 1.0),
        ("tokens_total direction=in place=first purpose=refine", 30.0),
        ("tokens_total direction=out place=first purpose=refine", 7.0),
        ("seconds purpose=search_answer", 1.0),
        ("seconds purpose=refine", 1.0),
        ("first_piece_seconds purpose=refine", 1.0),
        ("breaker_open place=first purpose=all", 0.0),
    ] {
        let found = found.get(&format!("debrief_language_model_{metric}"));
        assert_eq!(found, Some(&expected), "{metric}");
    }
    assert!(!found.keys().any(|it| it.contains("first_piece_seconds purpose=search_answer")));
    assert!(!found.keys().any(|it| it.contains("retries") || it.contains("fallbacks")));
}

#[test]
fn what_fails_and_what_is_done_about_it() {
    let found = measured(async {
        let away = server(|_| error(503, json!({}))).await;
        let other = server(|_| answer()).await;
        let first = OpenAiModel::from_url(&away.url, None).unwrap().with_attempts(2);
        let second = once(&other.url).with_place("fallback");
        let model = Fallback::new(Arc::new(first), Arc::new(second));
        for _ in 0..4 {
            model.write(&prompt()).await.unwrap();
        }
    });
    for (metric, expected) in [
        // The fourth was not sent.
        ("calls_total outcome=unavailable place=first purpose=search_answer", 3.0),
        ("calls_total outcome=answered place=fallback purpose=search_answer", 4.0),
        ("retries_total place=first purpose=search_answer", 3.0),
        ("fallbacks_total purpose=search_answer", 4.0),
        ("breaker_open place=first purpose=all", 1.0),
        ("breaker_open place=fallback purpose=all", 0.0),
    ] {
        let found = found.get(&format!("debrief_language_model_{metric}"));
        assert_eq!(found, Some(&expected), "{metric}");
    }
}
