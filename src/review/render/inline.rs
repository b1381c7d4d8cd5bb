//! An inline comment: one finding, or what one family misses, with one text to paste. Never without how to waive it.

use std::collections::BTreeSet;

use super::Page;
use super::escape::{Md, fence, md};
use super::spot::place_link;
use super::suggest::suggest;
use super::words;
use crate::finding::{Finding, LOOSENED, Source};
use crate::review::Reviewed;
use crate::text::LineRange;

/// Longest text to paste in one comment, in characters.
const SKELETON: usize = 4000;

/// The comment that stands at `here` (where that is known) of `document` for `findings`, in at most `limit` UTF-16 units where that is possible.
#[must_use]
pub fn comment(
    page: &Page<'_>,
    document: &Reviewed,
    findings: &[&Finding],
    here: Option<LineRange>,
    limit: usize,
) -> Md {
    let mut text = Md::default();
    let mut quoted = "";
    for (at, finding) in findings.iter().enumerate() {
        if at > 0 {
            text.push("\n");
        }
        text.push(told(page, document, finding, here, quoted));
        quoted = finding.place.as_ref().map_or("", |place| place.quote.as_str());
    }
    let suggested = here.and_then(|here| suggest(page, document, findings, here));
    let (block, done) = suggested.filter(|(block, _)| text.units() + block.units() < limit).unwrap_or_default();
    text.push(block);
    let rest: Vec<&Finding> =
        findings.iter().filter(|finding| !done.iter().any(|done| std::ptr::eq(*done, **finding))).copied().collect();
    let paste = paste(&rest);
    if !paste.is_empty() && text.units() + paste.units() < limit {
        text.push(paste);
    }
    text.push(answer(document, findings));
    text
}

/// What an author can answer: a waiver where the checklist has the item, a reason where something got looser.
fn answer(document: &Reviewed, findings: &[&Finding]) -> Md {
    let is_checked = |finding: &&&Finding| {
        finding.source == Source::Tool || document.head.checks.iter().any(|check| check.rule == finding.rule)
    };
    let waivable: BTreeSet<String> = findings.iter().filter(is_checked).map(|finding| finding.key()).collect();
    if let Some(rule) = waivable.first() {
        md!["\n", words::waive(if waivable.len() == 1 { rule } else { "CODE" }, document.form)]
    } else if findings.iter().any(|finding| finding.rule == LOOSENED) {
        md!["\n", words::SAY_WHY]
    } else {
        Md::default()
    }
}

/// Headline, quotation (unless it is the one that stands above already), sentence.
fn told(page: &Page<'_>, document: &Reviewed, finding: &Finding, here: Option<LineRange>, above: &str) -> Md {
    let mut text = words::headline(finding, page.catalogue, &page.links);
    if let Some(place) = &finding.place {
        if here.is_none_or(|here| here != place.lines) {
            text.push(md![" · ", place_link(page, document, place)]);
        }
        if !place.quote.is_empty() && place.quote != above {
            text.push(md!["\n\n> ", words::quote(&place.quote)]);
        }
    }
    text.push(md!["\n\n", words::body(finding), "\n"]);
    for other in finding.related.iter().filter(|other| !other.quote.is_empty()) {
        text.push(md!["\n> ", words::quote(&other.quote), " (", place_link(page, document, other), ")\n"]);
    }
    text
}

/// One fold with the texts to paste of all findings, each once; empty when there is none.
#[must_use]
pub fn paste(findings: &[&Finding]) -> Md {
    let mut texts: Vec<&str> = Vec::new();
    for finding in findings {
        if let Some(text) = finding.suggestion.as_deref().map(str::trim).filter(|text| !text.is_empty())
            && !texts.contains(&text)
        {
            texts.push(text);
        }
    }
    if texts.is_empty() {
        return Md::default();
    }
    md![
        "\n<details>\n<summary>",
        words::skeleton_title(),
        "</summary>\n\n",
        fence(&texts.join("\n\n"), SKELETON),
        "\n</details>\n",
    ]
}
