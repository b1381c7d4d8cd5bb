//! Measured figures of rules: how often a rule found what was wrong and how often it cried wolf. Measures nothing itself.

use std::fmt::{self, Write as _};

use serde::Deserialize;

use super::{Rule, RuleSet};
use crate::finding::Severity;

/// Fewest samples (hits and false alarms) from which figures decide.
pub const ENOUGH: u64 = 20;
/// A rule or part whose precision may well lie below this is demoted to advice.
pub const LEAST_PRECISION: f64 = 0.70;
/// Quantile of the normal distribution for two-sided 95 %.
const Z: f64 = 1.959_963_984_540_054;

/// So many of so many.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Share {
    /// How many.
    pub of_these: u64,
    /// Of how many.
    pub all: u64,
}

impl Share {
    /// `of_these` of `all`; never more than all.
    #[must_use]
    pub fn new(of_these: u64, all: u64) -> Self {
        Self { of_these: of_these.min(all), all }
    }

    /// Of both together.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        Self::new(self.of_these + other.of_these, self.all + other.all)
    }

    /// The share, 0 to 1; none without a sample.
    #[must_use]
    pub fn value(self) -> Option<f64> {
        (self.all > 0).then(|| self.of_these as f64 / self.all as f64)
    }

    /// Wilson's 95 % score interval without continuity correction; 0 to 1 without a sample.
    ///
    /// Source: E. B. Wilson, "Probable inference, the law of succession, and statistical inference", Journal of the American
    /// Statistical Association 22 (1927) 209-212; recommended for small samples by L. D. Brown and others,
    /// "Interval estimation for a binomial proportion", Statistical Science 16 (2001) 101-133, equation (4).
    #[must_use]
    pub fn interval(self) -> (f64, f64) {
        let Some(share) = self.value() else { return (0.0, 1.0) };
        let (n, z2) = (self.all as f64, Z * Z);
        let middle = (share + z2 / (2.0 * n)) / (1.0 + z2 / n);
        let half = Z / (1.0 + z2 / n) * (share * (1.0 - share) / n + z2 / (4.0 * n * n)).sqrt();
        // At the ends the exact bound is the end itself; rounding must not leave it.
        let low = if self.of_these == 0 { 0.0 } else { (middle - half).max(0.0) };
        let high = if self.of_these == self.all { 1.0 } else { (middle + half).min(1.0) };
        (low, high)
    }
}

impl fmt::Display for Share {
    /// `0.90 (95 % interval 0.60 to 0.98, 10 samples)`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some(value) = self.value() else { return f.write_str("no sample") };
        let (low, high) = self.interval();
        let noun = if self.all == 1 { "sample" } else { "samples" };
        write!(f, "{value:.2} (95 % interval {low:.2} to {high:.2}, {} {noun})", self.all)
    }
}

/// What became of the labelled cases of a rule, or of one of its parts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Tally {
    /// Defects that it reported.
    pub hits: u64,
    /// Defects that nothing reported and that are its own.
    pub misses: u64,
    /// False alarms.
    pub noise: u64,
}

impl Tally {
    /// Defects that were reported, of all.
    #[must_use]
    pub fn recall(self) -> Share {
        Share::new(self.hits, self.hits.saturating_add(self.misses))
    }

    /// Alarms that were right, of all.
    #[must_use]
    pub fn precision(self) -> Share {
        Share::new(self.hits, self.hits.saturating_add(self.noise))
    }

    /// Both together.
    #[must_use]
    pub fn plus(self, other: Self) -> Self {
        Self {
            hits: self.hits.saturating_add(other.hits),
            misses: self.misses.saturating_add(other.misses),
            noise: self.noise.saturating_add(other.noise),
        }
    }

    /// True when there are enough samples, and precision may well be too low.
    #[must_use]
    pub fn is_unreliable(self) -> bool {
        self.precision().all >= ENOUGH && self.precision().interval().0 < LEAST_PRECISION
    }
}

/// One entry of a table `measured.toml`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct RawFigures {
    /// Rule code, perhaps with a part.
    pub(super) rule: String,
    pub(super) hits: u64,
    pub(super) misses: u64,
    pub(super) noise: u64,
}

