//! Keeps the calls of one installation within GitHub's limits, and shares a request to wait among all of them. Sends nothing.
//!
//! Reads go at once while there are points; writes come one after the other, some time apart, and leave points for reads. What
//! would have to wait for long is refused with the time that it takes, so that nobody holds a worker for it.

mod cost;
mod window;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::{Semaphore, SemaphorePermit};
use tokio::time::Instant;

pub(super) use cost::Cost;
use window::Window;
pub use window::Within;

use crate::review::Pressure;

/// Limits of one installation. GitHub's own, and where it names none that is certain, something below:
/// <https://docs.github.com/rest/using-the-rest-api/rate-limits-for-the-rest-api#about-secondary-rate-limits>.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Points for REST: 900 a minute.
    pub rest: Within,
    /// Points for GraphQL: 2,000 a minute.
    pub graph: Within,
    /// Content in a short time: GitHub says 80 a minute, of which 60 are used.
    pub content: Within,
    /// Content in a long time: GitHub says 500 an hour, of which 400 are used.
    pub content_long: Within,
    /// Least time between two writes: GitHub asks for a second.
    pub gap: Duration,
    /// Calls that are under way at once: GitHub allows 100 in all.
    pub at_once: usize,
    /// Longest wait that a call sits out; who would have to wait longer is sent away.
    pub patience: Duration,
    /// How long a second of a request to wait lasts: a second, but where time is played.
    pub second: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        let minute = Duration::from_mins(1);
        Self {
            rest: Within { most: 900, per: minute },
            graph: Within { most: 2_000, per: minute },
            content: Within { most: 60, per: minute },
            content_long: Within { most: 400, per: Duration::from_hours(1) },
            gap: Duration::from_secs(1),
            at_once: 20,
            patience: Duration::from_secs(3),
            second: Duration::from_secs(1),
        }
    }
}

/// Hundredths of the long content that are kept for verdicts.
const KEPT: u32 = 15;
/// Hundredths of the long content below which a review leaves something out, in its order. From the last to what is kept lies
/// what reviews that have begun may still write.
const SHORT: [(u32, Pressure); 4] =
    [(35, Pressure::CheckOnly), (50, Pressure::NoComments), (60, Pressure::FewComments), (70, Pressure::NoModel)];
/// Calls that are left of an hour when nothing more is asked until it is over.
const NEAR: u64 = 10;
/// A request to wait that names no time is doubled each time it comes again, so often at most: from one minute to sixteen.
const DOUBLINGS: u32 = 4;
/// Lanes that are remembered.
const LANES: usize = 1_000;

/// Who shares limits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Whose {
    /// The App itself.
    App,
    /// An installation of it.
    Installation(u64),
    /// The token that was given.
    Token,
}

/// The limits of all installations.
#[derive(Debug)]
pub(super) struct Lanes {
    limits: Limits,
    lanes: Mutex<HashMap<Whose, Arc<Lane>>>,
}

impl Lanes {
    pub(super) fn new(limits: Limits) -> Self {
        Self { limits, lanes: Mutex::default() }
    }

    pub(super) fn of(&self, whose: Whose) -> Arc<Lane> {
        let mut lanes = lock(&self.lanes);
        if lanes.len() >= LANES && !lanes.contains_key(&whose) {
            let now = Instant::now();
            lanes.retain(|_, lane| Arc::strong_count(lane) > 1 || !lane.is_rested(now));
        }
        lanes.entry(whose).or_insert_with(|| Arc::new(Lane::new(self.limits))).clone()
    }
}

/// The calls of one installation.
#[derive(Debug)]
pub(super) struct Lane {
    limits: Limits,
    spent: Mutex<Spent>,
    /// Held by the write that is under way.
    writing: tokio::sync::Mutex<()>,
    slots: Semaphore,
}

#[derive(Debug)]
struct Spent {
    rest: Window,
    graph: Window,
    content: Window,
    content_long: Window,
    /// When the last write was answered.
    written: Option<Instant>,
    closed: Option<Closed>,
    /// Requests to wait that named no time, since the last answer that was none.
    strikes: u32,
}

#[derive(Debug, Clone)]
struct Closed {
    until: Instant,
    why: String,
}

/// Why a call was not sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Wait {
    /// How long it has to wait.
    pub(super) seconds: u64,
    pub(super) why: String,
}

