//! Identity of a finding across edits.

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::text::fold::fold;
use crate::text::hex;

/// 16 hexadecimal digits made from rule, part, heading path and quoted words. Line numbers and the prose of a model
/// are no part of it, so an inserted line, a section that moved to another number or another phrasing changes nothing.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Fingerprint(String);

impl Fingerprint {
    /// Identity of rule `key` (with part) at the place below `heading` where `quote` stands.
    #[must_use]
    pub fn of(key: &str, heading: &[String], quote: &str) -> Self {
        let mut hash = Sha256::new();
        let mut field = |text: &str| {
            hash.update(u64::try_from(text.len()).unwrap_or(u64::MAX).to_be_bytes());
            hash.update(text.as_bytes());
        };
        field(key);
        field(&heading.len().to_string());
        for title in heading {
            field(&fold(unnumbered(title)));
        }
        field(&fold(quote));
        let digest = hash.finalize();
        Self(hex(digest.get(..8).unwrap_or_default()))
    }

    /// The digits.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A title without its number: "4. Data", "4.2 Data", "4) Data". A year is none, and a number alone is a title.
fn unnumbered(title: &str) -> &str {
    let title = title.trim();
    let Some((number, words)) = title.split_once(char::is_whitespace) else { return title };
    let bare = number.trim_end_matches(['.', ')']);
    let parts = || bare.split('.');
    let is_number = parts().all(|part| matches!(part.len(), 1..=2) && part.chars().all(|c| c.is_ascii_digit()));
    let words = words.trim_start();
    if is_number && words.starts_with(char::is_alphabetic) { words } else { title }
}

impl std::fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_number_of_a_section_is_no_part_of_what_is_found_in_it() {
        let of = |title: &str| Fingerprint::of("ARI-004", &["Plan".to_owned(), title.to_owned()], "recall of 0.9");
        for title in ["4. Data", "12 Data", "4.2 Data", "4.2. Data", "4) Data", " 4.  Data"] {
            assert_eq!(of(title), of("Data"), "{title}");
        }
        for title in ["2027 Data", "4", "4. 5", "v4 Data", "4th Data", "Data 4"] {
            assert_ne!(of(title), of("Data"), "{title}");
        }
    }
}
