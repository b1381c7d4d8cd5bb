//! The summary: verdict, checklist, findings, numbers, what was there before, what was not read. Bounded: what does not fit is
//! handed back, never lost.

use super::escape::{Md, link, md, prose};
use super::sheet::Sheet;
use super::spot::{lines_link, place_link};
use super::{Page, ask, inline, matrix, numbers, promises, words};
use crate::document::Form;
use crate::finding::{Check, CheckState, Finding, Source, Waived};
use crate::review::{Catalogue, Placed, Placement, Reviewed};

/// A summary and the findings that did not fit into it.
#[derive(Debug, Clone)]
pub struct Summary {
    /// The text, without marker.
    pub text: Md,
    /// What has to be shown elsewhere.
    pub overflow: Vec<Placed>,
}

/// Renders the summary in at most `limit` UTF-16 units. Where no check takes what does not fit, each such finding gets at
/// least its code and line: room is kept for them.
#[must_use]
pub fn summary(page: &Page<'_>, limit: usize) -> Summary {
    let told = fill(page, limit, 0);
    if page.checks || told.overflow.is_empty() {
        return told;
    }
    let all: Vec<Placed> =
        page.placed.iter().filter(|placed| placed.placement == Placement::Summary).copied().collect();
    let most = limit / 2;
    let room = brief(page, &all, most).units();
    let mut told = fill(page, limit, room);
    let text = std::mem::take(&mut told.text);
    told.text = md![text, brief(page, &told.overflow, room), footer(page)];
    told
}

/// Code and line of findings, by document, in at most `most` units; the rest is counted.
fn brief(page: &Page<'_>, placed: &[Placed], most: usize) -> Md {
    let mut sheet = Sheet::new(most.saturating_sub(words::and_more(placed.len()).units() + 2));
    let mut left = placed.len();
    let mut document = None;
    for at in placed {
        let (Some(finding), Some(of)) = (page.finding(at), page.documents.get(at.document)) else { continue };
        let place = finding.place.as_ref().map(|place| words::at(place.lines, place.spot.as_deref()));
        let mut row = words::brief(finding, place);
        if document != Some(at.document) && page.documents.len() > 1 {
            row = md!["\n", words::path(&of.path), "\n\n", row];
        }
        if !sheet.add(row) {
            break;
        }
        document = Some(at.document);
        left -= 1;
    }
    md![sheet.finish(), words::and_more(left), "\n"]
}

/// A run in which no document is a specification.
const NO_SPEC_FOUND: &str = "**No specification of an AI project was found.**\n\n";

/// A run that could not read everything, and of what it read nothing is a specification.
const NONE_AMONG_READ: &str =
    "**Not everything was read, and what was read holds no specification of an AI project.**\n\n";

fn footer(page: &Page<'_>) -> Md {
    let critiques = page.documents.iter().map(|document| &document.critique);
    // One hint for all: where their forms differ, that of the first.
    let form = page.documents.first().map_or(Form::Markdown, |document| document.form);
    words::footer(words::model(critiques, page.cost), page.rules, page.version, form, page.answered)
}

