//! What became of the reports of other tools, told of a whole run. Counts only.

use crate::import::Imports;
use crate::output::Imported;
use crate::review::Reviewed;

/// What became of them among these documents; none where none was wanted.
pub(super) fn imported<'a>(imports: &Imports, documents: impl Iterator<Item = &'a Reviewed>) -> Option<Imported> {
    let read = || Imported {
        tools: imports.tools.iter().cloned().collect(),
        findings: imports.claims + imports.over,
        over_limit: imports.over,
        suppressed: imports.suppressed,
        ..Imported::default()
    };
    imports.is_wanted().then(|| read().among(documents))
}
