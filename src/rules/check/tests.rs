//! What the checks that compare measures cost: no more than in proportion to how many there are. The measures are made here, for to
//! read so many from a text would take longer than all checks.

use cpu_time::ThreadTime;

use crate::document::Document;
use crate::facts::{Comparator, Facts, Measure, Role};
use crate::rules::builtin;
use crate::rules::check::{Context, Shared};
use crate::text::Span;
use crate::text::testing::{in_proportion, seconds};

/// Which of many measures has which metric, role, bound and value.
type Family = (&'static str, fn(usize, &mut Measure));

const FAMILIES: &[Family] = &[
    ("one target again and again", |_, _| {}),
    ("floors that differ, then ceilings above them", |at, measure| {
        let above = at % 2 == 1;
        measure.comparator = if above { Comparator::AtMost } else { Comparator::AtLeast };
        measure.quantity.value = if above { 1.0 } else { 0.5 } - at as f64 / 1e6;
    }),
    ("targets and what stands today", |at, measure| {
        measure.role = if at.is_multiple_of(2) { Role::Target } else { Role::Baseline };
    }),
    ("gates, targets and what stands today, of classes", |at, measure| {
        measure.role = [Role::Poc, Role::Target, Role::Baseline][at % 3];
        measure.slice = Some(format!("class {}", at / 9));
        measure.dataset = (at.is_multiple_of(4)).then(|| format!("set {at}"));
    }),
    ("F1, precision and recall as targets", |at, measure| {
        measure.metric = ["f1", "precision", "recall"][at % 3].to_owned();
    }),
    ("results of many metrics", |at, measure| {
        measure.role = Role::Reported;
        measure.comparator = Comparator::Equal;
        measure.metric = ["f1", "precision", "recall", "accuracy", "specificity"][at % 5].to_owned();
    }),
    ("accuracy of classes", |at, measure| {
        measure.metric = "accuracy".to_owned();
        measure.slice = Some(format!("class {at}"));
    }),
];

#[test]
fn the_time_grows_no_faster_than_the_measures() {
    let (rules, _) = builtin();
    let few = Document::parse("# Plan\n\nThe recall must be at least 0.9 on the test set.\n");
    let facts = Facts::read(&few, &rules.lexicon);
    let model = facts.measures.first().unwrap();
    let of = |count: usize, change: fn(usize, &mut Measure)| {
        let document = Document::parse(&"The recall must be at least 0.9.\n\n".repeat(count));
        let measure = |block: usize| {
            let span = document.blocks[block].span;
            let mut measure = Measure { block, span, lines: document.lines.range(span), ..model.clone() };
            (measure.quantity.block, measure.quantity.span) = (block, Span::new(span.end() - 1, span.end()));
            (measure.quantity.start, measure.quantity.end) = (28, 31);
            change(block, &mut measure);
            measure
        };
        let measures = (0..count).map(measure).collect();
        let quantities = Vec::new();
        (document, Facts { quantities, measures, ..facts.clone() })
    };
    for (name, change) in FAMILIES {
        let (small, large) = (of(1_000, *change), of(8_000, *change));
        for rule in rules.rules.iter().filter(|rule| rule.code.starts_with("ARI-") || rule.code.starts_with("MET-")) {
            in_proportion(&format!("{}, {name}", rule.code), (&small, &large), |(document, facts)| {
                let shared = Shared::default();
                let cx = Context::new(document, facts, &rules.lexicon, &shared);
                seconds(|| assert!(!rule.check.run(&cx).is_empty()))
            });
        }
    }
}

#[test]
fn the_time_of_one_paragraph_grows_no_faster_than_its_sentences() {
    let (rules, _) = builtin();
    let of = |count: usize| {
        let said = "The model must reach a recall of 0.9 on fraud data. Finance reviews 20 cases a day. ";
        Document::parse(&format!("# Plan\n\n{}\n", said.repeat(count)))
    };
    let time = |document: &Document| {
        let start = ThreadTime::now();
        assert!(Facts::read(document, &rules.lexicon).measures.len() > 9);
        start.elapsed().as_secs_f64()
    };
    let (small, large) = (of(200), of(1_600));
    let (short, mut long) = (time(&small).min(time(&small)), time(&large));
    // A machine that does something else at the moment is no defect of ours.
    for _ in 0..4 {
        if long < 16.0 * short {
            break;
        }
        long = long.min(time(&large));
    }
    assert!(long < 16.0 * short, "{short:.3} s, with eight times as many {long:.3} s");
}
