//! Suggestions that a platform can apply: text to fill in below a heading, and comments that can go. Only for lines whose source is
//! known byte for byte; everything else is offered as text to copy.

use super::Page;
use super::escape::{Md, md, suggestion};
use super::words;
use crate::document::Document;
use crate::finding::{Evidence, Finding, HIDDEN_TEXT, UNUSED_WAIVER};
use crate::review::Reviewed;
use crate::text::LineRange;

/// Longest suggestion, in characters.
const LONGEST: usize = 6000;

/// A suggestion for the lines at which a comment stands, and the findings whose text it holds. One at most: a second one for the same
/// lines could not be applied after it.
pub(super) fn suggest<'a>(
    page: &Page<'_>,
    document: &Reviewed,
    findings: &[&'a Finding],
    here: LineRange,
) -> Option<(Md, Vec<&'a Finding>)> {
    // What is filled in is written in Markdown.
    if !document.form.takes_markdown() {
        return None;
    }
    let source = source(page, document, here)?;
    let quote = Evidence::new(here, &source.join("\n")).quote;
    // The finding speaks of exactly these lines, as they stand in the text that the suggestion will be applied to.
    let is_here = |finding: &&&Finding| {
        finding.place.as_ref().is_some_and(|place| place.lines == here && place.path.is_none() && place.quote == quote)
    };
    let here: Vec<&Finding> = findings.iter().filter(is_here).copied().collect();
    match (here.as_slice(), source.as_slice()) {
        ([one], lines) if matches!(one.rule.as_str(), UNUSED_WAIVER | HIDDEN_TEXT) && is_one_comment(lines) => {
            Some((md!["\n", suggestion(&[], "", LONGEST)?], here))
        }
        (several, [heading]) if is_heading(heading) => {
            let mut texts: Vec<&str> = Vec::new();
            for text in several.iter().filter_map(|finding| finding.suggestion.as_deref()).map(str::trim) {
                if !text.is_empty() && !texts.contains(&text) {
                    texts.push(text);
                }
            }
            let added = format!("\n{}", texts.join("\n\n"));
            let block = if texts.is_empty() { None } else { suggestion(&[heading], &added, LONGEST) };
            Some((md!["\n", words::FILL_IN, block?], here))
        }
        _ => None,
    }
}

/// Lines of the head without their ends; none where the text is not at hand or has no such lines.
fn source<'a>(page: &Page<'a>, document: &Reviewed, here: LineRange) -> Option<Vec<&'a str>> {
    let (_, text) = page.heads.iter().find(|(path, _)| *path == document.path)?;
    let count = usize::try_from(here.end - here.start).ok()?.checked_add(1)?;
    let skip = usize::try_from(here.start).ok()?.checked_sub(1)?;
    let lines: Vec<&str> = text.lines().skip(skip).take(count).collect();
    (lines.len() == count).then_some(lines)
}

/// `## Title` at the beginning of a line.
fn is_heading(line: &str) -> bool {
    let marks = line.chars().take_while(|c| *c == '#').count();
    (1..=6).contains(&marks) && line.get(marks..).is_some_and(|rest| rest.starts_with([' ', '\t']))
}

