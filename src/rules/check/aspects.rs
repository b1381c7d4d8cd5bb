//! Kind `aspects`: does a passage say everything that makes its subject usable? Looks around passages of a concept, or around
//! phrases, and names the aspects that nobody mentions there. Knows no subject of its own.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::names::is_known;
use super::scope::{MOST_PASSAGES, around, close};
use super::{Answer, Check, Context, Flaw, Kind, Names};
use crate::document::{Block, BlockId, BlockKind};
use crate::facts::{Comparator, ConceptState, Quantity, Term, Unit};
use crate::finding::CheckState;
use crate::rules::fields::{Fields, Word};
use crate::rules::words::Phrases;
use crate::text::LineRange;

pub(super) const KIND: Kind = Kind {
    name: "aspects",
    variables: &["missing", "cue"],
    cases: &[],
    read: |fields, names| read(fields, names).map(|check| Arc::new(check) as Arc<dyn Check>),
};

#[derive(Debug)]
struct Aspects {
    /// The passages of this concept are looked at, where it is named at least.
    concept: Option<String>,
    /// Words of which a passage of the concept must hold one; without any, all passages are looked at.
    named: Phrases,
    /// Phrases whose sentences are looked at.
    terms: Phrases,
    /// Words that take the meaning of a phrase away, in its sentence.
    except: Phrases,
    /// Concepts that settle the question wherever they are specified.
    settled_by: Vec<String>,
    /// What a passage should say.
    asked: Vec<Aspect>,
    /// Sets of aspects each of which is enough.
    enough: Vec<Vec<String>>,
}

#[derive(Debug)]
struct Aspect {
    name: String,
    words: Phrases,
    /// What counts besides words.
    signs: Vec<Sign>,
    /// It helps, but nobody is told that it is missing.
    is_silent: bool,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Sign {
    /// Any number but a date.
    Number,
    /// A number that bounds something.
    Limit,
    /// A date or quarter.
    Date,
    /// The name of a metric.
    Metric,
    /// A word of a list in `signals.toml`.
    Signal(String),
}

fn read(fields: &Fields<'_>, names: &Names) -> Option<Aspects> {
    let faults = fields.faults();
    let concepts = |key: &'static str| -> Vec<String> {
        let known = |word: &Word| is_known(word, "concept", &names.concepts, faults);
        fields.list(key).into_iter().filter(known).map(|word| word.text).collect()
    };
    let phrases = |key| Phrases::new(fields.list(key).iter().map(|word| word.text.as_str()));
    let silent: BTreeSet<String> = fields.list("silent").into_iter().map(|word| word.text).collect();
    let mut aspects = Vec::new();
    if let Some(table) = fields.table("aspects") {
        for (name, node) in table.pairs() {
            let (signs, words): (Vec<Word>, Vec<Word>) =
                table.words(&name.text, node).into_iter().partition(|word| word.text.starts_with('@'));
            let signs = signs.iter().filter_map(|word| sign(word, names, fields)).collect();
            let words = Phrases::new(words.iter().map(|word| word.text.as_str()));
            aspects.push(Aspect { is_silent: silent.contains(&name.text), name: name.text, words, signs });
        }
    }
    let mut enough = Vec::new();
    for word in fields.list("enough") {
        let set: Vec<String> = word.text.split('+').map(|name| name.trim().to_owned()).collect();
        for name in set.iter().filter(|name| !aspects.iter().any(|aspect| aspect.name == **name)) {
            let known = aspects.iter().map(|aspect| aspect.name.as_str());
            let advice = crate::rules::nearest::advice(name, known);
            faults.report("unknown-aspect", Some(word.spot), format!("there is no aspect `{name}`"), advice);
        }
        enough.push(set);
    }
    let concept = concepts("concept").into_iter().next();
    let (named, terms, except) = (phrases("named"), phrases("terms"), phrases("except"));
    let settled_by = concepts("settled-by");
    if fields.get("concept").is_none() && terms.is_empty() {
        let advice = "add `concept: id` or `terms: [phrases]`";
        faults.report("missing-key", Some(fields.spot()), "this check has nothing to look for", advice);
        return None;
    }
    if aspects.iter().all(|aspect| aspect.is_silent) {
        let advice = "add `aspects: {name: [phrases]}`";
        faults.report("missing-key", Some(fields.spot()), "this check asks for no aspect", advice);
        return None;
    }
    Some(Aspects { concept, named, terms, except, settled_by, asked: aspects, enough })
}

