//! What accuracy is worth: whoever always answers with the most frequent class reaches that class's share.

use std::collections::BTreeSet;

use super::super::shown::{label, shown};
use super::super::{Context, Flaw};
use super::sets::many_classes;
use super::{Cues, Judged};
use crate::document::BlockKind;
use crate::facts::{Classes, Comparator, ConceptState, Measure, Passage, Role, Unit};
use crate::finding::{Evidence, Severity};
use crate::text::LineRange;

/// Above this share of the largest class accuracy says little.
const IMBALANCED: f64 = 0.8;
/// The least part of the errors of the trivial answer that a target should remove.
const LEAST_GAIN: f64 = 0.2;

/// Shares of classes, as far as the text gives them.
struct Shares {
    /// Each share with the words around it, which name its class.
    all: Vec<(f64, String)>,
    /// The text knows two classes only, so one share gives the other.
    two_classes: bool,
    evidence: Evidence,
}

/// A floor for accuracy is above the share of the largest class.
pub(super) fn above_majority(cx: &Context<'_>, _: &Cues) -> Judged {
    let mut judged = Judged::default();
    // Where nothing is told apart a single share is that of something else.
    let classifies = cx.facts.profile.tasks.iter().any(|task| cx.lexicon.classes(task).is_some());
    let stated: Vec<Shares> = shares(cx, mainly_two(cx)).collect();
    for floor in floors(cx) {
        let found = match choice(cx, floor) {
            Some(words) => of_choice(&stated, &words),
            None if classifies => stated.first().and_then(|shares| Some((shares, shares.majority(floor)?))),
            None => None,
        };
        let Some((shares, majority)) = found else { continue };
        judged.see(floor);
        let gain = (floor.quantity.ratio() - majority) / (1.0 - majority);
        let (case, severity) = match gain {
            gain if gain <= 0.0 => ("", None),
            gain if gain < LEAST_GAIN && !many_classes(cx) => ("weak", Some(Severity::Warning)),
            _ => continue,
        };
        let because = (shares.evidence.clone(), trivial(majority));
        judged.flaws.push(flaw(cx, floor, Some(because), case, severity));
    }
    judged
}

/// "Accuracy of the choice to answer or to decline": the words of a measure that is of one choice between two.
fn choice(cx: &Context<'_>, floor: &Measure) -> Option<Vec<String>> {
    const CHOICES: [&str; 8] = [" or not", "and not", "whether", "yes/no", "y/n", "choice", "decision", "distinction"];
    let block = cx.document.blocks.get(floor.block).filter(|block| matches!(block.kind, BlockKind::TableRow { .. }))?;
    let label = block.text.get(..floor.quantity.start)?.to_lowercase();
    let words = label.split(|c: char| !c.is_alphanumeric()).filter(|word| word.len() > 4).map(str::to_owned);
    CHOICES.iter().any(|word| label.contains(word)).then(|| words.collect())
}

/// The task that the document speaks of most has two classes; what else is classified has classes of its own.
fn mainly_two(cx: &Context<'_>) -> bool {
    !many_classes(cx)
        || cx.facts.profile.tasks.first().is_some_and(|task| cx.lexicon.classes(task) == Some(Classes::Two))
}

/// Accuracy does not stand alone where one class is rare. What guards a single class of many does not speak for the others.
pub(super) fn alone(cx: &Context<'_>, cues: &Cues) -> Judged {
    let floors: Vec<&Measure> = of_the_whole(floors(cx).collect());
    let is_companion = |measure: &Measure| {
        let metric = cx.lexicon.metric(&measure.metric);
        matches!(measure.role, Role::Target | Role::Poc)
            && measure.metric != "accuracy"
            && (measure.slice.is_none() || !many_classes(cx))
            && metric.is_some_and(|metric| {
                let has = |family: &str| metric.families.iter().any(|known| known == family);
                // What annotators reach among each other says nothing of the model.
                metric.quality && has("classification") && !has("agreement")
            })
    };
    let mut judged = Judged::default();
    for floor in &floors {
        judged.see(floor);
    }
    let Some(floor) = floors.first() else { return judged };
    if cx.facts.measures.iter().any(is_companion) {
        return judged;
    }
    let rare = || cx.document.content().any(|(_, block)| cues.all.first_in(&block.text).is_some());
    let found = match shares(cx, !many_classes(cx)).next() {
        Some(shares) => {
            let majority = shares.majority(floor).filter(|majority| *majority >= IMBALANCED);
            let says = majority.map(trivial).or_else(|| shares.uneven());
            says.map(|says| flaw(cx, floor, Some((shares.evidence.clone(), says)), "", None))
        }
        None => rare().then(|| flaw(cx, floor, None, "perhaps", Some(Severity::Warning))),
    };
    judged.flaws.extend(found);
    judged
}

