//! Counts what happens: one function for each event, one table of what can be read ([`TABLE`]). Keeps nothing itself, and never says
//! of whom: no repository, no person, no text is a label, so that the number of series is bounded.

mod table;

use std::time::Duration;

use metrics::{counter, gauge, histogram};

pub use table::{Kind, Metric, TABLE};

/// A label and its values: an enum, so that no other value can come up.
macro_rules! label {
    ($(#[$doc:meta])* $name:ident { $($(#[$of:meta])* $value:ident => $word:literal,)+ }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
        pub enum $name { $($(#[$of])* $value,)+ }

        impl $name {
            /// Every value, as it is written.
            pub(crate) const WORDS: &'static [&'static str] = &[$($word),+];

            /// The value as it is written.
            #[must_use]
            pub fn word(self) -> &'static str {
                match self { $(Self::$value => $word,)+ }
            }
        }
    };
}

label! {
    /// What became of a delivery.
    Delivery {
        /// Its job waits.
        Queued => "queued",
        /// It was here before.
        Duplicate => "duplicate",
        /// It was here before; its job had been given up and waits again.
        Revived => "revived",
        /// It asks for nothing.
        Ignored => "ignored",
        /// It was not believed, not understood, or not read.
        Refused => "refused",
        /// It could not be stored, or there was no room: the sender keeps it.
        Unstored => "unstored",
    }
}

label! {
    /// What a job is.
    Job {
        /// A review of a change.
        Review => "review",
        /// Changes with a commit are looked for.
        Checks => "checks",
        /// A command is answered.
        Command => "command",
        /// A merge queue is answered.
        Group => "group",
        /// None that this program knows.
        Unknown => "unknown",
    }
}

label! {
    /// How a job ended, this time.
    Ended {
        /// Done.
        Done => "done",
        /// Tried again later.
        Delayed => "delayed",
        /// Given up.
        Dead => "dead",
        /// Another worker has it.
        Lost => "lost",
        /// Given back for the program stops.
        GivenBack => "given_back",
    }
}

label! {
    /// A part of a review.
    Phase {
        /// The change is read from its platform.
        Fetch => "fetch",
        /// Documents are read and rules applied.
        Rules => "rules",
        /// A model is asked.
        Critique => "critique",
        /// What there is to say is posted.
        Publish => "publish",
    }
}

label! {
    /// A lesser form in which a review was tried after a platform had refused it.
    Demotion {
        /// One comment is told elsewhere.
        Comment => "without_comment",
        /// All comments are told elsewhere.
        Inline => "without_inline",
        /// Texts are shorter.
        Shorter => "shorter",
        /// Everything stands in the check.
        CheckOnly => "check_only",
        /// No changes are asked for.
        NoRequest => "without_request",
    }
}

label! {
    /// The cap that forbade a call to a model.
    Cap {
        /// That of one review.
        Review => "review",
        /// That of one change.
        Change => "change",
        /// That of one author in a day.
        Author => "author",
        /// That of one repository in a day.
        Repository => "repository",
        /// That of one day.
        Day => "day",
    }
}

/// What calls to a model came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct ModelUse {
    /// Requests that were sent.
    pub calls: u64,
    /// Tokens that were sent, those found in the endpoint's cache included.
    pub input: u64,
    /// Of those: found in the endpoint's cache.
    pub cached: u64,
    /// Tokens that were received.
    pub output: u64,
    /// Millionths of a US dollar, as far as prices are known.
    pub micro_usd: u64,
}

/// The queue at this moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Queue {
    /// Jobs that wait.
    pub queued: u64,
    /// Jobs that are held by a worker.
    pub running: u64,
    /// Jobs that were given up.
    pub dead: u64,
    /// How long the job waits that has waited longest.
    pub oldest: Duration,
}

/// Tells the recorder of every metric, each series at nought, so that a rate can be read from the first event on.
pub fn describe(version: &'static str) {
    for metric in TABLE {
        table::describe(metric);
    }
    gauge!(table::BUILD.name, "version" => version).set(1.0);
}

/// A delivery was answered.
pub fn delivery(result: Delivery) {
    counter!(table::DELIVERIES.name, "result" => result.word()).increment(1);
}

/// The sender of a webhook got this answer after so long.
pub fn webhook(status: u16, took: Duration) {
    histogram!(table::WEBHOOKS.name, "status" => table::status(status)).record(took.as_secs_f64());
}

/// So many connections are open.
pub fn connections(open: usize) {
    #[allow(clippy::cast_precision_loss, reason = "far below 2^52")]
    gauge!(table::CONNECTIONS.name).set(open as f64);
}

/// The queue, as it is now.
pub fn queue(queue: Queue) {
    #[allow(clippy::cast_precision_loss, reason = "a queue is far below 2^52")]
    let set = |state: &'static str, jobs: u64| gauge!(table::JOBS.name, "state" => state).set(jobs as f64);
    set("queued", queue.queued);
    set("running", queue.running);
    set("dead", queue.dead);
    #[allow(clippy::cast_precision_loss, reason = "a queue is far below 2^52")]
    gauge!(table::INBOX.name).set(queue.queued as f64);
    gauge!(table::OLDEST.name).set(queue.oldest.as_secs_f64());
}

/// A worker let go of a job.
pub fn job(kind: Job, ended: Ended) {
    counter!(table::JOBS_ENDED.name, "kind" => kind.word(), "result" => ended.word()).increment(1);
}

/// A part of a review took so long.
pub fn phase(phase: Phase, took: Duration) {
    histogram!(table::PHASES.name, "phase" => phase.word()).record(took.as_secs_f64());
}