/// The lines hold one comment and nothing else.
fn is_one_comment(lines: &[&str]) -> bool {
    let text = lines.join("\n");
    let inner = text.trim().strip_prefix("<!--").and_then(|rest| rest.strip_suffix("-->"));
    // Of a comment that waives several rules, one may be of use while another is not.
    inner.is_some_and(|inner| !inner.contains("<!--") && !inner.contains("-->"))
        && Document::parse(&text).directives.len() < 2
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::finding::{FindingBuilder, Source};
    use crate::review::testing::{added, change, review, reviewed};
    use crate::review::{Action, Capabilities, Options, Posted, marker::MarkerKey, plan};
    use proptest::prelude::*;

    fn finding(rule: &str, line: u32, quote: &str, text: Option<&str>) -> Finding {
        FindingBuilder::new(rule, Source::Rule, "Something is missing.")
            .level(crate::finding::Severity::Error, crate::finding::Confidence::High)
            .at(Some(Evidence::new(LineRange::single(line), quote)), vec![])
            .suggestion(text.map(str::to_owned))
            .build()
    }

    /// The comments of a review of one file.
    fn comments(head: &str, findings: Vec<Finding>) -> Vec<String> {
        let lines = u32::try_from(head.lines().count().max(1)).unwrap();
        let mut of = change(&[("a.md", added(1..=lines))]);
        of.files[0].head = Some(head.to_owned());
        let review = review(of, vec![reviewed("a.md", findings, None)]);
        let can = Capabilities {
            inline_per_review: 25,
            body_chars: 60_000,
            annotations_per_call: 50,
            checks: true,
            file_comments: false,
        };
        let actions = plan(&Posted::default(), &review, &can, &MarkerKey::new(b"secret"), &Options::default());
        let bodies = actions.into_iter().filter_map(|action| match action {
            Action::CreateReview { comments, .. } => Some(comments.into_iter().map(|at| at.body)),
            _ => None,
        });
        bodies.flatten().collect()
    }

    /// What the suggestion in `body` puts in the place of its lines.
    fn applied(body: &str) -> Option<String> {
        let (before, rest) = body.split_once("suggestion\n")?;
        let ticks: String = before.chars().rev().take_while(|c| *c == '`').collect();
        Some(rest.split_once(&format!("{ticks}\n"))?.0.to_owned())
    }

    #[test]
    fn text_to_fill_in_goes_below_the_heading_and_the_heading_stays_as_it_is() {
        let head = "# T\r\n\r\n## 3. *Data* `x`\r\n\r\nwords\r\n";
        let missing = |quote: &str| vec![finding("DAT-001", 3, quote, Some("Source: ‹…›\nOwner: ‹…›"))];
        let body = &comments(head, missing("## 3. *Data* `x`"))[0];
        assert_eq!(applied(body).as_deref(), Some("## 3. *Data* `x`\n\nSource: ‹…›\nOwner: ‹…›\n"), "{body}");
        assert!(!body.contains("Text to paste"), "{body}");
        for (what, head, findings) in [
            ("another text at the head", head, missing("## 3. Data")),
            ("no heading", "a\nb\nwords of data", missing("words of data")),
            ("a heading in a list", "a\nb\n- ## Data", missing("- ## Data")),
            ("a heading that hides something", "a\nb\n## Da\u{200b}ta", missing("## Da\u{200b}ta")),
            ("a text that speaks to a bot", "a\nb\n## Data", vec![finding("DAT-001", 3, "## Data", Some("/close"))]),
        ] {
            let body = &comments(head, findings)[0];
            assert!(applied(body).is_none() && body.contains("Text to paste"), "{what}: {body}");
        }
    }

    #[test]
    fn a_comment_that_can_go_is_taken_out_when_it_stands_alone() {
        let waiver = "<!-- specreview: waive MET-009 reason=\"x\" -->";
        let unused = |quote: &str| vec![finding(UNUSED_WAIVER, 2, quote, None)];
        assert_eq!(applied(&comments(&format!("a\n{waiver}\nb"), unused(waiver))[0]).as_deref(), Some(""));
        let beside = format!("words {waiver}");
        assert_eq!(applied(&comments(&format!("a\n{beside}\nb"), unused(&beside))[0]), None);
    }

    proptest! {
        #[test]
        fn what_is_applied_begins_with_the_line_that_stood_there(title in any::<String>(), text in "[a-z`~/@#\n ]{1,40}", crlf in any::<bool>()) {
            let title = title.replace(['\n', '\r'], "");
            let end = if crlf { "\r\n" } else { "\n" };
            let line = format!("## {title}");
            let head = format!("# T{end}{line}{end}words{end}");
            for body in comments(&head, vec![finding("DAT-001", 2, &line, Some(&text))]) {
                if let Some(applied) = applied(&body) {
                    prop_assert_eq!(applied.lines().next(), Some(line.as_str()), "{}", body);
                    prop_assert!(body.lines().all(|line| !line.trim_start().starts_with('/')));
                }
            }
        }
    }
}
