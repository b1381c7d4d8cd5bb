//! Lines that are drawn on a page: borders of cells, rules below the head of a table.

use hayro_interpret::kurbo::{Point, Rect};

/// Most lines of a page that are kept.
const MOST: usize = 4_000;
/// Thickest line, in points; and how far from straight one may be.
const THICK: f64 = 3.0;
const SLANT: f64 = 0.8;
/// Shortest line.
const SHORT: f64 = 5.0;

/// A line along one axis: where it is on the other, and from where to where it reaches.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Rule {
    pub(super) at: f64,
    pub(super) from: f64,
    pub(super) to: f64,
}

/// The lines of a page, in order of `at` once they are sorted.
#[derive(Debug, Default)]
pub(super) struct Rules {
    pub(super) down: Vec<Rule>,
    pub(super) across: Vec<Rule>,
}

impl Rules {
    /// Takes what is filled: a thin area is a line.
    pub(super) fn area(&mut self, area: Rect) {
        let center = area.center();
        if area.width() <= THICK {
            self.line(Point::new(center.x, area.y0), Point::new(center.x, area.y1));
        } else if area.height() <= THICK {
            self.line(Point::new(area.x0, center.y), Point::new(area.x1, center.y));
        }
    }

    /// Takes a line between two points; one that is short or slanted is left out.
    pub(super) fn line(&mut self, a: Point, b: Point) {
        let is_finite = [a.x, a.y, b.x, b.y].iter().all(|value| value.is_finite());
        let (width, height) = ((a.x - b.x).abs(), (a.y - b.y).abs());
        if !is_finite || width.max(height) < SHORT || self.down.len() + self.across.len() >= MOST {
            return;
        }
        if width < SLANT {
            self.down.push(Rule { at: f64::midpoint(a.x, b.x), from: a.y.min(b.y), to: a.y.max(b.y) });
        } else if height < SLANT {
            self.across.push(Rule { at: f64::midpoint(a.y, b.y), from: a.x.min(b.x), to: a.x.max(b.x) });
        }
    }

    pub(super) fn sort(&mut self) {
        self.down.sort_by(|a, b| a.at.total_cmp(&b.at));
        self.across.sort_by(|a, b| a.at.total_cmp(&b.at));
    }

    /// A line stands between what ends at `right` and what begins at `left` on a baseline at `y`.
    pub(super) fn part(&self, right: f64, left: f64, y: f64, size: f64) -> bool {
        let middle = y - 0.3 * size;
        between(&self.down, right - 1.0, left + 1.0).iter().any(|rule| rule.from < middle && middle < rule.to)
    }

    /// A line lies between two heights, all the way from `left` to `right` or across most of it.
    pub(super) fn lies(&self, top: f64, bottom: f64, left: f64, right: f64) -> bool {
        let within = between(&self.across, top, bottom);
        let covered: f64 = within.iter().map(|rule| (rule.to.min(right) - rule.from.max(left)).max(0.0)).sum();
        covered > 0.6 * (right - left)
    }
}

/// The lines, sorted, whose place lies between two.
fn between(rules: &[Rule], from: f64, to: f64) -> &[Rule] {
    let first = rules.partition_point(|rule| rule.at <= from);
    let last = rules.partition_point(|rule| rule.at < to);
    rules.get(first..last).unwrap_or_default()
}
