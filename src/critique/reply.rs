//! Reads a reply: from text to a verdict, believing nothing that the document does not show. Never fails: what is of no use
//! is a verdict that says so.

use serde::Deserialize;
use serde_json::Value;

use super::evidence::{self, Found};
use super::score::{Answer, ScoreReply};
use super::sentence::{Forbidden, sentence};
use super::visible::{comments, one_line, visible};
use super::{Ask, Sheet, Verdict};
use crate::document::Document;
use crate::facts::{ConceptState, Role};
use crate::finding::{Check, CheckState, Confidence, Evidence, Finding, FindingBuilder, Severity, Source};
use crate::text::Span;
use crate::text::fold::fold;

/// Longest reply that is read, in bytes.
const LONGEST: usize = 64 * 1024;
/// Beginnings of an object that are tried.
const TRIES: usize = 200;

/// What a reply looks like.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ReplyType {
    /// A closed answer, a score from 0 to 3 with quotations, and a question to the author.
    Score,
}

impl ReplyType {
    /// Name for the endpoint.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Score => "score",
        }
    }

    /// JSON Schema of the reply: closed objects, everything required.
    #[must_use]
    pub fn schema(self) -> Value {
        match self {
            Self::Score => super::score::schema(),
        }
    }

    /// Is `value` a reply of this type?
    pub(super) fn check(self, value: &Value) -> Result<(), String> {
        match self {
            Self::Score => ScoreReply::read(value).map(|_| ()),
        }
    }
}

/// Judges `reply`. A verdict with a failure is worth one more try (see [`repair`]); one without is final.
#[must_use]
pub fn judge(ask: &Ask, reply: &str, sheet: Sheet<'_>) -> Verdict {
    match ask.rubric.reply {
        ReplyType::Score => match read(reply).and_then(|reply| refuse_echo(ask, reply)) {
            Ok(reply) => score(ask, &reply, sheet),
            Err(failure) => useless(ask, failure),
        },
    }
}

/// The same question once more, told what was wrong with the last reply. The reply itself is not repeated: what a model
/// wrote is no instruction.
#[must_use]
pub fn repair(ask: &Ask, failure: &str) -> Ask {
    let mut again = ask.clone();
    again.user.push_str("\n\nYour last reply could not be used: ");
    again.user.push_str(&one_line(failure, 200));
    again.user.push_str(". Reply again with one JSON object that follows the schema, and with nothing else.\n");
    again
}

fn useless(ask: &Ask, failure: String) -> Verdict {
    Verdict { question: ask.question.clone(), failure: Some(failure), ..Verdict::default() }
}

/// The last object in the text that is a reply: models think aloud first.
fn read(reply: &str) -> Result<ScoreReply, String> {
    if reply.len() > LONGEST {
        return Err(format!("the reply has {} bytes, more than {LONGEST}", reply.len()));
    }
    let text = reply.rsplit("</think>").next().unwrap_or(reply).trim().trim_start_matches('\u{feff}');
    if text.is_empty() {
        return Err("the reply is empty".into());
    }
    if let Ok(value) = serde_json::from_str::<Value>(text) {
        return from_value(&value);
    }
    let mut last = Err(String::from("the reply is no JSON object"));
    let mut done = 0;
    for (at, _) in text.match_indices('{').take(TRIES) {
        if at < done {
            continue;
        }
        let rest = text.get(at..).unwrap_or_default();
        let mut values = serde_json::Deserializer::from_str(rest).into_iter::<Value>();
        if let Some(Ok(value)) = values.next() {
            done = at + values.byte_offset();
            match from_value(&value) {
                Ok(found) => last = Ok(found),
                Err(failure) if last.is_err() => last = Err(failure),
                Err(_) => {}
            }
        }
    }
    last
}

/// A reply may come as an object, as JSON in a string, as content parts, or wrapped in one more object.
fn from_value(value: &Value) -> Result<ScoreReply, String> {
    let direct = ScoreReply::read(value);
    if direct.is_ok() {
        return direct;
    }
    let inner = match value {
        Value::String(text) => serde_json::from_str(text).ok(),
        Value::Array(parts) => match parts.as_slice() {
            [only] if only.get("text").is_none() => Some(only.clone()),
            parts => {
                let text: String = parts.iter().filter_map(|part| part.get("text")?.as_str()).collect();
                serde_json::from_str(&text).ok()
            }
        },
        Value::Object(fields) if fields.len() == 1 => fields.values().next().filter(|inner| inner.is_object()).cloned(),
        _ => None,
    };
    inner.map_or(direct, |inner| ScoreReply::read(&inner))
}

