//! What a call may cost, before it is made.

/// Caps of one review.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Budget {
    /// Most calls.
    pub calls: u32,
    /// Most tokens, sent and received together.
    pub tokens: u64,
}

/// Tokens of a text before a server has counted them: bytes / 3, rounded up (English Markdown measures 3.5 bytes a token).
#[must_use]
pub fn estimate_tokens(text: &str) -> u64 {
    u64::try_from(text.len().div_ceil(3)).unwrap_or(u64::MAX)
}
