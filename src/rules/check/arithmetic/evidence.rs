//! How much a test can show: sizes of test sets, claims without any error, shares that no whole number gives.

use std::collections::HashMap;

use super::super::Context;
use super::super::line::{Line, counts, lines};
use super::super::shown::{label, shown};
use super::interval::{SLACK, percent, trimmed};
use super::prevalence::prevalence;
use super::sets::many_classes;
use super::{Cues, Judged, flaw, flaw_in};
use crate::facts::{Comparator, Measure, Quantity, Role, Unit};
use crate::finding::Severity;

/// 95 % of a normal distribution, both sides.
const Z: f64 = 1.96;
/// 95 % of one side and 80 % power.
const Z_ALPHA: f64 = 1.645;
const Z_BETA: f64 = 0.842;

/// Words of the set that acceptance is measured on.
const TEST_SET: &[&str] = &[
    "test set",
    "test-set",
    "held-out set",
    "holdout set",
    "hold-out set",
    "held-out",
    "holdout",
    "hold-out",
    "evaluation set",
    "golden set",
    "gold set",
    "acceptance set",
    "test data",
    "acceptance test",
    "test sample",
    "evaluation sample",
];
/// Sets whose size is not the size of the test, or designs that need fewer cases.
const NOT_A_TEST: &[&str] = &[
    "train*",
    "validation set",
    "paired",
    "mcnemar",
    "per class",
    "per week",
    "per month",
    "each week",
    "each month",
    "a week",
    "a month",
    "weekly",
    "monthly",
    "every",
    "pilot",
    "label*",
    "annotat*",
];

/// The Wilson interval around the target, measured on `n` cases, lies above the baseline when `n > z²·b(1−b)/(t−b)²`.
/// The size needed for 80 % power is `((1.645·√(b(1−b)) + 0.842·√(t(1−t)))/(t−b))²`.
pub(super) fn test_set<'a>(cx: &Context<'a>, _: &Cues) -> Judged {
    let mut judged = Judged::default();
    let lines = lines(cx);
    let Some((line, size)) = test_size(lines) else { return judged };
    let positives = positives(line);
    let key = |measure: &'a Measure| (&measure.metric, &measure.slice, &measure.averaging, &measure.at);
    // What stands today, by what it is of, the best last.
    let mut rivals: HashMap<_, Vec<&Measure>> = HashMap::new();
    for other in cx.facts.measures.iter().filter(|other| {
        matches!(other.role, Role::Baseline | Role::Human) && !other.relative && other.comparator == Comparator::Equal
    }) {
        rivals.entry(key(other)).or_default().push(other);
    }
    for others in rivals.values_mut() {
        others.sort_by(|a, b| a.quantity.ratio().total_cmp(&b.quantity.ratio()));
    }
    for target in cx.facts.measures.iter().filter(|measure| is_floor(measure)) {
        let others = rivals.get(&key(target)).map_or(&[][..], Vec::as_slice);
        let below = others.partition_point(|other| other.quantity.ratio() < target.quantity.ratio());
        let Some(rival) = below.checked_sub(1).and_then(|at| others.get(at)) else { continue };
        judged.see(target);
        let (b, t) = (rival.quantity.ratio(), target.quantity.ratio());
        let (cases, what) = match target.metric.as_str() {
            "recall" => match (positives, prevalence(cx)) {
                (Some(positives), _) => (positives, "positives"),
                (None, Some(known)) if !chosen(line) && !many_classes(cx) => {
                    (size * known.share.high, "positives (nπ)")
                }
                _ => (size, "cases at most"),
            },
            "precision" => (size, "flagged cases at most"),
            _ => (size, "cases"),
        };
        let needed = Z * Z * b * (1.0 - b) / ((t - b) * (t - b));
        if cases + SLACK >= needed {
            continue;
        }
        let power = (Z_ALPHA * (b * (1.0 - b)).sqrt() + Z_BETA * (t * (1.0 - t)).sqrt()) / (t - b);
        let says = format!(
            "the test set has {} {what}; to tell {} from {} takes more than z²b(1−b)/(t−b)² = {} ({} for 80 % power)",
            trimmed(cases, 0),
            percent(t),
            percent(b),
            trimmed(needed.ceil(), 0),
            trimmed((power * power).ceil(), 0)
        );
        let mut found = flaw(cx, target, &[rival], "", None, says);
        found.related.push(cx.evidence(line.lines));
        judged.flaws.push(found);
    }
    judged
}

