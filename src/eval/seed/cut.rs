//! Takes passages out of a document: whole sentences, rows and items, so that what is left reads on. Judges nothing.

use crate::document::{Block, BlockKind, Document};
use crate::finding::Evidence;
use crate::text::{LineRange, Lines, Span};

/// A document without some passages.
pub(super) struct Cut {
    pub(super) text: String,
    /// Where each kept piece begins now, and where it began.
    pieces: Vec<(usize, usize)>,
}

impl Cut {
    /// Evidence of the shorter text with the lines of the document as given.
    pub(super) fn as_given(&self, evidence: &Evidence, document: &Document) -> Evidence {
        let lines = Lines::new(&self.text);
        let given = |line: u32| {
            let at = lines.span_of(line).start();
            let piece = self.pieces.iter().rev().find(|(now, _)| *now <= at).copied().unwrap_or_default();
            document.lines.line_of(piece.1 + (at - piece.0))
        };
        Evidence { lines: LineRange::new(given(evidence.lines.start), given(evidence.lines.end)), ..evidence.clone() }
    }
}

/// The document without all passages of the evidence; `None` where nothing of it can be taken out.
pub(super) fn without(document: &Document, evidence: &[Evidence]) -> Option<Cut> {
    let mut out: Vec<Span> = evidence.iter().flat_map(|piece| passages(document, piece.lines)).collect();
    out.sort();
    let (mut text, mut pieces, mut at) = (String::new(), Vec::new(), 0);
    for span in &out {
        if span.start() > at {
            pieces.push((text.len(), at));
            text.push_str(Span::new(at, span.start()).of(&document.source));
        }
        at = at.max(span.end());
    }
    pieces.push((text.len(), at));
    text.push_str(Span::new(at, document.source.len()).of(&document.source));
    (text != document.source).then_some(Cut { text, pieces })
}

fn passages(document: &Document, lines: LineRange) -> Vec<Span> {
    let touched = |other: LineRange| other.start <= lines.end && lines.start <= other.end;
    let mut out = Vec::new();
    let mut any = false;
    for block in document.blocks.iter().filter(|block| touched(block.lines)) {
        any = true;
        match block.kind {
            // A heading alone says nothing, and without it the rest would stand elsewhere.
            BlockKind::Heading => {}
            BlockKind::TableRow { row: 0, table } => {
                let rows = document
                    .blocks
                    .iter()
                    .filter(|other| matches!(other.kind, BlockKind::TableRow { table: same, .. } if same == table));
                let all = rows
                    .map(|row| row.lines)
                    .fold(block.lines, |all, row| LineRange::new(all.start.min(row.start), all.end.max(row.end)));
                out.push(whole(document, all));
            }
            BlockKind::TableRow { .. } | BlockKind::Item { .. } => out.push(whole(document, block.lines)),
            BlockKind::Fence { .. } => {
                let inside = LineRange::new(block.lines.start.max(lines.start), block.lines.end.min(lines.end));
                out.extend(
                    (inside.start..=inside.end)
                        .filter(|line| !is_fence(document, *line))
                        .map(|line| whole(document, LineRange::single(line))),
                );
            }
            BlockKind::Paragraph | BlockKind::Footnote | BlockKind::Html => {
                out.extend(of_sentences(document, block, touched));
            }
        }
    }
    if !any {
        out.push(whole(document, lines));
    }
    out
}

/// The sentences that touch the lines; the whole block where that is all of them.
fn of_sentences(document: &Document, block: &Block, touched: impl Fn(LineRange) -> bool) -> Vec<Span> {
    let all = block.sentences().map(|sentence| {
        let span = block.map.span(sentence.start, sentence.start + sentence.text.len());
        (span, touched(document.lines.range(span)))
    });
    let all: Vec<(Span, bool)> = all.collect();
    if all.iter().all(|(_, out)| *out) {
        return vec![block.span];
    }
    all.into_iter().filter(|(_, out)| *out).map(|(span, _)| span).collect()
}

/// Lines with the line feed at their end.
fn whole(document: &Document, lines: LineRange) -> Span {
    let span = document.lines.span_of(lines.start).to(document.lines.span_of(lines.end));
    Span::new(span.start(), (span.end() + 1).min(document.source.len()))
}

fn is_fence(document: &Document, line: u32) -> bool {
    let text = document.line_text(LineRange::single(line)).trim_start();
    text.starts_with("```") || text.starts_with("~~~")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is left when the lines are taken out.
    #[track_caller]
    fn check(text: &str, lines: &[u32], expected: &str) {
        let evidence: Vec<Evidence> = lines.iter().map(|line| Evidence::new(LineRange::single(*line), "x")).collect();
        let left = without(&Document::parse(text), &evidence).map(|cut| cut.text);
        assert_eq!(left.unwrap_or_else(|| "nothing taken out".into()), expected);
    }

    #[test]
    fn sentences_rows_and_items_are_taken_out_whole() {
        check("One ends here.\nTwo is\nwrapped. Three.\n\nFour.\n", &[2], "One ends here.\n Three.\n\nFour.\n");
        check("One.\n\nTwo. Three.\n", &[3], "One.\n\n\n");
        check("- one\n- two\n  goes on\n- three\n", &[3], "- one\n- three\n");
        check("| a | b |\n|---|---|\n| 1 | 2 |\n| 3 | 4 |\n", &[3], "| a | b |\n|---|---|\n| 3 | 4 |\n");
        check("x\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\ny\n", &[3], "x\n\n\ny\n");
        check("```\na: 1\nb: 2\n```\n", &[3], "```\na: 1\n```\n");
        check("# Heading\n\nOne.\n", &[1], "nothing taken out");
        check("One.\n\nTwo.\n\nThree.\n", &[5, 1, 1], "\n\nTwo.\n\n\n");
    }

    #[test]
    fn lines_of_what_is_left_are_those_of_the_document_as_given() {
        let document = Document::parse("- one\n- two\n- three\n\nFour.\n");
        let cut = without(&document, &[Evidence::new(LineRange::single(2), "two")]).unwrap();
        for (now, given) in [(1, 1), (2, 3), (4, 5)] {
            let evidence = cut.as_given(&Evidence::new(LineRange::single(now), "x"), &document);
            assert_eq!(evidence.lines, LineRange::single(given), "{now}");
        }
    }
}
