//! Which functions name the goal that they serve. Goals have names ("G1", "WASTE", the word before the colon); functions stand in a list or
//! table, and what refers to a goal is a cell, a bracket or an ending that holds names of goals and nothing else. Reads no meaning.

use std::collections::BTreeSet;

use crate::document::{Block, BlockId, BlockKind, Document, Mark};
use crate::facts::Reference;

/// Members of a list of functions at least.
const FEWEST: usize = 3;
/// Words in the name of a goal at most.
const WORDS: usize = 3;
/// Goals that are named at least: a single name may be any word.
const GOALS: usize = 2;
/// Blocks around one that states a goal in which its siblings stand.
const NEAR: usize = 40;

/// How the functions of a document refer to its goals.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Trace {
    /// Most functions of a list do; the first of them.
    Named(Vec<BlockId>),
    /// There is a list of functions, the goals have names, and no function names any.
    Unnamed,
    /// Nothing can be said from the form alone.
    Unknown,
}

/// Reads how functions refer to goals; `stated` are blocks that state goals.
pub(super) fn read(document: &Document, stated: &[BlockId], reference: &Reference) -> Trace {
    let mut own: BTreeSet<BlockId> = BTreeSet::new();
    for block in stated {
        own.extend(siblings(document, *block));
    }
    let names: BTreeSet<String> = own.iter().filter_map(|id| document.blocks.get(*id)).flat_map(names).collect();
    if names.len() < GOALS {
        return Trace::Unknown;
    }
    // Only signs are surely meant as names: another word may stand for a goal in other words.
    let has_signs =
        own.iter().filter_map(|id| document.blocks.get(*id)).filter(|block| is_signed(block)).count() >= GOALS;
    let mut unnamed = false;
    for group in groups(document).into_iter().filter(|group| group.len() >= FEWEST) {
        if group.iter().any(|id| own.contains(id)) {
            continue;
        }
        let refers = |id: &&BlockId| document.blocks.get(**id).is_some_and(|block| refers(block, &names, reference));
        let found: Vec<BlockId> = group.iter().filter(refers).copied().collect();
        if found.len() >= FEWEST && 5 * found.len() >= 3 * group.len() {
            return Trace::Named(found);
        }
        unnamed |= group.len() > FEWEST && found.is_empty() && holds_functions(document, &group, reference);
    }
    let in_words =
        || document.content().any(|(id, block)| !own.contains(&id) && speaks_of_both(block, &names, reference));
    if unnamed && has_signs && !in_words() { Trace::Unnamed } else { Trace::Unknown }
}

/// The block with the rows of its table, or with the items of its list.
fn siblings(document: &Document, id: BlockId) -> Vec<BlockId> {
    let Some(block) = document.blocks.get(id) else { return Vec::new() };
    let near = id.saturating_sub(NEAR)..(id + NEAR).min(document.blocks.len());
    let same = |other: &Block| match (&block.kind, &other.kind) {
        (BlockKind::TableRow { table, .. }, BlockKind::TableRow { table: other, row }) => table == other && *row > 0,
        (BlockKind::Item { parent, .. }, BlockKind::Item { parent: theirs, .. }) => {
            parent == theirs && block.lead == other.lead && block.section == other.section
        }
        (BlockKind::Paragraph, BlockKind::Paragraph) => block.section == other.section,
        _ => false,
    };
    near.filter(|at| *at == id || document.blocks.get(*at).is_some_and(same)).collect()
}

/// Tables, lists, and paragraphs that stand below each other.
fn groups(document: &Document) -> Vec<Vec<BlockId>> {
    let mut groups: Vec<(String, Vec<BlockId>)> = Vec::new();
    for (id, block) in document.content() {
        let key = match &block.kind {
            BlockKind::TableRow { row: 0, .. } => continue,
            BlockKind::TableRow { table, .. } => format!("table {table}"),
            BlockKind::Item { parent, depth, .. } => {
                format!("list {parent:?} {depth} {:?} {}", block.lead, block.section)
            }
            BlockKind::Paragraph => format!("text {}", block.section),
            _ => continue,
        };
        match groups.last_mut() {
            Some((last, group)) if *last == key => group.push(id),
            _ => groups.push((key, vec![id])),
        }
    }
    groups.into_iter().map(|(_, group)| group).collect()
}

