//! Whether passages state an item by themselves: nothing else of the document is left but the headings above them. Takes nothing out.

use super::Bench;
use crate::document::{BlockKind, Document};
use crate::facts::Facts;
use crate::finding::{Check, CheckState, Evidence};
use crate::rules::Rule;
use crate::rules::check::{Context, Shared};
use crate::text::LineRange;

/// True when `rule`, asked about these passages alone and about the same kind of project, calls the item of `check` stated.
pub(super) fn states(evidence: &[Evidence], check: &Check, rule: &Rule, bench: &Bench<'_>) -> bool {
    let document = Document::parse(&text(&bench.document, evidence));
    let mut facts = Facts::read(&document, &bench.rules.lexicon);
    facts.profile = bench.base.profile.clone();
    let shared = Shared::default();
    let answers = rule.check.run(&Context::new(&document, &facts, &bench.rules.lexicon, &shared));
    answers.iter().any(|answer| answer.part == check.part && answer.state == CheckState::Specified)
}

/// The passages below their headings, rows of tables below the head of their table.
fn text(document: &Document, evidence: &[Evidence]) -> String {
    let mut keep: Vec<LineRange> = Vec::new();
    for piece in evidence {
        keep.push(piece.lines);
        for block in document.blocks.iter().filter(|block| meet(block.lines, piece.lines)) {
            let mut above = Some(block.section);
            while let Some(section) = above.and_then(|id| document.sections.get(id)) {
                keep.extend((section.level > 0).then(|| document.lines.range(section.heading)));
                above = section.parent;
            }
            match block.kind {
                BlockKind::TableRow { table, .. } => {
                    let head = document
                        .blocks
                        .iter()
                        .find(|other| matches!(other.kind, BlockKind::TableRow { table: same, .. } if same == table));
                    // The line below the head makes it a table.
                    keep.extend(head.map(|head| LineRange::new(head.lines.start, head.lines.end.saturating_add(1))));
                }
                BlockKind::Fence { .. } => {
                    keep.extend([block.lines.start, block.lines.end].map(LineRange::single));
                }
                _ => {}
            }
        }
    }
    let lines = 1..=document.lines.count();
    let kept = lines.filter(|line| keep.iter().any(|range| meet(*range, LineRange::single(*line))));
    let joined = |line: u32| {
        let of = |kind: &BlockKind| {
            matches!(kind, BlockKind::TableRow { row, .. } if *row > 0) || matches!(kind, BlockKind::Fence { .. })
        };
        document.blocks.iter().any(|block| of(&block.kind) && meet(block.lines, LineRange::single(line)))
    };
    let mut out = String::new();
    let mut last = 0;
    for line in kept {
        // What did not stand together does not run together, but rows and lines of code do.
        if last > 0 && line > last + 1 && !joined(line) {
            out.push('\n');
        }
        out.push_str(document.line_text(LineRange::single(line)).trim_end_matches(['\r', '\n']));
        out.push('\n');
        last = line;
    }
    out
}

fn meet(a: LineRange, b: LineRange) -> bool {
    a.start <= b.end && b.start <= a.end
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(source: &str, lines: &[u32], expected: &str) {
        let evidence: Vec<Evidence> = lines.iter().map(|line| Evidence::new(LineRange::single(*line), "x")).collect();
        assert_eq!(text(&Document::parse(source), &evidence), expected);
    }

    #[test]
    fn a_passage_keeps_its_headings_and_a_row_the_head_of_its_table() {
        check("# A\n\n## B\n\nOne.\n\nTwo.\n\n## C\n\nThree.\n", &[7], "# A\n\n## B\n\nTwo.\n");
        check("# A\n\n| a | b |\n|---|---|\n| 1 | 2 |\n| 3 | 4 |\n", &[6], "# A\n\n| a | b |\n|---|---|\n| 3 | 4 |\n");
        check("```\na: 1\nb: 2\n```\n", &[3], "```\nb: 2\n```\n");
    }
}