/// Leave to send one call; given back when it is answered.
#[derive(Debug)]
pub(super) struct Ticket<'l> {
    lane: &'l Lane,
    writing: Option<tokio::sync::MutexGuard<'l, ()>>,
    _slot: Option<SemaphorePermit<'l>>,
}

impl Drop for Ticket<'_> {
    fn drop(&mut self) {
        if self.writing.is_some() {
            lock(&self.lane.spent).written = Some(Instant::now());
        }
    }
}

impl Lane {
    /// How long so many seconds of a request to wait last.
    pub(super) fn lasting(&self, seconds: u64) -> Duration {
        self.limits.second.saturating_mul(u32::try_from(seconds).unwrap_or(u32::MAX))
    }

    fn new(limits: Limits) -> Self {
        let spent = Spent {
            rest: Window::new(limits.rest),
            graph: Window::new(limits.graph),
            content: Window::new(limits.content),
            content_long: Window::new(limits.content_long),
            written: None,
            closed: None,
            strikes: 0,
        };
        let slots = Semaphore::new(limits.at_once.max(1));
        Self { limits, spent: Mutex::new(spent), writing: tokio::sync::Mutex::default(), slots }
    }

    /// Leave to send a call of this cost, after a short wait at most.
    pub(super) async fn admit(&self, cost: Cost) -> Result<Ticket<'_>, Wait> {
        let writing = if cost.is_write { Some(self.writing.lock().await) } else { None };
        let mut patience = self.limits.patience;
        loop {
            let wait = self.take(cost, Instant::now())?;
            if wait.is_zero() {
                break;
            }
            let Some(left) = patience.checked_sub(wait) else {
                return Err(Wait { seconds: seconds(wait), why: "more would be over GitHub's limits".into() });
            };
            patience = left;
            tokio::time::sleep(wait).await;
        }
        let slot = self.slots.acquire().await.ok();
        Ok(Ticket { lane: self, writing, _slot: slot })
    }

    /// Whether a change can be reviewed now: not while there is a wait, or where its first write would have to wait.
    pub(super) fn is_ready(&self, now: Instant) -> Result<(), Wait> {
        let mut spent = lock(&self.spent);
        spent.open(now)?;
        let wait = spent.content.wait(1, 0, now).max(spent.content_long.wait(1, 0, now));
        if wait <= self.limits.patience {
            return Ok(());
        }
        Err(Wait { seconds: seconds(wait), why: "more would be over GitHub's limits of content".into() })
    }

    /// How short content is.
    pub(super) fn pressure(&self, now: Instant) -> Pressure {
        let free = lock(&self.spent).content_long.free(now);
        SHORT.iter().find(|(below, _)| free < *below).map_or(Pressure::Calm, |(_, pressure)| *pressure)
    }

    /// What an answer said about limits: the wait it asks for, whether it named the time itself, and what is left of the hour with
    /// the seconds until that is over. Returns the wait that holds now.
    pub(super) fn heard(&self, asked: Option<Asked>, left: Option<(u64, u64)>, why: &str, now: Instant) -> Option<u64> {
        let mut spent = lock(&self.spent);
        let wait = asked.map(|Asked { seconds, is_told }| {
            let doubled = if is_told { 0 } else { spent.strikes.min(DOUBLINGS) };
            spent.strikes += u32::from(!is_told);
            seconds << doubled
        });
        match wait {
            Some(seconds) => spent.close(now + self.lasting(seconds), why),
            None => spent.strikes = 0,
        }
        if let Some((_, reset)) = left.filter(|(left, reset)| *left <= NEAR && *reset > 0) {
            spent.close(now + self.lasting(reset), "the calls of this hour are used up");
        }
        let holds = spent.open(now).err().map_or(0, |wait| wait.seconds);
        wait.map(|seconds| seconds.max(holds))
    }

    /// Takes the cost, or tells how long it takes until it can be.
    fn take(&self, cost: Cost, now: Instant) -> Result<Duration, Wait> {
        let mut guard = lock(&self.spent);
        let spent = &mut *guard;
        spent.open(now)?;
        let points = if cost.is_graph { &mut spent.graph } else { &mut spent.rest };
        // Reads go before writes: the last tenth is theirs.
        let most = if cost.is_graph { self.limits.graph.most } else { self.limits.rest.most };
        let mut wait = points.wait(cost.points, if cost.is_write { most / 10 } else { 0 }, now);
        if cost.content > 0 {
            wait = wait.max(spent.content.wait(cost.content, 0, now));
            let long = spent.content_long.wait(cost.content, 0, now);
            let kept = if cost.is_verdict { 0 } else { self.limits.content_long.most * KEPT / 100 };
            if long.is_zero() && !spent.content_long.wait(cost.content, kept, now).is_zero() {
                // The review comes back at once, and then leaves out what there is no room for.
                return Err(Wait { seconds: 1, why: "what is left of GitHub's limits is kept for verdicts".into() });
            }
            wait = wait.max(long);
        }
        if let Some(written) = spent.written.filter(|_| cost.is_write) {
            wait = wait.max((written + self.limits.gap).saturating_duration_since(now));
        }
        if wait.is_zero() {
            let points = if cost.is_graph { &mut spent.graph } else { &mut spent.rest };
            points.take(cost.points, now);
            spent.content.take(cost.content, now);
            spent.content_long.take(cost.content, now);
        }
        Ok(wait)
    }

    /// Nothing of it needs to be remembered.
    fn is_rested(&self, now: Instant) -> bool {
        let mut spent = lock(&self.spent);
        spent.open(now).is_ok() && spent.content_long.free(now) == 100 && spent.rest.free(now) == 100
    }
}

