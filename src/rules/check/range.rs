//! Kind `range`: is every value possible for its metric? Reads measures and the table of metrics.

use std::sync::Arc;

use super::compared::{label, shown};
use super::{Answer, Check, Context, Flaw, Kind};
use crate::facts::{Measure, Metric, Unit};
use crate::finding::CheckState;

pub(super) const KIND: Kind = Kind {
    name: "range",
    variables: &["metric", "value", "low", "high"],
    cases: &[],
    read: |_, _| Some(Arc::new(Range)),
};

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
        if bounded.is_empty() {
            return vec![Answer::not_applicable("there is no value of a bounded metric")];
        }
        let mut answer = Answer::new(None, CheckState::Specified);
        answer.evidence = bounded.iter().take(6).map(|(measure, _)| cx.evidence(measure.lines)).collect();
        answer.flaws = bounded
            .iter()
            .filter(|(measure, metric)| is_impossible(measure, metric))
            .map(|pair| flaw(*pair, cx))
            .collect();
        if !answer.flaws.is_empty() {
            answer.state = CheckState::Absent;
        }
        vec![answer]
    }
}

fn is_level(measure: &Measure) -> bool {
    matches!(measure.quantity.unit, Unit::Plain | Unit::Percent)
}

/// Beyond the range. A bare number from 10 to 100 on a metric that ends at 1 is taken for a percentage.
fn is_impossible(measure: &Measure, metric: &Metric) -> bool {
    let quantity = &measure.quantity;
    let upper = quantity.upper.unwrap_or(quantity.value);
    let scale = match quantity.unit {
        Unit::Percent => 0.01,
        Unit::Plain if metric.max == Some(1.0) && (10.0..=100.0).contains(&upper) => 0.01,
        _ => 1.0,
    };
    let (low, high) = (quantity.value * scale, upper * scale);
    metric.min.is_some_and(|min| low < min - 1e-9) || metric.max.is_some_and(|max| high > max + 1e-9)
}

fn flaw((measure, metric): (&Measure, &Metric), cx: &Context<'_>) -> Flaw {
    let bound = |bound: Option<f64>| bound.map_or_else(|| "∞".to_owned(), |bound| bound.to_string());
    let low = metric.min.map_or_else(|| "-∞".to_owned(), |min| min.to_string());
    Flaw {
        place: Some(cx.place_of(measure)),
        values: vec![("metric", label(measure)), ("value", shown(measure)), ("low", low), ("high", bound(metric.max))],
        ..Flaw::default()
    }
}
