//! What was spent within a span of time that moves on: never more than its limit in any stretch of that length. Knows nothing of
//! calls.

use std::collections::VecDeque;
use std::time::Duration;

use tokio::time::Instant;

/// A limit: so much in any stretch of this length.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Within {
    /// How much.
    pub most: u32,
    /// In how long.
    pub per: Duration,
}

/// Spending of a hundredth of the stretch is remembered as one, at its latest moment.
const GRAINS: u32 = 100;

/// What was spent of a limit lately.
#[derive(Debug)]
pub(super) struct Window {
    limit: Within,
    /// Grains: when each ends, and what was spent in it.
    spent: VecDeque<(Instant, u32)>,
    sum: u32,
}

impl Window {
    pub(super) fn new(limit: Within) -> Self {
        Self { limit, spent: VecDeque::new(), sum: 0 }
    }

    /// How long it takes until `cost` can be spent so that `kept` stays free. What is more than the limit is taken for all of it.
    pub(super) fn wait(&mut self, cost: u32, kept: u32, now: Instant) -> Duration {
        self.forget(now);
        let most = self.limit.most.saturating_sub(kept);
        let mut over = self.sum.saturating_add(cost.min(most)).saturating_sub(most);
        let mut wait = Duration::ZERO;
        for (until, spent) in &self.spent {
            if over == 0 {
                break;
            }
            over = over.saturating_sub(*spent);
            wait = (*until + self.limit.per).saturating_duration_since(now);
        }
        wait
    }

    pub(super) fn take(&mut self, cost: u32, now: Instant) {
        if cost == 0 {
            return;
        }
        self.sum = self.sum.saturating_add(cost);
        let grain = self.limit.per / GRAINS;
        match self.spent.back_mut() {
            // A grain ends a fixed time after its first spending: else a steady trickle would never be forgotten.
            Some((until, spent)) if now < *until => *spent = spent.saturating_add(cost),
            _ => self.spent.push_back((now + grain, cost)),
        }
    }

    /// How much is free, in hundredths of the limit.
    pub(super) fn free(&mut self, now: Instant) -> u32 {
        self.forget(now);
        let left = u64::from(self.limit.most.saturating_sub(self.sum));
        u32::try_from(left * 100 / u64::from(self.limit.most.max(1))).unwrap_or(100)
    }

    fn forget(&mut self, now: Instant) {
        let old = |(until, _): &(Instant, u32)| *until + self.limit.per <= now;
        while let Some((_, spent)) = self.spent.front().copied().filter(old) {
            self.sum = self.sum.saturating_sub(spent);
            self.spent.pop_front();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_stretch_holds_more_than_the_limit_whenever_it_begins() {
        let limit = Within { most: 10, per: Duration::from_mins(1) };
        let mut window = Window::new(limit);
        let mut spent: Vec<Instant> = Vec::new();
        let mut now = Instant::now();
        // Bursts and pauses of all lengths; whatever is allowed at once is spent at once.
        for step in 0_u64..2_000 {
            if window.wait(1, 0, now) == Duration::ZERO {
                window.take(1, now);
                spent.push(now);
            }
            now += Duration::from_millis(step * 37 % 4_001);
        }
        for begin in &spent {
            let within = spent.iter().filter(|at| (*begin..*begin + limit.per).contains(at)).count();
            assert!(within <= 10, "{within} within a minute");
        }
        assert!(spent.len() >= 600, "{} of some 660 that the limit lets through", spent.len());
    }

    #[test]
    fn the_wait_is_until_enough_is_free_and_what_is_kept_stays_free() {
        let mut window = Window::new(Within { most: 10, per: Duration::from_secs(100) });
        let begin = Instant::now();
        window.take(6, begin);
        let now = begin + Duration::from_secs(10);
        assert_eq!((window.wait(4, 0, now), window.free(now)), (Duration::ZERO, 40));
        assert_eq!(window.wait(5, 0, now), Duration::from_secs(91), "when the grain of the first is over");
        assert_eq!(window.wait(3, 2, now), Duration::from_secs(91));
        assert_eq!(window.wait(99, 0, now), Duration::from_secs(91), "all of it, and no more than there is");
        assert_eq!(window.wait(99, 0, now + Duration::from_secs(91)), Duration::ZERO);
    }
}