impl Spent {
    fn close(&mut self, until: Instant, why: &str) {
        if self.closed.as_ref().is_none_or(|closed| closed.until < until) {
            self.closed = Some(Closed { until, why: why.to_owned() });
        }
    }

    fn open(&mut self, now: Instant) -> Result<(), Wait> {
        match &self.closed {
            Some(Closed { until, why }) if *until > now => {
                Err(Wait { seconds: seconds(until.saturating_duration_since(now)), why: why.clone() })
            }
            _ => {
                self.closed = None;
                Ok(())
            }
        }
    }
}

/// A request of GitHub to wait.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Asked {
    pub(super) seconds: u64,
    /// It named the time.
    pub(super) is_told: bool,
}

/// Whole seconds, never too few.
fn seconds(wait: Duration) -> u64 {
    wait.as_secs() + u64::from(wait.subsec_nanos() > 0)
}

fn lock<T>(kept: &Mutex<T>) -> MutexGuard<'_, T> {
    kept.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use http::Method;
    use serde_json::json;

    use super::*;

    fn of(method: &Method, below: &str) -> Cost {
        Cost::of(method, &format!("/repos/a/b{below}"), None)
    }

    fn read() -> Cost {
        of(&Method::GET, "")
    }

    fn talk() -> Cost {
        of(&Method::POST, "/issues/1/comments")
    }

    fn verdict() -> Cost {
        of(&Method::POST, "/check-runs")
    }

    /// Moves `now` to when the call goes out.
    fn spend(lane: &Lane, cost: Cost, now: &mut Instant) {
        loop {
            match lane.take(cost, *now) {
                Ok(wait) if wait.is_zero() => break,
                Ok(wait) => *now += wait,
                Err(wait) => *now += Duration::from_secs(wait.seconds),
            }
        }
        if cost.is_write {
            lock(&lane.spent).written = Some(*now);
        }
    }

    #[tokio::test]
    async fn writes_come_one_after_the_other_and_apart_and_reads_do_not_wait_for_them() {
        let gap = Duration::from_millis(40);
        let lane = Arc::new(Lane::new(Limits { gap, ..Limits::default() }));
        let held = lane.admit(talk()).await.unwrap();
        let second = tokio::spawn({
            let lane = lane.clone();
            async move { lane.admit(talk()).await.map(|_| Instant::now()) }
        });
        tokio::time::sleep(gap * 2).await;
        let begin = Instant::now();
        drop(lane.admit(read()).await.unwrap());
        assert!(!second.is_finished(), "the first is under way");
        drop(held);
        assert!(second.await.unwrap().unwrap() - begin >= gap);
    }

    #[tokio::test]
    async fn what_would_wait_for_long_is_refused_with_the_wait() {
        let lane = Lane::new(Limits { content: Within { most: 1, per: Duration::from_secs(50) }, ..Limits::default() });
        drop(lane.admit(talk()).await.unwrap());
        let wait = lane.admit(talk()).await.unwrap_err();
        assert!((49..=51).contains(&wait.seconds), "{wait:?}");
        assert!(lane.is_ready(Instant::now()).is_err(), "no review is begun");
        assert!(lane.admit(read()).await.is_ok());
    }

    #[test]
    fn a_request_to_wait_holds_for_every_call_and_grows_where_it_names_no_time() {
        let lane = Lane::new(Limits::default());
        let mut now = Instant::now();
        let asked = |seconds, is_told| Some(Asked { seconds, is_told });
        assert_eq!(lane.heard(asked(30, true), None, "slow down", now), Some(30));
        assert_eq!(lane.take(read(), now), Err(Wait { seconds: 30, why: "slow down".into() }));
        assert!(lane.is_ready(now).is_err());
        assert_eq!(lane.heard(asked(5, true), None, "", now), Some(30), "a shorter one takes nothing back");
        now += Duration::from_secs(30);
        assert_eq!(lane.take(read(), now), Ok(Duration::ZERO));
        for expected in [60, 120, 240, 480, 960, 960] {
            assert_eq!(lane.heard(asked(60, false), None, "", now), Some(expected));
            now += Duration::from_secs(expected);
        }
        assert_eq!(lane.heard(None, None, "", now), None);
        assert_eq!(lane.heard(asked(60, false), None, "", now), Some(60), "an answer in between ends the series");
    }

    #[test]
    fn the_last_calls_of_an_hour_are_left_alone() {
        let lane = Lane::new(Limits::default());
        let now = Instant::now();
        lane.heard(None, Some((NEAR + 1, 600)), "", now);
        assert!(lane.take(read(), now).is_ok());
        lane.heard(None, Some((NEAR, 600)), "", now);
        assert_eq!(lane.take(read(), now).unwrap_err().seconds, 600);
        assert!(lane.take(read(), now + Duration::from_mins(10)).is_ok());
    }

    #[test]
    fn as_content_gets_short_more_is_left_out_and_a_verdict_can_still_be_told() {
        let lane = Lane::new(Limits::default());
        let mut now = Instant::now();
        let mut steps = vec![(Pressure::Calm, 0)];
        for written in 0..340 {
            let pressure = lane.pressure(now);
            if steps.last().is_some_and(|(last, _)| *last != pressure) {
                steps.push((pressure, written));
            }
            spend(&lane, talk(), &mut now);
        }
        let expected = [
            (Pressure::Calm, 0),
            (Pressure::NoModel, 121),
            (Pressure::FewComments, 161),
            (Pressure::NoComments, 201),
            (Pressure::CheckOnly, 261),
        ];
        assert_eq!(steps, expected);
        now += Duration::from_mins(2);
        let wait = lane.take(talk(), now).unwrap_err();
        assert_eq!(wait.seconds, 1, "it comes back as a review that writes less: {}", wait.why);
        assert_eq!(lane.take(verdict(), now), Ok(Duration::ZERO));
        assert!(lane.is_ready(now).is_ok());
    }

    #[test]
    fn points_leave_a_tenth_for_reads() {
        let minute = Duration::from_mins(1);
        let lane = Lane::new(Limits {
            gap: Duration::ZERO,
            content: Within { most: 999, per: minute },
            content_long: Within { most: 9_999, per: minute },
            ..Limits::default()
        });
        let now = Instant::now();
        for (cost, times) in [(talk(), 162), (read(), 90)] {
            for _ in 0..times {
                assert_eq!(lane.take(cost, now), Ok(Duration::ZERO));
            }
            assert!(!lane.take(cost, now).unwrap().is_zero(), "{cost:?}");
        }
    }

    #[test]
    fn one_installation_does_not_wait_for_another_and_a_big_review_goes_through() {
        let lanes = Lanes::new(Limits::default());
        let (one, other) = (lanes.of(Whose::Installation(1)), lanes.of(Whose::Installation(2)));
        let now = Instant::now();
        one.heard(Some(Asked { seconds: 60, is_told: true }), None, "", now);
        assert!(lanes.of(Whose::Installation(1)).take(read(), now).is_err());
        let big = json!({ "comments": vec![json!({}); 70] });
        let cost = Cost::of(&Method::POST, "/repos/a/b/pulls/1/reviews", Some(&big));
        assert_eq!(other.take(cost, now), Ok(Duration::ZERO), "more than a minute's content, but only as the first");
    }
}
