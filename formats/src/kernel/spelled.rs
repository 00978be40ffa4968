//! Recently cleaned names: few people alternate, so each spelling is cleaned once.

use debrief_domain::transcript::names;

/// As many speakers as alternate in most conversations.
const KEPT: usize = 8;

/// The last spellings with the name of each; `None` if it names nobody.
#[derive(Debug, Default)]
pub(crate) struct Spelled {
    known: Vec<(String, Option<String>)>,
    oldest: usize,
}

impl Spelled {
    /// Returns the name for a spelling.
    pub(crate) fn clean(&mut self, name: &str) -> Option<&str> {
        let at = match self.known.iter().position(|(known, _)| known == name) {
            Some(at) => at,
            None => self.learn(name),
        };
        self.known[at].1.as_deref()
    }

    fn learn(&mut self, name: &str) -> usize {
        let clean = names::clean(name).map(std::borrow::Cow::into_owned);
        let entry = (name.to_owned(), clean);
        if self.known.len() < KEPT {
            self.known.push(entry);
            return self.known.len() - 1;
        }
        let at = self.oldest;
        self.known[at] = entry;
        self.oldest = (at + 1) % KEPT;
        at
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn more_names_than_are_kept_come_out_right() {
        let mut spelled = Spelled::default();
        for round in 0..3 {
            for place in 0..KEPT + 3 {
                let name = format!("Noa  {place}");
                assert_eq!(spelled.clean(&name), Some(&*format!("Noa {place}")), "{round}");
            }
            assert_eq!(spelled.clean("Unknown"), None);
        }
    }
}
