//! Metrics with their values: which metric, for what, how much, and what the number is for. Never judges a value.

mod above;
mod abreast;
mod column;
mod context;
mod distance;
mod echo;
mod fence;
mod gap;
mod goal;
mod heading_cell;
mod identifier;
mod joint;
mod kpi;
mod name;
mod order;
mod own;
mod pair;
mod purpose;
mod qualifier;
mod role;
mod sentence;
mod slice;
mod spoken;
mod subject;
mod table;
mod wording;

use super::{Comparator, Hit, Lexicon, Metric, Quantity};
use crate::document::{Block, BlockId, BlockKind, Document, SectionId, TableId};
use crate::text::{LineRange, Span};
use std::cell::OnceCell;
use std::collections::BTreeSet;

/// What a number is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Role {
    /// Where the present way of working, or a simple method, stands.
    Baseline,
    /// The gate of a proof of concept.
    Poc,
    /// What must be reached to go live.
    Target,
    /// A result.
    Reported,
    /// A limit in operation: alert, decay, service level.
    Slo,
    /// What people reach.
    Human,
    /// What chance reaches.
    Random,
    /// A wish beyond the target.
    Stretch,
    /// Nothing says what it is for.
    Unknown,
}

impl Role {
    /// The word used in reports.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Baseline => "baseline",
            Self::Poc => "poc",
            Self::Target => "target",
            Self::Reported => "reported",
            Self::Slo => "slo",
            Self::Human => "human",
            Self::Random => "random",
            Self::Stretch => "stretch",
            Self::Unknown => "unknown",
        }
    }
}

/// A metric with a value.
#[derive(Debug, Clone, PartialEq)]
pub struct Measure {
    /// Id of the metric in the lexicon (`recall`), or `kpi` for a business measure that is no metric of a model.
    pub metric: String,
    /// The name as written ("first-contact resolution").
    pub name: String,
    /// Class, group or part it is taken over ("Security & Outage"), folded to lower case.
    pub slice: Option<String>,
    /// `macro`, `micro`, `weighted`, …
    pub averaging: Option<String>,
    /// Condition that is part of the metric: `@10`, `IoU 0.5`, `p95`, "at 5 % FPR".
    pub at: Option<String>,
    /// Comparator: as written, else from the direction of the metric for targets and gates, else `Equal`.
    pub comparator: Comparator,
    /// The number.
    pub quantity: Quantity,
    /// What the number is for.
    pub role: Role,
    /// Step on the way that the value belongs to, in lower case: `poc`, `pilot`, `mvp`, `minimum`, `v2`. `None` is the launch itself.
    /// Values of different phases do not contradict each other.
    pub phase: Option<String>,
    /// Data set it is measured on, if named beside it.
    pub dataset: Option<String>,
    /// A change ("+5 points", "20 % lower than today") and not a level.
    pub relative: bool,
    /// True when an explicit word, header or heading gave the role; false when it was inferred.
    pub role_is_explicit: bool,
    /// The block it stands in.
    pub block: BlockId,
    /// From the metric's name to the number, in the source.
    pub span: Span,
    /// Lines of the number.
    pub lines: LineRange,
}

impl Measure {
    /// Same metric, slice, averaging, condition and scale: values that may be compared.
    #[must_use]
    pub fn same_key(&self, other: &Measure) -> bool {
        self.metric == other.metric
            && self.slice == other.slice
            && self.averaging == other.averaging
            && self.at == other.at
            && self.relative == other.relative
            && self.quantity.unit.scale() == other.quantity.unit.scale()
            && (self.metric != "kpi" || self.name.eq_ignore_ascii_case(&other.name))
    }
}

/// The name of a metric, found in the text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mention {
    /// Id of the metric.
    pub metric: String,
    /// The block.
    pub block: BlockId,
    /// Place in the source.
    pub span: Span,
    /// Lines.
    pub lines: LineRange,
}

/// Measures, mentions, what rows of tables measure under names of their own, and what stayed unread.
#[must_use]
pub fn measures(
    document: &Document,
    lexicon: &Lexicon,
    hits: &[Hit],
    quantities: &[Quantity],
) -> (Vec<Measure>, Vec<Mention>, Vec<Measure>, Unread) {
    let reader = Reader::new(document, lexicon, hits, quantities);
    let mut found = Found::default();
    for (id, block) in document.content() {
        match &block.kind {
            BlockKind::Fence { .. } => fence::read(&reader, id, &mut found),
            BlockKind::TableRow { .. } | BlockKind::Heading => {}
            _ => sentence::read_block(&reader, id, &mut found),
        }
    }
    for table in &document.tables {
        table::read(&reader, table, &mut found);
    }
    kpi::read(&reader, &mut found);
    found.measures.sort_by_key(|measure| (measure.block, measure.quantity.start, measure.span));
    purpose::settle(&mut found.measures);
    slice::join_only_part(&reader, &mut found.measures);
    let mentions = mentions(&reader, &found.measures);
    let own = own::read(&reader, &found.measures);
    let unread = Unread { open: found.open, long: found.long, wide: found.wide };
    (found.measures, mentions, own, unread)
}

