//! The chain of each key metric and the risk matrix at a terminal: links and risks side by side, by what is open first.

use std::fmt::Write as _;

use super::super::paint::{Ink, Look, flow, line, pad, width};
use crate::finding::{Chain, Evidence, Link, LinkName, LinkState, Risk, RiskLevel, Source};

/// Columns that the name of a group takes.
const GROUP: usize = 18;

/// Each metric with its links, in order; empty where no metric is followed.
pub(super) fn chains(chains: &[Chain], look: Look) -> String {
    if chains.is_empty() {
        return String::new();
    }
    let mut out = format!("\n{}\n", look.paint(Ink::Strong, "From goal to owner"));
    for chain in chains {
        let links: Vec<(String, usize)> =
            chain.links.iter().filter(|link| link.name != LinkName::Metric).map(|at| entry(at, look)).collect();
        rows(&mut out, &line(&chain.name), links, look);
    }
    out
}

fn entry(link: &Link, look: Look) -> (String, usize) {
    let (sign, ink) = match (link.state, &link.place) {
        (LinkState::Stated, _) => ("✓", Ink::Good),
        (LinkState::Missing, Some(_)) => ("~", Ink::Doubtful),
        (LinkState::Missing, None) => ("✗", Ink::Bad),
        (LinkState::NotApplicable, _) => ("–", Ink::Faint),
    };
    let place = link.place.as_ref().map(at);
    let notes: Vec<String> = place.into_iter().chain(link.rule.as_deref().map(line)).collect();
    piece(sign, ink, link.name.word(), &notes, look)
}

/// The risks by how well they are covered; what does not arise is only counted.
pub(super) fn risks(risks: &[Risk], look: Look) -> String {
    if risks.is_empty() {
        return String::new();
    }
    let group = |wanted: fn(&Risk) -> bool| risks.iter().filter(|risk| wanted(risk)).collect::<Vec<&Risk>>();
    let groups: [(&str, Vec<&Risk>); 5] = [
        ("open", group(|risk| risk.level == RiskLevel::Absent && risk.judged_by.is_some())),
        ("named only", group(|risk| risk.level == RiskLevel::Mentioned)),
        ("covered", group(|risk| risk.level == RiskLevel::Mitigated)),
        ("covered, measured", group(|risk| risk.level == RiskLevel::Measured)),
        ("not looked at", group(|risk| risk.level == RiskLevel::Absent && risk.judged_by.is_none())),
    ];
    let mut out = format!("\n{}\n", look.paint(Ink::Strong, "Risks"));
    for (name, members) in groups {
        let pieces: Vec<(String, usize)> = members.into_iter().map(|risk| of_risk(risk, look)).collect();
        if !pieces.is_empty() {
            rows(&mut out, name, pieces, look);
        }
    }
    let apart = risks.iter().filter(|risk| risk.level == RiskLevel::NotApplicable).count();
    if apart > 0 {
        let _ = writeln!(out, "{}", look.paint(Ink::Faint, &format!("  – not applicable: {apart}")));
    }
    out
}

fn of_risk(risk: &Risk, look: Look) -> (String, usize) {
    let (sign, ink) = match (risk.level, risk.judged_by) {
        (_, None) => ("?", Ink::Faint),
        (RiskLevel::Absent, _) => ("✗", Ink::Bad),
        (RiskLevel::Mentioned, _) => ("~", Ink::Doubtful),
        (RiskLevel::Mitigated | RiskLevel::Measured, _) => ("✓", Ink::Good),
        (RiskLevel::NotApplicable, _) => ("–", Ink::Faint),
    };
    let mut notes: Vec<String> = [&risk.place, &risk.measured_by].into_iter().flatten().map(at).collect();
    notes.dedup();
    if risk.judged_by == Some(Source::Model) {
        notes.push("as read by the model".to_owned());
    }
    if let Some(owner) = &risk.owner {
        notes.push(format!("owner {}", crate::review::render::escape::clip(&line(owner), 40)));
    }
    if matches!(risk.level, RiskLevel::Absent | RiskLevel::Mentioned) {
        notes.extend(risk.open.iter().take(2).map(|rule| line(rule)));
    }
    piece(sign, ink, &line(&risk.risk), &notes, look)
}

/// The line or the place, with the document where it is another one.
pub(super) fn at(place: &Evidence) -> String {
    match (&place.path, &place.spot) {
        (None, None) => place.lines.start.to_string(),
        (None, Some(spot)) => spot.clone(),
        (Some(_), _) => in_document(place, place.path.as_deref().unwrap_or_default()),
    }
}

/// `path:7`, or the path with the place where the document has no lines.
pub(super) fn in_document(place: &Evidence, path: &str) -> String {
    match &place.spot {
        Some(spot) => format!("{}, {spot}", line(path)),
        None => format!("{}:{}", line(path), place.lines.start),
    }
}

fn piece(sign: &str, ink: Ink, text: &str, notes: &[String], look: Look) -> (String, usize) {
    let notes = if notes.is_empty() { String::new() } else { format!(" ({})", notes.join(", ")) };
    let wide = width(sign) + 1 + width(text) + width(&notes);
    (format!("{} {text}{}", look.paint(ink, sign), look.paint(Ink::Faint, &notes)), wide)
}

/// A group with its pieces side by side, on as many rows as they need.
fn rows(out: &mut String, name: &str, pieces: Vec<(String, usize)>, look: Look) {
    let column = GROUP + 4;
    for (at, row) in flow(pieces, 2, 0, look.columns().saturating_sub(column)).into_iter().enumerate() {
        let lead = if at == 0 { format!("  {name}") } else { String::new() };
        let lead = if width(&lead) >= column { format!("{lead} ") } else { pad(&lead, column) };
        let _ = writeln!(out, "{lead}{row}");
    }
}
