//! A transcript: from the uploaded file to its turns.

pub mod content;
pub mod correction;
pub mod corrections;
mod events;
pub mod names;
pub mod participants;
pub mod script;
mod state;
pub mod talk;
pub mod words;

pub use events::*;
pub use state::{State, UnknownState};

use crate::ids::ClientId;
use crate::personal::Personal;
use correction::Correction;
use cqrs_es::Aggregate;
use cqrs_es::event_sink::EventSink;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// Life cycle of a transcript.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
enum Life {
    #[default]
    Unborn,
    Alive,
    Deleted,
}

/// A file that turns are parsed from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct File {
    /// Blob that holds it.
    pub source: String,
    /// Its name as it was sent.
    pub filename: Option<Personal<String>>,
}

impl From<SourceFile> for File {
    fn from(file: SourceFile) -> Self {
        Self { source: file.source, filename: file.filename }
    }
}

/// Maximum number of files of a session, replaced ones included.
pub const FILES_MAX: usize = 100;

/// Maximum number of corrections of a transcript, not counting undone ones.
pub const CORRECTIONS_MAX: usize = 10_000;

/// State that commands are decided on.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Transcript {
    life: Life,
    files: Vec<File>,
    taken_in: usize,
    client_id: Option<ClientId>,
    content: Option<String>,
    corrections: Vec<(Uuid, Personal<Correction>)>,
    revision: u64,
    participant_changes: u32,
    blobs: Vec<String>,
}

impl Transcript {
    /// The files that turns are parsed from, in upload order.
    pub fn files(&self) -> &[File] {
        &self.files
    }

    fn take_in(&mut self, files: Vec<SourceFile>) {
        self.taken_in += files.len();
        self.blobs.extend(files.iter().map(|file| file.source.clone()));
        self.files.extend(files.into_iter().map(File::from));
    }

    /// The client of the session.
    pub fn client_id(&self) -> Option<ClientId> {
        self.client_id
    }

    /// The blob with the turns, once the files are parsed.
    pub fn content(&self) -> Option<&str> {
        self.content.as_deref()
    }

    /// The corrections in order, without those undone or erased.
    pub fn corrections(&self) -> Vec<(Uuid, Correction)> {
        let known = |(id, correction): &(Uuid, Personal<Correction>)| {
            Some((*id, correction.clone().into_known()?))
        };
        self.corrections.iter().filter_map(known).collect()
    }

    /// Counts changes of the turns: parsing, correcting, undoing.
    pub fn revision(&self) -> u64 {
        self.revision
    }

    /// How many changes of the participants there were since an event held all of them: see
    /// [`participants::Participants`].
    pub fn participant_changes(&self) -> u32 {
        self.participant_changes
    }

    /// Whether the transcript exists and is not deleted.
    pub fn is_alive(&self) -> bool {
        self.life == Life::Alive
    }
}

/// Commands of a transcript.
#[derive(Debug, Clone)]
pub enum TranscriptCommand {
    /// Upload the first files.
    Upload(TranscriptUploaded),
    /// Add files of the same session.
    AddFiles(Vec<SourceFile>),
    /// Replace the files.
    ReplaceFiles(Vec<SourceFile>),
    /// Record that the files were parsed.
    RecordParsed(TranscriptParsed),
    /// Record that processing failed.
    RecordFailure(TranscriptProcessingFailed),
    /// Request parsing and summarizing again.
    RequestProcessing,
    /// Request indexing again.
    RequestIndexing,
    /// Change title, client, date, language or notes.
    ChangeDetails(TranscriptDetailsChanged),
    /// Correct the turns.
    Correct {
        /// The [`Transcript::revision`] that the correction was made on.
        on: u64,
        /// What is corrected.
        corrected: TranscriptCorrected,
    },
    /// Undo a correction.
    UndoCorrection {
        /// The [`Transcript::revision`] that the outline was made on.
        on: u64,
        /// Which one.
        undone: TranscriptCorrectionUndone,
    },
    /// Delete the transcript.
    Delete,
}

