//! Kind `measure`: is there a number of the right kind? Reads measures and mentions, and compares nothing.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::concept::LEVELS;
use super::names::is_known;
use super::{Answer, Check, Context, Flaw, Kind, Names};
use crate::document::Row;
use crate::facts::{ConceptFact, ConceptState, Measure, Passage, Role, sets_goal};
use crate::finding::{CheckState, Severity};
use crate::rules::fields::Fields;
use crate::rules::words::Phrases;
use crate::text::LineRange;

pub(super) const KIND: Kind = Kind {
    name: "measure",
    variables: &["metric", "value", "words", "task"],
    cases: &["vague", "elsewhere"],
    read: |fields, names| read(fields, names).map(|check| Arc::new(check) as Arc<dyn Check>),
};

/// Roles by the word that pages use.
const ROLES: &[(&str, Role)] = &[
    ("baseline", Role::Baseline),
    ("poc", Role::Poc),
    ("target", Role::Target),
    ("reported", Role::Reported),
    ("slo", Role::Slo),
    ("human", Role::Human),
    ("random", Role::Random),
    ("stretch", Role::Stretch),
    ("unknown", Role::Unknown),
];

/// Which measures are meant.
#[derive(Debug, Default)]
pub(super) struct Filter {
    /// Roles; empty for any.
    roles: Vec<Role>,
    /// Metrics; empty for any.
    metrics: Vec<String>,
    /// Families; empty for any.
    families: Vec<String>,
    /// Families that count only as a gate or target: how far people agree says nothing of a model.
    except: Vec<String>,
    /// Only families that can measure one of the document's tasks.
    of_task: bool,
    /// Business measures instead of the quality of a model.
    business: bool,
}

impl Filter {
    /// Reads the keys `roles`, `metrics`, `families` (`task` for those of the document), `except-families` and `business`.
    pub(super) fn read(fields: &Fields<'_>, names: &Names) -> Option<Self> {
        let faults = fields.faults();
        let roles: Vec<_> = fields
            .list("roles")
            .iter()
            .map(|word| {
                let found = ROLES.iter().find(|(name, _)| *name == word.text).map(|(_, role)| *role);
                if found.is_none() {
                    let known = ROLES.iter().map(|(name, _)| *name);
                    let advice = crate::rules::nearest::advice(&word.text, known);
                    faults.report("unknown-role", Some(word.spot), format!("there is no role `{}`", word.text), advice);
                }
                found
            })
            .collect();
        let metrics = fields.list("metrics");
        let families = fields.list("families");
        let of_task = families.iter().any(|word| word.text == "task");
        let families: Vec<_> = families.into_iter().filter(|word| word.text != "task").collect();
        let except = fields.list("except-families");
        let strange = metrics.iter().filter(|word| !is_known(word, "metric", &names.metrics, faults)).count();
        let strange = strange
            + families.iter().chain(&except).filter(|word| !is_known(word, "family", &names.families, faults)).count();
        let business = fields.flag("business");
        if strange > 0 {
            return None;
        }
        Some(Self {
            roles: roles.into_iter().collect::<Option<_>>()?,
            metrics: metrics.into_iter().map(|word| word.text).collect(),
            families: families.into_iter().map(|word| word.text).collect(),
            except: except.into_iter().map(|word| word.text).collect(),
            of_task,
            business,
        })
    }

    /// True for a measure that is meant.
    pub(super) fn matches(&self, measure: &Measure, cx: &Context<'_>) -> bool {
        let is_goal = matches!(measure.role, Role::Poc | Role::Target);
        (self.roles.is_empty() || self.roles.contains(&measure.role))
            && self.matches_metric(&measure.metric, cx)
            && (is_goal || !self.is_excepted(&measure.metric, cx))
    }

    fn is_excepted(&self, id: &str, cx: &Context<'_>) -> bool {
        let metric = cx.lexicon.metric(id);
        metric.is_some_and(|metric| metric.families.iter().any(|family| self.except.contains(family)))
    }

    /// True for a metric whose name alone is meant.
    fn matches_name(&self, id: &str, cx: &Context<'_>) -> bool {
        self.matches_metric(id, cx) && !self.is_excepted(id, cx)
    }

    /// True for a metric that is meant.
    fn matches_metric(&self, id: &str, cx: &Context<'_>) -> bool {
        let metric = cx.lexicon.metric(id);
        if !self.metrics.is_empty() && !self.metrics.iter().any(|name| name == id) {
            return false;
        }
        if self.business {
            return metric.is_none_or(|metric| !metric.quality);
        }
        let Some(metric) = metric.filter(|metric| metric.quality) else { return false };
        let in_families = |wanted: &[String]| metric.families.iter().any(|family| wanted.contains(family));
        if !self.families.is_empty() && !in_families(&self.families) {
            return false;
        }
        if !self.of_task {
            return true;
        }
        let tasks = cx.lexicon.tasks().iter().filter(|task| cx.facts.profile.tasks.contains(&task.id));
        let mut wanted = tasks.map(|task| task.families.as_slice()).peekable();
        wanted.peek().is_none() || wanted.any(in_families)
    }
}

