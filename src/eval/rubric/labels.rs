//! Labelled passages, a file a criterion, and papers whose risks are labelled. Written by strangers: every mistake is collected
//! with its place, and the rest is used.

use std::collections::BTreeSet;

use serde::Deserialize;

use crate::critique::{Questionnaire, ReplyType};
use crate::eval::placed::File;
use crate::finding::{Problem, RiskLevel};
use crate::rules::{RuleSet, Source};
use crate::text::nearest::nearest;

/// The files of labels.
#[derive(Debug, Clone, Default)]
pub struct Files {
    /// `MR1.jsonl` and the like.
    pub criteria: Vec<Source>,
    /// `risks/NAME.md` with `risks/NAME.json`.
    pub papers: Vec<PaperFiles>,
}

/// One paper and its labels, each as far as it is there.
#[derive(Debug, Clone, Default)]
pub struct PaperFiles {
    /// Name without ending.
    pub name: String,
    /// The text.
    pub text: Option<Source>,
    /// The state of each risk.
    pub key: Option<Source>,
}

/// All labels, read.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Rubric {
    /// In order of the questions.
    pub criteria: Vec<Criterion>,
    /// In order of the files.
    pub papers: Vec<Paper>,
}

/// The labelled passages of one criterion.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Criterion {
    /// Id of the question (`MR1`).
    pub question: String,
    /// In order of the file.
    pub passages: Vec<Passage>,
}

/// One labelled passage.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Passage {
    /// Its name.
    pub id: String,
    /// What a careful reader gives it, 0 to 3.
    pub score: u8,
    /// The passage: a document of its own.
    pub text: String,
    /// Quotations that prove the score.
    #[serde(default)]
    pub quotes: Vec<String>,
    /// It sounds like more than it is.
    #[serde(default)]
    pub decoy: bool,
}

/// A specification whose risks are labelled.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Paper {
    /// Name of its file.
    pub name: String,
    /// The text.
    pub text: String,
    /// Id of each labelled risk (`SR1`) and how well the text covers it, in order of the file.
    pub risks: Vec<(String, RiskLevel)>,
}

