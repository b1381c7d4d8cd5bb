//! Numbers that contradict each other: changes one number of the document at a time. Which numbers belong together is read from
//! the facts, how they are judged is the rules' business.

use super::{Bench, Defect, Planted};
use crate::document::{BlockKind, Document};
use crate::facts::{Comparator, Measure, Metric, Role, Unit};
use crate::finding::{CheckState, Evidence};
use crate::text::Span;

/// The rules of the core that judge numbers.
const RANGE: &str = "ARI-001";
const BASELINE: &str = "ARI-003";
const GATE: &str = "ARI-004";
const CONFLICT: &str = "ARI-005";
const F1: &str = "ARI-006";

/// One of each kind for each key of a metric.
pub(super) fn plant(bench: &Bench<'_>) -> Vec<Planted> {
    let levels: Vec<Level<'_>> = bench.base.measures.iter().filter_map(|measure| Level::of(measure, bench)).collect();
    let mut planted = Vec::new();
    for (defect, rule) in [
        (Defect::GateAboveTarget, GATE),
        (Defect::TargetBelowBaseline, BASELINE),
        (Defect::Impossible, RANGE),
        (Defect::TwoTargets, CONFLICT),
        (Defect::ImpossibleF1, F1),
    ] {
        // Two targets need only one to begin with; the others need numbers that agree so far.
        let ready = bench.base.checks.iter().any(|check| {
            let states: &[CheckState] = match defect {
                Defect::TwoTargets => &[CheckState::Specified, CheckState::NotApplicable],
                _ => &[CheckState::Specified],
            };
            check.rule == rule && states.contains(&check.state)
        });
        let mut done: Vec<&Measure> = Vec::new();
        for target in levels.iter().filter(|level| ready && level.measure.role == Role::Target) {
            if done.iter().any(|other| other.same_key(target.measure)) {
                continue;
            }
            let Some(change) = target.change(defect, &levels) else { continue };
            done.push(target.measure);
            planted.extend(change.plant(defect, rule, bench));
        }
    }
    planted
}

/// A level of a quality metric that can be written anew.
#[derive(Debug, Clone, Copy)]
struct Level<'a> {
    measure: &'a Measure,
    metric: &'a Metric,
    higher: bool,
    /// 100 where it is written in per cent.
    scale: f64,
}

/// A number that takes the place of another one.
struct Change<'a> {
    level: Level<'a>,
    /// As it is written.
    value: f64,
    /// The number from which it must be told apart.
    than: f64,
    /// The number stays, and its row or sentence is there once more with the other one.
    again: bool,
}

impl<'a> Level<'a> {
    fn of(measure: &'a Measure, bench: &'a Bench<'_>) -> Option<Self> {
        let metric = bench.rules.lexicon.metric(&measure.metric)?;
        let quantity = &measure.quantity;
        let plain = matches!(quantity.unit, Unit::Plain | Unit::Percent) && quantity.upper.is_none();
        let higher = metric.higher_is_better.or(match measure.comparator {
            Comparator::AtLeast | Comparator::MoreThan => Some(true),
            Comparator::AtMost | Comparator::LessThan => Some(false),
            _ => None,
        })?;
        let of_hundred =
            quantity.unit == Unit::Percent || (metric.max == Some(1.0) && (10.0..=100.0).contains(&quantity.value));
        let scale = if of_hundred { 100.0 } else { 1.0 };
        (plain && metric.quality && !measure.relative).then_some(Self { measure, metric, higher, scale })
    }

    /// On the scale of the metric.
    fn value(self) -> f64 {
        self.measure.quantity.value / self.scale
    }

