//! The table of commitments that a change changes, at the top of the summary. Words are in `words`.

use super::escape::{Md, md};
use super::sheet::Sheet;
use super::spot::lines_link;
use super::{Page, words};
use crate::review::{CommitmentChange, Reviewed};

/// Rows of commitments in the open, and in the fold below them.
const PROMISES: (usize, usize) = (12, 60);

/// What the change promises differently, in all documents: the loosest first.
pub(super) fn table(sheet: &mut Sheet, page: &Page<'_>) {
    let of = |document: &&'_ Reviewed| document.comparison.commitments.len();
    let many = page.documents.iter().filter(|document| of(document) > 0).count() > 1;
    let mut all: Vec<(&Reviewed, &CommitmentChange)> = Vec::new();
    for document in &page.documents {
        all.extend(document.comparison.commitments.iter().map(|change| (*document, change)));
    }
    if all.is_empty() {
        return;
    }
    all.sort_by_key(|(_, change)| (change.direction, change.reasoned));
    let row = |(document, change): &(&Reviewed, &CommitmentChange)| {
        let name = if many { md![words::path(&document.path), " "] } else { Md::default() };
        let lines = change.lines.map(|at| lines_link(page, document, at));
        words::promise(change, md![name, lines.unwrap_or_default()])
    };
    let changes: Vec<&CommitmentChange> = all.iter().map(|(_, change)| *change).collect();
    let rows: Vec<Md> = all.iter().map(row).collect();
    let (shown, more) = rows.split_at(rows.len().min(PROMISES.0));
    let mut table = md![words::promises_title(&changes), words::PROMISES_HEAD];
    table.push(Md::join(shown.iter().cloned(), ""));
    sheet.add(md![table, "\n"]);
    let (told, left) = more.split_at(more.len().min(PROMISES.1));
    if !told.is_empty() {
        let mut rows = vec![Md::from(words::PROMISES_HEAD)];
        rows.extend(told.iter().cloned());
        rows.push(words::uncounted_promises(left.len()));
        sheet.fold(words::more_promises(more.len()), &rows);
    }
}
