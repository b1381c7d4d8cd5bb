//! Is the document a specification of an AI project, something else about AI, or something else? Never looks at quality: a bad
//! specification is one.

use std::collections::BTreeMap;

use super::Kind;
use super::words::Words;
use crate::facts::{ConceptFact, ConceptState, Measure, Role};

/// Concepts that only a project has.
const PROJECT: [&str; 17] = [
    "why",
    "kpi",
    "kpi-link",
    "goal-trace",
    "poc",
    "poc-gate",
    "stop-rule",
    "staged-path",
    "funding",
    "target-review",
    "living-document",
    "annotator",
    "representativeness",
    "error-cost",
    "metric-rationale",
    "threshold",
    "baseline",
];

/// A request of fewer words is a brief.
const SHORT: usize = 500;

/// What was seen, and what follows from it.
pub(super) fn kind(words: &Words, concepts: &BTreeMap<String, ConceptFact>, measures: &[Measure]) -> (Kind, String) {
    let specified = |id: &&str| concepts.get(*id).is_some_and(|fact| fact.state == ConceptState::Specified);
    let project = PROJECT.iter().filter(|id| specified(id)).count();
    let aims =
        measures.iter().filter(|m| matches!(m.role, Role::Target | Role::Poc | Role::Slo | Role::Baseline)).count();
    let about_ai = about_ai(words, project);
    if !about_ai {
        return (Kind::Other, "it does not speak of a system that learns or predicts".to_owned());
    }
    let build = words.distinct("build-word");
    let blank = words.unanswered + words.empty_sections;
    if blank > words.blocks {
        return (Kind::Related, format!("it is a template: {blank} places wait for an answer"));
    }
    let released = words.distinct("released-word");
    let library = words.distinct("library-word");
    if project >= 3 && released.max(library) <= project + build {
        return (
            Kind::AiSpec,
            format!("it says what shall be built and what it must reach ({project} parts of a project plan)"),
        );
    }
    // A short request needs fewer parts of a plan than a long paper.
    let least = if words.all < SHORT { 1 } else { 2 };
    let asks = build >= 2 && (project >= least || project + aims >= 3 || build >= 4 && words.all < SHORT);
    if asks && released.max(library) < build + project {
        return (Kind::AiSpec, "it asks for a system to be built".to_owned());
    }
    (Kind::Related, "it speaks of AI, but plans no project".to_owned())
}

/// Words that only AI uses, or the names of its metrics beside everyday words.
fn about_ai(words: &Words, project: usize) -> bool {
    let metrics = words.metrics.len();
    let strong = words.distinct("ai-word");
    let weak = words.distinct("ai-weak");
    // One stray word in a long text makes it no text about AI.
    let dense = words.total("ai-word") * 400 >= words.all.min(20_000);
    strong >= 2 && dense
        || strong >= 1 && (dense && weak >= 2 || metrics >= 1)
        || metrics >= 2 && weak >= 1
        || metrics >= 1 && weak >= 2
        || project >= 5 && metrics + weak >= 3
}