#[derive(Debug)]
struct MeasureCheck {
    filter: Filter,
    /// The name of a metric is enough, a number is not needed.
    name_is_enough: bool,
    /// A concept whose presence makes an absent measure "mentioned".
    named_by: Vec<String>,
    /// A concept that does as well.
    or_concept: Vec<String>,
    /// Concepts with numbers of their own kind: where one of them is stated, and `or_concept` is not, a number is theirs.
    not_in: Vec<String>,
    /// Words that promise without a number.
    vague: Phrases,
    /// A metric that is named, or measured in another role, makes it "mentioned".
    near_is_mentioned: bool,
    /// The metric that the document speaks of most must be among those measured.
    key_metric: bool,
    mentioned: Option<Severity>,
    /// Severity of such words where it differs.
    vague_severity: Option<Severity>,
}

fn read(fields: &Fields<'_>, names: &Names) -> Option<MeasureCheck> {
    let filter = Filter::read(fields, names);
    let concepts = |key| -> Vec<String> {
        let words = fields.list(key).into_iter();
        words.filter(|word| is_known(word, "concept", &names.concepts, fields.faults())).map(|word| word.text).collect()
    };
    let (named_by, or_concept) = (concepts("named-by"), concepts("or-concept"));
    let vague = Phrases::new(fields.list("vague").iter().map(|word| word.text.as_str()));
    Some(MeasureCheck {
        name_is_enough: fields.flag("name-is-enough"),
        near_is_mentioned: fields.flag("near-is-mentioned"),
        key_metric: fields.flag("key-metric"),
        mentioned: fields.choice("mentioned", LEVELS).unwrap_or(Some(Severity::Warning)),
        vague_severity: fields.choice("vague-severity", LEVELS).flatten(),
        named_by,
        or_concept,
        not_in: concepts("not-in"),
        vague,
        filter: filter?,
    })
}

impl Check for MeasureCheck {
    fn wants(&self) -> bool {
        true
    }

    fn run(&self, cx: &Context<'_>) -> Vec<Answer> {
        let mut answer = Answer::new(None, CheckState::Specified);
        let theirs = self.numbers_of_others(cx);
        let measures = cx.facts.measures.iter().filter(|measure| self.filter.matches(measure, cx));
        let measures = measures.filter(|measure| !theirs.iter().any(|lines| lines.overlaps(measure.lines)));
        answer.evidence = measures.take(5).map(|measure| cx.evidence(measure.lines)).collect();
        if answer.evidence.is_empty() && self.name_is_enough {
            let named = cx.facts.mentions.iter().filter(|mention| self.filter.matches_name(&mention.metric, cx));
            answer.evidence = named.take(3).map(|mention| cx.evidence(mention.lines)).collect();
        }
        if answer.evidence.is_empty() {
            self.fall_back_on_concepts(&mut answer, cx);
        } else if let Some(key) = self.key_metric.then(|| self.forgotten_key(cx)).flatten() {
            answer.state = CheckState::Mentioned;
            answer.flaws.push(Flaw {
                case: "elsewhere",
                severity: self.mentioned,
                place: Some(cx.place_of(key)),
                values: vec![("metric", key.name.clone())],
                ..Flaw::default()
            });
        }
        vec![answer]
    }
}

/// Fewer mentions than this do not make a metric the key metric.
const KEY_MENTIONS: usize = 3;

/// A number stands where the passage says that one does: in it, and for the head of a table in each of its columns of goals. A column
/// of wishes ("high", "–") was left open.
fn has_value(passage: &Passage, cx: &Context<'_>) -> bool {
    let Some(table) = cx.document.tables.iter().find(|table| table.header_block == passage.block) else {
        return !cx.facts.quantities_of(passage.block).is_empty();
    };
    let is_open = |column: usize| {
        let sets_goal = table.header.get(column).is_some_and(|head| sets_goal(&head.text));
        let told = |row: &Row| {
            let Some(cell) = row.cells.get(column) else { return false };
            let mut numbers = cx.facts.quantities_of(row.block).iter();
            let text = cx.document.blocks.get(row.block).map_or("", |block| block.text.as_str());
            cell.text.split_whitespace().count() > WISH
                || numbers
                    .any(|number| text.get(number.start..number.end).is_some_and(|number| cell.text.contains(number)))
        };
        sets_goal && !table.rows.iter().any(told)
    };
    !(1..table.header.len()).any(is_open)
}

