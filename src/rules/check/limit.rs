//! Kind `limit`: a metric that is named must have a limit somewhere. Reads mentions, measures, and numbers near the name.

use std::sync::Arc;

use super::names::is_known;
use super::scope::{MOST_PASSAGES, around};
use super::shown::{label, shown};
use super::{Answer, Check, Context, Flaw, Kind, Names};
use crate::document::{BlockId, BlockKind};
use crate::facts::{Comparator, ConceptState, Measure, Quantity, Unit};
use crate::finding::{CheckState, Severity};
use crate::rules::fields::{Fields, Word};
use crate::rules::words::{Phrases, tokens};
use crate::text::{LineRange, Span};

pub(super) const KIND: Kind = Kind {
    name: "limit",
    variables: &["metric", "value"],
    cases: &["raw"],
    read: |fields, names| read(fields, names).map(|check| Arc::new(check) as Arc<dyn Check>),
};

/// A bare share below this is taken for the size of a sample, not for a limit.
const SHARE: f64 = 0.5;
/// A class with a smaller share is rare.
const RARE: f64 = 0.2;

#[derive(Debug)]
struct Limit {
    families: Vec<String>,
    /// Further names of what must have a limit.
    terms: Phrases,
    /// A procedure that does without a limit, around the name.
    except: Phrases,
    /// Metrics that rare classes push up by themselves.
    raw: Vec<String>,
}

fn read(fields: &Fields<'_>, names: &Names) -> Option<Limit> {
    let faults = fields.faults();
    let phrases = |key| Phrases::new(fields.list(key).iter().map(|word| word.text.as_str()));
    let family = |word: &Word| is_known(word, "family", &names.families, faults);
    let metric = |word: &Word| is_known(word, "metric", &names.metrics, faults);
    let families: Vec<String> = fields.list("families").into_iter().filter(family).map(|word| word.text).collect();
    let raw = fields.list("raw").into_iter().filter(metric).map(|word| word.text).collect();
    let (terms, except) = (phrases("terms"), phrases("except"));
    if families.is_empty() {
        let advice = "list the families of metrics that need a limit";
        faults.report("missing-key", Some(fields.spot()), "this check has no `families`", advice);
        return None;
    }
    Some(Limit { families, terms, except, raw })
}

/// A place where the metric is named.
struct Named {
    block: BlockId,
    lines: LineRange,
    words: String,
}

impl Check for Limit {
    fn run(&self, cx: &Context<'_>) -> Vec<Answer> {
        let measured: Vec<&Measure> = cx.facts.measures.iter().filter(|m| self.is_meant(&m.metric, cx)).collect();
        let named = self.named(cx);
        let Some(first) = named.first() else {
            return vec![Answer::not_applicable("no metric of the kind is named")];
        };
        let mut answer = Answer::new(None, CheckState::Specified);
        answer.evidence = named.iter().take(3).map(|named| cx.evidence(named.lines)).collect();
        if !measured.is_empty() {
            answer.flaws.extend(self.raw_share(&measured, cx));
            return vec![answer];
        }
        if named.iter().take(MOST_PASSAGES).any(|named| has_limit(named, cx) || self.does_without(named.block, cx)) {
            return vec![answer];
        }
        answer.state = CheckState::Mentioned;
        answer.flaws.push(Flaw {
            place: Some(cx.place(first.block, first.lines)),
            values: vec![("metric", first.words.clone())],
            ..Flaw::whole()
        });
        vec![answer]
    }
}

impl Limit {
    fn is_meant(&self, id: &str, cx: &Context<'_>) -> bool {
        cx.lexicon.metric(id).is_some_and(|metric| metric.families.iter().any(|family| self.families.contains(family)))
    }

    fn named(&self, cx: &Context<'_>) -> Vec<Named> {
        let mentions = cx.facts.mentions.iter().filter(|mention| self.is_meant(&mention.metric, cx));
        let mut named: Vec<Named> = mentions
            .filter(|mention| !is_denied(mention.block, mention.span, cx))
            .map(|mention| {
                let words = mention.span.of(&cx.document.source).to_owned();
                Named { block: mention.block, lines: mention.lines, words }
            })
            .collect();
        for (id, block) in cx.document.content().filter(|(_, block)| block.kind != BlockKind::Heading) {
            if let Some((start, end)) = self.terms.first_in(&block.text) {
                if is_denied(id, block.map.span(start, end), cx) {
                    continue;
                }
                let lines = cx.document.lines.range(block.map.span(start, end));
                let words = block.text.get(start..end).unwrap_or_default().to_owned();
                named.push(Named { block: id, lines, words });
            }
        }
        named
    }