/// Floors of the whole. Where all name one and the same thing, that is the part of the system which they measure; different names are
/// classes, each with a floor of its own.
fn of_the_whole(floors: Vec<&Measure>) -> Vec<&Measure> {
    let names: BTreeSet<&str> = floors.iter().filter_map(|floor| floor.slice.as_deref()).collect();
    let one_part = names.len() == 1 && floors.iter().all(|floor| floor.slice.is_some());
    floors.into_iter().filter(|floor| one_part || floor.slice.is_none()).collect()
}

/// What the trivial answer reaches where one thing is told from all others: by the share that is spoken of in the same words, or by the
/// only one.
fn of_choice<'a>(stated: &'a [Shares], words: &[String]) -> Option<(&'a Shares, f64)> {
    let said = |text: &str| words.iter().filter(|word| text.contains(word.trim_end_matches('s'))).count();
    let each =
        stated.iter().flat_map(|shares| shares.all.iter().map(move |(share, text)| (shares, *share, said(text))));
    let all: Vec<(&Shares, f64, usize)> = each.collect();
    // Of several the first: what follows may be a set that was made for training.
    let (shares, share, times) = all.iter().rev().max_by_key(|(.., times)| *times).copied()?;
    (all.len() == 1 || times > 0).then_some((shares, share.max(1.0 - share)))
}

fn trivial(majority: f64) -> String {
    format!("always answering with the most frequent class is right in {:.1} % of the cases", majority * 100.0)
}

impl Shares {
    /// What the trivial answer reaches on the data of `floor`. A share that is not given can only be larger, so the result is
    /// never too high where there are many classes.
    fn majority(&self, floor: &Measure) -> Option<f64> {
        let either = |share: f64| share.max(1.0 - share);
        if let Some(slice) = floor.slice.as_ref().filter(|_| !self.two_classes) {
            let words: Vec<&str> = slice.split(|c: char| !c.is_alphanumeric()).filter(|word| word.len() > 4).collect();
            let of_slice = self.all.iter().find(|(_, before)| words.iter().any(|word| before.contains(word)));
            return of_slice.map(|(share, _)| either(*share));
        }
        match self.all.as_slice() {
            [(only, _)] if self.two_classes => Some(either(*only)),
            [_] => None,
            many => {
                let rest = 1.0 - many.iter().map(|(share, _)| *share).sum::<f64>();
                let largest = many.iter().map(|(share, _)| *share).reduce(f64::max)?;
                // Rare things of one kind: the other class is all that is left.
                Some(if self.two_classes { largest.max(rest) } else { largest })
            }
        }
    }

    /// In words, when the largest class is many times the smallest.
    fn uneven(&self) -> Option<String> {
        let shares = || self.all.iter().map(|(share, _)| *share);
        let (low, high) = (shares().reduce(f64::min)?, shares().reduce(f64::max)?);
        let uneven = low > 0.0 && low <= 0.05 && high >= 8.0 * low;
        uneven.then(|| {
            format!(
                "the classes reach from {:.1} % to {:.1} %, so the small ones hardly count in it",
                low * 100.0,
                high * 100.0
            )
        })
    }
}

fn floors<'a>(cx: &Context<'a>) -> impl Iterator<Item = &'a Measure> {
    cx.facts.measures.iter().filter(|measure| {
        measure.metric == "accuracy"
            && matches!(measure.role, Role::Target | Role::Poc)
            && matches!(measure.comparator, Comparator::AtLeast | Comparator::MoreThan | Comparator::Equal)
            && !measure.relative
            && (0.0..=1.0).contains(&measure.quantity.ratio())
    })
}

