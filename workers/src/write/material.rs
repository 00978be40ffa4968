//! What a summary is written from.

use super::Stop;
use crate::note;
use crate::prompts;
use crate::worker::Context;
use chrono::NaiveDate;
use debrief_domain::client::Client;
use debrief_domain::ids::{TranscriptId, VocabularyId};
use debrief_domain::personal::Personal;
use debrief_domain::summary::content::PromptVersion;
use debrief_domain::summary::{Summary, SummaryRequested};
use debrief_domain::transcript::content::Content;
use debrief_domain::vocabulary::Vocabulary;
use debrief_domain::voice::Profile;
use debrief_infra::keys::DataKey;
use debrief_infra::log::RecordedEvent;
use debrief_language::prompts::Template;
use debrief_language::voice;
use debrief_sessions::{Loaded, Turns, corrected, load};
use std::sync::Arc;

/// What a summary is written from: the session, and what is known about it.
pub(crate) struct Material {
    pub(crate) transcript_id: TranscriptId,
    /// The turns, with corrections applied.
    pub(crate) content: Arc<Content>,
    /// Seals what is written about them.
    pub(crate) key: DataKey,
    pub(crate) held_on: Option<NaiveDate>,
    /// The coach's own notes.
    pub(crate) notes: Option<String>,
    client: Option<String>,
    /// Terms with their right spelling.
    pub(crate) terms: Vec<String>,
    /// BCP 47 tag of the language to write in.
    pub(crate) language: Option<String>,
    pub(crate) instructions: Option<String>,
    pub(crate) prompt: PromptVersion,
    pub(crate) template: Template,
    /// The coach's voice, and its version.
    pub(crate) voice: Option<(Profile, u32)>,
    /// The client's running note as text, and its version.
    pub(crate) note: Option<(String, u32)>,
}

impl Material {
    /// Loads it, unless the request has ended.
    pub(crate) async fn load(
        context: &Context,
        event: &RecordedEvent,
        requested: &SummaryRequested,
    ) -> Result<Self, Stop> {
        let Context { log, documents, .. } = context;
        let organization = event.organization;
        let (summary, _) = log.load::<Summary>(organization, event.stream_id).await?;
        if summary.writing() != Some(requested.request_id) {
            return Err(Stop::Over);
        }
        let transcript_id = requested.transcript_id;
        let loaded = load(log, documents, organization, transcript_id).await?.ok_or(Stop::Over)?;
        let held_on = loaded.held_on();
        let (notes, client_id) = (loaded.notes().map(str::to_owned), loaded.client_id());
        let given = loaded.language().map(str::to_owned);
        let Loaded { transcript, turns: Some(Turns { read, key }), .. } = loaded else {
            return Err(Stop::Over);
        };
        let content = corrected(read, transcript.corrections()).await?.content;
        let client = match client_id {
            Some(id) => {
                let (client, _) = log.load::<Client>(organization, id.0).await?;
                client.name().map(str::to_owned)
            }
            None => None,
        };
        let vocabulary = VocabularyId::of(organization);
        let (vocabulary, _) = log.load::<Vocabulary>(organization, vocabulary.0).await?;
        let terms = vocabulary.entries().iter().map(|entry| entry.term.clone()).collect();
        let wanted = requested.prompt.as_deref();
        let effective = prompts::effective(log, organization, client_id, wanted).await?;
        let (prompt, template) = effective.ok_or_else(|| {
            Stop::Fail(
                "There is no prompt of this name any more. Choose one of those that \
                 GET /v1/analyze/prompts lists."
                    .to_owned(),
            )
        })?;
        let note = match client_id {
            Some(client) => note::text(log, organization, client).await?,
            None => None,
        };
        let language = requested
            .language
            .clone()
            .or_else(|| template.language.clone())
            .or(given)
            .or_else(|| content.language.clone());
        let instructions = requested.instructions.clone().and_then(Personal::into_known);
        Ok(Self {
            transcript_id,
            content: Arc::new(content),
            key,
            held_on,
            notes,
            client,
            terms,
            language,
            instructions,
            prompt,
            template,
            voice: crate::voice::profile(log, organization).await?,
            note,
        })
    }

    /// Returns the client's name.
    pub(crate) fn client_name(&self) -> Option<&str> {
        self.client.as_deref()
    }

    /// Returns how the coach writes, in plain words for the model.
    pub(crate) fn voice_text(&self) -> Option<String> {
        let (profile, _) = self.voice.as_ref()?;
        let rules = voice::followed(profile, self.language.as_deref());
        let mut text: String = rules.iter().map(|rule| format!("- {}\n", rule.text)).collect();
        for passage in &profile.passages {
            text.push_str(&format!("\nA passage that the coach wrote:\n{}\n", passage.text));
        }
        (!text.is_empty()).then_some(text)
    }
}
