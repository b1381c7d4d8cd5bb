//! Formulas that show nothing: GitHub draws `$\color{white}{…}$` in white. Reads no other LaTeX.

use crate::text::Span;

/// Commands whose next group shows nothing.
const PHANTOMS: &[&str] = &["\\phantom", "\\hphantom", "\\vphantom"];
/// Commands that colour what follows.
const COLOURS: &[&str] = &["\\color", "\\textcolor"];
/// Longest group, in bytes.
const LONGEST: usize = 40_000;

/// The parts of formulas that cannot be read, with the command.
pub(super) fn hidden(source: &str) -> Vec<Span> {
    let mut found = Vec::new();
    let all = || PHANTOMS.iter().chain(COLOURS);
    if !all().any(|command| source.contains(command)) {
        return found;
    }
    let groups = groups(source);
    // Length of the group that begins at an offset.
    let group = |at: usize| {
        let which = groups.binary_search_by_key(&at, |(open, _)| *open).ok()?;
        groups.get(which).map(|(open, end)| end - open).filter(|length| *length <= LONGEST)
    };
    for command in all() {
        // Where the formula of the last command ends: the next one often stands in the same.
        let mut over = 0;
        for (at, _) in source.match_indices(command) {
            let open = at + command.len();
            let Some(first) = group(open) else { continue };
            let after = open + first;
            let end = if PHANTOMS.contains(command) {
                after
            } else if super::style::is_white(source.get(open + 1..after - 1).unwrap_or_default()) {
                if over < after {
                    let rest = source.get(after..).unwrap_or_default();
                    over = after + rest.find(['$', '\n']).unwrap_or(rest.len());
                }
                group(after).map_or(over, |second| after + second)
            } else {
                continue;
            };
            found.push(Span::new(at, end));
        }
    }
    found
}

/// Begin and end of every closed `{…}`, in order of its place.
fn groups(source: &str) -> Vec<(usize, usize)> {
    let (mut open, mut found) = (Vec::new(), Vec::new());
    for (at, c) in source.match_indices(['{', '}']) {
        if c == "{" {
            open.push(at);
        } else if let Some(start) = open.pop() {
            found.push((start, at + 1));
        }
    }
    found.sort_unstable();
    found
}
