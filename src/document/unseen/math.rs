//! Formulas that show nothing: GitHub draws `$\color{white}{…}$` in white. Reads no other LaTeX.

use crate::text::Span;

/// Commands whose next group shows nothing.
const PHANTOMS: &[&str] = &["\\phantom", "\\hphantom", "\\vphantom"];
/// Commands that colour what follows.
const COLOURS: &[&str] = &["\\color", "\\textcolor"];

/// The parts of formulas that cannot be read, with the command.
pub(super) fn hidden(source: &str) -> Vec<Span> {
    let mut found = Vec::new();
    let all = PHANTOMS.iter().chain(COLOURS);
    for (command, at) in all.flat_map(|command| source.match_indices(command).map(move |(at, _)| (*command, at))) {
        let rest = source.get(at + command.len()..).unwrap_or_default();
        let Some(first) = group(rest) else { continue };
        let inside = rest.get(1..first.saturating_sub(1)).unwrap_or_default();
        if PHANTOMS.contains(&command) {
            found.push(Span::new(at, at + command.len() + first));
        } else if super::style::is_white(inside) {
            let after = rest.get(first..).unwrap_or_default();
            let end = after.find(['$', '\n']).unwrap_or(after.len());
            let end = group(after).unwrap_or(end);
            found.push(Span::new(at, at + command.len() + first + end));
        }
    }
    found
}

/// Length of the `{…}` that `text` begins with.
fn group(text: &str) -> Option<usize> {
    if !text.starts_with('{') {
        return None;
    }
    let mut depth = 0_usize;
    for (at, c) in text.char_indices().take(10_000) {
        match c {
            '{' => depth += 1,
            '}' if depth == 1 => return Some(at + 1),
            '}' => depth -= 1,
            _ => {}
        }
    }
    None
}