/// Reasons for refusing a command.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TranscriptError {
    /// `Upload` on an id in use.
    #[error("this transcript exists already")]
    AlreadyExists,
    /// No such transcript, or it was deleted.
    #[error("there is no such transcript")]
    NotFound,
    /// Its files, those that were replaced included, are [`FILES_MAX`].
    #[error("a session has at most {FILES_MAX} files, those that were replaced included")]
    TooManyFiles,
    /// There are no turns that could be corrected.
    #[error("the transcript is not parsed yet")]
    NotRead,
    /// The turns have changed since the correction was made.
    #[error("the turns have changed meanwhile")]
    Stale,
    /// Undoing a correction that is unknown or undone already.
    #[error("there is no such correction")]
    NoSuchCorrection,
    /// There are [`CORRECTIONS_MAX`].
    #[error("a transcript has at most {CORRECTIONS_MAX} corrections; undo some")]
    TooManyCorrections,
}

impl Aggregate for Transcript {
    const TYPE: &'static str = "transcript";
    type Command = TranscriptCommand;
    type Event = TranscriptEvent;
    type Error = TranscriptError;
    type Services = ();

    async fn handle(
        &mut self,
        command: Self::Command,
        (): &(),
        sink: &EventSink<Self>,
    ) -> Result<(), Self::Error> {
        let event = match (command, self.life) {
            (TranscriptCommand::Upload(uploaded), Life::Unborn) => {
                TranscriptEvent::Uploaded(uploaded)
            }
            (TranscriptCommand::Upload(_), _) => return Err(TranscriptError::AlreadyExists),
            (_, Life::Unborn | Life::Deleted) => return Err(TranscriptError::NotFound),
            (
                TranscriptCommand::AddFiles(files) | TranscriptCommand::ReplaceFiles(files),
                Life::Alive,
            ) if self.taken_in + files.len() > FILES_MAX => {
                return Err(TranscriptError::TooManyFiles);
            }
            (TranscriptCommand::AddFiles(files), Life::Alive) => {
                TranscriptEvent::FilesAdded(TranscriptFilesAdded { files })
            }
            (TranscriptCommand::ReplaceFiles(files), Life::Alive) => {
                TranscriptEvent::FilesReplaced(TranscriptFilesReplaced { files })
            }
            (TranscriptCommand::RecordParsed(parsed), Life::Alive) => {
                TranscriptEvent::Parsed(parsed)
            }
            (TranscriptCommand::RecordFailure(failed), Life::Alive) => {
                TranscriptEvent::ProcessingFailed(failed)
            }
            (TranscriptCommand::RequestIndexing, Life::Alive) => {
                TranscriptEvent::IndexingRequested(TranscriptIndexingRequested {})
            }
            (TranscriptCommand::RequestProcessing, Life::Alive) => {
                TranscriptEvent::ProcessingRequested(TranscriptProcessingRequested {})
            }
            (TranscriptCommand::ChangeDetails(change), Life::Alive) => {
                if change.is_empty() {
                    return Ok(());
                }
                TranscriptEvent::DetailsChanged(change)
            }
            (
                TranscriptCommand::Correct { on, .. }
                | TranscriptCommand::UndoCorrection { on, .. },
                Life::Alive,
            ) if on != self.revision => return Err(TranscriptError::Stale),
            (TranscriptCommand::Correct { corrected, .. }, Life::Alive) => {
                if self.content.is_none() {
                    return Err(TranscriptError::NotRead);
                }
                if self.corrections.len() >= CORRECTIONS_MAX {
                    return Err(TranscriptError::TooManyCorrections);
                }
                TranscriptEvent::Corrected(corrected)
            }
            (TranscriptCommand::UndoCorrection { undone, .. }, Life::Alive) => {
                if !self.corrections.iter().any(|(id, _)| *id == undone.correction_id) {
                    return Err(TranscriptError::NoSuchCorrection);
                }
                TranscriptEvent::CorrectionUndone(undone)
            }
            (TranscriptCommand::Delete, Life::Alive) => {
                TranscriptEvent::Deleted(TranscriptDeleted { blobs: self.blobs.clone() })
            }
        };
        sink.write(event, self).await;
        Ok(())
    }

