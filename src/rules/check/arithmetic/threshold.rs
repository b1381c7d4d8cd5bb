//! A fixed threshold against the costs of both errors.

use super::super::Context;
use super::super::line::{Line, lines, says};
use super::interval::trimmed;
use super::{Cues, Judged, flaw_in};
use crate::facts::{Comparator, Quantity, Unit};
use crate::finding::Severity;
use crate::text::LineRange;

/// The odds of the stated threshold may differ from those of the costs by this factor.
const FACTOR: f64 = 2.0;

const MISS: &[&str] = &[
    "false negative",
    "false negatives",
    "missed",
    "miss",
    "misses",
    "undetected",
    "overlooked",
    "fn",
    "slips through",
    "let through",
    "letting",
    "is silent",
    "not on list",
    "not on the list",
    "delivered phish",
];
const FALSE: &[&str] = &[
    "false positive",
    "false positives",
    "false alarm",
    "false alarms",
    "needless",
    "wrongly blocked",
    "wrongly flagged",
    "wrongly declined",
    "wrongly rejected",
    "unnecessary",
    "wrongly held",
    "wrongly refused",
    "refused",
    "honest",
    "dud",
    "legitimate",
    "someone staying",
    "fp",
];

/// With calibrated probabilities and no cost of right decisions, flagging pays above t* = `C_FP`/(`C_FP`+`C_FN`) (Elkan 2001).
pub(super) fn threshold(cx: &Context<'_>, _: &Cues) -> Judged {
    let mut judged = Judged::default();
    let lines = lines(cx);
    let Some((line, fixed)) = fixed(lines) else { return judged };
    let (Some((miss, miss_at)), Some((alarm, alarm_at))) = (cost(lines, MISS, FALSE), cost(lines, FALSE, MISS)) else {
        return judged;
    };
    if miss.unit != alarm.unit || miss.value <= 0.0 || alarm.value <= 0.0 {
        return judged;
    }
    judged.seen.extend([line.lines, miss_at, alarm_at]);
    let best = alarm.value / (alarm.value + miss.value);
    let odds = |t: f64| t / (1.0 - t);
    let ratio = odds(fixed.ratio()) / odds(best);
    if (1.0 / FACTOR..=FACTOR).contains(&ratio) {
        return judged;
    }
    let says = format!(
        "with {} for a false alarm and {} for a miss flagging pays from t* = C_FP/(C_FP+C_FN) = {}, and the threshold is fixed at {}",
        trimmed(alarm.value, 2),
        trimmed(miss.value, 2),
        trimmed(best, 3),
        trimmed(fixed.ratio(), 3)
    );
    let mut related = vec![miss_at, alarm_at];
    related.dedup();
    judged.flaws.push(flaw_in(cx, (line.block, line.lines), &related, "", Some(Severity::Warning), says));
    judged
}

/// The one threshold on a score that the text fixes.
fn fixed<'a, 'b>(lines: &'b [Line<'a>]) -> Option<(&'b Line<'a>, &'a Quantity)> {
    const NAMES: &[&str] =
        &["threshold", "cut-off", "cutoff", "cut off", "probability exceeds", "probability of", "probability ≥"];
    const OTHER: &[&str] = &[
        "psi",
        "drift",
        "ks",
        "divergence",
        "distance",
        "similarity",
        "agreement",
        "kappa",
        "alert",
        "alerts",
        "iou",
        "overlap",
        "not",
        "default",
        "instead of",
        "e.g.",
        "for example",
        "validation data",
        "validation set",
        "chosen",
        "choose*",
        "tuned",
        "tune*",
        "pick*",
        "initial*",
        "at first",
        "start*",
        "provisional*",
        "rather than",
        "retriev*",
        "confidence interval",
        "significance",
        "p-value",
        "gap",
        "quality",
        "coverage",
        "between",
    ];
    let mut found = lines.iter().filter(|line| line.says(NAMES) && !line.says(OTHER)).filter_map(|line| {
        let mut values = line.numbers.iter().copied().filter(|number| {
            let before = line.before(number);
            let tail: String = before.chars().rev().take(40).collect::<Vec<_>>().into_iter().rev().collect();
            matches!(number.unit, Unit::Plain | Unit::Percent)
                && number.upper.is_none()
                && matches!(number.comparator, None | Some(Comparator::Equal))
                && number.ratio() > 0.0
                && number.ratio() < 1.0
                && (number.decimals > 0 || number.unit == Unit::Percent)
                && says(&tail, NAMES)
        });
        let one = values.next()?;
        values.next().is_none().then_some((line, one))
    });
    let first = found.next()?;
    found.next().is_none().then_some(first)
}

/// What one of an error costs: the one amount of the clauses that name this error and not the other.
fn cost<'a>(lines: &[Line<'a>], error: &[&str], other: &[&str]) -> Option<(&'a Quantity, LineRange)> {
    let mut found: Option<(&Quantity, LineRange)> = None;
    for line in lines {
        for number in line
            .numbers
            .iter()
            .copied()
            .filter(|number| matches!(number.unit, Unit::Money(_)) && number.upper.is_none())
        {
            let clause = if line.in_table { line.low.clone() } else { line.clause(number) };
            // "a year", "per month": a sum and not a price of one.
            let total = super::super::line::period(&line.after(number)).is_some()
                || says(&line.low, &["total", "altogether", "in all", "last year", "budget"]);
            if total || !says(&clause, error) || says(&clause, other) {
                continue;
            }
            if found.is_some_and(|(known, _)| (known.value - number.value).abs() > 1e-9) {
                return None;
            }
            found = Some((number, line.lines));
        }
    }
    found
}
