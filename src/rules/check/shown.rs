//! Numbers and metrics as a message says them. Judges nothing.

use super::arithmetic::trimmed;
use crate::facts::{Measure, Unit};

/// The number as a person writes it.
pub(super) fn shown(measure: &Measure) -> String {
    let quantity = &measure.quantity;
    let digits = usize::from(quantity.decimals);
    match &quantity.unit {
        Unit::Percent => format!("{:.digits$} %", quantity.value),
        Unit::Points => format!("{:.digits$} points", quantity.value),
        Unit::Times => format!("{:.digits$} times", quantity.value),
        Unit::Duration => duration(quantity.value),
        Unit::Count(noun) => format!("{} {noun}", quantity.value),
        Unit::Money(currency) => format!("{} {currency}", quantity.value),
        _ => format!("{:.digits$}", quantity.value),
    }
}

/// The metric with what narrows it.
pub(super) fn label(measure: &Measure) -> String {
    let mut label = measure.name.clone();
    for piece in [&measure.averaging, &measure.at, &measure.slice].into_iter().flatten() {
        if !label.to_lowercase().contains(&piece.to_lowercase()) {
            label = format!("{label} ({piece})");
        }
    }
    label
}

/// Seconds in the largest unit that leaves a number above one.
pub(super) fn duration(seconds: f64) -> String {
    let units = [(86_400.0, "d"), (3600.0, "h"), (60.0, "min"), (1.0, "s")];
    let (size, unit) = units.into_iter().find(|(size, _)| seconds >= *size).unwrap_or((0.001, "ms"));
    format!("{} {unit}", trimmed(seconds / size, 2))
}
