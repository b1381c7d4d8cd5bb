//! Measures in running text: paragraphs, list items, task items, cells that hold a sentence.

use super::context::{self, Context};
use super::name::{Name, id};
use super::pair::{Clause, Pair};
use super::purpose::{Case, Fit, Ruling, directed, fit, is_gap, metric_is_agreement, of_change, rule};
use super::role::{Cue, Place, cues, names_trial, sets_a_bar};
use super::spoken::{goes_on, is_share, only_quality, shifted};
use super::wording::{about_labels, divide, forbids, is_change, is_fall, later_phase};
use super::{Draft, Found, Reader, Role, distance, slice};
use crate::document::{BlockId, sentences};
use crate::facts::{Quantity, Unit};

/// Longest sentence that is read, in bytes.
pub(super) const LONGEST: usize = 2_048;

/// Reads all sentences of a block.
pub(super) fn read_block(reader: &Reader<'_>, block: BlockId, found: &mut Found) {
    if reader.names(block).is_empty() {
        return;
    }
    let text = reader.text(block);
    let mut context = context::of(reader, block);
    let mut last: Option<usize> = None;
    let mut spoken: Option<Name> = None;
    for (at, sentence) in sentences(text).enumerate() {
        if at > 0
            && let Some(cue) = context::label(text)
        {
            context.near = Some(cue);
        }
        let end = sentence.start + sentence.text.len();
        let named = !reader.names_in(block, sentence.start, end).is_empty();
        let first = sentence.text.split_whitespace().next().unwrap_or_default().to_lowercase();
        // "Recall leads. It must reach 0.97."
        let pronoun = !named && matches!(first.as_str(), "it" | "this" | "they" | "that");
        let start = last.filter(|_| pronoun).unwrap_or(sentence.start);
        let before = found.measures.len();
        let names = reader.names_in(block, start, end);
        match &spoken {
            Some(name) if names.is_empty() && goes_on(reader, block, (start, end), found) => {
                read_names(reader, block, (start, end), std::slice::from_ref(name), context, found);
            }
            _ => read_range(reader, block, start, end, context, found),
        }
        last = (named && found.measures.len() == before).then_some(sentence.start);
        if named {
            spoken = only_quality(reader, names);
        }
    }
}

/// Reads the names and numbers of one stretch of a block's text.
pub(super) fn read_range(
    reader: &Reader<'_>,
    block: BlockId,
    start: usize,
    end: usize,
    context: Context,
    found: &mut Found,
) {
    let names = reader.names_in(block, start, end);
    read_names(reader, block, (start, end), names, context, found);
}

/// Reads the numbers of one stretch of a block's text with these names, which stand in it or before it.
pub(super) fn read_names(
    reader: &Reader<'_>,
    block: BlockId,
    (start, end): (usize, usize),
    names: &[Name],
    context: Context,
    found: &mut Found,
) {
    let text = reader.text(block);
    if names.is_empty() {
        return;
    }
    // Nobody reads a sentence of this length, and its words tie nothing together.
    if end.saturating_sub(start) > LONGEST {
        found.long += 1;
        return;
    }
    // A name that is spoken of from an earlier sentence stands before the first word.
    let written = names;
    let spoken =
        |name: &Name| if name.end <= start { Name { start, end: start, ..name.clone() } } else { name.clone() };
    let names: Vec<Name> = written.iter().map(spoken).collect();
    let free = |quantity: &&Quantity| {
        let inside = names.iter().any(|name| quantity.start < name.end && name.start < quantity.end);
        quantity.unit != Unit::Date && !inside
    };
    let quantities: Vec<&Quantity> = reader.quantities_in(block, start, end).iter().filter(free).collect();
    let metrics = names.iter().map(|name| reader.metric(name)).collect();
    let clause = Clause { text, names: &names, metrics, quantities };
    let mut pairs = clause.pairs();
    pairs.sort_by_key(|pair| clause.quantities.get(pair.quantity).map(|quantity| quantity.start));
    found.open += open(&clause, &pairs);
    let line = Line { reader, block, written, clause: &clause, start, end, context, cues: shifted(text, start, end) };
    line.write(&pairs, found);
}

