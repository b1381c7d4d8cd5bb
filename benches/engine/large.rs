//! A page of a megabyte until its findings, beside the Markdown parser alone on the same words: HTML and Markdown, in four sizes. The
//! time must grow no faster than the text.

use std::hint::black_box;

use specreview::document::Document;
use specreview::engine::{Settings, assess};
use specreview::rules::RuleSet;

use crate::{events, long, timed};

/// From the bytes of a file to findings, as the program does it.
fn found(path: &str, text: &str, rules: &RuleSet) -> usize {
    let settings = Settings { is_spec: true, ..Settings::default() };
    assess(&Document::read(path, text), rules, &settings).findings.len()
}

pub(crate) fn measure(rules: &RuleSet) {
    println!("one long specification: reading it, and all until its findings; slope against half the size");
    for (name, path, make) in
        [("Markdown", "a.md", long::markdown as fn(usize) -> String), ("HTML", "a.html", long::page)]
    {
        let mut last: Option<f64> = None;
        for kilobytes in [125, 250, 500, 1000] {
            let (text, words) = (make(kilobytes * 1000), long::markdown(kilobytes * 1000));
            let best = |work: &dyn Fn() -> usize| {
                (0..5).map(|_| timed(|| black_box(work())).1.as_secs_f64()).fold(f64::MAX, f64::min)
            };
            let parser = best(&|| events(&words));
            let reading = best(&|| Document::read(path, &text).blocks.len());
            let all = best(&|| found(path, &text, rules));
            let slope = last.map_or(String::from("–"), |last| format!("{:.2}", (all / last).log2()));
            last = Some(all);
            println!(
                "{name:>9} {kilobytes:>5} KB  reading {:>6.1} ms, all {:>7.1} ms, {:>5.1} MB/s  parser {:>4.1} ms, ratio {:>5.1}  slope {slope}",
                reading * 1e3,
                all * 1e3,
                text.len() as f64 / 1e6 / all,
                parser * 1e3,
                all / parser,
            );
        }
    }
}

/// The page again and again, for a profiler.
pub(crate) fn again(rules: &RuleSet) {
    let text = long::page(1_000_000);
    for _ in 0..20 {
        black_box(found("a.html", &text, rules));
    }
}
