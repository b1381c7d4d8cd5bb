//! Remembers, for all runs of the process, that an endpoint said nothing: one that hangs is waited for by whoever finds it out, and
//! refused at once to all who come after, so that no review is late because of it. After a while one question is let through to see.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

use super::ModelError;

/// Who gives up a request that was under way for so long had no answer; before that it may have been for reasons of their own.
const LONG: Duration = Duration::from_secs(30);

/// How long an endpoint that said nothing is let alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rest {
    /// The first time; doubled each time that it still says nothing.
    pub first: Duration,
    /// Never longer: an endpoint that is back is found after so long.
    pub most: Duration,
}

impl Default for Rest {
    /// A minute, and ten at most.
    fn default() -> Self {
        Self { first: Duration::from_mins(1), most: Duration::from_mins(10) }
    }
}

/// The memory about one endpoint and its model.
#[derive(Debug)]
pub(super) struct Silence {
    /// Base URL without credentials.
    endpoint: String,
    rest: Rest,
    /// Longest time that a question takes.
    timeout: Duration,
    state: Mutex<State>,
}

/// One question, from its first request to its last. What it has found out is remembered when it ends, however it does.
pub(super) struct Call<'a> {
    silence: &'a Silence,
    begun: Instant,
    /// Since when a request of it is under way.
    under_way: Option<Instant>,
    /// When the last request was sent, if it came to nothing.
    unanswered: Option<Instant>,
}

#[derive(Debug, Default)]
struct State {
    /// When it answered last, with whatever.
    heard: Option<Instant>,
    /// It said nothing, and is let alone.
    rests: Option<Resting>,
}

#[derive(Debug)]
struct Resting {
    since: Instant,
    until: Instant,
    long: Duration,
}

impl Silence {
    pub(super) fn new(endpoint: &str, rest: Rest, timeout: Duration) -> Self {
        Self { endpoint: endpoint.to_owned(), rest, timeout, state: Mutex::default() }
    }

    /// Begins a question.
    ///
    /// # Errors
    /// [`ModelError::Resting`] while the endpoint is let alone.
    pub(super) fn begin(&self) -> Result<Call<'_>, ModelError> {
        let begun = Instant::now();
        self.state(|state| state.begin(begun, self.timeout)).map_err(|wait| self.resting(wait))?;
        Ok(Call { silence: self, begun, under_way: None, unanswered: None })
    }

    fn resting(&self, wait: Duration) -> ModelError {
        ModelError::Resting { endpoint: self.endpoint.clone(), wait }
    }

    fn long(&self) -> Duration {
        LONG.min(self.timeout / 2)
    }

    fn state<T>(&self, change: impl FnOnce(&mut State) -> T) -> T {
        change(&mut self.state.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Call<'_> {
    /// Time that is left for the question.
    pub(super) fn left(&self) -> Duration {
        self.silence.timeout.saturating_sub(self.begun.elapsed())
    }

    /// The turn of a request has come.
    ///
    /// # Errors
    /// [`ModelError::Resting`] where another question found out meanwhile that nobody answers.
    pub(super) fn goes_on(&self) -> Result<(), ModelError> {
        let refused = self.silence.state(|state| state.refused(self.begun, Instant::now()));
        refused.map_err(|wait| self.silence.resting(wait))
    }

    /// A request leaves.
    pub(super) fn sends(&mut self) {
        self.under_way = Some(Instant::now());
    }

    /// The request has come back, for which so much time was left.
    pub(super) fn came<T>(&mut self, answer: &Result<T, ModelError>, left: Duration) {
        let sent = self.under_way.take();
        let took = sent.map(|sent| sent.elapsed()).unwrap_or_default();
        let is_silent = match answer {
            // Too little time of its own says nothing about the endpoint.
            Err(ModelError::Unreachable { .. }) => took < left || took >= self.silence.long(),
            // A gateway has waited in its place.
            Err(ModelError::Refused { status: 504 | 524, .. }) => true,
            Ok(_) | Err(_) => {
                self.silence.state(|state| state.heard(Instant::now()));
                false
            }
        };
        self.unanswered = sent.filter(|_| is_silent);
    }
}

impl Drop for Call<'_> {
    fn drop(&mut self) {
        let (silence, now) = (self.silence, Instant::now());
        let given_up = self.under_way.filter(|sent| now.saturating_duration_since(*sent) >= silence.long());
        let Some(sent) = self.unanswered.or(given_up) else {
            silence.state(|state| state.unsure(self.begun, now));
            return;
        };
        if let Some(long) = silence.state(|state| state.silent(self.begun, sent, now, silence.rest)) {
            let (endpoint, rest_s) = (&silence.endpoint, long.as_secs());
            tracing::warn!(endpoint, rest_s, "the model endpoint said nothing and is let alone");
        }
    }
}