/// The shares in each passage that states any.
fn shares<'a>(cx: &'a Context<'_>, two_classes: bool) -> impl Iterator<Item = Shares> + 'a {
    let fact = cx.facts.concepts.get("class-balance").filter(|fact| fact.state == ConceptState::Specified);
    // Where each number stands, by line: a document may speak of classes on every page.
    let all = cx.facts.quantities.iter().enumerate();
    let mut places: Vec<(LineRange, usize)> =
        all.map(|(at, quantity)| (cx.document.lines.range(quantity.span), at)).collect();
    places.sort_unstable();
    let passages = fact.into_iter().flat_map(|fact| &fact.passages);
    passages.filter(|passage| passage.state == ConceptState::Specified).filter_map(move |passage| {
        let mut all = Vec::new();
        let within = lines_of(passage, cx);
        let from = places.partition_point(|(lines, _)| lines.start < within.start);
        let near = places.iter().skip(from).take_while(|(lines, _)| lines.start <= within.end);
        let mut inside: Vec<usize> = near.filter(|(lines, _)| lines.end <= within.end).map(|(_, at)| *at).collect();
        inside.sort_unstable();
        for quantity in inside.into_iter().filter_map(|at| cx.facts.quantities.get(at)) {
            let share = quantity.ratio();
            let is_value = |measure: &Measure| measure.quantity.start == quantity.start;
            let is_share = matches!(quantity.unit, Unit::Percent | Unit::Plain)
                && share > 0.0
                && share < 1.0
                // What a metric reaches is no share of a class.
                && !cx.measures_in(quantity.block..=quantity.block).iter().any(is_value);
            if is_share && quantity.upper.is_none() {
                let block = cx.document.blocks.get(quantity.block);
                let before = block.and_then(|block| block.text.get(..quantity.start)).unwrap_or_default();
                // "82 % of the questions are answerable" names the class behind its share.
                let after = block.and_then(|block| block.text.get(quantity.end..)).unwrap_or_default();
                all.push((share, format!("{} {}", last_clause(before), first_clause(after)).to_lowercase()));
            }
        }
        (!all.is_empty()).then(|| Shares { all, two_classes, evidence: cx.evidence(passage.lines) })
    })
}

/// Bytes beside a share in which its class is named.
const BESIDE: usize = 200;
/// Marks that end a clause; those in numbers and in "E.2" have no space behind them and end nothing.
const ENDS: [&str; 5] = [". ", ", ", "; ", "| ", "\n"];

/// The clause at the end of a text.
fn last_clause(text: &str) -> &str {
    let near = text.get(text.floor_char_boundary(text.len().saturating_sub(BESIDE))..).unwrap_or_default();
    let trimmed = near.trim_end_matches(|c: char| c.is_whitespace() || matches!(c, ',' | '|'));
    let at = ENDS.iter().filter_map(|mark| trimmed.rfind(mark).map(|at| at + mark.len())).max();
    at.and_then(|at| trimmed.get(at..)).unwrap_or(trimmed)
}

/// The clause at the beginning of a text.
fn first_clause(text: &str) -> &str {
    let near = text.get(..text.floor_char_boundary(BESIDE.min(text.len()))).unwrap_or_default();
    let at = ENDS.iter().filter_map(|mark| near.find(mark)).min();
    at.and_then(|at| near.get(..at)).unwrap_or(near)
}

/// The lines of a passage; of a table all rows, since each row states one share.
fn lines_of(passage: &Passage, cx: &Context<'_>) -> LineRange {
    let table = match cx.document.blocks.get(passage.block).map(|block| &block.kind) {
        Some(BlockKind::TableRow { table, .. }) => cx.document.tables.get(*table),
        _ => None,
    };
    table.map_or(passage.lines, |table| cx.document.lines.range(table.span))
}

fn flaw(
    cx: &Context<'_>,
    floor: &Measure,
    because: Option<(Evidence, String)>,
    case: &'static str,
    severity: Option<Severity>,
) -> Flaw {
    let (related, calculation) = match because {
        Some((evidence, says)) => (vec![evidence], says),
        None => (Vec::new(), String::new()),
    };
    Flaw {
        case,
        severity,
        place: Some(cx.place_of(floor)),
        related,
        values: vec![("metric", label(floor)), ("value", shown(floor)), ("calculation", calculation)],
        ..Flaw::default()
    }
}
