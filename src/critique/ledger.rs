//! What calls to a model cost, in tokens and in money, and the caps that hold before each call. Knows no clock, no store, no
//! endpoint.
//!
//! How it is used: before each sending the endpoint's client makes a [`Ledger`] of the most that it can cost
//! ([`Ledger::of`] with [`Tokens::most`]) and gives it to the purse (`job::purse`), which adds it to what the review, the change
//! and the day have come to and asks [`Caps::check`] for each. Afterwards the true cost takes the place of the estimate. Callers
//! of a model do nothing for this: they take the model that a purse pays (`Model::paid_by`), and a call that a cap forbids comes
//! back as an error whose words for readers name the cap. [`Ledger::words`] is the line for people, [`Ledger::cost`] the figure
//! for machines: none where a price is unknown, never a nought that nobody has counted.

use std::fmt;

use super::{Ask, estimate_tokens};

/// Millionths of a US dollar.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct MicroUsd(pub u64);

impl MicroUsd {
    /// From dollars; none for what is no amount.
    #[must_use]
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "the range is checked")]
    pub fn from_usd(dollars: f64) -> Option<Self> {
        (dollars.is_finite() && (0.0..=1e12).contains(&dollars)).then(|| Self((dollars * 1e6).round() as u64))
    }

    /// In dollars, for machines.
    #[must_use]
    pub fn usd(self) -> f64 {
        self.0 as f64 / 1e6
    }
}

impl fmt::Display for MicroUsd {
    /// `$0.04`, rounded to cents; `less than $0.01` where cents say nothing.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0 > 0 && self.0 < 10_000 {
            return f.write_str("less than $0.01");
        }
        let cents = self.0.saturating_add(5_000) / 10_000;
        write!(f, "${}.{:02}", grouped(cents / 100), cents % 100)
    }
}

/// What a million tokens cost.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Price {
    /// Sent.
    pub input: MicroUsd,
    /// Sent and found in the endpoint's cache.
    pub cached: MicroUsd,
    /// Received.
    pub output: MicroUsd,
}

impl Price {
    /// The cost of these tokens, rounded up.
    #[must_use]
    pub fn of(&self, tokens: Tokens) -> MicroUsd {
        let cached = tokens.cached.min(tokens.input);
        let part = |tokens: u64, price: MicroUsd| u128::from(tokens) * u128::from(price.0);
        let all =
            part(tokens.input - cached, self.input) + part(cached, self.cached) + part(tokens.output, self.output);
        MicroUsd(u64::try_from(all.div_ceil(1_000_000)).unwrap_or(u64::MAX))
    }
}

/// Tokens of one call.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Tokens {
    /// Sent, those from the endpoint's cache included.
    pub input: u64,
    /// Of those sent: found in the endpoint's cache.
    pub cached: u64,
    /// Received.
    pub output: u64,
}

impl Tokens {
    /// The most that one sending of `ask` can come to, by estimate.
    #[must_use]
    pub fn most(ask: &Ask) -> Self {
        let schema = estimate_tokens(&ask.schema.to_string());
        let input = estimate_tokens(&ask.system) + estimate_tokens(&ask.user) + schema;
        Self { input, cached: 0, output: u64::from(ask.max_tokens) }
    }
}

/// What calls have cost so far: retries, probes and failed calls included.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Ledger {
    /// Requests that were sent.
    pub calls: u64,
    /// Their tokens.
    pub tokens: Tokens,
    /// Cost of those calls whose price is known.
    pub known_cost: MicroUsd,
    /// Calls with tokens whose price is not known.
    pub unpriced_calls: u64,
}

impl Ledger {
    /// One call.
    #[must_use]
    pub fn of(tokens: Tokens, price: Option<Price>) -> Self {
        let is_free = tokens.input == 0 && tokens.output == 0;
        Self {
            calls: 1,
            tokens,
            known_cost: price.map_or(MicroUsd(0), |price| price.of(tokens)),
            unpriced_calls: u64::from(price.is_none() && !is_free),
        }
    }

