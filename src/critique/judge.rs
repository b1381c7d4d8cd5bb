//! One answer against the document: which score its evidence carries, and the finding it makes. Never fails: what is of no
//! use is an answer without a score.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::answer::{Answer, ScoreAnswer};
use super::evidence::Found;
use super::input::{Reading, is_open};
use super::own::{Own, is_checkable};
use super::sentence::{Forbidden, sentence};
use super::visible::one_line;
use super::{Question, Sheet};
use crate::facts::{ConceptState, Role};
use crate::finding::{Confidence, Evidence, Finding, FindingBuilder, Severity, Source};
use crate::text::fold::fold;

/// Most passages of the engine that stand behind an absence which it contradicts.
const STATED: usize = 2;

/// What an answer is worth: kept between runs, without places, which the document gives anew each time.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Judged {
    /// The score that the evidence carries; none for an abstention and for claims that fell.
    pub(super) score: Option<u8>,
    /// Quotations that stand in the document, in the model's words.
    pub(super) quotes: Vec<String>,
    /// Claims that were dropped because their evidence did not hold.
    pub(super) dropped: usize,
    /// The model's words, where they may be shown.
    question: Option<String>,
    why: Option<String>,
    confidence: Option<Confidence>,
}

/// Judges `answer`; the error is why it can be asked again.
pub(super) fn judge(
    question: &Question,
    answer: &ScoreAnswer,
    reading: &Reading<'_>,
    own: &Own,
    forbidden: &Forbidden,
) -> Result<Judged, String> {
    let mut judged = Judged {
        question: sentence(&answer.question_to_author, forbidden).filter(|text| text.ends_with('?')),
        why: sentence(&answer.why_it_matters, forbidden),
        confidence: Some(answer.confidence),
        ..Judged::default()
    };
    let Some(score) = answer.score.filter(|_| answer.answer != Answer::CannotTell) else { return Ok(judged) };
    if (answer.answer == Answer::Yes) != (score >= 2) {
        let word = if answer.answer == Answer::Yes { "yes" } else { "no" };
        return Err(format!("the answer to {} contradicts itself: {word} and a score of {score}", question.id));
    }
    let is_given = |quote: &&String| question.rubric.pairs || !quote.trim().is_empty();
    let quotes: Vec<String> = answer.quotes.iter().filter(is_given).cloned().collect();
    let found = reading.find(&quotes);
    judged.dropped = found.iter().filter(|hit| hit.is_none()).count();
    judged.quotes = if question.rubric.pairs {
        let whole = pairs(reading, &quotes);
        whole.into_iter().flat_map(|(one, other)| [one.quote, other.quote]).collect()
    } else {
        quotes.iter().zip(&found).filter(|(_, hit)| hit.is_some()).map(|(quote, _)| quote.clone()).collect()
    };
    let needed = question.rubric.evidence.get(usize::from(score)).copied().unwrap_or(1);
    if score == 0 && needed == 0 {
        return Ok(absence(question, answer, judged, reading));
    }
    if judged.quotes.len() < needed {
        // The claim falls; where it came with quotations, they are counted already.
        judged.dropped = judged.dropped.max(1);
        judged.quotes.clear();
        return Ok(judged);
    }
    judged.score = Some(capped(score, answer, &judged.quotes, (needed, question.rubric.number), own));
    Ok(judged)
}