/// What a goal may be called: its first cell or word, what stands before a colon or dash, and the last word of that.
fn names(block: &Block) -> Vec<String> {
    if block.mark != Mark::Content {
        return Vec::new();
    }
    let text = block.text.as_str();
    // "(CP1) no more than 430 …, (CP2) …": a letter with a number is a name wherever it stands.
    let signs = text.split(|c: char| !(c.is_alphanumeric() || c == '-')).filter(|word| is_sign(word));
    let mut found: Vec<String> =
        signs.filter(|word| word.contains(|c: char| c.is_ascii_digit())).filter_map(name).collect();
    let first = text.split_whitespace().next().unwrap_or_default();
    let plain = first.trim_matches(|c: char| !c.is_alphanumeric());
    if is_sign(plain) || is_number(plain) {
        found.push(plain.to_lowercase());
    }
    let text = match block.kind {
        BlockKind::TableRow { .. } => text.split(" | ").next().unwrap_or_default(),
        _ => text,
    };
    if let BlockKind::TableRow { .. } = block.kind {
        found.extend(name(text));
    }
    if let Some((before, _)) = text.split_once([':', '\u{2013}', '\u{2014}']) {
        found.extend(name(before));
        found.extend(before.split_whitespace().last().filter(|word| word.len() > 4).and_then(name));
    }
    found
}

/// The number of a clause: "2.1".
fn is_number(word: &str) -> bool {
    word.contains('.') && word.split('.').all(|part| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit()))
}

/// A letter with a number, capitals, or a single letter: "G1", "C-3", "WASTE", "α".
fn is_sign(word: &str) -> bool {
    let mut letters = word.chars().filter(|c| c.is_alphabetic()).peekable();
    let short = word.chars().count() <= 12 && letters.peek().is_some();
    let capitals = letters.clone().all(char::is_uppercase);
    let number = word.chars().any(|c| c.is_ascii_digit());
    let single = word.chars().count() == 1 && word != "A" && word != "I" && word != "a";
    short && (single || capitals && (number || letters.count() > 1))
}

/// The block begins with a sign.
fn is_signed(block: &Block) -> bool {
    let first = block.text.split_whitespace().next().unwrap_or_default();
    block.mark == Mark::Content && is_sign(first.trim_matches(|c: char| !c.is_alphanumeric()))
}

/// A short text as the name of a goal.
fn name(text: &str) -> Option<String> {
    let plain = text.trim_matches(|c: char| !c.is_alphanumeric()).to_lowercase();
    let count = plain.split_whitespace().count();
    ((1..=WORDS).contains(&count) && plain.chars().any(char::is_alphabetic) && plain.len() <= 40).then_some(plain)
}

/// The block holds a cell, a bracket or an ending that consists of names of goals.
fn refers(block: &Block, names: &BTreeSet<String>, reference: &Reference) -> bool {
    let text = block.text.as_str();
    if let BlockKind::TableRow { .. } = block.kind {
        return text.split(" | ").skip(1).any(|cell| is_list_of(cell, names));
    }
    let in_brackets = text.split(['(', '[']).skip(1).any(|rest| {
        rest.split_once([')', ']']).is_some_and(|(inside, _)| is_list_of(after_verb(inside, reference), names))
    });
    let end = text.trim_end().trim_end_matches(['.', ')', ']']);
    let behind = [':', '\u{2192}', '\u{2013}', '\u{2014}', '>', '|'].iter().filter_map(|mark| end.rsplit_once(*mark));
    in_brackets
        || behind.into_iter().any(|(_, tail)| is_list_of(tail, names))
        || is_list_of(after_verb(end, reference), names)
}

/// What follows the last "serves", "for", "supports": the rest of a text that says what it is for.
fn after_verb<'t>(text: &'t str, reference: &Reference) -> &'t str {
    let low = text.to_ascii_lowercase();
    let after = |word: &String| low.rfind(&format!("{word} ")).map(|at| at + word.len() + 1);
    let at = reference.by.iter().filter_map(after).max();
    at.and_then(|at| text.get(at..)).unwrap_or(text)
}

