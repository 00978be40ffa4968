//! The catalogue of problems: every `code` of an error with its status, its meaning and its remedy.
//!
//! Invariant: a code is stable once it was released. `docs/problems.md` is generated from this
//! table, and a test fails if it is out of date.

use axum::http::StatusCode;
use debrief_domain::transcript::corrections::CorrectionError;
use debrief_formats::Refusal;

macro_rules! codes {
    ($($variant:ident = $name:literal, $status:ident, $meaning:literal, $remedy:literal;)+) => {
        /// The code of a problem.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub(crate) enum Code {
            $(#[doc = $meaning] $variant,)+
        }

        impl Code {
            /// All codes, by status.
            #[cfg(test)]
            pub(crate) const ALL: &[Self] = &[$(Self::$variant),+];

            /// Returns the name in the problem's `code`.
            pub(crate) fn as_str(self) -> &'static str {
                match self {
                    $(Self::$variant => $name,)+
                }
            }

            /// Returns the status.
            pub(crate) fn status(self) -> StatusCode {
                match self {
                    $(Self::$variant => StatusCode::$status,)+
                }
            }

            /// Returns the meaning.
            pub(crate) fn meaning(self) -> &'static str {
                match self {
                    $(Self::$variant => $meaning,)+
                }
            }

            /// Returns the remedy.
            #[cfg(test)]
            pub(crate) fn remedy(self) -> &'static str {
                match self {
                    $(Self::$variant => $remedy,)+
                }
            }
        }
    };
}

