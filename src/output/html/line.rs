//! Numbers of one metric on a line, from where things stand to what is wanted. Geometry only.

use serde::Serialize;

use crate::facts::{Measure, Role, Unit};
use crate::review::Catalogue;
use crate::review::render::numbers;
use crate::text::{LineRange, Places};

/// Width of the drawing, and the space at both ends that keeps signs inside.
const WIDTH: f64 = 640.0;
const MARGIN: f64 = 16.0;

/// Numbers of one metric, slice and condition.
#[derive(Serialize)]
pub(super) struct Row {
    /// Metric with what tells it from others of its name.
    pub(super) name: String,
    pub(super) points: Vec<Point>,
    /// None where there is nothing to compare.
    pub(super) line: Option<Line>,
}

/// One number.
#[derive(Serialize)]
pub(super) struct Point {
    /// `baseline`, `poc`, `target` or `other`: its sign and colour.
    pub(super) class: &'static str,
    pub(super) role: &'static str,
    pub(super) value: String,
    /// Where it stands, in words: everywhere that it does.
    pub(super) at: String,
    /// Where on the line, from the left.
    pub(super) x: f64,
    /// Right end of a range, where it is one.
    pub(super) to: Option<f64>,
}

/// The line with its ends.
#[derive(Serialize)]
pub(super) struct Line {
    pub(super) low: String,
    pub(super) high: String,
    /// The part that meets the target: from where, how wide.
    pub(super) goal: Option<(f64, f64)>,
}

/// A row for each metric, in order of first appearance.
pub(super) fn rows(measures: &[Measure], places: &Places, catalogue: &Catalogue) -> Vec<Row> {
    let mut groups: Vec<Vec<&Measure>> = Vec::new();
    for measure in measures {
        let same = |group: &&mut Vec<&Measure>| group.first().is_some_and(|first| first.same_key(measure));
        match groups.iter_mut().find(same) {
            Some(group) => group.push(measure),
            None => groups.push(vec![measure]),
        }
    }
    groups.iter_mut().filter_map(|group| row(group, places, catalogue)).collect()
}

fn row(group: &mut [&Measure], places: &Places, catalogue: &Catalogue) -> Option<Row> {
    group.sort_by_key(|measure| rank(measure.role));
    let first = group.first()?;
    let name = numbers::name(first);
    let is_ratio = catalogue.is_ratio(&first.metric) && !first.relative;
    let value = |measure: &Measure, number: f64| {
        if is_ratio && measure.quantity.unit == Unit::Percent { number / 100.0 } else { number }
    };
    let ends = |measure: &Measure| {
        let low = value(measure, measure.quantity.value);
        (low, measure.quantity.upper.map(|upper| value(measure, upper)))
    };
    let all: Vec<f64> = group.iter().flat_map(|measure| [Some(ends(measure).0), ends(measure).1]).flatten().collect();
    let scale = scale(&all, is_ratio);
    let at = |number: f64| {
        let (low, high) = scale.unwrap_or((number - 1.0, number + 1.0));
        let part = (number - low) / (high - low);
        tenth(MARGIN + (WIDTH - 2.0 * MARGIN) * if part.is_finite() { part.clamp(0.0, 1.0) } else { 0.0 })
    };
    let found = group.iter().map(|measure| {
        let (low, upper) = ends(measure);
        let (x, to) = (at(low), upper.map(at));
        let (class, role) = sign(measure.role);
        Point {
            class,
            role,
            value: numbers::value(measure),
            at: places.say(LineRange::single(measure.lines.start)),
            x,
            to,
        }
    });
    // A number that a long document repeats is one number, with every place of it.
    let mut points: Vec<Point> = Vec::new();
    for point in found {
        match points.iter_mut().find(|known| (known.role, &known.value) == (point.role, &point.value)) {
            Some(known) => known.at = format!("{}, {}", known.at, point.at),
            None => points.push(point),
        }
    }
    let line = scale.map(|(low, high)| {
        let target = group.iter().find(|measure| measure.role == Role::Target);
        let goal = target.and_then(|measure| {
            let (at, end) = (at(ends(measure).0), (MARGIN, WIDTH - MARGIN));
            match measure.comparator.sign() {
                ">=" | ">" => Some((at, tenth(end.1 - at))),
                "<=" | "<" => Some((end.0, tenth(at - end.0))),
                _ => None,
            }
        });
        Line { low: short(low), high: short(high), goal }
    });
    Some(Row { name, points, line })
}

/// Both ends of the line; none where fewer than two different numbers are to be told apart.
fn scale(all: &[f64], is_ratio: bool) -> Option<(f64, f64)> {
    let low = all.iter().copied().reduce(f64::min)?;
    let high = all.iter().copied().reduce(f64::max)?;
    let room = high - low;
    if !room.is_finite() || room <= f64::EPSILON * high.abs().max(1.0) {
        return None;
    }
    if is_ratio && low >= 0.0 && high <= 1.0 {
        return Some((0.0, 1.0));
    }
    // From nothing, where nothing is not far away.
    let from = if low >= 0.0 && low <= room { 0.0 } else { low - room * 0.1 };
    Some((from, high + room * 0.1))
}