fn sign(word: &Word, names: &Names, fields: &Fields<'_>) -> Option<Sign> {
    Some(match word.text.trim_start_matches('@') {
        "number" => Sign::Number,
        "limit" => Sign::Limit,
        "calendar" => Sign::Date,
        "metric" => Sign::Metric,
        name => {
            let word = Word { text: name.to_owned(), spot: word.spot };
            return is_known(&word, "signal", &names.signals, fields.faults()).then_some(Sign::Signal(word.text));
        }
    })
}

/// A passage that the check begins at.
struct Start {
    block: BlockId,
    lines: LineRange,
    cue: String,
}

impl Check for Aspects {
    fn run(&self, cx: &Context<'_>) -> Vec<Answer> {
        let mut answer = Answer::new(None, CheckState::Specified);
        let starts = self.starts(cx);
        let Some(first) = starts.first() else {
            return vec![Answer::not_applicable("the text does not speak of it")];
        };
        let fact = |id: &String| cx.facts.concepts.get(id).filter(|fact| fact.state >= ConceptState::Specified);
        if let Some(fact) = self.settled_by.iter().find_map(fact) {
            answer.evidence = fact.passages.iter().take(3).map(|passage| cx.evidence(passage.lines)).collect();
            return vec![answer];
        }
        answer.evidence = starts.iter().take(3).map(|start| cx.evidence(start.lines)).collect();
        // Where a concept is a name only, each passage speaks for itself: what stands nearby belongs to something else.
        let is_name = self.concept.as_ref().is_some_and(|id| cx.facts.state(id) == ConceptState::Mentioned);
        let near = starts.iter().take(MOST_PASSAGES);
        let scopes: Vec<BTreeSet<BlockId>> = if is_name {
            near.map(|start| close(start.block, cx)).collect()
        } else {
            vec![near.flat_map(|start| around(start.block, cx)).collect()]
        };
        let founds: Vec<BTreeSet<&str>> = scopes.iter().map(|scope| self.found(scope, cx)).collect();
        if founds.iter().any(|found| self.is_enough(found)) {
            return vec![answer];
        }
        let missing: Vec<&str> = founds.first().map(|found| self.missing(found)).unwrap_or_default();
        answer.state = CheckState::Mentioned;
        answer.flaws.push(Flaw {
            place: Some(cx.place(first.block, first.lines)),
            values: vec![("missing", listed(&missing)), ("cue", first.cue.clone())],
            ..Flaw::whole()
        });
        vec![answer]
    }
}

impl Aspects {
    fn missing(&self, found: &BTreeSet<&str>) -> Vec<&str> {
        let asked = self.asked.iter().filter(|aspect| !aspect.is_silent && !found.contains(aspect.name.as_str()));
        asked.map(|aspect| aspect.name.as_str()).collect()
    }

    fn is_enough(&self, found: &BTreeSet<&str>) -> bool {
        let all = |set: &Vec<String>| set.iter().all(|name| found.contains(name.as_str()));
        self.missing(found).is_empty() || self.enough.iter().any(all)
    }