/// Names of quality metrics that stay without a number although an unused one of the right kind stands beside them.
fn open(clause: &Clause<'_>, pairs: &[Pair]) -> usize {
    let lonely = |n: &usize| {
        let metric = clause.metrics.get(*n).copied().flatten();
        metric.is_some_and(|metric| metric.quality && !metric.everyday) && !pairs.iter().any(|pair| pair.name == *n)
    };
    let spare = |n: &usize| {
        let used = pairs.iter().any(|pair| pair.quantity == *n);
        clause.quantities.get(*n).is_some_and(|quantity| is_share(quantity)) && !used
    };
    let names = (0..clause.names.len()).filter(lonely).count();
    let numbers = (0..clause.quantities.len()).filter(spare).count();
    names.min(numbers)
}

pub(super) struct Line<'a> {
    pub(super) reader: &'a Reader<'a>,
    pub(super) block: BlockId,
    /// The names where they are written.
    written: &'a [Name],
    pub(super) clause: &'a Clause<'a>,
    pub(super) start: usize,
    pub(super) end: usize,
    pub(super) context: Context,
    pub(super) cues: Vec<Cue>,
}

impl Line<'_> {
    pub(super) fn text(&self, start: usize, end: usize) -> &str {
        self.clause.text.get(start..end.max(start)).unwrap_or_default()
    }

    fn write(&self, pairs: &[Pair], found: &mut Found) {
        // Numbers that a cue can belong to: those with a metric, and other shares ("better than the 0.78 of the old rules").
        let all = self.clause.quantities.iter().enumerate();
        let used: Vec<usize> = all
            .filter(|(n, quantity)| is_share(quantity) || pairs.iter().any(|pair| pair.quantity == *n))
            .map(|(n, _)| n)
            .collect();
        let segments: Vec<(usize, usize)> = (0..used.len()).map(|n| self.segment(&used, n)).collect();
        let sentence = self.text(self.start, self.end).to_lowercase();
        let mut written: Vec<(usize, super::Measure)> = Vec::new();
        let conditions = self.conditions(pairs);
        for (n, pair) in pairs.iter().enumerate() {
            let (Some(name), Some(quantity)) =
                (self.clause.names.get(pair.name), self.clause.quantities.get(pair.quantity))
            else {
                continue;
            };
            let (before, after) = (self.text(self.start, quantity.start), self.text(quantity.end, self.end));
            let named = self.written.get(pair.name).unwrap_or(name);
            let around = distance::Around { text: self.clause.text, start: self.start, end: self.end };
            let gap = distance::compared(named, self.clause.names, self.reader.lexicon, quantity, around);
            let named = gap.as_ref().unwrap_or(named);
            let Some(metric) = self.reader.metric(named) else { continue };
            let condition = conditions.iter().find(|(main, _)| *main == n).map(|(_, other)| *other);
            let given = conditions.iter().find(|(_, other)| *other == n).map(|(main, _)| *main);
            if given.is_some() && matches!(id(self.reader.lexicon, name.metric), "iou") {
                continue;
            }
            let place = used.iter().position(|at| *at == pair.quantity).unwrap_or(0);
            let (from, to) = segments.get(place).copied().unwrap_or((self.start, self.end));
            // What stands right at another number belongs to that number.
            let taken = |cue: &Cue| {
                segments
                    .iter()
                    .enumerate()
                    .any(|(n, (start, end))| n != place && *start <= cue.start && cue.end <= *end)
            };
            let (near, far) = self.split_cues(quantity, (from, to), &taken);
            let quantity = &directed(metric, quantity, before, after);
            let quantity = &if is_gap(metric) { distance::bound(quantity, before) } else { quantity.clone() };
            let passes = self.cues.iter().any(sets_a_bar);
            let case = Case {
                metric,
                quantity,
                near,
                far,
                context: self.context,
                about_labels: metric_is_agreement(metric) && about_labels(&sentence),
                forbids: forbids(&sentence),
                passes,
                of_trial: passes && names_trial(&sentence),
            };
            let mut ruling = rule(&case);
            if ruling.phase.is_none() {
                ruling.phase = later_phase(self.text(from, to)).or_else(|| self.context_phase(ruling.role));
            }
            if !case.near.iter().any(|cue| !cue.weak)
                && let Some(role) = self.turn(pairs, n)
            {
                ruling = Ruling::of(role, role != Role::Unknown, None);
            }
            if ruling.role == Role::Target && ruling.phase.is_none() && self.turn(pairs, n) == Some(Role::Target) {
                // "The target rises from 0.90 to 0.92 after a year."
                let first = n.checked_sub(1).and_then(|before| written.iter().find(|(at, _)| *at == before));
                let both = first.is_some_and(|(_, measure)| measure.role == Role::Target);
                ruling.phase = both.then(|| "later".to_owned());
            }
            let limit = quantity.start.max(name.end);
            let behind = self.text(quantity.end.max(name.end), to.max(quantity.end).max(name.end));
            let around = slice::of_sentence(self.clause.text, name.start, name.end, limit, behind);
            let at = condition.or(given).and_then(|other| pairs.get(other)).and_then(|other| self.condition(other));
            let change = fit(metric, quantity) == Fit::Change || !is_gap(metric) && is_change(before, after);
            let relative = change && !(metric.higher_is_better.is_none() && quantity.unit == Unit::Percent);
            if relative {
                ruling = of_change(ruling, metric, is_fall(before, after));
            }
            let quantity = (*quantity).clone();
            let measure = self.reader.finish(Draft {
                name: named,
                name_block: self.block,
                quantity,
                around,
                at,
                ruling,
                relative,
            });
            written.extend(measure.map(|measure| (n, measure)));
        }
        self.inherit(&mut written);
        for (main, other) in &conditions {
            let role =
                written.iter().find(|(n, _)| n == main).map(|(_, measure)| (measure.role, measure.role_is_explicit));
            if let (Some((role, explicit)), Some((_, measure))) = (role, written.iter_mut().find(|(n, _)| n == other)) {
                self.give(measure, (role, None, explicit));
            }
        }
        let mut kept: Vec<super::Measure> = Vec::new();
        for (_, measure) in written {
            // "ninety-two per cent (92 %)" is one value.
            let again = kept.iter().any(|other| {
                other.same_key(&measure)
                    && (other.role == measure.role || measure.role == Role::Unknown)
                    && (other.quantity.ratio() - measure.quantity.ratio()).abs() < 1e-9
            });
            if !again {
                kept.push(measure);
            }
        }
        found.measures.extend(kept);
    }

    /// "a precision of 0.9 and a recall of 0.8 at launch", "we need 95 % precision and 85 % recall": what is said once
    /// holds for all values of an enumeration.
    fn inherit(&self, written: &mut [(usize, super::Measure)]) {
        let joined = |a: &super::Measure, b: &super::Measure| {
            let gap = self.text(a.quantity.end, b.quantity.start);
            let words = gap.split_whitespace().count();
            (&a.metric, &a.at) != (&b.metric, &b.at)
                && words <= 10
                && !gap.contains([';', '.'])
                && (gap.contains(" and ") || gap.contains(','))
                && a.relative == b.relative
        };
        let count = written.len();
        // From left to right first, then back: "0.9 and 0.8 at launch".
        let steps = (1..count).map(|n| (n - 1, n)).chain((1..count).rev().map(|n| (n, n - 1)));
        for (from, to) in steps {
            let (Some((_, giver)), Some((_, taker))) = (written.get(from), written.get(to)) else { continue };
            let (first, second) = if from < to { (giver, taker) } else { (taker, giver) };
            let gives = matches!(giver.role, Role::Target | Role::Poc | Role::Baseline | Role::Reported | Role::Human);
            if !gives || taker.role != Role::Unknown || !joined(first, second) {
                continue;
            }
            let role = (giver.role, giver.phase.clone(), giver.role_is_explicit);
            if let Some((_, taker)) = written.get_mut(to) {
                self.give(taker, role);
            }
        }
    }

    /// Gives a role to a measure that has none.
    fn give(&self, measure: &mut super::Measure, (role, phase, explicit): (Role, Option<String>, bool)) {
        if measure.role != Role::Unknown {
            return;
        }
        (measure.role, measure.phase, measure.role_is_explicit) = (role, phase, explicit);
        if let Some(metric) = self.reader.lexicon.metric(&measure.metric) {
            measure.comparator = super::purpose::comparator(metric, role, &measure.quantity, false);
        }
    }

    fn context_phase(&self, role: Role) -> Option<String> {
        let same = matches!(self.context.purpose(), Some(super::role::Purpose::For(context)) if context == role);
        same.then(|| self.context.phase().map(str::to_owned)).flatten()
    }

    /// The stretch around the number at `place` of `used` that speaks of it and of no other.
    fn segment(&self, used: &[usize], place: usize) -> (usize, usize) {
        let at = |n: usize| used.get(n).and_then(|n| self.clause.quantities.get(*n));
        let Some(own) = at(place) else { return (self.start, self.end) };
        let from = place
            .checked_sub(1)
            .and_then(at)
            .map_or(self.start, |before| before.end + divide(self.text(before.end, own.start)));
        let to = at(place + 1).map_or(self.end, |after| own.end + divide(self.text(own.end, after.start)));
        (from, to)
    }

    /// Cues inside the segment and clause of the number, and all others of the sentence; nearest first.
    fn split_cues(
        &self,
        quantity: &Quantity,
        (from, to): (usize, usize),
        taken: &dyn Fn(&Cue) -> bool,
    ) -> (Vec<Cue>, Vec<Cue>) {
        let before = self.text(from, quantity.start);
        let from = from + before.rfind([';', '—']).map_or(0, |at| at + 1);
        let after = self.text(quantity.end, to);
        let to = quantity.end + after.find([';', '—']).unwrap_or(after.len());
        let own = self.bracket(quantity.start);
        let distance = |cue: &Cue| {
            if cue.end <= quantity.start { quantity.start - cue.end } else { cue.start.saturating_sub(quantity.end) }
        };
        let mut near: Vec<Cue> = Vec::new();
        let mut far: Vec<Cue> = Vec::new();
        near.extend(self.short_label(from, quantity.start));
        for cue in &self.cues {
            let bracket = self.bracket(cue.start);
            let open = self.start + bracket.saturating_sub(1);
            let behind = bracket > 0 && open >= quantity.end && self.text(quantity.end, open).trim().is_empty();
            let inside = from <= cue.start && cue.end <= to && (bracket == own || behind);
            // "…, otherwise we roll back" tells what follows from a miss.
            let consequence = cue.start >= quantity.end
                && self
                    .text(quantity.end, cue.start)
                    .to_lowercase()
                    .split(|c: char| !c.is_alphabetic())
                    .any(|word| matches!(word, "otherwise" | "else" | "or" | "failing"));
            if consequence {
                continue;
            }
            let elsewhere = taken(cue);
            if inside {
                near.push(*cue);
            } else if !elsewhere {
                far.push(*cue);
            }
        }
        near.sort_by_key(distance);
        far.sort_by_key(distance);
        (near, far)
    }

    /// "(now 1.8", ", goal 4", "vendor: 0.7": a few words between a mark and a number are its label.
    fn short_label(&self, from: usize, to: usize) -> Option<Cue> {
        let before = self.text(from, to);
        let trimmed = before.trim_end_matches(|c: char| {
            c.is_whitespace() || matches!(c, ':' | '=' | '≥' | '≤' | '<' | '>' | '~' | '-')
        });
        let mark = |c: char| matches!(c, ',' | ';' | '(' | ':' | '–' | '—' | '/');
        let at = trimmed.char_indices().rfind(|(_, c)| mark(*c)).map(|(at, c)| at + c.len_utf8())?;
        let label = trimmed.get(at..)?;
        let named = self.clause.names.iter().any(|name| from + at <= name.start && name.end <= to);
        // "a WAPE (8 weeks) of 39 %": the bracket is closed, and what stood in it is no label of the number.
        if named || label.contains(')') || label.split_whitespace().count() > 3 {
            return None;
        }
        let start = from + at;
        let cue = super::role::best(&cues(label, Place::Label)).filter(|cue| !cue.weak)?;
        Some(Cue { start: cue.start + start, end: cue.end + start, ..cue })
    }

    /// Offset of the bracket that is open at `at`; 0 for none.
    fn bracket(&self, at: usize) -> usize {
        let mut open: Vec<usize> = Vec::new();
        for (offset, c) in self.text(self.start, at).char_indices() {
            match c {
                '(' | '[' => open.push(offset + 1),
                ')' | ']' => {
                    open.pop();
                }
                _ => {}
            }
        }
        open.last().copied().unwrap_or(0)
    }
}