/// The size of the one test set of the text.
fn test_size<'a, 'b>(lines: &'b [Line<'a>]) -> Option<(&'b Line<'a>, f64)> {
    let mut found: Option<(&Line<'_>, f64)> = None;
    for line in lines.iter().filter(|line| line.says(TEST_SET) && !line.says(NOT_A_TEST)) {
        let sizes: Vec<&Quantity> = line
            .numbers
            .iter()
            .copied()
            .filter(|number| {
                is_size(number)
                    && !counts(
                        number,
                        &["positives", "negatives", "annotators", "labels", "classes", "raters", "experts"],
                    )
            })
            .collect();
        // Of parts and whole the whole is the largest.
        let Some(size) = sizes.iter().map(|number| number.value + number.half_width).reduce(f64::max) else { continue };
        if found.is_some_and(|(_, other)| (other - size).abs() > SLACK) {
            return None;
        }
        found = Some((line, size));
    }
    found
}

fn is_size(number: &Quantity) -> bool {
    matches!(number.unit, Unit::Count(_))
        && number.decimals == 0
        && number.value >= 10.0
        && number.upper.is_none()
        && !matches!(number.comparator, Some(Comparator::AtMost | Comparator::LessThan))
}

fn positives(line: &Line<'_>) -> Option<f64> {
    let found: Vec<&Quantity> =
        line.numbers.iter().copied().filter(|number| counts(number, &["positives", "positive cases"])).collect();
    match found.as_slice() {
        [one] => Some(one.value),
        _ => None,
    }
}

/// The shares in the test set were chosen.
fn chosen(line: &Line<'_>) -> bool {
    line.says(&[
        "enriched",
        "balanced",
        "stratified",
        "half of",
        "oversampl*",
        "positives",
        "positive cases",
        "at least",
    ])
}

fn is_floor(measure: &Measure) -> bool {
    matches!(
        measure.metric.as_str(),
        "accuracy" | "recall" | "precision" | "specificity" | "exact-match" | "answer-correctness"
    ) && measure.role == Role::Target
        && matches!(measure.comparator, Comparator::AtLeast | Comparator::MoreThan)
        && matches!(measure.quantity.unit, Unit::Plain | Unit::Percent)
        && measure.averaging.is_none()
        && !measure.relative
        && measure.phase.is_none()
        && measure.quantity.upper.is_none()
        && (0.0..1.0).contains(&measure.quantity.ratio())
}

/// A share of n cases is k/n for a whole k (the GRIM test, Brown and Heathers 2017).
pub(super) fn granularity(cx: &Context<'_>, _: &Cues) -> Judged {
    const SHARES: &[&str] =
        &["accuracy", "error-rate", "exact-match", "answer-correctness", "hallucination-rate", "wrong-answer-rate"];
    let mut judged = Judged::default();
    for line in lines(cx).iter().filter(|line| !line.in_table) {
        let mut sizes = line.numbers.iter().copied().filter(|number| {
            let before = line.before(number);
            let head = before.trim_end();
            let of = [" on", " of", " from", " over", " on the", " of the", "on all", "with n =", "n ="]
                .iter()
                .any(|word| head.ends_with(word))
                || head == "on"
                || head == "of";
            (matches!(number.unit, Unit::Count(_)) || (head.ends_with("n =") && number.unit == Unit::Plain))
                && of
                && number.comparator.is_none()
                && number.decimals == 0
                && number.half_width <= 0.5
                && (2.0..100_000.0).contains(&number.value)
        });
        let (Some(size), None) = (sizes.next(), sizes.next()) else { continue };
        let Some(n) = super::confusion::whole(size.value) else { continue };
        // Means over runs or folds are no shares of n.
        if line.says(&[
            "average*", "mean", "fold*", "macro", "weighted", "seeds", "runs", "about", "roughly", "partial*", "per",
        ]) {
            continue;
        }
        for measure in cx.measures_in(line.block..=line.block) {
            let here = line
                .numbers
                .iter()
                .any(|number| number.block == measure.block && number.start == measure.quantity.start);
            let result = matches!(measure.role, Role::Reported | Role::Baseline | Role::Human)
                && SHARES.contains(&measure.metric.as_str())
                && measure.comparator == Comparator::Equal
                && measure.averaging.is_none()
                && measure.quantity.upper.is_none()
                && measure.quantity.comparator.is_none()
                && !measure.relative
                && (0.0..=1.0).contains(&measure.quantity.ratio());
            if !here || !result {
                continue;
            }
            judged.see(measure);
            let (value, half) = (measure.quantity.ratio(), measure.quantity.ratio_half_width());
            if is_share_of(value, half, n) {
                continue;
            }
            let below = (value * f64::from(n)).floor();
            let says = format!(
                "of {n} cases {below}/{n} = {} and {}/{n} = {} are the nearest shares",
                trimmed(below / f64::from(n), 4),
                below + 1.0,
                trimmed((below + 1.0) / f64::from(n), 4)
            );
            judged.flaws.push(flaw(cx, measure, &[], "", None, says));
        }
    }
    judged
}

/// Some whole `k` of `n` gives the value within half a unit of its last digit.
pub(super) fn is_share_of(value: f64, half: f64, n: u32) -> bool {
    let n = f64::from(n);
    let (low, high) = ((value - half - SLACK) * n, (value + half + SLACK) * n);
    low.ceil() <= high.floor()
}

/// Claims that no test can show: `n` cases without an error only say that the rate is below 3/n with 95 % confidence.
pub(super) fn zero_error(cx: &Context<'_>, claims: &Cues) -> Judged {
    let mut judged = Judged::default();
    for target in cx.facts.measures.iter().filter(|measure| is_perfect(cx, measure)) {
        let near = cx.document.blocks.get(target.block).map(|block| block.text.to_lowercase()).unwrap_or_default();
        if is_bounded(&near) {
            continue;
        }
        judged.see(target);
        judged.flaws.push(flaw(
            cx,
            target,
            &[],
            "",
            None,
            format!("{} {}", label(target), rule_of_three(&shown(target))),
        ));
    }
    for (id, block) in cx.document.content() {
        for sentence in block.sentences() {
            let low = sentence.text.to_lowercase();
            let Some((start, end)) = claims.all.first_in(sentence.text) else { continue };
            // What stands behind a colon explains the claim and takes nothing back.
            let rest = sentence.text.get(end..).unwrap_or_default();
            let clause = end + rest.find([':', ';']).unwrap_or(rest.len());
            let claimed = sentence.text.get(..clause).unwrap_or_default().to_lowercase();
            if is_bounded(&low) || super::super::line::says(&claimed, DENIED) || sentence.text.trim_end().ends_with('?')
            {
                continue;
            }
            let lines = cx.document.lines.range(block.map.span(sentence.start + start, sentence.start + end));
            let claim = sentence.text.get(start..end).unwrap_or_default();
            if judged.seen.contains(&lines) {
                continue;
            }
            judged.seen.push(lines);
            let says = rule_of_three(&format!("“{claim}”"));
            judged.flaws.push(flaw_in(cx, (id, lines), &[], "", Some(Severity::Warning), says));
        }
    }
    judged
}

fn rule_of_three(claim: &str) -> String {
    format!(
        "{claim} cannot be shown: n cases without an error only say that the rate is below 3/n (95 %), 299 cases for 1 %, 2995 for 0.1 %"
    )
}

/// The text says that it does not claim this.
const DENIED: &[&str] = &[
    "not",
    "cannot",
    "can't",
    "no model",
    "unrealistic",
    "impossible",
    "nobody",
    "rejected",
    "instead of",
    "rather than",
    "unattainable",
    "unless",
    "if",
    "when",
    "until",
    "last year",
    "today",
    "currently",
    "never claim*",
    "would",
    "myth",
    "claims",
    "competitor*",
    "vendor*",
];

/// On a stated set of cases zero errors can be counted.
fn is_bounded(low: &str) -> bool {
    super::super::line::says(
        low,
        &[
            "test set",
            "test cases",
            "out of",
            "golden set",
            "gold set",
            "test questions",
            "red-team*",
            "red team*",
            "on the test",
            "regression",
            "cases",
            "suite",
            "prompts",
            "scenarios",
            "sample",
            "95 % confidence",
            "held-out",
            "holdout",
            "hold-out",
            "acceptance set",
        ],
    )
}

/// A target of exactly 100 % for hits, or of exactly 0 for errors, of the model's answers.
fn is_perfect(cx: &Context<'_>, measure: &Measure) -> bool {
    const STATISTICAL: &[&str] = &[
        "accuracy",
        "recall",
        "precision",
        "specificity",
        "f1",
        "false-negative-rate",
        "false-positive-rate",
        "hallucination-rate",
        "answer-correctness",
        "groundedness",
        "faithfulness",
        "error-rate",
        "wrong-answer-rate",
        "false-alarm-rate",
    ];
    let Some(metric) = cx.lexicon.metric(&measure.metric) else { return false };
    let value = measure.quantity.ratio();
    let perfect = match metric.higher_is_better {
        Some(true) => (value - 1.0).abs() < SLACK && metric.max == Some(1.0),
        Some(false) => value.abs() < SLACK,
        None => false,
    };
    let whole = matches!(measure.quantity.unit, Unit::Percent | Unit::Plain);
    STATISTICAL.contains(&measure.metric.as_str())
        && perfect
        && whole
        && measure.role == Role::Target
        && !measure.relative
        && measure.quantity.upper.is_none()
}
