//! Identifiers, one type for each kind, so that one cannot be passed for another.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

macro_rules! id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(
            Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default, Serialize,
            Deserialize, ToSchema,
        )]
        #[serde(transparent)]
        #[schema(value_type = Uuid)]
        pub struct $name(pub Uuid);

        impl From<Uuid> for $name {
            fn from(id: Uuid) -> Self {
                Self(id)
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                self.0.fmt(f)
            }
        }

        impl std::str::FromStr for $name {
            type Err = uuid::Error;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                text.parse().map(Self)
            }
        }
    };
}

id!(
    /// A coaching practice or company. No data crosses organizations.
    OrganizationId
);
id!(
    /// A person who is coached.
    ClientId
);
id!(
    /// One session's transcript.
    TranscriptId
);
id!(
    /// The summary of a transcript, through all its versions.
    SummaryId
);
id!(
    /// A key with which a program signs in.
    ApiKeyId
);
id!(
    /// A person who signs in to an organization.
    MemberId
);

id!(
    /// An organization's vocabulary.
    VocabularyId
);

id!(
    /// An external note.
    NoteId
);

id!(
    /// A saved search.
    SavedSearchId
);

id!(
    /// A message that refines a summary.
    MessageId
);

id!(
    /// A request to a language model for a summary.
    RequestId
);

id!(
    /// A call of a language model.
    ModelCallId
);

id!(
    /// How a coach writes.
    VoiceId
);

id!(
    /// A prompt of an organization's own.
    PromptId
);

id!(
    /// Which prompt is used.
    PromptChoiceId
);

id!(
    /// The running note on a client.
    ClientNoteId
);

impl VoiceId {
    /// The voice of an organization. Each has one.
    pub fn of(organization: OrganizationId) -> Self {
        Self(Uuid::new_v5(&organization.0, b"voice"))
    }
}

impl PromptId {
    /// The prompt of an organization with this name.
    pub fn of(organization: OrganizationId, name: &str) -> Self {
        Self(Uuid::new_v5(&organization.0, &[b"prompt:", name.as_bytes()].concat()))
    }
}

impl PromptChoiceId {
    /// Which prompt is used for a client; without one, for all others.
    pub fn of(organization: OrganizationId, client: Option<ClientId>) -> Self {
        match client {
            Some(client) => Self(Uuid::new_v5(&client.0, b"prompt choice")),
            None => Self(Uuid::new_v5(&organization.0, b"prompt choice")),
        }
    }
}

impl ClientNoteId {
    /// The running note on a client. Each has one.
    pub fn of(client: ClientId) -> Self {
        Self(Uuid::new_v5(&client.0, b"client note"))
    }
}

impl NoteId {
    /// The external note with this id, after `deleted_before` notes with it were deleted.
    pub fn of(organization: OrganizationId, external_id: &str, deleted_before: u32) -> Self {
        let name = [&b"note"[..], &deleted_before.to_be_bytes(), external_id.as_bytes()].concat();
        Self(Uuid::new_v5(&organization.0, &name))
    }
}

impl VocabularyId {
    /// The vocabulary of an organization. Each has one.
    pub fn of(organization: OrganizationId) -> Self {
        Self(Uuid::new_v5(&organization.0, b"vocabulary"))
    }
}

impl SummaryId {
    /// The summary of a transcript. Each has one, so that work done twice meets in one stream.
    pub fn of(transcript: TranscriptId) -> Self {
        Self(Uuid::new_v5(&transcript.0, b"summary"))
    }
}
