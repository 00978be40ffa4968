//! Writes to an index: sessions and the checkpoint.

use super::{Checkpoint, Index, IndexError, Scope, StoredPassage};
use crate::analysis::Analyzer;
use crate::dense::chunks;
use crate::passages::{Kind, Line, Passage, coaches, of_session};
use debrief_domain::ids::OrganizationId;
use debrief_domain::subject::Subject;
use debrief_domain::transcript::content::Role;
use debrief_sessions::Session;
use std::time::Duration;
use tantivy::tokenizer::{PreTokenizedString, Token as IndexToken};
use tantivy::{IndexWriter, TantivyDocument, TantivyError};

/// The memory budget for documents before they are written, in bytes: tantivy's minimum.
const WRITER_BYTES: usize = 15_000_000;
/// The maximum number of attempts to purge segments with deleted passages.
const PURGE_ROUNDS: usize = 200;
/// The pause for a segment that is already being merged.
const PURGE_PAUSE: Duration = Duration::from_millis(50);
/// The maximum length of a suggested title, in bytes.
const SUGGESTED_MAX: usize = 200;
/// The number of languages whose analyzers are kept.
const ANALYZERS_MAX: usize = 16;
/// The position gap between the turns of a passage: no phrase spans two turns.
const TURN_GAP: usize = 100;

/// Writes to an index.
pub struct Writer {
    index: Index,
    writer: IndexWriter,
    /// Whether a session was removed and not added again.
    forgotten: bool,
    analyzers: Vec<(Option<String>, Analyzer)>,
}

impl std::fmt::Debug for Writer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Writer")
    }
}

impl Writer {
    pub(super) fn of(index: &Index) -> Result<Self, IndexError> {
        let writer = index.index.writer_with_num_threads(1, WRITER_BYTES)?;
        Ok(Self { index: index.clone(), writer, forgotten: false, analyzers: Vec::new() })
    }

    /// Replaces a session; returns the number of its passages.
    pub fn replace(&mut self, session: &Session) -> Result<usize, IndexError> {
        self.replace_by(session, of_session(session))
    }

    /// Like [`Writer::replace`], with given passages.
    pub fn replace_by(
        &mut self,
        session: &Session,
        passages: Vec<Passage>,
    ) -> Result<usize, IndexError> {
        self.remove_passages(session.organization, session.subject);
        let count = passages.len();
        for passage in passages {
            self.add(session, passage)?;
        }
        Ok(count)
    }

    /// Removes a session permanently.
    pub fn remove(&mut self, organization: OrganizationId, subject: Subject) {
        self.remove_passages(organization, subject);
        self.forgotten = true;
    }

    fn remove_passages(&mut self, organization: OrganizationId, subject: Subject) {
        let id = subject.id().simple().to_string();
        let term = Scope::of(organization).term(self.index.fields.transcript, &id);
        self.writer.delete_term(term);
    }

    fn add(&mut self, session: &Session, passage: Passage) -> Result<(), IndexError> {
        let fields = self.index.fields;
        let scope = Scope::of(session.organization);
        let chunks = chunks::ids(session.subject, &passage);
        let analyzer = analyzer(&mut self.analyzers, passage.language.as_deref());
        let Terms { stems, forms, words } = terms(analyzer, &scope, &passage.lines);
        let mut document = TantivyDocument::new();
        document.add_pre_tokenized_text(fields.stems, stems);
        document.add_pre_tokenized_text(fields.forms, forms);
        document.add_pre_tokenized_text(fields.words, words);
        document.add_text(fields.organization, scope.word(""));
        document
            .add_text(fields.transcript, scope.word(&session.subject.id().simple().to_string()));
        document.add_text(fields.kind, scope.word(passage.kind.as_str()));
        document.add_u64(fields.kind_number, passage.kind.number());
        document.add_u64(fields.session, session.subject.id().as_u64_pair().1);
        document.add_u64(fields.key, passage.key(session.subject));
        for turn in passage.turns_once() {
            document.add_u64(fields.turn, turn.into());
        }
        for chunk in chunks {
            document.add_u64(fields.chunk, scope.chunk(chunk));
        }
        if let Some(client) = session.client_id {
            document.add_text(fields.client, scope.word(&client.0.simple().to_string()));
        }
        for speaker in passage.speakers() {
            document.add_text(fields.speaker, scope.word(speaker));
        }
        if let Some(by) = &passage.by {
            document.add_text(fields.by, scope.word(by));
            if let (Some(client), true) = (session.client_id, is_client(session, by)) {
                document.add_text(fields.by, scope.word(&client.0.simple().to_string()));
            }
        }
        for coach in session.content.iter().flat_map(coaches) {
            document.add_text(fields.coach, scope.word(coach));
        }
        if let Some(language) = &passage.language {
            document.add_text(fields.language, scope.word(language));
            for range in debrief_domain::language_tag::ranges(language) {
                document.add_text(fields.language_range, scope.word(range));
            }
        }
        match (passage.kind, &session.title, &session.summary) {
            (Kind::Title, Some(title), _) if title.len() <= SUGGESTED_MAX => {
                document.add_text(fields.title, scope.word(title));
            }
            (Kind::Summary, _, Some(summary)) => {
                for topic in &summary.topics {
                    document.add_text(fields.topic, scope.word(&topic.text));
                }
            }
            _ => {}
        }
        let at = session.held_at.unwrap_or(session.uploaded_at);
        document.add_i64(fields.at, at.timestamp_millis());
        let stored = StoredPassage {
            subject: session.subject,
            client_id: session.client_id,
            held_at: session.held_at,
            title: session.title.clone(),
            note: session.note.clone(),
            passage,
        };
        let json = serde_json::to_string(&stored)
            .map_err(|error| IndexError::Damaged(error.to_string()))?;
        document.add_text(fields.stored, json);
        self.writer.add_document(document)?;
        Ok(())
    }

