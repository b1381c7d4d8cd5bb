//! Kinds of checks. A kind is one file: how its keys are read, and how it runs. A check reads facts and never the engine.

mod arithmetic;
mod aside;
mod aspects;
mod compared;
mod concept;
mod definition;
mod fit;
mod kpi;
mod level;
mod limit;
mod line;
mod mapped;
mod measure;
mod moot;
mod names;
mod pattern;
mod percentile;
mod preference;
mod question;
mod range;
mod requirement;
mod rivals;
mod scope;
mod section;
mod shown;
#[cfg(test)]
mod tests;
mod times;
mod variant;
mod volume;
mod weighed;
mod wording;

use std::cell::OnceCell;
use std::fmt::Debug;
use std::ops::RangeInclusive;
use std::sync::Arc;

pub(super) use names::{Names, is_known};

use super::fields::Fields;
use super::{Others, RuleKey};
use crate::document::{BlockId, Document, SectionId};
use crate::facts::{Facts, Lexicon, Linked, Measure};
use crate::finding::{CheckState, Evidence, Severity};
use crate::text::LineRange;

/// Every kind. To add one: a file, and a line here.
pub(super) const KINDS: &[Kind] = &[
    concept::KIND,
    measure::KIND,
    compared::KIND,
    range::KIND,
    wording::KIND,
    pattern::KIND,
    preference::KIND,
    arithmetic::KIND,
    section::KIND,
    aspects::KIND,
    percentile::KIND,
    limit::KIND,
    kpi::KIND,
    fit::KIND,
    definition::KIND,
    volume::KIND,
    question::KIND,
    mapped::KIND,
    requirement::REQUIREMENT,
    requirement::PLACEHOLDER,
    requirement::IDENTIFIER,
    requirement::KEYWORDS,
    requirement::ACRONYM,
    requirement::REFERENCE,
];

/// A kind of check.
#[derive(Debug)]
pub(super) struct Kind {
    /// The word after `kind:`.
    pub(super) name: &'static str,
    /// Names that messages may use besides `part`, `quote` and `cue`.
    pub(super) variables: &'static [&'static str],
    /// Cases with a message of their own, besides "absent" and "mentioned".
    pub(super) cases: &'static [&'static str],
    /// Reads the keys below `check:`; mistakes are reported on the way.
    pub(super) read: fn(&Fields<'_>, &Names) -> Option<Arc<dyn Check>>,
}

/// A check that can run.
pub trait Check: Debug + Send + Sync {
    /// Names of its parts; empty for a check that asks one thing.
    fn parts(&self) -> Vec<String> {
        Vec::new()
    }

    /// True when it asks for something that must be there: a text without it is flawed. False when it compares or forbids.
    fn wants(&self) -> bool {
        false
    }

    /// True when the text counts only below a heading of its own.
    fn is_headed(&self) -> bool {
        false
    }

    /// Other rules that it rests on.
    fn rests_on(&self) -> &[RuleKey] {
        &[]
    }

    /// Most flaws of one document that are told. A check collects no more than `Context::room` for so many.
    fn most(&self) -> usize {
        usize::MAX
    }

    /// Answers for every part, in the order of [`Check::parts`]; one answer without a part where there are none.
    fn run(&self, cx: &Context<'_>) -> Vec<Answer>;
}

/// What a check can see.
#[derive(Debug, Clone, Copy)]
pub struct Context<'a> {
    /// The document.
    pub document: &'a Document,
    /// What was read from it.
    pub facts: &'a Facts,
    /// The words it was read with.
    pub lexicon: &'a Lexicon,
    /// Documents that it leaves content to, as far as they were read.
    pub linked: &'a [Linked],
    /// What other rules say, for those that rest on them.
    pub others: Option<Others<'a>>,
    shared: &'a Shared<'a>,
    /// Other rules will take flaws out of what is collected.
    is_thinned: bool,
}

/// What several checks read of one document: read by the first that asks.
#[derive(Debug, Default)]
pub struct Shared<'a> {
    lines: OnceCell<Vec<line::Line<'a>>>,
}

impl<'a> Context<'a> {
    /// Everything that the checks of one document see.
    #[must_use]
    pub fn new(document: &'a Document, facts: &'a Facts, lexicon: &'a Lexicon, shared: &'a Shared<'a>) -> Self {
        Self { document, facts, lexicon, linked: &[], others: None, shared, is_thinned: false }
    }

    /// The same, with documents that this one leaves content to.
    #[must_use]
    pub fn with_linked(self, linked: &'a [Linked]) -> Self {
        Self { linked, ..self }
    }

