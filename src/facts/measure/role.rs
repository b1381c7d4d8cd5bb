//! Words that say what a number is for. The one place where they stand; never looks at numbers.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use super::Role;
use crate::facts::quantity::token::{Kind, tokens};

/// What a cue makes of the number beside it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Purpose {
    /// It has this role.
    For(Role),
    /// It bounds something that is no quality of the model: labels, data, tolerances, gaps between groups.
    Other,
}

/// Where a cue counts, and how much.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Weight {
    /// Everywhere.
    Strong,
    /// Everywhere, but any stronger word and the heading win.
    Weak,
    /// In table headers, row labels, leads before a colon and headings only: the word is too common in sentences.
    Label,
    /// As a label, but not in headings: below a heading "Notes" a promise is still one.
    Column,
    /// In headings only.
    Heading,
}

/// Where a text stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    /// Running text.
    Sentence,
    /// A table header, row label, key or lead.
    Label,
    /// A heading.
    Heading,
}

/// A cue in a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Cue {
    /// Offset.
    pub start: usize,
    /// End offset.
    pub end: usize,
    /// What it says.
    pub purpose: Purpose,
    /// A modal verb or the like, that anything else overrules.
    pub weak: bool,
    /// A step on the way, where the word names one.
    pub phase: Option<&'static str>,
}

use Purpose::{For, Other};
use Role::{Baseline, Human, Poc, Random, Reported, Slo, Stretch, Target};
use Weight::{Column, Heading, Label, Strong, Weak};