/// An absence needs to say what was searched. Where the engine has read a statement of the kind, nothing is called absent: a
/// statement in which a reader finds nothing of what was asked is asserted at most, and the engine's passages are its evidence.
fn absence(question: &Question, answer: &ScoreAnswer, mut judged: Judged, reading: &Reading<'_>) -> Judged {
    let facts = reading.sheet.facts;
    let state = |concept: &String| facts.state(concept);
    let most = question.rubric.absence.iter().map(state).max().unwrap_or(ConceptState::Absent);
    // Of a document that is not shown whole nobody can say what it does not hold.
    if answer.searched.is_empty() || most == ConceptState::Waived || reading.is_partial {
        judged.quotes.clear();
    } else if most < ConceptState::Specified {
        judged.score = Some(0);
    } else {
        let stated = question.rubric.absence.iter().filter(|concept| state(concept) == ConceptState::Specified);
        let passages = stated.filter_map(|concept| facts.concepts.get(concept)).flat_map(|fact| &fact.passages);
        let words: Vec<String> = passages.map(|passage| passage.cue.clone()).collect();
        let found = reading.find(&words);
        let quotes = words.into_iter().zip(found).filter_map(|(words, hit)| hit.map(|_| words));
        judged.quotes = quotes.take(STATED).collect();
        judged.score = (!judged.quotes.is_empty()).then_some(1);
    }
    // The claim fell; where it came with quotations, they are counted already.
    judged.dropped = judged.dropped.max(usize::from(judged.score.is_none()));
    judged
}

/// Fluent text is asserted at most, and what cannot be checked is argued at most, where the levels ask for a number. A score that
/// needs no quotation (no contradiction was found) is not capped.
fn capped(score: u8, answer: &ScoreAnswer, quotes: &[String], (needed, number): (usize, bool), own: &Own) -> u8 {
    if score < 2 || needed == 0 {
        return score;
    }
    if answer.fits_any_project || !own.ties(quotes) {
        return 1;
    }
    if score == 3 && number && !is_checkable(quotes) { 2 } else { score }
}

/// The example that the prompt shows is no answer.
pub(super) fn refuse_echo<'a>(shown: Option<&Value>, answer: &'a ScoreAnswer) -> Result<&'a ScoreAnswer, String> {
    let same = |key: &str, text: &str| {
        let shown = shown.and_then(|shown| shown.get(key)).and_then(Value::as_str).map(fold).unwrap_or_default();
        !shown.is_empty() && shown == fold(text)
    };
    if same("claim", &answer.claim) || same("question_to_author", &answer.question_to_author) {
        return Err("the reply repeats the example of the instructions".into());
    }
    Ok(answer)
}

/// What both readings say: nothing where the second finds an answer or abstains, else the milder of the two; of
/// contradictions those that both found.
pub(super) fn agreed(question: &Question, reading: &Reading<'_>, first: &Judged, second: &Judged) -> Judged {
    if second.severity(question, reading.sheet).is_none() {
        return second.clone();
    }
    let mut milder = if second.score > first.score { second.clone() } else { first.clone() };
    if question.rubric.pairs {
        let (one, other) = (pairs(reading, &first.quotes), pairs(reading, &second.quotes));
        let same = |(a, b): &(Evidence, Evidence), (c, d): &(Evidence, Evidence)| {
            let meet = |x: &Evidence, y: &Evidence| x.lines.overlaps(y.lines);
            (meet(a, c) && meet(b, d)) || (meet(a, d) && meet(b, c))
        };
        let both = one.into_iter().filter(|pair| other.iter().any(|twin| same(pair, twin)));
        milder.quotes = both.flat_map(|(a, b)| [a.quote, b.quote]).collect();
        milder.score = milder.score.filter(|_| !milder.quotes.is_empty());
    }
    milder
}

/// Quotations two by two, each pair at two different places.
fn pairs(reading: &Reading<'_>, quotes: &[String]) -> Vec<(Evidence, Evidence)> {
    let found = reading.find(quotes);
    let pair = |pair: &[Option<Found>]| match pair {
        [Some(one), Some(other)] if one != other => Some((one.evidence.clone(), other.evidence.clone())),
        _ => None,
    };
    found.chunks_exact(2).filter_map(pair).collect()
}

