//! What stands on every page: headers, footers, numbers of pages. It is no part of the text.

use std::collections::BTreeMap;

use super::group::Group;

/// Lines at the top and at the bottom of a page that are looked at, and how much of its height they lie in.
const EDGE: usize = 3;
const MARGIN: f64 = 0.12;
/// How much of the height of a page its margins take at least.
const OUTSIDE: f64 = 0.085;
/// How much smaller than the text a header is, and how many lines it stands apart, where nothing else tells it.
const SMALL: f64 = 0.95;
const APART: f64 = 1.5;

/// A page: its height in points, and what stands on it.
pub(super) type Sheet = (f64, Vec<Group>);

/// Leaves out lines at the edges of pages that stand at the same height on most pages, apart from numbers in them; that only tell the page
/// or where the file is from; and that have no tag where the file is tagged.
pub(super) fn leave_out(pages: &mut [Sheet], is_tagged: bool) {
    let body = body(pages);
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
        let height = page.0;
        let small = small(page, &edges, body);
        let mut at = 0;
        page.1.retain(|group| {
            let is_edge = edges.contains(&at);
            at += 1;
            if !is_edge || group.grid.is_some() {
                return true;
            }
            let is_repeated = key(group).and_then(|key| seen.get(&key)).is_some_and(|times| *times >= most);
            let is_untagged = is_tagged && group.lines().all(|line| line.part.is_none());
            let is_outside = group.top() < height * OUTSIDE || group.top() > height * (1.0 - OUTSIDE);
            let says_nothing = is_outside && (small.contains(&(at - 1)) || tells_page(group));
            !(is_repeated || is_untagged || says_nothing)
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

/// The size of most of the text.
fn body(pages: &[Sheet]) -> f64 {
    let mut sizes: BTreeMap<i64, usize> = BTreeMap::new();
    for line in pages.iter().flat_map(|(_, page)| page).flat_map(Group::lines) {
        *sizes.entry(tenths(line.size)).or_default() += line.chars;
    }
    sizes.into_iter().max_by_key(|(_, chars)| *chars).map_or(0.0, |(size, _)| size as f64 / 10.0)
}

/// Of the groups at the edges those that are set smaller than the text and stand apart from it.
fn small((height, page): &Sheet, edges: &[usize], body: f64) -> Vec<usize> {
    let is_small = |at: &usize| page.get(*at).is_some_and(|group| group.lines().all(|line| line.size < body * SMALL));
    let stands_apart = |at: &usize| {
        let Some(group) = page.get(*at) else { return false };
        let is_above = group.top() < height / 2.0;
        let others = page.iter().enumerate().filter(|(other, _)| !edges.contains(other) || !is_small(other));
        let nearest = others
            .map(|(_, other)| if is_above { other.top() - group.bottom() } else { group.top() - other.bottom() })
            .filter(|gap| *gap > 0.0)
            .fold(f64::MAX, f64::min);
        nearest > APART * body
    };
    edges.iter().copied().filter(|at| is_small(at) && stands_apart(at)).collect()
}

/// Words that only say which page it is, when it was printed, where the file is from, or whose it is.
fn tells_page(group: &Group) -> bool {
    const OF: &[&str] = &["page", "of", "seite", "von", "p.", "pp.", "pg.", "sheet"];
    const OWNED: &[&str] =
        &["confidential", "proprietary", "all rights reserved", "\u{a9}", "copyright", "internal use only"];
    let words: Vec<String> = group.lines().map(|line| line.phrase.text().to_lowercase()).collect();
    let words = words.join(" ");
    let is_number = |word: &str| {
        let bare = word.trim_matches(|c: char| !c.is_alphanumeric());
        bare.is_empty() || OF.contains(&word) || bare.chars().all(|c| c.is_ascii_digit() || c == '/')
    };
    let is_count =
        words.len() < 40 && words.contains(|c: char| c.is_ascii_digit()) && words.split_whitespace().all(is_number);
    let is_address = ["file:///", "http://", "https://"].iter().any(|start| words.trim_start().starts_with(start));
    is_count
        || is_address
        || is_printed(&words)
        || (words.len() < 120 && OWNED.iter().any(|owned| words.contains(owned)))
}

/// `11/29/26, 2:55 PM` and the title: what browsers print above a page.
fn is_printed(words: &str) -> bool {
    let mut parts = words.split_whitespace();
    let is_of = |word: &str, signs: &[char]| {
        word.contains(signs) && word.chars().all(|c| c.is_ascii_digit() || signs.contains(&c) || c == ',')
    };
    parts.next().is_some_and(|date| is_of(date, &['/', '.', '-']))
        && parts.next().is_some_and(|time| is_of(time, &[':']))
}

#[expect(clippy::cast_possible_truncation, reason = "sizes of fonts in tenths of points")]
fn tenths(size: f64) -> i64 {
    (size * 10.0).round() as i64
}

/// Words with numbers folded, and the height.
#[expect(clippy::cast_possible_truncation, reason = "points of a page; what is out of range is at an edge")]
fn key(group: &Group) -> Option<(String, i64)> {
    let words: String = group.lines().map(|line| line.phrase.text()).collect();
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
