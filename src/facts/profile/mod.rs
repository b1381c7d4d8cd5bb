//! What kind of document this is, and what kind of system it describes. The profile decides which rules apply.
//! Never reads a rule.

mod kind;
mod task;
mod words;

use std::collections::{BTreeMap, BTreeSet};

use super::recognise::Recognised;
use super::{ConceptFact, ConceptState, Hit, Lexicon, Measure, Mention, Metric, RawTask, Role};
use crate::document::{DirectiveKind, Document};

/// Is it a specification of an AI project?
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    /// Yes: it says what shall be built and what it must reach.
    AiSpec,
    /// About AI, but no specification of a project (model card, tutorial, template, decision record, library).
    Related,
    /// Something else.
    Other,
}

impl Kind {
    /// The word used in reports.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::AiSpec => "ai-spec",
            Self::Related => "related",
            Self::Other => "other",
        }
    }
}

/// How far the project is. Ordered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Stage {
    /// An idea, a request, an announcement.
    Brief,
    /// Up to a proof of concept.
    Poc,
    /// Up to operation.
    Production,
}

impl Stage {
    /// The word used in reports.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Brief => "brief",
            Self::Poc => "poc",
            Self::Production => "production",
        }
    }

    /// The trait by which rules ask for it.
    #[must_use]
    pub fn asked_as(self) -> &'static str {
        match self {
            Self::Brief => "stage-brief",
            Self::Poc => "stage-poc",
            Self::Production => "stage-production",
        }
    }
}

/// The profile of a document.
#[derive(Debug, Clone, PartialEq)]
pub struct Profile {
    /// Kind of document.
    pub kind: Kind,
    /// Why the kind was decided so, in one sentence for people.
    pub because: String,
    /// Task ids of the lexicon (`binary-classification`, `forecasting`, `rag`, …), strongest first; may be empty.
    pub tasks: Vec<String>,
    /// Score of every task that scored at all.
    pub scores: BTreeMap<String, u32>,
    /// A model is trained or fine-tuned (and not only prompted).
    pub trains: bool,
    /// Labels are made by people (and not only logged outcomes).
    pub labelled_by_people: bool,
    /// The output triggers an action, so that errors of two kinds cost something.
    pub decides: bool,
    /// It judges or concerns people.
    pub affects_people: bool,
    /// Personal or regulated area: medical, credit, hiring, law, …
    pub regulated: bool,
    /// Stage.
    pub stage: Stage,
    /// All traits that rules can ask for by name (`trains`, `decides`, task ids, …).
    pub traits: BTreeSet<String>,
}

/// What the wording as a whole says of the kind of the document, and how many items are stated and named, those counted in that the
/// document leans to: which kind it is, no single sentence has to say.
fn whole(lexicon: &Lexicon, concepts: &BTreeMap<String, ConceptFact>, recognised: &Recognised) -> kind::Whole {
    let state = |id: &str| concepts.get(id).map_or(ConceptState::Absent, |fact| fact.state);
    let leans = |id: &str| {
        let concept = lexicon.concepts().iter().find(|(_, concept)| concept.concept == id);
        concept.and_then(|(_, concept)| concept.recognise.as_deref()).is_some_and(|name| recognised.leans(name))
    };
    let count = |least: ConceptState| concepts.keys().filter(|id| state(id) >= least || leans(id)).count();
    kind::Whole {
        is_brief: recognised.is_short(),
        stated: count(ConceptState::Specified),
        named: count(ConceptState::Mentioned),
        project: recognised.project(),
    }
}

