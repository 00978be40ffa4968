//! Which prompt a session is summarized with: one that was asked for, the client's, the
//! organization's, or the one that everybody has. An organization's own prompt replaces a built-in
//! one of the same name.

use crate::fault::Fault;
use debrief_domain::ids::{ClientId, OrganizationId, PromptChoiceId, PromptId};
use debrief_domain::prompt::{
    Prompt, PromptCommand, PromptError, PromptLength, PromptSection, PromptTemplate,
};
use debrief_domain::prompt_choice::PromptChoice;
use debrief_domain::summary::Section;
use debrief_domain::summary::content::PromptVersion;
use debrief_infra::keys::DataKey;
use debrief_infra::log::{CommandContext, CommandError, Committed, EventLog, LogError};
use debrief_language::prompts::{Guide, Length, Template, builtin};
use uuid::Uuid;

/// Maximum number of own prompts of an organization.
pub const PROMPTS_MAX: u32 = 200;
/// Maximum number of attempts if others delete or write the prompt at the same time.
const ATTEMPTS: usize = 4;

/// Returns the prompt of this name: the organization's own, or a built-in one.
pub async fn named(
    log: &EventLog,
    organization: OrganizationId,
    name: &str,
) -> Result<Option<(PromptVersion, Template)>, Fault> {
    let id = PromptId::of(organization, name);
    let (own, _) = log.load::<Prompt>(organization, id.0).await?;
    let found = match own.template() {
        Some(template) => Some((own.version(), of_stored(name, template))),
        None => builtin::named(name).map(|template| (builtin::VERSION, template)),
    };
    Ok(found
        .map(|(version, template)| (PromptVersion { name: name.to_owned(), version }, template)))
}

/// Returns the name that was chosen for a client, or without one for all of the organization.
pub async fn chosen(
    log: &EventLog,
    organization: OrganizationId,
    client: Option<ClientId>,
) -> Result<Option<String>, Fault> {
    let id = PromptChoiceId::of(organization, client);
    let (choice, _) = log.load::<PromptChoice>(organization, id.0).await?;
    Ok(choice.name().map(str::to_owned))
}

/// Returns the prompt for a session of a client; `None` if `wanted` does not exist. A prompt that
/// was chosen and deleted since is passed over.
pub async fn effective(
    log: &EventLog,
    organization: OrganizationId,
    client: Option<ClientId>,
    wanted: Option<&str>,
) -> Result<Option<(PromptVersion, Template)>, Fault> {
    if let Some(name) = wanted {
        return named(log, organization, name).await;
    }
    for choice in [client, None].into_iter().skip(usize::from(client.is_none())) {
        if let Some(name) = chosen(log, organization, choice).await?
            && let Some(found) = named(log, organization, &name).await?
        {
            return Ok(Some(found));
        }
    }
    named(log, organization, builtin::DEFAULT).await
}

/// Writes a version of an organization's own prompt, under its key, which begins with it.
pub async fn write(
    log: &EventLog,
    context: &CommandContext,
    name: &str,
    template: PromptTemplate,
) -> Result<Committed, CommandError<PromptError>> {
    let organization = context.organization;
    let id = PromptId::of(organization, name).0;
    for _ in 0..ATTEMPTS {
        let (own, _) = log.load::<Prompt>(organization, id).await?;
        let mut context = context.clone();
        let key = match own.key_id() {
            Some(key_id) => log.keys().get(organization, key_id).await.map_err(LogError::from)?,
            None => {
                let key = DataKey::generate(Uuid::now_v7());
                context.wrapped_keys.push(log.keys().wrap(organization, &key, None));
                Some(key)
            }
        };
        let Some(key) = key else { return Err(CommandError::Refused(PromptError::OtherKey)) };
        let (name, key_id, template) = (name.to_owned(), key.id, template.clone());
        context.data_key = Some(key);
        let command = PromptCommand::Write { name, key_id, template };
        match log.execute::<Prompt>(context, id, command).await {
            Err(CommandError::Refused(PromptError::OtherKey)) => {}
            done => return done,
        }
    }
    Err(CommandError::Conflict)
}

