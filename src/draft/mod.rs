//! Text for an author to fill in: skeletons put in where something is missing, and whole templates. Only ever adds to a text; never
//! reads or writes a file, and never decides what is missing.
#![deny(clippy::disallowed_methods, clippy::disallowed_types)]

mod fill;
mod pen;
mod place;
mod slot;
mod sound;
mod template;
#[cfg(test)]
mod tests;
mod waiver;

pub use fill::{Which, can_fill, fill, open_rules};
pub use template::{TEMPLATES, Template, template};
pub use waiver::waive;

/// Text to be put in at one place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Insertion {
    /// Byte of the text as given in front of which it goes.
    pub at: usize,
    /// The text, with its line ends.
    pub text: String,
    /// Codes of the rules that ask for it.
    pub rules: Vec<String>,
    /// The heading below which it goes; none at a place above the first heading.
    pub heading: Option<String>,
    /// The heading is part of the text.
    pub is_new: bool,
}

/// A rule whose skeleton could not be put in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unplaced {
    /// Its code.
    pub rule: String,
    /// Why, as a clause.
    pub why: &'static str,
}

/// What is to be added to a text.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Draft {
    /// In order of place; of two at the same place the first comes first.
    insertions: Vec<Insertion>,
    /// What found no place.
    pub unplaced: Vec<Unplaced>,
}

impl Draft {
    /// What is put in, in order of place.
    #[must_use]
    pub fn insertions(&self) -> &[Insertion] {
        &self.insertions
    }

    /// How many skeletons are put in, counted by rule.
    #[must_use]
    pub fn count(&self) -> usize {
        self.insertions.iter().map(|insertion| insertion.rules.len()).sum()
    }

    /// The text with everything put in. `given` is the text that the draft was made for.
    #[must_use]
    pub fn apply(&self, given: &str) -> String {
        let mut text =
            String::with_capacity(given.len() + self.insertions.iter().map(|one| one.text.len()).sum::<usize>());
        let mut from = 0;
        for Insertion { at, text: added, .. } in &self.insertions {
            text.push_str(given.get(from..*at).unwrap_or_default());
            text.push_str(added);
            from = *at;
        }
        text.push_str(given.get(from..).unwrap_or_default());
        text
    }

    /// This draft and one that was made for the text with this one applied, as one draft for the text as given. What goes into an
    /// insertion of this one becomes a part of it.
    #[must_use]
    pub fn and_then(&self, later: &Self) -> Self {
        let mut insertions = Vec::with_capacity(self.insertions.len() + later.insertions.len());
        let mut later_ones = later.insertions.iter().peekable();
        let mut shift = 0;
        for one in &self.insertions {
            let (start, end) = (one.at + shift, one.at + shift + one.text.len());
            while let Some(before) = later_ones.next_if(|next| next.at <= start) {
                insertions.push(Insertion { at: before.at - shift, ..before.clone() });
            }
            let mut grown = one.clone();
            while let Some(inside) = later_ones.next_if(|next| next.at < end) {
                let at = inside.at - start + grown.text.len() - one.text.len();
                let (head, tail) = grown.text.split_at_checked(at).unwrap_or((&grown.text, ""));
                grown.text = [head, &inside.text, tail].concat();
                grown.rules.extend(inside.rules.iter().cloned());
            }
            shift += one.text.len();
            insertions.push(grown);
        }
        insertions.extend(later_ones.map(|behind| Insertion { at: behind.at - shift, ..behind.clone() }));
        let mut unplaced = self.unplaced.clone();
        unplaced.extend(later.unplaced.iter().filter(|one| !self.unplaced.contains(one)).cloned());
        Self { insertions, unplaced }
    }

    /// The same draft with one insertion more, behind those at its place.
    fn with(&self, insertion: Insertion) -> Self {
        let mut draft = self.clone();
        let behind = draft.insertions.partition_point(|one| one.at <= insertion.at);
        draft.insertions.insert(behind, insertion);
        draft
    }
}
