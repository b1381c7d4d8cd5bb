//! "R1, R2, R3" and "F1, F2, F3" in front of rows and items are numbers of requirements, not metrics. Looks at first words only.

use std::collections::BTreeSet;

use super::name::Name;
use crate::document::Document;

/// Drops names that are identifiers: a letter with a digit that opens a block, where other blocks open with the same letter and
/// at least two other numbers.
pub(super) fn drop_names(document: &Document, names: &mut [Vec<Name>]) {
    let opened: BTreeSet<(char, u32)> =
        document.blocks.iter().filter_map(|block| identifier(first_word(&block.text))).collect();
    for (block, names) in document.blocks.iter().zip(names) {
        let word = first_word(&block.text);
        let Some((letter, _)) = identifier(word) else { continue };
        let alike = opened.iter().filter(|(other, _)| *other == letter).count();
        if alike >= 3 {
            names.retain(|name| name.start != 0 || name.end > word.len());
        }
    }
}

fn first_word(text: &str) -> &str {
    text.split(|c: char| !c.is_alphanumeric()).next().unwrap_or_default()
}

/// "R2": one capital letter with a number.
fn identifier(word: &str) -> Option<(char, u32)> {
    let letter = word.chars().next().filter(char::is_ascii_uppercase)?;
    let number = word.get(1..).filter(|digits| (1..=2).contains(&digits.len()))?;
    number.chars().all(|c| c.is_ascii_digit()).then_some(())?;
    Some((letter, number.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_letter_with_a_number_is_an_identifier() {
        assert_eq!(identifier("R2"), Some(('R', 2)));
        for other in ["R", "2", "R2D2", "r2", "R²", "", "F100"] {
            assert_eq!(identifier(other), None, "{other}");
        }
        assert_eq!(first_word("R2: answers"), "R2");
    }
}
