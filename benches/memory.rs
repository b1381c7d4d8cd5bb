//! How much memory the engine holds at most, in times of the text, by a counting allocator that would spoil a measure of time.
#![allow(clippy::disallowed_methods, clippy::print_stdout, missing_docs)]

#[path = "engine/corpus.rs"]
mod corpus;

use std::hint::black_box;

use peak_alloc::PeakAlloc;
use specreview::document::Document;
use specreview::engine::{Settings, assess};
use specreview::rules;

#[global_allocator]
static HEAP: PeakAlloc = PeakAlloc;

fn main() {
    let (rules, _) = rules::builtin();
    let peak = |text: &str| {
        let before = HEAP.current_usage();
        HEAP.reset_peak_usage();
        let document = Document::parse(text);
        black_box(assess(&document, &rules, &Settings::default()));
        HEAP.peak_usage().saturating_sub(before) as f64 / text.len().max(1) as f64
    };
    // The first review reads the weights, which stay.
    peak(&corpus::ordinary());
    println!("one ordinary specification: {:.1} times its text", peak(&corpus::ordinary()));
    for megabytes in [1, 4, 20] {
        let text = corpus::document(megabytes * 1_000_000);
        println!("{megabytes:>4} MB in one document: {:.1} times the text", peak(&text));
    }
}
