//! How fast an endpoint is asked: so many requests at once, so many requests and tokens a minute, and the pauses that it asks for.
//! Waits in a fair queue on tokio's clock; counts no money.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::{Mutex as Queue, Semaphore, SemaphorePermit};
use tokio::time::{Instant, sleep_until};

/// Requests at once where nothing is said: enough to hide latency, few enough for a small server.
const AT_ONCE: usize = 2;

/// Bounds of speed; what is none is not limited, but requests at once always are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Limits {
    /// Requests at once; 2 where nothing is said.
    pub at_once: Option<usize>,
    /// Requests in a minute.
    pub requests_per_minute: Option<u32>,
    /// Tokens in a minute, sent and received, by estimate.
    pub tokens_per_minute: Option<u64>,
    /// Longest time for one question, every try and every wait included.
    pub timeout: Option<Duration>,
}

impl Limits {
    /// These, and where they say nothing the others.
    #[must_use]
    pub fn or(self, other: Self) -> Self {
        Self {
            at_once: self.at_once.or(other.at_once),
            requests_per_minute: self.requests_per_minute.or(other.requests_per_minute),
            tokens_per_minute: self.tokens_per_minute.or(other.tokens_per_minute),
            timeout: self.timeout.or(other.timeout),
        }
    }
}

/// What an endpoint says about the room it has left.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Room {
    /// Requests left, and when their count begins anew.
    pub(super) requests: Option<(u64, Duration)>,
    /// Tokens left, and when their count begins anew.
    pub(super) tokens: Option<(u64, Duration)>,
}

/// Lets requests through.
#[derive(Debug)]
pub(super) struct Governor {
    at_once: Semaphore,
    /// Held by the one whose turn it is: tokio's lock is handed on in the order of asking.
    turn: Queue<Buckets>,
    /// What the endpoint has said; apart, because it is told while somebody waits for a turn.
    told: Mutex<Told>,
}

#[derive(Debug)]
struct Buckets {
    requests: Option<Bucket>,
    tokens: Option<Bucket>,
}

impl Buckets {
    fn new(limits: Limits, now: Instant) -> Self {
        let bucket = |per_minute: Option<u64>| {
            let most = per_minute? as f64;
            Some(Bucket { most, level: most, at: now })
        };
        Self { requests: bucket(limits.requests_per_minute.map(u64::from)), tokens: bucket(limits.tokens_per_minute) }
    }
}

#[derive(Debug, Default)]
struct Told {
    /// Nobody goes before this.
    pause: Option<Instant>,
    /// Tokens left until then.
    tokens: Option<(u64, Instant)>,
}

/// The right to one request. Ends with its value.
pub(super) struct Pass<'a> {
    _permit: Option<SemaphorePermit<'a>>,
}

impl Governor {
    pub(super) fn new(limits: Limits) -> Self {
        Self {
            at_once: Semaphore::new(limits.at_once.unwrap_or(AT_ONCE).clamp(1, Semaphore::MAX_PERMITS)),
            turn: Queue::new(Buckets::new(limits, Instant::now())),
            told: Mutex::new(Told::default()),
        }
    }