/// The words. A final `*` matches any ending; hyphens and spaces are the same.
const CUES: &[(Purpose, Weight, &str)] = &[
    (
        For(Baseline),
        Strong,
        "baseline, baselines, base line, today, today's, currently, current, at present, presently, existing, as is, as-is, status quo, \
         so far, to date, incumbent, legacy, moving average, macros, rule based, rules based, rule set, heuristic, heuristics, naive, \
         seasonal naive, last year, last quarter, last month, same weekday last year, previous year, business as usual, bau, starting point, \
         old system, old process, keyword search, state of the art, sota, most popular, previous model, present model, at the moment, \
         present procedure, present process, present practice, present method, present system, present rules, present way, \
         present approach, without the model, without ai, without ml, current process, manual process, before the project, starts from, starting from, \
         bar to beat, in force, simple method, simple methods, dummy classifier, logistic regression, exponential smoothing, baseline model, ist wert",
    ),
    (
        For(Baseline),
        Label,
        "now, actual, actuals, present, manual, manually, rules, previous, prior, old, before, reference, control, excel, spreadsheet, search, \
         competitor, vendor, from, is, ist, start, initial, historic, historical, measured today, fy actual, zero point, rule, comparator",
    ),
    (
        For(Human),
        Strong,
        "human performance, human level, human baseline, human accuracy, humans reach, humans achieve, annotators reach, annotators achieve, \
         experts reach, experts achieve, expert performance, experts agree, inspectors reach, radiologists reach, clinicians reach, doctors reach, \
         agents reach, reviewers reach, people reach, human reviewers reach, human experts, trained staff reach, inspectors find, a human reaches",
    ),
    (
        For(Human),
        Label,
        "human, humans, expert, experts, annotators, annotator, inspectors, clinicians, radiologists, people, reader, readers",
    ),
    (
        For(Random),
        Strong,
        "random, chance level, by chance, coin flip, coin toss, guessing, majority class, majority vote, always predicting, always saying, \
         always answering, always says, always no, always yes, trivial classifier, trivial model, constant prediction, predicts everything, \
         predicting everything, all negative, all positive, predict everything",
    ),
    (For(Random), Label, "chance, trivial, majority, constant, dummy"),
    (
        For(Poc),
        Strong,
        "poc, proof of concept, proof of value, pov, pilot, pilots, feasibility, feasibility gate, feasibility study, spike, gate 0, gate 1, phase 0, \
         phase zero, exit criterion, exit criteria, go/no go, go no go, discovery phase, exploration phase, validation phase, feasibility phase, \
         trial phase, technical trial, first gate, machbarkeit, exit bar, exit bars, exit level, dry run",
    ),
    (
        For(Poc),
        Label,
        "prototype, trial, gate a, discovery, exploration, phase 1, phase one, stage 1, stage one, stage 0, gate one, step 1, experiment gate, trials, gate i",
    ),
    (
        For(Poc),
        Heading,
        "can it work, can it be done, does it work, is it possible, is it feasible, is it doable, prove it, preliminary stage, preliminary study, try out, \
         test drive, dry run",
    ),
    (For(Poc), Strong, "mvp, minimum viable product, minimum viable model, minimum viable"),
    (
        For(Target),
        Strong,
        "target, targets, targeted, launch, go live, going live, goes live, golive, ship, shipping, ships, acceptance, roll out, rollout, rolling out, \
         targeting, we accept, is accepted, are accepted, will be accepted, be accepted, accept the, success criterion, success criteria, definition of done, general availability, full rollout, full roll out, sign off, signoff, \
         acceptance gate, release gate, release criterion, release criteria, at release, for release, before release, production gate, \
         production readiness, production release, contractual, guaranteed, service credit free, zielwert, deployment gate, promotion gate, \
         to be achieved, to be reached, to be met, asked for, entry into force, enters into force, entry into service, putting into service, put into service, taking into service, start of service, service commencement, \
         minimum acceptable, lowest acceptable, required level, required value, minimum requirement",
    ),
    (
        For(Target),
        Label,
        "goal, goals, objective, objectives, release, production, prod, required, gates, pass mark, thresholds, bars, limits, requirement, requirements, minimum, min, threshold, gate, pass, bar, \
         accept, accepted, accepts, final, to be, soll, ziel, level, limit, expected, future, desired, must, shall, must have, floor, ceiling, ga, aim, \
         commitment, criterion, criteria, value required, to, needed, scale, live, full use, phase 2, phase 3, stage 2, stage 3, gate 2, gate 3, gate b, \
         success, maximum, max, acceptable, full service, full operation, v1, commencement, commissioning, opening, at opening, full use",
    ),
    (
        For(Target),
        Weak,
        "must, shall, need to, needs to, needed, has to, have to, need, needs, required, requires, require, we want, we expect, want, is to, are to, aim, aims, \
         goal, ought to, will have to, should, at go, in production, production, minimum, accept only, expected to, necessary, \
         insist, obliged, laid down, pass mark, bar, commit, commits, promise, promises",
    ),
    (
        For(Slo),
        Strong,
        "alert, alerts, alerted, alarm, alarms, alarmed, pages, paged, pager, drops below, drops under, drop below, drop under, falls below, falls under, \
         fall below, fall under, falling below, sinks below, sink below, dips below, dip below, slips below, slips under, rises above, climbs above, \
         goes above, goes below, degrade, degrades, degraded, degradation, decay, decays, retrain, retrained, retraining, re train, roll back, \
         rolled back, rollback, rolls back, withdrawn, slo, sla, slos, in a row, consecutive, tripwire, trip wire, counts as worn, \
         incident, deteriorat*, under launch value, below launch value, below its launch, under its launch, under its accepted, below its accepted, \
         kill switch, switched off, switch off, fall back to, falls back to, live limit, warning level, red line, drift, drifts, drifted, \
         triggers, trigger, is triggered, wakes, escalated, escalate, escalates, suspended, suspend, paused, error budget",
    ),
    (
        For(Slo),
        Label,
        "monitoring, monitor, warn, warning, red, amber, in service, in operation, live alert, page, live alarm, watch, tolerated",
    ),
    (
        For(Reported),
        Strong,
        "model reached, model achieved, reached a, reached an, achieved a, achieved an, attained a, attained an, we measured, was measured, were measured, we achieved, achieved, we reached, was reached, we obtained, obtained, results show, result was, \
         we observed, observed, in our tests, in our experiments, our experiments, experiments show, scored, we got, came out at, yielded, preliminary results",
    ),
    (
        For(Reported),
        Label,
        "result, results, measured, achieved, reached, observed, outcome, status, score achieved, reported, obtained",
    ),
    (
        For(Stretch),
        Strong,
        "stretch, stretch goal, stretch target, ambition, ambitious, nice to have, aspiration, aspirational, ideally, north star, best case, wish, moonshot",
    ),
    (For(Stretch), Label, "ideal, nice, optimistic, best, could, dream, long term, should have, could have, excellent"),
    (
        Other,
        Strong,
        "tolerance, confidence limit, confidence limits, confidence bound, confidence bounds, reproduce, reproduces, reproduced, rebuild, rebuilds, re run, rerun, repeat, repeats, same scorecard, confidence interval, significance, \
         statistical power, margin of error, worse than the rest, between groups, across groups, between the groups, any group, any slice, any subgroup, \
         each group, not differ, differ, differs, disparity, subgroups, among groups, demographic groups, gap between, difference between, inter annotator, inter rater, label noise, \
         label quality, labels are, labelled twice, labeled twice, label audit, data quality, ocr confidence, of the labels, of labels, annotation quality, \
         confidence level, weight, implausibly, suspiciously, too good to be true, sanity check, leakage, dropout, learning rate, batch size, sample size",
    ),
    (
        Other,
        Label,
        "tolerance, weight, weights, priority, n, support, samples, sample, sample size, count, owner, frequency, cadence, source, method, how, why, unit, id, no, nr, rank, share of data, gap, max gap, maximum gap, allowed gap, difference, delta, change, uplift, improvement, cost, \
         budget, effort, date, due, deadline, when, duration, weeks, days, volume, size, period, span, risk, probability, impact, rationale, range, formula, \
         definition, description, measured on, dataset, data set, test set, evidence",
    ),
    (Other, Column, "notes, note, comments, comment, remarks, remark"),
    (
        Other,
        Heading,
        "annotation, annotations, annotators, labelling, labeling, labels, label, ground truth, data quality, data, dataset, data sets, data sources, \
         fairness, bias, equal treatment, even handedness, treating people, groups, non discrimination, reproducibility, traceability, versions, versioning, \
         environments, repositories, hosting, infrastructure, assumptions, risks, glossary, references, background, problem, motivation, context, sample size, \
         statistical, cost of errors, price of a mistake, what mistakes cost, error cost, error costs",
    ),
    (
        For(Slo),
        Heading,
        "monitoring, in service, in operation, operation, operations, running, once live, once it is live, after launch, drift, decay, maintenance, observability, alerting, watch",
    ),
    (
        For(Reported),
        Heading,
        "results, findings, outcome, experiments so far, what we found, evaluation results, poc results, lessons",
    ),
    (
        For(Baseline),
        Heading,
        "current situation, current state, as is, status quo, where we are, how it works today, starting point",
    ),
    (
        For(Target),
        Heading,
        "acceptance, target, targets, success criteria, launch, go live, definition of done, quality requirements, non functional, requirements, success, release, how good, quality bar",
    ),
];

