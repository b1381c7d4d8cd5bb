//! When a failed request is tried again. A pure decision: it never waits, never asks a clock, never rolls dice.

use std::time::Duration;

/// How a request failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Failure {
    /// No connection was made: the other side has seen nothing.
    Unreached,
    /// The request went out and no usable answer came back: it may or may not have been carried out.
    NoAnswer,
    /// An answer with this HTTP status.
    Status(u16),
}

/// One failed attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Attempt {
    /// Counted from 1.
    pub number: u32,
    /// Doing it twice is the same as doing it once (reads; never the creation of something).
    pub idempotent: bool,
    /// What went wrong.
    pub failure: Failure,
    /// How long the other side asks to wait.
    pub retry_after: Option<Duration>,
}

/// Limits of trying again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Attempts in all.
    pub attempts: u32,
    /// Wait after the first failure; doubles with each one.
    pub first_wait: Duration,
    /// No wait is longer; who is asked to wait longer gives up and comes back another time.
    pub longest_wait: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self { attempts: 4, first_wait: Duration::from_millis(500), longest_wait: Duration::from_secs(30) }
    }
}

/// What to do next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Decision {
    /// Wait, then try again.
    Wait(Duration),
    /// Stop; the failure is the result.
    GiveUp,
}

/// Decides about the next attempt. `jitter` is a number from 0 to 1 drawn by the caller, so that many clients do not
/// come back at the same moment.
#[must_use]
pub fn decide(limits: Limits, attempt: Attempt, jitter: f64) -> Decision {
    if attempt.number >= limits.attempts || !may_work_later(attempt) {
        return Decision::GiveUp;
    }
    let doubled = 2_u32.saturating_pow(attempt.number.saturating_sub(1));
    let backoff = limits.first_wait.saturating_mul(doubled).min(limits.longest_wait);
    // Between half and all of the backoff: spread out, yet never at once.
    let spread = backoff.mul_f64(0.5 + 0.5 * if jitter.is_finite() { jitter.clamp(0.0, 1.0) } else { 1.0 });
    match attempt.retry_after {
        Some(asked) if asked > limits.longest_wait => Decision::GiveUp,
        Some(asked) => Decision::Wait(asked.max(spread)),
        None => Decision::Wait(spread),
    }
}

fn may_work_later(attempt: Attempt) -> bool {
    match attempt.failure {
        // Turned away before anything was done.
        Failure::Unreached | Failure::Status(429) => true,
        Failure::Status(403) => attempt.retry_after.is_some(),
        Failure::NoAnswer | Failure::Status(408 | 425 | 500 | 502 | 503 | 504 | 529) => attempt.idempotent,
        Failure::Status(_) => false,
    }
}

/// Reads a `Retry-After` header that names a time of day, by the sender's own clock in its `Date` header: clocks differ.
#[must_use]
pub fn retry_at(value: &str, date: &str) -> Option<Duration> {
    let (until, now) = (httpdate::parse_http_date(value.trim()).ok()?, httpdate::parse_http_date(date.trim()).ok()?);
    Some(until.duration_since(now).unwrap_or_default())
}

/// Reads a `Retry-After` header that counts seconds.
#[must_use]
pub fn retry_after(value: &str) -> Option<Duration> {
    let seconds = value.trim().parse::<f64>().ok().filter(|seconds| seconds.is_finite() && *seconds >= 0.0)?;
    // A year is as good as never.
    Some(Duration::from_secs_f64(seconds.min(31_536_000.0)))
}

#[cfg(test)]
mod tests {
    use super::*;

    const MS: fn(u64) -> Duration = Duration::from_millis;

    fn check(number: u32, idempotent: bool, failure: Failure, asked: Option<u64>, jitter: f64, expected: Option<u64>) {
        let attempt = Attempt { number, idempotent, failure, retry_after: asked.map(MS) };
        let expected = expected.map_or(Decision::GiveUp, |wait| Decision::Wait(MS(wait)));
        assert_eq!(decide(Limits::default(), attempt, jitter), expected, "{attempt:?}, jitter {jitter}");
    }

    #[test]
    fn what_may_have_been_carried_out_is_never_repeated() {
        for failure in [Failure::NoAnswer, Failure::Status(500), Failure::Status(502), Failure::Status(504)] {
            check(1, false, failure, None, 1.0, None);
            check(1, true, failure, None, 1.0, Some(500));
        }
        check(1, false, Failure::Unreached, None, 1.0, Some(500));
        check(1, false, Failure::Status(429), None, 1.0, Some(500));
    }

    #[test]
    fn refusals_are_final() {
        for status in [400, 401, 403, 404, 409, 413, 422, 501] {
            check(1, true, Failure::Status(status), None, 1.0, None);
        }
        check(1, true, Failure::Status(403), Some(1_000), 1.0, Some(1_000));
    }

    #[test]
    fn waits_double_are_spread_and_end() {
        check(1, true, Failure::NoAnswer, None, 0.0, Some(250));
        check(2, true, Failure::NoAnswer, None, 1.0, Some(1_000));
        check(3, true, Failure::NoAnswer, None, 0.5, Some(1_500));
        check(4, true, Failure::NoAnswer, None, 0.5, None);
        check(u32::MAX, true, Failure::NoAnswer, None, 0.5, None);
        check(1, true, Failure::NoAnswer, None, f64::NAN, Some(500));
        check(1, true, Failure::NoAnswer, None, -3.0, Some(250));
    }

    #[test]
    fn a_wish_to_wait_is_met_or_one_gives_up() {
        check(1, true, Failure::Status(503), Some(7_000), 1.0, Some(7_000));
        check(3, true, Failure::Status(503), Some(0), 1.0, Some(2_000));
        check(1, true, Failure::Status(429), Some(31_000), 1.0, None);
    }

    #[test]
    fn a_time_of_day_is_read_by_the_clock_of_the_sender() {
        let now = "Wed, 21 Oct 2026 07:28:00 GMT";
        for (value, date, expected) in [
            ("Wed, 21 Oct 2026 07:28:30 GMT", now, Some(30)),
            ("Wednesday, 21-Oct-26 07:29:00 GMT", now, Some(60)),
            ("Wed, 21 Oct 2026 07:00:00 GMT", now, Some(0)),
            ("Wed, 21 Oct 2026 07:28:30 GMT", "yesterday", None),
            ("30", now, None),
        ] {
            assert_eq!(retry_at(value, date), expected.map(Duration::from_secs), "{value}");
        }
    }

    #[test]
    fn only_seconds_are_read() {
        assert_eq!(retry_after(" 3 "), Some(MS(3_000)));
        assert_eq!(retry_after("0.5"), Some(MS(500)));
        for value in ["-1", "NaN", "inf", "", "Wed, 21 Oct 2026 07:28:00 GMT"] {
            assert_eq!(retry_after(value), None, "{value}");
        }
        assert!(retry_after("1e300").is_some());
    }
}
