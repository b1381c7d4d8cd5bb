//! Documents by path or address. Reads text; never says what it means.

pub mod file;
pub mod url;

/// One input after reading.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Loaded {
    /// Text that can be reviewed.
    Text {
        /// Path or address as given.
        path: String,
        /// The text.
        text: String,
        /// Hexadecimal SHA-256 of its bytes.
        sha256: String,
    },
    /// Not read; the reason says what to do.
    Unread {
        /// Path or address as given.
        path: String,
        /// One line: what happened, and the next step.
        reason: String,
    },
}

impl Loaded {
    /// Text from memory, with its hash.
    #[must_use]
    pub fn text(path: &str, text: String) -> Self {
        let sha256 = sha256_hex(text.as_bytes());
        Self::Text { path: path.to_owned(), text, sha256 }
    }
}

/// Hexadecimal SHA-256.
#[must_use]
pub fn sha256_hex(bytes: &[u8]) -> String {
    use sha2::Digest as _;
    use std::fmt::Write as _;
    sha2::Sha256::digest(bytes).iter().fold(String::with_capacity(64), |mut hex, byte| {
        // Writing to a string cannot fail.
        let _ = write!(hex, "{byte:02x}");
        hex
    })
}
