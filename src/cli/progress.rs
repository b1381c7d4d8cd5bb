//! One line on the terminal that says how far long work is. Only where a person looks: never into a pipe, a file or the log of a build.

use std::io::Write;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use super::env::{Env, Io};
use super::error::plain;
use crate::job::{Progress, Step};

/// Where the line is written, from whatever thread.
pub type Ticker = Arc<Mutex<dyn Write + Send>>;

/// Work that takes less shows nothing.
const PATIENCE: Duration = Duration::from_millis(400);
/// Back to the beginning of the line, which is emptied.
const EMPTY: &str = "\r\u{1b}[K";

/// The line, emptied when it is dropped.
pub(super) struct Line {
    ticker: Option<Ticker>,
}

impl Line {
    /// The line of a terminal, if somebody looks at one.
    pub(super) fn of(env: &Env, io: &Io<'_>) -> Self {
        let is_watched = !env.is_set("CI") && env.get("TERM") != Some("dumb");
        Self { ticker: io.ticker.clone().filter(|_| is_watched) }
    }

    /// What the conductor tells of its progress goes to the line. `width` is that of the terminal, `begun` when the work began.
    pub(super) fn progress(&self, width: usize, begun: Instant) -> Progress {
        let Some(ticker) = self.ticker.clone() else { return Progress::default() };
        Progress::to(move |step| {
            let Some(words) = words(step) else { return };
            if begun.elapsed() < PATIENCE {
                return;
            }
            let words: String = plain(&words).chars().take(width.saturating_sub(1)).collect();
            write(&ticker, &format!("{EMPTY}{words}"));
        })
    }
}

impl Drop for Line {
    fn drop(&mut self) {
        if let Some(ticker) = &self.ticker {
            write(ticker, EMPTY);
        }
    }
}

/// None for what is over in a moment.
fn words(step: Step<'_>) -> Option<String> {
    match step {
        Step::Reading { number, of, path } => Some(format!("reviewing {number} of {of}: {path}")),
        Step::Rules(_) => None,
        Step::Questions { done, of, again: false } => Some(format!("asking the model: {done} of {of} answered")),
        Step::Questions { done, of, again: true } => Some(format!("asking the model again: {done} of {of} answered")),
    }
}

/// A terminal that takes nothing is no reason to stop.
fn write(ticker: &Ticker, text: &str) {
    let mut to = ticker.lock().unwrap_or_else(PoisonError::into_inner);
    let _ = to.write_all(text.as_bytes()).and_then(|()| to.flush());
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_line_is_shown_where_somebody_looks_and_emptied_at_the_end() {
        let shown = |vars: &[(&str, &str)], has_terminal: bool, age: Duration| {
            let env = Env::new(vars.iter().map(|(name, value)| ((*name).into(), (*value).into())));
            let screen: Arc<Mutex<Vec<u8>>> = Arc::default();
            let ticker: Ticker = screen.clone();
            let (mut out, mut err) = (Vec::new(), Vec::new());
            let io = Io { ticker: has_terminal.then_some(ticker), ..Io::plain(&mut out, &mut err) };
            let line = Line::of(&env, &io);
            let progress = line.progress(24, Instant::now().checked_sub(age).unwrap());
            progress.tell(Step::Reading { number: 2, of: 3, path: "specs/\u{1b}a-long-name.md" });
            drop(line);
            String::from_utf8(screen.lock().unwrap().clone()).unwrap()
        };
        let long = Duration::from_secs(1);
        assert_eq!(shown(&[], true, long), "\r\u{1b}[Kreviewing 2 of 3: specs\r\u{1b}[K");
        assert_eq!(shown(&[], true, Duration::ZERO), "\r\u{1b}[K");
        assert_eq!(shown(&[("CI", "true")], true, long), "");
        assert_eq!(shown(&[("TERM", "dumb")], true, long), "");
        assert_eq!(shown(&[], false, long), "");
    }
}
