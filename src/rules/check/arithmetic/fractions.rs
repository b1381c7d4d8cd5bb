//! Parts that are said to make up a whole.

use super::super::Context;
use super::super::line::{Line, lines, says};
use super::interval::{SLACK, trimmed};
use super::{Cues, Judged, flaw_in};
use crate::document::Table;
use crate::facts::{Quantity, Unit};

const SPLIT: &[&str] = &["split*", "divided", "partition*"];

/// Shares of a split, of classes or of traffic make 100 %, give or take the rounding of each.
pub(super) fn fractions(cx: &Context<'_>, _: &Cues) -> Judged {
    let mut judged = Judged::default();
    slashes(cx, &mut judged);
    for line in lines(cx).iter().filter(|line| !line.in_table) {
        listed(cx, line, &mut judged);
        classes(cx, line, &mut judged);
    }
    for table in &cx.document.tables {
        columns(cx, table, &mut judged);
    }
    judged
}

fn judge(
    cx: &Context<'_>,
    parts: &[(f64, f64)],
    line: (crate::document::BlockId, crate::text::LineRange),
    judged: &mut Judged,
) {
    let sum: f64 = parts.iter().map(|(value, _)| value).sum();
    let slack: f64 = parts.iter().map(|(_, half)| half).sum();
    judged.seen.push(line.1);
    if (sum - 100.0).abs() <= slack + SLACK {
        return;
    }
    let terms: Vec<String> = parts.iter().map(|(value, _)| trimmed(*value, 3)).collect();
    let says = format!("{} = {} and not 100", terms.join(" + "), trimmed(sum, 3));
    judged.flaws.push(flaw_in(cx, line, &[], "", None, says));
}

/// "Train/validation/test: 70/15/20".
fn slashes(cx: &Context<'_>, judged: &mut Judged) {
    for (id, block) in cx.document.content() {
        for sentence in block.sentences() {
            let low = sentence.text.to_lowercase();
            let sets = says(&low, &["train*"]) && says(&low, &["test*", "valid*", "holdout", "hold-out", "dev"]);
            let split = says(&low, SPLIT) && says(&low, &["data*", "traffic", "test*", "valid*"]);
            if !(sets || split) {
                continue;
            }
            for parts in runs(&low) {
                let whole = parts.iter().sum::<f64>();
                // Dates and versions are written like this as well; a split is near to the whole.
                if parts.len() < 2 || parts.iter().any(|part| *part <= 0.0) || !(80.0..=120.0).contains(&whole) {
                    continue;
                }
                let lines =
                    cx.document.lines.range(block.map.span(sentence.start, sentence.start + sentence.text.len()));
                let parts: Vec<(f64, f64)> = parts.iter().map(|part| (*part, rounding(*part, parts.len()))).collect();
                judge(cx, &parts, (id, lines), judged);
            }
        }
    }
}

/// Thirds are written as 33 or 33.3; everything else in a split is exact.
fn rounding(part: f64, parts: usize) -> f64 {
    let thirds = parts == 3 && [33.0, 34.0].iter().any(|third| (part - third).abs() < 0.5);
    if part.fract() != 0.0 {
        0.05
    } else if thirds {
        0.5
    } else {
        0.0
    }
}

/// Runs of numbers between slashes or colons: "70/15/15", "80 % / 20 %", "70:15:15".
fn runs(text: &str) -> Vec<Vec<f64>> {
    let mut out = Vec::new();
    let mut run: Vec<f64> = Vec::new();
    let mut rest = text;
    while !rest.is_empty() {
        let digits: String = rest.chars().take_while(|c| c.is_ascii_digit() || *c == '.').collect();
        let digits = digits.trim_end_matches('.');
        if digits.is_empty() {
            if run.len() > 1 {
                out.push(std::mem::take(&mut run));
            }
            run.clear();
            let next = rest.chars().next().map_or(1, char::len_utf8);
            rest = rest.get(next..).unwrap_or_default();
            continue;
        }
        run.extend(digits.parse::<f64>().ok());
        rest = rest.get(digits.len()..).unwrap_or_default();
        let after = rest.trim_start_matches([' ', '%', '\u{a0}']);
        let joined = after.strip_prefix('/').or_else(|| after.strip_prefix(':')).map(str::trim_start);
        if let Some(next) = joined.filter(|next| next.starts_with(|c: char| c.is_ascii_digit())) {
            rest = next;
        } else {
            if run.len() > 1 {
                out.push(std::mem::take(&mut run));
            }
            run.clear();
        }
    }
    if run.len() > 1 {
        out.push(run);
    }
    out
}

/// "We split the data into 70 % for training, 15 % for validation and 20 % for testing."
fn listed(cx: &Context<'_>, line: &Line<'_>, judged: &mut Judged) {
    let two = line.says(&["train*"]) && line.says(&["test*", "holdout", "hold-out", "held-out"]);
    if !two
        || !line.says(SPLIT)
        || line.says(&[
            "of the train*",
            "of train*",
            "of which",
            "of these",
            "of it",
            "remaining",
            "rest",
            "cross-validation",
            "fold*",
        ])
    {
        return;
    }
    let shares: Vec<&Quantity> = line.numbers.iter().copied().filter(|number| number.unit == Unit::Percent).collect();
    let wanted = if line.says(&["valid*", "dev", "development", "calibration"]) { 3 } else { 2 };
    let named = |number: &&Quantity| {
        says(
            &line.clause(number),
            &["train*", "test*", "valid*", "dev", "development", "holdout", "hold-out", "held-out", "calibration"],
        )
    };
    if shares.len() != wanted
        || !shares.iter().all(named)
        || shares.iter().any(|share| share.upper.is_some() || share.comparator.is_some())
    {
        return;
    }
    let parts: Vec<(f64, f64)> =
        shares.iter().map(|share| (share.value, if share.decimals > 0 { share.half_width } else { 0.0 })).collect();
    judge(cx, &parts, (line.block, line.lines), judged);
}

