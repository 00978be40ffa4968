//! Lifting of stored events to the newest schema.
//!
//! An upcaster takes one event type from one schema version to the next, as JSON, before it is
//! decoded. Personal fields are opened by then, and may be `{"$erased": true}`.
//!
//! To change the shape of an event: raise its version in the aggregate's `impl_domain_event!`
//! table, add an upcaster to [`all`], and keep the old fixture in `domain/fixtures/events`.

use crate::personal::PERSONAL;
use cqrs_es::persist::{EventUpcaster, SerializedEvent};
use serde_json::json;

/// The upcasters, in the order in which they are tried.
pub fn all() -> Vec<Box<dyn EventUpcaster>> {
    vec![Box::new(ParsedV2)]
}

/// Warnings became personal: those of several files name the files.
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

/// Applies `upcasters` until none of them fits any more. It ends whatever they do: an event takes
/// no more steps than there are upcasters.
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
