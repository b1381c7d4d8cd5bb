//! Findings as diagnostics. Judges nothing and leaves nothing out; what a baseline holds is a hint.

use std::path::Path;

use gen_lsp_types::{
    Code, CodeDescription, Diagnostic, DiagnosticRelatedInformation, DiagnosticSeverity, Location, Message, Range, Uri,
};
use url::Url;

use super::place::Places;
use crate::document::Document;
use crate::finding::{Evidence, Finding, Severity};
use crate::review::Reviewed;
use crate::text::LineRange;

/// The name under which editors show them.
pub(super) const SOURCE: &str = "specreview";

/// All findings of a document, in their order.
pub(super) fn diagnostics(uri: &Uri, document: &Document, reviewed: &Reviewed) -> Vec<Diagnostic> {
    let places = Places::new(document.written());
    let one = |(at, finding)| diagnostic(uri, document, &places, finding, reviewed.is_new(at));
    reviewed.findings().enumerate().map(one).collect()
}

fn diagnostic(uri: &Uri, document: &Document, places: &Places<'_>, finding: &Finding, is_new: bool) -> Diagnostic {
    let severity = match finding.severity {
        // Accepted: it stays at hand for whoever wants to mend it, and troubles nobody.
        _ if !is_new => DiagnosticSeverity::Hint,
        Severity::Error => DiagnosticSeverity::Error,
        Severity::Warning => DiagnosticSeverity::Warning,
        Severity::Info => DiagnosticSeverity::Information,
    };
    let related = finding.related.iter().filter_map(|evidence| related(uri, document, places, evidence));
    let related: Vec<_> = related.collect();
    Diagnostic {
        range: range(document, places, finding),
        severity: Some(severity),
        code: Some(Code::String(finding.key())),
        code_description: Url::parse(&finding.docs).ok().map(|page| CodeDescription { href: uri_of(&page) }),
        source: Some(SOURCE.to_owned()),
        message: Message::String(finding.message.clone()),
        tags: None,
        related_information: (!related.is_empty()).then_some(related),
        data: None,
    }
}

/// The words that a finding speaks of; the title of the document where it speaks of no line.
pub(super) fn range(document: &Document, places: &Places<'_>, finding: &Finding) -> Range {
    places.range(document, lines(document, finding))
}

/// The lines at which a finding is shown.
pub(super) fn lines(document: &Document, finding: &Finding) -> LineRange {
    let here = finding.place.as_ref().filter(|place| place.path.is_none()).map(|place| place.lines);
    let title = || {
        document.sections.iter().find(|section| section.level > 0).map(|section| document.lines.range(section.heading))
    };
    here.or_else(title).unwrap_or_else(|| LineRange::single(1))
}

fn related(
    uri: &Uri,
    document: &Document,
    places: &Places<'_>,
    evidence: &Evidence,
) -> Option<DiagnosticRelatedInformation> {
    let location = match &evidence.path {
        None => Location { uri: uri.clone(), range: places.range(document, evidence.lines) },
        // Of another document only the lines are known.
        Some(path) => {
            let path = std::path::absolute(Path::new(path)).ok()?;
            let line = |line: u32| gen_lsp_types::Position::new(line, 0);
            let range = Range { start: line(evidence.lines.start.saturating_sub(1)), end: line(evidence.lines.end) };
            Location { uri: uri_of(&Url::from_file_path(path).ok()?), range }
        }
    };
    Some(DiagnosticRelatedInformation { location, message: evidence.quote.clone() })
}

/// An address as the protocol carries it.
pub(super) fn uri_of(url: &Url) -> Uri {
    Uri::from(url.as_str())
}
