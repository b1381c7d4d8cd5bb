//! Business measures: a noun phrase with a number in a goal. Never takes the quality of a model for a result of the business.

use std::collections::BTreeMap;

use super::column::{Column, cells, columns, lengths, with_unit};
use super::purpose::Ruling;
use super::role::{self, Cue, Purpose};
use super::wording::is_change;
use super::{Found, Measure, Reader, Role, goal, subject};
use crate::document::{BlockId, BlockKind, Mark, SectionId, Table};
use crate::facts::{Comparator, Quantity, Unit};

/// Reads goals in tables and in text.
pub(super) fn read(reader: &Reader<'_>, found: &mut Found) {
    let mut taken = Taken::default();
    for measure in &found.measures {
        let quality = reader.lexicon.metric(&measure.metric).is_some_and(|metric| metric.quality);
        taken.entry(measure.block).or_default().push((measure.quantity.start, measure.quantity.end, quality));
    }
    for table in reader.document.tables.iter().filter(|table| table.header.len() <= 64) {
        read_table(reader, table, &taken, found);
    }
    for (id, block) in reader.document.content() {
        if !matches!(block.kind, BlockKind::Paragraph | BlockKind::Item { .. } | BlockKind::Footnote)
            || reader.quantities(id).is_empty()
            || block.text.len() > 65_536
        {
            continue;
        }
        let goals = goal_place(reader, id);
        for sentence in block.sentences() {
            read_sentence(reader, id, sentence.start, sentence.start + sentence.text.len(), goals, &taken, found);
        }
    }
}

/// True for a section of goals, or one inside it.
fn goal_section(reader: &Reader<'_>, section: SectionId) -> bool {
    let kept = reader.said.goals.get(section);
    kept.is_some_and(|kept| *kept.get_or_init(|| read_goal_section(reader, section)))
}

fn read_goal_section(reader: &Reader<'_>, section: SectionId) -> bool {
    let mut at = Some(section);
    for _ in 0..6 {
        let Some((id, section)) = at.and_then(|at| Some((at, reader.document.sections.get(at)?))) else { return false };
        if section.level > 1 && reader.said.title != Some(id) && goal::announces(&section.title) {
            return true;
        }
        at = section.parent;
    }
    false
}

/// A section of goals, a list under a lead that announces them, or a paragraph with the label of a goal.
fn goal_place(reader: &Reader<'_>, id: BlockId) -> bool {
    let Some(block) = reader.block(id) else { return false };
    let lead = block.lead.is_some_and(|lead| {
        let text = reader.text(lead).trim_end();
        let words = text.split_whitespace().count();
        words <= 14 && (text.ends_with(':') || words <= 5) && goal::announces(text)
    });
    lead || goal::labelled(&block.text) || goal_section(reader, block.section)
}

/// Numbers that belong to a metric already, by block: start, end, and whether it is the quality of a model.
type Taken = BTreeMap<BlockId, Vec<(usize, usize, bool)>>;

fn is_taken(taken: &Taken, block: BlockId, quantity: &Quantity) -> bool {
    taken
        .get(&block)
        .is_some_and(|list| list.iter().any(|(start, end, _)| *start <= quantity.end && quantity.start <= *end))
}

struct Value<'a> {
    name: &'a str,
    quantity: Quantity,
    ruling: Ruling,
    relative: bool,
    comparator: Option<Comparator>,
}

fn write(reader: &Reader<'_>, value: Value<'_>, found: &mut Found) {
    let Value { name, quantity, ruling, relative, comparator } = value;
    let comparator = if quantity.upper.is_some() {
        Comparator::Between
    } else {
        quantity.comparator.or(comparator).unwrap_or(Comparator::Equal)
    };
    found.measures.push(Measure {
        metric: "kpi".to_owned(),
        name: name.to_owned(),
        slice: None,
        averaging: None,
        at: None,
        comparator,
        role: ruling.role,
        phase: ruling.phase,
        dataset: None,
        relative,
        role_is_explicit: ruling.explicit,
        block: quantity.block,
        span: quantity.span,
        lines: reader.document.lines.range(quantity.span),
        quantity,
    });
}