impl State {
    /// May a question begin? If not, how long until one may. Who comes first after a rest tries for all others, who wait for what
    /// comes of it, for as long as it can take.
    fn begin(&mut self, now: Instant, timeout: Duration) -> Result<(), Duration> {
        let Some(resting) = &mut self.rests else { return Ok(()) };
        if now < resting.until {
            return Err(resting.until.saturating_duration_since(now));
        }
        resting.until = now + timeout;
        Ok(())
    }

    /// What a question that began at `begun` does not wait for any more: somebody else has found out since.
    fn refused(&self, begun: Instant, now: Instant) -> Result<(), Duration> {
        match &self.rests {
            Some(resting) if resting.since > begun => Err(resting.until.saturating_duration_since(now)),
            _ => Ok(()),
        }
    }

    fn heard(&mut self, now: Instant) {
        self.heard = Some(now);
        self.rests = None;
    }

    /// A question that began at `begun` had no answer to what it sent at `sent`; how long the endpoint is let alone for it.
    fn silent(&mut self, begun: Instant, sent: Instant, now: Instant, rest: Rest) -> Option<Duration> {
        // Others were answered meanwhile: it is the question, and not the endpoint.
        if self.heard.is_some_and(|heard| heard >= sent) {
            return None;
        }
        let long = match &self.rests {
            // Those who hang at the same time count once.
            Some(resting) if resting.since >= begun => return None,
            Some(resting) => resting.long.saturating_mul(2).min(rest.most),
            None => rest.first,
        };
        self.rests = Some(Resting { since: now, until: now + long, long });
        Some(long)
    }

