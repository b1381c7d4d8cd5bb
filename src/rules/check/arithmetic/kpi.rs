//! "From A to B (X %)": the percentage must be the one that leads from A to B.

use super::super::Context;
use super::super::line::{Line, lines, says};
use super::super::shown::{duration, label, shown};
use super::interval::{Interval, SLACK, percent, trimmed};
use super::{Cues, Judged, flaw, flaw_in};
use crate::facts::{Comparator, Quantity, Role, Unit};
use crate::finding::Severity;

/// |B−A|/A equals X within the rounding of all three; of two percentages also B−A in points.
pub(super) fn kpi(cx: &Context<'_>, _: &Cues) -> Judged {
    let mut judged = Judged::default();
    for line in lines(cx).iter().filter(|line| !line.in_table) {
        let Some((from, to)) = change(line) else { continue };
        let Some(said) = stated(line, from, to) else { continue };
        judged.seen.push(line.lines);
        if holds(from, to, said) {
            continue;
        }
        let (a, b) = (from.value, to.value);
        let says = format!(
            "from {} to {} is |B−A|/A = {}, not {}",
            number(from),
            number(to),
            percent((b - a).abs() / a.abs()),
            percent(said.ratio().abs())
        );
        judged.flaws.push(flaw_in(cx, (line.block, line.lines), &[], "", None, says));
    }
    unit_of_change(cx, &mut judged);
    judged
}

/// The one pair "from A to B" or "A → B" of a sentence.
fn change<'a>(line: &Line<'a>) -> Option<(&'a Quantity, &'a Quantity)> {
    let mut found = line.numbers.windows(2).filter_map(|pair| {
        let [from, to] = pair else { return None };
        let between = line.between(from, to);
        let joint = between.split_whitespace().next_back().unwrap_or_default().trim_end_matches(['€', '$', '£']);
        let arrow = matches!(joint, "→" | "->" | "-->" | "⇒")
            && matches!(between.split_whitespace().count(), 1 | 2)
            && (between.split_whitespace().count() == 1 || between.starts_with('/'));
        let words =
            matches!(
                between.trim().trim_end_matches(['€', '$', '£', '≤', '≥']).trim(),
                "to" | "down to" | "up to" | "to no more than" | "to at most" | "to at least" | "to no less than"
            ) && line.before(from).trim_end().trim_end_matches(['~', '€', '$', '£']).trim_end().ends_with("from");
        let plain =
            from.upper.is_none() && to.upper.is_none() && from.unit == to.unit && from.value > 0.0 && to.value > 0.0;
        ((arrow || words) && plain && !matches!(from.unit, Unit::Date | Unit::Points | Unit::Times))
            .then_some((*from, *to))
    });
    let first = found.next()?;
    found.next().is_none().then_some(first)
}

/// The percentage that stands for the change: in brackets behind it, or "by X %, from A to B".
fn stated<'a>(line: &Line<'a>, from: &Quantity, to: &Quantity) -> Option<&'a Quantity> {
    let others: Vec<&Quantity> = line
        .numbers
        .iter()
        .copied()
        .filter(|number| number.start != from.start && number.start != to.start && number.unit == Unit::Percent)
        .collect();
    let [said] = others.as_slice() else { return None };
    if said.upper.is_some() || said.value == 0.0 {
        return None;
    }
    let gap = |text: String| {
        text.trim_matches(|c: char| {
            c.is_whitespace() || matches!(c, '(' | ',' | '-' | '−' | '+' | '~' | '≈' | '—' | '–' | '=')
        })
        .to_owned()
    };
    let behind = said.start > to.start && {
        // "94 to 40 per year (-57 %)": what is counted, and how often, stands in between.
        let between = past_unit(&line.between(to, said));
        let opens = between.trim_start().starts_with(['(', ',', '=', '—', '–']);
        let words = gap(between);
        let after = line.after(said);
        let closes = after.trim_start();
        let says_change = says(
            &closes.chars().take(16).collect::<String>(),
            &[
                "less",
                "lower",
                "fewer",
                "reduction",
                "more",
                "increase",
                "improvement",
                "decrease",
                "drop",
                "cut",
                "saving",
                "savings",
                "gain",
                "rise",
                "fall",
            ],
        );
        opens
            && matches!(
                words.as_str(),
                "" | "i.e."
                    | "that is"
                    | "which is"
                    | "a"
                    | "about"
                    | "or"
                    | "a reduction of"
                    | "a cut of"
                    | "an increase of"
                    | "minus"
                    | "plus"
            )
            && (closes.starts_with(')') || says_change)
    };
    let ahead = said.start < from.start
        && line.before(said).trim_end().ends_with("by")
        && matches!(gap(line.between(said, from)).as_str(), "from" | "i.e. from" | "that is from" | "that is, from");
    (behind || ahead).then_some(*said)
}

