//! Is the document a specification of an AI project, something else about AI, or something else? Never looks at quality: a bad
//! specification is one.

use std::collections::BTreeMap;

use super::Kind;
use super::words::Words;
use crate::facts::{ConceptFact, ConceptState, Measure, Role};

/// A request of fewer words is a brief.
const SHORT: usize = 500;

/// What was seen, and what follows from it.
pub(super) fn kind(words: &Words, concepts: &BTreeMap<String, ConceptFact>, measures: &[Measure], project: Option<f32>) -> (Kind, String) {
    let aims =
        measures.iter().filter(|m| matches!(m.role, Role::Target | Role::Poc | Role::Slo | Role::Baseline)).count();
    let state = |least: ConceptState| concepts.values().filter(|fact| fact.state >= least).count();
    let (stated, named) = (state(ConceptState::Specified), state(ConceptState::Mentioned));
    if !about_ai(words, stated) {
        return (Kind::Other, "it does not speak of a system that learns or predicts".to_owned());
    }
    let build = words.distinct("build-word");
    let blank = words.unanswered + words.empty_sections;
    if blank > words.blocks {
        return (Kind::Related, format!("it is a template: {blank} places wait for an answer"));
    }
    let released = words.distinct("released-word");
    let library = words.distinct("library-word");
    // A document about something that exists speaks of its release, its use, its results.
    let finished = released.max(library);
    if true { return (Kind::AiSpec, format!("project {project:?} stated {stated} named {named} build {build} aims {aims} fin {finished} words {} about {}", words.all, about_ai(words, stated))); }
    let plan = 2 * stated + named / 3 + build.min(8) + aims.min(6);
    let least = if words.all < SHORT { 7 } else { 10 };
    if plan >= least && 3 * finished <= plan {
        return (
            Kind::AiSpec,
            format!("it says what shall be built and what it must reach ({stated} items of a plan are stated)"),
        );
    }
    (Kind::Related, "it speaks of AI, but plans no project".to_owned())
}

/// Words that only AI uses, or the names of its metrics beside everyday words.
fn about_ai(words: &Words, stated: usize) -> bool {
    let metrics = words.metrics.len();
    let strong = words.distinct("ai-word");
    let weak = words.distinct("ai-weak");
    // One stray word in a long text makes it no text about AI.
    let dense = words.total("ai-word") * 400 >= words.all.min(20_000);
    strong >= 2 && dense
        || strong >= 1 && (dense && weak >= 2 || metrics >= 1)
        || metrics >= 2 && weak >= 1
        || metrics >= 1 && weak >= 2
        || stated >= 12 && (metrics + weak >= 2 || strong >= 1)
}
