//! Identity of a finding across edits.

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::text::fold::fold;
use crate::text::hex;

/// 16 hexadecimal digits made from rule, part, heading path and quoted words. Line numbers and the prose of a model
/// are no part of it, so an inserted line or another phrasing changes nothing.
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
            field(&fold(title));
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

impl std::fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}
