//! Puts questions about one document into a call: shared instructions, the sheet of facts, the sections as data between random
//! delimiters. Never shows the model a comment, an invisible character or a line number.

use std::collections::BTreeSet;

use super::input::{AskedRisk, Reading};
use super::reply::ReplyType;
use super::template::{QuestionRow, RiskRow, SectionRow, Template, Values};
use super::visible::one_line;
use super::{Ask, Pass, Question};

/// Room for one answer, in tokens: quotations, reasons, and what a model thinks aloud.
const ANSWER: u32 = 800;
/// Heading of the passages of other sections that were quoted before.
const KNOWN: &str = "Passages of other sections";
/// Room for the passages of the risk pass, in tokens.
const PASSAGES: u32 = 4_000;

/// The questions about these parts of the document, in one call; none when they cannot be rendered. `shown` lends its example:
/// the same in every call, so that all calls begin alike and servers can keep what they read.
pub(super) fn questions(
    reading: &Reading<'_>,
    template: &Template,
    questions: &[&Question],
    shown: &Question,
    (parts, known, pass, nonce): (&[usize], &BTreeSet<&str>, Pass, &str),
) -> Option<Ask> {
    let row = |question: &&Question| QuestionRow {
        id: question.id.clone(),
        title: question.title.clone(),
        closed: question.closed.clone(),
        levels: question.levels.clone(),
    };
    let mut values = Values {
        questions: questions.iter().map(row).collect(),
        example: example(shown),
        ..values(reading, parts, nonce)
    };
    if !known.is_empty() {
        let text = known.iter().map(|quote| quote.replace(nonce, "")).collect::<Vec<_>>().join("\n\n");
        let row = SectionRow { heading: KNOWN.to_owned(), text };
        values.sections.push(row);
    }
    let (system, user) = template.render(&values)?;
    Some(Ask {
        questions: questions.iter().map(|question| question.id.clone()).collect(),
        pass,
        parts: parts.to_vec(),
        system,
        user,
        schema_name: ReplyType::Score.name().to_owned(),
        schema: ReplyType::Score.schema(),
        max_tokens: ANSWER.saturating_mul(u32::try_from(questions.len()).unwrap_or(u32::MAX)),
        is_repair: false,
    })
}

/// The risk pass over these parts.
pub(super) fn risks(
    reading: &Reading<'_>,
    template: &Template,
    question: &Question,
    risks: &[&AskedRisk],
    (parts, pass, nonce): (&[usize], Pass, &str),
) -> Option<Ask> {
    let row = |risk: &&AskedRisk| RiskRow { id: risk.id.clone(), risk: risk.risk.clone(), hint: risk.hint.clone() };
    let asked = QuestionRow {
        id: question.id.clone(),
        title: question.title.clone(),
        closed: question.closed.clone(),
        levels: question.levels.clone(),
    };
    let values = Values {
        questions: vec![asked],
        example: question.rubric.example.to_string(),
        risks: risks.iter().map(row).collect(),
        ..values(reading, parts, nonce)
    };
    let (system, user) = template.render(&values)?;
    Some(Ask {
        questions: vec![question.id.clone()],
        pass,
        parts: parts.to_vec(),
        system,
        user,
        schema_name: ReplyType::Risks.name().to_owned(),
        schema: ReplyType::Risks.schema(),
        max_tokens: PASSAGES,
        is_repair: false,
    })
}

/// The question of a person about the whole document, as far as a call takes it.
pub(super) fn free(
    reading: &Reading<'_>,
    template: &Template,
    question: &str,
    schema: serde_json::Value,
    nonce: &str,
) -> Option<Ask> {
    let parts = reading.all();
    let values = Values { asked: reading.asked(question), ..values(reading, &parts, nonce) };
    let (system, user) = template.render(&values)?;
    Some(Ask {
        questions: vec!["ask".to_owned()],
        pass: Pass::First,
        parts,
        system,
        user,
        schema_name: "ask".to_owned(),
        schema,
        max_tokens: ANSWER,
        is_repair: false,
    })
}

/// A whole reply, made from the example of a page.
fn example(shown: &Question) -> String {
    let mut answer = serde_json::json!({ "question": shown.id });
    if let (Some(fields), Some(own)) = (answer.as_object_mut(), shown.rubric.example.as_object()) {
        fields.extend(own.clone());
        fields.entry("fits_any_project").or_insert(false.into());
    }
    serde_json::json!({ "answers": [answer] }).to_string()
}

fn values(reading: &Reading<'_>, parts: &[usize], nonce: &str) -> Values {
    Values {
        nonce: nonce.to_owned(),
        title: reading.title(),
        profile: reading.profile(),
        measures: reading.measures(),
        absent: reading.absent(),
        reported: reading.reported(),
        sections: reading.rows(parts),
        whole: parts.len() == reading.parts.len(),
        ..Values::default()
    }
}

/// The same call once more for the questions that are still open, told what was wrong with the last reply. The reply itself is
/// not repeated: what a model wrote is no instruction.
pub(super) fn repair(ask: &Ask, open: Vec<String>, failure: &str) -> Ask {
    let mut again = ask.clone();
    again.user.push_str("\n\nYour last reply could not be used: ");
    again.user.push_str(&one_line(failure, 200));
    again.user.push_str(". Reply again with one JSON object that follows the schema, and with nothing else.");
    if open.len() < ask.questions.len() {
        again.user.push_str(" Answer only these questions: ");
        again.user.push_str(&open.join(", "));
        again.user.push('.');
    }
    again.user.push('\n');
    again.questions = open;
    again.is_repair = true;
    again
}
