//! Places of a document as links to its lines; in words alone where it has none.

use super::escape::{Md, link, md};
use super::{Page, words};
use crate::finding::Evidence;
use crate::review::Reviewed;
use crate::text::LineRange;

/// Where evidence stands, with the document where it is another one.
pub(super) fn place_link(page: &Page<'_>, document: &Reviewed, place: &Evidence) -> Md {
    let to = |path: &str| page.links.lines(path, place.seen_lines());
    let at = words::at(place.lines, place.spot.as_deref());
    match &place.path {
        Some(other) => md![words::path(other), " ", link(at, to(other).as_ref())],
        None => link(at, to(&document.path).as_ref()),
    }
}

/// Lines of a document as a link to them.
pub(super) fn lines_link(page: &Page<'_>, document: &Reviewed, lines: LineRange) -> Md {
    let spot = document.head.places.words(lines);
    let to = page.links.lines(&document.path, Some(lines).filter(|_| spot.is_none()));
    link(words::at(lines, spot.as_deref()), to.as_ref())
}