codes! {
    BrokenBody = "broken_body", BAD_REQUEST,
        "The body ended before it was complete.",
        "Send the request again. Nothing was stored.";
    BrokenForm = "broken_form", BAD_REQUEST,
        "The multipart form is malformed or ended before it was complete.",
        "Send the form again. Nothing was stored.";
    InvalidId = "invalid_id", BAD_REQUEST,
        "An id in the path is malformed.",
        "Ids are UUIDs; positions are whole numbers.";
    InvalidIdempotencyKey = "invalid_idempotency_key", BAD_REQUEST,
        "The `Idempotency-Key` header is malformed.",
        "Send 1 to 200 visible ASCII characters, such as a UUID.";
    InvalidQuery = "invalid_query", BAD_REQUEST,
        "A query parameter, a cursor or a limit is malformed, unknown, repeated or out of range.",
        "`detail` names the parameter and what it takes.";
    MalformedJson = "malformed_json", BAD_REQUEST,
        "The body is not JSON.",
        "`detail` says where it breaks off.";
    NoFile = "no_file", BAD_REQUEST,
        "The form has no part named `file`.",
        "Send the transcript as a part named `file`.";
    NotAWebsocket = "not_a_websocket", BAD_REQUEST,
        "The request is not a WebSocket handshake.",
        "Open the path with a WebSocket client (RFC 6455).";
    RepeatedField = "repeated_field", BAD_REQUEST,
        "The form has a field twice.",
        "Send each field once; only `file` may be repeated.";
    TooManyFiles = "too_many_files", BAD_REQUEST,
        "The form has more than 20 files.",
        "Add the rest with `POST /v1/transcripts/{id}/files`.";
    TooManyParts = "too_many_parts", BAD_REQUEST,
        "The form has more parts than a form can need.",
        "Send each field once.";
    UnknownField = "unknown_field", BAD_REQUEST,
        "The form has a field that the operation does not take.",
        "`detail` lists the fields.";
    UnreadableBody = "unreadable_body", BAD_REQUEST,
        "The body could not be read.",
        "Send the request again.";
    Unauthorized = "unauthorized", UNAUTHORIZED,
        "The API key is missing, malformed, unknown or revoked.",
        "Send a valid key as `Authorization: Bearer <key>`.";
    Forbidden = "forbidden", FORBIDDEN,
        "The API key does not have the permission that the operation needs.",
        "Use a key that has it. The operation's `security` in `/openapi.json` names the permission.";
    NoSuchRoute = "no_such_route", NOT_FOUND,
        "There is nothing at this path.",
        "`/docs` lists the operations.";
    NotFound = "not_found", NOT_FOUND,
        "Your organization has nothing with this id. It may never have existed, or it was deleted.",
        "Check the id. After a write, read with its `position` as `min_position`.";
    MethodNotAllowed = "method_not_allowed", METHOD_NOT_ALLOWED,
        "The path does not take this method.",
        "The `Allow` header lists the methods.";
    UploadStalled = "upload_stalled", REQUEST_TIMEOUT,
        "No data came for longer than `upload_idle_timeout`.",
        "Send the upload again. Nothing was stored.";
    UploadTooSlow = "upload_too_slow", REQUEST_TIMEOUT,
        "The upload took longer than `upload_timeout`.",
        "Send smaller files, or ask the operator to raise the limit.";
    Conflict = "conflict", CONFLICT,
        "The change does not fit the current state, or somebody else changed it at the same time.",
        "Read it again and repeat the request.";
    LimitReached = "limit_reached", CONFLICT,
        "The organization has as many of these as it may have.",
        "Delete some first.";
    NotRead = "not_read", CONFLICT,
        "The transcript's files have not been read yet.",
        "Send the request again once its state is `ready`.";
    SummaryChanged = "summary_changed", CONFLICT,
        "Somebody wrote another version of the summary meanwhile.",
        "Read the newest version, and send the change again with it as `base_version`.";
    NoteChanged = "note_changed", CONFLICT,
        "Somebody, or an approved summary, revised the note meanwhile.",
        "Read the newest version, and send the edits again with it as `base_version`.";
    VoiceChanged = "voice_changed", CONFLICT,
        "Somebody, or an approved summary, changed the voice profile meanwhile.",
        "Read the newest version, and send the changes again with it as `base_version`.";
    TurnsChanged = "turns_changed", CONFLICT,
        "The turns have changed since the `revision` that was given.",
        "Read the turns again, and correct them as they are now.";
    TooLarge = "too_large", PAYLOAD_TOO_LARGE,
        "The body, a file or a field is larger than the server takes.",
        "`detail` states the limit. The operator can raise `upload_max_bytes` and `request_max_bytes`.";
    BinaryFile = "binary_file", UNSUPPORTED_MEDIA_TYPE,
        "The file is not a text transcript.",
        "Export the transcript in one of the formats that `detail` lists.";
    NotJson = "not_json", UNSUPPORTED_MEDIA_TYPE,
        "The request has no JSON content type.",
        "Send `Content-Type: application/json`.";
    AmbiguousSpelling = "ambiguous_spelling", UNPROCESSABLE_ENTITY,
        "A vocabulary gives one spelling to two terms.",
        "Leave the spelling out of one of them.";
    ArchiveTooLarge = "archive_too_large", UNPROCESSABLE_ENTITY,
        "A ZIP archive holds, or unpacks to, more than a transcript can be.",
        "Upload the transcripts themselves.";
    BadTerm = "bad_term", UNPROCESSABLE_ENTITY,
        "A term of a vocabulary, or a spelling, is blank, too long or has control characters.",
        "`detail` states the rule.";
    DamagedFile = "damaged_file", UNPROCESSABLE_ENTITY,
        "The file is of a known format, but cannot be opened.",
        "Save or download it again, and upload that.";
    EmptyFile = "empty_file", UNPROCESSABLE_ENTITY,
        "The file is empty.",
        "Upload a file that contains a transcript.";
    EmptyText = "empty_text", UNPROCESSABLE_ENTITY,
        "The new text of a turn is empty.",
        "Send the words that were said.";
    IdempotencyKeyReused = "idempotency_key_reused", UNPROCESSABLE_ENTITY,
        "The `Idempotency-Key` was used for a different request.",
        "Use a new key for each request; repeat a key only with the same request.";
    InvalidBody = "invalid_body", UNPROCESSABLE_ENTITY,
        "The JSON body does not have the expected shape.",
        "`detail` names the field and what it takes.";
    InvalidFields = "invalid_fields", UNPROCESSABLE_ENTITY,
        "One or more fields break a rule.",
        "`errors` says for each field what would be accepted.";
    NameTooLong = "name_too_long", UNPROCESSABLE_ENTITY,
        "The new name of a speaker is too long.",
        "`detail` states the limit.";
    NameWithControls = "name_with_controls", UNPROCESSABLE_ENTITY,
        "The new name of a speaker has control characters.",
        "Send the name on one line.";
    NoEntries = "no_entries", UNPROCESSABLE_ENTITY,
        "The vocabulary to apply is empty.",
        "Send entries, or write the organization's vocabulary first.";
    NoName = "no_name", UNPROCESSABLE_ENTITY,
        "The new name of a speaker is empty, or a word for somebody unknown.",
        "Send a name. To say that a speaker is not known, set the turn's speaker to `null`.";
    NoSpeech = "no_speech", UNPROCESSABLE_ENTITY,
        "The file is of a known format, but nobody says anything in it.",
        "Check that the export was complete, or upload another file.";
    NoSuchTurn = "no_such_turn", UNPROCESSABLE_ENTITY,
        "The transcript has no turn with this index.",
        "Read the turns again.";
    NobodyToMerge = "nobody_to_merge", UNPROCESSABLE_ENTITY,
        "No speakers to merge were named.",
        "Name at least one.";
    NothingChanges = "nothing_changes", UNPROCESSABLE_ENTITY,
        "The correction would change nothing.",
        "Nothing needs to be done.";
    SeveralTranscripts = "several_transcripts", UNPROCESSABLE_ENTITY,
        "A ZIP archive holds several transcripts.",
        "Unpack it, and upload each one.";
    SpellingCount = "spelling_count", UNPROCESSABLE_ENTITY,
        "A term of a vocabulary has too many spellings, or none.",
        "`detail` states the rule.";
    SplitOutside = "split_outside", UNPROCESSABLE_ENTITY,
        "A turn would be split where one half has no words.",
        "Split between words.";
    TextChanged = "text_changed", UNPROCESSABLE_ENTITY,
        "The words of the turn have changed since.",
        "Read the turns again, and correct them as they are now.";
    TextTooLong = "text_too_long", UNPROCESSABLE_ENTITY,
        "The new text of a turn is too long.",
        "Split the turn first.";
    TooManyEntries = "too_many_entries", UNPROCESSABLE_ENTITY,
        "The vocabulary has too many terms.",
        "`detail` states the limit.";
    Twice = "twice", UNPROCESSABLE_ENTITY,
        "The same correction was made already.",
        "Nothing needs to be done.";
    UnknownSpeaker = "unknown_speaker", UNPROCESSABLE_ENTITY,
        "The transcript has no speaker with this name.",
        "Read the transcript's participants.";
    UnreadableEncoding = "unreadable_encoding", UNPROCESSABLE_ENTITY,
        "The file is in a character set that cannot be recognised.",
        "Save it as UTF-8, and upload that.";
    UnrecognisedFormat = "unrecognised_format", UNPROCESSABLE_ENTITY,
        "The file is text, but of no known format.",
        "Export the transcript in one of the formats that `detail` lists.";
    TooMuchPending = "too_much_pending", TOO_MANY_REQUESTS,
        "Your organization has as many sessions that are not ready yet as the server takes.",
        "Send it again after `Retry-After`. Nothing was stored.";
    PartHeadersTooLong = "part_headers_too_long", REQUEST_HEADER_FIELDS_TOO_LARGE,
        "The headers of a part of a form are longer than 16 KiB.",
        "Send `Content-Disposition` with the name of the field and of the file, and nothing more.";
    Internal = "internal", INTERNAL_SERVER_ERROR,
        "The server failed.",
        "Repeat the request with the same `Idempotency-Key`. If it fails again, tell the operator the `correlation_id`.";
    SearchBusy = "search_busy", SERVICE_UNAVAILABLE,
        "More questions are being searched for than the server can answer.",
        "Ask again after `Retry-After`.";
    Unavailable = "unavailable", SERVICE_UNAVAILABLE,
        "The server, or something it depends on, cannot answer right now; or the read model has not reached `min_position` yet.",
        "Repeat the request after `Retry-After`, with the same `Idempotency-Key`.";
    StorageFull = "storage_full", INSUFFICIENT_STORAGE,
        "The server's disk is full. Nothing was stored; reading works.",
        "Repeat the request with the same `Idempotency-Key` once the operator has made space.";
}

