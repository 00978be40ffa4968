//! Shared by all fuzz targets: reads a file and checks that the result is consistent.

pub use libfuzzer_sys;

use debrief_formats as formats;

/// Reads the bytes as this format, recognised or not.
pub fn forced(format: &str, bytes: &[u8]) {
    if let Some(Ok(content)) = formats::parse_as(format, bytes) {
        check(&content);
    }
}

/// Reads the bytes as the recognised format, and their beginning alone.
pub fn recognised(bytes: &[u8]) {
    let guess = formats::inspect(bytes);
    if let Ok(content) = formats::parse(bytes) {
        assert!(guess.is_ok(), "read, but not recognised");
        check(&content);
    }
}

/// Puts the bytes between the turns of a conversation: none of its words may vanish.
pub fn between_turns(bytes: &[u8]) {
    let lost = formats::conservation::lost_in_noise(&String::from_utf8_lossy(bytes));
    assert!(lost.is_none(), "words are in no turn and in no warning: {}", lost.unwrap_or_default());
}

fn check(content: &formats::Content) {
    for (i, turn) in content.turns.iter().enumerate() {
        assert_eq!(turn.index as usize, i);
        assert!(!turn.text.trim().is_empty());
        assert!(!turn.text.contains('\0'));
        if let (Some(start), Some(end)) = (turn.start_ms, turn.end_ms) {
            assert!(start <= end);
        }
    }
}

/// A target for one format.
#[macro_export]
macro_rules! format {
    ($id:literal) => {
        $crate::libfuzzer_sys::fuzz_target!(|bytes: &[u8]| $crate::forced($id, bytes));
    };
}

/// A target for all formats: what an upload is taken for.
#[macro_export]
macro_rules! any {
    () => {
        $crate::libfuzzer_sys::fuzz_target!(|bytes: &[u8]| $crate::recognised(bytes));
    };
}
