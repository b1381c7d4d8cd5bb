//! From raw words to the compiled lexicon. Every mistake is collected; what is sound is kept.

use std::collections::{BTreeMap, BTreeSet};

use super::raw::{RawConcept, RawLexicon, RawMetric, Reach};
use super::scan::Builder;
use super::{Lexicon, LexiconProblem, Metric, Term, phrase};
use crate::facts::Signal;

/// A line of what a commitment is, compiled.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::facts) struct Need {
    pub(in crate::facts) reach: Reach,
    /// What must stand in the passage, and what must not.
    pub(in crate::facts) wanted: Vec<Token>,
    pub(in crate::facts) unwanted: Vec<Token>,
}

/// One word of such a line.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::facts) enum Token {
    /// A signal that is read from words and numbers.
    Signal(Signal),
    /// Any phrase of a vocabulary, or of a signal that is only a list of phrases.
    Phrases(Term),
    /// A cue of the concept itself.
    Cue,
    /// Announced by a heading, a lead or a label.
    Announced,
}

struct Compiler {
    builder: Builder,
    terms: Vec<Term>,
    numbers: BTreeMap<Term, usize>,
    problems: Vec<LexiconProblem>,
}

pub(super) fn compile(raw: RawLexicon) -> (Lexicon, Vec<LexiconProblem>) {
    let mut compiler =
        Compiler { builder: Builder::default(), terms: Vec::new(), numbers: BTreeMap::new(), problems: Vec::new() };
    let raw = compiler.without_doubles(raw);
    compiler.number(&raw);
    for (number, signal) in raw.signals.iter().enumerate() {
        compiler.phrases(&signal.id, &signal.phrases, &Term::Signal(number), None, &raw);
    }
    let mut metrics = Vec::new();
    for (number, metric) in raw.metrics.iter().enumerate() {
        compiler.phrases(&metric.id, &metric.names, &Term::Metric(number), None, &raw);
        compiler.phrases(&metric.id, &metric.unless, &Term::MetricUnless(number), None, &raw);
        metrics.push(compiler.metric(metric));
    }
    for (number, task) in raw.tasks.iter().enumerate() {
        compiler.phrases(&task.id, &task.cues, &Term::Task(number), None, &raw);
    }
    let mut needs = Vec::new();
    for (number, (_, concept)) in raw.concepts.iter().enumerate() {
        let own = Some((number, concept));
        for (word, phrases) in concept.words.values().enumerate() {
            compiler.phrases(&concept.concept, phrases, &Term::Word(number, word), own, &raw);
        }
        let (pairs, cues): (Vec<String>, Vec<String>) = concept.cues.iter().cloned().partition(|cue| cue.contains('@'));
        compiler.phrases(&concept.concept, &cues, &Term::Cue(number), own, &raw);
        compiler.phrases(&concept.concept, &pairs, &Term::Pair(number), own, &raw);
        compiler.phrases(&concept.concept, &concept.weak, &Term::Weak(number), own, &raw);
        compiler.phrases(&concept.concept, &concept.headings, &Term::Heading(number), own, &raw);
        compiler.phrases(&concept.concept, &concept.unless, &Term::Unless(number), own, &raw);
        needs.push(concept.needs.iter().filter_map(|line| compiler.need(line, number, concept, &raw)).collect());
    }
    let Compiler { builder, terms, problems, .. } = compiler;
    let scanner = builder.build();
    (Lexicon { raw, metrics, scanner, terms, needs }, problems)
}

impl Compiler {
    fn problem(&mut self, id: &str, message: impl Into<String>) {
        self.problems.push(LexiconProblem { id: id.to_owned(), message: message.into() });
    }

    /// The first of two entries with the same id stays.
    fn without_doubles(&mut self, raw: RawLexicon) -> RawLexicon {
        let RawLexicon { concepts, metrics, tasks, signals } = raw;
        RawLexicon {
            concepts: self.first(concepts, "concept", |(_, concept)| &concept.concept),
            metrics: self.first(metrics, "metric", |metric| &metric.id),
            tasks: self.first(tasks, "task", |task| &task.id),
            signals: self.first(signals, "signal", |signal| &signal.id),
        }
    }

    fn first<T>(&mut self, list: Vec<T>, what: &str, id: impl Fn(&T) -> &String) -> Vec<T> {
        let mut seen = BTreeSet::new();
        let mut kept = Vec::new();
        for entry in list {
            let name = id(&entry).clone();
            if seen.insert(name.clone()) {
                kept.push(entry);
            } else {
                self.problem(&name, format!("there are two of this {what}: rename or delete one"));
            }
        }
        kept
    }

