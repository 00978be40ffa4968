//! The people that a JSON file lists beside the turns: `participants[]`, `parties[]`,
//! `speakers[]`, `speaker_names{}`, anywhere in the file.
//!
//! Each is an object with an identifier and a name, a name under its identifier, or, in lists whose
//! positions are the identifiers, only a name.

use memchr::memmem;
use serde_json::{Map, Value};

use super::values::label;
use crate::kernel::json_walk::{Frame, walk};
use crate::kernel::people::People;

/// Keys of lists and maps of people.
const LISTS: &[&str] = &[
    "participants",
    "parties",
    "speakers",
    "attendees",
    "users",
    "members",
    "people",
    "persons",
    "speaker_names",
    "speakerNames",
    "speaker_map",
    "speakerMap",
    "speaker_mapping",
    "speakerMapping",
    "speaker_labels",
    "speakerLabels",
    "speaker_info",
    "speakerInfo",
    "speaker_mappings",
    "speakerMappings",
    "speaker_aliases",
    "speaker_profiles",
    "mapping",
    "meeting_attendees",
    "roster",
];
/// Those whose positions identify people without an identifier.
const NUMBERED: &[&str] = &["parties", "speakers", "speaker_names", "speakerNames"];
/// Keys of names.
const NAMES: &[&str] = &[
    "display_name",
    "displayName",
    "full_name",
    "fullName",
    "speaker_name",
    "speakerName",
    "participant_name",
    "participantName",
    "name",
    "user_name",
    "userName",
    "username",
];
/// Keys of objects that have the name.
const INSIDE: &[&str] = &[
    "user",
    "signedinUser",
    "signedin_user",
    "anonymousUser",
    "anonymous_user",
    "phoneUser",
    "phone_user",
    "person",
    "profile",
    "participant",
    "identity",
];
/// Keys of identifiers.
const IDS: &[&str] = &[
    "id",
    "_id",
    "uuid",
    "key",
    "speaker_id",
    "speakerId",
    "participant_id",
    "participantId",
    "user_id",
    "userId",
    "person_id",
    "personId",
    "party_id",
    "partyId",
    "speaker_label",
    "speakerLabel",
    "speaker_tag",
    "speakerTag",
    "speaker_number",
    "speakerNumber",
    "speaker",
    "label",
    "tag",
    "index",
    "number",
    "channel",
    "name",
];
/// Maximum depth of a list; deeper ones belong to single turns.
const MAX_DEPTH: usize = 6;
/// Maximum length of an item; longer ones are not people.
const MAX_ITEM: usize = 64 * 1024;

/// Returns the people that a file lists; nobody if it is not JSON.
pub(crate) fn of(text: &str) -> People {
    let mut people = People::default();
    let has = |key: &&str| memmem::find(text.as_bytes(), format!("\"{key}\"").as_bytes()).is_some();
    if !text.trim_start().starts_with(['{', '[']) || !LISTS.iter().any(has) {
        return people;
    }
    walk(text, &mut |_: &[Frame]| {}, &mut |frames, start, end| {
        let [.., list, item] = frames else { return true };
        if frames.len() > MAX_DEPTH || !list.object || !LISTS.contains(&list.key(text)) {
            return true;
        }
        let raw = &text[start..end];
        if raw.len() > MAX_ITEM {
            return true;
        }
        let Ok(value) = serde_json::from_str::<Value>(raw) else { return true };
        match item.object {
            true => under(item.key(text), &value, &mut people),
            false => listed(&value, NUMBERED.contains(&list.key(text)), &mut people),
        }
        true
    });
    people
}

/// Adds a person under the key that identifies them.
fn under(key: &str, value: &Value, people: &mut People) {
    let name = match value {
        Value::String(name) => Some(name.clone()),
        Value::Object(map) => name(map),
        _ => None,
    };
    if let (Some(label), Some(name)) = (label(key), name.filter(|name| is_name(name))) {
        people.add(label, &name);
    }
}

/// Adds an item of a list.
fn listed(value: &Value, numbered: bool, people: &mut People) {
    match value {
        Value::String(name) if numbered && is_name(name) => people.list(name),
        Value::Object(map) => {
            let Some(name) = name(map) else {
                // The positions of the others stay right.
                if numbered {
                    people.list("");
                }
                return;
            };
            let mut any = false;
            for key in IDS {
                let id = match map.get(*key) {
                    // A resource name identifies; any other name does not.
                    Some(Value::String(id)) if *key != "name" || id.contains('/') => label(id),
                    Some(Value::Number(id)) => label(&id.to_string()),
                    _ => None,
                };
                if let Some(id) = id {
                    any = true;
                    people.add(id, &name);
                }
            }
            if numbered && !any {
                people.list(&name);
            }
        }
        _ => {}
    }
}

/// Returns the name in an object, or in one inside it.
fn name(map: &Map<String, Value>) -> Option<String> {
    let text = |map: &Map<String, Value>, key: &str| {
        let text = map.get(key)?.as_str()?.trim();
        is_name(text).then(|| text.to_owned())
    };
    let both = |map: &Map<String, Value>| {
        let pairs = [("first_name", "last_name"), ("firstName", "lastName")];
        pairs.iter().find_map(|(first, last)| {
            let first = text(map, first)?;
            Some(text(map, last).map_or_else(|| first.clone(), |last| format!("{first} {last}")))
        })
    };
    let own = |map: &Map<String, Value>| {
        NAMES.iter().find_map(|key| text(map, key)).or_else(|| both(map))
    };
    own(map).or_else(|| {
        INSIDE.iter().find_map(|key| match map.get(*key)? {
            Value::Object(inner) => own(inner),
            _ => None,
        })
    })
}

