//! What stands on every page: headers, footers, numbers of pages. It is no part of the text.

use std::collections::BTreeMap;

use super::group::Group;

/// Lines at the top and at the bottom of a page that are looked at, and how much of its height they lie in.
const EDGE: usize = 3;
const MARGIN: f64 = 0.12;

/// A page: its height in points, and what stands on it.
pub(super) type Sheet = (f64, Vec<Group>);

/// Leaves out lines that stand at the same height on most pages, apart from numbers in them.
pub(super) fn leave_out(pages: &mut [Sheet]) {
    let mut seen: BTreeMap<(String, i64), usize> = BTreeMap::new();
    for page in pages.iter() {
        for at in edges(page) {
            if let Some(key) = page.1.get(at).and_then(key) {
                *seen.entry(key).or_default() += 1;
            }
        }
    }
    let most = (pages.len() / 2).max(2);
    for page in pages.iter_mut() {
        let edges = edges(page);
        let mut at = 0;
        page.1.retain(|group| {
            let is_edge = edges.contains(&at);
            at += 1;
            let is_repeated = key(group).and_then(|key| seen.get(&key)).is_some_and(|times| *times >= most);
            !(is_edge && is_repeated)
        });
    }
}

/// The groups nearest to the top and to the bottom.
fn edges((height, page): &Sheet) -> Vec<usize> {
    let mut order: Vec<usize> = (0..page.len()).collect();
    let top = |at: &usize| page.get(*at).map_or(0.0, Group::top);
    order.sort_by(|a, b| top(a).total_cmp(&top(b)));
    let last = order.len().saturating_sub(EDGE);
    let is_near = |rank: usize, at: &usize| {
        (rank < EDGE && top(at) < height * MARGIN) || (rank >= last && top(at) > height * (1.0 - MARGIN))
    };
    order.iter().enumerate().filter(|(rank, at)| is_near(*rank, at)).map(|(_, at)| *at).collect()
}

/// Words with numbers folded, and the height.
#[expect(clippy::cast_possible_truncation, reason = "points of a page; what is out of range is at an edge")]
fn key(group: &Group) -> Option<(String, i64)> {
    let lines = group.cells.iter().flat_map(|cell| &cell.lines);
    let words: String = lines.map(|line| line.phrase.text()).collect();
    let mut folded = String::new();
    for c in words.chars() {
        if !c.is_ascii_digit() {
            folded.push(c);
        } else if !folded.ends_with('0') {
            folded.push('0');
        }
    }
    (folded.chars().count() < 200).then(|| (folded.trim().to_owned(), (group.top() / 2.0).round() as i64))
}
