//! Pairs of one sentence that hang together: "P at R", "from 0.6 to 0.8". Never decides alone what a number is for.

use super::pair::Pair;
use super::sentence::Line;
use super::wording::strip_bounds;
use super::{Role, goal};

impl Line<'_> {
    /// "precision ≥ 0.95 at recall ≥ 0.85": positions of the main pair and of its condition.
    pub(super) fn conditions(&self, pairs: &[Pair]) -> Vec<(usize, usize)> {
        let mut out = Vec::new();
        for (n, pair) in pairs.iter().enumerate() {
            let (Some(name), Some(quantity)) =
                (self.clause.names.get(pair.name), self.clause.quantities.get(pair.quantity))
            else {
                continue;
            };
            let first = name.start.min(quantity.start);
            let before = self.text(self.start, first).to_lowercase();
            let trimmed = strip_bounds(&before);
            let word = trimmed.split(|c: char| !(c.is_alphanumeric() || c == '@')).next_back().unwrap_or_default();
            if !matches!(word, "at" | "@" | "given" | "keeping" | "holding" | "fixing") {
                continue;
            }
            let other = |m: &usize| pairs.get(*m).is_some_and(|other| other.name != pair.name);
            let main = n.checked_sub(1).filter(other).filter(|m| {
                let end = pairs.get(*m).and_then(|main| {
                    Some(self.clause.names.get(main.name)?.end.max(self.clause.quantities.get(main.quantity)?.end))
                });
                end.is_some_and(|end| end <= first && first - end <= 48 && !self.text(end, first).contains([';', '.']))
            });
            let leading = trimmed.trim_end_matches(word).trim().is_empty();
            // "Recall at precision 0.99 must be 0.7": the name stands before, its value behind.
            let held = || {
                let before =
                    |other: &Pair| self.clause.names.get(other.name).is_some_and(|other| other.end <= name.start);
                pairs.iter().enumerate().skip(n + 1).find(|(_, other)| before(other)).map(|(at, _)| at)
            };
            if let Some(main) = main.or_else(held) {
                out.push((main, n));
            } else if leading && other(&(n + 1)) && pairs.len() > n + 1 {
                out.push((n + 1, n));
            }
        }
        out
    }

    /// A pair as a condition: "recall >= 0.85".
    pub(super) fn condition(&self, pair: &Pair) -> Option<String> {
        let name = self.clause.names.get(pair.name)?;
        let quantity = self.clause.quantities.get(pair.quantity)?;
        let metric = self.reader.metric(name)?;
        if metric.id == "iou" {
            return Some(format!("IoU {}", quantity.ratio()));
        }
        let sign = quantity.comparator.map_or("=", crate::facts::Comparator::sign);
        Some(format!("{} {sign} {}", metric.id, (quantity.ratio() * 1e6).round() / 1e6))
    }

    /// "from 0.6 to 0.8": the role of a value that begins or ends a change of one metric.
    pub(super) fn turn(&self, pairs: &[Pair], n: usize) -> Option<Role> {
        let leads = |first: usize| {
            let (a, b) = (pairs.get(first)?, pairs.get(first + 1)?);
            let (from, to) = (self.clause.quantities.get(a.quantity)?, self.clause.quantities.get(b.quantity)?);
            let before = self.text(self.start, from.start);
            (a.name == b.name && goal::leads_to(before, self.text(from.end, to.start))).then_some(())
        };
        let past = goal::is_past(self.text(self.start, self.end));
        let role = if leads(n).is_some() {
            Role::Baseline
        } else {
            n.checked_sub(1).and_then(leads).map(|()| Role::Target)?
        };
        Some(if past { Role::Unknown } else { role })
    }
}
