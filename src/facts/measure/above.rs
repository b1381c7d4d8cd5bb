//! Rows of a table that measure what the row above does, of another part: "Milk, 14 days out: the same".

use super::Found;
use super::name::Name;
use super::role::{Cue, Purpose};
use super::slice::{self, Around};
use super::table::Grid;
use crate::document::BlockId;

/// The metric of the row above, and the block that names it.
pub(super) struct Above {
    pub block: BlockId,
    pub name: Name,
}

impl Grid<'_> {
    /// The label refers to the row above.
    pub(super) fn is_the_same(&self) -> bool {
        let label = self.cell(0).to_lowercase();
        let mut words = label.split(|c: char| !c.is_alphanumeric());
        words.any(|word| matches!(word, "same" | "ditto"))
    }

    /// Reads the row as values of that metric.
    pub(super) fn of_above(&self, above: &Above, found: &mut Found) {
        let around = Around { slice: Some(slice::fold(self.cell(0))), ..Around::default() };
        let has_role =
            |column: &&super::column::Column| matches!(column.cue, Some(Cue { purpose: Purpose::For(_), .. }));
        let roles = self.columns.iter().filter(has_role).count();
        for (n, column) in self.columns.iter().enumerate().skip(1) {
            self.values(n, None, column, &above.name, above.block, &around, None, roles, found);
        }
    }
}