/// Nobody knows whether a write to a platform was carried out: it is looked up.
pub fn unknown_outcome() {
    counter!(table::UNKNOWN.name).increment(1);
}

/// So many missed deliveries were asked for once more.
pub fn redelivered(deliveries: u64) {
    counter!(table::REDELIVERED.name).increment(deliveries);
}

/// Something that stood twice on a platform, or was left there half done, was taken away.
pub fn healed() {
    counter!(table::HEALED.name).increment(1);
}

/// A platform refused a review as it was (HTTP 422): it is tried in this form.
pub fn demoted(form: Demotion) {
    counter!(table::DEMOTIONS.name, "form" => form.word()).increment(1);
}

/// A model was asked.
pub fn model(used: ModelUse) {
    counter!(table::MODEL_CALLS.name).increment(used.calls);
    let tokens = |kind: &'static str, tokens| counter!(table::MODEL_TOKENS.name, "kind" => kind).increment(tokens);
    tokens("input", used.input.saturating_sub(used.cached));
    tokens("cached", used.cached);
    tokens("output", used.output);
    counter!(table::MODEL_COST.name).increment(used.micro_usd);
}

/// A cap forbade a call to a model.
pub fn over_cap(cap: Cap) {
    counter!(table::CAPS.name, "cap" => cap.word()).increment(1);
}

/// A platform asks to wait so long.
pub fn rate_limited(wait: Duration) {
    histogram!(table::WAITS.name).record(wait.as_secs_f64());
}

#[cfg(test)]
mod tests {
    use metrics_exporter_prometheus::PrometheusBuilder;

    use super::*;

    /// The text after `work`, which counts into a recorder of its own.
    fn read(work: impl FnOnce()) -> String {
        let recorder = PrometheusBuilder::new().build_recorder();
        metrics::with_local_recorder(&recorder, || {
            describe("1.2.3");
            work();
        });
        recorder.handle().render()
    }

    #[test]
    fn every_metric_of_the_table_is_there_before_anything_happened() {
        let text = read(|| {});
        for Metric { name, help, labels, .. } in TABLE {
            assert!(text.contains(&format!("# HELP {name} {help}\n")), "{name} in\n{text}");
            for (label, word) in labels.iter().flat_map(|(label, words)| words.iter().map(move |word| (label, word))) {
                assert!(text.contains(&format!("{label}=\"{word}\"")), "{name} {label}={word}");
            }
        }
        assert!(text.contains("specreview_build_info{version=\"1.2.3\"} 1\n"), "{text}");
        // Few enough for any server: labels have no value that a stranger chooses.
        assert!(text.lines().count() < 400, "{}", text.lines().count());
    }

    type Event<'a> = &'a dyn Fn();

    #[test]
    fn every_number_moves_when_its_event_happens() {
        let second = Duration::from_secs(1);
        let queue = || queue(Queue { queued: 3, running: 2, dead: 1, oldest: second * 90 });
        let used = || model(ModelUse { calls: 1, input: 100, cached: 40, output: 7, micro_usd: 1200 });
        let cases: &[(Event<'_>, &[&str])] = &[
            (&|| delivery(Delivery::Duplicate), &["specreview_deliveries_total{result=\"duplicate\"} 1"]),
            (&|| webhook(202, second), &["specreview_webhook_seconds_count{status=\"202\"} 1"]),
            (&|| webhook(599, second), &["specreview_webhook_seconds_count{status=\"other\"} 1"]),
            (&|| connections(12), &["specreview_connections 12"]),
            (
                &queue,
                &[
                    "specreview_inbox_depth 3",
                    "specreview_inbox_oldest_seconds 90",
                    "specreview_jobs{state=\"queued\"} 3",
                    "specreview_jobs{state=\"running\"} 2",
                    "specreview_jobs{state=\"dead\"} 1",
                ],
            ),
            (
                &|| job(Job::Review, Ended::GivenBack),
                &["specreview_jobs_ended_total{kind=\"review\",result=\"given_back\"} 1"],
            ),
            (&|| phase(Phase::Critique, second), &["specreview_review_seconds_count{phase=\"critique\"} 1"]),
            (&unknown_outcome, &["specreview_unknown_outcomes_total 1"]),
            (&|| redelivered(4), &["specreview_redelivered_total 4"]),
            (&healed, &["specreview_duplicates_healed_total 1"]),
            (&|| demoted(Demotion::Inline), &["specreview_demotions_total{form=\"without_inline\"} 1"]),
            (
                &used,
                &[
                    "specreview_model_calls_total 1",
                    "specreview_model_tokens_total{kind=\"input\"} 60",
                    "specreview_model_tokens_total{kind=\"cached\"} 40",
                    "specreview_model_tokens_total{kind=\"output\"} 7",
                    "specreview_model_cost_micro_usd_total 1200",
                ],
            ),
            (&|| over_cap(Cap::Day), &["specreview_budget_refusals_total{cap=\"day\"} 1"]),
            (&|| rate_limited(second), &["specreview_rate_limit_wait_seconds_count 1"]),
        ];
        let still = read(|| {});
        let mut moved = Vec::new();
        for (event, lines) in cases {
            let text = read(event);
            for line in *lines {
                assert!(text.lines().any(|found| found == *line), "{line} in\n{text}");
                assert!(!still.lines().any(|found| found == *line), "{line} stands there without its event");
                moved.push(line.split(['{', ' ']).next().unwrap_or_default().trim_end_matches("_count"));
            }
        }
        for metric in TABLE.iter().filter(|metric| metric.name != "specreview_build_info") {
            assert!(moved.contains(&metric.name), "nothing shows that {} moves", metric.name);
        }
    }
}