/// The text behind "/yr", "a year" or "per calendar year", where a bracket, a comma or a sign of equality follows.
fn past_unit(between: &str) -> String {
    let Some(at) = between.find(['(', ',', '=']) else { return between.to_owned() };
    let (head, rest) = between.split_at(at);
    let words: Vec<&str> = head.split_whitespace().collect();
    let unit = head.starts_with('/') && words.len() == 1
        || words.len() <= 3 && matches!(words.first(), Some(&("a" | "an" | "per" | "each" | "every")));
    if unit { rest.to_owned() } else { between.to_owned() }
}

fn holds(from: &Quantity, to: &Quantity, said: &Quantity) -> bool {
    let (a, b) = (Interval::of(from), Interval::of(to));
    if a.low <= 0.0 || b.low <= 0.0 {
        return true;
    }
    let said_at = Interval::of(said);
    let wanted = if said.value < 0.0 { Interval::new(-said_at.high, -said_at.low) } else { said_at };
    let size = |low: f64, high: f64| {
        if low <= 0.0 && high >= 0.0 {
            Interval::new(0.0, low.abs().max(high.abs()))
        } else {
            Interval::new(low.abs().min(high.abs()), low.abs().max(high.abs()))
        }
    };
    let relative = size(b.low / a.high - 1.0, b.high / a.low - 1.0);
    // "50 % faster" divides by the new time.
    let inverse = size(a.low / b.high - 1.0, a.high / b.low - 1.0);
    let mut readings = vec![relative];
    if from.unit == Unit::Duration {
        readings.push(inverse);
    }
    if from.unit == Unit::Percent {
        readings.push(size(b.low - a.high, b.high - a.low));
    }
    readings.iter().any(|reading| match said.comparator {
        Some(Comparator::AtLeast | Comparator::MoreThan) => reading.high >= wanted.low - SLACK,
        Some(Comparator::AtMost | Comparator::LessThan) => reading.low <= wanted.high + SLACK,
        _ => !reading.misses(wanted),
    })
}

fn number(quantity: &Quantity) -> String {
    let digits = usize::from(quantity.decimals);
    match &quantity.unit {
        Unit::Percent => format!("{} %", trimmed(quantity.value, digits)),
        Unit::Duration => duration(quantity.value),
        _ => trimmed(quantity.value, digits.max(2)),
    }
}

/// "Improve accuracy by 5 %": relative, or points?
fn unit_of_change(cx: &Context<'_>, judged: &mut Judged) {
    let all = lines(cx);
    for measure in &cx.facts.measures {
        let ratio =
            cx.lexicon.metric(&measure.metric).is_some_and(|metric| metric.max == Some(1.0) && metric.min == Some(0.0));
        let plain = measure.relative
            && ratio
            && measure.role == Role::Target
            && measure.quantity.unit == Unit::Percent
            && (0.0..100.0).contains(&measure.quantity.value);
        if !plain {
            continue;
        }
        // Lines stand in order of their blocks.
        let first = all.partition_point(|line| line.block < measure.block);
        let line = all.iter().skip(first).take_while(|line| line.block == measure.block).find(|line| {
            !line.in_table
                && line
                    .numbers
                    .iter()
                    .any(|number| number.block == measure.block && number.start == measure.quantity.start)
        });
        let Some(line) = line else { continue };
        let clear = line.says(&[
            "relative",
            "relatively",
            "point",
            "points",
            "pp",
            "percentage points",
            "absolute",
            "from",
            "to",
            "of the",
            "factor",
            "half",
        ]);
        let says_by = line.before(&measure.quantity).trim_end().ends_with("by");
        if clear || !says_by || line.numbers.len() > 1 {
            continue;
        }
        judged.see(measure);
        let says = format!("{} by {} may mean points or a part of the present value", label(measure), shown(measure));
        judged.flaws.push(flaw(cx, measure, &[], "perhaps", Some(Severity::Info), says));
    }
}
