//! Short texts cut out of labelled papers: a section by itself, and a sentence or two of every section. What a short text leaves out is as
//! plain from them as what it states; single passages tell nothing of the rest. Never adds a word.

use std::collections::BTreeSet;

use super::Paper;
use crate::document::{Block, BlockKind, Document, Mark};

/// A text cut out of a paper, with what it states and what it does not.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Cutting {
    /// Markdown.
    pub(super) text: String,
    /// Items that stand in it whole, and some of those of which nothing stands in it.
    pub(super) marks: Vec<(String, bool)>,
}

/// Items that are not stated, for one that is. All of them would say that a short text states next to nothing.
const ABSENT: usize = 3;
/// How many texts of a block for every section are cut: from the first blocks, the second ones and so on.
const ROUNDS: usize = 3;
/// Blocks of such a text at most.
const BLOCKS: usize = 10;

/// All cuttings of a paper; `names` are the items.
pub(super) fn cuttings(paper: &Paper, document: &Document, names: &[String]) -> Vec<Cutting> {
    let sections = document.sections.iter().filter(|section| section.level > 1);
    let mut kept: Vec<BTreeSet<u32>> = sections
        .map(|section| {
            let lines = document.lines.range(section.whole);
            (lines.start..=lines.end).collect()
        })
        .collect();
    kept.extend((0..ROUNDS).map(|round| one_of_each(document, round)));
    let cut = kept.iter().enumerate().filter(|(_, lines)| !lines.is_empty());
    cut.map(|(at, lines)| Cutting { text: text(document, lines), marks: marks(paper, lines, names, at) }).collect()
}

/// Lines of one block of every section, with their headings.
fn one_of_each(document: &Document, round: usize) -> BTreeSet<u32> {
    let mut lines = BTreeSet::new();
    let mut blocks = 0;
    for (id, section) in document.sections.iter().enumerate() {
        let own = |block: &&Block| {
            block.section == id
                && block.mark == Mark::Content
                && matches!(block.kind, BlockKind::Paragraph | BlockKind::Item { .. })
        };
        let Some(block) = document.blocks.iter().filter(own).nth(round).filter(|_| blocks < BLOCKS) else { continue };
        blocks += 1;
        let heading = document.lines.range(section.heading);
        lines.extend((heading.start..=heading.end).filter(|_| section.level > 0));
        lines.extend(block.lines.start..=block.lines.end);
    }
    lines
}

/// The lines; a gap between them becomes an empty line.
fn text(document: &Document, lines: &BTreeSet<u32>) -> String {
    let mut text = String::new();
    let mut last = 0;
    for (number, line) in (1_u32..).zip(document.source.lines()).filter(|(number, _)| lines.contains(number)) {
        if last + 1 != number && last > 0 {
            text.push('\n');
        }
        last = number;
        text.push_str(line);
        text.push('\n');
    }
    text
}

fn marks(paper: &Paper, lines: &BTreeSet<u32>, names: &[String], at: usize) -> Vec<(String, bool)> {
    let (mut marks, mut absent) = (Vec::new(), Vec::new());
    for name in names {
        let mark = paper.marks.get(name);
        let inside = |mark: &super::Mark| mark.lines.iter().filter(|line| lines.contains(line)).count();
        match mark {
            Some(mark) if inside(mark) > 0 => {
                // A part of a statement may be enough, or not: nobody said.
                if mark.stated && inside(mark) == mark.lines.len() {
                    marks.push((name.clone(), true));
                } else if !mark.stated && paper.is_exhaustive {
                    marks.push((name.clone(), false));
                }
            }
            Some(mark) if mark.lines.is_empty() => {}
            Some(_) => absent.push(name),
            None if paper.is_exhaustive => absent.push(name),
            None => {}
        }
    }
    let wanted = ABSENT * marks.iter().filter(|(_, stated)| *stated).count().max(1);
    let step = absent.len().div_ceil(wanted).max(1);
    let chosen = absent.iter().skip(at % step).step_by(step);
    marks.extend(chosen.map(|name| ((*name).clone(), false)));
    marks
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::learn::Mark as Label;

    #[test]
    fn a_cutting_states_what_stands_in_it_whole() {
        let label = |lines: &[u32]| Label { stated: true, lines: lines.to_vec() };
        let paper = Paper {
            text: "# A\n\n## B\n\nOne.\n\nTwo.\n\n## C\n\nThree.\n".to_owned(),
            marks: [("one".into(), label(&[5])), ("both".into(), label(&[7, 11])), ("three".into(), label(&[11]))]
                .into(),
            is_project: true,
            ..Paper::default()
        };
        let names = ["both", "never", "one", "three"].map(str::to_owned);
        let found = cuttings(&paper, &Document::parse(&paper.text), &names);
        let said = |n: usize| found.get(n).map(|cutting| (cutting.text.trim_end(), cutting.marks.clone()));
        let mark = |name: &str, stated| (name.to_owned(), stated);
        assert_eq!(said(0), Some(("## B\n\nOne.\n\nTwo.", vec![mark("one", true), mark("three", false)])));
        assert_eq!(said(1), Some(("## C\n\nThree.", vec![mark("three", true), mark("one", false)])));
        // Half of a statement is neither stated nor not.
        let first = vec![mark("one", true), mark("three", true)];
        assert_eq!(said(2), Some(("## B\n\nOne.\n\n## C\n\nThree.", first)));
        assert_eq!(said(3), Some(("## B\n\nTwo.", vec![mark("one", false), mark("three", false)])));
    }
}
