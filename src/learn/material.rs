//! What is learnt from: passages with their labels, and papers with marked lines and with what they lose. Reads text that was
//! handed over; never a file.

use std::collections::BTreeMap;

/// Everything that is learnt from.
#[derive(Debug, Clone, Default)]
pub struct Material {
    /// Single passages.
    pub passages: Vec<Passage>,
    /// Whole papers.
    pub papers: Vec<Paper>,
}

/// A passage that states something, or looks as if it did.
#[derive(Debug, Clone, PartialEq)]
pub struct Passage {
    /// What it is about.
    pub item: String,
    /// It really states it.
    pub states: bool,
    /// Other things that it states.
    pub also: Vec<String>,
    /// Markdown.
    pub text: String,
    /// How much it weighs, compared with others.
    pub weight: f32,
}

/// A paper with marks.
#[derive(Debug, Clone, Default)]
pub struct Paper {
    /// Markdown.
    pub text: String,
    /// By item.
    pub marks: BTreeMap<String, Mark>,
    /// What is not marked is not there.
    pub is_exhaustive: bool,
    /// It plans a project; otherwise nothing but that is known of it.
    pub is_project: bool,
    /// The same paper without one item each.
    pub losses: Vec<Loss>,
    /// The same paper with a flaw each, which a paper should not state.
    pub gains: Vec<Gain>,
}

/// Where an item stands.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Mark {
    /// Really stated, and not named only.
    pub stated: bool,
    /// Lines from 1.
    pub lines: Vec<u32>,
}

/// A paper that lost an item.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Loss {
    /// The item.
    pub item: String,
    /// Markdown.
    pub text: String,
}

/// A paper that states something more.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Gain {
    /// What it states.
    pub item: String,
    /// Markdown.
    pub text: String,
    /// Lines from 1.
    pub lines: Vec<u32>,
}

/// Passages of a file: each begins with a line `>>> yes`, `>>> vague` or `>>> near`, which may name other items that it states
/// (`+poc-phase`).
#[must_use]
pub fn passages(item: &str, text: &str) -> Vec<Passage> {
    let mut found: Vec<Passage> = Vec::new();
    for line in text.lines() {
        if let Some(head) = line.strip_prefix(">>>") {
            let mut words = head.split_whitespace();
            let states = words.next() == Some("yes");
            let also = words.filter_map(|word| word.strip_prefix('+')).map(str::to_owned).collect();
            found.push(Passage { item: item.to_owned(), states, also, text: String::new(), weight: 1.0 });
        } else if let Some(last) = found.last_mut() {
            last.text.push_str(line);
            last.text.push('\n');
        }
    }
    found.retain(|passage| !passage.text.trim().is_empty());
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn passages_are_read_with_their_labels() {
        let found = passages("rollback", ">>> yes +poc\n## A\nb\n>>> near\nc\n>>> vague\n\n");
        assert_eq!(found.len(), 2);
        assert_eq!(found.first().map(|p| (p.states, p.also.len(), p.text.as_str())), Some((true, 1, "## A\nb\n")));
        assert_eq!(found.last().map(|p| p.states), Some(false));
    }
}
