//! What a call may cost, before it is made. Never counts money: prices belong to the caller.

use super::{Ask, Usage};

/// Caps of one review.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Budget {
    /// Most calls.
    pub calls: u32,
    /// Most tokens, sent and received together.
    pub tokens: u64,
}

impl Default for Budget {
    fn default() -> Self {
        Self { calls: 8, tokens: 60_000 }
    }
}

impl Budget {
    /// May `ask` be sent when `spent` is gone already? Judged by the estimate, so that the cap holds before the money is spent.
    ///
    /// # Errors
    /// One sentence for people that names the cap.
    pub fn allows(&self, spent: Usage, ask: &Ask) -> Result<(), String> {
        if spent.calls >= self.calls {
            return Err(format!("the limit of {} model calls per review is reached", self.calls));
        }
        let next = spent.input_tokens.saturating_add(spent.output_tokens).saturating_add(estimate(ask));
        if next > self.tokens {
            return Err(format!("the limit of {} model tokens per review is reached", self.tokens));
        }
        Ok(())
    }
}

/// Most tokens that one sending of `ask` can cost, by estimate.
#[must_use]
pub fn estimate(ask: &Ask) -> u64 {
    let schema = estimate_tokens(&ask.schema.to_string());
    estimate_tokens(&ask.system) + estimate_tokens(&ask.user) + schema + u64::from(ask.max_tokens)
}

/// Tokens of a text before a server has counted them: bytes / 3, rounded up (English Markdown measures 3.5 bytes a token).
#[must_use]
pub fn estimate_tokens(text: &str) -> u64 {
    u64::try_from(text.len().div_ceil(3)).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::super::tests;
    use super::*;

    #[test]
    fn the_caps_hold_before_the_call() {
        let ask = tests::ask("Some text.");
        let cost = estimate(&ask);
        let spent = |calls, input_tokens| Usage { calls, input_tokens, output_tokens: 10 };
        let budget = Budget { calls: 2, tokens: 100 + cost };
        for (spent, expected) in [
            (spent(0, 0), None),
            (spent(1, 90), None),
            (spent(1, 91), Some("tokens")),
            (spent(2, 0), Some("calls")),
            (spent(0, u64::MAX), Some("tokens")),
        ] {
            let refused = budget.allows(spent, &ask).err();
            assert_eq!(refused.is_some(), expected.is_some(), "{spent:?}");
            assert!(refused.unwrap_or_default().contains(expected.unwrap_or_default()), "{spent:?}");
        }
        assert!(cost > u64::from(ask.max_tokens));
    }

    #[test]
    fn three_bytes_count_as_a_token() {
        assert_eq!(["", "a", "abc", "abcd"].map(estimate_tokens), [0, 1, 1, 2]);
    }
}