    fn change(self, defect: Defect, all: &[Level<'a>]) -> Option<Change<'a>> {
        let other = |role: Role| {
            all.iter().find(|other| other.measure.role == role && other.measure.same_key(self.measure)).copied()
        };
        let (level, value, than) = match defect {
            Defect::GateAboveTarget => (other(Role::Poc)?, self.stricter(), self.value()),
            Defect::TargetBelowBaseline => {
                let baseline = other(Role::Baseline)?.value();
                (self, if self.higher { baseline * 0.9 } else { baseline * 1.1 }, baseline)
            }
            Defect::Impossible => (self, self.metric.max.filter(|max| (*max - 1.0).abs() < 1e-9).map(|_| 1.4)?, 1.0),
            Defect::TwoTargets => (self, self.stricter(), self.value()),
            Defect::ImpossibleF1 => {
                let beside = |id: &str| {
                    let same = |other: &&Level<'_>| {
                        other.measure.metric == id
                            && other.measure.role == Role::Target
                            && other.measure.slice == self.measure.slice
                            && other.measure.at == self.measure.at
                    };
                    all.iter().find(same).map(|other| other.value())
                };
                let least = beside("precision")?.min(beside("recall")?);
                let most = 2.0 * least / (1.0 + least);
                (self, f64::midpoint(most, 1.0), most)
            }
            Defect::Removed => return None,
        };
        let right_metric = defect != Defect::ImpossibleF1 || self.measure.metric == "f1";
        (right_metric && value.is_finite()).then_some(Change {
            level,
            value: value * level.scale,
            than: than * level.scale,
            again: defect == Defect::TwoTargets,
        })
    }

    /// Harder to reach: half-way to the best value.
    fn stricter(self) -> f64 {
        match (self.higher, self.metric.max) {
            (true, Some(max)) => f64::midpoint(self.value(), max),
            (true, None) if (0.0..1.0).contains(&self.value()) => f64::midpoint(self.value(), 1.0),
            (true, None) => self.value() * 1.2,
            (false, _) => self.value() * 0.8,
        }
    }
}

impl Change<'_> {
    /// The document with the change, and what is said of it; `None` where the number cannot be written so.
    fn plant(&self, defect: Defect, rule: &str, bench: &Bench<'_>) -> Option<Planted> {
        let document = &bench.document;
        let at = self.level.measure.quantity.span;
        let number = self.written(at.of(&document.source))?;
        let (whole, place) = if self.again { self.passage(document)? } else { (at, at.end()) };
        let before = Span::new(whole.start(), at.start()).of(&document.source);
        let after = Span::new(at.end(), whole.end()).of(&document.source);
        let changed = format!("{before}{number}{after}");
        let from = if self.again { place } else { at.start() };
        let text = format!(
            "{}{}{}",
            Span::new(0, from).of(&document.source),
            if self.again { self.set_apart(&changed, document) } else { changed.clone() },
            Span::new(place, document.source.len()).of(&document.source),
        );
        let lines = document.lines.range(at);
        let line = document.lines.span_of(lines.start).to(document.lines.span_of(lines.end));
        let became = if self.again {
            changed.trim().to_owned()
        } else {
            let head = Span::new(line.start(), at.start()).of(&document.source);
            let tail = Span::new(at.end(), line.end()).of(&document.source);
            format!("{head}{number}{tail}")
        };
        Some(Planted {
            defect,
            rule: rule.to_owned(),
            at: Evidence::new(lines, document.line_text(lines)),
            more: Vec::new(),
            number: Some((at.of(&document.source).to_owned(), number)),
            became: Some(Evidence::new(lines, &became).quote),
            said: bench.said(rule, &text),
            instead: None,
            also_of: Vec::new(),
        })
    }

    /// The number in the notation of the one whose place it takes; `None` where both would read alike.
    fn written(&self, old: &str) -> Option<String> {
        let quantity = &self.level.measure.quantity;
        let least = usize::from(quantity.decimals);
        // As many digits as keep it apart, and no more.
        let gap = (self.value - self.than).abs();
        let rounding = |digits: usize| {
            let text = format!("{:.digits$}", self.value);
            text.parse::<f64>().map_or(f64::INFINITY, |written| (written - self.value).abs())
        };
        let digits = (least..=least + 3).find(|digits| gap > 0.0 && rounding(*digits) <= gap / 4.0)?;
        let mut text = format!("{:.digits$}", self.value);
        if old.contains(',') && !old.contains('.') {
            text = text.replace('.', ",");
        }
        let unit = if quantity.unit == Unit::Percent { " %" } else { "" };
        Some(format!("{text}{unit}"))
    }

    /// The row, item or sentence that holds the number, and where a second one can stand.
    fn passage(&self, document: &Document) -> Option<(Span, usize)> {
        let at = self.level.measure.quantity.span;
        let block = document.blocks.get(self.level.measure.block)?;
        match block.kind {
            BlockKind::TableRow { .. } | BlockKind::Item { .. } => {
                let lines = document.lines.span_of(block.lines.start).to(document.lines.span_of(block.lines.end));
                Some((lines, lines.end()))
            }
            BlockKind::Paragraph => {
                let spans = block
                    .sentences()
                    .map(|sentence| block.map.span(sentence.start, sentence.start + sentence.text.len()));
                let end = document.lines.span_of(document.lines.range(block.span).end).end();
                spans.into_iter().find(|span| span.contains(at)).map(|span| (span, end))
            }
            _ => None,
        }
    }