fn rank(role: Role) -> u8 {
    match role {
        Role::Random => 0,
        Role::Baseline => 1,
        Role::Human => 2,
        Role::Poc => 3,
        Role::Target => 4,
        Role::Stretch => 5,
        Role::Reported | Role::Slo | Role::Unknown => 6,
    }
}

fn sign(role: Role) -> (&'static str, &'static str) {
    match role {
        Role::Baseline => ("baseline", "baseline"),
        Role::Human => ("baseline", "people"),
        Role::Random => ("baseline", "chance"),
        Role::Poc => ("poc", "proof of concept"),
        Role::Target => ("target", "target"),
        Role::Stretch => ("other", "stretch target"),
        Role::Reported => ("other", "reported"),
        Role::Slo => ("other", "limit in operation"),
        Role::Unknown => ("other", "not said what for"),
    }
}

fn tenth(value: f64) -> f64 {
    (value * 10.0).round() / 10.0
}

/// A number for the end of a line: three digits that count.
fn short(value: f64) -> String {
    if value == 0.0 {
        return "0".to_owned();
    }
    let digits = 2.0 - value.abs().log10().floor();
    if !(0.0..=9.0).contains(&digits) {
        return format!("{value:.0}");
    }
    let scale = 10_f64.powf(digits);
    format!("{}", (value * scale).round() / scale)
}

#[cfg(test)]
mod tests {
    use super::super::super::testing::catalogue;
    use super::*;
    use crate::review::testing::measure;

    #[test]
    fn numbers_stand_on_a_line_in_their_order() {
        let all = [
            measure("recall", Role::Target, 0.85, 3),
            measure("recall", Role::Baseline, 0.31, 1),
            measure("recall", Role::Poc, 0.9, 2),
            measure("mae", Role::Target, 4.0, 4),
        ];
        let rows = rows(&all, &Places::default(), &catalogue());
        assert_eq!(rows.len(), 2);
        let xs: Vec<f64> = rows[0].points.iter().map(|point| point.x).collect();
        assert_eq!(xs, [204.5, 563.2, 532.8]);
        let said: Vec<String> = rows[0].points.iter().map(|point| format!("{} {}", point.role, point.value)).collect();
        assert_eq!(
            said,
            ["baseline ≥ 0.31", "proof of concept ≥ 0.90", "target ≥ 0.85"],
            "what the picture shows, in words"
        );
        let line = rows[0].line.as_ref().unwrap();
        assert_eq!((line.low.as_str(), line.high.as_str(), line.goal), ("0", "1", Some((532.8, 91.2))));
        assert!(rows[1].line.is_none(), "one number has nothing to be compared with");
    }

    #[test]
    fn a_percentage_of_a_ratio_stands_on_the_same_line() {
        let mut percent = measure("recall", Role::Target, 85.0, 3);
        percent.quantity.unit = Unit::Percent;
        let rows = rows(&[percent, measure("recall", Role::Baseline, 0.31, 1)], &Places::default(), &catalogue());
        let xs: Vec<f64> = rows.iter().flat_map(|row| &row.points).map(|point| point.x).collect();
        assert!(xs.iter().all(|x| (MARGIN..=WIDTH - MARGIN).contains(x)), "{xs:?}");
    }

    #[test]
    fn a_number_that_is_repeated_is_one_number_with_all_its_places() {
        let all = [3, 7, 12].map(|line| measure("recall", Role::Target, 0.85, line));
        let rows = rows(&all, &Places::default(), &catalogue());
        let said: Vec<(&str, &str)> = rows[0].points.iter().map(|one| (one.value.as_str(), one.at.as_str())).collect();
        assert_eq!(said, [("≥ 0.85", "line 3, line 7, line 12")]);
    }

    #[test]
    fn ends_are_short() {
        for (value, wanted) in [(0.0, "0"), (1.0, "1"), (0.123_456, "0.123"), (12_345.6, "12346"), (-4.5, "-4.5")] {
            assert_eq!(short(value), wanted);
        }
    }

    proptest::proptest! {
        #[test]
        fn no_number_leaves_the_line(values in proptest::collection::vec(proptest::num::f64::ANY, 1..6)) {
            let all: Vec<_> = values.iter().map(|value| measure("mae", Role::Target, *value, 1)).collect();
            for point in rows(&all, &Places::default(), &catalogue()).iter().flat_map(|row| &row.points) {
                proptest::prop_assert!((0.0..=WIDTH).contains(&point.x), "{}", point.x);
            }
        }
    }
}
