//! The report as Markdown, for the step summary of a job: the same pages as on a change. Renders nothing of its own.

use super::{Run, all_in_one_place, said};
use crate::facts::Kind;
use crate::finding::DOCS;
use crate::review::render::escape::{Md, md, prose};
use crate::review::render::links::Links;
use crate::review::render::{Page, summary, words};
use crate::review::{Catalogue, Gate, Pressure, Reviewed, questions};

/// Longest list of entries of a baseline, in characters.
const STALE: usize = 2_000;
/// Documents that are named where no rule was applied.
const NAMED: usize = 50;

/// The report in at most `limit` UTF-16 units.
#[must_use]
pub fn render(run: &Run, catalogue: &Catalogue, gate: Gate, limit: usize) -> String {
    let (specs, others): (Vec<&Reviewed>, Vec<&Reviewed>) = run.reviewed().partition(|reviewed| reviewed.is_spec());
    let mut rest = stale(&specs);
    rest.push(not_specs(&others));
    let unopened = run.unopened();
    let cost = if run.cost.calls > 0 { run.cost.words() } else { String::new() };
    let page = Page {
        placed: all_in_one_place(&specs),
        questions: specs.iter().map(|reviewed| questions(reviewed, &[], &[])).collect(),
        documents: specs,
        skipped: &unopened,
        problems: &run.problems,
        proposed: None,
        gate,
        conclusion: run.conclusion(gate),
        links: Links::rules_only(&[DOCS.to_owned()]),
        heads: Vec::new(),
        pressure: Pressure::Calm,
        catalogue,
        version: &run.version,
        rules: &run.rules,
        cost: &cost,
        checks: false,
        answered: run.answered,
    };
    let mut text = summary::summary(&page, limit.saturating_sub(rest.units())).text;
    text.push(rest);
    text.into_string()
}

/// Entries of the baseline that can go.
fn stale(specs: &[&Reviewed]) -> Md {
    let mut text = Md::default();
    for reviewed in specs {
        let stale = said::stale(reviewed);
        if !stale.is_empty() {
            let what = md!["\nIn the baseline of ", words::path(&reviewed.path), " and no longer found: "];
            text.push(md![what, prose(&stale, STALE), "\n"]);
        }
    }
    text
}

fn not_specs(others: &[&Reviewed]) -> Md {
    if others.is_empty() {
        return Md::default();
    }
    let mut text = Md::from(words::NOT_SPECS);
    for reviewed in others.iter().take(NAMED) {
        text.push(words::not_a_spec(&reviewed.path, reviewed.head.profile.kind == Kind::Related));
    }
    if others.len() > NAMED {
        text.push(md!["- and ", others.len() - NAMED, " more\n"]);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::super::testing::{catalogue, run_of};
    use super::*;
    use crate::finding::{CheckState, Severity};
    use crate::review::testing::{at_line, missing, reviewed};

    const GATE: Gate = Gate { fail_on: Some(Severity::Error), require_complete: false };

    #[test]
    fn a_step_summary_tells_every_finding() {
        let mut note = reviewed("notes.md", vec![], None);
        note.head.profile.kind = Kind::Related;
        let documents = vec![
            reviewed("a.md", vec![missing("BIZ-001"), at_line("MET-002", 7, "a good recall")], None),
            reviewed("b.md", vec![], None),
            note,
        ];
        let text = render(&run_of(documents, &["gone.md"]), &catalogue(), GATE, 1_000_000);
        assert!(text.starts_with("**2 errors** in `a.md` and `b.md` · blocks the merge"), "{text}");
        for part in ["says nothing about BIZ-001", "a good recall", "`gone.md`", "`notes.md`: about AI"] {
            assert_eq!(text.matches(part).count(), 1, "{part}: {text}");
        }
    }

    #[test]
    fn a_run_without_a_specification_says_so() {
        let mut note = reviewed("notes.md", vec![missing("BIZ-001")], None);
        note.head.profile.kind = Kind::Other;
        note.head.findings.clear();
        note.head.checks.iter_mut().for_each(|check| check.state = CheckState::NotApplicable);
        let text = render(&run_of(vec![note], &[]), &catalogue(), GATE, 1_000_000);
        assert!(text.starts_with("**No specification of an AI project was found.**"), "{text}");
    }
}
