//! The checklist by family and the numbers that were read, in columns.

use std::fmt::Write as _;

use super::super::paint::{Ink, Look, flow, line, pad, width, wrap};
use crate::facts::Measure;
use crate::finding::{Check, CheckState, Evidence, Waived};
use crate::review::render::escape::clip;
use crate::review::render::{numbers as rows, words};
use crate::review::{Catalogue, Reviewed};
use crate::text::Places;

/// Longest reason of a waiver, in characters.
const REASON: usize = 260;
/// Most columns that the name of a family takes.
const FAMILY: usize = 18;

/// Every check with its state, by family: what is stated side by side, what is not each on a line of its own.
pub(super) fn checklist(reviewed: &Reviewed, catalogue: &Catalogue, look: Look) -> String {
    let mut checks: Vec<&Check> = reviewed.head.checks.iter().collect();
    if checks.is_empty() {
        return String::new();
    }
    checks.sort_by_key(|check| Catalogue::rank(&check.rule));
    let mut families: Vec<(&str, Vec<&Check>)> = Vec::new();
    let mut apart = Vec::new();
    for check in checks {
        if check.state == CheckState::NotApplicable {
            apart.push(label(check));
            continue;
        }
        let family = catalogue.family(&check.rule);
        match families.iter_mut().find(|(known, _)| *known == family) {
            Some((_, members)) => members.push(check),
            None => families.push((family, vec![check])),
        }
    }
    let column = families.iter().map(|(family, _)| width(family)).max().unwrap_or(0).min(FAMILY) + 4;
    let legend = "✓ stated   ~ named only   ✗ missing";
    let mut out =
        format!("\n{}{}\n", look.paint(Ink::Strong, &pad("Checklist", column)), look.paint(Ink::Faint, legend));
    for (family, members) in families {
        // What is stated first, then what is not: each item in its own words.
        let stated = |check: &&Check| matches!(check.state, CheckState::Specified | CheckState::Waived);
        let (good, bad): (Vec<&Check>, Vec<&Check>) = members.into_iter().partition(stated);
        let room = look.columns().saturating_sub(column);
        let rows = [good, bad].into_iter().filter(|part| !part.is_empty());
        let rows = rows.flat_map(|part| flow(part.into_iter().map(|check| entry(check, catalogue, look)), 2, 0, room));
        for (at, row) in rows.enumerate() {
            let lead = if at == 0 { format!("  {}", line(family)) } else { String::new() };
            let lead = if width(&lead) >= column { format!("{lead} ") } else { pad(&lead, column) };
            let _ = writeln!(out, "{lead}{row}");
        }
    }
    for check in &reviewed.head.checks {
        let waiver = check.waiver.as_ref();
        let what = if check.state == CheckState::Waived {
            "waived"
        } else if waiver.is_some_and(Waived::is_proposed) {
            "waiver proposed"
        } else {
            continue;
        };
        let reason = waiver.map_or(check.reason.as_deref(), |waiver| waiver.reason.as_deref());
        let mut reason = clip(&line(reason.unwrap_or("no reason given")), REASON);
        let by = waiver.and_then(|waiver| waiver.by.as_ref()).map(|by| format!("by {}", line(by)));
        let until = waiver.and_then(|waiver| waiver.until).map(|until| format!("until {until}"));
        let said: Vec<String> = [by, until].into_iter().flatten().collect();
        if !said.is_empty() {
            reason = format!("{reason} ({})", said.join(", "));
        }
        let lead = format!("  {what}: {}: ", label(check));
        for (at, row) in wrap(&reason, width(&lead), look.columns()).into_iter().enumerate() {
            let lead = if at == 0 { lead.as_str() } else { "    " };
            let _ = writeln!(out, "{}", look.paint(Ink::Faint, &format!("{lead}{row}")));
        }
    }
    if !apart.is_empty() {
        let lead = "  – not applicable: ";
        let pieces = apart.iter().enumerate().map(|(at, label)| {
            let text = if at + 1 < apart.len() { format!("{label},") } else { label.clone() };
            let wide = width(&text);
            (text, wide)
        });
        for (at, row) in flow(pieces, 1, width(lead), look.columns()).into_iter().enumerate() {
            let lead = if at == 0 { lead } else { "    " };
            let _ = writeln!(out, "{}", look.paint(Ink::Faint, &format!("{lead}{row}")));
        }
    }
    out
}

/// `VER-001:data`.
fn label(check: &Check) -> String {
    line(&check.key())
}

/// Lines of a check that are shown at most.
const SHOWN: usize = 2;

