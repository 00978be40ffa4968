//! A summary as a list of sections that all hold the same kind of entry.
//!
//! Edits and differences are about ids and places, and the same for every section. Invariant: a
//! content that becomes a sheet and a content again is as it was.

use super::content::{ActionItem, Content, OwnSection, Point};
use super::section::Section;

/// A section and its entries. Only entries of the action items have an owner, a time or a state.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Page {
    pub(super) section: Section,
    pub(super) entries: Vec<ActionItem>,
}

/// The sections in the order in which they are shown: those that every summary has, then its own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Sheet(pub(super) Vec<Page>);

impl Sheet {
    /// Returns the sections of a summary.
    pub(super) fn of(content: &Content) -> Self {
        fn plain(points: &[Point]) -> Vec<ActionItem> {
            points.iter().map(|point| plain_entry(point.clone())).collect()
        }
        let mut pages: Vec<Page> = Section::COMMON
            .into_iter()
            .map(|section| {
                let entries = match &section {
                    Section::Headline => {
                        content.headline.iter().cloned().map(plain_entry).collect()
                    }
                    Section::Overview => plain(&content.overview),
                    Section::KeyMoments => plain(&content.key_moments),
                    Section::Topics => plain(&content.topics),
                    Section::Progress => plain(&content.progress),
                    Section::Decisions => plain(&content.decisions),
                    Section::ActionItems => content.action_items.clone(),
                    Section::OpenQuestions => plain(&content.open_questions),
                    Section::NextQuestions => plain(&content.next_questions),
                    Section::Own(_) => Vec::new(),
                };
                Page { section, entries }
            })
            .collect();
        pages.extend(content.sections.iter().map(|own| Page {
            section: Section::Own(own.title.clone()),
            entries: plain(&own.points),
        }));
        Self(pages)
    }

    /// Returns `content` with these sections.
    pub(super) fn into_content(self, content: &Content) -> Content {
        let mut content = Content { sections: Vec::new(), ..content.clone() };
        for page in self.0 {
            let points = |entries: Vec<ActionItem>| -> Vec<Point> {
                entries.into_iter().map(|entry| entry.point).collect()
            };
            match page.section {
                Section::Headline => content.headline = points(page.entries).into_iter().next(),
                Section::Overview => content.overview = points(page.entries),
                Section::KeyMoments => content.key_moments = points(page.entries),
                Section::Topics => content.topics = points(page.entries),
                Section::Progress => content.progress = points(page.entries),
                Section::Decisions => content.decisions = points(page.entries),
                Section::ActionItems => content.action_items = page.entries,
                Section::OpenQuestions => content.open_questions = points(page.entries),
                Section::NextQuestions => content.next_questions = points(page.entries),
                Section::Own(title) => {
                    content.sections.push(OwnSection { title, points: points(page.entries) });
                }
            }
        }
        content
    }

    /// Returns the index of a section.
    pub(super) fn page(&self, section: &Section) -> Option<usize> {
        self.0.iter().position(|page| page.section == *section)
    }

    /// Returns the index of the section and the place in it of the point with this id.
    pub(super) fn find(&self, id: &str) -> Option<(usize, usize)> {
        self.0.iter().enumerate().find_map(|(page, held)| {
            let place = held.entries.iter().position(|entry| entry.point.id == id)?;
            Some((page, place))
        })
    }
}

/// Returns an entry of a section that is not the action items'.
pub(super) fn plain_entry(point: Point) -> ActionItem {
    ActionItem { point, ..ActionItem::default() }
}
