//! Sentences with `{names}` in them. Fills in what is known and never fails.

use super::fields::{Faults, Word};
use super::nearest::advice;

/// Names that every message may use.
const ALWAYS: &[&str] = &["part", "quote", "cue"];

/// Reports names that the check does not fill.
pub(super) fn check(text: &Word, known: &[&'static str], faults: &Faults<'_>) {
    for name in names(&text.text) {
        if !known.contains(&name) && !ALWAYS.contains(&name) {
            faults.report(
                "unknown-placeholder",
                Some(text.spot),
                format!("nothing fills `{{{name}}}` in this message"),
                advice(name, known.iter().chain(ALWAYS).copied()),
            );
        }
    }
}

/// `text` with the values in place; a name without a value becomes an ellipsis.
pub(super) fn fill(text: &str, values: &[(&str, &str)]) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('{') {
        let Some((name, behind)) = after.split_once('}') else { break };
        out.push_str(before);
        out.push_str(values.iter().find(|(key, _)| *key == name).map_or("…", |(_, value)| value));
        rest = behind;
    }
    out.push_str(rest);
    out
}

fn names(text: &str) -> impl Iterator<Item = &str> {
    text.split('{').skip(1).filter_map(|piece| piece.split_once('}')).map(|(name, _)| name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_names_are_filled_and_others_become_an_ellipsis() {
        for (text, expected) in [
            ("recall {value} of {what}", "recall 0.9 of …"),
            ("open { brace", "open { brace"),
            ("{value}{value}", "0.90.9"),
            ("", ""),
        ] {
            assert_eq!(fill(text, &[("value", "0.9")]), expected);
        }
    }
}