    /// A row or item on its own line, a sentence as its own paragraph.
    fn set_apart(&self, changed: &str, document: &Document) -> String {
        let row = document.blocks.get(self.level.measure.block).is_some_and(|block| block.kind != BlockKind::Paragraph);
        let quoted = document.blocks.get(self.level.measure.block).is_some_and(|block| block.quoted);
        match (row, quoted) {
            (true, _) => format!("\n{changed}"),
            (false, true) => format!("\n>\n> {changed}"),
            (false, false) => format!("\n\n{changed}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::eval::seed::plant;
    use crate::rules::builtin;
    use crate::text::LineRange;

    const SPEC: &str = "# Triage\n\n## Metrics\n\n| Metric | Baseline | PoC gate | Target for launch |\n|---|---|---|---|\n\
                        | Recall | 0.60 | 0.70 | 0.85 |\n| Precision | 55 % | 60 % | 80 % |\n";

    #[test]
    fn each_kind_is_planted_once_per_metric_and_found() {
        let seeded = plant(SPEC, &builtin().0);
        for (defect, rule, becomes) in [
            (
                Defect::GateAboveTarget,
                "ARI-004",
                ["| Recall | 0.60 | 0.93 | 0.85 |", "| Precision | 55 % | 90 % | 80 % |"],
            ),
            (
                Defect::TargetBelowBaseline,
                "ARI-003",
                ["| Recall | 0.60 | 0.70 | 0.54 |", "| Precision | 55 % | 60 % | 50 % |"],
            ),
            (Defect::Impossible, "ARI-001", ["| Recall | 0.60 | 0.70 | 1.40 |", "| Precision | 55 % | 60 % | 140 % |"]),
            (Defect::TwoTargets, "ARI-005", ["| Recall | 0.60 | 0.70 | 0.93 |", "| Precision | 55 % | 60 % | 90 % |"]),
        ] {
            let all: Vec<&Planted> = seeded.planted.iter().filter(|planted| planted.defect == defect).collect();
            let became: Vec<&str> = all.iter().filter_map(|planted| planted.became.as_deref()).collect();
            assert_eq!(became, becomes, "{defect:?}");
            assert!(all.iter().all(|planted| planted.rule == rule && planted.said.is_some()), "{all:#?}");
            assert_eq!(all[1].at.lines, LineRange::single(8));
        }
    }

    #[test]
    fn notation_stays_and_f1_is_lifted_above_what_its_parts_allow() {
        let text = "# Triage\n\n| Metric | Target for launch |\n|---|---|\n| F1 | 0,72 |\n| Precision | 0,70 |\n| Recall | 0,75 |\n";
        let seeded = plant(text, &builtin().0);
        let lifted = seeded.planted.iter().find(|planted| planted.defect == Defect::ImpossibleF1).unwrap();
        assert_eq!(lifted.number, Some(("0,72".into(), "0,91".into())));
        assert_eq!((lifted.rule.as_str(), lifted.said.is_some()), ("ARI-006", true), "{lifted:#?}");
    }

    #[test]
    fn a_sentence_is_there_twice_with_two_numbers() {
        let text = "# Triage\n\n## Acceptance\n\nWe begin in May. For launch recall must be at least 90 %. Then we rest.\n\nEnd.\n";
        let seeded = plant(text, &builtin().0);
        let twice = seeded.planted.iter().find(|planted| planted.defect == Defect::TwoTargets).unwrap();
        assert_eq!(twice.became.as_deref(), Some("For launch recall must be at least 95 %."));
        assert!(twice.said.is_some(), "{twice:#?}");
    }

    proptest::proptest! {
        #![proptest_config(proptest::prelude::ProptestConfig::with_cases(24))]
        #[test]
        fn no_text_ends_the_program(pieces in proptest::collection::vec(
            proptest::sample::select(vec![
                "# Metrics\n\n", "> ", "| Recall | Target |\n|---|---|\n| 0.9 | é 95 % |\n", "- recall ≥ 0.9 at launch\n", "1. ",
                "```yaml\nrecall: 0.9\n", "```\n", "Baseline recall is 0.6; target recall is 0.9. ", "\n\n", "\r\n", "<b>", "[^1]: ",
                "Wir löschen Daten nach 2 Jahren. ", "| PoC | 1,5 |\n", "---\n", "F1 of 0.8, precision 0.7, recall 0.7. ",
            ]), 0..24)) {
            let rules = builtin().0;
            let seeded = plant(&pieces.concat(), &rules);
            proptest::prop_assert!(seeded.caught() <= seeded.planted.len());
        }
    }
}
