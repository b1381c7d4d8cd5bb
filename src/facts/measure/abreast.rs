//! Cells that hold several metrics side by side, and their numbers in the same order.

use super::Found;
use super::column::Column;
use super::role::Cue;
use super::slice;
use super::table::Grid;

impl Grid<'_> {
    /// "precision / recall / F1 | 0.66 / 0.58 / 0.62": as many numbers as names, both between strokes, are read in order.
    pub(super) fn abreast(
        &self,
        n: usize,
        at: usize,
        column: &Column,
        row_cue: Option<Cue>,
        roles: usize,
        found: &mut Found,
    ) -> bool {
        let (names, numbers, text) = (self.names(at), self.numbers(n), self.reader.text(self.block));
        let stroke = |from: usize, to: usize| text.get(from..to).is_some_and(|gap| gap.trim() == "/");
        let stroked = names.len() > 1
            && names.len() == numbers.len()
            && names.windows(2).all(|pair| matches!(pair, [a, b] if stroke(a.end, b.start)))
            && numbers.windows(2).all(|pair| matches!(pair, [a, b] if stroke(a.end, b.start)));
        let (Some(first), Some(last)) = (names.first(), names.last()) else { return false };
        if !stroked {
            return false;
        }
        let around = slice::of_label(self.cell(at), first.start - self.offset(at), last.end - self.offset(at));
        let around = self.with_row_slice(around, at);
        for (place, name) in names.into_iter().enumerate() {
            self.values(n, Some(place), column, name, self.block, &around, row_cue, roles, found);
        }
        true
    }
}