impl From<&Refusal> for Code {
    fn from(refusal: &Refusal) -> Self {
        match refusal {
            Refusal::Empty => Self::EmptyFile,
            Refusal::Binary { .. } => Self::BinaryFile,
            Refusal::UnreadableLetters => Self::UnreadableEncoding,
            Refusal::UnknownText { .. } | Refusal::UnknownJson { .. } => Self::UnrecognisedFormat,
            Refusal::Damaged { .. } => Self::DamagedFile,
            Refusal::TooMuch { .. } => Self::ArchiveTooLarge,
            Refusal::Several { .. } => Self::SeveralTranscripts,
            Refusal::NoSpeech { .. } | Refusal::NoTranscript { .. } => Self::NoSpeech,
        }
    }
}

impl From<CorrectionError> for Code {
    fn from(error: CorrectionError) -> Self {
        match error {
            CorrectionError::UnknownSpeaker => Self::UnknownSpeaker,
            CorrectionError::NoSuchTurn => Self::NoSuchTurn,
            CorrectionError::TextChanged => Self::TextChanged,
            CorrectionError::EmptyText => Self::EmptyText,
            CorrectionError::TextTooLong => Self::TextTooLong,
            CorrectionError::NoName => Self::NoName,
            CorrectionError::NameTooLong => Self::NameTooLong,
            CorrectionError::NameWithControls => Self::NameWithControls,
            CorrectionError::NobodyToMerge => Self::NobodyToMerge,
            CorrectionError::SplitOutside => Self::SplitOutside,
            CorrectionError::NothingChanges => Self::NothingChanges,
            CorrectionError::Twice => Self::Twice,
            CorrectionError::NoEntries => Self::NoEntries,
            CorrectionError::TooManyEntries => Self::TooManyEntries,
            CorrectionError::SpellingCount => Self::SpellingCount,
            CorrectionError::BadTerm => Self::BadTerm,
            CorrectionError::AmbiguousSpelling => Self::AmbiguousSpelling,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;
    use std::fmt::Write;
    use std::path::Path;

    #[test]
    fn codes_are_unique_and_in_the_order_of_their_statuses() {
        let names: BTreeSet<_> = Code::ALL.iter().map(|code| code.as_str()).collect();
        assert_eq!(names.len(), Code::ALL.len());
        let statuses: Vec<_> = Code::ALL.iter().map(|code| code.status().as_u16()).collect();
        assert!(statuses.is_sorted(), "{statuses:?}");
        assert!(statuses.iter().all(|status| (400..=599).contains(status)));
    }

    #[test]
    fn what_readers_and_corrections_refuse_keeps_their_codes() {
        for refusal in [
            Refusal::Empty,
            Refusal::Binary { looks_like: None, tools: &[] },
            Refusal::UnreadableLetters,
            Refusal::UnknownText { seen: String::new(), tools: &[] },
            Refusal::UnknownJson { keys: Vec::new(), tools: &[] },
            Refusal::Damaged { what: "" },
            Refusal::TooMuch { what: "" },
            Refusal::Several { count: 2 },
            Refusal::NoTranscript { what: "", advice: "" },
            Refusal::NoSpeech { name: "", warnings: Vec::new() },
        ] {
            assert_eq!(Code::from(&refusal).as_str(), refusal.code());
        }
        use CorrectionError as Error;
        for error in [
            Error::UnknownSpeaker,
            Error::NoSuchTurn,
            Error::TextChanged,
            Error::EmptyText,
            Error::TextTooLong,
            Error::NoName,
            Error::NameTooLong,
            Error::NameWithControls,
            Error::NobodyToMerge,
            Error::SplitOutside,
            Error::NothingChanges,
            Error::Twice,
            Error::NoEntries,
            Error::TooManyEntries,
            Error::SpellingCount,
            Error::BadTerm,
            Error::AmbiguousSpelling,
        ] {
            assert_eq!(Code::from(error).as_str(), error.code());
        }
    }

    /// Renders the catalogue as a page.
    fn page() -> String {
        let mut page = String::from(
            "# Problems\n\n\
             Every error of the HTTP surface is a problem (RFC 9457): a JSON object of type\n\
             `application/problem+json` with `type`, `title`, `status`, `code` and `detail`, and where they apply\n\
             `errors` (field by field) and `correlation_id` (under which the server's log has the rest). Programs\n\
             should look at `code`, which is stable; `detail` is for people and may change.\n\n\
             | status | `code` | what it means | what to do |\n\
             |---|---|---|---|\n",
        );
        for code in Code::ALL {
            let (status, name) = (code.status().as_u16(), code.as_str());
            let (meaning, remedy) = (code.meaning(), code.remedy());
            writeln!(page, "| {status} | `{name}` | {meaning} | {remedy} |").unwrap();
        }
        page.push_str(
            "\nThis page is generated from `api/src/http/codes.rs`. After a change there, regenerate it with\n\
             `DEBRIEF_TEST_WRITE_DOCS=1 cargo nextest run -p debrief-api the_page_lists_every_code`.\n",
        );
        page
    }

    #[test]
    fn the_page_lists_every_code() {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/problems.md");
        if std::env::var_os("DEBRIEF_TEST_WRITE_DOCS").is_some() {
            std::fs::write(&path, page()).unwrap();
        }
        let written = std::fs::read_to_string(&path).unwrap_or_default();
        assert!(written == page(), "docs/problems.md is out of date; it says how to regenerate it");
    }
}
