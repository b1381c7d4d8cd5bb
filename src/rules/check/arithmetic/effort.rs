//! Work, money and space that the text plans, against what it says they take.

use super::super::Context;
use super::super::line::{Line, counts, lines, period, says};
use super::super::shown::duration;
use super::interval::trimmed;
use super::{Cues, Judged, flaw_in};
use crate::document::BlockId;
use crate::facts::{Comparator, Quantity, Unit};
use crate::finding::Severity;

/// Labels × minutes against hours, requests × tokens × price against a budget, chunks × tokens against a context window, stages × what each
/// takes against the whole.
pub(super) fn effort(cx: &Context<'_>, _: &Cues) -> Judged {
    let mut judged = Judged::default();
    let lines = lines(cx);
    labels(cx, lines, &mut judged);
    window(cx, lines, &mut judged);
    tokens(cx, lines, &mut judged);
    stages(cx, lines, &mut judged);
    judged
}

/// The one number of its kind; `None` where there is none, or where there are several.
fn one<'a>(found: impl Iterator<Item = &'a Quantity>) -> Option<&'a Quantity> {
    let mut found = found.filter(|number| number.upper.is_none());
    let first = found.next()?;
    found.next().is_none().then_some(first)
}

/// The lowest and the highest number that the text may mean.
fn ends(number: &Quantity) -> (f64, f64) {
    let half = if number.comparator == Some(Comparator::About) { number.value * 0.1 } else { number.half_width };
    (number.value - half, number.value + half)
}

/// Words by which hours are those that people have for a work, and not a time within which something happens.
const PLANNED: &[&str] =
    &["plan*", "budget*", "available", "reserved", "set aside", "enough", "in total", "in all", "allow*", "have"];

/// Work is counted in hours. Months are calendar time, in which several people work.
fn is_in_hours(line: &Line<'_>, number: &Quantity) -> bool {
    let written = line.written(number);
    let unit = written.trim().rsplit(|c: char| !c.is_alphabetic()).next().unwrap_or_default();
    matches!(unit.to_lowercase().as_str(), "h" | "hr" | "hrs" | "hour" | "hours")
}

/// "6,000 tickets, each labelled by two people at 2 minutes a ticket; 200 hours are planned."
fn labels(cx: &Context<'_>, lines: &[Line<'_>], judged: &mut Judged) {
    let mut blocks: Vec<BlockId> =
        lines.iter().filter(|line| line.says(&["label*", "annotat*"])).map(|line| line.block).collect();
    blocks.dedup();
    for block in blocks {
        let here: Vec<&Line<'_>> = lines.iter().filter(|line| line.block == block).collect();
        let low = here.iter().map(|line| line.low.as_str()).collect::<Vec<_>>().join(" ");
        let numbers = || here.iter().flat_map(|line| line.numbers.iter().map(move |number| (*line, *number)));
        let items = one(numbers().map(|(_, number)| number).filter(|number| {
            matches!(number.unit, Unit::Count(_))
                && number.value >= 100.0
                && !counts(number, &["hours", "person-hours", "agent-hours", "labels", "euros"])
        }));
        let each = one(numbers()
            .filter(|(line, number)| {
                let head: String = line.after(number).chars().take(20).collect();
                number.unit == Unit::Duration
                    && number.value < 3600.0
                    && says(&head, &["per", "each", "a", "an", "for each", "apiece"])
            })
            .map(|(_, number)| number));
        let planned = one(numbers()
            .filter(|(line, number)| {
                let text = line.after(number);
                let hours = (number.unit == Unit::Duration && number.value >= 3600.0 && is_in_hours(line, number))
                    || counts(number, &["person-hours", "agent-hours"]);
                hours && period(&text).is_none() && says(&line.clause(number), PLANNED)
            })
            .map(|(_, number)| number));
        let (Some(items), Some(each), Some(planned)) = (items, each, planned) else { continue };
        let shares = numbers().any(|(_, number)| number.unit == Unit::Percent);
        let times = match () {
            () if shares => 1.0,
            () if says(&low, &["by three", "three times", "three labels", "triple"]) => 3.0,
            () if says(&low, &["by two", "twice", "two labels", "double", "two people"]) => 2.0,
            () => 1.0,
        };
        let hours = if planned.unit == Unit::Duration { 3600.0 } else { 1.0 };
        let available = ends(planned).1 / hours;
        let needed = ends(items).0 * times * each.value / 3600.0;
        let Some(line) = here.iter().find(|line| line.numbers.iter().any(|number| number.start == planned.start))
        else {
            continue;
        };
        judged.seen.push(line.lines);
        // Minutes for one item are an estimate: leave room for a tenth.
        if needed * 0.9 > available {
            let says = format!(
                "{} items × {} labels × {} min = {} h, and {} h are planned",
                trimmed(items.value, 0),
                trimmed(times, 0),
                trimmed(each.value / 60.0, 2),
                trimmed(items.value * times * each.value / 3600.0, 0),
                trimmed(planned.value / hours, 0)
            );
            judged.flaws.push(flaw_in(cx, (line.block, line.lines), &[], "", Some(Severity::Warning), says));
        }
    }
}