    /// Waits until a request of so many tokens may go. A request that is larger than a minute's tokens goes when all of them are
    /// there.
    pub(super) async fn enter(&self, tokens: u64) -> Pass<'_> {
        let permit = self.at_once.acquire().await.ok();
        let mut buckets = self.turn.lock().await;
        while let Some(at) = self.told(|told| next(&mut buckets, told, tokens, Instant::now())) {
            sleep_until(at).await;
        }
        Pass { _permit: permit }
    }

    /// Nobody goes for so long: the endpoint said so.
    pub(super) fn pause(&self, wait: Duration) {
        self.told(|told| told.pause(Instant::now() + wait));
    }

    /// Takes note of what the endpoint says about its room.
    pub(super) fn note(&self, room: Room) {
        self.told(|told| told.note(room, Instant::now()));
    }

    fn told<T>(&self, change: impl FnOnce(&mut Told) -> T) -> T {
        change(&mut self.told.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Told {
    fn pause(&mut self, until: Instant) {
        self.pause = self.pause.max(Some(until));
    }

    fn note(&mut self, room: Room, now: Instant) {
        if let Some((0, wait)) = room.requests {
            self.pause(now + wait);
        }
        if let Some((left, wait)) = room.tokens {
            self.tokens = Some((left, now + wait));
        }
    }

    /// When a request of so many tokens may go.
    fn ready(&mut self, tokens: u64, now: Instant) -> Option<Instant> {
        self.pause = self.pause.filter(|until| *until > now);
        self.tokens = self.tokens.filter(|(_, until)| *until > now);
        self.pause.max(self.tokens.filter(|(left, _)| *left < tokens).map(|(_, until)| until))
    }
}

/// When to look again; none when a request of so many tokens goes now, and is counted.
fn next(buckets: &mut Buckets, told: &mut Told, tokens: u64, now: Instant) -> Option<Instant> {
    let ready = [
        buckets.requests.as_mut().map(|bucket| bucket.ready(1.0, now)),
        buckets.tokens.as_mut().map(|bucket| bucket.ready(tokens as f64, now)),
        told.ready(tokens, now),
    ];
    let at = ready.into_iter().flatten().max().filter(|at| *at > now);
    if at.is_none() {
        if let Some(bucket) = &mut buckets.requests {
            bucket.take(1.0);
        }
        if let Some(bucket) = &mut buckets.tokens {
            bucket.take(tokens as f64);
        }
        if let Some((left, _)) = &mut told.tokens {
            *left = left.saturating_sub(tokens);
        }
    }
    at
}

/// Fills evenly, a minute's worth in a minute, and never above that.
#[derive(Debug)]
struct Bucket {
    most: f64,
    level: f64,
    at: Instant,
}

impl Bucket {
    /// When `amount` will be there.
    fn ready(&mut self, amount: f64, now: Instant) -> Instant {
        let second = self.most / 60.0;
        self.level = (self.level + now.saturating_duration_since(self.at).as_secs_f64() * second).min(self.most);
        self.at = now;
        let missing = amount.min(self.most) - self.level;
        // A hair less is there: what is rounded must not make anybody wait for ever.
        if missing <= 1e-6 { now } else { now + Duration::from_secs_f64(missing / second) }
    }

    fn take(&mut self, amount: f64) {
        self.level = (self.level - amount.min(self.most)).max(0.0);
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;

    const S: fn(u64) -> Duration = Duration::from_secs;

    fn limits(requests: Option<u32>, tokens: Option<u64>) -> Limits {
        Limits { requests_per_minute: requests, tokens_per_minute: tokens, ..Limits::default() }
    }

    /// Seconds at which requests of these tokens go when they all ask at second 0.
    fn times(limits: Limits, tell: impl FnOnce(&mut Told, Instant), tokens: &[u64]) -> Vec<f64> {
        let begin = Instant::now();
        let (mut now, mut buckets, mut told) = (begin, Buckets::new(limits, begin), Told::default());
        tell(&mut told, begin);
        let mut went = Vec::new();
        for tokens in tokens {
            while let Some(at) = next(&mut buckets, &mut told, *tokens, now) {
                assert!(at > now, "time goes on");
                now = at;
            }
            went.push((now - begin).as_secs_f64().round());
        }
        went
    }

    #[test]
    fn requests_and_tokens_of_a_minute_are_spread() {
        assert_eq!(times(limits(None, None), |_, _| (), &[u64::MAX; 3]), [0.0, 0.0, 0.0]);
        assert_eq!(times(limits(Some(2), None), |_, _| (), &[1; 4]), [0.0, 0.0, 30.0, 60.0]);
        assert_eq!(times(limits(None, Some(600)), |_, _| (), &[500, 200, 10]), [0.0, 10.0, 11.0]);
        // Small ones do not overtake a large one that waits, and one above the whole limit goes all the same.
        assert_eq!(times(limits(None, Some(600)), |_, _| (), &[600, 9_000, 1]), [0.0, 60.0, 60.0]);
        assert_eq!(times(limits(Some(1), Some(600)), |_, _| (), &[1, 1]), [0.0, 60.0]);
    }

    #[test]
    fn what_the_endpoint_says_is_heeded() {
        let paused = |told: &mut Told, now| {
            told.pause(now + S(7));
            told.pause(now + S(3));
        };
        assert_eq!(times(limits(None, None), paused, &[1, 1]), [7.0, 7.0]);
        let none_left = Room { requests: Some((0, S(4))), tokens: None };
        assert_eq!(times(limits(None, None), |told, now| told.note(none_left, now), &[1]), [4.0]);
        let few_left = Room { requests: Some((5, S(60))), tokens: Some((100, S(20))) };
        assert_eq!(times(limits(None, None), |told, now| told.note(few_left, now), &[60, 60, 1]), [0.0, 20.0, 20.0]);
    }

    #[tokio::test]
    async fn so_many_go_at_once_and_in_the_order_of_asking() {
        for (at_once, expected) in [(Some(1), 1), (None, 2), (Some(3), 3), (Some(0), 1)] {
            let governor = Arc::new(Governor::new(Limits { at_once, ..Limits::default() }));
            let (inside, most, order) = <(Arc<Mutex<usize>>, Arc<Mutex<usize>>, Arc<Mutex<Vec<usize>>>)>::default();
            let mut tasks = Vec::new();
            for number in 0..6 {
                let (governor, inside, most, order) = (governor.clone(), inside.clone(), most.clone(), order.clone());
                tasks.push(tokio::spawn(async move {
                    let _pass = governor.enter(1).await;
                    order.lock().unwrap().push(number);
                    let now = {
                        let mut inside = inside.lock().unwrap();
                        *inside += 1;
                        *inside
                    };
                    let highest = (*most.lock().unwrap()).max(now);
                    *most.lock().unwrap() = highest;
                    tokio::task::yield_now().await;
                    *inside.lock().unwrap() -= 1;
                }));
            }
            for task in tasks {
                task.await.unwrap();
            }
            assert_eq!(
                (*most.lock().unwrap(), order.lock().unwrap().clone()),
                (expected, (0..6).collect()),
                "{at_once:?}"
            );
        }
    }

    #[tokio::test]
    async fn who_stops_waiting_takes_nothing_and_blocks_nobody() {
        let governor = Governor::new(Limits { at_once: Some(1), ..Limits::default() });
        governor.pause(Duration::from_millis(80));
        assert!(tokio::time::timeout(Duration::from_millis(5), governor.enter(1)).await.is_err());
        drop(governor.enter(1).await);
        drop(governor.enter(1).await);
    }
}