/// Who is compared with, when they reach a value.
const PEOPLE: &str = "planners nurses doctors physicians clinicians radiologists pathologists agents analysts staff editors underwriters moderators \
    inspectors experts humans people annotators operators reviewers technicians lawyers teachers engineers adjusters buyers dispatchers officers";

type Phrase = (Vec<&'static str>, Purpose, Weight);
type Phrases = BTreeMap<&'static str, Vec<Phrase>>;

/// Phrases by their first word; those whose first word is open stand under the empty word.
static PHRASES: LazyLock<Phrases> = LazyLock::new(|| {
    let mut phrases = Phrases::new();
    for people in PEOPLE.split_whitespace() {
        for verb in ["reach", "achieve", "attain", "manage", "score", "get", "agree"] {
            phrases.entry(people).or_default().push((vec![people, verb], For(Human), Strong));
        }
    }
    for (purpose, weight, list) in CUES {
        for phrase in list.split(',').map(str::trim).filter(|phrase| !phrase.is_empty()) {
            let words: Vec<&str> = phrase.split([' ', '-', '/']).filter(|word| !word.is_empty()).collect();
            let first = words.first().copied().unwrap_or_default();
            let key = if first.ends_with('*') { "" } else { first };
            phrases.entry(key).or_default().push((words, *purpose, *weight));
        }
    }
    phrases
});

/// The lengths of the first words of phrases, a bit each, by their first byte: most words of a text begin none.
static FIRST: LazyLock<[u64; 256]> = LazyLock::new(|| {
    let mut lengths = [0; 256];
    for word in PHRASES.keys() {
        if let Some(of_byte) = word.bytes().next().and_then(|first| lengths.get_mut(usize::from(first))) {
            *of_byte |= length(word);
        }
    }
    lengths
});

fn length(word: &str) -> u64 {
    1 << word.len().min(63)
}

/// The phrases that begin with a word.
fn beginning_with(word: &str) -> Option<&'static Vec<Phrase>> {
    let of_byte = word.bytes().next().and_then(|first| FIRST.get(usize::from(first)))?;
    if of_byte & length(word) == 0 { None } else { PHRASES.get(word) }
}

