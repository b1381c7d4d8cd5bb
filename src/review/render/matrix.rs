//! Two tables of the summary: the chain of each key metric, and the risk matrix. Words are in `words`.

use super::escape::{Md, md, prose};
use super::sheet::Sheet;
use super::spot::place_link;
use super::{Page, words};
use crate::finding::{Evidence, Link, LinkName, LinkState, Risk, RiskLevel};
use crate::review::Reviewed;

/// Longest quotation in a cell, in characters.
const CELL: usize = 56;

/// One row for each key metric, with the lines of every link.
pub(super) fn chains(sheet: &mut Sheet, page: &Page<'_>, document: &Reviewed) {
    if document.head.chains.is_empty() {
        return;
    }
    let mut table = md![words::chain_title(), words::CHAIN_HEAD];
    for chain in &document.head.chains {
        let metric = chain.links.iter().find(|link| link.name == LinkName::Metric);
        let place =
            metric.and_then(|link| link.place.as_ref()).map(|place| md![" ", place_link(page, document, place)]);
        table.push(md!["| ", prose(&chain.name, 60), place.unwrap_or_default(), " |"]);
        for link in chain.links.iter().filter(|link| link.name != LinkName::Metric) {
            table.push(md![" ", cell(page, document, link), " |"]);
        }
        table.push("\n");
    }
    sheet.add(md![table, "\n"]);
}

fn cell(page: &Page<'_>, document: &Reviewed, link: &Link) -> Md {
    let place = link.place.as_ref().map(|place| place_link(page, document, place));
    match link.state {
        LinkState::Stated => place.unwrap_or_else(|| Md::from("✓")),
        LinkState::Missing => words::gap(link.rule.as_deref(), place),
        LinkState::NotApplicable => Md::from("n/a"),
    }
}

/// Every risk with how well it is covered, folded; those that do not arise below it, by reason.
pub(super) fn risks(sheet: &mut Sheet, page: &Page<'_>, document: &Reviewed) {
    let mut risks = document.risks();
    if risks.is_empty() {
        return;
    }
    // What is open comes first, what nobody looked at last.
    risks.sort_by_key(|risk| (risk.judged_by.is_none(), risk.level));
    let mut counts = [0; 5];
    let mut rows = vec![Md::from(words::RISKS_HEAD)];
    let mut apart: Vec<(Option<&str>, Vec<Md>)> = Vec::new();
    for risk in &risks {
        let column = match (risk.level, risk.judged_by) {
            (RiskLevel::NotApplicable, _) => 4,
            (_, None) => 3,
            (RiskLevel::Absent, _) => 2,
            (RiskLevel::Mentioned, _) => 1,
            (RiskLevel::Mitigated | RiskLevel::Measured, _) => 0,
        };
        if let Some(count) = counts.get_mut(column) {
            *count += 1;
        }
        if column < 4 {
            rows.push(row(page, document, risk));
            continue;
        }
        let (reason, name) = (risk.reason.as_deref(), prose(&risk.risk, 100));
        match apart.iter_mut().find(|(known, _)| *known == reason) {
            Some((_, names)) => names.push(name),
            None => apart.push((reason, vec![name])),
        }
    }
    if rows.len() == 1 {
        rows.clear();
    }
    rows.push(Md::from("\n"));
    rows.extend(apart.into_iter().map(|(reason, names)| words::risk_apart(names, reason)));
    sheet.fold(words::risks_title(counts), &rows);
}

fn row(page: &Page<'_>, document: &Reviewed, risk: &Risk) -> Md {
    let words_of = |at: &Option<Evidence>| at.as_ref().map(|at| words::cell(&at.quote, CELL)).unwrap_or_default();
    let place = risk.place.as_ref().map(|place| place_link(page, document, place)).unwrap_or_default();
    let owner = risk.owner.as_deref().map(|owner| prose(owner, CELL)).unwrap_or_default();
    // One line may do both: it is quoted once.
    let twice = risk.measured_by.is_some() && risk.measured_by == risk.mitigation;
    let measured = match &risk.measured_by {
        Some(at) if twice => place_link(page, document, at),
        Some(at) => md![words_of(&risk.measured_by), " ", place_link(page, document, at)],
        None => Md::default(),
    };
    md![
        "| ",
        prose(&risk.risk, 100),
        " | ",
        words::judged(risk.level, risk.judged_by, &risk.open),
        " | ",
        place,
        " | ",
        words_of(&risk.mitigation),
        " | ",
        measured,
        " | ",
        owner,
        " |\n"
    ]
}