/// What tells places apart: those without lines by what is said of them.
fn key(place: &Evidence) -> (Option<&str>, u32, Option<&str>) {
    let line = if place.spot.is_some() { 0 } else { place.lines.start };
    (place.path.as_deref(), line, place.spot.as_deref())
}

/// Sign, rule and the lines that prove it best, with its width.
fn entry(check: &Check, catalogue: &Catalogue, look: Look) -> (String, usize) {
    let ink = match check.state {
        CheckState::Specified | CheckState::Waived => Ink::Good,
        CheckState::Mentioned => Ink::Doubtful,
        CheckState::Absent => Ink::Bad,
        CheckState::NotApplicable => Ink::Faint,
    };
    // The strongest come first: these are shown, in order of the text.
    let mut places: Vec<&Evidence> = Vec::new();
    for evidence in &check.evidence {
        let is_same = |other: &&Evidence| key(other) == key(evidence);
        if places.len() < SHOWN && !places.iter().any(is_same) {
            places.push(evidence);
        }
    }
    places.sort_by_key(|place| key(place));
    let mut notes: Vec<String> = Vec::new();
    if check.state == CheckState::Waived {
        notes.push("waived".to_owned());
    }
    if let Some(other) = &check.deferred_to {
        notes.push(format!("see {}", line(other)));
    }
    notes.extend(places.into_iter().map(super::matrix::at));
    let label = match (catalogue.item(&check.rule), &check.part) {
        (Some(item), Some(part)) => line(&format!("{} {item}: {part}", check.rule)),
        (Some(item), None) => line(&format!("{} {item}", check.rule)),
        (None, _) => label(check),
    };
    let between = if notes.iter().any(|note| note.contains(',')) { "; " } else { ", " };
    let notes = if notes.is_empty() { String::new() } else { format!(" ({})", notes.join(between)) };
    let sign = words::sign(check.state);
    let wide = width(sign) + 1 + width(&label) + width(&notes);
    (format!("{} {label}{}", look.paint(ink, sign), look.paint(Ink::Faint, &notes)), wide)
}

/// The numbers that were read, one row per metric and slice; empty when there are none.
pub(super) fn numbers(measures: &[Measure], places: &Places, look: Look) -> String {
    let rows = rows::rows(measures);
    if rows.is_empty() {
        return String::new();
    }
    let heads = ["Numbers read", "baseline", "poc", "target", "other", "lines"];
    let mut table: Vec<[String; 6]> = vec![heads.map(str::to_owned)];
    for row in &rows {
        let lines: Vec<String> = row
            .lines
            .iter()
            .take(3)
            .map(|at| places.spot(at.start).map_or(at.start.to_string(), |spot| spot.to_string()))
            .collect();
        table.push([
            format!("  {}", line(&row.measure)),
            line(&row.baseline),
            line(&row.poc),
            line(&row.target),
            line(&row.other),
            lines.join(", "),
        ]);
    }
    let used = |at: usize| table.iter().skip(1).any(|row| row.get(at).is_some_and(|cell| !cell.is_empty()));
    let columns: Vec<usize> = (0..heads.len()).filter(|at| used(*at)).collect();
    let widest = |at: usize| table.iter().filter_map(|row| row.get(at)).map(|cell| width(cell)).max().unwrap_or(0);
    let mut widths: Vec<usize> = columns.iter().map(|at| widest(*at)).collect();
    shrink(&mut widths, look.columns());
    let mut out = String::from("\n");
    for (number, row) in table.iter().enumerate() {
        let cells: Vec<String> =
            columns.iter().zip(&widths).filter_map(|(at, wide)| Some(pad(&cut(row.get(*at)?, *wide), *wide))).collect();
        let text = cells.join("  ");
        let text = text.trim_end();
        let painted = if number == 0 { look.paint(Ink::Strong, text) } else { text.to_owned() };
        let _ = writeln!(out, "{painted}");
    }
    out
}

/// Takes columns from the widest until the table fits.
fn shrink(widths: &mut [usize], columns: usize) {
    let gaps = 2 * widths.len().saturating_sub(1);
    while widths.iter().sum::<usize>() + gaps > columns {
        let Some(widest) = widths.iter_mut().max() else { return };
        if *widest <= 8 {
            return;
        }
        *widest -= 1;
    }
}

/// `text` cut to `columns`.
fn cut(text: &str, columns: usize) -> String {
    if width(text) <= columns {
        return text.to_owned();
    }
    let mut out = String::new();
    let mut used = 0;
    for c in text.chars() {
        let wide = super::super::paint::width_of(c);
        if used + wide + 1 > columns {
            break;
        }
        out.push(c);
        used += wide;
    }
    out.push('…');
    out
}