impl RawFigures {
    /// The name under which its file and line are kept.
    pub(super) fn place(&self) -> String {
        format!("measured {}", self.rule)
    }

    pub(super) fn tally(&self) -> Tally {
        Tally { hits: self.hits, misses: self.misses, noise: self.noise }
    }
}

impl Rule {
    /// What was measured, all parts together; `None` where nothing was.
    #[must_use]
    pub fn tally(&self) -> Option<Tally> {
        self.measured.values().copied().reduce(Tally::plus)
    }

    /// True when what this part reports is advice only; the empty part is the rule itself.
    #[must_use]
    pub fn is_demoted(&self, part: &str) -> bool {
        self.demoted.contains("") || self.demoted.contains(part)
    }

    /// The worst that it reports: its page's severity, or advice where all of it is demoted.
    #[must_use]
    pub fn worst(&self) -> Severity {
        let all = self.is_demoted("") || !self.parts.is_empty() && self.parts.iter().all(|part| self.is_demoted(part));
        if all { Severity::Info } else { self.severity }
    }

    /// Why it is demoted, in one sentence; `None` where it is not.
    #[must_use]
    pub fn demotion(&self) -> Option<String> {
        let said = self.demoted.iter().filter_map(|part| {
            let precision = self.measured.get(part)?.precision();
            let what = if part.is_empty() { String::new() } else { format!("{part} ") };
            Some(format!("{what}demoted from {} to info: measured precision {precision}", self.severity))
        });
        let said: Vec<String> = said.collect();
        (!said.is_empty()).then(|| said.join("; "))
    }

    /// What was measured, for `rules explain`; empty where nothing was.
    pub(super) fn measured_words(&self) -> String {
        let mut out = String::new();
        let Some(all) = self.tally() else { return out };
        // Writing to a string cannot fail.
        let _ = writeln!(out, "measured precision {}", all.precision());
        let _ = writeln!(out, "measured recall {}", all.recall());
        for (part, tally) in self.measured.iter().filter(|(part, _)| !part.is_empty()) {
            let _ = writeln!(out, "  {part}: precision {}", tally.precision());
            let _ = writeln!(out, "  {part}: recall {}", tally.recall());
        }
        if let Some(why) = self.demotion() {
            let _ = writeln!(out, "{why}; at {ENOUGH} samples the lower bound must reach {LEAST_PRECISION:.2}");
        }
        out
    }
}

impl RuleSet {
    /// The same rules with the severities of their pages, whatever was measured: what is measured next must not depend on
    /// what was measured last.
    #[must_use]
    pub fn without_demotion(mut self) -> Self {
        for rule in &mut self.rules {
            rule.demoted.clear();
        }
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Known values: Newcombe's 81 of 263 (Statistics in Medicine 17, 1998, 857-872), and R's `prop.test(x, n, correct = FALSE)`.
    #[test]
    fn wilson_has_its_known_values() {
        for (these, all, low, high) in [
            (0, 10, 0.0, 0.277_533),
            (10, 10, 0.722_467, 1.0),
            (5, 10, 0.236_593, 0.763_407),
            (1, 1, 0.206_549, 1.0),
            (9, 10, 0.595_850, 0.982_124),
            (81, 263, 0.255_289, 0.366_210),
            (0, 0, 0.0, 1.0),
        ] {
            let (got_low, got_high) = Share::new(these, all).interval();
            assert!(
                (got_low - low).abs() < 1e-5 && (got_high - high).abs() < 1e-5,
                "{these}/{all}: {got_low} {got_high}"
            );
        }
    }

    #[test]
    fn few_samples_and_good_precision_demote_nothing() {
        for (hits, noise, expected) in [(0, 19, false), (0, 20, true), (20, 0, false), (16, 4, true), (90, 10, false)] {
            assert_eq!(Tally { hits, misses: 3, noise }.is_unreliable(), expected, "{hits} {noise}");
        }
    }

    #[test]
    fn numbers_of_any_size_are_harmless() {
        let most = Tally { hits: u64::MAX, misses: u64::MAX, noise: u64::MAX };
        assert!(!most.plus(most).recall().interval().0.is_nan());
        assert_eq!(Share::new(7, 3), Share::new(3, 3));
    }
}
