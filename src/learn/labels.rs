//! Labelled papers as `specreview eval` reads them (`docs/eval.md`), with the lines of their marks. What does not fit is left out:
//! `specreview eval` names the mistakes.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::{Gain, Loss, Mark, Paper};
use crate::eval::{Edit, apply};

/// Flaws that a passage can state by itself: these are learnt like anything else.
const FLAWS: [&str; 2] = ["mandated-algorithm", "quantity-over-quality"];

#[derive(Deserialize)]
struct RawMark {
    state: String,
    #[serde(default)]
    lines: Vec<u32>,
}

#[derive(Deserialize)]
struct RawWeak {
    items: BTreeMap<String, RawMark>,
}

#[derive(Deserialize)]
struct RawEdit {
    find: String,
    replace: String,
}

#[derive(Deserialize)]
struct RawMutant {
    item: String,
    kind: String,
    edits: Vec<RawEdit>,
    #[serde(default)]
    expect_lines: Vec<u32>,
}

/// A complete paper with what it may lose.
#[must_use]
pub fn complete(text: &str, key: &str, mutants: &str) -> Option<Paper> {
    let marks: BTreeMap<String, RawMark> = serde_json::from_str(key).ok()?;
    let mutants: Vec<RawMutant> = serde_json::from_str(mutants).ok()?;
    let mut paper = Paper { text: text.to_owned(), marks: read(marks), is_project: true, ..Paper::default() };
    for mutant in mutants {
        let edits = mutant.edits.into_iter().map(|edit| Edit { find: edit.find, replace: edit.replace });
        let edits: Vec<Edit> = edits.collect();
        let Ok(text) = apply(text, &edits) else { continue };
        let item = mutant.item;
        if mutant.kind == "remove" {
            paper.losses.push(Loss { item, text });
        } else if FLAWS.contains(&item.as_str()) {
            paper.gains.push(Gain { item, text, lines: mutant.expect_lines });
        }
    }
    Some(paper)
}

/// A paper in which everything that is there is marked.
#[must_use]
pub fn weak(text: &str, key: &str) -> Option<Paper> {
    let key: RawWeak = serde_json::from_str(key).ok()?;
    let marks = read(key.items);
    Some(Paper { text: text.to_owned(), marks, is_exhaustive: true, is_project: true, ..Paper::default() })
}

fn read(marks: BTreeMap<String, RawMark>) -> BTreeMap<String, Mark> {
    let known = marks.into_iter().filter(|(_, mark)| mark.state != "absent");
    known.map(|(item, mark)| (item, Mark { stated: mark.state == "present", lines: mark.lines })).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn papers_are_read_with_what_they_lose_and_gain() {
        let mutants = r#"[{"item": "baseline", "kind": "remove", "edits": [{"find": "b", "replace": ""}]},
            {"item": "mandated-algorithm", "kind": "violate", "edits": [{"find": "a", "replace": "x"}], "expect_lines": [1]},
            {"item": "baseline", "kind": "remove", "edits": [{"find": "not there", "replace": ""}]}]"#;
        let key = r#"{"baseline": {"state": "present", "lines": [2]}, "hosting": {"state": "not_applicable"}}"#;
        let paper = complete("a\nb\n", key, mutants).unwrap_or_default();
        assert_eq!((paper.losses.len(), paper.gains.len(), paper.marks.len()), (1, 1, 2));
        let key = r#"{"items": {"baseline": {"state": "partial", "lines": [2]}, "hosting": {"state": "absent"}}}"#;
        let paper = weak("a\nb\n", key).unwrap_or_default();
        assert_eq!((paper.marks.len(), paper.is_exhaustive), (1, true));
        assert!(complete("a", "{", "[]").is_none());
    }
}
