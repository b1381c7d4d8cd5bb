//! Planted defects as text for people and JSON for programs. Plants nothing.

use std::fmt::Write as _;

use serde_json::json;

use super::{Planted, Seeded};
use crate::finding::Evidence;
use crate::rules::RuleSet;

/// Name and version of the form.
const SCHEMA: &str = "specreview/seed/v1";
/// Characters of a quotation in a table.
const SHORT: usize = 90;

/// What the figures rest on.
const BASIS: &str = "Based on the document as the checklist reads it, not on labels: \"removed\" takes out what states an item by \
                     itself, and what the checklist misreads stays.";

/// The report; what is missing stands first.
#[must_use]
pub fn text(seeded: &Seeded, path: &str) -> String {
    let mut out = String::new();
    let (all, caught) = (seeded.planted.len(), seeded.caught());
    // Writing to a string cannot fail.
    let _ = writeln!(out, "{path}: {all} defects planted, {caught} caught, {} missing", all - caught);
    if seeded.unlikely {
        out.push_str("It does not look like a specification of an AI project; it was read as one.\n");
    }
    let _ = writeln!(out, "{BASIS}");
    let (found, missing): (Vec<_>, Vec<_>) = seeded.planted.iter().partition(|planted| planted.said.is_some());
    for (word, planted) in [("missing", missing), ("caught", found)] {
        if !planted.is_empty() {
            out.push('\n');
        }
        for one in planted {
            let _ = writeln!(
                out,
                "{word:<8} {:<19} {}, {}: {}",
                one.rule,
                one.defect.words(),
                lines(one),
                quote(&one.at.quote)
            );
            if let Some((was, is)) = &one.number {
                let _ = writeln!(out, "{:<28} {} became {}", "", quote(was), quote(is));
            }
            if !one.also_of.is_empty() {
                let _ = writeln!(out, "{:<28} these lines are evidence of {} as well", "", one.also_of.join(", "));
            }
            if let Some(instead) = &one.instead {
                let _ = writeln!(
                    out,
                    "{:<28} still read as stated, line {}: {}",
                    "",
                    instead.lines.start,
                    quote(&instead.quote)
                );
            }
        }
    }
    if !seeded.untried.is_empty() {
        let _ = writeln!(out, "\nNot stated in this document, so nothing to take away: {}", seeded.untried.join(", "));
    }
    if !seeded.unclear.is_empty() {
        let _ = writeln!(out, "\nStated by no passage alone, so nothing was taken away: {}", seeded.unclear.join(", "));
    }
    out
}

fn lines(planted: &Planted) -> String {
    let mut all = vec![planted.at.lines.start];
    all.extend(&planted.more);
    all.sort_unstable();
    let noun = if all.len() == 1 { "line" } else { "lines" };
    format!("{noun} {}", all.iter().map(ToString::to_string).collect::<Vec<_>>().join(", "))
}

/// One line, shortened, without characters that steer a terminal.
fn quote(text: &str) -> String {
    let line: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    let short: String = line.chars().take(SHORT).collect();
    if short.len() < line.len() { format!("{}…", short.trim_end()) } else { short }
}

/// The report for programs. `version` is the program's.
#[must_use]
pub fn json(seeded: &Seeded, path: &str, version: &str, rules: &RuleSet) -> String {
    let place = |at: &Evidence| json!({ "line": at.lines.start, "end_line": at.lines.end, "quote": at.quote });
    let defects: Vec<_> = seeded
        .planted
        .iter()
        .map(|one| {
            json!({
                "rule": one.rule, "defect": one.defect.words(), "caught": one.said.is_some(),
                "line": one.at.lines.start, "end_line": one.at.lines.end, "quote": one.at.quote,
                "also_lines": one.more, "number": one.number.as_ref().map(|(was, is)| json!({ "was": was, "is": is })),
                "became": one.became, "message": one.said,
                "also_evidence_of": one.also_of, "still_stated": one.instead.as_ref().map(place),
            })
        })
        .collect();
    let report = json!({
        "schema": SCHEMA,
        "engine": { "version": version, "rules": rules.hash },
        "path": path,
        "planted": seeded.planted.len(),
        "caught": seeded.caught(),
        "missing": seeded.planted.len() - seeded.caught(),
        "looks_like_a_spec": !seeded.unlikely,
        "defects": defects,
        "not_stated": seeded.untried,
        "stated_by_no_passage_alone": seeded.unclear,
        "basis": BASIS,
    });
    // A tree of plain values is always JSON.
    serde_json::to_string_pretty(&report).unwrap_or_default() + "\n"
}
