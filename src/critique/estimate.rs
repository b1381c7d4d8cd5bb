//! Tokens of a text before a server has counted them: high on purpose, so that caps hold.

/// Tokens of a text before a server has counted them: bytes / 3, rounded up (English Markdown measures 3.5 bytes a token).
#[must_use]
pub fn estimate_tokens(text: &str) -> u64 {
    u64::try_from(text.len().div_ceil(3)).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn three_bytes_count_as_a_token() {
        assert_eq!(["", "a", "abc", "abcd"].map(estimate_tokens), [0, 1, 1, 2]);
    }
}
