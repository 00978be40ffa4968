//! Moves points: within their section, to another, to the headline, into one another.

use super::super::lexicon::Action;
use super::super::target::Target;
use super::super::{Interpreter, Outcome};
use debrief_domain::summary::Section;
use debrief_domain::summary::edit::Edit;

impl Interpreter<'_> {
    pub(super) fn shift(&self, target: Target, action: Action) -> Option<Outcome> {
        let Target::Points(ids) = target else {
            return match target {
                Target::Section(_) => self.ask(self.say.sections_are_fixed()),
                _ => None,
            };
        };
        let mut edits = Vec::new();
        // Several points keep their order.
        let in_turn: Vec<&String> = match action {
            Action::First | Action::Down => ids.iter().rev().collect(),
            _ => ids.iter().collect(),
        };
        for id in in_turn {
            let (section, _) = self.points().point(id)?;
            let all = self.points().ids(&section);
            let at = all.iter().position(|known| known == id)?;
            let position = match action {
                Action::First => 0,
                Action::Last => all.len() - 1,
                Action::Up => at.saturating_sub(1),
                _ => (at + 1).min(all.len() - 1),
            };
            edits.push(moved(id, None, Some(position)));
        }
        let names = self.list(&ids);
        self.edits(edits, format!("Moved {names}."), format!("הוזז: {names}."))
    }

    pub(super) fn beside(&self, what: Target, to: Target, after: bool) -> Option<Outcome> {
        let (Target::Points(ids), Target::Points(to)) = (&what, &to) else {
            let sections = matches!((&what, &to), (Target::Section(_), Target::Section(_)));
            return if sections { self.ask(self.say.sections_are_fixed()) } else { None };
        };
        let [to] = to.as_slice() else { return self.ask(self.say.which_of_these(to)) };
        if ids.contains(to) {
            return self.ask(self.say.two_points());
        }
        let (section, _) = self.points().point(to)?;
        let left: Vec<String> =
            self.points().ids(&section).into_iter().filter(|id| !ids.contains(id)).collect();
        let at = left.iter().position(|id| id == to)? + usize::from(after);
        // Of several points, those whose turn has not come must not stand in the way: all go to the
        // end first.
        let aside = ids.iter().filter(|_| ids.len() > 1).map(|id| moved(id, Some(&section), None));
        let edits: Vec<Edit> = aside
            .chain(ids.iter().enumerate().map(|(n, id)| moved(id, Some(&section), Some(at + n))))
            .collect();
        let names = self.list(ids);
        self.edits(
            edits,
            format!("Moved {names} next to {to}."),
            format!("הוזז ליד {to}: {names}."),
        )
    }

    pub(super) fn to_section(&self, target: Target, section: Section) -> Option<Outcome> {
        let ids = match target {
            Target::Summary => return None,
            Target::Section(_) if self.ids(&target).len() > 1 => self.ids(&target),
            other => self.ids(&other),
        };
        if section == Section::Headline {
            return self.headline(Target::Points(ids));
        }
        let edits = ids.iter().map(|id| moved(id, Some(&section), None)).collect();
        let (names, to) = (self.list(&ids), self.say.section(&section, false));
        self.edits(edits, format!("Moved {names} to the {to}."), format!("הועבר אל {to}: {names}."))
    }

    /// Makes a point the headline. The headline that was takes its place, so that nothing is lost.
    pub(super) fn headline(&self, target: Target) -> Option<Outcome> {
        let ids = self.ids(&target);
        let [id] = ids.as_slice() else { return self.ask(self.say.which_of_these(&ids)) };
        let (section, _) = self.points().point(id)?;
        let at = self.points().ids(&section).iter().position(|known| known == id)?;
        let mut edits = Vec::new();
        if let Some(headline) = self.content.headline.as_ref().filter(|head| head.id != *id) {
            edits.push(moved(&headline.id, Some(&section), Some(at)));
        }
        edits.push(moved(id, Some(&Section::Headline), None));
        let name = self.named(id);
        self.edits(
            edits,
            format!("{name} is the headline now."),
            format!("הכותרת היא עכשיו {name}."),
        )
    }

    pub(super) fn swap(&self, target: Target) -> Option<Outcome> {
        let ids = self.ids(&target);
        let [a, b] = ids.as_slice() else { return self.ask(self.say.two_points()) };
        let place = |id: &str| {
            let (section, _) = self.points().point(id)?;
            let at = self.points().ids(&section).iter().position(|known| known == id)?;
            Some((section, at))
        };
        let ((first, at), (second, to)) = (place(a)?, place(b)?);
        if first != second && [&first, &second].contains(&&Section::Headline) {
            return None;
        }
        // The earlier one leaves a gap before the later one's place.
        let (early, late) =
            if first == second && at > to { ((b, to), (a, at)) } else { ((a, at), (b, to)) };
        let edits = match first == second {
            true => vec![moved(early.0, None, Some(late.1)), moved(late.0, None, Some(early.1))],
            false => vec![moved(a, Some(&second), Some(to)), moved(b, Some(&first), Some(at))],
        };
        self.edits(edits, format!("Swapped {a} and {b}."), format!("{a} ו-{b} הוחלפו."))
    }

    pub(super) fn merge(&self, target: Target) -> Option<Outcome> {
        let ids = self.ids(&target);
        if target == Target::Summary || ids.len() < 2 {
            return self.ask(self.say.two_points());
        }
        let texts: Vec<String> = ids
            .iter()
            .filter_map(|id| self.points().point(id).map(|(_, point)| point.text.trim().to_owned()))
            .collect();
        let last = texts.len() - 1;
        let text: Vec<String> = texts
            .into_iter()
            .enumerate()
            .map(|(at, text)| match text.ends_with(['.', '?', '!', ';', '…']) || at == last {
                true => text,
                false => text + ";",
            })
            .collect();
        let names = self.say.ids(&ids);
        let edit = Edit::Merge { ids, text: text.join(" ") };
        self.edits(vec![edit], format!("Merged {names}."), format!("אוחד: {names}."))
    }
}

fn moved(id: &str, section: Option<&Section>, position: Option<usize>) -> Edit {
    Edit::Move {
        id: id.to_owned(),
        section: section.cloned(),
        position: position.map(|at| at as u32),
    }
}