impl Judged {
    /// As it was kept somewhere else: its words are looked at once more before they are shown.
    pub(super) fn checked(mut self) -> Self {
        let free = Forbidden::default();
        self.question = self.question.and_then(|text| sentence(&text, &free)).filter(|text| text.ends_with('?'));
        self.why = self.why.and_then(|text| sentence(&text, &free));
        self
    }

    /// Where the quotations stand.
    pub(super) fn evidence(&self, reading: &Reading<'_>) -> Vec<Evidence> {
        reading.find(&self.quotes).into_iter().flatten().map(|hit| hit.evidence).collect()
    }

    /// The severity it is reported with; none when it is good, unknown, or said by a rule already.
    pub(super) fn severity(&self, question: &Question, sheet: Sheet<'_>) -> Option<Severity> {
        let score = self.score?;
        let severity = question.rubric.severity.get(&score).copied()?;
        let repeats = |rule: &String| sheet.checks.iter().any(|check| is_open(check) && check.rule == *rule);
        let said = score == 0 && question.rubric.repeats.iter().any(repeats);
        (!said).then(|| severity.min(Severity::Warning))
    }

    /// The findings it makes; a contradiction makes one per pair of quotations. Empty where a quotation no longer stands
    /// in the document.
    pub(super) fn findings(&self, question: &Question, reading: &Reading<'_>) -> Vec<Finding> {
        let sheet = reading.sheet;
        let Some(severity) = self.severity(question, sheet) else { return Vec::new() };
        let mut found = reading.find(&self.quotes).into_iter().flatten();
        let needed = question.rubric.evidence.get(usize::from(self.score.unwrap_or_default())).copied().unwrap_or(1);
        if question.rubric.pairs {
            let found: Vec<Found> = found.collect();
            let pairs = found.chunks_exact(2).filter_map(|pair| match pair {
                [one, other] => {
                    let related = vec![other.evidence.clone()];
                    Some(self.finding(question, reading, severity, Some(one.clone()), related))
                }
                _ => None,
            });
            return pairs.collect();
        }
        let first = found.next();
        if first.is_none() && needed > 0 {
            return Vec::new();
        }
        vec![self.finding(question, reading, severity, first, found.map(|hit| hit.evidence).collect())]
    }

    fn finding(
        &self,
        question: &Question,
        reading: &Reading<'_>,
        severity: Severity,
        first: Option<Found>,
        related: Vec<Evidence>,
    ) -> Finding {
        let sheet = reading.sheet;
        let (place, section) = match first {
            Some(found) => (Some(found.evidence), found.section),
            None => first_measure(sheet).filter(|_| question.applies.metric).unwrap_or_default(),
        };
        let heading = section.map(|id| sheet.document.heading_path(id)).unwrap_or_default();
        let rubric = &question.rubric;
        let asked = self.question.clone().unwrap_or_else(|| rubric.question.clone());
        let mut why = self.why.clone().unwrap_or_else(|| rubric.why.clone());
        if self.quotes.is_empty() {
            why.push(' ');
            why.push_str(&reading.searched());
        }
        let confidence = self.confidence.unwrap_or(Confidence::Low).min(Confidence::Medium);
        FindingBuilder::new(&question.id, Source::Model, asked)
            .level(severity, confidence)
            .at(place, heading)
            .related(related)
            .why(why)
            .suggestion(rubric.skeleton.clone())
            .docs(rubric.docs.clone())
            .build()
    }
}

/// Where an absence that concerns a metric is shown: at the first target, else the first measure, that the engine read.
fn first_measure(sheet: Sheet<'_>) -> Option<(Option<Evidence>, Option<usize>)> {
    let measures = &sheet.facts.measures;
    let measure = measures.iter().find(|measure| measure.role == Role::Target).or_else(|| measures.first())?;
    let words = one_line(sheet.document.line_text(measure.lines), usize::MAX);
    let section = sheet.document.blocks.get(measure.block).map(|block| block.section);
    Some((Some(Evidence::new(measure.lines, &words).said(&sheet.document.places)), section))
}