/// "The best 12 chunks of 1,000 tokens go into a context window of 8,192 tokens."
fn window(cx: &Context<'_>, lines: &[Line<'_>], judged: &mut Judged) {
    const WINDOW: &[&str] =
        &["context window", "context length", "context limit", "context size", "token window", "token limit"];
    let near = |line: &Line<'_>, number: &Quantity, words: &[&str]| {
        let tail: String = line.before(number).chars().rev().take(40).collect::<Vec<_>>().into_iter().rev().collect();
        let head: String = line.after(number).chars().take(20).collect();
        says(&tail, words) || says(&head, words)
    };
    let all = || lines.iter().flat_map(|line| line.numbers.iter().map(move |number| (line, *number)));
    let token = |number: &Quantity| counts(number, &["tokens"]);
    let mut windows = all().filter(|(line, number)| token(number) && near(line, number, WINDOW));
    let mut chunks = all().filter(|(line, number)| {
        token(number) && line.before(number).trim_end().ends_with("chunks of")
            || (token(number) && line.before(number).trim_end().ends_with("passages of"))
    });
    let (Some((at, window)), None, Some((line, size)), None) =
        (windows.next(), windows.next(), chunks.next(), chunks.next())
    else {
        return;
    };
    let Some(count) = one(line.counts(&["chunks", "passages"]).into_iter()) else { return };
    let prompt = one(all()
        .filter(|(line, number)| token(number) && near(line, number, &["prompt"]) && !near(line, number, WINDOW))
        .map(|(_, number)| number));
    let prompt = prompt.map_or(0.0, |number| number.value);
    judged.seen.extend([at.lines, line.lines]);
    let needed = count.value * size.value + prompt;
    // "8k" is 8,192 for those who build them.
    if needed > ends(window).1.max(window.value * 1.03) {
        let says = format!(
            "{} chunks × {} tokens + {} of the prompt = {} tokens, and the context window holds {}",
            trimmed(count.value, 0),
            trimmed(size.value, 0),
            trimmed(prompt, 0),
            trimmed(needed, 0),
            trimmed(window.value, 0)
        );
        judged.flaws.push(flaw_in(cx, (line.block, line.lines), &[at.lines], "", Some(Severity::Warning), says));
    }
}

/// "200,000 requests a month of 3,000 tokens at $5 per million tokens; the budget is $1,500 a month."
fn tokens(cx: &Context<'_>, lines: &[Line<'_>], judged: &mut Judged) {
    let all = || lines.iter().flat_map(|line| line.numbers.iter().map(move |number| (line, *number)));
    let head = |line: &Line<'_>, number: &Quantity| line.after(number).chars().take(28).collect::<String>();
    let mut requests = all().filter(|(line, number)| {
        counts(number, &["requests", "calls", "questions", "queries", "conversations", "prompts"])
            && period(&line.after(number)).is_some()
    });
    let mut sizes = all().filter(|(line, number)| {
        counts(number, &["tokens"])
            && says(
                &head(line, number),
                &["per request", "per call", "per question", "per query", "per conversation", "per prompt", "each"],
            )
    });
    let price = |line: &Line<'_>, number: &Quantity| {
        let head = head(line, number);
        let per = |words: &[&str]| says(&head, words);
        match number.unit {
            Unit::Money(_) if !head.contains("token") => None,
            Unit::Money(_) if per(&["per million", "per 1m", "/1m", "/ 1m", "per 1,000,000", "a million", "/m"]) => {
                Some(number.value / 1e6)
            }
            Unit::Money(_)
                if per(&["per thousand", "per 1k", "/1k", "/ 1k", "per 1,000", "per 1000", "a thousand", "/k"]) =>
            {
                Some(number.value / 1e3)
            }
            _ => None,
        }
    };
    let mut prices = all().filter_map(|(line, number)| price(line, number).map(|price| (number, price)));
    let mut budgets = all().filter(|(line, number)| {
        matches!(number.unit, Unit::Money(_))
            && period(&line.after(number)).is_some()
            && says(
                &line.clause(number),
                &["budget", "ceiling", "cap", "at most", "may cost", "must not cost", "limit"],
            )
            && !says(&line.clause(number), &["label*", "annotat*", "staff", "people", "team"])
    });
    let (Some((asked, requests)), None) = (requests.next(), requests.next()) else { return };
    let (Some((_, size)), None) = (sizes.next(), sizes.next()) else { return };
    let (Some((number, price)), None) = (prices.next(), prices.next()) else { return };
    let (Some((line, budget)), None) = (budgets.next(), budgets.next()) else { return };
    let (Some((_, every)), Some((name, span))) = (period(&asked.after(requests)), period(&line.after(budget))) else {
        return;
    };
    if number.unit != budget.unit {
        return;
    }
    judged.seen.extend([asked.lines, line.lines]);
    let count = requests.value / every * span;
    let cost = count * size.value * price;
    let least = ends(requests).0 / every * span * ends(size).0 * price;
    // Working days and calendar days, months of 28 and of 31 days: only a clear excess counts.
    if least * 0.65 > budget.value {
        let says = format!(
            "{} requests × {} tokens × {} per million = {} per {name}, and the budget is {}",
            trimmed(count, 0),
            trimmed(size.value, 0),
            trimmed(price * 1e6, 2),
            trimmed(cost, 0),
            trimmed(budget.value, 0)
        );
        judged.flaws.push(flaw_in(cx, (line.block, line.lines), &[asked.lines], "", Some(Severity::Warning), says));
    }
}

