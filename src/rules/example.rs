//! Examples of a page: passages on which a rule must fire, or must stay silent. They are its tests.

use super::check::{Context, Shared};
use super::{Given, Others, Rule, RuleSet};
use crate::document::Document;
use crate::facts::{ConceptState, Facts, Kind, Lexicon, Stage};
use crate::finding::Severity;

/// What an example expects.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Expectation {
    /// The rule fires.
    Bad,
    /// The rule stays silent.
    Good,
    /// The concept has this state (on concept pages).
    State(ConceptState),
}

impl Expectation {
    /// From the word of an info string.
    #[must_use]
    pub fn of(word: &str) -> Option<Self> {
        Some(match word {
            "bad" => Self::Bad,
            "good" => Self::Good,
            "absent" => Self::State(ConceptState::Absent),
            "mentioned" => Self::State(ConceptState::Mentioned),
            "specified" => Self::State(ConceptState::Specified),
            "waived" => Self::State(ConceptState::Waived),
            _ => return None,
        })
    }

    /// The word of an info string.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Bad => "bad",
            Self::Good => "good",
            Self::State(ConceptState::Absent) => "absent",
            Self::State(ConceptState::Mentioned) => "mentioned",
            Self::State(ConceptState::Specified) => "specified",
            Self::State(ConceptState::Waived) => "waived",
        }
    }
}

/// A fenced passage of a page: ```` ```markdown bad ```` or ```` ```markdown good ````, further words of the info string set the
/// profile (`task=forecasting`, `stage=brief`, `trains`) and narrow what is looked at (`part=data`, `severity=warning`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Example {
    /// What it expects.
    pub expect: Expectation,
    /// Its text.
    pub text: String,
    /// Line of its fence in the page, from 1.
    pub line: u32,
    /// `key=value` words of the info string; a word without `=` has an empty value.
    pub options: Vec<(String, String)>,
}

impl Example {
    /// The value of an option.
    #[must_use]
    pub fn option(&self, key: &str) -> Option<&str> {
        self.options.iter().find(|(name, _)| name == key).map(|(_, value)| value.as_str())
    }
}

/// What became of an example.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ExampleOutcome {
    /// As expected.
    Right,
    /// The rule stays silent where it must fire, or fires otherwise than expected; how.
    Missing(String),
    /// The rule fires where it must stay silent; what it says.
    Noisy(String),
}

impl ExampleOutcome {
    /// The word for reports: `ok`, `missing`, `noisy`.
    #[must_use]
    pub fn word(&self) -> &'static str {
        match self {
            Self::Right => "ok",
            Self::Missing(_) => "missing",
            Self::Noisy(_) => "noisy",
        }
    }
}

/// Runs one example of a rule. The passage is a specification, and the profile is such that the rule applies; the options
/// of the example add to it. So nothing but the passage decides.
#[must_use]
pub fn run_example(set: &RuleSet, rule: &Rule, example: &Example) -> ExampleOutcome {
    let (document, facts) = read(set, rule, example);
    let fired: Vec<(Severity, String)> = if rule.applies.excuse(&facts.profile).is_some() {
        Vec::new()
    } else {
        let shared = Shared::default();
        let given = Given::default();
        let others = Others { rules: set, given: &given };
        let cx = Context::new(&document, &facts, &set.lexicon, &shared).with_others(others);
        let part = example.option("part");
        let answers = rule.answers(&cx);
        let answers = answers.iter().filter(|answer| part.is_none() || answer.part.as_deref() == part);
        answers
            .flat_map(|answer| answer.flaws.iter().map(move |flaw| (answer, flaw)))
            .map(|(answer, flaw)| (rule.severity_by_page(flaw, &facts.profile), rule.words_of(answer, flaw)))
            .collect()
    };
    let wanted = example.option("severity");
    let first = fired.first().map(|(severity, message)| format!("{severity}: {message}"));
    match (example.expect, first) {
        (Expectation::Good, Some(said)) => ExampleOutcome::Noisy(said),
        (Expectation::Bad, None) => ExampleOutcome::Missing("the rule stays silent".to_owned()),
        (Expectation::Bad, Some(said)) => match wanted {
            Some(word) if !fired.iter().any(|(severity, _)| severity.word() == word) => {
                ExampleOutcome::Missing(format!("expected {word}, got {said}"))
            }
            _ => ExampleOutcome::Right,
        },
        (Expectation::Good | Expectation::State(_), _) => ExampleOutcome::Right,
    }
}

/// An example as the rule and those that it rests on see it.
pub(super) fn read(set: &RuleSet, rule: &Rule, example: &Example) -> (Document, Facts) {
    let document = Document::parse(&example.text);
    let mut facts = Facts::read(&document, &set.lexicon);
    force_profile(&mut facts, set, rule, example);
    let more = set.facts_for(std::iter::once(rule), &document, &facts);
    (document, more.unwrap_or(facts))
}

/// Runs one example of a concept page.
#[must_use]
pub fn run_concept_example(lexicon: &Lexicon, concept: &str, example: &Example) -> ExampleOutcome {
    let Expectation::State(wanted) = example.expect else { return ExampleOutcome::Right };
    let document = Document::parse(&example.text);
    let got = Facts::read(&document, lexicon).state(concept);
    let said = format!("expected {}, got {}", example.expect.word(), Expectation::State(got).word());
    match got.cmp(&wanted) {
        std::cmp::Ordering::Equal => ExampleOutcome::Right,
        std::cmp::Ordering::Less => ExampleOutcome::Missing(said),
        std::cmp::Ordering::Greater => ExampleOutcome::Noisy(said),
    }
}

fn force_profile(facts: &mut Facts, set: &RuleSet, rule: &Rule, example: &Example) {
    let profile = &mut facts.profile;
    profile.kind = Kind::AiSpec;
    profile.stage = Stage::Production;
    let named = |name: &String| !example.options.iter().any(|(key, value)| key == "not" && value == name);
    let mut traits: Vec<String> = Vec::new();
    let by_options = example.options.iter().filter_map(|(key, value)| match key.as_str() {
        "task" => Some(value.clone()),
        "not" | "stage" | "part" | "severity" => None,
        flag => Some(flag.to_owned()),
    });
    traits.extend(by_options);
    // The rules that it rests on apply as well: otherwise the text would not decide.
    let others = rule.rests_on().filter_map(|key| set.get(&key.code)).map(|other| &other.applies);
    for applies in std::iter::once(&rule.applies).chain(others) {
        traits.extend(applies.all.iter().filter(|name| named(name)).cloned());
        if !applies.any.iter().any(|name| traits.contains(name)) {
            traits.extend(applies.any.iter().find(|name| named(name)).cloned());
        }
    }
    profile.tasks = example.options.iter().filter(|(key, _)| key == "task").map(|(_, value)| value.clone()).collect();
    profile.trains = traits.iter().any(|name| name == "trains");
    profile.decides = traits.iter().any(|name| name == "decides");
    profile.affects_people = traits.iter().any(|name| name == "affects-people");
    profile.labelled_by_people = traits.iter().any(|name| name == "labelled-by-people");
    profile.regulated = traits.iter().any(|name| name == "regulated");
    profile.traits = traits.into_iter().collect();
    if let Some(stage) = example.option("stage") {
        profile.stage = match stage {
            "brief" => Stage::Brief,
            "poc" => Stage::Poc,
            _ => Stage::Production,
        };
    }
}