    fn starts(&self, cx: &Context<'_>) -> Vec<Start> {
        let fact = self.concept.as_ref().and_then(|id| cx.facts.concepts.get(id));
        let fact = fact.filter(|fact| matches!(fact.state, ConceptState::Mentioned | ConceptState::Specified));
        let is_named = |id: BlockId| {
            let block = cx.document.blocks.get(id);
            let titles = block.map(|block| cx.document.heading_path(block.section)).unwrap_or_default();
            let mut texts = titles.iter().map(String::as_str).chain(block.map(|block| block.text.as_str()));
            self.named.is_empty() || texts.any(|text| self.named.first_in(text).is_some())
        };
        let passages = fact.into_iter().flat_map(|fact| &fact.passages).filter(|passage| is_named(passage.block));
        let mut starts: Vec<Start> = passages
            .map(|passage| Start { block: passage.block, lines: passage.lines, cue: passage.cue.clone() })
            .collect();
        if self.terms.is_empty() {
            return starts;
        }
        let is_text = |block: &Block| !matches!(block.kind, BlockKind::Fence { .. } | BlockKind::Heading);
        for (id, block) in cx.document.content().filter(|(_, block)| is_text(block)) {
            for sentence in block.sentences() {
                let Some((start, end)) = self.terms.first_in(sentence.text) else { continue };
                if self.except.first_in(sentence.text).is_some() {
                    continue;
                }
                let span = block.map.span(sentence.start + start, sentence.start + end);
                let cue = sentence.text.get(start..end).unwrap_or_default().to_owned();
                starts.push(Start { block: id, lines: cx.document.lines.range(span), cue });
            }
        }
        starts
    }

    /// Names of the aspects that stand anywhere in the scope.
    fn found(&self, scope: &BTreeSet<BlockId>, cx: &Context<'_>) -> BTreeSet<&str> {
        let mut signals: BTreeSet<&str> = BTreeSet::new();
        let wanted = self.asked.iter().flat_map(|aspect| &aspect.signs).any(|sign| matches!(sign, Sign::Signal(_)));
        let texts: Vec<&str> =
            scope.iter().filter_map(|id| cx.document.blocks.get(*id)).map(|block| block.text.as_str()).collect();
        if wanted {
            for term in texts.iter().flat_map(|text| cx.lexicon.scan_text(text)) {
                if let Term::Signal(number) = term
                    && let Some(signal) = cx.lexicon.signals().get(number)
                {
                    signals.insert(&signal.id);
                }
            }
        }
        let quantities: Vec<&Quantity> =
            cx.facts.quantities.iter().filter(|quantity| scope.contains(&quantity.block)).collect();
        let metric = cx.facts.mentions.iter().any(|mention| scope.contains(&mention.block));
        let holds = |sign: &Sign| match sign {
            Sign::Number => quantities.iter().any(|quantity| quantity.unit != Unit::Date),
            Sign::Limit => quantities.iter().any(|quantity| bounds(quantity)),
            Sign::Date => quantities.iter().any(|quantity| quantity.unit == Unit::Date),
            Sign::Metric => metric,
            Sign::Signal(id) => signals.contains(id.as_str()),
        };
        let stands = |aspect: &&Aspect| {
            aspect.signs.iter().any(holds) || texts.iter().any(|text| aspect.words.first_in(text).is_some())
        };
        self.asked.iter().filter(stands).map(|aspect| aspect.name.as_str()).collect()
    }
}

/// True for a number that can be crossed: a bound, points, a factor, or a share.
fn bounds(quantity: &Quantity) -> bool {
    let bound = [Comparator::AtLeast, Comparator::MoreThan, Comparator::AtMost, Comparator::LessThan];
    let is_level = !matches!(quantity.unit, Unit::Date | Unit::Duration | Unit::Count(_));
    quantity.comparator.is_some_and(|comparator| bound.contains(&comparator)) && quantity.unit != Unit::Date
        || matches!(quantity.unit, Unit::Points | Unit::Times | Unit::Percent)
        || is_level && quantity.value > 0.0 && quantity.value < 1.0
}

/// "a", "a and b", "a, b and c".
pub(super) fn listed(names: &[&str]) -> String {
    match names {
        [] => String::new(),
        [only] => (*only).to_owned(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_read_as_a_person_writes_them() {
        assert_eq!(listed(&[]), "");
        assert_eq!(listed(&["limit"]), "limit");
        assert_eq!(listed(&["groups", "limit", "owner"]), "groups, limit and owner");
    }
}
