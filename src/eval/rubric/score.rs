//! What was heard about labelled passages against their labels. Counts; asks nothing.

use super::labels::{Criterion, Passage};
use super::risks::RiskFigures;
use crate::critique::Verdict;
use crate::critique::ledger::Ledger;
use crate::eval::kappa::kappa;
use crate::rules::Share;
use crate::text::fold::fold;

/// From this score on nothing is reported: 0 and 1 become a question to the author.
const GOOD: u8 = 2;

/// What both readings came to about one passage.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Heard {
    /// The score that code let stand; none for an abstention, or where no answer was of use.
    pub score: Option<u8>,
    /// It would be reported.
    pub reported: bool,
    /// Quotations that stand in the passage.
    pub quotes: Vec<String>,
    /// Claims that fell, since their quotations do not stand there or prove nothing.
    pub dropped: usize,
    /// Why there is no answer.
    pub failure: Option<String>,
}

impl From<&Verdict> for Heard {
    fn from(verdict: &Verdict) -> Self {
        Self {
            score: verdict.score,
            reported: !verdict.findings.is_empty(),
            quotes: verdict.evidence.iter().map(|evidence| evidence.quote.clone()).collect(),
            dropped: verdict.dropped,
            failure: verdict.failure.clone(),
        }
    }
}

/// One passage on which model and label differ.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Case {
    /// Its name.
    pub id: String,
    /// The label.
    pub expected: u8,
    /// The score; none for an abstention.
    pub score: Option<u8>,
}

/// The figures of one criterion, or of several together.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Figures {
    /// Passages with a label.
    pub labelled: u64,
    /// Passages without an answer of use, those that were never asked included: counted nowhere else.
    pub unanswered: u64,
    /// Answers without a score: the model would not say, or its evidence did not hold.
    pub abstained: u64,
    /// Answers by label (first index) and score (second).
    pub confusion: [[u64; 4]; 4],
    /// Answers reported, and labelled to be (0 or 1).
    pub right: u64,
    /// Reported, and labelled good.
    pub noisy: u64,
    /// Not reported, and labelled to be.
    pub missing: u64,
    /// Decoys that got no score above 1, of the decoys with an answer.
    pub decoys: Share,
    /// Passages one of whose quotations meets a labelled one, of those that have both.
    pub quotes: Share,
    /// Claims that fell.
    pub dropped: u64,
    /// Where model and label differ.
    pub cases: Vec<Case>,
    /// What it cost.
    pub cost: Ledger,
}

impl Figures {
    /// Counts one criterion; what was heard stands in the order of the passages, and is none where nothing was asked.
    #[must_use]
    pub fn count(criterion: &Criterion, heard: &[Option<Heard>], cost: Ledger) -> Self {
        let mut figures = Self { labelled: criterion.passages.len() as u64, cost, ..Self::default() };
        for (at, passage) in criterion.passages.iter().enumerate() {
            figures.add(passage, heard.get(at).and_then(Option::as_ref));
        }
        figures
    }

    fn add(&mut self, passage: &Passage, heard: Option<&Heard>) {
        let Some(heard) = heard.filter(|heard| heard.failure.is_none()) else {
            self.unanswered += 1;
            return;
        };
        self.dropped += heard.dropped as u64;
        match (passage.score < GOOD, heard.reported) {
            (true, true) => self.right += 1,
            (true, false) => self.missing += 1,
            (false, true) => self.noisy += 1,
            (false, false) => {}
        }
        if passage.decoy {
            let held = heard.score.is_some_and(|score| score < GOOD);
            self.decoys = self.decoys.and(Share::new(u64::from(held), 1));
        }
        if !passage.quotes.is_empty() && !heard.quotes.is_empty() {
            let hit = heard.quotes.iter().any(|quote| passage.quotes.iter().any(|label| meets(quote, label)));
            self.quotes = self.quotes.and(Share::new(u64::from(hit), 1));
        }
        match heard.score {
            None => self.abstained += 1,
            Some(score) => {
                let row = self.confusion.get_mut(usize::from(passage.score));
                if let Some(cell) = row.and_then(|row| row.get_mut(usize::from(score))) {
                    *cell += 1;
                }
            }
        }
        if heard.score != Some(passage.score) {
            self.cases.push(Case { id: passage.id.clone(), expected: passage.score, score: heard.score });
        }
    }

