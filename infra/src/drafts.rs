//! Answers that are being written, passed on to those who wait for them in this process.
//!
//! A draft is no fact: it is nowhere stored, and counts for nothing until its answer is an event.
//! In a process that does not write the answer there is no draft to see, only the answer.
//!
//! Invariants: everybody who watches a draft sees the same text, from its first letter, however
//! late they come and however slow they are; nobody slows down who writes it. A draft ends when its
//! [`Writing`] is dropped.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::sync::watch;
use uuid::Uuid;

/// The drafts of a process. Clones share everything.
#[derive(Debug, Clone, Default)]
pub struct Drafts(Arc<Shared>);

#[derive(Debug, Default)]
struct Shared {
    all: Mutex<HashMap<Uuid, watch::Sender<String>>>,
    /// Changes when a draft begins.
    begun: watch::Sender<()>,
}

/// Writes a draft. Dropped, it ends the draft.
#[derive(Debug)]
pub struct Writing {
    drafts: Drafts,
    id: Uuid,
    text: watch::Sender<String>,
}

/// Watches a draft.
#[derive(Debug)]
pub struct Draft {
    text: watch::Receiver<String>,
    /// Bytes that were returned.
    seen: usize,
}

impl Drafts {
    fn all(&self) -> MutexGuard<'_, HashMap<Uuid, watch::Sender<String>>> {
        self.0.all.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Begins a draft, and ends one of the same id: another attempt begins anew.
    pub fn write(&self, id: Uuid) -> Writing {
        let text = watch::Sender::new(String::new());
        self.all().insert(id, text.clone());
        self.0.begun.send_replace(());
        Writing { drafts: self.clone(), id, text }
    }

    /// Tells of drafts that begin, whatever their id: to wait for one, subscribe, then look for it
    /// with [`Drafts::watch`].
    pub fn begun(&self) -> watch::Receiver<()> {
        self.0.begun.subscribe()
    }

    /// Watches a draft from its beginning; `None` if nothing is being written under this id.
    pub fn watch(&self, id: Uuid) -> Option<Draft> {
        self.all().get(&id).map(|text| Draft { text: text.subscribe(), seen: 0 })
    }
}

impl Writing {
    /// Appends to the draft.
    pub fn push(&self, text: &str) {
        if !text.is_empty() {
            self.text.send_modify(|draft| draft.push_str(text));
        }
    }
}

impl Drop for Writing {
    fn drop(&mut self) {
        let mut all = self.drafts.all();
        if all.get(&self.id).is_some_and(|text| text.same_channel(&self.text)) {
            all.remove(&self.id);
        }
        // Watchers see the end once no sender is left: this one goes, and the one of the map.
    }
}

impl Draft {
    /// Returns what was written since the last call, waiting for something; `None` once the draft
    /// has ended and everything was returned.
    pub async fn next(&mut self) -> Option<String> {
        loop {
            let new = self.text.borrow_and_update().get(self.seen..).map(str::to_owned);
            match new {
                Some(new) if !new.is_empty() => {
                    self.seen += new.len();
                    return Some(new);
                }
                _ => self.text.changed().await.ok()?,
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ID: Uuid = Uuid::from_u128(7);

    async fn rest(mut draft: Draft) -> String {
        let mut all = String::new();
        while let Some(new) = draft.next().await {
            all.push_str(&new);
        }
        all
    }

    #[tokio::test]
    async fn who_comes_late_sees_all() {
        let drafts = Drafts::default();
        let mut begun = drafts.begun();
        assert!(drafts.watch(ID).is_none());
        let writing = drafts.write(ID);
        begun.changed().await.unwrap();
        let early = tokio::spawn(rest(drafts.watch(ID).unwrap()));
        writing.push("Hé");
        tokio::task::yield_now().await;
        writing.push("llo");
        let late = tokio::spawn(rest(drafts.watch(ID).unwrap()));
        writing.push(", Maya.");
        drop(writing);
        assert_eq!(early.await.unwrap(), "Héllo, Maya.");
        assert_eq!(late.await.unwrap(), "Héllo, Maya.");
        assert!(drafts.watch(ID).is_none());
    }

    #[tokio::test]
    async fn another_attempt_begins_anew() {
        let drafts = Drafts::default();
        let first = drafts.write(ID);
        first.push("no");
        let of_first = drafts.watch(ID).unwrap();
        let second = drafts.write(ID);
        drop(first);
        second.push("yes");
        let of_second = drafts.watch(ID).unwrap();
        drop(second);
        assert_eq!(rest(of_first).await, "no");
        assert_eq!(rest(of_second).await, "yes");
    }
}
