//! The sessions of `debrief demo` must be read without a warning and summarized in full.

use std::fs;
use std::path::Path;

use debrief_formats as formats;
use debrief_language::summary;

#[test]
fn every_sample_reads_well() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../samples");
    for (name, format, language) in [
        ("executive-delegating.vtt", "webvtt", None),
        ("running-half-marathon.srt", "srt", None),
        ("career-change.txt", "named_text", None),
        ("hebrew-boundaries.vtt", "webvtt", Some("he")),
    ] {
        let content = formats::parse(&fs::read(folder.join(name)).unwrap()).unwrap();
        assert_eq!(content.format, format, "{name}");
        assert_eq!(content.language.as_deref(), language, "{name}");
        assert_eq!(content.participants.len(), 2, "{name}");
        assert_eq!(content.warnings, [], "{name}");
        let minutes = content.duration_ms.unwrap() / 60_000;
        assert!((8..=15).contains(&minutes), "{name}: {minutes} minutes");

        let summary = summary::extractive(&content, None);
        assert!(summary.headline.is_some(), "{name}");
        assert!((4..=7).contains(&summary.overview.len()), "{name}");
        assert!(summary.key_moments.len() >= 3, "{name}");
        assert!(summary.topics.len() >= 5, "{name}");
        assert_eq!(summary.decisions.len(), 1, "{name}");
        assert!(summary.action_items.len() >= 4, "{name}");
        assert!(summary.action_items.iter().all(|item| item.owner.is_some()), "{name}");
        assert!(
            summary.action_items.iter().filter(|item| item.due.is_some()).count() >= 3,
            "{name}"
        );
        assert_eq!(summary.open_questions.len(), 1, "{name}");
    }
}
