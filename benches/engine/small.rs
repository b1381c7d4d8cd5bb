//! What a user waits for: one ordinary specification, and the start of the program.

use divan::Bencher;
use specreview::critique::{self, Ask, Sheet, Talk};
use specreview::document::Document;
use specreview::engine::{Settings, assess_with_facts};
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

/// The critique of one specification with everything heard twice, apart from the time of the endpoint.
#[divan::bench]
fn critique_of_10_kb(bencher: Bencher<'_, '_>) {
    let ((rules, _), (book, _)) = (rules::builtin(), critique::builtin());
    let document = Document::parse(&corpus::ordinary());
    let settings = Settings { is_spec: true, ..Settings::default() };
    let (head, facts) = assess_with_facts(&document, &rules, &settings);
    let sheet = Sheet { document: &document, facts: &facts, checks: &head.checks, risks: &[] };
    let answer = |id: &String| {
        serde_json::json!({
            "question": id, "quotes": [], "searched": ["everything"], "answer": "no", "score": 0, "claim": "c",
            "why_it_matters": "It costs money each time.", "question_to_author": "What does a miss cost?",
            "confidence": "high", "fits_any_project": false,
        })
    };
    let reply =
        |ask: &Ask| serde_json::json!({ "answers": ask.questions.iter().map(answer).collect::<Vec<_>>() }).to_string();
    bencher.bench_local(|| {
        let mut talk = Talk::open(sheet, &book, "m", "0123456789abcdef");
        loop {
            let asks = talk.asks();
            if asks.is_empty() {
                break talk.close();
            }
            for ask in asks {
                let text = reply(&ask);
                talk.hear(&ask, &text);
            }
        }
    });
}
