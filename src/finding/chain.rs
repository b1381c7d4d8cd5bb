//! The chain of a metric, from the goal of the business to who answers: plain data, as a review shows it.

use super::Evidence;

/// A link of the chain, in its order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum LinkName {
    /// What the business wants: a KPI, else the problem.
    Goal,
    /// The metric itself.
    Metric,
    /// How it is computed.
    Definition,
    /// What it is today.
    Baseline,
    /// What it must be.
    Target,
    /// What it is measured on.
    DataSet,
    /// When the system acts; for decisions.
    Threshold,
    /// How it is watched in operation.
    Monitor,
    /// Who answers.
    Owner,
}

impl LinkName {
    /// The word used in reports.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Goal => "goal",
            Self::Metric => "metric",
            Self::Definition => "definition",
            Self::Baseline => "baseline",
            Self::Target => "target",
            Self::DataSet => "data set",
            Self::Threshold => "threshold",
            Self::Monitor => "monitor",
            Self::Owner => "owner",
        }
    }
}

/// How far the document goes with a link.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LinkState {
    /// It is there.
    Stated,
    /// It is not there, or named only.
    Missing,
    /// It makes no sense here, or is left out on purpose.
    NotApplicable,
}

impl LinkState {
    /// The word used in reports.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Stated => "stated",
            Self::Missing => "missing",
            Self::NotApplicable => "not_applicable",
        }
    }
}

/// One link of one metric.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link {
    /// Which.
    pub name: LinkName,
    /// How far the document goes.
    pub state: LinkState,
    /// Where it is stated; of a missing one: where it is named only.
    pub place: Option<Evidence>,
    /// The rule, with its part, that reports the gap; none where nothing is missing or no rule asks for it.
    pub rule: Option<String>,
}

/// The chain of one metric.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Chain {
    /// Id of the metric.
    pub metric: String,
    /// Its name as written.
    pub name: String,
    /// All nine links, in order.
    pub links: Vec<Link>,
}
