//! Measures as rows for a reader: one row per metric, slice and condition; a column per role. Formats, never judges.

use crate::facts::{Measure, Quantity, Role, Unit};
use crate::text::LineRange;

/// Rows that a summary shows; the rest is counted.
pub const ROWS: usize = 60;
/// Lines that a row of it names; the rest is counted.
pub const LINES: usize = 4;

/// One row of the table of numbers. Plain text, not escaped.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Row {
    /// Metric with averaging, condition and slice.
    pub measure: String,
    /// What stands or is known today: baseline, people, chance.
    pub baseline: String,
    /// Gate of the proof of concept.
    pub poc: String,
    /// Target.
    pub target: String,
    /// Everything else, with its role.
    pub other: String,
    /// Where, in order.
    pub lines: Vec<LineRange>,
}

/// The rows, in order of first appearance.
#[must_use]
pub fn rows(measures: &[Measure]) -> Vec<Row> {
    let mut groups: Vec<(&Measure, Row)> = Vec::new();
    for measure in measures {
        let known = groups.iter().position(|(first, _)| first.same_key(measure) && first.relative == measure.relative);
        let index = known.unwrap_or_else(|| {
            groups.push((measure, Row { measure: name(measure), ..Row::default() }));
            groups.len() - 1
        });
        let Some((_, row)) = groups.get_mut(index) else { continue };
        let text = value(measure);
        let (cell, text) = match measure.role {
            Role::Baseline => (&mut row.baseline, text),
            Role::Human | Role::Random => (&mut row.baseline, format!("{text} ({})", measure.role.word())),
            Role::Poc => (&mut row.poc, text),
            Role::Target => (&mut row.target, text),
            Role::Unknown => (&mut row.other, text),
            Role::Reported | Role::Slo | Role::Stretch => (&mut row.other, format!("{text} ({})", measure.role.word())),
        };
        if !cell.is_empty() {
            cell.push_str(", ");
        }
        cell.push_str(&text);
        if !row.lines.contains(&measure.lines) {
            row.lines.push(measure.lines);
        }
    }
    groups.into_iter().map(|(_, row)| row).collect()
}

/// Metric with what tells it from others of its name.
#[must_use]
pub fn name(measure: &Measure) -> String {
    let mut name = measure.name.clone();
    for part in [&measure.averaging, &measure.at].into_iter().flatten() {
        if !name.to_lowercase().contains(&part.to_lowercase()) {
            name.push(' ');
            name.push_str(part);
        }
    }
    if let Some(slice) = &measure.slice {
        name.push_str(", ");
        name.push_str(slice);
    }
    name
}

/// Comparator and number as people write them.
#[must_use]
pub fn value(measure: &Measure) -> String {
    let number = quantity(&measure.quantity);
    let sign = match measure.comparator.sign() {
        ">=" => "≥ ",
        "<=" => "≤ ",
        ">" => "> ",
        "<" => "< ",
        "~" => "≈ ",
        _ => "",
    };
    let change = if measure.relative && measure.quantity.value > 0.0 { "+" } else { "" };
    format!("{sign}{change}{number}")
}

/// A quantity with its unit.
#[must_use]
pub fn quantity(quantity: &Quantity) -> String {
    if quantity.unit == Unit::Duration {
        return match quantity.upper {
            Some(upper) => format!("{}–{}", duration(quantity.value), duration(upper)),
            None => duration(quantity.value),
        };
    }
    let mut text = number(quantity.value, quantity.decimals);
    if let Some(upper) = quantity.upper {
        text = format!("{text}–{}", number(upper, quantity.decimals));
    }
    match &quantity.unit {
        Unit::Plain | Unit::Date | Unit::Duration => text,
        Unit::Percent => format!("{text} %"),
        Unit::Points => format!("{text} points"),
        Unit::Times => format!("{text}×"),
        Unit::Money(currency) if currency.chars().count() == 1 => format!("{currency}{text}"),
        Unit::Money(currency) => format!("{text} {currency}"),
        Unit::Count(noun) => format!("{text} {noun}"),
    }
}

/// As written where the digits allow it, else the shortest form.
fn number(value: f64, decimals: u8) -> String {
    let written = format!("{value:.*}", usize::from(decimals));
    if written.parse::<f64>().is_ok_and(|back| (back - value).abs() < 1e-9) { written } else { format!("{value}") }
}

fn duration(seconds: f64) -> String {
    let (value, unit) = match seconds {
        s if s < 1.0 => (s * 1000.0, "ms"),
        s if s < 120.0 => (s, "s"),
        s if s < 7200.0 => (s / 60.0, "min"),
        s if s < 172_800.0 => (s / 3600.0, "h"),
        s => (s / 86_400.0, "days"),
    };
    let rounded = (value * 10.0).round() / 10.0;
    format!("{rounded} {unit}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::review::testing::{measure, quantity as plain};

    #[test]
    fn one_row_per_metric_and_slice() {
        let mut sliced = measure("recall", Role::Target, 0.85, 44);
        sliced.slice = Some("damaged".into());
        let rows = rows(&[
            measure("recall", Role::Baseline, 0.31, 41),
            measure("recall", Role::Poc, 0.9, 41),
            measure("recall", Role::Target, 0.95, 43),
            sliced,
            measure("recall", Role::Human, 0.7, 43),
        ]);
        assert_eq!(rows.len(), 2);
        assert_eq!(rows[0].baseline, "≥ 0.31, ≥ 0.70 (human)");
        assert_eq!((rows[0].poc.as_str(), rows[0].target.as_str()), ("≥ 0.90", "≥ 0.95"));
        assert_eq!(rows[0].lines.len(), 2);
        assert_eq!(rows[1].measure, "recall, damaged");
    }

    #[test]
    fn quantities_read_as_people_write_them() {
        let with = |value, decimals, unit| quantity(&Quantity { unit, decimals, ..plain(value) });
        assert_eq!(with(0.9, 2, Unit::Plain), "0.90");
        assert_eq!(with(88.0, 0, Unit::Percent), "88 %");
        assert_eq!(with(0.5, 0, Unit::Plain), "0.5");
        assert_eq!(with(0.4, 0, Unit::Duration), "400 ms");
        assert_eq!(with(5400.0, 0, Unit::Duration), "90 min");
        assert_eq!(with(38.0, 0, Unit::Money("€".into())), "€38");
        assert_eq!(with(12.0, 0, Unit::Count("annotators".into())), "12 annotators");
    }
}
