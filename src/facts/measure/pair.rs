//! Which number belongs to which name within one sentence. Never asks what the number is for.

use super::gap::{Gap, continues, joined, left_gap, listed, right_gap};
use super::name::Name;
use super::purpose::{Fit, fit};
use crate::facts::{Metric, Quantity, Unit};

/// A share or a coefficient whose point has slipped is no larger.
const SLIP: f64 = 10.0;

/// A name with a number: positions in the lists that were given.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Pair {
    pub name: usize,
    pub quantity: usize,
}

/// One sentence with its names and numbers; offsets are those of the block's text.
pub(super) struct Clause<'a> {
    pub text: &'a str,
    pub names: &'a [Name],
    pub metrics: Vec<Option<&'a Metric>>,
    pub quantities: Vec<&'a Quantity>,
}

impl Clause<'_> {
    fn between(&self, start: usize, end: usize) -> &str {
        self.text.get(start..end.max(start)).unwrap_or_default()
    }

    fn fit(&self, name: usize, quantity: usize) -> Fit {
        match (self.metrics.get(name).copied().flatten(), self.quantities.get(quantity)) {
            (Some(metric), Some(quantity)) => fit(metric, quantity),
            _ => Fit::No,
        }
    }

    /// How many numbers follow each other from `at` on with nothing but commas between.
    fn list_from(&self, at: usize) -> usize {
        let mut count = 1;
        while let (Some(a), Some(b)) = (self.quantities.get(at + count - 1), self.quantities.get(at + count)) {
            let gap = self.between(a.end, b.start).trim();
            if !matches!(gap, "," | "and" | ", and" | "or" | ", or") || a.comparator.is_some() {
                break;
            }
            count += 1;
        }
        count
    }

    /// The name stands in a group such as "precision, recall and F1".
    fn is_joined(&self, name: usize) -> bool {
        let pair = |a: usize, b: usize| match (self.names.get(a), self.names.get(b)) {
            (Some(a), Some(b)) => joined(self.between(a.end, b.start)),
            _ => false,
        };
        name.checked_sub(1).is_some_and(|before| pair(before, name))
    }

    /// "10 % of the tickets": a share of something.
    fn is_share(&self, quantity: &Quantity) -> bool {
        let after = self.text.get(quantity.end..).unwrap_or_default().trim_start();
        after.starts_with("of ")
            && !after.starts_with("of which")
            && matches!(quantity.unit, Unit::Percent | Unit::Count(_))
    }

    /// Pairs names and numbers.
    pub(super) fn pairs(&self) -> Vec<Pair> {
        let mut pairs: Vec<Pair> = Vec::new();
        let mut done = vec![false; self.quantities.len()];
        for at in 0..self.quantities.len() {
            if done.get(at).copied().unwrap_or(true) {
                continue;
            }
            let Some(quantity) = self.quantities.get(at).copied() else { continue };
            let left = self.names.iter().rposition(|name| name.end <= quantity.start);
            let right = self.names.iter().position(|name| name.start >= quantity.end);
            let alone = left.is_none_or(|name| !self.is_joined(name));
            let list = if alone { self.list_from(at) } else { 0 };
            if list >= 3 {
                // "quantiles of 5, 25, 50 and 95": parameters, no values.
                for n in at..at + list {
                    if let Some(done) = done.get_mut(n) {
                        *done = true;
                    }
                }
                continue;
            }
            let left_ok = left.map_or(Gap::Broken, |name| self.left(name, at, &pairs));
            let right_ok = right.map_or(Gap::Broken, |name| self.right(name, at));
            let used = left.is_some_and(|left| pairs.iter().any(|pair| pair.name == left));
            let take_right = match (left_ok, right_ok) {
                (_, Gap::Broken) => false,
                (Gap::Tight, _) => used && right_ok == Gap::Tight,
                (Gap::Broken | Gap::Loose, _) => true,
            };
            if take_right && let Some(name) = right {
                pairs.push(Pair { name, quantity: at });
                self.share_right(name, at, &mut pairs);
            } else if left_ok != Gap::Broken
                && let Some(name) = left
            {
                self.share_left(name, at, &mut pairs, &mut done);
            }
        }
        self.hold(&mut pairs);
        pairs
    }

    /// "Recall at precision 0.99 must be 0.7": the second number belongs to the first name.
    fn hold(&self, pairs: &mut [Pair]) {
        for name in 0..self.names.len().saturating_sub(1) {
            let (Some(first), Some(second)) = (self.names.get(name), self.names.get(name + 1)) else { continue };
            let gap = self.between(first.end, second.start).to_lowercase();
            let at = gap
                .split_whitespace()
                .all(|word| matches!(word, "at" | "@" | "a" | "an" | "the" | "fixed" | "constant" | "given"));
            if !at || !gap.contains(['a', '@', 'g']) || pairs.iter().any(|pair| pair.name == name) {
                continue;
            }
            let mut own = pairs.iter_mut().filter(|pair| pair.name == name + 1);
            own.next();
            if let Some(pair) = own.next() {
                pair.name = name;
            }
        }
    }

    fn left(&self, name: usize, at: usize, pairs: &[Pair]) -> Gap {
        let (Some(found), Some(quantity)) = (self.names.get(name), self.quantities.get(at)) else { return Gap::Broken };
        let fit = self.fit(name, at);
        if fit == Fit::No {
            return Gap::Broken;
        }
        let previous =
            pairs.iter().rev().find(|pair| pair.name == name).and_then(|pair| self.quantities.get(pair.quantity));
        let gap = match previous {
            Some(first) if first.end <= quantity.start => {
                // "91 % accuracy today, and the model must reach 94 %": the name itself may stand between the two.
                let text = self.between(first.end.max(found.end), quantity.start);
                let own = |other: &Name| other.start == found.start;
                if continues(text, self.text.get(quantity.end..).unwrap_or_default(), first, quantity)
                    && self
                        .names
                        .iter()
                        .all(|other| own(other) || other.start < first.start || other.start >= quantity.end)
                {
                    Gap::Tight
                } else {
                    Gap::Broken
                }
            }
            _ => left_gap(self.between(found.end, quantity.start), quantity),
        };
        let share = self.is_share(quantity) && (gap != Gap::Tight || previous.is_some());
        // "kappa over the five roles is under 7.4": a number with a decimal, bounded and as small as a slip, is a level all the same.
        let slip = quantity.unit == Unit::Plain
            && quantity.decimals > 0
            && quantity.value <= SLIP
            && self.metrics.get(name).copied().flatten().is_some_and(|metric| metric.quality && !metric.everyday);
        let far = !slip && (gap != Gap::Tight || self.between(found.end, quantity.start).len() > 24);
        let doubtful = fit == Fit::Doubtful && (far || matches!(quantity.unit, Unit::Count(_)));
        if share || doubtful { Gap::Broken } else { gap }
    }

    fn right(&self, name: usize, at: usize) -> Gap {
        let (Some(found), Some(quantity)) = (self.names.get(name), self.quantities.get(at)) else { return Gap::Broken };
        let written = self.text.get(found.start..found.end).unwrap_or_default();
        match self.fit(name, at) {
            Fit::No | Fit::Doubtful => {
                // "85 recall": the noun behind the number is the metric itself.
                let noun = matches!(&quantity.unit, Unit::Count(_)) && quantity.decimals > 0 && quantity.value <= 1.0;
                if noun { right_gap(self.between(quantity.end, found.start), written) } else { Gap::Broken }
            }
            // "six quantile losses" counts them.
            _ if matches!(quantity.unit, Unit::Count(_)) && quantity.decimals == 0 => Gap::Broken,
            _ => right_gap(self.between(quantity.end, found.start), written),
        }
    }

    fn share_left(&self, name: usize, at: usize, pairs: &mut Vec<Pair>, done: &mut [bool]) {
        let mut group = vec![name];
        while let Some(first) = group.first().copied()
            && let Some(before) = first.checked_sub(1)
            && let (Some(a), Some(b)) = (self.names.get(before), self.names.get(first))
            && joined(self.between(a.end, b.start))
            && !pairs.iter().any(|pair| pair.name == before)
        {
            group.insert(0, before);
        }
        // "precision and recall of 0.9 and 0.85": as many numbers as names.
        if group.len() > 1 {
            let numbers: Vec<usize> = (at..at + group.len()).collect();
            let zipped = numbers.windows(2).all(|pair| {
                let [a, b] = pair else { return false };
                match (self.quantities.get(*a), self.quantities.get(*b)) {
                    (Some(a), Some(b)) => listed(self.between(a.end, b.start)),
                    _ => false,
                }
            });
            if zipped && numbers.iter().zip(&group).all(|(quantity, name)| self.fit(*name, *quantity) != Fit::No) {
                for (quantity, name) in numbers.into_iter().zip(group) {
                    pairs.push(Pair { name, quantity });
                    if let Some(done) = done.get_mut(quantity) {
                        *done = true;
                    }
                }
                return;
            }
        }
        for name in group {
            if self.fit(name, at) != Fit::No {
                pairs.push(Pair { name, quantity: at });
            }
        }
    }

    /// "at least 0.9 precision and recall": the second name shares the number unless it has its own.
    fn share_right(&self, name: usize, at: usize, pairs: &mut Vec<Pair>) {
        let mut last = name;
        while let (Some(a), Some(b)) = (self.names.get(last), self.names.get(last + 1)) {
            if !joined(self.between(a.end, b.start)) {
                break;
            }
            let own = self.quantities.iter().enumerate().any(|(n, quantity)| {
                n != at
                    && quantity.start >= b.end
                    && left_gap(self.between(b.end, quantity.start), quantity) == Gap::Tight
                    && self.names.get(last + 2).is_none_or(|next| quantity.end <= next.start)
            });
            if own || self.fit(last + 1, at) == Fit::No {
                break;
            }
            last += 1;
            pairs.push(Pair { name: last, quantity: at });
        }
    }
}