    /// Gives every term its number, so that a phrase may refer to a vocabulary that comes later.
    fn number(&mut self, raw: &RawLexicon) {
        let signals = (0..raw.signals.len()).map(Term::Signal);
        let metrics = (0..raw.metrics.len()).flat_map(|n| [Term::Metric(n), Term::MetricUnless(n)]);
        let tasks = (0..raw.tasks.len()).map(Term::Task);
        let concepts = raw.concepts.iter().enumerate().flat_map(|(n, (_, concept))| {
            let own = [Term::Cue(n), Term::Pair(n), Term::Weak(n), Term::Heading(n), Term::Unless(n)];
            own.into_iter().chain((0..concept.words.len()).map(move |word| Term::Word(n, word)))
        });
        self.terms = signals.chain(metrics).chain(tasks).chain(concepts).collect();
        self.numbers = self.terms.iter().cloned().enumerate().map(|(number, term)| (term, number)).collect();
    }

    fn phrases(
        &mut self,
        id: &str,
        phrases: &[String],
        term: &Term,
        own: Option<(usize, &RawConcept)>,
        raw: &RawLexicon,
    ) {
        let Some(meaning) = self.numbers.get(term).copied() else { return };
        // A phrase that is a whole vocabulary of the page stands for every phrase of it.
        let whole = |text: &String| {
            let words = text.strip_prefix('@').filter(|name| !name.contains(' '))?;
            own?.1.words.get(words)
        };
        for text in phrases.iter().flat_map(|text| whole(text).map_or(std::slice::from_ref(text), Vec::as_slice)) {
            match phrase::parse(text) {
                Err(message) => self.problem(id, message),
                Ok(spellings) => {
                    for spelling in spellings {
                        let numbers = &self.numbers;
                        let resolve = |name: &str| named(name, own, raw, numbers);
                        if let Err(message) = self.builder.add(spelling, meaning, &resolve) {
                            self.problem(id, message);
                            break;
                        }
                    }
                }
            }
        }
    }

    fn metric(&mut self, raw: &RawMetric) -> Metric {
        let higher_is_better = match raw.better.as_str() {
            "up" => Some(true),
            "down" => Some(false),
            "none" => None,
            other => {
                self.problem(&raw.id, format!("`better: {other}` is not known: write `up`, `down` or `none`"));
                None
            }
        };
        Metric {
            id: raw.id.clone(),
            higher_is_better,
            min: raw.min,
            max: raw.max,
            chance: raw.chance,
            families: raw.families.clone(),
            threshold: raw.threshold,
            quality: raw.quality,
            everyday: raw.everyday,
        }
    }

    fn need(&mut self, line: &[String], number: usize, concept: &RawConcept, raw: &RawLexicon) -> Option<Need> {
        let mut need = Need { reach: concept.unit, wanted: Vec::new(), unwanted: Vec::new() };
        for word in line {
            need.reach = match word.as_str() {
                "in-sentence" => Reach::Sentence,
                "in-block" => Reach::Block,
                "in-passage" => Reach::Passage,
                "in-section" => Reach::Section,
                word => {
                    let (list, name) = match word.strip_prefix('!') {
                        Some(name) => (&mut need.unwanted, name),
                        None => (&mut need.wanted, word),
                    };
                    if let Some(token) = token(name, number, concept, raw) {
                        list.push(token);
                    } else {
                        self.problem(
                            &concept.concept,
                            format!("`needs` names `{name}`, which is neither a vocabulary of this page nor a signal"),
                        );
                        return None;
                    }
                    continue;
                }
            };
        }
        if need.wanted.is_empty() {
            self.problem(&concept.concept, "a line of `needs` asks for nothing: delete it");
            return None;
        }
        Some(need)
    }
}

/// Meanings of `@name`: a vocabulary of the concept, all metrics, or a list of phrases in the signals.
fn named(
    name: &str,
    own: Option<(usize, &RawConcept)>,
    raw: &RawLexicon,
    numbers: &BTreeMap<Term, usize>,
) -> Vec<usize> {
    let word = own.and_then(|(number, concept)| {
        concept.words.keys().position(|key| key == name).map(|word| Term::Word(number, word))
    });
    let terms: Vec<Term> = match word {
        Some(word) => vec![word],
        None if name == "metric" => {
            let quality = raw.metrics.iter().enumerate().filter(|(_, metric)| metric.quality);
            let listed = raw.signals.iter().position(|signal| signal.id == name).map(Term::Signal);
            quality.map(|(number, _)| Term::Metric(number)).chain(listed).collect()
        }
        None => raw.signals.iter().position(|signal| signal.id == name).map(Term::Signal).into_iter().collect(),
    };
    terms.iter().filter_map(|term| numbers.get(term).copied()).collect()
}

fn token(name: &str, number: usize, concept: &RawConcept, raw: &RawLexicon) -> Option<Token> {
    if let Some(word) = concept.words.keys().position(|key| key == name) {
        return Some(Token::Phrases(Term::Word(number, word)));
    }
    match name {
        "cue" => Some(Token::Cue),
        "announced" => Some(Token::Announced),
        name => Signal::named(name).map(Token::Signal).or_else(|| {
            raw.signals.iter().position(|signal| signal.id == name).map(|signal| Token::Phrases(Term::Signal(signal)))
        }),
    }
}