/// What is being collected.
#[derive(Debug, Default)]
struct Found {
    measures: Vec<Measure>,
    /// Numbers beside a name that could not be tied to it.
    open: usize,
    /// Sentences that name a metric and are too long to be read.
    long: usize,
    /// Tables that have too many columns to be read.
    wide: usize,
}

/// What stayed unread.
#[derive(Debug, Clone, Copy, Default)]
pub struct Unread {
    /// Numbers beside a name that could not be tied to it.
    pub open: usize,
    /// Sentences that name a metric and are too long to be read.
    pub long: usize,
    /// Tables that have too many columns to be read.
    pub wide: usize,
}

/// The document with everything that was found in each block.
struct Reader<'a> {
    document: &'a Document,
    lexicon: &'a Lexicon,
    quantities: Vec<&'a [Quantity]>,
    names: Vec<Vec<name::Name>>,
    said: Said,
}

/// What headings and leads say, once it was asked: many blocks stand below one.
struct Said {
    /// The section whose heading is the title of the document.
    title: Option<SectionId>,
    headings: Vec<OnceCell<Option<role::Cue>>>,
    goals: Vec<OnceCell<bool>>,
    leads: Vec<OnceCell<Option<role::Cue>>>,
}

impl Said {
    fn new(document: &Document) -> Self {
        let (sections, blocks) = (document.sections.len(), document.blocks.len());
        Self {
            title: context::title(document),
            headings: vec![OnceCell::new(); sections],
            goals: vec![OnceCell::new(); sections],
            leads: vec![OnceCell::new(); blocks],
        }
    }
}

impl<'a> Reader<'a> {
    fn new(document: &'a Document, lexicon: &'a Lexicon, hits: &[Hit], quantities: &'a [Quantity]) -> Self {
        let of_block = |id: BlockId| {
            let from = quantities.partition_point(|quantity| quantity.block < id);
            let to = quantities.partition_point(|quantity| quantity.block <= id);
            quantities.get(from..to).unwrap_or_default()
        };
        let names_of = |id: BlockId, text: &str| {
            let from = hits.partition_point(|hit| hit.block < id);
            let to = hits.partition_point(|hit| hit.block <= id);
            name::names(text, hits.get(from..to).unwrap_or_default(), lexicon)
        };
        Self {
            document,
            lexicon,
            said: Said::new(document),
            quantities: (0..document.blocks.len()).map(of_block).collect(),
            names: {
                let mut names: Vec<Vec<name::Name>> =
                    document.blocks.iter().enumerate().map(|(id, block)| names_of(id, &block.text)).collect();
                identifier::drop_names(document, &mut names);
                names
            },
        }
    }

    fn block(&self, id: BlockId) -> Option<&'a Block> {
        self.document.blocks.get(id)
    }

    fn text(&self, id: BlockId) -> &'a str {
        self.block(id).map_or("", |block| block.text.as_str())
    }

    fn names(&self, id: BlockId) -> &[name::Name] {
        self.names.get(id).map_or(&[], Vec::as_slice)
    }

    fn quantities(&self, id: BlockId) -> &'a [Quantity] {
        self.quantities.get(id).copied().unwrap_or_default()
    }

    /// Names that begin and end within a stretch of a block's text.
    fn names_in(&self, id: BlockId, start: usize, end: usize) -> &[name::Name] {
        let all = self.names(id);
        let from = all.partition_point(|name| name.start < start);
        let to = all.partition_point(|name| name.end <= end);
        all.get(from..to.max(from)).unwrap_or_default()
    }

    /// Numbers that begin and end within a stretch of a block's text.
    fn quantities_in(&self, id: BlockId, start: usize, end: usize) -> &'a [Quantity] {
        let all = self.quantities(id);
        let from = all.partition_point(|quantity| quantity.start < start);
        let to = all.partition_point(|quantity| quantity.end <= end);
        all.get(from..to.max(from)).unwrap_or_default()
    }

    fn metric(&self, name: &name::Name) -> Option<&'a Metric> {
        self.lexicon.metrics().get(name.metric)
    }

    /// Source span from one place of a block's text to another.
    fn span(&self, id: BlockId, start: usize, end: usize) -> Span {
        self.block(id).map_or_else(Span::default, |block| block.map.span(start, end))
    }
}

