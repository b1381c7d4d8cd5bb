//! What the check shows: title, a short summary, and annotations for findings whose lines the diff does not show or that did not
//! fit into the summary. Annotations are plain text.

use super::escape::{Md, clip, md, visible};
use super::words::tally::Tally;
use super::{Page, words};
use crate::finding::{Evidence, Finding, Problem, Severity};
use crate::review::{Annotation, CheckOutput, Conclusion, Placed, Queued};
use crate::text::LineRange;

/// The output of the check of a review.
#[must_use]
pub fn output(page: &Page<'_>, annotated: &[Placed]) -> CheckOutput {
    let tally = Tally::of(page.introduced());
    let consequence = words::consequence(page.conclusion, page.blocks(), tally.total());
    let title = words::check_title(tally, consequence);
    let mut summary = page.verdict();
    summary.push(words::see_summary());
    summary.push(words::short(page.pressure));
    summary.push(words::model(page.documents.iter().map(|document| &document.critique), page.cost));
    summary.push("\n");
    let mut annotations: Vec<(Severity, Annotation)> = annotated
        .iter()
        .filter_map(|placed| {
            let finding = page.finding(placed)?;
            let path = &page.documents.get(placed.document)?.path;
            Some((finding.severity, annotation(page, path, finding, placed.introduced)))
        })
        .collect();
    annotations.sort_by_key(|(severity, _)| std::cmp::Reverse(*severity));
    CheckOutput {
        title: clip(&title, 250),
        summary: summary.into_string(),
        annotations: annotations.into_iter().map(|(_, annotation)| annotation).collect(),
    }
}

/// The output of the check of a change without a specification at its head; `removed` names those that it takes away.
#[must_use]
pub fn without_spec(page: &Page<'_>, removed: &[String]) -> CheckOutput {
    let incomplete = words::consequence(page.conclusion, false, 0);
    let none = if removed.is_empty() { words::NO_SPEC_TITLE } else { words::REMOVED_TITLE };
    let title = if page.skipped.is_empty() { none } else { incomplete };
    let mut summary = match removed {
        [] if page.skipped.is_empty() => Md::from(words::NO_SPEC_CHECK),
        removed => words::removed(removed),
    };
    if !page.skipped.is_empty() {
        summary.push(words::skipped(page.skipped, &[]));
    }
    if !page.problems.is_empty() {
        summary.push(words::problems(page.problems));
    }
    let title = if title.is_empty() { none } else { title };
    let mut annotations = Vec::new();
    let mut title = title.to_owned();
    if let Some(proposed) = page.proposed {
        title = words::proposed_mistakes(&title, proposed.problems.len());
        annotations.extend(proposed.problems.iter().filter_map(|problem| mistake(&proposed.path, problem)));
        summary.push(md!["\n", words::proposed_settings(proposed)]);
    }
    CheckOutput { title, summary: summary.into_string(), annotations }
}

/// The output of the check of a change that somebody had paused: what rules found, all of it here since nothing is said on the
/// change, and who it was. `removed` as in [`without_spec`].
#[must_use]
pub fn paused(page: &Page<'_>, by: &str, removed: &[String]) -> CheckOutput {
    let told = if page.documents.is_empty() {
        without_spec(page, removed)
    } else {
        let new: Vec<Placed> = page.placed.iter().filter(|placed| placed.introduced).copied().collect();
        output(page, &new)
    };
    let said = told.summary.replace(words::see_summary().as_str(), "");
    let paused = words::paused_check(by).into_string();
    let title = clip(&format!("{} · {}", words::PAUSED_TITLE, told.title), 250);
    CheckOutput { title, summary: format!("{}\n\n{paused}", said.trim_end()), annotations: told.annotations }
}

/// The output of the check of a change whose review was given up.
#[must_use]
pub fn given_up(reason: &str) -> CheckOutput {
    let summary = words::given_up(reason).into_string();
    CheckOutput { title: words::GIVEN_UP_TITLE.to_owned(), summary, annotations: Vec::new() }
}

/// The output of the check of a head that is no longer the newest.
#[must_use]
pub fn superseded(newer: &str) -> CheckOutput {
    let summary = words::superseded(newer).into_string();
    CheckOutput { title: words::SUPERSEDED_TITLE.to_owned(), summary, annotations: Vec::new() }
}

/// The output of the check of a run that another one of the same head took the place of.
#[must_use]
pub fn begun_anew() -> CheckOutput {
    let summary = words::BEGUN_ANEW.to_owned();
    CheckOutput { title: words::BEGUN_ANEW_TITLE.to_owned(), summary, annotations: Vec::new() }
}

/// The output of the check of a change that was closed before its review ended.
#[must_use]
pub fn closed() -> CheckOutput {
    let summary = words::CLOSED.to_owned();
    CheckOutput { title: words::CLOSED_TITLE.to_owned(), summary, annotations: Vec::new() }
}

/// The output of the check of a group in a merge queue.
#[must_use]
pub fn queued(conclusion: Conclusion, group: &[Queued]) -> CheckOutput {
    let title = words::queue_title(conclusion, group).to_owned();
    CheckOutput { title, summary: words::queue(group).into_string(), annotations: Vec::new() }
}

/// A mistake in a file of the head, on its line. The list in the summary names it as well: annotations do not reach every reader.
fn mistake(path: &str, problem: &Problem) -> Option<Annotation> {
    let message = format!("{} ({})", problem.message, problem.advice);
    Some(Annotation {
        path: path.to_owned(),
        lines: LineRange::single(problem.line?),
        level: "warning",
        title: clip(&visible(&problem.code, false), 250),
        message: clip(&visible(&message, true), 4000),
    })
}

/// One finding as an annotation, on its line or on the first line of the file.
fn annotation(page: &Page<'_>, path: &str, finding: &Finding, introduced: bool) -> Annotation {
    let level = match finding.severity {
        _ if !introduced => "notice",
        Severity::Error => "failure",
        Severity::Warning => "warning",
        Severity::Info => "notice",
    };
    let name = page.catalogue.name(&finding.rule).unwrap_or_default();
    let spot = finding.place.as_ref().and_then(|place| place.spot.as_deref());
    let at = spot.map(|spot| format!("{spot}: ")).unwrap_or_default();
    let mut message = format!("{at}{}", finding.message);
    for more in [Some(&finding.why), finding.suggestion.as_ref()].into_iter().flatten().filter(|text| !text.is_empty())
    {
        message.push_str("\n\n");
        message.push_str(more);
    }
    Annotation {
        path: path.to_owned(),
        lines: finding.place.as_ref().and_then(Evidence::seen_lines).unwrap_or(LineRange::single(1)),
        level,
        title: clip(&visible(&format!("{} {name}", finding.key()), false), 250).trim_end().to_owned(),
        message: clip(&visible(&message, true), 4000),
    }
}
