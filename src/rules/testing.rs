//! Runs the examples of pages and says what became of each. Reads nothing but the pages it is given.

use std::path::Path;

use super::compile::compile_all;
use super::example::{run_concept_example, run_example};
use super::{ExampleOutcome, RuleSet, Source, builtin};
use crate::finding::Problem;

/// One example that was run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TestedExample {
    /// Rule code, or id of a concept.
    pub subject: String,
    /// `MET-003/bad/1`: subject, what is expected, and its number among those.
    pub name: String,
    /// Path of the page.
    pub file: String,
    /// Line of the example in the page, from 1.
    pub line: u32,
    /// What became of it.
    pub outcome: ExampleOutcome,
}

impl std::fmt::Display for TestedExample {
    /// `MET-003/bad/1: missing: the rule stays silent`.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}: {}", self.name, self.outcome.word())?;
        match &self.outcome {
            ExampleOutcome::Right => Ok(()),
            ExampleOutcome::Missing(how) | ExampleOutcome::Noisy(how) => write!(f, ": {how}"),
        }
    }
}

/// What became of the pages of a user.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TestReport {
    /// Every example of every page that could be read.
    pub examples: Vec<TestedExample>,
    /// Mistakes in the pages, examples that do not behave left out (they are in `examples`).
    pub problems: Vec<Problem>,
}

impl TestReport {
    /// True when every page can be used.
    #[must_use]
    pub fn is_clean(&self) -> bool {
        self.problems.is_empty() && self.examples.iter().all(|example| example.outcome == ExampleOutcome::Right)
    }
}

/// Reads the pages of a user beside those that come with the program, and runs their examples.
#[must_use]
pub fn test_sources(sources: &[Source]) -> TestReport {
    // Read as shipped pages are: a page with an example that does not behave must stay, or its other examples are not run.
    // A file of the program's own checkout takes the place of the one that was built in.
    let replaced = |own: &Source| sources.iter().any(|given| Path::new(&given.path).ends_with(&own.path));
    let all: Vec<Source> =
        builtin::sources().into_iter().filter(|own| !replaced(own)).chain(sources.iter().cloned()).collect();
    let (set, mut problems) = compile_all(&all, &[]);
    // Words of packs are compiled when they are first looked for: a phrase that cannot be read would be silently none.
    problems.extend(set.mistakes_of_packs());
    let is_theirs = |path: &str| sources.iter().any(|source| source.path == path);
    let codes: Vec<&str> =
        set.rules.iter().filter(|rule| is_theirs(&rule.page.path)).map(|rule| rule.code.as_str()).collect();
    let ids: Vec<&str> =
        set.concepts.iter().filter(|page| is_theirs(&page.page.path)).map(|page| page.concept.as_str()).collect();
    TestReport {
        examples: outcomes(&set, |code| codes.contains(&code), |id| ids.contains(&id)),
        problems: problems.into_iter().filter(|problem| is_theirs(&problem.file)).collect(),
    }
}

/// Runs the examples of the chosen rules and concepts.
#[must_use]
pub fn outcomes(set: &RuleSet, rules: impl Fn(&str) -> bool, concepts: impl Fn(&str) -> bool) -> Vec<TestedExample> {
    let mut tested = Vec::new();
    for rule in set.rules.iter().filter(|rule| rules(&rule.code)) {
        numbered(&rule.code, &rule.page, &mut tested, |example| run_example(set, rule, example));
    }
    for concept in set.concepts.iter().filter(|concept| concepts(&concept.concept)) {
        let id = &concept.concept;
        numbered(id, &concept.page, &mut tested, |example| run_concept_example(&set.lexicon, id, example));
    }
    tested
}

fn numbered(
    subject: &str,
    page: &super::Page,
    tested: &mut Vec<TestedExample>,
    run: impl Fn(&super::Example) -> ExampleOutcome,
) {
    for (at, example) in page.examples.iter().enumerate() {
        let number = page.examples.iter().take(at + 1).filter(|other| other.expect == example.expect).count();
        tested.push(TestedExample {
            subject: subject.to_owned(),
            name: format!("{subject}/{}/{number}", example.expect.word()),
            file: page.path.clone(),
            line: example.line,
            outcome: run(example),
        });
    }
}