/// The summary, with `kept` units left free for what does not fit; the footer is left to the caller then.
fn fill(page: &Page<'_>, limit: usize, kept: usize) -> Summary {
    let footer = footer(page);
    let room_for_note = 200;
    let unread = unread(page, limit / 4);
    let mut sheet = Sheet::new(limit.saturating_sub(footer.units() + unread.units() + room_for_note + kept));
    let mut overflow = Vec::new();
    if page.documents.is_empty() {
        sheet.add(if page.skipped.is_empty() { NO_SPEC_FOUND } else { NONE_AMONG_READ });
    } else {
        sheet.add(md![page.verdict(), words::short(page.pressure)]);
        promises::table(&mut sheet, page);
    }
    for (index, document) in page.documents.iter().enumerate() {
        if page.documents.len() > 1 {
            let file = link(words::path(&document.path), page.links.lines(&document.path, None).as_ref());
            sheet.add(md!["### ", file, "\n\n"]);
        }
        checklist(&mut sheet, page, document);
        let mine: Vec<Placed> = page.placed.iter().filter(|placed| placed.document == index).copied().collect();
        pointers(&mut sheet, page, document, &mine);
        let here = |introduced: bool| -> Vec<Placed> {
            mine.iter()
                .filter(|placed| placed.placement == Placement::Summary && placed.introduced == introduced)
                .copied()
                .collect()
        };
        let (asks, new): (Vec<Placed>, Vec<Placed>) =
            here(true).into_iter().partition(|placed| page.finding(placed).is_some_and(is_question));
        overflow.extend(findings(&mut sheet, page, document, &new));
        fixed(&mut sheet, document);
        matrix::chains(&mut sheet, page, document);
        matrix::risks(&mut sheet, page, document);
        let questions = page.questions.get(index).map(Vec::as_slice).unwrap_or_default();
        overflow.extend(ask::questions(&mut sheet, page, document, questions, &asks));
        figures(&mut sheet, page, document);
        let carried = here(false);
        let told: Vec<Md> = carried
            .iter()
            .filter_map(|placed| page.finding(placed))
            .map(|finding| item(page, document, finding))
            .collect();
        let fitted = sheet.fold(words::carried_title(carried.len()), &told);
        overflow.extend(carried.into_iter().skip(fitted));
        waived(&mut sheet, page, document);
    }
    let mut text = sheet.finish();
    text.push(unread);
    if !overflow.is_empty() {
        text.push(words::overflow(overflow.len(), page.checks));
    }
    if kept == 0 {
        text.push(footer);
    }
    Summary { text, overflow }
}

/// How the document was read, and every check with its state, by family.
fn checklist(sheet: &mut Sheet, page: &Page<'_>, document: &Reviewed) {
    if document.head.checks.is_empty() {
        return;
    }
    let mut families: Vec<(&str, [Vec<Md>; 3])> = Vec::new();
    let mut apart: Vec<(Option<&str>, Vec<Md>)> = Vec::new();
    let mut counts = [0; 4];
    let mut checks: Vec<&Check> = document.head.checks.iter().collect();
    checks.sort_by_key(|check| Catalogue::rank(&check.rule));
    for check in checks {
        let column = match check.state {
            CheckState::Specified | CheckState::Waived => 0,
            CheckState::Mentioned => 1,
            CheckState::Absent => 2,
            CheckState::NotApplicable => 3,
        };
        if let Some(count) = counts.get_mut(column) {
            *count += 1;
        }
        if column == 3 {
            let reason = check.reason.as_deref();
            match apart.iter_mut().find(|(known, _)| *known == reason) {
                Some((_, rules)) => rules.push(label(check)),
                None => apart.push((reason, vec![label(check)])),
            }
            continue;
        }
        let family = page.catalogue.family(&check.rule);
        if families.iter().all(|(known, _)| *known != family) {
            families.push((family, Default::default()));
        }
        let row = families.iter_mut().find(|(known, _)| *known == family);
        if let Some(cell) = row.and_then(|(_, cells)| cells.get_mut(column)) {
            cell.push(entry(page, document, check));
        }
    }
    let mut table = Md::from(words::TABLE_HEAD);
    for (family, cells) in families {
        table.push(md!["| **", prose(family, 60), "** |"]);
        for cell in cells {
            table.push(md![" ", Md::join(cell, " · "), " |"]);
        }
        table.push("\n");
    }
    sheet.add(words::profile(&document.head.profile));
    sheet.add(md![words::checklist_title(counts), table, "\n"]);
    let apart: Vec<Md> = apart.into_iter().map(|(reason, rules)| words::not_applicable(rules, reason)).collect();
    let [.., none] = counts;
    sheet.fold(words::apart_title(none), &apart);
    proposed(sheet, page, document);
}

/// What the change itself would leave out: in the open, for somebody has to decide.
fn proposed(sheet: &mut Sheet, page: &Page<'_>, document: &Reviewed) {
    let of = |check: &&Check| check.waiver.as_ref().is_some_and(Waived::is_proposed);
    let rows = waivers(page, document, &document.head.checks.iter().filter(of).collect::<Vec<_>>());
    if !rows.is_empty() {
        sheet.add(md![words::PROPOSED, Md::join(rows, ""), "\n"]);
    }
}