    /// With another count.
    #[must_use]
    pub fn plus(self, other: Self) -> Self {
        self.with(other, u64::saturating_add)
    }

    /// Without a count that was added before.
    #[must_use]
    pub fn minus(self, other: Self) -> Self {
        self.with(other, u64::saturating_sub)
    }

    fn with(self, other: Self, join: impl Fn(u64, u64) -> u64) -> Self {
        Self {
            calls: join(self.calls, other.calls),
            tokens: Tokens {
                input: join(self.tokens.input, other.tokens.input),
                cached: join(self.tokens.cached, other.tokens.cached),
                output: join(self.tokens.output, other.tokens.output),
            },
            known_cost: MicroUsd(join(self.known_cost.0, other.known_cost.0)),
            unpriced_calls: join(self.unpriced_calls, other.unpriced_calls),
        }
    }

    /// Tokens sent and received.
    #[must_use]
    pub fn all_tokens(&self) -> u64 {
        self.tokens.input.saturating_add(self.tokens.output)
    }

    /// What all of it cost; none where the price of a call is unknown.
    #[must_use]
    pub fn cost(&self) -> Option<MicroUsd> {
        (self.unpriced_calls == 0).then_some(self.known_cost)
    }

    /// `12 calls, 31,204 tokens, about $0.04`; says so where the price is unknown.
    #[must_use]
    pub fn words(&self) -> String {
        let calls = if self.calls == 1 { "1 call".to_owned() } else { format!("{} calls", grouped(self.calls)) };
        let cost = match self.cost() {
            Some(MicroUsd(0)) => "no cost".to_owned(),
            Some(cost @ MicroUsd(1..10_000)) => cost.to_string(),
            Some(cost) => format!("about {cost}"),
            None => "price unknown".to_owned(),
        };
        format!("{calls}, {} tokens, {cost}", grouped(self.all_tokens()))
    }
}

/// `31,204`.
pub fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut out = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// Most that something may come to; what is none is not limited.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Cap {
    /// Calls.
    pub calls: Option<u64>,
    /// Tokens, sent and received together.
    pub tokens: Option<u64>,
    /// Money. Cannot hold where the price of the model is unknown; the others do.
    pub cost: Option<MicroUsd>,
}

impl Cap {
    /// True when nothing is limited.
    #[must_use]
    pub fn is_open(&self) -> bool {
        *self == Self::default()
    }
}

/// Caps of one review, of a change over all its reviews, and of a UTC day: of one author, of one repository, and over everything.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Caps {
    /// Of one run of the critique.
    pub review: Cap,
    /// Of a pull request, from its first review on.
    pub change: Cap,
    /// Of what one account causes in a day.
    pub author: Cap,
    /// Of a repository in a day.
    pub repository: Cap,
    /// Of a day.
    pub day: Cap,
}

impl Caps {
    /// The cap of `scope`.
    #[must_use]
    pub fn of(&self, scope: Scope) -> Cap {
        match scope {
            Scope::Review => self.review,
            Scope::Change => self.change,
            Scope::Author => self.author,
            Scope::Repository => self.repository,
            Scope::Day => self.day,
        }
    }

    /// Each of these, and where it says nothing the other.
    #[must_use]
    pub fn or(self, other: Self) -> Self {
        let or = |own: Cap, other: Cap| Cap {
            calls: own.calls.or(other.calls),
            tokens: own.tokens.or(other.tokens),
            cost: own.cost.or(other.cost),
        };
        Self {
            review: or(self.review, other.review),
            change: or(self.change, other.change),
            author: or(self.author, other.author),
            repository: or(self.repository, other.repository),
            day: or(self.day, other.day),
        }
    }