    /// The same, with what other rules say.
    #[must_use]
    pub fn with_others(self, others: Others<'a>) -> Self {
        Self { others: Some(others), ..self }
    }

    /// The same, for a rule whose flaws are thinned out after it has run: what goes must not have taken the place of what stays.
    pub(super) fn thinned(self) -> Self {
        Self { is_thinned: true, ..self }
    }

    /// How many flaws are collected where at most `most` are told.
    fn room(&self, most: usize) -> usize {
        if self.is_thinned { most.saturating_mul(SPARE) } else { most }
    }
}

/// So many times more is collected where something is taken out again: bounded, for evidence is copied.
const SPARE: usize = 20;

impl<'a> Context<'a> {
    /// Lines of the document as evidence.
    #[must_use]
    pub fn evidence(&self, lines: LineRange) -> Evidence {
        Evidence::new(lines, self.document.line_text(lines)).said(&self.document.places)
    }

    /// Where lines begin, in words of the document's form: "line 7", "page 1".
    #[must_use]
    pub fn place_said(&self, lines: LineRange) -> String {
        self.document.places.say(LineRange::single(lines.start))
    }

    /// A place in a block.
    #[must_use]
    pub fn place(&self, block: BlockId, lines: LineRange) -> Place {
        let section = self.document.blocks.get(block).map_or(0, |block| block.section);
        Place { evidence: self.evidence(lines), section }
    }

    /// The measures of some blocks, from the first to the last: a law asks for those near one, never for all.
    #[must_use]
    pub fn measures_in(&self, blocks: RangeInclusive<BlockId>) -> &'a [Measure] {
        let all = &self.facts.measures;
        let from = all.partition_point(|measure| measure.block < *blocks.start());
        let to = all.partition_point(|measure| measure.block <= *blocks.end());
        all.get(from..to).unwrap_or_default()
    }

    /// The number of a measure as the text has it.
    #[must_use]
    pub fn written(&self, measure: &Measure) -> String {
        let block = self.document.blocks.get(measure.quantity.block);
        let text = block.and_then(|block| block.text.get(measure.quantity.start..measure.quantity.end));
        text.unwrap_or_default().to_owned()
    }

    /// The place of a measure.
    #[must_use]
    pub fn place_of(&self, measure: &Measure) -> Place {
        self.place(measure.block, measure.lines)
    }
}

/// A place that a finding points at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// Lines and words.
    pub evidence: Evidence,
    /// The section it stands in.
    pub section: SectionId,
}

/// The answer to one part of a check.
#[derive(Debug, Clone)]
pub struct Answer {
    /// The part, for checks with parts.
    pub part: Option<String>,
    /// How far the document goes.
    pub state: CheckState,
    /// Lines that prove it.
    pub evidence: Vec<Evidence>,
    /// Reason of a waiver, or why the check makes no sense here.
    pub reason: Option<String>,
    /// Another document that the content is deferred to.
    pub deferred_to: Option<String>,
    /// What to say about it.
    pub flaws: Vec<Flaw>,
}

impl Answer {
    /// An answer without anything to say.
    #[must_use]
    pub fn new(part: Option<&str>, state: CheckState) -> Self {
        Self {
            part: part.map(str::to_owned),
            state,
            evidence: Vec::new(),
            reason: None,
            deferred_to: None,
            flaws: Vec::new(),
        }
    }

    /// The check makes no sense here.
    #[must_use]
    pub fn not_applicable(reason: &str) -> Self {
        Self { reason: Some(reason.to_owned()), ..Self::new(None, CheckState::NotApplicable) }
    }
}

/// One thing to say. The page has the words, the engine makes the finding.
#[derive(Debug, Clone, Default)]
pub struct Flaw {
    /// The case: empty for "absent", `mentioned`, or a case of the kind.
    pub case: &'static str,
    /// Severity where it differs from the page's; never above it.
    pub severity: Option<Severity>,
    /// Where; `None` where nothing can be pointed at.
    pub place: Option<Place>,
    /// Other places that belong to it.
    pub related: Vec<Evidence>,
    /// Values for the message.
    pub values: Vec<(&'static str, String)>,
    /// It is a flaw of the document as a whole (something is missing): it stays the same flaw whichever line stands for it.
    pub is_whole: bool,
}

impl Flaw {
    /// A flaw of the document as a whole.
    #[must_use]
    pub fn whole() -> Self {
        Self { is_whole: true, ..Self::default() }
    }
}

/// One step less severe; advice stays advice.
#[must_use]
pub fn one_less(severity: Severity) -> Severity {
    match severity {
        Severity::Error => Severity::Warning,
        Severity::Warning | Severity::Info => Severity::Info,
    }
}
