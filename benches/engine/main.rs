//! How fast the engine is, beside the Markdown parser alone on the same text in the same run.
//!
//! `cargo bench --bench engine` measures everything; a word behind `--` chooses: `ratio`, `slope`, `large`, `hostile`, `small`, `loop`
//! (the same again and again, for a profiler; `loop html` the large page) or `dump FILE …`, which prints everything that is said of the
//! files, to compare two versions.
#![allow(clippy::disallowed_methods, clippy::print_stdout, clippy::print_stderr, missing_docs)]

mod corpus;
mod dump;
mod hostile;
mod large;
mod long;
mod small;

use std::hint::black_box;
use std::time::{Duration, Instant};

use pulldown_cmark::{Options, Parser};
use specreview::document::Document;
use specreview::engine::{Assessment, Settings, assess};
use specreview::rules::{self, RuleSet};

/// Bytes of text that ratio and memory are measured on.
const SIZE: usize = 20_000_000;

fn main() {
    let words: Vec<String> = std::env::args().skip(1).filter(|word| word != "--bench").collect();
    let (rules, problems) = rules::builtin();
    assert!(problems.is_empty(), "the rules that come with the program do not load: {problems:?}");
    let chosen = |word: &str| words.is_empty() || words.first().is_some_and(|first| first == word);
    match words.first().map(String::as_str) {
        Some("dump") => return dump::print(&rules, words.get(1..).unwrap_or_default()),
        Some("loop") if words.iter().any(|word| word == "html") => return large::again(&rules),
        Some("loop") => return again(&rules),
        _ => {}
    }
    if chosen("ratio") {
        ratio(&rules);
    }
    if chosen("slope") {
        slope(&rules);
    }
    if chosen("large") {
        large::measure(&rules);
    }
    if chosen("hostile") {
        hostile::measure(&rules);
    }
    if chosen("small") {
        small::run();
    }
}

/// One review, as the program does it.
fn review(text: &str, rules: &RuleSet) -> Assessment {
    let document = Document::parse(text);
    assess(&document, rules, &Settings::default())
}

/// The event loop of the Markdown parser, with places, and nothing else.
fn events(text: &str) -> usize {
    let options = Options::ENABLE_TABLES
        | Options::ENABLE_FOOTNOTES
        | Options::ENABLE_STRIKETHROUGH
        | Options::ENABLE_TASKLISTS
        | Options::ENABLE_GFM
        | Options::ENABLE_HEADING_ATTRIBUTES;
    Parser::new_ext(text, options).into_offset_iter().map(|(event, span)| black_box((event, span)).1.len()).sum()
}

fn timed<T>(work: impl FnOnce() -> T) -> (T, Duration) {
    let start = Instant::now();
    let out = work();
    (out, start.elapsed())
}

/// Engine against parser, file by file and as one document.
fn ratio(rules: &RuleSet) {
    let files = corpus::files();
    let bytes: usize = files.iter().map(String::len).sum();
    let copies = SIZE.div_ceil(bytes.max(1));
    let single: Vec<String> = files.iter().map(|text| format!("{:?}", review(text, rules))).collect();
    let (mut parser, mut engine) = (Duration::ZERO, Duration::ZERO);
    for copy in 0..copies {
        for (text, expected) in files.iter().zip(&single) {
            parser += timed(|| black_box(events(text))).1;
            let (found, time) = timed(|| review(text, rules));
            engine += time;
            // Every copy is judged as the single document is; twice is enough to see it.
            if copy == 0 || copy + 1 == copies {
                assert_eq!(&format!("{found:?}"), expected, "a copy is not judged as the document is");
            }
        }
    }
    let megabytes = (bytes * copies) as f64 / 1e6;
    let (parser, engine) = (parser.as_secs_f64(), engine.as_secs_f64());
    println!("{} files, {copies} times, {megabytes:.1} MB", files.len());
    println!("parser  {parser:>7.2} s {:>7.1} MB/s", megabytes / parser);
    println!("engine  {engine:>7.2} s {:>7.1} MB/s  ratio {:.1}", megabytes / engine, engine / parser);
}

/// Copies in one document of growing size.
fn slope(rules: &RuleSet) {
    println!("one document");
    let mut last: Option<(f64, f64)> = None;
    for megabytes in [1, 4, 16, 64] {
        let text = corpus::document(megabytes * 1_000_000);
        let size = text.len() as f64;
        let (_, parser) = timed(|| black_box(events(&text)));
        let time = timed(|| black_box(review(&text, rules))).1.as_secs_f64();
        let slope =
            last.map_or(String::from("    –"), |(s, t)| format!("{:>5.2}", (time / t).ln() / (size / s).ln()));
        let ratio = time / parser.as_secs_f64();
        println!("{megabytes:>4} MB {time:>8.2} s  ratio {ratio:>6.1}  slope {slope}");
        last = Some((size, time));
    }
}

/// The same reviews again and again, for a profiler.
fn again(rules: &RuleSet) {
    let files = corpus::files();
    for text in files.iter().chain(&files) {
        black_box(review(text, rules));
    }
}
