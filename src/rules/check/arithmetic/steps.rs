//! Chains of steps: a task that needs every step to succeed succeeds no more often than the steps together. The words of rates are the page's.

use super::super::Context;
use super::super::line::{Line, lines};
use super::interval::percent;
use super::{Cues, Judged, flaw_in};
use crate::facts::{Comparator, Quantity, Unit};
use crate::finding::Severity;

/// With n steps of success p each, none of them made good when it fails, a task succeeds in p^n of the cases: 0.95^10 is 0.60.
pub(super) fn agent_steps(cx: &Context<'_>, cues: &Cues) -> Judged {
    let mut judged = Judged::default();
    let all = lines(cx);
    // A cap is no length: most tasks end long before it.
    let is_length = |number: &&Quantity| (2.0..=1000.0).contains(&number.value) && !is_upper(number);
    let mut counts = all.iter().flat_map(|line| {
        line.counts(&["step", "steps"]).into_iter().filter(is_length).map(move |number| (line, number))
    });
    // Of several counts nobody knows which one a task takes.
    let counted = counts.next().filter(|_| counts.next().is_none());
    let rates = (success(all, cues, "step", "task"), success(all, cues, "task", "step"), counted);
    let (Some((step_line, step)), Some((task_line, task)), Some((count_line, count))) = rates else { return judged };
    judged.seen.extend([step_line.lines, task_line.lines, count_line.lines]);
    let reached = (step.ratio() + step.ratio_half_width()).min(1.0).powf(count.value);
    if task.ratio() - task.ratio_half_width() > reached && !recovers(cx, cues) {
        let says = format!(
            "{}^{} = {}, below the {} that is asked of whole tasks",
            percent(step.ratio()),
            count.value,
            percent(step.ratio().powf(count.value)),
            percent(task.ratio())
        );
        let related = [step_line.lines, count_line.lines];
        judged.flaws.push(flaw_in(cx, (task_line.block, task_line.lines), &related, "", Some(Severity::Warning), says));
    }
    judged
}

fn is_upper(number: &Quantity) -> bool {
    matches!(number.comparator, Some(Comparator::AtMost | Comparator::LessThan))
}

/// The first rate of success of what the list `of` names. A line of errors gives their share, and an upper bound is one of errors as well.
fn success<'a>(all: &'a [Line<'a>], cues: &Cues, of: &str, other: &str) -> Option<(&'a Line<'a>, &'a Quantity)> {
    let is_rate = |number: &&Quantity| {
        let value = number.ratio();
        matches!(number.unit, Unit::Percent | Unit::Plain) && value > 0.0 && value < 1.0 && !is_upper(number)
    };
    all.iter().filter(|line| cues.says(of, line.text) && !cues.says("failure", line.text)).find_map(|line| {
        let mut rates = line.numbers.iter().copied().filter(is_rate);
        // In a line that speaks of both, the number next to the words is meant.
        let speaks_of_both = cues.says(other, line.text);
        Some((line, rates.find(|number| !speaks_of_both || cues.says(of, &line.clause(number)))?))
    })
}

/// True when a sentence says that a step, or a call, which fails is made good.
fn recovers(cx: &Context<'_>, cues: &Cues) -> bool {
    let mut sentences = cx.document.content().flat_map(|(_, block)| block.sentences());
    sentences.any(|sentence| cues.says("recovery", sentence.text) && cues.says("unit", sentence.text))
}