    fn does_without(&self, block: BlockId, cx: &Context<'_>) -> bool {
        let blocks = around(block, cx);
        let mut texts = blocks.iter().filter_map(|id| cx.document.blocks.get(*id));
        texts.any(|block| self.except.first_in(&block.text).is_some())
    }

    /// A raw share of agreement where one class is rare: most of it comes about by chance.
    fn raw_share(&self, measured: &[&Measure], cx: &Context<'_>) -> Option<Flaw> {
        let raw = measured.iter().find(|measure| self.raw.contains(&measure.metric))?;
        let corrected = |id: &str| self.is_meant(id, cx) && !self.raw.iter().any(|raw| raw == id);
        if cx.facts.mentions.iter().any(|mention| corrected(&mention.metric)) {
            return None;
        }
        let fact = cx.facts.concepts.get("class-balance").filter(|fact| fact.state == ConceptState::Specified)?;
        let passage = fact.passages.iter().find(|passage| passage.state == ConceptState::Specified)?;
        let rare = cx.facts.quantities.iter().find(|quantity| {
            let share = quantity.ratio();
            quantity.block == passage.block && quantity.unit == Unit::Percent && share > 0.0 && share <= RARE
        })?;
        Some(Flaw {
            case: "raw",
            severity: Some(Severity::Info),
            place: Some(cx.place_of(raw)),
            related: vec![cx.evidence(cx.document.lines.range(rare.span))],
            values: vec![("metric", label(raw)), ("value", shown(raw))],
            ..Flaw::default()
        })
    }
}

/// True when "no" or "without" stands right before the name: what is left out needs no limit.
fn is_denied(block: BlockId, name: Span, cx: &Context<'_>) -> bool {
    let Some(from) = cx.document.blocks.get(block).map(|block| block.span) else { return false };
    let before = Span::new(from.start(), name.start()).of(&cx.document.source);
    let words = tokens(before);
    let near = words.iter().rev().take(3).map(|word| word.text.to_lowercase());
    near.into_iter().any(|word| matches!(word.as_str(), "no" | "not" | "without" | "neither" | "nor"))
}

/// True when the block, what it leads or what follows it has a number that can be a limit.
fn has_limit(named: &Named, cx: &Context<'_>) -> bool {
    let block = named.block;
    // Of a paragraph only the sentence with the name and the next one speak of it.
    let here = |quantity: &Quantity| {
        let Some(of) = cx.document.blocks.get(block) else { return false };
        let at = of.text.find(named.words.as_str()).unwrap_or_default();
        let all: Vec<(usize, usize)> = of.sentences().map(|s| (s.start, s.start + s.text.len())).collect();
        let number = |at: usize| all.iter().position(|(start, end)| (*start..*end).contains(&at)).unwrap_or_default();
        let (name, value) = (number(at), number(quantity.start));
        value == name || value == name + 1
    };
    let section = |id: BlockId| cx.document.blocks.get(id).map(|block| block.section);
    let follows = |id: BlockId| id == block + 1 && section(id) == section(block);
    let led = |id: BlockId| {
        let other = cx.document.blocks.get(id);
        other.is_some_and(|other| {
            other.lead == Some(block) || matches!(other.kind, BlockKind::Item { parent, .. } if parent == Some(block))
        })
    };
    cx.facts.quantities.iter().any(|quantity| {
        (quantity.block == block && here(quantity) || follows(quantity.block) || led(quantity.block))
            && is_limit(quantity)
    })
}

fn is_limit(quantity: &Quantity) -> bool {
    let bounded = matches!(
        quantity.comparator,
        Some(Comparator::AtLeast | Comparator::MoreThan | Comparator::AtMost | Comparator::LessThan)
    );
    match quantity.unit {
        Unit::Plain => bounded || quantity.value > 0.0 && quantity.value < 1.0,
        Unit::Percent => bounded || quantity.ratio() >= SHARE,
        Unit::Points => true,
        Unit::Times | Unit::Money(_) | Unit::Duration | Unit::Date | Unit::Count(_) => false,
    }
}
