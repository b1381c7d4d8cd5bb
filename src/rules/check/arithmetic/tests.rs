//! Brute force against the laws: what some confusion matrix gives, rounded, is never called contradictory, and what none gives is found.

use proptest::prelude::*;

use super::cells::{Known, PREVALENCE, fits, fits_cases, fits_counts, share};
use super::confusion::roc_reach;
use super::evidence::is_share_of;
use super::f1::contradicts;
use super::interval::Interval;
use super::trivial::constant_f1;

const METRICS: &[&str] = &[
    "precision",
    "recall",
    "specificity",
    "false-positive-rate",
    "false-negative-rate",
    "false-discovery-rate",
    "npv",
    "accuracy",
    "error-rate",
    "f1",
    "f2",
    "f05",
    PREVALENCE,
];

/// Hits, false alarms, misses, right rejections.
type Matrix = [u32; 4];

/// The value of a metric; `None` where it is not defined.
fn value(metric: &str, matrix: Matrix) -> Option<f64> {
    let (top, bottom) = share(metric)?;
    let dot =
        |weights: [f64; 4]| weights.iter().zip(matrix).map(|(weight, count)| weight * f64::from(count)).sum::<f64>();
    (dot(bottom) > 0.0).then(|| dot(top) / dot(bottom))
}

/// As printed with so many digits.
fn rounded(value: f64, digits: i32) -> Interval {
    let unit = 10_f64.powi(-digits);
    Interval::rounded((value / unit).round() * unit, unit / 2.0).within(0.0, 1.0)
}

fn matrices(most: u32) -> impl Iterator<Item = Matrix> {
    (1..=most).flat_map(|all| {
        (0..=all).flat_map(move |tp| {
            (0..=all - tp).flat_map(move |fp| (0..=all - tp - fp).map(move |fne| [tp, fp, fne, all - tp - fp - fne]))
        })
    })
}