/// Everything that is known of a measure before it is written down.
struct Draft<'a> {
    name: &'a name::Name,
    /// The block of the name: the header's, where the header names the metric.
    name_block: BlockId,
    quantity: Quantity,
    around: slice::Around,
    at: Option<String>,
    ruling: purpose::Ruling,
    relative: bool,
}

impl Reader<'_> {
    fn finish(&self, draft: Draft<'_>) -> Option<Measure> {
        let metric = self.metric(draft.name)?;
        let Draft { name, name_block, quantity, around, at, ruling, relative } = draft;
        let ruling = purpose::fitting(metric, ruling);
        let block = quantity.block;
        let written = self.text(name_block).get(name.start..name.end).unwrap_or_default().to_owned();
        let span = if name_block == block {
            let (start, end) = (name.start.min(quantity.start), name.end.max(quantity.end));
            self.span(block, start, end)
        } else {
            quantity.span
        };
        let comparator = purpose::comparator(metric, ruling.role, &quantity, ruling.flipped);
        Some(Measure {
            metric: metric.id.clone(),
            name: written,
            slice: around.slice,
            averaging: name.averaging.clone(),
            at: at.or_else(|| name.at.clone()),
            comparator,
            role: ruling.role,
            phase: ruling.phase,
            dataset: around.dataset,
            relative,
            role_is_explicit: ruling.explicit,
            block,
            span,
            lines: self.document.lines.range(quantity.span),
            quantity,
        })
    }
}

/// Names of metrics that stand for a metric: an everyday word needs a value or another metric beside it.
fn mentions(reader: &Reader<'_>, measures: &[Measure]) -> Vec<Mention> {
    let mut valued: BTreeSet<(BlockId, &str)> = BTreeSet::new();
    for measure in measures {
        valued.insert((measure.block, measure.metric.as_str()));
    }
    let tabled: BTreeSet<(TableId, &str)> = measures
        .iter()
        .filter_map(|measure| match reader.block(measure.block)?.kind {
            BlockKind::TableRow { table, .. } => Some((table, measure.metric.as_str())),
            _ => None,
        })
        .collect();
    let mut out = Vec::new();
    for (id, block) in reader.document.content() {
        let names = reader.names(id);
        let table = match block.kind {
            BlockKind::TableRow { table, .. } => Some(table),
            _ => None,
        };
        let quality = |name: &name::Name| reader.metric(name).filter(|metric| metric.quality);
        let firm: BTreeSet<usize> = names
            .iter()
            .filter(|name| quality(name).is_some_and(|metric| !metric.everyday))
            .map(|name| name.metric)
            .collect();
        // Two everyday words side by side ("precision and recall") vouch for each other.
        let mut sure: BTreeSet<usize> = BTreeSet::new();
        for (at, pair) in names.windows(2).enumerate() {
            let [first, second] = pair else { continue };
            let gap = block.text.get(first.end..second.start).unwrap_or(".");
            if first.metric != second.metric
                && gap.len() <= 12
                && !gap.contains('.')
                && quality(first).is_some()
                && quality(second).is_some()
            {
                sure.extend([at, at + 1]);
            }
        }
        for (at, name) in names.iter().enumerate() {
            let Some(metric) = reader.metric(name) else { continue };
            let company = firm.iter().any(|other| *other != name.metric) || sure.contains(&at);
            let in_table = table.is_some_and(|table| tabled.contains(&(table, metric.id.as_str())));
            let dressed = name.averaging.is_some() || name.at.is_some();
            let counts =
                !metric.everyday || dressed || company || in_table || valued.contains(&(id, metric.id.as_str()));
            if !counts {
                continue;
            }
            let span = reader.span(id, name.start, name.end);
            out.push(Mention { metric: metric.id.clone(), block: id, span, lines: reader.document.lines.range(span) });
        }
    }
    out
}

/// True where the header of a column says that its numbers are to be reached, at the launch or before it.
#[must_use]
pub fn sets_goal(header: &str) -> bool {
    let purpose = role::of_label(header).map(|cue| cue.purpose);
    matches!(purpose, Some(role::Purpose::For(Role::Target | Role::Poc)))
}

#[cfg(test)]
mod tests;