/// "Class distribution: paint 41 %, repair 32 %, replace 27 %": every share of the clause has a name beside it, and nothing else does.
fn classes(cx: &Context<'_>, line: &Line<'_>, judged: &mut Judged) {
    const OTHER: &[&str] = &[
        "of which",
        "of these",
        "of those",
        "several labels",
        "overlap*",
        "at least",
        "at most",
        "must",
        "shall",
        "target",
        "from",
        "accuracy",
        "recall",
        "precision",
        "less",
        "more",
        "than",
        "today",
        "only",
        "now",
        "up to",
        "about half",
        "per cent less",
        "rise*",
        "fall*",
        "fell",
        "grew",
    ];
    let shares: Vec<&Quantity> = line.numbers.iter().copied().filter(|number| number.unit == Unit::Percent).collect();
    let plain = |share: &&Quantity| share.upper.is_none() && share.comparator.is_none() && share.value > 0.0;
    if shares.len() < 2 || !shares.iter().all(plain) || line.says(OTHER) {
        return;
    }
    // Parts of a list stand close together, set apart by commas and "and".
    let close = shares.windows(2).all(|pair| {
        let [one, other] = pair else { return false };
        let between = line.between(one, other);
        between.split_whitespace().count() <= 8
            && (between.contains(',') || says(&between, &["and"]))
            && !between.contains(['(', '|', ';', '→'])
    });
    let about = line.says(&[
        "class*",
        "distribution",
        "balance",
        "shares",
        "resampled",
        "degree*",
        "of events",
        "of the cases",
        "of all cases",
        "labels",
    ]) || (shares.len() > 2 && line.says(&["cases", "questions", "documents", "images", "events"]));
    let whole: f64 = shares.iter().map(|share| share.value).sum();
    let enough = shares.len() > 2 || line.says(&["resampled", "balance", "distribution"]);
    if !close || !about || !enough || !(85.0..=115.0).contains(&whole) {
        return;
    }
    let parts: Vec<(f64, f64)> = shares.iter().map(|share| (share.value, share.half_width.max(0.5))).collect();
    judge(cx, &parts, (line.block, line.lines), judged);
}

/// A column of shares in a table of parts that exclude each other: sets of a split, or classes with the rest among them.
fn columns(cx: &Context<'_>, table: &Table, judged: &mut Judged) {
    const SHARE: &[&str] = &[
        "share",
        "shares",
        "split",
        "distribution",
        "proportion",
        "class share",
        "traffic",
        "% of data",
        "percent",
        "percentage",
        "fraction",
    ];
    const REST: &[&str] =
        &["rest", "other", "others", "remaining", "remainder", "everything else", "all other", "all others", "none"];
    const SETS: &[&str] = &["train*", "test*", "valid*", "dev", "holdout", "hold-out"];
    for (at, header) in table.header.iter().enumerate() {
        let head = header.text.to_lowercase();
        if !says(&head, SHARE)
            || says(
                &head,
                &[
                    "of which",
                    "up to",
                    "max*",
                    "min*",
                    "target",
                    "cumulative",
                    "error",
                    "fail*",
                    "goal",
                    "churn",
                    "limit",
                ],
            )
        {
            continue;
        }
        let mut parts = Vec::new();
        let (mut rest, mut sets, mut readable) = (false, 0, true);
        for row in &table.rows {
            let label = row.cells.first().map(|cell| cell.text.to_lowercase()).unwrap_or_default();
            if says(&label, &["total", "sum", "all", "overall"]) {
                continue;
            }
            let Some(cell) = row.cells.get(at) else {
                readable = false;
                break;
            };
            let quantity = cx
                .facts
                .quantities
                .iter()
                .filter(|quantity| quantity.block == row.block && cell.span.contains(quantity.span));
            let all: Vec<&Quantity> = quantity.collect();
            let [one] = all.as_slice() else {
                readable = false;
                break;
            };
            let percent = one.unit == Unit::Percent || (one.unit == Unit::Plain && head.contains('%'));
            if !percent
                || one.upper.is_some()
                || !matches!(one.comparator, None | Some(crate::facts::Comparator::Equal))
            {
                readable = false;
                break;
            }
            rest |= says(&label, REST);
            sets += usize::from(says(&label, SETS));
            parts.push((one.value, one.half_width));
        }
        let whole = rest || (sets >= 2 && sets == parts.len());
        if !readable || parts.len() < 2 || !whole {
            continue;
        }
        if rest && (super::sets::many_labels(cx)) {
            continue;
        }
        judge(cx, &parts, (table.header_block, cx.document.lines.range(table.span)), judged);
    }
}