    /// Makes the writes searchable and durable, together with the checkpoint.
    pub fn commit(&mut self, checkpoint: &Checkpoint) -> Result<(), IndexError> {
        let payload = serde_json::to_string(checkpoint)
            .map_err(|error| IndexError::Damaged(error.to_string()))?;
        let mut prepared = self.writer.prepare_commit()?;
        prepared.set_payload(&payload);
        prepared.commit()?;
        if std::mem::take(&mut self.forgotten) {
            self.purge()?;
        }
        self.reload()
    }

    /// Makes the commit visible to searches and releases the previous state.
    fn reload(&self) -> Result<(), IndexError> {
        self.index.reader.reload()?;
        self.index.columns(&self.index.searcher())?;
        Ok(())
    }

    /// Rewrites segments that contain deleted passages without them. A segment that is being merged
    /// in the background keeps its deletions, so the merge is waited for.
    fn purge(&mut self) -> Result<(), IndexError> {
        for _ in 0..PURGE_ROUNDS {
            let metas = self.index.index.searchable_segment_metas()?;
            let stale = metas.iter().filter(|meta| meta.has_deletes()).map(|meta| meta.id());
            let stale: Vec<_> = stale.collect();
            if stale.is_empty() {
                break;
            }
            for segment in stale {
                match self.writer.merge(&[segment]).wait() {
                    Ok(_) => {}
                    Err(TantivyError::InvalidArgument(_)) => std::thread::sleep(PURGE_PAUSE),
                    Err(error) => return Err(error.into()),
                }
            }
        }
        self.reload()?;
        self.writer.garbage_collect_files().wait()?;
        Ok(())
    }
}

/// Returns whether a participant is the session's client.
fn is_client(session: &Session, name: &str) -> bool {
    let mut people = session.content.iter().flat_map(|content| &content.participants);
    people.any(|person| person.role == Role::Client && person.name == name)
}

fn analyzer<'a>(
    analyzers: &'a mut Vec<(Option<String>, Analyzer)>,
    language: Option<&str>,
) -> &'a mut Analyzer {
    let at = match analyzers.iter().position(|(known, _)| known.as_deref() == language) {
        Some(at) => at,
        None => {
            // Coaches can write any tags.
            if analyzers.len() == ANALYZERS_MAX {
                analyzers.clear();
            }
            analyzers.push((language.map(str::to_owned), Analyzer::new(language)));
            analyzers.len() - 1
        }
    };
    &mut analyzers[at].1
}

/// The terms of a passage.
struct Terms {
    stems: PreTokenizedString,
    /// Stems of words joined by hyphens.
    forms: PreTokenizedString,
    /// Words with their positions.
    words: PreTokenizedString,
}

/// Returns the terms of a passage. A speaker's name is included where the speaker begins to speak.
fn terms(analyzer: &mut Analyzer, scope: &Scope, lines: &[Line]) -> Terms {
    let (mut stems, mut forms, mut words) = (Vec::new(), Vec::new(), Vec::new());
    let mut position = 0;
    let mut before = None;
    let mut push = |analyzer: &mut Analyzer, text: &str, position: &mut usize, phrase: bool| {
        for token in analyzer.tokens(text) {
            let term = |text: &str, position| IndexToken {
                text: scope.word(text),
                position,
                position_length: 1,
                ..IndexToken::default()
            };
            stems.extend(token.stems.iter().map(|stem| term(stem, *position)));
            forms.extend(token.joined.iter().map(|stem| term(stem, *position)));
            if phrase {
                words.push(term(&token.word, *position));
                words.extend(token.also.iter().map(|also| term(also, *position)));
            }
            *position += 1;
        }
    };
    for (at, line) in lines.iter().enumerate() {
        if at > 0 && lines[at - 1].turn != line.turn {
            position += TURN_GAP;
        }
        if line.speaker != before
            && let Some(speaker) = &line.speaker
        {
            push(analyzer, speaker, &mut position, false);
            position += TURN_GAP;
        }
        before.clone_from(&line.speaker);
        push(analyzer, &line.text, &mut position, true);
    }
    let pre_tokenized = |tokens| PreTokenizedString { text: String::new(), tokens };
    Terms { stems: pre_tokenized(stems), forms: pre_tokenized(forms), words: pre_tokenized(words) }
}