    /// May the sum of `scope` become `total`, the estimate of the next call included?
    ///
    /// # Errors
    /// The cap that stands in the way.
    pub fn check(&self, scope: Scope, total: &Ledger) -> Result<(), OverCap> {
        let cap = self.of(scope);
        let over = |limit: Option<u64>, total: u64| limit.filter(|limit| total > *limit);
        let limit = over(cap.calls, total.calls)
            .map(Limit::Calls)
            .or_else(|| over(cap.tokens, total.all_tokens()).map(Limit::Tokens))
            .or_else(|| over(cap.cost.map(|cost| cost.0), total.known_cost.0).map(|cost| Limit::Cost(MicroUsd(cost))));
        limit.map_or(Ok(()), |limit| Err(OverCap { scope, limit }))
    }
}

/// What a cap is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// One run of the critique.
    Review,
    /// A pull request.
    Change,
    /// An account in a UTC day.
    Author,
    /// A repository in a UTC day.
    Repository,
    /// A UTC day.
    Day,
}

/// The figure of a cap.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Limit {
    /// Calls.
    Calls(u64),
    /// Tokens.
    Tokens(u64),
    /// Money.
    Cost(MicroUsd),
}

/// A cap forbids the next call.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{}: the cap is {}", self.for_readers(), self.figure())]
pub struct OverCap {
    /// What the cap is about.
    pub scope: Scope,
    /// The cap.
    pub limit: Limit,
}