/// The example of the prompt is no answer.
fn refuse_echo(ask: &Ask, reply: ScoreReply) -> Result<ScoreReply, String> {
    let same = |key: &str, text: &str| {
        let shown = ask.rubric.example.get(key).and_then(Value::as_str).map(fold).unwrap_or_default();
        !shown.is_empty() && shown == fold(text)
    };
    if same("claim", &reply.claim) || same("question_to_author", &reply.question_to_author) {
        return Err("the reply repeats the example of the instructions".into());
    }
    Ok(reply)
}

fn score(ask: &Ask, reply: &ScoreReply, sheet: Sheet<'_>) -> Verdict {
    let mut verdict = Verdict { question: ask.question.clone(), ..Verdict::default() };
    let Some(score) = reply.score.filter(|_| reply.answer != Answer::CannotTell) else { return verdict };
    if (reply.answer == Answer::Yes) != (score >= 2) {
        let answer = if reply.answer == Answer::Yes { "yes" } else { "no" };
        return useless(ask, format!("the reply contradicts itself: it answers {answer} and scores {score}"));
    }
    let found = evidence::find(sheet.document, &reply.quotes);
    verdict.dropped = found.iter().filter(|hit| hit.is_none()).count();
    let evidence = found.iter().flatten().map(|hit| hit.evidence.clone()).collect();
    let mut found = found.into_iter().flatten();
    let first = found.next();
    let holds = match (score, &first) {
        (0, _) => absence_holds(ask, reply, sheet),
        (_, first) => first.is_some(),
    };
    if !holds {
        // The claim falls; where it came with quotations, they are counted already.
        verdict.dropped = verdict.dropped.max(1);
        return verdict;
    }
    verdict.score = Some(score);
    verdict.evidence = evidence;
    let said = score == 0 && is_reported(ask, sheet);
    if let Some(severity) = ask.rubric.severity.get(&score).filter(|_| !said) {
        let related = found.map(|hit| hit.evidence).collect();
        verdict.findings.push(finding(ask, reply, sheet, *severity, first, related));
    }
    verdict
}

/// An absence needs to say what was searched, and must not contradict the facts.
fn absence_holds(ask: &Ask, reply: &ScoreReply, sheet: Sheet<'_>) -> bool {
    let is_open = |concept: &String| sheet.facts.state(concept) < ConceptState::Specified;
    !reply.searched.is_empty() && ask.rubric.absence.iter().all(is_open)
}

/// Does a rule say the same already?
fn is_reported(ask: &Ask, sheet: Sheet<'_>) -> bool {
    let open = |check: &Check| matches!(check.state, CheckState::Absent | CheckState::Mentioned);
    sheet.checks.iter().any(|check| open(check) && ask.rubric.repeats.contains(&check.rule))
}

fn finding(
    ask: &Ask,
    reply: &ScoreReply,
    sheet: Sheet<'_>,
    severity: Severity,
    first: Option<Found>,
    related: Vec<Evidence>,
) -> Finding {
    let (place, section) = match first {
        Some(found) => (Some(found.evidence), found.section),
        None => first_measure(sheet),
    };
    let heading = section.map(|id| sheet.document.heading_path(id)).unwrap_or_default();
    let forbidden = forbidden(ask, sheet.document);
    let question = sentence(&reply.question_to_author, &forbidden).filter(|text| text.ends_with('?'));
    let why = sentence(&reply.why_it_matters, &forbidden);
    let confidence = reply.confidence.min(Confidence::Medium);
    FindingBuilder::new(&ask.question, Source::Model, question.unwrap_or_else(|| ask.rubric.question.clone()))
        .level(severity.min(Severity::Warning), confidence)
        .at(place, heading)
        .related(related)
        .why(why.unwrap_or_else(|| ask.rubric.why.clone()))
        .suggestion(ask.rubric.skeleton.clone())
        .docs(ask.rubric.docs.clone())
        .build()
}

/// What readers see neither in the prompt nor in the document.
fn forbidden(ask: &Ask, document: &Document) -> Forbidden {
    let all = Span::new(0, document.source.len());
    let seen = visible(&document.source, all, &comments(document)).text;
    Forbidden::new(&[&ask.system, &ask.user, &document.source], &seen)
}

/// Where an absence is shown: at the first target, else the first measure, that the engine read.
fn first_measure(sheet: Sheet<'_>) -> (Option<Evidence>, Option<usize>) {
    let measures = &sheet.facts.measures;
    let Some(measure) = measures.iter().find(|measure| measure.role == Role::Target).or_else(|| measures.first())
    else {
        return (None, None);
    };
    let words = one_line(sheet.document.line_text(measure.lines), usize::MAX);
    let section = sheet.document.blocks.get(measure.block).map(|block| block.section);
    (Some(Evidence::new(measure.lines, &words)), section)
}
