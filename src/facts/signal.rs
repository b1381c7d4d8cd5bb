//! Signs of a commitment in a block: a number, an owner, a date, a method, a place, a reason.

use super::{Hit, Lexicon, Quantity};
use crate::document::{BlockId, Document};

/// A sign that a passage commits somebody to something.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Signal {
    /// Any quantity.
    Number,
    /// A percentage or ratio.
    Share,
    /// Money.
    Money,
    /// A duration or rate.
    Duration,
    /// A date, quarter or deadline.
    Date,
    /// A rhythm: weekly, per release, every …
    Cadence,
    /// A named person, role or team that acts.
    Owner,
    /// must, shall, will, is required.
    Modal,
    /// A condition: if, unless, when … below.
    Condition,
    /// because, so that, in order to.
    Reason,
    /// A named tool, system, product, file or code identifier.
    Tool,
    /// A named place: host, region, data centre.
    Place,
    /// The name of a model metric.
    Metric,
    /// A comparison between two things: worse than, more costly.
    Comparative,
    /// Hope or vagueness: should ideally, as needed, appropriate, we hope.
    Vague,
    /// Negation or exclusion: no, not, out of scope.
    Negated,
}

/// Signals of every block, and of smaller pieces when asked.
#[derive(Debug, Clone, Default)]
pub struct Signals {
    by_block: Vec<Vec<Signal>>,
}

impl Signals {
    /// Reads the signals of every block.
    #[must_use]
    pub fn read(document: &Document, _lexicon: &Lexicon, _hits: &[Hit], _quantities: &[Quantity]) -> Self {
        Self { by_block: vec![Vec::new(); document.blocks.len()] }
    }

    /// True when `block` shows `signal`.
    #[must_use]
    pub fn has(&self, block: BlockId, signal: Signal) -> bool {
        self.by_block.get(block).is_some_and(|signals| signals.contains(&signal))
    }
}
