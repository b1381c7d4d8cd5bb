//! Reports hidden text that is meant for a machine, or that hides words from readers. Ordinary comments stay quiet; it judges
//! no content.

mod words;

use super::Settings;
use crate::document::{Document, Unseen, UnseenKind};
use crate::finding::{Confidence, Evidence, Finding, FindingBuilder, Severity, Source};
use crate::rules::{DOCS, HIDDEN};
use crate::text::{LineRange, Span, hidden_runs, show_hidden};

/// Fewest letters of words that show nothing, so that an empty mark is no matter.
const LETTERS: usize = 12;
/// Most findings of one document.
const MOST: usize = 10;
/// Longest quotation, in characters.
const QUOTE: usize = 120;

/// One finding for each place, in order; at most [`MOST`].
pub(super) fn remarks(document: &Document, settings: &Settings) -> Vec<Finding> {
    if settings.off.iter().any(|code| code.eq_ignore_ascii_case(HIDDEN.code)) {
        return Vec::new();
    }
    let source = &document.source;
    let mut places: Vec<(Span, String, Confidence)> = Vec::new();
    for one in &document.unseen {
        let inside = places.last().is_some_and(|(span, ..)| span.contains(one.span));
        if let Some((what, confidence)) = suspect(one, source).filter(|_| !inside) {
            places.push((one.span, format!("{what} that readers do not see."), confidence));
        }
    }
    for run in hidden_runs(source) {
        places.push((run.span, format!("{} that readers do not see.", run.what), Confidence::High));
    }
    places.sort_by_key(|(span, ..)| span.start());
    let set = settings.severity.iter().find(|(code, _)| code.eq_ignore_ascii_case(HIDDEN.code));
    let severity = set.map_or(Severity::Warning, |(_, severity)| *severity);
    let finding = |(span, message, confidence): (Span, String, Confidence)| {
        let section = document.sections.iter().rposition(|section| section.own.start() <= span.start());
        let heading = section.map(|section| document.heading_path(section)).unwrap_or_default();
        let first = document.lines.line_of(span.start());
        FindingBuilder::new(HIDDEN.code, Source::Rule, message)
            .level(severity, confidence)
            .at(Some(Evidence::new(LineRange::single(first), &quote(span.of(source)))), heading)
            .why(HIDDEN.why)
            .docs(format!("{DOCS}{}", HIDDEN.guide))
            .build()
    };
    places.into_iter().take(MOST).map(finding).collect()
}

/// What it is, when it is worth a word.
fn suspect(one: &Unseen, source: &str) -> Option<(&'static str, Confidence)> {
    let text = one.span.of(source);
    let order = |what| words::is_order(text).then_some((what, Confidence::Medium));
    match one.kind {
        UnseenKind::Element => {
            let name =
                text.trim_start_matches('<').split(|c: char| !c.is_ascii_alphanumeric()).next().unwrap_or_default();
            // Programs and styles are many words, and none for readers.
            let is_program = ["script", "style"].iter().any(|program| name.eq_ignore_ascii_case(program));
            let letters = outside_tags(text).chars().filter(|c| c.is_alphabetic()).count();
            let is_long = letters >= LETTERS || (letters >= 4 && !text.is_ascii());
            if is_program {
                order("Words for a machine")
            } else {
                is_long.then_some(("Words in markup that shows nothing", Confidence::High))
            }
        }
        UnseenKind::Comment => order("A comment for a machine"),
        UnseenKind::Picture => order("Words for a machine in the text of a picture"),
        UnseenKind::Attribute => order("Words for a machine in an attribute"),
        UnseenKind::Target => order("Words for a machine in the address or title of a link"),
        UnseenKind::Definition => order("Words for a machine in a link definition"),
        UnseenKind::Footnote => order("A footnote for a machine that nothing refers to"),
        UnseenKind::Info => order("Words for a machine behind the opening of a code block"),
    }
}

fn outside_tags(text: &str) -> String {
    let mut inside = false;
    text.chars()
        .filter(|c| {
            inside = (inside || *c == '<') && *c != '>';
            !inside && *c != '>'
        })
        .collect()
}

/// The beginning, on one line, with every character visible.
fn quote(text: &str) -> String {
    let shown = show_hidden(text, QUOTE);
    shown.split_whitespace().collect::<Vec<_>>().join(" ")
}