/// "G1, G3 and WASTE".
fn is_list_of(text: &str, names: &BTreeSet<String>) -> bool {
    let plain = text.replace(" and ", ",");
    let mut parts = plain.split([',', ';', '/', '&', '+']).map(str::trim).filter(|part| !part.is_empty()).peekable();
    let is_name = |part: &str| {
        let plain = part.trim_matches(|c: char| !c.is_alphanumeric()).to_lowercase();
        names.contains(&plain) && (is_number(&plain) || name(part).is_some())
    };
    parts.peek().is_some() && parts.all(is_name)
}

/// The list stands below words for functions.
fn holds_functions(document: &Document, group: &[BlockId], reference: &Reference) -> bool {
    let Some(block) = group.first().and_then(|id| document.blocks.get(*id)) else { return false };
    let header = match block.kind {
        BlockKind::TableRow { table, .. } => document.tables.get(table).map(|table| table.header_block),
        _ => None,
    };
    let title = document.sections.get(block.section).map_or("", |section| section.title.as_str());
    let above = header.or(block.lead).and_then(|id| document.blocks.get(id)).map_or("", |block| block.text.as_str());
    let low = format!("{title} {above}").to_lowercase();
    !matches!(block.kind, BlockKind::Paragraph) && reference.under.iter().any(|word| low.contains(word))
}

/// A sentence that speaks of a function and of a goal: they may be tied in words.
fn speaks_of_both(block: &Block, names: &BTreeSet<String>, reference: &Reference) -> bool {
    block.sentences().any(|sentence| {
        let mut words =
            sentence.text.split(|c: char| !(c.is_alphanumeric() || c == '-')).filter(|word| !word.is_empty());
        let low = sentence.text.to_lowercase();
        let of_function = reference.speaks.iter().any(|word| low.contains(word));
        of_function && words.any(|word| names.contains(&word.to_lowercase()))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: &str) {
        let document = Document::parse(text);
        let goals = document.blocks.iter().position(|block| block.text.contains("fall")).unwrap();
        let of = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect();
        let (goal, under, by) = ("kpi".to_owned(), of(&["function", "what she does"]), of(&["serves"]));
        let reference = Reference { goals: goal, under, by, speaks: of(&["function"]) };
        let found = match read(&document, &[goals], &reference) {
            Trace::Named(blocks) => format!("named {}", blocks.len()),
            other => format!("{other:?}").to_lowercase(),
        };
        assert_eq!(found, expected, "{text}");
    }

    #[test]
    fn what_names_its_goal_in_a_cell_a_bracket_or_at_its_end_refers_to_it() {
        let table =
            "# Goals\n\n| Name | Now | Then |\n|---|---|---|\n| U1 | stops fall from 27 | 9 |\n| U2 | 11 | 4 |\n";
        check(
            &format!(
                "{table}\n# Functions\n\n| No. | Function | Serves |\n|---|---|---|\n| F1 | a | U1, U2 |\n| F2 | b | U2 |\n| F3 | c | U1 |\n"
            ),
            "named 3",
        );
        check(
            &format!(
                "{table}\n# Functions\n\n| No. | Function |\n|---|---|\n| F1 | a |\n| F2 | b |\n| F3 | c |\n| F4 | d |\n"
            ),
            "unnamed",
        );
        let words = "The first concerns patience: hours fall from 26 to 8.\n\nThe second concerns phantoms: loans go from 212 to 60.\n";
        check(
            &format!(
                "# Promises\n\n{words}\n# What she does\n\n- Name the page on which it stands in every reply. [phantoms]\n- Give a link or the shelfmark with it. [phantoms, patience]\n- Pass the question on when she is not sure. [patience]\n"
            ),
            "named 3",
        );
        check(
            &format!(
                "# Promises\n\n{words}\n# What she does\n\n- Name the page on which it stands.\n- Give a link with it.\n- Pass the question on.\n- Answer by telephone.\n"
            ),
            "unknown",
        );
        check(
            "# Goals\n\n- G1 complaints fall\n- G2 answers in two days\n\n# Requirements\n\n1. Sort letters; serves G1.\n2. Draft answers: G2\n3. Show the source (G1 and G2).\n",
            "named 3",
        );
    }
}
