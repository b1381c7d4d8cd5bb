//! What can be read at `/metrics`: names, kinds, labels with all their values, and help. The one place that says it.

use metrics::{counter, describe_counter, describe_gauge, describe_histogram, gauge, histogram};

use super::{Cap, Delivery, Demotion, Ended, Job, Phase};

/// How a number behaves.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Kind {
    /// Only grows.
    Counter,
    /// Goes up and down.
    Gauge,
    /// A distribution over these upper bounds; read as `_bucket`, `_sum` and `_count`.
    Histogram(&'static [f64]),
}

/// One metric.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Metric {
    /// Its name.
    pub name: &'static str,
    /// How it behaves.
    pub kind: Kind,
    /// Its labels and every value of each.
    pub labels: &'static [(&'static str, &'static [&'static str])],
    /// What it says, with its unit.
    pub help: &'static str,
}

/// Seconds in which a webhook is answered: GitHub waits for ten.
const ANSWERS: &[f64] = &[0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0];
/// Seconds that parts of a review take: a critique has two minutes.
const PARTS: &[f64] = &[0.01, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 20.0, 40.0, 80.0, 160.0];
/// Seconds that a platform asks to wait: an hour at most, as its limits are by the hour.
const PAUSES: &[f64] = &[1.0, 5.0, 15.0, 60.0, 300.0, 900.0, 3600.0];

/// Answers that a sender of webhooks can get; whatever else is `other`.
const STATUS: &[&str] = &["200", "202", "400", "401", "404", "405", "408", "413", "415", "500", "503", "other"];

const NONE: &[(&str, &[&str])] = &[];

const fn metric(
    name: &'static str,
    kind: Kind,
    labels: &'static [(&'static str, &'static [&'static str])],
    help: &'static str,
) -> Metric {
    Metric { name, kind, labels, help }
}

pub(super) const BUILD: Metric =
    metric("specreview_build_info", Kind::Gauge, NONE, "The version of the program that runs; always 1.");
pub(super) const INBOX: Metric = metric(
    "specreview_inbox_depth",
    Kind::Gauge,
    NONE,
    "Jobs that wait, whatever they came from: `specreview_jobs` of the state `queued`.",
);
pub(super) const OLDEST: Metric =
    metric("specreview_inbox_oldest_seconds", Kind::Gauge, NONE, "How long the job waits that has waited longest.");
pub(super) const JOBS: Metric =
    metric("specreview_jobs", Kind::Gauge, &[("state", &["queued", "running", "dead"])], "Jobs by state.");
pub(super) const JOBS_ENDED: Metric = metric(
    "specreview_jobs_ended_total",
    Kind::Counter,
    &[("kind", Job::WORDS), ("result", Ended::WORDS)],
    "Jobs that a worker let go of, by what they are and how they ended.",
);
pub(super) const PHASES: Metric = metric(
    "specreview_review_seconds",
    Kind::Histogram(PARTS),
    &[("phase", Phase::WORDS)],
    "How long the parts of a review take.",
);
pub(super) const DELIVERIES: Metric = metric(
    "specreview_deliveries_total",
    Kind::Counter,
    &[("result", Delivery::WORDS)],
    "Webhook deliveries by what became of them.",
);
pub(super) const WEBHOOKS: Metric = metric(
    "specreview_webhook_seconds",
    Kind::Histogram(ANSWERS),
    &[("status", STATUS)],
    "How long the sender of a webhook waits for its answer, by status.",
);
pub(super) const CONNECTIONS: Metric =
    metric("specreview_connections", Kind::Gauge, NONE, "Connections that are open to the receiver of webhooks.");
pub(super) const UNKNOWN: Metric = metric(
    "specreview_unknown_outcomes_total",
    Kind::Counter,
    NONE,
    "Writes to a platform of which nobody knew whether they were carried out; each was looked up.",
);
pub(super) const REDELIVERED: Metric = metric(
    "specreview_redelivered_total",
    Kind::Counter,
    NONE,
    "Missed deliveries that the platform was asked to send once more.",
);
pub(super) const HEALED: Metric = metric(
    "specreview_duplicates_healed_total",
    Kind::Counter,
    NONE,
    "Second summaries and reviews left pending that were taken away.",
);
pub(super) const DEMOTIONS: Metric = metric(
    "specreview_demotions_total",
    Kind::Counter,
    &[("form", Demotion::WORDS)],
    "Reviews that a platform refused as they were (HTTP 422), by the form in which they were tried next.",
);
pub(super) const MODEL_CALLS: Metric =
    metric("specreview_model_calls_total", Kind::Counter, NONE, "Requests that were sent to a model.");
pub(super) const MODEL_TOKENS: Metric = metric(
    "specreview_model_tokens_total",
    Kind::Counter,
    &[("kind", &["input", "cached", "output"])],
    "Tokens sent to a model, found in its cache, and received.",
);
pub(super) const MODEL_COST: Metric = metric(
    "specreview_model_cost_micro_usd_total",
    Kind::Counter,
    NONE,
    "What models cost, in millionths of a US dollar, as far as prices are known.",
);
pub(super) const CAPS: Metric = metric(
    "specreview_budget_refusals_total",
    Kind::Counter,
    &[("cap", Cap::WORDS)],
    "Calls to a model that a cap forbade.",
);
pub(super) const WAITS: Metric = metric(
    "specreview_rate_limit_wait_seconds",
    Kind::Histogram(PAUSES),
    NONE,
    "Pauses that a platform asked for, by length.",
);

/// Every metric.
pub const TABLE: &[Metric] = &[
    BUILD,
    INBOX,
    OLDEST,
    JOBS,
    JOBS_ENDED,
    PHASES,
    DELIVERIES,
    WEBHOOKS,
    CONNECTIONS,
    UNKNOWN,
    REDELIVERED,
    HEALED,
    DEMOTIONS,
    MODEL_CALLS,
    MODEL_TOKENS,
    MODEL_COST,
    CAPS,
    WAITS,
];

/// The label of an answer.
pub(super) fn status(status: u16) -> &'static str {
    STATUS.iter().find(|word| word.parse() == Ok(status)).copied().unwrap_or("other")
}

/// Tells the recorder of a metric and of each of its series.
pub(super) fn describe(metric: &Metric) {
    let Metric { name, kind, labels, help } = *metric;
    match kind {
        Kind::Counter => describe_counter!(name, help),
        Kind::Gauge => describe_gauge!(name, help),
        Kind::Histogram(_) => describe_histogram!(name, help),
    }
    // The version is a label that only the caller knows.
    if name == BUILD.name {
        return;
    }
    for series in series(labels) {
        match kind {
            Kind::Counter => counter!(name, &series).increment(0),
            Kind::Gauge => gauge!(name, &series).set(0.0),
            Kind::Histogram(_) => drop(histogram!(name, &series)),
        }
    }
}

/// Every combination of the values.
fn series(labels: &[(&'static str, &'static [&'static str])]) -> Vec<Vec<(&'static str, &'static str)>> {
    labels.iter().fold(vec![Vec::new()], |all, (label, words)| {
        let with = |series: &Vec<_>| {
            let series = series.clone();
            words.iter().map(move |word| [series.as_slice(), &[(*label, *word)]].concat())
        };
        all.iter().flat_map(with).collect()
    })
}
