//! Lifting of stored events to the newest schema.
//!
//! An upcaster takes one event type from one schema version to the next, as JSON, before it is
//! decoded. Personal fields are opened by then, and may be `{"$erased": true}`.
//!
//! To change the shape of an event: raise its version in the aggregate's `impl_domain_event!`
//! table, add an upcaster to [`all`], and keep the old fixture in `domain/fixtures/events`.

use cqrs_es::persist::{EventUpcaster, SerializedEvent};

/// The upcasters, in the order in which they are tried.
pub fn all() -> Vec<Box<dyn EventUpcaster>> {
    Vec::new()
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