/// Some matrix of the given class sizes gives every value of the set; a value that is not defined counts as any, as for the law.
fn some_matrix(set: &[Known<'_>], positives: u32, negatives: u32) -> bool {
    let fits = |matrix: Matrix| {
        set.iter().all(|(metric, wanted)| {
            value(metric, matrix).is_none_or(|value| wanted.low - 1e-9 <= value && value <= wanted.high + 1e-9)
        })
    };
    let hit = set
        .iter()
        .any(|(metric, wanted)| ["precision", "recall", "f1", "f2", "f05"].contains(metric) && wanted.low > 1e-6);
    (u32::from(hit)..=positives).any(|tp| (0..=negatives).any(|fp| fits([tp, fp, positives - tp, negatives - fp])))
}

#[test]
fn what_a_small_matrix_gives_is_never_contradictory() {
    for matrix in matrices(11) {
        let [tp, fp, fne, tn] = matrix;
        for digits in 1..=3 {
            let set: Vec<Known<'_>> =
                METRICS.iter().filter_map(|metric| Some((*metric, rounded(value(metric, matrix)?, digits)))).collect();
            assert!(set.chunks(6).all(fits), "{matrix:?} {digits}");
            assert!(fits_counts(&set, tp + fne, fp + tn), "{matrix:?} {digits}");
            let of = |name: &str| set.iter().find(|(metric, _)| *metric == name).map(|(_, interval)| *interval);
            if let (Some(f), Some(p), Some(r)) = (of("f1"), of("precision"), of("recall")) {
                assert!(!contradicts(f, p, r, true), "{matrix:?} {digits}");
                let whole = Interval::new(0.0, 1.0);
                assert!(!contradicts(f, p, whole, true) && !contradicts(f, whole, r, true), "{matrix:?} {digits}");
            }
            if let Some(accuracy) = value("accuracy", matrix) {
                assert!(is_share_of((accuracy * 1e3).round() / 1e3, 5e-4, tp + fp + fne + tn), "{matrix:?}");
            }
        }
    }
}

#[test]
fn the_constant_answer_reaches_what_the_law_says_it_reaches() {
    for positives in 1..=60 {
        for negatives in positives..=60 {
            let all_yes = [positives, negatives, 0, 0];
            let (Some(f), Some(p)) = (value("f1", all_yes), value("precision", all_yes)) else { continue };
            for digits in 1..=3 {
                let written = rounded(f64::from(positives) / f64::from(positives + negatives), digits);
                assert!(
                    constant_f1(written) <= f + 1e-9 && written.low <= p + 1e-9,
                    "{positives} of {negatives}, {digits}"
                );
                assert!(f - constant_f1(written) <= 2.0 * 10_f64.powi(-digits), "{positives} of {negatives}, {digits}");
            }
        }
    }
}

#[test]
fn clear_contradictions_are_found() {
    let at = |value: f64| rounded(value, 2);
    let impossible: &[&[(&str, f64)]] = &[
        &[("recall", 0.70), ("specificity", 0.90), ("accuracy", 0.95)],
        &[("recall", 0.70), ("specificity", 0.90), ("accuracy", 0.60)],
        &[("precision", 0.80), ("recall", 0.70), ("f1", 0.85)],
        &[("precision", 0.50), ("f1", 0.80)],
        // FPR = πR(1−P)/(P(1−π)) would be above 1.
        &[("precision", 0.30), ("recall", 0.90), (PREVALENCE, 0.50)],
        &[("recall", 0.90), ("specificity", 0.95), ("precision", 0.90), (PREVALENCE, 0.05)],
        &[("recall", 0.80), ("false-negative-rate", 0.30)],
        &[("precision", 0.90), ("recall", 0.90), ("false-positive-rate", 0.50), ("accuracy", 0.95)],
    ];
    for set in impossible {
        let set: Vec<Known<'_>> = set.iter().map(|(metric, value)| (*metric, at(*value))).collect();
        assert!(!fits(&set), "{set:?}");
        assert!(!fits_cases(&set, 60) && !fits_counts(&set, 40, 60), "{set:?}");
    }
    let grain = [("recall", at(0.95)), ("specificity", at(0.90))];
    assert!(fits(&grain) && !fits_counts(&grain, 7, 10));
    assert!(contradicts(at(0.90), at(0.80), at(0.70), false) && contradicts(at(0.60), at(0.80), at(0.70), true));
    assert!(!contradicts(at(0.60), at(0.80), at(0.70), false));
    assert!(!is_share_of(0.937, 5e-4, 50) && is_share_of(0.94, 5e-3, 50));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_a_matrix_gives_is_never_contradictory(
        matrix in prop::array::uniform4(0_u32..3_000),
        chosen in prop::collection::vec(0_usize..METRICS.len(), 2..7),
        digits in 1_i32..6,
    ) {
        let set: Vec<Known<'_>> = chosen
            .iter()
            .filter_map(|at| Some((METRICS[*at], rounded(value(METRICS[*at], matrix)?, digits))))
            .collect();
        prop_assert!(fits(&set));
        prop_assert!(fits_counts(&set, matrix[0] + matrix[2], matrix[1] + matrix[3]));
        if matrix.iter().sum::<u32>() < 300 {
            prop_assert!(fits_cases(&set, matrix.iter().sum()));
        }
    }

    #[test]
    fn counting_through_agrees_with_brute_force(
        positives in 1_u32..16,
        negatives in 1_u32..16,
        chosen in prop::collection::btree_map(0_usize..METRICS.len(), 1_u32..100, 1..5),
        digits in 1_i32..3,
    ) {
        let set: Vec<Known<'_>> =
            chosen.iter().map(|(at, value)| (METRICS[*at], rounded(f64::from(*value) / 100.0, digits))).collect();
        let possible = some_matrix(&set, positives, negatives);
        prop_assert_eq!(fits_counts(&set, positives, negatives), possible, "{:?}", set);
        // What whole numbers can do, real numbers can.
        prop_assert!(fits(&set) || !possible, "{:?}", set);
    }

    #[test]
    fn a_mean_over_classes_is_never_above_the_harmonic_mean_of_the_means(
        classes in prop::collection::vec((1_u32..400, 0_u32..400, 0_u32..400), 2..12),
        digits in 2_i32..5,
    ) {
        let mean = |metric: &str| {
            let of = classes.iter().filter_map(|(tp, fp, fne)| value(metric, [*tp, *fp, *fne, 1]));
            rounded(of.sum::<f64>() / classes.len() as f64, digits)
        };
        prop_assert!(!contradicts(mean("f1"), mean("precision"), mean("recall"), false));
    }

    #[test]
    fn a_curve_through_a_point_has_an_area_within_reach(
        steps in prop::collection::vec((0_u32..50, 0_u32..50), 2..8),
        at in 0_usize..8,
    ) {
        let (right, up): (u32, u32) = steps.iter().fold((0, 0), |(x, y), (dx, dy)| (x + dx, y + dy));
        prop_assume!(right > 0 && up > 0);
        let (mut x, mut y, mut area, mut point) = (0.0, 0.0, 0.0, (0.0, 0.0));
        for (step, (dx, dy)) in steps.iter().enumerate() {
            let (dx, dy) = (f64::from(*dx) / f64::from(right), f64::from(*dy) / f64::from(up));
            area += dx * (y + dy / 2.0);
            (x, y) = (x + dx, y + dy);
            if step == at % steps.len() {
                point = (x, y);
            }
        }
        let exact = |value: f64| Interval::rounded(value, 0.0);
        prop_assert!(!exact(area).misses(roc_reach(exact(point.1), exact(point.0))));
    }
}
