//! What a user waits for: one ordinary specification, and the start of the program.

use divan::Bencher;
use specreview::rules;

use crate::{corpus, review};

pub(crate) fn run() {
    divan::Divan::default().sample_count(50).main();
}

#[divan::bench]
fn specification_of_10_kb(bencher: Bencher<'_, '_>) {
    let (rules, _) = rules::builtin();
    let text = corpus::ordinary();
    bencher.bench_local(|| review(&text, &rules));
}

#[divan::bench]
fn start_with_all_rules(bencher: Bencher<'_, '_>) {
    bencher.bench_local(rules::builtin);
}
