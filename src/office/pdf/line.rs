//! Characters of a page as pieces of lines: what stands on one baseline without a gap that parts columns.

use super::glyph::Glyph;
use super::rule::Rules;
use crate::document::{Look, Phrase};

/// Gap between characters, in parts of their size, from which on a blank stands between them.
const BLANK: f64 = 0.17;
/// Gap from which on something else begins: the next column of a table.
const COLUMN: f64 = 0.85;
/// How far baselines of one line may differ, in parts of the size: indices stand higher and lower.
const SAME_LINE: f64 = 0.45;

/// Most blanks that are kept within a line of code.
const CODE_BLANKS: usize = 80;

/// A piece of a line.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Fragment {
    pub(super) phrase: Phrase,
    pub(super) left: f64,
    pub(super) right: f64,
    pub(super) y: f64,
    /// Of the characters that take most room.
    pub(super) size: f64,
    /// All of it.
    pub(super) strong: bool,
    pub(super) code: bool,
    pub(super) chars: usize,
    /// The marked part of the page that it begins in.
    pub(super) part: Option<i32>,
}

/// Blanks that were drawn behind a piece.
#[derive(Debug, Default)]
struct Blanks {
    count: usize,
    /// Where they end.
    right: f64,
}

/// Puts characters together, in the order in which they were drawn. A line between two characters parts them.
pub(super) fn fragments(glyphs: impl IntoIterator<Item = Glyph>, rules: &Rules) -> Vec<Fragment> {
    let mut found: Vec<Fragment> = Vec::new();
    let mut open: Option<(Fragment, Blanks)> = None;
    for glyph in glyphs {
        let is_blank = glyph.text.trim().is_empty();
        let goes_on = open.as_ref().is_some_and(|(fragment, blanks)| follows(fragment, blanks, &glyph, rules));
        if !goes_on {
            found.extend(open.take().map(|(fragment, _)| fragment));
        }
        match &mut open {
            // A blank at the beginning is none.
            None if is_blank => {}
            None => {
                let mut fragment = Fragment {
                    left: glyph.left,
                    right: glyph.right,
                    y: glyph.y,
                    size: glyph.size,
                    strong: true,
                    code: true,
                    part: glyph.part,
                    ..Fragment::default()
                };
                fragment.add(&glyph, 0);
                open = Some((fragment, Blanks::default()));
            }
            Some((_, blanks)) if is_blank => {
                blanks.count += 1;
                blanks.right = glyph.right;
            }
            Some((fragment, blanks)) => {
                let gap = glyph.left - fragment.right > BLANK * glyph.size.min(fragment.size);
                let Blanks { count, .. } = std::mem::take(blanks);
                fragment.add(&glyph, count.max(usize::from(gap)));
            }
        }
    }
    found.extend(open.map(|(fragment, _)| fragment));
    found
}

/// The character stands behind the piece, on its line.
fn follows(fragment: &Fragment, blanks: &Blanks, glyph: &Glyph, rules: &Rules) -> bool {
    let size = glyph.size.max(fragment.size);
    // Blanks within a line of code are drawn one by one; between columns of a table no more than one is.
    let is_code = fragment.code && glyph.look.code && blanks.count > 1;
    let gap = glyph.left - if is_code { blanks.right.max(fragment.right) } else { fragment.right };
    let is_on_line = (glyph.y - fragment.y).abs() < SAME_LINE * size;
    is_on_line && gap > -0.6 * size && gap < COLUMN * size && !rules.part(fragment.right, glyph.left, glyph.y, size)
}

impl Fragment {
    fn add(&mut self, glyph: &Glyph, blanks: usize) {
        let look = Look { code: false, ..glyph.look };
        // The blanks of a program tell its columns.
        let blanks = blanks.min(if self.code && glyph.look.code { CODE_BLANKS } else { 1 });
        if blanks > 0 {
            self.phrase.push(&" ".repeat(blanks), look, None);
        }
        let text = ligatures(&glyph.text);
        self.phrase.push(&text, look, None);
        if glyph.size > self.size && self.chars < 3 {
            (self.y, self.size) = (glyph.y, glyph.size);
        }
        self.right = self.right.max(glyph.right);
        self.strong &= glyph.look.strong;
        self.code &= glyph.look.code;
        self.chars += 1;
    }

    /// The piece continues with another one of the same line.
    pub(super) fn join(&mut self, other: Self) {
        self.phrase.push(" ", Look { strong: self.strong && other.strong, ..Look::default() }, None);
        self.phrase.extend(other.phrase);
        self.right = self.right.max(other.right);
        self.strong &= other.strong;
        self.code &= other.code;
        self.chars += other.chars;
    }
}

/// Letters that fonts join, and signs of fonts of signs.
fn ligatures(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\u{fb00}' => out.push_str("ff"),
            '\u{fb01}' => out.push_str("fi"),
            '\u{fb02}' => out.push_str("fl"),
            '\u{fb03}' => out.push_str("ffi"),
            '\u{fb04}' => out.push_str("ffl"),
            '\u{f0b7}' | '\u{f0a7}' => out.push('\u{2022}'),
            '\u{f0a8}' | '\u{f06f}' => out.push('\u{2610}'),
            '\u{f0fe}' => out.push('\u{2612}'),
            c => out.push(c),
        }
    }
    out
}
