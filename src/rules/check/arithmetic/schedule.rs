//! Phases in the order in which they must follow each other.

use super::super::Context;
use super::super::line::{Line, lines, says};
use super::days::{self, Days};
use super::{Cues, Judged, flaw_in};
use crate::document::{BlockId, Table};
use crate::facts::{Quantity, Unit};
use crate::text::LineRange;

/// A step on the way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Step {
    Data,
    Poc,
    Mvp,
    Launch,
}

const STEPS: &[(Step, &str, &[&str])] = &[
    (
        Step::Data,
        "the data",
        &[
            "data delivery",
            "delivery of the data",
            "data delivered",
            "data are delivered",
            "data is delivered",
            "data export",
            "data handover",
        ],
    ),
    (
        Step::Poc,
        "the proof of concept",
        &[
            "poc",
            "proof of concept",
            "proof-of-concept",
            "feasibility study",
            "feasibility",
            "feasibility phase",
            "trial",
            "try-out",
            "bench study",
        ],
    ),
    (Step::Mvp, "the MVP", &["mvp", "minimum viable product", "pilot", "shadow", "silent phase"]),
    (Step::Launch, "the launch", &["launch", "go-live", "go live", "general availability"]),
];

/// When a step begins or ends, as written.
#[derive(Debug, Clone)]
struct Date {
    step: Step,
    is_end: bool,
    days: Days,
    written: String,
    place: (BlockId, LineRange),
}

/// A step ends before the next begins, begins before it ends, and the data are there before the launch.
pub(super) fn schedule(cx: &Context<'_>, _: &Cues) -> Judged {
    let mut judged = Judged::default();
    let mut dates: Vec<Date> = Vec::new();
    for line in lines(cx).iter().filter(|line| !line.in_table) {
        spoken(line, &mut dates);
    }
    for table in &cx.document.tables {
        tabled(cx, table, &mut dates);
    }
    let only = |step: Step, is_end: bool| {
        let mut found = dates.iter().filter(|date| date.step == step && date.is_end == is_end);
        let first = found.next()?;
        found.all(|other| other.days == first.days).then_some(first)
    };
    let mut check = |earlier: Option<&Date>, later: Option<&Date>, says: fn(&Date, &Date) -> String| {
        let (Some(earlier), Some(later)) = (earlier, later) else { return };
        judged.seen.extend([earlier.place.1, later.place.1]);
        if earlier.days.first > later.days.last {
            judged.flaws.push(flaw_in(cx, later.place, &[earlier.place.1], "", None, says(earlier, later)));
        }
    };
    let overlap: fn(&Date, &Date) -> String = |earlier, later| {
        format!(
            "{} ends {}, and {} begins {} already",
            name(earlier.step),
            earlier.written,
            name(later.step),
            later.written
        )
    };
    for step in [Step::Poc, Step::Mvp] {
        check(only(step, false), only(step, true), |start, end| {
            format!("{} begins {} and ends {}, which is earlier", name(start.step), start.written, end.written)
        });
    }
    check(only(Step::Poc, true), only(Step::Mvp, false), overlap);
    check(only(Step::Poc, true), only(Step::Launch, false), overlap);
    check(only(Step::Mvp, true), only(Step::Launch, false), overlap);
    check(only(Step::Data, true), only(Step::Launch, false), |data, launch| {
        format!("{} arrives {}, after the launch on {}", name(data.step), data.written, launch.written)
    });
    judged
}

fn name(step: Step) -> &'static str {
    STEPS.iter().find(|(known, ..)| *known == step).map_or("", |(_, name, _)| name)
}

/// The one step that a text names.
fn step_of(low: &str) -> Option<Step> {
    let mut found = STEPS.iter().filter(|(_, _, words)| says(low, words));
    let first = found.next()?;
    found.next().is_none().then_some(first.0)
}

/// "`PoC`: 1 March 2026 to 30 April 2026", "The MVP starts on 2026-05-01".
fn spoken(line: &Line<'_>, out: &mut Vec<Date>) {
    const UNSURE: &[&str] = &[
        "if",
        "unless",
        "earliest",
        "latest",
        "no later than",
        "not before",
        "by",
        "data from",
        "snapshot",
        "between",
        "last year",
        "previous",
        "v2",
        "phase 2",
        "second",
    ];
    let dates: Vec<&Quantity> = line.numbers.iter().copied().filter(|number| number.unit == Unit::Date).collect();
    if !matches!(dates.len(), 1 | 2) {
        return;
    }
    let Some(step) = step_of(&line.low) else { return };
    if line.says(UNSURE) {
        return;
    }
    let place = (line.block, line.lines);
    let entry = |is_end: bool, number: &Quantity| {
        let written = line.written(number);
        let days = days::read(written)?;
        Some(Date { step, is_end, days, written: written.to_owned(), place })
    };
    match dates.as_slice() {
        [start, end]
            if step > Step::Data
                && matches!(
                    line.between(start, end).trim(),
                    "to" | "–" | "-" | "—" | "until" | "till" | "→" | "through"
                ) =>
        {
            out.extend(entry(false, start));
            out.extend(entry(true, end));
        }
        [one] => {
            let before = line.before(one);
            let tail: String = before.chars().rev().take(40).collect::<Vec<_>>().into_iter().rev().collect();
            let starts =
                says(&tail, &["start", "starts", "begin", "begins", "start:", "from", "kick-off", "kicks off"]);
            let ends = says(
                &tail,
                &[
                    "end",
                    "ends",
                    "finish",
                    "finishes",
                    "is finished",
                    "closes",
                    "runs until",
                    "until",
                    "complete",
                    "completed",
                    "is over",
                ],
            );
            match step {
                Step::Data => out.extend(entry(true, one)),
                Step::Launch => out.extend(entry(false, one).filter(|_| !ends)),
                _ if starts != ends => out.extend(entry(ends, one)),
                _ => {}
            }
        }
        _ => {}
    }
}

/// A table with a column for the start and one for the end of each step.
fn tabled(cx: &Context<'_>, table: &Table, out: &mut Vec<Date>) {
    let column = |words: &[&str]| {
        let mut found = table.header.iter().enumerate().filter(|(_, cell)| says(&cell.text.to_lowercase(), words));
        let first = found.next()?.0;
        found.next().is_none().then_some(first)
    };
    let start = column(&["start", "starts", "begin", "begins", "from"]);
    let end = column(&["end", "ends", "finish", "until", "to", "complete"]);
    for row in &table.rows {
        let Some(step) = row.cells.first().and_then(|cell| step_of(&cell.text.to_lowercase())) else { continue };
        let lines = cx.document.blocks.get(row.block).map(|block| block.lines);
        let Some(place) = lines.map(|lines| (row.block, lines)) else { continue };
        for (column, is_end) in [(start, false), (end, true)] {
            let Some(cell) = column.and_then(|at| row.cells.get(at)) else { continue };
            if let Some(days) = days::read(cell.text.trim()) {
                out.push(Date { step, is_end, days, written: cell.text.trim().to_owned(), place });
            }
        }
    }
}