impl OverCap {
    /// Without the figure, which is the operator's business.
    #[must_use]
    pub fn for_readers(&self) -> &'static str {
        match (self.scope, self.limit) {
            (Scope::Review, Limit::Calls(_)) => "the limit of model calls for one review is reached",
            (Scope::Review, Limit::Tokens(_)) => "the limit of model tokens for one review is reached",
            (Scope::Review, Limit::Cost(_)) => "the limit of model cost for one review is reached",
            (Scope::Change, Limit::Calls(_)) => "the limit of model calls for this change is reached",
            (Scope::Change, Limit::Tokens(_)) => "the limit of model tokens for this change is reached",
            (Scope::Change, Limit::Cost(_)) => "the limit of model cost for this change is reached",
            (Scope::Author, Limit::Calls(_)) => "the limit of model calls for one author is reached for today",
            (Scope::Author, Limit::Tokens(_)) => "the limit of model tokens for one author is reached for today",
            (Scope::Author, Limit::Cost(_)) => "the limit of model cost for one author is reached for today",
            (Scope::Repository, Limit::Calls(_)) => "the limit of model calls for this repository is reached for today",
            (Scope::Repository, Limit::Tokens(_)) => {
                "the limit of model tokens for this repository is reached for today"
            }
            (Scope::Repository, Limit::Cost(_)) => "the limit of model cost for this repository is reached for today",
            (Scope::Day, Limit::Calls(_)) => "the limit of model calls for today is reached",
            (Scope::Day, Limit::Tokens(_)) => "the limit of model tokens for today is reached",
            (Scope::Day, Limit::Cost(_)) => "the limit of model cost for today is reached",
        }
    }

    fn figure(&self) -> String {
        match self.limit {
            Limit::Calls(calls) => format!("{} calls", grouped(calls)),
            Limit::Tokens(tokens) => format!("{} tokens", grouped(tokens)),
            Limit::Cost(cost) => cost.to_string(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PRICE: Price = Price { input: MicroUsd(400_000), cached: MicroUsd(100_000), output: MicroUsd(1_600_000) };

    fn tokens(input: u64, cached: u64, output: u64) -> Tokens {
        Tokens { input, cached, output }
    }

    #[test]
    fn tokens_are_priced_and_rounded_up() {
        for ((input, cached, output), expected) in [
            ((0, 0, 0), 0),
            ((1, 0, 0), 1),
            ((1_000_000, 0, 0), 400_000),
            ((1_000_000, 1_000_000, 0), 100_000),
            ((1_000_000, 500_000, 1_000_000), 1_850_000),
            // A server that counts more cached than sent.
            ((10, 20, 0), 1),
            ((u64::MAX, 0, u64::MAX), u64::MAX),
        ] {
            assert_eq!(PRICE.of(tokens(input, cached, output)), MicroUsd(expected), "{input} {cached} {output}");
        }
    }

    #[test]
    fn money_is_said_in_cents_and_never_as_nought_where_something_was_spent() {
        for (micro, expected) in [
            (0, "$0.00"),
            (1, "less than $0.01"),
            (9_999, "less than $0.01"),
            (10_000, "$0.01"),
            (44_999, "$0.04"),
            (45_000, "$0.05"),
            (1_234_567_890_000, "$1,234,567.89"),
        ] {
            assert_eq!(MicroUsd(micro).to_string(), expected);
        }
        assert_eq!(MicroUsd::from_usd(0.04), Some(MicroUsd(40_000)));
        for bad in [-0.01, f64::NAN, f64::INFINITY, 1e13] {
            assert_eq!(MicroUsd::from_usd(bad), None);
        }
    }

    #[test]
    fn an_unknown_price_is_said_and_not_a_nought() {
        let priced = Ledger::of(tokens(30_000, 0, 1_204), Some(PRICE));
        assert_eq!(priced.words(), "1 call, 31,204 tokens, about $0.01");
        assert_eq!(priced.cost(), Some(MicroUsd(13_927)));
        let both = priced.plus(Ledger::of(tokens(10, 0, 1), None));
        assert_eq!((both.cost(), both.known_cost), (None, MicroUsd(13_927)));
        assert_eq!(both.words(), "2 calls, 31,215 tokens, price unknown");
        assert_eq!(Ledger::of(Tokens::default(), None).cost(), Some(MicroUsd(0)), "what cost nothing needs no price");
        assert_eq!(both.minus(Ledger::of(tokens(10, 0, 1), None)), priced);
        assert_eq!(Ledger::of(tokens(100, 0, 0), Some(PRICE)).words(), "1 call, 100 tokens, less than $0.01");
    }

    #[test]
    fn each_cap_holds_at_its_figure_and_is_named() {
        let of = |calls, tokens, cost| Cap { calls, tokens, cost };
        let caps = Caps {
            review: of(Some(2), None, None),
            change: of(None, Some(100), None),
            author: of(Some(4), None, None),
            repository: of(None, Some(30), None),
            day: of(None, None, Some(MicroUsd(50_000))),
        };
        let total = |calls, input, cost| Ledger {
            calls,
            tokens: tokens(input, 0, 10),
            known_cost: MicroUsd(cost),
            unpriced_calls: 0,
        };
        for (scope, total, expected) in [
            (Scope::Review, total(2, u64::MAX, u64::MAX), None),
            (
                Scope::Review,
                total(3, 0, 0),
                Some("the limit of model calls for one review is reached: the cap is 2 calls"),
            ),
            (Scope::Change, total(9, 90, 0), None),
            (Scope::Change, total(0, 91, 0), Some("model tokens for this change is reached: the cap is 100 tokens")),
            (Scope::Change, total(0, u64::MAX, 0), Some("tokens")),
            (Scope::Author, total(4, u64::MAX, 0), None),
            (
                Scope::Author,
                total(5, 0, 0),
                Some("model calls for one author is reached for today: the cap is 4 calls"),
            ),
            (Scope::Repository, total(9, 20, 0), None),
            (
                Scope::Repository,
                total(0, 21, 0),
                Some("tokens for this repository is reached for today: the cap is 30"),
            ),
            (Scope::Day, total(9, 0, 50_000), None),
            (Scope::Day, total(0, 0, 50_001), Some("model cost for today is reached: the cap is $0.05")),
        ] {
            let refused = caps.check(scope, &total).err().map(|over| over.to_string());
            assert_eq!(refused.is_some(), expected.is_some(), "{scope:?} {total:?}: {refused:?}");
            assert!(refused.unwrap_or_default().contains(expected.unwrap_or_default()), "{expected:?}");
        }
        assert!(Cap::default().is_open() && !caps.day.is_open());
    }
}