    fn apply(&mut self, event: Self::Event) {
        match event {
            TranscriptEvent::Uploaded(uploaded) => {
                self.life = Life::Alive;
                self.client_id = uploaded.client_id;
                self.take_in(vec![SourceFile {
                    source: uploaded.source,
                    filename: uploaded.filename,
                    size_bytes: uploaded.size_bytes,
                    sha256: uploaded.sha256,
                }]);
                self.take_in(uploaded.more_files);
            }
            TranscriptEvent::FilesAdded(added) => self.take_in(added.files),
            TranscriptEvent::FilesReplaced(replaced) => {
                self.files.clear();
                self.take_in(replaced.files);
            }
            TranscriptEvent::Parsed(parsed) => {
                self.blobs.push(parsed.content.clone());
                self.content = Some(parsed.content);
                self.participant_changes = 0;
                self.revision += 1;
            }
            TranscriptEvent::Corrected(corrected) => {
                self.corrections.push((corrected.correction_id, corrected.correction));
                self.participant_changes = corrected.outline.changes();
                self.revision += 1;
            }
            TranscriptEvent::CorrectionUndone(undone) => {
                self.corrections.retain(|(id, _)| *id != undone.correction_id);
                self.participant_changes = undone.outline.changes();
                self.revision += 1;
            }
            TranscriptEvent::Deleted(_) => self.life = Life::Deleted,
            TranscriptEvent::DetailsChanged(change) => {
                change.client_id.apply_to(&mut self.client_id);
            }
            TranscriptEvent::ProcessingFailed(_)
            | TranscriptEvent::ProcessingRequested(_)
            | TranscriptEvent::IndexingRequested(_) => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::change::Change;
    use crate::personal::Personal;
    use cqrs_es::test::TestFramework;

    fn uploaded() -> TranscriptEvent {
        TranscriptEvent::Uploaded(upload())
    }

    fn upload() -> TranscriptUploaded {
        TranscriptUploaded {
            source: "org/source/1".into(),
            filename: None,
            size_bytes: 3,
            sha256: Personal::Known("00".into()),
            title: None,
            client_id: None,
            held_at: None,
            language: None,
            notes: None,
            more_files: vec![],
        }
    }

    fn file(source: &str) -> SourceFile {
        SourceFile {
            source: source.into(),
            filename: Some(Personal::Known("part 2.vtt".into())),
            size_bytes: 5,
            sha256: Personal::Known("01".into()),
        }
    }

    #[test]
    fn files_come_and_are_replaced_and_all_are_deleted() {
        let added = TranscriptEvent::FilesAdded(TranscriptFilesAdded { files: vec![file("2")] });
        let replaced =
            TranscriptEvent::FilesReplaced(TranscriptFilesReplaced { files: vec![file("3")] });
        let sources = |transcript: &Transcript| -> Vec<String> {
            transcript.files().iter().map(|file| file.source.clone()).collect()
        };
        let mut transcript = Transcript::default();
        transcript.apply(uploaded());
        transcript.apply(added.clone());
        assert_eq!(sources(&transcript), ["org/source/1", "2"]);
        transcript.apply(replaced.clone());
        assert_eq!(sources(&transcript), ["3"]);
        let blobs = ["org/source/1", "2", "3"].map(String::from).to_vec();
        TestFramework::<Transcript>::with(())
            .given(vec![uploaded(), added, replaced])
            .when(TranscriptCommand::Delete)
            .then_expect_events(vec![TranscriptEvent::Deleted(TranscriptDeleted { blobs })]);
    }

    fn parsed() -> TranscriptEvent {
        TranscriptEvent::Parsed(TranscriptParsed {
            content: "org/content/1".into(),
            format: "webvtt".into(),
            language: None,
            participants: Personal::Known(vec![]),
            turn_count: 2,
            word_count: 4,
            duration_ms: None,
            warnings: Personal::Known(vec![]),
        })
    }

    fn outline() -> Outline {
        Outline::of(&content::Content::default())
    }

    fn corrected(id: u128) -> TranscriptCorrected {
        let correction = Correction::RenameSpeaker { from: "A".into(), to: "Noa".into() };
        let correction = Personal::Known(correction);
        TranscriptCorrected { correction_id: Uuid::from_u128(id), correction, outline: outline() }
    }

    fn undone(id: u128) -> TranscriptCorrectionUndone {
        TranscriptCorrectionUndone { correction_id: Uuid::from_u128(id), outline: outline() }
    }

    #[test]
    fn corrections_are_made_on_what_is_there_and_undone_once() {
        let correct = |on| TranscriptCommand::Correct { on, corrected: corrected(1) };
        let undo = |on| TranscriptCommand::UndoCorrection { on, undone: undone(1) };
        let history = vec![uploaded(), parsed()];
        TestFramework::<Transcript>::with(())
            .given(vec![uploaded()])
            .when(correct(0))
            .then_expect_error(TranscriptError::NotRead);
        TestFramework::<Transcript>::with(())
            .given(history.clone())
            .when(correct(1))
            .then_expect_events(vec![TranscriptEvent::Corrected(corrected(1))]);
        TestFramework::<Transcript>::with(())
            .given(history.clone())
            .when(correct(0))
            .then_expect_error(TranscriptError::Stale);
        let history = [history, vec![TranscriptEvent::Corrected(corrected(1))]].concat();
        TestFramework::<Transcript>::with(())
            .given(history.clone())
            .when(undo(2))
            .then_expect_events(vec![TranscriptEvent::CorrectionUndone(undone(1))]);
        let history = [history, vec![TranscriptEvent::CorrectionUndone(undone(1))]].concat();
        TestFramework::<Transcript>::with(())
            .given(history)
            .when(undo(3))
            .then_expect_error(TranscriptError::NoSuchCorrection);
    }

    #[test]
    fn files_are_bounded() {
        let many = |n| vec![file("n"); n];
        TestFramework::<Transcript>::with(())
            .given(vec![uploaded()])
            .when(TranscriptCommand::AddFiles(many(FILES_MAX)))
            .then_expect_error(TranscriptError::TooManyFiles);
        let full = TranscriptFilesAdded { files: many(FILES_MAX - 1) };
        TestFramework::<Transcript>::with(())
            .given(vec![uploaded(), TranscriptEvent::FilesAdded(full)])
            .when(TranscriptCommand::ReplaceFiles(many(1)))
            .then_expect_error(TranscriptError::TooManyFiles);
    }

    fn deleted() -> TranscriptEvent {
        TranscriptEvent::Deleted(TranscriptDeleted { blobs: vec!["org/source/1".into()] })
    }

    #[test]
    fn an_id_is_used_once() {
        TestFramework::<Transcript>::with(())
            .given(vec![uploaded()])
            .when(TranscriptCommand::Upload(upload()))
            .then_expect_error(TranscriptError::AlreadyExists);
    }

    #[test]
    fn deletion_names_every_blob_and_ends_the_stream() {
        TestFramework::<Transcript>::with(())
            .given(vec![uploaded()])
            .when(TranscriptCommand::Delete)
            .then_expect_events(vec![deleted()]);
        TestFramework::<Transcript>::with(())
            .given(vec![uploaded(), deleted()])
            .when(TranscriptCommand::RequestProcessing)
            .then_expect_error(TranscriptError::NotFound);
    }

    #[test]
    fn a_change_that_changes_nothing_is_no_event() {
        TestFramework::<Transcript>::with(())
            .given(vec![uploaded()])
            .when(TranscriptCommand::ChangeDetails(TranscriptDetailsChanged::default()))
            .then_expect_events(vec![]);
        let change = TranscriptDetailsChanged {
            notes: Change::Clear,
            ..TranscriptDetailsChanged::default()
        };
        TestFramework::<Transcript>::with(())
            .given(vec![uploaded()])
            .when(TranscriptCommand::ChangeDetails(change.clone()))
            .then_expect_events(vec![TranscriptEvent::DetailsChanged(change)]);
    }
}