/// Towards which side a goal lies from where things stand.
fn towards(baseline: &Quantity, target: &Quantity) -> Comparator {
    if target.value >= baseline.value { Comparator::AtLeast } else { Comparator::AtMost }
}

fn read_table(reader: &Reader<'_>, table: &Table, taken: &Taken, found: &mut Found) {
    let Some(header) = reader.block(table.header_block) else { return };
    let columns = columns(reader, table);
    let has = |role: Role| columns.iter().any(|column| column.cue.is_some_and(|cue| cue.purpose == Purpose::For(role)));
    let quality = table.rows.iter().map(|row| row.block).chain([table.header_block]).any(|block| {
        reader
            .names(block)
            .iter()
            .any(|name| reader.metric(name).is_some_and(|metric| metric.quality && !metric.everyday))
            || taken.get(&block).is_some_and(|list| list.iter().any(|(.., quality)| *quality))
    });
    let headers = columns.iter().any(|column| goal::announces(&column.header));
    let goals = headers
        || header.lead.is_some_and(|lead| goal::announces(reader.text(lead)))
        || goal_section(reader, header.section);
    let change = has(Role::Baseline) && has(Role::Target);
    if quality || !(goals || change) {
        return;
    }
    for (n, row) in table.rows.iter().enumerate() {
        let text = reader.text(row.block);
        if reader.block(row.block).is_none_or(|block| block.mark != Mark::Content) || taken.contains_key(&row.block) {
            continue;
        }
        let places = cells(text, lengths(table, Some(n)));
        let row_cue = places
            .first()
            .and_then(|(start, end)| role::of_label(text.get(*start..*end)?))
            .filter(|cue| matches!(cue.purpose, Purpose::For(_)));
        let name = name_of_row(reader, row.block, &places, &columns);
        let section = reader.document.sections.get(header.section).map_or("", |section| section.title.as_str());
        let name = if row_cue.is_some() && places.len() <= 3 { subject::bare(section) } else { name };
        let values = values_of_row(reader, row.block, &places, &columns, row_cue);
        let baseline = values
            .iter()
            .find(|(cue, _)| cue.purpose == Purpose::For(Role::Baseline))
            .map(|(_, quantity)| quantity.clone());
        for (cue, quantity) in values {
            let Purpose::For(role) = cue.purpose else { continue };
            let comparator =
                baseline.as_ref().filter(|_| role != Role::Baseline).map(|baseline| towards(baseline, &quantity));
            let relative = matches!(quantity.unit, Unit::Points | Unit::Times)
                || text.get(..quantity.start).is_some_and(|before| before.ends_with('+'))
                || quantity.span.of(&reader.document.source).starts_with(['+', '-', '−']);
            write(
                reader,
                Value { name: &name, quantity, ruling: Ruling::of(role, true, cue.phase), relative, comparator },
                found,
            );
        }
    }
}

/// The cell that says what is measured: below a header such as "Measured by", else the longest one without a number.
fn name_of_row(reader: &Reader<'_>, block: BlockId, places: &[(usize, usize)], columns: &[Column]) -> String {
    let text = reader.text(block);
    let cell = |n: usize| places.get(n).and_then(|(start, end)| text.get(*start..*end)).unwrap_or_default().trim();
    let numbers = |n: usize| {
        places
            .get(n)
            .is_some_and(|(start, end)| reader.quantities(block).iter().any(|q| *start <= q.start && q.end <= *end))
    };
    let titled = (0..places.len()).find(|n| {
        let header = columns.get(*n).map(|column| column.header.to_lowercase()).unwrap_or_default();
        ["measure", "metric", "kpi", "indicator", "outcome", "result"].iter().any(|word| header.contains(word))
            && columns.get(*n).is_some_and(|c| c.words)
            && cell(*n).contains(' ')
    });
    let longest = (0..places.len().min(3)).filter(|n| !numbers(*n)).max_by_key(|n| cell(*n).len());
    subject::bare(cell(titled.or(longest).unwrap_or(0)))
}