/// Returns a template as it is used.
pub fn of_stored(name: &str, stored: &PromptTemplate) -> Template {
    let guide = |it: &PromptSection| Guide {
        section: Section::from(it.section.clone()),
        guidance: it.guidance.clone(),
    };
    Template {
        name: name.to_owned(),
        title: stored.title.clone(),
        guidance: stored.guidance.clone(),
        sections: stored.sections.iter().map(guide).collect(),
        tone: stored.tone.clone(),
        length: match stored.length {
            PromptLength::Short => Length::Short,
            PromptLength::Medium => Length::Medium,
            PromptLength::Long => Length::Long,
        },
        language: stored.language.clone(),
    }
}

/// Returns a template as it is stored.
pub fn to_stored(template: Template) -> PromptTemplate {
    let section =
        |guide: Guide| PromptSection { section: guide.section.into(), guidance: guide.guidance };
    PromptTemplate {
        title: template.title,
        guidance: template.guidance,
        sections: template.sections.into_iter().map(section).collect(),
        tone: template.tone,
        length: match template.length {
            Length::Short => PromptLength::Short,
            Length::Medium => PromptLength::Medium,
            Length::Long => PromptLength::Long,
        },
        language: template.language,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::Stage;
    use debrief_domain::prompt_choice::{PromptChoiceChanged, PromptChoiceCommand};

    #[tokio::test]
    async fn the_nearest_choice_that_exists_counts() {
        let stage = Stage::new().await;
        let (log, organization) = (&stage.context.log, stage.organization);
        let client = ClientId(Uuid::from_u128(5));
        let used = async |client, wanted| {
            let found = effective(log, organization, client, wanted).await.unwrap();
            found.map(|(version, template)| (version.name, version.version, template.title))
        };
        let choose = async |client_id, name: &str| {
            let id = PromptChoiceId::of(organization, client_id);
            let chosen = PromptChoiceChanged { client_id, name: Some(name.to_owned()) };
            stage.tell::<PromptChoice>(id.0, PromptChoiceCommand::Choose(chosen)).await;
        };
        let name = |used: &Option<(String, u32, String)>| used.as_ref().unwrap().0.clone();
        assert_eq!(name(&used(Some(client), None).await), builtin::DEFAULT);
        choose(None, "executive").await;
        assert_eq!(name(&used(Some(client), None).await), "executive");
        choose(Some(client), "sport").await;
        assert_eq!(name(&used(Some(client), None).await), "sport");
        assert_eq!(name(&used(None, None).await), "executive");
        assert_eq!(name(&used(Some(client), Some("group")).await), "group");
        assert_eq!(used(Some(client), Some("no-such-prompt")).await, None);

        let id = PromptId::of(organization, "sport");
        let (key_id, name) = (id.0, "sport".to_owned());
        let mut template = to_stored(builtin::named("sport").unwrap());
        template.title = "Our sport".to_owned();
        let write = PromptCommand::Write { name: name.clone(), key_id, template };
        stage.tell::<Prompt>(id.0, write).await;
        let own = Some((name.clone(), 1, "Our sport".to_owned()));
        assert_eq!(used(Some(client), None).await, own);
        stage.tell::<Prompt>(id.0, PromptCommand::Delete { name }).await;
        assert_ne!(used(Some(client), None).await, own, "the built-in one comes back");
        choose(Some(client), "gone").await;
        let (version, _) = effective(log, organization, Some(client), None).await.unwrap().unwrap();
        assert_eq!(version.name, "executive", "a choice that does not exist is passed over");
    }

    #[test]
    fn templates_are_stored_whole() {
        for template in builtin::all() {
            assert_eq!(of_stored(&template.name.clone(), &to_stored(template.clone())), template);
        }
    }
}