/// Reads the profile.
#[must_use]
pub(super) fn profile(
    document: &Document,
    lexicon: &Lexicon,
    hits: &[Hit],
    concepts: &BTreeMap<String, ConceptFact>,
    measures: &[Measure],
    mentions: &[Mention],
    recognised: &Recognised,
) -> Profile {
    let words = words::Words::count(document, lexicon, hits);
    let scores = task::scores(document, lexicon, hits, mentions);
    let tasks = task::tasks(document, lexicon, &scores);
    let (kind, because) = if document.directives.iter().any(|directive| directive.kind == DirectiveKind::Spec) {
        (Kind::AiSpec, "it says so itself, with `specreview: spec` in a comment".to_owned())
    } else {
        kind::kind(document.title().unwrap_or_default(), &words, measures, &whole(lexicon, concepts, recognised))
    };
    let has = |id: &str| tasks.iter().any(|task| task == id);
    let state = |id: &str| concepts.get(id).map_or(ConceptState::Absent, |fact| fact.state);

    let does = |what: fn(&RawTask) -> bool| lexicon.tasks().iter().any(|task| what(task) && has(&task.id));

    let generative = does(|task| task.prompted);
    let training = words.distinct("trains");
    let recorded = words.distinct("recorded-labels") > 0 || state("annotation") == ConceptState::Waived;
    let labelled_by_people = words.distinct("people-labels") >= if recorded { 3 } else { 1 };
    // Who labels examples by hand trains with them, unless a ready model is only prompted.
    let learns = if generative { training >= 3 } else { training >= 1 || labelled_by_people };
    // A forecast learns from what came to pass; that people label for it has to be stated.
    let forecasts = has("forecasting");
    let labelled_by_people = labelled_by_people && !forecasts || labels_stated(&state, labelled_by_people, forecasts);
    let trains = learns && words.distinct("no-training") == 0;
    let decides = does(|task| task.decides) || words.distinct("decides") >= 3;
    let affects_people = words.total("affects-people") >= 3;
    let regulated = words.distinct("regulated") >= 2;
    let stage = stage(document, &words, concepts);

    let mut traits: BTreeSet<String> = tasks.iter().cloned().collect();
    let tells_apart = measured_by_class(lexicon, measures);
    let classifier = tells_apart || does(|task| task.classes.is_some());
    let evaluates = !measures.is_empty() || !mentions.is_empty();
    for (name, holds) in [
        ("trains", trains),
        ("prompted", !trains && (generative || words.distinct("llm") >= 2)),
        ("labelled-by-people", labelled_by_people),
        ("decides", decides),
        ("affects-people", affects_people),
        ("regulated", regulated),
        ("evaluates", evaluates),
        ("retrieves", words.distinct("retrieves") >= 2 || has("rag")),
        ("has-budget", words.distinct("budget") > 0),
        ("classifier", classifier),
        ("generative", generative),
        ("forecast", has("forecasting") && !tells_apart),
        (stage.asked_as(), true),
    ] {
        if holds {
            traits.insert(name.to_owned());
        }
    }
    Profile {
        kind,
        because,
        tasks,
        scores,
        trains,
        labelled_by_people,
        decides,
        affects_people,
        regulated,
        stage,
        traits,
    }
}

/// What can be stated of labels that people make.
const LABELLING: [&str; 4] = ["annotation", "annotator", "annotation-method", "annotation-quality"];
/// Of these, as many together say that people label: fewer where words of labelling stand in the text, more where they do not.
const LABELLED: [usize; 2] = [2, 3];

/// Enough of labelling is stated, so the rest can be asked for. Records are described and checked as well, above all those that a
/// forecast learns from: there only who labels tells people from them, or words of it beside the procedure.
fn labels_stated(state: &impl Fn(&str) -> ConceptState, is_worded: bool, forecasts: bool) -> bool {
    let stated = |id: &str| state(id) == ConceptState::Specified;
    let by_people = stated("annotator") || (is_worded || !forecasts) && stated("annotation-method");
    let [worded, silent] = LABELLED;
    by_people && LABELLING.iter().filter(|id| stated(id)).count() >= if is_worded { worded } else { silent }
}

/// A goal is set by a metric of classes: whatever the system does besides, it tells cases apart.
fn measured_by_class(lexicon: &Lexicon, measures: &[Measure]) -> bool {
    let has = |metric: &Metric, family: &str| metric.families.iter().any(|known| known == family);
    measures.iter().filter(|measure| matches!(measure.role, Role::Target | Role::Poc)).any(|measure| {
        let metric = lexicon.metric(&measure.metric);
        metric.is_some_and(|metric| has(metric, "classification") && !has(metric, "agreement"))
    })
}

/// Concepts of which a document speaks that goes as far as operation.
const OPERATION: [&str; 7] =
    ["serving", "hosting", "monitoring", "rollback", "environments", "drift-model", "drift-data"];
/// A document with fewer words that says next to nothing about operation is a brief.
const BRIEF_WORDS: usize = 700;
/// Concepts of operation that a plan up to operation states.
const PLANNED: usize = 2;