fn values_of_row(
    reader: &Reader<'_>,
    block: BlockId,
    places: &[(usize, usize)],
    columns: &[Column],
    row_cue: Option<Cue>,
) -> Vec<(Cue, Quantity)> {
    let mut out = Vec::new();
    for (n, (start, end)) in places.iter().enumerate() {
        let column = columns.get(n).cloned().unwrap_or_default();
        let Some(cue) = column.cue.or(row_cue).filter(|cue| matches!(cue.purpose, Purpose::For(_))) else { continue };
        let first =
            reader.quantities(block).iter().find(|q| *start <= q.start && q.end <= *end && q.unit != Unit::Date);
        out.extend(first.map(|quantity| (cue, with_unit(quantity, &column))));
    }
    out
}

fn read_sentence(
    reader: &Reader<'_>,
    block: BlockId,
    start: usize,
    end: usize,
    goals: bool,
    taken: &Taken,
    found: &mut Found,
) {
    let text = reader.text(block);
    let dated = |q: &&Quantity| q.unit != Unit::Date;
    let quantities: Vec<&Quantity> = reader.quantities_in(block, start, end).iter().filter(dated).collect();
    if quantities.is_empty() || end - start > super::sentence::LONGEST {
        return;
    }
    let quality =
        reader.names_in(block, start, end).iter().any(|name| reader.metric(name).is_some_and(|metric| metric.quality));
    let sentence = text.get(start..end).unwrap_or_default();
    let mut at = 0;
    while let Some(first) = quantities.get(at).copied() {
        at += 1;
        if is_taken(taken, block, first) {
            continue;
        }
        let before = text.get(start..first.start).unwrap_or_default();
        if let Some(second) = quantities.get(at).copied()
            && goal::leads_to(before, text.get(first.end..second.start).unwrap_or_default())
            && std::mem::discriminant(&first.unit) == std::mem::discriminant(&second.unit)
        {
            let chain = quantities
                .get(at + 1)
                .is_some_and(|third| goal::is_arrow(text.get(second.end..third.start).unwrap_or_default()));
            let name = subject::subject(before, text.get(second.end..end).unwrap_or_default());
            let verb = goal::moves(sentence);
            if !chain
                && !quality
                && !goal::is_past(sentence)
                && !goal::is_rollout(sentence)
                && (goals || verb)
                && !name.is_empty()
            {
                write(
                    reader,
                    Value {
                        name: &name,
                        quantity: first.clone(),
                        ruling: Ruling::of(Role::Baseline, true, None),
                        relative: false,
                        comparator: None,
                    },
                    found,
                );
                let comparator = Some(towards(first, second));
                write(
                    reader,
                    Value {
                        name: &name,
                        quantity: second.clone(),
                        ruling: Ruling::of(Role::Target, true, None),
                        relative: false,
                        comparator,
                    },
                    found,
                );
            }
            at += 1;
            continue;
        }
        let behind = text.get(first.end..end).unwrap_or_default();
        if quality
            || !matches!(
                first.unit,
                Unit::Percent
                    | Unit::Points
                    | Unit::Times
                    | Unit::Money(_)
                    | Unit::Duration
                    | Unit::Count(_)
                    | Unit::Plain
            )
        {
            continue;
        }
        if let Some(name) = subject::change(before, behind, first) {
            if goals || goal::is_aim(sentence) {
                let comparator = first.comparator.or(Some(Comparator::AtLeast)).filter(|_| first.upper.is_none());
                write(
                    reader,
                    Value {
                        name: &name,
                        quantity: first.clone(),
                        ruling: Ruling::of(Role::Target, true, None),
                        relative: true,
                        comparator,
                    },
                    found,
                );
            }
            continue;
        }
        let bound = matches!(
            first.comparator,
            Some(Comparator::AtLeast | Comparator::MoreThan | Comparator::AtMost | Comparator::LessThan)
        );
        if !(goals && bound && subject::is_level(before)) {
            continue;
        }
        let near =
            role::best(&role::cues(sentence, role::Place::Sentence)).filter(|cue| !cue.weak).map(|cue| cue.purpose);
        let counts = matches!(near, None | Some(Purpose::For(Role::Target)));
        if counts && !is_change(before, behind) {
            let name = subject::subject(before, "");
            if !name.is_empty() {
                write(
                    reader,
                    Value {
                        name: &name,
                        quantity: first.clone(),
                        ruling: Ruling::of(Role::Target, near.is_some(), None),
                        relative: false,
                        comparator: None,
                    },
                    found,
                );
            }
        }
    }
}