/// What is left out on purpose, with the reasons, folded.
fn waived(sheet: &mut Sheet, page: &Page<'_>, document: &Reviewed) {
    let is_proposed = |check: &Check| check.waiver.as_ref().is_some_and(Waived::is_proposed);
    let counts = |check: &&Check| check.state == CheckState::Waived && !is_proposed(check);
    let all: Vec<&Check> = document.head.checks.iter().filter(counts).collect();
    sheet.fold(words::waived_title(all.len()), &waivers(page, document, &all));
}

/// One row for each waived check; nothing where there is none.
fn waivers(page: &Page<'_>, document: &Reviewed, all: &[&Check]) -> Vec<Md> {
    let row = |check: &&Check| {
        let place = check.evidence.first().map(|place| md![" ", place_link(page, document, place)]);
        let waiver = check.waiver.as_ref();
        let reason = waiver.map_or(check.reason.as_deref(), |waiver| waiver.reason.as_deref());
        words::waived(label(check), place.unwrap_or_default(), reason, waiver)
    };
    let more = all.len().saturating_sub(NAMED);
    let more = (more > 0).then(|| words::and_more(more));
    all.iter().take(NAMED).map(row).chain(more).collect()
}

/// `VER-001 data`: rule and part.
fn label(check: &Check) -> Md {
    match &check.part {
        Some(part) => md![prose(&check.rule, 60), " ", prose(part, 60)],
        None => prose(&check.rule, 60),
    }
}

/// A check with the lines that prove it best. What is stated is only linked; what is open says what it is about.
fn entry(page: &Page<'_>, document: &Reviewed, check: &Check) -> Md {
    let best = check.evidence.first();
    if matches!(check.state, CheckState::Specified | CheckState::Waived) {
        let to = best.and_then(|at| page.links.lines(at.path.as_deref().unwrap_or(&document.path), at.seen_lines()));
        let mut text = link(label(check), to.as_ref());
        if let (None, Some(at)) = (&to, best) {
            text.push(md![" ", place_link(page, document, at)]);
        }
        if check.state == CheckState::Waived {
            text.push(" waived");
        }
        return text;
    }
    let mut text = match (page.catalogue.item(&check.rule), &check.part) {
        (Some(item), Some(part)) => md![prose(&check.rule, 60), " ", words::topic(item), ": ", prose(part, 60)],
        (Some(item), None) => md![prose(&check.rule, 60), " ", words::topic(item)],
        (None, _) => label(check),
    };
    if let Some(other) = &check.deferred_to {
        text.push(md![" → ", words::path(other)]);
    }
    if let Some(best) = best {
        text.push(md![" ", place_link(page, document, best)]);
    }
    text
}

/// Findings that a pointer names at most.
const NAMED: usize = 20;

/// Where the findings are that the summary does not tell.
fn pointers(sheet: &mut Sheet, page: &Page<'_>, document: &Reviewed, mine: &[Placed]) {
    let names = |wanted: fn(&Placement) -> bool| -> (Vec<Md>, usize) {
        let there = mine.iter().filter(|placed| wanted(&placed.placement)).filter_map(|placed| page.finding(placed));
        let all: Vec<&Finding> = there.filter(|finding| !is_question(finding)).collect();
        let name = |finding: &&Finding| {
            let place = finding.place.as_ref().map(|place| md![" ", place_link(page, document, place)]);
            md![prose(&finding.key(), 60), place.unwrap_or_default()]
        };
        (all.iter().take(NAMED).map(name).collect(), all.len().saturating_sub(NAMED))
    };
    let mut lines = Vec::new();
    let (inline, more) = names(|placement| matches!(placement, Placement::Inline(_) | Placement::Kept));
    if !inline.is_empty() {
        lines.push(words::inline_pointer(inline, more));
    }
    let (file, more) = names(|placement| *placement == Placement::File);
    if !file.is_empty() {
        lines.push(words::file_pointer(file, more));
    }
    let (acknowledged, more) = names(|placement| *placement == Placement::Acknowledged);
    if !acknowledged.is_empty() {
        lines.push(words::acknowledged_pointer(acknowledged, more));
    }
    let (check, more) = names(|placement| *placement == Placement::Check);
    if !check.is_empty() {
        lines.push(words::check_pointer(check, more));
    }
    if !lines.is_empty() {
        sheet.add(md![Md::join(lines, "\n"), "\n\n"]);
    }
}

/// The findings of one family, in the order of the report.
struct Family<'a> {
    name: &'a str,
    members: Vec<(Placed, &'a Finding)>,
}