fn matches(pattern: &str, word: &str) -> bool {
    pattern.strip_suffix('*').map_or(pattern == word, |stem| word.starts_with(stem))
}

/// All cues of `text`, in order, the longest at each place; neighbours that say one thing are one cue.
pub(super) fn cues(text: &str, place: Place) -> Vec<Cue> {
    let words: Vec<_> = tokens(text).into_iter().filter(|token| token.kind != Kind::Mark).collect();
    let close = |from: usize, to: usize| {
        text.get(from..to)
            .is_some_and(|gap| gap.chars().all(|c| c.is_whitespace() || matches!(c, '-' | '\u{2011}' | '/' | '_')))
    };
    let mut out: Vec<Cue> = Vec::new();
    let mut at = 0;
    while let Some(word) = words.get(at) {
        let mut best: Option<(usize, Purpose, Weight)> = None;
        let lists = [beginning_with(&word.low), PHRASES.get("")];
        for (phrase, purpose, weight) in lists.into_iter().flatten().flatten() {
            let counts = match weight {
                Strong => true,
                Weak => place == Place::Sentence,
                Label => place != Place::Sentence,
                Column => place == Place::Label,
                Heading => place == Place::Heading,
            };
            let fits = phrase.iter().enumerate().all(|(n, pattern)| {
                let here = words.get(at + n).is_some_and(|word| matches(pattern, &word.low));
                here && (n == 0
                    || words.get(at + n - 1).zip(words.get(at + n)).is_some_and(|(a, b)| close(a.end, b.start)))
            });
            // A label word that also is a weak sentence word counts as what the place asks for.
            if counts && fits && best.is_none_or(|(len, ..)| phrase.len() > len) {
                best = Some((phrase.len(), *purpose, *weight));
            }
        }
        let Some((len, purpose, weight)) = best else {
            at += 1;
            continue;
        };
        let end = words.get(at + len - 1).map_or(word.end, |word| word.end);
        if purpose != For(Poc) && compound(text, word.start, end) {
            at += len;
            continue;
        }
        let phase = phase(&word.low, text.get(word.start..word.end).unwrap_or_default(), purpose);
        let cue = Cue { start: word.start, end, purpose, weak: weight == Weak, phase };
        at += len;
        match out.last_mut() {
            Some(last) if close(last.end, cue.start) && !last.weak && !cue.weak => {
                // "PoC target", "stretch goal", "target (MVP)": the special word wins over the plain one.
                if last.purpose == For(Target) || matches!(cue.purpose, For(Slo | Poc)) {
                    last.purpose = cue.purpose;
                    last.phase = cue.phase.or(last.phase);
                } else {
                    last.phase = last.phase.or(cue.phase);
                }
                last.end = cue.end;
            }
            _ => out.push(cue),
        }
    }
    out
}

