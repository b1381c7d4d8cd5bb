//! How far a review has come, told step by step to whoever asked for it. Tells; it never decides and never waits.

use std::fmt;
use std::sync::Arc;

use crate::review::render::words::tally::Tally;

/// A step of a review.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step<'a> {
    /// A document is about to be read and judged.
    Reading {
        /// Which one, from 1.
        number: usize,
        /// Of how many.
        of: usize,
        /// Its path as given.
        path: &'a str,
    },
    /// The rules have been applied.
    Rules(Tally),
    /// So many of the questions of a reading have an answer.
    Questions {
        /// Answered, or given up.
        done: usize,
        /// All of them.
        of: usize,
        /// The model reads a second time, to see whether it says the same.
        again: bool,
    },
}

type Listener = dyn Fn(Step<'_>) + Send + Sync;

/// Who is told; nobody by default.
#[derive(Clone, Default)]
pub struct Progress(Option<Arc<Listener>>);

impl Progress {
    /// Tells every step to `listener`, which must not block.
    #[must_use]
    pub fn to(listener: impl Fn(Step<'_>) + Send + Sync + 'static) -> Self {
        Self(Some(Arc::new(listener)))
    }

    /// A step was taken.
    pub fn tell(&self, step: Step<'_>) {
        if let Some(listener) = &self.0 {
            listener(step);
        }
    }
}

impl fmt::Debug for Progress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.0.is_some() { "Progress(told)" } else { "Progress(nobody)" })
    }
}
