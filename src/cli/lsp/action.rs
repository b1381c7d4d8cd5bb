//! Quick fixes: the text to fill in, and the waiver whose reason the author writes. Both only add.

use std::collections::HashMap;

use gen_lsp_types::{
    CodeAction, CodeActionKind, CodeActionParams, CodeActionResponse, Diagnostic, Range, TextEdit, Uri, WorkspaceEdit,
};

use super::diagnose;
use super::place::Places;
use super::session::Judgement;
use crate::draft::{Draft, Which, fill, open_rules, waive};
use crate::rules::{Rule, RuleKey, RuleSet};

/// Puts in everything that is missing: asked for by hand, never on saving.
pub(super) const FILL: CodeActionKind = CodeActionKind::Custom(std::borrow::Cow::Borrowed("source.specreview.fill"));

/// What stands for the reason until the author writes it; as long as it stands, nothing is waived.
const REASON: &str = "‹why›";

/// What can be put into one version of a document. Editors ask at every move of the cursor, and a filling reads the document anew.
#[derive(Debug, Default)]
pub(super) struct Fillings {
    pub(super) of_rule: HashMap<String, Draft>,
    pub(super) all: Option<Draft>,
}

impl Fillings {
    fn of_rule(&mut self, rule: &Rule, make: impl FnOnce() -> Draft) -> &Draft {
        self.of_rule.entry(rule.code.clone()).or_insert_with(make)
    }

    fn all(&mut self, make: impl FnOnce() -> Draft) -> &Draft {
        self.all.get_or_insert_with(make)
    }
}

/// What can be done at a place.
pub(super) fn actions(asked: &CodeActionParams, judged: &mut Judgement, rules: &RuleSet) -> Vec<CodeActionResponse> {
    let Judgement { document, reviewed, fillings } = judged;
    let uri = &asked.text_document.uri;
    let places = Places::new(document.written());
    let wants = |kind: &CodeActionKind| wanted(asked.context.only.as_deref(), kind);
    let mut actions = Vec::new();
    if wants(&CodeActionKind::QuickFix) {
        let first = document.written_lines().line_of(places.byte(asked.range.start));
        let last = document.written_lines().line_of(places.byte(asked.range.end));
        let shown = diagnose::diagnostics(uri, document, reviewed);
        let mut told: Vec<String> = Vec::new();
        for (finding, diagnostic) in reviewed.findings().zip(shown) {
            let lines = diagnose::lines(document, finding);
            if lines.end < first || lines.start > last || told.contains(&finding.key()) {
                continue;
            }
            told.push(finding.key());
            let Some(rule) = rules.get(&finding.rule) else { continue };
            let draft = fillings.of_rule(rule, || fill(document, &reviewed.head, rules, &[rule]));
            if draft.count() > 0 {
                let title = format!("Put in the text to fill in for {} ({})", rule.code, rule.item);
                let mends = rule.check.wants();
                actions.push(action(title, CodeActionKind::QuickFix, &diagnostic, mends, edit(uri, &places, draft)));
            }
            let line = finding.place.as_ref().filter(|place| place.path.is_none()).map(|place| place.lines.start);
            if rules.has(&RuleKey::parse(&finding.key()))
                && let Some(draft) = waive(document, &finding.key(), REASON, line)
            {
                let title = format!("Leave {} out on purpose, for a reason to write", finding.key());
                actions.push(action(title, CodeActionKind::QuickFix, &diagnostic, false, edit(uri, &places, &draft)));
            }
        }
    }
    if wants(&FILL) {
        let missing = || open_rules(document, &reviewed.head, rules, Which::Missing);
        let draft = fillings.all(|| fill(document, &reviewed.head, rules, &missing()));
        if draft.count() > 0 {
            let title = format!("Put in everything that is missing, to fill in ({})", draft.count());
            let edit = Some(edit(uri, &places, draft));
            actions.push(CodeAction { title, kind: Some(FILL), edit, ..CodeAction::default() });
        }
    }
    actions.into_iter().map(CodeActionResponse::CodeAction).collect()
}

fn action(
    title: String,
    kind: CodeActionKind,
    diagnostic: &Diagnostic,
    is_preferred: bool,
    edit: WorkspaceEdit,
) -> CodeAction {
    CodeAction {
        title,
        kind: Some(kind),
        diagnostics: Some(vec![diagnostic.clone()]),
        is_preferred: is_preferred.then_some(true),
        edit: Some(edit),
        ..CodeAction::default()
    }
}

/// A kind is asked for by its name or by the name of one above it; without a list, all are.
fn wanted(only: Option<&[CodeActionKind]>, kind: &CodeActionKind) -> bool {
    let name = String::from(kind.clone());
    only.is_none_or(|only| {
        only.iter().any(|asked| {
            let asked = String::from(asked.clone());
            asked.is_empty() || name == asked || name.strip_prefix(&asked).is_some_and(|rest| rest.starts_with('.'))
        })
    })
}

fn edit(uri: &Uri, places: &Places<'_>, draft: &Draft) -> WorkspaceEdit {
    let one = |insertion: &crate::draft::Insertion| {
        let at = places.position(insertion.at);
        TextEdit { range: Range { start: at, end: at }, new_text: insertion.text.clone() }
    };
    let edits: Vec<TextEdit> = draft.insertions().iter().map(one).collect();
    WorkspaceEdit { changes: Some(HashMap::from([(uri.clone(), edits)])), ..WorkspaceEdit::default() }
}