/// Words for parts of a project that follow each other.
const STAGES: &[&str] =
    &["stages", "phases", "sprints", "steps", "milestones", "iterations", "rounds", "tranches", "instalments", "lots"];

/// "Three stages of 4 weeks, 12,000 EUR each; the whole takes 10 weeks and 30,000 EUR." One sentence says what each takes, one what all take.
fn stages(cx: &Context<'_>, lines: &[Line<'_>], judged: &mut Judged) {
    let plain = |line: &&Line<'_>| !line.in_table;
    let mut plans = lines.iter().filter(plain).filter_map(|line| Some((line, one(line.counts(STAGES).into_iter())?)));
    // Of several plans nobody knows which one the whole is of.
    let (Some((line, count)), None) = (plans.next(), plans.next()) else { return };
    if !(2.0..=50.0).contains(&count.value) || count.comparator.is_some() {
        return;
    }
    for (of, is_unit) in [("time", is_long as fn(&Quantity) -> bool), ("money", is_money)] {
        let Some(each) = one(line.numbers.iter().copied().filter(|number| is_unit(number))) else { continue };
        if !is_of_each(line, count, each) {
            continue;
        }
        let wholes = lines.iter().filter(plain).filter(|other| !std::ptr::eq(*other, line) && is_whole(other));
        let mut wholes = wholes.filter_map(|other| {
            let whole = one(other.numbers.iter().copied().filter(|number| is_unit(number)))?;
            (period(&other.after(whole)).is_none() && whole.unit == each.unit).then_some((other, whole))
        });
        let (Some((at, whole)), None) = (wholes.next(), wholes.next()) else { continue };
        judged.seen.extend([line.lines, at.lines]);
        let (needed, planned) = (count.value * each.value, whole.value);
        let least = count.value * ends(each).0;
        // Months and weeks do not divide evenly.
        if least * 0.95 > ends(whole).1 {
            let said = |value: f64| if of == "time" { duration(value) } else { trimmed(value, 2) };
            let says = format!(
                "{} × {} = {} of {of}, and the whole is said to take {}",
                trimmed(count.value, 0),
                said(each.value),
                said(needed),
                said(planned)
            );
            judged.flaws.push(flaw_in(cx, (at.block, at.lines), &[line.lines], "", Some(Severity::Warning), says));
        }
    }
}

fn is_long(number: &Quantity) -> bool {
    number.unit == Unit::Duration && number.value >= 86_400.0
}

fn is_money(number: &Quantity) -> bool {
    matches!(number.unit, Unit::Money(_))
}

/// "stages of 4 weeks", "stages, 12,000 EUR each", "each stage costs 12,000 EUR".
fn is_of_each(line: &Line<'_>, count: &Quantity, each: &Quantity) -> bool {
    let head: String = line.after(each).chars().take(16).collect();
    let between = line.between(count, each);
    let follows = between.split_whitespace().collect::<Vec<_>>();
    let of_one = |noun: &&str| ["per", "a"].iter().any(|of| says(&head, &[format!("{of} {}", single(noun)).as_str()]));
    says(&head, &["each", "apiece"])
        || STAGES.iter().any(of_one)
        || matches!(follows.as_slice(), [noun, "of"] if STAGES.contains(noun))
        || says(&between, &["each"])
}

/// One of them.
fn single(noun: &str) -> &str {
    noun.strip_suffix('s').unwrap_or(noun)
}

/// True where a sentence speaks of the whole project and of nothing beside it.
fn is_whole(line: &Line<'_>) -> bool {
    line.says(&["in total", "total", "the whole", "altogether", "overall", "in all", "whole project", "budget"])
        && !line.says(&["per", "each", "remaining", "labell*", "operation", "sprint*"])
        && !STAGES.iter().any(|noun| line.says(&[noun, single(noun)]))
}