/// Returns whether a text may be a person's name, and not an identifier.
fn is_name(text: &str) -> bool {
    let text = text.trim();
    text.chars().any(char::is_alphabetic)
        && text.chars().count() <= 100
        && !text.contains(['/', '{', '\n'])
}

#[cfg(test)]
mod tests {
    use crate::parse;

    fn speakers(text: &str) -> Vec<String> {
        let content = parse(text.as_bytes()).unwrap_or_else(|refusal| panic!("{text}: {refusal}"));
        content.turns.into_iter().map(|turn| turn.speaker.unwrap_or_default()).collect()
    }

    /// Each file has two turns, and the names of their speakers elsewhere.
    #[test]
    fn names_beside_the_turns_are_joined() {
        for file in [
            // Before and after, by different keys.
            r#"{"participants": [{"id": "u7", "name": "Noa Levi"}, {"id": "u8", "name": "Tom Ash"}],
                "transcript": [{"participant_id": "u7", "text": "Hi there", "start": 1.5, "end": 2.5}, {"participant_id": "u8", "text": "Yes", "start": 3.5, "end": 4.0}]}"#,
            r#"{"segments": [{"speaker": "u7", "text": "Hi there", "start": 1.5, "end": 2.5}, {"speaker": "u8", "text": "Yes", "start": 3.5, "end": 4.0}],
                "speakers": [{"speaker_id": "u7", "display_name": "Noa Levi"}, {"speaker_id": "u8", "display_name": "Tom Ash"}]}"#,
            // Numbers.
            r#"{"speakers": [{"id": 4, "full_name": "Noa Levi"}, {"id": 5, "first_name": "Tom", "last_name": "Ash"}],
                "utterances": [{"speaker": 4, "text": "Hi there", "start": 1500, "end": 2500}, {"speaker": 5, "text": "Yes", "start": 3500, "end": 4000}]}"#,
            // The names of a map's keys.
            r#"{"speaker_names": {"SPEAKER_00": "Noa Levi", "SPEAKER_01": {"name": "Tom Ash"}},
                "segments": [{"speaker": "SPEAKER_00", "text": "Hi there", "start": 1.5, "end": 2.5}, {"speaker": "SPEAKER_01", "text": "Yes", "start": 3.5, "end": 4.0}]}"#,
            // A vCon: the position identifies.
            r#"{"vcon": "0.0.1", "parties": [{"tel": "+1", "name": "Noa Levi"}, {"name": "Tom Ash"}],
                "analysis": [{"type": "transcript", "body": {"turns": [{"party": 0, "text": "Hi there", "start": 1.5, "end": 2.5}, {"party": 1, "text": "Yes", "start": 3.5, "end": 4.0}]}}]}"#,
            r#"{"speakers": ["Noa Levi", "Tom Ash"],
                "results": {"utterances": [{"speaker": 0, "transcript": "Hi there", "start": 1.5, "end": 2.5}, {"speaker": 1, "transcript": "Yes", "start": 3.5, "end": 4.0}]}}"#,
            // The resource names of an interface, and users inside.
            r#"{"participants": [{"name": "conferenceRecords/c/participants/9x", "signedinUser": {"user": "users/1", "displayName": "Noa Levi"}}, {"name": "conferenceRecords/c/participants/8y", "phoneUser": {"displayName": "Tom Ash"}}],
                "transcriptEntries": [{"participant": "conferenceRecords/c/participants/9x", "text": "Hi there", "startTime": "2026-01-01T10:00:01Z", "endTime": "2026-01-01T10:00:02Z"}, {"participant": "conferenceRecords/c/participants/8y", "text": "Yes", "startTime": "2026-01-01T10:00:03Z", "endTime": "2026-01-01T10:00:04Z"}]}"#,
            // The speaker is an object without a name.
            r#"{"users": [{"userId": "u7", "userName": "Noa Levi"}, {"userId": "u8", "userName": "Tom Ash"}],
                "entries": [{"speaker": {"id": "u7"}, "text": "Hi there", "start": 1.5, "end": 2.5}, {"speaker": {"id": "u8"}, "text": "Yes", "start": 3.5, "end": 4.0}]}"#,
            // In every segment, beside an empty name.
            r#"[{"speaker": null, "detected_speaker_name": "Noa Levi", "text": "Hi there", "start": 1.5, "end": 2.5}, {"speaker": null, "detectedSpeaker": {"participantName": "Tom Ash"}, "text": "Yes", "start": 3.5, "end": 4.0}]"#,
        ] {
            assert_eq!(speakers(file), ["Noa Levi", "Tom Ash"], "{file}");
        }
    }

    #[test]
    fn what_does_not_identify_names_nobody() {
        for (people, left) in [
            // Two names for one identifier.
            (r#""participants": [{"id": "a", "name": "Noa"}, {"id": "a", "name": "Tom"}]"#, "a"),
            // The order of a list of guests is not that of the voices.
            (r#""attendees": ["Noa", "Tom"]"#, "a"),
            (r#""participants": [{"id": "x", "name": "Noa"}]"#, "a"),
            (r#""speakers": {"count": 2, "a": 5}"#, "a"),
        ] {
            let file = format!(
                r#"{{{people}, "segments": [{{"speaker": "a", "text": "Hi there", "start": 1.5, "end": 2.5}}]}}"#
            );
            assert_eq!(speakers(&file), [left], "{file}");
        }
    }
}