#[derive(Deserialize)]
struct RawRisk {
    state: State,
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum State {
    Absent,
    Mentioned,
    Mitigated,
    Measured,
    #[serde(alias = "not_applicable")]
    NotApplicable,
}

impl State {
    fn level(self) -> RiskLevel {
        match self {
            Self::Absent => RiskLevel::Absent,
            Self::Mentioned => RiskLevel::Mentioned,
            Self::Mitigated => RiskLevel::Mitigated,
            Self::Measured => RiskLevel::Measured,
            Self::NotApplicable => RiskLevel::NotApplicable,
        }
    }
}

/// Reads all labels. Files of one criterion are joined.
#[must_use]
pub fn read(files: &Files, book: &Questionnaire, rules: &RuleSet) -> (Rubric, Vec<Problem>) {
    let (mut rubric, mut problems) = (Rubric::default(), Vec::new());
    let scored = || book.questions.iter().filter(|question| question.rubric.reply == ReplyType::Score);
    for source in &files.criteria {
        let name = stem(&source.path);
        let Some(question) = scored().find(|question| question.id == name) else {
            let near = nearest(name, scored().map(|question| question.id.as_str()));
            let all: Vec<&str> = scored().map(|question| question.id.as_str()).collect();
            let advice =
                near.map_or_else(|| format!("criteria are {}", all.join(", ")), |id| format!("did you mean {id}?"));
            problems.push(problem(&source.path, None, format!("there is no criterion {name}"), &advice));
            continue;
        };
        let (passages, found) = passages(source);
        problems.extend(found);
        match rubric.criteria.iter_mut().find(|known| known.question == question.id) {
            Some(known) => known.passages.extend(passages),
            None => rubric.criteria.push(Criterion { question: question.id.clone(), passages }),
        }
    }
    rubric.criteria.retain(|criterion| !criterion.passages.is_empty());
    rubric.criteria.sort_by_key(|criterion| scored().position(|question| question.id == criterion.question));
    for files in &files.papers {
        match files {
            PaperFiles { name, text: Some(text), key: Some(key) } => {
                let (risks, found) = risks(key, rules);
                problems.extend(found);
                if text.text.trim().is_empty() {
                    problems.push(problem(&text.path, None, "the file is empty".to_owned(), "label a specification"));
                } else if !risks.is_empty() {
                    rubric.papers.push(Paper { name: name.clone(), text: text.text.clone(), risks });
                }
            }
            PaperFiles { text: Some(text), key: None, .. } => {
                let advice = "put a file with the same name and the ending .json beside it";
                problems.push(problem(&text.path, None, "no file says which risks it covers".to_owned(), advice));
            }
            PaperFiles { text: None, key: Some(key), .. } => {
                let advice = "put the specification with the same name and the ending .md beside it";
                problems.push(problem(&key.path, None, "the labelled specification is missing".to_owned(), advice));
            }
            PaperFiles { text: None, key: None, .. } => {}
        }
    }
    (rubric, problems)
}

fn stem(path: &str) -> &str {
    let name = path.rsplit(['/', '\\']).next().unwrap_or(path);
    name.split('.').next().unwrap_or(name)
}

/// One passage a line; blank lines are none.
fn passages(source: &Source) -> (Vec<Passage>, Vec<Problem>) {
    let (mut passages, mut problems) = (Vec::new(), Vec::new());
    let mut known = BTreeSet::new();
    for (number, line) in (1_u32..).zip(source.text.lines()) {
        if line.trim().is_empty() {
            continue;
        }
        let mut wrong = |message: String, advice: &str| {
            problems.push(problem(&source.path, Some(number), message, advice));
        };
        match serde_json::from_str::<Passage>(line) {
            Err(error) => {
                let text = error.to_string();
                let text = text.rsplit_once(" at line ").map_or(text.as_str(), |(text, _)| text);
                wrong(
                    format!("the line cannot be used: {text}"),
                    "write one object: {\"id\": …, \"score\": …, \"text\": …}",
                );
            }
            Ok(passage) if passage.score > 3 => {
                wrong(format!("the score of {} is {}", passage.id, passage.score), "scores are 0 to 3");
            }
            Ok(passage) if passage.text.trim().is_empty() => {
                wrong(format!("the passage {} has no text", passage.id), "write the passage as `text`");
            }
            Ok(passage) if !known.insert(passage.id.clone()) => {
                wrong(format!("the id {} is there already", passage.id), "give each passage an id of its own");
            }
            Ok(passage) => passages.push(passage),
        }
    }
    (passages, problems)
}

fn risks(key: &Source, rules: &RuleSet) -> (Vec<(String, RiskLevel)>, Vec<Problem>) {
    let mut file = File::new(key);
    let mut risks: Vec<(String, RiskLevel)> = Vec::new();
    for (name, value) in file.pairs() {
        let Some(row) = rules.risks.iter().find(|row| row.name == name || row.id == name) else {
            let near = nearest(&name, rules.risks.iter().map(|row| row.name.as_str()));
            let advice = near.map_or_else(
                || "names and ids stand in rules/risks.toml".to_owned(),
                |near| format!("did you mean {near}?"),
            );
            file.report("bad-label", value, format!("there is no risk {name}"), &advice);
            continue;
        };
        if risks.iter().any(|(id, _)| *id == row.id) {
            file.report("bad-label", value, format!("the risk {name} is there already"), "label each risk once");
            continue;
        }
        if let Some(raw) = file.read::<RawRisk>(value) {
            risks.push((row.id.clone(), raw.state.level()));
        }
    }
    (risks, file.problems)
}

fn problem(file: &str, line: Option<u32>, message: String, advice: &str) -> Problem {
    Problem { code: "bad-label".into(), file: file.into(), line, column: None, message, advice: advice.into() }
}
