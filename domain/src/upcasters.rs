//! Upcasting of stored events to the newest schema.
//!
//! An upcaster takes one event type from one schema version to the next, as JSON, before it is
//! decoded. Personal fields are opened by then, and may be `{"$erased": true}`.
//!
//! To change the shape of an event: raise its version where it is declared, in the aggregate's
//! `events.rs`, add an upcaster to [`all`], and keep the old fixture in `domain/fixtures/events`.

use crate::personal::PERSONAL;
use cqrs_es::persist::{EventUpcaster, SerializedEvent};
use serde_json::{Value, json};

/// The upcasters, in the order in which they are tried.
pub fn all() -> Vec<Box<dyn EventUpcaster>> {
    vec![
        Box::new(ParsedV2),
        Box::new(OutlineV2),
        Box::new(SavedSearchCreatedV2),
        Box::new(SavedSearchMatchedV2),
        Box::new(SummaryV2),
    ]
}

/// Warnings became personal: with several files they contain file names.
struct ParsedV2;

impl EventUpcaster for ParsedV2 {
    fn can_upcast(&self, event_type: &str, event_version: &str) -> bool {
        event_type == "transcript.parsed" && event_version == "1"
    }

    fn upcast(&self, mut event: SerializedEvent) -> SerializedEvent {
        if let Some(warnings) = event.payload.get_mut("warnings") {
            *warnings = json!({ PERSONAL: warnings.take() });
        }
        event.event_version = "2".to_owned();
        event
    }
}

/// Corrections hold what has changed about the participants; before, all of them.
struct OutlineV2;

impl EventUpcaster for OutlineV2 {
    fn can_upcast(&self, event_type: &str, event_version: &str) -> bool {
        let types = ["transcript.corrected", "transcript.correction_undone"];
        types.contains(&event_type) && event_version == "1"
    }

    fn upcast(&self, mut event: SerializedEvent) -> SerializedEvent {
        let participants = event.payload.pointer_mut("/outline/participants");
        if let Some(list) = participants.and_then(|personal| personal.get_mut(PERSONAL)) {
            *list = json!({ "all": list.take() });
        }
        event.event_version = "2".to_owned();
        event
    }
}

/// The owner of a saved search is in the metadata of the event: not only API keys save searches.
struct SavedSearchCreatedV2;

impl EventUpcaster for SavedSearchCreatedV2 {
    fn can_upcast(&self, event_type: &str, event_version: &str) -> bool {
        event_type == "saved_search.created" && event_version == "1"
    }

    fn upcast(&self, mut event: SerializedEvent) -> SerializedEvent {
        if let Some(payload) = event.payload.as_object_mut() {
            payload.remove("key_id");
        }
        event.event_version = "2".to_owned();
        event
    }
}

/// A match names its subject; before, the id of a note was stored as a transcript id.
struct SavedSearchMatchedV2;

impl EventUpcaster for SavedSearchMatchedV2 {
    fn can_upcast(&self, event_type: &str, event_version: &str) -> bool {
        event_type == "saved_search.matched" && event_version == "1"
    }

    fn upcast(&self, mut event: SerializedEvent) -> SerializedEvent {
        if let Some(payload) = event.payload.as_object_mut() {
            let id = payload.remove("transcript_id").unwrap_or_default();
            let note = payload.remove("note").and_then(|note| note.as_bool()).unwrap_or_default();
            let kind = if note { "note" } else { "transcript" };
            payload.insert("subject".to_owned(), json!({ "kind": kind, "id": id }));
        }
        event.event_version = "2".to_owned();
        event
    }
}

/// A summary consists of points that rest on turns and quotes; before, of quotes.
struct SummaryV2;

impl SummaryV2 {
    /// Returns the point of a quote; a quote without a turn gives none.
    fn point(quote: Value, id: String) -> Value {
        let turns: Vec<Value> = quote.get("turn").cloned().into_iter().collect();
        json!({ "id": id, "text": quote["text"], "turns": turns, "quotes": [quote] })
    }

    fn points(content: &mut Value, field: &str, letter: char, of: impl Fn(Value, String) -> Value) {
        let Some(Value::Array(list)) = content.get_mut(field) else { return };
        for (at, entry) in list.iter_mut().enumerate() {
            *entry = of(entry.take(), format!("{letter}{}", at + 1));
        }
    }
}

impl EventUpcaster for SummaryV2 {
    fn can_upcast(&self, event_type: &str, event_version: &str) -> bool {
        ["summary.created", "summary.revised"].contains(&event_type) && event_version == "1"
    }

    fn upcast(&self, mut event: SerializedEvent) -> SerializedEvent {
        let content = event.payload.get_mut("content").and_then(|it| it.get_mut(PERSONAL));
        if let Some(content) = content {
            if let Some(headline) = content.get_mut("headline").filter(|it| it.is_object()) {
                *headline = Self::point(headline.take(), "h1".to_owned());
            }
            for (field, letter) in [
                ("overview", 'o'),
                ("key_moments", 'm'),
                ("decisions", 'd'),
                ("open_questions", 'q'),
            ] {
                Self::points(content, field, letter, Self::point);
            }
            Self::points(
                content,
                "topics",
                't',
                |topic, id| json!({ "id": id, "text": topic["label"], "turns": topic["turns"], "quotes": [] }),
            );
            Self::points(content, "action_items", 'a', |item, id| {
                let mut point = Self::point(item["quote"].clone(), id);
                point["owner"] = item["owner"].clone();
                point["due"] = item["due"].clone();
                point
            });
        }
        event.event_version = "2".to_owned();
        event
    }
}

/// Applies `upcasters` until none matches. It always ends: an event takes at most as many steps as
/// there are upcasters.
pub fn lift(upcasters: &[Box<dyn EventUpcaster>], mut event: SerializedEvent) -> SerializedEvent {
    for _ in upcasters {
        let Some(next) = upcasters
            .iter()
            .find(|upcaster| upcaster.can_upcast(&event.event_type, &event.event_version))
        else {
            break;
        };
        let before = event.event_version.clone();
        event = next.upcast(event);
        if event.event_version == before {
            break;
        }
    }
    event
}
