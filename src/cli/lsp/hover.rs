//! The page of a rule where its code stands, and where a finding of it is shown.

use gen_lsp_types::{Contents, Hover, MarkupContent, MarkupKind, Position};

use super::diagnose;
use super::place::Places;
use crate::critique::Questionnaire;
use crate::document::Document;
use crate::job;
use crate::review::Reviewed;
use crate::rules::{RuleKey, RuleSet};

/// Most pages of one hover: a line of a table may have many findings.
const MOST: usize = 3;

/// What is shown at a place; none where there is nothing to say.
pub(super) fn hover(
    document: &Document,
    reviewed: &Reviewed,
    rules: &RuleSet,
    questions: &Questionnaire,
    at: Position,
) -> Option<Hover> {
    let places = Places::new(document.written());
    let byte = places.byte(at);
    if let Some(page) = code_at(document.written(), byte).and_then(|code| page(rules, questions, code)) {
        return Some(markdown(page, None));
    }
    let line = document.written_lines().line_of(byte);
    let mut texts: Vec<String> = Vec::new();
    let mut range = None;
    let mut told: Vec<&str> = Vec::new();
    for finding in reviewed.findings().filter(|finding| diagnose::lines(document, finding).contains(line)) {
        if told.contains(&finding.rule.as_str()) || told.len() == MOST {
            continue;
        }
        told.push(&finding.rule);
        texts.extend(page(rules, questions, &finding.rule));
        range.get_or_insert_with(|| diagnose::range(document, &places, finding));
    }
    (!texts.is_empty()).then(|| markdown(texts.join("\n\n---\n\n"), range))
}

fn markdown(value: String, range: Option<gen_lsp_types::Range>) -> Hover {
    Hover { contents: Contents::MarkupContent(MarkupContent { kind: MarkupKind::Markdown, value }), range }
}

/// The whole page of a rule; of a criterion or a risk, what it asks for.
fn page(rules: &RuleSet, questions: &Questionnaire, code: &str) -> Option<String> {
    let told = job::explain(rules, questions, code)?;
    let Some(rule) = rules.get(&RuleKey::parse(code).code) else {
        return Some(format!("**{}**\n\n{}\n\n{}", told.title, told.asks, told.why));
    };
    // Its own title says the same in other words.
    let body = rule.page.body.trim_start();
    let body = if body.starts_with("# ") { body.split_once('\n').map_or("", |(_, rest)| rest) } else { body };
    let link =
        if rule.docs.is_empty() { String::new() } else { format!("\n\n[The page of {}]({})", rule.code, rule.docs) };
    Some(format!("**{}**\n\n{}{link}", told.title, body.trim()))
}

/// The code of a rule that the byte stands in, as in a waiver.
fn code_at(text: &str, byte: usize) -> Option<&str> {
    let is_part = |c: char| c.is_ascii_alphanumeric() || c == '-';
    let (before, behind) = text.split_at_checked(byte)?;
    let start = before.trim_end_matches(is_part).len();
    let end = byte + (behind.len() - behind.trim_start_matches(is_part).len());
    let word = text.get(start..end)?;
    let has_both = word.contains('-') && word.contains(|c: char| c.is_ascii_digit());
    has_both.then_some(word)
}
