//! Is the document a specification of an AI project, something else about AI, or something else? Never looks at quality: a bad
//! specification is one.

use super::Kind;
use super::words::Words;
use crate::document::is_placeholder;
use crate::facts::{Measure, Role};

/// Items that speak for themselves: library pages and guides to planning state up to 23.
const MUCH: usize = 26;
/// Items that make one word of AI enough to look further: a customer's letter states as many.
const SOME: usize = 8;
/// How little the wording alone may speak against a plan: a dry one reads like no other.
const UNLIKE: f32 = -0.12;
/// A plan scores more than this: chosen on papers that the weights were not learnt from, in turn.
const LEAST: f32 = 7.0;
/// What a title says for a plan ("project charter"), and against one ("release notes"). Both were tried on the same papers.
const TITLE_FOR: f32 = 5.0;
const TITLE_AGAINST: f32 = 8.0;
/// What a text of a few sentences gets in place of what its items are worth: it has no room to state them, and whoever asks in it for
/// something that learns has begun a plan. Enough for a text whose wording alone speaks against it, and not for one whose title does so, too.
/// Set by this reasoning: hardly any labelled document is so short.
const BRIEF: f32 = 12.0;
/// A text of fewer words states nothing for sure.
const SHORT: usize = 300;

/// What the whole document says of itself.
pub(super) struct Whole {
    /// It has a few sentences only.
    pub(super) is_brief: bool,
    /// Items that are stated.
    pub(super) stated: usize,
    /// Items that are stated or named.
    pub(super) named: usize,
    /// How much the wording reads like the plan of a project.
    pub(super) project: Option<f32>,
}

/// What was seen, and what follows from it.
pub(super) fn kind(title: &str, words: &Words, measures: &[Measure], whole: &Whole) -> (Kind, String) {
    let aims =
        measures.iter().filter(|m| matches!(m.role, Role::Target | Role::Poc | Role::Slo | Role::Baseline)).count();
    let Whole { is_brief, stated, named, project } = *whole;
    if !about_ai(words, stated, is_brief) {
        return (Kind::Other, "it does not speak of a system that learns or predicts".to_owned());
    }
    let build = words.distinct("build-word");
    let blank = words.unanswered + words.empty_sections;
    if is_open(title) {
        return (Kind::Related, "it is a template: its title waits for a name".to_owned());
    }
    if blank > words.blocks {
        return (Kind::Related, format!("it is a template: {blank} places wait for an answer"));
    }
    let released = words.distinct("released-word");
    let library = words.distinct("library-word");
    // A document about something that exists speaks of its release, its use, its results.
    let finished = released.max(library);
    let weight = |count: usize, most: usize, worth: f32| count.min(most) as f32 * worth;
    let title = match (words.in_title("plan-title"), words.in_title("other-title")) {
        (true, false) => TITLE_FOR,
        (false, true) => -TITLE_AGAINST,
        (true, true) | (false, false) => 0.0,
    };
    let items = if is_brief { BRIEF } else { weight(stated, 44, 0.5) + weight(named, 44, 0.2) };
    let plan =
        title + 40.0 * project.unwrap_or_default().max(UNLIKE) + items + weight(build, 8, 0.5) + weight(aims, 12, 0.4)
            - weight(finished, 10, 1.5);
    // Whoever asks for something says what shall come, or states much of a plan.
    let asks = build + aims > 0 || stated >= MUCH;
    if asks && plan > LEAST {
        let because =
            format!("it says what shall be built and what it must reach ({stated} items of a plan are stated)");
        return (Kind::AiSpec, because);
    }
    (Kind::Related, "it speaks of AI, but plans no project".to_owned())
}

/// Words that only AI uses, or the names of its metrics beside everyday words.
fn about_ai(words: &Words, stated: usize, is_brief: bool) -> bool {
    let metrics = words.metrics.len();
    let strong = words.distinct("ai-word");
    let weak = words.distinct("ai-weak");
    // One stray word in a long text makes it no text about AI.
    let dense = words.total("ai-word") * 400 >= words.all.min(20_000);
    strong >= 2 && dense
        || strong >= 1 && (dense && weak >= 2 || metrics >= 1)
        || metrics >= 2 && weak >= 1
        || metrics >= 1 && weak >= 2
        || (stated >= SOME || is_brief) && (metrics + weak >= 2 || strong >= 1)
        // Who writes for readers without the trade says all that belongs to it, and hardly a word of it.
        || stated >= MUCH && words.all >= SHORT && metrics + weak + strong >= 1
}

/// A part of the title still waits for a name.
fn is_open(title: &str) -> bool {
    title.split([':', '\u{2013}', '\u{2014}']).flat_map(|part| part.split(" - ")).any(is_placeholder)
}