    /// A question ended without news: if it was to try, the next one does.
    fn unsure(&mut self, begun: Instant, now: Instant) {
        if let Some(resting) = self.rests.as_mut().filter(|resting| resting.since < begun) {
            resting.until = resting.until.min(now);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const S: fn(u64) -> Duration = Duration::from_secs;
    const REST: Rest = Rest { first: Duration::from_mins(1), most: Duration::from_secs(200) };
    const TIMEOUT: Duration = Duration::from_secs(30);

    #[test]
    fn who_comes_after_a_silence_is_refused_at_once_and_one_tries_after_ever_longer_rests() {
        let (mut state, start) = (State::default(), Instant::now());
        let at = |seconds| start + S(seconds);
        assert_eq!(state.begin(at(0), TIMEOUT), Ok(()));
        assert_eq!(state.silent(at(0), at(0), at(30), REST), Some(S(60)));
        let mut trial = 90;
        for long in [120, 200, 200] {
            assert_eq!(state.begin(at(trial - 1), TIMEOUT), Err(S(1)), "it is let alone");
            assert_eq!(state.begin(at(trial), TIMEOUT), Ok(()), "one tries");
            assert_eq!(state.begin(at(trial + 1), TIMEOUT), Err(S(29)), "and only one");
            assert_eq!(state.silent(at(trial), at(trial), at(trial + 30), REST), Some(S(long)), "and finds nothing");
            trial += 30 + long;
        }
        assert_eq!(state.begin(at(trial), TIMEOUT), Ok(()));
        state.heard(at(trial + 5));
        assert_eq!(state.begin(at(trial + 5), TIMEOUT), Ok(()), "it answers again");
        assert_eq!(
            state.silent(at(trial + 6), at(trial + 6), at(trial + 36), REST),
            Some(S(60)),
            "and what was is forgotten"
        );
    }

    #[test]
    fn those_who_hang_at_once_count_once_and_who_waits_for_a_turn_waits_no_longer() {
        let (mut state, start) = (State::default(), Instant::now());
        let at = |seconds| start + S(seconds);
        assert_eq!(state.silent(at(0), at(0), at(30), REST), Some(S(60)));
        assert_eq!(state.silent(at(5), at(5), at(35), REST), None);
        assert_eq!(state.begin(at(89), TIMEOUT), Err(S(1)), "not doubled");
        assert_eq!(state.refused(at(5), at(31)), Err(S(59)), "it began before that was known");
        assert_eq!(state.begin(at(90), TIMEOUT), Ok(()));
        assert_eq!(state.refused(at(90), at(91)), Ok(()), "who tries is not refused");
    }

    #[test]
    fn one_slow_question_is_no_silent_endpoint_and_a_trial_without_news_is_followed_by_the_next() {
        let (mut state, start) = (State::default(), Instant::now());
        let at = |seconds| start + S(seconds);
        state.heard(at(10));
        assert_eq!(state.silent(at(0), at(0), at(30), REST), None, "others were answered meanwhile");
        assert_eq!(
            state.silent(at(5), at(11), at(41), REST),
            Some(S(60)),
            "an answer to what it had asked before is none"
        );
        assert_eq!(state.begin(at(101), TIMEOUT), Ok(()));
        state.unsure(at(20), at(102));
        assert_eq!(state.begin(at(102), TIMEOUT), Err(S(29)), "another one's end says nothing about the trial");
        state.unsure(at(101), at(103));
        assert_eq!(state.begin(at(103), TIMEOUT), Ok(()), "a cap forbade the trial, or its review was given up");
    }

    /// What is remembered of a request that was under way for so much of its time.
    fn told(under_way: Duration, left: Duration, answer: &Result<(), ModelError>) -> bool {
        let silence = Silence::new("http://h/v1", REST, S(60));
        let mut call = silence.begin().unwrap();
        call.sends();
        call.under_way = Instant::now().checked_sub(under_way);
        call.came(answer, left);
        drop(call);
        silence.begin().is_err()
    }

    #[test]
    fn only_an_endpoint_that_does_not_answer_is_let_alone() {
        let unreachable = || Err(ModelError::Unreachable { endpoint: String::new(), detail: String::new() });
        let refused = |status| Err(ModelError::Refused { status, detail: String::new(), retry_after: None });
        for (what, under_way, left, answer, is_silent) in [
            ("no connection", S(0), S(60), unreachable(), true),
            ("no answer in time", S(60), S(60), unreachable(), true),
            ("little time was left", S(2), S(2), unreachable(), false),
            ("a gateway waited in vain", S(0), S(60), refused(504), true),
            ("an answer", S(50), S(60), Ok(()), false),
            ("a question refused", S(0), S(60), refused(400), false),
            ("too many requests", S(0), S(60), refused(429), false),
            ("a fault that passes", S(0), S(60), refused(503), false),
            ("nonsense", S(0), S(60), Err(ModelError::Unusable(String::new())), false),
        ] {
            assert_eq!(told(under_way, left, &answer), is_silent, "{what}");
        }
    }

    #[test]
    fn who_gives_up_waiting_has_found_it_out_too_and_who_stops_early_has_not() {
        for (under_way, is_silent) in [(Some(S(29)), false), (Some(S(30)), true), (None, false)] {
            let silence = Silence::new("http://h/v1", REST, S(600));
            let mut call = silence.begin().unwrap();
            call.under_way = under_way.and_then(|long| Instant::now().checked_sub(long));
            drop(call);
            assert_eq!(silence.begin().is_err(), is_silent, "{under_way:?}");
        }
    }
}