    /// Both together.
    #[must_use]
    pub fn plus(mut self, other: &Self) -> Self {
        self.labelled += other.labelled;
        self.unanswered += other.unanswered;
        self.abstained += other.abstained;
        for (cell, more) in self.confusion.iter_mut().flatten().zip(other.confusion.iter().flatten()) {
            *cell += more;
        }
        self.right += other.right;
        self.noisy += other.noisy;
        self.missing += other.missing;
        self.decoys = self.decoys.and(other.decoys);
        self.quotes = self.quotes.and(other.quotes);
        self.dropped += other.dropped;
        self.cases.extend(other.cases.iter().cloned());
        self.cost = self.cost.plus(other.cost);
        self
    }

    /// Passages with an answer, abstentions included.
    #[must_use]
    pub fn answered(&self) -> u64 {
        self.labelled.saturating_sub(self.unanswered)
    }

    /// Answers with exactly the labelled score; an abstention is none.
    #[must_use]
    pub fn exact(&self) -> Share {
        self.within(0)
    }

    /// Answers at most one level away from the label.
    #[must_use]
    pub fn near(&self) -> Share {
        self.within(1)
    }

    fn within(&self, most: u8) -> Share {
        let near = self.pairs().into_iter().filter(|(label, score)| label.abs_diff(*score) <= most);
        Share::new(near.count() as u64, self.answered())
    }

    /// Agreement with the labels beyond chance, over the answers with a score, weighted by the square of the distance.
    #[must_use]
    pub fn kappa(&self) -> Option<f64> {
        kappa(&self.pairs())
    }

    /// Of what would be reported, how much is labelled so.
    #[must_use]
    pub fn precision(&self) -> Share {
        Share::new(self.right, self.right + self.noisy)
    }

    /// Of what is labelled 0 or 1, how much would be reported.
    #[must_use]
    pub fn recall(&self) -> Share {
        Share::new(self.right, self.right + self.missing)
    }

    /// Harmonic mean of precision and recall; none where nothing is reported or to be reported.
    #[must_use]
    pub fn f1(&self) -> Option<f64> {
        let all = 2 * self.right + self.noisy + self.missing;
        (all > 0).then(|| 2.0 * self.right as f64 / all as f64)
    }

    /// Label and score of every answer with a score.
    fn pairs(&self) -> Vec<(u8, u8)> {
        let rows = (0_u8..).zip(&self.confusion);
        rows.flat_map(|(label, row)| {
            let cells = (0_u8..).zip(row);
            cells.flat_map(move |(score, count)| (0..*count).map(move |_| (label, score)))
        })
        .collect()
    }
}

/// Everything that was measured of one model.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Run {
    /// Name of the model.
    pub model: String,
    /// Figures by criterion, in order of the questions.
    pub criteria: Vec<(String, Figures)>,
    /// Of the risks; none without labelled papers.
    pub risks: Option<RiskFigures>,
    /// Questions that needed no call.
    pub cached: u64,
    /// Why not everything was answered.
    pub incomplete: Option<String>,
}

impl Run {
    /// All criteria together; risks are counted apart.
    #[must_use]
    pub fn total(&self) -> Figures {
        self.criteria.iter().fold(Figures::default(), |sum, (_, figures)| sum.plus(figures))
    }

    /// What all of it cost.
    #[must_use]
    pub fn cost(&self) -> Ledger {
        let risks = self.risks.as_ref().map(|risks| risks.cost).unwrap_or_default();
        self.total().cost.plus(risks)
    }
}

/// Do two quotations speak of the same words? Half of the shorter one stands in the longer, in a row.
fn meets(quote: &str, label: &str) -> bool {
    let words = |text: &str| -> Vec<String> {
        let folded = fold(text);
        folded.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).map(str::to_owned).collect()
    };
    let (one, other) = (words(quote), words(label));
    let (short, long) = if one.len() < other.len() { (one, other) } else { (other, one) };
    let run = short.len().div_ceil(2);
    run > 0 && short.windows(run).any(|run_of| long.windows(run).any(|window| window == run_of))
}
