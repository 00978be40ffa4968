//! Recording that the processing of a transcript failed.

use crate::fault::Fault;
use crate::job::JobContext;
use crate::worker::Context;
use debrief_domain::transcript::{
    Stage, Transcript, TranscriptCommand, TranscriptError, TranscriptProcessingFailed,
};
use debrief_infra::log::{CommandError, RecordedEvent};

/// The code of a failure that the file did not cause.
pub(crate) const INTERNAL: &str = "internal";

impl Context {
    /// Records that processing failed at `stage`, with a code for programs and a sentence for
    /// people. Does nothing if the transcript was deleted meanwhile. `effect` is as in
    /// [`JobContext::command`].
    pub(crate) async fn record_failure(
        &self,
        event: &RecordedEvent,
        job: &JobContext,
        effect: &str,
        stage: Stage,
        (code, message): (&str, &str),
    ) -> Result<(), Fault> {
        let command = TranscriptCommand::RecordFailure(TranscriptProcessingFailed {
            stage,
            code: code.to_owned(),
            message: message.to_owned(),
        });
        let context = job.command(event, effect);
        match self.log.execute::<Transcript>(context, event.stream_id, command).await {
            Ok(_) | Err(CommandError::Refused(TranscriptError::NotFound)) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }
}
