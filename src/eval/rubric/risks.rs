//! What was heard about the risks of labelled papers against their labels. Counts; asks nothing.

use super::labels::Paper;
use crate::critique::ledger::Ledger;
use crate::eval::kappa::kappa;
use crate::finding::{RiskLevel, RiskSaid};
use crate::rules::Share;

/// The levels, in the order of the table.
pub(super) const LEVELS: [RiskLevel; 5] =
    [RiskLevel::Absent, RiskLevel::Mentioned, RiskLevel::Mitigated, RiskLevel::Measured, RiskLevel::NotApplicable];

/// What was heard about one paper.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct RiskHeard {
    /// What was said of its risks; a risk that is not named is absent.
    pub said: Vec<RiskSaid>,
    /// Claims that fell.
    pub dropped: usize,
    /// Why there is no answer.
    pub failure: Option<String>,
}

/// One risk on which model and label differ.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RiskCase {
    /// The paper.
    pub paper: String,
    /// Id of the risk.
    pub risk: String,
    /// The label.
    pub expected: RiskLevel,
    /// What the model says.
    pub level: RiskLevel,
}

/// The figures of all papers.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct RiskFigures {
    /// Papers.
    pub papers: u64,
    /// Papers without an answer of use: counted nowhere else.
    pub unanswered: u64,
    /// Risks by label (first index) and level (second): absent, mentioned, mitigated, measured, not applicable.
    pub confusion: [[u64; 5]; 5],
    /// Claims that fell.
    pub dropped: u64,
    /// Where model and label differ.
    pub cases: Vec<RiskCase>,
    /// What it cost.
    pub cost: Ledger,
}

impl RiskFigures {
    /// Counts; what was heard stands in the order of the papers, and is none where nothing was asked.
    #[must_use]
    pub fn count(papers: &[Paper], heard: &[Option<RiskHeard>], cost: Ledger) -> Self {
        let mut figures = Self { papers: papers.len() as u64, cost, ..Self::default() };
        for (at, paper) in papers.iter().enumerate() {
            let heard = heard.get(at).and_then(Option::as_ref).filter(|heard| heard.failure.is_none());
            let Some(heard) = heard else {
                figures.unanswered += 1;
                continue;
            };
            figures.dropped += heard.dropped as u64;
            for (id, expected) in &paper.risks {
                let said = heard.said.iter().find(|said| said.id == *id);
                figures.add(paper, id, *expected, said.map_or(RiskLevel::Absent, |said| said.level));
            }
        }
        figures
    }

    fn add(&mut self, paper: &Paper, risk: &str, expected: RiskLevel, level: RiskLevel) {
        let row = self.confusion.get_mut(place(expected));
        if let Some(cell) = row.and_then(|row| row.get_mut(place(level))) {
            *cell += 1;
        }
        if expected != level {
            let (paper, risk) = (paper.name.clone(), risk.to_owned());
            self.cases.push(RiskCase { paper, risk, expected, level });
        }
    }

    /// Risks at exactly the labelled level.
    #[must_use]
    pub fn exact(&self) -> Share {
        self.share(|_, _| true, |label, level| label == level)
    }

    /// Agreement beyond chance over absent, mentioned, mitigated and measured, weighted by the square of the distance. Risks
    /// that do not arise stand on no scale.
    #[must_use]
    pub fn kappa(&self) -> Option<f64> {
        let pairs = self.cells().filter(|(label, level, _)| *label < 4 && *level < 4);
        let pairs = pairs.flat_map(|(label, level, count)| (0..count).map(move |_| (label, level)));
        kappa(&pairs.collect::<Vec<_>>())
    }

    /// Of the risks said to be covered, how many are labelled so: mitigated, measured, or not arising.
    #[must_use]
    pub fn precision(&self) -> Share {
        self.share(|_, level| is_covered(level), |label, _| is_covered(label))
    }

    /// Of the risks labelled as covered, of how many the model says so.
    #[must_use]
    pub fn recall(&self) -> Share {
        self.share(|label, _| is_covered(label), |_, level| is_covered(level))
    }

    fn share(&self, all: impl Fn(u8, u8) -> bool, good: impl Fn(u8, u8) -> bool) -> Share {
        let counted: Vec<(u8, u8, u64)> = self.cells().filter(|(label, level, _)| all(*label, *level)).collect();
        let good = counted.iter().filter(|(label, level, _)| good(*label, *level));
        Share::new(good.map(|(_, _, count)| count).sum(), counted.iter().map(|(_, _, count)| count).sum())
    }

    fn cells(&self) -> impl Iterator<Item = (u8, u8, u64)> + '_ {
        (0_u8..)
            .zip(&self.confusion)
            .flat_map(|(label, row)| (0_u8..).zip(row).map(move |(level, count)| (label, level, *count)))
    }
}

fn place(level: RiskLevel) -> usize {
    LEVELS.iter().position(|known| *known == level).unwrap_or_default()
}

/// Mitigated, measured, not applicable: nothing is asked about it.
fn is_covered(place: u8) -> bool {
    place >= 2
}
