//! Drops points and shortens.

use super::super::pattern::Open;
use super::super::say::Need;
use super::super::target::{Found, Target};
use super::super::{Interpreter, Outcome, shorten};
use super::items::change;
use debrief_domain::summary::edit::Edit;

impl Interpreter<'_> {
    pub(super) fn drop(&self, target: Target) -> Option<Outcome> {
        if target == Target::Summary {
            return self.ask(self.say.everything());
        }
        let ids = self.ids(&target);
        if ids.len() == self.content.points().len() {
            return self.ask(self.say.everything());
        }
        let names = self.list(&ids);
        let edits = ids.into_iter().map(|id| Edit::Drop { id }).collect();
        self.edits(edits, format!("Dropped {names}."), format!("הוסר: {names}."))
    }

    pub(super) fn shorten(&self, target: Target, halve: bool) -> Option<Outcome> {
        let keep = |count: usize| if halve { count.div_ceil(2) } else { (count * 2).div_ceil(3) };
        let mut gone = Vec::new();
        match &target {
            Target::Summary => {
                for section in shorten::sections(self.content) {
                    let count = self.points().ids(&section).len();
                    gone.extend(shorten::least(self.content, &section, keep(count)));
                }
            }
            Target::Section(section) => {
                let count = self.points().ids(section).len();
                gone.extend(shorten::least(self.content, section, keep(count)));
            }
            Target::Points(_) => {}
        }
        self.shortened(self.ids(&target), gone)
    }

    /// Returns the edits that drop points and trim the others of a target.
    pub(super) fn shortened(&self, ids: Vec<String>, gone: Vec<String>) -> Option<Outcome> {
        let mut edits: Vec<Edit> = gone.iter().map(|id| Edit::Drop { id: id.clone() }).collect();
        let mut trimmed = Vec::new();
        for id in ids.into_iter().filter(|id| !gone.contains(id)) {
            let (_, point) = self.points().point(&id)?;
            if let Some(text) = shorten::trimmed(&point.text, self.lexicon) {
                edits.push(change(&id, |change| change.text = Some(text)));
                trimmed.push(id);
            }
        }
        if edits.is_empty() {
            return self.needs(Need::Rewriting);
        }
        let (mut english, mut hebrew) = (Vec::new(), Vec::new());
        if !gone.is_empty() {
            let names = self.list(&gone);
            english.push(format!("dropped {names}"));
            hebrew.push(format!("הוסר {names}"));
        }
        if !trimmed.is_empty() {
            let names = self.say.ids(&trimmed);
            english.push(format!("trimmed {names}"));
            hebrew.push(format!("קוצר {names}"));
        }
        self.edits(
            edits,
            format!("Shortened: {}.", english.join(", ")),
            format!("קוצר: {}.", hebrew.join(", ")),
        )
    }

    pub(super) fn shorten_to(&self, open: &[Open]) -> Option<Outcome> {
        let points = self.points();
        let (keep, of) = points.number(self.part(open, 'n')?.tokens)?;
        let target = match (self.part(open, 't'), of) {
            (Some(_), _) => target!(self, open, 't'),
            (None, Some(section)) => Target::Section(section),
            (None, None) => return self.ask(self.say.which_section()),
        };
        let Target::Section(section) = target else {
            return match target {
                Target::Summary => self.ask(self.say.which_section()),
                _ => None,
            };
        };
        let count = points.ids(&section).len();
        if keep == 0 || keep >= count {
            return self.ask(self.say.only(&section, count));
        }
        let gone = shorten::least(self.content, &section, keep);
        let names = self.list(&gone);
        let edits = gone.into_iter().map(|id| Edit::Drop { id }).collect();
        self.edits(edits, format!("Shortened: dropped {names}."), format!("קוצר: הוסר {names}."))
    }
}
