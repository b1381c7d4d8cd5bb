//! Carries labelled texts to a model, each as a document of its own with one question, to see how well it answers. Judges nothing.

use futures_util::stream::{self, StreamExt as _};

use super::ask::{self, Spent};
use super::{Deps, Options};
use crate::critique::ledger::Ledger;
use crate::critique::{AskedRisk, Critique, Questionnaire, Sheet};
use crate::document::Document;
use crate::facts::Facts;

/// So many texts in a row without an answer, and the rest is not asked: nobody is there, or the money is out.
const IN_VAIN: usize = 5;

/// One text to ask about.
#[derive(Debug, Clone, Default)]
pub struct Text {
    /// The text.
    pub text: String,
    /// The risks that the risk pass looks for in it.
    pub risks: Vec<AskedRisk>,
}

/// What came of it.
#[derive(Debug, Default)]
pub struct Measured {
    /// In the order of the texts; none where nothing was asked.
    pub heard: Vec<Option<Critique>>,
    /// What it cost.
    pub cost: Ledger,
    /// Why a text has no answer, the first of them.
    pub gap: Option<String>,
    /// Nobody is there to answer, or the money is out: asking on is of no use.
    pub is_over: bool,
}

/// Asks the one question of `book` about each text, so many at once as `at_once` says; the caps of a review hold for all of them
/// together. Rules have no say: neither their findings nor the profile of a text keep a question back. `done` is told how many
/// texts are through.
pub async fn measure(
    deps: &Deps,
    book: Questionnaire,
    texts: &[Text],
    at_once: usize,
    done: &mut dyn FnMut(usize),
) -> Measured {
    let (deps, purse) = deps.for_run(None, None);
    let deps = &Deps { questions: std::sync::Arc::new(book), ..deps };
    let mut measured = Measured::default();
    let calls = texts.iter().map(|text| one(deps, text));
    let mut answers = stream::iter(calls).buffered(at_once.max(1));
    let mut in_vain = 0;
    while let Some(critique) = answers.next().await {
        in_vain = if critique.incomplete.is_some() { in_vain + 1 } else { 0 };
        measured.gap = measured.gap.or_else(|| critique.incomplete.clone());
        measured.heard.push(Some(critique));
        done(measured.heard.len());
        measured.is_over = in_vain == IN_VAIN.min(texts.len());
        if measured.is_over {
            break;
        }
    }
    drop(answers);
    measured.heard.resize_with(texts.len(), || None);
    measured.cost = purse.ledger();
    measured
}

async fn one(deps: &Deps, text: &Text) -> Critique {
    let document = Document::parse(&text.text);
    let facts = Facts::read(&document, &deps.rules.lexicon);
    let sheet = Sheet { document: &document, facts: &facts, checks: &[], risks: &text.risks };
    ask::critique(deps, &Options::default(), sheet, &mut Spent::new(None)).await
}
