//! Is somebody named, or a body of people? By words, and by the endings of those who do something (`somebody.toml`). Never says who it is.

use std::collections::HashSet;
use std::sync::LazyLock;

use serde::Deserialize;

use crate::document::{BlockId, BlockKind, Document};
use crate::facts::is_number_word;

/// `somebody.toml`, as it is written.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct People {
    words: HashSet<String>,
    endings: Vec<String>,
    not: HashSet<String>,
}

static PEOPLE: LazyLock<People> = LazyLock::new(|| toml::from_str(include_str!("somebody.toml")).unwrap_or_default());

/// Shorter words than this are somebody only where they are known as such.
const SHORT: usize = 5;

/// A word of `text` stands for somebody.
pub(super) fn is_named(text: &str) -> bool {
    let low = text.to_lowercase();
    let words: Vec<&str> = low.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).collect();
    // "Drawn by seven seasoned lookouts": what so many do, they do whatever they are called.
    let so_many =
        |pair: &[&str]| matches!(pair, ["by", count] if is_number_word(count) || count.parse::<u32>().is_ok());
    words.iter().any(|word| is_one(word)) || words.windows(2).any(so_many)
}

/// Somebody is named in a part of a block, or in the lead, the item or the header above it.
pub(super) fn is_near(document: &Document, id: BlockId, (start, end): (usize, usize)) -> bool {
    let Some(block) = document.blocks.get(id) else { return false };
    let above = match block.kind {
        BlockKind::Item { parent, .. } => parent.or(block.lead),
        BlockKind::TableRow { table, .. } => document.tables.get(table).map(|table| table.header_block),
        _ => block.lead,
    };
    let above = above.and_then(|above| document.blocks.get(above)).map_or("", |above| above.text.as_str());
    is_named(block.text.get(start..end).unwrap_or_default()) || is_named(above)
}

fn is_one(word: &str) -> bool {
    let People { words, endings, not } = &*PEOPLE;
    let one = word.strip_suffix('s').unwrap_or(word);
    let known = |set: &HashSet<String>| set.contains(word) || set.contains(one);
    known(words)
        || word.len() >= SHORT
            && !known(not)
            && endings.iter().any(|end| one.ends_with(end.as_str()) || word.ends_with(end.as_str()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn people_are_known_by_what_they_do() {
        for text in [
            "two dermatologists outline each image",
            "5 senior triage agents + 1 billing SME",
            "marked by retired customs officers",
            "the linguists of the desk",
            "We label them ourselves",
            "two retired detectives read the reports",
            "persons holding a forestry degree",
            "outlined by seven seasoned old salts",
        ] {
            assert!(is_named(text), "{text}");
        }
        for text in [
            "14k tickets get relabeled",
            "label guide v2, three examples per queue",
            "Correctness: answers graded correct, of those given",
            "written in the course of the project",
            "first 4k by hand",
            "each image is outlined twice and the mean is taken",
        ] {
            assert!(!is_named(text), "{text}");
        }
    }

    #[test]
    fn the_words_are_read() {
        let people = toml::from_str::<People>(include_str!("somebody.toml")).unwrap_or_else(|error| panic!("{error}"));
        assert!(people.words.len() > 100 && people.endings.len() > 10 && people.not.is_disjoint(&people.words));
    }
}
