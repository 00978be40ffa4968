//! The coach's voice: read from the log, and written with the key that seals it.

use crate::fault::Fault;
use debrief_domain::ids::{OrganizationId, VoiceId};
use debrief_domain::voice::{Profile, Voice, VoiceCommand, VoiceRefused};
use debrief_infra::keys::DataKey;
use debrief_infra::log::{CommandContext, CommandError, Committed, EventLog, LogError};
use uuid::Uuid;

/// Maximum number of attempts if others delete or begin the profile at the same time.
const ATTEMPTS: usize = 4;

/// Returns the profile of an organization's coach and its version; `None` if there is none.
pub async fn profile(
    log: &EventLog,
    organization: OrganizationId,
) -> Result<Option<(Profile, u32)>, Fault> {
    let (voice, _) = log.load::<Voice>(organization, VoiceId::of(organization).0).await?;
    Ok(voice.profile().map(|profile| (profile.clone(), voice.version())))
}

/// Executes a command that writes the profile, under its key, which begins with it. `command` is
/// given the id of that key.
pub async fn write(
    log: &EventLog,
    context: &CommandContext,
    command: impl Fn(Uuid) -> VoiceCommand,
) -> Result<Committed, CommandError<VoiceRefused>> {
    let organization = context.organization;
    let id = VoiceId::of(organization).0;
    for _ in 0..ATTEMPTS {
        let (voice, _) = log.load::<Voice>(organization, id).await?;
        let mut context = context.clone();
        let key = match voice.key_id() {
            // Where the key is gone, the profile was erased: there is nothing to go on with.
            Some(key_id) => log.keys().get(organization, key_id).await.map_err(LogError::from)?,
            None => {
                let key = DataKey::generate(Uuid::now_v7());
                context.wrapped_keys.push(log.keys().wrap(organization, &key, None));
                Some(key)
            }
        };
        let Some(key) = key else { return Err(CommandError::Refused(VoiceRefused::OtherKey)) };
        let command = command(key.id);
        context.data_key = Some(key);
        match log.execute::<Voice>(context, id, command).await {
            Err(CommandError::Refused(VoiceRefused::OtherKey)) => {}
            done => return done,
        }
    }
    Err(CommandError::Conflict)
}