fn stage(document: &Document, words: &words::Words, concepts: &BTreeMap<String, ConceptFact>) -> Stage {
    let operation = OPERATION
        .iter()
        .filter(|id| concepts.get(**id).is_some_and(|fact| fact.state == ConceptState::Specified))
        .count();
    let title = document.title().unwrap_or_default().to_lowercase();
    if operation < PLANNED
        && ["proof of concept", "poc", "feasibility", "pilot"].iter().any(|word| title.contains(word))
    {
        return Stage::Poc;
    }
    if operation < PLANNED && words.all < BRIEF_WORDS { Stage::Brief } else { Stage::Production }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::{Classes, Facts, RawLexicon, RawSignal};

    fn lexicon() -> Lexicon {
        let signals = [
            ("ai-word", &["machine learning", "classifier", "model card"][..]),
            ("ai-weak", &["model", "predict*"]),
            ("build-word", &["must", "goal*", "pilot", "we want"]),
            ("released-word", &["was trained on", "limitations", "intended use", "model card"]),
            ("trains", &["train*", "label*"]),
            ("decides", &["flag*", "block*", "route*"]),
            ("affects-people", &["patient*"]),
        ]
        .map(|(id, phrases)| RawSignal {
            id: id.to_owned(),
            phrases: phrases.iter().map(|phrase| (*phrase).to_owned()).collect(),
        });
        let task = |id: &str, cues: &[&str], decides: bool| RawTask {
            id: id.to_owned(),
            cues: cues.iter().map(|cue| (*cue).to_owned()).collect(),
            families: Vec::new(),
            decides,
            prompted: false,
            classes: (id == "multi-class").then_some(Classes::Many),
        };
        let tasks = vec![
            task("forecasting", &["forecast*", "horizon", "demand", "days ahead"], true),
            task("multi-class", &["route*", "queue*", "categor*", "topic*"], true),
        ];
        Lexicon::compile(RawLexicon { signals: signals.into(), tasks, ..RawLexicon::default() }).0
    }

    fn read(text: &str) -> Profile {
        Facts::read(&Document::parse(text), &lexicon()).profile
    }

    #[test]
    fn a_few_sentences_are_a_plan_where_they_ask_for_something() {
        let lexicon = crate::rules::builtin().0.lexicon;
        for (text, expected) in [
            (
                "# Fraud model specification\n\nWe train a binary classifier on card payments to find fraud.\n\n\
                 ## Metrics\n\n| Metric | Target |\n|---|---|\n| Recall | 0.9 |\n",
                Kind::AiSpec,
            ),
            ("# Queues\n\nA classifier must route letters; it should reach an accuracy of 0.9.\n", Kind::AiSpec),
            ("# Release notes 2.3\n\nThe classifier was trained anew. Accuracy improved to 0.93.\n", Kind::Related),
            ("# mlkit\n\nA small library to train classifiers. Accuracy on iris is 0.97.\n", Kind::Related),
        ] {
            let document = Document::parse(text);
            assert_eq!(Facts::read(&document, &lexicon).profile.kind, expected, "{text}");
        }
    }

    #[test]
    fn kinds_of_documents_are_told_apart() {
        let check = |text: &str, expected: Kind| {
            let profile = read(text);
            assert_eq!(profile.kind, expected, "{text}\n{}", profile.because);
        };
        let plan = include_str!("../../../docs/examples/parcel-damage.md");
        check(&format!("{plan}\n\nWe want a classifier made by machine learning."), Kind::AiSpec);
        check(
            "A model card. The classifier was trained on trains. Limitations: snow. Intended use: study.",
            Kind::Related,
        );
        check("The goals of this kitchen: it must predict nothing.", Kind::Other);
        check("# Plan\n\n## Classifier by machine learning\n\n## Goal\n\n## Pilot\n\n## Model\n", Kind::Related);
        // A title that waits for a name makes a template of what would be a plan.
        check(&format!("# Charter: <project>\n\n{plan}\n\nA classifier, by machine learning."), Kind::Related);
        check("", Kind::Other);
    }

    #[test]
    fn tasks_come_from_words_where_they_stand_unless_the_document_says() {
        let check = |text: &str, expected: &[&str]| assert_eq!(read(text).tasks, expected, "{text}");
        check("It forecasts demand three days ahead; the horizon is a week.", &["forecasting"]);
        check("## Demand forecast\n\nSeven days ahead.", &["forecasting"]);
        check("Its demand.", &[]);
        check(
            "---\nml_task: multi-class\n---\n\nIt forecasts demand three days ahead; the horizon is a week.",
            &["multi-class"],
        );
        check("Task: forecasting\n\nRoute by topic, queue and category, topics.", &["forecasting"]);
    }

    #[test]
    fn people_who_make_labels_are_seen_in_whatever_voice() {
        #[derive(serde::Deserialize)]
        struct File {
            signal: Vec<RawSignal>,
        }
        let file: File =
            toml::from_str(include_str!("../../../rules/signals.toml")).unwrap_or_else(|error| panic!("{error}"));
        let (lexicon, problems) = Lexicon::compile(RawLexicon { signals: file.signal, ..RawLexicon::default() });
        assert_eq!(problems, []);
        let check = |text: &str, expected: bool| {
            let profile = Facts::read(&Document::parse(text), &lexicon).profile;
            assert_eq!(profile.traits.contains("labelled-by-people"), expected, "{text}");
        };
        check("Interns will label the tickets.", true);
        check("Nurses tag each photo with one of five grades.", true);
        check("Each photo is classified by two inspectors.", true);
        check("Every mail is tagged once by hand.", true);
        check("The classifier will tag incoming tickets and will label each photo as damaged or sound.", false);
        check("Clerks sort the letters by hand today.", false);
    }

    #[test]
    fn traits_follow_from_tasks_and_words() {
        let profile =
            read("It routes patients, patient queues and patient categories by topic. It is trained on labels.");
        for name in ["multi-class", "classifier", "decides", "trains", "affects-people", "stage-brief"] {
            assert!(profile.traits.contains(name), "{name}: {:?}", profile.traits);
        }
        assert!(!profile.traits.contains("generative"));
    }
}
