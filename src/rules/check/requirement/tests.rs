//! What the checks of requirements cost: no more than in proportion to the text.

use cpu_time::ThreadTime;
use std::fmt::Write as _;

use crate::document::Document;
use crate::facts::Facts;
use crate::rules::builtin;
use crate::rules::check::{Context, Shared};

#[test]
fn the_time_grows_no_faster_than_the_text() {
    type Family = (&'static str, &'static str, fn(&mut String, usize));
    let families: &[Family] = &[
        ("RQ-013", "links that lead nowhere", |out, at| {
            let _ = write!(out, "See [a](#b{at}).\n\n");
        }),
        ("RQ-013", "links that lead somewhere", |out, at| {
            let _ = write!(out, "<a id=\"b{at}\"></a> See [a](#b{at}).\n\n");
        }),
        ("RQ-013", "headings of one name", |out, _| out.push_str("## A\n\nSee [a](#a).\n\n")),
        ("RQ-013", "numbers that lead nowhere", |out, at| {
            let _ = write!(out, "## {}. A\n\nSee section 99.{at}.\n\n", at % 90);
        }),
        ("RQ-012", "abbreviations", |out, at| {
            let letter = |at: usize| char::from(b'A' + u8::try_from(at % 26).unwrap());
            let word: String = [at, at / 26, at / 676, 25].into_iter().map(letter).collect();
            let _ = write!(
                out,
                "The desk shall read {word}. It shall keep {word} and shall sign {word}. {word} shall end.\n\n"
            );
        }),
    ];
    let rules = builtin().0;
    for (code, name, add) in families {
        let time = |count: usize| {
            let mut text = String::from("# Plan\n\n");
            (0..count).for_each(|at| add(&mut text, at));
            let document = Document::parse(&text);
            let facts = Facts::read(&document, &rules.lexicon);
            let check = &rules.get(code).unwrap().check;
            let run = || {
                let shared = Shared::default();
                let cx = Context::new(&document, &facts, &rules.lexicon, &shared);
                let start = ThreadTime::now();
                assert!(!check.run(&cx).is_empty());
                start.elapsed().as_secs_f64()
            };
            (0..2).map(|_| run()).fold(f64::MAX, f64::min)
        };
        // Eight times the text; quadratic work would take sixty-four times as long.
        let (short, long) = (time(500).max(0.005), time(4_000));
        assert!(long < 24.0 * short, "{code}, {name}: {short:.3} s, with eight times the text {long:.3} s");
    }
}
