//! What was not read, by its reasons: a large change leaves thousands of documents out for one.

use crate::critique::ledger::grouped;
use crate::review::Skipped;

/// Names that are shown of those that one reason left out. As many stand on lines of their own.
const NAMED: usize = 3;

/// One line for each reason that left many out, with the first of their names; the others as they are.
#[must_use]
pub fn by_reason(skipped: &[Skipped]) -> Vec<Skipped> {
    let mut all: Vec<(&str, Vec<&str>)> = Vec::new();
    for Skipped { what, why } in skipped {
        match all.iter_mut().find(|(known, _)| known == why) {
            Some((_, names)) => names.push(what),
            None => all.push((why, vec![what])),
        }
    }
    let lines = all.into_iter().flat_map(|(why, names)| {
        let (first, rest) = names.split_at(names.len().min(NAMED));
        let names = if rest.is_empty() {
            first.iter().map(|name| (*name).to_owned()).collect()
        } else {
            vec![format!("{} documents ({}, …)", grouped(names.len() as u64), first.join(", "))]
        };
        names.into_iter().map(|what| Skipped { what, why: why.to_owned() }).collect::<Vec<_>>()
    });
    lines.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn many_of_one_reason_are_one_line() {
        let skip = |what: &str, why: &str| Skipped { what: what.to_owned(), why: why.to_owned() };
        let mut all = vec![skip("big.md", "too large"), skip("a.md", "empty"), skip("b.md", "empty")];
        all.extend((0..2801).map(|n| skip(&format!("d/{n}.md"), "too many")));
        all.push(skip("c.md", "empty"));
        let lines: Vec<_> = by_reason(&all).into_iter().map(|one| format!("{}: {}", one.what, one.why)).collect();
        let many = "2,801 documents (d/0.md, d/1.md, d/2.md, …): too many";
        assert_eq!(lines, ["big.md: too large", "a.md: empty", "b.md: empty", "c.md: empty", many]);
    }
}