/// A cell with more words is no value that was left out.
const WISH: usize = 3;

impl MeasureCheck {
    /// A value of the key metric, when the document measures it for another purpose only (a baseline, a gate).
    fn forgotten_key<'a>(&self, cx: &Context<'a>) -> Option<&'a Measure> {
        let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
        for mention in cx.facts.mentions.iter().filter(|mention| self.filter.matches_name(&mention.metric, cx)) {
            *counts.entry(&mention.metric).or_default() += 1;
        }
        let (key, mentions) = counts.into_iter().max_by_key(|(_, mentions)| *mentions)?;
        let of_key = || cx.facts.measures.iter().filter(|measure| measure.metric == key);
        let other = |measure: &&Measure| matches!(measure.role, Role::Baseline | Role::Poc);
        let forgotten =
            mentions >= KEY_MENTIONS && !of_key().any(|measure| !other(&measure) && measure.role != Role::Slo);
        if forgotten { of_key().find(other) } else { None }
    }

    /// Lines whose numbers belong to something else: how far labels or runs may differ is no quality of the model.
    fn numbers_of_others(&self, cx: &Context<'_>) -> Vec<LineRange> {
        let lines_of = |ids: &[String]| -> Vec<LineRange> {
            let facts = ids.iter().filter_map(|id| cx.facts.concepts.get(id));
            let stated =
                facts.flat_map(|fact| &fact.passages).filter(|passage| passage.state >= ConceptState::Specified);
            stated.map(|passage| passage.lines).collect()
        };
        let own = lines_of(&self.or_concept);
        let mut theirs = lines_of(&self.not_in);
        theirs.retain(|lines| !own.iter().any(|own| own.overlaps(*lines)));
        theirs
    }

    fn fall_back_on_concepts(&self, answer: &mut Answer, cx: &Context<'_>) {
        let instead = self.or_concept.iter().filter_map(|id| cx.facts.concepts.get(id)).max_by_key(|fact| fact.state);
        let stands = |fact: &&ConceptFact| {
            fact.state == ConceptState::Waived
                || fact.state == ConceptState::Specified
                    && (self.name_is_enough || fact.passages.iter().any(|passage| has_value(passage, cx)))
        };
        if let Some(fact) = instead.filter(stands) {
            answer.evidence = fact.passages.iter().take(3).map(|passage| cx.evidence(passage.lines)).collect();
            if fact.state == ConceptState::Waived {
                answer.state = CheckState::Waived;
                answer.reason.clone_from(&fact.reason);
            }
            return;
        }
        let mut flaw = Flaw::whole();
        let named = self.named_by.iter().chain(&self.or_concept).filter_map(|id| cx.facts.concepts.get(id));
        let named = named.filter(|fact| fact.state >= ConceptState::Mentioned).find_map(|fact| fact.passages.first());
        let near = cx.facts.mentions.iter().find(|mention| self.filter.matches_name(&mention.metric, cx));
        answer.state = CheckState::Mentioned;
        if let Some((block, lines, words)) = self.vague_words(cx) {
            flaw.case = "vague";
            flaw.place = Some(cx.place(block, lines));
            flaw.values.push(("words", words));
        } else if let Some(passage) = named {
            flaw.case = "mentioned";
            flaw.place = Some(cx.place(passage.block, passage.lines));
            flaw.values.push(("cue", passage.cue.clone()));
        } else if let Some(near) = near.filter(|_| self.near_is_mentioned) {
            flaw.case = "elsewhere";
            flaw.place = Some(cx.place(near.block, near.lines));
        } else {
            answer.state = CheckState::Absent;
        }
        let task = cx.facts.profile.tasks.first().map(|task| task.replace('-', " "));
        flaw.values.push(("task", task.map_or_else(|| "the task".to_owned(), |task| format!("the task ({task})"))));
        if let Some(near) = near {
            flaw.values.push(("metric", near.metric.replace('-', " ")));
        }
        if answer.state == CheckState::Mentioned {
            flaw.severity = self.vague_severity.filter(|_| flaw.case == "vague").or(self.mentioned);
            answer.evidence = flaw.place.iter().map(|place| place.evidence.clone()).collect();
        }
        if answer.state == CheckState::Absent || self.mentioned.is_some() {
            answer.flaws.push(flaw);
        }
    }

    fn vague_words(&self, cx: &Context<'_>) -> Option<(usize, LineRange, String)> {
        cx.document.content().find_map(|(id, block)| {
            let found = block.sentences().find_map(|sentence| {
                let (start, end) = self.vague.first_in(sentence.text)?;
                Some((sentence.start + start, sentence.start + end))
            })?;
            let words = block.text.get(found.0..found.1)?.to_owned();
            Some((id, cx.document.lines.range(block.map.span(found.0, found.1)), words))
        })
    }
}
