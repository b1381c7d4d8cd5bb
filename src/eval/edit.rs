//! Changes of a text: words that stand there exactly once, and what takes their place. Knows no label.

use serde::Deserialize;

/// One change.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Edit {
    /// Words as they stand in the text, exactly once.
    pub find: String,
    /// What takes their place; empty removes them.
    pub replace: String,
}

/// The text after all edits, in order; or the number of the first that does not match exactly once, and how often it does.
///
/// # Errors
/// The number of the edit, from 0, and how often its words are there.
pub fn apply(text: &str, edits: &[Edit]) -> Result<String, (usize, usize)> {
    let mut text = text.to_owned();
    for (number, edit) in edits.iter().enumerate() {
        let found = if edit.find.is_empty() { 0 } else { text.matches(&edit.find).count() };
        if found != 1 {
            return Err((number, found));
        }
        text = text.replacen(&edit.find, &edit.replace, 1);
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn edits_match_exactly_once_and_in_order() {
        let edit = |find: &str, replace: &str| Edit { find: find.into(), replace: replace.into() };
        let check = |edits: &[Edit]| apply("one two two", edits);
        assert_eq!(check(&[edit("one", "three"), edit("three", "")]), Ok(" two two".into()));
        assert_eq!(check(&[edit("one", "x"), edit("one", "y")]), Err((1, 0)));
        assert_eq!(check(&[edit("two", "x")]), Err((0, 2)));
        assert_eq!(check(&[edit("", "x")]), Err((0, 0)));
        assert_eq!(check(&[]), Ok("one two two".into()));
    }
}