/// "current-fact recall", "auto-ship": the word is half of another one that says something else.
fn compound(text: &str, start: usize, end: usize) -> bool {
    let hyphen = |c: char| matches!(c, '-' | '\u{2011}');
    let after = text.get(end..).unwrap_or_default();
    let before = text.get(..start).unwrap_or_default();
    let word: String = after.trim_start_matches(hyphen).chars().take_while(|c| c.is_alphanumeric()).collect();
    let known =
        |word: &str| PHRASES.contains_key(word.to_lowercase().as_str()) || matches!(word, "gate" | "level" | "value");
    let follows = after.starts_with(hyphen) && word.chars().any(char::is_alphabetic) && !known(&word);
    let previous: String = before
        .trim_end_matches(hyphen)
        .chars()
        .rev()
        .take_while(|c| c.is_alphanumeric())
        .collect::<Vec<_>>()
        .into_iter()
        .rev()
        .collect();
    let precedes = before.ends_with(hyphen) && previous.chars().any(char::is_alphabetic) && !known(&previous);
    follows || precedes
}

fn phase(word: &str, written: &str, purpose: Purpose) -> Option<&'static str> {
    match (word, purpose) {
        ("should", _) if written == "SHOULD" => Some("SHOULD"),
        ("minimum" | "min", For(Target)) => Some("minimum"),
        ("mvp", _) | ("minimum", For(Poc)) => Some("mvp"),
        ("should", _) => Some("should"),
        ("pilot" | "pilots", _) => Some("pilot"),
        (_, For(Poc)) => Some("poc"),
        _ => None,
    }
}

/// The cue that a label carries: the strongest, then the last special one.
pub(super) fn of_label(text: &str) -> Option<Cue> {
    best(&cues(text, Place::Label))
}

/// The cue that a heading carries.
pub(super) fn of_heading(text: &str) -> Option<Cue> {
    best(&cues(text, Place::Heading))
}

/// The most telling of several cues.
pub(super) fn best(cues: &[Cue]) -> Option<Cue> {
    let rank = |cue: &Cue| match cue.purpose {
        _ if cue.weak => 0,
        Other => 1,
        For(Target) => 2,
        For(Reported) => 3,
        For(Baseline) => 4,
        For(_) => 5,
    };
    cues.iter().copied().max_by_key(rank)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_say_what_their_numbers_are_for() {
        let check = |label: &str, expected: Option<Purpose>| {
            assert_eq!(of_label(label).map(|cue| cue.purpose), expected, "{label}");
        };
        check("Macros today", Some(For(Baseline)));
        check("Moving average (now)", Some(For(Baseline)));
        check("Same weekday last year", Some(For(Baseline)));
        check("FY25 actual", Some(For(Baseline)));
        check("PoC pass", Some(For(Poc)));
        check("Proof of concept", Some(For(Poc)));
        check("Feasibility gate", Some(For(Poc)));
        check("PoC target", Some(For(Poc)));
        check("Roll-out gate", Some(For(Target)));
        check("Ship", Some(For(Target)));
        check("Go-live", Some(For(Target)));
        check("FY27 goal", Some(For(Target)));
        check("Design acceptance gate", Some(For(Target)));
        check("Stretch goal", Some(For(Stretch)));
        check("Human", Some(For(Human)));
        check("Random", Some(For(Random)));
        check("Alert below", Some(For(Slo)));
        check("SLO", Some(For(Slo)));
        check("Priority", Some(Other));
        check("Portal search, first hit", Some(For(Baseline)));
        check("Apples", None);
    }

    #[test]
    fn sentences_need_stronger_words() {
        let check = |text: &str, expected: &[Purpose]| {
            let found: Vec<Purpose> = cues(text, Place::Sentence).iter().map(|cue| cue.purpose).collect();
            assert_eq!(found, expected, "{text}");
        };
        check("from 0.64 today to 0.95 at launch", &[For(Baseline), For(Target)]);
        check("when recall drops below 0.8 we retrain", &[For(Slo), For(Slo)]);
        check("recall must be high", &[For(Target)]);
        check("the results of the week", &[]);
    }
}