/// New findings by family, in the order in which the first of each stands in the report, each family with one text to paste. Returns what did not fit.
fn findings(sheet: &mut Sheet, page: &Page<'_>, document: &Reviewed, placed: &[Placed]) -> Vec<Placed> {
    let mut families: Vec<Family<'_>> = Vec::new();
    for at in placed {
        let Some(finding) = page.finding(at) else { continue };
        let name = page.catalogue.family_of(finding);
        match families.iter_mut().find(|family| family.name == name) {
            Some(family) => family.members.push((*at, finding)),
            None => families.push(Family { name, members: vec![(*at, finding)] }),
        }
    }
    let mut overflow = Vec::new();
    for family in families {
        let mut told = Vec::new();
        for (at, finding) in family.members {
            let mut block = item(page, document, finding);
            if told.is_empty() {
                block = md!["**", prose(family.name, 60), "**\n\n", block];
            }
            if sheet.add(block) {
                told.push(finding);
            } else {
                overflow.push(at);
            }
        }
        if !told.is_empty() {
            sheet.add(md![inline::paste(&told), "\n"]);
        }
    }
    overflow
}

/// Findings of the critique are questions: they have a section of their own.
fn is_question(finding: &Finding) -> bool {
    finding.source == Source::Model
}

/// One finding as an item of a list.
pub(super) fn item(page: &Page<'_>, document: &Reviewed, finding: &Finding) -> Md {
    let mut text = md!["- ", words::headline(finding, page.catalogue, &page.links)];
    if let Some(place) = &finding.place {
        text.push(md![" · ", place_link(page, document, place)]);
    }
    text.push(md!["\n  ", words::body(finding), "\n"]);
    let quotes = finding.place.iter().chain(&finding.related).filter(|place| !place.quote.is_empty());
    for place in quotes {
        text.push(md!["  > ", words::quote(&place.quote), "\n"]);
    }
    text
}

/// What the change mended.
fn fixed(sheet: &mut Sheet, document: &Reviewed) {
    let Some(base) = &document.base else { return };
    let mut rules: Vec<String> =
        document.comparison.fixed.iter().filter_map(|at| base.findings.get(*at)).map(Finding::key).collect();
    rules.sort();
    rules.dedup();
    if !rules.is_empty() {
        sheet.add(words::fixed(rules.iter().map(|rule| prose(rule, 60)).collect()));
    }
}

/// The numbers, folded.
fn figures(sheet: &mut Sheet, page: &Page<'_>, document: &Reviewed) {
    let rows = numbers::rows(&document.head.measures);
    if rows.is_empty() {
        return;
    }
    let mut table = Md::from(words::NUMBERS_HEAD);
    for row in rows.iter().take(numbers::ROWS) {
        table.push("| ");
        for cell in [&row.measure, &row.baseline, &row.poc, &row.target, &row.other] {
            table.push(md![prose(cell, 120), " | "]);
        }
        let lines = row.lines.iter().take(numbers::LINES).map(|at| lines_link(page, document, *at));
        let more = words::more_lines(row.lines.len().saturating_sub(numbers::LINES));
        table.push(md![Md::join(lines, ", "), more, " |\n"]);
    }
    table.push(words::more_rows(rows.len().saturating_sub(numbers::ROWS)));
    sheet.fold(words::numbers_title(rows.len()), &[table]);
}

/// What was not read, and mistakes in the configuration; only how many where the lists take more than `most` units.
fn unread(page: &Page<'_>, most: usize) -> Md {
    let mut text = Md::default();
    let limits: Vec<(&str, &str)> = page
        .documents
        .iter()
        .flat_map(|document| document.head.limits.iter().map(|limit| (document.path.as_str(), limit.as_str())))
        .collect();
    if !page.skipped.is_empty() || !limits.is_empty() {
        text.push(words::skipped(page.skipped, &limits));
    }
    if !page.problems.is_empty() {
        text.push(md![words::problems(page.problems), "\n"]);
    }
    if let Some(proposed) = page.proposed {
        text.push(md![words::proposed_settings(proposed), "\n"]);
    }
    if text.units() > most {
        let proposed = page.proposed.map_or(0, |proposed| proposed.problems.len());
        words::unread(page.skipped.len() + limits.len(), page.problems.len() + proposed)
    } else {
        text
    }
}
