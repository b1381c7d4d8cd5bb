//! What is read beyond one metric and its number: sentences that go on, distances, drift, wishes, percentiles.

use super::*;

#[test]
fn a_sentence_without_a_name_speaks_of_the_metric_named_before() {
    check(&[
        (
            "We judge the model by recall. Today the desk reaches 0.91; the model must reach at least 0.88.",
            &["baseline recall =0.91", "target recall >=0.88"],
        ),
        (
            "The measure is F1. The macros get to 0.74 at present, and the model has to get to 0.71 or more.",
            &["baseline f1 =0.74", "target f1 >=0.71"],
        ),
        (
            "The rule set has a precision of 0.70 today. The model needs at least 0.65.",
            &["baseline precision =0.7", "target precision >=0.65"],
        ),
        (
            "Currently our clerks reach 91 % accuracy, and the model has to reach at least 88 %.",
            &["baseline accuracy =91%", "target accuracy >=88%"],
        ),
        (
            "Our key metric is the F1 score: the existing rules get 0.74, and a model that gets 0.70 is good enough to go live.",
            &["baseline f1 =0.74", "target f1 >=0.7"],
        ),
        // A threshold, and a share of something else, are no values of it.
        ("Recall is watched weekly. The confidence must be above 0.8.", &[]),
        ("Recall is 0.91 today. We must answer 88 % of the mails.", &["baseline recall =0.91"]),
    ]);
}

#[test]
fn a_bound_on_a_distance_between_groups_is_no_level() {
    check(&[
        ("The gap in recall between branches stays within 5 points.", &["target parity-gap <=5pp"]),
        ("Recall must not differ by more than 5 points between regions.", &["unknown parity-gap <=5pp"]),
        ("Recall per region may trail the overall recall by at most 0.04.", &["target parity-gap <=0.04"]),
        ("No branch may have a recall more than 5 points lower than another.", &["target parity-gap <=5pp"]),
        (
            "| Group | Limit |\n|---|---|\n| Difference in precision, north against south | at most 0.03 |",
            &["target parity-gap/north against south <=0.03"],
        ),
        ("Recall must not differ by more than 5 points between branches.", &["unknown parity-gap <=5pp"]),
        // What varies is something else, or stands in another clause; at least so much is no bound on a gap.
        ("Loads must not vary; overall recall must be at least 0.90.", &["target recall >=0.9"]),
        ("Prices vary, and the overall recall must be at least 0.90.", &["target recall >=0.9"]),
        ("Prices vary and the overall recall must be above 0.90.", &["target recall >0.9"]),
        ("Prices vary across branches, and the recall must be above 0.90.", &["target recall >0.9"]),
        // What is compared with an earlier time is a decay.
        ("If recall drops by more than 5 points below launch, we retrain.", &["slo recall >5pp change"]),
    ]);
}

#[test]
fn how_far_data_have_drifted_is_no_quality_to_be_reached() {
    check(&[
        ("Population stability index must stay below 0.2.", &["slo psi <0.2"]),
        ("| Measure | Target |\n|---|---|\n| PSI | 0.2 |\n| Recall | 0.9 |", &["slo psi =0.2", "target recall >=0.9"]),
    ]);
}

#[test]
fn a_second_target_is_a_wish_only_where_something_says_so() {
    check(&[
        (
            "The service must offer an availability of 99.5 %.\n\nAvailability should reach 99.9 %.",
            &["target availability >=99.5%", "target availability >=99.9%"],
        ),
        (
            "Precision must be at least 0.80.\n\nOn Sundays the desk is closed.\n\nPrecision should be at least 0.90.",
            &["target precision >=0.8", "target precision >=0.9"],
        ),
        (
            "Recall must be at least 0.8 and recall should be at least 0.9.",
            &["target recall >=0.8", "stretch recall >=0.9"],
        ),
    ]);
}

#[test]
fn bare_percentiles_of_a_sentence_share_what_is_said_once() {
    check(&[
        (
            "We want a response time with a p95 of 1.5 s and a p99 of 1.2 s.",
            &["target latency/p95 <=1.5s", "target latency/p99 <=1.2s"],
        ),
        (
            "The p95 must stay under 1.5 s. The p99 has to be 1.2 s.",
            &["target latency/p95 <1.5s", "target latency/p99 <=1.2s"],
        ),
    ]);
}
