//! Kind `range`: is every value possible for its metric? Reads measures and the table of metrics.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::shown::{label, shown};
use super::{Answer, Check, Context, Flaw, Kind};
use crate::document::BlockKind;
use crate::facts::{Comparator, Measure, Metric, Role, Unit};
use crate::finding::{CheckState, Severity};

pub(super) const KIND: Kind = Kind {
    name: "range",
    variables: &["metric", "value", "low", "high"],
    cases: &["unit"],
    read: |_, _| Some(Arc::new(Range)),
};

/// Growth, retention and returns go beyond a hundred per cent; what is several times as much is a share that was mistyped.
const NO_GROWTH: f64 = 200.0;
/// What stands higher today may be measured against a plan that can be exceeded.
const SHARE_TODAY: f64 = 90.0;

#[derive(Debug)]
struct Range;

impl Check for Range {
    fn run(&self, cx: &Context<'_>) -> Vec<Answer> {
        let bounded: Vec<(&Measure, &Metric)> = cx
            .facts
            .measures
            .iter()
            .filter(|measure| !measure.relative)
            .filter_map(|measure| cx.lexicon.metric(&measure.metric).map(|metric| (measure, metric)))
            .filter(|(measure, metric)| is_level(measure) && (metric.min.is_some() || metric.max.is_some()))
            .collect();
        let beyond: Vec<&Measure> = beyond_all(cx).collect();
        if bounded.is_empty() && beyond.is_empty() {
            return vec![Answer::not_applicable("there is no value of a bounded metric")];
        }
        let mut answer = Answer::new(None, CheckState::Specified);
        answer.evidence = bounded.iter().take(6).map(|(measure, _)| cx.evidence(measure.lines)).collect();
        let impossible = bounded.iter().filter(|(measure, metric)| is_impossible(measure, metric));
        answer.flaws = impossible.map(|pair| flaw(*pair, cx)).collect();
        answer.flaws.extend(beyond.into_iter().map(|measure| Flaw {
            severity: Some(Severity::Warning),
            place: Some(cx.place_of(measure)),
            values: vec![
                ("metric", label(measure)),
                ("value", shown(measure)),
                ("low", "0 %".to_owned()),
                ("high", "100 %".to_owned()),
            ],
            ..Flaw::default()
        }));
        if !answer.flaws.is_empty() {
            answer.state = CheckState::Absent;
        }
        let bare = bounded.iter().filter(|(measure, metric)| lacks_unit(measure, metric, cx));
        let bare: Vec<Flaw> =
            bare.map(|pair| Flaw { case: "unit", severity: Some(Severity::Warning), ..flaw(*pair, cx) }).collect();
        if answer.flaws.is_empty() && !bare.is_empty() {
            answer.state = CheckState::Mentioned;
        }
        answer.flaws.extend(bare);
        vec![answer]
    }
}

/// "Questions answered | 41 % | 880 %": what stands well below a hundred per cent today and is to rise is a share, and ends there.
fn beyond_all<'a>(cx: &Context<'a>) -> impl Iterator<Item = &'a Measure> {
    let percent = |measure: &&Measure| measure.quantity.unit == Unit::Percent;
    let shares: BTreeSet<&str> = cx
        .facts
        .own
        .iter()
        .filter(percent)
        .filter_map(|measure| {
            let today = measure.role == Role::Baseline && measure.quantity.value <= SHARE_TODAY;
            (today && measure.comparator == Comparator::AtLeast).then_some(measure.metric.as_str())
        })
        .collect();
    cx.facts.own.iter().filter(percent).filter(move |measure| {
        measure.role != Role::Baseline && measure.quantity.value > NO_GROWTH && shares.contains(measure.metric.as_str())
    })
}

/// A tolerance ("within ±0.05") is no level.
fn is_level(measure: &Measure) -> bool {
    let quantity = &measure.quantity;
    let tolerance = quantity.upper.is_some_and(|upper| upper > 0.0 && (upper + quantity.value).abs() < 1e-9);
    matches!(quantity.unit, Unit::Plain | Unit::Percent) && !tolerance
}

/// Beyond the range. A bare number from 10 to 100 on a metric from 0 to 1 is taken for a percentage; coefficients such as kappa
/// are none.
fn is_impossible(measure: &Measure, metric: &Metric) -> bool {
    let quantity = &measure.quantity;
    let upper = quantity.upper.unwrap_or(quantity.value);
    let scale = match quantity.unit {
        Unit::Percent => 0.01,
        Unit::Plain if is_share(metric) && (10.0..=100.0).contains(&upper) => 0.01,
        _ => 1.0,
    };
    let (low, high) = (quantity.value * scale, upper * scale);
    metric.min.is_some_and(|min| low < min - 1e-9) || metric.max.is_some_and(|max| high > max + 1e-9)
}

fn is_share(metric: &Metric) -> bool {
    metric.min == Some(0.0) && metric.max == Some(1.0)
}

/// A share written as a bare number above 1: 88 %, or a slip? Detection is commonly scored in hundredths without a sign, and a
/// heading or header may say "%" for all of its numbers.
fn lacks_unit(measure: &Measure, metric: &Metric, cx: &Context<'_>) -> bool {
    let classifies = metric.families.iter().any(|family| family == "classification");
    let bare = measure.quantity.unit == Unit::Plain
        && measure.quantity.upper.is_none()
        && (10.0..=100.0).contains(&measure.quantity.value)
        && measure.role_is_explicit
        && measure.role != Role::Unknown;
    if !(bare && classifies && is_share(metric)) {
        return false;
    }
    let Some(block) = cx.document.blocks.get(measure.block) else { return false };
    let percent = |text: &str| {
        let low = text.to_lowercase();
        ["%", "percent", "per cent", "hundred", "out of", "of 100"].iter().any(|word| low.contains(word))
    };
    let text = |id: usize| cx.document.blocks.get(id).map_or("", |block| block.text.as_str());
    let table = match block.kind {
        BlockKind::TableRow { table, .. } => cx.document.tables.get(table),
        _ => None,
    };
    let around = [Some(block.text.as_str()), block.lead.map(text), table.map(|table| text(table.header_block))];
    let lead = table.and_then(|table| table.lead).map(text);
    !around.into_iter().flatten().chain(lead).any(percent)
}

fn flaw((measure, metric): (&Measure, &Metric), cx: &Context<'_>) -> Flaw {
    // The limits are told in the unit of the number: who wrote 120 % looks for 100 %.
    let in_unit = |bound: f64| match measure.quantity.unit {
        Unit::Percent => format!("{} %", bound * 100.0),
        _ => bound.to_string(),
    };
    let bound = |bound: Option<f64>| bound.map_or_else(|| "∞".to_owned(), in_unit);
    let low = metric.min.map_or_else(|| "-∞".to_owned(), in_unit);
    Flaw {
        place: Some(cx.place_of(measure)),
        values: vec![("metric", label(measure)), ("value", shown(measure)), ("low", low), ("high", bound(metric.max))],
        ..Flaw::default()
    }
}
